//! The language said once: its words and its verbs, for what reads projects, what they mean, plan files and outputs alike. It knows nothing of who uses it.

mod words;

pub use words::{
    AfterUntil, AudienceLeft, Channel, ContentKind, DestinationKind, Existing, IfMissing, IfPast, LimitThen, Moves,
    OnLeave, OnSkip, Order, Outcome, ParameterType, PropertyType, Purpose, TypeName, WhenRemoved,
};
