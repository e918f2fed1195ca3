//! Variables, environments and blocks: the project as written becomes the project as it is meant.
//!
//! Invariant: what comes out has none of the three; a step that came out of a block says which use
//! brought it.

use std::collections::BTreeMap;

use serde_yaml::{Mapping, Value};

use super::contact::Step;
use super::names::{BLOCK, inner_lists, name_all};
use super::project::{get, pairs, text, word};

/// On a `goto` in a block: what stands before the ids of the block's steps.
pub(super) const SCOPE: &str = "in block";

type Values = BTreeMap<String, Value>;

/// Language, "Variables, environments, blocks".
pub(super) fn expand(mut root: Value, environment: Option<&str>) -> Value {
    let environments = take(&mut root, "environments");
    if let Some(name) = environment {
        lay_over(
            &mut root,
            environments
                .get(name)
                .unwrap_or_else(|| panic!("no environment `{name}`")),
        );
    }
    let variables = take(&mut root, "variables");
    let blocks = take(&mut root, "blocks");
    fill(&mut root, &variables);
    let expansion = Expansion { variables, blocks };
    for path in [&["campaigns"][..], &["points", "triggers"]] {
        let mut section = Some(&mut root);
        for key in path {
            section = section.and_then(|section| section.get_mut(*key));
        }
        for (_, definition) in section
            .and_then(Value::as_mapping_mut)
            .into_iter()
            .flatten()
        {
            if let Some(Value::Sequence(steps)) = definition.get_mut("steps") {
                *steps = expansion.list(steps, "", "");
            }
        }
    }
    unescape(&mut root);
    root
}

/// The entries of a section that is not needed any more.
fn take(root: &mut Value, section: &str) -> Values {
    let section = root.as_mapping_mut().and_then(|root| root.remove(section));
    section
        .iter()
        .flat_map(pairs)
        .map(|(name, value)| (name, value.clone()))
        .collect()
}

/// Mappings merge deep, anything else replaces.
fn lay_over(base: &mut Value, over: &Value) {
    match (base, over) {
        (Value::Mapping(base), Value::Mapping(over)) => {
            for (key, value) in over {
                match base.get_mut(key) {
                    Some(known) => lay_over(known, value),
                    None => drop(base.insert(key.clone(), value.clone())),
                }
            }
        }
        (base, over) => *base = over.clone(),
    }
}

/// `$name` stands for a whole value.
fn fill(value: &mut Value, values: &Values) {
    match value {
        Value::String(text) => {
            if let Some(known) = text.strip_prefix('$').and_then(|name| values.get(name)) {
                *value = known.clone();
            }
        }
        Value::Sequence(items) => items.iter_mut().for_each(|item| fill(item, values)),
        Value::Mapping(entries) => entries
            .iter_mut()
            .for_each(|(_, entry)| fill(entry, values)),
        _ => {}
    }
}

/// Text that starts with a dollar sign has two.
fn unescape(value: &mut Value) {
    match value {
        Value::String(text) if text.starts_with("$$") => drop(text.remove(0)),
        Value::Sequence(items) => items.iter_mut().for_each(unescape),
        Value::Mapping(entries) => entries.iter_mut().for_each(|(_, entry)| unescape(entry)),
        _ => {}
    }
}

struct Expansion {
    variables: Values,
    blocks: Values,
}

impl Expansion {
    /// A list with the steps of blocks in place of their uses. `prefix` stands before the names of
    /// its steps, `scope` before their ids.
    fn list(&self, steps: &[Value], prefix: &str, scope: &str) -> Vec<Value> {
        let mut expanded = Vec::new();
        let mut uses: Vec<String> = Vec::new();
        for step in steps {
            let mut step = step.clone();
            if let Some(id) = text(&step, "id") {
                set(&mut step, "id", &format!("{scope}{id}"));
            }
            match text(&step, "use") {
                Some(block) => {
                    let name = text(&step, "id").unwrap_or_else(|| {
                        uses.push(block.clone());
                        let ordinal = uses.iter().filter(|other| **other == block).count();
                        let suffix = if ordinal == 1 {
                            String::new()
                        } else {
                            format!("#{ordinal}")
                        };
                        format!("{prefix}use:{block}{suffix}")
                    });
                    expanded.extend(self.steps_of(&block, &step, &format!("{name}/")));
                }
                None => {
                    if get(&step, "goto").is_some() && !scope.is_empty() {
                        set(&mut step, SCOPE, scope);
                    }
                    expanded.push(step);
                }
            }
        }
        let names = name_all(&expanded.iter().collect::<Vec<_>>(), prefix);
        for (step, name) in expanded.iter_mut().zip(names) {
            if get(step, BLOCK).is_none() {
                self.inside(step, &name, scope);
            }
        }
        expanded
    }

    /// The steps of one use.
    fn steps_of(&self, block: &str, step: &Value, scope: &str) -> Vec<Value> {
        let block = &self.blocks[block];
        let mut values = self.variables.clone();
        for (parameter, argument) in get(step, "with").map(pairs).unwrap_or_default() {
            values.insert(parameter, argument.clone());
        }
        let mut steps = block["steps"].clone();
        fill(&mut steps, &values);
        let mut steps = self.list(steps.as_sequence().expect("a list"), scope, scope);
        for step in steps.iter_mut().filter(|step| get(step, BLOCK).is_none()) {
            set(step, BLOCK, scope);
        }
        steps
    }

    /// The lists inside a step.
    fn inside(&self, step: &mut Value, name: &str, scope: &str) {
        let labelled = Step {
            name: name.to_owned(),
            body: step.clone(),
        };
        let lists = inner_lists(&labelled)
            .into_iter()
            .filter(|(_, steps)| !steps.is_empty());
        let labels: Vec<String> = lists.map(|(label, _)| label).collect();
        for (list, label) in inner_lists_mut(step).into_iter().zip(labels) {
            *list = self.list(list, &format!("{name}/{label}/"), scope);
        }
    }
}

/// Those with steps, in the order of [`inner_lists`].
fn inner_lists_mut(step: &mut Value) -> Vec<&mut Vec<Value>> {
    let mut lists = Vec::new();
    let Value::Mapping(body) = step else {
        return lists;
    };
    let mut of = BTreeMap::new();
    for (key, value) in body.iter_mut() {
        of.insert(word(key), value);
    }
    for (key, inner) in [("split", "steps"), ("fork", "steps"), ("await", "then")] {
        if let Some(Value::Sequence(ways)) = of.remove(key) {
            lists.extend(
                ways.iter_mut()
                    .filter_map(|way| way.get_mut(inner)?.as_sequence_mut()),
            );
        }
    }
    for key in ["then", "else"] {
        lists.extend(of.remove(key).and_then(Value::as_sequence_mut));
    }
    lists.retain(|list| !list.is_empty());
    lists
}

fn set(step: &mut Value, key: &str, value: &str) {
    let step: &mut Mapping = step.as_mapping_mut().expect("a step");
    step.insert(key.into(), value.into());
}
