//! Funnels: stages in order of weight, and the rules that move contacts between them.

use super::Metadata;
use super::calendar::Publish;
use super::condition::Condition;
use super::contacts::column_of;
use super::ids::{Arena, ContentId, FunnelId, StageId};
use crate::source::Span;

/// A stage of a funnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StageRef {
    /// The funnel.
    pub funnel: FunnelId,
    /// The stage in it.
    pub stage: StageId,
}

/// The column of a funnel that does not say which.
pub fn stage_column_of(id: &str) -> String {
    format!("stage_{}", column_of(id))
}

/// A funnel.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the language"
)]
pub struct Funnel {
    /// The id.
    pub id: String,
    /// Where the id is written.
    pub span: Span,
    /// What people call it.
    pub about: Metadata,
    /// Funnels run from the highest priority down, then by id.
    pub priority: i64,
    /// The column that holds the stage.
    pub column: String,
    /// Who enters at `entry` without being moved.
    pub audience: Option<Audience>,
    /// Where the audience enters; the lightest stage unless written. Absent where it is broken or
    /// nothing is lightest.
    pub entry: Option<StageId>,
    /// Where `entry` is written.
    pub entry_span: Option<Span>,
    /// Whether who leaves the audience leaves the funnel, too.
    pub drops: bool,
    /// Whether contacts may move to lighter stages.
    pub free: bool,
    /// Whether heavier stages than the present one convert, too.
    pub loose: bool,
    /// When contacts are moved in it.
    pub publish: Publish,
    /// The rules of placement, in order.
    pub place: Vec<PlaceRule>,
    /// The stages, in order of their ids.
    pub stages: Arena<StageId, Stage>,
    /// Whether something in it could not be understood; reported already.
    pub broken: bool,
}

/// Who enters a funnel by itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Audience {
    /// All contacts.
    Everyone,
    /// Those for whom this holds.
    Of(Condition),
}

/// A rule of placement: those for whom `when` holds belong in `stage`.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaceRule {
    /// The target.
    pub stage: StageId,
    /// Where the target is written.
    pub span: Span,
    /// Who.
    pub when: Condition,
}

/// A stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// The id.
    pub id: String,
    /// Where the id is written.
    pub span: Span,
    /// What people call it.
    pub about: Metadata,
    /// For diagrams, as `#rrggbb`.
    pub color: Option<String>,
    /// What the stage means for people.
    pub criteria: Vec<String>,
    /// Orders the stages; absent where it is broken.
    pub weight: Option<i64>,
    /// Where the weight is written.
    pub weight_span: Span,
    /// What the contacts file holds for this stage.
    pub value: String,
    /// Conversions, in order; the first whose condition holds counts.
    pub converts: Vec<Conversion>,
    /// What contacts in the stage get to see or are sent, in order.
    pub experiences: Vec<Experience>,
    /// Stages to which contacts may go back, and where each is written.
    pub back_to: Vec<(StageId, Span)>,
    /// Whether nobody is moved out except along `back_to`.
    pub is_final: bool,
    /// When contacts may be moved in.
    pub publish: Publish,
    /// Whether something but its conversions could not be understood, so that nothing certain can
    /// be said of moves to or from it; reported already.
    pub broken: bool,
}

/// An experience: the contact has the first of its stage whose condition holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Experience {
    /// The id.
    pub id: String,
    /// Where the id is written.
    pub span: Span,
    /// What people call it.
    pub about: Metadata,
    /// What is shown or sent.
    pub content: ContentId,
    /// Where the content is written.
    pub content_span: Span,
    /// Who has it; absent: everyone in the stage.
    pub when: Option<Condition>,
    /// When anybody has it.
    pub publish: Publish,
}

/// A conversion.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversion {
    /// Where the target, or else the condition, is written.
    pub span: Span,
    /// Who goes on.
    pub when: Condition,
    /// Where to.
    pub to: Target,
}

/// Where a conversion leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The next heavier stage that is published at that time.
    Next,
    /// This stage.
    Stage(StageId),
}

impl Funnel {
    /// The lightest stages among those heavier than `stage`: where [`Target::Next`] leads when all
    /// are published.
    pub fn next_heavier(&self, stage: StageId) -> Vec<StageId> {
        let weight = self.stages[stage].weight;
        let heavier = || {
            self.stages
                .iter()
                .filter(move |(_, other)| other.weight > weight)
        };
        let next = heavier().map(|(_, other)| other.weight).min();
        heavier()
            .filter(|(_, other)| Some(other.weight) == next)
            .map(|(id, _)| id)
            .collect()
    }
}
