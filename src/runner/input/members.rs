//! Which of the keys that segments name belong to a contact of the file; made only for plans that
//! name some.

use std::collections::{BTreeMap, HashMap};

use crate::model::{Members, Model, Segment};
use crate::runner::notice::Warning;

/// The keys that segments name, in order, each once.
#[derive(Debug)]
pub(crate) struct Named<'a> {
    keys: Vec<&'a str>,
    /// By key in small letters: the positions of its spellings.
    folded: HashMap<String, Vec<usize>>,
}

/// Which of them some contacts have.
#[derive(Debug, Default)]
pub(crate) struct Met {
    exact: Vec<usize>,
    /// Positions, and the key of a contact that differs in capitals only.
    capitals: Vec<(usize, String)>,
}

/// Which of them all contacts have.
#[derive(Debug)]
pub(crate) struct AllMet {
    exact: Vec<bool>,
    capitals: HashMap<usize, String>,
}

impl<'a> Named<'a> {
    /// None where no segment names members.
    pub(crate) fn of(model: &'a Model) -> Option<Self> {
        let named = |segment: &'a Segment| [&segment.include, &segment.exclude];
        let lists = model
            .segments
            .values()
            .flat_map(named)
            .flat_map(Members::lists);
        // Segments have lists in common.
        let lists: BTreeMap<*const String, &[String]> =
            lists.map(|list| (list.as_ptr(), &**list)).collect();
        let mut keys: Vec<&str> = lists.into_values().flatten().map(String::as_str).collect();
        keys.sort_unstable();
        keys.dedup();
        let mut folded: HashMap<String, Vec<usize>> = HashMap::new();
        for (position, key) in keys.iter().enumerate() {
            folded.entry(key.to_lowercase()).or_default().push(position);
        }
        (!keys.is_empty()).then_some(Self { keys, folded })
    }

    /// Notes the key of a contact.
    pub(crate) fn meet(&self, key: &str, met: &mut Met) {
        if let Ok(position) = self.keys.binary_search(&key) {
            met.exact.push(position);
        }
        let is_folded = key
            .bytes()
            .all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
        let spellings = if is_folded {
            self.folded.get(key)
        } else {
            self.folded.get(&key.to_lowercase())
        };
        let others = spellings
            .into_iter()
            .flatten()
            .filter(|position| self.keys[**position] != key);
        met.capitals
            .extend(others.map(|position| (*position, key.to_owned())));
    }

    /// What no contact has, one for each list of a segment.
    pub(crate) fn unmet(&self, model: &Model, met: &AllMet) -> Vec<Warning> {
        let lists = model.segments.values().flat_map(|segment| {
            [
                (segment, &segment.include, "includes"),
                (segment, &segment.exclude, "excludes"),
            ]
        });
        lists
            .filter_map(|(segment, keys, verb)| {
                let keys = keys.keys();
                let unmet: Vec<usize> = keys
                    .iter()
                    .filter_map(|key| self.keys.binary_search(key).ok())
                    .filter(|at| !met.exact[*at])
                    .collect();
                let (key, other) = self.first_of(&unmet, met)?;
                let segment = segment.id.clone();
                Some(Warning::UnmetMembers {
                    segment,
                    verb,
                    unmet: unmet.len(),
                    all: keys.len(),
                    key,
                    other,
                })
            })
            .collect()
    }

    /// One of them to be shown, with the key of a contact that differs in capitals: such a one
    /// first, for it is meant.
    fn first_of(&self, unmet: &[usize], met: &AllMet) -> Option<(String, Option<String>)> {
        let first = unmet
            .iter()
            .find(|position| met.capitals.contains_key(position))
            .or(unmet.first())?;
        Some((
            self.keys[*first].to_owned(),
            met.capitals.get(first).cloned(),
        ))
    }
}

impl Met {
    /// Empties it, and keeps its room.
    pub(crate) fn clear(&mut self) {
        self.exact.clear();
        self.capitals.clear();
    }
}

impl AllMet {
    /// Nobody is met yet.
    pub(crate) fn new(named: &Named<'_>) -> Self {
        Self {
            exact: vec![false; named.keys.len()],
            capitals: HashMap::new(),
        }
    }

    /// Adds the contacts that follow in the file.
    pub(crate) fn add(&mut self, met: &mut Met) {
        met.exact
            .drain(..)
            .for_each(|position| self.exact[position] = true);
        for (position, key) in met.capitals.drain(..) {
            self.capitals.entry(position).or_insert(key);
        }
    }
}
