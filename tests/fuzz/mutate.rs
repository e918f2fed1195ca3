//! Changes of text: by byte, by word, by line.
//!
//! Invariant: any bytes may come in and go out.

use super::rounds::{LONGEST, Pool};
use crate::random::Random;

/// What text is seldom prepared for.
const HOSTILE: &[&str] = &[
    "\0",
    "\u{feff}",
    "\r",
    "\r\n",
    "\t",
    "\u{1b}[31m",
    "\u{202e}",
    "\u{2028}",
    "\u{85}",
    "\u{a0}",
    "ą",
    "e\u{301}",
    "😀",
    "\u{10ffff}",
    "İ",
    "ß",
    "\"",
    "'",
    "`",
    "|",
    ",",
    ";",
    "{{",
    "}}",
    "{{ ",
    "*",
    "&a",
    "*a",
    "<<: ",
    "!!str ",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    ": ",
    "- ",
    "? ",
    "# ",
    "[",
    "]",
    "{",
    "}",
    ">\n",
    "|-\n",
    "\\",
    "$",
    "~",
    "null",
    "true",
    "yes",
    "0",
    "-1",
    "-0",
    "00",
    "1e309",
    "NaN",
    ".inf",
    "0x10",
    "1_000",
    "1,000",
    "0.1",
    "99999999999999999999",
    "9223372036854775807",
    "-9223372036854775808",
    "4294967296",
    "18446744073709551615",
    "79228162514264337593543950335",
    "0.0000000000000000000000000001",
    "9999-12-31",
    "0000-01-01",
    "-9999-01-01",
    "2024-02-29",
    "2026-02-29",
    "2026-03-29T02:30",
    "9999-12-31T23:59:59Z",
    "2026-10-25T02:30",
    "24:00",
    "12:60",
    "1 minute",
    "0 days",
    "99999 years",
    "106751991168 days",
    "90 days ago",
    "tomorrow",
    "last week",
    "everyone",
    "(a+)+$",
    "[[:alpha:]]",
    "\\p{L}",
    "(?i)x",
    "a{1000}{1000}",
];

/// Of YAML, JSON, or anything else that has lines and words.
pub(super) fn text(random: &mut Random, input: Vec<u8>, pool: &Pool) -> Vec<u8> {
    match random.below(10) {
        0 => bytes(random, input),
        1 => insert(random, input, pool),
        2..=4 => word(random, input, pool),
        5 | 6 => lines(random, &input, pool),
        7 => indent(random, &input),
        8 => nest(random, &input),
        _ => splice(random, &input, pool),
    }
}

/// A word of the corpus, or what is hostile.
pub(super) fn drawn(random: &mut Random, pool: &Pool) -> Vec<u8> {
    if pool.words.is_empty() || random.chance(40) {
        random.pick(HOSTILE).as_bytes().to_vec()
    } else {
        random.pick(&pool.words).clone()
    }
}

/// Flips, takes out or doubles some bytes.
pub(super) fn bytes(random: &mut Random, mut input: Vec<u8>) -> Vec<u8> {
    if input.is_empty() {
        return vec![u8::try_from(random.below(256)).unwrap()];
    }
    let at = random.below(input.len());
    match random.below(4) {
        0 => input[at] ^= 1 << random.below(8),
        1 => {
            let end = input.len().min(at + random.between(1, 8));
            input.drain(at..end);
        }
        2 => {
            let end = input.len().min(at + random.between(1, 64));
            let piece = input[at..end].to_vec();
            let to = random.below(input.len() + 1);
            input.splice(to..to, piece);
        }
        _ => input.truncate(at),
    }
    input
}

pub(super) fn insert(random: &mut Random, mut input: Vec<u8>, pool: &Pool) -> Vec<u8> {
    let piece = drawn(random, pool);
    let at = random.below(input.len() + 1);
    input.splice(at..at, piece);
    input
}

/// Puts another word in the place of one.
fn word(random: &mut Random, mut input: Vec<u8>, pool: &Pool) -> Vec<u8> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.$/".contains(&byte);
    if input.is_empty() {
        return drawn(random, pool);
    }
    let from = random.below(input.len());
    let Some(start) = (from..input.len()).find(|&at| is_word(input[at])) else {
        return input;
    };
    let start = (0..start)
        .rev()
        .find(|&at| !is_word(input[at]))
        .map_or(0, |at| at + 1);
    let end = (start..input.len())
        .find(|&at| !is_word(input[at]))
        .unwrap_or(input.len());
    let piece = drawn(random, pool);
    input.splice(start..end, piece);
    input
}

fn split(input: &[u8]) -> Vec<&[u8]> {
    input.split_inclusive(|byte| *byte == b'\n').collect()
}

/// Takes out, doubles, moves or repeats some lines.
pub(super) fn lines(random: &mut Random, input: &[u8], pool: &Pool) -> Vec<u8> {
    let mut lines = split(input);
    if lines.is_empty() {
        return input.to_vec();
    }
    let at = random.below(lines.len());
    let end = lines.len().min(at + random.between(1, 5));
    let piece: Vec<&[u8]> = lines[at..end].to_vec();
    match random.below(5) {
        0 => drop(lines.drain(at..end)),
        1 => drop(lines.splice(at..at, piece)),
        2 => {
            lines.drain(at..end);
            let to = random.below(lines.len() + 1);
            lines.splice(to..to, piece);
        }
        3 => {
            let often = random.between(2, 100);
            lines.splice(at..at, piece.repeat(often));
        }
        _ => {
            let other: &Vec<u8> = random.pick(&pool.inputs);
            let other = split(other);
            if !other.is_empty() {
                let from = random.below(other.len());
                let upto = other.len().min(from + random.between(1, 12));
                lines.splice(at..at, other[from..upto].iter().copied());
            }
        }
    }
    lines.concat()
}

/// Moves a line in or out.
fn indent(random: &mut Random, input: &[u8]) -> Vec<u8> {
    let lines = split(input);
    if lines.is_empty() {
        return input.to_vec();
    }
    let at = random.below(lines.len());
    let bare = lines[at].trim_ascii_start();
    let width = lines[at].len() - bare.len();
    let width = if random.chance(50) {
        width + 2
    } else {
        width.saturating_sub(2)
    };
    let moved = [" ".repeat(width).as_bytes(), bare].concat();
    [&lines[..at].concat()[..], &moved, &lines[at + 1..].concat()].concat()
}

/// Puts what stands after a colon inside collections.
fn nest(random: &mut Random, input: &[u8]) -> Vec<u8> {
    const AROUND: [(&str, &str); 6] = [
        ("[", "]"),
        ("{ not: ", " }"),
        ("{ all: [", "] }"),
        ("{ any: [", "] }"),
        ("{ a: ", " }"),
        ("\"", "\""),
    ];
    let mut lines: Vec<Vec<u8>> = split(input).into_iter().map(<[u8]>::to_vec).collect();
    let with: Vec<usize> = (0..lines.len())
        .filter(|&at| lines[at].windows(2).any(|pair| pair == b": "))
        .collect();
    if with.is_empty() {
        return input.to_vec();
    }
    let line = &mut lines[*random.pick(&with)];
    let at = line.windows(2).position(|pair| pair == b": ").unwrap() + 2;
    let value = line[at..].trim_ascii_end().to_vec();
    let (open, close) = random.pick(&AROUND);
    let levels = if random.chance(80) {
        1
    } else {
        random.between(2, 150)
    };
    line.truncate(at);
    line.extend(
        [
            open.repeat(levels).as_bytes(),
            &value,
            close.repeat(levels).as_bytes(),
            b"\n",
        ]
        .concat(),
    );
    lines.concat()
}

/// The beginning of one and the end of another.
fn splice(random: &mut Random, input: &[u8], pool: &Pool) -> Vec<u8> {
    let other = random.pick(&pool.inputs);
    let head = &input[..random.below(input.len() + 1)];
    let mut spliced = [head, &other[random.below(other.len() + 1)..]].concat();
    spliced.truncate(LONGEST);
    spliced
}
