//! Whether each cell of a row has the form that SPEC.md gives its column. The stage is looked up
//! elsewhere.

/// `ends` are the places of the row's twelve delimiters, `start` that of its first byte.
pub fn row(bytes: &[u8], start: usize, ends: &[u32; 12]) -> bool {
    let cell = |column: usize| match column {
        0 => &bytes[start..ends[0] as usize],
        _ => &bytes[ends[column - 1] as usize + 1..ends[column] as usize],
    };
    let missing_or = |column: usize, holds: fn(&[u8]) -> bool| cell(column).is_empty() || holds(cell(column));
    digits(cell(0))
        && missing_or(1, |mail| memchr::memchr(b'@', mail).is_some())
        && cell(2).len() == 2
        && cell(2).iter().all(u8::is_ascii_uppercase)
        && date(cell(3))
        && missing_or(4, date)
        && missing_or(5, date)
        && digits(cell(6))
        && money(cell(7))
        && digits(cell(8))
        && matches!(cell(11), b"true" | b"false")
}

fn digits(cell: &[u8]) -> bool {
    !cell.is_empty() && cell.len() < 19 && cell.iter().all(u8::is_ascii_digit)
}

fn money(cell: &[u8]) -> bool {
    let Some(whole) = cell.len().checked_sub(3) else { return false };
    cell[whole] == b'.' && digits(&cell[..whole]) && digits(&cell[whole + 1..])
}

fn date(cell: &[u8]) -> bool {
    if cell.len() != 10 || cell[4] != b'-' || cell[7] != b'-' {
        return false;
    }
    let digit = |i: usize| u32::from(cell[i].wrapping_sub(b'0'));
    if [0, 1, 2, 3, 5, 6, 8, 9].into_iter().any(|i| digit(i) > 9) {
        return false;
    }
    let year = digit(0) * 1000 + digit(1) * 100 + digit(2) * 10 + digit(3);
    (1..=last_day(year, digit(5) * 10 + digit(6))).contains(&(digit(8) * 10 + digit(9)))
}

fn last_day(year: u32, month: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 0,
    }
}
