//! Text of a project in a comment: it means nothing but itself, so that nobody is mentioned and
//! nothing becomes a link, an issue or markup.

use crate::screen::{acts, without_passwords};

/// A sentence of ours, in which names stand as code already.
pub(super) fn sentence(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts
        .map(|(at, part)| if at % 2 == 1 { code(part) } else { cell(part) })
        .collect()
}

/// A name as code, in which nothing is read as a mention or a link; what could end it stands as
/// text.
pub(super) fn code(name: &str) -> String {
    let harmless = |c: char| c.is_alphanumeric() || " -_/.:~#+@{}[],'\"=".contains(c);
    let name = &*without_passwords(name);
    let ends = name.starts_with(' ') || name.ends_with(' ');
    if !name.is_empty() && !ends && name.chars().all(harmless) {
        format!("`{name}`")
    } else {
        cell(name)
    }
}

/// Text that means nothing but itself, also in a table: nobody is mentioned, no issue is closed and
/// nothing becomes a link.
///
/// Entities are read before mentions are looked for, so a character without width stands behind
/// whatever could begin one. Behind entities nobody finds a password any more, so it goes first.
pub(super) fn cell(text: &str) -> String {
    let text = &*without_passwords(text);
    let mut out = String::new();
    let letters: Vec<char> = text.chars().collect();
    for (at, (start, c)) in text.char_indices().enumerate() {
        match c {
            c if " ,.:;/()-%'+=?…⚠".contains(c) => out.push(c),
            c if c.is_alphanumeric() => out.push(c),
            c if c.is_whitespace() => out.push(' '),
            c if acts(text, start, c) => out.push(' '),
            c if c.is_ascii() => out.push_str(&format!("&#{};", u32::from(c))),
            c => out.push(c),
        }
        if begins_a_reference(&letters, at) {
            out.push_str(WITHOUT_WIDTH);
        }
    }
    out
}

/// A space that takes no room: what stands on its sides is one text to the eye, and two to whoever
/// looks for references.
const WITHOUT_WIDTH: &str = "&#8203;";

/// Whether what ends here and what follows could be read as more than text: `@name`, `#12`,
/// `:tada:`, `GH-12`, `https://`, `www.`, `org/repo@1a2b3c4`, a hash.
fn begins_a_reference(letters: &[char], at: usize) -> bool {
    let next = letters.get(at + 1).copied();
    let before = |word: &str| {
        let length = word.chars().count();
        let start = (at + 1).checked_sub(length);
        start.is_some_and(|start| {
            letters[start..=at]
                .iter()
                .flat_map(|c| c.to_lowercase())
                .eq(word.chars())
        })
    };
    match letters[at] {
        '@' | '#' => true,
        '-' => next.is_some_and(|c| c.is_ascii_digit()) && before("gh-"),
        ':' => {
            let is_scheme = next == Some('/') || before("mailto:") || before("xmpp:");
            is_scheme || begins_a_picture(&letters[at + 1..])
        }
        '.' => before("www."),
        c if c.is_ascii_hexdigit() => starts_a_hash(letters, at),
        _ => false,
    }
}

/// Whether a colon before this makes a picture of it, as in `:tada:`.
fn begins_a_picture(letters: &[char]) -> bool {
    let is_name = |c: &char| c.is_ascii_alphanumeric() || "_+-".contains(*c);
    let name = letters.iter().take_while(|c| is_name(c)).count();
    // Of names without a letter few are pictures, and times and offsets none of them.
    let text: String = letters[..name].iter().collect();
    let is_known = ["100", "1234", "+1", "-1"].contains(&&*text);
    let is_word = text.contains(|c: char| c.is_ascii_alphabetic());
    (is_known || is_word) && letters.get(name) == Some(&':')
}

/// Whether seven hexadecimal digits or more begin here, as the hash of a commit does, with a figure
/// among them.
fn starts_a_hash(letters: &[char], at: usize) -> bool {
    let is_inside = at > 0 && letters[at - 1].is_alphanumeric();
    let word: Vec<char> = letters[at..]
        .iter()
        .copied()
        .take_while(|c| c.is_alphanumeric())
        .collect();
    let is_hash = (7..=40).contains(&word.len()) && word.iter().all(char::is_ascii_hexdigit);
    !is_inside
        && is_hash
        && word.iter().any(char::is_ascii_digit)
        && word.iter().any(char::is_ascii_alphabetic)
}
