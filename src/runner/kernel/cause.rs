//! Why a contact comes to a stage; it decides which event is journalled and whether the stage that
//! it leaves has converted.

use crate::model::ids::Id;
use crate::runner::effect::{At, Effect, Event};

/// What moves a contact.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cause {
    Enter,
    Place,
    Convert,
    /// A step.
    Move(At),
}

impl Cause {
    /// The row of the journal.
    pub(super) fn effect<'a>(self, funnel: usize, from: Option<usize>, to: usize) -> Effect<'a> {
        let (funnel, to) = (Id::from_index(funnel), Id::from_index(to));
        let came_from = from.map(Id::from_index);
        let (at, event) = match (self, came_from) {
            (Self::Convert, Some(from)) => (None, Event::Convert { funnel, from, to }),
            (Self::Enter | Self::Convert, _) => (None, Event::Enter { funnel, to }),
            (Self::Place, from) => (None, Event::Place { funnel, from, to }),
            (Self::Move(at), from) => (Some(at), Event::Move { funnel, from, to }),
        };
        Effect { at, event }
    }

    /// Whether a stage that is left like this has converted.
    pub(super) fn converts(self, heavier: bool) -> bool {
        match self {
            Self::Enter | Self::Place | Self::Convert => true,
            Self::Move(_) => heavier,
        }
    }
}
