//! What happened to a contact: whether an occurrence fits a pattern, how many do, and what they sum
//! up to.

use rust_decimal::Decimal;

use super::eval::{compare, decimal, in_ranges, is_negated};
use super::executor::Executor;
use crate::runner::contact::{Kept, Occurrence, Slot};
use crate::runner::program::{
    CountProgram, PatternProgram, SinceProgram, Where, Zone, day_of_number, fold_into,
};
use crate::runner::state::Phase;

impl PatternProgram {
    /// Whether the occurrence is one of those that are meant.
    pub(super) fn fits(&self, occurrence: &Occurrence, zone: &Zone) -> bool {
        self.event == occurrence.event
            && (self.of.is_none() || self.of == occurrence.of)
            && self
                .where_
                .as_ref()
                .is_none_or(|inner| inner.eval(occurrence, zone))
    }
}

impl Where {
    fn eval(&self, occurrence: &Occurrence, zone: &Zone) -> bool {
        let slot = |property: &crate::model::PropertyId| occurrence.property(*property);
        match self {
            Self::Constant(answer) => *answer,
            Self::All(parts) => parts.iter().all(|part| part.eval(occurrence, zone)),
            Self::Any(parts) => parts.iter().any(|part| part.eval(occurrence, zone)),
            Self::Not(inner) => !inner.eval(occurrence, zone),
            Self::Exists(property) => slot(property) != Slot::Missing,
            Self::Text { property, test } => {
                let Slot::Text(text) = slot(property) else {
                    return is_negated(test);
                };
                let mut folded = String::new();
                fold_into(text, &mut folded);
                compare(&folded, test)
            }
            Self::Ranges {
                property,
                ranges,
                negated,
            } => {
                let whole = match slot(property) {
                    Slot::Integer(value) | Slot::Moment(value) => Some(value),
                    Slot::Day(day) => Some(i64::from(day)),
                    Slot::Missing
                    | Slot::Text(_)
                    | Slot::Number(_)
                    | Slot::Boolean(_)
                    | Slot::Choice(_)
                    | Slot::Choices(_) => None,
                };
                whole.is_some_and(|value| in_ranges(value, ranges)) != *negated
            }
            Self::Decimal { property, test } => decimal(slot(property), test),
            Self::Matches { property, pattern } => match (slot(property), pattern) {
                (Slot::Text(text), Some(pattern)) => pattern.is_match(text),
                _ => false,
            },
            Self::Anniversary {
                property,
                month,
                day,
                leap_too,
            } => {
                let of = match slot(property) {
                    Slot::Day(day) => Some(day_of_number(day)),
                    Slot::Moment(moment) => Some(zone.day_of(moment)),
                    Slot::Missing
                    | Slot::Text(_)
                    | Slot::Integer(_)
                    | Slot::Number(_)
                    | Slot::Boolean(_)
                    | Slot::Choice(_)
                    | Slot::Choices(_) => None,
                };
                let of = of.map(|of| (of.month(), of.day()));
                of == Some((*month, *day)) || *leap_too && of == Some((2, 29))
            }
            Self::Boolean {
                property,
                is,
                negated,
            } => (slot(property) == Slot::Boolean(*is)) != *negated,
        }
    }
}

impl Executor<'_> {
    /// Whether so many are known, or so much, as the condition asks; false before an entry that it
    /// counts from.
    pub(super) fn counts(&self, count: &CountProgram) -> bool {
        self.total(count)
            .is_some_and(|total| decimal(Slot::Number(total), &count.test))
    }

    /// How many are known, or how much; nothing before an entry that the condition counts from.
    pub(super) fn total(&self, count: &CountProgram) -> Option<Decimal> {
        let after = match count.since {
            SinceProgram::Ever => i64::MIN,
            SinceProgram::Entry(campaign) => match self.members[campaign] {
                member if member.phase == Phase::Active => member.since,
                _ => return None,
            },
            SinceProgram::Stage(funnel) => {
                self.stages[funnel].stage?;
                self.stages[funnel].since
            }
        };
        let known = &self.events[self.events.partition_point(|one| one.at < count.from)..];
        let meant = known.iter().filter(|one| {
            (after == i64::MIN || one.at > after) && count.pattern.fits(one, &self.program.zone)
        });
        Some(match count.sum {
            None => Decimal::from(meant.count()),
            Some(property) => {
                meant.fold(Decimal::ZERO, |sum, one| add(sum, one.property(property)))
            }
        })
    }
}

/// As large as the type allows.
fn add(sum: Decimal, value: Slot<'_>) -> Decimal {
    let value = match value {
        Slot::Integer(value) => Decimal::from(value),
        Slot::Number(value) => value,
        Slot::Missing
        | Slot::Text(_)
        | Slot::Boolean(_)
        | Slot::Day(_)
        | Slot::Moment(_)
        | Slot::Choice(_)
        | Slot::Choices(_) => return sum,
    };
    let extreme = if value.is_sign_negative() {
        Decimal::MIN
    } else {
        Decimal::MAX
    };
    sum.checked_add(value).unwrap_or(extreme)
}

impl Occurrence {
    /// The value of a property.
    pub(crate) fn property(&self, property: crate::model::PropertyId) -> Slot<'_> {
        self.properties
            .get(crate::model::ids::Id::index(property))
            .map_or(Slot::Missing, Kept::slot)
    }
}
