//! The language said once: its words, the verbs of steps, the operators of conditions. The schema,
//! the model, the plan file, messages and outputs use the same types, and this module knows none of
//! them.

/// Declares an enum whose variants are words. Its schema is one `enum` without documentation of its
/// own: the fields that take it explain the words.
macro_rules! words {
    ($($(#[$about:meta])* $name:ident { $($variant:ident = $word:literal),+ $(,)? })+) => {$(
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
        #[schemars(inline)]
        #[expect(missing_docs, reason = "doc comments on the variants would turn the schema's `enum` into `oneOf`; the \
            words say it")]
        pub enum $name {
            $(#[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// All of them, in order.
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];

            /// The word of the language.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// What a word stands for.
            pub fn of(word: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|known| known.word() == word)
            }
        }
    )+};
}

mod operator;
mod verb;
mod words;

pub use operator::{Operator, Question};
pub use verb::Verb;
pub use words::{
    AfterUntil, AudienceLeft, Channel, ContentKind, DestinationKind, Existing, IfMissing, IfPast,
    LimitThen, Moves, OnLeave, OnSkip, Order, Outcome, ParameterType, PropertyType, Purpose,
    TagsHeld, TypeName, WhenRemoved,
};
