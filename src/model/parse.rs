//! The calendar's expressions from text, as people write them; what
//! [`fmt::Display`](std::fmt::Display) writes is read back as the same.

use jiff::civil::{Date, DateTime};

use super::calendar::{Duration, Moment, Period, Sign, Unit, When};

impl Duration {
    /// `3 days`, `2 h`, `1 month`, or ISO 8601; the error says in a few words what is wrong.
    pub fn parse(text: &str, sign: Sign) -> Result<Self, String> {
        parse_duration(text, sign)
    }
}

impl When {
    /// A moment, `today`, `90 days ago`, `in 3 days`, `start of month`; the error says in a few
    /// words what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        parse_when(text)
    }
}

impl Moment {
    /// `2026-11-21` or `2026-11-21T09:00`; the error says in a few words what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        parse_moment(text)
    }
}

impl Period {
    /// `today`, `last week`, `this month`.
    pub fn parse(text: &str) -> Option<Self> {
        parse_period(text)
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
    let span: jiff::Span = text
        .trim()
        .parse()
        .map_err(|_| not_a_span(text.trim()).to_owned())?;
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

/// Why a text is no length of time; with a small number it may be one.
fn not_a_span(text: &str) -> &'static str {
    let digits: usize = text.chars().filter(char::is_ascii_digit).count();
    let number = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let is_too_long = number > 1
        && digits == number
        && format!("1{}", &text[number..])
            .parse::<jiff::Span>()
            .is_ok();
    if is_too_long {
        "that is longer than any calendar reaches"
    } else {
        "this is not a number with a unit"
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
    if let Ok(length) = parse_duration(text, Sign::Positive) {
        return Err(format!(
            "it is a length of time; `{length} ago` and `in {length}` are dates"
        ));
    }
    parse_moment(text).map(When::At)
}

fn parse_period(text: &str) -> Option<Period> {
    let day = |offset| {
        Some(Period {
            offset,
            unit: Unit::Day,
        })
    };
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
    Some(Period {
        offset,
        unit: parse_unit(unit.trim())?,
    })
}

fn parse_unit(word: &str) -> Option<Unit> {
    [Unit::Day, Unit::Week, Unit::Month, Unit::Year]
        .into_iter()
        .find(|unit| unit.to_string() == word)
}

fn parse_moment(text: &str) -> Result<Moment, String> {
    let text = text.trim();
    let shape: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    match shape.as_str() {
        "0000-00-00" => text
            .parse::<Date>()
            .map(Moment::Day)
            .map_err(|_| impossible(text)),
        "0000-00-00T00:00" | "0000-00-00T00:00:00" | "0000-00-00 00:00" | "0000-00-00 00:00:00" => {
            text.parse::<DateTime>()
                .map(Moment::Time)
                .map_err(|_| impossible(text))
        }
        _ if shape.starts_with("0000-00-00T") => {
            Err("the time of day is not `HH:MM`, without a zone".to_owned())
        }
        _ => Err("it is written in another way".to_owned()),
    }
}

fn impossible(text: &str) -> String {
    let day_of = |text: &str| {
        text.get(..7)
            .and_then(|month| format!("{month}-01").parse::<Date>().ok())
    };
    match day_of(text) {
        Some(first)
            if text
                .get(..10)
                .is_some_and(|day| day.parse::<Date>().is_err()) =>
        {
            format!(
                "{} has {} days",
                first.strftime("%B %Y"),
                first.days_in_month()
            )
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
        let parse =
            |text| parse_duration(text, Sign::Positive).map(|duration| duration.to_string());
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
        for text in [
            "3",
            "",
            "days",
            "-1 day",
            "0 days",
            "3 days ago",
            "in 3 days",
            "3 moons",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse_duration("-1 day", Sign::Any).is_ok());
    }

    #[test]
    fn dates_are_strict_and_say_why() {
        assert_eq!(
            parse_when("90 days ago").map(|when| when.to_string()),
            Ok("90 days ago".to_owned())
        );
        assert_eq!(
            parse_when("start of month").map(|when| when.to_string()),
            Ok("start of month".to_owned())
        );
        assert_eq!(
            parse_when("2026-02-30"),
            Err("February 2026 has 28 days".to_owned())
        );
        assert_eq!(
            parse_when("2026-13-01"),
            Err("there is no such month".to_owned())
        );
        assert_eq!(
            parse_when("2026-11-21T25:00"),
            Err("there is no such time of day".to_owned())
        );
        assert!(parse_when("2026-11-21T09:00Z").is_err());
        assert!(parse_when("21.11.2026").is_err());
    }
}
