//! A program turned to another moment: only what a moment changes is made anew.
//!
//! Invariant: between two moments between which nothing is published or withdrawn, a turned program
//! answers as one that was compiled for its moment.

use super::Program;
use super::condition::{Conditions, Node, NodeId};
use super::ranges::joined;
use super::zone::{Zone, day_number, negative, shifted};
use crate::model::{DateTest, Duration, StageRef, Subject, When};

/// A question whose operands move on with time.
#[derive(Clone, Debug)]
pub(crate) struct Moving {
    pub(super) node: NodeId,
    pub(super) source: Source,
}

/// What a moving question is, whatever the moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    Date {
        subject: Subject,
        test: DateTest,
        whole_days: bool,
    },
    /// In a stage for so long.
    Stage(StageRef, Duration),
}

impl Program {
    /// The same at another moment, at which the same is published.
    pub(crate) fn turned(&self, now: i64) -> Self {
        let mut turned = self.clone();
        turned.now = now;
        turned.conditions.turn(&self.zone, now);
        turned.forget();
        turned
    }
}

impl Program {
    /// Takes over what a run was told beside its plan.
    pub(crate) fn follow(&mut self, other: &Self) {
        let companies = other.companies.clone();
        let rules = self.rules_mut();
        rules.companies = companies;
        rules.update_columns = other.update_columns;
    }
}

impl Conditions {
    fn turn(&mut self, zone: &Zone, now: i64) {
        for Moving { node, source } in self.moving.iter() {
            let node = &mut self.nodes[node.0 as usize];
            match (node, source) {
                (
                    Node::Ranges { ranges, .. },
                    Source::Date {
                        test, whole_days, ..
                    },
                ) => *ranges = joined(dates(zone, now, test, *whole_days)),
                (
                    Node::Anniversary {
                        month,
                        day,
                        leap_too,
                        ..
                    },
                    Source::Date {
                        test: DateTest::Anniversary(when),
                        ..
                    },
                ) => (*month, *day, *leap_too) = anniversary(zone, now, *when),
                (Node::Stage { since, .. }, Source::Stage(_, length)) => {
                    *since = ago(zone, now, *length);
                }
                _ => {}
            }
        }
        for count in &mut self.counts {
            if let Some(length) = count.within {
                count.from = ago(zone, now, length);
            }
        }
    }
}

/// The start of the day so long ago, or exactly so long ago.
pub(super) fn ago(zone: &Zone, now: i64, length: Duration) -> i64 {
    zone.span(When::Ago(length), now).0
}

/// The month and the day that are remembered, and whether 29 February is remembered too.
pub(super) fn anniversary(zone: &Zone, now: i64, when: When) -> (i8, i8, bool) {
    let day = zone.day(when, now).unwrap_or_else(|| zone.day_of(now));
    let leap_too = day.month() == 2 && day.day() == 28 && !day.in_leap_year();
    (day.month(), day.day(), leap_too)
}

/// The values for which a test holds, as ranges with both ends included: days for a date, seconds
/// for a datetime. None of their ends ever moves back.
pub(super) fn dates(zone: &Zone, now: i64, test: &DateTest, whole_days: bool) -> Vec<(i64, i64)> {
    let span = |when: &When| span(zone, now, *when, whole_days);
    let here = span(&When::Today(0));
    let present = if whole_days { here } else { (now, now) };
    match test {
        DateTest::In { values, .. } => values.iter().map(span).collect(),
        DateTest::Between(from, to) => vec![(span(from).0, span(to).1)],
        DateTest::Before(when) => vec![(i64::MIN, span(when).0.saturating_sub(1))],
        DateTest::After(when) => vec![(span(when).1.saturating_add(1), i64::MAX)],
        DateTest::Since(when) => vec![(span(when).0, i64::MAX)],
        DateTest::Until(when) => vec![(i64::MIN, span(when).1)],
        DateTest::Within(length) => vec![(span(&When::Ago(*length)).0, present.1)],
        DateTest::WithinNext(length) => vec![(present.0, span(&When::In(*length)).1)],
        DateTest::During(period) => {
            let (first, last) = zone.period(*period, now);
            if whole_days {
                vec![(i64::from(day_number(first)), i64::from(day_number(last)))]
            } else {
                vec![(zone.start_of(first), zone.end_of(last).saturating_sub(1))]
            }
        }
        DateTest::Anniversary(_) => Vec::new(),
    }
}

/// The first and the last value that lie in `when`: days for a date, seconds for a datetime.
fn span(zone: &Zone, now: i64, when: When, whole_days: bool) -> (i64, i64) {
    if !whole_days {
        return zone.span(when, now);
    }
    let day = zone.day(when, now).unwrap_or_else(|| match when {
        When::Ago(length) => shifted(zone.day_of(now), negative(length)),
        When::In(length) => shifted(zone.day_of(now), length),
        When::At(_) | When::Today(_) | When::StartOf(_) => zone.day_of(zone.span(when, now).0),
    });
    let number = i64::from(day_number(day));
    (number, number)
}
