//! Secrets in the text of a project, found as they are written: a file with a mistake is drawn,
//! too.
//!
//! Invariant: every byte stays in its place, so that spans fit the text that is shown.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

/// A value in quotes or brackets is looked through no further, so that the cost follows the size of
/// a file whatever stands in it.
const LONGEST: usize = 4096;

/// The text with an asterisk for each byte of a secret, and of an address in which escapes could
/// hide one.
pub(super) fn without_secrets(text: &str) -> Cow<'_, str> {
    let is_secret = |key: &str| {
        let key = key.to_ascii_lowercase();
        ["secret", "token", "password"]
            .iter()
            .any(|name| key.ends_with(name))
    };
    let mut secrets = values(text, is_secret);
    let variables: BTreeSet<&str> = secrets
        .iter()
        .filter_map(|it| text[it.clone()].strip_prefix('$'))
        .collect();
    let more = values(text, |key| variables.contains(key));
    let addresses = values(text, |key| key.eq_ignore_ascii_case("url")).into_iter();
    secrets.extend(
        addresses
            .filter(|it| text[it.clone()].contains('\\'))
            .chain(more),
    );
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut shown = text.as_bytes().to_vec();
    for secret in secrets {
        shown[secret]
            .iter_mut()
            .filter(|byte| !byte.is_ascii_whitespace())
            .for_each(|byte| *byte = b'*');
    }
    Cow::Owned(String::from_utf8_lossy(&shown).into_owned())
}

/// Where the values of such keys stand.
fn values(text: &str, is_meant: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
    let (mut found, mut start, mut has_mappings) = (Vec::new(), 0, false);
    for line in text.split_inclusive('\n') {
        if line.starts_with(|c: char| !c.is_whitespace() && !"#-}]".contains(c)) {
            has_mappings = line.starts_with('{')
                || ["destinations", "environments"]
                    .iter()
                    .any(|it| line.contains(it));
        }
        for (colon, _) in line.match_indices(':') {
            let before = line[..colon].trim_end_matches([' ', '\t', '"', '\'']);
            let is_word = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
            let key = &before[before.trim_end_matches(is_word).len()..];
            let is_key =
                line[colon + 1..].starts_with(|c: char| c.is_whitespace() || "\"'[{".contains(c));
            if (is_key || colon + 1 == line.len()) && is_meant(key) {
                let place = Place {
                    indent: before.len() - key.len(),
                    is_flow: before.contains('{'),
                    has_mappings,
                };
                found.extend(place.value(text, start + colon + 1));
            }
        }
        start += line.len();
    }
    found
}

/// Where a key stands.
struct Place {
    indent: usize,
    is_flow: bool,
    /// Whether a mapping below it is one of its value, and not of fields with such a name.
    has_mappings: bool,
}

impl Place {
    fn value(&self, text: &str, from: usize) -> Vec<Range<usize>> {
        let rest = text[from..].trim_start_matches([' ', '\t']);
        // A tag and an anchor say nothing of the value.
        let rest = if rest.starts_with(['!', '&']) {
            rest.trim_start_matches(|c: char| !c.is_whitespace())
        } else {
            rest
        };
        let rest = rest.trim_start_matches([' ', '\t']);
        let at = text.len() - rest.len();
        let line = rest.lines().next().unwrap_or_default();
        match rest.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                std::iter::once(at + 1..at + quoted(rest, quote).unwrap_or(line.len()).max(1))
                    .collect()
            }
            Some('{' | '[') => self
                .bracketed(rest)
                .map(|it| at + it.start..at + it.end)
                .into_iter()
                .collect(),
            Some('|' | '>' | '\r' | '\n' | '#') | None => self
                .below(text, at + line.len(), rest.starts_with(['|', '>']))
                .collect(),
            Some(_) if self.is_flow => {
                std::iter::once(at..at + line.find([',', '}', ']']).unwrap_or(line.len())).collect()
            }
            Some(_) => {
                let line = line.split(" #").next().unwrap_or(line).trim_end();
                std::iter::once(at..at + line.len())
                    .chain(self.below(text, at + line.len(), false))
                    .collect()
            }
        }
    }

    /// What stands in brackets, but for the name of a variable of the environment.
    fn bracketed(&self, rest: &str) -> Option<Range<usize>> {
        let mut depth = 0_usize;
        let end = rest.char_indices().take(LONGEST).find(|(_, c)| {
            depth = (depth + usize::from("{[".contains(*c)))
                .saturating_sub(usize::from("}]".contains(*c)));
            depth == 0
        });
        let end = end
            .map_or_else(
                || rest.lines().next().unwrap_or_default().len(),
                |(end, _)| end,
            )
            .max(1);
        let start = if is_env(&rest[1..end]) {
            rest[..end].find(',')?
        } else {
            1
        };
        (self.has_mappings || rest.starts_with('[')).then_some(start..end)
    }

    /// The lines below the key that are further in.
    fn below(&self, text: &str, from: usize, is_text: bool) -> impl Iterator<Item = Range<usize>> {
        let first = text[from..]
            .find('\n')
            .map_or(text.len(), |end| from + end + 1);
        let lines = text[first..]
            .split_inclusive('\n')
            .scan(first, |start, line| {
                let at = *start;
                *start += line.len();
                Some((at, line))
            });
        let is_below = |line: &str| {
            line.trim().is_empty() || line.len() - line.trim_start().len() > self.indent
        };
        let lines = lines
            .take(LONGEST)
            .take_while(move |(_, line)| is_below(line));
        let is_secret = move |line: &str| {
            is_text
                || !line.contains(':')
                || line.contains("- ")
                || self.has_mappings && !is_env(line)
        };
        lines
            .filter(move |(_, line)| is_secret(line))
            .map(|(at, line)| at..at + line.len())
    }
}

/// Whether this says `env: NAME`.
fn is_env(text: &str) -> bool {
    text.trim_start_matches(|c: char| c.is_whitespace() || "\"'".contains(c))
        .starts_with("env")
}

/// Where a text in quotes ends.
fn quoted(rest: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    let end = rest.char_indices().skip(1).take(LONGEST).find(|(_, c)| {
        let ends = *c == quote && !is_escaped;
        is_escaped = *c == '\\' && quote == '"' && !is_escaped;
        ends
    });
    end.map(|(end, _)| end)
}

#[cfg(test)]
mod tests {
    use super::without_secrets;

    #[test]
    fn a_secret_is_hidden_however_it_is_written() {
        for (written, shown) in [
            (
                "a: { kind: crm, secret: hunter2 }",
                "a: { kind: crm, secret: ******* }",
            ),
            (
                "a: { secret: 'hunter2', kind: crm }",
                "a: { secret: '*******', kind: crm }",
            ),
            (
                "  \"secret\":\"hun\\\"er2\",\"k\": 1",
                "  \"secret\":\"********\",\"k\": 1",
            ),
            (
                "  secret: hunter2, hunter2 # x",
                "  secret: ******** ******* # x",
            ),
            ("  secret: \"hunter2", "  secret: \"*******"),
            ("  secret: [hunter2]\n", "  secret: [*******]\n"),
            (
                "  secret: &x !!str hunter2\n",
                "  secret: &x ***** *******\n",
            ),
            (
                "  secret:\n    hunter2\n  kind: crm",
                "  secret:\n    *******\n  kind: crm",
            ),
            (
                "  secret: >-\n    hunter2: x\n  kind: crm",
                "  secret: >-\n    ******** *\n  kind: crm",
            ),
            (
                "destinations:\n  secret: { value: hunter2 }",
                "destinations:\n  secret: { ****** ******* }",
            ),
            (
                "destinations:\n  secret:\n    value: ś2\n    env: X",
                "destinations:\n  secret:\n    ****** ***\n    env: X",
            ),
            (
                "variables: { a: hunter2 }\n  secret: $a",
                "variables: { a: ******* }\n  secret: **",
            ),
            (
                r#"url: "https:/\/\/u:hunter2@h""#,
                r#"url: "**********************""#,
            ),
        ] {
            assert_eq!(without_secrets(written), shown);
        }
    }

    #[test]
    fn what_is_no_secret_stays() {
        for text in [
            "destinations: { a: { secret: { env: NAME } } }",
            "destinations:\n  a:\n    secret:\n      env: NAME\n",
            "contacts:\n  fields:\n    token: { type: text }\n    password:\n      type: text\n",
            "url: \"https://h\"",
            "secrets: a\nmonkey: b\n",
        ] {
            assert_eq!(without_secrets(text), text);
        }
    }
}
