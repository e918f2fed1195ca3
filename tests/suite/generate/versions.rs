//! The project of each run of a case: plain, or rewritten with blocks, variables and an environment.
//!
//! Invariant: a project that is not rewritten stays as it was put together, to the byte.

use serde_yaml::Value;

use super::random::Random;
use super::{reuse, tree};

pub(super) struct Versions {
    /// By run.
    written: Vec<String>,
    pub(super) environment: Option<&'static str>,
}

impl Versions {
    pub(super) fn new(seed: u64, yaml: String, runs: usize) -> Self {
        let mut random = Random::new(seed ^ 0x7E05_E000);
        let rewrites = random.chance(35);
        if !rewrites {
            return Versions { written: vec![yaml; runs], environment: None };
        }
        let [blocks, variables, environment] = [80, 70, 60].map(|percent| random.chance(percent));
        let mut root: Value = serde_yaml::from_str(&yaml).expect("a project");
        if blocks {
            reuse::blocks(&mut random, &mut root);
        }
        if variables {
            reuse::variables(&mut random, &mut root);
        }
        if environment {
            reuse::environment(&mut random, &mut root);
        }
        let environment = environment.then_some(reuse::ENVIRONMENT);
        Versions { written: vec![tree::yaml(&root); runs], environment }
    }

    pub(super) fn at(&self, run: usize) -> &str {
        &self.written[run]
    }
}
