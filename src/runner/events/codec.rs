//! An event as bytes, and back: what is sorted and set aside while a file is read. Nothing of it
//! outlives the process.

use rust_decimal::Decimal;

use crate::model::ids::Id;
use crate::model::{ChoiceId, ContentId, EventId};
use crate::runner::contact::{Kept, Occurrence};

/// Appends an event.
pub(super) fn push(out: &mut Vec<u8>, occurrence: &Occurrence) {
    push_signed(out, occurrence.at);
    push_number(out, occurrence.event.index() as u64);
    push_number(out, occurrence.of.map_or(0, |of| of.index() as u64 + 1));
    out.extend_from_slice(&occurrence.identity.to_le_bytes());
    push_number(out, occurrence.properties.len() as u64);
    occurrence
        .properties
        .iter()
        .for_each(|kept| push_kept(out, kept));
}

/// Takes one from the front; nothing where the bytes are none of ours.
pub(super) fn take(bytes: &mut &[u8]) -> Option<Occurrence> {
    let at = take_signed(bytes)?;
    let event = EventId::from_index(take_size(bytes)?);
    let of = take_size(bytes)?.checked_sub(1).map(ContentId::from_index);
    let identity = u64::from_le_bytes(*take_array(bytes)?);
    let properties = (0..take_size(bytes)?)
        .map(|_| take_kept(bytes))
        .collect::<Option<_>>()?;
    Some(Occurrence {
        at,
        event,
        of,
        identity,
        properties,
    })
}

/// Appends a number, seven bits a byte, the lowest first.
pub(super) fn push_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(0x80 | number.to_le_bytes()[0] & 0x7f);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

/// Takes a number from the front.
pub(super) fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let (mut number, mut shift) = (0, 0);
    loop {
        let [byte] = *take_array(bytes)?;
        number |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
        shift += 7;
    }
}

/// Takes a number that counts what is in memory.
pub(super) fn take_size(bytes: &mut &[u8]) -> Option<usize> {
    usize::try_from(take_number(bytes)?).ok()
}

/// Takes so many bytes.
pub(super) fn take_bytes<'b>(bytes: &mut &'b [u8], count: usize) -> Option<&'b [u8]> {
    bytes.split_off(..count)
}

fn take_array<'b, const N: usize>(bytes: &mut &'b [u8]) -> Option<&'b [u8; N]> {
    let (array, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(array)
}

/// Small numbers of either sign are short.
fn push_signed(out: &mut Vec<u8>, number: i64) {
    push_number(out, ((number << 1) ^ (number >> 63)).cast_unsigned());
}

fn take_signed(bytes: &mut &[u8]) -> Option<i64> {
    let number = take_number(bytes)?;
    Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
}

fn push_kept(out: &mut Vec<u8>, kept: &Kept) {
    match kept {
        Kept::Missing => out.push(b'-'),
        Kept::Text(text) => {
            out.push(b't');
            push_number(out, text.len() as u64);
            out.extend_from_slice(text.as_bytes());
        }
        Kept::Integer(number) => tagged(out, b'i', |out| push_signed(out, *number)),
        Kept::Number(number) => push_decimal(out, *number),
        Kept::Boolean(flag) => out.push(if *flag { b'+' } else { b'0' }),
        Kept::Day(day) => tagged(out, b'd', |out| push_signed(out, i64::from(*day))),
        Kept::Moment(moment) => tagged(out, b'm', |out| push_signed(out, *moment)),
        Kept::Choice(choice) => tagged(out, b'c', |out| push_number(out, choice.index() as u64)),
        Kept::Choices(set) => tagged(out, b's', |out| push_number(out, *set)),
    }
}

fn tagged(out: &mut Vec<u8>, tag: u8, push: impl FnOnce(&mut Vec<u8>)) {
    out.push(tag);
    push(out);
}

fn take_kept(bytes: &mut &[u8]) -> Option<Kept> {
    let [tag] = *take_array(bytes)?;
    Some(match tag {
        b'-' => Kept::Missing,
        b't' => {
            let length = take_size(bytes)?;
            Kept::Text(std::str::from_utf8(take_bytes(bytes, length)?).ok()?.into())
        }
        b'i' => Kept::Integer(take_signed(bytes)?),
        b'n' | b'N' => Kept::Number(take_decimal(bytes, tag == b'N')?),
        b'+' | b'0' => Kept::Boolean(tag == b'+'),
        b'd' => Kept::Day(i32::try_from(take_signed(bytes)?).ok()?),
        b'm' => Kept::Moment(take_signed(bytes)?),
        b'c' => Kept::Choice(ChoiceId::from_index(take_size(bytes)?)),
        b's' => Kept::Choices(take_number(bytes)?),
        _ => return None,
    })
}

/// With its scale: equal numbers may be spelt differently.
fn push_decimal(out: &mut Vec<u8>, number: Decimal) {
    out.push(if number.is_sign_negative() {
        b'N'
    } else {
        b'n'
    });
    let parts = number.unpack();
    push_number(out, u64::from(parts.scale));
    push_number(out, u64::from(parts.mid) << 32 | u64::from(parts.lo));
    push_number(out, u64::from(parts.hi));
}

fn take_decimal(bytes: &mut &[u8], negative: bool) -> Option<Decimal> {
    let scale = u32::try_from(take_number(bytes)?).ok()?;
    let low = take_number(bytes)?;
    let high = u32::try_from(take_number(bytes)?).ok()?;
    let (lo, mid) = (
        u32::try_from(low & u64::from(u32::MAX)).ok()?,
        u32::try_from(low >> 32).ok()?,
    );
    Some(Decimal::from_parts(lo, mid, high, negative, scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let decimals = [
            "0",
            "-0.00",
            "12.50",
            "-79228162514264337593543950335",
            "0.0000000000000000000000000001",
        ];
        let numbers = decimals.map(|text| Kept::Number(text.parse().unwrap()));
        let others = [
            Kept::Missing,
            Kept::Text("naïve, \"quoted\"\n".into()),
            Kept::Text("".into()),
            Kept::Integer(i64::MIN),
            Kept::Integer(i64::MAX),
            Kept::Boolean(true),
            Kept::Boolean(false),
            Kept::Day(-1),
            Kept::Moment(1_795_000_000),
            Kept::Choice(ChoiceId::from_index(3)),
            Kept::Choices(u64::MAX),
        ];
        let all = Occurrence {
            at: -62_000_000_000,
            event: EventId::from_index(300),
            of: Some(ContentId::from_index(0)),
            identity: u64::MAX - 1,
            properties: numbers.into_iter().chain(others).collect(),
        };
        let none = Occurrence {
            of: None,
            properties: Box::default(),
            ..all.clone()
        };
        let mut bytes = Vec::new();
        push(&mut bytes, &all);
        push(&mut bytes, &none);
        let mut rest = bytes.as_slice();
        let back = take(&mut rest).unwrap();
        assert_eq!(back, all);
        // Equal decimals may be spelt differently.
        for (was, is) in all.properties.iter().zip(&back.properties) {
            assert_eq!(format!("{was:?}"), format!("{is:?}"));
        }
        assert_eq!(take(&mut rest), Some(none));
        assert_eq!(rest, [0_u8; 0]);
        for cut in 0..bytes.len() - 1 {
            let mut short = &bytes[..cut];
            while take(&mut short).is_some() {}
        }
    }
}
