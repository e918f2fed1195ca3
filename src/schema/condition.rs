//! A condition as written: exactly one key says what it is about, one operator or more qualifiers
//! belong to it; `resolve` holds the keys against each other.

use schemars::JsonSchema;
use serde::Deserialize;

use super::scalar::{Anything, Keyed, ListOf, Literal, Text};
use super::{Key, Operands};
use crate::language::{Operator, TagsHeld};
use crate::source::Span;

/// A condition over a contact: exactly one of `field`, `company`, `tag`, `tags`, `stage`,
/// `reached`, `in-funnel`, `segment`, `event`, `campaign`, `reachable`, `all`, `any`, `not`, and
/// the keys that belong to it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Condition {
    /// True when all of these are.
    pub all: Option<Keyed<ListOf<Keyed<Condition>>>>,
    /// True when at least one of these is.
    pub any: Option<Keyed<ListOf<Keyed<Condition>>>>,
    /// True when this is not.
    pub not: Option<Box<Keyed<Condition>>>,

    /// A field of the contact, or `points`; goes with exactly one operator.
    pub field: Option<Keyed<Text>>,
    /// A field of the contact's company; goes with exactly one operator.
    pub company: Option<Keyed<Text>>,
    /// Has this tag.
    pub tag: Option<Keyed<Text>>,
    /// `none`: has no tag at all, not even one that `values` does not name; `any`: has one.
    pub tags: Option<Keyed<TagsHeld>>,
    /// Is in this stage, written `funnel/stage`; `for` adds how long at least.
    pub stage: Option<Keyed<Text>>,
    /// How long the contact has been in the stage at least, such as `30 days`.
    #[serde(rename = "for")]
    pub for_: Option<Keyed<Text>>,
    /// Its stage in that funnel weighs at least as much as this one, written `funnel/stage`.
    pub reached: Option<Keyed<Text>>,
    /// Has a stage in this funnel.
    pub in_funnel: Option<Keyed<Text>>,
    /// Meets this segment, now.
    pub segment: Option<Keyed<Text>>,
    /// May be written to on this channel: there is an address, consent, and no do-not-contact.
    pub reachable: Option<Keyed<Text>>,

    /// Has ever entered this campaign; `state` asks how it stands with the latest entry.
    pub campaign: Option<Keyed<Text>>,
    /// How the latest entry stands: `active`, `completed`, `exited` or `converted`; for `campaign`.
    pub state: Option<Keyed<Text>>,
    /// Happened so often, or adds up to so much: an event such as `purchased`; goes with `of`,
    /// `where`, `sum`, `within`, `since` and an operator (default `at-least: 1`).
    pub event: Option<Keyed<Text>>,
    /// Of this content; for `event`.
    pub of: Option<Keyed<Text>>,
    /// The property whose values are added up; for `event`, with an operator.
    pub sum: Option<Keyed<Text>>,
    /// What the properties must say: a condition over `{ property: amount, at-least: 5 }`; for
    /// `event`.
    #[serde(rename = "where")]
    pub where_: Option<Box<Keyed<Condition>>>,
    /// A property of the event; goes with exactly one operator, and stands only in `where` of an
    /// event.
    pub property: Option<Keyed<Text>>,

    /// Comes to rest in this stage, written `funnel/stage`; only in `enter` of a campaign.
    pub entered: Option<Keyed<Text>>,

    /// Equal to.
    pub is: Option<Keyed<Literal>>,
    /// Not equal to; true when the value is missing.
    pub is_not: Option<Keyed<Literal>>,
    /// One of these values.
    #[serde(rename = "in")]
    pub in_: Option<Keyed<ListOf<Keyed<Literal>>>>,
    /// None of these values; true when the value is missing.
    pub not_in: Option<Keyed<ListOf<Keyed<Literal>>>>,
    /// This number or a larger one.
    pub at_least: Option<Keyed<Literal>>,
    /// This number or a smaller one.
    pub at_most: Option<Keyed<Literal>>,
    /// A larger number.
    pub more_than: Option<Keyed<Literal>>,
    /// A smaller number.
    pub less_than: Option<Keyed<Literal>>,
    /// From the first to the second value, both included.
    pub between: Option<Keyed<ListOf<Keyed<Literal>>>>,
    /// The text has this in it.
    pub contains: Option<Keyed<Literal>>,
    /// The text starts with this.
    pub starts_with: Option<Keyed<Literal>>,
    /// The text ends with this.
    pub ends_with: Option<Keyed<Literal>>,
    /// The text has a part that this regular expression describes.
    pub matches: Option<Keyed<Literal>>,
    /// Whether there is a value at all.
    pub exists: Option<Keyed<bool>>,
    /// Earlier than this date: a date, `today`, `90 days ago`, `start of month`.
    pub before: Option<Keyed<Literal>>,
    /// Later than this date, or than the whole of this day.
    pub after: Option<Keyed<Literal>>,
    /// On this date or later; for `event` from when on it counts: `ever`, `entry` or `stage`.
    pub since: Option<Keyed<Literal>>,
    /// On this date or earlier.
    pub until: Option<Keyed<Literal>>,
    /// Not longer ago than this, and not in the future, such as `90 days`.
    pub within: Option<Keyed<Literal>>,
    /// From now until then, such as `3 days`.
    pub within_next: Option<Keyed<Literal>>,
    /// In a day, week, month or year: `today`, `last week`, `this month`, `next year`.
    pub during: Option<Keyed<Literal>>,
    /// The same day and month in any year, as seen from today: `today`, `tomorrow`, `yesterday`,
    /// `in 3 days`, `3 days ago`.
    pub anniversary: Option<Keyed<Literal>>,
    /// Has at least one of these choices.
    pub has_any: Option<Keyed<ListOf<Keyed<Literal>>>>,
    /// Has all of these choices.
    pub has_all: Option<Keyed<ListOf<Keyed<Literal>>>>,
    /// Has none of these choices; true when the value is missing.
    pub has_none: Option<Keyed<ListOf<Keyed<Literal>>>>,
    /// Set where a part of it could not be read, which is reported already.
    #[serde(rename = "$hole")]
    #[schemars(skip)]
    pub hole: Option<Anything>,
}

/// An operator as written.
#[derive(Clone, Copy)]
pub struct Comparison<'a> {
    /// Which.
    pub operator: Operator,
    /// Where the word stands.
    pub key: Span,
    /// Where the operand stands.
    pub span: Span,
    /// The value or values behind it.
    pub operand: Operand<'a>,
}

/// The value or values behind an operator.
#[derive(Clone, Copy)]
pub enum Operand<'a> {
    /// A value.
    One(&'a Keyed<Literal>),
    /// A list of values.
    Many(&'a ListOf<Keyed<Literal>>),
    /// Of `exists`.
    Flag(bool),
}

impl Condition {
    /// The keys that stand in it.
    pub fn keys(&self) -> Vec<Key> {
        keys_of!(self but hole, all any not field company tag tags stage for_ reached in_funnel segment reachable campaign state event
            of sum where_ property entered is is_not in_ not_in at_least at_most more_than less_than between contains
            starts_with ends_with matches exists before after since until within within_next during anniversary has_any
            has_all has_none)
    }

    /// The operators that stand in it, in the order of the text.
    pub fn comparisons(&self) -> Vec<Comparison<'_>> {
        let comparison = |key: Key| {
            let operator = Operator::of(&key.word)?;
            Some(Comparison {
                operator,
                key: key.at,
                span: key.value,
                operand: self.operand(operator)?,
            })
        };
        self.keys().into_iter().filter_map(comparison).collect()
    }

    fn operand(&self, operator: Operator) -> Option<Operand<'_>> {
        fn one(operand: &Option<Keyed<Literal>>) -> Option<Operand<'_>> {
            operand.as_ref().map(Operand::One)
        }
        fn many(operand: &Option<Keyed<ListOf<Keyed<Literal>>>>) -> Option<Operand<'_>> {
            operand.as_ref().map(|list| Operand::Many(&list.value))
        }
        match operator {
            Operator::Is => one(&self.is),
            Operator::IsNot => one(&self.is_not),
            Operator::In => many(&self.in_),
            Operator::NotIn => many(&self.not_in),
            Operator::AtLeast => one(&self.at_least),
            Operator::AtMost => one(&self.at_most),
            Operator::MoreThan => one(&self.more_than),
            Operator::LessThan => one(&self.less_than),
            Operator::Between => many(&self.between),
            Operator::Contains => one(&self.contains),
            Operator::StartsWith => one(&self.starts_with),
            Operator::EndsWith => one(&self.ends_with),
            Operator::Matches => one(&self.matches),
            Operator::Exists => self.exists.as_ref().map(|it| Operand::Flag(it.value)),
            Operator::Before => one(&self.before),
            Operator::After => one(&self.after),
            Operator::Since => one(&self.since),
            Operator::Until => one(&self.until),
            Operator::Within => one(&self.within),
            Operator::WithinNext => one(&self.within_next),
            Operator::During => one(&self.during),
            Operator::Anniversary => one(&self.anniversary),
            Operator::HasAny => many(&self.has_any),
            Operator::HasAll => many(&self.has_all),
            Operator::HasNone => many(&self.has_none),
        }
    }
}

impl Comparison<'_> {
    /// What stands behind it.
    pub(crate) fn operands(&self) -> Operands<'_> {
        let texts = match self.operand {
            Operand::One(literal) => vec![literal.value.0.text.as_str()],
            Operand::Many(literals) => literals
                .0
                .iter()
                .map(|literal| literal.value.0.text.as_str())
                .collect(),
            Operand::Flag(flag) => vec![if flag { "true" } else { "false" }],
        };
        Operands { texts }
    }
}
