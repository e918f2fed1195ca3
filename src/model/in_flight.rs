//! What becomes of contacts at places that an earlier plan had: renamed or gone. The old names are text, because nothing that is there bears them.

use super::funnel::StageRef;
use super::ids::{CampaignId, FunnelId, StageId, StepId};

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
    pub fn stage_called(&self, funnel: FunnelId, funnel_name: &str, text: &str) -> Option<Option<StageId>> {
        let moved = self.moved.iter().find_map(|moved| match moved {
            Moved::Stage { from, to, .. } if to.funnel == funnel && from == text => Some(Some(to.stage)),
            Moved::Stage { .. } | Moved::Step { .. } | Moved::Campaign { .. } | Moved::Funnel { .. } => None,
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
            Moved::Stage { .. } | Moved::Step { .. } | Moved::Campaign { .. } => false,
        })
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.moved.is_empty() && self.removed.is_empty()
    }
}
