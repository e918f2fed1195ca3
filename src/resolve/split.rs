//! The step `split`: shares of a hundred, each under a label that does not depend on the order in
//! which they are written.

use std::collections::BTreeMap;

use super::Resolver;
use super::step::Numbering;
use super::step_name::unnamed;
use crate::diagnostic::{Diagnostic, codes};
use crate::language::Verb;
use crate::model::{Share, Step, StepKind};
use crate::schema::{self, Keyed, ListOf, MapOrList};

type Shares = Keyed<ListOf<Keyed<schema::Share>>>;

impl Resolver {
    pub(super) fn split(
        &mut self,
        step: &schema::Step,
        name: &str,
        numbering: &mut Numbering,
    ) -> Option<StepKind> {
        let written = step.split.as_ref()?;
        if step.id.is_none() {
            self.report(
                Diagnostic::new(codes::STEP_KEYS, written.key, "a `split` without an `id`").at("needs an `id`").help(
                    "add `id: …`: who takes which way follows from it, so it must not change with \
                        the steps around it",
                ),
            );
        }
        let in_full = self.make_a_hundred(written);
        let labels = self.labels(&written.value.0);
        let mut shares = Vec::new();
        for (share, label) in written.value.0.iter().zip(labels) {
            let prefix = format!("{name}/{label}/");
            let steps = self.steps(&share.value.steps.value.0, &prefix, numbering);
            let goes_by = match (&share.value.goes_by, &share.value.id) {
                (Some(name), _) => name.0.clone(),
                (None, Some(_)) => label.clone(),
                (None, None) => called(&steps, &prefix),
            };
            shares.push(Share {
                label,
                goes_by,
                share: u8::try_from(share.value.share.value).unwrap_or(0),
                steps,
            });
        }
        if written
            .value
            .0
            .iter()
            .any(|share| share.value.goes_by.is_some())
        {
            let names: Vec<_> = shares.iter().map(|share| share.goes_by.clone()).collect();
            self.label_once(&written.value.0, &names);
        }
        tell_apart(&mut shares);
        (in_full && step.id.is_some()).then_some(StepKind::Split(shares))
    }

    fn make_a_hundred(&mut self, written: &Shares) -> bool {
        let mistakes = self.errors;
        for share in &written.value.0 {
            let share = &share.value.share;
            if !(1..=100).contains(&share.value) {
                let message = format!("a share of `{}`", share.value);
                self.report(
                    Diagnostic::new(codes::BAD_SHARE, share.span, message)
                        .at("from 1 to 100")
                        .help("shares are whole numbers from 1 that make 100 together"),
                );
            }
        }
        let sum = written.value.0.iter().fold(0_i64, |sum, share| {
            sum.saturating_add(share.value.share.value)
        });
        if sum != 100 && self.errors == mistakes {
            let last = written
                .value
                .0
                .last()
                .map_or(written.key, |share| share.value.share.span);
            self.report(
                Diagnostic::new(
                    codes::BAD_SHARE,
                    last,
                    format!("the shares make {sum} together"),
                )
                .at("not 100")
                .label(written.key, "the split")
                .help(
                    "shares are parts of a hundred; give those who do nothing a branch with \
                        an `exit`, or change one of the shares",
                ),
            );
        }
        self.errors == mistakes
    }

    /// The labels in the order of the text: the id, or else the share, with an ordinal by content
    /// among equal shares.
    fn labels(&mut self, written: &[Keyed<schema::Share>]) -> Vec<String> {
        let mut unnamed: BTreeMap<i64, Vec<(String, usize)>> = BTreeMap::new();
        let mut labels: Vec<String> = Vec::new();
        for (at, share) in written.iter().enumerate() {
            let share = &share.value;
            if let Some(id) = &share.id {
                self.stands_in_a_line(&id.value.0, id.span);
            }
            labels.push(
                share
                    .id
                    .as_ref()
                    .map(|id| id.value.0.clone())
                    .unwrap_or_default(),
            );
            if share.id.is_none() {
                let mut inside = Vec::new();
                names(&share.steps.value.0, "", &mut inside);
                unnamed
                    .entry(share.share.value)
                    .or_default()
                    .push((inside.join("\n"), at));
            }
        }
        for (share, mut alike) in unnamed {
            alike.sort();
            self.tell_apart(written, &alike);
            for (ordinal, (_, at)) in alike.iter().enumerate() {
                labels[*at] = if ordinal == 0 {
                    share.to_string()
                } else {
                    format!("{share}#{}", ordinal + 1)
                };
            }
        }
        self.label_once(written, &labels);
        labels
    }

    /// Two branches of which only the order of the text could say which is which need ids.
    fn tell_apart(&mut self, written: &[Keyed<schema::Share>], alike: &[(String, usize)]) {
        for pair in alike.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
            let [first, second] = [&pair[0], &pair[1]].map(|(_, at)| written[*at].value.share.span);
            self.report(
                Diagnostic::new(
                    codes::STEP_KEYS,
                    second,
                    "two branches with the same share and the same steps",
                )
                .at("alike")
                .label(first, "the other one")
                .help("give each an `id`, so that their order does not matter"),
            );
        }
    }

    fn label_once(&mut self, written: &[Keyed<schema::Share>], labels: &[String]) {
        let mut seen = BTreeMap::new();
        for (share, label) in written.iter().zip(labels) {
            let span = share
                .value
                .id
                .as_ref()
                .map_or(share.value.share.span, |id| id.span);
            if let Some(first) = seen.insert(label, span) {
                let message = format!("two branches of the split are called `{label}`");
                self.report(
                    Diagnostic::new(codes::DUPLICATE_STEP, span, message)
                        .at("again here")
                        .label(first, "first here")
                        .help("give each branch an `id` of its own"),
                );
            }
        }
    }
}

/// What the steps of a branch without an id are called, each with a line end behind it, which no id
/// has.
fn called(steps: &[Step], prefix: &str) -> String {
    steps
        .iter()
        .map(|step| {
            step.name
                .strip_prefix(prefix)
                .unwrap_or(&step.name)
                .to_owned()
                + "\n"
        })
        .collect()
}

/// Where two branches are called alike, each goes by its label.
fn tell_apart(shares: &mut [Share]) {
    let names: Vec<String> = shares.iter().map(|share| share.goes_by.clone()).collect();
    for share in shares {
        if names.iter().filter(|name| **name == share.goes_by).count() > 1 {
            share.goes_by.clone_from(&share.label);
        }
    }
}

/// What the steps of a list are called, in the order of the text, as far as that does not depend on
/// what stands around them.
fn names(steps: &[Keyed<schema::Step>], prefix: &str, names_: &mut Vec<String>) {
    let mut ordinals = BTreeMap::new();
    for step in steps {
        let step = &step.value;
        let name = match (
            &step.id,
            step.keys().iter().find_map(|key| Verb::of(&key.word)),
        ) {
            (Some(id), _) => id.value.0.clone(),
            (None, Some(verb)) => unnamed(verb, step, prefix, &mut ordinals),
            (None, None) => continue,
        };
        names_.push(name.clone());
        for (word, list) in [("then", &step.then), ("else", &step.else_)] {
            if let Some(list) = list {
                names(&list.value.0, &format!("{name}/{word}/"), names_);
            }
        }
        for share in step.split.iter().flat_map(|shares| &shares.value.0) {
            names(
                &share.value.steps.value.0,
                &format!("{name}/{}/", share.value.share.value),
                names_,
            );
        }
        if let Some(Keyed {
            value: MapOrList::List(ways),
            ..
        }) = &step.await_
        {
            for (at, way) in ways.iter().enumerate() {
                let steps = way
                    .value
                    .then
                    .iter()
                    .flat_map(|list| &list.value.0)
                    .cloned()
                    .collect::<Vec<_>>();
                let word = if at == 0 {
                    "then".to_owned()
                } else {
                    format!("then-{}", at + 1)
                };
                names(&steps, &format!("{name}/{word}/"), names_);
            }
        }
        for (at, way) in step.fork.iter().flat_map(|ways| &ways.value.0).enumerate() {
            names(
                &way.value.steps.value.0,
                &format!("{name}/{}/", at + 1),
                names_,
            );
        }
    }
}
