//! One test from its first run to its last: the row, the state, what was sent, and what was
//! expected and did not come.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::civil::DateTime;

use super::clock::Clock;
use super::row::{Row, table};
use super::{Limits, outcome_name, question_name};
use crate::diagnostic::{Diagnostic, codes};
use crate::model::patience::Patience;
use crate::model::test::{Expectation, Test};
use crate::model::{ContentId, Model, Moment};
use crate::plan::Plan;
use crate::runner::batch::{Inputs, Past, run_inputs};
use crate::runner::events::Format;
use crate::runner::program::Zone;
use crate::runner::state::dues;
use crate::runner::{Options, RunBytes};
use crate::source::Span;

/// How many lines of the journal a failure shows.
const LAST_LINES: usize = 12;

/// Why a test did not come to its end.
pub(super) enum Unfinished {
    /// A run came to nothing, for this reason.
    Impossible(String),
    /// It has more instants than it may have.
    TooLong {
        /// The wall clock of the last one.
        reached: DateTime,
    },
    /// Its searches for patterns cost more than they may.
    TooDear,
}

impl From<String> for Unfinished {
    fn from(reason: String) -> Self {
        Self::Impossible(reason)
    }
}

/// A test while it runs.
pub(super) struct Scenario<'a> {
    model: &'a Model,
    plan: &'a Plan,
    test: &'a Test,
    row: Row,
    state: Option<Vec<u8>>,
    sent: BTreeSet<String>,
    /// What the last run said of each question.
    answers: BTreeMap<String, bool>,
    journal: Vec<String>,
    instants: usize,
    patience: Arc<Patience>,
    pub(super) failures: Vec<Diagnostic>,
}

impl<'a> Scenario<'a> {
    pub(super) fn new(
        model: &'a Model,
        plan: &'a Plan,
        test: &'a Test,
        patience: &Arc<Patience>,
    ) -> Self {
        Self {
            model,
            plan,
            test,
            row: Row::new(model, test),
            state: None,
            sent: BTreeSet::new(),
            answers: BTreeMap::new(),
            journal: Vec::new(),
            instants: 0,
            patience: Arc::clone(patience),
            failures: Vec::new(),
        }
    }

    pub(super) fn instants(&self) -> usize {
        self.instants
    }

    /// Runs every instant, or those up to an interruption.
    pub(super) fn tell(&mut self, limits: Limits<'_>) -> Result<(), Unfinished> {
        let zone = Zone::named(&self.model.timezone).map_err(|error| error.to_string())?;
        let test = self.test;
        let second = |moment: Moment| zone.start_of_moment(moment);
        let mut edits: Vec<_> = test
            .changes
            .iter()
            .map(|edit| (second(edit.at), edit))
            .collect();
        let mut expected: Vec<_> = test
            .expect
            .iter()
            .enumerate()
            .map(|(at, it)| (second(it.at), at, it))
            .collect();
        edits.sort_by_key(|(at, _)| *at);
        expected.sort_by_key(|(at, ..)| *at);
        let events = test.events.iter().map(|event| second(event.at));
        let named = edits
            .iter()
            .map(|(at, _)| *at)
            .chain(expected.iter().map(|(at, ..)| *at))
            .chain(events);
        let named = named.chain([second(test.from)]);
        let mut clock = Clock::new(self.plan, named, !test.outcome.is_empty())
            .map_err(|error| error.to_string())?;
        let (mut edits, mut expected) = (
            edits.into_iter().peekable(),
            expected.into_iter().peekable(),
        );
        let mut reached = zone.wall(second(test.from));
        while let Some(now) = clock
            .tick()
            .filter(|_| !limits.interrupted.load(Ordering::Relaxed))
        {
            if self.instants == limits.instants {
                return Err(Unfinished::TooLong { reached });
            }
            reached = zone.wall(now);
            while let Some((_, edit)) = edits.next_if(|(at, _)| *at <= now) {
                self.row.edit(self.model, edit);
            }
            self.run(now, &mut clock)?;
            while let Some((_, at, expectation)) = expected.next_if(|(at, ..)| *at <= now) {
                self.hold(at, expectation);
            }
        }
        self.hold_outcomes();
        Ok(())
    }

    fn run(&mut self, now: i64, clock: &mut Clock) -> Result<(), Unfinished> {
        let file = self.row.file();
        let events = self.row.events(self.model, &self.test.events);
        let companies = self.row.companies(self.model);
        let past = Past {
            update_columns: true,
            replay: true,
            ..Past::default()
        };
        let inputs = Inputs {
            contacts: &file,
            companies: companies.as_deref(),
            events: Some((&events, Format::Csv)),
            spill: None,
            past,
            patience: Some(&self.patience),
        };
        let run = run_inputs(
            self.plan,
            now,
            inputs,
            self.state.as_deref(),
            Options::default(),
        );
        let run = run.map_err(|error| error.to_string())?;
        if let Some(problem) = run.problems.first.first() {
            let column = problem.column.as_deref().unwrap_or_default();
            return Err(Unfinished::Impossible(format!(
                "`{}` in column `{column}` of its contact: {}",
                problem.value, problem.reason
            )));
        }
        if self.patience.was_over() {
            return Err(Unfinished::TooDear);
        }
        self.instants += 1;
        let quiet = self.journal.len();
        self.take(&run);
        let text = String::from_utf8_lossy(&run.state);
        for due in text.lines().skip(1).flat_map(dues) {
            if due > now {
                clock.expect(due);
            }
        }
        if self.journal.len() > quiet || self.instants == 1 {
            clock.happened(now, now);
        }
        self.state = Some(run.state);
        Ok(())
    }

    fn take(&mut self, run: &RunBytes) {
        self.row.take(&run.contacts);
        self.sent.extend(
            table(&run.actions)
                .iter()
                .filter(|row| row["action"] == "send")
                .map(|row| row["target"].clone()),
        );
        self.journal.extend(table(&run.journal).iter().map(told));
        let metrics: serde_json::Value = serde_json::from_str(&run.metrics).unwrap_or_default();
        let segments = metrics["segments"].as_object().into_iter().flatten();
        self.answers = segments
            .map(|(segment, size)| (segment.clone(), size.as_u64() == Some(1)))
            .collect();
    }

    fn hold(&mut self, at: usize, expected: &Expectation) {
        let when = expected.at;
        if let Some(that) = &expected.that
            && !self.answer(&question_name(&self.test.name, at))
        {
            self.fail(
                that.span,
                format!("this is not true after {when}"),
                "is false",
            );
        }
        for (content, span) in &expected.sent {
            if !self.was_sent(*content) {
                self.fail(
                    *span,
                    format!("`{}` was not sent by {when}", self.content(*content)),
                    "not sent",
                );
            }
        }
        for (content, span) in &expected.not_sent {
            if self.was_sent(*content) {
                self.fail(
                    *span,
                    format!("`{}` was sent by {when}", self.content(*content)),
                    "was sent",
                );
            }
        }
    }

    fn hold_outcomes(&mut self) {
        for (at, ended) in self.test.outcome.iter().enumerate() {
            if !self.answer(&outcome_name(&self.test.name, at)) {
                let campaign = &self.model.campaigns[ended.campaign].id;
                self.fail(
                    ended.span,
                    format!("`{campaign}` did not end as {}", ended.is.word()),
                    "did not end so",
                );
            }
        }
    }

    fn answer(&self, question: &str) -> bool {
        self.answers.get(question).copied().unwrap_or(false)
    }

    fn content(&self, content: ContentId) -> &'a str {
        &self.model.content[content].id
    }

    fn was_sent(&self, content: ContentId) -> bool {
        self.sent.contains(self.content(content))
    }

    fn fail(&mut self, span: Span, message: String, label: &str) {
        let failure = Diagnostic::new(codes::FAILED_TEST, span, message)
            .at(label)
            .label(self.test.span, "in this test");
        self.failures.push(failure.help(self.journal_so_far()));
    }

    /// The end of the journal, as people read it.
    fn journal_so_far(&self) -> String {
        let skipped = self.journal.len().saturating_sub(LAST_LINES);
        let mut text = match (self.journal.len(), skipped) {
            (0, _) => "nothing happened to the contact".to_owned(),
            (_, 0) => "what happened:".to_owned(),
            (_, skipped) => format!("what happened, after {skipped} more:"),
        };
        for line in &self.journal[skipped..] {
            let _ = write!(text, "\n  {line}");
        }
        text
    }
}

/// A row of the journal as a line.
fn told(row: &BTreeMap<String, String>) -> String {
    let cell = |column: &str| row.get(column).map_or("", String::as_str);
    // The minute says enough: it is the wall clock of the project, as in the test.
    let minute = cell("at").get(..16).unwrap_or_default();
    let mut line = format!("{minute}  {}", cell("event"));
    for column in ["campaign", "step", "subject", "from", "to", "reason"] {
        if !cell(column).is_empty() {
            let arrow = if column == "to" && !cell("from").is_empty() {
                "-> "
            } else {
                ""
            };
            let _ = write!(line, " {arrow}{}", cell(column));
        }
    }
    line
}
