//! A run for machines: a versioned JSON document, described by schema/run.schema.json.
//!
//! Invariant: it says what the same run says in words, and nothing that the words lack but codes
//! and places.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::json::{Finding, Findings};
use crate::json_schema::published;
use crate::runner::notice::{Notice, NoticeCode};
use crate::screen::without_passwords;

/// The version of the document's format.
pub const FORMAT: u32 = 1;

/// What `funnelc run --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RunReport {
    /// The version of this format; a change of meaning raises it.
    pub format: u32,
    /// What became of the run.
    pub outcome: Outcome,
    /// The code with which the program ends; docs/outputs.md says what each means.
    pub exit: u8,
    /// How many of the messages and findings are errors.
    pub errors: usize,
    /// How many of them are warnings.
    pub warnings: usize,
    /// What the run has to say, in the order in which it came up.
    pub messages: Vec<Message>,
    /// The findings of the project; none where a plan was run.
    pub findings: Vec<Finding>,
    /// What metrics.json holds, or would hold: also of a dry run, and of one that would let too
    /// much go out. `null` where there are no figures.
    #[schemars(with = "Option<Map<String, Value>>")]
    pub metrics: Option<Value>,
}

/// What became of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The run stands in its folder.
    Written,
    /// It stood there before, and nothing was changed.
    Repeated,
    /// It would stand; nothing was written.
    DryRun,
    /// There is no run; `exit` and the errors say why.
    Failed,
}

/// One thing that a run has to say.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Message {
    /// The kind of thing.
    pub code: NoticeCode,
    /// How bad it is.
    pub severity: Weight,
    /// What is the matter.
    pub message: String,
    /// What to do about it; of several errors of one file it stands at the first.
    pub help: Option<String>,
    /// The file or folder that it is about, as it was named or found.
    pub file: Option<String>,
    /// The line of that file, counted from 1.
    pub line: Option<u64>,
    /// The column of that file, by its name in the header.
    pub column: Option<String>,
    /// What the cell holds.
    pub value: Option<String>,
}

/// How bad a thing is that a run says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Weight {
    /// There is no run.
    Error,
    /// Worth a look.
    Warning,
    /// Worth knowing.
    Note,
}

impl Weight {
    /// The word before it on standard error.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

impl Message {
    /// A notice with its weight, and the file that it is about.
    pub fn new(severity: Weight, notice: Notice, file: Option<String>) -> Self {
        let Notice {
            code,
            line,
            column,
            value,
            message,
        } = notice;
        let shown = |text: String| without_passwords(&text).into_owned();
        Self {
            code,
            severity,
            message: shown(message),
            help: None,
            file: file.map(shown),
            line,
            column: column.map(shown),
            value: value.map(shown),
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn maybe_help(self, help: Option<&str>) -> Self {
        Self {
            help: help.map(|help| without_passwords(help).into_owned()),
            ..self
        }
    }
}

impl RunReport {
    /// The document; `metrics` is the text of metrics.json.
    pub fn new(
        (outcome, exit): (Outcome, u8),
        messages: Vec<Message>,
        project: Option<Findings>,
        metrics: Option<&str>,
    ) -> Self {
        let count = |weight| {
            messages
                .iter()
                .filter(|message| message.severity == weight)
                .count()
        };
        let (errors, warnings) = (count(Weight::Error), count(Weight::Warning));
        let project = project.unwrap_or_else(|| Findings::new([]));
        Self {
            format: FORMAT,
            outcome,
            exit,
            errors: errors + project.errors,
            warnings: warnings + project.warnings,
            messages,
            findings: project.findings,
            metrics: metrics.and_then(|text| serde_json::from_str(text).ok()),
        }
    }

    /// The document as text, with a newline at the end.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("structs of text and numbers always serialise")
            + "\n"
    }
}

/// The JSON Schema of the document.
pub fn json_schema() -> String {
    published::<RunReport>()
}
