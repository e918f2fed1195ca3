//! The order of steps as edges; a step has an edge into it exactly when some contact can come to it.

use std::collections::BTreeSet;

use super::build::Build;
use super::{Edge, EdgeKind, Thing};
use crate::model::{Action, Campaign, CampaignId, Step, StepId, StepKind};
use crate::source::Span;

/// Adds the edges between the steps of a campaign, and those from steps to stages, funnels and content.
pub(super) fn steps(build: &mut Build<'_>, id: CampaignId, campaign: &Campaign) {
    let mut order = Order { campaign: id, edges: Vec::new(), targets: BTreeSet::new() };
    loop {
        let known = order.targets.len();
        order.edges.clear();
        let start = Loose { from: Thing::Campaign(id), kind: EdgeKind::Starts, words: "", skips: false };
        order.list(&campaign.steps, vec![start]);
        if order.targets.len() == known {
            break;
        }
    }
    for (from, to, edge) in order.edges {
        build.edge(from, to, edge);
    }
    campaign.each_step(|step| effects(build, id, step));
}

/// The edges of a campaign. A `goto` may lead to a step that nothing else leads to, so they are looked for again until no `goto` is found that was not known.
struct Order {
    campaign: CampaignId,
    edges: Vec<(Thing, Thing, Edge)>,
    /// The steps to which a `goto` leads that some contact can come to.
    targets: BTreeSet<StepId>,
}

/// An edge whose head is not known yet.
#[derive(Clone, Copy)]
struct Loose<'a> {
    from: Thing,
    kind: EdgeKind,
    words: &'a str,
    /// Whether it leaves out the next step of its list.
    skips: bool,
}

impl Order {
    /// Ties the loose edges to the first step, its own to the next, and so on; returns those that leave the list.
    fn list<'a>(&mut self, steps: &'a [Step], mut loose: Vec<Loose<'a>>) -> Vec<Loose<'a>> {
        for step in steps {
            let here = Thing::Step(self.campaign, step.id);
            let (skipping, arriving): (Vec<_>, Vec<_>) = loose.into_iter().partition(|edge| edge.skips);
            for edge in &arriving {
                let words = edge.words.to_owned();
                self.edges.push((edge.from, here, Edge { words, ..Edge::plain(edge.kind, Span::NOWHERE) }));
            }
            let reached = !arriving.is_empty() || self.targets.contains(&step.id);
            loose = if reached { self.after(step) } else { Vec::new() };
            loose.extend(skipping.into_iter().map(|edge| Loose { skips: false, ..edge }));
        }
        loose.into_iter().map(|edge| Loose { skips: false, ..edge }).collect()
    }

    /// The loose edges that leave a step.
    fn after<'a>(&mut self, step: &'a Step) -> Vec<Loose<'a>> {
        let from = Thing::Step(self.campaign, step.id);
        let next = Loose { from, kind: EdgeKind::Next, words: "", skips: false };
        let into = |words: &'a str| vec![Loose { kind: EdgeKind::Branch, words, ..next }];
        match &step.kind {
            StepKind::If { then, otherwise, .. } => {
                let mut out = self.list(then, vec![Loose { kind: EdgeKind::Yes, ..next }]);
                out.extend(self.list(otherwise, vec![Loose { kind: EdgeKind::No, ..next }]));
                out
            }
            StepKind::Split(shares) => {
                shares.iter().flat_map(|share| self.list(&share.steps, into(&share.label))).collect()
            }
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
                // Where one way always ends the campaign, nobody comes behind the fork.
                let ends: Vec<_> = ways.iter().map(|way| self.list(&way.steps, into(&way.label))).collect();
                if ends.iter().any(Vec::is_empty) { Vec::new() } else { ends.concat() }
            }
            StepKind::Goto { to, .. } => {
                self.targets.insert(*to);
                let there = Thing::Step(self.campaign, *to);
                self.edges.push((from, there, Edge::plain(EdgeKind::Next, Span::NOWHERE)));
                Vec::new()
            }
            StepKind::WaitUntil { .. } if step.may_leave_out_next() => {
                vec![next, Loose { kind: EdgeKind::Past, skips: true, ..next }]
            }
            StepKind::Exit(_) => Vec::new(),
            StepKind::Action(_) => vec![next],
            StepKind::Wait(_) | StepKind::WaitUntil { .. } | StepKind::Broken => vec![next],
        }
    }
}

fn effects(build: &mut Build<'_>, campaign: CampaignId, step: &Step) {
    let here = Thing::Step(campaign, step.id);
    let (to, kind) = match step.kind {
        StepKind::Action(Action::Send { content, .. }) => (Thing::Content(content), EdgeKind::Sends),
        StepKind::Action(Action::Call(ref call)) => match call.destination() {
            Some(destination) => (Thing::Destination(destination), EdgeKind::Calls),
            None => return,
        },
        StepKind::Action(Action::Move(stage)) => (Thing::Stage(stage), EdgeKind::Moves),
        StepKind::Action(Action::Leave(funnel)) => (Thing::Funnel(funnel), EdgeKind::Leaves),
        StepKind::Wait(_) | StepKind::WaitUntil { .. } | StepKind::If { .. } => return,
        StepKind::Split(_) | StepKind::Fork(_) | StepKind::Goto { .. } => return,
        StepKind::Exit(_) | StepKind::Broken => return,
        StepKind::Await(_) => return,
        StepKind::Action(_) => return,
    };
    build.edge(here, to, Edge::plain(kind, step.span));
}
