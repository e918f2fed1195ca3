//! Regular expressions of `matches`: linear in the length of the text, and of a size that is told
//! before they are compiled, so that neither one nor all of a project can hold up a run.
//!
//! Invariant: what a pattern costs is read off its text alone, by rules of our own, so that no
//! other version of a library refuses what this one takes.

use std::sync::{Arc, OnceLock};

use regex_automata::meta::{self, Regex};
use regex_automata::nfa::thompson::WhichCaptures;
use regex_automata::util::syntax;
use regex_syntax::ast::{
    Ast, ClassBracketed, ClassPerl, ClassPerlKind, ClassSet, ClassSetItem, RepetitionKind,
    RepetitionRange, parse,
};

use super::patience::Patience;

/// The most bytes that a compiled pattern may take in one direction; it is compiled in both.
const LARGEST: usize = 1 << 20;

/// What all different patterns of a project may cost. A unit stands for 100 to 250 bytes compiled,
/// and for as much again in each thread.
pub const MOST: u64 = 200_000;

/// What a pattern costs beside what it is made of: a compiled one takes so much, however short.
const EACH: u64 = 200;
/// `\w` and `\p{…}`: hundreds of ranges of letters.
const LETTERS: u64 = 500;
/// `\d`: the figures of all scripts.
const DIGITS: u64 = 50;
/// What leaves out a few characters, and takes those of one to four bytes.
const ANY: u64 = 10;

/// How many bytes a thread may remember of the ways through a pattern: for each, and for what it
/// costs. The smallest pattern needs 11 for a unit, the largest 55; with less than that it is
/// looked for in a slower way.
pub(super) const REMEMBERED: (usize, usize) = (32 << 10, 64);

/// A pattern that looks anywhere in a text.
#[derive(Debug)]
pub struct Pattern {
    regex: Regex,
    pub(super) text: String,
    pub(super) folds: bool,
    /// What it costs.
    pub(super) units: u64,
    patience: OnceLock<Arc<Patience>>,
}

impl Pattern {
    /// By simple case folding if it `folds`; the error says in a few words what is wrong.
    pub fn new(text: &str, folds: bool) -> Result<Self, String> {
        let cost = cost(text)?;
        let units = usize::try_from(cost).unwrap_or(usize::MAX);
        // What stands in which bracket nobody asks, and the searches that would be quicker without
        // what is remembered have limits of their own, for each pattern.
        let config = meta::Config::new()
            .nfa_size_limit(Some(LARGEST))
            .hybrid_cache_capacity(
                REMEMBERED
                    .0
                    .saturating_add(units.saturating_mul(REMEMBERED.1)),
            )
            .which_captures(WhichCaptures::Implicit)
            .onepass(false)
            .backtrack(false);
        let folding = syntax::Config::new().case_insensitive(folds);
        let compiled = meta::Builder::new()
            .configure(config)
            .syntax(folding)
            .build(text);
        compiled
            .map(|regex| Self {
                regex,
                text: text.to_owned(),
                folds,
                units: cost,
                patience: OnceLock::new(),
            })
            .map_err(|error| match error.syntax_error() {
                Some(error) => last_line(&error.to_string()),
                None => TOO_LARGE.to_owned(),
            })
    }

    /// Whether it is found in the text.
    pub fn is_match(&self, text: &str) -> bool {
        match self.patience.get() {
            None => self.searches(text),
            Some(patience) => patience.finds(self, text),
        }
    }

    /// From now on its searches count.
    pub fn limit(&self, patience: &Arc<Patience>) {
        self.patience.get_or_init(|| Arc::clone(patience));
    }

    pub(super) fn searches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

const TOO_LARGE: &str = "it is too large";
/// How many groups may have names, which nobody asks for: the library puts each into a sorted
/// list, and many cost the square of their number.
const MOST_NAMES: usize = 100;

/// What a pattern costs with its repetitions written out, or why it is none. One that alone costs
/// more than all may is too large.
pub fn cost(text: &str) -> Result<u64, String> {
    // What is read of a text takes a hundred times its bytes.
    if text.len() as u64 > MOST {
        return Err(TOO_LARGE.to_owned());
    }
    let names = text.matches("(?<").count() + text.matches("(?P<").count();
    if names > MOST_NAMES {
        return Err(format!(
            "more than {MOST_NAMES} groups have names, which nothing asks for"
        ));
    }
    let ast = parse::Parser::new()
        .parse(text)
        .map_err(|error| error.kind().to_string())?;
    let cost = of(&ast).saturating_add(EACH);
    if cost > MOST {
        Err(TOO_LARGE.to_owned())
    } else {
        Ok(cost)
    }
}

/// The recursion is bounded: the parser takes no more than 250 levels.
fn of(ast: &Ast) -> u64 {
    match ast {
        Ast::Empty(_) | Ast::Flags(_) | Ast::Assertion(_) => 1,
        Ast::Literal(literal) => bytes(literal.c),
        Ast::Dot(_) => ANY,
        Ast::ClassUnicode(_) => LETTERS,
        Ast::ClassPerl(class) => perl(class),
        Ast::ClassBracketed(class) => bracketed(class),
        Ast::Repetition(repetition) => {
            let times = match repetition.op.kind {
                RepetitionKind::ZeroOrOne
                | RepetitionKind::ZeroOrMore
                | RepetitionKind::OneOrMore => 1,
                RepetitionKind::Range(
                    RepetitionRange::Exactly(times)
                    | RepetitionRange::AtLeast(times)
                    | RepetitionRange::Bounded(_, times),
                ) => times.max(1),
            };
            of(&repetition.ast)
                .saturating_mul(times.into())
                .saturating_add(1)
        }
        Ast::Group(group) => of(&group.ast).saturating_add(1),
        Ast::Alternation(parts) => sum(parts.asts.iter().map(|part| of(part).saturating_add(1))),
        Ast::Concat(parts) => sum(parts.asts.iter().map(of)),
    }
}

fn bracketed(class: &ClassBracketed) -> u64 {
    set(&class.kind).saturating_add(if class.negated { ANY } else { 0 })
}

fn set(set: &ClassSet) -> u64 {
    match set {
        ClassSet::Item(item) => of_set(item),
        ClassSet::BinaryOp(both) => self::set(&both.lhs).saturating_add(self::set(&both.rhs)),
    }
}

fn of_set(item: &ClassSetItem) -> u64 {
    match item {
        ClassSetItem::Empty(_) => 1,
        ClassSetItem::Literal(literal) => bytes(literal.c),
        ClassSetItem::Range(range) => {
            if range.end.c.is_ascii() {
                2
            } else {
                ANY
            }
        }
        ClassSetItem::Ascii(_) => ANY,
        ClassSetItem::Unicode(_) => LETTERS,
        ClassSetItem::Perl(class) => perl(class),
        ClassSetItem::Bracketed(class) => bracketed(class),
        ClassSetItem::Union(union) => sum(union.items.iter().map(of_set)),
    }
}

fn perl(class: &ClassPerl) -> u64 {
    match class.kind {
        ClassPerlKind::Digit => DIGITS,
        ClassPerlKind::Space => ANY,
        ClassPerlKind::Word => LETTERS,
    }
}

fn bytes(c: char) -> u64 {
    c.len_utf8() as u64
}

fn sum(parts: impl Iterator<Item = u64>) -> u64 {
    parts.fold(0, u64::saturating_add)
}

/// The message ends with what is wrong; before it stands a drawing of where.
fn last_line(message: &str) -> String {
    let last = message.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{EACH, MOST, Pattern, cost};

    #[test]
    fn what_is_wrong_is_said_in_one_line() {
        for (text, why) in [
            ("a(", "unclosed group"),
            (
                "(?=a)",
                "look-around, including look-ahead and look-behind, is not supported",
            ),
            (r"\p{Klingon}", "Unicode property not found"),
            ("(a{1000}){1000}", "it is too large"),
            (r"\w{30}", "it is too large"),
            (
                &"(?<a>)".repeat(101),
                "more than 100 groups have names, which nothing asks for",
            ),
        ] {
            assert_eq!(Pattern::new(text, false).unwrap_err(), why, "{text}");
        }
        assert_eq!(
            Pattern::new(&" ".repeat(300_000), false).unwrap_err(),
            "it is too large"
        );
    }

    #[test]
    fn case_folds_as_text_does_elsewhere() {
        assert!(Pattern::new("łódź", true).unwrap().is_match("in ŁÓDŹ"));
        assert!(!Pattern::new("łódź", false).unwrap().is_match("in ŁÓDŹ"));
    }

    #[test]
    fn a_pattern_costs_what_it_is_with_its_repetitions_written_out() {
        for (text, units) in [
            ("", 1),
            ("abc", 3),
            ("ż|a", 5),
            (r"^[A-Z]{2}-[0-9]+$", 11),
            (r"\d{5}", 251),
            (r"(\w{50}){5}", 125_011),
            (r"(?:a{0}b{2,}c{2,4}d*)", 1 + 2 + 3 + 5 + 2),
            (r"[^\s[:alpha:]ą-ż]", 40),
            (r"[\w&&[^\d]]", 560),
            (r"\PL.", 510),
            ("(?i)a", 2),
        ] {
            assert_eq!(cost(text), Ok(units + EACH), "{text}");
        }
        assert!(cost(&format!("a{{{}}}", MOST - EACH - 1)).is_ok());
        assert!(cost(&format!("a{{{}}}", MOST - EACH)).is_err());
        assert!(cost("((((a{4000000}){4000000}){4000000}){4000000}){4000000}").is_err());
    }

    /// The limit of all patterns is one of memory only as far as this holds.
    #[test]
    fn a_compiled_pattern_takes_no_more_memory_than_its_cost_says() {
        let text = "ab1-ż 漢é@x.de ".repeat(500);
        for text_of_pattern in [
            "a",
            "s{1000}",
            "[a-z]{1000}",
            "θ{500}",
            "[Ā-ﬀ]{100}",
            "[^a]{100}",
            ".{100}",
            r"\s{100}",
            r"\S{100}",
            r"\d{100}",
            r"\D{50}",
            r"\w{10}",
            r"\W{10}",
            r"\pL{10}",
            r"\PL{10}",
            r"\p{Lu}{10}",
            r"[\w&&[^\d]]{10}",
            r"(\bs?){500}",
            "(){1000}",
            "(a|b|){300}",
            r"^(\w+\.)+\w+@(\w+\.)+\w{2,}$",
            "[ab].{12}[cd]",
        ] {
            for folds in [false, true] {
                let pattern = Pattern::new(text_of_pattern, folds).unwrap();
                let units = usize::try_from(cost(text_of_pattern).unwrap()).unwrap();
                let mut cache = pattern.regex.create_cache();
                let found = pattern
                    .regex
                    .search_half_with(&mut cache, &regex_automata::Input::new(&text))
                    .is_some();
                assert_eq!(found, pattern.is_match(&text));
                let (compiled, cached) = (pattern.regex.memory_usage(), cache.memory_usage());
                assert!(
                    compiled <= 250 * units,
                    "{text_of_pattern}: {compiled} compiled for {units}"
                );
                assert!(
                    cached <= 450 * units,
                    "{text_of_pattern}: {cached} in each thread for {units}"
                );
            }
        }
    }
}
