//! Two campaigns that pull the same contacts to different stages of one funnel: both let them in by
//! conditions that mean the same, or each takes back what the other did.

use std::collections::{BTreeMap, BTreeSet};

use super::follow::may_be_put_off;
use super::ping_pong;
use super::weights::refusal;
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::graph::describe;
use crate::model::{
    Action, Campaign, ConditionKind, Enter, Meaning, Meanings, Model, Moment, Publish, StageRef,
    Step, StepKind,
};

/// Of so many others a campaign is told, each of them earlier in the text: of a thousand that all
/// compete nobody reads half a million findings.
const MOST: usize = 10;

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let model = case.model;
    let mut meanings = Meanings::of(model);
    let whole = model
        .campaigns
        .values()
        .filter(|it| !it.broken && it.publish.published);
    let pulls: Vec<Pull<'_>> = whole
        .filter_map(|it| pull(model, &mut meanings, it))
        .collect();
    let mut found = Vec::new();
    let mut by_door: BTreeMap<&Meaning, Vec<usize>> = BTreeMap::new();
    let mut by_stage: BTreeMap<StageRef, Vec<usize>> = BTreeMap::new();
    for (at, one) in pulls.iter().enumerate() {
        let same_door = one.ways.iter().filter_map(|way| by_door.get(way)).flatten();
        let mut told = BTreeSet::new();
        for other in same_door.chain(by_stage.get(&one.to).into_iter().flatten()) {
            if told.len() < MOST && !told.contains(other) {
                let finding = compete(model, rule, &pulls[*other], one);
                told.extend(finding.is_some().then_some(*other));
                found.extend(finding);
            }
        }
        one.ways
            .iter()
            .for_each(|way| by_door.entry(way).or_default().push(at));
        one.from
            .iter()
            .for_each(|stage| by_stage.entry(*stage).or_default().push(at));
    }
    found.extend(ping_pong::find(case, rule));
    found
}

/// A campaign that moves its contacts before anything else can happen to them.
struct Pull<'a> {
    campaign: &'a Campaign,
    step: &'a Step,
    to: StageRef,
    /// Who comes in.
    ways: Vec<Meaning>,
    /// The stages that let contacts in by themselves.
    from: Vec<StageRef>,
}

fn pull<'a>(
    model: &Model,
    meanings: &mut Meanings<'_>,
    campaign: &'a Campaign,
) -> Option<Pull<'a>> {
    let mut at_once = campaign
        .steps
        .iter()
        .take_while(|step| goes_on_at_once(model, &step.kind));
    let (step, to) = at_once.find_map(|step| Some((step, moves_to(step)?)))?;
    let from = campaign.enter.iter().filter_map(|way| match way {
        Enter::Entered { stage, .. } => Some(*stage),
        Enter::Condition(condition) => {
            if let ConditionKind::Stage {
                stage,
                at_least: None,
            } = condition.kind
            {
                Some(stage)
            } else {
                None
            }
        }
        Enter::Event(_) => None,
    });
    let ways = campaign
        .enter
        .iter()
        .map(|way| meanings.enter(way))
        .collect();
    Some(Pull {
        campaign,
        step,
        to,
        ways,
        from: from.collect(),
    })
}

fn moves_to(step: &Step) -> Option<StageRef> {
    if let StepKind::Action(Action::Move(to)) = step.kind {
        Some(to)
    } else {
        None
    }
}

/// Whether every contact that comes to the step comes to the next one in the same instant.
fn goes_on_at_once(model: &Model, kind: &StepKind) -> bool {
    if let StepKind::Action(Action::Send { content, rules }) = kind {
        return !rules.exits_on_skip && !may_be_put_off(model, &model.content[*content]);
    }
    matches!(
        kind,
        StepKind::Action(
            Action::Move(_) | Action::AddTag(_) | Action::RemoveTag(_) | Action::Points(_)
        )
    ) || matches!(
        kind,
        StepKind::Action(Action::Set { .. } | Action::Clear(_))
    )
}

fn compete(model: &Model, rule: &Rule, one: &Pull<'_>, other: &Pull<'_>) -> Option<Diagnostic> {
    if one.to.funnel != other.to.funnel || one.to.stage == other.to.stage {
        return None;
    }
    if !meet(&one.campaign.publish, &other.campaign.publish) {
        return None;
    }
    let funnel = &model.funnels[one.to.funnel];
    let allowed = |from: StageRef, to: StageRef| refusal(funnel, from.stage, to.stage).is_none();
    let takes_back = one.from.contains(&other.to) && other.from.contains(&one.to);
    let same_door = one.ways.iter().any(|way| other.ways.contains(way));
    if !takes_back && !same_door {
        return None;
    }
    let (first, second) = (&one.campaign.id, &other.campaign.id);
    let [here, there] = [one.to, other.to].map(|stage| describe::stage(model, stage));
    let (message, help) = if takes_back && allowed(one.to, other.to) && allowed(other.to, one.to) {
        (
            format!(
                "`{first}` moves contacts to `{here}`, and `{second}` moves them back to `{there}` \
                    at once"
            ),
            "let one of them ask for more, or take one of the moves out",
        )
    } else if same_door {
        (
            format!(
                "`{first}` and `{second}` let in the same contacts and move them to different \
                    stages"
            ),
            "let each ask for contacts of its own, or make them one campaign",
        )
    } else {
        return None;
    };
    let finding = rule
        .finding(other.step.span, message)
        .at(format!("to `{there}`"));
    Some(
        finding
            .label(one.step.span, format!("to `{here}`"))
            .help(help),
    )
}

/// Whether both windows are open at some moment.
fn meet(one: &Publish, other: &Publish) -> bool {
    let over = |window: &Publish, next: &Publish| match (window.until, next.from) {
        (Some(until), Some(from)) => ends_before(until, from),
        (Some(_) | None, Some(_) | None) => false,
    };
    !over(one, other) && !over(other, one)
}

/// A day belongs to its window as a whole.
fn ends_before(until: Moment, from: Moment) -> bool {
    match (until, from) {
        (Moment::Day(until), Moment::Day(from)) => until < from,
        (Moment::Day(until), Moment::Time(from)) => until < from.date(),
        (Moment::Time(until), Moment::Day(from)) => until.date() < from,
        (Moment::Time(until), Moment::Time(from)) => until < from,
    }
}
