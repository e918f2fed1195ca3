//! The rows of one chunk: delimiters found 64 bytes at a time, cells read where they lie, untouched
//! bytes copied in one piece.
//!
//! Loads and stores may run past a cell by less than `PAD` bytes; every buffer has that much room,
//! so nothing here asks for memory.
use std::arch::x86_64::*;

use crate::die;
use crate::rules::*;
use crate::texts::{StageCodes, Texts};
use crate::valid;

pub const PAD: usize = 64;
const COLUMNS: usize = 12;

/// The buffers of one thread.
pub struct Scanner {
    pub contacts: Vec<u8>,
    pub actions: Vec<u8>,
    ends: Vec<u32>,
    codes: StageCodes,
    texts: Texts,
}

impl Scanner {
    pub fn new(longest: usize) -> Self {
        let buffer = || Vec::with_capacity(2 * longest + PAD);
        let ends = Vec::with_capacity(longest + PAD);
        Scanner { contacts: buffer(), actions: buffer(), ends, codes: StageCodes::new(), texts: Texts::new() }
    }

    /// Runs the job on the rows of `bytes[start..stop]`; true when a quote was seen, and then
    /// nothing counts.
    ///
    /// # Safety
    /// AVX2, BMI1 and POPCNT are there; `bytes` has `PAD` more bytes behind `stop`; `stop - start`
    /// is at most `longest`.
    #[target_feature(enable = "avx2,bmi1,popcnt")]
    pub unsafe fn rows<const VALIDATE: bool>(
        &mut self,
        bytes: &[u8],
        start: usize,
        stop: usize,
        counts: &mut Counts,
        at: usize,
    ) -> bool {
        self.contacts.clear();
        self.actions.clear();
        if start >= stop {
            return false;
        }
        if delimiters(bytes, start, stop, &mut self.ends) {
            return true;
        }
        if VALIDATE && std::str::from_utf8(&bytes[start..stop]).is_err() {
            die(format!("not UTF-8 near byte {at}"))
        }
        if self.ends.len() % COLUMNS != 0 {
            die(format!("a row without 12 fields near byte {at}"))
        }
        let (mut contact, mut action) = (self.contacts.as_mut_ptr(), self.actions.as_mut_ptr());
        let (mut row, mut copied) = (start, start);
        for ends in self.ends.chunks_exact(COLUMNS) {
            let row_ends: &[u32; COLUMNS] = ends.try_into().unwrap();
            let end = |column: usize| row_ends[column] as usize;
            if *bytes.get_unchecked(end(11)) != b'\n' || *bytes.get_unchecked(end(10)) == b'\n' {
                die(format!("a row without 12 fields at byte {}", at + row))
            }
            if VALIDATE && !valid::row(bytes, row, row_ends) {
                die(format!("bad row at byte {}", at + row))
            }
            let (stage, stage_end) = (end(9) + 1, end(10));
            let old = self.codes.code(bytes, stage, stage_end);
            if old == UNKNOWN_STAGE {
                die(format!("unknown stage at byte {}", at + stage))
            }
            let (bits, hot) = facts(bytes, row_ends, at);
            let new = counts.contact(bits, hot, old);
            if new != old {
                contact = append(contact, bytes.as_ptr().add(copied), stage - copied);
                let (text, len) = &self.texts.stage[new as usize];
                contact = append(contact, text.as_ptr(), *len);
                copied = stage_end;
                let (text, len) = &self.texts.action[(new * 2 + u8::from(hot)) as usize];
                let behind = append(append(action, bytes.as_ptr().add(row), end(0) - row), text.as_ptr(), *len);
                let goes_out = (bits & MAIL != 0) & (*bytes.get_unchecked(stage_end + 1) == b't');
                action = if goes_out { behind } else { action };
            }
            row = end(11) + 1;
        }
        contact = append(contact, bytes.as_ptr().add(copied), stop - copied);
        self.contacts.set_len(contact.offset_from(self.contacts.as_ptr()) as usize);
        self.actions.set_len(action.offset_from(self.actions.as_ptr()) as usize);
        false
    }
}

/// What the rules ask of a row, as the bits of `rules`, and whether it is hot. Trusts the forms of
/// SPEC.md.
#[inline(always)]
unsafe fn facts(bytes: &[u8], ends: &[u32; COLUMNS], at: usize) -> (usize, bool) {
    let end = |column: usize| ends[column] as usize;
    let byte = |at: usize| *bytes.get_unchecked(at);
    let (active, active_end) = (end(3) + 1, end(4));
    let known = active_end > active;
    if known && active_end - active != 10 {
        die(format!("last_active is not a date at byte {}", at + active))
    }
    let recent = since(bytes.as_ptr().add(active), CUT);
    let bought = !(end(6) - end(5) == 2 && byte(end(5) + 1) == b'0');
    // Exactly two decimals: at least 500.00 is a whole part of three digits, the first at least 5,
    // or a longer one.
    let whole = end(7) - end(6) - 4;
    let rich = whole > 3 || (whole == 3 && byte(end(6) + 1) >= b'5');
    // No leading zeros: at least 50 is two digits, the first at least 5, or more digits, and no
    // minus.
    let (digits, first) = (end(8) - end(7) - 1, byte(end(7) + 1));
    let many_points = ((digits > 2) & (first != b'-')) | ((digits == 2) & (first >= b'5'));
    let mail = end(1) > end(0) + 1;
    let bits = bits(mail, bought, known & recent, known & !recent, rich);
    (bits, many_points & webinar(bytes, end(8) + 1, end(9)))
}

/// Whether the ten bytes at `date` are a date not before `cut`: dates compare as their digits do.
#[inline(always)]
unsafe fn since(date: *const u8, cut: &[u8; 10]) -> bool {
    let (cut_8, cut_2) =
        (u64::from_be((cut.as_ptr() as *const u64).read_unaligned()), u16::from_be_bytes([cut[8], cut[9]]));
    let date_8 = u64::from_be((date as *const u64).read_unaligned());
    let date_2 = u16::from_be((date.add(8) as *const u16).read_unaligned());
    date_8 > cut_8 || (date_8 == cut_8) & (date_2 >= cut_2)
}

/// The place of every `,` and `\n` in `bytes[start..stop]`; true when a quote was seen.
#[target_feature(enable = "avx2,bmi1,popcnt")]
unsafe fn delimiters(bytes: &[u8], start: usize, stop: usize, ends: &mut Vec<u32>) -> bool {
    let all = |byte: u8| _mm256_set1_epi8(byte as i8);
    let (comma, line_end, quote) = (all(b','), all(b'\n'), all(b'"'));
    let mut quotes = _mm256_setzero_si256();
    let first = ends.as_mut_ptr();
    let mut next = first;
    let mut at = start;
    while at < stop {
        let p = bytes.as_ptr().add(at);
        let (x, y) = (_mm256_loadu_si256(p as _), _mm256_loadu_si256(p.add(32) as _));
        let found = |v| {
            let either = _mm256_or_si256(_mm256_cmpeq_epi8(v, comma), _mm256_cmpeq_epi8(v, line_end));
            _mm256_movemask_epi8(either) as u32 as u64
        };
        quotes = _mm256_or_si256(quotes, _mm256_or_si256(_mm256_cmpeq_epi8(x, quote), _mm256_cmpeq_epi8(y, quote)));
        let mut mask = found(x) | found(y) << 32;
        if stop - at < 64 {
            mask &= (1u64 << (stop - at)) - 1
        }
        let n = mask.count_ones() as usize;
        // Eight are always written, which takes no branch; of more there are seldom many.
        for i in 0..8.max(n) {
            *next.add(i) = at as u32 + mask.trailing_zeros();
            mask &= mask.wrapping_sub(1)
        }
        next = next.add(n);
        at += 64;
    }
    ends.set_len(next.offset_from(first) as usize);
    _mm256_movemask_epi8(quotes) != 0
}

/// The exact token `webinar` in the `;`-separated cell: tokens of seven letters that start with w,
/// then compared.
#[inline(always)]
unsafe fn webinar(bytes: &[u8], start: usize, stop: usize) -> bool {
    const WORD: u64 = u64::from_le_bytes(*b"webinar\0");
    const SEVEN_BYTES: u64 = (1 << 56) - 1;
    let len = stop - start;
    if len > 62 {
        return has_webinar(&bytes[start..stop]);
    }
    let p = bytes.as_ptr().add(start);
    let (x, y) = (_mm256_loadu_si256(p as _), _mm256_loadu_si256(p.add(32) as _));
    let places = |byte: u8| {
        let v = _mm256_set1_epi8(byte as i8);
        let low = _mm256_movemask_epi8(_mm256_cmpeq_epi8(x, v)) as u32 as u64;
        low | (_mm256_movemask_epi8(_mm256_cmpeq_epi8(y, v)) as u32 as u64) << 32
    };
    let semicolons = places(b';') & ((1u64 << len) - 1);
    let mut candidates = places(b'w') & (semicolons << 1 | 1) & ((semicolons | 1 << len) >> 7);
    while candidates != 0 {
        let word = (p.add(candidates.trailing_zeros() as usize) as *const u64).read_unaligned();
        if word & SEVEN_BYTES == WORD {
            return true;
        }
        candidates &= candidates - 1;
    }
    false
}

/// Copies in steps of 32 bytes, up to 31 too many, and answers where the next bytes go.
#[inline(always)]
unsafe fn append(to: *mut u8, from: *const u8, len: usize) -> *mut u8 {
    let mut i = 0;
    while i < len {
        _mm256_storeu_si256(to.add(i) as _, _mm256_loadu_si256(from.add(i) as _));
        i += 32
    }
    to.add(len)
}
