//! What is remembered of a contact's events, to its line and back; an event, content or property
//! that the plan does not have is forgotten.

use serde_json::{Map, Value};

use super::{StateError, damaged, read};
use crate::model::{EventType, Field, Model, Property};
use crate::runner::contact::{Kept, Occurrence};
use crate::source::Span;

/// One event as a JSON object: `n` its name, `t` when, `o` of which content, `i` its identity, `d`
/// its properties.
pub(super) fn written(
    model: &Model,
    occurrence: &Occurrence,
    value: &impl Fn(&Field, &Kept) -> String,
) -> String {
    let event = &model.events[occurrence.event];
    let text = |text: &str| Value::from(text).to_string();
    let mut object = format!(
        "{{\"n\":{},\"t\":{},\"i\":\"{}\"",
        text(&event.id),
        occurrence.at,
        identity(occurrence.identity)
    );
    if let Some(content) = occurrence.of {
        object += &format!(",\"o\":{}", text(&model.content[content].id));
    }
    let properties = event.properties.values().zip(&occurrence.properties);
    let known: Vec<String> = properties
        .filter(|(_, kept)| **kept != Kept::Missing)
        .map(|(property, kept)| {
            format!(
                "{}:{}",
                text(&property.id),
                value(&as_field(property), kept)
            )
        })
        .collect();
    if !known.is_empty() {
        object += &format!(",\"d\":{{{}}}", known.join(","));
    }
    object + "}"
}

/// Sixteen digits.
pub(super) fn identity(identity: u64) -> String {
    format!("{identity:016x}")
}

/// The other way.
pub(super) fn read_identity(text: &str) -> Result<u64, StateError> {
    u64::from_str_radix(text, 16).map_err(|_| damaged(format!("`{text}` is no identity")))
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventLine {
    n: String,
    t: i64,
    i: String,
    #[serde(default)]
    o: Option<String>,
    #[serde(default)]
    d: Map<String, Value>,
}

/// The event, if the plan knows it.
pub(super) fn known(model: &Model, line: &EventLine) -> Result<Option<Occurrence>, StateError> {
    let identity = read_identity(&line.i)?;
    let Some(id) = model.events.find(|event| event.id == line.n) else {
        return Ok(None);
    };
    let of = line
        .o
        .as_ref()
        .map(|of| model.content.find(|content| content.id == *of));
    // Without the content that it was about it would be another event.
    if of == Some(None) {
        return Ok(None);
    }
    let properties = properties(&model.events[id], &line.d);
    Ok(Some(Occurrence {
        at: line.t,
        event: id,
        of: of.flatten(),
        identity,
        properties,
    }))
}

/// A property that has another type now is missing.
fn properties(event: &EventType, written: &Map<String, Value>) -> Box<[Kept]> {
    let value = |property: &Property| {
        let value = written.get(&property.id)?;
        read::kept(&as_field(property), value).ok()
    };
    let mut values: Vec<Kept> = event
        .properties
        .values()
        .map(|it| value(it).unwrap_or_default())
        .collect();
    while values.last() == Some(&Kept::Missing) {
        values.pop();
    }
    values.into()
}

/// Values of properties are written as those of fields.
fn as_field(property: &Property) -> Field {
    Field {
        id: property.id.clone(),
        span: Span::NOWHERE,
        description: None,
        column: String::new(),
        type_: property.type_.clone(),
        required: false,
        default: None,
        missing: Vec::new(),
        min: None,
        max: None,
    }
}
