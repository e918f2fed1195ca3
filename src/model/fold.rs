//! Unicode simple case folding: each character becomes one character, so that accents count and
//! capital letters do not.

/// Appends `text`, folded.
pub(crate) fn fold_into(text: &str, folded: &mut String) {
    if text.is_ascii() {
        let start = folded.len();
        folded.push_str(text);
        folded[start..].make_ascii_lowercase();
    } else {
        folded.extend(text.chars().map(fold));
    }
}

/// `text`, folded.
pub(crate) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_into(text, &mut folded);
    folded
}

fn fold(c: char) -> char {
    unicode_case_mapping::case_folded(c)
        .and_then(|code| char::from_u32(code.get()))
        .unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn folds_simply() {
        assert_eq!(folded("ŁÓDŹ Straße ΣΑΣ"), "łódź straße σασ");
        assert_eq!(folded("\u{212A}elvin"), "kelvin", "the Kelvin sign is a k");
        assert_eq!(folded("ẞ"), "ß", "simple: not `ss`");
        assert_ne!(folded("é"), folded("e"), "accents count");
        assert_eq!(folded("ABC-xyz"), "abc-xyz");
    }
}
