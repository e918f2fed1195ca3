//! Findings for a terminal: each with its source lines, labels and help, drawn by miette.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents,
};

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::screen::one_line;
use crate::source::{FileId, SourceFile, Sources, Span};
use crate::yaml::secrets::Secrets;

/// How the text is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether to use colours.
    pub color: bool,
}

/// All findings, one after the other, and nothing where there are none.
pub fn findings(diagnostics: &[Diagnostic], sources: &Sources, style: Style) -> String {
    let theme = if style.color {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_links(false);
    // Ids have hyphens, and must stay whole to be copied.
    let handler = handler
        .with_word_splitter(textwrap::WordSplitter::NoHyphenation)
        .with_break_words(false);
    let shown = Shown::of(diagnostics, sources);
    let mut text = String::new();
    for diagnostic in diagnostics {
        let finding = Finding::new(diagnostic, sources, &shown);
        // Writing to a string cannot fail; a finding that miette cannot draw still has its first
        // line.
        if handler.render_report(&mut text, &finding).is_err() {
            text.push_str(&format!(
                "{}: {}\n",
                diagnostic.code.name(),
                diagnostic.message
            ));
        }
        text.push('\n');
    }
    text
}

/// `3 errors and 1 warning`, or nothing.
pub fn count(diagnostics: &[Diagnostic]) -> Option<String> {
    let of = |severity| {
        diagnostics
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    };
    let words =
        |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    match (of(Severity::Error), of(Severity::Warning)) {
        (0, 0) => None,
        (errors, 0) => Some(words(errors, "error")),
        (0, warnings) => Some(words(warnings, "warning")),
        (errors, warnings) => Some(format!(
            "{} and {}",
            words(errors, "error"),
            words(warnings, "warning")
        )),
    }
}

/// A diagnostic in the form that miette draws: the labels of one file, and those of other files as
/// related findings.
struct Finding<'a> {
    message: String,
    code: Option<&'a str>,
    severity: Severity,
    help: Option<&'a str>,
    file: Option<File<'a>>,
    labels: Vec<LabeledSpan>,
    related: Vec<Finding<'a>>,
}

/// The longest line that is drawn; longer ones are told by their place alone.
const LONGEST_LINE: usize = 400;

impl<'a> Finding<'a> {
    fn new(diagnostic: &'a Diagnostic, sources: &'a Sources, shown: &'a Shown<'a>) -> Self {
        let home = diagnostic.primary.span.file;
        if lines_of(diagnostic, sources).any(|length| length > LONGEST_LINE) {
            return Self::told(diagnostic, sources);
        }
        let (here, elsewhere): (Vec<_>, Vec<_>) = diagnostic
            .labels
            .iter()
            .partition(|label| label.span.file == home);
        let mut labels = vec![LabeledSpan::new_primary_with_span(
            Some(diagnostic.primary.text.clone()).filter(|text| !text.is_empty()),
            source_span(diagnostic.primary.span),
        )];
        labels.extend(here.into_iter().map(labeled));
        Self {
            message: one_line(&diagnostic.message).into_owned(),
            code: Some(diagnostic.code.name()),
            severity: diagnostic.severity,
            help: diagnostic.help.as_deref(),
            file: shown.file(home),
            labels,
            related: elsewhere
                .into_iter()
                .map(|label| Self::related(label, diagnostic, shown))
                .collect(),
        }
    }

    /// A finding without a picture of its lines.
    fn told(diagnostic: &'a Diagnostic, sources: &Sources) -> Self {
        let at = sources.line_column(diagnostic.primary.span);
        let path = sources
            .file(diagnostic.primary.span.file)
            .map_or("", |file| file.path.as_str());
        let path = one_line(path);
        Self {
            message: format!(
                "{} ({path}:{}:{})",
                one_line(&diagnostic.message),
                at.line,
                at.column
            ),
            code: Some(diagnostic.code.name()),
            severity: diagnostic.severity,
            help: diagnostic.help.as_deref(),
            file: None,
            labels: Vec::new(),
            related: Vec::new(),
        }
    }

    fn related(label: &'a Label, diagnostic: &Diagnostic, shown: &'a Shown<'a>) -> Self {
        Self {
            message: label.text.clone(),
            code: None,
            severity: diagnostic.severity,
            help: None,
            file: shown.file(label.span.file),
            labels: vec![labeled(label)],
            related: Vec::new(),
        }
    }
}

/// The lengths of the longest lines that a finding would draw: its own, and one before and behind.
fn lines_of(diagnostic: &Diagnostic, sources: &Sources) -> impl Iterator<Item = usize> {
    let spans = std::iter::once(&diagnostic.primary)
        .chain(&diagnostic.labels)
        .map(|label| label.span);
    spans.filter_map(|span| {
        Some(
            sources
                .file(span.file)?
                .longest_line_around(span.start as usize),
        )
    })
}

fn labeled(label: &Label) -> LabeledSpan {
    LabeledSpan::new_with_span(Some(label.text.clone()), source_span(label.span))
}

fn source_span(span: Span) -> SourceSpan {
    (span.start as usize, (span.end - span.start) as usize).into()
}

impl fmt::Display for Finding<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Finding<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Finding<'_> {}

impl miette::Diagnostic for Finding<'_> {
    fn code<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        self.code
            .map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        self.help
            .map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.file.as_ref().map(|file| file as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        if self.labels.is_empty() {
            return None;
        }
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn related<'b>(&'b self) -> Option<Box<dyn Iterator<Item = &'b dyn miette::Diagnostic> + 'b>> {
        if self.related.is_empty() {
            return None;
        }
        Some(Box::new(
            self.related
                .iter()
                .map(|finding| finding as &dyn miette::Diagnostic),
        ))
    }
}

/// The files that are drawn, with nothing to be seen of their secrets.
struct Shown<'a>(BTreeMap<FileId, (&'a SourceFile, Cow<'a, str>)>);

impl<'a> Shown<'a> {
    fn of(diagnostics: &[Diagnostic], sources: &'a Sources) -> Self {
        let labels = diagnostics
            .iter()
            .flat_map(|it| std::iter::once(&it.primary).chain(&it.labels));
        let ids: BTreeSet<FileId> = labels.map(|label| label.span.file).collect();
        let secrets = Secrets::of(diagnostics, sources);
        let one = |id: FileId| Some((id, (sources.file(id)?, secrets.shown(id)?)));
        Self(ids.into_iter().filter_map(one).collect())
    }

    fn file(&'a self, id: FileId) -> Option<File<'a>> {
        self.0.get(&id).map(|(file, text)| File(file, text))
    }
}

/// A source file that miette can read without copying it, and its text as it is shown.
#[derive(Debug)]
struct File<'a>(&'a SourceFile, &'a str);

impl SourceCode for File<'_> {
    fn read_span<'b>(
        &'b self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'b> + 'b>, MietteError> {
        // Only the lines around, because miette reads from the start of what it is given, for every
        // label of every finding.
        let around = self.0.lines_around(
            span.offset()..span.offset() + span.len(),
            before.max(after) + 1,
        );
        let lines_above = self.0.lines_before(around.start);
        let Some(text) = self.1.get(around.clone()) else {
            return Err(MietteError::OutOfBounds);
        };
        let Some(start) = span.offset().checked_sub(around.start) else {
            return Err(MietteError::OutOfBounds);
        };
        let contents = text.read_span(&(start, span.len()).into(), before, after)?;
        let place = (
            contents.span().offset() + around.start,
            contents.span().len(),
        );
        // miette counts the lines from the start of the file, which would draw every line between
        // two labels.
        let lines = memchr::memchr_iter(b'\n', contents.data()).count();
        Ok(Box::new(MietteSpanContents::new_named(
            one_line(&self.0.path).into_owned(),
            contents.data(),
            place.into(),
            lines_above + contents.line(),
            contents.column(),
            lines,
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read of a span, but for the count of lines.
    type Read = Result<(Vec<u8>, SourceSpan, usize, usize), String>;

    fn read(source: &dyn SourceCode, span: SourceSpan, lines: (usize, usize)) -> Read {
        let contents = source
            .read_span(&span, lines.0, lines.1)
            .map_err(|error| error.to_string())?;
        Ok((
            contents.data().to_vec(),
            *contents.span(),
            contents.line(),
            contents.column(),
        ))
    }

    #[test]
    fn the_lines_around_are_read_as_if_from_the_start() {
        for text in [
            "a\nbb\n\n  ccc\nd\r\n\r\nee\nlast",
            "\u{feff}a: ą\nb\n\nc\n",
            "one\rtwo\nthree\rfour",
            "",
        ] {
            let mut sources = Sources::default();
            let id = sources.add("a.yaml", text);
            let Some(file) = sources.file(id) else {
                panic!("it was added")
            };
            let places = |from: usize| (from..=text.len()).filter(|at| text.is_char_boundary(*at));
            for (start, end) in
                places(0).flat_map(|start| places(start).map(move |end| (start, end)))
            {
                let span = (start, end - start).into();
                for lines in [(0, 0), (1, 1), (2, 0), (0, 3)] {
                    assert_eq!(
                        read(&File(file, text), span, lines),
                        read(&text, span, lines),
                        "{text:?} {start}..{end} {lines:?}"
                    );
                }
            }
        }
    }
}
