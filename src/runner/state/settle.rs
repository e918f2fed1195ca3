//! A contact's line read by a plan that did not leave it: what the plan has is taken over, and nothing else; a place that it lacks is lost.

use serde_json::{Map, Value};

use super::{Memory, StateError, damaged, read};
use crate::model::Model;
use crate::runner::program::Program;

/// What a plan can take over of what is remembered.
#[derive(Debug)]
pub(crate) struct Settled {
    pub(crate) memory: Memory,
    /// Whether the contact was in a stage, campaign or step that the plan does not have. It is then in no stage, and out of the campaign.
    pub(crate) lost_its_place: bool,
}

impl Memory {
    /// Reads a line that another plan may have left.
    pub(crate) fn settle(program: &Program, line: &str) -> Result<Settled, StateError> {
        if let Ok(memory) = read::line(program, line) {
            return Ok(Settled { memory, lost_its_place: false });
        }
        let Value::Object(mut written) = serde_json::from_str(line).map_err(damaged)? else {
            return Err(damaged("it is no object"));
        };
        let lost_stage = stages(program.model(), &mut written);
        let lost_step = campaigns(program, &mut written);
        values(program.model(), &mut written);
        let memory = read::line(program, &Value::Object(written).to_string())?;
        Ok(Settled { memory, lost_its_place: lost_stage || lost_step })
    }
}

fn stages(model: &Model, written: &mut Map<String, Value>) -> bool {
    let known = |funnel: &str, stage: &Value| {
        let funnel = model.funnels.values().find(|it| it.id == funnel);
        stage.is_null() || funnel.is_some_and(|funnel| funnel.stages.values().any(|it| *stage == *it.id))
    };
    let has_funnel = |funnel: &str| model.funnels.values().any(|it| it.id == funnel);
    let mut lost = false;
    if let Some(Value::Object(stages)) = written.get_mut("s") {
        stages.retain(|funnel, memory| {
            let fits = has_funnel(funnel) && known(funnel, memory.get("v").unwrap_or(&Value::Null));
            lost |= !fits;
            if let Some(memory) = memory.as_object_mut().filter(|_| fits) {
                memory.retain(|key, value| key != "r" || known(funnel, value));
                if let Some(Value::Array(earlier)) = memory.get_mut("b") {
                    earlier.retain(|stage| known(funnel, stage));
                }
            }
            fits
        });
    }
    if let Some(Value::Object(entered)) = written.get_mut("e") {
        entered.retain(|funnel, _| has_funnel(funnel));
        for (funnel, stages) in entered.iter_mut() {
            if let Value::Array(stages) = stages {
                stages.retain(|stage| known(funnel, stage));
            }
        }
    }
    lost
}

/// Who waits at a step that is not there is out of the campaign.
fn campaigns(program: &Program, written: &mut Map<String, Value>) -> bool {
    let model = program.model();
    let has_content = |content: &Value| model.content.values().any(|it| *content == *it.id);
    let mut lost = false;
    let Some(Value::Object(members)) = written.get_mut("c") else { return false };
    members.retain(|campaign, member| {
        let Some(member) = member.as_object_mut() else { return true };
        let inside = member.contains_key("p");
        let Some((id, _)) = model.campaigns.iter().find(|(_, it)| it.id == *campaign) else {
            lost |= inside;
            return false;
        };
        if let Some(Value::Array(sent)) = member.get_mut("s") {
            sent.retain(has_content);
        }
        let step = member.get("p").and_then(Value::as_str);
        if step.is_some_and(|step| program.step_named(id, step).is_none()) {
            lost = true;
            member.retain(|key, _| !["p", "d", "w", "a", "x", "s"].contains(&key.as_str()));
            member.insert("o".to_owned(), Value::from("exited"));
        }
        true
    });
    lost
}

fn values(model: &Model, written: &mut Map<String, Value>) {
    if let Some(Value::Object(fields)) = written.get_mut("f") {
        fields.retain(|id, known| {
            let field = model.contacts.fields.values().find(|field| field.id == *id);
            let earlier = known.get("b").and_then(Value::as_array);
            let mut values =
                [known.get("v"), known.get("r")].into_iter().flatten().chain(earlier.into_iter().flatten());
            field.is_some_and(|field| values.all(|value| read::kept(field, value).is_ok()))
        });
    }
    for key in ["g", "h"] {
        if let Some(Value::Array(tags)) = written.get_mut(key) {
            tags.retain(|tag| model.contacts.tags.names.values().any(|it| *tag == *it.id));
        }
    }
    if let Some(Value::Object(sent)) = written.get_mut("m") {
        sent.retain(|content, _| model.content.values().any(|it| it.id == *content));
    }
}
