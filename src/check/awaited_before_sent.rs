//! A wait for what happens to a message that its campaign sends on another way or later, and that
//! no other campaign sends.

use std::collections::{BTreeMap, BTreeSet};

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::model::{Action, CampaignId, ContentId, Model, Step, StepKind};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let senders = senders(case.model);
    let mut found = Vec::new();
    for (id, campaign) in case.model.campaigns.iter() {
        let mut own: BTreeMap<ContentId, &Step> = BTreeMap::new();
        let mut goes_round = false;
        campaign.each_step(|step| {
            goes_round |= matches!(step.kind, StepKind::Goto { .. });
            if let Some(content) = sent(step)
                && senders[&content].len() == 1
                && senders[&content].contains(&id)
            {
                own.entry(content).or_insert(step);
            }
        });
        // Where a step leads back, what stands behind may have come before.
        if goes_round || own.is_empty() || campaign.reenter.is_some() {
            continue;
        }
        let mut walk = Walk {
            model: case.model,
            rule,
            own,
            found: &mut found,
        };
        walk.list(&campaign.steps, &mut BTreeSet::new());
    }
    found
}

fn senders(model: &Model) -> BTreeMap<ContentId, BTreeSet<CampaignId>> {
    let mut senders: BTreeMap<ContentId, BTreeSet<CampaignId>> = BTreeMap::new();
    for (id, campaign) in model.campaigns.iter() {
        campaign.each_step(|step| {
            if let Some(content) = sent(step) {
                senders.entry(content).or_default().insert(id);
            }
        });
    }
    senders
}

fn sent(step: &Step) -> Option<ContentId> {
    if let StepKind::Action(Action::Send { content, .. }) = step.kind {
        Some(content)
    } else {
        None
    }
}

struct Walk<'a, 'f> {
    model: &'a Model,
    rule: &'a Rule,
    /// What only this campaign sends.
    own: BTreeMap<ContentId, &'a Step>,
    found: &'f mut Vec<Diagnostic>,
}

impl Walk<'_, '_> {
    /// `before` is what may have gone out on some way to here.
    fn list(&mut self, steps: &[Step], before: &mut BTreeSet<ContentId>) {
        for step in steps {
            before.extend(sent(step));
            if let StepKind::Await(awaited) = &step.kind {
                for way in &awaited.ways {
                    let missing = way.pattern.of.filter(|of| !before.contains(of));
                    let sender = missing.and_then(|of| Some((of, *self.own.get(&of)?)));
                    if let Some((of, sender)) = sender {
                        let content = &self.model.content[of].id;
                        let message = format!("nobody who waits here has been sent `{content}`");
                        let finding = self.rule.finding(way.pattern.span, message);
                        self.found.push(
                            finding
                                .at("waits for nothing")
                                .label(sender.span, "only this step sends it")
                                .help("send it before the `await`, or wait for another message"),
                        );
                    }
                }
            }
            let at_once = matches!(step.kind, StepKind::Fork(_));
            let mut behind = before.clone();
            for branch in step.branches() {
                let mut on_it = if at_once {
                    behind.clone()
                } else {
                    before.clone()
                };
                if at_once {
                    step.branches()
                        .iter()
                        .for_each(|other| all_sent(other.steps, &mut on_it));
                }
                self.list(branch.steps, &mut on_it);
                behind.extend(on_it);
            }
            *before = behind;
        }
    }
}

/// What a list may send, with all inside it.
fn all_sent(steps: &[Step], found: &mut BTreeSet<ContentId>) {
    for step in steps {
        found.extend(sent(step));
        for branch in step.branches() {
            all_sent(branch.steps, found);
        }
    }
}
