//! Events to the plan's file form; a built-in event that nobody declares is not written.

use super::wire;
use super::write::{Names, operand_of};
use crate::model::{EventPattern, EventTest, EventType, Property, Since, UpdateChange};

impl Names<'_> {
    pub(super) fn events(&self) -> std::collections::BTreeMap<String, wire::Event> {
        let declared = self.0.events.values().filter(|event| event.declared);
        declared
            .map(|event| (event.id.clone(), self.event(event)))
            .collect()
    }

    fn event(&self, event: &EventType) -> wire::Event {
        let own = event
            .properties
            .values()
            .filter(|_| event.has_own_properties());
        let property = |property: &Property| {
            Some((
                property.id.clone(),
                property.type_.as_ref()?.word().to_owned(),
            ))
        };
        let updates = event.updates.iter().map(|update| {
            let field = &self.0.contacts.fields[update.field];
            let name = |property: crate::model::PropertyId| event.properties[property].id.clone();
            let change = match &update.change {
                UpdateChange::Add(number) => wire::UpdateChange::Add(number.to_string()),
                UpdateChange::AddProperty(property) => {
                    wire::UpdateChange::AddProperty(name(*property))
                }
                UpdateChange::Set(value) => wire::UpdateChange::Set(operand_of(field, value)),
                UpdateChange::SetProperty(property) => {
                    wire::UpdateChange::SetProperty(name(*property))
                }
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
            where_: pattern
                .where_
                .as_ref()
                .map(|inner| Box::new(self.condition(inner))),
            ..wire::Condition::default()
        }
    }

    pub(super) fn event_test(&self, test: &EventTest) -> wire::Condition {
        let (operator, operands) = test.test.compared();
        let event = &self.0.events[test.pattern.event];
        wire::Condition {
            sum: test
                .sum
                .map(|property| event.properties[property].id.clone()),
            within: test.within.map(|length| length.to_string()),
            since: (test.since != Since::Ever).then(|| test.since.word().to_owned()),
            operator: Some(operator.word().to_owned()),
            operands,
            ..self.pattern(&test.pattern)
        }
    }
}
