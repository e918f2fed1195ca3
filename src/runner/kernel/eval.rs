//! Conditions, asked of the contact as it is; a comparison with a missing value is false, and the
//! negated ones are true.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::executor::Executor;
use crate::model::ids::Id;
use crate::model::{CampaignState, NumberTest, Subject, TextTest};
use crate::runner::contact::Slot;
use crate::runner::program::{Node, NodeId, day_of_number, fold_into};
use crate::runner::state::{Enrollment, Phase};

impl Executor<'_> {
    /// Whether the condition holds now. What needs more than a line is a function that is not drawn
    /// in, so that the way through a tree of conditions stays short.
    pub(super) fn eval(&mut self, id: NodeId) -> bool {
        let conditions = &self.program.conditions;
        match conditions.node(id) {
            Node::Constant(answer) => *answer,
            Node::All(parts) => parts.iter().all(|&part| self.eval(part)),
            Node::Any(parts) => parts.iter().any(|&part| self.eval(part)),
            Node::Not(inside) => !self.eval(*inside),
            Node::Cached { slot, node } => self.ask_once(*slot, *node),
            Node::Exists(field) => !matches!(self.fields[*field], Slot::Missing),
            Node::Text { field, fold, test } => self.text(*field, *fold, test),
            Node::Ranges {
                subject,
                ranges,
                negated,
            } => {
                self.whole(*subject)
                    .is_some_and(|value| in_ranges(value, ranges))
                    != *negated
            }
            Node::Decimal { field, test } => decimal(self.fields[*field], test),
            Node::Boolean { field, is, negated } => {
                (self.fields[*field] == Slot::Boolean(*is)) != *negated
            }
            Node::Choice {
                field,
                values,
                negated,
            } => self.is_one_of(*field, values) != *negated,
            Node::HasAny { field, values } => {
                self.choices(*field).is_some_and(|set| set & values != 0)
            }
            Node::HasAll { field, values } => self
                .choices(*field)
                .is_some_and(|set| set & values == *values),
            Node::HasNone { field, values } => {
                self.choices(*field).is_none_or(|set| set & values == 0)
            }
            Node::Blocked(channel) => self.blocks[*channel].is_some(),
            Node::Listed(list) => conditions.lists(*list, self.key),
            Node::ByHand { segment, node } => match self.by_hand(*segment) {
                Some(inside) => inside,
                None => self.eval(*node),
            },
            Node::Pattern { field, pattern } => self.is_like(*field, *pattern),
            Node::Anniversary {
                field,
                month,
                day,
                leap_too,
            } => self.recurs(*field, (*month, *day), *leap_too),
            Node::Campaign { campaign, state } => is_in_state(self.members[*campaign], *state),
            Node::Tag(tag) => self.tags.has(*tag),
            Node::Tagged => self.other_tags || !self.tags.is_empty(),
            Node::Count(count) => self.counts(&conditions.counts[*count]),
            Node::Stage {
                funnel,
                stage,
                since,
            } => {
                let standing = &self.stages[*funnel];
                standing.stage == Some(*stage) && standing.since <= *since
            }
            Node::InStages { funnel, stages } => self.stages[*funnel]
                .stage
                .is_some_and(|stage| has_bit(stages, stage)),
        }
    }

    #[inline]
    fn ask_once(&mut self, slot: usize, node: NodeId) -> bool {
        if let Some(answer) = self.answers.get(slot) {
            return answer;
        }
        if self.program.conditions.deep {
            self.ask_segments_before(slot);
        }
        let answer = self.eval(node);
        self.answers.put(slot, answer);
        answer
    }

    /// Asks the segments that stand before one, so that a long chain of them needs no deep
    /// recursion.
    fn ask_segments_before(&mut self, asked: usize) {
        let conditions = &self.program.conditions;
        if !conditions.is_segment(asked) {
            return;
        }
        for &slot in conditions.order().iter().take_while(|&&slot| slot != asked) {
            if self.answers.get(slot).is_none() {
                let answer = self.eval(conditions.slots()[slot]);
                self.answers.put(slot, answer);
            }
        }
    }

    /// Where the value of a field stands, behind those of the contact those of its company.
    pub(super) fn place_of(&self, subject: Subject) -> Option<usize> {
        match subject {
            Subject::Field(field) => Some(field.index()),
            Subject::Company(field) => Some(self.program.fields.len() + field.index()),
            Subject::Points | Subject::Group(_) | Subject::Tags | Subject::Property(..) => None,
        }
    }

    pub(super) fn whole(&self, subject: Subject) -> Option<i64> {
        if let Subject::Group(group) = subject {
            return Some(self.groups[group.index()]);
        }
        if subject == Subject::Points {
            return Some(self.points);
        }
        match self.fields[self.place_of(subject)?] {
            Slot::Integer(value) | Slot::Moment(value) => Some(value),
            Slot::Day(day) => Some(i64::from(day)),
            Slot::Missing | Slot::Text(_) | Slot::Number(_) => None,
            Slot::Boolean(_) | Slot::Choice(_) | Slot::Choices(_) => None,
        }
    }

    /// The day of a date, or that of a moment in the project's zone.
    pub(super) fn day_of(&self, field: usize) -> Option<Date> {
        match self.fields[field] {
            Slot::Day(day) => Some(day_of_number(day)),
            Slot::Moment(moment) => Some(self.program.zone.day_of(moment)),
            Slot::Missing | Slot::Text(_) | Slot::Integer(_) | Slot::Number(_) => None,
            Slot::Boolean(_) | Slot::Choice(_) | Slot::Choices(_) => None,
        }
    }

    fn is_one_of(&self, field: usize, values: &[u64]) -> bool {
        matches!(self.fields[field], Slot::Choice(choice) if has_bit(values, choice.index()))
    }

    #[inline(never)]
    fn is_like(&self, field: usize, pattern: usize) -> bool {
        matches!(self.fields[field], Slot::Text(text) if self.program.conditions.matches(pattern, text))
    }

    #[inline(never)]
    fn recurs(&self, field: usize, on: (i8, i8), leap_too: bool) -> bool {
        self.day_of(field)
            .map(|day| (day.month(), day.day()))
            .is_some_and(|day| day == on || leap_too && day == (2, 29))
    }

    fn choices(&self, field: usize) -> Option<u64> {
        if let Slot::Choices(set) = self.fields[field] {
            Some(set)
        } else {
            None
        }
    }

    #[inline(never)]
    fn text(&mut self, field: usize, fold: bool, wanted: &TextTest) -> bool {
        let Slot::Text(text) = self.fields[field] else {
            return is_negated(wanted);
        };
        if !fold {
            return compare(text, wanted);
        }
        self.folded.clear();
        fold_into(text, &mut self.folded);
        compare(&self.folded, wanted)
    }
}

fn is_in_state(member: Enrollment, state: Option<CampaignState>) -> bool {
    match state {
        None => member.entries > 0,
        Some(CampaignState::Active) => member.phase == Phase::Active,
        Some(CampaignState::Ended(outcome)) => member.phase == Phase::Ended(outcome),
    }
}

pub(super) fn is_negated(wanted: &TextTest) -> bool {
    match wanted {
        TextTest::In { negated, .. } => *negated,
        TextTest::Contains(_) | TextTest::StartsWith(_) | TextTest::EndsWith(_) => false,
        TextTest::Matches(_) => false,
    }
}

pub(super) fn compare(text: &str, wanted: &TextTest) -> bool {
    match wanted {
        TextTest::In { values, negated } => {
            values
                .binary_search_by(|value| value.as_str().cmp(text))
                .is_ok()
                != *negated
        }
        TextTest::Contains(part) => text.contains(part.as_str()),
        TextTest::StartsWith(part) => text.starts_with(part.as_str()),
        TextTest::EndsWith(part) => text.ends_with(part.as_str()),
        // A pattern is a question of its own.
        TextTest::Matches(_) => false,
    }
}

#[inline(never)]
pub(super) fn decimal(slot: Slot<'_>, test: &NumberTest) -> bool {
    let Slot::Number(value) = slot else {
        return matches!(test, NumberTest::In { negated: true, .. });
    };
    let within = |least: &Decimal, most: &Decimal| *least <= value && value <= *most;
    match test {
        NumberTest::In { values, negated } => values.contains(&value) != *negated,
        NumberTest::AtLeast(least) => value >= *least,
        NumberTest::AtMost(most) => value <= *most,
        NumberTest::MoreThan(bound) => value > *bound,
        NumberTest::LessThan(bound) => value < *bound,
        NumberTest::Between(least, most) => within(least, most),
    }
}

pub(super) fn in_ranges(value: i64, ranges: &[(i64, i64)]) -> bool {
    if let [(from, to)] = ranges {
        return *from <= value && value <= *to;
    }
    let after = ranges.partition_point(|(from, _)| *from <= value);
    after > 0 && value <= ranges[after - 1].1
}

fn has_bit(words: &[u64], index: usize) -> bool {
    words
        .get(index / 64)
        .is_some_and(|word| word >> (index % 64) & 1 == 1)
}
