//! Destinations and calls in the plan's file form, both ways; a token is text there, as it is written in the project.

use std::collections::BTreeMap;

use super::read::{Fault, key, of};
use super::wire;
use crate::language::DestinationKind;
use crate::model::destination::{Call, Colleague, Destination, Setting};
use crate::model::template::{Part, Piece, Template, Token, pieces};
use crate::model::{About, DestinationId, Listing, Model};
use crate::source::Span;

pub(super) fn destination(destination: &Destination) -> Option<(String, wire::Destination)> {
    let setting = |setting: &Option<Setting>| {
        setting.as_ref().map(|setting| match setting {
            Setting::Text(text) => wire::Setting::Text(text.clone()),
            Setting::Env(name) => wire::Setting::Env(name.clone()),
        })
    };
    let kind = destination.kind?.word().to_owned();
    let written = wire::Destination { kind, url: setting(&destination.url), secret: setting(&destination.secret) };
    Some((destination.id.clone(), written))
}

pub(super) fn read_destination(id: &str, written: &wire::Destination) -> Result<Destination, Fault> {
    let setting = |setting: &Option<wire::Setting>| {
        setting.as_ref().map(|setting| match setting {
            wire::Setting::Text(text) => Setting::Text(text.clone()),
            wire::Setting::Env(name) => Setting::Env(name.clone()),
        })
    };
    Ok(Destination {
        id: id.to_owned(),
        span: Span::NOWHERE,
        about: About::default(),
        kind: Some(of(&written.kind, DestinationKind::of)?),
        url: setting(&written.url),
        secret: setting(&written.secret),
    })
}

pub(super) fn verb(model: &Model, call: &Call) -> wire::Verb {
    let destination = |id: DestinationId| model.destinations[id].id.clone();
    match call {
        Call::Notify { to, message } => {
            wire::Verb::Notify { to: to.word().to_owned(), message: message.written(model) }
        }
        Call::Webhook { destination: id, body } => {
            let value = |(key, token): &(String, Token)| (key.clone(), token.name(model).into_owned());
            wire::Verb::Webhook { destination: destination(*id), body: body.iter().map(value).collect() }
        }
        Call::PushTo(id) => wire::Verb::PushTo(destination(*id)),
    }
}

pub(super) fn notify(plan: &wire::Plan, to: &str, message: &str) -> Result<Call, Fault> {
    let to = if to == "owner" { Colleague::Owner } else { Colleague::Address(to.to_owned()) };
    Ok(Call::Notify { to, message: template(plan, message)? })
}

pub(super) fn webhook(plan: &wire::Plan, name: &str, body: &BTreeMap<String, String>) -> Result<Call, Fault> {
    let value = |(key, name): (&String, &String)| Ok((key.clone(), token(plan, name)?));
    let body = body.iter().map(value).collect::<Result<_, Fault>>()?;
    Ok(Call::Webhook { destination: key(&plan.destinations, "destination", name)?, body })
}

pub(super) fn push_to(plan: &wire::Plan, name: &str) -> Result<Call, Fault> {
    key(&plan.destinations, "destination", name).map(Call::PushTo)
}

/// A text with tokens.
pub(super) fn template(plan: &wire::Plan, text: &str) -> Result<Template, Fault> {
    let part = |piece: Piece<'_>| match piece {
        Piece::Text(text) => Ok(Part::Text(text.to_owned())),
        Piece::Token { name, default, .. } => {
            Ok(Part::Value { token: token(plan, name)?, default: default.map(str::to_owned), span: Span::NOWHERE })
        }
        Piece::Broken { range, why } => Err(format!("`{}` is no token: {why}", &text[range])),
    };
    let parts = pieces(text).into_iter().map(part).collect::<Result<_, _>>()?;
    Ok(Template { parts })
}

/// A value of the contact, by its name.
pub(super) fn token(plan: &wire::Plan, name: &str) -> Result<Token, Fault> {
    match name.strip_prefix("points/") {
        Some(group) => key(&plan.points.groups, "group of points", group).map(Token::Group),
        None if name == "points" => Ok(Token::Points),
        None => key(&plan.contacts.fields, "field", name).map(Token::Field),
    }
}

pub(super) fn listing(model: &Model, listing: Listing) -> wire::Verb {
    let subject = listing.subject(model).to_owned();
    match listing {
        Listing::Unsubscribe(_) => wire::Verb::Unsubscribe(subject),
        Listing::Resubscribe(_) => wire::Verb::Resubscribe(subject),
        Listing::AddTo(_) => wire::Verb::AddTo(subject),
        Listing::RemoveFrom(_) => wire::Verb::RemoveFrom(subject),
    }
}
