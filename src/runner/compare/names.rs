//! The things of two plans under common numbers, by id; a thing that both have has one number.

use crate::model::{Action, Call, Model, StepKind};

/// The things of both plans.
#[derive(Clone, Debug)]
pub(super) struct Names {
    pub(super) segments: Union,
    pub(super) content: Union,
    pub(super) campaigns: Union,
    pub(super) funnels: Union,
    /// By funnel: its stages, lightest first.
    pub(super) stages: Vec<Union>,
    /// What steps and experiences do besides sending, such as `notify owner` and `hide banner`.
    pub(super) actions: Union,
}

/// Ids, and where those of each plan stand among them.
#[derive(Clone, Debug)]
pub(super) struct Union {
    pub(super) ids: Vec<String>,
    base: Vec<usize>,
    head: Vec<usize>,
}

/// One of the two plans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    Base,
    Head,
}

impl Names {
    pub(super) fn of(base: &Model, head: &Model) -> Self {
        let by_id = |of: &dyn Fn(&Model) -> Vec<String>| {
            Union::of(sorted(of(base), of(head)), of(base), of(head))
        };
        let funnels = by_id(&|model| model.funnels.values().map(|it| it.id.clone()).collect());
        let stages = funnels
            .ids
            .iter()
            .map(|funnel| stages(funnel, base, head))
            .collect();
        Self {
            segments: by_id(&|model| model.segments.values().map(|it| it.id.clone()).collect()),
            content: by_id(&|model| model.content.values().map(|it| it.id.clone()).collect()),
            campaigns: by_id(&|model| model.campaigns.values().map(|it| it.id.clone()).collect()),
            funnels,
            stages,
            actions: by_id(&actions),
        }
    }
}

/// Each by its verb and whom or what it is for, once.
fn actions(model: &Model) -> Vec<String> {
    let mut found: Vec<String> = model
        .content
        .values()
        .map(|content| hiding(&content.id))
        .collect();
    for campaign in model.campaigns.values() {
        campaign.each_step(|step| {
            if let StepKind::Action(Action::Call(call)) = &step.kind {
                found.push(calling(model, call));
            }
        });
    }
    found.sort();
    found.dedup();
    found
}

/// `hide banner`.
pub(super) fn hiding(content: &str) -> String {
    format!("hide {content}")
}

/// `notify owner`, `webhook crm`.
pub(super) fn calling(model: &Model, call: &Call) -> String {
    let target = match call {
        Call::Notify { to, .. } => to.word(),
        Call::Webhook { destination, .. } | Call::PushTo(destination) => {
            &model.destinations[*destination].id
        }
    };
    format!("{} {target}", call.verb().word())
}

/// In the order of the head's weights, and of the base's where only it has the stage.
fn stages(funnel: &str, base: &Model, head: &Model) -> Union {
    let of = |model: &Model| -> Vec<(i64, String)> {
        let funnel = model.funnels.values().find(|it| it.id == funnel);
        let stages = funnel.into_iter().flat_map(|funnel| funnel.stages.values());
        stages
            .map(|stage| (stage.weight.unwrap_or_default(), stage.id.clone()))
            .collect()
    };
    let (base, head) = (of(base), of(head));
    let only_base = base
        .iter()
        .filter(|(_, id)| !head.iter().any(|(_, other)| other == id));
    let mut all: Vec<_> = head.iter().chain(only_base).cloned().collect();
    all.sort();
    let ids = |stages: Vec<(i64, String)>| stages.into_iter().map(|(_, id)| id).collect::<Vec<_>>();
    Union::of(ids(all), ids(base), ids(head))
}

fn sorted(base: Vec<String>, head: Vec<String>) -> Vec<String> {
    let mut all: Vec<_> = base.into_iter().chain(head).collect();
    all.sort();
    all.dedup();
    all
}

impl Union {
    fn of(ids: Vec<String>, base: Vec<String>, head: Vec<String>) -> Self {
        let places = |of: Vec<String>| {
            of.iter()
                .map(|id| {
                    ids.iter()
                        .position(|other| other == id)
                        .unwrap_or(usize::MAX)
                })
                .collect()
        };
        Self {
            base: places(base),
            head: places(head),
            ids,
        }
    }

    /// By the position in one plan: the common number.
    pub(super) fn places(&self, which: Which) -> &[usize] {
        match which {
            Which::Base => &self.base,
            Which::Head => &self.head,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The common number of an id.
    pub(super) fn number(&self, id: &str) -> Option<usize> {
        self.ids.iter().position(|known| known == id)
    }

    /// Whether both plans have it.
    pub(super) fn is_shared(&self, number: usize) -> bool {
        self.base.contains(&number) && self.head.contains(&number)
    }
}
