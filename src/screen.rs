//! Text for screens: what a terminal would act on, what turns other text around, and what nobody
//! sees stands as its escape, whoever wrote it.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

/// What is shown: control characters, marks of direction and what has no width as `\u001b`. Line
/// feeds and tabs stay, since layout is made of them; so do the colours of findings where there are
/// any.
pub fn inert(text: &str, color: bool) -> Cow<'_, str> {
    replaced(text, |at, c| {
        matches!(c, '\n' | '\t') || (color && c == '\u{1b}' && is_color(&text[at..]))
    })
}

/// JSON in which nothing acts either, and nothing is a command to a runner: the same values, for
/// outside of texts JSON has only white space that does.
pub fn inert_json(json: &str) -> Cow<'_, str> {
    let shown = replaced(json, |_, c| matches!(c, '\n' | '\t' | '\r'));
    if shown.contains("##[") {
        Cow::Owned(shown.replace("##[", "#\\u0023["))
    } else {
        shown
    }
}

/// The same of text that somebody else wrote, on one line.
pub fn one_line(text: &str) -> Cow<'_, str> {
    replaced(text, |_, _| false)
}

/// Text that is cut where it has no room, with three dots in place of the rest: its beginning says
/// what it belongs to. Passwords go before the cut, behind which nobody knows them for what they
/// are.
pub fn shortened(text: &str, room: usize) -> Cow<'_, str> {
    let text = without_passwords(text);
    if text.chars().count() <= room {
        return text;
    }
    Cow::Owned(
        text.chars()
            .take(room.saturating_sub(1))
            .chain(['…'])
            .collect(),
    )
}

fn replaced(text: &str, is_layout: impl Fn(usize, char) -> bool) -> Cow<'_, str> {
    let is_escaped = |at: usize, c: char| acts(text, at, c) && !is_layout(at, c);
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
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(shown, "\\u{unit:04x}").expect("writing to a string never fails");
                }
            }
        }
    }
    Cow::Owned(shown)
}

/// Whether the character at a place of a text is an order to a terminal or to whoever lays text
/// out, or cannot be seen: controls, separators of lines, marks that change the direction of what
/// follows, and whatever has no width. What is needed to write stays where it is needed: inside of
/// a picture such as 👩‍🚀, between letters of scripts that join, and behind a sign of which it says
/// the form.
pub(crate) fn acts(text: &str, at: usize, c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    let before = |of: fn(char) -> bool| text[..at].chars().next_back().is_some_and(of);
    let after = |of: fn(char) -> bool| text[at + c.len_utf8()..].chars().next().is_some_and(of);
    match c {
        '\u{200c}' | '\u{200d}' if before(is_joining) && after(is_joining) => false,
        '\u{200d}' => !(ends_picture(&text[..at]) && after(is_picture)),
        '\u{fe0f}' if after(|c| c == '\u{20e3}') => !before(|c| matches!(c, '#' | '*' | '0'..='9')),
        '\u{fe00}'..='\u{fe0f}' => !before(|c| is_picture(c) || is_ideograph(c)),
        '\u{180b}'..='\u{180d}' | '\u{180f}' => !before(is_joining),
        '\u{e0100}'..='\u{e01ef}' => !before(is_ideograph),
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180e}' => true,
        '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{2800}'
        | '\u{3164}' => true,
        '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{fffe}'
        | '\u{ffff}'
        | '\u{16fe4}' => true,
        '\u{13430}'..='\u{1343f}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d159}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        c => c.is_control(),
    }
}

/// Signs and pictures that have several forms, or are one picture together with others.
fn is_picture(c: char) -> bool {
    matches!(c, '©' | '®' | '‼' | '⁉' | '™' | 'ℹ' | 'Ⓜ' | '〰' | '〽' | '㊗' | '㊙' | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}')
        || matches!(c, '\u{25a0}'..='\u{27bf}' | '\u{2900}'..='\u{297f}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

/// Whether a picture ends here, maybe with the mark that says its form; a figure with such a mark
/// is none.
fn ends_picture(text: &str) -> bool {
    text.strip_suffix('\u{fe0f}')
        .unwrap_or(text)
        .chars()
        .next_back()
        .is_some_and(is_picture)
}

/// Letters and marks of scripts whose letters join, from Arabic to Myanmar, of Khmer and of
/// Mongolian.
fn is_joining(c: char) -> bool {
    matches!(c, '\u{620}'..='\u{109f}' | '\u{1780}'..='\u{17b3}' | '\u{17b6}'..='\u{17ff}' | '\u{1820}'..='\u{18af}')
}

/// Letters of Chinese and Japanese, of which names have forms of their own.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Whether a colour or a weight is set here, of those with which findings are drawn; none of them
/// hides text.
fn is_color(text: &str) -> bool {
    let Some((codes, _)) = text
        .strip_prefix("\u{1b}[")
        .and_then(|rest| rest.split_once('m'))
    else {
        return false;
    };
    let is_one = |code| {
        matches!(
            code,
            "0" | "1"
                | "2"
                | "3"
                | "4"
                | "22"
                | "23"
                | "24"
                | "31"
                | "32"
                | "33"
                | "34"
                | "35"
                | "36"
                | "39"
        )
    };
    codes.split(';').all(is_one)
}

/// The text with nothing in it that the runner of GitHub would obey: it looks at both streams, for
/// `::` behind white space at the beginning of a line, and for `##[` anywhere.
pub fn without_commands(text: &str) -> String {
    let inert = |line: &str| {
        let words = line.trim_start();
        let indent = &line[..line.len() - words.len()];
        let mark = if words.starts_with("::") { "\\" } else { "" };
        format!("{indent}{mark}{words}").replace("##[", "##\\[")
    };
    text.split_inclusive(['\n', '\r']).map(inert).collect()
}

/// The text with three dots for each password in a URL, as in `https://me:…@example.com` and
/// `https://example.com/?token=…`.
pub fn without_passwords(text: &str) -> Cow<'_, str> {
    let (mut shown, mut from) = (String::new(), 0);
    while let Some(password) = password(text, from) {
        shown.push_str(&text[from..password.start]);
        shown.push('…');
        from = password.end;
    }
    if from == 0 {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(shown + &text[from..])
    }
}

/// A document of JSON with three dots for each password in a URL in its strings; else it is as it
/// was.
pub fn json_without_passwords(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(start) = rest.find('"') {
        let mut is_escaped = false;
        let ends = |c: char| {
            let ends = c == '"' && !is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            ends
        };
        let Some(end) = rest[start + 1..].find(ends) else {
            break;
        };
        let (before, after) = rest.split_at(start + end + 2);
        let (before, string) = before.split_at(start);
        shown.push_str(before);
        let text: Option<String> = serde_json::from_str(string).ok();
        match text.as_deref().map(without_passwords) {
            Some(Cow::Owned(hidden)) => {
                shown.push_str(&serde_json::Value::from(hidden).to_string());
            }
            Some(Cow::Borrowed(_)) | None => shown.push_str(string),
        }
        rest = after;
    }
    shown + rest
}

/// Where the first password in a URL stands that begins at `from` or later; dots stand for one
/// already.
pub fn password(text: &str, from: usize) -> Option<Range<usize>> {
    let mut signs = text[from..]
        .match_indices([':', '?', '&', '#', ';'])
        .map(|(at, sign)| (from + at, sign));
    signs.find_map(|(at, sign)| match sign {
        ":" if text[at..].starts_with("://") => of_user(text, at + 3),
        ":" => None,
        _ => in_query(text, at + 1),
    })
}

/// So many bytes of a name of a user are no name any more.
const TOKEN: usize = 16;

/// The password of an address that begins here, up to the last `@` before white space: people write
/// slashes into passwords, and white space too.
fn of_user(text: &str, start: usize) -> Option<Range<usize>> {
    // No further than the next address, so that a text of thousands is walked once.
    let line = text[start..].split("://").next().unwrap_or_default();
    let line = until(line, |c| c.is_control() || "\"'<>`|".contains(c));
    let word = until(line, char::is_whitespace);
    let host = until(word, |c| "/?#".contains(c));
    let Some(colon) = host.find(':') else {
        // A long name of a user without a password is a token.
        let at = host.rfind('@').filter(|at| *at >= TOKEN)?;
        return Some(start..start + at);
    };
    let behind = &word[colon + 1..];
    let port =
        until(behind, |c| "/?#".contains(c)).trim_end_matches([',', '.', ';', ')', ']', '}']);
    if port.bytes().all(|it| it.is_ascii_digit()) {
        // A port, unless an `@` in what follows says that the figures begin a password; `/@name` is
        // how people are called in paths.
        let path = until(behind, |c| "?#".contains(c));
        path.rfind('@').filter(|at| !path[..*at].ends_with('/'))?;
    }
    let at = behind.rfind('@').or_else(|| line[colon + 1..].find('@'))?;
    // The `@` may be one of a value in the query, which would be cut in two.
    let is_in_query = behind.get(..at).is_some_and(|it| it.contains('='));
    let end = match behind.get(at..) {
        Some(rest) if is_in_query => at + until(rest, |c| "&#".contains(c)).len(),
        Some(_) | None => at,
    };
    let password = start + colon + 1..start + colon + 1 + end;
    (!matches!(&text[password.clone()], "" | "…")).then_some(password)
}

/// The value of a query or of what follows `#` that begins here, where its name says that it is a
/// secret; `{{` stands for what a contact has.
fn in_query(text: &str, start: usize) -> Option<Range<usize>> {
    let name = until(&text[start..], |c| {
        !(c.is_ascii_alphanumeric() || "_-.%[]".contains(c))
    });
    let equals = start + name.len();
    if !text[equals..].starts_with('=') || !names_secret(name) {
        return None;
    }
    let mut value = equals + 1;
    while text[value..].starts_with("{{")
        && let Some(end) = closing_braces(&text[value..])
    {
        value += end;
    }
    let found = until(&text[value..], |c| {
        c.is_whitespace() || c.is_control() || "&#\"'<>`|".contains(c)
    });
    (!matches!(found, "" | "…")).then(|| value..value + found.len())
}

/// Where a token of a letter ends that begins here.
fn closing_braces(text: &str) -> Option<usize> {
    const LONGEST: usize = 200;
    let mut signs = text.char_indices().take(LONGEST);
    signs.find_map(|(at, _)| text[at..].starts_with("}}").then_some(at + 2))
}

/// Whether a name in a query says that its value is a secret, with escapes (`%74oken`) and as one of
/// a list (`token[]`) too.
fn names_secret(name: &str) -> bool {
    let mut plain = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((before, behind)) = rest.split_once('%') {
        plain.push_str(before);
        let code = behind
            .get(..2)
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        rest = match code {
            Some(code) => {
                plain.push(char::from(code));
                behind.get(2..).unwrap_or_default()
            }
            None => behind,
        };
    }
    plain.push_str(rest);
    let plain = until(&plain, |c| c == '[').to_ascii_lowercase();
    let last = plain.rsplit(['_', '-', '.']).next().unwrap_or(&plain);
    let last = last.trim_end_matches(|c: char| c.is_ascii_digit());
    [
        "key",
        "sig",
        "signature",
        "pwd",
        "pass",
        "passphrase",
        "auth",
        "credential",
    ]
    .contains(&last)
        || ["token", "secret", "password", "passwd", "apikey"]
            .iter()
            .any(|word| last.ends_with(word))
}

fn until(text: &str, ends: impl Fn(char) -> bool) -> &str {
    &text[..text.find(ends).unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_is_shown_and_everything_else_stays() {
        assert_eq!(inert("Zoë\t→ 5 €\n", false), "Zoë\t→ 5 €\n");
        assert_eq!(
            inert("\u{1b}]0;owned\u{7}\u{9b}2J\r\u{202e}x", false),
            r"\u001b]0;owned\u0007\u009b2J\r\u202ex"
        );
        assert_eq!(one_line("a\nb\tc"), r"a\nb\tc");
    }

    #[test]
    fn what_nobody_sees_is_shown() {
        for c in [
            '\u{ad}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{2066}', '\u{feff}',
            '\u{fe0f}', '\u{3164}', '\u{180b}', '\u{2800}', '\u{fffe}', '\u{ffff}',
        ] {
            assert_eq!(
                one_line(&format!("pay{c}pal")),
                format!("pay\\u{:04x}pal", u32::from(c))
            );
        }
        assert_eq!(
            one_line("x\u{e0041}\u{e0100}"),
            r"x\udb40\udc41\udb40\udd00"
        );
        assert_eq!(
            one_line("1\u{200d}2\u{fe0f}3"),
            r"1\u200d2\ufe0f3",
            "figures are pictures on a key alone"
        );
        assert_eq!(one_line("1\u{fe0f}\u{20e3}"), "1\u{fe0f}\u{20e3}");
        assert_eq!(one_line("1\u{fe0f}\u{200d}☎"), r"1\ufe0f\u200d☎");
        for (hidden, escape) in [
            ('\u{16fe4}', r"\ud81b\udfe4"),
            ('\u{1d159}', r"\ud834\udd59"),
            ('\u{13430}', r"\ud80d\udc30"),
        ] {
            assert_eq!(one_line(&hidden.to_string()), escape);
        }
        assert_eq!(
            one_line("☎\u{fe0f}\u{fe0f}"),
            "☎\u{fe0f}\\ufe0f",
            "a form is said once"
        );
    }

    #[test]
    fn what_is_needed_to_write_stays() {
        for written in [
            "👩\u{200d}🚀",
            "🏳\u{fe0f}\u{200d}🌈",
            "1\u{fe0f}\u{20e3}",
            "☎\u{fe0e}",
            "می\u{200c}خواهم",
            "क्\u{200d}ष",
            "葛\u{e0100}城",
        ] {
            assert_eq!(one_line(written), written);
        }
    }

    #[test]
    fn json_keeps_its_values_and_its_layout() {
        let text = "a\u{9b}b\u{202e}\u{e0041}\u{7f}é";
        let json = format!(
            "{{\n\t\"k\": {}}}\r\n",
            serde_json::to_string(text).unwrap()
        );
        let shown = inert_json(&json);
        assert_eq!(
            shown,
            "{\n\t\"k\": \"a\\u009bb\\u202e\\udb40\\udc41\\u007fé\"}\r\n"
        );
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&shown).unwrap()["k"],
            text
        );
    }

    #[test]
    fn a_password_in_a_url_is_never_shown() {
        let shown = |text| without_passwords(text).into_owned();
        assert_eq!(
            shown("url: https://u:hunter3@h/p, ftp://a:b:c@d@e"),
            "url: https://u:…@h/p, ftp://a:…@e"
        );
        for plain in [
            "https://h/p?a=b:c@d",
            "https://u@h",
            "a:b@c",
            "https://u:@h",
            "https://h:8080/x",
            "https://u:…@h",
        ] {
            assert_eq!(shown(plain), plain);
        }
    }

    #[test]
    fn a_password_is_found_however_it_is_written() {
        let shown = |text| without_passwords(text).into_owned();
        assert_eq!(
            shown("see https://user:hun/ter2@example.com."),
            "see https://user:…@example.com."
        );
        assert_eq!(
            shown("https://user:hunter2 hunter2@example.com"),
            "https://user:…@example.com"
        );
        assert_eq!(
            shown("https://u:hunter2@h/?token=a@hunter2&b=1"),
            "https://u:…&b=1"
        );
        let query = "https://h/?token=hunter2&a=1&api_key=hunter2#x, `https://h/?Password=hunter2`";
        assert_eq!(
            shown(query),
            "https://h/?token=…&a=1&api_key=…#x, `https://h/?Password=…`"
        );
        assert_eq!(
            shown(
                "https://0123456789abcdef@h/1?sig=hunter2&X-Amz-Signature=hunter2&token1=hunter2"
            ),
            "https://…@h/1?sig=…&X-Amz-Signature=…&token1=…"
        );
        for plain in [
            "https://anna@h/?design=a",
            "https://h:8080/?to=a@b",
            "https://h/?monkey=1&key=",
            "https://h/?token={{ token }}",
            "https://h: a@b",
        ] {
            assert_eq!(shown(plain), plain);
        }
    }

    #[test]
    fn a_password_is_found_behind_names_and_figures() {
        for (text, shown) in [
            ("https://a@b.c:hunter2@h/x", "https://a@b.c:…@h/x"),
            ("https://u:12345/hunter2@h", "https://u:…@h"),
            ("https://h?apikey=hunter2", "https://h?apikey=…"),
            ("https://h?accessToken=hunter2", "https://h?accessToken=…"),
            ("https://h#token=hunter2", "https://h#token=…"),
            ("https://h?a;token=hunter2", "https://h?a;token=…"),
            ("https://h?token[]=hunter2", "https://h?token[]=…"),
            ("https://h?%74oken=hunter2", "https://h?%74oken=…"),
            ("https://h?token={{x}}hunter2", "https://h?token={{x}}…"),
        ] {
            assert_eq!(without_passwords(text), shown);
        }
        for plain in [
            "https://h:8080/@scope/x",
            "https://a@b.c:8080/x?to=a@b",
            "https://a@b",
            "https://h?monkey=1#keys",
            "https://h?token={{x}}",
        ] {
            assert_eq!(without_passwords(plain), plain);
        }
    }

    #[test]
    fn a_password_is_taken_out_before_the_cut() {
        assert_eq!(
            shortened("https://u:hunter2-hunter2@example.com", 18),
            "https://u:…@examp…"
        );
    }

    #[test]
    fn no_value_of_json_is_a_command() {
        let json = serde_json::json!({ "k": "a ##[error]b ###[c", "##[d": 1 });
        let shown = inert_json(&json.to_string()).into_owned();
        assert!(!shown.contains("##["), "{shown}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&shown).unwrap(),
            json
        );
    }

    #[test]
    fn colours_stay_where_there_are_any_and_nothing_that_hides() {
        let red = "\u{1b}[31mred\u{1b}[0m";
        assert_eq!(inert(red, true), red);
        assert_eq!(inert(red, false), r"\u001b[31mred\u001b[0m");
        assert_eq!(
            inert("\u{1b}[8mhidden\u{1b}[2J", true),
            r"\u001b[8mhidden\u001b[2J"
        );
    }
}
