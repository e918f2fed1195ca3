//! The JSON Schema of the types as written: flat, so that each mistake is one error at one place.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::scalar::{Entries, Lenient, ListOf, Literal, MapOrList, Named, OneOrList, Placed, ScalarOr, Text};
use super::{Change, Project, SetTo};

/// The form of an id.
const ID_PATTERN: &str = "^[a-z0-9]+(-[a-z0-9]+)*$";

/// The schema against which shapes are checked.
pub(super) fn flat_schema() -> Value {
    let mut settings = SchemaSettings::draft07();
    settings.transforms.insert(0, Box::new(NothingIsNoValue));
    settings.into_generator().into_root_schema_for::<Project>().to_value()
}

/// A key may be left out, but an empty value stands for nothing: takes back the `null` that optional fields get.
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
inline!(Literal, |_generator| scalar());
inline!(Placed<T: JsonSchema>, |generator| generator.subschema_for::<T>());
inline!(Lenient<T: JsonSchema>, |generator| generator.subschema_for::<T>());
inline!(ListOf<T: JsonSchema>, |generator| list::<T>(generator));
inline!(Entries<V: NamedSchema>, |generator| {
    let mut schema = json_schema!({ "type": "object", "additionalProperties": generator.subschema_for::<V>() });
    if V::IDS {
        schema.insert("propertyNames".to_owned(), json!({ "pattern": ID_PATTERN }));
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

/// A value of [`Entries`] that has a schema.
trait NamedSchema: Named + JsonSchema {}
impl<T: Named + JsonSchema> NamedSchema for T {}

fn scalar() -> Schema {
    json_schema!({ "type": ["string", "number", "boolean"] })
}

fn list<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "array", "items": generator.subschema_for::<T>(), "minItems": 1 })
}
