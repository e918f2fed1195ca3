//! Files of members: one key a line, or CSV with the column of the key. Whatever else stands in one
//! is told and never taken for a key.

use crate::diagnostic::did_you_mean;
use crate::model::{Contacts, Field, FieldType, is_address};
use crate::screen::shortened;

/// As much of a line as fits into a message.
const ROOM: usize = 40;

/// Why a file has no keys for us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    /// What was found, to stand behind the file's name.
    pub(super) found: String,
    /// What to write instead.
    pub(super) help: String,
}

/// The keys in a file, in its order, without the white space around them.
pub(super) fn keys(text: &str, contacts: &Contacts) -> Result<Vec<String>, Unreadable> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // As cells are read.
    let key = contacts.key.trim();
    let no = |found: String| {
        Err(Unreadable {
            found,
            help: instead(key),
        })
    };
    if let Some(found) = other_form(text) {
        return no(found.to_owned());
    }
    let rows = match rows(text) {
        Ok(rows) => rows,
        Err(line) => {
            return no(format!(
                "has a quote in line {line} that opens or closes nothing"
            ));
        }
    };
    let Some(first) = rows.first() else {
        return no("is empty".to_owned());
    };
    let (column, body) = match first.cells.iter().position(|cell| cell.text == key) {
        Some(column) => (column, &rows[1..]),
        None => match other_header(first, key, contacts) {
            Some(unreadable) => return Err(unreadable),
            None => (0, &rows[..]),
        },
    };
    if body.is_empty() {
        return no(format!("names the column `{key}` and no key below it"));
    }
    let width = first.cells.len();
    if let Some(found) = body
        .iter()
        .find_map(|row| strange(row, width, column, contacts))
    {
        return no(found);
    }
    Ok(body
        .iter()
        .map(|row| row.cells[column].text.clone())
        .collect())
}

fn instead(key: &str) -> String {
    format!(
        "write one key a line and nothing else, or CSV with a column `{key}`; where there is \
            nobody yet, leave the file out"
    )
}

/// What is no lines of text at all.
fn other_form(text: &str) -> Option<&'static str> {
    if text.contains('\0') {
        return Some("has NUL bytes; write it as UTF-8");
    }
    if text.trim_start().starts_with(['[', '{']) {
        return Some("is JSON");
    }
    text.replace("\r\n", "\n")
        .contains('\r')
        .then_some("has carriage returns for line ends; write line feeds")
}

/// What is wrong with a first row that does not name the key's column, if it is no key either.
fn other_header(first: &Row, key: &str, contacts: &Contacts) -> Option<Unreadable> {
    let names: Vec<&str> = first.cells.iter().map(|cell| cell.text.as_str()).collect();
    let is_column = |name: &str| contacts.fields.values().any(|field| field.column == name);
    let meant = did_you_mean(key, names.iter().copied())
        .filter(|name| names.len() > 1 || has_same_letters(name, key));
    if names.len() == 1 && meant.is_none() && !is_column(names[0]) {
        return None;
    }
    let list: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let help = match meant {
        Some(name) => format!("did you mean `{name}`? The column of the key is called `{key}`"),
        None => instead(key),
    };
    Some(Unreadable {
        found: format!(
            "has no column `{key}`: its first row is {}",
            list.join(", ")
        ),
        help,
    })
}

fn has_same_letters(name: &str, key: &str) -> bool {
    name.to_lowercase() == key.to_lowercase()
}

/// What is wrong with a row of keys.
fn strange(row: &Row, width: usize, column: usize, contacts: &Contacts) -> Option<String> {
    let line = row.line;
    if row.cells.len() != width {
        let cells = if row.cells.len() == 1 {
            "cell"
        } else {
            "cells"
        };
        return Some(format!(
            "has {} {cells} in line {line} where the first row has {width}",
            row.cells.len()
        ));
    }
    let Cell { text, quoted } = &row.cells[column];
    if text.is_empty() {
        return Some(format!("has no key in line {line}"));
    }
    if row.cells[0].text.starts_with('\u{feff}') {
        return Some(format!(
            "has a byte order mark in line {line}, as files leave one that were put together"
        ));
    }
    let begins_comment =
        |(at, _): (usize, char)| at == 0 || text[..at].ends_with(char::is_whitespace);
    if !quoted
        && text
            .char_indices()
            .filter(|(_, c)| *c == '#')
            .any(begins_comment)
    {
        return Some(format!(
            "has a comment in line {line}, `{}`",
            shortened(text, ROOM)
        ));
    }
    if let Some(separator) = ['\t', ';']
        .into_iter()
        .find(|c| !quoted && width == 1 && text.contains(*c))
    {
        return Some(format!(
            "has a `{}` in line {line}, `{}`; cells stand between commas",
            separator.escape_default(),
            shortened(text, ROOM)
        ));
    }
    let field = contacts
        .fields
        .values()
        .find(|field| field.column == contacts.key);
    let fits = field.is_none_or(|field| fits(text, field));
    let type_ = field
        .and_then(|field| field.type_.as_ref())
        .map_or("key", FieldType::word);
    (!fits).then(|| {
        format!(
            "has `{}` in line {line}, which is no `{type_}` as the key is",
            shortened(text, ROOM)
        )
    })
}

/// Whether a key can be one, where the key's column is a field, too.
fn fits(text: &str, field: &Field) -> bool {
    match &field.type_ {
        Some(FieldType::Email) => is_address(text),
        Some(FieldType::Integer) => text.parse::<i64>().is_ok(),
        Some(FieldType::Choice(values)) => values.iter().any(|value| value == text),
        Some(FieldType::Text { .. } | FieldType::Number | FieldType::Boolean | FieldType::Date)
        | None => true,
        Some(FieldType::Datetime | FieldType::Choices { .. }) => true,
    }
}

struct Row {
    line: usize,
    cells: Vec<Cell>,
}

#[derive(Default)]
struct Cell {
    text: String,
    quoted: bool,
}

/// Rows of cells but for those that are blank; or the line of a quote that is out of place. Quotes
/// may hold commas and line ends, and a doubled quote is one.
fn rows(text: &str) -> Result<Vec<Row>, usize> {
    let (mut rows, mut cells, mut line, mut start) = (Vec::new(), Vec::new(), 1, 1);
    let mut rest = text;
    while !rest.is_empty() {
        let quoted = rest.trim_start_matches([' ', '\t']).starts_with('"');
        let (cell, end) = if quoted {
            quoted_cell(rest)
        } else {
            bare_cell(rest)
        }
        .ok_or(line)?;
        line += rest[..end].matches('\n').count();
        cells.push(cell);
        let ends_row = !rest[end..].starts_with(',');
        rest = rest[end..].get(1..).unwrap_or_default();
        if ends_row || rest.is_empty() {
            if !ends_row {
                cells.push(Cell::default());
            }
            let row = std::mem::take(&mut cells);
            if row.iter().any(|cell: &Cell| !cell.text.is_empty()) {
                rows.push(Row {
                    line: start,
                    cells: row,
                });
            }
            line += 1;
            start = line;
        }
    }
    Ok(rows)
}

/// A cell without quotes, and where it ends.
fn bare_cell(rest: &str) -> Option<(Cell, usize)> {
    let end = rest.find([',', '\n']).unwrap_or(rest.len());
    let text = &rest[..end];
    (!text.contains('"')).then(|| {
        (
            Cell {
                text: text.trim().to_owned(),
                quoted: false,
            },
            end,
        )
    })
}

/// A cell in quotes, and where it ends.
fn quoted_cell(rest: &str) -> Option<(Cell, usize)> {
    let open = rest.find('"')?;
    let (mut at, mut text) = (open + 1, String::new());
    loop {
        let quote = at + rest[at..].find('"')?;
        text.push_str(&rest[at..quote]);
        at = quote + 1;
        if !rest[at..].starts_with('"') {
            break;
        }
        text.push('"');
        at += 1;
    }
    let end = at + rest[at..].find([',', '\n']).unwrap_or(rest.len() - at);
    let closed = rest[at..end].trim().is_empty();
    closed.then(|| {
        (
            Cell {
                text: text.trim().to_owned(),
                quoted: true,
            },
            end,
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile;
    use crate::source::Sources;

    /// The contract of a project whose key is an email or, without a field, any text.
    fn contacts(key: &str) -> Contacts {
        let mut sources = Sources::default();
        let fields = "fields: { email: { type: email }, name: { type: text } }";
        sources.add(
            "funnelc.yaml",
            format!("version: 1\ncontacts: {{ key: {key}, {fields} }}\n"),
        );
        compile(sources).model.contacts
    }

    fn of(key: &str, text: &str) -> Result<Vec<String>, String> {
        keys(text, &contacts(key))
            .map_err(|unreadable| format!("{} | {}", unreadable.found, unreadable.help))
    }

    #[test]
    fn keys_stand_in_their_column_or_one_a_line() {
        let found = |key, text| of(key, text).unwrap();
        assert_eq!(
            found("id", "name,id\nAnn,1\n\"B, C\", \"2\" \n,\n"),
            ["1", "2"]
        );
        assert_eq!(found("id", "\u{feff} id \r\n7\r\n"), ["7"]);
        assert_eq!(
            found("id", "a1\n\n b2 \n\"c\"\"3\"\n\" # d;\"\nC#5"),
            ["a1", "b2", "c\"3", "# d;", "C#5"]
        );
        assert_eq!(
            found("email", "name,email\nBob,bob@example.com"),
            ["bob@example.com"]
        );
        assert_eq!(found("\" id \"", "\" id \"\n7\n"), ["7"]);
    }

    #[test]
    fn what_is_no_file_of_members_is_told() {
        let mut told = String::new();
        let files = [
            ("email", ""),
            ("email", " \n\n"),
            ("email", "email\n"),
            ("email", "name,address\nBob,bob@example.com\n"),
            ("email", "Name,E-Mail\nBob,bob@example.com\n"),
            ("email", "EMAIL\nbob@example.com\n"),
            ("email", "name\nbob@example.com\n"),
            ("email", "name;email\nBob;bob@example.com\n"),
            ("id", "name\tid\nBob\t1\n"),
            ("id", "1;2\n"),
            ("email", "email\rbob@example.com\r"),
            ("id", "1\n\u{feff}2\n"),
            ("email", "bob@example.com  # asked by phone\n"),
            ("id", "# those who asked by phone\n1\n"),
            ("email", "[\"bob@example.com\"]\n"),
            ("email", "{\"email\": \"bob@example.com\"}\n"),
            ("email", "address\nbob@example.com\n"),
            ("email", "email,name\nbob@example.com\n"),
            ("email", "email,name\n,Bob\n"),
            ("id", "1\n2,3\n"),
            ("id", "1\n\"2\n"),
            ("id", "1\na\"b\n"),
            ("id", "1\u{0}\n"),
        ];
        for (key, text) in files {
            let error = of(key, text).unwrap_err();
            told += &format!("{text:?}\n  {error}\n");
        }
        insta::assert_snapshot!(told);
    }
}
