//! Text to durations, dates and windows; what is accepted here is what docs/language.md lists, and nothing is guessed.

use jiff::civil::{Date, DateTime};

use super::Resolver;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Duration, Moment, Period, Publish, Unit, When};
use crate::schema::{self, Placed, Text};
use crate::source::Span;

pub(super) const BAD_DURATION: Code = Code("bad-duration");
pub(super) const BAD_DATE: Code = Code("bad-date");

/// Which signs a duration may have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Positive,
    Any,
}

impl Resolver {
    /// A duration, or a diagnostic that shows how durations are written.
    pub(super) fn duration(&mut self, text: &str, span: Span, sign: Sign) -> Option<Duration> {
        match parse_duration(text, sign) {
            Ok(duration) => Some(duration),
            Err(reason) => {
                let help = "write a number and a unit, such as `3 days`, `2 h`, `1 month`, or ISO 8601, such as `P3D`";
                self.report(
                    Diagnostic::error(BAD_DURATION, span, format!("`{text}` is no duration: {reason}"))
                        .at("no duration")
                        .help(help),
                );
                None
            }
        }
    }

    /// The duration of a place that holds one.
    pub(super) fn placed_duration(&mut self, placed: &Placed<Text>) -> Option<Duration> {
        self.duration(&placed.value.0, placed.span, Sign::Positive)
    }

    /// An absolute day or moment.
    pub(super) fn moment(&mut self, text: &str, span: Span) -> Option<Moment> {
        match parse_moment(text) {
            Ok(moment) => Some(moment),
            Err(reason) => {
                self.bad_date(text, span, &reason);
                None
            }
        }
    }

    /// A day or moment, absolute or relative.
    pub(super) fn when(&mut self, text: &str, span: Span) -> Option<When> {
        match parse_when(text) {
            Ok(when) => Some(when),
            Err(reason) => {
                self.bad_date(text, span, &reason);
                None
            }
        }
    }

    fn bad_date(&mut self, text: &str, span: Span, reason: &str) {
        let help = "write `2026-11-21`, `2026-11-21T09:00`, `today`, `90 days ago`, `in 3 days` or `start of month`";
        self.report(
            Diagnostic::error(BAD_DATE, span, format!("`{text}` is no date: {reason}")).at("no date").help(help),
        );
    }

    /// A period such as `last week`.
    pub(super) fn period(&mut self, text: &str, span: Span) -> Option<Period> {
        let period = parse_period(text);
        if period.is_none() {
            let help = "write `today`, or `last`, `this` or `next` with `day`, `week`, `month` or `year`";
            self.report(Diagnostic::error(BAD_DATE, span, format!("`{text}` is no period")).at("no period").help(help));
        }
        period
    }

    /// The window of a thing that can be published.
    pub(super) fn publish(&mut self, published: Option<&Placed<bool>>, window: Option<&schema::Publish>) -> Publish {
        let mut end = |placed: Option<&Placed<Text>>| placed.and_then(|at| self.moment(&at.value.0, at.span));
        let from = end(window.and_then(|window| window.from.as_ref()));
        let until = end(window.and_then(|window| window.until.as_ref()));
        if let (Some(from_), Some(until_), Some(window)) = (from, until, window) {
            self.window_in_order(window, from_, until_);
        }
        Publish { published: published.is_none_or(|published| published.value), from, until }
    }

    fn window_in_order(&mut self, window: &schema::Publish, from: Moment, until: Moment) {
        let (Some(from_at), Some(until_at)) = (&window.from, &window.until) else { return };
        if first_moment(from) > last_moment(until) {
            self.report(
                Diagnostic::error(
                    Code("empty-window"),
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
    parse_duration(text, Sign::Positive).map_or_else(|_| text.to_owned(), |duration| duration.to_string())
}

/// A moment as [`Moment`] displays it; what is none stays as it is.
pub(super) fn spelt_moment(text: &str) -> String {
    parse_moment(text).map_or_else(|_| text.to_owned(), |moment| moment.to_string())
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

fn parse_duration(text: &str, sign: Sign) -> Result<Duration, String> {
    let lower = text.trim().to_lowercase();
    if lower.ends_with("ago") || lower.starts_with("in ") {
        return Err("it is a date, counted from today".to_owned());
    }
    if lower.parse::<f64>().is_ok() {
        return Err("the unit is missing".to_owned());
    }
    let span: jiff::Span = text.trim().parse().map_err(|_| "this is not a number with a unit".to_owned())?;
    if span.get_milliseconds() != 0 || span.get_microseconds() != 0 || span.get_nanoseconds() != 0 {
        return Err("parts of a second are too small".to_owned());
    }
    let duration = Duration {
        months: i32::from(span.get_years()) * 12 + span.get_months(),
        days: span.get_weeks() * 7 + span.get_days(),
        seconds: i64::from(span.get_hours()) * 3600 + span.get_minutes() * 60 + span.get_seconds(),
    };
    match sign {
        Sign::Positive if !span.is_positive() => Err("it must be longer than nothing".to_owned()),
        Sign::Positive | Sign::Any => Ok(duration),
    }
}

fn parse_when(text: &str) -> Result<When, String> {
    let text = text.trim();
    match text {
        "today" => return Ok(When::Today(0)),
        "yesterday" => return Ok(When::Today(-1)),
        "tomorrow" => return Ok(When::Today(1)),
        _ => {}
    }
    if let Some(length) = text.strip_suffix("ago") {
        return parse_duration(length, Sign::Positive).map(When::Ago);
    }
    if let Some(length) = text.strip_prefix("in ") {
        return parse_duration(length, Sign::Positive).map(When::In);
    }
    if let Some(unit) = text.strip_prefix("start of ") {
        return parse_unit(unit.trim())
            .map(When::StartOf)
            .ok_or_else(|| format!("`{unit}` is no unit of the calendar"));
    }
    parse_moment(text).map(When::At)
}

fn parse_period(text: &str) -> Option<Period> {
    let day = |offset| Some(Period { offset, unit: Unit::Day });
    match text.trim() {
        "today" => return day(0),
        "yesterday" => return day(-1),
        "tomorrow" => return day(1),
        _ => {}
    }
    let (which, unit) = text.trim().split_once(' ')?;
    let offset = match which {
        "last" => -1,
        "this" => 0,
        "next" => 1,
        _ => return None,
    };
    Some(Period { offset, unit: parse_unit(unit.trim())? })
}

fn parse_unit(word: &str) -> Option<Unit> {
    [Unit::Day, Unit::Week, Unit::Month, Unit::Year].into_iter().find(|unit| unit.to_string() == word)
}

fn parse_moment(text: &str) -> Result<Moment, String> {
    let text = text.trim();
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    match shape.as_str() {
        "0000-00-00" => text.parse::<Date>().map(Moment::Day).map_err(|_| impossible(text)),
        "0000-00-00T00:00" | "0000-00-00T00:00:00" | "0000-00-00 00:00" | "0000-00-00 00:00:00" => {
            text.parse::<DateTime>().map(Moment::Time).map_err(|_| impossible(text))
        }
        _ if shape.starts_with("0000-00-00T") => Err("the time of day is not `HH:MM`, without a zone".to_owned()),
        _ => Err("it is written in another way".to_owned()),
    }
}

fn impossible(text: &str) -> String {
    let day_of = |text: &str| text.get(..7).and_then(|month| format!("{month}-01").parse::<Date>().ok());
    match day_of(text) {
        Some(first) if text.get(..10).is_some_and(|day| day.parse::<Date>().is_err()) => {
            format!("{} has {} days", first.strftime("%B %Y"), first.days_in_month())
        }
        Some(_) => "there is no such time of day".to_owned(),
        None => "there is no such month".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_as_people_write_them() {
        let parse = |text| parse_duration(text, Sign::Positive).map(|duration| duration.to_string());
        for (text, means) in [
            ("3 days", "3 days"),
            ("2 h", "2 hours"),
            ("2h", "2 hours"),
            ("1 month", "1 month"),
            ("2 weeks", "14 days"),
            ("P1DT2H", "P1DT7200S"),
            ("1 year", "1 year"),
            ("90 min", "90 minutes"),
        ] {
            assert_eq!(parse(text), Ok(means.to_owned()), "{text}");
        }
        for text in ["3", "", "days", "-1 day", "0 days", "3 days ago", "in 3 days", "3 moons"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse_duration("-1 day", Sign::Any).is_ok());
    }

    #[test]
    fn dates_are_strict_and_say_why() {
        assert_eq!(parse_when("90 days ago").map(|when| when.to_string()), Ok("90 days ago".to_owned()));
        assert_eq!(parse_when("start of month").map(|when| when.to_string()), Ok("start of month".to_owned()));
        assert_eq!(parse_when("2026-02-30"), Err("February 2026 has 28 days".to_owned()));
        assert_eq!(parse_when("2026-13-01"), Err("there is no such month".to_owned()));
        assert_eq!(parse_when("2026-11-21T25:00"), Err("there is no such time of day".to_owned()));
        assert!(parse_when("2026-11-21T09:00Z").is_err());
        assert!(parse_when("21.11.2026").is_err());
    }
}
