//! Campaigns to the plan's file form, step by step.

use super::{Names, new_value, publish};
use crate::language::AfterUntil;
use crate::model::windows::time;
use crate::model::{
    Action, Await, Campaign, Enter, FieldId, Give, IfPast, OnLeave, Share, Step, StepKind, Until,
    Wait, Way, Windows,
};
use crate::plan::{call, content, wire};

impl Names<'_> {
    pub(super) fn campaign(&self, campaign: &Campaign) -> wire::Campaign {
        let enter = campaign.enter.iter().map(|enter| match enter {
            Enter::Condition(condition) => wire::Enter::When(self.condition(condition)),
            Enter::Entered { stage, .. } => wire::Enter::Entered(self.stage(*stage)),
            Enter::Event(pattern) => wire::Enter::Event(self.pattern(pattern)),
        });
        wire::Campaign {
            priority: campaign.priority,
            publish: publish(&campaign.publish),
            after_until: campaign
                .exits_after_until
                .then(|| AfterUntil::Exit.word().to_owned()),
            enter: enter.collect(),
            reenter: campaign.reenter.map(|after| after.to_string()),
            on_leave: campaign.on_leave.unwrap_or(OnLeave::Stay).word().to_owned(),
            existing: campaign.existing.word().to_owned(),
            goal: campaign.goal.as_ref().map(|goal| self.condition(goal)),
            exit_when: campaign
                .exit_when
                .as_ref()
                .map(|condition| self.condition(condition)),
            trigger: campaign.trigger.map(|trigger| wire::Threshold {
                at: trigger.at,
                group: trigger.group.map(|group| self.group(group)),
            }),
            steps: self.steps(&campaign.steps),
        }
    }

    fn steps(&self, steps: &[Step]) -> Vec<wire::Step> {
        let step = |step: &Step| {
            let verb = self.verb(&step.kind)?;
            Some(wire::Step {
                name: step.name.clone(),
                named: step.named,
                verb,
            })
        };
        steps.iter().filter_map(step).collect()
    }

    fn verb(&self, kind: &StepKind) -> Option<wire::Verb> {
        let contacts = &self.0.contacts;
        let field = |field: FieldId| contacts.fields[field].id.clone();
        Some(match kind {
            StepKind::Action(Action::Send { content, rules }) => wire::Verb::Send {
                content: self.0.content[*content].id.clone(),
                once: content::often(rules.once),
                transactional: rules.transactional,
                expires: rules.expires.map(|length| length.to_string()),
                on_skip: content::on_skip(*rules),
            },
            StepKind::Action(Action::Move(stage)) => wire::Verb::Move(self.stage(*stage)),
            StepKind::Action(Action::Leave(funnel)) => {
                wire::Verb::Leave(self.0.funnels[*funnel].id.clone())
            }
            StepKind::Action(Action::AddTag(tag)) => {
                wire::Verb::AddTag(contacts.tags.names[*tag].id.clone())
            }
            StepKind::Action(Action::RemoveTag(tag)) => {
                wire::Verb::RemoveTag(contacts.tags.names[*tag].id.clone())
            }
            StepKind::Action(Action::Points(Give {
                points,
                group: None,
            })) => wire::Verb::Points(*points),
            StepKind::Action(Action::Points(give)) => wire::Verb::GroupPoints(self.given(*give)),
            StepKind::Action(Action::Set { field: id, to }) => wire::Verb::Set {
                field: field(*id),
                to: new_value(&contacts.fields[*id], to),
            },
            StepKind::Action(Action::Clear(id)) => wire::Verb::Clear(field(*id)),
            StepKind::Action(Action::Note(text)) => wire::Verb::Note(text.clone()),
            StepKind::Action(Action::Call(call)) => call::verb(self.0, call),
            StepKind::Wait(Wait { length, windows }) => match wire_windows(windows) {
                None => wire::Verb::Wait(length.to_string()),
                Some(windows) => wire::Verb::WaitIn {
                    length: length.to_string(),
                    windows,
                },
            },
            StepKind::WaitUntil {
                until,
                if_past,
                windows,
            } => self.wait_until(until, *if_past, windows),
            StepKind::Action(Action::List(listing)) => call::listing(self.0, *listing),
            StepKind::If {
                when,
                then,
                otherwise,
            } => wire::Verb::If {
                when: self.condition(when),
                then: self.steps(then),
                r#else: self.steps(otherwise),
            },
            StepKind::Split(shares) => {
                wire::Verb::Split(shares.iter().map(|share| self.share(share)).collect())
            }
            StepKind::Await(awaiting) => self.await_event(awaiting),
            StepKind::Action(Action::Enroll(campaign)) => {
                wire::Verb::Enroll(self.0.campaigns[*campaign].id.clone())
            }
            StepKind::Action(Action::Withdraw(campaign)) => {
                wire::Verb::Withdraw(self.0.campaigns[*campaign].id.clone())
            }
            StepKind::Fork(ways) => {
                wire::Verb::Fork(ways.iter().map(|way| self.way(way)).collect())
            }
            StepKind::Goto { name, .. } => wire::Verb::Goto(name.clone()),
            StepKind::Exit(outcome) => wire::Verb::Exit(outcome.word().to_owned()),
            StepKind::Broken => return None,
        })
    }

    fn await_event(&self, awaiting: &Await) -> wire::Verb {
        let ways = awaiting.ways.iter().map(|way| wire::AwaitWay {
            when: self.pattern(&way.pattern),
            then: self.steps(&way.steps),
        });
        wire::Verb::Await {
            ways: ways.collect(),
            r#for: awaiting.length.map(|length| length.to_string()),
            r#else: self.steps(&awaiting.otherwise),
        }
    }

    fn way(&self, way: &Way) -> wire::Way {
        wire::Way {
            label: way.label.clone(),
            steps: self.steps(&way.steps),
        }
    }

    fn share(&self, share: &Share) -> wire::Share {
        let goes_by = (share.goes_by != share.label).then(|| share.goes_by.clone());
        wire::Share {
            label: share.label.clone(),
            goes_by,
            share: share.share,
            steps: self.steps(&share.steps),
        }
    }

    fn wait_until(&self, until: &Until, if_past: Option<IfPast>, windows: &Windows) -> wire::Verb {
        let windows = wire_windows(windows);
        let if_past = if_past.map(|if_past| if_past.word().to_owned());
        let if_missing = until
            .if_missing()
            .map(|if_missing| if_missing.word().to_owned());
        match until {
            Until::Moment(moment) => wire::Verb::WaitUntil {
                moment: moment.to_string(),
                if_past,
                windows,
            },
            Until::Field {
                field,
                offset,
                if_missing: _,
            } => {
                let field = self.0.contacts.fields[*field].id.clone();
                wire::Verb::WaitUntilField {
                    field,
                    offset: offset.to_string(),
                    if_past,
                    if_missing,
                    windows,
                }
            }
        }
    }
}

pub(super) fn wire_windows(windows: &Windows) -> Option<wire::Windows> {
    let written = wire::Windows {
        at: windows.at.map(time),
        between: windows.between.map(|(from, to)| (time(from), time(to))),
        days: windows
            .days
            .iter()
            .flat_map(|days| days.words())
            .map(str::to_owned)
            .collect(),
    };
    (!windows.is_open()).then_some(written)
}
