//! Events: what can happen to contacts, of which content, with which properties, and what a
//! question about them asks.
//!
//! The built-in events are in every model, declared or not.

use rust_decimal::Decimal;

use super::calendar::Duration;
use super::condition::{Condition, NumberTest};
use super::contacts::{FieldType, Value};
use super::ids::{Arena, ContentId, EventId, FieldId, PropertyId};
use super::{Channel, Content, ContentKind};
use crate::source::Span;

/// Something that can happen to a contact.
#[derive(Clone, Debug, PartialEq)]
pub struct EventType {
    /// The id.
    pub id: String,
    /// Where it is declared; nowhere for a built-in event that is not.
    pub span: Span,
    /// Whether the project declares it.
    pub declared: bool,
    /// A sentence about it.
    pub description: Option<String>,
    /// The properties, in order of their ids.
    pub properties: Arena<PropertyId, Property>,
    /// What it does to the contact's fields, in order of their ids.
    pub updates: Vec<Update>,
    /// How old an occurrence may be that starts a campaign.
    pub max_age: Duration,
}

/// A property of an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    /// The id.
    pub id: String,
    /// Where it is declared.
    pub span: Span,
    /// Its type: text, integer, number, boolean, date or datetime; absent where that is broken.
    pub type_: Option<FieldType>,
}

/// What an event does to a field.
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// The field.
    pub field: FieldId,
    /// Where it is named.
    pub span: Span,
    /// How it changes.
    pub change: UpdateChange,
}

/// How an event changes a field.
#[derive(Clone, Debug, PartialEq)]
pub enum UpdateChange {
    /// The number is added.
    Add(Decimal),
    /// The property's number is added; a missing one changes nothing.
    AddProperty(PropertyId),
    /// The field gets the value.
    Set(Value),
    /// The field gets the property's value; a missing one changes nothing.
    SetProperty(PropertyId),
    /// The field gets the moment of the event, or its day in the project's zone.
    SetEventTime,
}

impl UpdateChange {
    /// Whether it adds to what is there; else it does not ask.
    pub fn adds(&self) -> bool {
        match self {
            Self::Add(_) | Self::AddProperty(_) => true,
            Self::Set(_) | Self::SetProperty(_) | Self::SetEventTime => false,
        }
    }
}

/// Which occurrences are meant.
#[derive(Clone, Debug, PartialEq)]
pub struct EventPattern {
    /// Where it is written.
    pub span: Span,
    /// The event.
    pub event: EventId,
    /// Of this content; absent: of any, or of none.
    pub of: Option<ContentId>,
    /// What its properties must say: tests of [`Subject::Property`](super::Subject::Property),
    /// composed.
    pub where_: Option<Box<Condition>>,
}

/// How often something happened, or what it sums up to.
#[derive(Clone, Debug, PartialEq)]
pub struct EventTest {
    /// What is counted.
    pub pattern: EventPattern,
    /// The property that is summed up; absent: the occurrences are counted.
    pub sum: Option<PropertyId>,
    /// What the count or sum must be.
    pub test: NumberTest,
    /// Not longer ago than this.
    pub within: Option<Duration>,
    /// From when on it counts.
    pub since: Since,
}

/// From when on occurrences count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// All that is known.
    Ever,
    /// Those after the entry into the campaign in which the condition stands; false before an
    /// entry.
    Entry,
    /// Those after the contact came into the stage by which the condition stands.
    Stage,
}

impl Since {
    /// The word of the language.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ever => "ever",
            Self::Entry => "entry",
            Self::Stage => "stage",
        }
    }
}

use ContentKind::{Ad, Asset, Email, Focus, Form, Page, Push, Sms, Social};

/// The events that every project knows, in order of their ids, with the kinds of content of which
/// they are; a message has those of its channels.
const BUILT_IN: [(&str, &[ContentKind]); 12] = [
    ("bounced", &[Email]),
    ("clicked", &[Email, Sms, Push, Focus, Ad, Social]),
    ("complained", &[Email]),
    ("delivered", &[Email, Sms, Push]),
    ("downloaded", &[Asset]),
    ("failed", &[Email, Sms, Push]),
    ("opened", &[Email]),
    ("purchased", &[]),
    ("replied", &[Email, Sms, Push]),
    ("submitted", &[Form]),
    ("unsubscribed", &[Email, Sms, Push]),
    ("visited", &[Page]),
];

impl EventType {
    /// The names of the events that every project knows, in order.
    pub fn built_in() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// A built-in event as it is without a declaration, or the start of another one.
    pub fn undeclared(id: &str) -> Self {
        let hard = Property {
            id: "hard".to_owned(),
            span: Span::NOWHERE,
            type_: Some(FieldType::Boolean),
        };
        Self {
            id: id.to_owned(),
            span: Span::NOWHERE,
            declared: false,
            description: None,
            properties: (id == "bounced").then_some(hard).into_iter().collect(),
            updates: Vec::new(),
            max_age: Self::DEFAULT_MAX_AGE,
        }
    }

    /// How old an occurrence may be where the event says nothing about it.
    pub const DEFAULT_MAX_AGE: Duration = Duration {
        months: 0,
        days: 1,
        seconds: 0,
    };

    /// Whether it is of content at all; `purchased` and events of the project's own are not.
    pub fn is_of_content(&self) -> bool {
        !content_of(&self.id).is_empty()
    }

    /// Whether it can happen to such content: to a message, if it happens to what goes out on one
    /// of its channels.
    pub fn happens_to(&self, content: &Content) -> bool {
        match content.kind {
            Some(ContentKind::Message) => content
                .prefer
                .iter()
                .any(|channel| self.happens_on(*channel)),
            Some(kind) => content_of(&self.id).contains(&kind),
            None => false,
        }
    }

    /// Whether it can happen to what goes out on that channel.
    pub fn happens_on(&self, channel: Channel) -> bool {
        content_of(&self.id)
            .iter()
            .any(|kind| kind.channel() == Some(channel))
    }

    /// Whether every project knows it.
    pub fn is_built_in(&self) -> bool {
        Self::built_in().any(|name| name == self.id)
    }

    /// Whether its properties may be declared.
    pub fn has_own_properties(&self) -> bool {
        !self.is_built_in() || self.id == "purchased"
    }

    /// The property of that name.
    pub fn property(&self, id: &str) -> Option<PropertyId> {
        self.properties
            .search(|property| property.id.as_str().cmp(id))
    }
}

fn content_of(id: &str) -> &'static [ContentKind] {
    BUILT_IN
        .iter()
        .find(|(name, _)| *name == id)
        .map_or(&[], |(_, kinds)| kinds)
}
