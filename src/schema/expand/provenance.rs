//! The two ends of what was filled in: a finding at one gets a label at the other.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Label};
use crate::source::Span;

/// Where values came from, and where they went.
#[derive(Clone, Debug, Default)]
pub struct Provenance {
    /// By the place that findings name: the other end.
    ends: BTreeMap<Span, Label>,
    /// The bodies of blocks, each with the places of its first uses.
    blocks: BTreeMap<Span, Vec<Span>>,
}

/// So many uses of a block are kept, and shown with a finding in it.
const USES_SHOWN: usize = 3;

impl Provenance {
    pub(super) fn note(&mut self, place: Span, end: Span, text: &str) {
        self.ends.entry(place).or_insert_with(|| Label {
            span: end,
            text: text.to_owned(),
        });
    }

    pub(super) fn block(&mut self, body: Span, used: Span) {
        let uses = self.blocks.entry(body).or_default();
        if uses.len() < USES_SHOWN && !uses.contains(&used) {
            uses.push(used);
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
        around.flat_map(move |(_, uses)| uses.iter().map(used))
    }
}

#[cfg(test)]
mod tests {
    use super::Provenance;
    use crate::source::{FileId, Span};

    /// Thousands of uses of one block would each be held against all before it.
    #[test]
    fn of_many_uses_of_a_block_a_few_are_kept() {
        let (mut origins, body) = (Provenance::default(), Span::new(FileId(0), 0..1));
        (1..1000).for_each(|at| origins.block(body, Span::new(FileId(0), at..at + 1)));
        assert_eq!(origins.blocks[&body].len(), 3);
    }
}
