//! Small signs that tell the kinds of steps apart without colour; each is a path in a square of
//! fourteen pixels.

use super::scene::Look;
use crate::diagram::drawing::Shape;

/// A sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Icon(pub(super) &'static str);

impl Icon {
    /// The sign of a kind of card, if it has one.
    pub(super) fn of(look: Look) -> Option<Self> {
        let path = match look {
            // An envelope.
            Look::Of(Shape::Send) => "M1 3h12v8.5H1zM1 3.5l6 4.5 6-4.5",
            // An arrow to a wall.
            Look::Of(Shape::Move) => "M1 7h8M6 4l3 3-3 3M12.5 2v10",
            // A pencil.
            Look::Of(Shape::Change) => "M2 12l.8-3L9.5 2.3l2.2 2.2L5 11.2zM8 3.8L10.2 6",
            // A clock.
            Look::Of(Shape::Wait) => {
                "M7 1.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11zM7 4v3.2l2.2 1.6"
            }
            // A way that parts.
            Look::Of(Shape::Ask) => "M7 13V8.5L2.5 4M7 8.5L11.5 4M2.5 7V4h3M8.5 4h3v3",
            // A square, as on what stops a tape.
            Look::Of(Shape::Exit) => "M3 3h8v8H3z",
            // A cross.
            Look::Of(Shape::Unclear) => "M3 3l8 8M11 3l-8 8",
            Look::Of(Shape::Door | Shape::Stage | Shape::Campaign) | Look::Branch => return None,
        };
        Some(Self(path))
    }
}
