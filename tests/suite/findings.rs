//! Findings as the snapshots show them: code, place, what stands there, message, labels and help,
//! one below the other.

use std::fmt::Write as _;

use funnelc::diagnostic::{Diagnostic, in_order};
use funnelc::source::{FileId, Sources, Span};
use funnelc::{schema, yaml};

/// Reads one file up to its shape and shows all that was found.
pub(crate) fn in_file(text: &str) -> String {
    let mut sources = Sources::default();
    let file = sources.add("funnelc.yaml", text);
    show(&sources, read(file, text))
}

/// The findings of parsing and decoding.
pub(crate) fn read(file: FileId, text: &str) -> Vec<Diagnostic> {
    let parsed = yaml::parse(file, text);
    let unread: Vec<Span> = parsed.unread.into_iter().collect();
    let mut found = parsed.diagnostics;
    if let Some(root) = &parsed.root {
        let expanded = schema::expand(root.clone(), None, unread.is_empty());
        found.extend(expanded.diagnostics);
        found.extend(schema::decode(&expanded.root, &unread).1);
        expanded.origins.annotate(&mut found);
    }
    in_order(found)
}

/// All findings as text.
pub(crate) fn show(sources: &Sources, diagnostics: Vec<Diagnostic>) -> String {
    let mut text = String::new();
    for finding in diagnostics {
        let place = |span: Span| {
            let at = sources.line_column(span);
            let file = sources
                .file(span.file)
                .filter(|_| sources.files().count() > 1);
            let path = file
                .map(|file| format!("{}:", file.path))
                .unwrap_or_default();
            format!(
                "{path}{}:{} {}",
                at.line,
                at.column,
                sources.text(span).escape_debug()
            )
        };
        writeln!(
            text,
            "{} at {}",
            finding.code.name(),
            place(finding.primary.span)
        )
        .unwrap();
        writeln!(text, "  {} ({})", finding.message, finding.primary.text).unwrap();
        for label in &finding.labels {
            writeln!(text, "  {} ({})", place(label.span), label.text).unwrap();
        }
        if let Some(help) = &finding.help {
            writeln!(text, "  help: {help}").unwrap();
        }
    }
    text
}
