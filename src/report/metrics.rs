//! The figures of a run as tables for people: what goes out first, then funnels, campaigns and
//! segments.

use std::fmt::Write as _;

use serde_json::Value;

use super::outgoing::Outgoing;
use super::table::Table;
use crate::model::{Funnel, Model};
use crate::runner::notice::Warning;

/// The figures of a stage, as its columns are called.
pub(super) const STAGE: [&str; 6] = ["reach", "entered", "left", "converted", "rate", "now"];
/// The same of a campaign.
pub(super) const CAMPAIGN: [&str; 6] = [
    "entered",
    "overtaken",
    "active",
    "completed",
    "converted",
    "exited",
];

/// The tables of a run, `width` columns wide or less; `metrics` is the text of metrics.json.
pub fn table(model: &Model, metrics: &str, width: usize) -> String {
    let outgoing = Outgoing::of(model, metrics);
    let metrics: Value = serde_json::from_str(metrics).unwrap_or_default();
    let mut tables = vec![contacts(&metrics)];
    tables.extend(put_off_again(&metrics["put-off-again"]));
    tables.push(outgoing.table(width));
    tables.extend(
        model
            .funnels
            .values()
            .map(|funnel| self::funnel(funnel, &metrics["funnels"][&funnel.id], width)),
    );
    if !model.campaigns.is_empty() {
        let mut table = Table::new(width, CAMPAIGN.len());
        table.head("campaigns", &CAMPAIGN);
        for campaign in model.campaigns.values() {
            let figures = &metrics["campaigns"][&campaign.id];
            table.row(
                &format!("  {}", campaign.id),
                CAMPAIGN.map(|figure| count(&figures[figure])).into(),
            );
        }
        tables.push(table.text());
    }
    if !model.segments.is_empty() {
        let mut table = Table::new(width, 1);
        table.head("segments", &["contacts"]);
        for segment in model.segments.values() {
            table.row(
                &format!("  {}", segment.id),
                vec![count(&metrics["segments"][&segment.id])],
            );
        }
        tables.push(table.text());
    }
    tables.join("\n")
}

/// Says of which stages contacts did not come to rest; `metrics` is the text of metrics.json.
pub fn restless(model: &Model, metrics: &str) -> Vec<Warning> {
    let metrics: Value = serde_json::from_str(metrics).unwrap_or_default();
    let mut told = Vec::new();
    for funnel in model.funnels.values() {
        for stage in funnel.stages.values() {
            let figures = &metrics["funnels"][&funnel.id]["stages"][&stage.id];
            let Some(count) = figures["deferred"].as_u64().filter(|count| *count > 0) else {
                continue;
            };
            let (funnel, stage) = (funnel.id.clone(), stage.id.clone());
            told.push(Warning::NeverAtRest {
                contacts: count,
                funnel,
                stage,
            });
        }
    }
    told
}

fn contacts(metrics: &Value) -> String {
    let number = metrics["contacts"].as_u64().unwrap_or(0);
    let mut line = format!("{number} contact{}", if number == 1 { "" } else { "s" });
    if let Some(rejected) = metrics["rejected"]
        .as_u64()
        .filter(|rejected| *rejected > 0)
    {
        let rows = if rejected == 1 { "row" } else { "rows" };
        write!(line, ", {rejected} bad {rows} set aside").expect("writing to a string never fails");
    }
    line.push('\n');
    line
}

/// What found its hours closed when it was to go on: the schedule does not meet them.
fn put_off_again(figures: &Value) -> Option<String> {
    let times = figures["times"].as_u64()?;
    let (what, most) = (
        if times == 1 {
            "message or wait"
        } else {
            "messages or waits"
        },
        count(&figures["most"]),
    );
    Some(format!(
        "{times} {what} put off again, at most {most} in a row: no run came within the\nhours. Run \
            more often; docs/operating.md says how often.\n"
    ))
}

/// The lightest stage first, as the journey goes.
fn funnel(funnel: &Funnel, figures: &Value, width: usize) -> String {
    let mut table = Table::new(width, STAGE.len());
    table.head(&funnel.id, &STAGE);
    let mut stages: Vec<_> = funnel.stages.values().collect();
    stages.sort_by_key(|stage| stage.weight);
    for stage in stages {
        let figures = &figures["stages"][&stage.id];
        let cells = STAGE.map(|figure| {
            if figure == "rate" {
                rate(figures)
            } else {
                count(&figures[figure])
            }
        });
        table.row(&format!("  {}", stage.id), cells.into());
    }
    let mut none = STAGE.map(|_| String::new());
    none[STAGE.len() - 1] = count(&figures["none"]);
    table.row("  (none)", none.into());
    table.text()
}

fn count(figure: &Value) -> String {
    figure.as_u64().unwrap_or(0).to_string()
}

/// Converted of reach; a dash where nobody was there.
pub(super) fn rate(figures: &Value) -> String {
    let (reach, converted) = (
        figures["reach"].as_u64().unwrap_or(0),
        figures["converted"].as_u64().unwrap_or(0),
    );
    if reach == 0 {
        return "-".to_owned();
    }
    let tenths = (u128::from(converted) * 2000 + u128::from(reach)) / (2 * u128::from(reach));
    format!("{}.{} %", tenths / 10, tenths % 10)
}
