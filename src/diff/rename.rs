//! Guesses at renames: one thing was removed and one of its kind added which is otherwise the same;
//! where two fit, nothing is guessed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::Kind;
use crate::model::contacts::column_of;
use crate::model::funnel::stage_column_of;
use crate::plan::{Plan, wire};

/// Two ids that seem to mean one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Rename {
    /// The kind of thing.
    pub kind: Kind,
    /// Its id in the base.
    pub before: String,
    /// Its id in the head.
    pub after: String,
}

/// The renames that leave no doubt.
pub(super) fn renames(base: &Plan, head: &Plan) -> Vec<Rename> {
    let (base, head) = (base.wire(), head.wire());
    let mut found = Vec::new();
    let mut add = |kind, base: Exact, head: Exact| found.extend(pairs(kind, &base, &head));
    add(
        Kind::Field,
        exact(&base.contacts.fields, field),
        exact(&head.contacts.fields, field),
    );
    add(
        Kind::Content,
        exact(&base.content, text),
        exact(&head.content, text),
    );
    add(
        Kind::Event,
        exact(&base.events, text),
        exact(&head.events, text),
    );
    add(
        Kind::Segment,
        exact(&base.segments, text),
        exact(&head.segments, text),
    );
    add(
        Kind::Funnel,
        exact(&base.funnels, funnel),
        exact(&head.funnels, funnel),
    );
    for (id, left) in &base.funnels {
        if let Some(right) = head.funnels.get(id) {
            let stages = |funnel: &wire::Funnel| {
                let stages = funnel.stages.iter();
                stages
                    .map(|(name, body)| (format!("{id}/{name}"), stage(name, body)))
                    .collect()
            };
            add(Kind::Stage, stages(left), stages(right));
        }
    }
    add(
        Kind::Campaign,
        exact(&base.campaigns, text),
        exact(&head.campaigns, text),
    );
    found
}

/// By id, what says whether two things are the same.
type Exact = BTreeMap<String, String>;

fn exact<T>(things: &BTreeMap<String, T>, text: impl Fn(&str, &T) -> String) -> Exact {
    things
        .iter()
        .map(|(id, thing)| (id.clone(), text(id, thing)))
        .collect()
}

fn pairs(kind: Kind, base: &Exact, head: &Exact) -> Vec<Rename> {
    let gone: Vec<_> = base
        .iter()
        .filter(|(id, _)| !head.contains_key(*id))
        .collect();
    let new: Vec<_> = head
        .iter()
        .filter(|(id, _)| !base.contains_key(*id))
        .collect();
    let only = |things: &[(&String, &String)], exact: &String| {
        things.iter().filter(|(_, it)| *it == exact).count() == 1
    };
    let mut found = Vec::new();
    for (before, exact) in gone
        .iter()
        .filter(|(_, exact)| only(&gone, exact) && only(&new, exact))
    {
        let after = new.iter().find(|(_, it)| it == exact);
        found.extend(after.map(|(after, _)| Rename {
            kind,
            before: (*before).clone(),
            after: (*after).clone(),
        }));
    }
    found
}

fn text<T: Serialize>(_: &str, thing: &T) -> String {
    serde_json::to_string(thing).expect("maps with text keys always serialise")
}

/// Without the column that its id gives.
fn field(id: &str, field: &wire::Field) -> String {
    let column = if field.column == column_of(id) {
        String::new()
    } else {
        field.column.clone()
    };
    text(
        id,
        &wire::Field {
            column,
            ..field.clone()
        },
    )
}

/// Without the column that its id gives.
fn funnel(id: &str, funnel: &wire::Funnel) -> String {
    let column = if funnel.column == stage_column_of(id) {
        ""
    } else {
        &funnel.column
    };
    text(
        id,
        &wire::Funnel {
            column: column.to_owned(),
            ..funnel.clone()
        },
    )
}

/// Without the text in the file that its id gives.
fn stage(id: &str, stage: &wire::Stage) -> String {
    let value = if stage.value == id {
        String::new()
    } else {
        stage.value.clone()
    };
    text(
        id,
        &wire::Stage {
            value,
            ..stage.clone()
        },
    )
}
