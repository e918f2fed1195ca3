//! What things are called: by their ids, and where a project has moved them, by the ids that they
//! have there or had before.

use std::collections::BTreeMap;

use crate::model::ids::{CampaignId, ContentId, EventId, FunnelId, SegmentId, TagId};
use crate::model::{Model, Moved, StageRef};

/// The kinds of things that may have another name in another project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Stage,
    Campaign,
    Funnel,
    Other(&'static str),
}

/// A thing that was moved: what it was called, and what it is called there.
struct Line {
    kind: Kind,
    from: String,
    to: String,
}

#[derive(Debug)]
pub(super) struct Names<'m> {
    model: &'m Model,
    others: BTreeMap<(Kind, String), String>,
}

impl<'m> Names<'m> {
    pub(super) fn of(model: &'m Model) -> Self {
        Self {
            model,
            others: BTreeMap::new(),
        }
    }

    pub(super) fn seen_from(earlier: &'m Model, later: &Model) -> Self {
        let others = lines(later).map(|Line { kind, from, to }| ((kind, from), to));
        Self {
            model: earlier,
            others: others.collect(),
        }
    }

    /// Where several became one, the first that the project speaks of.
    pub(super) fn formerly(model: &'m Model) -> Self {
        let mut others = BTreeMap::new();
        for Line { kind, from, to } in lines(model) {
            others.entry((kind, to)).or_insert(from);
        }
        Self { model, others }
    }

    /// Where several became one, or one was moved twice, the last that the project speaks of.
    pub(super) fn lately(model: &'m Model) -> Self {
        let others = lines(model).map(|Line { kind, from, to }| ((kind, to), from));
        Self {
            model,
            others: others.collect(),
        }
    }

    pub(super) fn model(&self) -> &'m Model {
        self.model
    }

    pub(super) fn funnel(&self, id: FunnelId) -> String {
        self.called(Kind::Funnel, &self.model.funnels[id].id)
    }

    pub(super) fn stage(&self, stage: StageRef) -> String {
        let funnel = &self.model.funnels[stage.funnel];
        let id = &funnel.stages[stage.stage].id;
        let other = self
            .others
            .get(&(Kind::Stage, format!("{}/{id}", funnel.id)));
        other
            .cloned()
            .unwrap_or_else(|| format!("{}/{id}", self.funnel(stage.funnel)))
    }

    pub(super) fn campaign(&self, id: CampaignId) -> String {
        self.called(Kind::Campaign, &self.model.campaigns[id].id)
    }

    pub(super) fn content(&self, id: ContentId) -> String {
        self.called(Kind::Other("content"), &self.model.content[id].id)
    }

    pub(super) fn event(&self, id: EventId) -> String {
        self.called(Kind::Other("event"), &self.model.events[id].id)
    }

    pub(super) fn segment(&self, id: SegmentId) -> String {
        self.called(Kind::Other("segment"), &self.model.segments[id].id)
    }

    pub(super) fn tag(&self, id: TagId) -> String {
        self.called(Kind::Other("tag"), &self.model.contacts.tags.names[id].id)
    }

    fn called(&self, kind: Kind, id: &str) -> String {
        self.others
            .get(&(kind, id.to_owned()))
            .cloned()
            .unwrap_or_else(|| id.to_owned())
    }
}

/// What a project says was moved.
fn lines(model: &Model) -> impl Iterator<Item = Line> {
    model
        .in_flight
        .moved
        .iter()
        .filter_map(|moved| match moved {
            Moved::Stage { funnel, from, to } => {
                let owner = &model.funnels[to.funnel];
                let to = format!("{}/{}", owner.id, owner.stages[to.stage].id);
                Some(Line {
                    kind: Kind::Stage,
                    from: format!("{funnel}/{from}"),
                    to,
                })
            }
            Moved::Campaign { from, to } => Some(Line {
                kind: Kind::Campaign,
                from: from.clone(),
                to: model.campaigns[*to].id.clone(),
            }),
            Moved::Funnel { from, to } => Some(Line {
                kind: Kind::Funnel,
                from: from.clone(),
                to: model.funnels[*to].id.clone(),
            }),
            Moved::Other { from, to } => Some(Line {
                kind: Kind::Other(to.kind()),
                from: from.clone(),
                to: to.name(model),
            }),
            Moved::Step { .. } => None,
        })
}
