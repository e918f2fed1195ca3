//! Things with what is said of them, and how two lists of them differ; the order of the lists never shows.

use std::collections::BTreeMap;

use super::{Change, Kind, Mark};

/// Something with an id, and what is said of it.
#[derive(Clone, Debug)]
pub(super) struct Thing {
    pub(super) kind: Kind,
    pub(super) id: String,
    pub(super) facts: Vec<Fact>,
    /// All that it is for a machine; says whether two that read the same are the same.
    pub(super) exact: String,
}

/// One thing that is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    pub(super) aspect: &'static str,
    pub(super) words: Option<String>,
    pub(super) told: Told,
}

/// Where a fact is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Always,
    /// Where the whole thing is new or gone.
    OfWhole,
    /// Everywhere else: it goes without saying.
    OfChanged,
}

impl Fact {
    /// What is worth a word.
    pub(super) fn new(aspect: &'static str, words: impl Into<Option<String>>) -> Self {
        Self { aspect, words: words.into(), told: Told::Always }
    }

    /// What is compared elsewhere where the thing is in both plans.
    pub(super) fn of_whole(aspect: &'static str, words: impl Into<Option<String>>) -> Self {
        Self { told: Told::OfWhole, ..Self::new(aspect, words) }
    }

    /// The same, where that is what everybody expects.
    pub(super) fn plain_if(mut self, plain: bool) -> Self {
        if plain {
            self.told = Told::OfChanged;
        }
        self
    }
}

/// What leads from the things of the base to those of the head.
pub(super) fn changes(base: Vec<Thing>, head: Vec<Thing>) -> Vec<Change> {
    let mut pairs: BTreeMap<(Kind, String), (Option<Thing>, Option<Thing>)> = BTreeMap::new();
    for thing in base {
        let key = (thing.kind, thing.id.clone());
        pairs.entry(key).or_default().0 = Some(thing);
    }
    for thing in head {
        let key = (thing.kind, thing.id.clone());
        pairs.entry(key).or_default().1 = Some(thing);
    }
    pairs.into_values().flat_map(|(base, head)| between(base.as_ref(), head.as_ref())).collect()
}

fn between(base: Option<&Thing>, head: Option<&Thing>) -> Vec<Change> {
    match (base, head) {
        (Some(base), Some(head)) => changed(base, head),
        (Some(base), None) => vec![base.change(Mark::Removed, None, Some(base.summary()), None)],
        (None, Some(head)) => vec![head.change(Mark::Added, None, None, Some(head.summary()))],
        (None, None) => Vec::new(),
    }
}

fn changed(base: &Thing, head: &Thing) -> Vec<Change> {
    let said = |thing: &Thing, aspect: &str| {
        let fact = thing.facts.iter().find(|fact| fact.aspect == aspect && fact.told != Told::OfWhole);
        fact.and_then(|fact| fact.words.clone())
    };
    let mut aspects: Vec<_> = base.facts.iter().map(|fact| fact.aspect).collect();
    aspects.extend(head.facts.iter().map(|fact| fact.aspect).filter(|aspect| said(base, aspect).is_none()));
    aspects.sort_by_key(|aspect| base.place(aspect).min(head.place(aspect)));
    aspects.dedup();
    let mut changes = Vec::new();
    for aspect in aspects {
        let (before, after) = (said(base, aspect), said(head, aspect));
        if before != after {
            changes.push(base.change(Mark::Changed, Some(aspect), before, after));
        }
    }
    if changes.is_empty() && base.exact != head.exact {
        changes.push(base.change(
            Mark::Changed,
            Some("definition"),
            Some(base.exact.clone()),
            Some(head.exact.clone()),
        ));
    }
    changes
}

impl Thing {
    fn place(&self, aspect: &str) -> usize {
        self.facts.iter().position(|fact| fact.aspect == aspect).unwrap_or(usize::MAX)
    }

    fn change(&self, mark: Mark, aspect: Option<&str>, before: Option<String>, after: Option<String>) -> Change {
        Change { mark, kind: self.kind, id: self.id.clone(), aspect: aspect.map(str::to_owned), before, after }
    }

    /// All that does not go without saying.
    fn summary(&self) -> String {
        let told = self.facts.iter().filter(|fact| fact.told != Told::OfChanged);
        let told = told.filter_map(|fact| fact.words.as_ref().map(|words| format!("{}: {words}", fact.aspect)));
        told.collect::<Vec<_>>().join("; ")
    }
}
