//! The times of day and days of the week at which a wait may end.

use jiff::civil::{Time, Weekday};

use super::Resolver;
use super::calendar::BAD_DATE;
use super::value::WRONG_VALUE;
use crate::diagnostic::Diagnostic;
use crate::model::windows::{parse_time, time};
use crate::model::{StepKind, Wait, Weekdays, Windows};
use crate::schema::campaign::Day;
use crate::schema::{self, Placed, Text};

impl Resolver {
    pub(super) fn wait(&mut self, step: &schema::Step) -> Option<StepKind> {
        let windows = self.windows(step);
        let length = self.placed_duration(step.wait.as_ref()?)?;
        Some(StepKind::Wait(Wait { length, windows: windows? }))
    }

    /// When a wait may end; nothing where that cannot be understood.
    pub(super) fn windows(&mut self, step: &schema::Step) -> Option<Windows> {
        let mistakes = self.diagnostics.len();
        let at = step.at.as_ref().and_then(|at| self.time(at));
        let between = step.between.as_ref().and_then(|between| self.between(between));
        let days = step.days.iter().flat_map(|days| &days.value.0).map(|day| weekday(day.value));
        let windows = Windows { at, between, days: Weekdays::of(days) };
        if let (Some(time_), Some(written), Some(hours)) = (at, &step.at, &step.between)
            && !windows.has_time(time_)
        {
            self.report(
                Diagnostic::error(WRONG_VALUE, written.span, format!("`{}` is not between these hours", time(time_)))
                    .at("never comes")
                    .label(hours.span, "the hours")
                    .help("let `at` lie between the two, or leave one of the keys out"),
            );
        }
        (self.diagnostics.len() == mistakes).then_some(windows)
    }

    fn time(&mut self, written: &Placed<Text>) -> Option<Time> {
        let found = parse_time(&written.value.0);
        if found.is_none() {
            self.report(
                Diagnostic::error(BAD_DATE, written.span, format!("`{}` is no time of day", written.value.0))
                    .at("no time of day")
                    .help("write hours and minutes, such as `\"09:00\"`"),
            );
        }
        found
    }

    fn between(&mut self, written: &Placed<schema::ListOf<Placed<Text>>>) -> Option<(Time, Time)> {
        if let [from, to] = written.value.0.as_slice() {
            let (from, to) = (self.time(from), self.time(to));
            return from.zip(to);
        }
        self.report(
            Diagnostic::error(WRONG_VALUE, written.span, "`between` takes two times of day")
                .at("not two")
                .help("write `between: [\"09:00\", \"17:00\"]`"),
        );
        None
    }
}

fn weekday(day: Day) -> Weekday {
    match day {
        Day::Mon => Weekday::Monday,
        Day::Tue => Weekday::Tuesday,
        Day::Wed => Weekday::Wednesday,
        Day::Thu => Weekday::Thursday,
        Day::Fri => Weekday::Friday,
        Day::Sat => Weekday::Saturday,
        Day::Sun => Weekday::Sunday,
    }
}
