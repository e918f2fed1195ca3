//! The project of each run of a case: plain, or rewritten with blocks, variables and an
//! environment; the same in all runs, or changed while contacts are in flight.
//!
//! Invariant: a project that is neither rewritten nor changed stays as it was put together, to the
//! byte.

use serde_yaml::Value;

use super::random::Random;
use super::{flight, flight_names, reuse, tree};

pub(super) struct Versions {
    /// By run.
    written: Vec<String>,
    /// By run, a version that lacks some lines about what is gone.
    unspoken: Vec<Option<String>>,
    pub(super) environment: Option<&'static str>,
    /// The first project before variables and an environment are put in.
    plain: Value,
}

impl Versions {
    pub(super) fn new(seed: u64, yaml: String, runs: usize) -> Self {
        let mut random = Random::new(seed ^ 0x7E05_E000);
        let (rewrites, changes) = (random.chance(35), random.chance(60));
        let [blocks, variables, environment] =
            [80, 70, 60].map(|percent| rewrites && random.chance(percent));
        let mut root: Value = serde_yaml::from_str(&yaml).expect("a project");
        if blocks {
            reuse::blocks(&mut random, &mut root);
        }
        let finished = |mut root: Value| {
            let mut random = Random::new(seed ^ 0x00F1_A150);
            if variables {
                reuse::variables(&mut random, &mut root);
            }
            if environment {
                reuse::environment(&mut random, &mut root);
            }
            tree::yaml(&root)
        };
        let plain = root.clone();
        let mut written = vec![if rewrites {
            finished(root.clone())
        } else {
            yaml
        }];
        let mut unspoken = vec![None];
        for run in 1..runs {
            let next = if changes && random.chance(70) {
                flight::changed(&mut random, &root, run)
            } else {
                None
            };
            let silent = next.as_ref().filter(|_| random.chance(40));
            let silent = silent.and_then(|next| flight::unspoken(&mut random, next));
            unspoken.push(silent.map(&finished));
            written.push(
                next.as_ref()
                    .map_or_else(|| written[run - 1].clone(), |next| finished(next.clone())),
            );
            root = next.unwrap_or(root);
        }
        let environment = environment.then_some(reuse::ENVIRONMENT);
        Versions {
            written,
            unspoken,
            environment,
            plain,
        }
    }

    pub(super) fn at(&self, run: usize) -> &str {
        &self.written[run]
    }

    /// The names of the project's own event so far.
    pub(super) fn own_events(&self, run: usize) -> Vec<String> {
        flight_names::own_events(&self.written[..=run])
    }

    pub(super) fn plain(&self) -> &Value {
        &self.plain
    }

    pub(super) fn unspoken(&self, run: usize) -> Option<&str> {
        self.unspoken[run].as_deref()
    }
}
