//! How often each operator, step, event and reason was met.
//!
//! Invariant: counting changes no outcome.

use std::cell::RefCell;
use std::collections::BTreeMap;

#[derive(Default)]
pub(crate) struct Coverage {
    counts: RefCell<BTreeMap<String, u64>>,
}

impl Coverage {
    pub(crate) fn count(&self, what: &str) {
        *self.counts.borrow_mut().entry(what.to_owned()).or_default() += 1;
    }

    pub(crate) fn counts(&self) -> BTreeMap<String, u64> {
        self.counts.borrow().clone()
    }
}
