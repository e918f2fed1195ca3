//! How tests of a date come out for a day or a moment; only days are compared, for how long a month
//! is depends on which.

use rust_decimal::Decimal;

use crate::model::{DateTest, Duration, FieldTest, Moment, When};

/// From where days are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scale {
    /// From today.
    FromToday,
    /// From the beginning of the calendar.
    Calendar,
}

/// The days of a field on a scale.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moments {
    pub(super) scale: Scale,
}

/// An operand: its first moment, and the first one behind it or, for a moment, itself.
#[derive(Clone, Copy)]
struct Span {
    from: Decimal,
    end: Decimal,
    is_day: bool,
}

impl Moments {
    /// Where the answer of a test changes.
    pub(super) fn points(self, test: &FieldTest) -> Vec<Decimal> {
        let FieldTest::Date(test) = test else {
            return Vec::new();
        };
        let mut points: Vec<Decimal> = self
            .operands(test)
            .into_iter()
            .flatten()
            .flat_map(|span| [span.from, span.end])
            .collect();
        if self.scale == Scale::FromToday
            && matches!(test, DateTest::Within(_) | DateTest::WithinNext(_))
        {
            points.extend([Decimal::ZERO, Decimal::ONE]);
        }
        points
    }

    /// How a test comes out; `value` is absent where the field has none.
    pub(super) fn answer(self, test: &FieldTest, value: Option<Decimal>) -> Option<bool> {
        let FieldTest::Date(test) = test else {
            let FieldTest::Exists(wanted) = test else {
                return None;
            };
            return Some(*wanted == value.is_some());
        };
        let Some(value) = value else {
            return Some(matches!(test, DateTest::In { negated: true, .. }));
        };
        let spans: Vec<Span> = self.operands(test).into_iter().collect::<Option<_>>()?;
        Self::compare(test, &spans, value)
    }

    /// The days that a test lists, each from its first moment to the first behind it; absent where
    /// one is on another scale.
    pub(super) fn days(self, test: &FieldTest) -> Option<Vec<(Decimal, Decimal)>> {
        let FieldTest::Date(test) = test else {
            return None;
        };
        self.operands(test)
            .into_iter()
            .map(|span| span.map(|span| (span.from, span.end)))
            .collect()
    }

    fn compare(test: &DateTest, spans: &[Span], value: Decimal) -> Option<bool> {
        let first = spans.first()?;
        let before = |span: &Span| value < span.from;
        let after = |span: &Span| {
            if span.is_day {
                value >= span.end
            } else {
                value > span.end
            }
        };
        // What lies around now is before or after it as the hour has it.
        let is_today = value >= Decimal::ZERO && value < Decimal::ONE;
        match test {
            DateTest::Before(_) => Some(before(first)),
            DateTest::After(_) => Some(after(first)),
            DateTest::Since(_) => Some(!before(first)),
            DateTest::Until(_) => Some(!after(first)),
            DateTest::Between(..) => Some(!before(first) && !after(spans.last()?)),
            DateTest::In { negated, .. } => {
                Some(spans.iter().any(|span| !before(span) && !after(span)) != *negated)
            }
            DateTest::Within(_) if is_today => None,
            DateTest::Within(_) => Some(!before(first) && value < Decimal::ZERO),
            DateTest::WithinNext(_) if is_today => None,
            DateTest::WithinNext(_) => Some(value >= Decimal::ONE && !after(first)),
            DateTest::During(_) | DateTest::Anniversary(_) => None,
        }
    }

    /// Each absent where it is on another scale.
    fn operands(self, test: &DateTest) -> Vec<Option<Span>> {
        match test {
            DateTest::In { values, .. } => values.iter().map(|when| self.span(*when)).collect(),
            DateTest::Between(first, last) => vec![self.span(*first), self.span(*last)],
            DateTest::Before(when) | DateTest::After(when) => vec![self.span(*when)],
            DateTest::Since(when) | DateTest::Until(when) => vec![self.span(*when)],
            DateTest::Within(length) => vec![self.span(When::Ago(*length))],
            DateTest::WithinNext(length) => vec![self.span(When::In(*length))],
            DateTest::During(_) | DateTest::Anniversary(_) => vec![None],
        }
    }

    fn span(self, when: When) -> Option<Span> {
        let day = match (self.scale, when) {
            (Scale::FromToday, When::Today(days)) => i64::from(days),
            (Scale::FromToday, When::Ago(length)) => -days(length)?,
            (Scale::FromToday, When::In(length)) => days(length)?,
            (Scale::Calendar, When::At(Moment::Day(day))) => {
                i64::from(day.since(jiff::civil::Date::ZERO).ok()?.get_days())
            }
            (Scale::Calendar, When::At(Moment::Time(_))) => return None,
            (Scale::FromToday, When::At(_) | When::StartOf(_)) => return None,
            (Scale::Calendar, When::Today(_) | When::Ago(_) | When::In(_) | When::StartOf(_)) => {
                return None;
            }
        };
        let from = Decimal::from(day);
        Some(Span {
            from,
            end: from + Decimal::ONE,
            is_day: true,
        })
    }
}

/// As far as it is days.
fn days(length: Duration) -> Option<i64> {
    (length.months == 0 && length.seconds == 0).then_some(i64::from(length.days))
}
