//! Whether all that happens to a contact who was never seen before follows from the answers to the
//! plan's questions about it: then contacts with the same answers go the same way.

use super::condition::{Node, NodeId};
use super::step::{Action, Verb, WaitFor};
use super::{CampaignProgram, Program};

/// So many questions, with more of which hardly two contacts are alike.
const MOST: usize = 256;

/// The questions about what a contact itself shows; nothing where more than their answers decides,
/// such as a value that a step writes into a field.
pub(super) fn questions(program: &Program) -> Option<Vec<NodeId>> {
    let questions: Vec<_> = (0..)
        .map(NodeId)
        .zip(&program.conditions.nodes)
        .filter(|(_, node)| is_about_contact(node))
        .map(|(id, _)| id)
        .collect();
    (!depends_on_values(program) && questions.len() <= MOST).then_some(questions)
}

/// Others are made of these, or of where the contact stands, which is nowhere but in its stages.
fn is_about_contact(node: &Node) -> bool {
    match node {
        Node::Constant(_) | Node::All(_) | Node::Any(_) | Node::Not(_) => false,
        Node::Cached { .. } | Node::ByHand { .. } => false,
        Node::Campaign { .. } | Node::Count(_) => false,
        Node::Stage { .. } | Node::InStages { .. } => false,
        Node::Exists(_)
        | Node::Text { .. }
        | Node::Ranges { .. }
        | Node::Decimal { .. }
        | Node::Boolean { .. }
        | Node::Choice { .. } => true,
        Node::HasAny { .. } | Node::HasAll { .. } | Node::HasNone { .. } => true,
        Node::Blocked(_) | Node::Listed(_) | Node::Tag(_) | Node::Tagged => true,
        Node::Pattern { .. } | Node::Anniversary { .. } => true,
    }
}

fn depends_on_values(program: &Program) -> bool {
    let (contacts, dependencies) = (&program.model.contacts, &program.dependencies);
    let mut groups = program.model.points.groups.ids();
    let has_own_clock = contacts.timezone.is_some();
    let follows_preference = contacts.preferred_channel.is_some();
    has_own_clock
        || follows_preference
        || program.conditions.asks_companies
        || !program.written_fields.is_empty()
        || dependencies.writes_tags()
        || dependencies.writes_points()
        || groups.any(|group| dependencies.writes_group(group))
        || !program.triggers.is_empty()
        || program.campaigns.iter().any(steps_do)
}

fn steps_do(campaign: &CampaignProgram) -> bool {
    campaign.steps.iter().any(|step| match &step.verb {
        Verb::Wait(_) | Verb::If { .. } | Verb::Await(_) => false,
        Verb::Fork(_) | Verb::Goto(_) | Verb::Exit(_) | Verb::Nothing => false,
        Verb::WaitUntil { until, .. } => match until {
            WaitFor::Moment(_) | WaitFor::Day(_) => false,
            WaitFor::Field { .. } => true,
        },
        // Its share follows from the key.
        Verb::Split(_) => true,
        Verb::Action(action) => match action {
            Action::Send { .. } | Action::Move { .. } | Action::Leave { .. } => false,
            Action::Note(_) | Action::List(_) => false,
            Action::Enroll(_) | Action::Withdraw(_) => false,
            Action::AddTag(_) | Action::RemoveTag(_) | Action::Points(_) => true,
            Action::Set { .. } | Action::Clear(_) | Action::Call(_) => true,
        },
    })
}
