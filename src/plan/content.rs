//! Content, limits and members in the plan's file form, both ways; of a text that stands in a file only the path and a digest.

use std::collections::BTreeSet;

use super::call::{template, token};
use super::read::{Fault, channel, length, of, publish as read_publish};
use super::wire;
use super::write::publish;
use crate::language::{LimitThen, OnSkip};
use crate::model::template::{Part, Template};
use crate::model::{About, Body, Content, ContentKind, Limit, Model, Once, Segment, SendRules};
use crate::source::Span;

pub(super) fn written(model: &Model, content: &Content) -> wire::Content {
    wire::Content {
        kind: content.kind.map_or("broken", ContentKind::word).to_owned(),
        once: often(content.rules.once),
        transactional: content.rules.transactional,
        subject: content.subject.as_ref().map(|subject| subject.written(model)),
        body: content.body.as_ref().map(|body| written_body(model, body)),
        url: content.url.clone(),
        prefer: content.prefer.iter().map(|channel| channel.word().to_owned()).collect(),
        expires: content.rules.expires.map(|length| length.to_string()),
        on_skip: on_skip(content.rules),
        publish: publish(&content.publish),
    }
}

/// Of the text only where it stands, and what has to be known to fill it.
fn written_body(model: &Model, body: &Body) -> wire::Body {
    let tokens: BTreeSet<_> = body.tokens.tokens().map(|token| token.name(model).into_owned()).collect();
    wire::Body { file: body.file.clone(), digest: body.digest.clone(), tokens: tokens.into_iter().collect() }
}

fn read_body(plan: &wire::Plan, body: &wire::Body) -> Result<Body, Fault> {
    let part = |name: &String| Ok(Part::Value { token: token(plan, name)?, default: None, span: Span::NOWHERE });
    let parts = body.tokens.iter().map(part).collect::<Result<_, Fault>>()?;
    Ok(Body { file: body.file.clone(), digest: body.digest.clone(), tokens: Template { parts } })
}

pub(super) fn members(segment: &Segment) -> Option<(String, wire::Members)> {
    let members = wire::Members { include: segment.include.clone(), exclude: segment.exclude.clone() };
    (members != wire::Members::default()).then(|| (segment.id.clone(), members))
}

pub(super) fn written_limit(limit: Limit) -> wire::Limit {
    let then = if limit.drops { LimitThen::Drop } else { LimitThen::Delay }.word().to_owned();
    wire::Limit { at_most: limit.at_most, within: limit.within.to_string(), then }
}

pub(super) fn on_skip(rules: SendRules) -> String {
    if rules.exits_on_skip { OnSkip::Exit } else { OnSkip::Continue }.word().to_owned()
}

pub(super) fn often(once: Once) -> String {
    match once {
        Once::Entry => "entry".to_owned(),
        Once::Ever => "ever".to_owned(),
        Once::After(length) => format!("after {length}"),
    }
}

pub(super) fn send_rules(
    often: &str,
    transactional: bool,
    expires: Option<&str>,
    on_skip: &str,
) -> Result<SendRules, Fault> {
    Ok(SendRules {
        once: once(often)?,
        transactional,
        expires: expires.map(length).transpose()?,
        exits_on_skip: of(on_skip, OnSkip::of)? == OnSkip::Exit,
    })
}

pub(super) fn read_limit(written: &wire::Limit) -> Result<Limit, Fault> {
    let drops = of(&written.then, LimitThen::of)? == LimitThen::Drop;
    Ok(Limit { at_most: written.at_most, within: length(&written.within)?, drops })
}

pub(super) fn once(text: &str) -> Result<Once, Fault> {
    match text.strip_prefix("after ") {
        Some(text) => length(text).map(Once::After),
        None => match text {
            "entry" => Ok(Once::Entry),
            "ever" => Ok(Once::Ever),
            other => Err(format!("`{other}` is not understood")),
        },
    }
}

pub(super) fn read(plan: &wire::Plan, id: &str, content: &wire::Content) -> Result<Content, Fault> {
    Ok(Content {
        id: id.to_owned(),
        span: Span::NOWHERE,
        about: About::default(),
        kind: Some(of(&content.kind, ContentKind::of)?),
        subject: content.subject.as_ref().map(|text| template(plan, text)).transpose()?,
        body: content.body.as_ref().map(|body| read_body(plan, body)).transpose()?,
        url: content.url.clone(),
        prefer: content.prefer.iter().map(|name| channel(name)).collect::<Result<_, _>>()?,
        rules: send_rules(&content.once, content.transactional, content.expires.as_deref(), &content.on_skip)?,
        publish: read_publish(&content.publish)?,
    })
}
