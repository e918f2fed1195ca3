//! A model to the plan's file form; whatever the language leaves out is written out here.

mod steps;

use super::{call, content, wire};
use crate::language::{AudienceLeft, Operator, Order, TagsHeld};
use crate::model::ids::Id;
use crate::model::{
    Audience, BadValue, Channel, ChoiceId, Companies, CompanyFieldId, Condition, ConditionKind,
    Contacts, Experience, Field, FieldId, FieldTest, FieldType, Funnel, Give, GroupId, Model,
    NewValue, Publish, Scoring, Stage, StageRef, Subject, Target, Value,
};

/// The plan's file form.
pub(super) fn plan(model: &Model) -> wire::Plan {
    let names = Names(model);
    let funnels = model
        .funnels
        .values()
        .map(|funnel| (funnel.id.clone(), names.funnel(funnel)));
    let campaigns = model
        .campaigns
        .values()
        .map(|campaign| (campaign.id.clone(), names.campaign(campaign)));
    let (moved, removed) = super::in_flight::written(model);
    wire::Plan {
        timezone: model.timezone.clone(),
        every_seconds: model.every,
        contacts: names.contacts(&model.contacts),
        companies: model
            .companies
            .as_ref()
            .and_then(|companies| names.companies(companies)),
        content: model
            .content
            .values()
            .map(|content| (content.id.clone(), content::written(model, content)))
            .collect(),
        events: names.events(),
        destinations: model
            .destinations
            .values()
            .filter_map(call::destination)
            .collect(),
        segments: model
            .segments
            .values()
            .map(|s| (s.id.clone(), names.condition(&s.condition)))
            .collect(),
        members: model
            .segments
            .values()
            .filter_map(content::members)
            .collect(),
        funnels: funnels.collect(),
        points: names.scoring(&model.points),
        campaigns: campaigns.collect(),
        run_at_most: model
            .run_at_most
            .iter()
            .map(|(what, most)| (what.word().to_owned(), *most))
            .collect(),
        moved,
        removed,
    }
}

/// A condition as canonical JSON: the same question, the same text, in every plan.
pub(crate) fn condition_json(model: &Model, condition: &Condition) -> String {
    serde_json::to_string(&condition_form(model, condition))
        .expect("maps with text keys always serialise")
}

/// A condition in the plan's file form.
pub(super) fn condition_form(model: &Model, condition: &Condition) -> wire::Condition {
    Names(model).condition(condition)
}

pub(super) struct Names<'a>(pub(super) &'a Model);

impl Names<'_> {
    fn stage(&self, stage: StageRef) -> String {
        let funnel = &self.0.funnels[stage.funnel];
        format!("{}/{}", funnel.id, funnel.stages[stage.stage].id)
    }

    fn contacts(&self, contacts: &Contacts) -> wire::Contacts {
        let channels = Channel::ALL
            .into_iter()
            .zip(&contacts.channels)
            .map(|(channel, rules)| {
                let address = rules.address.map(|field| contacts.fields[field].id.clone());
                let consent = rules
                    .consent
                    .as_ref()
                    .map(|consent| self.condition(consent));
                let rules = wire::Channel {
                    address,
                    consent,
                    do_not_contact: rules.do_not_contact.clone(),
                    do_not_contact_default: rules.may_lack_do_not_contact.then_some(false),
                    limit: rules.limit.map(content::written_limit),
                    hours: steps::wire_windows(&rules.hours),
                };
                (channel.word().to_owned(), rules)
            });
        let field = |id: Option<FieldId>| id.map(|id| contacts.fields[id].id.clone());
        wire::Contacts {
            key: contacts.key.clone(),
            on_bad_value: match contacts.on_bad_value {
                BadValue::Fail => wire::OnBadValue::Fail,
                BadValue::Missing => wire::OnBadValue::Missing,
                BadValue::SkipContact { at_most } => wire::OnBadValue::SkipContact { at_most },
            },
            missing: contacts.missing.clone(),
            tags: wire::Tags {
                open: contacts.tags.open,
                values: contacts
                    .tags
                    .names
                    .values()
                    .map(|tag| tag.id.clone())
                    .collect(),
                column: contacts.tags.column.clone(),
                separator: contacts.tags.separator.clone(),
            },
            points: contacts.points.column.clone(),
            fields: contacts
                .fields
                .values()
                .filter_map(|field| Some((field.id.clone(), wire_field(field)?)))
                .collect(),
            channels: channels
                .filter(|(_, rules)| *rules != wire::Channel::default())
                .collect(),
            timezone: field(contacts.timezone),
            language: field(contacts.language),
            owner: field(contacts.owner),
            preferred_channel: field(contacts.preferred_channel),
        }
    }

    fn scoring(&self, scoring: &Scoring) -> wire::Scoring {
        let rules = scoring.rules.values().filter_map(|rule| {
            let each = self.pattern(rule.each.as_ref()?);
            let give = self.given(rule.give);
            Some((
                rule.id.clone(),
                wire::PointRule {
                    each,
                    give,
                    publish: publish(&rule.publish),
                },
            ))
        });
        let groups = scoring
            .groups
            .values()
            .map(|group| (group.id.clone(), group.column.clone()));
        wire::Scoring {
            groups: groups.collect(),
            rules: rules.collect(),
        }
    }

    fn given(&self, give: Give) -> wire::Give {
        wire::Give {
            points: give.points,
            group: give.group.map(|group| self.group(group)),
        }
    }

    fn group(&self, group: GroupId) -> String {
        self.0.points.groups[group].id.clone()
    }

    fn companies(&self, companies: &Companies) -> Option<wire::Companies> {
        let fields = companies
            .fields
            .values()
            .filter_map(|field| Some((field.id.clone(), wire_field(field)?)));
        Some(wire::Companies {
            key: companies.key.clone(),
            contact_field: self.0.contacts.fields[companies.contact_field?].id.clone(),
            missing: companies.missing.clone(),
            fields: fields.collect(),
        })
    }

    pub(super) fn condition(&self, condition: &Condition) -> wire::Condition {
        let list =
            |list: &[Condition]| Some(list.iter().map(|inner| self.condition(inner)).collect());
        let empty = wire::Condition::default;
        match &condition.kind {
            ConditionKind::All(inner) => wire::Condition {
                all: list(inner),
                ..empty()
            },
            ConditionKind::Any(inner) => wire::Condition {
                any: list(inner),
                ..empty()
            },
            ConditionKind::Not(inner) => wire::Condition {
                not: Some(Box::new(self.condition(inner))),
                ..empty()
            },
            ConditionKind::Field { subject, test } => self.field_condition(*subject, test),
            ConditionKind::Tag(tag) => wire::Condition {
                tag: Some(self.0.contacts.tags.names[*tag].id.clone()),
                ..empty()
            },
            ConditionKind::Stage { stage, at_least } => wire::Condition {
                stage: Some(self.stage(*stage)),
                for_: at_least.map(|length| length.to_string()),
                ..empty()
            },
            ConditionKind::Reached(stage) => wire::Condition {
                reached: Some(self.stage(*stage)),
                ..empty()
            },
            ConditionKind::InFunnel(funnel) => wire::Condition {
                in_funnel: Some(self.0.funnels[*funnel].id.clone()),
                ..empty()
            },
            ConditionKind::Segment(segment) => wire::Condition {
                segment: Some(self.0.segments[*segment].id.clone()),
                ..empty()
            },
            ConditionKind::Reachable(channel) => wire::Condition {
                reachable: Some(channel.word().to_owned()),
                ..empty()
            },
            ConditionKind::Campaign { campaign, state } => wire::Condition {
                campaign: Some(self.0.campaigns[*campaign].id.clone()),
                state: state.map(|state| state.word().to_owned()),
                ..empty()
            },
            ConditionKind::Event(test) => self.event_test(test),
            ConditionKind::Broken => empty(),
        }
    }

    fn field_condition(&self, subject: Subject, test: &FieldTest) -> wire::Condition {
        let (named, values) = match subject {
            Subject::Points => (
                wire::Condition {
                    field: Some("points".to_owned()),
                    ..wire::Condition::default()
                },
                &[][..],
            ),
            Subject::Tags => {
                let held = if *test == FieldTest::Exists(true) {
                    TagsHeld::Any
                } else {
                    TagsHeld::None
                };
                return wire::Condition {
                    tags: Some(held.word().to_owned()),
                    ..wire::Condition::default()
                };
            }
            Subject::Group(group) => {
                let field = Some(format!("points/{}", self.group(group)));
                (
                    wire::Condition {
                        field,
                        ..wire::Condition::default()
                    },
                    &[][..],
                )
            }
            Subject::Company(field) => {
                let field = self.company_field(field);
                let company = field.map(|field| field.id.clone());
                (
                    wire::Condition {
                        company,
                        ..wire::Condition::default()
                    },
                    field.map_or(&[][..], choices_of),
                )
            }
            Subject::Field(field) => {
                let field = &self.0.contacts.fields[field];
                (
                    wire::Condition {
                        field: Some(field.id.clone()),
                        ..wire::Condition::default()
                    },
                    choices_of(field),
                )
            }
            Subject::Property(event, property) => {
                let property = Some(self.0.events[event].properties[property].id.clone());
                (
                    wire::Condition {
                        property,
                        ..wire::Condition::default()
                    },
                    &[][..],
                )
            }
        };
        if let FieldTest::Exists(exists) = test {
            return wire::Condition {
                exists: Some(*exists),
                ..named
            };
        }
        let choice = |id: ChoiceId| values.get(id.index()).cloned().unwrap_or_default();
        let (operator, operands) = test.compared(choice).unzip();
        let operator = operator.map(|operator: Operator| operator.word().to_owned());
        wire::Condition {
            operator,
            operands: operands.unwrap_or_default(),
            ..named
        }
    }

    fn company_field(&self, field: CompanyFieldId) -> Option<&Field> {
        self.0
            .companies
            .as_ref()
            .map(|companies| &companies.fields[field])
    }

    fn funnel(&self, funnel: &Funnel) -> wire::Funnel {
        let audience = funnel.audience.as_ref().map(|audience| match audience {
            Audience::Everyone => wire::Audience::Everyone,
            Audience::Of(condition) => wire::Audience::Of(self.condition(condition)),
        });
        let place = funnel.place.iter().map(|rule| wire::Rule {
            when: self.condition(&rule.when),
            to: Some(funnel.stages[rule.stage].id.clone()),
        });
        wire::Funnel {
            priority: funnel.priority,
            column: funnel.column.clone(),
            audience,
            entry: funnel.entry.map(|entry| funnel.stages[entry].id.clone()),
            on_audience_left: funnel.drops.then(|| AudienceLeft::Leave.word().to_owned()),
            free: funnel.free,
            order: funnel.loose.then(|| Order::Loose.word().to_owned()),
            publish: window(&funnel.publish),
            place: place.collect(),
            stages: funnel
                .stages
                .values()
                .map(|stage| (stage.id.clone(), self.stage_body(funnel, stage)))
                .collect(),
        }
    }

    fn stage_body(&self, funnel: &Funnel, stage: &Stage) -> wire::Stage {
        let converts = stage.converts.iter().map(|conversion| wire::Rule {
            when: self.condition(&conversion.when),
            to: match conversion.to {
                Target::Next => None,
                Target::Stage(to) => Some(funnel.stages[to].id.clone()),
            },
        });
        wire::Stage {
            weight: stage.weight.unwrap_or_default(),
            value: stage.value.clone(),
            converts: converts.collect(),
            experiences: stage
                .experiences
                .iter()
                .map(|experience| self.experience(experience))
                .collect(),
            back_to: stage
                .back_to
                .iter()
                .map(|(to, _)| funnel.stages[*to].id.clone())
                .collect(),
            final_: stage.is_final,
            publish: publish(&stage.publish),
        }
    }

    fn experience(&self, experience: &Experience) -> wire::Experience {
        wire::Experience {
            id: experience.id.clone(),
            content: self.0.content[experience.content].id.clone(),
            when: experience.when.as_ref().map(|when| self.condition(when)),
            publish: window(&experience.publish),
        }
    }
}

pub(super) fn publish(publish: &Publish) -> wire::Publish {
    wire::Publish {
        published: publish.published,
        from: publish.from.map(|moment| moment.to_string()),
        until: publish.until.map(|moment| moment.to_string()),
    }
}

/// Of things that are most often published.
fn window(written: &Publish) -> Option<wire::Publish> {
    (*written != Publish::default()).then(|| publish(written))
}

fn wire_field(field: &Field) -> Option<wire::Field> {
    let type_ = field.type_.as_ref()?;
    let value = |value: &Option<Value>| {
        value
            .as_ref()
            .map(|value| operand(choices_of(field), value))
    };
    let mut written = wire::Field {
        type_: type_.word().to_owned(),
        column: field.column.clone(),
        required: field.required,
        default: value(&field.default),
        missing: field.missing.clone(),
        min: value(&field.min),
        max: value(&field.max),
        match_case: None,
        values: None,
        separator: None,
    };
    match type_ {
        FieldType::Text { match_case } => written.match_case = Some(*match_case),
        FieldType::Choice(values) => written.values = Some(values.clone()),
        FieldType::Choices { values, separator } => {
            written.values = Some(values.clone());
            written.separator = Some(separator.clone());
        }
        FieldType::Email | FieldType::Integer | FieldType::Number => {}
        FieldType::Boolean | FieldType::Date | FieldType::Datetime => {}
    }
    Some(written)
}

/// The choices of a field; none for other types.
fn choices_of(field: &Field) -> &[String] {
    match &field.type_ {
        Some(FieldType::Choice(values) | FieldType::Choices { values, .. }) => values,
        Some(
            FieldType::Text { .. } | FieldType::Email | FieldType::Integer | FieldType::Number,
        )
        | None => &[],
        Some(FieldType::Boolean | FieldType::Date | FieldType::Datetime) => &[],
    }
}

fn words(values: &[String], ids: &[ChoiceId]) -> Vec<String> {
    ids.iter()
        .filter_map(|id| values.get(id.index()).cloned())
        .collect()
}

/// A value of a field.
pub(super) fn operand_of(field: &Field, value: &Value) -> wire::Operand {
    operand(choices_of(field), value)
}

fn operand(values: &[String], value: &Value) -> wire::Operand {
    wire::Operand::One(match value {
        Value::Text(text) => text.clone(),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Boolean(flag) => flag.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Datetime(moment) => moment.to_string(),
        Value::Choice(id) => words(values, &[*id]).concat(),
        Value::Choices(ids) => return wire::Operand::Many(words(values, ids)),
    })
}

fn new_value(field: &Field, to: &NewValue) -> wire::NewValue {
    match to {
        NewValue::Value(value) => wire::NewValue::Value(operand(choices_of(field), value)),
        NewValue::Add(number) => wire::NewValue::Add(number.to_string()),
        NewValue::Today => wire::NewValue::Today,
        NewValue::Now => wire::NewValue::Now,
    }
}
