//! The one condition type: a tree of tests with resolved ids, typed operands and the place of each
//! node.
//!
//! Logic is two-valued: a comparison with a missing value is false, and the negated ones (`is-not`,
//! `not-in`, `has-none`) are true.

use rust_decimal::Decimal;

use super::calendar::{Duration, Period, When};
use super::event::EventTest;
use super::funnel::StageRef;
use super::ids::{
    CampaignId, ChoiceId, CompanyFieldId, EventId, FieldId, FunnelId, GroupId, PropertyId,
    SegmentId, TagId,
};
use crate::language::Channel;
use crate::language::Outcome;
use crate::source::Span;

/// A condition and where it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// Where: for an atom the reference or the operator's place, for a composition the whole of it.
    pub span: Span,
    /// What is asked.
    pub kind: ConditionKind,
}

impl Condition {
    /// Whether it asks one thing.
    pub fn is_atom(&self) -> bool {
        !matches!(
            self.kind,
            ConditionKind::All(_) | ConditionKind::Any(_) | ConditionKind::Not(_)
        )
    }
}

/// What a condition asks.
#[derive(Clone, Debug, PartialEq)]
pub enum ConditionKind {
    /// All hold.
    All(Vec<Condition>),
    /// At least one holds.
    Any(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// A test of a field or of the points.
    Field {
        /// What is tested.
        subject: Subject,
        /// The test, of the subject's type.
        test: FieldTest,
    },
    /// Has the tag.
    Tag(TagId),
    /// Is in the stage, at least so long.
    Stage {
        /// The stage.
        stage: StageRef,
        /// Since the start of the day so long ago (calendar units), or exactly so long (hours,
        /// minutes).
        at_least: Option<Duration>,
    },
    /// Has a stage in its funnel that weighs at least as much.
    Reached(StageRef),
    /// Has a stage in the funnel.
    InFunnel(FunnelId),
    /// Meets the segment, now.
    Segment(SegmentId),
    /// May be written to on the channel.
    Reachable(Channel),
    /// Has ever entered the campaign, or its latest entry stands so.
    Campaign {
        /// The campaign.
        campaign: CampaignId,
        /// How the latest entry stands.
        state: Option<CampaignState>,
    },
    /// Happened so often, or sums up to so much.
    Event(Box<EventTest>),
    /// Could not be understood; reported already, and never in a plan.
    Broken,
}

/// How a contact stands with a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CampaignState {
    /// Inside.
    Active,
    /// Out again, in this way.
    Ended(Outcome),
}

impl CampaignState {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Active,
        Self::Ended(Outcome::Completed),
        Self::Ended(Outcome::Exited),
        Self::Ended(Outcome::Converted),
    ];

    /// The word of the language.
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Ended(outcome) => outcome.word(),
        }
    }

    /// What a word stands for.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.word() == word)
    }
}

/// What a field test reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A field of the contact.
    Field(FieldId),
    /// A field of the contact's company, which is missing for those without one.
    Company(CompanyFieldId),
    /// The contact's points.
    Points,
    /// Its points in a group.
    Group(GroupId),
    /// Its tags, those that the project does not know among them; only whether there is any.
    Tags,
    /// A property of the occurrence at hand; only in `where` of an event.
    Property(EventId, PropertyId),
}

/// A test, by the type of what it reads.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldTest {
    /// Whether there is a value (`true`) or none (`false`); for every type.
    Exists(bool),
    /// For `text` and `email`.
    Text(TextTest),
    /// For `integer`, `number` and points.
    Number(NumberTest),
    /// `is` (or, negated, `is-not`) for `boolean`.
    Boolean {
        /// The operand.
        is: bool,
        /// Whether it is `is-not`.
        negated: bool,
    },
    /// `is`, `in`, `is-not`, `not-in` for `choice`.
    Choice {
        /// The operands.
        values: Vec<ChoiceId>,
        /// Whether it is `is-not` or `not-in`.
        negated: bool,
    },
    /// `has-any` for `choices`.
    HasAny(Vec<ChoiceId>),
    /// `has-all` for `choices`.
    HasAll(Vec<ChoiceId>),
    /// `has-none` for `choices`.
    HasNone(Vec<ChoiceId>),
    /// For `date` and `datetime`.
    Date(DateTest),
}

/// A test of text; by simple case folding unless the field says `match-case`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TextTest {
    /// `is`, `in`, and negated `is-not`, `not-in`.
    In {
        /// The operands.
        values: Vec<String>,
        /// Whether it is `is-not` or `not-in`.
        negated: bool,
    },
    /// Has it in it.
    Contains(String),
    /// Starts with it.
    StartsWith(String),
    /// Ends with it.
    EndsWith(String),
    /// Has a part that this regular expression describes; see [`pattern`](super::pattern).
    Matches(String),
}

/// A test of a number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum NumberTest {
    /// `is`, `in`, and negated `is-not`, `not-in`.
    In {
        /// The operands.
        values: Vec<Decimal>,
        /// Whether it is `is-not` or `not-in`.
        negated: bool,
    },
    /// Not smaller.
    AtLeast(Decimal),
    /// Not larger.
    AtMost(Decimal),
    /// Larger.
    MoreThan(Decimal),
    /// Smaller.
    LessThan(Decimal),
    /// Both ends included.
    Between(Decimal, Decimal),
}

/// A test of a date or a moment. A day is the whole day: `before` its start, `since` from its
/// start, `until` to its end, `after` after its end, `is` inside it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DateTest {
    /// `is`, `in`, and negated `is-not`, `not-in`.
    In {
        /// The operands.
        values: Vec<When>,
        /// Whether it is `is-not` or `not-in`.
        negated: bool,
    },
    /// Both ends included.
    Between(When, When),
    /// Strictly earlier.
    Before(When),
    /// Strictly later.
    After(When),
    /// Then or later.
    Since(When),
    /// Then or earlier.
    Until(When),
    /// Since so long ago, and not after now.
    Within(Duration),
    /// From now until so long ahead.
    WithinNext(Duration),
    /// In the period.
    During(Period),
    /// The month and the day of this day, in any year; 29 February also on the 28th of a year
    /// without one.
    Anniversary(When),
}

impl DateTest {
    /// Whether the answer may change by time alone.
    pub fn turns(&self) -> bool {
        match self {
            Self::In { values, .. } => values.iter().any(|when| when.turns()),
            Self::Between(from, to) => from.turns() || to.turns(),
            Self::Before(when) | Self::After(when) | Self::Since(when) | Self::Until(when) => {
                when.turns()
            }
            Self::Within(_) | Self::WithinNext(_) | Self::During(_) => true,
            Self::Anniversary(when) => when.turns(),
        }
    }
}
