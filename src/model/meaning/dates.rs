//! Dates and moments as cuts of lines. Two points stand on one line where their order is the same
//! at every time of a run: days from today, months from today, seconds from now, one kind of
//! period, the calendar. What lies on different lines is never weighed against each other.

use jiff::ToSpan;

use super::diagram::{ALWAYS, Cut, Diagram, Diagrams, Line, Point};
use crate::model::{DateTest, Duration, Moment, Unit, When};

/// A cut and the line on which it lies.
struct Place {
    line: String,
    cut: Cut,
}

impl Place {
    fn new(line: impl Into<String>, cut: Cut) -> Self {
        Self {
            line: line.into(),
            cut,
        }
    }

    fn days(days: i64) -> Self {
        Self::new("days", Cut::before(Point::Steps(days, 0)))
    }

    fn period(unit: Unit, units: i64, days: i64) -> Self {
        match unit {
            Unit::Day => Self::days(units + days),
            Unit::Week | Unit::Month | Unit::Year => Self::new(
                format!("start of {unit}"),
                Cut::before(Point::Steps(units, days)),
            ),
        }
    }
}

/// The tests of one field.
pub(super) struct Dates<'a> {
    pub(super) diagrams: &'a mut Diagrams,
    pub(super) thing: &'a str,
    /// Whether the field knows days only.
    pub(super) whole_days: bool,
}

impl Dates<'_> {
    /// What is asked of a value that is there.
    pub(super) fn test(&mut self, test: &DateTest) -> Diagram {
        match test {
            DateTest::In { values, .. } => {
                let values = values
                    .iter()
                    .map(|when| self.within(start(*when), end(*when)))
                    .collect();
                self.diagrams.any(values)
            }
            DateTest::Between(from, to) => self.within(start(*from), end(*to)),
            DateTest::Before(when) => self.up_to(start(*when)),
            DateTest::After(when) => self.from(end(*when)),
            DateTest::Since(when) => self.from(start(*when)),
            DateTest::Until(when) => self.up_to(end(*when)),
            DateTest::Within(length) => self.within(start(When::Ago(*length)), self.now(true)),
            DateTest::WithinNext(length) => self.within(self.now(false), end(When::In(*length))),
            DateTest::During(period) => {
                let first = i64::from(period.offset);
                self.within(
                    Place::period(period.unit, first, 0),
                    Place::period(period.unit, first + 1, 0),
                )
            }
            DateTest::Anniversary(when) => {
                let Place { line, cut } = start(*when);
                let aspect = format!("anniversary of {line} {}", cut.point);
                self.diagrams.flag(self.thing, &aspect)
            }
        }
    }

    fn now(&self, is_after: bool) -> Place {
        let now = Cut {
            point: Point::Steps(0, 0),
            is_after,
        };
        if self.whole_days {
            Place::days(i64::from(is_after))
        } else {
            Place::new("seconds", now)
        }
    }

    fn within(&mut self, from: Place, to: Place) -> Diagram {
        if from.line == to.line {
            let line = self.line(&from.line);
            return self.diagrams.within(&line, vec![(from.cut, to.cut)]);
        }
        let parts = vec![self.from(from), self.up_to(to)];
        self.diagrams.all(parts)
    }

    fn from(&mut self, place: Place) -> Diagram {
        let line = self.line(&place.line);
        self.diagrams.from(&line, place.cut)
    }

    fn up_to(&mut self, place: Place) -> Diagram {
        let line = self.line(&place.line);
        self.diagrams.up_to(&line, place.cut)
    }

    fn line(&self, name: &str) -> Line {
        Line {
            thing: self.thing.to_owned(),
            aspect: Some(name.to_owned()),
        }
    }
}

/// Where a day or a moment begins.
fn start(when: When) -> Place {
    place(when, false)
}

/// Where it is over.
fn end(when: When) -> Place {
    place(when, true)
}

fn place(when: When, is_end: bool) -> Place {
    let day = i64::from(is_end);
    match when {
        When::At(Moment::Day(date)) => {
            let last = Cut::after(Point::Moment(date.at(23, 59, 59, 0)));
            let next = date
                .checked_add(day.days())
                .map(|date| Cut::before(Point::Moment(date.at(0, 0, 0, 0))));
            Place::new("calendar", next.unwrap_or(last))
        }
        When::At(Moment::Time(time)) => Place::new(
            "calendar",
            Cut {
                point: Point::Moment(time),
                is_after: is_end,
            },
        ),
        When::Today(days) => Place::days(i64::from(days) + day),
        When::StartOf(unit) => Place::period(unit, 0, day),
        When::Ago(length) => away(length, -1, is_end),
        When::In(length) => away(length, 1, is_end),
    }
}

fn away(length: Duration, sign: i64, is_end: bool) -> Place {
    let day = i64::from(is_end);
    let [months, days] = [length.months, length.days].map(|count| i64::from(count) * sign);
    match (months, days, length.seconds) {
        (0, days, 0) => Place::days(days + day),
        (months, 0, 0) => Place::new("months", Cut::before(Point::Steps(months, day))),
        (0, 0, seconds) => Place::new(
            "seconds",
            Cut {
                point: Point::Steps(seconds * sign, 0),
                is_after: is_end,
            },
        ),
        (_, _, 0) => Place::new(
            format!("{length} {sign}"),
            Cut::before(Point::Steps(0, day)),
        ),
        (_, _, _) => Place::new(
            format!("{length} {sign}"),
            Cut {
                point: Point::Steps(0, 0),
                is_after: is_end,
            },
        ),
    }
}

/// In the stage at least so long.
pub(super) fn for_so_long(
    diagrams: &mut Diagrams,
    thing: &str,
    stage: &str,
    length: Option<Duration>,
) -> Diagram {
    let Some(length) = length else { return ALWAYS };
    let Place { line, cut } = away(length, 1, false);
    let line = Line {
        thing: thing.to_owned(),
        aspect: Some(format!("{stage} for {line}")),
    };
    diagrams.from(&line, cut)
}
