//! Numbers as people write them, with a sign between the thousands.

/// Whether it is written in groups of three digits: `1,000`, `12.500`, `1 000 000`.
pub(crate) fn is_grouped(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let Some(sign) = text.chars().find(|c| !c.is_ascii_digit()) else {
        return false;
    };
    let mut groups = text.split(sign);
    let first = groups.next().unwrap_or_default();
    ",. _'".contains(sign)
        && (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && groups.all(|group| group.len() == 3 && group.bytes().all(|digit| digit.is_ascii_digit()))
}

/// The digits alone, with the sign.
pub(crate) fn as_digits(text: &str) -> String {
    let digits = text.chars().filter(|c| c.is_ascii_digit() || *c == '-');
    digits.collect()
}
