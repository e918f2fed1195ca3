//! Findings for machines: a versioned JSON document, described by schema/findings.schema.json.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::diagnostic::{Diagnostic, Severity};
use crate::json_schema::published;
use crate::source::{Sources, Span};

/// The version of the document's format.
pub const FORMAT: u32 = 1;

/// What `funnelc check --format json` and `funnelc test --format json` print.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Findings {
    /// The version of this format; a change of meaning raises it.
    pub format: u32,
    /// How many findings are errors.
    pub errors: usize,
    /// How many findings are warnings.
    pub warnings: usize,
    /// How many warnings are not told, because they stand in the project's baseline.
    pub left_out: usize,
    /// The findings, in order of file and place; of tests what failed, in order of the tests.
    pub findings: Vec<Finding>,
    /// The tests that were run, in their order; absent where none were asked for, as in `funnelc
    /// check`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tests: Option<Vec<TestResult>>,
}

/// A test that was run.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct TestResult {
    /// Its name, as it stands under `tests`.
    pub name: String,
    /// Where the name is written.
    pub place: Place,
    /// Whether all that it expects came true.
    pub passed: bool,
    /// At how many moments the contact was looked at.
    pub runs: usize,
}

/// One finding.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Finding {
    /// The kind of finding; `funnelc explain CODE` says more.
    pub code: String,
    /// How bad it is.
    pub severity: Level,
    /// What is wrong.
    pub message: String,
    /// The offending characters.
    pub place: Place,
    /// What stands there, in two to five words; may be empty.
    pub label: String,
    /// Other places that belong to the story.
    pub related: Vec<Related>,
    /// What to write instead, or why it matters.
    pub help: Option<String>,
    /// The test that failed so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// The project does not compile.
    Error,
    /// Worth a look.
    Warning,
}

/// A place in a file.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Place {
    /// The file, as it was named or found, with `/` between the parts.
    pub file: String,
    /// First byte, counted from 0.
    pub start: u32,
    /// First byte after the place.
    pub end: u32,
    /// Line of the first character, counted from 1.
    pub line: usize,
    /// Column of the first character, counted from 1 in characters.
    pub column: usize,
    /// Line of the end.
    pub end_line: usize,
    /// Column of the first character after the place.
    pub end_column: usize,
}

/// Another place that belongs to a finding.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Related {
    /// What stands there.
    pub label: String,
    /// The place.
    pub place: Place,
}

/// As compilers write it: file, line and column of the first character.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// The JSON Schema of the document.
pub fn json_schema() -> String {
    published::<Findings>()
}

impl Findings {
    /// The document for some findings.
    pub fn new<'a>(found: impl IntoIterator<Item = (&'a Diagnostic, &'a Sources)>) -> Self {
        let findings: Vec<_> = found
            .into_iter()
            .map(|(diagnostic, sources)| finding(diagnostic, sources))
            .collect();
        let errors = findings
            .iter()
            .filter(|finding| matches!(finding.severity, Level::Error))
            .count();
        Self {
            format: FORMAT,
            errors,
            warnings: findings.len() - errors,
            left_out: 0,
            findings,
            tests: None,
        }
    }

    /// As what failed in a test.
    #[must_use]
    pub fn of_test(mut self, name: &str) -> Self {
        self.findings
            .iter_mut()
            .for_each(|finding| finding.test = Some(name.to_owned()));
        self
    }

    /// With other findings behind its own.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.left_out += other.left_out;
        self.findings.extend(other.findings);
        self
    }

    /// With the tests that were run.
    #[must_use]
    pub fn with_tests(self, tests: Vec<TestResult>) -> Self {
        Self {
            tests: Some(tests),
            ..self
        }
    }

    /// With how many warnings the baseline leaves out.
    #[must_use]
    pub fn with_left_out(self, left_out: usize) -> Self {
        Self { left_out, ..self }
    }

    /// The document as text, with a newline at the end.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self)
            .expect("structs of text and numbers always serialise");
        text.push('\n');
        text
    }
}

fn finding(diagnostic: &Diagnostic, sources: &Sources) -> Finding {
    let related = |label: &crate::diagnostic::Label| Related {
        label: label.text.clone(),
        place: place(label.span, sources),
    };
    Finding {
        code: diagnostic.code.name().to_owned(),
        severity: match diagnostic.severity {
            Severity::Error => Level::Error,
            Severity::Warning => Level::Warning,
        },
        message: diagnostic.message.clone(),
        place: place(diagnostic.primary.span, sources),
        label: diagnostic.primary.text.clone(),
        related: diagnostic.labels.iter().map(related).collect(),
        help: diagnostic.help.clone(),
        test: None,
    }
}

/// A place for machines.
pub fn place(span: Span, sources: &Sources) -> Place {
    let (start, end) = (
        sources.line_column(span),
        sources.line_column(Span {
            start: span.end,
            ..span
        }),
    );
    Place {
        file: sources
            .file(span.file)
            .map(|file| file.path.clone())
            .unwrap_or_default(),
        start: span.start,
        end: span.end,
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}
