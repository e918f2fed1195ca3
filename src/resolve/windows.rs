//! The times of day and days of the week at which a wait may end.

use jiff::civil::{Time, Weekday};

use super::Resolver;
use crate::diagnostic::{Diagnostic, codes};
use crate::model::windows::{parse_time, time};
use crate::model::{StepKind, Wait, Weekdays, Windows};
use crate::schema::{self, Keyed, OneOrList, Text};

impl Resolver {
    pub(super) fn wait(&mut self, step: &schema::Step) -> Option<StepKind> {
        let windows = self.windows(step);
        let length = self.placed_duration(step.wait.as_ref()?)?;
        Some(StepKind::Wait(Wait {
            length,
            windows: windows?,
        }))
    }

    /// When a wait may end; nothing where that cannot be understood.
    pub(super) fn windows(&mut self, step: &schema::Step) -> Option<Windows> {
        let mistakes = self.errors;
        let at = step.at.as_ref().and_then(|at| self.time(at));
        let between = step
            .between
            .as_ref()
            .and_then(|between| self.between(between));
        let days = step.days.as_ref().and_then(|days| self.days(&days.value));
        let windows = Windows { at, between, days };
        if let (Some(time_), Some(written), Some(hours)) = (at, &step.at, &step.between)
            && !windows.has_time(time_)
        {
            self.report(
                Diagnostic::new(
                    codes::WRONG_VALUE,
                    written.span,
                    format!("`{}` is not between these hours", time(time_)),
                )
                .at("never comes")
                .label(hours.span, "the hours")
                .help("let `at` lie between the two, or leave one of the keys out"),
            );
        }
        (self.errors == mistakes).then_some(windows)
    }

    fn time(&mut self, written: &Keyed<Text>) -> Option<Time> {
        let found = parse_time(&written.value.0);
        if found.is_none() {
            self.report(
                Diagnostic::new(
                    codes::BAD_DATE,
                    written.span,
                    format!("`{}` is no time of day", written.value.0),
                )
                .at("no time of day")
                .help("write hours and minutes, such as `\"09:00\"`"),
            );
        }
        found
    }

    /// The hours and days of a channel; open where they cannot be understood.
    pub(super) fn hours(&mut self, limit: &schema::Limit) -> Windows {
        let between = limit
            .between
            .as_ref()
            .and_then(|between| self.between(between));
        let days = limit.days.as_ref().and_then(|days| self.days(&days.value));
        Windows {
            at: None,
            between,
            days,
        }
    }

    /// Days and ranges of days, such as `[mon-wed, sat]`.
    fn days(&mut self, written: &OneOrList<Keyed<Text>>) -> Option<Weekdays> {
        let written = match written {
            OneOrList::One(day) => std::slice::from_ref(day),
            OneOrList::List(days) => days.as_slice(),
        };
        Weekdays::of(
            written
                .iter()
                .flat_map(|day| self.range(day))
                .collect::<Vec<_>>(),
        )
    }

    fn range(&mut self, written: &Keyed<Text>) -> Vec<Weekday> {
        let text = written.value.0.as_str();
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        match (Weekdays::day_of(from.trim()), Weekdays::day_of(to.trim())) {
            (Some(from), Some(to)) => Weekdays::between(from, to).collect(),
            (None, _) | (_, None) => {
                self.report(
                    Diagnostic::new(
                        codes::WRONG_VALUE,
                        written.span,
                        format!("`{text}` is no day of the week"),
                    )
                    .at("no day")
                    .help(day_help(from, to)),
                );
                Vec::new()
            }
        }
    }

    fn between(&mut self, written: &Keyed<schema::ListOf<Keyed<Text>>>) -> Option<(Time, Time)> {
        if let [from, to] = written.value.0.as_slice() {
            let (from, to) = (self.time(from), self.time(to));
            return from.zip(to);
        }
        self.report(
            Diagnostic::new(
                codes::WRONG_VALUE,
                written.span,
                "`between` takes two times of day",
            )
            .at("not two")
            .help("write `between: [\"09:00\", \"17:00\"]`"),
        );
        None
    }
}

/// What was meant: a day by its first three letters, in small ones, or else the words that there
/// are.
fn day_help(from: &str, to: &str) -> String {
    let short = |text: &str| {
        let start: String = text
            .trim()
            .chars()
            .take(3)
            .collect::<String>()
            .to_lowercase();
        Weekdays::day_of(&start).map(|_| start)
    };
    match (short(from), short(to)) {
        (Some(day), Some(last)) if day == last => format!("write `{day}`"),
        (Some(from), Some(to)) => format!("write `{from}-{to}`"),
        (None, _) | (_, None) => {
            "days are `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`, and ranges such as `mon-fri`"
                .to_owned()
        }
    }
}
