//! The walk: each round starts at the corpus, and goes on from whatever gave an answer that this
//! round had not seen.
//!
//! Invariant: no clock and no thread has a say in what is tried, and nothing that is tried is
//! longer than [`LONGEST`].

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::random::Random;
use crate::root;

/// The most bytes of an input, which bounds what one execution costs.
pub(super) const LONGEST: usize = 64 << 10;
/// Executions of a round.
const ROUND: u64 = 5000;
/// How many inputs a round goes on from.
const POOL: usize = 400;
/// The most memory of the process, in KiB.
const MEMORY: u64 = 1 << 20;
/// After so many failures nobody reads on.
const ENOUGH: usize = 5;

/// A door.
pub(super) struct Target<'a> {
    pub(super) name: &'static str,
    pub(super) corpus: Vec<Vec<u8>>,
    /// Changes the first input, with pieces of the others.
    pub(super) mutate: fn(&mut Random, Vec<u8>, &Pool) -> Vec<u8>,
    /// Panics where something is wrong; else the kind of answer.
    pub(super) run: &'a dyn Fn(&[u8]) -> String,
}

/// What a round goes on from.
pub(super) struct Pool {
    pub(super) inputs: Vec<Vec<u8>>,
    /// The words of the corpus.
    pub(super) words: Vec<Vec<u8>>,
}

impl Pool {
    fn new(corpus: &[Vec<u8>]) -> Self {
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:$/".contains(byte);
        let words = corpus
            .iter()
            .flat_map(|file| file.split(|byte| !is_word(byte)));
        let words: BTreeSet<Vec<u8>> = words
            .filter(|word| !word.is_empty())
            .map(<[u8]>::to_vec)
            .collect();
        Self {
            inputs: corpus.to_vec(),
            words: words.into_iter().collect(),
        }
    }

    /// Mostly what is new.
    fn pick(&self, random: &mut Random) -> Vec<u8> {
        let from = if random.chance(50) {
            0
        } else {
            self.inputs.len() / 2
        };
        random.pick(&self.inputs[from..]).clone()
    }

    fn keep(&mut self, input: &[u8]) {
        if self.inputs.len() < POOL {
            self.inputs.push(input.to_vec());
        }
    }
}

/// How many executions a target gets, and whether somebody asked for that many.
fn executions(few: u64) -> (u64, bool) {
    let asked = std::env::var("FUNNELC_FUZZ").ok();
    let count = asked.as_ref().map_or(few, |count| {
        count.parse().expect("FUNNELC_FUZZ is a number")
    });
    (count, asked.is_some())
}

/// The first round.
fn first() -> u64 {
    std::env::var("FUNNELC_FIRST").map_or(0, |number| {
        number.parse().expect("FUNNELC_FIRST is a number")
    })
}

/// Tries the corpus, then `few` mutations of it, or as many as `FUNNELC_FUZZ` says.
pub(super) fn fuzz(target: &Target<'_>, few: u64) {
    let (count, asked) = executions(few);
    let mut failures = Vec::new();
    for (number, input) in target.corpus.iter().enumerate() {
        attempt(target, input, &format!("corpus-{number}"), &mut failures);
    }
    let (mut done, mut answers) = (0, 0);
    for round in 0..count.div_ceil(ROUND) {
        let length = ROUND.min(count - round * ROUND);
        let (tried, new) = walk(target, first() + round, length, &mut failures);
        (done, answers) = (done + tried, answers + new);
        if asked && round % 20 == 19 {
            println!(
                "{}: {done} executions, {} KiB",
                target.name,
                peak().unwrap_or(0)
            );
        }
        if failures.len() >= ENOUGH {
            break;
        }
    }
    if asked {
        println!(
            "{}: {done} executions, {answers} answers new to their round",
            target.name
        );
        let peak = peak().unwrap_or(0);
        assert!(
            peak <= MEMORY,
            "{}: the process took {peak} KiB of memory",
            target.name
        );
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// One round; how many executions it came to, and how many answers it saw.
fn walk(target: &Target<'_>, round: u64, length: u64, failures: &mut Vec<String>) -> (u64, usize) {
    let mut random =
        Random::new(round.wrapping_mul(0x5851_F42D_4C95_7F2D) ^ target.name.len() as u64);
    let mut pool = Pool::new(&target.corpus);
    let mut seen = BTreeSet::new();
    for number in 0..length {
        if failures.len() >= ENOUGH {
            return (number, seen.len());
        }
        let mut input = pool.pick(&mut random);
        for _ in 0..random.between(1, 4) {
            input = (target.mutate)(&mut random, input, &pool);
            input.truncate(LONGEST);
        }
        let Some(answer) = attempt(target, &input, &format!("{round}-{number}"), failures) else {
            continue;
        };
        if seen.insert(answer) {
            pool.keep(&input);
        }
    }
    (length, seen.len())
}

/// Runs an input; one that fails is kept in a file, to be looked at and to become a part of the
/// corpus.
fn attempt(
    target: &Target<'_>,
    input: &[u8],
    name: &str,
    failures: &mut Vec<String>,
) -> Option<String> {
    let outcome = catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
    let Err(panic) = outcome else {
        return outcome.ok();
    };
    let said = panic.downcast_ref::<String>().cloned();
    let said = said
        .or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()))
        .unwrap_or_default();
    let folder = root().join("target/fuzz");
    let path = folder.join(format!("{}-{name}", target.name));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(&path, input).unwrap();
    let mut text = String::new();
    write!(
        text,
        "{} fails on {}:\n{}",
        target.name,
        path.display(),
        said.chars().take(2000).collect::<String>()
    )
    .unwrap();
    failures.push(text);
    None
}

/// The most memory that this process has had, in KiB, where the system tells.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
