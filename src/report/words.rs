//! A plan in words: what it will do, for somebody who reads no YAML.

use std::fmt::Write;

use crate::graph::describe::{condition, counted, enter, give, pattern, stage, step, threshold};
use crate::model::{
    Action, Audience, Campaign, Funnel, IfMissing, IfPast, Model, OnLeave, Once, Publish, StageRef,
    Step, StepKind, Target, Until,
};
use crate::plan::Plan;
use crate::runner::program::Program;
use crate::screen::one_line;

/// The plan in words, an outline of at most 100 columns where the words allow it.
pub fn plan(plan: &Plan) -> String {
    let model = plan.model();
    let mut text = head(model, plan.fingerprint());
    look_back(&mut text, plan);
    for (id, funnel) in model.funnels.iter() {
        text.push('\n');
        self::funnel(&mut text, model, id, funnel);
    }
    points(&mut text, model);
    for campaign in model.campaigns.values() {
        text.push('\n');
        self::campaign(&mut text, model, campaign);
    }
    text
}

fn head(model: &Model, fingerprint: &str) -> String {
    let count = |count: usize, noun: &str| counted(u64::try_from(count).unwrap_or(u64::MAX), noun);
    let stages = model
        .funnels
        .values()
        .map(|funnel| funnel.stages.len())
        .sum();
    format!(
        "plan {}: {}, {} with {}, {}, dates turn in {}\n",
        fingerprint.get(..12).unwrap_or(fingerprint),
        count(model.segments.len(), "segment"),
        count(model.funnels.len(), "funnel"),
        count(stages, "stage"),
        count(model.campaigns.len(), "campaign"),
        model.timezone
    )
}

/// How far back the plan asks for what happened.
fn look_back(text: &mut String, plan: &Plan) {
    // A zone that is not there is told when the plan is run.
    for (event, back) in Program::look_back(plan).unwrap_or_default() {
        let words = match back.as_str() {
            "ever" => "all that ever happened".to_owned(),
            "entry" => "what happened since a contact came in".to_owned(),
            length => format!("the last {length}"),
        };
        line(text, 0, format!("asks for event {event}: {words}"));
    }
}

/// Adds a line; writing to a string cannot fail.
fn line(text: &mut String, depth: usize, words: impl AsRef<str>) {
    let _ = writeln!(
        text,
        "{:width$}{}",
        "",
        one_line(words.as_ref()),
        width = depth * 2
    );
}

fn funnel(text: &mut String, model: &Model, id: crate::model::FunnelId, funnel: &Funnel) {
    line(text, 0, format!("funnel {}", funnel.id));
    let entry = funnel
        .entry
        .map(|entry| funnel.stages[entry].id.as_str())
        .unwrap_or_default();
    match &funnel.audience {
        Some(Audience::Everyone) => line(text, 1, format!("everyone enters at {entry}")),
        Some(Audience::Of(who)) => line(
            text,
            1,
            format!("enters at {entry}: {}", condition(model, who)),
        ),
        None => {}
    }
    for rule in &funnel.place {
        line(
            text,
            1,
            format!(
                "placed in {}: {}",
                funnel.stages[rule.stage].id,
                condition(model, &rule.when)
            ),
        );
    }
    let mut by_weight: Vec<_> = funnel.stages.iter().collect();
    by_weight.sort_by_key(|(_, stage)| (stage.weight, stage.id.as_str()));
    for (stage_id, body) in by_weight {
        let is_final = if body.is_final { ", final" } else { "" };
        let window = window(&body.publish, "takes nobody in");
        line(
            text,
            1,
            format!(
                "{} (weight {}{is_final}{window})",
                body.id,
                body.weight.unwrap_or_default()
            ),
        );
        for conversion in &body.converts {
            let to = match conversion.to {
                Target::Stage(to) => funnel.stages[to].id.clone(),
                Target::Next => next(funnel, stage_id),
            };
            line(
                text,
                2,
                format!("to {to}: {}", condition(model, &conversion.when)),
            );
        }
        let back: Vec<_> = body
            .back_to
            .iter()
            .map(|(to, _)| {
                stage(
                    model,
                    StageRef {
                        funnel: id,
                        stage: *to,
                    },
                )
            })
            .collect();
        if !back.is_empty() {
            line(text, 2, format!("may go back to {}", back.join(", ")));
        }
    }
}

/// The rules that give points; a trigger stands among the campaigns.
fn points(text: &mut String, model: &Model) {
    if !model.points.rules.is_empty() {
        text.push_str("\npoints\n");
    }
    for rule in model.points.rules.values() {
        let each = rule
            .each
            .as_ref()
            .map(|each| pattern(model, each))
            .unwrap_or_default();
        let window = window(&rule.publish, "gives nothing");
        line(
            text,
            1,
            format!(
                "{}{window}: {} for each {each}",
                rule.id,
                give(model, rule.give)
            ),
        );
    }
}

/// When a thing is published, unless it always is.
fn window(publish: &Publish, off: &str) -> String {
    match (publish.published, publish.from, publish.until) {
        (false, _, _) => format!(", unpublished: {off}"),
        (true, None, None) => String::new(),
        (true, Some(from), None) => format!(", from {from}"),
        (true, None, Some(until)) => format!(", until {until}"),
        (true, Some(from), Some(until)) => format!(", from {from} until {until}"),
    }
}

fn next(funnel: &Funnel, from: crate::model::StageId) -> String {
    let next: Vec<_> = funnel
        .next_heavier(from)
        .into_iter()
        .map(|to| funnel.stages[to].id.clone())
        .collect();
    if next.is_empty() {
        "nowhere".to_owned()
    } else {
        next.join(" or ")
    }
}

fn campaign(text: &mut String, model: &Model, campaign: &Campaign) {
    line(
        text,
        0,
        format!(
            "campaign {}{}",
            campaign.id,
            window(&campaign.publish, "paused, admits nobody")
        ),
    );
    for way in &campaign.enter {
        line(text, 1, format!("in: {}", enter(model, way)));
    }
    if let Some(points) = campaign.trigger {
        line(
            text,
            1,
            format!("in: once ever, {}", threshold(model, points)),
        );
    }
    if let Some(after) = campaign.reenter {
        line(text, 1, format!("again after {after}"));
    }
    if let Some(goal) = &campaign.goal {
        line(text, 1, format!("converted: {}", condition(model, goal)));
    }
    if let Some(exit) = &campaign.exit_when {
        line(text, 1, format!("out: {}", condition(model, exit)));
    }
    if campaign.on_leave == Some(OnLeave::Exit) {
        line(text, 1, "out: who no longer meets the way in");
    }
    steps(text, model, &campaign.steps, 1);
}

/// How a step is done where that is not the usual way.
fn manner(kind: &StepKind) -> String {
    let manner = match kind {
        StepKind::Action(Action::Send { rules, .. }) if rules.transactional => {
            ", without asking for consent"
        }
        StepKind::Action(Action::Send { rules, .. }) if rules.once == Once::Ever => ", once ever",
        StepKind::Action(Action::Send { rules, .. }) if rules.exits_on_skip => {
            "; when it is not sent: exit"
        }
        StepKind::WaitUntil { until, if_past, .. } => return late_or_missing(until, *if_past),
        StepKind::Wait(_) | StepKind::If { .. } => "",
        StepKind::Split(_) | StepKind::Fork(_) | StepKind::Goto { .. } => "",
        StepKind::Await(_) => "",
        StepKind::Action(_) => "",
        StepKind::Exit(_) | StepKind::Broken => "",
    };
    manner.to_owned()
}

/// What happens at a moment that is over, and where there is none.
fn late_or_missing(until: &Until, if_past: Option<IfPast>) -> String {
    let late = match if_past {
        None => "",
        Some(IfPast::Continue) => "; when that is over: go on with every step",
        Some(IfPast::Exit) => "; when that is over: exit",
        Some(IfPast::Skip) => "; when that is over: skip the next step",
    };
    let missing = match until.if_missing() {
        None | Some(IfMissing::Exit) => "",
        Some(IfMissing::Continue) => "; when it is missing: go on",
        Some(IfMissing::Skip) => "; when it is missing: skip the next step",
    };
    format!("{late}{missing}")
}

fn steps(text: &mut String, model: &Model, list: &[Step], depth: usize) {
    for one in list {
        line(
            text,
            depth,
            format!("- {}{}", step(model, one), manner(&one.kind)),
        );
        for branch in one
            .branches()
            .iter()
            .filter(|branch| !branch.steps.is_empty())
        {
            if branch.word != "then" {
                line(text, depth, format!("  {}", branch.word));
            }
            steps(text, model, branch.steps, depth + 1);
        }
    }
}
