//! The order of steps as edges; a step has an edge into it exactly when some contact can come to it.

use super::build::Build;
use super::{Edge, EdgeKind, Thing};
use crate::model::{Campaign, CampaignId, IfPast, Step, StepKind};
use crate::source::Span;

/// Adds the edges between the steps of a campaign, and those from steps to stages, funnels and content.
pub(super) fn steps(build: &mut Build<'_>, id: CampaignId, campaign: &Campaign) {
    let start = vec![Loose { from: Thing::Campaign(id), kind: EdgeKind::Starts, words: "", skips: false }];
    list(build, id, &campaign.steps, start);
    campaign.each_step(|step| effects(build, id, step));
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

/// Ties the loose edges to the first step, its own to the next, and so on; returns those that leave the list.
fn list<'a>(
    build: &mut Build<'_>,
    campaign: CampaignId,
    steps: &'a [Step],
    mut loose: Vec<Loose<'a>>,
) -> Vec<Loose<'a>> {
    for step in steps {
        let here = Thing::Step(campaign, step.id);
        let (skipping, arriving): (Vec<_>, Vec<_>) = loose.into_iter().partition(|edge| edge.skips);
        for edge in &arriving {
            let words = edge.words.to_owned();
            build.edge(edge.from, here, Edge { words, ..Edge::plain(edge.kind, Span::NOWHERE) });
        }
        loose = if arriving.is_empty() { Vec::new() } else { after(build, campaign, step) };
        loose.extend(skipping.into_iter().map(|edge| Loose { skips: false, ..edge }));
    }
    loose.into_iter().map(|edge| Loose { skips: false, ..edge }).collect()
}

/// The loose edges that leave a step.
fn after<'a>(build: &mut Build<'_>, campaign: CampaignId, step: &'a Step) -> Vec<Loose<'a>> {
    let from = Thing::Step(campaign, step.id);
    let next = Loose { from, kind: EdgeKind::Next, words: "", skips: false };
    match &step.kind {
        StepKind::If { then, otherwise, .. } => {
            let mut out = list(build, campaign, then, vec![Loose { kind: EdgeKind::Yes, ..next }]);
            out.extend(list(build, campaign, otherwise, vec![Loose { kind: EdgeKind::No, ..next }]));
            out
        }
        StepKind::Split(shares) => {
            let mut out = Vec::new();
            for share in shares {
                let into = Loose { kind: EdgeKind::Branch, words: &share.label, ..next };
                out.extend(list(build, campaign, &share.steps, vec![into]));
            }
            out
        }
        StepKind::WaitUntil { if_past: IfPast::Skip, .. } => {
            vec![next, Loose { kind: EdgeKind::Past, skips: true, ..next }]
        }
        StepKind::Exit(_) => Vec::new(),
        StepKind::Send { .. } | StepKind::Move(_) | StepKind::Leave(_) | StepKind::AddTag(_) => vec![next],
        StepKind::RemoveTag(_) | StepKind::Points(_) | StepKind::Set { .. } | StepKind::Clear(_) => vec![next],
        StepKind::Wait(_) | StepKind::WaitUntil { .. } | StepKind::Broken => vec![next],
    }
}

fn effects(build: &mut Build<'_>, campaign: CampaignId, step: &Step) {
    let here = Thing::Step(campaign, step.id);
    let (to, kind) = match step.kind {
        StepKind::Send { content, .. } => (Thing::Content(content), EdgeKind::Sends),
        StepKind::Move(stage) => (Thing::Stage(stage), EdgeKind::Moves),
        StepKind::Leave(funnel) => (Thing::Funnel(funnel), EdgeKind::Leaves),
        StepKind::AddTag(_) | StepKind::RemoveTag(_) | StepKind::Points(_) | StepKind::Set { .. } => return,
        StepKind::Clear(_) | StepKind::Wait(_) | StepKind::WaitUntil { .. } | StepKind::If { .. } => return,
        StepKind::Split(_) | StepKind::Exit(_) | StepKind::Broken => return,
    };
    build.edge(here, to, Edge::plain(kind, step.span));
}
