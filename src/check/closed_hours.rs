//! Hours that no run of the schedule meets: what waits for them is put off again and again, and
//! never goes.
//!
//! The runs are those of `runs`, counted from midnight of the project's zone on a day without a
//! clock change.

use jiff::civil::{Time, date};
use jiff::tz::TimeZone;

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::windows::time;
use crate::model::{Campaign, Channel, Duration, Model, Step, StepKind, Wait, Windows};
use crate::source::Span;

const DAY: i64 = 86_400;

/// Zones in which contacts may live; one for each offset that many people have.
const ZONES: [&str; 10] = [
    "America/New_York",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Berlin",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Sydney",
];

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let model = case.model;
    let mut found = Vec::new();
    for (rules, channel) in model.contacts.channels.iter().zip(Channel::ALL) {
        let whose = format!("the hours of `{}`", channel.word());
        found.extend(
            rules
                .hours_span
                .and_then(|span| closed(model, rule, &rules.hours, span, &whose)),
        );
    }
    for campaign in model.campaigns.values() {
        found.extend(in_campaign(model, rule, campaign));
    }
    found
}

fn in_campaign(model: &Model, rule: &Rule, campaign: &Campaign) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    campaign.each_step(|step| {
        if let Some(windows) = windows(step) {
            let whose = format!("the hours of `{}`", step.name);
            found.extend(
                closed(model, rule, windows, step.span, &whose)
                    .or_else(|| late(model, rule, windows, step)),
            );
        }
    });
    found
}

/// Those of a wait.
fn windows(step: &Step) -> Option<&Windows> {
    let (StepKind::Wait(Wait { windows, .. }) | StepKind::WaitUntil { windows, .. }) = &step.kind
    else {
        return None;
    };
    Some(windows)
}

/// No run falls into the hours: in the project's zone, or in that of some contacts.
fn closed(
    model: &Model,
    rule: &Rule,
    windows: &Windows,
    span: Span,
    whose: &str,
) -> Option<Diagnostic> {
    let (from, to) = windows.between?;
    let zone = if is_met(model, windows, &model.timezone)? {
        model.contacts.timezone?;
        Some(
            ZONES
                .into_iter()
                .find(|zone| is_met(model, windows, zone) == Some(false))?,
        )
    } else {
        None
    };
    let where_ = match zone {
        Some(zone) => format!(" for contacts in `{zone}`"),
        None if model.contacts.timezone.is_some() => format!(" in `{}`", model.timezone),
        None => String::new(),
    };
    let message = format!(
        "no run falls into {whose}, {} to {}{where_}",
        time(from),
        time(to)
    );
    Some(
        rule.finding(span, message)
            .at("never open")
            .help(help(model)),
    )
}

/// A time of day that the run of that day comes too early for: what waits for it goes on in the
/// night.
fn late(model: &Model, rule: &Rule, windows: &Windows, step: &Step) -> Option<Diagnostic> {
    let at = windows.at.filter(|_| windows.between.is_none())?;
    let last = DAY - i64::from(model.every);
    (seconds(at) > last).then(|| {
        let message = format!(
            "the next run after {} is the first one of the next day, at 00:00",
            time(at)
        );
        rule.finding(step.span, message)
            .at("goes on at midnight")
            .help(help(model))
    })
}

fn help(model: &Model) -> String {
    let every = Duration {
        seconds: i64::from(model.every),
        ..Duration::default()
    };
    let daily = i64::from(model.every) == DAY;
    let runs = if daily {
        "once a day, which counts as midnight".to_owned()
    } else {
        format!("every {every}, from midnight on")
    };
    format!("the project runs {runs}; write `runs: {{ every: 1 h }}` and run it so often")
}

/// Whether a run falls into the hours on the clock of a zone, in winter or in summer; nothing where
/// there is no such zone.
fn is_met(model: &Model, windows: &Windows, zone: &str) -> Option<bool> {
    let (own, zone) = (
        TimeZone::get(&model.timezone).ok()?,
        TimeZone::get(zone).ok()?,
    );
    let every = i64::from(model.every.max(1));
    let seasons = [date(2026, 1, 15), date(2026, 7, 15)];
    Some(seasons.into_iter().any(|day| {
        let Ok(midnight) = day.to_zoned(own.clone()) else {
            return true;
        };
        let offset = |zone: &TimeZone| i64::from(zone.to_offset(midnight.timestamp()).seconds());
        let ahead = offset(&zone) - offset(&own);
        (0..DAY / every).any(|run| windows.has_time(time_of((run * every + ahead).rem_euclid(DAY))))
    }))
}

fn seconds(time: Time) -> i64 {
    i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second())
}

fn time_of(seconds: i64) -> Time {
    let part = |value: i64| i8::try_from(value).unwrap_or(0);
    Time::new(
        part(seconds / 3600),
        part(seconds / 60 % 60),
        part(seconds % 60),
        0,
    )
    .unwrap_or(Time::midnight())
}
