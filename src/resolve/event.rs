//! Declarations of events: their properties, what they change, how long they start campaigns; the
//! built-in events stand among them, declared or not.

use std::collections::BTreeMap;

use super::{Resolver, sorted};
use crate::diagnostic::{Diagnostic, codes, list};
use crate::language::PropertyType;
use crate::model::{
    Arena, EventId, EventType, FieldId, FieldType, Moment, Property, PropertyId, Update,
    UpdateChange,
};
use crate::schema::event::FromProperty;
use crate::schema::{self, Keyed, Literal, Project, ScalarOr, Text};
use crate::source::Span;

/// What the columns of an events file are called that every event has.
const COLUMNS: [&str; 5] = ["contact", "at", "event", "of", "id"];

impl Resolver {
    /// All events, in order of their ids.
    pub(super) fn events(&mut self, project: &Project) -> Arena<EventId, EventType> {
        let declared: BTreeMap<_, _> = sorted(&project.events)
            .map(|(id, event)| (id.value.0.as_str(), (id, event)))
            .collect();
        let names: Vec<String> = self.index.events.iter().map(str::to_owned).collect();
        names
            .iter()
            .map(|name| match declared.get(name.as_str()) {
                Some((id, written)) => self.event(id, written.body.as_ref()),
                None => EventType::undeclared(name),
            })
            .collect()
    }

    fn event(&mut self, id: &Keyed<Text>, written: Option<&schema::Event>) -> EventType {
        let mut event = EventType {
            span: id.span,
            declared: true,
            ..EventType::undeclared(&id.value.0)
        };
        let Some(written) = written else { return event };
        event.description = written.description.as_ref().map(|text| text.0.clone());
        let own: Vec<_> = sorted(&written.properties).collect();
        if let (Some((property, _)), false) = (own.first(), event.has_own_properties()) {
            self.no_properties(&event, property.span);
        } else if event.has_own_properties() {
            event.properties = own
                .iter()
                .map(|(id, type_)| self.property(id, type_.body))
                .collect();
        }
        if let Some(length) = &written.max_age {
            event.max_age = self
                .placed_duration(length)
                .unwrap_or(EventType::DEFAULT_MAX_AGE);
        }
        let mut updates: Vec<_> = written
            .updates
            .0
            .iter()
            .filter_map(|(field, update)| self.update(&event, field, update))
            .collect();
        updates.sort_by_key(|update| update.field);
        event.updates = updates;
        event
    }

    fn no_properties(&mut self, event: &EventType, span: Span) {
        let message = format!(
            "`{}` is built in, and has properties of its own only",
            event.id
        );
        let help = "declare another event for what it shall carry; built-in ones take `updates` and \
            `max-age`";
        self.report(
            Diagnostic::new(codes::EVENT_KEYS, span, message)
                .at("cannot be added")
                .help(help),
        );
    }

    fn property(&mut self, id: &Keyed<Text>, type_: Option<PropertyType>) -> Property {
        if COLUMNS.contains(&id.value.0.as_str()) {
            let message = format!("`{}` is a column that every event has", id.value.0);
            self.report(
                Diagnostic::new(codes::RESERVED_ID, id.span, message)
                    .at("reserved")
                    .help("give it another id"),
            );
        }
        Property {
            id: id.value.0.clone(),
            span: id.span,
            type_: type_.map(property_type),
        }
    }

    fn update(
        &mut self,
        event: &EventType,
        name: &Keyed<Text>,
        written: &Keyed<schema::event::Update>,
    ) -> Option<Update> {
        let (field, type_) = self.typed_field(name)?;
        let change = match (&written.value.add, &written.value.set) {
            (Some(add), None) => self.added(event, (field, &type_), add),
            (None, Some(set)) => self.assigned(event, (field, &type_), set),
            (Some(_), Some(second)) => self.one_change(second.key, "`add` and `set` in one update"),
            (None, None) => self.one_change(written.span, "the update changes nothing"),
        };
        change.map(|change| Update {
            field,
            span: name.span,
            change,
        })
    }

    fn one_change<T>(&mut self, span: Span, message: &str) -> Option<T> {
        let help = "write `{ add: 1 }`, `{ set: event-time }` or `{ set: { property: … } }`";
        self.report(
            Diagnostic::new(codes::EVENT_KEYS, span, message)
                .at("one of the two")
                .help(help),
        );
        None
    }

    fn added(
        &mut self,
        event: &EventType,
        (field, type_): (FieldId, &FieldType),
        written: &Keyed<ScalarOr<FromProperty>>,
    ) -> Option<UpdateChange> {
        if !matches!(type_, FieldType::Integer | FieldType::Number) {
            let (span, text) = self.declared(field);
            let message = format!("nothing can be added to a {}", type_.word());
            self.report(
                Diagnostic::new(codes::WRONG_VALUE, written.span, message)
                    .at("expected a number field")
                    .label(span, text),
            );
            return None;
        }
        match &written.value {
            ScalarOr::Other(from) => self
                .property_of(event, field, type_, from)
                .map(UpdateChange::AddProperty),
            ScalarOr::Scalar(text) => {
                let literal = literal(text, written);
                let number = if *type_ == FieldType::Integer {
                    self.integer(&literal).map(Into::into)
                } else {
                    self.number(&literal)
                };
                number.map(UpdateChange::Add)
            }
        }
    }

    fn assigned(
        &mut self,
        event: &EventType,
        (field, type_): (FieldId, &FieldType),
        written: &Keyed<ScalarOr<FromProperty>>,
    ) -> Option<UpdateChange> {
        match &written.value {
            ScalarOr::Other(from) => self
                .property_of(event, field, type_, from)
                .map(UpdateChange::SetProperty),
            ScalarOr::Scalar(text)
                if text.0 == "event-time"
                    && matches!(type_, FieldType::Date | FieldType::Datetime) =>
            {
                Some(UpdateChange::SetEventTime)
            }
            ScalarOr::Scalar(text)
                if matches!(type_, FieldType::Date | FieldType::Datetime)
                    && Moment::parse(&text.0).is_err() =>
            {
                let message = format!("`{}` is no date to set", text.0);
                let help =
                    "write `event-time`, for when it happened, or a date such as `2026-11-21`";
                self.report(
                    Diagnostic::new(codes::BAD_DATE, written.span, message)
                        .at("no date")
                        .help(help),
                );
                None
            }
            ScalarOr::Scalar(text) => self
                .value(type_, &literal(text, written))
                .map(UpdateChange::Set),
        }
    }

    /// A property whose values the field can hold.
    fn property_of(
        &mut self,
        event: &EventType,
        field: FieldId,
        type_: &FieldType,
        from: &FromProperty,
    ) -> Option<PropertyId> {
        let property = self.property_id(event, &from.property)?;
        let found = event.properties[property].type_.as_ref()?;
        let fits = std::mem::discriminant(found) == std::mem::discriminant(type_)
            || matches!(
                (type_, found),
                (FieldType::Number, FieldType::Integer)
                    | (FieldType::Email, FieldType::Text { .. })
            );
        if !fits {
            let (span, text) = self.declared(field);
            let message = format!(
                "`{}` is {} and not {}",
                from.property.value.0,
                found.word(),
                type_.word()
            );
            let property = event.properties[property].span;
            self.report(
                Diagnostic::new(codes::WRONG_VALUE, from.property.span, message)
                    .at("of another type")
                    .label(span, text)
                    .label(property, "the property"),
            );
            return None;
        }
        Some(property)
    }

    /// A property of an event, by name.
    pub(super) fn property_in(&mut self, event: EventId, name: &Keyed<Text>) -> Option<PropertyId> {
        let found = self.events[event].property(&name.value.0);
        if found.is_none() {
            let told = self.unknown_property(&self.events[event], name);
            told.into_iter().for_each(|finding| self.report(finding));
        }
        found
    }

    /// A property of an event that is being read, by name.
    fn property_id(&mut self, event: &EventType, name: &Keyed<Text>) -> Option<PropertyId> {
        let found = event.property(&name.value.0);
        if found.is_none() {
            let told = self.unknown_property(event, name);
            told.into_iter().for_each(|finding| self.report(finding));
        }
        found
    }

    fn unknown_property(&self, event: &EventType, name: &Keyed<Text>) -> Option<Diagnostic> {
        (!self.index.broken_events.contains(&event.id)).then(|| {
            let known = event
                .properties
                .values()
                .map(|property| property.id.as_str());
            let meant = self.guesses.did_you_mean(&name.value.0, known.clone());
            let help = match meant {
                Some(meant) => format!("did you mean `{meant}`?"),
                None if event.has_own_properties() => {
                    format!(
                        "declare it under `events: {{ {}: {{ properties: … }} }}`",
                        event.id
                    )
                }
                None if event.properties.is_empty() => format!("`{}` has no properties", event.id),
                None => format!("`{}` has {}", event.id, list(known)),
            };
            let message = format!("`{}` has no property `{}`", event.id, name.value.0);
            Diagnostic::new(codes::UNKNOWN_PROPERTY, name.span, message)
                .at("unknown property")
                .help(help)
        })
    }

    /// Where a property is declared, for labels.
    pub(super) fn declared_property(
        &self,
        event: EventId,
        property: PropertyId,
    ) -> Option<(Span, String)> {
        let property = &self.events[event].properties[property];
        let type_ = property.type_.as_ref().map_or("broken", FieldType::word);
        (property.span != Span::NOWHERE).then(|| (property.span, format!("declared as {type_}")))
    }
}

fn literal(text: &Text, at: &Keyed<ScalarOr<FromProperty>>) -> Keyed<Literal> {
    Keyed {
        value: Literal::plain(text),
        span: at.span,
        key: at.key,
    }
}

fn property_type(written: PropertyType) -> FieldType {
    match written {
        PropertyType::Text => FieldType::Text { match_case: false },
        PropertyType::Integer => FieldType::Integer,
        PropertyType::Number => FieldType::Number,
        PropertyType::Boolean => FieldType::Boolean,
        PropertyType::Date => FieldType::Date,
        PropertyType::Datetime => FieldType::Datetime,
    }
}
