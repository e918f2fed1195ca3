//! What an email address looks like, in cells and in the project alike; whether anybody reads it is
//! not asked.

/// Whether the text has the shape of one address: one `@` with something on both sides, no white
/// space and no control characters, and none of the characters that stand around or between
/// addresses. A domain needs no point, but has none at its ends and no two in a row.
pub fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let fits = |part: &str| part.bytes().all(is_plain) || !part.contains(is_strange);
    !local.is_empty()
        && fits(local)
        && fits(domain)
        && domain.split('.').all(|label| !label.is_empty())
}

/// Most bytes of most addresses.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'+')
}

fn is_strange(c: char) -> bool {
    c.is_whitespace() || c.is_control() || "@,;:<>()[]\\\"".contains(c)
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn one_address_and_nothing_around_it() {
        for text in [
            "a@b",
            "ann@example.com",
            "ann+shop@mail.example.co.uk",
            "żółw@poczta.pl",
            "o'neil@example.com",
        ] {
            assert!(is_address(text), "{text}");
        }
        let wrong = [
            "",
            "ann",
            "@example.com",
            "ann@",
            "a@b@c",
            "a@b,c@d",
            "a@b;c@d",
            "a b@c",
            "a@b c",
            "<a@b>",
            "Ann <a@b>",
            "mailto:a@b",
            "a@b\n",
            "a\u{0}@b",
            "a@b.",
            "a@.b",
            "a@b..c",
            "a@\u{a0}b",
        ];
        for text in wrong {
            assert!(!is_address(text), "{text:?}");
        }
    }
}
