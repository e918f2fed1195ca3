//! Steps of a plan in the words of a project; each has its name with it, written id or not.

use serde_json::{Map, Value as Json, json};

use super::{condition, keys, once, some};
use crate::plan::wire;

pub(super) fn steps(steps: &[wire::Step]) -> Json {
    steps.iter().map(step).collect()
}

fn step(step: &wire::Step) -> Json {
    let mut said = verb(&step.verb);
    said.insert(
        if step.named { "id" } else { "$called" }.to_owned(),
        json!(step.name),
    );
    Json::Object(said)
}

/// Steps inside a step, which may be none.
fn inside(written: &[wire::Step]) -> Json {
    if written.is_empty() {
        Json::Null
    } else {
        steps(written)
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the others are said as they stand"
)]
fn verb(verb: &wire::Verb) -> Map<String, Json> {
    match verb {
        wire::Verb::Send {
            content,
            once: often,
            transactional,
            expires,
            on_skip,
        } => keys(&json!({
            "send": content,
            "once": once(often),
            "transactional": transactional,
            "expires": expires,
            "on-skip": on_skip,
        })),
        wire::Verb::GroupPoints(give) => {
            keys(&json!({ "points": { "give": give.points, "group": give.group } }))
        }
        wire::Verb::Set { field, to } => keys(&json!({ "set": field, "to": new_value(to) })),
        wire::Verb::Notify { to, message } => keys(&json!({ "notify": to, "message": message })),
        wire::Verb::Webhook { destination, body } => {
            keys(&json!({ "webhook": destination, "body": body }))
        }
        wire::Verb::WaitIn { length, windows } => {
            in_windows(&json!({ "wait": length }), Some(windows))
        }
        wire::Verb::WaitUntil {
            moment,
            if_past,
            windows,
        } => in_windows(
            &json!({ "wait-until": moment, "if-past": if_past }),
            windows.as_ref(),
        ),
        wire::Verb::WaitUntilField {
            field,
            offset,
            if_past,
            if_missing,
            windows,
        } => {
            let until = json!({ "field": field, "offset": offset });
            // In plans of before there was a word for it, a missing date was over.
            let if_missing = if_missing.as_ref().or(if_past.as_ref());
            let said = json!({ "wait-until": until, "if-past": if_past, "if-missing": if_missing });
            in_windows(&said, windows.as_ref())
        }
        wire::Verb::If { when, then, r#else } => {
            keys(&json!({ "if": condition(when), "then": inside(then), "else": inside(r#else) }))
        }
        wire::Verb::Split(shares) => {
            keys(&json!({ "split": shares.iter().map(share).collect::<Vec<_>>() }))
        }
        wire::Verb::Await {
            ways,
            r#for,
            r#else,
        } => {
            let way = |way: &wire::AwaitWay| json!({ "when": condition(&way.when), "then": inside(&way.then) });
            let ways: Vec<_> = ways.iter().map(way).collect();
            keys(&json!({ "await": ways, "for": r#for, "else": inside(r#else) }))
        }
        wire::Verb::Fork(ways) => {
            let way = |way: &wire::Way| json!({ "id": way.label, "steps": steps(&way.steps) });
            keys(&json!({ "fork": ways.iter().map(way).collect::<Vec<_>>() }))
        }
        verb_and_operand => keys(verb_and_operand),
    }
}

fn share(share: &wire::Share) -> Json {
    json!({ "id": share.label, "$goes-by": share.goes_by, "share": share.share, "steps": steps(&share.steps) })
}

fn in_windows(said: &Json, windows: Option<&wire::Windows>) -> Map<String, Json> {
    let mut said = keys(said);
    if let Some(wire::Windows { at, between, days }) = windows {
        said.extend(keys(
            &json!({ "at": at, "between": between, "days": some(days) }),
        ));
    }
    said
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the others are said as they stand"
)]
fn new_value(to: &wire::NewValue) -> Json {
    match to {
        wire::NewValue::Value(operand) => json!(operand),
        change_or_word => json!(change_or_word),
    }
}
