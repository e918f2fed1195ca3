//! Other systems to which actions go, and the steps that call them.

use super::Metadata;
use super::ids::DestinationId;
use super::template::{Template, Token};
use crate::language::{DestinationKind, Verb};
use crate::source::Span;

/// A system to which actions go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The id.
    pub id: String,
    /// Where the id is written.
    pub span: Span,
    /// What people call it.
    pub about: Metadata,
    /// What it is; absent where that is broken.
    pub kind: Option<DestinationKind>,
    /// Where it is reached.
    pub url: Option<Setting>,
    /// What proves who is calling.
    pub secret: Option<Setting>,
}

/// What whoever delivers needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// As it stands.
    Text(String),
    /// In this variable of the environment.
    Env(String),
}

/// A call of somebody who is not the contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// A message to a colleague.
    Notify {
        /// To whom.
        to: Colleague,
        /// What.
        message: Template,
    },
    /// A call of another system with some values.
    Webhook {
        /// Which.
        destination: DestinationId,
        /// What it gets, by key.
        body: Vec<(String, Token)>,
    },
    /// The whole contact for another system.
    PushTo(DestinationId),
}

impl Call {
    /// The verb.
    pub fn verb(&self) -> Verb {
        match self {
            Self::Notify { .. } => Verb::Notify,
            Self::Webhook { .. } => Verb::Webhook,
            Self::PushTo(_) => Verb::PushTo,
        }
    }

    /// The system that is called, if it is one.
    pub fn destination(&self) -> Option<DestinationId> {
        match self {
            Self::Notify { .. } => None,
            Self::Webhook { destination, .. } | Self::PushTo(destination) => Some(*destination),
        }
    }
}

/// Who is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Colleague {
    /// Who looks after the contact.
    Owner,
    /// Always this address.
    Address(String),
}

impl Colleague {
    /// As it is written.
    pub fn word(&self) -> &str {
        match self {
            Self::Owner => "owner",
            Self::Address(address) => address,
        }
    }
}
