//! The names of the stages in the form that the scan wants them: padded for copying, and hashed for
//! reading.
use crate::rules::*;

/// The text of each stage and of each action's end with its length, long enough for stores of 32
/// bytes.
pub struct Texts {
    pub stage: [([u8; 32], usize); 7],
    pub action: [([u8; 64], usize); 14],
}

impl Texts {
    pub fn new() -> Self {
        let mut texts = Texts { stage: [([0; 32], 0); 7], action: [([0; 64], 0); 14] };
        for code in 1..7 {
            texts.stage[code] = padded(STAGES[code - 1]);
            for hot in [false, true] {
                texts.action[code * 2 + usize::from(hot)] =
                    padded(&format!(",send email,{}\n", campaign(code as u8, hot)));
            }
        }
        texts
    }
}

fn padded<const N: usize>(text: &str) -> ([u8; N], usize) {
    let mut bytes = [0; N];
    bytes[..text.len()].copy_from_slice(text.as_bytes());
    (bytes, text.len())
}

/// Stage codes without a branch for each name: length, first and last letter pick one candidate,
/// which is then compared.
pub struct StageCodes {
    code: [u8; 64],
    text: [[u8; 16]; 7],
}

impl StageCodes {
    pub fn new() -> Self {
        let mut codes = StageCodes { code: [UNKNOWN_STAGE; 64], text: [[0; 16]; 7] };
        codes.code[0] = 0;
        for (i, name) in STAGES.iter().enumerate() {
            let name = name.as_bytes();
            let slot = slot(name.len(), name[0], name[name.len() - 1]);
            assert!(codes.code[slot] == UNKNOWN_STAGE, "two stages in one slot");
            codes.code[slot] = i as u8 + 1;
            codes.text[i + 1][..name.len()].copy_from_slice(name);
        }
        codes
    }

    /// # Safety
    /// `bytes` has at least 16 bytes from `start` on, and one before `stop`.
    #[inline(always)]
    pub unsafe fn code(&self, bytes: &[u8], start: usize, stop: usize) -> u8 {
        let len = stop - start;
        if len > 15 {
            return UNKNOWN_STAGE;
        }
        let slot = if len == 0 { 0 } else { slot(len, *bytes.get_unchecked(start), *bytes.get_unchecked(stop - 1)) };
        let code = self.code[slot];
        if code == UNKNOWN_STAGE {
            return UNKNOWN_STAGE;
        }
        let text = u128::from_le_bytes(*(bytes.as_ptr().add(start) as *const [u8; 16])) & ((1u128 << (8 * len)) - 1);
        if text == u128::from_le_bytes(self.text[code as usize]) {
            code
        } else {
            UNKNOWN_STAGE
        }
    }
}

fn slot(len: usize, first: u8, last: u8) -> usize {
    len << 2 | usize::from(first & 1) | usize::from(last & 1) << 1
}
