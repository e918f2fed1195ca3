//! What people are assumed to do in a simulation: events that follow what happens to a contact, or
//! that come over the time, drawn from stable hashes.
//!
//! Invariant: what a contact does follows from the seed, its key, the assumption and what it
//! follows, and from nothing else: neither the other contacts nor the number of threads show.

use crate::model::ids::Id;
use crate::model::{CampaignId, ContentId, Duration, EventId, Model, PropertyId, StageRef};
use crate::runner::contact::Kept;
use crate::runner::effect::{Effect, Event, Touch};

/// What people are assumed to do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assumptions {
    /// Another number draws other people.
    pub seed: u64,
    /// What some of them do, each by itself.
    pub people: Vec<Assumption>,
}

/// Something that some people do.
#[derive(Clone, Debug, PartialEq)]
pub struct Assumption {
    /// What it follows.
    pub after: After,
    /// The event.
    pub event: EventId,
    /// Of which content; absent: of what was sent, if it happens to such content.
    pub of: Option<ContentId>,
    /// What it carries: of each property some values, of which one is drawn.
    pub properties: Vec<(PropertyId, Vec<PropertyValue>)>,
    /// How many of a million do it.
    pub chance: u32,
}

/// A value of a property.
#[derive(Clone, Debug, PartialEq)]
pub struct PropertyValue {
    /// As it is written in an events file.
    pub text: String,
    /// What that says.
    pub value: Kept,
}

/// What something that people do follows, and how soon; any second is as likely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// Content was sent; any, where none is named.
    Sent(Option<ContentId>, Duration),
    /// The contact came to the stage.
    Stage(StageRef, Duration),
    /// The contact entered the campaign.
    Campaign(CampaignId, Duration),
    /// Nothing: it may happen once in each such length of time, from the first instant on.
    Nothing(Duration),
}

/// What happened to a contact and may be followed by an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Followed {
    Sent(ContentId),
    Stage(StageRef),
    Campaign(CampaignId),
    /// A length of time began.
    Time,
}

impl After {
    /// How long it may take.
    pub(super) fn within(self) -> Duration {
        match self {
            Self::Sent(_, within)
            | Self::Stage(_, within)
            | Self::Campaign(_, within)
            | Self::Nothing(within) => within,
        }
    }
}

impl Followed {
    /// What an effect is, if something may follow it.
    pub(super) fn of(effect: &Effect<'_>) -> Option<Self> {
        if let Event::Send { content, .. }
        | Event::Experience {
            content,
            touch: Touch::Send(_),
            ..
        } = effect.event
        {
            return Some(Self::Sent(content));
        }
        if let Event::Enter { funnel, to: stage }
        | Event::Place {
            funnel, to: stage, ..
        }
        | Event::Convert {
            funnel, to: stage, ..
        }
        | Event::Move {
            funnel, to: stage, ..
        } = effect.event
        {
            return Some(Self::Stage(StageRef { funnel, stage }));
        }
        let starts = matches!(effect.event, Event::Start { .. });
        let at = effect.at.filter(|_| starts);
        at.map(|at| Self::Campaign(at.campaign))
    }

    /// Its kind and its name, which stay the same in another version of the project.
    pub(super) fn names(self, model: &Model) -> [&str; 3] {
        match self {
            Self::Sent(content) => ["sent", &model.content[content].id, ""],
            Self::Stage(StageRef { funnel, stage }) => {
                let funnel = &model.funnels[funnel];
                ["stage", &funnel.id, &funnel.stages[stage].id]
            }
            Self::Campaign(campaign) => ["campaign", &model.campaigns[campaign].id, ""],
            Self::Time => ["time", "", ""],
        }
    }
}

impl Assumption {
    /// Whether it may follow that.
    pub(super) fn follows(&self, model: &Model, followed: Followed) -> bool {
        match (self.after, followed) {
            (After::Sent(asked, _), Followed::Sent(content)) => {
                asked.is_none_or(|asked| asked == content) && self.fits(model, content)
            }
            (After::Stage(asked, _), Followed::Stage(stage)) => asked == stage,
            (After::Campaign(asked, _), Followed::Campaign(campaign)) => asked == campaign,
            (After::Nothing(_), Followed::Time) => true,
            (After::Sent(..) | After::Stage(..) | After::Campaign(..) | After::Nothing(_), _) => {
                false
            }
        }
    }

    /// Whether the event can happen to what was sent, or is not of that.
    fn fits(&self, model: &Model, sent: ContentId) -> bool {
        let event = &model.events[self.event];
        self.of.is_some() || !event.is_of_content() || event.happens_to(&model.content[sent])
    }

    /// The content to which it happens.
    pub(super) fn of(&self, model: &Model, followed: Followed) -> Option<ContentId> {
        let sent = if let Followed::Sent(content) = followed {
            Some(content)
        } else {
            None
        };
        let of_sent = sent.filter(|_| model.events[self.event].is_of_content());
        self.of.or(of_sent)
    }

    /// Whether another one is told from this one by chance and time alone: each then draws by
    /// itself.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let cause = |after| match after {
            After::Sent(content, _) => (0, content.map(Id::index), None, None),
            After::Stage(stage, _) => (1, None, Some(stage), None),
            After::Campaign(campaign, _) => (2, None, None, Some(campaign)),
            After::Nothing(_) => (3, None, None, None),
        };
        (cause(self.after), self.event, self.of) == (cause(other.after), other.event, other.of)
    }
}
