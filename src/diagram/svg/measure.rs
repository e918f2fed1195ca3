//! How wide text is, without a font: each character is taken to be as wide as in the widest font
//! that browsers fall back to, so that a text never needs more room than it was given.

use crate::diagram::wrap::wrap;
use crate::screen::one_line;

/// How a text is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Font {
    /// Its height in pixels.
    pub(super) size: i32,
    /// Bold letters are wider.
    pub(super) bold: bool,
}

/// Headings and names.
pub(super) const NAME: Font = Font {
    size: 13,
    bold: true,
};

/// What stands below them.
pub(super) const LINE: Font = Font {
    size: 12,
    bold: false,
};

/// The width of a text in pixels, rounded up; of what nobody sees that of its escape, which is
/// drawn in its place.
pub(super) fn width(text: &str, font: Font) -> i32 {
    let heavier = if font.bold { 75 } else { 0 };
    let shown = one_line(text);
    let advances = shown.chars().map(|c| i64::from(advance(c) + heavier));
    let pixels = (advances.sum::<i64>() * i64::from(font.size) + 999) / 1000;
    i32::try_from(pixels).unwrap_or(i32::MAX)
}

/// The width of a character in thousandths of the height of the font.
fn advance(c: char) -> i32 {
    match c {
        'i' | 'j' | 'l' | '\'' | 'I' | 'J' => 300,
        ' ' | '.' | ',' | ':' | ';' | '|' | '/' | '\\' => 345,
        'f' | 't' | 'r' | '-' | '(' | ')' | '[' | ']' | '!' => 415,
        'c' | 's' | 'z' | '"' | '*' | '_' | '`' | '?' => 560,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 1000,
        'a'..='z' | '0'..='9' | '{' | '}' | '$' => 640,
        ' '..='~' => 840,
        // Letters of Latin, Greek, Cyrillic, Hebrew and Arabic.
        '\u{a0}'..='\u{7ff}' => 900,
        '→' | '←' | '↑' | '↓' | '…' => 1000,
        // A picture is wider than its line is high.
        _ => 1400,
    }
}

/// The text in lines that are `room` pixels wide or less, at most `count` of them; the last one says
/// whether there was more. A word that is too long is broken anywhere.
pub(super) fn lines(text: &str, font: Font, room: i32, count: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in wrap(text, 0) {
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), font) <= room => {
                line.push(' ');
                line.push_str(&word);
            }
            Some(_) | None => push_word(&mut lines, &word, font, room),
        }
        if lines.len() > count {
            break;
        }
    }
    if lines.len() > count {
        lines.truncate(count);
        if let Some(last) = lines.last_mut() {
            while width(&format!("{last} …"), font) > room && last.pop().is_some() {}
            let kept = last.trim_end().len();
            last.truncate(kept);
            last.push_str(" …");
        }
    }
    lines
}

/// A word on lines of its own, each as long as there is room.
fn push_word(lines: &mut Vec<String>, word: &str, font: Font, room: i32) {
    let mut line = String::new();
    for c in word.chars() {
        line.push(c);
        if width(&line, font) > room && line.chars().count() > 1 {
            line.pop();
            lines.push(std::mem::replace(&mut line, c.to_string()));
        }
    }
    lines.push(line);
}
