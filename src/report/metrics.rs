//! The figures of a run as a table for people; it fits 80 columns whatever the ids.

use std::fmt::Write as _;

use serde_json::Value;

use crate::model::{Funnel, Model};

/// Each figure takes ten columns.
const NAMES: usize = 20;
const STAGE: [&str; 6] = ["reach", "entered", "left", "converted", "rate", "now"];
const CAMPAIGN: [&str; 6] = ["entered", "overtaken", "active", "completed", "converted", "exited"];

/// The table of a run; `metrics` is the text of metrics.json.
pub fn table(model: &Model, metrics: &str) -> String {
    let metrics: Value = serde_json::from_str(metrics).unwrap_or_default();
    let mut table = format!("{}\n", contacts(&metrics));
    for funnel in model.funnels.values() {
        self::funnel(&mut table, funnel, &metrics["funnels"][&funnel.id]);
    }
    if !model.campaigns.is_empty() {
        row(&mut table, "campaigns", &CAMPAIGN.map(str::to_owned));
        for campaign in model.campaigns.values() {
            let figures = &metrics["campaigns"][&campaign.id];
            row(&mut table, &format!("  {}", campaign.id), &CAMPAIGN.map(|figure| count(&figures[figure])));
        }
        table.push('\n');
    }
    if !model.segments.is_empty() {
        row(&mut table, "segments", &["contacts".to_owned()]);
        for segment in model.segments.values() {
            row(&mut table, &format!("  {}", segment.id), &[count(&metrics["segments"][&segment.id])]);
        }
    }
    table.truncate(table.trim_end().len());
    table.push('\n');
    table
}

fn contacts(metrics: &Value) -> String {
    let number = metrics["contacts"].as_u64().unwrap_or(0);
    let mut line = format!("{number} contact{}", if number == 1 { "" } else { "s" });
    if let Some(rejected) = metrics["rejected"].as_u64().filter(|rejected| *rejected > 0) {
        let rows = if rejected == 1 { "row" } else { "rows" };
        write!(line, ", {rejected} bad {rows} set aside").expect("writing to a string never fails");
    }
    line.push('\n');
    line
}

/// The lightest stage first, as the journey goes.
fn funnel(table: &mut String, funnel: &Funnel, figures: &Value) {
    row(table, &funnel.id, &STAGE.map(str::to_owned));
    let mut stages: Vec<_> = funnel.stages.values().collect();
    stages.sort_by_key(|stage| stage.weight);
    for stage in stages {
        let figures = &figures["stages"][&stage.id];
        let cells = STAGE.map(|figure| if figure == "rate" { rate(figures) } else { count(&figures[figure]) });
        row(table, &format!("  {}", stage.id), &cells);
    }
    let mut none = STAGE.map(|_| String::new());
    none[STAGE.len() - 1] = count(&figures["none"]);
    row(table, "  (none)", &none);
    table.push('\n');
}

fn count(figure: &Value) -> String {
    figure.as_u64().unwrap_or(0).to_string()
}

/// Converted of reach; a dash where nobody was there.
fn rate(figures: &Value) -> String {
    let (reach, converted) = (figures["reach"].as_u64().unwrap_or(0), figures["converted"].as_u64().unwrap_or(0));
    if reach == 0 {
        return "-".to_owned();
    }
    let tenths = (u128::from(converted) * 2000 + u128::from(reach)) / (2 * u128::from(reach));
    format!("{}.{} %", tenths / 10, tenths % 10)
}

fn row(table: &mut String, name: &str, cells: &[String]) {
    let room = 80 - 10 * cells.len();
    let mut line = format!("{:<NAMES$}", shortened(name, room));
    for cell in cells {
        write!(line, " {cell:>9}").expect("writing to a string never fails");
    }
    table.push_str(line.trim_end());
    table.push('\n');
}

fn shortened(name: &str, room: usize) -> String {
    if name.chars().count() <= room {
        return name.to_owned();
    }
    name.chars().take(room - 1).chain(['…']).collect()
}
