//! Numbers of JSON as they are written: a float would round them, and a key of many digits would be
//! another one.

use std::borrow::Cow;

use rust_decimal::Decimal;

/// A line of JSON with its numbers in quotes, so that whoever reads it gets their text.
pub(super) fn with_quoted_numbers(line: &str) -> String {
    let mut quoted = String::with_capacity(line.len() + 16);
    let mut rest = line;
    while let Some(at) = rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_digit()) {
        quoted.push_str(&rest[..at]);
        rest = &rest[at..];
        let is_text = rest.starts_with('"');
        let end = if is_text {
            text_end(rest)
        } else {
            number_end(rest)
        };
        if is_text {
            quoted.push_str(&rest[..end]);
        } else {
            quoted.extend(["\"", &rest[..end], "\""]);
        }
        rest = &rest[end..];
    }
    quoted + rest
}

/// The same number without an exponent, which no cell has.
pub(super) fn without_exponent(number: &str) -> Cow<'_, str> {
    match Decimal::from_scientific(number) {
        Ok(decimal) if number.contains(['e', 'E']) => Cow::Owned(decimal.normalize().to_string()),
        Ok(_) | Err(_) => Cow::Borrowed(number),
    }
}

/// Where a text in quotes ends, the quotes included.
fn text_end(text: &str) -> usize {
    let mut is_escaped = false;
    let closes = |byte: &u8| {
        let closes = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        closes
    };
    text.as_bytes()[1..]
        .iter()
        .position(closes)
        .map_or(text.len(), |at| at + 2)
}

fn number_end(text: &str) -> usize {
    text.find(|c: char| !(c.is_ascii_digit() || "+-.eE".contains(c)))
        .unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits_and_texts_their_quotes() {
        let line = r#"{"a":12.50,"b\"3":-1e-2,"c 4":[5, true],"d":"6\\","e":123456789012345678901234567890}"#;
        let expected = r#"{"a":"12.50","b\"3":"-1e-2","c 4":["5", true],"d":"6\\","e":"123456789012345678901234567890"}"#;
        assert_eq!(with_quoted_numbers(line), expected);
        assert_eq!(without_exponent("-1.5E3"), "-1500");
        assert_eq!(without_exponent("1.50"), "1.50");
        assert_eq!(
            without_exponent("1e400"),
            "1e400",
            "beyond what a cell holds"
        );
    }
}
