//! The keys of contacts that a segment names, in lists that segments have in common: what stands in
//! one file is held once, however many segments name it.

use std::collections::HashSet;
use std::sync::Arc;

/// Keys in lists, each in order.
#[derive(Clone, Debug, Default)]
pub struct Members(Vec<Arc<[String]>>);

impl Members {
    /// One list.
    pub(crate) fn of(keys: Vec<String>) -> Self {
        Self(vec![keys.into()])
    }

    /// The keys of this list, too.
    pub(crate) fn add(&mut self, list: Arc<[String]>) {
        self.0.push(list);
    }

    /// The lists of which they are made.
    pub(crate) fn lists(&self) -> &[Arc<[String]>] {
        &self.0
    }

    /// Whether nobody is named.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|list| list.is_empty())
    }

    /// Whether somebody is named; the lists are in order.
    pub fn contains(&self, key: &str) -> bool {
        let lists = |list: &Arc<[String]>| {
            list.binary_search_by(|listed| listed.as_str().cmp(key))
                .is_ok()
        };
        self.0.iter().any(lists)
    }

    /// All of them: those of one list as they stand in it, those of several in order, each once.
    pub fn keys(&self) -> Vec<&str> {
        let mut keys: Vec<&str> = self
            .0
            .iter()
            .flat_map(|list| list.iter())
            .map(String::as_str)
            .collect();
        if self.0.len() > 1 {
            keys.sort_unstable();
            keys.dedup();
        }
        keys
    }

    /// Holds a list that was met before only once.
    pub(crate) fn share(&mut self, met: &mut HashSet<Arc<[String]>>) {
        for list in &mut self.0 {
            match met.get(list) {
                Some(known) => *list = Arc::clone(known),
                None => drop(met.insert(Arc::clone(list))),
            }
        }
    }
}

/// By whom they name, in whatever lists.
impl PartialEq for Members {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.keys() == other.keys()
    }
}

impl Eq for Members {}
