//! CSV as the language reads it, in the plainest way there is; and changes of it by cell, row and
//! dialect.
//!
//! Invariant: shares nothing with the reader that it is held against.

use super::mutate;
use super::rounds::Pool;
use crate::random::Random;

/// A table whose rows are cells without their quotes.
pub(super) type Table = Vec<Vec<String>>;

/// How many rows there are that are not blank, the header among them. A quote counts where a cell
/// begins.
pub(super) fn rows(bytes: &[u8]) -> u64 {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let (mut count, mut start, mut at) = (0, 0, 0);
    let (mut fresh, mut quoted) = (true, false);
    while at < bytes.len() {
        match bytes[at] {
            b'"' if quoted && bytes.get(at + 1) == Some(&b'"') => at += 1,
            b'"' if quoted => quoted = false,
            b'"' if fresh => quoted = true,
            b'\n' if !quoted => {
                count += u64::from(!is_blank(&bytes[start..at]));
                start = at + 1;
            }
            _ => {}
        }
        fresh = !quoted && matches!(bytes[at], b',' | b'\n');
        at += 1;
    }
    count + u64::from(start < bytes.len())
}

/// Of a row with a line feed at its end.
fn is_blank(row: &[u8]) -> bool {
    row.is_empty() || row == b"\r"
}

/// The table, where the text is beyond doubt: every row as wide as the header, no quote inside a
/// bare cell, no stray carriage return.
pub(super) fn strict(bytes: &[u8]) -> Option<Table> {
    let text = std::str::from_utf8(bytes).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // A row of one quoted cell is not blank, and too short.
    if text.lines().any(|line| line == "\"\"") {
        return None;
    }
    let mut table = vec![Vec::new()];
    let mut rest = text;
    while !rest.is_empty() {
        let (cell, after) = cell(rest)?;
        table.last_mut()?.push(cell);
        let ended = after
            .strip_prefix("\r\n")
            .or_else(|| after.strip_prefix('\n'));
        rest = match (ended, after.strip_prefix(',')) {
            (Some(next), _) => {
                table.push(Vec::new());
                next
            }
            // The last cell of a file that ends without a line feed.
            (None, Some("")) => {
                table.last_mut()?.push(String::new());
                ""
            }
            (None, Some(next)) => next,
            (None, None) if after.is_empty() => after,
            (None, None) => return None,
        };
    }
    table.retain(|row| !row.is_empty());
    let width = table.first().map(Vec::len)?;
    let blank = |row: &Vec<String>| row.len() == 1 && row[0].is_empty();
    // A mark that is text, bare or in quotes, would be that of another dialect, or of a file behind
    // another.
    let marked = table.iter().any(|row| row[0].starts_with('\u{feff}'));
    (width > 1 && !text.contains('\0') && !marked).then_some(())?;
    table.retain(|row| !blank(row));
    table.iter().all(|row| row.len() == width).then_some(table)
}

/// A cell and what follows it.
fn cell(text: &str) -> Option<(String, &str)> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let end = text.find([',', '\n']).unwrap_or(text.len());
        let end = if text[end..].starts_with('\n') && text[..end].ends_with('\r') {
            end - 1
        } else {
            end
        };
        let bare = &text[..end];
        return (!bare.contains(['"', '\r'])).then(|| (bare.to_owned(), &text[end..]));
    };
    let mut cell = String::new();
    loop {
        let end = rest.find('"')?;
        cell += &rest[..end];
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(next) => {
                cell.push('"');
                rest = next;
            }
            None => return Some((cell, rest)),
        }
    }
}

/// The table in another dialect: quotes around any cell, any row end that is allowed, blank rows,
/// with or without a mark at the start and an end at the end.
pub(super) fn written(random: &mut Random, table: &Table) -> Vec<u8> {
    let (mark, often, ends) = (random.chance(50), random.below(101), random.chance(50));
    let mut text = String::from(if mark { "\u{feff}" } else { "" });
    for row in table {
        let cells = row.iter().map(|cell| {
            let must = cell.contains(['"', ',', '\n', '\r']);
            if must || random.chance(often) {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                cell.clone()
            }
        });
        text += &cells.collect::<Vec<_>>().join(",");
        text += if random.chance(50) { "\n" } else { "\r\n" };
        if random.chance(5) {
            text += "\n";
        }
    }
    let bare = text.trim_end_matches(['\r', '\n']);
    if ends {
        text.into_bytes()
    } else {
        bare.as_bytes().to_vec()
    }
}

/// Changes a table.
pub(super) fn change(random: &mut Random, input: Vec<u8>, pool: &Pool) -> Vec<u8> {
    if random.chance(30) {
        return match random.below(4) {
            0 => mutate::bytes(random, input),
            1 => mutate::insert(random, input, pool),
            2 => mutate::lines(random, &input, pool),
            _ => dialect(random, &input),
        };
    }
    let mut rows: Vec<Vec<Vec<u8>>> = split(&input);
    if rows.is_empty() {
        return mutate::insert(random, input, pool);
    }
    let row = random.below(rows.len());
    let column = random.below(rows[row].len());
    match random.below(8) {
        0 => rows
            .iter_mut()
            .filter(|row| column < row.len())
            .for_each(|row| drop(row.remove(column))),
        1 => {
            let with = random.below(rows[0].len());
            rows.iter_mut()
                .filter(|row| with.max(column) < row.len())
                .for_each(|row| row.swap(with, column));
        }
        2 => {
            let other: &Vec<u8> = random.pick(&pool.inputs);
            let other = split(other);
            if !other.is_empty() {
                rows.push(random.pick(&other).clone());
            }
        }
        3 => {
            let (from, cell) = (random.below(rows.len()), random.below(rows[row].len()));
            let lent: Vec<u8> = random.pick(&rows[from]).clone();
            rows[row][cell] = lent;
        }
        4 => rows[row][column] = mutate::bytes(random, std::mem::take(&mut rows[row][column])),
        5 => {
            rows[row][column] =
                mutate::insert(random, std::mem::take(&mut rows[row][column]), pool);
        }
        _ => rows[row][column] = mutate::drawn(random, pool),
    }
    rows.iter()
        .map(|row| row.join(&b","[..]))
        .collect::<Vec<_>>()
        .join(&b"\n"[..])
}

fn split(input: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let cells = |row: &[u8]| {
        row.split(|byte| *byte == b',')
            .map(<[u8]>::to_vec)
            .collect()
    };
    input.split(|byte| *byte == b'\n').map(cells).collect()
}

/// Another separator, another row end, or more quotes.
fn dialect(random: &mut Random, input: &[u8]) -> Vec<u8> {
    let replace = |from: u8, to: &[u8]| -> Vec<u8> {
        input
            .iter()
            .flat_map(|&byte| {
                if byte == from {
                    to.to_vec()
                } else {
                    vec![byte]
                }
            })
            .collect()
    };
    match random.below(8) {
        0 => replace(b',', random.pick(&[";", "\t", "|", ", "]).as_bytes()),
        1 => replace(
            b'\n',
            random.pick(&["\r\n", "\r", "\n\n", "\n\r"]).as_bytes(),
        ),
        2 => replace(b',', b"\",\""),
        3 => replace(b'"', random.pick(&["", "\"\"", "'", "\\\""]).as_bytes()),
        4 => [b"\xef\xbb\xbf", input].concat(),
        5 => input.iter().flat_map(|&byte| [byte, 0]).collect(),
        _ => strict(input).map_or_else(|| input.to_vec(), |table| written(random, &table)),
    }
}
