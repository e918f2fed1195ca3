//! Keys, lists and sentences where a step stands.

use super::operator::hyphened;
use super::{Declared, flow, scalar, text_of};
use crate::schema::lookup::keys;
use crate::yaml::node::{Entry, Node, Value};

/// What to write for a key of a step that is none.
pub(in crate::schema) fn of_step_key(node: &Node, entry: &Entry) -> Option<String> {
    let key = hyphened(&entry.key.value);
    let has_verb = node.get("send").is_some();
    match key.as_str() {
        "delay" | "sleep" | "pause" | "hold" | "wait-for" if has_verb && is_text(entry) => {
            Some(format!(
                "waiting is a step of its own: write `- {}` before it",
                written("wait", entry)?
            ))
        }
        "if" | "when" | "condition" | "conditions" | "only-if" | "filter" if has_verb => None,
        "when" | "condition" | "conditions" | "filter" | "check" => {
            Some(format!("write `{}`", written("if", entry)?))
        }
        "do" | "steps" | "actions" | "yes" | "true" if branches(node) => instead("then", entry),
        "otherwise" | "elif" | "else-if" | "elseif" | "no" | "false" if branches(node) => {
            instead("else", entry)
        }
        "stop" | "end" | "finish" | "quit" | "complete" => {
            Some("write `exit: completed`".to_owned())
        }
        _ => {
            let verb = verb(&key)?;
            match &entry.value.value {
                Value::Sequence(items) => several(verb, items),
                Value::Scalar(_) => Some(format!("write `{}`", written(verb, entry)?)),
                Value::Mapping(_) => instead(verb, entry),
            }
        }
    }
}

/// Whether the step asks something, in whatever word.
fn branches(node: &Node) -> bool {
    ["if", "when", "condition", "conditions", "filter", "check"]
        .iter()
        .any(|key| node.get(key).is_some())
}

fn is_text(entry: &Entry) -> bool {
    text_of(&entry.value).is_some()
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "an arm among others that may have nothing to say"
)]
fn instead(word: &str, entry: &Entry) -> Option<String> {
    Some(format!("write `{word}` instead of `{}`", entry.key.value))
}

fn written(word: &str, entry: &Entry) -> Option<String> {
    Some(format!("{word}: {}", flow(&entry.value)?))
}

/// The verb that other tools call so.
fn verb(word: &str) -> Option<&'static str> {
    Some(match word {
        "delay" | "sleep" | "pause" | "hold" | "wait-for-time" => "wait",
        "wait-for" | "wait-for-event" | "await-event" | "listen" => "await",
        "send-email" | "send-mail" | "send-sms" | "send-push" | "send-message" | "email"
        | "mail" | "sms" | "push" | "message" => "send",
        "tag" | "add-tags" | "tags" => "add-tag",
        "untag" | "remove-tags" | "delete-tag" => "remove-tag",
        "move-to" | "move-to-stage" | "stage" | "change-stage" | "set-stage" => "move",
        "add-points" | "score" | "give-points" => "points",
        "set-field" | "update" | "update-field" => "set",
        "clear-field" | "unset" | "remove-field" => "clear",
        "enrol" | "enter" | "add-to-campaign" | "start-campaign" => "enroll",
        "unenroll" | "unenrol" | "remove-from-campaign" => "withdraw",
        "add-to-segment" | "add-to-list" => "add-to",
        "remove-from-segment" | "remove-from-list" => "remove-from",
        "jump" | "go-to" | "jump-to" => "goto",
        "http" | "call" | "request" => "webhook",
        "ab-test" | "random" | "abtest" => "split",
        "parallel" => "fork",
        "include" | "block" => "use",
        _ => return None,
    })
}

/// A step for each item.
fn several(verb: &str, items: &[Node]) -> Option<String> {
    let texts: Option<Vec<_>> = items.iter().map(text_of).collect();
    let texts = texts?;
    match texts.as_slice() {
        [] => None,
        [only] => Some(format!("write `{verb}: {}`", scalar(only))),
        _ => {
            let steps: Vec<_> = texts
                .iter()
                .take(5)
                .map(|text| format!("`- {verb}: {}`", scalar(text)))
                .collect();
            Some(format!("write a step for each: {}", steps.join(", ")))
        }
    }
}

/// What to write for a list, or for a mapping, where a verb has one value.
pub(in crate::schema) fn of_step_list(key: &str, node: &Node) -> Option<String> {
    match &node.value {
        Value::Sequence(items) => several(key, items),
        Value::Mapping(entries) => match (key, entries.as_slice()) {
            ("set", [only]) => Some(format!(
                "write `set: {}` and beside it `to: {}`",
                scalar(&only.key.value),
                flow(&only.value)?
            )),
            (_, [only]) => Some(format!("write `{key}: {}`", scalar(text_of(&only.value)?))),
            _ => None,
        },
        Value::Scalar(_) => None,
    }
}

/// What to write for a step that is a sentence: `send hello`, `exit`, `if orders >= 5`.
pub(in crate::schema) fn of_step_text(text: &str, declared: Declared<'_>) -> Option<String> {
    let (word, rest) = text
        .trim()
        .split_once([' ', ':'])
        .unwrap_or((text.trim(), ""));
    let (word, rest) = (hyphened(word), rest.trim());
    if matches!(word.as_str(), "exit" | "stop" | "end" | "finish" | "quit") && rest.is_empty() {
        return Some("write `exit: completed`".to_owned());
    }
    let verb = if keys("Step").contains(&word.as_str()) {
        word.as_str()
    } else {
        verb(&word)?
    };
    if rest.is_empty() {
        return None;
    }
    if verb == "if" {
        let asked = super::text::sentence(rest, declared)?;
        return Some(format!(
            "write `if: {asked}`, and beside it `then:` with the steps"
        ));
    }
    Some(format!("write `{verb}: {}`", scalar(rest)))
}
