//! Inputs that nobody would write, mutated from those that somebody did, at every door through
//! which bytes come in.
//!
//! Invariant: an execution follows from its target, its round and its number; `FUNNELC_FUZZ` says
//! how many there are of each target, `FUNNELC_FIRST` which round is the first. A binary of its
//! own, so that what is measured of the process is of nothing else, and that an optimised build of
//! it takes little time.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    clippy::print_stdout,
    reason = "a test may panic, reads the files that it needs, and says what it did"
)]

mod csv;
mod json;
mod mutate;
mod plans;
mod projects;
#[path = "../suite/generate/random.rs"]
#[expect(dead_code, reason = "what generates projects needs more of it")]
mod random;
mod rounds;
mod rows;

use std::path::PathBuf;

/// The root of the repository.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The files of a target's corpus, in the order of their names: what once was a crash, and what
/// starts a walk.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = root().join("tests/fixtures/fuzz").join(target);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}

/// Files of the repository.
fn files(names: &[&str]) -> Vec<Vec<u8>> {
    names
        .iter()
        .map(|name| std::fs::read(root().join(name)).unwrap())
        .collect()
}
