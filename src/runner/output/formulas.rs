//! Texts that a spreadsheet would take for formulas; each that is defused can be told from all
//! others, so that whoever needs the text gets it back.

use std::borrow::Cow;

/// What makes text of a cell, whatever follows.
const TEXT: char = '\'';

/// The text with an apostrophe before it, if a spreadsheet would take it for a formula, or if
/// without that it would pass for one that was defused.
pub(super) fn defused(text: &str) -> Cow<'_, str> {
    match text.as_bytes() {
        // Nearly all texts, told by one byte.
        [] | [b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'{', ..] => Cow::Borrowed(text),
        _ if is_formula(text.trim_start_matches(TEXT)) => Cow::Owned(format!("{TEXT}{text}")),
        _ => Cow::Borrowed(text),
    }
}

/// Whether a text begins as formulas do, in any of the forms that spreadsheets or their imports are
/// known to take for it.
fn is_formula(text: &str) -> bool {
    if text.starts_with(['\t', '\r', '\n']) {
        return true;
    }
    let said = text.trim_start();
    match said.strip_prefix(['+', '-']) {
        // `+48 600 100 200`, `-5`: there is nothing that it could call.
        Some(rest) => !rest
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b" .()-/".contains(&byte)),
        None => said.starts_with(['=', '@', '＝', '＋', '－', '＠']),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;

    /// What docs/outputs.md tells a reader to do.
    fn read_back(cell: &str) -> &str {
        match cell.strip_prefix(TEXT) {
            Some(rest) if is_formula(rest.trim_start_matches(TEXT)) => rest,
            Some(_) | None => cell,
        }
    }

    #[test]
    fn formulas_get_an_apostrophe_and_nothing_else_does() {
        for formula in [
            "=1+1",
            "=cmd|' /C calc'!A0",
            "+cmd|x!A0",
            "-2+3+cmd|x!A0",
            "-A1",
            "+1;A1",
            "@SUM(1)",
            "\tx",
            "\r=1",
            "\nx",
            " =1",
            "＝1",
            "＋A1",
            "－A1",
            "＠A1",
            "'=1",
            "''@x",
        ] {
            assert_eq!(defused(formula), format!("'{formula}"), "{formula:?}");
        }
        for text in [
            "",
            "Ann",
            "-5",
            "+5.25",
            "+48 600 100 200",
            "+1 (555) 010-99",
            "-",
            "a=1",
            "a@b.example",
            "'tis",
            "{\"a\":\"=1\"}",
            "<=",
            "é",
        ] {
            assert!(
                matches!(defused(text), Cow::Borrowed(same) if same == text),
                "{text:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn every_text_is_got_back(text in "['=+@\\- \t\n\r0-9a]{0,5}", other in any::<String>()) {
            for text in [&text, &other] {
                assert_eq!(read_back(&defused(text)), text);
            }
        }
    }
}
