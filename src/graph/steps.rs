//! The order of steps as edges; a step has an edge into it exactly when some contact can come to
//! it.

use petgraph::graph::{DiGraph, NodeIndex};

use super::build::Build;
use super::{Edge, EdgeKind, EntityRef};
use crate::model::ids::Id;
use crate::model::{Action, Campaign, CampaignId, Step, StepId, StepKind};
use crate::source::Span;

/// Adds the edges between the steps of a campaign, and those from steps to stages, funnels and
/// content.
pub(super) fn steps(build: &mut Build<'_>, id: CampaignId, campaign: &Campaign) {
    let mut order = Order {
        campaign: id,
        edges: Vec::new(),
        events: DiGraph::new(),
    };
    let start = order.events.add_node(1);
    let mut behind_last = 0;
    campaign.each_step(|step| behind_last = behind_last.max(step.id.index() + 1));
    for _ in 0..behind_last {
        order.events.add_node(1);
    }
    let first = Loose {
        from: EntityRef::Campaign(id),
        on: start,
        kind: EdgeKind::Starts,
        words: "",
        skips: false,
    };
    order.list(&campaign.steps, vec![first]);
    let happens = happening(order.events, start);
    for (edge, to) in order
        .edges
        .into_iter()
        .filter(|(edge, _)| happens[edge.on.index()])
    {
        let words = edge.words.to_owned();
        build.edge(
            edge.from,
            EntityRef::Step(id, to),
            Edge {
                words,
                ..Edge::plain(edge.kind, Span::NOWHERE)
            },
        );
    }
    campaign.each_step(|step| effects(build, id, step));
}

/// The edges of a campaign as if a contact came to each step, and what must happen for each.
struct Order<'a> {
    campaign: CampaignId,
    edges: Vec<(Loose<'a>, StepId)>,
    /// What some contact can do, with how many others must happen first of those that lead to it:
    /// it starts, comes to a step (by its id), or comes through a fork.
    events: DiGraph<usize, ()>,
}

/// An edge whose head is not known yet.
#[derive(Clone, Copy)]
struct Loose<'a> {
    from: EntityRef,
    /// What must happen for it.
    on: NodeIndex,
    kind: EdgeKind,
    words: &'a str,
    /// Whether it leaves out the next step of its list.
    skips: bool,
}

/// That a contact comes to a step; the start is before all.
fn at(step: StepId) -> NodeIndex {
    NodeIndex::new(step.index() + 1)
}

/// What happens when a contact starts: each once, however a `goto` leads back.
fn happening(mut events: DiGraph<usize, ()>, start: NodeIndex) -> Vec<bool> {
    let mut happens = vec![false; events.node_count()];
    let mut open = vec![start];
    while let Some(event) = open.pop() {
        happens[event.index()] = true;
        let mut next = events.neighbors(event).detach();
        while let Some(follower) = next.next_node(&events) {
            let missing = &mut events[follower];
            if *missing == 1 {
                open.push(follower);
            }
            *missing = missing.saturating_sub(1);
        }
    }
    happens
}

impl<'a> Order<'a> {
    /// Ties the loose edges to the first step, its own to the next, and so on; returns those that
    /// leave the list.
    fn list(&mut self, steps: &'a [Step], mut loose: Vec<Loose<'a>>) -> Vec<Loose<'a>> {
        for step in steps {
            let (skipping, arriving): (Vec<_>, Vec<_>) =
                loose.into_iter().partition(|edge| edge.skips);
            arriving
                .into_iter()
                .for_each(|edge| self.tie(edge, step.id));
            loose = self.after(step);
            loose.extend(skipping.into_iter().map(|edge| Loose {
                skips: false,
                ..edge
            }));
        }
        loose
            .into_iter()
            .map(|edge| Loose {
                skips: false,
                ..edge
            })
            .collect()
    }

    fn tie(&mut self, edge: Loose<'a>, to: StepId) {
        self.events.add_edge(edge.on, at(to), ());
        self.edges.push((edge, to));
    }

    /// The loose edges that leave a step.
    fn after(&mut self, step: &'a Step) -> Vec<Loose<'a>> {
        let from = EntityRef::Step(self.campaign, step.id);
        let next = Loose {
            from,
            on: at(step.id),
            kind: EdgeKind::Next,
            words: "",
            skips: false,
        };
        let into = |words: &'a str| {
            vec![Loose {
                kind: EdgeKind::Branch,
                words,
                ..next
            }]
        };
        match &step.kind {
            StepKind::If {
                then, otherwise, ..
            } => {
                let mut out = self.list(
                    then,
                    vec![Loose {
                        kind: EdgeKind::Yes,
                        ..next
                    }],
                );
                out.extend(self.list(
                    otherwise,
                    vec![Loose {
                        kind: EdgeKind::No,
                        ..next
                    }],
                ));
                out
            }
            StepKind::Split(shares) => shares
                .iter()
                .flat_map(|share| self.list(&share.steps, into(&share.label)))
                .collect(),
            StepKind::Await(awaiting) => {
                let mut out = Vec::new();
                for way in &awaiting.ways {
                    out.extend(self.list(&way.steps, into(&way.label)));
                }
                if awaiting.length.is_some() {
                    out.extend(self.list(&awaiting.otherwise, into("else")));
                }
                out
            }
            StepKind::Fork(ways) => {
                let ends: Vec<_> = ways
                    .iter()
                    .map(|way| self.list(&way.steps, into(&way.label)))
                    .collect();
                self.together(ends)
            }
            StepKind::Goto { to, .. } => {
                self.tie(next, *to);
                Vec::new()
            }
            StepKind::WaitUntil { .. } if step.may_leave_out_next() => {
                vec![
                    next,
                    Loose {
                        kind: EdgeKind::Past,
                        skips: true,
                        ..next
                    },
                ]
            }
            StepKind::Exit(_) => Vec::new(),
            StepKind::Action(_) => vec![next],
            StepKind::Wait(_) | StepKind::WaitUntil { .. } | StepKind::Broken => vec![next],
        }
    }

    /// The loose edges behind a fork: where one way always ends the campaign, nobody comes there.
    fn together(&mut self, ways: Vec<Vec<Loose<'a>>>) -> Vec<Loose<'a>> {
        let through_all = self.events.add_node(ways.len());
        for way in &ways {
            let through_one = self.events.add_node(1);
            let ends = way.iter().map(|edge| (edge.on, through_one));
            self.events
                .extend_with_edges(ends.chain([(through_one, through_all)]));
        }
        let behind = |edge: Loose<'a>| {
            let on = self.events.add_node(2);
            self.events
                .extend_with_edges([(edge.on, on), (through_all, on)]);
            Loose { on, ..edge }
        };
        ways.into_iter().flatten().map(behind).collect()
    }
}

fn effects(build: &mut Build<'_>, campaign: CampaignId, step: &Step) {
    let here = EntityRef::Step(campaign, step.id);
    let (to, kind) = match step.kind {
        StepKind::Action(Action::Send { content, .. }) => {
            (EntityRef::Content(content), EdgeKind::Sends)
        }
        StepKind::Action(Action::Call(ref call)) => match call.destination() {
            Some(destination) => (EntityRef::Destination(destination), EdgeKind::Calls),
            None => return,
        },
        StepKind::Action(Action::Move(stage)) => (EntityRef::Stage(stage), EdgeKind::Moves),
        StepKind::Action(Action::Leave(funnel)) => (EntityRef::Funnel(funnel), EdgeKind::Leaves),
        StepKind::Wait(_) | StepKind::WaitUntil { .. } | StepKind::If { .. } => return,
        StepKind::Split(_) | StepKind::Fork(_) | StepKind::Goto { .. } => return,
        StepKind::Exit(_) | StepKind::Broken => return,
        StepKind::Await(_) => return,
        StepKind::Action(_) => return,
    };
    build.edge(here, to, Edge::plain(kind, step.span));
}
