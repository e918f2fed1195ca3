//! In the plan file: the steps of a campaign.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Condition, Give, Operand};

/// A step with its name in the outputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Step {
    /// The name, unique in the campaign.
    pub name: String,
    /// Whether the name is a written id.
    pub named: bool,
    /// The verb.
    #[serde(rename = "do")]
    pub verb: Verb,
}

impl Step {
    /// The steps of a list and all that stand inside them, in the order of the text.
    pub(crate) fn flat(steps: &[Self]) -> Vec<&Self> {
        let mut flat = Vec::new();
        for step in steps {
            step.collect(&mut flat);
        }
        flat
    }

    fn collect<'s>(&'s self, flat: &mut Vec<&'s Self>) {
        flat.push(self);
        let mut all = |steps: &'s [Self]| steps.iter().for_each(|step| step.collect(flat));
        if let Verb::If { then, r#else, .. } = &self.verb {
            all(then);
            all(r#else);
        } else if let Verb::Split(shares) = &self.verb {
            shares.iter().for_each(|share| all(&share.steps));
        } else if let Verb::Fork(ways) = &self.verb {
            ways.iter().for_each(|way| all(&way.steps));
        } else if let Verb::Await { ways, r#else, .. } = &self.verb {
            ways.iter().for_each(|way| all(&way.then));
            all(r#else);
        }
    }

    /// What it is by itself, without the steps inside it.
    pub(crate) fn alone(&self) -> Value {
        let verb = serde_json::to_value(&self.verb);
        without_steps(verb.expect("maps with text keys always serialise"))
    }
}

fn without_steps(verb: Value) -> Value {
    match verb {
        Value::Object(map) => {
            let inner = map
                .into_iter()
                .filter(|(key, _)| !matches!(key.as_str(), "then" | "else" | "steps"));
            let inner = inner.map(|(key, value)| (key, without_steps(value)));
            Value::Object(inner.collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_steps).collect()),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => other,
    }
}

/// The verb of a step and what belongs to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
#[expect(
    missing_docs,
    reason = "the keys are those of the language, docs/language.md"
)]
pub enum Verb {
    Send {
        content: String,
        once: String,
        transactional: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        expires: Option<String>,
        on_skip: String,
    },
    Move(String),
    Leave(String),
    AddTag(String),
    RemoveTag(String),
    Points(i64),
    GroupPoints(Give),
    Set {
        field: String,
        to: NewValue,
    },
    Clear(String),
    Notify {
        to: String,
        message: String,
    },
    Webhook {
        destination: String,
        body: BTreeMap<String, String>,
    },
    PushTo(String),
    Note(String),
    Unsubscribe(String),
    Resubscribe(String),
    AddTo(String),
    RemoveFrom(String),
    Wait(String),
    /// A `wait` that may end at some times only.
    WaitIn {
        length: String,
        windows: Windows,
    },
    WaitUntil {
        moment: String,
        /// Absent: of several in a row that are over only the last one's steps run.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        if_past: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        windows: Option<Windows>,
    },
    WaitUntilField {
        field: String,
        offset: String,
        /// Absent: of several in a row that are over only the last one's steps run.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        if_past: Option<String>,
        /// Absent in the plans of earlier versions, in which a missing date was over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        if_missing: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        windows: Option<Windows>,
    },
    If {
        when: Condition,
        then: Vec<Step>,
        r#else: Vec<Step>,
    },
    Split(Vec<Share>),
    Await {
        ways: Vec<AwaitWay>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        r#for: Option<String>,
        r#else: Vec<Step>,
    },
    Enroll(String),
    Withdraw(String),
    Fork(Vec<Way>),
    Goto(String),
    Exit(String),
}

/// A share of the contacts and their way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Share {
    /// Its name in the outputs, unique in the split.
    pub label: String,
    /// What its contacts follow from, unique in the split; absent: the label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goes_by: Option<String>,
    /// How many of a hundred contacts take it.
    pub share: u8,
    /// The way.
    pub steps: Vec<Step>,
}

/// An event that is waited for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AwaitWay {
    /// The event.
    pub when: Condition,
    /// What happens when it is the first to come.
    pub then: Vec<Step>,
}

/// One of the ways that a contact takes side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Way {
    /// Its name in the outputs, unique in the fork.
    pub label: String,
    /// What happens on it.
    pub steps: Vec<Step>,
}

/// When on a contact's clock a wait may end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Windows {
    /// The time of day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The first and the last moment of the hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub between: Option<(String, String)>,
    /// The days of the week, from Monday; none for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<String>,
}

/// The new value of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(
    missing_docs,
    reason = "the keys are those of the language, docs/language.md"
)]
pub enum NewValue {
    Value(Operand),
    Add(String),
    Today,
    Now,
}
