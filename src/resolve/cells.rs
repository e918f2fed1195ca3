//! What funnelc writes into a cell must come back as itself: not empty, without blanks around it, and without the separator inside.

use super::Resolver;
use super::value::WRONG_VALUE;
use crate::diagnostic::Diagnostic;
use crate::schema::{Placed, Text};
use crate::source::Span;

impl Resolver {
    /// A text that stands in cells: a tag, a choice, the value of a stage. `separator` is absent where a cell holds one.
    pub(super) fn cell_text(&mut self, text: &str, span: Span, what: &str, separator: Option<&str>) {
        let fault = if text.trim().is_empty() {
            "is empty, which means that there is none"
        } else if text.trim() != text {
            "has blanks around it, which cells lose"
        } else if separator.is_some_and(|separator| !separator.is_empty() && text.contains(separator)) {
            "contains the separator of its column"
        } else {
            return;
        };
        let message = format!("the {what} `{text}` {fault}");
        let help = "what is written into the contacts file must be read back as the same";
        self.report(Diagnostic::error(WRONG_VALUE, span, message).at("cannot be read back").help(help));
    }

    /// A column's name or a separator, which must be there.
    pub(super) fn not_empty(&mut self, placed: Option<&Placed<Text>>, what: &str) {
        if let Some(placed) = placed.filter(|placed| placed.value.0.is_empty()) {
            let message = format!("the {what} is empty");
            self.report(Diagnostic::error(WRONG_VALUE, placed.span, message).at("empty"));
        }
    }
}
