//! Where rows end: blocks of bytes cut at any place become chunks of whole rows; a line feed inside
//! quotes ends nothing.
//!
//! A quote opens only at the start of a cell, so that a stray one spoils its own row and not the
//! rest of the file.

use memchr::{memchr, memrchr};

/// Where in a row the bytes so far have led.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Place {
    /// Before the first byte of a cell; a quote opens it.
    #[default]
    CellStart,
    /// In a cell that is not quoted, or behind one that was.
    Bare,
    /// Between quotes.
    Quoted,
    /// Behind a quote between quotes, which either closes or is the first half of `""`.
    QuoteSeen,
}

/// What a scan over a block found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scan {
    /// The first byte behind the last row end in the block, if there is one.
    pub(crate) last_end: Option<usize>,
    /// Where the block ends.
    pub(crate) place: Place,
}

/// Finds the last row end of a block that begins at `place`.
pub(crate) fn scan(block: &[u8], place: Place) -> Scan {
    let mut found = Scan {
        last_end: None,
        place,
    };
    let mut at = 0;
    while at < block.len() {
        at = match found.place {
            Place::Quoted => quoted(block, at, &mut found),
            Place::QuoteSeen if block[at] == b'"' => {
                found.place = Place::Quoted;
                at + 1
            }
            Place::CellStart | Place::Bare | Place::QuoteSeen => bare(block, at, &mut found),
        };
    }
    found
}

/// Whether a scan that began as [`Place::Bare`] also holds for a block that in truth begins at
/// `place`.
pub(crate) fn guess_holds(block: &[u8], place: Place) -> bool {
    match place {
        Place::Bare => true,
        Place::CellStart | Place::QuoteSeen => block.first() != Some(&b'"'),
        Place::Quoted => false,
    }
}

/// Goes on between quotes from `at` to behind the next quote.
fn quoted(block: &[u8], at: usize, found: &mut Scan) -> usize {
    match memchr(b'"', &block[at..]) {
        Some(quote) => {
            found.place = Place::QuoteSeen;
            at + quote + 1
        }
        None => block.len(),
    }
}

/// Goes on outside quotes from `at` to behind the next quote.
fn bare(block: &[u8], at: usize, found: &mut Scan) -> usize {
    let quote = memchr(b'"', &block[at..]).map(|quote| at + quote);
    let end = quote.unwrap_or(block.len());
    if let Some(feed) = memrchr(b'\n', &block[at..end]) {
        found.last_end = Some(at + feed + 1);
    }
    let at_cell_start = match end.checked_sub(1) {
        Some(before) if end > at => matches!(block[before], b',' | b'\n'),
        Some(_) | None => found.place == Place::CellStart,
    };
    found.place = match (quote, at_cell_start) {
        (Some(_), true) => Place::Quoted,
        (None, true) => Place::CellStart,
        (Some(_) | None, false) => Place::Bare,
    };
    end + usize::from(quote.is_some())
}

/// The end of the row that starts at the first byte, its line feed included; the end of the bytes
/// where none is left. Also says whether a quote stands in it.
pub(crate) fn row_end(bytes: &[u8]) -> (usize, bool) {
    let first = memchr(b'\n', bytes).map_or(bytes.len(), |feed| feed + 1);
    if memchr(b'"', &bytes[..first]).is_none() {
        return (first, false);
    }
    let mut found = Scan {
        last_end: None,
        place: Place::CellStart,
    };
    let mut at = 0;
    while at < bytes.len() {
        at = match found.place {
            Place::Quoted => quoted(bytes, at, &mut found),
            Place::QuoteSeen if bytes[at] == b'"' => {
                found.place = Place::Quoted;
                at + 1
            }
            Place::CellStart | Place::Bare | Place::QuoteSeen => {
                let line = &bytes[at..];
                let feed = memchr(b'\n', line).map(|feed| at + feed + 1);
                let next = bare(&bytes[..feed.unwrap_or(bytes.len())], at, &mut found);
                if let Some(end) = found.last_end {
                    return (end, true);
                }
                next
            }
        };
    }
    (bytes.len(), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TORTURE: &[u8] =
        b"id,a,b\n1,\"x,\ny\",z\n2,\"\"\"\",\"\"\n3,\"a\"\"\n\"\"b\",c\r\n4,5\" \
            pipe,\"q\"r\n5,\"\n\n\",\"\"\"\n\"\n6,,\n";

    fn rows(bytes: &[u8]) -> Vec<&[u8]> {
        let mut rows = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            let (row, next) = rest.split_at(row_end(rest).0);
            rows.push(row);
            rest = next;
        }
        rows
    }

    #[test]
    fn rows_end_outside_quotes_only() {
        let found: Vec<_> = rows(TORTURE)
            .into_iter()
            .map(|row| String::from_utf8_lossy(row).into_owned())
            .collect();
        assert_eq!(
            found,
            [
                "id,a,b\n",
                "1,\"x,\ny\",z\n",
                "2,\"\"\"\",\"\"\n",
                "3,\"a\"\"\n\"\"b\",c\r\n",
                "4,5\" pipe,\"q\"r\n",
                "5,\"\n\n\",\"\"\"\n\"\n",
                "6,,\n"
            ]
        );
    }

    #[test]
    fn blocks_of_any_size_end_the_same_rows() {
        let ends: Vec<usize> = rows(TORTURE)
            .iter()
            .scan(0, |at, row| {
                *at += row.len();
                Some(*at)
            })
            .collect();
        for size in 1..TORTURE.len() {
            let mut place = Place::CellStart;
            for (index, block) in TORTURE.chunks(size).enumerate() {
                let start = index * size;
                let found = scan(block, place);
                let guess = scan(block, Place::Bare);
                assert!(
                    !guess_holds(block, place) || guess.last_end == found.last_end,
                    "{size} {index}"
                );
                let expected = ends
                    .iter()
                    .copied()
                    .rfind(|end| *end > start && *end <= start + block.len());
                assert_eq!(
                    found.last_end.map(|end| end + start),
                    expected,
                    "size {size}, block {index}"
                );
                place = found.place;
            }
            assert_eq!(place, Place::CellStart);
        }
    }
}
