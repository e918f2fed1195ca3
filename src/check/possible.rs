//! The cells with which a question can come out one way: only those are looked at where its answer
//! turns, so it costs what the question has operands.

use std::ops::Range;

use rust_decimal::Decimal;

use super::partition::{Class, Partition};
use super::region::Region;
use crate::model::ids::Id;
use crate::model::{ChoiceId, ConditionKind, DateTest, FieldTest, Model, NumberTest, TextTest};

/// So few cells are all looked at.
const FEW: usize = 4;

/// From which cell on an answer is given, up to the next of these; absent where it depends on more.
type Answers = Vec<(usize, Option<bool>)>;

impl Partition {
    /// Those for which an atom can come out as `holds`.
    pub(super) fn possible(&self, model: &Model, atom: &ConditionKind, holds: bool) -> Region {
        let answers = self.listed(atom).unwrap_or_else(|| {
            let turns = self.turns(atom).into_iter();
            turns
                .map(|at| (at, self.answer_at(model, atom, at)))
                .collect()
        });
        let ends = answers
            .iter()
            .skip(1)
            .map(|(at, _)| *at)
            .chain([self.count()]);
        let parts = answers.iter().zip(ends);
        Region::of(
            parts
                .filter(|((_, answer), _)| *answer != Some(!holds))
                .map(|((from, _), end)| *from..end),
        )
    }

    /// Where the answer of an atom may turn, the first cell among them.
    fn turns(&self, atom: &ConditionKind) -> Vec<usize> {
        let last = self.count().saturating_sub(1);
        let mut turns = vec![0, self.first_value(), last];
        match atom {
            _ if self.count() <= FEW => turns.extend(0..self.count()),
            ConditionKind::Reached(stage) => {
                let weight = self.ranks.get(&stage.stage).and_then(|(weight, _)| *weight);
                let below =
                    |least: Option<i64>| self.ranked.partition_point(|(weight, _)| *weight < least);
                turns.extend([below(Some(i64::MIN)), below(weight)]);
            }
            ConditionKind::Stage { stage, .. } => {
                turns.extend(
                    self.ranks
                        .get(&stage.stage)
                        .into_iter()
                        .flat_map(|(_, at)| [*at, at + 1]),
                );
            }
            ConditionKind::Field {
                test: FieldTest::Number(test),
                ..
            } => {
                bounds(test)
                    .into_iter()
                    .for_each(|bound| turns.extend(self.around(bound)));
            }
            ConditionKind::Field {
                test: test @ FieldTest::Date(_),
                ..
            } => {
                let points = self
                    .moments
                    .map(|moments| moments.points(test))
                    .unwrap_or_default();
                points
                    .iter()
                    .for_each(|point| turns.extend(self.around(point)));
            }
            ConditionKind::Field { .. } | ConditionKind::Tag(_) | ConditionKind::InFunnel(_) => {}
            ConditionKind::All(_)
            | ConditionKind::Any(_)
            | ConditionKind::Not(_)
            | ConditionKind::Segment(_) => {}
            ConditionKind::Reachable(_)
            | ConditionKind::Campaign { .. }
            | ConditionKind::Event(_) => {}
            ConditionKind::Broken => {}
        }
        turns.retain(|at| *at < self.count());
        turns.sort_unstable();
        turns.dedup();
        turns
    }

    /// The answers of a question that lists its values: each is looked up, and all others are
    /// answered alike.
    fn listed(&self, atom: &ConditionKind) -> Option<Answers> {
        let ConditionKind::Field { subject, test } = atom else {
            return None;
        };
        match test {
            _ if self.count() <= FEW || !self.are_of(*subject) => None,
            FieldTest::Number(NumberTest::In { values, negated }) if self.has_numbers() => {
                let named = values
                    .iter()
                    .filter_map(|value| self.number(value).ok())
                    .map(|at| at..at + 1);
                Some(self.with(
                    Some(*negated),
                    *negated,
                    named.map(|cells| (cells, Some(!*negated))).collect(),
                ))
            }
            FieldTest::Choice { values, negated } if self.has_choices() => {
                let cell = |choice: &ChoiceId| self.first_value() + choice.index();
                let named = values
                    .iter()
                    .map(cell)
                    .map(|at| (at..at + 1, Some(!*negated)));
                Some(self.with(Some(*negated), *negated, named.collect()))
            }
            FieldTest::Text(TextTest::In { values, negated }) => {
                let others = values
                    .iter()
                    .all(|value| value.is_ascii())
                    .then_some(*negated);
                Some(self.with(others, *negated, self.spellings(values, *negated)))
            }
            FieldTest::Date(DateTest::In { negated, .. }) => {
                let days = self.moments?.days(test).filter(|days| !days.is_empty());
                let others = days.is_some().then_some(*negated);
                let named = days
                    .unwrap_or_default()
                    .into_iter()
                    .map(|(from, end)| self.around_all(&from, &end));
                Some(self.with(
                    others,
                    *negated,
                    named.map(|cells| (cells, Some(!*negated))).collect(),
                ))
            }
            FieldTest::Exists(_)
            | FieldTest::Boolean { .. }
            | FieldTest::Number(_)
            | FieldTest::Choice { .. } => None,
            FieldTest::Text(_) | FieldTest::Date(_) => None,
            FieldTest::HasAny(_) | FieldTest::HasAll(_) | FieldTest::HasNone(_) => None,
        }
    }

    /// Texts that are named, and those that differ from one that is named in capitals only, of
    /// which the field decides.
    fn spellings(&self, values: &[String], negated: bool) -> Vec<(Range<usize>, Option<bool>)> {
        let mut found = Vec::new();
        for value in values.iter().filter(|value| value.is_ascii()) {
            for at in self
                .spelt
                .get(&value.to_ascii_lowercase())
                .into_iter()
                .flatten()
            {
                let is_named = matches!(&self.all[*at], Class::Text(text) if text == value);
                found.push((*at..*at + 1, is_named.then_some(!negated)));
            }
        }
        // What is named by one and alike to another is named.
        found.sort_by_key(|(cells, answer)| (cells.start, answer.is_none()));
        found
    }

    /// A missing value, the cells that are answered for themselves, and all others.
    fn with(
        &self,
        others: Option<bool>,
        missing: bool,
        mut named: Vec<(Range<usize>, Option<bool>)>,
    ) -> Answers {
        named.sort_by_key(|(cells, _)| cells.start);
        named.dedup_by(|later, first| later.0 == first.0);
        let mut answers = Vec::with_capacity(2 * named.len() + 2);
        if self.first_value() > 0 {
            answers.push((0, Some(missing)));
        }
        let mut next = self.first_value();
        for (cells, answer) in named {
            if next < cells.start {
                answers.push((next, others));
            }
            answers.push((cells.start.max(next), answer));
            next = next.max(cells.end);
        }
        if next < self.count() {
            answers.push((next, others));
        }
        answers
    }

    /// The first cell that is no missing value.
    fn first_value(&self) -> usize {
        usize::from(self.all.first() == Some(&Class::Missing))
    }

    fn has_numbers(&self) -> bool {
        matches!(self.all.last(), Some(Class::Number(_)))
    }

    fn has_choices(&self) -> bool {
        matches!(self.all.last(), Some(Class::Choice(_)))
    }

    /// The cell of a number, or where it would be.
    fn number(&self, number: &Decimal) -> Result<usize, usize> {
        self.all.binary_search_by(|cell| match cell {
            Class::Number(value) => value.cmp(number),
            Class::Missing => std::cmp::Ordering::Less,
            Class::Flag(_)
            | Class::Choice(_)
            | Class::Text(_)
            | Class::OtherText
            | Class::Stage(_) => std::cmp::Ordering::Greater,
        })
    }

    /// The cell of a number, and the one behind it.
    fn around(&self, number: &Decimal) -> [usize; 2] {
        match self.number(number) {
            Ok(at) => [at, at + 1],
            Err(at) => [at, at],
        }
    }

    /// The cells from one number on and up to another, which is left out.
    fn around_all(&self, from: &Decimal, end: &Decimal) -> Range<usize> {
        self.around(from)[0]..self.around(end)[0]
    }
}

/// The numbers at which a comparison turns.
fn bounds(test: &NumberTest) -> Vec<&Decimal> {
    match test {
        NumberTest::In { values, .. } => values.iter().collect(),
        NumberTest::AtLeast(one) | NumberTest::AtMost(one) => vec![one],
        NumberTest::MoreThan(one) | NumberTest::LessThan(one) => vec![one],
        NumberTest::Between(first, last) => vec![first, last],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::partition::Variable;
    use super::*;
    use crate::model::{FieldId, Subject};

    const MANY: u32 = 10_000;

    fn field() -> FieldId {
        FieldId::from_index(0)
    }

    fn cells(all: Vec<Class>) -> Partition {
        let mut spelt: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, cell) in all.iter().enumerate() {
            if let Class::Text(text) = cell {
                spelt.entry(text.to_ascii_lowercase()).or_default().push(at);
            }
        }
        Partition {
            topic: Variable::Field(field()),
            all,
            moments: None,
            spelt,
            ranked: Vec::new(),
            ranks: BTreeMap::new(),
        }
    }

    fn numbers() -> Partition {
        cells(
            std::iter::once(Class::Missing)
                .chain((0..MANY).map(|n| Class::Number(n.into())))
                .collect(),
        )
    }

    fn asks(field: FieldId, test: FieldTest) -> ConditionKind {
        ConditionKind::Field {
            subject: Subject::Field(field),
            test,
        }
    }

    #[test]
    fn of_ten_thousand_values_only_those_are_looked_at_where_the_answer_turns() {
        let least = asks(field(), FieldTest::Number(NumberTest::AtLeast(77.into())));
        assert_eq!(numbers().turns(&least), [0, 1, 78, 79, 10_000]);
        let exists = asks(field(), FieldTest::Exists(true));
        assert_eq!(numbers().turns(&exists), [0, 1, 10_000]);
    }

    #[test]
    fn a_list_is_answered_by_its_values() {
        let values: Vec<Decimal> = [5, 6, 9, 9, 70_000].map(Decimal::from).to_vec();
        let within = asks(
            field(),
            FieldTest::Number(NumberTest::In {
                values,
                negated: false,
            }),
        );
        let (no, yes) = (Some(false), Some(true));
        let expected = vec![
            (0, no),
            (1, no),
            (6, yes),
            (7, yes),
            (8, no),
            (10, yes),
            (11, no),
        ];
        assert_eq!(numbers().listed(&within), Some(expected));
        let other = asks(
            FieldId::from_index(1),
            FieldTest::Number(NumberTest::In {
                values: vec![],
                negated: false,
            }),
        );
        assert_eq!(
            numbers().listed(&other),
            None,
            "another field is not asked for"
        );
    }

    #[test]
    fn a_text_that_differs_in_capitals_only_is_left_open() {
        let texts = ["AB", "Ab", "ab", "c", "d"].map(|text| Class::Text(text.to_owned()));
        let texts = cells(texts.into_iter().chain([Class::OtherText]).collect());
        let values = vec!["ab".to_owned(), "d".to_owned()];
        let within = asks(
            field(),
            FieldTest::Text(TextTest::In {
                values,
                negated: false,
            }),
        );
        let (no, yes) = (Some(false), Some(true));
        let expected = vec![(0, None), (1, None), (2, yes), (3, no), (4, yes), (5, no)];
        assert_eq!(texts.listed(&within), Some(expected));
    }
}
