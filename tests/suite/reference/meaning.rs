//! When two conditions mean the same, as far as projects are changed here: docs/language.md, "What
//! a condition means".
//!
//! Invariant: the text counts only where a question asks one thing.

use serde_yaml::{Mapping, Value};

use super::project::{Project, get, items, text};

/// Segments written out in their place: their `where`, and where there is more, who belongs to them
/// by name and whom steps put in or took out.
pub(super) fn written_out(project: &Project, condition: &Value) -> Value {
    match condition {
        Value::Sequence(parts) => parts
            .iter()
            .map(|part| written_out(project, part))
            .collect(),
        Value::Mapping(entries) => {
            // A condition of long ago may name one that is gone.
            let segment =
                text(condition, "segment").filter(|id| project.at(&["segments", id]).is_some());
            if let Some(segment) = segment {
                return segment_written_out(project, &segment);
            }
            let inner = |(key, value): (&Value, &Value)| (key.clone(), written_out(project, value));
            Value::Mapping(entries.iter().map(inner).collect())
        }
        other => other.clone(),
    }
}

fn segment_written_out(project: &Project, segment: &str) -> Value {
    let definition = project.definition(&["segments", segment]);
    let asked = get(definition, "where").map(|asked| written_out(project, asked));
    let lists = ["include", "exclude"]
        .into_iter()
        .filter_map(|key| Some((key.into(), get(definition, key)?.clone())));
    let mut more: Mapping = lists.collect();
    if project.at(&[]).is_some_and(|root| is_listed(root, segment)) {
        // Only here its name counts.
        more.insert("segment".into(), segment.into());
    }
    match asked {
        Some(asked) if more.is_empty() => asked,
        asked => {
            more.extend(asked.map(|asked| ("where".into(), asked)));
            Value::Mapping(more)
        }
    }
}

fn is_listed(value: &Value, segment: &str) -> bool {
    match value {
        Value::Sequence(items) => items.iter().any(|item| is_listed(item, segment)),
        Value::Mapping(entries) => {
            let named = |key: &str| text(value, key).as_deref() == Some(segment);
            named("add-to")
                || named("remove-from")
                || entries.values().any(|inner| is_listed(inner, segment))
        }
        _ => false,
    }
}

/// Without what does not count: order, lists in lists, what is said twice, `not` around anything
/// but a question.
pub(super) fn normal(condition: &Value, is_opposite: bool) -> Value {
    if let Some(inner) = get(condition, "not") {
        return normal(inner, !is_opposite);
    }
    for (key, other) in [("all", "any"), ("any", "all")] {
        let Some(parts) = get(condition, key) else {
            continue;
        };
        let key = if is_opposite { other } else { key };
        let mut flat: Vec<Value> = Vec::new();
        for part in items(parts) {
            let part = normal(part, is_opposite);
            match get(&part, key) {
                Some(inner) => flat.extend(items(inner).into_iter().cloned()),
                None => flat.push(part),
            }
        }
        flat.sort_by_key(|part| format!("{part:?}"));
        flat.dedup();
        return if flat.len() == 1 {
            flat.remove(0)
        } else {
            one(key, flat.into())
        };
    }
    let mut condition = condition.clone();
    if let Some(of_properties) = condition.get_mut("where") {
        *of_properties = normal(of_properties, false);
    }
    if is_opposite {
        one("not", condition)
    } else {
        condition
    }
}

fn one(key: &str, value: Value) -> Value {
    Value::Mapping(Mapping::from_iter([(key.into(), value)]))
}
