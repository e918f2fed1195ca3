//! Whole rows to cells: their bytes as written, and their text without quotes. A row that cannot be split keeps its place and says why.

use std::ops::Range;
use std::str::from_utf8;

use memchr::{memchr, memchr_iter};

use super::framing::row_end;
use super::problem::Reason;

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
#[derive(Debug, Default)]
pub(crate) struct Rows {
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
    rows: &'a Rows,
    place: &'a RowPlace,
    chunk: &'a [u8],
}

impl Rows {
    /// Splits a chunk of whole rows; `line` is the line of its first byte. Empty lines are no rows, but keep their place.
    pub(crate) fn split(chunk: &[u8], mut line: u64) -> Self {
        let mut rows = Self::default();
        let all_utf8 = from_utf8(chunk).is_ok();
        let mut start = 0;
        while start < chunk.len() {
            let (length, quotes) = row_end(&chunk[start..]);
            let end = start + length;
            let row = &chunk[start..end];
            let (content, _) = without_line_end(row);
            let first = rows.cells.len();
            let cells = if !all_utf8 && from_utf8(row).is_err() {
                Err(Reason::NotUtf8)
            } else if quotes {
                rows.split_quoted(chunk, start, start + content.len())
            } else {
                rows.split_plain(content, start);
                Ok(())
            };
            let cells = cells.map(|()| first..rows.cells.len());
            rows.places.push(RowPlace { line, start, end, cells });
            line += if quotes { memchr_iter(b'\n', row).count() as u64 } else { 1 };
            start = end;
        }
        rows
    }

    /// The rows in their order; `chunk` is what was split.
    pub(crate) fn iter<'a>(&'a self, chunk: &'a [u8]) -> impl Iterator<Item = Row<'a>> {
        self.places.iter().map(move |place| Row { rows: self, place, chunk })
    }

    fn split_plain(&mut self, content: &[u8], start: usize) {
        let mut from = start;
        for comma in memchr_iter(b',', content) {
            self.push(from, start + comma, Text::Plain);
            from = start + comma + 1;
        }
        self.push(from, start + content.len(), Text::Plain);
    }

    fn push(&mut self, start: usize, end: usize, text: Text) {
        self.cells.push(Cell { start: small(start), end: small(end), text });
    }

    fn split_quoted(&mut self, chunk: &[u8], start: usize, end: usize) -> Result<(), Reason> {
        let bytes = &chunk[..end];
        let mut at = start;
        loop {
            let quoted = bytes.get(at) == Some(&b'"');
            at = if quoted { self.quoted_cell(bytes, at)? } else { self.bare_cell(bytes, at)? };
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
                Some(_) => return Err(Reason::StrayQuote),
            }
        };
        let text = if escapes { self.unescaped(&bytes[start + 1..quote])? } else { Text::Quoted };
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
        self.place.cells.clone().map(|cells| cells.len())
    }

    /// Where the cell at `index` stands in the row, quotes included.
    pub(crate) fn raw_range(self, index: usize) -> Range<usize> {
        let from_start = |at: u32| at as usize - self.place.start;
        self.cell(index).map_or(0..0, |cell| from_start(cell.start)..from_start(cell.end))
    }

    /// The text of the cell at `index`.
    pub(crate) fn text(self, index: usize) -> &'a str {
        let Some(cell) = self.cell(index) else { return "" };
        let raw = &self.chunk[cell.start as usize..cell.end as usize];
        match cell.text {
            Text::Plain => from_utf8(raw).unwrap_or_default(),
            Text::Quoted => from_utf8(&raw[1..raw.len() - 1]).unwrap_or_default(),
            Text::Unescaped(at) => &self.rows.scratch[at as usize],
        }
    }

    fn cell(self, index: usize) -> Option<Cell> {
        let cells = self.place.cells.as_ref().ok()?;
        self.rows.cells[cells.clone()].get(index).copied()
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
            row.width().map(|width| (0..width).map(|index| row.text(index).to_owned()).collect::<Vec<_>>())
        };
        rows.iter(text.as_bytes()).map(|row| (row.line(), cells(row))).collect()
    }

    fn only(text: &str) -> Result<Vec<String>, Reason> {
        split(text).remove(0).1
    }

    #[test]
    fn cells_lose_their_quotes_and_nothing_else() {
        assert_eq!(only("a, b ,,\r\n").unwrap(), ["a", " b ", "", ""]);
        assert_eq!(only("x").unwrap(), ["x"]);
        assert_eq!(only("\"a,b\",\"\",x,\"say \"\"hi\"\"\"\n").unwrap(), ["a,b", "", "x", "say \"hi\""]);
        assert_eq!(only("\"\"\"\",\"ż\n\"\"ó\"").unwrap(), ["\"", "ż\n\"ó"]);
    }

    #[test]
    fn broken_quoting_is_told_apart_and_spoils_no_other_row() {
        assert_eq!(only("a,5\" pipe\n"), Err(Reason::StrayQuote));
        assert_eq!(only("\"a\"b,c\n"), Err(Reason::StrayQuote));
        assert_eq!(only("a,\"b"), Err(Reason::UnclosedQuote));
        assert_eq!(only("a,\"b\"\""), Err(Reason::UnclosedQuote));
        let rows = split("1,a\"b\n\n2,\"c\nd\"\n3,e\n");
        assert_eq!(rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2, 3, 5]);
        assert_eq!(rows[3].1.as_ref().unwrap(), &["3", "e"]);
    }

    #[test]
    fn only_the_row_that_is_not_utf8_is_bad() {
        let chunk = b"1,a\n2,\xff\n3,b\n";
        let rows = Rows::split(chunk, 1);
        let bad: Vec<_> = rows.iter(chunk).map(|row| row.width().is_err()).collect();
        assert_eq!(bad, [false, true, false]);
    }
}
