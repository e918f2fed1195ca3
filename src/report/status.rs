//! How many contacts are where, as tables for a terminal or as JSON: funnels from the lightest
//! stage, campaigns in the order of their steps.

use super::table::Table;
use crate::screen::one_line;
use crate::status::{CampaignStatus, Status, StepStatus};

/// The document, with a newline at the end.
pub fn json(status: &Status) -> String {
    serde_json::to_string_pretty(status).expect("structs of text and numbers always serialise")
        + "\n"
}

/// The same in words, in tables of at most this width.
pub fn text(status: &Status, width: usize) -> String {
    let mut text = format!("state of {}: {} contacts\n", status.at, status.contacts);
    if status.other_plan {
        text.push_str("another version of the project left it\n");
    }
    if status.misplaced > 0 {
        text.push_str(&format!(
            "{} stand where the project has nothing; the next run says what to write\n",
            status.misplaced
        ));
    }
    for funnel in &status.funnels {
        let mut table = Table::new(width, 1);
        table.head(&format!("funnel {}", funnel.id), &["contacts"]);
        for stage in &funnel.stages {
            table.row(&format!("  {}", stage.id), vec![stage.contacts.to_string()]);
        }
        if funnel.outside > 0 {
            table.row("  in no stage", vec![funnel.outside.to_string()]);
        }
        text.push('\n');
        text.push_str(&table.text());
    }
    for campaign in &status.campaigns {
        text.push('\n');
        self::campaign(&mut text, campaign);
    }
    text
}

fn campaign(text: &mut String, campaign: &CampaignStatus) {
    let counts = [
        (campaign.inside, "inside"),
        (campaign.paused, "of them paused"),
        (campaign.completed, "to the end"),
        (campaign.exited, "left"),
        (campaign.converted, "reached the goal"),
    ];
    let counts: Vec<_> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let counts = if counts.is_empty() {
        "nobody was ever in it".to_owned()
    } else {
        counts.join(", ")
    };
    let line = format!("campaign {}: {counts}", campaign.id);
    text.push_str(&one_line(&line));
    text.push('\n');
    let name = |step: &StepStatus| {
        if step.step.is_empty() {
            "the end".to_owned()
        } else {
            one_line(&step.step).into_owned()
        }
    };
    let names: Vec<_> = campaign.steps.iter().map(name).collect();
    let widest = names.iter().map(|name| name.chars().count()).max();
    let widest = widest.unwrap_or(0);
    for (step, name) in campaign.steps.iter().zip(&names) {
        text.push_str(&format!(
            "  {name:widest$}  {:>8}  {}\n",
            step.contacts,
            due(step)
        ));
    }
}

/// When contacts at a step are due.
fn due(step: &StepStatus) -> String {
    match (&step.first, &step.last) {
        (Some(first), Some(last)) if first == last => format!("due {first}"),
        (Some(first), Some(last)) => format!("due from {first} to {last}"),
        _ => "for no moment".to_owned(),
    }
}
