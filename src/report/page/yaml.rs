//! The YAML of the project on the page, line by line, so that a step can lead to where it is
//! written; secrets stand there as stars.

use crate::Compiled;
use crate::graph::Node;
use crate::source::{FileId, Span};
use crate::yaml::secrets::Secrets;

/// A file.
pub(super) struct File {
    pub(super) path: String,
    pub(super) lines: Vec<Line>,
}

/// A line with the name by which it is found.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) number: usize,
    pub(super) text: String,
}

/// The files of a project.
pub(super) fn files(project: &Compiled) -> Vec<File> {
    let sources = &project.sources;
    let secrets = Secrets::of_all(sources);
    let written = sources.files().zip(0..).filter_map(|((id, file), at)| {
        let text = secrets.shown(id)?;
        let line = |(index, text): (usize, &str)| Line {
            name: name(at, index + 1),
            number: index + 1,
            text: text.to_owned(),
        };
        Some(File {
            path: file.path.clone(),
            lines: text.lines().enumerate().map(line).collect(),
        })
    });
    written.collect()
}

/// Where on the page the place of a thing is.
pub(super) fn address(project: &Compiled, node: &Node) -> Option<String> {
    let sources = &project.sources;
    let span = *node.spans.first().filter(|span| **span != Span::NOWHERE)?;
    let at = sources
        .files()
        .position(|(id, _): (FileId, _)| id == span.file)?;
    let line = sources.line_column(span).line;
    Some(format!("#{}", name(at, line)))
}

fn name(file: usize, line: usize) -> String {
    format!("yaml-{file}-{line}")
}
