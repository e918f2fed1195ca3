//! What compiling a journey shares, and its small parts: fields, content and channels.

use super::compile::{Compiler, mask};
use super::condition::NodeId;
use super::dependencies::Dependencies;
use super::zone::{Zone, day_number};
use crate::model::ids::Id;
use crate::model::template::Token;
use crate::model::{
    Channel, ChannelRules, Content, Field, Limit, Model, Moment, Publish, SendRules, Value, Windows,
};
use crate::runner::contact::Kept;

/// Content.
#[derive(Clone, Debug)]
pub(crate) struct ContentProgram {
    pub(crate) published: bool,
    /// How it is sent where no step says it.
    pub(crate) rules: SendRules,
    /// The channels on which it may go out, the best first; absent where it needs none.
    pub(crate) channels: Option<Vec<Channel>>,
    /// Whether the contact's preferred channel comes before them.
    pub(crate) follows_preference: bool,
    /// The values of the contact that its subject and its text ask for, in order of their names.
    pub(crate) tokens: Vec<Token>,
}

/// A channel.
#[derive(Clone, Debug)]
pub(crate) struct ChannelProgram {
    pub(crate) address: Option<usize>,
    pub(crate) consent: Option<NodeId>,
    pub(crate) limit: Option<Limit>,
    /// When it may be used; absent where at any time.
    pub(crate) hours: Option<Windows>,
}

/// What a field's new values must keep to.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent facts about the field"
)]
pub(crate) struct FieldProgram {
    /// What shows where there is a column and no value.
    pub(crate) default: Kept,
    pub(crate) min: Kept,
    pub(crate) max: Kept,
    pub(crate) written: bool,
    /// Whether a step sets or clears it; else only events change it, where the file has no column.
    pub(crate) set_by_step: bool,
    /// Whether events change it, so that it must be known as of when it is set.
    pub(crate) follows_events: bool,
    /// Whether events set it, of which one may come late, so that what is added to it must be known
    /// by time.
    pub(crate) keeps_added: bool,
}

/// What compiling a part needs to know of the whole.
pub(crate) struct Builder<'m> {
    pub(crate) model: &'m Model,
    pub(crate) zone: &'m Zone,
    pub(crate) dependencies: &'m Dependencies,
    pub(crate) now: i64,
    pub(crate) compiler: Compiler<'m>,
}

impl Builder<'_> {
    pub(crate) fn published(&self, publish: &Publish) -> bool {
        let began = publish
            .from
            .is_none_or(|from| self.now >= self.zone.start_of_moment(from));
        publish.published
            && began
            && publish
                .until
                .is_none_or(|until| self.now <= self.last_of(until))
    }

    pub(super) fn value(&self, value: &Value) -> Kept {
        match value {
            Value::Text(text) => Kept::Text(text.as_str().into()),
            Value::Integer(number) => Kept::Integer(*number),
            Value::Number(number) => Kept::Number(*number),
            Value::Boolean(flag) => Kept::Boolean(*flag),
            Value::Date(day) => Kept::Day(day_number(*day)),
            Value::Datetime(moment) => Kept::Moment(self.zone.start_of_moment(*moment)),
            Value::Choice(choice) => Kept::Choice(*choice),
            Value::Choices(choices) => Kept::Choices(mask(choices)),
        }
    }

    pub(crate) fn field(&self, id: usize, field: &Field) -> FieldProgram {
        let value = |value: &Option<Value>| {
            value
                .as_ref()
                .map(|value| self.value(value))
                .unwrap_or_default()
        };
        let all = || self.model.events.values().flat_map(|event| &event.updates);
        let updates = || {
            all()
                .filter(|update| update.field.index() == id)
                .map(|update| &update.change)
        };
        FieldProgram {
            default: value(&field.default),
            min: value(&field.min),
            max: value(&field.max),
            written: self.dependencies.writes_field(Id::from_index(id)),
            set_by_step: self.dependencies.is_set_by_step(Id::from_index(id)),
            follows_events: updates().next().is_some(),
            keeps_added: updates().any(|change| !change.adds()),
        }
    }

    pub(crate) fn content(&self, content: &Content) -> ContentProgram {
        let channels = Some(content.channels()).filter(|channels| !channels.is_empty());
        let follows_preference = content.kind == Some(crate::model::ContentKind::Message);
        ContentProgram {
            rules: content.rules,
            published: self.published(&content.publish),
            channels,
            follows_preference,
            tokens: content
                .tokens(self.model)
                .into_iter()
                .map(|(_, token)| token)
                .collect(),
        }
    }

    pub(crate) fn channel(&mut self, rules: &ChannelRules) -> ChannelProgram {
        ChannelProgram {
            address: rules.address.map(Id::index),
            consent: rules
                .consent
                .as_ref()
                .map(|consent| self.compiler.compile(consent)),
            limit: rules.limit,
            hours: (!rules.hours.is_open()).then_some(rules.hours),
        }
    }

    pub(super) fn last_of(&self, until: Moment) -> i64 {
        match until {
            Moment::Day(day) => self.zone.end_of(day).saturating_sub(1),
            Moment::Time(time) => self.zone.moment(time),
        }
    }

    pub(super) fn end_of(&self, until: Moment) -> i64 {
        match until {
            Moment::Day(day) => self.zone.end_of(day),
            Moment::Time(time) => self.zone.moment(time),
        }
    }
}
