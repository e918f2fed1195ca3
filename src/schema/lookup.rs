//! What may stand where, looked up in the schema of the types as written; whoever asks for keys or
//! properties asks here.
//!
//! It knows the schema and nothing of mistakes, their words or what is filled in.

use std::sync::LazyLock;

use serde_json::Value as Json;

use super::campaign::MADE;
use super::publish;

static SCHEMA: LazyLock<Json> = LazyLock::new(publish::flat_schema);

/// The schema of the types as written, for looking up what is allowed where.
pub(super) fn schema() -> &'static Json {
    &SCHEMA
}

/// The schema of a type.
pub(super) fn definition(place: &str) -> &'static Json {
    schema()
        .pointer(&format!("/definitions/{place}"))
        .unwrap_or(schema())
}

/// The keys of a type that people may write.
pub(super) fn keys(place: &str) -> Vec<&'static str> {
    let properties = definition(place)
        .get("properties")
        .and_then(Json::as_object);
    let keys = properties
        .into_iter()
        .flat_map(|properties| properties.keys().map(String::as_str));
    keys.filter(|key| !key.starts_with(MADE)).collect()
}
