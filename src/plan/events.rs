//! Events in the plan's file form, there and back; a built-in event that nobody declares is not written.

use super::read::{Fault, Reader, key, length, unknown};
use super::values::{operand_value, parsed, type_of};
use super::wire;
use super::write::{Names, operand_of};
use crate::model::ids::Id;
use crate::model::{ConditionKind, EventId, EventPattern, EventTest, EventType, Property, Since, Update, UpdateChange};
use crate::source::Span;

impl Names<'_> {
    pub(super) fn events(&self) -> std::collections::BTreeMap<String, wire::Event> {
        let declared = self.0.events.values().filter(|event| event.declared);
        declared.map(|event| (event.id.clone(), self.event(event))).collect()
    }

    fn event(&self, event: &EventType) -> wire::Event {
        let own = event.properties.values().filter(|_| event.has_own_properties());
        let property = |property: &Property| Some((property.id.clone(), property.type_.as_ref()?.word().to_owned()));
        let updates = event.updates.iter().map(|update| {
            let field = &self.0.contacts.fields[update.field];
            let name = |property: crate::model::PropertyId| event.properties[property].id.clone();
            let change = match &update.change {
                UpdateChange::Add(number) => wire::UpdateChange::Add(number.to_string()),
                UpdateChange::AddProperty(property) => wire::UpdateChange::AddProperty(name(*property)),
                UpdateChange::Set(value) => wire::UpdateChange::Set(operand_of(field, value)),
                UpdateChange::SetProperty(property) => wire::UpdateChange::SetProperty(name(*property)),
                UpdateChange::SetEventTime => wire::UpdateChange::SetEventTime,
            };
            (field.id.clone(), change)
        });
        wire::Event {
            properties: own.filter_map(property).collect(),
            updates: updates.collect(),
            max_age: event.max_age.to_string(),
        }
    }

    /// `{ event, of, where }`.
    pub(super) fn pattern(&self, pattern: &EventPattern) -> wire::Condition {
        wire::Condition {
            event: Some(self.0.events[pattern.event].id.clone()),
            of: pattern.of.map(|content| self.0.content[content].id.clone()),
            where_: pattern.where_.as_ref().map(|inner| Box::new(self.condition(inner))),
            ..wire::Condition::default()
        }
    }

    pub(super) fn event_test(&self, test: &EventTest) -> wire::Condition {
        let (operator, operands) = test.test.compared();
        let event = &self.0.events[test.pattern.event];
        wire::Condition {
            sum: test.sum.map(|property| event.properties[property].id.clone()),
            within: test.within.map(|length| length.to_string()),
            since: (test.since != Since::Ever).then(|| test.since.word().to_owned()),
            operator: Some(operator.word().to_owned()),
            operands,
            ..self.pattern(&test.pattern)
        }
    }
}

/// All events of a plan: those that it declares among the built-in ones.
pub(super) fn read_events(plan: &wire::Plan) -> Result<Vec<EventType>, Fault> {
    let mut names: Vec<&str> = EventType::built_in().collect();
    names.extend(plan.events.keys().map(String::as_str));
    names.sort_unstable();
    names.dedup();
    let event = |name: &&str| match plan.events.get(*name) {
        Some(event) => read_event(plan, name, event).map_err(|fault| format!("the event `{name}`: {fault}")),
        None => Ok(EventType::undeclared(name)),
    };
    names.iter().map(event).collect()
}

fn read_event(plan: &wire::Plan, id: &str, written: &wire::Event) -> Result<EventType, Fault> {
    let mut event = EventType { declared: true, ..EventType::undeclared(id) };
    if event.has_own_properties() {
        let property = |(id, word): (&String, &String)| {
            Ok(Property { id: id.clone(), span: Span::NOWHERE, type_: Some(type_of(word)?) })
        };
        event.properties = written.properties.iter().map(property).collect::<Result<_, Fault>>()?;
    }
    event.max_age = length(&written.max_age)?;
    let property = |name: &String| event.property(name).ok_or_else(|| unknown("property", name));
    let update = |(name, change): (&String, &wire::UpdateChange)| {
        let field = key(&plan.contacts.fields, "field", name)?;
        let change = match change {
            wire::UpdateChange::Add(number) => UpdateChange::Add(parsed(number)?),
            wire::UpdateChange::AddProperty(name) => UpdateChange::AddProperty(property(name)?),
            wire::UpdateChange::Set(operand) => UpdateChange::Set(operand_value(&plan.contacts.fields[name], operand)?),
            wire::UpdateChange::SetProperty(name) => UpdateChange::SetProperty(property(name)?),
            wire::UpdateChange::SetEventTime => UpdateChange::SetEventTime,
        };
        Ok(Update { field, span: Span::NOWHERE, change })
    };
    event.updates = written.updates.iter().map(update).collect::<Result<_, Fault>>()?;
    Ok(event)
}

impl Reader<'_> {
    fn event(&self, name: &str) -> Result<EventId, Fault> {
        let found = self.events.iter().position(|event| event.id == name);
        found.map(Id::from_index).ok_or_else(|| unknown("event", name))
    }

    pub(super) fn pattern(&self, written: &wire::Condition) -> Result<EventPattern, Fault> {
        let event = self.event(written.event.as_deref().unwrap_or_default())?;
        let of = written.of.as_ref().map(|content| key(&self.plan.content, "content", content)).transpose()?;
        let inside = self.asking(event);
        let where_ = written.where_.as_ref().map(|inner| inside.condition(inner)).transpose()?;
        Ok(EventPattern { span: Span::NOWHERE, event, of, where_: where_.map(Box::new) })
    }

    pub(super) fn event_test(&self, written: &wire::Condition) -> Result<ConditionKind, Fault> {
        let pattern = self.pattern(written)?;
        let event = &self.events[pattern.event.index()];
        let property = |name: &String| event.property(name).ok_or_else(|| unknown("property", name));
        let operator = written.operator.as_deref().ok_or("a condition on an event compares nothing")?;
        let since = match written.since.as_deref() {
            None => Since::Ever,
            Some("entry") => Since::Entry,
            Some("stage") => Since::Stage,
            Some(other) => return Err(format!("`{other}` is not understood")),
        };
        Ok(ConditionKind::Event(Box::new(EventTest {
            sum: written.sum.as_ref().map(property).transpose()?,
            test: super::values::number_test(operator, &written.operands)?,
            within: written.within.as_deref().map(length).transpose()?,
            since,
            pattern,
        })))
    }

    pub(super) fn property_condition(&self, name: &str, written: &wire::Condition) -> Result<ConditionKind, Fault> {
        let event = self.properties_of.ok_or("a property is asked outside of `where`")?;
        let body = &self.events[event.index()];
        let property = body.property(name).ok_or_else(|| unknown("property", name))?;
        let type_ = body.properties[property].type_.clone().ok_or_else(|| unknown("property", name))?;
        let subject = crate::model::Subject::Property(event, property);
        let test = super::read::test_of(name, &type_, written)?;
        Ok(ConditionKind::Field { subject, test })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_events_stand_in_order() {
        let names: Vec<_> = EventType::built_in().collect();
        assert!(names.is_sorted(), "{names:?}");
    }
}
