//! A simulation day by day, as a table for people; and as JSON with what a run says, described by
//! schema/simulate.schema.json.

use schemars::JsonSchema;
use serde::Serialize;

use super::run::RunReport;
use super::table::Table;
use crate::json_schema::published;
use crate::runner::simulate::{Day, Simulated};

/// What `funnelc simulate --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SimulateReport {
    /// As of a run; `metrics` are those of the whole chain.
    #[serde(flatten)]
    pub run: RunReport,
    /// What it went through; `null` where it came to nothing.
    pub simulation: Option<Simulated>,
}

impl SimulateReport {
    /// The document as text, with a newline at the end.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("structs of text and numbers always serialise")
            + "\n"
    }
}

/// The JSON Schema of the document.
pub fn json_schema() -> String {
    published::<SimulateReport>()
}

const FIGURES: [&str; 5] = ["out", "skipped", "entered", "ended", "moved"];

/// The days on which something happened, `width` columns wide or less.
pub fn table(simulated: &Simulated, width: usize) -> String {
    let Simulated {
        from,
        until,
        every,
        instants,
        visited,
        visits,
        drawn,
        days,
    } = simulated;
    let mut text = format!(
        "from {from} until {until}\n{}, {every} apart; {visited} of them matter to somebody, and \
            contacts were looked at {}\n\n",
        counted(*instants, "instant"),
        counted(*visits, "time"),
    );
    if !drawn.is_empty() {
        let counts = drawn
            .iter()
            .map(|(event, count)| format!("{count} {event}"));
        text.pop();
        text += &format!("drawn: {}\n\n", counts.collect::<Vec<_>>().join(", "));
    }
    let mut table = Table::new(width, FIGURES.len());
    table.head("day", &FIGURES);
    for day in days {
        table.row(&format!("  {}", day.day), figures(day));
    }
    let sum = |of: fn(&Day) -> u64| days.iter().map(of).sum();
    let all = Day {
        day: String::new(),
        out: sum(|day| day.out),
        skipped: sum(|day| day.skipped),
        entered: sum(|day| day.entered),
        ended: sum(|day| day.ended),
        moved: sum(|day| day.moved),
        sent: std::collections::BTreeMap::new(),
    };
    table.row("  (all)", figures(&all));
    text += &table.text();
    text.push('\n');
    text
}

fn figures(day: &Day) -> Vec<String> {
    [day.out, day.skipped, day.entered, day.ended, day.moved]
        .map(|figure| figure.to_string())
        .into()
}

fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
