//! Time: days of the project's zone, durations, relative dates, publish windows.
//!
//! Invariant: a day is a calendar day of the project's zone, an hour is 3600 seconds.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Span, Timestamp, ToSpan};
use serde_yaml::Value;

use super::project::{Project, get, text};

pub(super) struct Clock {
    pub(super) zone: TimeZone,
    pub(super) now: Timestamp,
}

/// What an operand names: a whole day or a moment.
pub(super) enum When {
    Day(Date),
    Exact(Timestamp),
}

impl Clock {
    /// Section 1, `runs`, and section 13: the clock is floored from local midnight.
    pub(super) fn new(project: &Project, now: &str) -> Self {
        let name = project
            .at(&["timezone"])
            .map_or("UTC".into(), super::project::word);
        let zone = TimeZone::get(&name).expect("a known time zone");
        let mut clock = Clock {
            zone,
            now: Timestamp::UNIX_EPOCH,
        };
        let asked = clock.moment(now);
        let every = project.at(&["runs"]).and_then(|runs| text(runs, "every"));
        let every = seconds(duration(&every.unwrap_or("1 minute".into())));
        clock.now = asked;
        let midnight = clock.start(clock.today());
        let elapsed = asked.as_second() - midnight.as_second();
        clock.now = Timestamp::from_second(midnight.as_second() + elapsed / every * every)
            .expect("a time in range");
        clock
    }

    pub(super) fn today(&self) -> Date {
        self.local(self.now).date()
    }

    pub(super) fn local(&self, moment: Timestamp) -> DateTime {
        moment.to_zoned(self.zone.clone()).datetime()
    }

    /// The first moment of a day.
    pub(super) fn start(&self, day: Date) -> Timestamp {
        self.resolve(day.to_datetime(Time::midnight()))
    }

    /// The first moment that no longer belongs to a day.
    pub(super) fn end(&self, day: Date) -> Timestamp {
        self.start(day.tomorrow().expect("a day in range"))
    }

    /// Section 3: in a gap of daylight saving the next minute that exists, in an overlap the first.
    pub(super) fn resolve(&self, local: DateTime) -> Timestamp {
        let offset = match self.zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Fold { before, .. } => before,
            AmbiguousOffset::Gap { after, .. } => {
                let earlier = after.to_timestamp(local).expect("a time in range");
                let gap = self.zone.following(earlier).next();
                return gap.expect("a gap has a transition").timestamp();
            }
        };
        offset.to_timestamp(local).expect("a time in range")
    }

    /// `2026-11-21T09:00`, in the project's zone unless it has an offset; a date is its first
    /// moment.
    pub(super) fn moment(&self, written: &str) -> Timestamp {
        self.read_moment(written)
            .unwrap_or_else(|| panic!("no time: `{written}`"))
    }

    pub(super) fn read_moment(&self, written: &str) -> Option<Timestamp> {
        written
            .parse()
            .ok()
            .or_else(|| Some(self.resolve(written.parse().ok()?)))
    }

    /// Section 3: in waits, units of a day and longer mean the same clock time that many calendar
    /// days later.
    pub(super) fn add(&self, moment: Timestamp, span: Span) -> Timestamp {
        let (calendar, exact) = parts(span);
        let days_later = if calendar.is_zero() {
            moment
        } else {
            let local = self.local(moment).checked_add(calendar);
            self.resolve(local.expect("a time in range"))
        };
        days_later.checked_add(exact).expect("a time in range")
    }

    /// Section 1, dates as people write them. In conditions units of a day and longer count whole
    /// calendar days.
    pub(super) fn when(&self, written: &str) -> When {
        let today = self.today();
        match written {
            "today" => return When::Day(today),
            "yesterday" => return self.shifted(-1.day()),
            "tomorrow" => return self.shifted(1.day()),
            _ => {}
        }
        if let Some(unit) = written.strip_prefix("start of ") {
            let (first, _) = self.period(&format!("this {unit}"));
            When::Day(first)
        } else if let Some(ago) = written.strip_suffix(" ago") {
            self.shifted(-duration(ago))
        } else if let Some(later) = written.strip_prefix("in ") {
            self.shifted(duration(later))
        } else if written.contains('T') {
            When::Exact(self.moment(written))
        } else {
            When::Day(written.parse().expect("a date"))
        }
    }

    /// Now, moved by a duration: a whole day for days and longer, a moment for hours and minutes.
    pub(super) fn shifted(&self, span: Span) -> When {
        let (calendar, _) = parts(span);
        if calendar.is_zero() {
            When::Exact(self.add(self.now, span))
        } else {
            When::Day(self.today().checked_add(calendar).expect("a day in range"))
        }
    }

    /// Section 3, `during`: last, this or next day, week (from Monday), month or year, as its first
    /// and last day.
    pub(super) fn period(&self, written: &str) -> (Date, Date) {
        if written == "today" {
            return (self.today(), self.today());
        }
        let (which, unit) = written.split_once(' ').expect("a period");
        let steps = match which {
            "last" => -1,
            "this" => 0,
            "next" => 1,
            other => panic!("no period: `{other}`"),
        };
        let today = self.today();
        let (first, length) = match unit {
            "day" => (today, 1.day()),
            "week" => {
                let back = i64::from(today.weekday().to_monday_zero_offset());
                (
                    today.checked_sub(back.days()).expect("a day in range"),
                    1.week(),
                )
            }
            "month" => (today.first_of_month(), 1.month()),
            "year" => (today.first_of_year(), 1.year()),
            other => panic!("no period: `{other}`"),
        };
        let first = first.checked_add(length * steps).expect("a day in range");
        let next = first.checked_add(length).expect("a day in range");
        (first, next.yesterday().expect("a day in range"))
    }

    /// Sections 1 and 13: `published: false`, and the window `publish: { from, until }`, both of
    /// which belong to it.
    pub(super) fn published(&self, definition: &Value) -> bool {
        if get(definition, "published").and_then(Value::as_bool) == Some(false) {
            return false;
        }
        let begun = match self.bound(definition, "from") {
            None => true,
            Some(When::Day(day)) => self.now >= self.start(day),
            Some(When::Exact(moment)) => self.now >= moment,
        };
        begun && !self.window_is_over(definition)
    }

    fn bound(&self, definition: &Value, key: &str) -> Option<When> {
        let window = get(definition, "publish")?;
        Some(self.when(&text(window, key)?))
    }

    pub(super) fn window_is_over(&self, definition: &Value) -> bool {
        match self.bound(definition, "until") {
            None => false,
            Some(When::Day(day)) => self.now >= self.end(day),
            Some(When::Exact(moment)) => self.now > moment,
        }
    }

    /// When the window ends.
    pub(super) fn window_end(&self, definition: &Value) -> Option<Timestamp> {
        Some(match self.bound(definition, "until")? {
            When::Day(day) => self.end(day),
            When::Exact(moment) => moment,
        })
    }

    /// A moment as the outputs spell it: in the project's zone, with its offset, to the second.
    pub(super) fn spell(&self, moment: Timestamp) -> String {
        let zoned = moment.to_zoned(self.zone.clone());
        zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }
}

/// `3 days`, `2 h`, `1 month`, `-1 day`, or ISO 8601.
pub(super) fn duration(written: &str) -> Span {
    written
        .parse()
        .unwrap_or_else(|_| panic!("no duration: `{written}`"))
}

/// Whether a duration has hours or smaller units.
pub(super) fn is_exact(span: Span) -> bool {
    let (_, exact) = parts(span);
    !exact.is_zero()
}

/// The units of a day and longer, and the exact ones.
fn parts(span: Span) -> (Span, Span) {
    let calendar = Span::new()
        .years(span.get_years())
        .months(span.get_months())
        .weeks(span.get_weeks())
        .days(span.get_days());
    let exact = Span::new()
        .hours(span.get_hours())
        .minutes(span.get_minutes())
        .seconds(span.get_seconds());
    (calendar, exact)
}

/// The length of a schedule; a day of it counts 24 hours, after which it starts from the next
/// midnight anyway.
fn seconds(every: Span) -> i64 {
    let hours = i64::from(every.get_days()) * 24 + i64::from(every.get_hours());
    (hours * 60 + every.get_minutes()) * 60 + every.get_seconds()
}
