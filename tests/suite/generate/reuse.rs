//! Rewrites a project with blocks, variables and an environment.
//!
//! Invariant: in its environment the rewritten project means what the plain one meant, but for the
//! names of steps in blocks and for steps that are done once more by another use.

use serde_yaml::{Mapping, Value};

use super::random::Random;
use super::tree::{each_list, each_mapping, each_scalar, keys, words_under};

/// The environment for which a rewritten project is meant.
pub(super) const ENVIRONMENT: &str = "live";

/// The types of parameters by the key under which an argument stands.
const TYPES: [(&str, &str); 11] = [
    ("wait", "duration"),
    ("send", "content"),
    ("move", "stage"),
    ("points", "integer"),
    ("add-to", "segment"),
    ("remove-from", "segment"),
    ("enroll", "campaign"),
    ("withdraw", "campaign"),
    ("add-tag", "text"),
    ("segment", "segment"),
    ("for", "duration"),
];

/// Takes some steps out into blocks.
pub(super) fn blocks(random: &mut Random, root: &mut Value) {
    let mut kinds = Mapping::new();
    for (field, definition) in root["contacts"]["fields"].as_mapping().expect("fields") {
        kinds.insert(field.clone(), definition["type"].clone());
    }
    let mut reuse = Blocks {
        random,
        kinds,
        written: Mapping::new(),
        uses: 0,
    };
    let campaigns = root["campaigns"].as_mapping_mut().expect("campaigns");
    for (_, campaign) in campaigns.iter_mut() {
        if let Some(Value::Sequence(steps)) = campaign.get_mut("steps") {
            reuse.visit(steps, 0);
        }
        let mut inner = 0;
        each_list(campaign, &mut |steps| {
            inner += 1;
            // The first step tells the branches of a split apart.
            if inner > 1 {
                reuse.visit(steps, 1);
            }
        });
    }
    let blocks = reuse.written;
    if !blocks.is_empty() {
        root.as_mapping_mut()
            .expect("a project")
            .insert("blocks".into(), blocks.into());
    }
}

struct Blocks<'a> {
    random: &'a mut Random,
    /// The type of each field.
    kinds: Mapping,
    written: Mapping,
    uses: usize,
}

impl Blocks<'_> {
    /// Perhaps makes a block of some steps of a list, and perhaps uses it once more.
    fn visit(&mut self, steps: &mut Vec<Value>, first: usize) {
        if steps.len() <= first || !self.random.chance(35) {
            return;
        }
        let start = self.random.between(first, steps.len() - 1);
        let end = self.random.between(start + 1, steps.len());
        let (inside, outside) = (
            &steps[start..end],
            [&steps[..start], &steps[end..]].concat(),
        );
        let is_use = inside.iter().any(|step| step.get("use").is_some());
        if is_use || !is_closed(inside, &outside) || ends(inside) {
            return;
        }
        let mut body: Vec<Value> = steps.drain(start..end).collect();
        if self.random.chance(40) {
            self.visit(&mut body, 0);
        }
        let name = format!("block-{}", self.written.len() + 1);
        let again = can_be_used_again(&body);
        let (parameters, arguments) = self.parameters(&mut body);
        let mut block = Mapping::new();
        if !parameters.is_empty() {
            block.insert("parameters".into(), parameters.into());
        }
        block.insert("steps".into(), body.into());
        self.written.insert(name.clone().into(), block.into());
        let step = self.step(&name, &arguments);
        steps.insert(start, step);
        if again && self.random.chance(40) {
            let place = self.random.between(start, start + 1);
            let step = self.step(&name, &arguments);
            steps.insert(place, step);
        }
    }

    fn step(&mut self, block: &str, arguments: &Mapping) -> Value {
        let mut step = Mapping::new();
        self.uses += 1;
        if self.random.chance(60) {
            step.insert("id".into(), format!("use-{}", self.uses).into());
        }
        step.insert("use".into(), block.into());
        if !arguments.is_empty() {
            step.insert("with".into(), arguments.clone().into());
        }
        step.into()
    }

    /// Puts parameters in place of some values; tells their types and what stood there.
    fn parameters(&mut self, body: &mut [Value]) -> (Mapping, Mapping) {
        let (mut parameters, mut arguments) = (Mapping::new(), Mapping::new());
        let mut give = |random: &mut Random, value: &mut Value, kind: &str| {
            let is_written = matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_));
            let is_filled = value
                .as_str()
                .is_some_and(|text| text.starts_with('$') || text.is_empty());
            if !is_written || is_filled || !random.chance(50) {
                return;
            }
            let name = format!("p{}", parameters.len() + 1);
            parameters.insert(name.clone().into(), kind.into());
            arguments.insert(
                name.clone().into(),
                std::mem::replace(value, format!("${name}").into()),
            );
        };
        for step in body {
            each_mapping(step, &mut |entries| {
                for (key, kind) in TYPES {
                    // In the body of a webhook `points` is another key.
                    let fits = |value: &&mut Value| kind != "integer" || value.is_number();
                    if let Some(value) = entries.get_mut(key).filter(fits) {
                        give(self.random, value, kind);
                    }
                }
                let set = entries
                    .get("set")
                    .and_then(|field| self.kinds.get(field))
                    .cloned();
                if let (Some(kind), Some(to)) = (set, entries.get_mut("to")) {
                    let relative = to
                        .as_str()
                        .is_some_and(|text| ["today", "now"].contains(&text));
                    if !relative {
                        give(self.random, to, kind.as_str().expect("a type"));
                    }
                }
            });
        }
        (parameters, arguments)
    }
}

/// Whether each `goto` leads to a step on the same side.
fn is_closed(inside: &[Value], outside: &[Value]) -> bool {
    let (inside, outside) = (Value::from(inside.to_vec()), Value::from(outside.to_vec()));
    let reached = |from: &Value, to: &Value| {
        let ids = words_under(to, "id");
        words_under(from, "goto")
            .iter()
            .any(|target| ids.contains(target))
    };
    let leaves = words_under(&inside, "goto")
        .iter()
        .any(|target| !words_under(&inside, "id").contains(target));
    !leaves && !reached(&outside, &inside)
}

/// Whether nothing can come behind these steps.
fn ends(steps: &[Value]) -> bool {
    steps.iter().any(|step| step.get("exit").is_some())
}

/// Whether no check has a word against doing all this twice.
fn can_be_used_again(steps: &[Value]) -> bool {
    let steps = Value::from(steps.to_vec());
    ["move", "enroll", "withdraw", "exit", "goto", "leave"]
        .iter()
        .all(|verb| words_under(&steps, verb).is_empty())
}

/// Puts variables in place of some values.
pub(super) fn variables(random: &mut Random, root: &mut Value) {
    let mut variables = Mapping::new();
    let sections = root.as_mapping_mut().expect("a project").iter_mut();
    for (section, value) in sections {
        match section.as_str() {
            Some("version" | "project" | "moved" | "removed") => {}
            Some("blocks") => {
                for (_, block) in value.as_mapping_mut().expect("blocks").iter_mut() {
                    let hidden = keys(block.get("parameters"));
                    let steps = block.get_mut("steps").expect("steps");
                    each_scalar(steps, &mut |scalar| {
                        name(random, scalar, &mut variables, &hidden);
                    });
                }
            }
            _ => each_scalar(value, &mut |scalar| {
                name(random, scalar, &mut variables, &[]);
            }),
        }
    }
    if random.chance(20) {
        variables.insert("idle".into(), "nobody reads it".into());
    }
    root.as_mapping_mut()
        .expect("a project")
        .insert("variables".into(), variables.into());
}

/// Some have the name of a parameter, which hides them in its block.
fn name(random: &mut Random, scalar: &mut Value, variables: &mut Mapping, hidden: &[String]) {
    let taken = scalar.is_null()
        || scalar
            .as_str()
            .is_some_and(|text| text.starts_with('$') || text.is_empty());
    if taken || !random.chance(5) {
        return;
    }
    let known = variables
        .iter()
        .find(|(_, value)| *value == scalar)
        .and_then(|(name, _)| name.as_str());
    let name = match known {
        Some(name) if random.chance(60) => name.to_owned(),
        _ => format!("{}{}", random.pick(&["value-", "p"]), variables.len() + 1),
    };
    if !hidden.contains(&name) {
        variables.insert(
            name.clone().into(),
            std::mem::replace(scalar, format!("${name}").into()),
        );
    }
}

/// Writes some values in an environment, and something else in their place.
pub(super) fn environment(random: &mut Random, root: &mut Value) {
    let mut live = Value::Mapping(Mapping::new());
    for _ in 0..random.between(1, 12) {
        let Some(path) = place(random, root) else {
            continue;
        };
        let parent = path[..path.len() - 1]
            .iter()
            .fold(&mut *root, |value, key| &mut value[&**key]);
        let parent = parent.as_mapping_mut().expect("a mapping");
        let key = path.last().expect("a key");
        let meant = parent.get(key).expect("a value").clone();
        let at = path.iter().fold(&mut live, |value, key| {
            let entries = value.as_mapping_mut();
            entries
                .expect("a mapping")
                .entry(key.clone().into())
                .or_insert_with(|| Mapping::new().into())
        });
        *at = meant;
        if path[0] == "variables" || random.chance(50) {
            parent.insert(
                key.clone().into(),
                (*random.pick(&["elsewhere", "0", "5 days"])).into(),
            );
        } else {
            parent.remove(key);
        }
    }
    let campaign = &keys(root.get("campaigns"))[0];
    let other = format!("{{ campaigns: {{ {campaign}: {{ published: false }} }} }}");
    let other: Value = serde_yaml::from_str(&other).expect("a mapping");
    let mut environments = Mapping::new();
    environments.insert(ENVIRONMENT.into(), live);
    environments.insert("other".into(), other);
    root.as_mapping_mut()
        .expect("a project")
        .insert("environments".into(), environments.into());
}

/// Where a value stands that an environment may change; none that lies in one chosen before.
fn place(random: &mut Random, root: &Value) -> Option<Vec<String>> {
    let section = *random.pick(&[
        "variables",
        "segments",
        "funnels",
        "campaigns",
        "campaigns",
        "content",
        "blocks",
        "contacts",
    ]);
    let mut path = vec![section.to_owned()];
    let mut here = root.get(section)?;
    let depth = match section {
        "variables" => 1,
        "contacts" => 3,
        "funnels" if random.chance(50) => 4,
        _ => 2,
    };
    for step in 1..=depth {
        let names = keys(Some(here));
        if names.is_empty() {
            return None;
        }
        let name = match (section, step) {
            ("contacts", 1) => "fields".to_owned(),
            ("funnels", 2) if depth == 4 => "stages".to_owned(),
            _ => random.pick(&names).clone(),
        };
        here = here.get(&name)?;
        path.push(name);
    }
    if path.last().is_some_and(|last| last == "stages") {
        return None;
    }
    // What was moved before leaves a word in its place, which is not moved on.
    let moved = ["elsewhere", "0", "5 days"]
        .iter()
        .any(|word| here.as_str() == Some(word));
    (!moved).then_some(path)
}
