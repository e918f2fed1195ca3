//! Campaigns of a plan's file back to the model, with their steps counted in the order of the text.

use std::collections::BTreeSet;

use super::{Fault, Reader, channel, key, length, of, publish, unknown};
use crate::language::AfterUntil;
use crate::model::calendar::Sign;
use crate::model::goto::aim;
use crate::model::ids::Id;
use crate::model::windows::parse_time;
use crate::model::{
    About, Action, Await, AwaitWay, Campaign, Duration, Enter, Existing, Give, IfMissing, IfPast, Listing, Moment,
    OnLeave, Outcome, Share, Step, StepId, StepKind, Threshold, Until, Wait, Way, Weekdays, Windows,
};
use crate::plan::values::new_value;
use crate::plan::{call, content, wire};
use crate::source::Span;

impl Reader<'_> {
    pub(super) fn campaign(&self, id: &str, written: &wire::Campaign) -> Result<Campaign, Fault> {
        let enter = written.enter.iter().map(|enter| match enter {
            wire::Enter::When(condition) => Ok(Enter::Condition(self.condition(condition)?)),
            wire::Enter::Event(condition) => self.pattern(condition).map(Enter::Event),
            wire::Enter::Entered(stage) => Ok(Enter::Entered { stage: self.stage(stage)?, span: Span::NOWHERE }),
        });
        let condition = |written: &Option<wire::Condition>| written.as_ref().map(|c| self.condition(c)).transpose();
        Ok(Campaign {
            id: id.to_owned(),
            span: Span::NOWHERE,
            about: About::default(),
            priority: written.priority,
            publish: publish(&written.publish)?,
            exits_after_until: written.after_until.as_deref().map(|it| of(it, AfterUntil::of)).transpose()?
                == Some(AfterUntil::Exit),
            enter: enter.collect::<Result<_, Fault>>()?,
            reenter: written.reenter.as_deref().map(length).transpose()?,
            on_leave: Some(of(&written.on_leave, OnLeave::of)?),
            existing: of(&written.existing, Existing::of)?,
            goal: condition(&written.goal)?,
            exit_when: condition(&written.exit_when)?,
            trigger: match &written.trigger {
                Some(trigger) => Some(Threshold { at: trigger.at, group: self.group(trigger.group.as_ref())? }),
                None => None,
            },
            steps: self.all_steps(&written.steps)?,
            broken: false,
        })
    }

    fn all_steps(&self, written: &[wire::Step]) -> Result<Vec<Step>, Fault> {
        let mut steps = self.steps(written, &mut 0)?;
        let mut fault = None;
        let matches = |name: &str, step: &Step| step.name == name;
        aim(&mut steps, &matches, &mut |name, _, _| {
            fault = Some(format!("a `goto` cannot lead to the step `{name}`"));
        });
        fault.map_or(Ok(steps), Err)
    }

    fn steps(&self, written: &[wire::Step], next: &mut usize) -> Result<Vec<Step>, Fault> {
        let step = |step: &wire::Step| {
            let id = StepId::from_index(*next);
            *next += 1;
            let kind = self.verb(&step.verb, next).map_err(|fault| format!("the step `{}`: {fault}", step.name))?;
            Ok(Step { id, name: step.name.clone(), named: step.named, span: Span::NOWHERE, kind })
        };
        written.iter().map(step).collect()
    }

    fn await_ways(&self, written: &[wire::AwaitWay], next: &mut usize) -> Result<Vec<AwaitWay>, Fault> {
        let way = |(at, way): (usize, &wire::AwaitWay)| {
            let label = if at == 0 { "then".to_owned() } else { format!("then-{}", at + 1) };
            Ok(AwaitWay { label, pattern: self.pattern(&way.when)?, steps: self.steps(&way.then, next)? })
        };
        written.iter().enumerate().map(way).collect()
    }

    fn ways(&self, written: &[wire::Way], next: &mut usize) -> Result<Vec<Way>, Fault> {
        let mut labels: Vec<_> = written.iter().map(|way| &way.label).collect();
        labels.sort_unstable();
        labels.dedup();
        if labels.len() < written.len() || written.iter().any(|way| way.steps.is_empty()) {
            return Err("the ways are not those of a fork".to_owned());
        }
        let way = |way: &wire::Way| Ok(Way { label: way.label.clone(), steps: self.steps(&way.steps, next)? });
        written.iter().map(way).collect()
    }

    fn shares(&self, written: &[wire::Share], next: &mut usize) -> Result<Vec<Share>, Fault> {
        let goes_by = |share: &wire::Share| share.goes_by.clone().unwrap_or_else(|| share.label.clone());
        let labels: BTreeSet<_> = written.iter().map(|share| &share.label).collect();
        let names: BTreeSet<_> = written.iter().map(goes_by).collect();
        let sum: u32 = written.iter().map(|share| u32::from(share.share)).sum();
        if labels.len() < written.len()
            || names.len() < written.len()
            || sum != 100
            || written.iter().any(|share| share.share == 0)
        {
            return Err("the shares are not those of a split".to_owned());
        }
        let share = |share: &wire::Share| {
            let steps = self.steps(&share.steps, next)?;
            Ok(Share { label: share.label.clone(), goes_by: goes_by(share), share: share.share, steps })
        };
        written.iter().map(share).collect()
    }

    fn verb(&self, verb: &wire::Verb, next: &mut usize) -> Result<StepKind, Fault> {
        let field = |name: &str| key(&self.plan.contacts.fields, "field", name);
        Ok(match verb {
            wire::Verb::Send { content, once, transactional, expires, on_skip } => StepKind::Action(Action::Send {
                content: key(&self.plan.content, "content", content)?,
                rules: content::send_rules(once, *transactional, expires.as_deref(), on_skip)?,
            }),
            wire::Verb::Move(stage) => StepKind::Action(Action::Move(self.stage(stage)?)),
            wire::Verb::Leave(funnel) => StepKind::Action(Action::Leave(key(&self.plan.funnels, "funnel", funnel)?)),
            wire::Verb::AddTag(tag) => StepKind::Action(Action::AddTag(self.tag(tag)?)),
            wire::Verb::RemoveTag(tag) => StepKind::Action(Action::RemoveTag(self.tag(tag)?)),
            wire::Verb::Points(points) => StepKind::Action(Action::Points(Give { points: *points, group: None })),
            wire::Verb::GroupPoints(give) => StepKind::Action(Action::Points(self.give(give)?)),
            wire::Verb::Set { field: name, to } => StepKind::Action(Action::Set {
                field: field(name)?,
                to: new_value(&self.plan.contacts.fields[name], to)?,
            }),
            wire::Verb::Clear(name) => StepKind::Action(Action::Clear(field(name)?)),
            wire::Verb::Notify { to, message } => StepKind::Action(Action::Call(call::notify(self.plan, to, message)?)),
            wire::Verb::Webhook { destination, body } => {
                StepKind::Action(Action::Call(call::webhook(self.plan, destination, body)?))
            }
            wire::Verb::Unsubscribe(name) => StepKind::Action(Action::List(Listing::Unsubscribe(channel(name)?))),
            wire::Verb::Resubscribe(name) => StepKind::Action(Action::List(Listing::Resubscribe(channel(name)?))),
            wire::Verb::AddTo(name) => {
                StepKind::Action(Action::List(Listing::AddTo(key(&self.plan.segments, "segment", name)?)))
            }
            wire::Verb::RemoveFrom(name) => {
                StepKind::Action(Action::List(Listing::RemoveFrom(key(&self.plan.segments, "segment", name)?)))
            }
            wire::Verb::PushTo(destination) => StepKind::Action(Action::Call(call::push_to(self.plan, destination)?)),
            wire::Verb::Note(text) => StepKind::Action(Action::Note(text.clone())),
            wire::Verb::Wait(text) => StepKind::Wait(Wait { length: length(text)?, windows: Windows::default() }),
            wire::Verb::WaitIn { length: text, windows: open } => {
                StepKind::Wait(Wait { length: length(text)?, windows: windows(Some(open))? })
            }
            wire::Verb::WaitUntil { moment, if_past, windows: open } => {
                let (if_past, windows) = (past(if_past.as_deref())?, windows(open.as_ref())?);
                StepKind::WaitUntil { until: Until::Moment(Moment::parse(moment)?), if_past, windows }
            }
            wire::Verb::WaitUntilField { field: name, offset, if_past, if_missing, windows: open } => {
                // In plans of before there was a word for it, a missing date was over.
                let if_missing =
                    Some(of(if_missing.as_deref().or(if_past.as_deref()).unwrap_or("exit"), IfMissing::of)?);
                let until =
                    Until::Field { field: field(name)?, offset: Duration::parse(offset, Sign::Any)?, if_missing };
                StepKind::WaitUntil { until, if_past: past(if_past.as_deref())?, windows: windows(open.as_ref())? }
            }
            wire::Verb::If { when, then, r#else } => {
                let when = self.condition(when)?;
                let then = self.steps(then, next)?;
                StepKind::If { when, then, otherwise: self.steps(r#else, next)? }
            }
            wire::Verb::Split(shares) => StepKind::Split(self.shares(shares, next)?),
            wire::Verb::Await { ways, r#for, r#else } => {
                let ways = self.await_ways(ways, next)?;
                let length = r#for.as_deref().map(length).transpose()?;
                StepKind::Await(Await { ways, length, otherwise: self.steps(r#else, next)? })
            }
            wire::Verb::Enroll(campaign) => {
                StepKind::Action(Action::Enroll(key(&self.plan.campaigns, "campaign", campaign)?))
            }
            wire::Verb::Withdraw(campaign) => {
                StepKind::Action(Action::Withdraw(key(&self.plan.campaigns, "campaign", campaign)?))
            }
            wire::Verb::Fork(ways) => StepKind::Fork(self.ways(ways, next)?),
            wire::Verb::Goto(name) => StepKind::Goto { to: StepId::from_index(0), name: name.clone() },
            wire::Verb::Exit(outcome) => StepKind::Exit(of(outcome, Outcome::of)?),
        })
    }
}

pub(super) fn windows(written: Option<&wire::Windows>) -> Result<Windows, Fault> {
    let Some(written) = written else { return Ok(Windows::default()) };
    let time = |text: &String| parse_time(text).ok_or_else(|| format!("`{text}` is no time of day"));
    let day = |text: &String| Weekdays::day_of(text).ok_or_else(|| unknown("day", text));
    let between = written.between.as_ref().map(|(from, to)| Ok::<_, Fault>((time(from)?, time(to)?)));
    let days: Vec<_> = written.days.iter().map(day).collect::<Result<_, _>>()?;
    Ok(Windows {
        at: written.at.as_ref().map(time).transpose()?,
        between: between.transpose()?,
        days: Weekdays::of(days),
    })
}

/// A word of the language.
fn past(text: Option<&str>) -> Result<Option<IfPast>, Fault> {
    text.map(|text| of(text, IfPast::of)).transpose()
}
