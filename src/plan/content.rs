//! Content, limits and members to the plan's file form; of a text that stands in a file only the
//! path and a digest.

use std::collections::BTreeSet;

use super::wire;
use super::write::publish;
use crate::language::{LimitThen, OnSkip};
use crate::model::{Body, Content, ContentKind, Limit, Model, Once, Segment, SendRules};

pub(super) fn written(model: &Model, content: &Content) -> wire::Content {
    wire::Content {
        kind: content.kind.map_or("broken", ContentKind::word).to_owned(),
        once: often(content.rules.once),
        transactional: content.rules.transactional,
        subject: content
            .subject
            .as_ref()
            .map(|subject| subject.written(model)),
        body: content.body.as_ref().map(|body| written_body(model, body)),
        url: content.url.clone(),
        prefer: content
            .prefer
            .iter()
            .map(|channel| channel.word().to_owned())
            .collect(),
        expires: content.rules.expires.map(|length| length.to_string()),
        on_skip: on_skip(content.rules),
        publish: publish(&content.publish),
    }
}

/// Of the text only where it stands, and what has to be known to fill it.
fn written_body(model: &Model, body: &Body) -> wire::Body {
    let tokens: BTreeSet<_> = body
        .tokens
        .tokens()
        .map(|token| token.name(model).into_owned())
        .collect();
    wire::Body {
        file: body.file.clone(),
        digest: body.digest.clone(),
        tokens: tokens.into_iter().collect(),
    }
}

pub(super) fn members(segment: &Segment) -> Option<(String, wire::Members)> {
    let members = wire::Members {
        include: segment.include.clone(),
        exclude: segment.exclude.clone(),
    };
    (members != wire::Members::default()).then(|| (segment.id.clone(), members))
}

pub(super) fn written_limit(limit: Limit) -> wire::Limit {
    let then = if limit.drops {
        LimitThen::Drop
    } else {
        LimitThen::Delay
    }
    .word()
    .to_owned();
    wire::Limit {
        at_most: limit.at_most,
        within: limit.within.to_string(),
        then,
    }
}

pub(super) fn on_skip(rules: SendRules) -> String {
    if rules.exits_on_skip {
        OnSkip::Exit
    } else {
        OnSkip::Continue
    }
    .word()
    .to_owned()
}

pub(super) fn often(once: Once) -> String {
    match once {
        Once::Entry => "entry".to_owned(),
        Once::Ever => "ever".to_owned(),
        Once::After(length) => format!("after {length}"),
    }
}
