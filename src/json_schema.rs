//! How the JSON Schemas are made that funnelc publishes: draft 7, described by the comments of the
//! types, whose lines are one line of text.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

/// What every schema begins with.
pub(crate) fn settings() -> SchemaSettings {
    SchemaSettings::draft07().with_transform(RecursiveTransform(unwrap_description))
}

/// The schema of a document, as it is published.
pub(crate) fn published<T: JsonSchema>() -> String {
    let schema = settings().into_generator().into_root_schema_for::<T>();
    serde_json::to_string_pretty(&schema).expect("a schema always serialises") + "\n"
}

/// Where a comment goes on in the next line of the source says nothing to a reader; a paragraph
/// does.
fn unwrap_description(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        let paragraphs: Vec<_> = text
            .split("\n\n")
            .map(|paragraph| paragraph.replace('\n', " "))
            .collect();
        *text = paragraphs.join("\n\n");
    }
}
