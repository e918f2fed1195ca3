//! Where commas, line feeds and quotes stand, many bytes looked at in one step; without the
//! instructions of one kind of processor, for which code that is not checked would be needed.

/// The places of commas, line feeds and quotes, 64 bytes looked at in one step.
pub(super) struct Marks<'a> {
    bytes: &'a [u8],
    /// Where the next 64 bytes begin.
    next: usize,
    /// A bit for each of the last 64 that is a mark and was not handed out.
    found: u64,
}

impl<'a> Marks<'a> {
    /// Those from a place on.
    pub(super) fn of(bytes: &'a [u8], from: usize) -> Self {
        Self {
            bytes,
            next: from,
            found: 0,
        }
    }

    #[inline]
    fn look(&mut self) -> Option<()> {
        let rest = self.bytes.get(self.next..)?;
        self.found = match rest.first_chunk() {
            Some(block) => marks_of(block),
            None if rest.is_empty() => return None,
            None => {
                let mut block = [0; 64];
                block[..rest.len()].copy_from_slice(rest);
                marks_of(&block)
            }
        };
        self.next += 64;
        Some(())
    }
}

impl Iterator for Marks<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.found == 0 {
            self.look()?;
        }
        let byte = self.found.trailing_zeros() as usize;
        self.found &= self.found - 1;
        Some(self.next - 64 + byte)
    }
}

/// A bit for each byte that is a comma, a line feed or a quote.
#[inline]
fn marks_of(block: &[u8; 64]) -> u64 {
    let (words, _) = block.as_chunks();
    words.iter().rev().fold(0, |bits, word| {
        bits << 8 | first_bits(marks(u64::from_le_bytes(*word)))
    })
}

/// The top bits of eight bytes, side by side: each is moved to its place by a shift of its own,
/// which a product does for all of them at once.
#[inline]
fn first_bits(word: u64) -> u64 {
    (word >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// The top bit of each byte that is a comma, a line feed or a quote.
#[inline]
fn marks(word: u64) -> u64 {
    const LOW: u64 = u64::MAX / 255;
    const REST: u64 = LOW * 0x7f;
    // The sum has the top bit where one of the lower seven bits differs, without a carry into the
    // next byte.
    let differs = |byte: u8| {
        let apart = word ^ (LOW * u64::from(byte));
        ((apart & REST) + REST) | apart
    };
    !(differs(b',') & differs(b'\n') & differs(b'"')) & !REST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_at_any_place() {
        for at in 0..150 {
            for byte in 0..=255 {
                let mut bytes = [b'x'; 150];
                bytes[at] = byte;
                let found: Vec<usize> = Marks::of(&bytes, 0).collect();
                let is_mark = matches!(byte, b',' | b'\n' | b'"');
                assert_eq!(
                    found,
                    if is_mark { vec![at] } else { vec![] },
                    "{byte} at {at}"
                );
            }
        }
        assert_eq!(Marks::of(b"a,\"b\n,,", 2).collect::<Vec<_>>(), [2, 4, 5, 6]);
    }
}
