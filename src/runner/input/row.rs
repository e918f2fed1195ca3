//! Whole rows to cells: their bytes as written, and what they say, without quotes and the white
//! space around it. A row that cannot be split keeps its place and says why.

use std::ops::Range;
use std::str::from_utf8;

use memchr::{memchr, memchr_iter};

use super::framing::row_end;
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

#[derive(Debug)]
struct RowPlace {
    line: u64,
    start: usize,
    end: usize,
    cells: Result<Range<usize>, Reason>,
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
            let cells = place
                .cells
                .as_ref()
                .map_or(&[][..], |cells| &split.cells[cells.clone()]);
            Row {
                chunk,
                text: *text,
                place,
                cells,
                scratch: &split.scratch,
            }
        })
    }

    /// The room, for another chunk.
    pub(crate) fn into_split(self) -> Split {
        self.split
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

    fn rows(&mut self, chunk: &[u8], all_utf8: bool, mut line: u64) {
        let (has_nul, has_return) = (memchr(0, chunk).is_some(), memchr(b'\r', chunk).is_some());
        let mut start = 0;
        while start < chunk.len() {
            let first = self.cells.len();
            let plain = self.plain_row(chunk, start);
            let end = plain.unwrap_or_else(|| {
                self.cells.truncate(first);
                start + row_end(&chunk[start..]).0
            });
            let row = &chunk[start..end];
            let cells = if !all_utf8 && from_utf8(row).is_err() {
                Err(Reason::NotUtf8)
            } else if has_nul && memchr(0, row).is_some() {
                Err(Reason::Nul)
            } else if begins_with_mark(row) {
                Err(Reason::ByteOrderMark)
            } else if plain.is_some()
                && has_return
                && memchr(b'\r', without_line_end(row).0).is_some()
            {
                Err(Reason::BareReturn)
            } else if plain.is_some() {
                Ok(())
            } else {
                self.split_quoted(chunk, start, start + without_line_end(row).0.len())
            };
            let cells = cells.map(|()| first..self.cells.len());
            self.places.push(RowPlace {
                line,
                start,
                end,
                cells,
            });
            line += if plain.is_some() {
                1
            } else {
                memchr_iter(b'\n', row).count() as u64
            };
            start = end;
        }
    }

    /// Splits the row that begins at `start` and says where it ends, unless there is a quote in it.
    fn plain_row(&mut self, chunk: &[u8], start: usize) -> Option<usize> {
        let mut from = start;
        for at in Marks::of(&chunk[start..]).map(|mark| start + mark) {
            match chunk[at] {
                b',' => {
                    self.push(from, at, Text::Plain);
                    from = at + 1;
                }
                b'\n' => {
                    self.push(
                        from,
                        at - usize::from(at > from && chunk[at - 1] == b'\r'),
                        Text::Plain,
                    );
                    return Some(at + 1);
                }
                _ => return None,
            }
        }
        self.push(from, chunk.len(), Text::Plain);
        Some(chunk.len())
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
        without_line_end(self.whole())
    }

    /// Its bytes, line end included.
    pub(crate) fn whole(self) -> &'a [u8] {
        &self.chunk[self.place.start..self.place.end]
    }

    /// Whether it is an empty line.
    pub(crate) fn is_blank(self) -> bool {
        self.bytes().0.is_empty()
    }

    /// How many cells it has, or why it could not be split.
    pub(crate) fn width(self) -> Result<usize, Reason> {
        self.place.cells.clone().map(|_| self.cells.len())
    }

    /// Where the cell at `index` stands in the row, quotes included.
    pub(crate) fn raw_range(self, index: usize) -> Range<usize> {
        let from_start = |at: u32| at as usize - self.place.start;
        self.cells
            .get(index)
            .map_or(0..0, |cell| from_start(cell.start)..from_start(cell.end))
    }

    /// What the cell at `index` says: its text without quotes and without the white space around
    /// it.
    #[inline]
    pub(crate) fn text(self, index: usize) -> &'a str {
        trimmed(self.unquoted(index))
    }

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

/// The places of commas, line feeds and quotes, eight bytes looked at in one step.
struct Marks<'a> {
    bytes: &'a [u8],
    /// Where the next eight bytes begin.
    next: usize,
    /// The top bit of each byte of the last eight that is a mark and was not handed out.
    found: u64,
}

impl<'a> Marks<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            next: 0,
            found: 0,
        }
    }
}

impl Iterator for Marks<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.found == 0 {
            self.found = marks(eight(
                self.bytes
                    .get(self.next..)
                    .filter(|rest| !rest.is_empty())?,
            ));
            self.next += 8;
        }
        let byte = self.found.trailing_zeros() as usize / 8;
        self.found &= self.found - 1;
        Some(self.next - 8 + byte)
    }
}

/// The first eight bytes, with zeros behind the last.
#[inline]
fn eight(bytes: &[u8]) -> u64 {
    if let Some(word) = bytes.first_chunk() {
        return u64::from_le_bytes(*word);
    }
    bytes
        .iter()
        .rev()
        .fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// The top bit of each byte that is a comma, a line feed or a quote.
#[inline]
fn marks(word: u64) -> u64 {
    const LOW: u64 = u64::MAX / 255;
    const REST: u64 = LOW * 0x7f;
    // The sum has the top bit where one of the lower seven bits differs, without a carry into the
    // next byte.
    let differs = |byte: u8| {
        let apart = word ^ (LOW * u64::from(byte));
        ((apart & REST) + REST) | apart
    };
    !(differs(b',') & differs(b'\n') & differs(b'"')) & !REST
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
    fn marks_are_found_at_any_place_in_a_word() {
        for at in 0..20 {
            for byte in 0..=255 {
                let mut bytes = [b'x'; 20];
                bytes[at] = byte;
                let found: Vec<usize> = Marks::of(&bytes).collect();
                let is_mark = matches!(byte, b',' | b'\n' | b'"');
                assert_eq!(
                    found,
                    if is_mark { vec![at] } else { vec![] },
                    "{byte} at {at}"
                );
            }
        }
        assert_eq!(Marks::of(b"a,\"b\n,,").collect::<Vec<_>>(), [1, 2, 4, 5, 6]);
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
