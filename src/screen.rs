//! Text for screens: what a terminal would act on, or what turns other text around, stands as its escape, whoever wrote it.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

/// What is shown: control characters and marks of direction as `\u001b`. Line feeds and tabs stay, since layout is made of them; so do the colours of findings where there are any.
pub fn inert(text: &str, color: bool) -> Cow<'_, str> {
    replaced(text, |at, c| {
        let is_ours = matches!(c, '\n' | '\t') || (color && c == '\u{1b}' && is_color(&text[at..]));
        acts(c) && !is_ours
    })
}

/// The same of text that somebody else wrote, on one line.
pub fn one_line(text: &str) -> Cow<'_, str> {
    replaced(text, |_, c| acts(c))
}

/// Text that is cut where it has no room, with three dots in place of the rest: its beginning says what it belongs to.
pub fn shortened(text: &str, room: usize) -> Cow<'_, str> {
    if text.chars().count() <= room {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().take(room.saturating_sub(1)).chain(['…']).collect())
}

fn replaced(text: &str, is_escaped: impl Fn(usize, char) -> bool) -> Cow<'_, str> {
    if !text.char_indices().any(|(at, c)| is_escaped(at, c)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        match c {
            c if !is_escaped(at, c) => shown.push(c),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            c => write!(shown, "\\u{:04x}", u32::from(c)).expect("writing to a string never fails"),
        }
    }
    Cow::Owned(shown)
}

/// Whether a character is an order to a terminal, or to whoever lays text out: all controls, separators of lines, and marks without width that change the direction of what follows.
pub(crate) fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Whether a colour or a weight is set here, of those with which findings are drawn; none of them hides text.
fn is_color(text: &str) -> bool {
    let Some((codes, _)) = text.strip_prefix("\u{1b}[").and_then(|rest| rest.split_once('m')) else { return false };
    let is_one = |code| {
        matches!(
            code,
            "0" | "1" | "2" | "3" | "4" | "22" | "23" | "24" | "31" | "32" | "33" | "34" | "35" | "36" | "39"
        )
    };
    codes.split(';').all(is_one)
}

/// The text with nothing in it that the runner of GitHub would obey: it looks at both streams, for `::` behind white space at the beginning of
/// a line, and for `##[` anywhere.
pub fn without_commands(text: &str) -> String {
    let inert = |line: &str| {
        let words = line.trim_start();
        let indent = &line[..line.len() - words.len()];
        let mark = if words.starts_with("::") { "\\" } else { "" };
        format!("{indent}{mark}{words}").replace("##[", "##\\[")
    };
    text.split_inclusive(['\n', '\r']).map(inert).collect()
}

/// The text with three dots for each password in a URL, as in `https://me:…@example.com`.
pub fn without_passwords(text: &str) -> Cow<'_, str> {
    let mut shown = Cow::Borrowed(text);
    let mut from = 0;
    while let Some(password) = password(&shown, from) {
        from = password.start;
        shown.to_mut().replace_range(password, "…");
    }
    shown
}

/// Where the first password in a URL stands that begins at `from` or later; dots stand for one already.
pub fn password(text: &str, from: usize) -> Option<Range<usize>> {
    let ends = |c: char| c.is_whitespace() || c.is_control() || "/?#\"'<>`|\\".contains(c);
    let mut schemes = text[from..].match_indices("://").map(|(at, sign)| from + at + sign.len());
    schemes.find_map(|start| {
        let authority = &text[start..];
        let authority = &authority[..authority.find(ends).unwrap_or(authority.len())];
        let (user, _) = authority.rsplit_once('@')?;
        let colon = user.find(':')?;
        let password = start + colon + 1..start + user.len();
        (!matches!(&text[password.clone()], "" | "…")).then_some(password)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_is_shown_and_everything_else_stays() {
        assert_eq!(inert("Zoë\t→ 5 €\n", false), "Zoë\t→ 5 €\n");
        assert_eq!(inert("\u{1b}]0;owned\u{7}\u{9b}2J\r\u{202e}x", false), r"\u001b]0;owned\u0007\u009b2J\r\u202ex");
        assert_eq!(one_line("a\nb\tc"), r"a\nb\tc");
    }

    #[test]
    fn a_password_in_a_url_is_never_shown() {
        let shown = |text| without_passwords(text).into_owned();
        assert_eq!(shown("url: https://u:hunter3@h/p, ftp://a:b:c@d@e"), "url: https://u:…@h/p, ftp://a:…@e");
        for plain in
            ["https://h/p?a=b:c@d", "https://u@h", "a:b@c", "https://u:@h", "https://h:8080/x", "https://u:…@h"]
        {
            assert_eq!(shown(plain), plain);
        }
    }

    #[test]
    fn colours_stay_where_there_are_any_and_nothing_that_hides() {
        let red = "\u{1b}[31mred\u{1b}[0m";
        assert_eq!(inert(red, true), red);
        assert_eq!(inert(red, false), r"\u001b[31mred\u001b[0m");
        assert_eq!(inert("\u{1b}[8mhidden\u{1b}[2J", true), r"\u001b[8mhidden\u001b[2J");
    }
}
