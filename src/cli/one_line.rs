//! Text of others in what a command says of itself: it stays in its line, does nothing to a terminal, and is no command to a build server.

/// The text in one line: what would end it, and what would move, hide or turn letters, is written out.
pub(super) fn one_line(text: &str) -> String {
    let written = |c: char| match c {
        c if c.is_control() => c.escape_default().to_string(),
        c if turns_or_hides(c) => c.escape_unicode().to_string(),
        c => c.to_string(),
    };
    text.chars().map(written).collect()
}

/// The text with nothing in it that the runner of GitHub would obey: it looks at both streams, for `::` behind white space at the beginning of
/// a line, and for `##[` anywhere.
pub(super) fn without_commands(text: &str) -> String {
    let inert = |line: &str| {
        let words = line.trim_start();
        let indent = &line[..line.len() - words.len()];
        let mark = if words.starts_with("::") { "\\" } else { "" };
        format!("{indent}{mark}{words}").replace("##[", "##\\[")
    };
    text.split_inclusive(['\n', '\r']).map(inert).collect()
}

/// Line ends that only some readers know, marks of direction, and letters without width that could hide something.
fn turns_or_hides(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
