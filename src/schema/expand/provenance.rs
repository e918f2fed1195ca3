//! The two ends of what was filled in: a finding at one gets a label at the other.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Label};
use crate::source::Span;

/// Where values came from, and where they went.
#[derive(Clone, Debug, Default)]
pub struct Provenance {
    /// By the place that findings name: the other end.
    ends: BTreeMap<Span, Label>,
    /// The bodies of blocks, each with the places of its uses.
    blocks: Vec<(Span, Vec<Span>)>,
}

/// So many uses of a block are shown with a finding in it.
const USES_SHOWN: usize = 3;

impl Provenance {
    pub(super) fn note(&mut self, place: Span, end: Span, text: &str) {
        self.ends.entry(place).or_insert_with(|| Label {
            span: end,
            text: text.to_owned(),
        });
    }

    pub(super) fn block(&mut self, body: Span, used: Span) {
        match self.blocks.iter_mut().find(|(known, _)| *known == body) {
            Some((_, uses)) if !uses.contains(&used) => uses.push(used),
            Some(_) => {}
            None => self.blocks.push((body, vec![used])),
        }
    }

    /// Adds to each finding the other end of what was filled in at its place.
    pub fn annotate(&self, diagnostics: &mut [Diagnostic]) {
        for finding in diagnostics {
            let mut labels = Vec::new();
            for place in std::iter::once(finding.primary.span)
                .chain(finding.labels.iter().map(|label| label.span))
            {
                labels.extend(self.ends.get(&place).cloned());
                labels.extend(self.uses_around(place));
            }
            for label in labels {
                let is_known = |span| {
                    finding.primary.span == span || finding.labels.iter().any(|it| it.span == span)
                };
                if !is_known(label.span) {
                    finding.labels.push(label);
                }
            }
        }
    }

    fn uses_around(&self, place: Span) -> impl Iterator<Item = Label> + '_ {
        let around = self.blocks.iter().filter(move |(body, _)| {
            body.file == place.file && body.start <= place.start && place.end <= body.end
        });
        let used = |span: &Span| Label {
            span: *span,
            text: "the block is used here".to_owned(),
        };
        around.flat_map(move |(_, uses)| uses.iter().take(USES_SHOWN).map(used))
    }
}
