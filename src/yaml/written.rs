//! Secrets found in a text as they are written, where no parser can say what is a key and what its
//! value: comments, and what lies behind a mistake.
//!
//! Invariant: rather too much is found than too little, and the cost follows the size of the text.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::ops::Range;

use super::secrets::is_secret;

/// A value in quotes or brackets is looked through no further, whatever stands in it.
const LONGEST: usize = 4096;

/// So many keys and anchors of a line are looked at one by one, each of which may have the rest of
/// it as its value; behind them all is taken for a value.
const MOST_IN_A_LINE: usize = 16;

/// A longer name of an anchor is taken for one that is looked for, if there is one as long.
const LONGEST_NAME: usize = 500;

/// The lines below keys may be looked at so many times as much as there is text, since keys may
/// stand below each other; behind that all is taken for a value. A short text has more.
const TIMES: usize = 16;

/// How many bytes may be looked at for any text.
const AT_LEAST: usize = 1 << 20;

/// Secrets found as they are written.
pub(super) fn as_text(text: &str, variables: &BTreeSet<String>) -> Vec<Range<usize>> {
    // What a key with escapes says, only a parser knows.
    let left = Cell::new(AT_LEAST + TIMES * text.len());
    let mut secrets = values(text, &left, |key| is_secret(key) || key.contains('\\'));
    let anchors: BTreeSet<&str> = secrets
        .iter()
        .filter_map(|it| text[it.clone()].strip_prefix('*'))
        .collect();
    secrets.extend(anchored(text, &left, &anchors));
    let named: BTreeSet<&str> = secrets
        .iter()
        .filter_map(|it| text[it.clone()].strip_prefix('$'))
        .collect();
    let more = values(text, &left, |key| {
        named.contains(key) || variables.contains(key)
    });
    let addresses = values(text, &left, |key| key.eq_ignore_ascii_case("url")).into_iter();
    secrets.extend(
        addresses
            .filter(|it| text[it.clone()].contains('\\'))
            .chain(more),
    );
    secrets
}

/// Where the values of such keys stand.
fn values(text: &str, left: &Cell<usize>, is_meant: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
    let (mut found, mut start, mut has_mappings) = (Vec::new(), 0, false);
    for line in text.split_inclusive('\n') {
        if line.starts_with(|c: char| !c.is_whitespace() && !"#-}]".contains(c)) {
            has_mappings = line.starts_with('{')
                || ["destinations", "environments"]
                    .iter()
                    .any(|it| line.contains(it));
        }
        let mut keys = 0;
        for (colon, _) in line.match_indices([':', '=']) {
            let before = line[..colon].trim_end_matches([' ', '\t', '"', '\'']);
            let is_word = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
            let key = &before[before.trim_end_matches(is_word).len()..];
            let key = with_escapes(&line[..colon]).unwrap_or(key);
            // A forgotten space makes it no key, and no less a secret.
            if is_meant(key) {
                keys += 1;
                if keys > MOST_IN_A_LINE {
                    found.push(start + colon + 1..start + line.trim_end().len());
                    break;
                }
                let place = Place {
                    indent: before.len() - key.len(),
                    is_flow: before.contains('{'),
                    has_mappings,
                    left,
                };
                found.extend(place.value(text, start + colon + 1));
                if left.get() == 0 {
                    found.push(start + colon + 1..text.len());
                    return found;
                }
            }
        }
        start += line.len();
    }
    found
}

/// The key in quotes that ends here, if there are escapes in it.
fn with_escapes(before: &str) -> Option<&str> {
    let key = before.trim_end().strip_suffix('"')?;
    let key = key.rsplit('"').next()?;
    key.contains('\\').then_some(key)
}

/// What the anchors with these names stand before.
fn anchored(text: &str, left: &Cell<usize>, names: &BTreeSet<&str>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let signs = if names.is_empty() { "" } else { text };
    let longest = names.iter().map(|name| name.len()).max().unwrap_or(0);
    let (has_long, longest) = (longest > LONGEST_NAME, longest.min(LONGEST_NAME));
    let (mut line_end, mut anchors, mut name_end) = (0, 0, 0);
    for (at, _) in signs.match_indices('&') {
        if at >= line_end {
            line_end = text[at..].find('\n').map_or(text.len(), |end| at + end);
            anchors = 0;
        }
        // A name may have `&` in it: those of a wall end at one place, which is looked for once.
        if at >= name_end {
            let is_end = |c: char| c.is_whitespace() || ",[]{}".contains(c);
            name_end = text[at..].find(is_end).map_or(text.len(), |end| at + end);
        }
        let name = &text[at + 1..name_end];
        // A sign has four bytes at most.
        let is_long = name.len() > 4 * longest || name.chars().count() > longest;
        let (name, is_cut) = if is_long {
            ("", has_long)
        } else {
            (name, false)
        };
        if is_cut || names.contains(name) {
            anchors += 1;
            if anchors > MOST_IN_A_LINE {
                // The rest of the line, once; further anchors in it change nothing.
                if anchors == MOST_IN_A_LINE + 1 {
                    found.push(at..line_end);
                }
                continue;
            }
            let before = &text[text[..at].rfind('\n').map_or(0, |end| end + 1)..at];
            let indent = before.len() - before.trim_start().len();
            let place = Place {
                indent,
                is_flow: before.contains(['{', '[']),
                has_mappings: true,
                left,
            };
            found.extend(place.value(text, at + 1 + name.len()));
            if left.get() == 0 {
                found.push(at..text.len());
                return found;
            }
        }
    }
    found
}

/// Where a key stands.
struct Place<'l> {
    /// How many bytes of lines below keys may still be looked at.
    left: &'l Cell<usize>,
    indent: usize,
    is_flow: bool,
    /// Whether a mapping below it is one of its value, and not of fields with such a name.
    has_mappings: bool,
}

impl Place<'_> {
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
                let end = quoted(rest, quote).unwrap_or(line.len()).max(1);
                std::iter::once(at + 1..at + end)
                    .chain(
                        self.behind(line, end + 1)
                            .map(|it| at + it.start..at + it.end),
                    )
                    .collect()
            }
            Some('{' | '[') => {
                let end = closing(rest).map_or(line.len(), |end| end + 1);
                let places = self
                    .bracketed(rest)
                    .into_iter()
                    .chain(self.behind(line, end));
                places.map(|it| at + it.start..at + it.end).collect()
            }
            Some('|' | '>' | '\r' | '\n' | '#') | None => {
                // A `#` without a space behind it, or text behind `|`, was meant as the value.
                let is_head =
                    |c: char| "|>+-".contains(c) || c.is_ascii_digit() || c.is_whitespace();
                let swallowed = match line.split(" #").next() {
                    Some(rest) if rest.starts_with('#') => !rest.starts_with("# "),
                    Some(rest) => !rest.chars().all(is_head),
                    None => false,
                };
                let swallowed = Some(at..at + line.len()).filter(|_| swallowed);
                // A value without its indent.
                let next = text[at + line.len()..].trim_start();
                let unindented = next.lines().next().unwrap_or_default();
                let is_other = unindented.is_empty()
                    || unindented.starts_with(['#', '}', ']', ','])
                    || unindented.contains(": ")
                    || unindented.ends_with(':')
                    || unindented.starts_with("- ");
                let next = text.len() - next.len();
                let unindented = Some(next..next + unindented.len()).filter(|_| !is_other);
                swallowed
                    .into_iter()
                    .chain(unindented)
                    .chain(self.below(text, at + line.len(), rest.starts_with(['|', '>'])))
                    .collect()
            }
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
        let end = closing(rest)
            .unwrap_or_else(|| rest.lines().next().unwrap_or_default().len())
            .max(1);
        let start = if is_env(&rest[1..end]) {
            rest[..end].find(',')?
        } else {
            1
        };
        (self.has_mappings || rest.starts_with('[')).then_some(start..end)
    }

    /// What goes on behind the end of a value, where nothing may stand.
    fn behind(&self, line: &str, end: usize) -> Option<Range<usize>> {
        let rest = line.get(end..)?.split(" #").next()?.trim_end();
        let next = rest.trim_start();
        let is_other = next.starts_with(['}', ']', ':'])
            || next.starts_with(',') && (next.contains(':') || next.len() == 1);
        (!self.is_flow && !is_other && !rest.is_empty()).then(|| end..end + rest.len())
    }

    /// The lines below the key that are further in.
    fn below(&self, text: &str, from: usize, is_text: bool) -> impl Iterator<Item = Range<usize>> {
        let first = text[from..]
            .find('\n')
            .map_or(text.len(), |end| from + end + 1);
        let lines = text[first..]
            .split_inclusive('\n')
            .scan(first, |start, line| {
                let left = self.left.get().saturating_sub(line.len());
                self.left.set(left);
                (left > 0).then_some(())?;
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
            .filter(move |(_, line)| !line.trim().is_empty() && is_secret(line))
            .map(|(at, line)| at..at + line.len())
    }
}

/// The bracket that closes the first one.
fn closing(rest: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let end = rest.char_indices().take(LONGEST).find(|(_, c)| {
        depth =
            (depth + usize::from("{[".contains(*c))).saturating_sub(usize::from("}]".contains(*c)));
        depth == 0
    });
    end.map(|(end, _)| end)
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
    use std::collections::BTreeSet;

    use super::super::secrets::without;
    use super::as_text;

    fn without_secrets(text: &str) -> String {
        without(text, &as_text(text, &BTreeSet::new())).into_owned()
    }

    /// Each key of a line may have all that follows as its value, so that many would cost the
    /// square of it.
    #[test]
    fn many_secrets_of_a_line_are_not_looked_at_one_by_one() {
        let keys = format!("# {}\n{}", "secret: a ".repeat(3000), "\n".repeat(4096));
        let anchors = format!("secret: *x\n{}\n", "&x a ".repeat(3000));
        for text in [keys, anchors] {
            let found = as_text(&text, &BTreeSet::new());
            assert!(found.len() < 20 * 4096, "{}", found.len());
            let shown = without(&text, &found);
            assert!(!shown.contains("a a") && !shown.ends_with("a \n"));
        }
    }

    /// Each line stands below all before it, and each `&` before all behind it.
    #[test]
    fn keys_below_keys_and_walls_of_anchors_are_not_looked_at_one_by_one() {
        let stair: String = (0..500)
            .map(|at| format!("{}secret: a\n", " ".repeat(at)))
            .collect();
        for text in [stair.clone(), format!("destinations:\n{stair}")] {
            let found = as_text(&text, &BTreeSet::new());
            assert!(found.len() < 30_000, "{}", found.len());
            assert!(!without(&text, &found).contains(" a\n"));
        }
        let name = "x".repeat(499);
        let wall = format!("secret: *{name}\n{} a\n&{name} b\n", "&".repeat(1 << 20));
        let shown = without_secrets(&wall);
        assert!(shown.ends_with(&format!("& a\n&{name} *\n")));
    }

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
            "secretary: a\nmonkey: b\n",
        ] {
            assert_eq!(without_secrets(text), text);
        }
    }
}
