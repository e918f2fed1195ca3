//! Text to durations, dates and windows; what is accepted here is what docs/language.md lists, and
//! nothing is guessed.

use jiff::civil::DateTime;

use super::Resolver;
use crate::diagnostic::{Diagnostic, codes};
use crate::model::calendar::Sign;
use crate::model::{Duration, Moment, Period, Publish, When};
use crate::schema::{self, Keyed, Text};
use crate::source::Span;

const LENGTHS: &str =
    "write a number and a unit, such as `3 days`, `2 h`, `1 month`, or ISO 8601, such as `P3D`";
const MOMENTS: &str = "write `2026-11-21` or `2026-11-21T09:00`";
const DATES: &str = "write `2026-11-21`, `2026-11-21T09:00`, `today`, `90 days ago`, `in 3 days` or `start of \
    month`";

impl Resolver {
    /// A duration, or a diagnostic that shows how durations are written.
    pub(super) fn duration(&mut self, text: &str, span: Span, sign: Sign) -> Option<Duration> {
        match Duration::parse(text, sign) {
            Ok(duration) => Some(duration),
            Err(reason) => {
                let help = match (
                    sign,
                    text.strip_prefix("${")
                        .and_then(|rest| rest.strip_suffix('}')),
                ) {
                    (_, Some(name)) => format!("for a variable write `${name}`, without braces"),
                    (Sign::Any, None) => {
                        "write `-1 day` for a day before, `2 h` for two hours after".to_owned()
                    }
                    (Sign::Positive, None) => LENGTHS.to_owned(),
                };
                self.report(
                    Diagnostic::new(
                        codes::BAD_DURATION,
                        span,
                        format!("`{text}` is no duration: {reason}"),
                    )
                    .at("no duration")
                    .help(help),
                );
                None
            }
        }
    }

    /// The duration of a place that holds one.
    pub(super) fn placed_duration(&mut self, placed: &Keyed<Text>) -> Option<Duration> {
        self.duration(&placed.value.0, placed.span, Sign::Positive)
    }

    /// An absolute day or moment.
    pub(super) fn moment(&mut self, text: &str, span: Span) -> Option<Moment> {
        self.moment_or(text, span, MOMENTS)
    }

    /// The same where something else may be written as well.
    pub(super) fn moment_or(&mut self, text: &str, span: Span, help: &str) -> Option<Moment> {
        match Moment::parse(text) {
            Ok(moment) => Some(moment),
            Err(reason) => {
                self.bad_date(text, span, &reason, help);
                None
            }
        }
    }

    /// A day or moment, absolute or relative.
    pub(super) fn when(&mut self, text: &str, span: Span) -> Option<When> {
        match When::parse(text) {
            Ok(when) => Some(when),
            Err(reason) => {
                self.bad_date(text, span, &reason, DATES);
                None
            }
        }
    }

    fn bad_date(&mut self, text: &str, span: Span, reason: &str, help: &str) {
        self.report(
            Diagnostic::new(
                codes::BAD_DATE,
                span,
                format!("`{text}` is no date: {reason}"),
            )
            .at("no date")
            .help(help),
        );
    }

    /// A period such as `last week`.
    pub(super) fn period(&mut self, text: &str, span: Span) -> Option<Period> {
        let period = Period::parse(text);
        if period.is_none() {
            let help =
                "write `today`, or `last`, `this` or `next` with `day`, `week`, `month` or `year`";
            self.report(
                Diagnostic::new(codes::BAD_DATE, span, format!("`{text}` is no period"))
                    .at("no period")
                    .help(help),
            );
        }
        period
    }

    /// The window of a thing that can be published.
    pub(super) fn publish(
        &mut self,
        published: Option<&Keyed<bool>>,
        window: Option<&schema::Publish>,
    ) -> Publish {
        let mut end =
            |placed: Option<&Keyed<Text>>| placed.and_then(|at| self.moment(&at.value.0, at.span));
        let from = end(window.and_then(|window| window.from.as_ref()));
        let until = end(window.and_then(|window| window.until.as_ref()));
        if let (Some(from_), Some(until_), Some(window)) = (from, until, window) {
            self.window_in_order(window, from_, until_);
        }
        Publish {
            published: published.is_none_or(|published| published.value),
            from,
            until,
        }
    }

    fn window_in_order(&mut self, window: &schema::Publish, from: Moment, until: Moment) {
        let (Some(from_at), Some(until_at)) = (&window.from, &window.until) else {
            return;
        };
        if first_moment(from) > last_moment(until) {
            self.report(
                Diagnostic::new(
                    codes::EMPTY_WINDOW,
                    until_at.span,
                    format!("the window ends at `{until}`, before it begins"),
                )
                .at("ends here")
                .label(from_at.span, "begins here")
                .help("let `until` be later than `from`"),
            );
        }
    }
}

/// A duration in the words of [`Duration`]'s display; what is no duration stays as it is.
pub(super) fn spelt_out(text: &str) -> String {
    Duration::parse(text, Sign::Positive)
        .map_or_else(|_| text.to_owned(), |duration| duration.to_string())
}

/// A moment as [`Moment`] displays it; what is none stays as it is.
pub(super) fn spelt_moment(text: &str) -> String {
    Moment::parse(text).map_or_else(|_| text.to_owned(), |moment| moment.to_string())
}

fn first_moment(moment: Moment) -> DateTime {
    match moment {
        Moment::Day(date) => date.at(0, 0, 0, 0),
        Moment::Time(time) => time,
    }
}

fn last_moment(moment: Moment) -> DateTime {
    match moment {
        Moment::Day(date) => date.at(23, 59, 59, 0),
        Moment::Time(time) => time,
    }
}
