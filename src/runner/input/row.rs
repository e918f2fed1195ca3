//! One row to cells: their bytes as written, and their text without quotes.

use std::ops::Range;

use memchr::{memchr, memchr_iter};

use super::problem::Reason;

/// A cell of a row.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    /// The bytes as written, quotes included.
    pub(crate) raw: Range<usize>,
    text: Text,
}

#[derive(Clone, Debug)]
enum Text {
    /// The same bytes of the row.
    Plain,
    /// Those between the quotes.
    Quoted,
    /// In the scratch, where each `""` is one quote.
    Unescaped(Range<usize>),
}

/// The cells of one row, used again for the next.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    cells: Vec<Cell>,
    scratch: String,
}

impl Cells {
    /// Splits a row without its line end.
    pub(crate) fn split(&mut self, row: &str) -> Result<(), Reason> {
        self.cells.clear();
        self.scratch.clear();
        if memchr(b'"', row.as_bytes()).is_some() {
            return self.split_quoted(row);
        }
        let mut start = 0;
        for comma in memchr_iter(b',', row.as_bytes()) {
            self.cells.push(Cell { raw: start..comma, text: Text::Plain });
            start = comma + 1;
        }
        self.cells.push(Cell { raw: start..row.len(), text: Text::Plain });
        Ok(())
    }

    fn split_quoted(&mut self, row: &str) -> Result<(), Reason> {
        let mut start = 0;
        loop {
            let cell = self.cell(row, start)?;
            let end = cell.raw.end;
            self.cells.push(cell);
            if end == row.len() {
                return Ok(());
            }
            start = end + 1;
        }
    }

    fn cell(&mut self, row: &str, start: usize) -> Result<Cell, Reason> {
        let bytes = row.as_bytes();
        if bytes.get(start) == Some(&b'"') {
            return self.quoted_cell(row, start);
        }
        let end = memchr(b',', &bytes[start..]).map_or(row.len(), |comma| start + comma);
        if memchr(b'"', &bytes[start..end]).is_some() {
            return Err(Reason::StrayQuote);
        }
        Ok(Cell { raw: start..end, text: Text::Plain })
    }

    fn quoted_cell(&mut self, row: &str, start: usize) -> Result<Cell, Reason> {
        let bytes = row.as_bytes();
        let unescaped = self.scratch.len();
        let (mut part, mut escapes) = (start + 1, false);
        loop {
            let quote = part + memchr(b'"', &bytes[part..]).ok_or(Reason::UnclosedQuote)?;
            let behind = bytes.get(quote + 1);
            if behind == Some(&b'"') {
                self.scratch.push_str(&row[part..=quote]);
                escapes = true;
                part = quote + 2;
            } else if matches!(behind, None | Some(b',')) {
                if !escapes {
                    return Ok(Cell { raw: start..quote + 1, text: Text::Quoted });
                }
                self.scratch.push_str(&row[part..quote]);
                let text = Text::Unescaped(unescaped..self.scratch.len());
                return Ok(Cell { raw: start..quote + 1, text });
            } else {
                return Err(Reason::StrayQuote);
            }
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// How many there are up to and with the one that could not be split.
    pub(crate) fn position_of_failure(&self) -> usize {
        self.cells.len()
    }

    /// Where the cell at `index` stands in the row, quotes included.
    pub(crate) fn raw(&self, index: usize) -> Range<usize> {
        self.cells[index].raw.clone()
    }

    /// The text of the cell at `index` of the row that was split.
    pub(crate) fn text<'a>(&'a self, row: &'a str, index: usize) -> &'a str {
        let Cell { raw, text } = &self.cells[index];
        match text {
            Text::Plain => &row[raw.clone()],
            Text::Quoted => &row[raw.start + 1..raw.end - 1],
            Text::Unescaped(range) => &self.scratch[range.clone()],
        }
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

    fn split(row: &str) -> Result<Vec<String>, Reason> {
        let mut cells = Cells::default();
        cells.split(row)?;
        Ok((0..cells.len()).map(|index| cells.text(row, index).to_owned()).collect())
    }

    #[test]
    fn cells_lose_their_quotes_and_nothing_else() {
        assert_eq!(split("a, b ,,").unwrap(), ["a", " b ", "", ""]);
        assert_eq!(split("").unwrap(), [""]);
        assert_eq!(split(r#""a,b","",x,"say ""hi""""#).unwrap(), ["a,b", "", "x", r#"say "hi""#]);
        assert_eq!(split("\"\"\"\",\"ż\n\"\"ó\"").unwrap(), ["\"", "ż\n\"ó"]);
    }

    #[test]
    fn broken_quoting_is_told_apart() {
        assert_eq!(split(r#"a,5" pipe"#), Err(Reason::StrayQuote));
        assert_eq!(split(r#""a"b,c"#), Err(Reason::StrayQuote));
        assert_eq!(split(r#"a,"b"#), Err(Reason::UnclosedQuote));
        assert_eq!(split(r#"a,"b"""#), Err(Reason::UnclosedQuote));
    }
}
