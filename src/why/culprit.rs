//! The first thing that keeps a condition from being what it should be, and what would change it:
//! each change that is told was tried with the contact's row, by the engine.

use super::changes::{self, Candidate};
use super::document::{Change, Culprit, Then};
use super::questions::parts;
use super::trials::Trials;
use super::view::View;
use crate::model::ids::Id;
use crate::model::{Condition, ConditionKind, Model, SegmentId};
use crate::runner::effect::Unreached;

/// What should be otherwise.
#[derive(Clone, Copy)]
pub(super) enum Verdict<'m> {
    /// The contact should be in the segment.
    Segment(SegmentId),
    /// The condition should be so.
    Condition(&'m Condition, bool),
}

/// A question that is in the way.
struct Blamed<'m> {
    condition: &'m Condition,
    should_be: bool,
    through: Vec<String>,
}

impl<'m> Verdict<'m> {
    /// Whether it is as it should be.
    fn stands(self, view: &View<'_>) -> bool {
        match self {
            Self::Segment(segment) => is_in(view, segment) == Some(true),
            Self::Condition(condition, should_be) => view.holds(condition) == Some(should_be),
        }
    }

    fn blamed(self, view: &View<'m>) -> Option<Blamed<'m>> {
        match self {
            Self::Segment(segment) => blame(
                view,
                &view.model.segments[segment].condition,
                true,
                Vec::new(),
            ),
            Self::Condition(condition, should_be) => blame(view, condition, should_be, Vec::new()),
        }
    }
}

/// Whether the contact is in a segment.
pub(super) fn is_in(view: &View<'_>, segment: SegmentId) -> Option<bool> {
    view.looked?.meets.get(segment.index()).copied()
}

/// The first thing that fails, with what would change it; nothing where all is as it should be.
pub(super) fn culprit<'m>(
    view: &View<'m>,
    trials: &Trials<'_>,
    verdict: Verdict<'m>,
) -> Option<Culprit> {
    if view.looked.is_none() || verdict.stands(view) {
        return None;
    }
    let blamed = verdict.blamed(view)?;
    Some(Culprit {
        asks: view.asks(blamed.condition),
        should_be: blamed.should_be,
        found: view.found(blamed.condition).unwrap_or_default(),
        place: view.spot(blamed.condition.span),
        change: change(view, trials, verdict, &blamed),
        through: blamed.through,
    })
}

/// Down to the first question that is not as it should be: of `all of` the first part that fails,
/// of `any of` the first of all, below a `not` the other way round.
fn blame<'m>(
    view: &View<'m>,
    condition: &'m Condition,
    should_be: bool,
    mut through: Vec<String>,
) -> Option<Blamed<'m>> {
    if view.holds(condition) == Some(should_be) {
        return None;
    }
    let model: &'m Model = view.model;
    match &condition.kind {
        ConditionKind::Not(inner) => return blame(view, inner, !should_be, through),
        ConditionKind::All(_) | ConditionKind::Any(_) => {
            let parts = parts(condition);
            let wrong = |part: &&Condition| view.holds(part) == Some(!should_be);
            // A composition of nothing has no part that could be otherwise.
            if let Some(part) = parts.iter().find(wrong) {
                return blame(view, part, should_be, through);
            }
        }
        ConditionKind::Segment(segment) if decides(view, *segment) => {
            through.push(format!("segment {}", model.segments[*segment].id));
            return blame(
                view,
                &model.segments[*segment].condition,
                should_be,
                through,
            );
        }
        ConditionKind::Reachable(channel) => {
            let in_the_way = view.looked.and_then(|it| it.in_the_way[*channel as usize]);
            let consent = model.contacts.channels[*channel as usize].consent.as_ref();
            if let (Some(Unreached::Consent), Some(consent)) = (in_the_way, consent) {
                through.push(format!("consent of {}", channel.word()));
                return blame(view, consent, should_be, through);
            }
        }
        ConditionKind::Segment(_) | ConditionKind::Field { .. } | ConditionKind::Tag(_) => {}
        ConditionKind::Stage { .. } | ConditionKind::Reached(_) | ConditionKind::InFunnel(_) => {}
        ConditionKind::Campaign { .. } | ConditionKind::Event(_) | ConditionKind::Broken => {}
    }
    Some(Blamed {
        condition,
        should_be,
        through,
    })
}

/// Whether the condition of a segment says whether the contact is in it, and no list does.
fn decides(view: &View<'_>, segment: SegmentId) -> bool {
    view.holds(&view.model.segments[segment].condition) == is_in(view, segment)
}

fn change<'m>(
    view: &View<'m>,
    trials: &Trials<'_>,
    verdict: Verdict<'m>,
    blamed: &Blamed<'m>,
) -> Option<Change> {
    let candidates = changes::of(view, blamed.condition, blamed.should_be);
    let tried = candidates.iter().find_map(|candidate| {
        let then = tried(view, trials, verdict, blamed, candidate)?;
        Some(Change {
            write: candidate.write.clone(),
            column: Some(candidate.column.clone()),
            cell: Some(candidate.cell.clone()),
            then,
        })
    });
    tried.or_else(|| {
        Some(Change {
            write: changes::words(view, blamed.condition, blamed.should_be)?,
            column: None,
            cell: None,
            then: Then::Untried,
        })
    })
}

/// What comes of a candidate; nothing where the question stays as it is, or the row is none.
fn tried<'m>(
    view: &View<'m>,
    trials: &Trials<'_>,
    verdict: Verdict<'m>,
    blamed: &Blamed<'m>,
    candidate: &Candidate,
) -> Option<Then> {
    let looked = trials.with(view, &candidate.column, &candidate.cell)?;
    let view = View {
        looked: Some(&looked),
        memory: &looked.memory,
        model: view.model,
        one: view.one,
        questions: view.questions,
        sources: view.sources,
    };
    if verdict.stands(&view) {
        return Some(Then::Turns);
    }
    if view.holds(blamed.condition) != Some(blamed.should_be) {
        return None;
    }
    let verdict: Verdict<'_> = verdict;
    let next = verdict.blamed(&view)?;
    Some(Then::Fails {
        asks: view.asks(next.condition),
        found: view.found(next.condition).unwrap_or_default(),
    })
}
