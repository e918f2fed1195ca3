//! Funnels compiled: what is published now, where each stage leads, and what the rules of a funnel
//! read.

use super::condition::NodeId;
use super::dependencies::Reads;
use super::journey::Builder;
use crate::model::ids::Id;
use crate::model::{Audience, Experience, Funnel, Stage, Target};

/// A funnel.
#[derive(Clone, Debug)]
pub(crate) struct FunnelProgram {
    pub(crate) audience: Option<NodeId>,
    /// The stage of those in the audience who have none; absent where it is not published.
    pub(crate) entry: Option<usize>,
    pub(crate) place: Vec<(usize, NodeId)>,
    pub(crate) published: bool,
    /// Whether who leaves the audience leaves the funnel.
    pub(crate) drops: bool,
    pub(crate) free: bool,
    /// With `order: loose` the stages that convert, from the heaviest down, then by id; else empty.
    pub(crate) loose: Vec<usize>,
    pub(crate) stages: Vec<StageProgram>,
    /// What its rules read, and itself.
    pub(crate) reads: Reads,
    /// Where its stages begin among the stages of all funnels.
    pub(crate) first_stage: usize,
}

/// A stage.
#[derive(Clone, Debug)]
pub(crate) struct StageProgram {
    pub(crate) weight: i64,
    pub(crate) published: bool,
    pub(crate) is_final: bool,
    pub(crate) back_to: Vec<usize>,
    /// Conditions and where they lead; nowhere where no next heavier stage is published, or more
    /// than one.
    pub(crate) converts: Vec<(NodeId, Option<usize>)>,
    pub(crate) experiences: Vec<ExperienceProgram>,
    /// The places in the order of execution of the campaigns which `{ entered: … }` of this stage
    /// lets in.
    pub(crate) lets_in: Vec<usize>,
}

/// An experience of a stage.
#[derive(Clone, Debug)]
pub(crate) struct ExperienceProgram {
    pub(crate) content: usize,
    pub(crate) when: Option<NodeId>,
    /// Whether it and its content are published.
    pub(crate) published: bool,
    /// Whether it is shown and hidden; others are sent.
    pub(crate) is_shown: bool,
}

impl Builder<'_> {
    pub(crate) fn funnel(
        &mut self,
        id: usize,
        funnel: &Funnel,
        first_stage: usize,
    ) -> FunnelProgram {
        let stages: Vec<StageProgram> = funnel
            .stages
            .values()
            .map(|stage| self.stage(funnel, stage))
            .collect();
        let audience = funnel.audience.as_ref().map(|audience| match audience {
            Audience::Everyone => self.compiler.always(),
            Audience::Of(condition) => self.compiler.compile(condition),
        });
        let place = funnel
            .place
            .iter()
            .map(|rule| (rule.stage.index(), self.compiler.compile(&rule.when)))
            .collect();
        let entry = funnel
            .entry
            .map(Id::index)
            .filter(|&entry| stages[entry].published);
        let mut built = FunnelProgram {
            published: self.published(&funnel.publish),
            drops: funnel.drops && audience.is_some(),
            loose: if funnel.loose {
                from_the_heaviest(&stages)
            } else {
                Vec::new()
            },
            audience,
            entry,
            place,
            free: funnel.free,
            stages,
            reads: 0,
            first_stage,
        };
        built.reads = self.reads_of(id, &built);
        built
    }

    fn reads_of(&self, id: usize, funnel: &FunnelProgram) -> Reads {
        let place = funnel.place.iter().map(|(_, when)| *when);
        let converts = funnel
            .stages
            .iter()
            .flat_map(|stage| stage.converts.iter().map(|(when, _)| *when));
        let asked = funnel.audience.into_iter().chain(place).chain(converts);
        asked.fold(
            self.dependencies.of_funnel(Id::from_index(id)),
            |reads, node| reads | self.compiler.reads(node),
        )
    }

    fn stage(&mut self, funnel: &Funnel, stage: &Stage) -> StageProgram {
        let next = self.next_heavier(funnel, stage);
        let converts = stage.converts.iter().map(|conversion| {
            let to = match conversion.to {
                Target::Next => next,
                Target::Stage(to) => Some(to.index()),
            };
            (self.compiler.compile(&conversion.when), to)
        });
        StageProgram {
            weight: stage.weight.unwrap_or_default(),
            converts: converts.collect(),
            published: self.published(&stage.publish),
            is_final: stage.is_final,
            back_to: stage.back_to.iter().map(|(to, _)| to.index()).collect(),
            experiences: stage
                .experiences
                .iter()
                .map(|experience| self.experience(experience))
                .collect(),
            lets_in: Vec::new(),
        }
    }

    fn experience(&mut self, experience: &Experience) -> ExperienceProgram {
        let content = &self.model.content[experience.content];
        ExperienceProgram {
            content: experience.content.index(),
            when: experience
                .when
                .as_ref()
                .map(|when| self.compiler.compile(when)),
            published: self.published(&experience.publish) && self.published(&content.publish),
            is_shown: content
                .kind
                .is_some_and(crate::model::ContentKind::is_shown),
        }
    }

    /// The next heavier stage that is published now, if it is single.
    fn next_heavier(&self, funnel: &Funnel, stage: &Stage) -> Option<usize> {
        let heavier = funnel
            .stages
            .iter()
            .filter(|(_, other)| other.weight > stage.weight);
        let published: Vec<_> = heavier
            .filter(|(_, other)| self.published(&other.publish))
            .collect();
        let weight = published.iter().map(|(_, other)| other.weight).min()?;
        let mut next = published.iter().filter(|(_, other)| other.weight == weight);
        let (id, _) = next.next()?;
        next.next().is_none().then(|| id.index())
    }
}

/// The stages that convert, from the heaviest down, then by id.
fn from_the_heaviest(stages: &[StageProgram]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..stages.len())
        .filter(|&stage| !stages[stage].converts.is_empty())
        .collect();
    order.sort_by_key(|&stage| (std::cmp::Reverse(stages[stage].weight), stage));
    order
}
