//! Steps behind waits that are longer than the campaign's window is open, waits for a moment before
//! any run there can be, and windows that closed by then: the first never run, the second never
//! wait, the third never open.

use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::laws_of_dates::least_days;
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Campaign, Model, Moment, Publish, Step, StepKind, Until, Wait, Windows};
use crate::source::Span;

/// No run of funnelc took place before this day.
const FIRST_RUN: Date = date(2026, 1, 1);

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = published(case.model)
        .into_iter()
        .filter_map(|(id, span, publish)| closed(rule, id, span, publish))
        .collect();
    for campaign in case.model.campaigns.values().filter(|it| !it.broken) {
        campaign.each_step(|step| found.extend(past(rule, step)));
        let window = (
            campaign.publish.from.map(day),
            campaign.publish.until.map(day),
        );
        if let (Some(from), Some(until)) = window
            && campaign.publish.published
            && !goes_round(campaign)
        {
            let mut search = Search {
                model: case.model,
                rule,
                campaign,
                until,
                found: &mut found,
            };
            search.list(&campaign.steps, from);
        }
    }
    found
}

/// Everything that has a window.
fn published(model: &Model) -> Vec<(&str, Span, Publish)> {
    let mut found = Vec::new();
    for funnel in model.funnels.values() {
        found.push((funnel.id.as_str(), funnel.span, funnel.publish));
        for stage in funnel.stages.values() {
            found.push((&stage.id, stage.span, stage.publish));
            let shown = stage.experiences.iter();
            found.extend(shown.map(|it| (it.id.as_str(), it.span, it.publish)));
        }
    }
    let campaigns = model.campaigns.values();
    found.extend(campaigns.map(|it| (it.id.as_str(), it.span, it.publish)));
    let content = model.content.values();
    found.extend(content.map(|it| (it.id.as_str(), it.span, it.publish)));
    let rules = model.points.rules.values();
    found.extend(rules.map(|it| (it.id.as_str(), it.span, it.publish)));
    found
}

fn closed(rule: &Rule, id: &str, span: Span, publish: Publish) -> Option<Diagnostic> {
    let until = publish.until.filter(|until| day(*until) < FIRST_RUN)?;
    publish.published.then(|| {
        rule.finding(
            span,
            format!("`{id}` is long over: it was open until {until}"),
        )
        .at(format!("open until {until}"))
        .help("let `publish: { until: … }` be later, or take it out")
    })
}

fn past(rule: &Rule, step: &Step) -> Option<Diagnostic> {
    let StepKind::WaitUntil {
        until: Until::Moment(moment),
        ..
    } = &step.kind
    else {
        return None;
    };
    (day(*moment) < FIRST_RUN).then(|| {
        let message = format!("`{}` never waits: {moment} is long over", step.name);
        rule.finding(step.span, message)
            .at("is long over")
            .help("write a day that is still to come, or remove the step")
    })
}

fn day(moment: Moment) -> Date {
    match moment {
        Moment::Day(day) => day,
        Moment::Time(time) => time.date(),
    }
}

fn goes_round(campaign: &Campaign) -> bool {
    let mut found = false;
    campaign.each_step(|step| found |= matches!(step.kind, StepKind::Goto { .. }));
    found
}

struct Search<'a, 'f> {
    model: &'a Model,
    rule: &'a Rule,
    campaign: &'a Campaign,
    /// The last day of the window.
    until: Date,
    found: &'f mut Vec<Diagnostic>,
}

impl Search<'_, '_> {
    /// Goes through a list from the first day on which anybody comes to it; gives the first day
    /// behind it, and nothing where nobody comes out of it.
    fn list(&mut self, steps: &[Step], mut first: Date) -> Option<Date> {
        for (at, step) in steps.iter().enumerate() {
            let next = self.step(step, first)?;
            // Who leaves a step out is there as early as before it.
            let may_skip = at > 0 && steps[at - 1].may_leave_out_next();
            first = if may_skip { first.min(next) } else { next };
            if let (true, Some(behind)) = (first > self.until, steps.get(at + 1)) {
                let message = format!(
                    "`{}` never runs: `{}` is over by then, whoever comes in when",
                    behind.name, self.campaign.id
                );
                let finding = self.rule.finding(step.span, message);
                self.found.push(
                    finding
                        .at(format!("until {first} at least"))
                        .label(behind.span, "never runs")
                        .label(self.campaign.span, format!("open until {}", self.until))
                        .help("let `publish: { until: … }` be later, or wait for less"),
                );
                return None;
            }
        }
        Some(first)
    }

    fn step(&mut self, step: &Step, first: Date) -> Option<Date> {
        match &step.kind {
            StepKind::Wait(Wait { length, windows }) => {
                let days = least_days(*length).unwrap_or(0);
                let waited = first.checked_add(days.days()).ok()?;
                Some(self.listed(windows, waited))
            }
            StepKind::WaitUntil {
                until: Until::Moment(moment),
                windows,
                ..
            } => Some(self.listed(windows, first.max(self.on_any_clock(day(*moment))))),
            StepKind::WaitUntil {
                until: Until::Field { .. },
                windows,
                ..
            } => Some(self.listed(windows, first)),
            StepKind::Exit(_) | StepKind::Goto { .. } => None,
            StepKind::Action(_) | StepKind::Broken => Some(first),
            StepKind::If { .. } | StepKind::Split(_) | StepKind::Await(_) | StepKind::Fork(_) => {
                let branches = step.branches().into_iter();
                let ends = branches.filter_map(|branch| self.list(branch.steps, first));
                ends.min()
            }
        }
    }

    /// A day begins earlier for some contacts, where each has a clock of its own.
    fn on_any_clock(&self, day: Date) -> Date {
        if self.model.contacts.timezone.is_some() {
            day.yesterday().unwrap_or(day)
        } else {
            day
        }
    }

    /// The first of the days on which a wait may end.
    fn listed(&self, windows: &Windows, mut day: Date) -> Date {
        if self.model.contacts.timezone.is_some() {
            return day;
        }
        for _ in 0..7 {
            if windows.has_day(day.weekday()) {
                return day;
            }
            day = day.tomorrow().unwrap_or(day);
        }
        day
    }
}
