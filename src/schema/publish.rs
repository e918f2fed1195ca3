//! The JSON Schema of the types as written: flat, so that each mistake is one error at one place.

use std::borrow::Cow;

use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::campaign::MADE;
use super::scalar::{
    Anything, Entries, Keyed, ListOf, Literal, MapOrList, Named, OneOrList, Recovered, ScalarOr,
    Text,
};
use super::test::Given;
use super::text::LONGEST_ID;
use super::{Change, Project, SetTo};
use crate::json_schema::settings;
use crate::language::{Question, Verb};

/// The form of an id.
const ID_PATTERN: &str = "^[a-z0-9]+(-[a-z0-9]+)*$";

/// What a condition or step can be about, each with the keys that may stand beside it; none for
/// other definitions.
pub(super) fn leaders(place: &str) -> Option<Vec<(&'static str, Vec<&'static str>)>> {
    match place {
        "Condition" => Some(
            Question::ALL
                .map(|question| (question.word(), question.keys()))
                .to_vec(),
        ),
        "Step" => Some(
            Verb::ALL
                .map(|verb| (verb.word(), verb.keys().to_vec()))
                .to_vec(),
        ),
        _ => None,
    }
}

/// The published schema, for editors and other validators: the flat one, and which keys go
/// together.
pub fn json_schema() -> String {
    let mut schema = flat_schema();
    for written in ["Step", "Share"] {
        if let Some(Value::Object(keys)) =
            schema.pointer_mut(&format!("/definitions/{written}/properties"))
        {
            keys.retain(|key, _| !key.starts_with(MADE));
        }
    }
    only_together(&mut schema, "Condition");
    only_together(&mut schema, "Step");
    if let Some(block) = schema.pointer_mut("/definitions/Block") {
        block["required"] = json!(["steps"]);
    }
    accept_variables(&mut schema);
    schema["title"] = json!("funnelc project");
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// Lets `$name` stand where a flag, a number or one of a few words is expected.
fn accept_variables(schema: &mut Value) {
    const VARIABLE: &str = "^\\$[A-Za-z]";
    match schema {
        Value::Object(parts) => {
            parts.values_mut().for_each(accept_variables);
            if let Some(words) = parts.remove("enum") {
                parts.remove("type");
                parts.insert(
                    "anyOf".to_owned(),
                    json!([{ "enum": words }, { "type": "string", "pattern": VARIABLE }]),
                );
            }
            if let Some(only @ ("integer" | "boolean" | "number")) =
                parts.get("type").and_then(Value::as_str)
            {
                let types = json!([only, "string"]);
                parts.insert("type".to_owned(), types);
                parts.insert("pattern".to_owned(), json!(VARIABLE));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(accept_variables),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The schema against which shapes are checked.
pub(crate) fn flat_schema() -> Value {
    let mut settings = settings();
    settings.transforms.insert(0, Box::new(NothingIsNoValue));
    settings
        .into_generator()
        .into_root_schema_for::<Project>()
        .to_value()
}

/// Says that exactly one of the leading keys stands in a definition, with those that belong to it:
/// a chain of `if`, because an editor completes all keys of it and places a message at the key that
/// does not belong; with `oneOf` it can do neither.
fn only_together(schema: &mut Value, definition: &str) {
    let Some(leaders) = leaders(definition) else {
        return;
    };
    let Some(definition) = schema.pointer_mut(&format!("/definitions/{definition}")) else {
        return;
    };
    let keys: Vec<String> = definition["properties"]
        .as_object()
        .into_iter()
        .flat_map(|keys| keys.keys().cloned())
        .collect();
    let refuse_all_but = |allowed: &dyn Fn(&str) -> bool| -> Value {
        let refused = keys
            .iter()
            .filter(|key| !allowed(key))
            .map(|key| (key.clone(), json!(false)));
        json!({ "properties": refused.collect::<serde_json::Map<_, _>>() })
    };
    let is_leader = |key: &str| leaders.iter().any(|(leader, _)| *leader == key);
    let mut chain = refuse_all_but(&is_leader);
    chain["minProperties"] = json!(1);
    for (leader, companions) in leaders.iter().rev() {
        let then = refuse_all_but(&|key| key == *leader || companions.contains(&key));
        chain = json!({ "if": { "required": [leader] }, "then": then, "else": chain });
    }
    for (key, part) in chain.as_object().into_iter().flatten() {
        definition[key] = part.clone();
    }
}

/// A key may be left out, but an empty value stands for nothing: takes back the `null` that
/// optional fields get.
#[derive(Clone)]
struct NothingIsNoValue;

impl Transform for NothingIsNoValue {
    fn transform(&mut self, schema: &mut Schema) {
        let null = json!({ "type": "null" });
        if let Some(Value::Array(mut choices)) = schema.remove("anyOf") {
            choices.retain(|choice| *choice != null);
            match <[Value; 1]>::try_from(choices) {
                Ok([Value::Object(only)]) => only.into_iter().for_each(|(key, value)| {
                    schema.insert(key, value);
                }),
                Ok(others) => drop(schema.insert("anyOf".to_owned(), Value::from(others.to_vec()))),
                Err(others) => drop(schema.insert("anyOf".to_owned(), Value::from(others))),
            }
        }
        if let Some(Value::Array(types)) = schema.get_mut("type") {
            types.retain(|name| name != "null");
            if let [only] = types.as_slice() {
                let only = only.clone();
                schema.insert("type".to_owned(), only);
            }
        }
        if let Some(Value::Array(values)) = schema.get_mut("enum") {
            values.retain(|value| !value.is_null());
        }
        transform_subschemas(self, schema);
    }
}

/// A type that is never a definition of its own in the schema.
macro_rules! inline {
    ($type:ident$(<$($parameter:ident: $bound:ident),*>)?, |$generator:ident| $schema:expr) => {
        impl$(<$($parameter: $bound),*>)? JsonSchema for $type$(<$($parameter),*>)? {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema($generator: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

inline!(Text, |_generator| scalar());
inline!(
    Anything,
    |_generator| json_schema!({ "type": ["string", "number", "boolean", "array", "object"] })
);
inline!(Literal, |_generator| scalar());
inline!(Keyed<T: JsonSchema>, |generator| generator.subschema_for::<T>());
inline!(Recovered<T: JsonSchema>, |generator| generator.subschema_for::<T>());
inline!(ListOf<T: JsonSchema>, |generator| list::<T>(generator));
inline!(Entries<V: NamedSchema>, |generator| {
    let mut schema = json_schema!({ "type": "object", "additionalProperties": generator.subschema_for::<V>() });
    if V::IDS {
        schema.insert("propertyNames".to_owned(), json!({ "pattern": ID_PATTERN, "maxLength": LONGEST_ID }));
    }
    schema
});
inline!(ScalarOr<T: JsonSchema>, |generator| {
    json_schema!({
        "if": { "type": ["object", "array"] },
        "then": generator.subschema_for::<T>(),
        "else": scalar(),
    })
});
inline!(OneOrList<T: JsonSchema>, |generator| {
    json_schema!({
        "if": { "type": "array" },
        "then": list::<T>(generator),
        "else": generator.subschema_for::<T>(),
    })
});
inline!(MapOrList<M: JsonSchema, L: JsonSchema>, |generator| {
    json_schema!({
        "if": { "type": "array" },
        "then": list::<L>(generator),
        "else": generator.subschema_for::<M>(),
    })
});
inline!(SetTo, |generator| {
    json_schema!({
        "if": { "type": "object" },
        "then": generator.subschema_for::<Change>(),
        "else": {
            "if": { "type": "array" },
            "then": list::<Literal>(generator),
            "else": scalar(),
        },
    })
});

inline!(Given, |generator| {
    json_schema!({
        "if": { "type": "object" },
        "then": generator.subschema_for::<Entries<Keyed<Text>>>(),
        "else": {
            "if": { "type": "array" },
            "then": list::<Literal>(generator),
            "else": scalar(),
        },
    })
});

/// A value of [`Entries`] that has a schema.
trait NamedSchema: Named + JsonSchema {}
impl<T: Named + JsonSchema> NamedSchema for T {}

fn scalar() -> Schema {
    json_schema!({ "type": ["string", "number", "boolean"] })
}

fn list<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": generator.subschema_for::<T>(), "minItems": 1 })
}
