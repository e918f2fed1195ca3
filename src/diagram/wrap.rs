//! Text in lines of a width; counts characters, breaks at spaces only, and loses none but the
//! spaces.

use crate::screen::without_passwords;

/// The words of a text in lines of at most `width` characters; a longer word has a line of its own.
/// Passwords are hidden before: in lines of their own nobody would know them.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in without_passwords(text).split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}

/// At most `count` lines; the last one says that there was more.
pub(super) fn at_most(count: usize, mut lines: Vec<String>) -> Vec<String> {
    if lines.len() > count {
        lines.truncate(count);
        if let Some(last) = lines.last_mut() {
            last.push_str(" …");
        }
    }
    lines
}
