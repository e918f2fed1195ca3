//! The messages of a campaign, each with what became of it: sent when, or why not.

use super::ahead::{Lies, lies};
use super::culprit::{Verdict, culprit};
use super::document::{Culprit, Fate, Line, MessageWhy, Standing};
use super::trials::Trials;
use super::view::View;
use crate::model::ids::Id;
use crate::model::{Action, CampaignId, Channel, ContentId, Model, Step, StepKind};
use crate::runner::effect::{SkipReason, Unreached};
use crate::runner::state::WaitReason;

/// What became of each message of a campaign; `lines` are what is known to have happened, in order.
pub(super) fn messages<'m>(
    view: &View<'m>,
    trials: &Trials<'_>,
    id: CampaignId,
    (standing, lines): (Standing, &[Line]),
) -> Vec<MessageWhy> {
    let mut steps = Vec::new();
    let model: &'m Model = view.model;
    model.campaigns[id].each_step(|step| steps.push(step));
    let lies = lies(view, id);
    let asked = Asked {
        view,
        trials,
        id,
        standing,
        steps: &steps,
    };
    let each = steps.iter().zip(&lies);
    each.filter_map(|(step, lies)| asked.message(step, lies, lines))
        .collect()
}

struct Asked<'a, 'm> {
    view: &'a View<'m>,
    trials: &'a Trials<'a>,
    id: CampaignId,
    standing: Standing,
    steps: &'a [&'m Step],
}

impl<'m> Asked<'_, 'm> {
    fn message(&self, step: &Step, lies: &Lies, lines: &[Line]) -> Option<MessageWhy> {
        let StepKind::Action(Action::Send { content, .. }) = &step.kind else {
            return None;
        };
        let campaign = &self.view.model.campaigns[self.id].id;
        let message = MessageWhy {
            step: step.name.clone(),
            content: self.view.model.content[*content].id.clone(),
            place: self.view.spot(step.span),
            fate: Fate::Not,
            at: None,
            why: None,
            fails: None,
        };
        let entry = self.view.enrollment(self.id.index()).entries.to_string();
        let mut of_step = lines.iter().filter(|line| {
            line.campaign == *campaign && line.step == step.name && line.entry == entry
        });
        let told = of_step.rfind(|line| ["send", "skip"].contains(&line.event.as_str()));
        if let Some(line) = told {
            return Some(self.told(message, line, *content));
        }
        if let Some(sent) = self.sent(*content) {
            return Some(MessageWhy {
                fate: Fate::Sent,
                at: Some(self.view.moment(sent)),
                ..message
            });
        }
        let of_entry = lines
            .iter()
            .filter(|line| line.campaign == *campaign && line.entry == entry);
        let of_entry: Vec<&Line> = of_entry.collect();
        Some(self.not_yet(message, (step, lies), *content, &of_entry))
    }

    /// What the journal says of it.
    fn told(&self, message: MessageWhy, line: &Line, content: ContentId) -> MessageWhy {
        if line.event == "send" {
            return MessageWhy {
                fate: Fate::Sent,
                at: Some(line.at.clone()),
                ..message
            };
        }
        let unreached = Unreached::ALL.into_iter().find(|it| it.word() == line.to);
        let reason = reason_of(&line.reason, unreached);
        MessageWhy {
            fate: Fate::Skipped,
            at: Some(line.at.clone()),
            why: Some(reason.map_or_else(|| line.reason.clone(), skipped)),
            fails: reason.and_then(|reason| self.lacks_consent(reason, content)),
            ..message
        }
    }

    /// When it was sent in the present entry, or where only this step sends it, ever.
    fn sent(&self, content: ContentId) -> Option<i64> {
        let memory = self.view.memory;
        let last = memory.sent.iter().find(|(id, _)| *id == content)?.1;
        let in_entry = memory.sent_in_entry.contains(&(self.id, content));
        let is_over = self.standing != Standing::Inside && senders(self.view.model, content) == 1;
        (in_entry || is_over).then_some(last)
    }

    fn not_yet(
        &self,
        message: MessageWhy,
        (step, lies): (&Step, &Lies),
        content: ContentId,
        lines: &[&Line],
    ) -> MessageWhy {
        let why = match self.standing {
            Standing::Never => "never entered the campaign".to_owned(),
            Standing::Completed | Standing::Exited | Standing::Converted => {
                self.passed("the campaign is over", step, lines)
            }
            Standing::Inside => return self.inside(message, (step, lies), content, lines),
        };
        MessageWhy {
            why: Some(why),
            ..message
        }
    }

    fn inside(
        &self,
        message: MessageWhy,
        (step, lies): (&Step, &Lies),
        content: ContentId,
        lines: &[&Line],
    ) -> MessageWhy {
        match lies {
            Lies::Ahead { waits } => self.to_come(message, step, waits, content),
            Lies::Aside { at } => {
                let other = self.steps[*at];
                let fails = self.other_way(other, step);
                MessageWhy {
                    why: Some(format!("at `{}` the contact goes another way", other.name)),
                    fails,
                    ..message
                }
            }
            Lies::Behind => MessageWhy {
                why: Some(self.passed("the contact is past it in this entry", step, lines)),
                fails: self
                    .skips(step)
                    .and_then(|reason| self.lacks_consent(reason, content)),
                ..message
            },
        }
    }

    /// What can be said of a message whose time is over, by the lines of its entry.
    fn passed(&self, why: &str, step: &Step, lines: &[&Line]) -> String {
        if let Some((at, way)) = self.went_aside(step, lines) {
            return format!("at `{at}` the contact went another way: `{way}`");
        }
        if let Some(end) = lines.iter().rfind(|line| line.event == "end") {
            return format!("the campaign ended before it came: `{}`", end.reason);
        }
        let now = self.skips(step);
        match now.filter(|reason| *reason != SkipReason::AlreadySent) {
            Some(reason) => {
                format!(
                    "{why}; as things are now it is skipped: {}",
                    skipped(reason)
                )
            }
            None => format!("{why}; `--history` with the folders of the runs tells why"),
        }
    }

    /// The step around this one at which the contact took another branch, and which.
    fn went_aside<'l>(&self, step: &Step, lines: &[&'l Line]) -> Option<(&'m str, &'l str)> {
        self.steps.iter().find_map(|around| {
            let leads_here = around.branches().into_iter().find(|branch| {
                let mut is_inside = false;
                let mut look = |inside: &Step| is_inside |= inside.id == step.id;
                branch
                    .steps
                    .iter()
                    .for_each(|inside| inside.each(&mut look));
                is_inside
            })?;
            let took = lines.iter().rfind(|line| {
                line.step == around.name && ["if", "split", "awaited"].contains(&&*line.event)
            })?;
            (took.to != leads_here.word).then_some((around.name.as_str(), took.to.as_str()))
        })
    }

    /// Why the message would be skipped now.
    fn skips(&self, step: &Step) -> Option<SkipReason> {
        let steps = &self.view.looked?.steps[self.id.index()];
        steps[step.id.index()].skips
    }

    fn lacks_consent(&self, reason: SkipReason, content: ContentId) -> Option<Culprit> {
        let consent = reason == SkipReason::Unreachable(Unreached::Consent);
        consent.then(|| self.consent(content)).flatten()
    }

    fn to_come(
        &self,
        message: MessageWhy,
        step: &Step,
        waits: &[usize],
        content: ContentId,
    ) -> MessageWhy {
        let positions = super::ahead::positions(self.view, self.id.index());
        let here = positions
            .iter()
            .find(|position| position.step == step.id.index());
        let skips = self.skips(step);
        let first = waits.first();
        let first = positions
            .iter()
            .find(|position| Some(&position.step) == first);
        let until = here.or(first).filter(|position| position.due < i64::MAX);
        let mut why = match here {
            Some(position) if matches!(position.pending, WaitReason::Delayed(_)) => {
                "a limit or hours keep it back".to_owned()
            }
            Some(_) => "is due".to_owned(),
            None => self.behind(waits),
        };
        if let Some(reason) = skips {
            why = format!(
                "{why}; as things are now it would be skipped: {}",
                skipped(reason)
            );
        }
        MessageWhy {
            fate: Fate::ToCome,
            at: until.map(|position| self.view.moment(position.due)),
            why: Some(why),
            fails: skips.and_then(|reason| self.lacks_consent(reason, content)),
            ..message
        }
    }

    /// The waits before it, in words.
    fn behind(&self, waits: &[usize]) -> String {
        let names: Vec<_> = waits
            .iter()
            .map(|at| format!("`{}`", self.steps[*at].name))
            .collect();
        if names.is_empty() {
            "comes next".to_owned()
        } else {
            format!("comes after {}", names.join(", then "))
        }
    }

    /// Why the contact does not take the way on which a step stands.
    fn other_way(&self, fork: &'m Step, step: &Step) -> Option<Culprit> {
        let StepKind::If { when, then, .. } = &fork.kind else {
            return None;
        };
        let mut is_then = false;
        for inside in then {
            inside.each(&mut |other| is_then |= other.id == step.id);
        }
        culprit(self.view, self.trials, Verdict::Condition(when, is_then))
    }

    /// Why there is no consent on the channels of a content.
    fn consent(&self, content: ContentId) -> Option<Culprit> {
        let model: &'m Model = self.view.model;
        let channels: Vec<Channel> = model.content[content].channels();
        let consents = channels
            .iter()
            .filter_map(|channel| model.contacts.channels[*channel as usize].consent.as_ref());
        let mut culprits = consents.filter_map(|consent| {
            culprit(self.view, self.trials, Verdict::Condition(consent, true))
        });
        culprits.next()
    }
}

/// At how many places of the project a content is sent.
fn senders(model: &Model, content: ContentId) -> usize {
    let mut count = 0;
    for campaign in model.campaigns.values() {
        campaign.each_step(|step| {
            if let StepKind::Action(Action::Send { content: sent, .. }) = &step.kind {
                count += usize::from(*sent == content);
            }
        });
    }
    let stages = model.funnels.values().flat_map(|it| it.stages.values());
    let experiences = stages.flat_map(|stage| &stage.experiences);
    count + experiences.filter(|it| it.content == content).count()
}

/// The reason that a word of the journal stands for, where it is one of a message.
fn reason_of(word: &str, unreached: Option<Unreached>) -> Option<SkipReason> {
    Some(match word {
        "unpublished" => SkipReason::Unpublished,
        "unreachable" => SkipReason::Unreachable(unreached?),
        "already-sent" => SkipReason::AlreadySent,
        "limited" => SkipReason::Limited,
        "expired" => SkipReason::Expired,
        "past" => SkipReason::Past,
        "missing" => SkipReason::Missing,
        "outdated" => SkipReason::Outdated,
        _ => return None,
    })
}

/// Why a message is not sent, in words.
pub(super) fn skipped(reason: SkipReason) -> String {
    match reason {
        SkipReason::Unpublished => "the content is not published",
        SkipReason::Unreachable(what) => super::view::unreached(Some(what)),
        SkipReason::AlreadySent => "was sent before, and `once` lets it go no more",
        SkipReason::Limited => "the limit of the channel is reached",
        SkipReason::Expired => "came too late for its `expires`",
        SkipReason::Past => "the moment was over, and `if-past: skip` leaves it out",
        SkipReason::Missing => "the date is missing, and `if-missing: skip` leaves it out",
        SkipReason::Outdated => "a later wait for the same date is over too",
    }
    .to_owned()
}
