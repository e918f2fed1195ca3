//! Topics: the things about a contact that an instant can change, each as one bit; what no step can
//! change has none.
//!
//! There are 64 bits. With more things than that some share one, which makes the kernel ask more
//! often than it must, never less.

use crate::model::{
    Action, CampaignId, Channel, FieldId, FunnelId, Give, GroupId, Listing, Model, SegmentId,
    StepKind, Subject, TagId,
};
use crate::runner::header::Knows;

/// A set of topics.
pub(crate) type Reads = u64;

/// Which bit stands for what.
#[derive(Clone, Debug)]
pub(crate) struct Dependencies {
    fields: Vec<Reads>,
    tags: Vec<Reads>,
    funnels: Vec<Reads>,
    points: Reads,
    channels: [Reads; 3],
    segments: Vec<Reads>,
    groups: Vec<Reads>,
    campaigns: Vec<Reads>,
    /// How many fields the contact has; behind them in `fields` stand those of its company.
    contact_fields: usize,
    /// The fields that a step sets or clears; events change others too, where the file has no
    /// column.
    set_by_steps: Vec<bool>,
}

/// Counts the topics that were handed out.
struct Next(u32);

impl Dependencies {
    /// What a run of this plan remembers the last values of, because the file and funnelc both
    /// write it.
    pub(crate) fn knows(&self, model: &Model) -> Knows {
        let fields = model
            .contacts
            .fields
            .iter()
            .filter(|(id, _)| self.writes_field(*id));
        let tags = model
            .contacts
            .tags
            .names
            .values()
            .filter(|_| self.writes_tags());
        let groups = model
            .points
            .groups
            .iter()
            .filter(|(id, _)| self.writes_group(*id));
        Knows {
            funnels: model
                .funnels
                .values()
                .map(|funnel| funnel.id.clone())
                .collect(),
            fields: fields.map(|(_, field)| field.id.clone()).collect(),
            tags: tags.map(|tag| tag.id.clone()).collect(),
            points: self.writes_points(),
            blocks: true,
            groups: groups.map(|(_, group)| group.id.clone()).collect(),
        }
    }

    pub(crate) fn of(model: &Model) -> Self {
        let mut next = Next(0);
        let mut dependencies = Self {
            fields: vec![0; model.contacts.fields.len()],
            tags: vec![0; model.contacts.tags.names.len()],
            funnels: (0..model.funnels.len()).map(|_| next.bit()).collect(),
            points: 0,
            channels: [0; 3],
            segments: vec![0; model.segments.len()],
            groups: vec![0; model.points.groups.len()],
            campaigns: vec![0; model.campaigns.len()],
            contact_fields: model.contacts.fields.len(),
            set_by_steps: vec![false; model.contacts.fields.len()],
        };
        let mut note = |written| {
            let bit = dependencies.slot(written);
            if *bit == 0 {
                *bit = next.bit();
            }
        };
        let updates = model.events.values().flat_map(|event| &event.updates);
        updates.for_each(|update| note(Written::Field(update.field)));
        each_written(model, |written| {
            if let Written::Field(field) = written {
                dependencies.set_by_steps[index(field)] = true;
            }
            let bit = dependencies.slot(written);
            if *bit == 0 {
                *bit = next.bit();
            }
        });
        dependencies
            .campaigns
            .iter_mut()
            .for_each(|bit| *bit = next.bit());
        if let Some(companies) = &model.companies {
            // Another company is another value of each of its fields.
            let bit = companies
                .contact_field
                .map_or(0, |field| dependencies.of_field(field));
            dependencies
                .fields
                .resize(dependencies.contact_fields + companies.fields.len(), bit);
        }
        dependencies
    }

    /// Takes the bits away from the campaigns of which no condition asks, so that nobody is told of
    /// them.
    pub(crate) fn keep_campaigns(&mut self, asked: &[bool]) {
        self.campaigns
            .iter_mut()
            .zip(asked)
            .filter(|(_, asked)| !**asked)
            .for_each(|(bit, _)| *bit = 0);
    }

    /// Whether the contact is or was in the campaign.
    pub(crate) fn of_campaign(&self, campaign: CampaignId) -> Reads {
        self.campaigns[index(campaign)]
    }

    pub(crate) fn of_subject(&self, subject: Subject) -> Reads {
        match subject {
            Subject::Field(field) => self.of_field(field),
            Subject::Points => self.points,
            Subject::Group(group) => self.of_group(group),
            Subject::Tags => self.tags.iter().fold(0, |reads, bit| reads | bit),
            Subject::Property(..) => 0,
            Subject::Company(field) => self.fields[self.contact_fields + index(field)],
        }
    }

    pub(crate) fn of_field(&self, field: FieldId) -> Reads {
        self.fields[index(field)]
    }

    pub(crate) fn of_tag(&self, tag: TagId) -> Reads {
        self.tags[index(tag)]
    }

    pub(crate) fn of_funnel(&self, funnel: FunnelId) -> Reads {
        self.funnels[index(funnel)]
    }

    pub(crate) fn of_points(&self) -> Reads {
        self.points
    }

    /// Whether the channel must not be used.
    pub(crate) fn of_channel(&self, channel: usize) -> Reads {
        self.channels[channel]
    }

    /// The members of a segment by hand.
    pub(crate) fn of_segment(&self, segment: SegmentId) -> Reads {
        self.segments[index(segment)]
    }

    /// Whether a step sets or clears the field.
    pub(crate) fn is_set_by_step(&self, field: FieldId) -> bool {
        self.set_by_steps[index(field)]
    }

    /// Whether a step or an event changes the field.
    pub(crate) fn writes_field(&self, field: FieldId) -> bool {
        self.of_field(field) != 0
    }

    /// Whether a step adds or removes a tag.
    pub(crate) fn writes_tags(&self) -> bool {
        self.tags.iter().any(|&bit| bit != 0)
    }

    pub(crate) fn of_group(&self, group: GroupId) -> Reads {
        self.groups[index(group)]
    }

    /// Whether a step or a rule gives points of the group.
    pub(crate) fn writes_group(&self, group: GroupId) -> bool {
        self.of_group(group) != 0
    }

    /// Whether a step or a rule gives points.
    pub(crate) fn writes_points(&self) -> bool {
        self.points != 0
    }

    fn slot(&mut self, written: Written) -> &mut Reads {
        match written {
            Written::Field(field) => &mut self.fields[index(field)],
            Written::Tag(tag) => &mut self.tags[index(tag)],
            Written::Points => &mut self.points,
            Written::Channel(channel) => &mut self.channels[channel as usize],
            Written::Segment(segment) => &mut self.segments[index(segment)],
            Written::Group(group) => &mut self.groups[index(group)],
        }
    }
}

impl Next {
    fn bit(&mut self) -> Reads {
        let bit = 1 << (self.0 % Reads::BITS);
        self.0 += 1;
        bit
    }
}

#[derive(Clone, Copy)]
enum Written {
    Field(FieldId),
    Tag(TagId),
    Points,
    Channel(Channel),
    Segment(SegmentId),
    Group(GroupId),
}

impl Written {
    fn by(give: Give) -> Self {
        give.group.map_or(Self::Points, Self::Group)
    }
}

fn each_written(model: &Model, mut visit: impl FnMut(Written)) {
    model
        .points
        .rules
        .values()
        .for_each(|rule| visit(Written::by(rule.give)));
    for campaign in model.campaigns.values() {
        campaign.each_step(|step| match &step.kind {
            StepKind::Action(Action::AddTag(tag) | Action::RemoveTag(tag)) => {
                visit(Written::Tag(*tag));
            }
            StepKind::Action(Action::Points(give)) => visit(Written::by(*give)),
            StepKind::Action(Action::Set { field, .. } | Action::Clear(field)) => {
                visit(Written::Field(*field));
            }
            StepKind::Action(Action::List(
                Listing::Unsubscribe(channel) | Listing::Resubscribe(channel),
            )) => {
                visit(Written::Channel(*channel));
            }
            StepKind::Action(Action::List(
                Listing::AddTo(segment) | Listing::RemoveFrom(segment),
            )) => {
                visit(Written::Segment(*segment));
            }
            StepKind::Wait(_) => {}
            StepKind::WaitUntil { .. } | StepKind::If { .. } | StepKind::Split(_) => {}
            StepKind::Await(_) => {}
            StepKind::Action(_) => {}
            StepKind::Fork(_) | StepKind::Goto { .. } | StepKind::Exit(_) | StepKind::Broken => {}
        });
    }
}

fn index(id: impl crate::model::ids::Id) -> usize {
    id.index()
}
