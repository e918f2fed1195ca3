//! What must be in the files so that nobody is written to against their wish: the columns of
//! addresses, and what consent asks, also through segments.

use std::collections::BTreeSet;

use crate::model::ids::Id;
use crate::model::{Channel, Condition, ConditionKind, Contacts, Model, SegmentId, Subject};

/// What is needed, each with what it holds.
#[derive(Debug)]
pub(super) struct Needed {
    /// By field id.
    pub(super) fields: Vec<Option<String>>,
    /// By the id of a company's field.
    pub(super) of_companies: Vec<Option<String>>,
    pub(super) tags: Option<String>,
    pub(super) points: Option<String>,
    /// By group id.
    pub(super) groups: Vec<Option<String>>,
    /// The segments that were looked into, of which each is asked once however many others build on
    /// it.
    asked: BTreeSet<SegmentId>,
}

impl Needed {
    pub(super) fn by(model: &Model) -> Self {
        let contacts: &Contacts = &model.contacts;
        let mut needed = Self {
            fields: vec![None; contacts.fields.len()],
            of_companies: vec![
                None;
                model
                    .companies
                    .as_ref()
                    .map_or(0, |companies| companies.fields.len())
            ],
            tags: None,
            points: None,
            groups: vec![None; model.points.groups.len()],
            asked: BTreeSet::new(),
        };
        for (channel, rules) in Channel::ALL.into_iter().zip(&contacts.channels) {
            if let Some(address) = rules.address {
                needed.fields[address.index()] =
                    Some(format!("the address for `{}`", channel.word()));
            }
            if let Some(consent) = &rules.consent {
                needed.ask(
                    model,
                    consent,
                    &format!("what consent to `{}` asks", channel.word()),
                );
            }
        }
        needed
    }

    fn ask(&mut self, model: &Model, condition: &Condition, holds: &str) {
        match &condition.kind {
            ConditionKind::All(parts) | ConditionKind::Any(parts) => {
                parts.iter().for_each(|part| self.ask(model, part, holds));
            }
            ConditionKind::Not(inside) => self.ask(model, inside, holds),
            ConditionKind::Segment(segment) => {
                if self.asked.insert(*segment) {
                    self.ask(model, &model.segments[*segment].condition, holds);
                }
            }
            ConditionKind::Field { subject, .. } => {
                let place = match subject {
                    Subject::Field(field) => &mut self.fields[field.index()],
                    Subject::Company(field) => &mut self.of_companies[field.index()],
                    Subject::Points => &mut self.points,
                    Subject::Tags => &mut self.tags,
                    Subject::Group(group) => &mut self.groups[group.index()],
                    Subject::Property(..) => return,
                };
                place.get_or_insert_with(|| holds.to_owned());
            }
            ConditionKind::Tag(_) => {
                self.tags.get_or_insert_with(|| holds.to_owned());
            }
            // Consent to a channel asks nothing of another one, which has rules of its own; stages
            // and campaigns are funnelc's to know.
            ConditionKind::Reachable(_)
            | ConditionKind::Stage { .. }
            | ConditionKind::Reached(_) => {}
            ConditionKind::InFunnel(_) | ConditionKind::Campaign { .. } => {}
            ConditionKind::Event(_) | ConditionKind::Broken => {}
        }
    }
}
