//! The plan's file form back to a model: the inverse of `write`, for files that may have been edited by hand or made by something else, so every name and word is checked.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use rust_decimal::Decimal;

use super::wire;
use crate::model::calendar::Sign;
use crate::model::contacts::Tag;
use crate::model::ids::Id;
use crate::model::{
    About, Audience, BadValue, Campaign, Channel, ChannelRules, ChoiceId, Condition, ConditionKind, Contacts, Content,
    ContentKind, Conversion, DateTest, Duration, Enter, Existing, Field, FieldTest, FieldType, Funnel, IfPast, Model,
    Moment, NewValue, NumberTest, OnLeave, Once, Outcome, Period, PlaceRule, Points, Publish, Segment, Stage, StageId,
    StageRef, Step, StepId, StepKind, Subject, Tags, Target, TextTest, Until, Value, When,
};
use crate::source::Span;

/// What is wrong with a plan, in a few words.
pub(super) type Fault = String;

/// The model of a plan.
pub(super) fn model(plan: &wire::Plan) -> Result<Model, Fault> {
    let reader = Reader(plan);
    let content = plan.content.iter().map(|(id, content)| read_content(id, content));
    let segments = plan.segments.iter().map(|(id, condition)| {
        let condition = reader.condition(condition)?;
        Ok(Segment { id: id.clone(), span: Span::NOWHERE, about: About::default(), condition })
    });
    let funnels = plan.funnels.iter().map(|(id, funnel)| reader.funnel(id, funnel));
    let campaigns = plan.campaigns.iter().map(|(id, campaign)| reader.campaign(id, campaign));
    jiff::tz::TimeZone::get(&plan.timezone).map_err(|_| format!("there is no time zone `{}`", plan.timezone))?;
    if plan.every_seconds == 0 {
        return Err("`every-seconds` is 0".to_owned());
    }
    Ok(Model {
        project: None,
        timezone: plan.timezone.clone(),
        every: plan.every_seconds,
        contacts: reader.contacts()?,
        content: content.collect::<Result<_, Fault>>()?,
        segments: segments.collect::<Result<_, Fault>>()?,
        funnels: funnels.collect::<Result<_, Fault>>()?,
        campaigns: campaigns.collect::<Result<_, Fault>>()?,
    })
}

struct Reader<'a>(&'a wire::Plan);

impl Reader<'_> {
    fn contacts(&self) -> Result<Contacts, Fault> {
        let written = &self.0.contacts;
        let mut channels: [ChannelRules; 3] = Default::default();
        for (name, rules) in &written.channels {
            let channel = Channel::ALL.into_iter().find(|channel| channel.word() == name);
            let channel = channel.ok_or_else(|| unknown("channel", name))?;
            channels[channel as usize] = self.channel(rules)?;
        }
        let fields = written.fields.iter().map(|(id, field)| read_field(id, field));
        let tag = |id: &String| Tag { id: id.clone(), span: Span::NOWHERE };
        Ok(Contacts {
            key: written.key.clone(),
            span: Span::NOWHERE,
            tags: Tags {
                open: written.tags.open,
                names: sorted(&written.tags.values)?.iter().map(tag).collect(),
                column: written.tags.column.clone(),
                separator: written.tags.separator.clone(),
            },
            points: Points { column: written.points.clone() },
            fields: fields.collect::<Result<_, Fault>>()?,
            channels,
            on_bad_value: match written.on_bad_value {
                wire::OnBadValue::Fail => BadValue::Fail,
                wire::OnBadValue::Missing => BadValue::Missing,
            },
        })
    }

    fn channel(&self, rules: &wire::Channel) -> Result<ChannelRules, Fault> {
        let address = rules.address.as_ref().map(|field| key(&self.0.contacts.fields, "field", field)).transpose()?;
        let consent = rules.consent.as_ref().map(|consent| self.condition(consent)).transpose()?;
        Ok(ChannelRules { address, consent, do_not_contact: rules.do_not_contact.clone() })
    }

    fn stage(&self, name: &str) -> Result<StageRef, Fault> {
        let (funnel, stage) = name.split_once('/').ok_or_else(|| unknown("stage", name))?;
        let funnel_id = key(&self.0.funnels, "funnel", funnel)?;
        Ok(StageRef { funnel: funnel_id, stage: key(&self.0.funnels[funnel].stages, "stage", stage)? })
    }

    fn tag(&self, name: &str) -> Result<crate::model::TagId, Fault> {
        let found = self.0.contacts.tags.values.binary_search_by(|tag| tag.as_str().cmp(name));
        found.map(Id::from_index).map_err(|_| unknown("tag", name))
    }

    fn condition(&self, written: &wire::Condition) -> Result<Condition, Fault> {
        let list = |list: &[wire::Condition]| list.iter().map(|inner| self.condition(inner)).collect::<Result<_, _>>();
        let kind = match written {
            wire::Condition { all: Some(inner), .. } => ConditionKind::All(list(inner)?),
            wire::Condition { any: Some(inner), .. } => ConditionKind::Any(list(inner)?),
            wire::Condition { not: Some(inner), .. } => ConditionKind::Not(Box::new(self.condition(inner)?)),
            wire::Condition { field: Some(field), .. } => self.field_condition(field, written)?,
            wire::Condition { tag: Some(tag), .. } => ConditionKind::Tag(self.tag(tag)?),
            wire::Condition { stage: Some(stage), for_, .. } => {
                ConditionKind::Stage { stage: self.stage(stage)?, at_least: for_.as_deref().map(length).transpose()? }
            }
            wire::Condition { reached: Some(stage), .. } => ConditionKind::Reached(self.stage(stage)?),
            wire::Condition { in_funnel: Some(funnel), .. } => {
                ConditionKind::InFunnel(key(&self.0.funnels, "funnel", funnel)?)
            }
            wire::Condition { segment: Some(segment), .. } => {
                ConditionKind::Segment(key(&self.0.segments, "segment", segment)?)
            }
            _ => return Err("a condition asks nothing".to_owned()),
        };
        Ok(Condition { span: Span::NOWHERE, kind })
    }

    fn field_condition(&self, name: &str, written: &wire::Condition) -> Result<ConditionKind, Fault> {
        let (subject, type_) = if name == "points" {
            (Subject::Points, FieldType::Integer)
        } else {
            let field = key(&self.0.contacts.fields, "field", name)?;
            (Subject::Field(field), field_type(&self.0.contacts.fields[name])?)
        };
        let test = match (written.exists, &written.operator) {
            (Some(exists), _) => FieldTest::Exists(exists),
            (None, Some(operator)) => field_test(&type_, operator, &written.operands)
                .map_err(|fault| format!("the condition on `{name}`: {fault}"))?,
            (None, None) => return Err(format!("the condition on `{name}` compares nothing")),
        };
        Ok(ConditionKind::Field { subject, test })
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
            free: written.free,
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
            back_to: back_to.collect::<Result<_, Fault>>()?,
            is_final: written.final_,
            publish: publish(&written.publish)?,
            broken: false,
        })
    }

    fn campaign(&self, id: &str, written: &wire::Campaign) -> Result<Campaign, Fault> {
        let enter = written.enter.iter().map(|enter| match enter {
            wire::Enter::When(condition) => Ok(Enter::Condition(self.condition(condition)?)),
            wire::Enter::Entered(stage) => Ok(Enter::Entered { stage: self.stage(stage)?, span: Span::NOWHERE }),
        });
        let condition = |written: &Option<wire::Condition>| written.as_ref().map(|c| self.condition(c)).transpose();
        Ok(Campaign {
            id: id.to_owned(),
            span: Span::NOWHERE,
            about: About::default(),
            priority: written.priority,
            publish: publish(&written.publish)?,
            enter: enter.collect::<Result<_, Fault>>()?,
            reenter: written.reenter.as_deref().map(length).transpose()?,
            on_leave: Some(word(&written.on_leave, [("exit", OnLeave::Exit), ("stay", OnLeave::Stay)])?),
            existing: word(&written.existing, [("enter", Existing::Enter), ("skip", Existing::Skip)])?,
            goal: condition(&written.goal)?,
            exit_when: condition(&written.exit_when)?,
            steps: self.steps(&written.steps, &mut 0)?,
            broken: false,
        })
    }

    fn steps(&self, written: &[wire::Step], next: &mut usize) -> Result<Vec<Step>, Fault> {
        let step = |step: &wire::Step| {
            let id = StepId::from_index(*next);
            *next += 1;
            let kind = self.verb(&step.verb, next).map_err(|fault| format!("the step `{}`: {fault}", step.name))?;
            Ok(Step { id, name: step.name.clone(), named: step.named, span: Span::NOWHERE, kind })
        };
        written.iter().map(step).collect()
    }

    fn verb(&self, verb: &wire::Verb, next: &mut usize) -> Result<StepKind, Fault> {
        let field = |name: &str| key(&self.0.contacts.fields, "field", name);
        Ok(match verb {
            wire::Verb::Send { content, once: often, transactional } => StepKind::Send {
                content: key(&self.0.content, "content", content)?,
                once: once(often)?,
                transactional: *transactional,
            },
            wire::Verb::Move(stage) => StepKind::Move(self.stage(stage)?),
            wire::Verb::Leave(funnel) => StepKind::Leave(key(&self.0.funnels, "funnel", funnel)?),
            wire::Verb::AddTag(tag) => StepKind::AddTag(self.tag(tag)?),
            wire::Verb::RemoveTag(tag) => StepKind::RemoveTag(self.tag(tag)?),
            wire::Verb::Points(points) => StepKind::Points(*points),
            wire::Verb::Set { field: name, to } => {
                StepKind::Set { field: field(name)?, to: new_value(&self.0.contacts.fields[name], to)? }
            }
            wire::Verb::Clear(name) => StepKind::Clear(field(name)?),
            wire::Verb::Wait(text) => StepKind::Wait(length(text)?),
            wire::Verb::WaitUntil { moment, if_past } => {
                StepKind::WaitUntil { until: Until::Moment(Moment::parse(moment)?), if_past: past(if_past)? }
            }
            wire::Verb::WaitUntilField { field: name, offset, if_past } => {
                let until = Until::Field { field: field(name)?, offset: Duration::parse(offset, Sign::Any)? };
                StepKind::WaitUntil { until, if_past: past(if_past)? }
            }
            wire::Verb::If { when, then, r#else } => {
                let when = self.condition(when)?;
                let then = self.steps(then, next)?;
                StepKind::If { when, then, otherwise: self.steps(r#else, next)? }
            }
            wire::Verb::Exit(outcome) => StepKind::Exit(word(
                outcome,
                [("completed", Outcome::Completed), ("exited", Outcome::Exited), ("converted", Outcome::Converted)],
            )?),
        })
    }
}

/// The id of a name in a sorted map.
fn key<T, I: Id>(map: &BTreeMap<String, T>, kind: &str, name: &str) -> Result<I, Fault> {
    map.keys().position(|id| id == name).map(I::from_index).ok_or_else(|| unknown(kind, name))
}

fn unknown(kind: &str, name: &str) -> Fault {
    format!("there is no {kind} `{name}`")
}

fn word<T: Copy, const N: usize>(text: &str, known: [(&str, T); N]) -> Result<T, Fault> {
    let found = known.iter().find(|(word, _)| *word == text);
    found.map(|(_, meaning)| *meaning).ok_or_else(|| format!("`{text}` is not understood"))
}

fn sorted(values: &[String]) -> Result<&[String], Fault> {
    if values.is_sorted() { Ok(values) } else { Err("the tags are not sorted".to_owned()) }
}

fn length(text: &str) -> Result<Duration, Fault> {
    Duration::parse(text, Sign::Positive).map_err(|fault| format!("`{text}`: {fault}"))
}

fn past(text: &str) -> Result<IfPast, Fault> {
    word(text, [("continue", IfPast::Continue), ("exit", IfPast::Exit), ("skip", IfPast::Skip)])
}

fn once(text: &str) -> Result<Once, Fault> {
    match text.strip_prefix("after ") {
        Some(text) => length(text).map(Once::After),
        None => word(text, [("entry", Once::Entry), ("ever", Once::Ever)]),
    }
}

fn publish(written: &wire::Publish) -> Result<Publish, Fault> {
    let end = |moment: &Option<String>| moment.as_deref().map(Moment::parse).transpose();
    Ok(Publish { published: written.published, from: end(&written.from)?, until: end(&written.until)? })
}

fn read_content(id: &str, content: &wire::Content) -> Result<Content, Fault> {
    Ok(Content {
        id: id.to_owned(),
        span: Span::NOWHERE,
        about: About::default(),
        kind: Some(content_kind(&content.kind)?),
        once: once(&content.once)?,
        transactional: content.transactional,
        publish: publish(&content.publish)?,
    })
}

fn content_kind(text: &str) -> Result<ContentKind, Fault> {
    word(text, ContentKind::ALL.map(|kind| (kind.word(), kind)))
}

fn field_type(written: &wire::Field) -> Result<FieldType, Fault> {
    let values = || written.values.clone().ok_or("the choices are missing".to_owned());
    Ok(match written.type_.as_str() {
        "text" => FieldType::Text { match_case: written.match_case.unwrap_or_default() },
        "email" => FieldType::Email,
        "integer" => FieldType::Integer,
        "number" => FieldType::Number,
        "boolean" => FieldType::Boolean,
        "date" => FieldType::Date,
        "datetime" => FieldType::Datetime,
        "choice" => FieldType::Choice(values()?),
        "choices" => FieldType::Choices {
            values: values()?,
            separator: written.separator.clone().ok_or("the separator is missing")?,
        },
        other => return Err(unknown("type", other)),
    })
}

fn read_field(id: &str, written: &wire::Field) -> Result<Field, Fault> {
    let value = |operand: &Option<wire::Operand>| operand.as_ref().map(|operand| value(written, operand)).transpose();
    Ok(Field {
        id: id.to_owned(),
        span: Span::NOWHERE,
        description: None,
        column: written.column.clone(),
        type_: Some(field_type(written)?),
        required: written.required,
        default: value(&written.default)?,
        min: value(&written.min)?,
        max: value(&written.max)?,
    })
}

fn value(field: &wire::Field, operand: &wire::Operand) -> Result<Value, Fault> {
    let type_ = field_type(field)?;
    Ok(match (type_, operand) {
        (FieldType::Choices { values, .. }, wire::Operand::Many(words)) => Value::Choices(choices(&values, words)?),
        (FieldType::Text { .. } | FieldType::Email, wire::Operand::One(text)) => Value::Text(text.clone()),
        (FieldType::Integer, wire::Operand::One(text)) => Value::Integer(parsed(text)?),
        (FieldType::Number, wire::Operand::One(text)) => Value::Number(parsed(text)?),
        (FieldType::Boolean, wire::Operand::One(text)) => Value::Boolean(parsed(text)?),
        (FieldType::Date, wire::Operand::One(text)) => Value::Date(parsed(text)?),
        (FieldType::Datetime, wire::Operand::One(text)) => Value::Datetime(Moment::parse(text)?),
        (FieldType::Choice(values), wire::Operand::One(text)) => Value::Choice(choice(&values, text)?),
        (_, operand) => return Err(format!("{operand:?} is no value of the type `{}`", field.type_)),
    })
}

fn new_value(field: &wire::Field, to: &wire::NewValue) -> Result<NewValue, Fault> {
    Ok(match to {
        wire::NewValue::Value(operand) => NewValue::Value(value(field, operand)?),
        wire::NewValue::Add(number) => NewValue::Add(parsed(number)?),
        wire::NewValue::Today => NewValue::Today,
        wire::NewValue::Now => NewValue::Now,
    })
}

fn parsed<T: FromStr<Err: Display>>(text: &str) -> Result<T, Fault> {
    text.parse().map_err(|error| format!("`{text}`: {error}"))
}

fn choice(values: &[String], text: &str) -> Result<ChoiceId, Fault> {
    values.iter().position(|value| value == text).map(ChoiceId::from_index).ok_or_else(|| unknown("choice", text))
}

fn choices(values: &[String], words: &[String]) -> Result<Vec<ChoiceId>, Fault> {
    words.iter().map(|word| choice(values, word)).collect()
}

fn field_test(type_: &FieldType, operator: &str, operands: &[String]) -> Result<FieldTest, Fault> {
    let first = operands.first().ok_or("the operand is missing")?;
    let negated = operator == "not-in";
    Ok(match (type_, operator) {
        (FieldType::Boolean, "in" | "not-in") => FieldTest::Boolean { is: parsed(first)?, negated },
        (FieldType::Choice(values), "in" | "not-in") => {
            FieldTest::Choice { values: choices(values, operands)?, negated }
        }
        (FieldType::Choices { values, .. }, "has-any") => FieldTest::HasAny(choices(values, operands)?),
        (FieldType::Choices { values, .. }, "has-all") => FieldTest::HasAll(choices(values, operands)?),
        (FieldType::Choices { values, .. }, "has-none") => FieldTest::HasNone(choices(values, operands)?),
        (FieldType::Text { .. } | FieldType::Email, _) => FieldTest::Text(text_test(operator, operands, first)?),
        (FieldType::Integer | FieldType::Number, _) => FieldTest::Number(number_test(operator, operands)?),
        (FieldType::Date | FieldType::Datetime, _) => FieldTest::Date(date_test(operator, operands, first)?),
        (_, operator) => return Err(format!("`{operator}` does not go with the type `{}`", type_.word())),
    })
}

fn text_test(operator: &str, operands: &[String], first: &str) -> Result<TextTest, Fault> {
    Ok(match operator {
        "in" | "not-in" => TextTest::In { values: operands.to_vec(), negated: operator == "not-in" },
        "contains" => TextTest::Contains(first.to_owned()),
        "starts-with" => TextTest::StartsWith(first.to_owned()),
        "ends-with" => TextTest::EndsWith(first.to_owned()),
        other => return Err(unknown("operator", other)),
    })
}

fn number_test(operator: &str, operands: &[String]) -> Result<NumberTest, Fault> {
    let values: Vec<Decimal> = operands.iter().map(|text| parsed(text)).collect::<Result<_, _>>()?;
    Ok(match (operator, values.as_slice()) {
        ("in" | "not-in", _) => NumberTest::In { values, negated: operator == "not-in" },
        ("at-least", [number]) => NumberTest::AtLeast(*number),
        ("at-most", [number]) => NumberTest::AtMost(*number),
        ("more-than", [number]) => NumberTest::MoreThan(*number),
        ("less-than", [number]) => NumberTest::LessThan(*number),
        ("between", [first, second]) => NumberTest::Between(*first, *second),
        (other, _) => return Err(unknown("operator", other)),
    })
}

fn date_test(operator: &str, operands: &[String], first: &str) -> Result<DateTest, Fault> {
    match operator {
        "within" => return length(first).map(DateTest::Within),
        "within-next" => return length(first).map(DateTest::WithinNext),
        "during" => return Period::parse(first).map(DateTest::During).ok_or_else(|| unknown("period", first)),
        _ => {}
    }
    let values: Vec<When> = operands.iter().map(|text| When::parse(text)).collect::<Result<_, _>>()?;
    Ok(match (operator, values.as_slice()) {
        ("in" | "not-in", _) => DateTest::In { values, negated: operator == "not-in" },
        ("between", [first, second]) => DateTest::Between(*first, *second),
        ("before", [when]) => DateTest::Before(*when),
        ("after", [when]) => DateTest::After(*when),
        ("since", [when]) => DateTest::Since(*when),
        ("until", [when]) => DateTest::Until(*when),
        (other, _) => return Err(unknown("operator", other)),
    })
}
