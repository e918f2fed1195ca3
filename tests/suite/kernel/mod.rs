//! The rule of execution, sentence by sentence: a small project, the contacts file of each run, and
//! what the journal must say.
//!
//! Invariant: each run of a story has the state of the one before it, so every story also goes
//! through the state's lines.

mod bad_values;
mod calls;
mod companies;
mod conditions;
mod defaults;
mod events;
mod experiences;
mod fields;
mod flow;
mod from_elsewhere;
mod funnels;
mod history;
mod late;
mod limits;
mod lines;
mod loose;
mod members;
mod merge;
mod messages;
mod nothing;
mod operators;
mod points;
mod sends;
mod tokens;
mod waits;

use funnelc::plan::Plan;
use funnelc::runner::batch::{Inputs, Options, Past, RunBytes, RunError, run_inputs};
use funnelc::runner::events::Format;

use crate::projects::{plan_of, sources};

/// What the projects of the stories have in common.
const CONTRACT: &str = r#"
version: 1
project: story
timezone: Europe/Warsaw
contacts:
  key: id
  tags: { values: [vip, hot, cold, other, VIP], column: tags, separator: ";" }
  points: { column: points }
  fields:
    email:   { type: email }
    orders:  { type: integer, default: 0, min: 0, max: 10 }
    spent:   { type: number }
    last:    { type: date }
    webinar: { type: datetime }
    opt-in:  { type: boolean }
    plan:    { type: choice, values: [free, pro], default: free }
    likes:   { type: choices, values: [shoes, hats, socks], separator: ";" }
    note:    { type: text }
  addresses: { email: email }
  consent: { email: { field: opt-in, is: true } }
content:
  hello: { kind: email }
  again: { kind: email }
  bar:   { kind: focus }
  banner: { kind: ad }
  rare:  { kind: email, once: ever }
"#;

/// A project, run after run.
struct Story {
    plan: Plan,
    state: Option<Vec<u8>>,
    contacts: String,
    /// The rows of the events file, if there is one.
    events: Option<String>,
    past: Past,
    last: Option<RunBytes>,
}

/// Begins a story with the rest of a project.
fn story(rest: &str) -> Story {
    story_of(&format!("{CONTRACT}{rest}"))
}

/// Begins a story in which contacts may have said that they want nothing.
fn story_with_refusals(rest: &str) -> Story {
    let consent = "  consent: { email: { field: opt-in, is: true } }\n";
    let refusals = "  do-not-contact: { email: { column: dnc } }\n";
    story_of(&format!("{CONTRACT}{rest}").replace(consent, &format!("{consent}{refusals}")))
}

/// Begins a story with a whole project.
fn story_of(yaml: &str) -> Story {
    let plan = plan_of(sources(&[("funnelc.yaml", yaml)]));
    Story::of(plan)
}

impl Story {
    /// Begins a story with a plan.
    fn of(plan: Plan) -> Self {
        Self {
            plan,
            state: None,
            contacts: String::new(),
            events: None,
            past: Past::default(),
            last: None,
        }
    }

    /// Goes on with another project and the same state.
    fn with(mut self, rest: &str) -> Self {
        self.plan = plan_of(sources(&[("funnelc.yaml", &format!("{CONTRACT}{rest}"))]));
        self
    }

    /// Goes on with another project, given whole, and the same state.
    fn with_project(mut self, yaml: &str) -> Self {
        self.plan = plan_of(sources(&[("funnelc.yaml", yaml)]));
        self
    }

    /// From now on runs are given these events.
    fn hears(mut self, events: &str) -> Self {
        self.events = Some(events.to_owned());
        self
    }

    /// From now on runs do this with the past.
    fn with_past(mut self, past: Past) -> Self {
        self.past = past;
        self
    }

    fn run(&self, now: &str) -> Result<RunBytes, RunError> {
        let events = self
            .events
            .as_ref()
            .map(|events| (events.as_bytes(), Format::Csv));
        let inputs = Inputs {
            contacts: self.contacts.as_bytes(),
            events,
            past: self.past,
            ..Inputs::default()
        };
        run_inputs(
            &self.plan,
            moment(now),
            inputs,
            self.state.as_deref(),
            Options::default(),
        )
    }

    /// A run on a new contacts file.
    fn on(mut self, now: &str, contacts: &str, journal: &str) -> Self {
        contacts.clone_into(&mut self.contacts);
        self.again(now, journal)
    }

    /// A run on what the last one wrote.
    fn back(mut self, now: &str, journal: &str) -> Self {
        let last = self.last.as_ref().expect("a run came before");
        self.contacts = String::from_utf8(last.contacts.clone()).unwrap();
        self.again(now, journal)
    }

    /// A run on the same file as the last one.
    fn again(mut self, now: &str, journal: &str) -> Self {
        let run = self.run(now);
        let run = run.unwrap_or_else(|error| panic!("{now}: {error}"));
        assert_eq!(run.problems.rows, 0, "{now}: a row was rejected");
        let expected: Vec<&str> = journal
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        assert_eq!(told(&run), expected, "the journal of {now}");
        self.state = Some(run.state.clone());
        self.last = Some(run);
        self
    }

    /// A run on the same file, whatever its journal says.
    fn goes_on(mut self, now: &str) -> Self {
        let run = self
            .run(now)
            .unwrap_or_else(|error| panic!("{now}: {error}"));
        self.state = Some(run.state.clone());
        self.last = Some(run);
        self
    }

    /// The value of a field as the state has it of the last contact.
    fn remembers(&self, field: &str) -> serde_json::Value {
        let state = std::str::from_utf8(self.state.as_deref().expect("a run came before")).unwrap();
        let line: serde_json::Value =
            serde_json::from_str(state.lines().last().expect("a contact")).unwrap();
        line["f"][field]["v"].clone()
    }

    /// Looks at the outbox of the last run: contact, action, target, campaign, entry, step and
    /// visit.
    fn acts(self, actions: &str) -> Self {
        let last = self.last.as_ref().expect("a run came before");
        let table = std::str::from_utf8(&last.actions).unwrap();
        let row = |line: &str| {
            let cells: Vec<&str> = line.split(',').collect();
            [1, 2, 3, 6, 7, 8, 9].map(|at| cells[at]).join(" ")
        };
        let rows: Vec<String> = table.lines().skip(1).map(row).collect();
        let expected: Vec<&str> = actions.lines().map(str::trim).collect();
        assert_eq!(rows, expected);
        self
    }

    /// Looks at a figure of the last run's metrics.
    fn counts(self, path: &str, figure: u64) -> Self {
        let last = self.last.as_ref().expect("a run came before");
        let metrics: serde_json::Value = serde_json::from_str(&last.metrics).unwrap();
        assert_eq!(
            metrics.pointer(path).and_then(serde_json::Value::as_u64),
            Some(figure),
            "{path} in {metrics:#}"
        );
        self
    }
}

/// The rows of a journal without the contact of a single one and without the time, empty cells left
/// out.
fn told(run: &RunBytes) -> Vec<String> {
    let journal = std::str::from_utf8(&run.journal).unwrap();
    let row = |line: &str| {
        let cells: Vec<&str> = line
            .split(',')
            .enumerate()
            .filter(|(at, _)| *at != 1)
            .map(|(_, cell)| cell)
            .collect();
        cells
            .into_iter()
            .filter(|cell| !cell.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    };
    journal
        .lines()
        .skip(1)
        .map(row)
        .map(|row| row.strip_prefix("1 ").map(str::to_owned).unwrap_or(row))
        .collect()
}

/// The moment of a wall clock in the stories' zone.
fn moment(text: &str) -> i64 {
    let time: jiff::civil::DateTime = text.parse().unwrap();
    time.in_tz("Europe/Warsaw").unwrap().timestamp().as_second()
}
