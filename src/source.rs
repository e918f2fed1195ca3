//! Source files and places in them; every span that leaves this module lies on character boundaries of its file.

use std::collections::BTreeMap;
use std::ops::Range;

/// A file of a [`Sources`] set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub(crate) u32);

/// A range of bytes in one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// First byte after the range.
    pub end: u32,
}

impl Span {
    /// The place of what was not written in any file, such as a definition read back from a plan.
    pub const NOWHERE: Self = Self { file: FileId(u32::MAX), start: 0, end: 0 };

    /// A span of `range` in `file`.
    pub fn new(file: FileId, range: Range<usize>) -> Self {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { file, start: offset(range.start), end: offset(range.end) }
    }

    /// The byte range.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// From the start of `self` to the end of `other`, which is in the same file.
    pub fn to(self, other: Self) -> Self {
        Self { end: other.end, ..self }
    }
}

/// A value and the place where it is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Joins a value and its place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// A text file that was read.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The path as messages show it: relative to the project's folder, `/` between the parts.
    pub path: String,
    /// The text, byte order mark included.
    pub text: String,
    /// How many bytes it has, where those are too many to be read and the text is empty.
    pub too_large: Option<u64>,
    /// Whether it is no part of the project's YAML, but named by it: the body of a content, the members of a segment.
    pub attached: bool,
}

/// A one-based line and column; the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineColumn {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// All files of one compilation.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
    /// By the name of a file that the project names and may not have: why.
    refused: BTreeMap<String, String>,
}

impl Sources {
    /// Adds a file.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> FileId {
        self.push(SourceFile { path: path.into(), text: text.into(), too_large: None, attached: false })
    }

    /// Adds a file that has so many bytes that it was not read.
    pub fn add_too_large(&mut self, path: impl Into<String>, bytes: u64) -> FileId {
        self.push(SourceFile { path: path.into(), text: String::new(), too_large: Some(bytes), attached: false })
    }

    fn push(&mut self, file: SourceFile) -> FileId {
        self.files.push(file);
        FileId(u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX))
    }

    /// The file behind an id; `None` for [`Span::NOWHERE`].
    pub fn file(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// Adds a file that the project names; `name` is the path as it is written there.
    pub fn attach(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        self.push(SourceFile { path: name.into(), text: text.into(), too_large: None, attached: true })
    }

    /// Notes why a file that the project names is not read.
    pub fn refuse(&mut self, name: impl Into<String>, why: impl Into<String>) {
        self.refused.insert(name.into(), why.into());
    }

    /// Why a file that the project names is not read, where it is there.
    pub fn refused(&self, name: &str) -> Option<&str> {
        self.refused.get(name).map(String::as_str)
    }

    /// The file that the project names so.
    pub fn attached(&self, name: &str) -> Option<(FileId, &SourceFile)> {
        (0u32..).map(FileId).zip(&self.files).find(|(_, file)| file.attached && file.path == name)
    }

    /// The files of the project's YAML with their ids, in the order in which they were added.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        (0u32..).map(FileId).zip(&self.files).filter(|(_, file)| !file.attached)
    }

    /// The text that a span covers; empty for a span of nowhere.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).and_then(|file| file.text.get(span.range())).unwrap_or("")
    }

    /// Where a span starts.
    pub fn line_column(&self, span: Span) -> LineColumn {
        let before = self.file(span.file).and_then(|file| file.text.get(..span.start as usize)).unwrap_or("");
        let before = before.strip_prefix('\u{feff}').unwrap_or(before);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        LineColumn { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_in_characters() {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml", "\u{feff}ą: 1\nżółw: 2\n");
        let value = sources.file(file).map(|f| f.text.find('2')).unwrap_or_default().unwrap_or_default();
        assert_eq!(sources.line_column(Span::new(file, value..value + 1)), LineColumn { line: 2, column: 7 });
        assert_eq!(sources.line_column(Span::new(file, 3..4)), LineColumn { line: 1, column: 1 });
    }
}
