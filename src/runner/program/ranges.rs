//! Tests of whole numbers as ranges, so that numbers, days and moments are all compared in one way.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::condition::Node;
use crate::model::{NumberTest, Subject};

/// A test of a whole number.
pub(super) fn integers(subject: Subject, test: &NumberTest) -> Node {
    let negated = matches!(test, NumberTest::In { negated: true, .. });
    let ranges = match test {
        NumberTest::In { values, .. } => values
            .iter()
            .map(|&value| (up(value), down(value)))
            .collect(),
        NumberTest::AtLeast(least) => vec![(up(*least), i64::MAX)],
        NumberTest::AtMost(most) => vec![(i64::MIN, down(*most))],
        NumberTest::MoreThan(bound) => vec![above(*bound)],
        NumberTest::LessThan(bound) => vec![below(*bound)],
        NumberTest::Between(least, most) => vec![(up(*least), down(*most))],
    };
    Node::Ranges {
        subject,
        ranges: joined(ranges),
        negated,
    }
}

/// The smallest whole number not below. What no whole number reaches becomes an empty range by what
/// [`down`] says of it.
fn up(bound: Decimal) -> i64 {
    bound
        .ceil()
        .to_i64()
        .unwrap_or(if bound.is_sign_negative() {
            i64::MIN
        } else {
            i64::MAX
        })
}

/// The largest whole number not above.
fn down(bound: Decimal) -> i64 {
    bound
        .floor()
        .to_i64()
        .unwrap_or(if bound.is_sign_negative() {
            i64::MIN
        } else {
            i64::MAX
        })
}

fn above(bound: Decimal) -> (i64, i64) {
    match down(bound).checked_add(1) {
        Some(least) => (least, i64::MAX),
        None => (i64::MAX, i64::MIN),
    }
}

fn below(bound: Decimal) -> (i64, i64) {
    match up(bound).checked_sub(1) {
        Some(most) => (i64::MIN, most),
        None => (i64::MAX, i64::MIN),
    }
}

/// In order, and those that meet as one.
pub(super) fn joined(mut ranges: Vec<(i64, i64)>) -> Box<[(i64, i64)]> {
    ranges.retain(|(from, to)| from <= to);
    ranges.sort_unstable();
    let mut joined: Vec<(i64, i64)> = Vec::with_capacity(ranges.len());
    for (from, to) in ranges {
        match joined.last_mut() {
            Some(last) if from <= last.1.saturating_add(1) => last.1 = last.1.max(to),
            _ => joined.push((from, to)),
        }
    }
    joined.into_boxed_slice()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(test: &NumberTest) -> Vec<(i64, i64)> {
        let Node::Ranges { ranges, .. } = integers(Subject::Points, test) else {
            panic!("{test:?}")
        };
        ranges.into_vec()
    }

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_fraction_lies_between_whole_numbers() {
        assert_eq!(ranges(&NumberTest::AtLeast(number("2.5"))), [(3, i64::MAX)]);
        assert_eq!(
            ranges(&NumberTest::AtMost(number("-2.5"))),
            [(i64::MIN, -3)]
        );
        assert_eq!(ranges(&NumberTest::MoreThan(number("2"))), [(3, i64::MAX)]);
        assert_eq!(
            ranges(&NumberTest::LessThan(number("2.5"))),
            [(i64::MIN, 2)]
        );
        assert_eq!(
            ranges(&NumberTest::Between(number("0.1"), number("0.9"))),
            [],
            "no whole number is in there"
        );
        let values = vec![number("2"), number("2.5"), number("1"), number("7")];
        assert_eq!(
            ranges(&NumberTest::In {
                values,
                negated: false
            }),
            [(1, 2), (7, 7)]
        );
    }

    #[test]
    fn numbers_beyond_the_whole_ones_are_all_or_nothing() {
        assert_eq!(ranges(&NumberTest::MoreThan(number("1e25"))), []);
        assert_eq!(ranges(&NumberTest::LessThan(number("-1e25"))), []);
        assert_eq!(
            ranges(&NumberTest::AtMost(number("1e25"))),
            [(i64::MIN, i64::MAX)]
        );
    }
}
