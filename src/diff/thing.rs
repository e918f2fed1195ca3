//! Things with what is said of them, and how two lists of them differ; the order of the lists never
//! shows.

use std::collections::BTreeMap;

use super::{Change, Kind, Mark};
use crate::graph::describe::quoted;

/// Something with an id, and what is said of it.
#[derive(Clone, Debug)]
pub(super) struct Thing {
    pub(super) kind: Kind,
    pub(super) id: String,
    pub(super) facts: Vec<Attribute>,
    /// All that it is for a machine; says whether two that read the same are the same.
    pub(super) exact: String,
    /// The same with conditions as their meanings.
    meant: String,
}

/// One thing that is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attribute {
    pub(super) aspect: &'static str,
    pub(super) words: Option<String>,
    /// The words with conditions as their meanings.
    meant: Option<String>,
    hidden: Option<Hidden>,
    /// Whether the words are those of whoever wrote the project.
    is_free: bool,
    pub(super) told: Told,
}

/// What is compared and not told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hidden {
    pub(super) secret: String,
    /// The words where it is another than before.
    pub(super) another: String,
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

impl Attribute {
    /// What is worth a word.
    pub(super) fn new(aspect: &'static str, words: impl Into<Option<String>>) -> Self {
        let words = words.into();
        Self {
            aspect,
            meant: words.clone(),
            words,
            hidden: None,
            is_free: false,
            told: Told::Always,
        }
    }

    /// Words of which the order says nothing.
    pub(super) fn in_any_order(aspect: &'static str, words: &[String]) -> Self {
        let mut sorted = words.to_vec();
        sorted.sort();
        Self {
            meant: Some(listed(&sorted)),
            ..Self::new(aspect, listed(words))
        }
    }

    /// What is compared elsewhere where the thing is in both plans.
    pub(super) fn of_whole(aspect: &'static str, words: impl Into<Option<String>>) -> Self {
        Self {
            told: Told::OfWhole,
            ..Self::new(aspect, words)
        }
    }

    /// Words of whoever wrote the project.
    pub(super) fn free(aspect: &'static str, words: impl Into<Option<String>>) -> Self {
        Self {
            is_free: true,
            ..Self::new(aspect, words)
        }
    }

    /// Words that leave something out.
    pub(super) fn hiding(mut self, hidden: Option<Hidden>) -> Self {
        self.hidden = hidden;
        self
    }

    /// The same, where that is what everybody expects.
    pub(super) fn plain_if(mut self, plain: bool) -> Self {
        if plain {
            self.told = Told::OfChanged;
        }
        self
    }
}

/// Values, each told apart from the next.
pub(super) fn listed(values: &[String]) -> String {
    let values: Vec<_> = values.iter().map(|value| quoted(value)).collect();
    values.join(", ")
}

/// Things as they are written, with what a plan of meanings says of the same.
pub(super) fn with_meanings(mut written: Vec<Thing>, meant: Vec<Thing>) -> Vec<Thing> {
    let mut meant: BTreeMap<_, _> = meant
        .into_iter()
        .map(|thing| ((thing.kind, thing.id.clone()), thing))
        .collect();
    for thing in &mut written {
        let Some(other) = meant.remove(&(thing.kind, thing.id.clone())) else {
            continue;
        };
        for (fact, other) in thing.facts.iter_mut().zip(other.facts) {
            fact.meant = other.meant;
        }
        thing.meant = other.exact;
    }
    written
}

/// What leads from the things of the base to those of the head: what acts differently, and what
/// says the same in other words.
pub(super) fn changes(base: Vec<Thing>, head: Vec<Thing>) -> (Vec<Change>, Vec<Change>) {
    let mut pairs: BTreeMap<(Kind, String), (Option<Thing>, Option<Thing>)> = BTreeMap::new();
    for thing in base {
        let key = (thing.kind, thing.id.clone());
        pairs.entry(key).or_default().0 = Some(thing);
    }
    for thing in head {
        let key = (thing.kind, thing.id.clone());
        pairs.entry(key).or_default().1 = Some(thing);
    }
    let (mut changes, mut reworded) = (Vec::new(), Vec::new());
    for pair in pairs.into_values() {
        match pair {
            (Some(base), Some(head)) => changed(&base, &head, &mut changes, &mut reworded),
            (Some(base), None) => {
                changes.push(base.change(Mark::Removed, None, Some(base.summary()), None));
            }
            (None, Some(head)) => {
                changes.push(head.change(Mark::Added, None, None, Some(head.summary())));
            }
            (None, None) => {}
        }
    }
    (changes, reworded)
}

fn changed(base: &Thing, head: &Thing, changes: &mut Vec<Change>, reworded: &mut Vec<Change>) {
    let said = |thing: &'_ Thing, aspect: &str| {
        let fact = thing
            .facts
            .iter()
            .find(|fact| fact.aspect == aspect && fact.told != Told::OfWhole);
        fact.map(|fact| (fact.words.clone(), fact.meant.clone(), fact.hidden.clone()))
            .unwrap_or_default()
    };
    let mut aspects: Vec<_> = base.facts.iter().map(|fact| fact.aspect).collect();
    aspects.extend(
        head.facts
            .iter()
            .map(|fact| fact.aspect)
            .filter(|aspect| said(base, aspect).0.is_none()),
    );
    aspects.sort_by_key(|aspect| base.place(aspect).min(head.place(aspect)));
    aspects.dedup();
    let already = changes.len();
    for aspect in aspects {
        let ((before, meant, hidden), (after, other, now)) =
            (said(base, aspect), said(head, aspect));
        if let Some(now) = now.filter(|now| hidden.is_some_and(|it| it.secret != now.secret)) {
            let after = Some(now.another);
            changes.push(base.change(Mark::Changed, Some(aspect), before, after));
            continue;
        }
        if before != after {
            let found = if meant == other {
                &mut *reworded
            } else {
                &mut *changes
            };
            found.push(base.change(Mark::Changed, Some(aspect), before, after));
        }
    }
    if changes.len() == already && base.exact != head.exact && base.meant != head.meant {
        let definitions = (Some(base.exact.clone()), Some(head.exact.clone()));
        changes.push(base.change(
            Mark::Changed,
            Some("definition"),
            definitions.0,
            definitions.1,
        ));
    }
}

impl Thing {
    pub(super) fn new(kind: Kind, id: &str, facts: Vec<Attribute>, exact: String) -> Self {
        Self {
            kind,
            id: id.to_owned(),
            facts,
            meant: exact.clone(),
            exact,
        }
    }

    fn place(&self, aspect: &str) -> usize {
        self.facts
            .iter()
            .position(|fact| fact.aspect == aspect)
            .unwrap_or(usize::MAX)
    }

    fn change(
        &self,
        mark: Mark,
        aspect: Option<&str>,
        before: Option<String>,
        after: Option<String>,
    ) -> Change {
        Change {
            mark,
            kind: self.kind,
            id: self.id.clone(),
            aspect: aspect.map(str::to_owned),
            before,
            after,
        }
    }

    /// All that does not go without saying.
    fn summary(&self) -> String {
        let told = self
            .facts
            .iter()
            .filter(|fact| fact.told != Told::OfChanged);
        let told = told.filter_map(|fact| {
            let words = fact.words.as_ref()?;
            // What people write must not pass for the next fact.
            let words = if fact.is_free && words.contains(';') {
                &quoted(words)
            } else {
                words
            };
            Some(format!("{}: {words}", fact.aspect))
        });
        told.collect::<Vec<_>>().join("; ")
    }
}
