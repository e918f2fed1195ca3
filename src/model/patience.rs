//! How much work patterns may take in a trial, whose texts and patterns may be a stranger's: with
//! some patterns each character of a text costs as much as the whole pattern.
//!
//! Invariant: what is counted follows from patterns and texts alone, and what was looked for once
//! costs nothing when it is looked for again.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use regex_automata::hybrid::dfa::{self, DFA};
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};

use super::pattern::{Pattern, REMEMBERED};

/// What a pattern costs times the bytes of a text: so much a search may take in the worst case
/// without being looked at. It is what a short text and a pattern of everyday take.
const CHEAP: u64 = 10_000;

/// What is left for dear searches, and what came of those that were made.
#[derive(Debug)]
pub struct Patience {
    left: AtomicU64,
    is_over: AtomicBool,
    /// By text of a pattern and whether it folds; absent where the library makes none.
    probes: Mutex<HashMap<(String, bool), Option<Probe>>>,
    /// By digest of pattern and text.
    known: Mutex<HashMap<blake3::Hash, bool>>,
}

impl Patience {
    /// For searches that cost so much together: the costs of their patterns, each times the bytes of
    /// its text.
    pub fn new(work: u64) -> Self {
        Self {
            left: AtomicU64::new(work),
            is_over: AtomicBool::new(false),
            probes: Mutex::default(),
            known: Mutex::default(),
        }
    }

    /// Whether something was not looked for since this was asked before, because it would have cost
    /// too much.
    pub fn was_over(&self) -> bool {
        self.is_over.swap(false, Ordering::Relaxed)
    }

    /// Whether the pattern is found; not where it is not looked for.
    pub(super) fn finds(&self, pattern: &Pattern, text: &str) -> bool {
        let work = pattern.units.saturating_mul(text.len() as u64);
        if work <= CHEAP {
            return pattern.searches(text);
        }
        let probed = held(&self.probes)
            .entry((pattern.text.clone(), pattern.folds))
            .or_insert_with(|| Probe::new(pattern))
            .as_mut()
            .and_then(|probe| probe.finds(text));
        probed.unwrap_or_else(|| self.finds_dearly(pattern, text, work))
    }

    fn finds_dearly(&self, pattern: &Pattern, text: &str, work: u64) -> bool {
        let digest = digest(pattern, text);
        if let Some(known) = held(&self.known).get(&digest) {
            return *known;
        }
        let pay = |left: u64| left.checked_sub(work);
        if self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, pay)
            .is_err()
        {
            self.is_over.store(true, Ordering::Relaxed);
            return false;
        }
        let found = pattern.searches(text);
        held(&self.known).insert(digest, found);
        found
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn digest(pattern: &Pattern, text: &str) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[u8::from(pattern.folds)]);
    hasher.update(&(pattern.text.len() as u64).to_le_bytes());
    hasher.update(pattern.text.as_bytes());
    hasher.update(text.as_bytes());
    hasher.finalize()
}

/// A search that gives up where it would be dear: it goes over each character once and remembers
/// what it met, and ends when that is more than it may remember.
#[derive(Debug)]
struct Probe {
    automaton: DFA,
    remembered: dfa::Cache,
}

impl Probe {
    fn new(pattern: &Pattern) -> Option<Self> {
        let units = usize::try_from(pattern.units).unwrap_or(usize::MAX);
        let room = REMEMBERED
            .0
            .saturating_add(units.saturating_mul(REMEMBERED.1));
        let config = dfa::Config::new()
            .cache_capacity(room)
            .skip_cache_capacity_check(true)
            .minimum_cache_clear_count(Some(0))
            .unicode_word_boundary(true);
        let automaton = dfa::Builder::new()
            .configure(config)
            .syntax(syntax::Config::new().case_insensitive(pattern.folds))
            .thompson(thompson::Config::new().which_captures(WhichCaptures::None))
            .build(&pattern.text)
            .ok()?;
        let remembered = automaton.create_cache();
        Some(Self {
            automaton,
            remembered,
        })
    }

    /// Nothing where it gives up.
    fn finds(&mut self, text: &str) -> Option<bool> {
        let input = Input::new(text).anchored(Anchored::No).earliest(true);
        match self.automaton.try_search_fwd(&mut self.remembered, &input) {
            Ok(found) => Some(found.is_some()),
            Err(_) => {
                self.automaton.reset_cache(&mut self.remembered);
                None
            }
        }
    }
}
