//! What conditions ask, the operators that compare, and which of them goes with what.

use schemars::JsonSchema;
use serde::Deserialize;

use super::TypeName;

words! {
    /// What a condition is about.
    Question {
        All = "all",
        Any = "any",
        Not = "not",
        Field = "field",
        Company = "company",
        Tag = "tag",
        Tags = "tags",
        Stage = "stage",
        Reached = "reached",
        InFunnel = "in-funnel",
        Segment = "segment",
        Reachable = "reachable",
        Campaign = "campaign",
        Event = "event",
        Property = "property",
        Entered = "entered",
    }
    /// How a value is compared.
    Operator {
        Is = "is",
        IsNot = "is-not",
        In = "in",
        NotIn = "not-in",
        AtLeast = "at-least",
        AtMost = "at-most",
        MoreThan = "more-than",
        LessThan = "less-than",
        Between = "between",
        Contains = "contains",
        StartsWith = "starts-with",
        EndsWith = "ends-with",
        Matches = "matches",
        Exists = "exists",
        Before = "before",
        After = "after",
        Since = "since",
        Until = "until",
        Within = "within",
        WithinNext = "within-next",
        During = "during",
        Anniversary = "anniversary",
        HasAny = "has-any",
        HasAll = "has-all",
        HasNone = "has-none",
    }
}

use Operator::{
    After, Anniversary, AtLeast, AtMost, Before, Between, Contains, During, EndsWith, HasAll,
    HasAny, HasNone, In, Is, IsNot, LessThan, Matches, MoreThan, NotIn, Since, StartsWith, Until,
    Within, WithinNext,
};

impl Question {
    /// The keys that may stand beside it.
    pub fn keys(self) -> Vec<&'static str> {
        match self {
            Self::Field | Self::Company | Self::Property => {
                Operator::ALL.map(Operator::word).to_vec()
            }
            Self::Event => {
                let counted = Operator::COUNTING
                    .iter()
                    .chain(&Operator::LOOKING_BACK)
                    .map(|operator| operator.word());
                ["of", "sum", "where"].into_iter().chain(counted).collect()
            }
            Self::Stage => vec!["for"],
            Self::Campaign => vec!["state"],
            Self::All
            | Self::Any
            | Self::Not
            | Self::Tag
            | Self::Tags
            | Self::Reached
            | Self::InFunnel => Vec::new(),
            Self::Segment | Self::Reachable | Self::Entered => Vec::new(),
        }
    }
}

impl Question {
    /// What a key belongs to that goes with one question only.
    pub fn owner(key: &str) -> Option<Self> {
        let owners = [Self::Stage, Self::Campaign, Self::Event];
        owners
            .into_iter()
            .find(|question| Operator::of(key).is_none() && question.keys().contains(&key))
    }
}

impl Operator {
    /// Those that compare how often an event happened, or a sum over its occurrences.
    pub const COUNTING: [Self; 6] = [Is, AtLeast, AtMost, MoreThan, LessThan, Between];

    /// Those that say from when on an event counts.
    pub const LOOKING_BACK: [Self; 2] = [Within, Since];

    /// The operators that a type takes, besides `exists`.
    pub fn of_type(type_: TypeName) -> &'static [Self] {
        match type_ {
            TypeName::Text | TypeName::Email => &[
                Is, IsNot, In, NotIn, Contains, StartsWith, EndsWith, Matches,
            ],
            TypeName::Integer | TypeName::Number => &[
                Is, IsNot, In, NotIn, AtLeast, AtMost, MoreThan, LessThan, Between,
            ],
            TypeName::Boolean => &[Is, IsNot],
            TypeName::Choice => &[Is, IsNot, In, NotIn],
            TypeName::Choices => &[HasAny, HasAll, HasNone],
            TypeName::Date | TypeName::Datetime => &[
                Is,
                IsNot,
                In,
                NotIn,
                Between,
                Before,
                After,
                Since,
                Until,
                Within,
                WithinNext,
                During,
                Anniversary,
            ],
        }
    }

    /// For `is`, `in` and their opposites: whether it is an opposite, which is true where the value
    /// is missing.
    pub fn negated(self) -> Option<bool> {
        match self {
            Is | In => Some(false),
            IsNot | NotIn => Some(true),
            AtLeast | AtMost | MoreThan | LessThan | Between | Contains | StartsWith | EndsWith
            | Matches => None,
            Self::Exists
            | Before
            | After
            | Since
            | Until
            | Within
            | WithinNext
            | During
            | Anniversary => None,
            HasAny | HasAll | HasNone => None,
        }
    }
}
