//! When something of a contact's line is due: the pending steps of its campaigns, wherever they
//! stand in it, and experiences that hours put off.

use serde_json::Value;

/// The moments at which pending steps and experiences of a contact are due, in no order; none of a
/// line that is not one of a state.
pub(crate) fn dues(line: &str) -> Vec<i64> {
    let line: Value = serde_json::from_str(line).unwrap_or_default();
    let mut found = Vec::new();
    for key in ["c", "x"] {
        if let Some(written) = line.get(key) {
            collect(written, &mut found);
        }
    }
    found
}

fn collect(value: &Value, found: &mut Vec<i64>) {
    match value {
        Value::Object(entries) => {
            for (key, entry) in entries {
                match entry.as_i64() {
                    Some(moment) if key == "d" => found.push(moment),
                    Some(_) => {}
                    None => collect(entry, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
