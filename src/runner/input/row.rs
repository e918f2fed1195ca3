//! Whole rows to cells: their bytes as written, and what they say, without quotes and the white
//! space around it. A row that cannot be split keeps its place and says why.

use std::ops::Range;
use std::str::from_utf8;

use memchr::{memchr, memchr_iter};

use super::framing::row_end;
use super::marks::Marks;
use crate::runner::contact::trimmed;
use crate::runner::notice::Reason;

/// What a file in UTF-8 may begin with; spreadsheets write it.
pub(crate) const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A cell of a row; the numbers count from the start of the chunk.
#[derive(Clone, Copy, Debug)]
struct Cell {
    start: u32,
    end: u32,
    text: Text,
}

#[derive(Clone, Copy, Debug)]
enum Text {
    /// The same bytes of the row.
    Plain,
    /// Those between the quotes.
    Quoted,
    /// This cell of the scratch, where each `""` is one quote.
    Unescaped(u32),
}

/// The rows of a chunk, split.
#[derive(Debug)]
pub(crate) struct Rows<'a> {
    chunk: &'a [u8],
    /// The chunk, where all of it is UTF-8: then no cell needs to be looked at again.
    text: Option<&'a str>,
    split: Split,
}

/// Where rows and cells stand; made once and used again for the next chunk.
#[derive(Debug, Default)]
pub(crate) struct Split {
    places: Vec<RowPlace>,
    cells: Vec<Cell>,
    scratch: Vec<String>,
}

/// A row; the numbers but that of the line count from the start of the chunk, or of all cells.
#[derive(Debug)]
struct RowPlace {
    line: u64,
    start: u32,
    /// Without the line end.
    text_end: u32,
    end: u32,
    cells: Range<u32>,
    /// Why it could not be split.
    bad: Option<Box<Reason>>,
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    chunk: &'a [u8],
    text: Option<&'a str>,
    place: &'a RowPlace,
    /// None where it could not be split.
    cells: &'a [Cell],
    scratch: &'a [String],
}

impl<'a> Rows<'a> {
    /// Splits a chunk of whole rows; `line` is the line of its first byte. Empty lines are no rows,
    /// but keep their place.
    pub(crate) fn split(chunk: &'a [u8], line: u64) -> Self {
        Self::split_with(Split::default(), chunk, line)
    }

    /// The same, in the room of an earlier split.
    pub(crate) fn split_with(mut split: Split, chunk: &'a [u8], line: u64) -> Self {
        let text = from_utf8(chunk).ok();
        split.clear();
        split.rows(chunk, text.is_some(), line);
        Self { chunk, text, split }
    }

    /// The rows in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        let Self { chunk, text, split } = self;
        split.places.iter().map(move |place| {
            let cells = place.cells.start as usize..place.cells.end as usize;
            Row {
                chunk,
                text: *text,
                place,
                cells: &split.cells[cells],
                scratch: &split.scratch,
            }
        })
    }

    /// The room, for another chunk.
    pub(crate) fn into_split(self) -> Split {
        self.split
    }
}

/// What is wrong with a row as a whole, which is given without its line end; outside quotes it holds
/// no carriage return.
fn wrong(row: &[u8], is_plain: bool) -> Option<Reason> {
    if from_utf8(row).is_err() {
        Some(Reason::NotUtf8)
    } else if memchr(0, row).is_some() {
        Some(Reason::Nul)
    } else if begins_with_mark(row) {
        Some(Reason::ByteOrderMark)
    } else if is_plain && memchr(b'\r', row).is_some() {
        Some(Reason::BareReturn)
    } else {
        None
    }
}

/// Whether a row begins as a file may, which a second one that was put behind the first leaves: its
/// first cell, often the key, would be another one.
fn begins_with_mark(row: &[u8]) -> bool {
    row.strip_prefix(b"\"")
        .unwrap_or(row)
        .starts_with(BYTE_ORDER_MARK)
}

impl Split {
    fn clear(&mut self) {
        self.places.clear();
        self.cells.clear();
        self.scratch.clear();
    }

    /// One pass over the marks of the chunk; a row in which one is a quote is split again, cell by
    /// cell.
    fn rows(&mut self, chunk: &[u8], all_utf8: bool, mut line: u64) {
        let suspect = !all_utf8 || memchr(0, chunk).is_some() || memchr(b'\r', chunk).is_some();
        let mut marks = Marks::of(chunk, 0);
        let (mut start, mut from, mut first) = (0, 0, 0);
        while start < chunk.len() {
            let at = marks.next().unwrap_or(chunk.len());
            let end = match chunk.get(at) {
                Some(b',') => {
                    self.push(from, at, Text::Plain);
                    from = at + 1;
                    continue;
                }
                Some(b'"') => {
                    self.cells.truncate(first);
                    let end = start + row_end(&chunk[start..]).0;
                    self.quoted_row(chunk, start..end, line);
                    line += memchr_iter(b'\n', &chunk[start..end]).count() as u64;
                    marks = Marks::of(chunk, end);
                    end
                }
                feed => {
                    let has_return = at > from && chunk[at - 1] == b'\r' && feed.is_some();
                    let text_end = at - usize::from(has_return);
                    self.push(from, text_end, Text::Plain);
                    let end = at + usize::from(feed.is_some());
                    let is_suspect = suspect || chunk[start] == BYTE_ORDER_MARK[0];
                    let bad = if is_suspect {
                        wrong(&chunk[start..text_end], true)
                    } else {
                        None
                    };
                    self.put_row(line, (start, text_end, end), first, bad);
                    line += 1;
                    end
                }
            };
            (start, from, first) = (end, end, self.cells.len());
        }
    }

    fn quoted_row(&mut self, chunk: &[u8], place: Range<usize>, line: u64) {
        let first = self.cells.len();
        let text = without_line_end(&chunk[place.clone()]).0;
        let text_end = place.start + text.len();
        let bad = wrong(text, false);
        let bad = bad.or_else(|| self.split_quoted(chunk, place.start, text_end).err());
        self.put_row(line, (place.start, text_end, place.end), first, bad);
    }

    fn put_row(
        &mut self,
        line: u64,
        (start, text_end, end): (usize, usize, usize),
        first: usize,
        bad: Option<Reason>,
    ) {
        if bad.is_some() {
            self.cells.truncate(first);
        }
        self.places.push(RowPlace {
            line,
            start: small(start),
            text_end: small(text_end),
            end: small(end),
            cells: small(first)..small(self.cells.len()),
            bad: bad.map(Box::new),
        });
    }

    fn push(&mut self, start: usize, end: usize, text: Text) {
        self.cells.push(Cell {
            start: small(start),
            end: small(end),
            text,
        });
    }

    fn split_quoted(&mut self, chunk: &[u8], start: usize, end: usize) -> Result<(), Reason> {
        let bytes = &chunk[..end];
        let mut at = start;
        loop {
            let quoted = bytes.get(at) == Some(&b'"');
            at = if quoted {
                self.quoted_cell(bytes, at)?
            } else {
                self.bare_cell(bytes, at)?
            };
            if at == end {
                return Ok(());
            }
            at += 1;
        }
    }

    fn bare_cell(&mut self, bytes: &[u8], start: usize) -> Result<usize, Reason> {
        let end = memchr(b',', &bytes[start..]).map_or(bytes.len(), |comma| start + comma);
        if memchr(b'"', &bytes[start..end]).is_some() {
            return Err(Reason::StrayQuote);
        }
        if memchr(b'\r', &bytes[start..end]).is_some() {
            return Err(Reason::BareReturn);
        }
        self.push(start, end, Text::Plain);
        Ok(end)
    }

    fn quoted_cell(&mut self, bytes: &[u8], start: usize) -> Result<usize, Reason> {
        let (mut at, mut escapes) = (start + 1, false);
        let quote = loop {
            let quote = at + memchr(b'"', &bytes[at..]).ok_or(Reason::UnclosedQuote)?;
            match bytes.get(quote + 1) {
                Some(b'"') => (at, escapes) = (quote + 2, true),
                None | Some(b',') => break quote,
                Some(b'\r') => return Err(Reason::BareReturn),
                Some(_) => return Err(Reason::StrayQuote),
            }
        };
        let text = if escapes {
            self.unescaped(&bytes[start + 1..quote])?
        } else {
            Text::Quoted
        };
        self.push(start, quote + 1, text);
        Ok(quote + 1)
    }

    fn unescaped(&mut self, inner: &[u8]) -> Result<Text, Reason> {
        let inner = from_utf8(inner).map_err(|_| Reason::NotUtf8)?;
        self.scratch.push(inner.replace("\"\"", "\""));
        Ok(Text::Unescaped(small(self.scratch.len() - 1)))
    }
}

/// Chunks are far smaller than 4 GiB: a longer row is refused before it gets here.
fn small(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl<'a> Row<'a> {
    /// The line in which it begins.
    pub(crate) fn line(self) -> u64 {
        self.place.line
    }

    /// Its bytes and those of its line end.
    pub(crate) fn bytes(self) -> (&'a [u8], &'a [u8]) {
        let text = self.text_place();
        (
            &self.chunk[text.clone()],
            &self.chunk[text.end..self.place().end],
        )
    }

    /// Its bytes, line end included.
    pub(crate) fn whole(self) -> &'a [u8] {
        &self.chunk[self.place()]
    }

    /// The chunk in which it stands.
    pub(crate) fn chunk(self) -> &'a [u8] {
        self.chunk
    }

    /// Where it stands in the chunk, line end included.
    #[inline]
    pub(crate) fn place(self) -> Range<usize> {
        self.place.start as usize..self.place.end as usize
    }

    /// The same without the line end.
    #[inline]
    pub(crate) fn text_place(self) -> Range<usize> {
        self.place.start as usize..self.place.text_end as usize
    }

    /// Where the cell at `index` stands in the chunk, quotes included.
    #[inline]
    pub(crate) fn cell_place(self, index: usize) -> Range<usize> {
        let nowhere = self.place.start..self.place.start;
        let place = self
            .cells
            .get(index)
            .map_or(nowhere, |cell| cell.start..cell.end);
        place.start as usize..place.end as usize
    }

    /// Whether it is an empty line.
    #[inline]
    pub(crate) fn is_blank(self) -> bool {
        self.place.start == self.place.text_end
    }

    /// How many cells it has, or why it could not be split.
    #[inline]
    pub(crate) fn width(self) -> Result<usize, Reason> {
        match &self.place.bad {
            None => Ok(self.cells.len()),
            Some(reason) => Err((**reason).clone()),
        }
    }

    /// Where the cell at `index` stands in the row, quotes included.
    pub(crate) fn raw_range(self, index: usize) -> Range<usize> {
        let (cell, start) = (self.cell_place(index), self.place().start);
        cell.start - start..cell.end - start
    }

    /// The bytes of the cell at `index`, where they stand as they are; white space may be around
    /// them.
    #[inline]
    pub(crate) fn plain(self, index: usize) -> Option<&'a [u8]> {
        let cell = self.cells.get(index)?;
        match cell.text {
            Text::Plain => Some(&self.chunk[cell.start as usize..cell.end as usize]),
            Text::Quoted | Text::Unescaped(_) => None,
        }
    }

    /// What the cell at `index` says: its text without quotes and without the white space around
    /// it.
    #[inline]
    pub(crate) fn text(self, index: usize) -> &'a str {
        trimmed(self.unquoted(index))
    }

    #[inline]
    fn unquoted(self, index: usize) -> &'a str {
        let Some(cell) = self.cells.get(index) else {
            return "";
        };
        let (start, end) = (cell.start as usize, cell.end as usize);
        let range = match cell.text {
            Text::Plain => start..end,
            Text::Quoted => start + 1..end - 1,
            Text::Unescaped(at) => return &self.scratch[at as usize],
        };
        match self.text {
            Some(text) => text.get(range),
            None => from_utf8(&self.chunk[range]).ok(),
        }
        .unwrap_or_default()
    }
}

/// A row and its line end: `\n`, `\r\n` or nothing.
pub(crate) fn without_line_end(row: &[u8]) -> (&[u8], &[u8]) {
    let end = match row {
        [.., b'\r', b'\n'] => 2,
        [.., b'\n'] => 1,
        _ => 0,
    };
    row.split_at(row.len() - end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<(u64, Result<Vec<String>, Reason>)> {
        let rows = Rows::split(text.as_bytes(), 1);
        let cells = |row: Row<'_>| {
            row.width().map(|width| {
                (0..width)
                    .map(|index| row.text(index).to_owned())
                    .collect::<Vec<_>>()
            })
        };
        rows.iter().map(|row| (row.line(), cells(row))).collect()
    }

    fn only(text: &str) -> Result<Vec<String>, Reason> {
        split(text).remove(0).1
    }

    #[test]
    fn cells_lose_their_quotes_and_nothing_else() {
        assert_eq!(only("a, b ,,\r\n").unwrap(), ["a", "b", "", ""]);
        assert_eq!(
            only("  ,\t,\" \",\" x y \",\u{a0}z\n").unwrap(),
            ["", "", "", "x y", "z"]
        );
        assert_eq!(only("x").unwrap(), ["x"]);
        assert_eq!(
            only("\"a,b\",\"\",x,\"say \"\"hi\"\"\"\n").unwrap(),
            ["a,b", "", "x", "say \"hi\""]
        );
        assert_eq!(only("\"\"\"\",\"ż\n\"\"ó\"").unwrap(), ["\"", "ż\n\"ó"]);
    }

    #[test]
    fn broken_quoting_is_told_apart_and_spoils_no_other_row() {
        assert_eq!(only("a,5\" pipe\n"), Err(Reason::StrayQuote));
        assert_eq!(only("\"a\"b,c\n"), Err(Reason::StrayQuote));
        assert_eq!(only("a,\"b"), Err(Reason::UnclosedQuote));
        assert_eq!(only("a,\"b\"\""), Err(Reason::UnclosedQuote));
        let rows = split("1,a\"b\n\n2,\"c\nd\"\n3,e\n");
        assert_eq!(
            rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(),
            [1, 2, 3, 5]
        );
        assert_eq!(rows[3].1.as_ref().unwrap(), &["3", "e"]);
    }

    #[test]
    fn only_the_row_that_is_not_utf8_is_bad() {
        let chunk = b"1,a\n2,\xff\n3,b\n";
        let rows = Rows::split(chunk, 1);
        let bad: Vec<_> = rows.iter().map(|row| row.width().is_err()).collect();
        assert_eq!(bad, [false, true, false]);
    }
}
