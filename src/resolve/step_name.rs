//! How a step without an id is called: by its verb and operand.

use std::collections::BTreeMap;

use crate::language::Verb;
use crate::schema::{self, Keyed, MapOrList, ScalarOr, Text};

/// Verb and operand, with an ordinal from the second equal one of the list on.
pub(super) fn unnamed(
    verb: Verb,
    step: &schema::Step,
    prefix: &str,
    ordinals: &mut BTreeMap<String, usize>,
) -> String {
    let base = match operand(verb, step) {
        Some(operand) => format!("{prefix}{}:{operand}", verb.word()),
        None => format!("{prefix}{}", verb.word()),
    };
    let ordinal = ordinals.entry(base.clone()).or_insert(0);
    *ordinal += 1;
    if *ordinal == 1 {
        base
    } else {
        format!("{base}#{ordinal}")
    }
}

fn operand(verb: Verb, step: &schema::Step) -> Option<String> {
    let text = |placed: &Option<Keyed<Text>>| placed.as_ref().map(|placed| placed.value.0.clone());
    match verb {
        Verb::Send => text(&step.send),
        Verb::Move => text(&step.move_),
        Verb::Leave => text(&step.leave),
        Verb::AddTag => text(&step.add_tag),
        Verb::RemoveTag => text(&step.remove_tag),
        Verb::Points => step.points.as_ref().map(|points| match &points.value {
            ScalarOr::Scalar(text) => text
                .0
                .trim()
                .parse::<i64>()
                .map_or(text.0.clone(), |points| points.to_string()),
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
        Verb::If | Verb::Split | Verb::Fork | Verb::Note => None,
        Verb::Goto => text(&step.goto),
        Verb::Enroll => text(&step.enroll),
        Verb::Withdraw => text(&step.withdraw),
        Verb::Await => match &step.await_.as_ref()?.value {
            MapOrList::Map(event) => {
                let words = event
                    .event
                    .iter()
                    .chain(&event.of)
                    .map(|word| word.value.0.as_str());
                Some(words.collect::<Vec<_>>().join(" "))
            }
            MapOrList::List(_) => None,
        },
        Verb::Use => text(&step.use_),
        Verb::Exit => step.exit.as_ref().map(|exit| exit.value.word().to_owned()),
    }
}
