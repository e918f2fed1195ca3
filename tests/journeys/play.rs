//! A journey, played run after run: each has the state of the one before it.
//!
//! Invariant: a run is given what a page says and nothing else.

use funnelc::diagnostic::Severity;
use funnelc::plan::Plan;
use funnelc::report::text;
use funnelc::runner::batch::{Inputs, Options, RunBytes, run_inputs};
use funnelc::runner::events::Format;
use funnelc::source::Sources;

/// The blocks that a run is given.
pub(crate) const GIVEN: [&str; 4] = ["yaml", "csv contacts", "csv events", "csv companies"];

/// The blocks that tell what happens.
pub(crate) const TOLD: [&str; 7] = [
    "refused",
    "csv rejected",
    "journal",
    "csv written",
    "actions",
    "migrated",
    "metrics",
];

/// Those of them that say by not being there that there is nothing of it; the others are looked at
/// where they stand.
const ALWAYS: [&str; 3] = ["refused", "csv rejected", "journal"];

/// Behind the moment of a run whose contacts file is what the last one wrote.
const ON_OUTPUT: &str = " on what the last run wrote";

/// The runs so far.
pub(crate) struct Story<'h> {
    /// What a project begins with that does not begin with its version.
    head: &'h str,
    plan: Option<Plan>,
    contacts: String,
    companies: Option<String>,
    events: Option<String>,
    last: Option<RunBytes>,
}

/// What came of a run.
pub(crate) struct Happened {
    /// Its heading.
    pub(crate) at: String,
    /// Why there was no run, where it was refused.
    came: Result<RunBytes, String>,
}

impl<'h> Story<'h> {
    pub(crate) fn new(head: &'h str) -> Self {
        Self {
            head,
            plan: None,
            contacts: String::new(),
            companies: None,
            events: None,
            last: None,
        }
    }

    /// Takes a block of [`GIVEN`], which counts from here on.
    pub(crate) fn given(&mut self, kind: &str, text: &str) -> Result<(), String> {
        match kind {
            "yaml" => self.plan = Some(plan(self.head, text)?),
            "csv contacts" => text.clone_into(&mut self.contacts),
            "csv events" => self.events = Some(text.to_owned()),
            "csv companies" => self.companies = Some(text.to_owned()),
            other => return Err(format!("nothing takes a block `{other}`")),
        }
        Ok(())
    }

    /// A run with this heading.
    pub(crate) fn run(&mut self, heading: &str) -> Result<Happened, String> {
        let at = heading.strip_suffix(ON_OUTPUT);
        if at.is_some() {
            let last = self
                .last
                .as_ref()
                .ok_or("there is no run before this one")?;
            self.contacts = utf8(&last.contacts).to_owned();
        }
        let plan = self
            .plan
            .as_ref()
            .ok_or("no project stands before the first run")?;
        let now = moment(at.unwrap_or(heading), plan).map_err(|error| {
            format!(
                "`### {heading}` is no run: {error}; write a moment such as \
                `2026-11-01T09:00`, and perhaps `{}` behind it",
                ON_OUTPUT.trim()
            )
        })?;
        let inputs = Inputs {
            contacts: self.contacts.as_bytes(),
            companies: self.companies.as_ref().map(String::as_bytes),
            events: self
                .events
                .as_ref()
                .map(|events| (events.as_bytes(), Format::Csv)),
            ..Inputs::default()
        };
        let state = self.last.as_ref().map(|last| last.state.as_slice());
        let came = run_inputs(plan, now, inputs, state, Options::default())
            .map_err(|error| error.to_string());
        self.last = came.as_ref().ok().cloned().or(self.last.take());
        Ok(Happened {
            at: heading.to_owned(),
            came,
        })
    }
}

impl Happened {
    /// What a block of this kind must say, for one that says `told`; nothing where it need not be
    /// there.
    pub(crate) fn tells(&self, kind: &str, told: Option<&str>) -> Option<String> {
        let run = self.came.as_ref().ok();
        if !ALWAYS.contains(&kind) && told.is_none() {
            return None;
        }
        let said = match kind {
            "refused" => self
                .came
                .as_ref()
                .err()
                .map(|why| format!("{}\n", why.trim_end())),
            "csv rejected" => run
                .filter(|run| run.problems.rows > 0)
                .map(|run| utf8(&run.rejects).to_owned()),
            "journal" => run.map(|run| journal(&run.journal)),
            "csv written" => run.map(|run| utf8(&run.contacts).to_owned()),
            "actions" => run.map(|run| actions(&run.actions)),
            "migrated" => run.map(|run| {
                run.migrated
                    .iter()
                    .map(|line| format!("{line}\n"))
                    .collect()
            }),
            _ => run.map(|run| metrics(&run.metrics, told.unwrap_or_default())),
        };
        Some(said.unwrap_or_default())
    }
}

/// The plan of a project without errors.
fn plan(head: &str, rest: &str) -> Result<Plan, String> {
    let text = if rest.starts_with("version:") {
        rest.to_owned()
    } else {
        format!("{head}{rest}")
    };
    let mut sources = Sources::default();
    sources.add("funnelc.yaml", text);
    let mut compiled = funnelc::compile(sources);
    compiled
        .diagnostics
        .retain(|finding| finding.severity == Severity::Error);
    let style = text::Style {
        width: 100,
        color: false,
    };
    compiled
        .plan
        .ok_or_else(|| text::findings(&compiled.diagnostics, &compiled.sources, style))
}

/// The second of a wall clock in the project's zone.
fn moment(text: &str, plan: &Plan) -> Result<i64, jiff::Error> {
    let time: jiff::civil::DateTime = text.parse()?;
    Ok(time.in_tz(&plan.model().timezone)?.timestamp().as_second())
}

/// The rows of journal.csv without the time and without empty cells.
fn journal(table: &[u8]) -> String {
    let row = |line: &str| {
        let cells = line
            .split(',')
            .enumerate()
            .filter(|(at, cell)| *at != 1 && !cell.is_empty());
        cells.map(|(_, cell)| cell).collect::<Vec<_>>().join(" ") + "\n"
    };
    utf8(table).lines().skip(1).map(row).collect()
}

/// The rows of actions.csv: contact, action, target, campaign, entry, step and visit.
fn actions(table: &[u8]) -> String {
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        [1, 2, 3, 6, 7, 8, 9].map(|at| cells[at]).join(" ") + "\n"
    };
    utf8(table).lines().skip(1).map(row).collect()
}

/// The figures of metrics.json that `told` asks for, each by its JSON pointer.
fn metrics(json: &str, told: &str) -> String {
    let metrics: serde_json::Value = serde_json::from_str(json).unwrap();
    let figure = |line: &str| {
        let path = line.split(" = ").next().unwrap_or_default();
        let value = metrics
            .pointer(path)
            .map_or_else(|| "nothing".to_owned(), ToString::to_string);
        format!("{path} = {value}\n")
    };
    told.lines().map(figure).collect()
}

fn utf8(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("a run writes UTF-8")
}
