//! Source files and places in them; every span that leaves this module lies on character boundaries
//! of its file.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::OnceLock;

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
    pub const NOWHERE: Self = Self {
        file: FileId(u32::MAX),
        start: 0,
        end: 0,
    };

    /// A span of `range` in `file`.
    pub fn new(file: FileId, range: Range<usize>) -> Self {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self {
            file,
            start: offset(range.start),
            end: offset(range.end),
        }
    }

    /// The byte range.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// From the start of `self` to the end of `other`, which is in the same file.
    pub fn to(self, other: Self) -> Self {
        Self {
            end: other.end,
            ..self
        }
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
    /// Whether it is no part of the project's YAML, but named by it: the body of a content, the
    /// members of a segment.
    pub attached: bool,
    /// Where its lines start, found when one first asks.
    lines: OnceLock<Lines>,
    /// What of it is not shown, found when a finding first points into it.
    pub(crate) secrets: OnceLock<Vec<Range<usize>>>,
}

/// Where each line starts.
#[derive(Clone, Debug)]
struct Lines {
    starts: Vec<usize>,
    /// Whether there is a carriage return that ends no line here, and does end one for YAML.
    has_others: bool,
    /// How many characters begin before each [`STRIDE`] of bytes: a line may be a whole file.
    characters: Vec<usize>,
}

const STRIDE: usize = 1024;

/// How many characters begin in some bytes.
fn characters(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .filter(|byte| !matches!(byte, 0x80..=0xBF))
        .count()
}

impl SourceFile {
    fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| {
            let text = self.text.as_bytes();
            let ends = memchr::memchr_iter(b'\n', text).map(|at| at + 1);
            let has_others =
                memchr::memchr_iter(b'\r', text).any(|at| text.get(at + 1) != Some(&b'\n'));
            let strides = text.chunks(STRIDE).scan(0, |sum, stride| {
                *sum += characters(stride);
                Some(*sum)
            });
            let characters = std::iter::once(0).chain(strides).collect();
            Lines {
                starts: std::iter::once(0).chain(ends).collect(),
                has_others,
                characters,
            }
        })
    }

    /// How many characters begin before `at`.
    fn characters_before(&self, at: usize) -> usize {
        let strides = at / STRIDE;
        let counted = self
            .lines()
            .characters
            .get(strides)
            .copied()
            .unwrap_or_default();
        counted
            + characters(
                self.text
                    .as_bytes()
                    .get(strides * STRIDE..at)
                    .unwrap_or_default(),
            )
    }

    /// How many bytes the longest has of the line at `at`, the one above and the one below.
    pub fn longest_line_around(&self, at: usize) -> usize {
        let (own, starts) = (self.lines_before(at), &self.lines().starts);
        let length = |line: usize| {
            let (from, next) = (*starts.get(line)?, starts.get(line + 1));
            let text = self
                .text
                .get(from..next.map_or(self.text.len(), |next| next - 1))?;
            Some(
                if line == own {
                    text
                } else {
                    text.strip_suffix('\r').unwrap_or(text)
                }
                .len(),
            )
        };
        (own.saturating_sub(1)..own + 2)
            .filter_map(length)
            .max()
            .unwrap_or_default()
    }

    /// How many lines end before `at`.
    pub fn lines_before(&self, at: usize) -> usize {
        self.lines()
            .starts
            .partition_point(|start| *start <= at)
            .saturating_sub(1)
    }

    /// The lines around a range, as a range of bytes: those that it touches, and so many more on
    /// either side. The whole text where one may count its lines in two ways.
    pub fn lines_around(&self, range: Range<usize>, more: usize) -> Range<usize> {
        let Lines {
            starts: lines,
            has_others,
            ..
        } = self.lines();
        if *has_others {
            return 0..self.text.len();
        }
        let first = self.lines_before(range.start).saturating_sub(more);
        let behind = self.lines_before(range.end).saturating_add(more + 1);
        lines.get(first).copied().unwrap_or_default()
            ..lines.get(behind).copied().unwrap_or(self.text.len())
    }
}

/// A one-based line and column; the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineColumn {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// So many bytes a project may name in files: a file counts once for its reading, and where it is
/// used once for each use.
pub const MOST_NAMED: u64 = 256 << 20;

/// Why a file that the project names is not read.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The reason, to stand behind its name.
    pub why: String,
    /// What to do.
    pub help: &'static str,
}

impl Refused {
    /// It has so many bytes, and with them there would be more than [`MOST_NAMED`].
    pub fn too_much(bytes: u64) -> Self {
        let most = format!("{MOST_NAMED} ({} MiB)", MOST_NAMED >> 20);
        let why = format!(
            "with its {bytes} bytes the files that the project names would come to more than {most}"
        );
        Self {
            why,
            help: "name fewer files, or smaller ones; a file counts as often as it is used",
        }
    }
}

/// All files of one compilation.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
    /// By the name of a file that the project names and that was read.
    attached: BTreeMap<String, FileId>,
    /// By the name of a file that the project names and may not have: why.
    refused: BTreeMap<String, Refused>,
    /// Where on the disk these files stand, and those that the project names and may not have.
    places: Vec<PathBuf>,
}

impl Sources {
    /// Adds a file.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> FileId {
        self.push(SourceFile {
            path: path.into(),
            text: text.into(),
            too_large: None,
            attached: false,
            lines: OnceLock::new(),
            secrets: OnceLock::new(),
        })
    }

    /// Adds a file that has so many bytes that it was not read.
    pub fn add_too_large(&mut self, path: impl Into<String>, bytes: u64) -> FileId {
        self.push(SourceFile {
            path: path.into(),
            text: String::new(),
            too_large: Some(bytes),
            attached: false,
            lines: OnceLock::new(),
            secrets: OnceLock::new(),
        })
    }

    /// Notes where on the disk a file of the project stands, or one that it names.
    pub fn stands_at(&mut self, place: PathBuf) {
        self.places.push(place);
    }

    /// Where on the disk the files of the project stand, and those that it names.
    pub fn places(&self) -> &[PathBuf] {
        &self.places
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
        let name = name.into();
        let id = self.push(SourceFile {
            path: name.clone(),
            text: text.into(),
            too_large: None,
            attached: true,
            lines: OnceLock::new(),
            secrets: OnceLock::new(),
        });
        self.attached.entry(name).or_insert(id);
        id
    }

    /// Notes that the project names an attached file by another name, too.
    pub fn attach_again(&mut self, name: impl Into<String>, file: FileId) {
        self.attached.entry(name.into()).or_insert(file);
    }

    /// Notes why a file that the project names is not read.
    pub fn refuse(&mut self, name: impl Into<String>, why: Refused) {
        self.refused.insert(name.into(), why);
    }

    /// Why a file that the project names is not read, where it is there.
    pub fn refused(&self, name: &str) -> Option<&Refused> {
        self.refused.get(name)
    }

    /// The file that the project names so.
    pub fn attached(&self, name: &str) -> Option<(FileId, &SourceFile)> {
        let id = *self.attached.get(name)?;
        Some((id, self.file(id)?))
    }

    /// The files of the project's YAML with their ids, in the order in which they were added.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        (0u32..)
            .map(FileId)
            .zip(&self.files)
            .filter(|(_, file)| !file.attached)
    }

    /// The text that a span covers; empty for a span of nowhere.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file)
            .and_then(|file| file.text.get(span.range()))
            .unwrap_or("")
    }

    /// Where a span starts.
    pub fn line_column(&self, span: Span) -> LineColumn {
        let at = span.start as usize;
        let Some(file) = self
            .file(span.file)
            .filter(|file| file.text.is_char_boundary(at))
        else {
            return LineColumn { line: 1, column: 1 };
        };
        let above = file.lines_before(at);
        let before =
            file.characters_before(at) - file.characters_before(file.lines().starts[above]);
        // The mark at the start of a file is no character of its first line.
        let has_mark = above == 0 && at > 0 && file.text.starts_with('\u{feff}');
        LineColumn {
            line: above + 1,
            column: before + 1 - usize::from(has_mark),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_in_characters() {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml", "\u{feff}ą: 1\nżółw: 2\n");
        let value = sources
            .file(file)
            .map(|f| f.text.find('2'))
            .unwrap_or_default()
            .unwrap_or_default();
        assert_eq!(
            sources.line_column(Span::new(file, value..value + 1)),
            LineColumn { line: 2, column: 7 }
        );
        assert_eq!(
            sources.line_column(Span::new(file, 3..4)),
            LineColumn { line: 1, column: 1 }
        );
    }

    #[test]
    fn columns_of_a_long_line_are_counted_in_characters() {
        let mut sources = Sources::default();
        let text = format!("a: 1\n{}", "ąbć".repeat(STRIDE));
        let file = sources.add("a.yaml", text.as_str());
        for (at, _) in text.char_indices().filter(|(at, _)| *at >= 5) {
            let column = text[5..at].chars().count() + 1;
            assert_eq!(
                sources.line_column(Span::new(file, at..at)),
                LineColumn { line: 2, column }
            );
        }
    }

    #[test]
    fn the_longest_line_is_looked_for_beside_a_place_only() {
        let mut sources = Sources::default();
        let id = sources.add("a.yaml", "1234567\r\n12\r\n123\n1234\r\n\n");
        let file = sources
            .file(id)
            .cloned()
            .unwrap_or_else(|| panic!("it was added"));
        // A carriage return counts on the line itself, as it is drawn.
        let longest: Vec<usize> = [0, 9, 13, 17, 23, 24]
            .map(|at| file.longest_line_around(at))
            .to_vec();
        assert_eq!(longest, [8, 7, 4, 5, 4, 0]);
    }

    #[test]
    fn the_lines_around_a_place_end_with_the_file() {
        let mut sources = Sources::default();
        let id = sources.add("a.yaml", "a\nbb\nccc\ndddd\nee");
        let file = sources
            .file(id)
            .cloned()
            .unwrap_or_else(|| panic!("it was added"));
        let around =
            |range: Range<usize>, more| file.text[file.lines_around(range, more)].to_owned();
        assert_eq!(around(5..8, 0), "ccc\n");
        assert_eq!(around(5..8, 1), "bb\nccc\ndddd\n");
        assert_eq!(around(5..8, 9), file.text);
        assert_eq!(around(17..17, 0), "ee", "behind the last character");
        assert_eq!(
            (
                file.lines_before(0),
                file.lines_before(5),
                file.lines_before(17)
            ),
            (0, 2, 4)
        );
    }

    #[test]
    fn of_two_files_with_one_name_the_first_is_meant() {
        let mut sources = Sources::default();
        sources.add("a.txt", "no part of what is named");
        let first = sources.attach("a.txt", "1");
        sources.attach("a.txt", "2");
        assert_eq!(
            sources
                .attached("a.txt")
                .map(|(id, file)| (id, file.text.as_str())),
            Some((first, "1"))
        );
        assert!(sources.attached("b.txt").is_none());
    }
}
