//! What a run says, as it comes up: in words at once, or kept for the one document that ends it.
//!
//! Invariant: with `--format json` nothing but that document is on standard output, and nothing on
//! standard error that stands in it.

use std::cell::RefCell;
use std::path::Path;

use clap::ValueEnum;

use super::Stopped;
use crate::Compiled;
use crate::cli::output::{Stream, Terminal};
use crate::cli::{CliError, Exit, findings, plan};
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::report::json::Findings;
use crate::report::run::{Message, Outcome, RunReport, Weight};
use crate::report::{self, metrics};
use crate::runner::notice::{Notice, NoticeCode};
use crate::runner::simulate::Simulated;
use crate::screen::one_line;
use crate::source::Sources;

/// The forms in which a run says what it has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: tables on standard output, the rest on standard error
    Text,
    /// For machines: one document; described by schema/run.schema.json
    Json,
}

/// Who hears it.
pub(super) struct Voice {
    terminal: Terminal,
    /// What was said, where it is not said in words.
    kept: Option<RefCell<Kept>>,
    /// Whether it is a simulation that is told of.
    simulates: bool,
}

#[derive(Default)]
struct Kept {
    messages: Vec<Message>,
    project: Option<Findings>,
    metrics: Option<String>,
    simulation: Option<Simulated>,
}

impl Voice {
    pub(super) fn new(format: Format, terminal: Terminal) -> Self {
        Self {
            terminal,
            kept: (format == Format::Json).then(RefCell::default),
            simulates: false,
        }
    }

    /// Of a simulation.
    pub(super) fn simulating(format: Format, terminal: Terminal) -> Self {
        Self {
            simulates: true,
            ..Self::new(format, terminal)
        }
    }

    /// What a simulation went through, before its figures.
    pub(super) fn simulation(&self, simulated: &Simulated) -> Result<(), CliError> {
        let Some(kept) = &self.kept else {
            let table = report::simulate::table(simulated, self.terminal.table_width());
            return self.terminal.print(Stream::Out, &table);
        };
        kept.borrow_mut().simulation = Some(simulated.clone());
        Ok(())
    }

    /// The findings of the project. In words only errors are shown.
    pub(super) fn project(&self, compiled: &Compiled) -> Result<(), CliError> {
        match &self.kept {
            None => plan::findings(compiled, self.terminal).map(drop),
            Some(kept) => {
                kept.borrow_mut().project = Some(findings::of(std::slice::from_ref(compiled)));
                Ok(())
            }
        }
    }

    /// What is wrong with a file that was read beside the project.
    pub(super) fn mistakes(&self, found: &[Diagnostic], sources: &Sources) -> Result<(), CliError> {
        let Some(kept) = &self.kept else {
            let style = self.terminal.style(Stream::Err);
            let text = report::text::findings(found, sources, style);
            return self.terminal.print(Stream::Err, &text);
        };
        let new = found.iter().map(|finding| (finding, sources));
        kept.borrow_mut().project = Some(Findings::new(new));
        Ok(())
    }

    /// Something worth a look.
    pub(super) fn warn(
        &self,
        notice: impl Into<Notice>,
        file: Option<&Path>,
    ) -> Result<(), CliError> {
        self.say(Weight::Warning, notice.into(), file)
    }

    /// Something worth knowing.
    pub(super) fn note(&self, notice: Notice) -> Result<(), CliError> {
        self.say(Weight::Note, notice, None)
    }

    fn say(&self, weight: Weight, notice: Notice, file: Option<&Path>) -> Result<(), CliError> {
        let Some(kept) = &self.kept else {
            let file = file
                .map(|path| format!("`{}`: ", path.display()))
                .unwrap_or_default();
            return self.terminal.say(&format!(
                "{}: {file}{}\n",
                weight.word(),
                one_line(&notice.message)
            ));
        };
        let file = file.map(|path| path.display().to_string());
        kept.borrow_mut()
            .messages
            .push(Message::new(weight, notice, file));
        Ok(())
    }

    /// Something worth knowing, in words a sentence of its own.
    pub(super) fn add(&self, notice: Notice) -> Result<(), CliError> {
        if self.kept.is_some() {
            self.note(notice)
        } else {
            self.terminal.say(&format!("{}\n", notice.message))
        }
    }

    /// In words alone: what the document says with its `outcome`.
    pub(super) fn add_in_words(&self, text: &str) -> Result<(), CliError> {
        if self.kept.is_some() {
            Ok(())
        } else {
            self.terminal.say(text)
        }
    }

    /// Why there is no run.
    pub(super) fn fail(&self, failure: &CliError) {
        match &self.kept {
            None => self.terminal.fail(failure),
            Some(kept) => kept.borrow_mut().messages.extend(failure.messages()),
        }
    }

    /// The figures of the run; `metrics` is the text of metrics.json.
    pub(super) fn figures(&self, model: &Model, metrics: &str) -> Result<(), CliError> {
        let Some(kept) = &self.kept else {
            let table = metrics::table(model, metrics, self.terminal.table_width());
            return self.terminal.print(Stream::Out, &table);
        };
        kept.borrow_mut().metrics = Some(metrics.to_owned());
        Ok(())
    }

    /// How the command ends, after the document where one is asked for.
    pub(super) fn end(self, ended: Result<Outcome, Stopped>) -> Result<Exit, CliError> {
        let Self {
            terminal,
            kept,
            simulates,
        } = self;
        let Some(kept) = kept.map(RefCell::into_inner) else {
            return match ended {
                Ok(_) => Ok(Exit::Fine),
                Err(Stopped::Told(exit)) => Ok(exit),
                Err(Stopped::Failed(failure)) => Err(failure),
            };
        };
        let mut messages = kept.messages;
        let (outcome, exit) = match ended {
            Ok(outcome) => (outcome, Exit::Fine),
            Err(Stopped::Told(exit)) => (Outcome::Failed, exit),
            Err(Stopped::Failed(failure)) => {
                messages.extend(failure.messages());
                (Outcome::Failed, failure.exit)
            }
        };
        if exit == Exit::Interrupted {
            messages.push(Message::new(
                Weight::Error,
                Notice::new(NoticeCode::Interrupted, "interrupted"),
                None,
            ));
        }
        let report = RunReport::new(
            (outcome, exit as u8),
            messages,
            kept.project,
            kept.metrics.as_deref(),
        );
        let document = if simulates {
            let simulation = kept.simulation;
            report::simulate::SimulateReport {
                run: report,
                simulation,
            }
            .to_json()
        } else {
            report.to_json()
        };
        match (terminal.print(Stream::Out, &document), outcome) {
            (Ok(()), _) => Ok(exit),
            // A run that stands is no failure any more, and one that failed says so by its code.
            (Err(unprinted), Outcome::Written | Outcome::Repeated) => {
                let _ = terminal.say(&format!(
                    "warning: the run stands, but its document is lost: {unprinted}\n"
                ));
                Ok(exit)
            }
            (Err(unprinted), Outcome::DryRun) => Err(unprinted),
            (Err(unprinted), Outcome::Failed) => {
                terminal.fail(&unprinted);
                Ok(exit)
            }
        }
    }
}
