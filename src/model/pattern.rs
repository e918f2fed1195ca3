//! Regular expressions of `matches`: linear in the length of the text, and small, so that no pattern can hold up a run.

use regex::{Regex, RegexBuilder};

/// The most bytes that a compiled pattern may take.
const LARGEST: usize = 1 << 20;

/// A pattern that looks anywhere in a text, by simple case folding if it `folds`; the error says in a few words what is wrong.
pub fn compile(text: &str, folds: bool) -> Result<Regex, String> {
    let compiled = RegexBuilder::new(text).case_insensitive(folds).size_limit(LARGEST).build();
    compiled.map_err(|error| {
        if let regex::Error::CompiledTooBig(_) = error {
            "it is too large".to_owned()
        } else {
            last_line(&error.to_string())
        }
    })
}

/// The message ends with what is wrong; before it stands a drawing of where.
fn last_line(message: &str) -> String {
    let last = message.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

#[cfg(test)]
mod tests {
    use super::compile;

    #[test]
    fn what_is_wrong_is_said_in_one_line() {
        assert_eq!(compile("a(", false).unwrap_err(), "unclosed group");
        assert_eq!(
            compile("(?=a)", false).unwrap_err(),
            "look-around, including look-ahead and look-behind, is not supported"
        );
        assert_eq!(compile("(a{1000}){1000}", false).unwrap_err(), "it is too large");
    }

    #[test]
    fn case_folds_as_text_does_elsewhere() {
        assert!(compile("łódź", true).unwrap().is_match("in ŁÓDŹ"));
        assert!(!compile("łódź", false).unwrap().is_match("in ŁÓDŹ"));
    }
}
