//! What becomes of contacts at places that an earlier plan had: renamed or gone. The old names are
//! text, because nothing that is there bears them.

use super::Model;
use super::funnel::StageRef;
use super::ids::{CampaignId, ContentId, EventId, FunnelId, SegmentId, StageId, StepId, TagId};

/// What the project says about contacts in flight.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InFlight {
    /// What has another name now.
    pub moved: Vec<Moved>,
    /// What is gone.
    pub removed: Vec<Removed>,
}

/// A thing that has another name now.
#[derive(Clone, Debug, PartialEq)]
pub enum Moved {
    /// A stage.
    Stage {
        /// The funnel, by its old name.
        funnel: String,
        /// The stage's old name.
        from: String,
        /// The stage.
        to: StageRef,
    },
    /// A step.
    Step {
        /// The campaign.
        campaign: CampaignId,
        /// The step's old name.
        from: String,
        /// The step.
        to: StepId,
    },
    /// A campaign.
    Campaign {
        /// The old name.
        from: String,
        /// The campaign.
        to: CampaignId,
    },
    /// A funnel.
    Funnel {
        /// The old name.
        from: String,
        /// The funnel.
        to: FunnelId,
    },
    /// Something else of which things are remembered.
    Other {
        /// The old name.
        from: String,
        /// What it is.
        to: Renamed,
    },
}

/// A thing with another name at which nobody is, but of which things are remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Renamed {
    /// A segment: whom steps put in or took out stays so.
    Segment(SegmentId),
    /// Content: that it was sent, and what happened to it.
    Content(ContentId),
    /// A tag: who has it, in the file too.
    Tag(TagId),
    /// An event: that it happened.
    Event(EventId),
    /// An experience, by its stage and its place there: that it is shown.
    Experience(StageRef, usize),
}

impl Renamed {
    /// The word of the language for what it is.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Segment(_) => "segment",
            Self::Content(_) => "content",
            Self::Tag(_) => "tag",
            Self::Event(_) => "event",
            Self::Experience(..) => "experience",
        }
    }

    /// What it is called: of an experience `funnel/stage/id`.
    pub fn name(&self, model: &Model) -> String {
        match self {
            Self::Segment(id) => model.segments[*id].id.clone(),
            Self::Content(id) => model.content[*id].id.clone(),
            Self::Tag(id) => model.contacts.tags.names[*id].id.clone(),
            Self::Event(id) => model.events[*id].id.clone(),
            Self::Experience(stage, place) => {
                let funnel = &model.funnels[stage.funnel];
                let stage = &funnel.stages[stage.stage];
                format!(
                    "{}/{}/{}",
                    funnel.id, stage.id, stage.experiences[*place].id
                )
            }
        }
    }
}

/// A thing that is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Removed {
    /// A stage; its contacts leave the funnel.
    Stage {
        /// The funnel, by its old name.
        funnel: String,
        /// The stage.
        stage: String,
    },
    /// A step.
    Step {
        /// The campaign.
        campaign: CampaignId,
        /// The step's name.
        step: String,
        /// Whether its contacts go on with the step that followed; else they leave the campaign.
        next: bool,
    },
    /// A campaign; who was in it and who was in it once is forgotten.
    Campaign(String),
    /// A funnel.
    Funnel(String),
    /// A field, or its old type; what is remembered of it is forgotten.
    Field(String),
}

impl InFlight {
    /// What the old text of a stage means in the contacts file: the stage that it is now, or none.
    pub fn stage_called(
        &self,
        funnel: FunnelId,
        funnel_name: &str,
        text: &str,
    ) -> Option<Option<StageId>> {
        let moved = self.moved.iter().find_map(|moved| match moved {
            Moved::Stage { from, to, .. } if to.funnel == funnel && from == text => {
                Some(Some(to.stage))
            }
            Moved::Stage { .. }
            | Moved::Step { .. }
            | Moved::Campaign { .. }
            | Moved::Funnel { .. } => None,
            Moved::Other { .. } => None,
        });
        let removed = || {
            let of = |name: &str| name == funnel_name || self.was(funnel, name);
            self.removed.iter().find_map(|removed| match removed {
                Removed::Stage { funnel, stage } if stage == text && of(funnel) => Some(None),
                Removed::Stage { .. } | Removed::Step { .. } | Removed::Campaign(_) => None,
                Removed::Funnel(_) | Removed::Field(_) => None,
            })
        };
        moved.or_else(removed)
    }

    /// Whether a funnel once had this name.
    fn was(&self, funnel: FunnelId, name: &str) -> bool {
        self.moved.iter().any(|moved| match moved {
            Moved::Funnel { from, to } => from == name && *to == funnel,
            Moved::Stage { .. }
            | Moved::Step { .. }
            | Moved::Campaign { .. }
            | Moved::Other { .. } => false,
        })
    }

    /// The things at which nobody is that have another name now, each with its old one.
    pub fn others(&self) -> impl Iterator<Item = (&str, &Renamed)> {
        self.moved.iter().filter_map(|moved| match moved {
            Moved::Other { from, to } => Some((from.as_str(), to)),
            Moved::Stage { .. }
            | Moved::Step { .. }
            | Moved::Campaign { .. }
            | Moved::Funnel { .. } => None,
        })
    }

    /// The tag that had this name.
    pub fn tag_called(&self, text: &str) -> Option<TagId> {
        self.others().find_map(|(from, to)| {
            if let Renamed::Tag(id) = to {
                (from == text).then_some(*id)
            } else {
                None
            }
        })
    }

    /// The event that had this name.
    pub fn event_called(&self, text: &str) -> Option<EventId> {
        self.others().find_map(|(from, to)| {
            if let Renamed::Event(id) = to {
                (from == text).then_some(*id)
            } else {
                None
            }
        })
    }

    /// The content that had this name.
    pub fn content_called(&self, text: &str) -> Option<ContentId> {
        self.others().find_map(|(from, to)| {
            if let Renamed::Content(id) = to {
                (from == text).then_some(*id)
            } else {
                None
            }
        })
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.moved.is_empty() && self.removed.is_empty()
    }
}
