//! The verbs of steps: which there are, which of them a step has, what belongs to each, and how a step without an id is called.

use std::collections::BTreeMap;

use crate::schema::{self, MapOrList, Placed, ScalarOr, Text};
use crate::source::Span;

/// The verbs of the language.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Send,
    Move,
    Leave,
    AddTag,
    RemoveTag,
    Points,
    Set,
    Clear,
    Notify,
    Webhook,
    PushTo,
    Unsubscribe,
    Resubscribe,
    AddTo,
    RemoveFrom,
    Wait,
    WaitUntil,
    If,
    Split,
    Await,
    Enroll,
    Withdraw,
    Fork,
    Goto,
    Use,
    Exit,
}

impl Verb {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Move => "move",
            Self::Leave => "leave",
            Self::AddTag => "add-tag",
            Self::RemoveTag => "remove-tag",
            Self::Points => "points",
            Self::Set => "set",
            Self::Clear => "clear",
            Self::Notify => "notify",
            Self::Webhook => "webhook",
            Self::PushTo => "push-to",
            Self::Unsubscribe => "unsubscribe",
            Self::Resubscribe => "resubscribe",
            Self::AddTo => "add-to",
            Self::RemoveFrom => "remove-from",
            Self::Wait => "wait",
            Self::WaitUntil => "wait-until",
            Self::If => "if",
            Self::Split => "split",
            Self::Await => "await",
            Self::Enroll => "enroll",
            Self::Withdraw => "withdraw",
            Self::Fork => "fork",
            Self::Goto => "goto",
            Self::Use => "use",
            Self::Exit => "exit",
        }
    }
}

/// Verb and operand, with an ordinal from the second equal one of the list on.
pub(super) fn unnamed(verb: Verb, step: &schema::Step, prefix: &str, ordinals: &mut BTreeMap<String, usize>) -> String {
    let base = match operand(verb, step) {
        Some(operand) => format!("{prefix}{}:{operand}", verb.word()),
        None => format!("{prefix}{}", verb.word()),
    };
    let ordinal = ordinals.entry(base.clone()).or_insert(0);
    *ordinal += 1;
    if *ordinal == 1 { base } else { format!("{base}#{ordinal}") }
}

fn operand(verb: Verb, step: &schema::Step) -> Option<String> {
    let text = |placed: &Option<Placed<Text>>| placed.as_ref().map(|placed| placed.value.0.clone());
    match verb {
        Verb::Send => text(&step.send),
        Verb::Move => text(&step.move_),
        Verb::Leave => text(&step.leave),
        Verb::AddTag => text(&step.add_tag),
        Verb::RemoveTag => text(&step.remove_tag),
        Verb::Points => step.points.as_ref().map(|points| match &points.value {
            ScalarOr::Scalar(text) => text.0.trim().parse::<i64>().map_or(text.0.clone(), |points| points.to_string()),
            ScalarOr::Other(give) => match &give.group {
                Some(group) => format!("{} {}", give.give.value, group.value.0),
                None => give.give.value.to_string(),
            },
        }),
        Verb::Set => text(&step.set),
        Verb::Clear => text(&step.clear),
        Verb::Notify => text(&step.notify),
        Verb::Webhook => text(&step.webhook),
        Verb::PushTo => text(&step.push_to),
        Verb::Unsubscribe => text(&step.unsubscribe),
        Verb::Resubscribe => text(&step.resubscribe),
        Verb::AddTo => text(&step.add_to),
        Verb::RemoveFrom => text(&step.remove_from),
        Verb::Wait => text(&step.wait).map(|written| super::calendar::spelt_out(&written)),
        Verb::WaitUntil => step.wait_until.as_ref().map(|until| match &until.value {
            ScalarOr::Scalar(moment) => super::calendar::spelt_moment(&moment.0),
            ScalarOr::Other(wait) => wait.field.value.0.clone(),
        }),
        Verb::If | Verb::Split | Verb::Fork => None,
        Verb::Goto => text(&step.goto),
        Verb::Enroll => text(&step.enroll),
        Verb::Withdraw => text(&step.withdraw),
        Verb::Await => match &step.await_.as_ref()?.value {
            MapOrList::Map(event) => {
                let words = event.event.iter().chain(&event.of).map(|word| word.value.0.as_str());
                Some(words.collect::<Vec<_>>().join(" "))
            }
            MapOrList::List(_) => None,
        },
        Verb::Use => text(&step.use_),
        Verb::Exit => step.exit.as_ref().map(|exit| exit.value.word().to_owned()),
    }
}

/// The verbs of a step with the places of word and operand, in the order of the text.
pub(super) fn verbs(step: &schema::Step) -> Vec<(Verb, Span, Span)> {
    fn at<T>(placed: Option<&Placed<T>>) -> Option<(Span, Span)> {
        placed.map(|placed| (placed.key, placed.span))
    }
    let found = [
        (Verb::Send, at(step.send.as_ref())),
        (Verb::Move, at(step.move_.as_ref())),
        (Verb::Leave, at(step.leave.as_ref())),
        (Verb::AddTag, at(step.add_tag.as_ref())),
        (Verb::RemoveTag, at(step.remove_tag.as_ref())),
        (Verb::Points, at(step.points.as_ref())),
        (Verb::Set, at(step.set.as_ref())),
        (Verb::Clear, at(step.clear.as_ref())),
        (Verb::Notify, at(step.notify.as_ref())),
        (Verb::Webhook, at(step.webhook.as_ref())),
        (Verb::PushTo, at(step.push_to.as_ref())),
        (Verb::Unsubscribe, at(step.unsubscribe.as_ref())),
        (Verb::Resubscribe, at(step.resubscribe.as_ref())),
        (Verb::AddTo, at(step.add_to.as_ref())),
        (Verb::RemoveFrom, at(step.remove_from.as_ref())),
        (Verb::Wait, at(step.wait.as_ref())),
        (Verb::WaitUntil, at(step.wait_until.as_ref())),
        (Verb::If, at(step.if_.as_ref())),
        (Verb::Split, at(step.split.as_ref())),
        (Verb::Await, at(step.await_.as_ref())),
        (Verb::Enroll, at(step.enroll.as_ref())),
        (Verb::Withdraw, at(step.withdraw.as_ref())),
        (Verb::Fork, at(step.fork.as_ref())),
        (Verb::Goto, at(step.goto.as_ref())),
        (Verb::Use, at(step.use_.as_ref())),
        (Verb::Exit, at(step.exit.as_ref())),
    ];
    let mut found: Vec<_> =
        found.into_iter().filter_map(|(verb, at)| at.map(|(key, span)| (verb, key, span))).collect();
    found.sort_by_key(|(_, key, _)| *key);
    found
}

/// The other keys of a step, each with the verb to which it belongs.
pub(super) fn belongings(step: &schema::Step) -> Vec<(&'static str, Verb, Span)> {
    let branches = if step.await_.is_some() { Verb::Await } else { Verb::If };
    let wait = if step.wait_until.is_some() { Verb::WaitUntil } else { Verb::Wait };
    let found = [
        ("at", wait, step.at.as_ref().map(|placed| placed.key)),
        ("between", wait, step.between.as_ref().map(|placed| placed.key)),
        ("days", wait, step.days.as_ref().map(|placed| placed.key)),
        ("once", Verb::Send, step.once.as_ref().map(|placed| placed.key)),
        ("transactional", Verb::Send, step.transactional.as_ref().map(|placed| placed.key)),
        ("expires", Verb::Send, step.expires.as_ref().map(|placed| placed.key)),
        ("on-skip", Verb::Send, step.on_skip.as_ref().map(|placed| placed.key)),
        ("message", Verb::Notify, step.message.as_ref().map(|placed| placed.key)),
        ("body", Verb::Webhook, step.body.as_ref().map(|placed| placed.key)),
        ("to", Verb::Set, step.to.as_ref().map(|placed| placed.key)),
        ("with", Verb::Use, step.with.as_ref().map(|placed| placed.key)),
        ("if-past", Verb::WaitUntil, step.if_past.as_ref().map(|placed| placed.key)),
        ("if-missing", Verb::WaitUntil, step.if_missing.as_ref().map(|placed| placed.key)),
        ("for", Verb::Await, step.for_.as_ref().map(|placed| placed.key)),
        ("then", branches, step.then.as_ref().map(|placed| placed.key)),
        ("else", branches, step.else_.as_ref().map(|placed| placed.key)),
    ];
    found.into_iter().filter_map(|(word, verb, key)| key.map(|key| (word, verb, key))).collect()
}
