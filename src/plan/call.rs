//! Destinations and calls to the plan's file form; a token is text there, as it is written in the
//! project.

use super::wire;
use crate::model::destination::{Call, Destination, Setting};
use crate::model::template::Token;
use crate::model::{DestinationId, Listing, Model};

pub(super) fn destination(destination: &Destination) -> Option<(String, wire::Destination)> {
    let setting = |setting: &Option<Setting>| {
        setting.as_ref().map(|setting| match setting {
            Setting::Text(text) => wire::Setting::Text(text.clone()),
            Setting::Env(name) => wire::Setting::Env(name.clone()),
        })
    };
    let kind = destination.kind?.word().to_owned();
    let written = wire::Destination {
        kind,
        url: setting(&destination.url),
        secret: setting(&destination.secret),
    };
    Some((destination.id.clone(), written))
}

pub(super) fn verb(model: &Model, call: &Call) -> wire::Verb {
    let destination = |id: DestinationId| model.destinations[id].id.clone();
    match call {
        Call::Notify { to, message } => wire::Verb::Notify {
            to: to.word().to_owned(),
            message: message.written(model),
        },
        Call::Webhook {
            destination: id,
            body,
        } => {
            let value =
                |(key, token): &(String, Token)| (key.clone(), token.name(model).into_owned());
            wire::Verb::Webhook {
                destination: destination(*id),
                body: body.iter().map(value).collect(),
            }
        }
        Call::PushTo(id) => wire::Verb::PushTo(destination(*id)),
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
