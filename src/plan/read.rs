//! The plan's file form back to a model: the inverse of `write`, for files that may have been edited by hand or made by something else, so every name and word is checked.

mod steps;

use std::collections::BTreeMap;

use super::events::read_events;
use super::values::{field_test, field_type, read_field};
use super::{call, content, wire};
use crate::language::{AudienceLeft, Order, TagsHeld};
use crate::model::calendar::Sign;
use crate::model::contacts::Tag;
use crate::model::ids::Id;
use crate::model::{
    About, Audience, BadValue, Bounded, CampaignState, Channel, ChannelRules, Companies, Condition, ConditionKind,
    Contacts, Conversion, Duration, EventId, EventType, Experience, FieldTest, FieldType, Funnel, Give, GroupId, Model,
    Moment, PlaceRule, PointGroup, PointRule, Points, Publish, Scoring, Segment, Stage, StageId, StageRef, Subject,
    Tags, Target,
};
use crate::source::Span;

/// What is wrong with a plan, in a few words.
pub(super) type Fault = String;

/// The model of a plan.
pub(super) fn model(plan: &wire::Plan) -> Result<Model, Fault> {
    let events = read_events(plan)?;
    let reader = Reader { plan, events: &events, properties_of: None };
    let content = plan.content.iter().map(|(id, content)| content::read(plan, id, content));
    let destinations = plan.destinations.iter().map(|(id, destination)| call::read_destination(id, destination));
    let segments = plan.segments.iter().map(|(id, condition)| {
        let condition = reader.condition(condition)?;
        let wire::Members { include, exclude } = plan.members.get(id).cloned().unwrap_or_default();
        if !include.is_sorted() || !exclude.is_sorted() {
            return Err(format!("the members of `{id}` are not sorted"));
        }
        let (span, about) = (Span::NOWHERE, About::default());
        Ok(Segment { id: id.clone(), span, about, condition, for_reports: false, by_hand: false, include, exclude })
    });
    let funnels = plan.funnels.iter().map(|(id, funnel)| reader.funnel(id, funnel));
    let campaigns = plan.campaigns.iter().map(|(id, campaign)| reader.campaign(id, campaign));
    jiff::tz::TimeZone::get(&plan.timezone).map_err(|_| format!("there is no time zone `{}`", plan.timezone))?;
    if plan.every_seconds == 0 {
        return Err("`every-seconds` is 0".to_owned());
    }
    let campaigns = campaigns.collect::<Result<_, Fault>>()?;
    Ok(Model {
        project: None,
        timezone: plan.timezone.clone(),
        every: plan.every_seconds,
        contacts: reader.contacts()?,
        companies: plan.companies.as_ref().map(|companies| reader.companies(companies)).transpose()?,
        content: content.collect::<Result<_, Fault>>()?,
        events: events.iter().cloned().collect(),
        destinations: destinations.collect::<Result<_, Fault>>()?,
        segments: segments.collect::<Result<_, Fault>>()?,
        funnels: funnels.collect::<Result<_, Fault>>()?,
        in_flight: super::in_flight::read(plan, &campaigns, &events)?,
        points: reader.scoring()?,
        checks: Vec::new(),
        run_at_most: run_at_most(plan)?,
        baseline: None,
        campaigns,
        tests: Vec::new(),
    })
}

fn run_at_most(plan: &wire::Plan) -> Result<Vec<(Bounded, u64)>, Fault> {
    let bound = |(name, most): (&String, &u64)| Ok((of(name, Bounded::of)?, *most));
    let mut bounds = plan.run_at_most.iter().map(bound).collect::<Result<Vec<_>, Fault>>()?;
    bounds.sort_unstable();
    Ok(bounds)
}

pub(super) struct Reader<'a> {
    pub(super) plan: &'a wire::Plan,
    pub(super) events: &'a [EventType],
    /// The event in whose `where` we are.
    pub(super) properties_of: Option<EventId>,
}

impl Reader<'_> {
    /// The same inside `where` of an event.
    pub(super) fn asking(&self, event: EventId) -> Self {
        Self { properties_of: Some(event), ..*self }
    }

    fn contacts(&self) -> Result<Contacts, Fault> {
        let written = &self.plan.contacts;
        let mut channels: [ChannelRules; 3] = Default::default();
        for (name, rules) in &written.channels {
            channels[channel(name)? as usize] = self.channel(rules)?;
        }
        let fields = written.fields.iter().map(|(id, field)| read_field(id, field));
        let role = |name: &Option<String>| name.as_ref().map(|name| key(&written.fields, "field", name)).transpose();
        let tag = |id: &String| Tag { id: id.clone(), span: Span::NOWHERE };
        Ok(Contacts {
            key: written.key.clone(),
            span: Span::NOWHERE,
            tags: Tags {
                open: written.tags.open,
                names: sorted(&written.tags.values, "tags")?.iter().map(tag).collect(),
                column: written.tags.column.clone(),
                separator: written.tags.separator.clone(),
            },
            points: Points { column: written.points.clone() },
            missing: sorted(&written.missing, "words for no value")?.to_vec(),
            fields: fields.collect::<Result<_, Fault>>()?,
            channels,
            timezone: role(&written.timezone)?,
            language: role(&written.language)?,
            owner: role(&written.owner)?,
            preferred_channel: role(&written.preferred_channel)?,
            on_bad_value: match written.on_bad_value {
                wire::OnBadValue::Fail => BadValue::Fail,
                wire::OnBadValue::Missing => BadValue::Missing,
                wire::OnBadValue::SkipContact { at_most } => BadValue::SkipContact { at_most },
            },
        })
    }

    fn scoring(&self) -> Result<Scoring, Fault> {
        let written = &self.plan.points;
        let group = |(id, column): (&String, &String)| PointGroup {
            id: id.clone(),
            span: Span::NOWHERE,
            column: column.clone(),
        };
        let rules = written.rules.iter().map(|(id, rule)| {
            Ok(PointRule {
                id: id.clone(),
                span: Span::NOWHERE,
                about: About::default(),
                each: Some(self.pattern(&rule.each)?),
                give: self.give(&rule.give)?,
                publish: publish(&rule.publish)?,
            })
        });
        let rules = rules.collect::<Result<_, Fault>>()?;
        Ok(Scoring { groups: written.groups.iter().map(group).collect(), rules })
    }

    fn give(&self, written: &wire::Give) -> Result<Give, Fault> {
        Ok(Give { points: written.points, group: self.group(written.group.as_ref())? })
    }

    fn group(&self, name: Option<&String>) -> Result<Option<GroupId>, Fault> {
        name.map(|name| key(&self.plan.points.groups, "group of points", name)).transpose()
    }

    fn companies(&self, written: &wire::Companies) -> Result<Companies, Fault> {
        let fields = written.fields.iter().map(|(id, field)| read_field(id, field));
        Ok(Companies {
            key: written.key.clone(),
            span: Span::NOWHERE,
            contact_field: Some(key(&self.plan.contacts.fields, "field", &written.contact_field)?),
            missing: sorted(&written.missing, "words for no value")?.to_vec(),
            fields: fields.collect::<Result<_, Fault>>()?,
        })
    }

    fn channel(&self, rules: &wire::Channel) -> Result<ChannelRules, Fault> {
        let address =
            rules.address.as_ref().map(|field| key(&self.plan.contacts.fields, "field", field)).transpose()?;
        let consent = rules.consent.as_ref().map(|consent| self.condition(consent)).transpose()?;
        Ok(ChannelRules {
            address,
            consent,
            do_not_contact: rules.do_not_contact.clone(),
            may_lack_do_not_contact: rules.do_not_contact_default.is_some(),
            limit: rules.limit.as_ref().map(content::read_limit).transpose()?,
            hours: steps::windows(rules.hours.as_ref())?,
            hours_span: None,
        })
    }

    fn stage(&self, name: &str) -> Result<StageRef, Fault> {
        let (funnel, stage) = name.split_once('/').ok_or_else(|| unknown("stage", name))?;
        let funnel_id = key(&self.plan.funnels, "funnel", funnel)?;
        Ok(StageRef { funnel: funnel_id, stage: key(&self.plan.funnels[funnel].stages, "stage", stage)? })
    }

    fn tag(&self, name: &str) -> Result<crate::model::TagId, Fault> {
        let found = self.plan.contacts.tags.values.binary_search_by(|tag| tag.as_str().cmp(name));
        found.map(Id::from_index).map_err(|_| unknown("tag", name))
    }

    pub(super) fn condition(&self, written: &wire::Condition) -> Result<Condition, Fault> {
        let list = |list: &[wire::Condition]| list.iter().map(|inner| self.condition(inner)).collect::<Result<_, _>>();
        let kind = match written {
            wire::Condition { all: Some(inner), .. } => ConditionKind::All(list(inner)?),
            wire::Condition { any: Some(inner), .. } => ConditionKind::Any(list(inner)?),
            wire::Condition { not: Some(inner), .. } => ConditionKind::Not(Box::new(self.condition(inner)?)),
            wire::Condition { field: Some(field), .. } => self.field_condition(field, written)?,
            wire::Condition { company: Some(field), .. } => self.company_condition(field, written)?,
            wire::Condition { tag: Some(tag), .. } => ConditionKind::Tag(self.tag(tag)?),
            wire::Condition { tags: Some(word), .. } => {
                let test = FieldTest::Exists(of(word, TagsHeld::of)? == TagsHeld::Any);
                ConditionKind::Field { subject: Subject::Tags, test }
            }
            wire::Condition { stage: Some(stage), for_, .. } => {
                ConditionKind::Stage { stage: self.stage(stage)?, at_least: for_.as_deref().map(length).transpose()? }
            }
            wire::Condition { reached: Some(stage), .. } => ConditionKind::Reached(self.stage(stage)?),
            wire::Condition { in_funnel: Some(funnel), .. } => {
                ConditionKind::InFunnel(key(&self.plan.funnels, "funnel", funnel)?)
            }
            wire::Condition { segment: Some(segment), .. } => {
                ConditionKind::Segment(key(&self.plan.segments, "segment", segment)?)
            }
            wire::Condition { reachable: Some(name), .. } => ConditionKind::Reachable(channel(name)?),
            wire::Condition { campaign: Some(campaign), state, .. } => ConditionKind::Campaign {
                campaign: key(&self.plan.campaigns, "campaign", campaign)?,
                state: state.as_deref().map(|state| of(state, CampaignState::of)).transpose()?,
            },
            wire::Condition { event: Some(_), .. } => self.event_test(written)?,
            wire::Condition { property: Some(property), .. } => self.property_condition(property, written)?,
            _ => return Err("a condition asks nothing".to_owned()),
        };
        Ok(Condition { span: Span::NOWHERE, kind })
    }

    fn field_condition(&self, name: &str, written: &wire::Condition) -> Result<ConditionKind, Fault> {
        let (subject, type_) = if name == "points" {
            (Subject::Points, FieldType::Integer)
        } else if let Some(group) = name.strip_prefix("points/") {
            let group = key(&self.plan.points.groups, "group of points", group)?;
            (Subject::Group(group), FieldType::Integer)
        } else {
            let field = key(&self.plan.contacts.fields, "field", name)?;
            (Subject::Field(field), field_type(&self.plan.contacts.fields[name])?)
        };
        Ok(ConditionKind::Field { subject, test: test_of(name, &type_, written)? })
    }

    fn company_condition(&self, name: &str, written: &wire::Condition) -> Result<ConditionKind, Fault> {
        let companies = self.plan.companies.as_ref().ok_or("a condition asks companies, but there are none")?;
        let field = key(&companies.fields, "company field", name)?;
        let type_ = field_type(&companies.fields[name])?;
        Ok(ConditionKind::Field { subject: Subject::Company(field), test: test_of(name, &type_, written)? })
    }

    fn funnel(&self, name: &str, written: &wire::Funnel) -> Result<Funnel, Fault> {
        let stage = |id: &String| key::<_, StageId>(&written.stages, "stage", id);
        let place = written.place.iter().map(|rule| {
            let to = rule.to.as_ref().ok_or("a rule of `place` names no stage")?;
            Ok(PlaceRule { stage: stage(to)?, span: Span::NOWHERE, when: self.condition(&rule.when)? })
        });
        let stages = written.stages.iter().map(|(id, body)| self.stage_body(written, id, body));
        Ok(Funnel {
            id: name.to_owned(),
            span: Span::NOWHERE,
            about: About::default(),
            priority: written.priority,
            column: written.column.clone(),
            audience: match &written.audience {
                None => None,
                Some(wire::Audience::Everyone) => Some(Audience::Everyone),
                Some(wire::Audience::Of(condition)) => Some(Audience::Of(self.condition(condition)?)),
            },
            entry: written.entry.as_ref().map(stage).transpose()?,
            entry_span: None,
            drops: written.on_audience_left.as_deref().map(|left| of(left, AudienceLeft::of)).transpose()?
                == Some(AudienceLeft::Leave),
            free: written.free,
            loose: written.order.as_deref().map(|order| of(order, Order::of)).transpose()? == Some(Order::Loose),
            publish: written.publish.as_ref().map(publish).transpose()?.unwrap_or_default(),
            place: place.collect::<Result<_, Fault>>()?,
            stages: stages.collect::<Result<_, Fault>>()?,
            broken: false,
        })
    }

    fn stage_body(&self, funnel: &wire::Funnel, id: &str, written: &wire::Stage) -> Result<Stage, Fault> {
        let converts = written.converts.iter().map(|rule| {
            let to = match &rule.to {
                None => Target::Next,
                Some(to) => Target::Stage(key(&funnel.stages, "stage", to)?),
            };
            Ok(Conversion { span: Span::NOWHERE, when: self.condition(&rule.when)?, to })
        });
        let back_to = written.back_to.iter().map(|to| Ok((key(&funnel.stages, "stage", to)?, Span::NOWHERE)));
        Ok(Stage {
            id: id.to_owned(),
            span: Span::NOWHERE,
            about: About::default(),
            color: None,
            criteria: Vec::new(),
            weight: Some(written.weight),
            weight_span: Span::NOWHERE,
            value: written.value.clone(),
            converts: converts.collect::<Result<_, Fault>>()?,
            experiences: written.experiences.iter().map(|it| self.experience(it)).collect::<Result<_, Fault>>()?,
            back_to: back_to.collect::<Result<_, Fault>>()?,
            is_final: written.final_,
            publish: publish(&written.publish)?,
            broken: false,
        })
    }

    fn experience(&self, written: &wire::Experience) -> Result<Experience, Fault> {
        Ok(Experience {
            id: written.id.clone(),
            span: Span::NOWHERE,
            about: About::default(),
            content: key(&self.plan.content, "content", &written.content)?,
            content_span: Span::NOWHERE,
            when: written.when.as_ref().map(|when| self.condition(when)).transpose()?,
            publish: written.publish.as_ref().map(publish).transpose()?.unwrap_or_default(),
        })
    }
}

/// The test of a field or property.
pub(super) fn test_of(name: &str, type_: &FieldType, written: &wire::Condition) -> Result<FieldTest, Fault> {
    match (written.exists, &written.operator) {
        (Some(exists), _) => Ok(FieldTest::Exists(exists)),
        (None, Some(operator)) => field_test(type_, operator, &written.operands)
            .map_err(|fault| format!("the condition on `{name}`: {fault}")),
        (None, None) => Err(format!("the condition on `{name}` compares nothing")),
    }
}

/// The id of a name in a sorted map.
pub(super) fn key<T, I: Id>(map: &BTreeMap<String, T>, kind: &str, name: &str) -> Result<I, Fault> {
    map.keys().position(|id| id == name).map(I::from_index).ok_or_else(|| unknown(kind, name))
}

pub(super) fn unknown(kind: &str, name: &str) -> Fault {
    format!("there is no {kind} `{name}`")
}

/// What a word of the language stands for.
pub(super) fn of<T>(text: &str, meaning: impl Fn(&str) -> Option<T>) -> Result<T, Fault> {
    meaning(text).ok_or_else(|| format!("`{text}` is not understood"))
}

pub(super) fn sorted<'a>(values: &'a [String], what: &str) -> Result<&'a [String], Fault> {
    if values.is_sorted() { Ok(values) } else { Err(format!("the {what} are not sorted")) }
}

pub(super) fn length(text: &str) -> Result<Duration, Fault> {
    Duration::parse(text, Sign::Positive).map_err(|fault| format!("`{text}`: {fault}"))
}

pub(super) fn channel(name: &str) -> Result<Channel, Fault> {
    Channel::of(name).ok_or_else(|| unknown("channel", name))
}

pub(super) fn publish(written: &wire::Publish) -> Result<Publish, Fault> {
    let end = |moment: &Option<String>| moment.as_deref().map(Moment::parse).transpose();
    Ok(Publish { published: written.published, from: end(&written.from)?, until: end(&written.until)? })
}
