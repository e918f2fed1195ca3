//! What is wrong, where, why it matters and what to write instead; a diagnostic without a primary
//! place cannot be made.

pub mod codes;

use std::borrow::Cow;
use std::cell::Cell;

use crate::screen::without_passwords;
use crate::source::Span;
pub use codes::{Code, Standard};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth a look; the project compiles.
    Warning,
    /// The project does not compile.
    Error,
}

/// A place with two to five words about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What stands there.
    pub text: String,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its kind.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// Lower case, no full stop, the offender in backticks.
    pub message: String,
    /// The offending characters.
    pub primary: Label,
    /// Other places that belong to the story, in the order of the story.
    pub labels: Vec<Label>,
    /// What to write instead, or why it matters.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A finding at a place, as bad as its code says.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: clipped(shown(message)),
            primary: Label {
                span,
                text: String::new(),
            },
            labels: Vec::new(),
            help: None,
        }
    }

    /// Says in two to five words what stands at the primary place.
    pub fn at(mut self, text: impl Into<String>) -> Self {
        self.primary.text = shown(text);
        self
    }

    /// Adds another place.
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            span,
            text: shown(text),
        });
        self
    }

    /// Adds what to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(shown(help));
        self
    }

    /// Adds help where there is some.
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.map(shown).or(self.help);
        self
    }
}

/// What a finding says, before anything is cut from it: no format shows a password.
fn shown(text: impl Into<String>) -> String {
    let text = text.into();
    let shown = match without_passwords(&text) {
        Cow::Owned(shown) => Some(shown),
        Cow::Borrowed(_) => None,
    };
    shown.unwrap_or(text)
}

/// The most characters of a file that a message quotes.
const LONGEST_QUOTE: usize = 80;

/// The message with its long quotes cut: what stands in the file is shown at its place, and may be
/// a whole file.
fn clipped(message: String) -> String {
    if message.len() <= LONGEST_QUOTE {
        return message;
    }
    let cut = |part: &str| match part.char_indices().nth(LONGEST_QUOTE) {
        Some((end, _)) => format!("{}…", &part[..end]),
        None => part.to_owned(),
    };
    let quoted = message.split('`').enumerate().map(|(at, part)| {
        if at % 2 == 1 {
            cut(part)
        } else {
            part.to_owned()
        }
    });
    quoted.collect::<Vec<_>>().join("`")
}

/// Sorts findings by place, then code, so that neither file order nor check order shows, and drops
/// exact repetitions.
pub fn in_order(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by(|a, b| {
        (a.primary.span, a.code, &a.message, &a.labels).cmp(&(
            b.primary.span,
            b.code,
            &b.message,
            &b.labels,
        ))
    });
    diagnostics.dedup();
    diagnostics
}

/// More names than this are not listed: a help has to be read, and there may be one for each of as
/// many mistakes.
const MOST_LISTED: usize = 100;

/// Names in backticks with commas between them.
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut names = names.into_iter();
    let mut listed: Vec<String> = names
        .by_ref()
        .take(MOST_LISTED)
        .map(|name| format!("`{name}`"))
        .collect();
    // Without a walk through them, where they can tell how many they are.
    let more = match names.size_hint() {
        (least, Some(most)) if least == most => least,
        _ => names.count(),
    };
    if more > 0 {
        listed.push(format!("and {more} more"));
    }
    listed.join(", ")
}

/// The candidate that `name` was probably meant to be: within a third of its length in edits.
pub fn did_you_mean<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let length = name.chars().count();
    if length > LONGEST_MISSPELT {
        return None;
    }
    let allowed = (length / 3).max(1);
    candidates
        .into_iter()
        // Also spares the cost of comparing with a name that is a whole book.
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= allowed)
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// What names were meant to be, up to a number of comparisons in all: where hundreds of names are
/// unknown among thousands, nobody needs a suggestion for each.
#[derive(Debug)]
pub struct Guesses {
    left: Cell<usize>,
}

/// A longer name is a text, and comparing it with others like it costs the square of its length.
const LONGEST_MISSPELT: usize = 80;

/// The first hundred unknown names among a thousand.
const MOST_COMPARISONS: usize = 100_000;

impl Default for Guesses {
    fn default() -> Self {
        Self {
            left: Cell::new(MOST_COMPARISONS),
        }
    }
}

impl Guesses {
    /// The candidate that `name` was probably meant to be, unless too much was compared before.
    pub fn did_you_mean<'a>(
        &self,
        name: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Option<&'a str> {
        let may_go_on = |_: &&str| {
            let left = self.left.get();
            self.left.set(left.saturating_sub(1));
            left > 0
        };
        // A name may be the last that fits, so what was cut short says nothing.
        let found = did_you_mean(name, candidates.into_iter().take_while(may_go_on));
        found.filter(|_| self.left.get() > 0)
    }
}

/// Capitals, and what stands between words, do not count where the rest is the same.
fn distance(name: &str, candidate: &str) -> usize {
    let plain = |text: &str| text.to_lowercase().replace(['-', ' '], "_");
    if plain(name) == plain(candidate) {
        0
    } else {
        strsim::damerau_levenshtein(name, candidate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_quotes_are_cut() {
        let long = "ż".repeat(10_000);
        let finding = Diagnostic::new(
            codes::UNKNOWN_FIELD,
            Span::NOWHERE,
            format!("there is no field `{long}` in `a`"),
        );
        assert_eq!(
            finding.message,
            format!("there is no field `{}…` in `a`", "ż".repeat(LONGEST_QUOTE))
        );
    }

    #[test]
    fn long_lists_of_names_are_cut() {
        let names: Vec<String> = (1..=MOST_LISTED + 2).map(|at| format!("s{at}")).collect();
        let of = |count: usize| list(names.iter().take(count).map(String::as_str));
        assert_eq!(of(2), "`s1`, `s2`");
        assert!(of(MOST_LISTED).ends_with(", `s99`, `s100`"));
        assert!(of(MOST_LISTED + 2).ends_with(", `s99`, `s100`, and 2 more"));
    }

    #[test]
    fn suggestions_are_near_or_absent() {
        let names = ["buyers", "lapsed-buyers", "has-email"];
        assert_eq!(did_you_mean("buyer", names), Some("buyers"));
        assert_eq!(did_you_mean("lapsd-buyers", names), Some("lapsed-buyers"));
        assert_eq!(did_you_mean("everyone", names), None);
    }

    #[test]
    fn a_long_text_is_no_misspelt_name() {
        let name = |length: usize| "x".repeat(length);
        let meant = |length: usize| {
            did_you_mean(&format!("{}y", name(length - 1)), [name(length).as_str()]).is_some()
        };
        assert!(meant(LONGEST_MISSPELT) && !meant(LONGEST_MISSPELT + 1));
    }

    #[test]
    fn suggestions_end_after_so_many_comparisons() {
        let names: Vec<String> = (0..1000).map(|at| format!("group-{at}")).collect();
        let (guesses, compared) = (Guesses::default(), Cell::new(0));
        let counted = || {
            names
                .iter()
                .map(String::as_str)
                .inspect(|_| compared.set(compared.get() + 1))
        };
        let found = (0..1000)
            .filter(|at| {
                guesses
                    .did_you_mean(&format!("gruop-{at}"), counted())
                    .is_some()
            })
            .count();
        assert_eq!(found, 99, "the last one was cut short");
        assert!(
            compared.get() <= MOST_COMPARISONS + 1000,
            "{} comparisons",
            compared.get()
        );
    }
}
