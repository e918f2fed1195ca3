//! What funnelc writes into a cell must come back as itself: not empty, without blanks around it,
//! and without the separator inside.

use super::Resolver;
use crate::diagnostic::{Diagnostic, codes};
use crate::model::Field;
use crate::schema::{self, Keyed, ListOf, Text};
use crate::source::Span;

impl Resolver {
    /// A text that stands in cells: a tag, a choice, the value of a stage. `separator` is absent
    /// where a cell holds one.
    pub(super) fn cell_text(
        &mut self,
        text: &str,
        span: Span,
        what: &str,
        separator: Option<&str>,
    ) {
        let fault = if text.trim().is_empty() {
            "is empty, which means that there is none"
        } else if text.trim() != text {
            "has blanks around it, which cells lose"
        } else if separator
            .is_some_and(|separator| !separator.is_empty() && text.contains(separator))
        {
            "contains the separator of its column"
        } else {
            return;
        };
        let message = format!("the {what} `{text}` {fault}");
        let help = "what is written into the contacts file must be read back as the same";
        self.report(
            Diagnostic::new(codes::WRONG_VALUE, span, message)
                .at("cannot be read back")
                .help(help),
        );
    }

    /// Words that mean that there is no value, in order and each once.
    pub(super) fn missing_words(
        &mut self,
        written: Option<&Keyed<ListOf<Keyed<Text>>>>,
    ) -> Vec<String> {
        let mut words = Vec::new();
        for word in written.iter().flat_map(|written| &written.value.0) {
            if word.value.0.trim().is_empty() {
                let found = Diagnostic::new(
                    codes::WRONG_VALUE,
                    word.span,
                    "an empty cell is missing anyway",
                );
                self.report(found.at("an empty word").help("leave it out"));
            } else {
                words.push(word.value.0.trim().to_owned());
            }
        }
        words.sort_unstable();
        words.dedup();
        words
    }

    /// A word cannot mean a value and that there is none.
    pub(super) fn not_missing(&mut self, written: &schema::Field, field: &Field) {
        let default = written
            .default
            .iter()
            .map(|default| (default.value.0.text.trim(), default.span));
        let choices = written.values.iter().flat_map(|values| &values.value.0);
        let choices = choices.map(|choice| (choice.value.0.trim(), choice.span));
        let mut told = Vec::new();
        for (text, span) in default
            .chain(choices)
            .filter(|(text, _)| field.missing.iter().any(|word| word == text))
        {
            let message = format!(
                "`{text}` is a value of `{}`, and `missing` says that it is none",
                field.id
            );
            let found = Diagnostic::new(codes::WRONG_VALUE, span, message).at("is no value");
            told.push(found.help("take it out of `missing`, or give the value another word"));
        }
        told.into_iter().for_each(|found| self.report(found));
    }

    /// A column's name or a separator, which must be there.
    pub(super) fn not_empty(&mut self, placed: Option<&Keyed<Text>>, what: &str) {
        if let Some(placed) = placed.filter(|placed| placed.value.0.is_empty()) {
            let message = format!("the {what} is empty");
            self.report(Diagnostic::new(codes::WRONG_VALUE, placed.span, message).at("empty"));
        }
    }
}
