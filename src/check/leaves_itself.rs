//! A campaign with `on-leave: exit` whose own step ends the condition that lets people in, or one
//! whose step makes `goal` or `exit-when` true, so that what comes after the next wait never runs.

use std::collections::BTreeSet;

use super::known_state::Facts;
use super::stage_flow::Ground;
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::graph::atoms;
use crate::model::{
    Action, Campaign, CampaignId, Condition, ConditionKind, Enter, FunnelId, Model, OnLeave,
    SegmentId, Step, StepKind,
};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let leaving = |campaign: &&Campaign| {
        campaign.on_leave == Some(OnLeave::Exit) && !campaign.broken && !goes_round(campaign)
    };
    let mut left = MOST_QUESTIONS;
    for (id, campaign) in case.model.campaigns.iter() {
        let before = found.len();
        if leaving(&campaign) {
            by_steps(case, rule, campaign, &mut left, &mut found);
        }
        if found.len() == before {
            found.extend(by_what_is_known(case, rule, id));
        }
    }
    found
}

fn by_steps(
    case: &CheckContext<'_>,
    rule: &Rule,
    campaign: &Campaign,
    left: &mut usize,
    found: &mut Vec<Diagnostic>,
) {
    let Some(conditions) = only_conditions(campaign) else {
        return;
    };
    let segments = segments(case, &conditions);
    let Some(less) = left.checked_sub(questions(case.model, campaign, &conditions, &segments))
    else {
        found.push(not_looked_at(rule, campaign));
        return;
    };
    *left = less;
    let funnels = funnels(case.model, &conditions, &segments);
    let mut search = Search {
        rule,
        ground: &case.ground,
        campaign,
        conditions,
        segments,
        found,
    };
    let start = Now {
        facts: Facts::at_start(&case.ground, campaign, funnels),
        culprit: None,
    };
    search.list(&campaign.steps, start);
}

/// The first step behind which everybody leaves, by what is known there of lists, points and
/// values.
fn by_what_is_known(case: &CheckContext<'_>, rule: &Rule, id: CampaignId) -> Option<Diagnostic> {
    let campaign = &case.model.campaigns[id];
    let mut over: Vec<(&Condition, bool, bool)> = [&campaign.goal, &campaign.exit_when]
        .into_iter()
        .flatten()
        .map(|over| (over, false, true))
        .collect();
    let enter = only_conditions(campaign).map(|ways| Condition {
        span: ways[0].span,
        kind: ConditionKind::Any(ways.into_iter().cloned().collect()),
    });
    let leaves = campaign.on_leave == Some(OnLeave::Exit) && !case.enrolled.contains(&id);
    over.extend(
        enter
            .iter()
            .filter(|_| leaves)
            .map(|enter| (enter, true, false)),
    );
    for visit in &case.followed[id].visits {
        let (never, is_message) = match &visit.step.kind {
            StepKind::Wait(_) => (visit.rest.first(), false),
            StepKind::Action(Action::Send { content, .. }) => {
                let is_message = !case.model.content[*content].channels().is_empty();
                (Some(visit.step).filter(|_| is_message), true)
            }
            StepKind::Action(_) | StepKind::WaitUntil { .. } | StepKind::If { .. } => (None, false),
            StepKind::Split(_) | StepKind::Await(_) | StepKind::Fork(_) => (None, false),
            StepKind::Goto { .. } | StepKind::Exit(_) | StepKind::Broken => (None, false),
        };
        let Some(never) = never else {
            continue;
        };
        let asked = over
            .iter()
            .filter(|(.., by_message)| *by_message || !is_message);
        for (condition, holds, _) in asked {
            let Some(culprit) = visit.known.last_step(case, condition) else {
                continue;
            };
            if visit.known.never(case, &[(condition, *holds)]) {
                let message = format!(
                    "everybody leaves `{}` behind `{}`, so `{}` never runs",
                    campaign.id, culprit.name, never.name
                );
                let looked_at = if *holds {
                    "lets people in"
                } else {
                    "ends it for them"
                };
                let finding = rule.finding(culprit.span, message);
                return Some(
                    finding
                        .at("makes them leave")
                        .label(condition.span, looked_at)
                        .label(never.span, "never runs")
                        .help("make it the last step, or ask for something else"),
                );
            }
        }
    }
    None
}

/// So many questions are asked in all: what is behind each step is asked of all that lets people
/// in. Campaigns that need more are told.
const MOST_QUESTIONS: usize = 1_000_000;

/// Silence would be taken for praise.
fn not_looked_at(rule: &Rule, campaign: &Campaign) -> Diagnostic {
    let message = format!(
        "whether a step ends what lets contacts into `{}` is not looked at: so many steps and \
            questions in `enter` are too many together",
        campaign.id
    );
    rule.finding(campaign.span, message)
        .at("is not looked at")
        .help("split the campaign, or ask for a segment with fewer questions")
}

/// So many stages of a funnel are looked at as quickly as one.
const STAGES: usize = 64;

/// How many questions a campaign needs; one about a funnel with many stages counts as several.
fn questions(
    model: &Model,
    campaign: &Campaign,
    conditions: &[&Condition],
    segments: &[SegmentId],
) -> usize {
    let (mut steps, mut asked) = (0_usize, 0_usize);
    campaign.each_step(|_| steps += 1);
    let inside = segments
        .iter()
        .map(|segment| &model.segments[*segment].condition);
    conditions
        .iter()
        .copied()
        .chain(inside)
        .for_each(|condition| {
            atoms(condition, &mut |atom| {
                asked += 1 + stages(model, atom) / STAGES;
            });
        });
    steps.saturating_mul(asked)
}

/// How many stages the funnel has about which a question is.
fn stages(model: &Model, atom: &Condition) -> usize {
    let funnel = match &atom.kind {
        ConditionKind::Stage { stage, .. } | ConditionKind::Reached(stage) => stage.funnel,
        ConditionKind::InFunnel(funnel) => *funnel,
        ConditionKind::All(_) | ConditionKind::Any(_) | ConditionKind::Not(_) => return 0,
        ConditionKind::Segment(_) | ConditionKind::Field { .. } | ConditionKind::Tag(_) => {
            return 0;
        }
        ConditionKind::Reachable(_) | ConditionKind::Campaign { .. } => return 0,
        ConditionKind::Event(_) | ConditionKind::Broken => return 0,
    };
    model.funnels[funnel].stages.len()
}

/// Where steps come in another order than that of the text nothing is said.
fn goes_round(campaign: &Campaign) -> bool {
    let mut found = false;
    campaign.each_step(|step| {
        found |= matches!(
            step.kind,
            StepKind::Goto { .. } | StepKind::Fork(_) | StepKind::Await(_)
        );
    });
    found
}

/// Contacts let in by `entered` do not leave by `on-leave`.
fn only_conditions(campaign: &Campaign) -> Option<Vec<&Condition>> {
    let conditions = campaign.enter.iter().map(|enter| match enter {
        Enter::Condition(condition) => Some(condition),
        Enter::Entered { .. } | Enter::Event(_) => None,
    });
    conditions
        .collect::<Option<Vec<_>>>()
        .filter(|conditions| !conditions.is_empty())
}

fn segments(case: &CheckContext<'_>, conditions: &[&Condition]) -> Vec<SegmentId> {
    let mut wanted = BTreeSet::new();
    let mut open: Vec<&Condition> = conditions.to_vec();
    while let Some(condition) = open.pop() {
        atoms(condition, &mut |atom| {
            if let ConditionKind::Segment(segment) = atom.kind
                && wanted.insert(segment)
            {
                open.push(&case.model.segments[segment].condition);
            }
        });
    }
    let mut wanted: Vec<SegmentId> = wanted
        .into_iter()
        .filter(|id| case.ground.rank(*id).is_some())
        .collect();
    wanted.sort_by_key(|id| case.ground.rank(*id));
    wanted
}

/// The funnels about whose stages they ask.
fn funnels(model: &Model, conditions: &[&Condition], segments: &[SegmentId]) -> BTreeSet<FunnelId> {
    let mut funnels = BTreeSet::new();
    let asked = segments
        .iter()
        .map(|segment| &model.segments[*segment].condition);
    for condition in conditions.iter().copied().chain(asked) {
        atoms(condition, &mut |atom| match &atom.kind {
            ConditionKind::Stage { stage, .. } | ConditionKind::Reached(stage) => {
                funnels.insert(stage.funnel);
            }
            ConditionKind::InFunnel(funnel) => drop(funnels.insert(*funnel)),
            ConditionKind::All(_)
            | ConditionKind::Any(_)
            | ConditionKind::Not(_)
            | ConditionKind::Segment(_) => {}
            ConditionKind::Field { .. } | ConditionKind::Tag(_) | ConditionKind::Reachable(_) => {}
            ConditionKind::Campaign { .. } | ConditionKind::Event(_) | ConditionKind::Broken => {}
        });
    }
    funnels
}

struct Search<'a, 'f> {
    rule: &'a Rule,
    ground: &'a Ground<'a>,
    campaign: &'a Campaign,
    conditions: Vec<&'a Condition>,
    /// Those that the conditions ask, each after those that it asks itself.
    segments: Vec<SegmentId>,
    found: &'f mut Vec<Diagnostic>,
}

/// What is known, and the step since which no condition of `enter` holds.
#[derive(Clone)]
struct Now<'a> {
    facts: Facts<'a>,
    culprit: Option<&'a Step>,
}

impl<'a> Search<'a, '_> {
    /// Goes through a list; `None` when no contact comes out of it.
    fn list(&mut self, steps: &'a [Step], mut now: Now<'a>) -> Option<Now<'a>> {
        for (at, step) in steps.iter().enumerate() {
            match (&step.kind, now.culprit) {
                (StepKind::Wait(_) | StepKind::WaitUntil { .. }, Some(culprit)) => {
                    self.report(culprit, step, &steps[at + 1..]);
                    return None;
                }
                (
                    StepKind::If {
                        then, otherwise, ..
                    },
                    _,
                ) => {
                    now = meet(self.list(then, now.clone()), self.list(otherwise, now))?;
                }
                (StepKind::Split(shares), _) => {
                    let mut ends = None;
                    for share in shares {
                        ends = meet(ends, self.list(&share.steps, now.clone()));
                    }
                    now = ends?;
                }
                (StepKind::Exit(_), _) => return None,
                _ => now = self.after(step, now),
            }
        }
        Some(now)
    }

    fn after(&self, step: &'a Step, now: Now<'a>) -> Now<'a> {
        let facts = now.facts.after(self.ground.model, step);
        let verdicts = facts.verdicts(self.ground.model, &self.segments, &self.conditions);
        let over = verdicts.iter().all(|verdict| *verdict == Some(false));
        Now {
            facts,
            culprit: over.then(|| now.culprit.unwrap_or(step)),
        }
    }

    fn report(&mut self, culprit: &Step, wait: &Step, rest: &[Step]) {
        let Some(first) = rest.first() else { return };
        let names: Vec<_> = rest
            .iter()
            .take(3)
            .map(|step| format!("`{}`", step.name))
            .collect();
        let more = if rest.len() > names.len() {
            format!(" and {} more", rest.len() - names.len())
        } else {
            String::new()
        };
        let never = if rest.len() == 1 {
            "never runs"
        } else {
            "never run"
        };
        let message = format!(
            "`{}` ends what lets contacts into `{}`, so they leave, and {}{more} {never}",
            culprit.name,
            self.campaign.id,
            names.join(", ")
        );
        let finding = self
            .rule
            .finding(culprit.span, message)
            .at("ends the entry condition");
        self.found.push(
            finding
                .label(self.conditions[0].span, "lets people in")
                .label(wait.span, "they leave here")
                .label(first.span, "never runs")
                .help("write `on-leave: stay`, or make this the last step"),
        );
    }
}

fn meet<'a>(yes: Option<Now<'a>>, no: Option<Now<'a>>) -> Option<Now<'a>> {
    match (yes, no) {
        (Some(yes), Some(no)) => Some(Now {
            culprit: yes.culprit.and(no.culprit),
            facts: yes.facts.meet(&no.facts),
        }),
        (one, other) => one.or(other),
    }
}
