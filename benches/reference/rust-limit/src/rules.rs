//! The rules of the job, once for all ways to run it. A stage is a code: 0 for none, then 1 to 6 in
//! the order of `STAGES`.
use std::fmt::Write as _;

pub const STAGES: [&str; 6] = ["unknown", "cold-lead", "purchased", "loyal", "reactivate-1", "reactivate-2"];
pub const UNKNOWN_STAGE: u8 = 255;
/// The first day that is still recent.
pub const CUT: &[u8; 10] = b"2026-08-23";

pub const MAIL: usize = 1;
const BOUGHT: usize = 2;
const RECENT: usize = 4;
const STALE: usize = 8;
const RICH: usize = 16;
const HOT: usize = 32;

const WEIGHTS: [i8; 7] = [-1, 0, 10, 20, 30, 40, 40];
const SEGMENTS: [&str; 7] = ["no-email", "lead", "buyer", "loyal", "lapsed-buyer", "lapsed-lead", "hot"];
/// Where each combination of facts leads.
static TARGETS: [u8; 32] = {
    let mut targets = [0; 32];
    let mut bits = 0;
    while bits < 32 {
        targets[bits] = target(bits);
        bits += 1;
    }
    targets
};

#[inline(always)]
pub fn bits(mail: bool, bought: bool, recent: bool, stale: bool, rich: bool) -> usize {
    usize::from(mail)
        | usize::from(bought) << 1
        | usize::from(recent) << 2
        | usize::from(stale) << 3
        | usize::from(rich) << 4
}

/// Which of `SEGMENTS` a combination of facts meets.
const fn segments(bits: usize) -> [bool; 7] {
    let (mail, bought) = (bits & MAIL != 0, bits & BOUGHT != 0);
    let (recent, stale) = (bits & RECENT != 0, bits & STALE != 0);
    [
        !mail,
        mail && !bought && recent,
        bought && recent,
        bought && recent && bits & RICH != 0,
        bought && stale,
        mail && !bought && stale,
        bits & HOT != 0,
    ]
}

const fn target(bits: usize) -> u8 {
    match segments(bits) {
        [_, _, _, true, _, _, _] => 4,
        [_, _, true, _, _, _, _] => 3,
        [_, _, _, _, true, _, _] => 6,
        [_, _, _, _, _, true, _] => 5,
        [_, true, _, _, _, _, _] => 2,
        [true, _, _, _, _, _, _] => 1,
        _ => 0,
    }
}

pub fn stage_code(name: &[u8]) -> u8 {
    match STAGES.iter().position(|stage| stage.as_bytes() == name) {
        Some(i) => i as u8 + 1,
        None if name.is_empty() => 0,
        None => UNKNOWN_STAGE,
    }
}

pub fn campaign(stage: u8, hot: bool) -> String {
    format!("welcome-{}{}", STAGES[stage as usize - 1], if hot { "-hot" } else { "" })
}

pub fn has_webinar(tags: &[u8]) -> bool {
    tags.split(|&b| b == b';').any(|tag| tag == b"webinar")
}

/// How many contacts had each combination of facts, and how many went from which stage to which.
pub struct Counts {
    bits: [u64; 64],
    moves: [[u64; 8]; 8],
}

impl Counts {
    pub fn new() -> Self {
        Counts { bits: [0; 64], moves: [[0; 8]; 8] }
    }

    pub fn add(&mut self, other: &Counts) {
        let cells = self.bits.iter_mut().chain(self.moves.as_flattened_mut());
        for (cell, more) in cells.zip(other.bits.iter().chain(other.moves.as_flattened())) {
            *cell += more
        }
    }

    /// Counts one contact and answers its new stage.
    #[inline(always)]
    pub fn contact(&mut self, bits: usize, hot: bool, old: u8) -> u8 {
        self.bits[bits | usize::from(hot) << 5] += 1;
        let target = TARGETS[bits];
        let new = if WEIGHTS[target as usize] > WEIGHTS[old as usize] { target } else { old };
        self.moves[old as usize][new as usize] += 1;
        new
    }

    pub fn write(&self, out: &str) {
        std::fs::write(format!("{out}/metrics.csv"), self.metrics()).unwrap();
        std::fs::write(format!("{out}/segments.csv"), self.segment_sizes()).unwrap();
    }

    fn metrics(&self) -> String {
        let mut text = String::from("stage,reach,entered,converted,conversion_ppm\n");
        for (i, name) in STAGES.iter().enumerate() {
            let stage = i + 1;
            let others = || (0..7).filter(|&other| other != stage);
            let entered: u64 = others().map(|from| self.moves[from][stage]).sum();
            let converted: u64 = others().map(|to| self.moves[stage][to]).sum();
            let reach = self.moves[stage][stage] + entered + converted;
            let ppm = (converted * 1_000_000).checked_div(reach).unwrap_or(0);
            writeln!(text, "{name},{reach},{entered},{converted},{ppm}").unwrap();
        }
        text
    }

    fn segment_sizes(&self) -> String {
        let mut text = String::from("segment,contacts\n");
        for (i, name) in SEGMENTS.iter().enumerate() {
            let size: u64 = (0..64).filter(|&bits| segments(bits)[i]).map(|bits| self.bits[bits]).sum();
            writeln!(text, "{name},{size}").unwrap();
        }
        text
    }
}
