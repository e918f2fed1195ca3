//! What a project means: typed ids into arenas, one condition type, defaults filled in; no YAML
//! here, and no string that names another thing.
//!
//! A model can be made of a faulty project: what could not be understood is `Broken` and is
//! reported already. Definitions stand in order of their ids, so the order of files and lines never
//! shows. In a model read back from a plan every span is [`Span::NOWHERE`].

mod address;
pub mod calendar;
pub mod campaign;
pub mod checks;
pub mod companies;
pub mod condition;
pub mod contacts;
pub mod destination;
pub mod event;
pub(crate) mod fold;
pub mod funnel;
pub(crate) mod goto;
pub mod ids;
pub mod in_flight;
pub mod meaning;
mod members;
pub mod operator;
mod parse;
pub mod patience;
pub mod pattern;
pub mod points;
mod renamed;
pub mod template;
pub mod test;
pub mod windows;

pub use crate::language::{
    Channel, ContentKind, DestinationKind, Existing, IfMissing, IfPast, OnLeave, Outcome,
};
pub use address::is_address;
pub use calendar::{Duration, Moment, Period, Publish, Unit, When};
pub use campaign::{
    Action, Await, AwaitWay, Branch, Campaign, Enter, Listing, NewValue, Once, SendRules, Share,
    Step, StepKind, Until, Wait, Way,
};
pub use checks::{Bounded, CheckRule, SeverityOverride};
pub use companies::Companies;
pub use condition::{
    CampaignState, Condition, ConditionKind, DateTest, FieldTest, NumberTest, Subject, TextTest,
};
pub use contacts::{
    BadValue, ChannelRules, Contacts, Field, FieldType, Limit, Points, Tags, Value,
};
pub use destination::{Call, Destination};
pub use event::{EventPattern, EventTest, EventType, Property, Since, Update, UpdateChange};
pub use funnel::{Audience, Conversion, Experience, Funnel, PlaceRule, Stage, StageRef, Target};
pub use ids::{
    Arena, CampaignId, ChoiceId, CompanyFieldId, ContentId, DestinationId, EventId, FieldId,
    FunnelId, GroupId, PropertyId, RuleId, SegmentId, StageId, StepId, TagId,
};
pub use in_flight::{InFlight, Moved, Removed, Renamed};
pub use meaning::{Meaning, Meanings};
pub use members::Members;
pub use points::{Give, PointGroup, PointRule, Scoring, Threshold};
pub use windows::{Weekdays, Windows};

use std::sync::Arc;

use crate::source::{Span, Spanned};
use template::Template;

/// A whole project. Only `resolve` makes one, of a project or of what a plan says, so that each
/// keeps the same rules.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Model {
    /// The project's name.
    pub project: Option<String>,
    /// The IANA name of the zone in which dates turn.
    pub timezone: String,
    /// The clock is floored to multiples of this many seconds from local midnight.
    pub every: u32,
    /// The data contract.
    pub contacts: Contacts,
    /// The companies to which contacts may belong.
    pub companies: Option<Companies>,
    /// What can be sent or touched.
    pub content: Arena<ContentId, Content>,
    /// What can happen to contacts: the built-in events, and those of the project.
    pub events: Arena<EventId, EventType>,
    /// Other systems to which actions go.
    pub destinations: Arena<DestinationId, Destination>,
    /// Named conditions.
    pub segments: Arena<SegmentId, Segment>,
    /// Funnels and their stages.
    pub funnels: Arena<FunnelId, Funnel>,
    /// Groups and rules for points.
    pub points: Scoring,
    /// Campaigns and their steps, and among them the triggers of points.
    pub campaigns: Arena<CampaignId, Campaign>,
    /// What becomes of contacts in flight.
    pub in_flight: InFlight,
    /// How much each check counts; a plan does not say.
    pub checks: Vec<CheckRule>,
    /// How much one run may let go out, in order.
    pub run_at_most: Vec<(Bounded, u64)>,
    /// The file with the warnings that are not told, as the project names it.
    pub baseline: Option<Spanned<String>>,
    /// Tests; a plan has none.
    pub tests: Vec<test::Test>,
}

impl Model {
    /// Notes which segments steps have members added to or removed from.
    pub fn mark_by_hand(&mut self) {
        for campaign in self.campaigns.values() {
            campaign.each_step(|step| {
                if let StepKind::Action(Action::List(
                    Listing::AddTo(segment) | Listing::RemoveFrom(segment),
                )) = step.kind
                {
                    self.segments[segment].by_hand = true;
                }
            });
        }
    }
}

/// What people call a thing; says nothing about what it does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The name for people.
    pub name: Option<String>,
    /// A sentence about it.
    pub description: Option<String>,
    /// A group.
    pub category: Option<String>,
    /// Who looks after it.
    pub owner: Option<String>,
}

/// A named condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// The id.
    pub id: String,
    /// Where the id is written.
    pub span: Span,
    /// What people call it.
    pub about: Metadata,
    /// Who belongs to it.
    pub condition: Condition,
    /// Whether it is only counted, and need not be asked for; a plan does not say so.
    pub for_reports: bool,
    /// Whether steps add members or remove them.
    pub by_hand: bool,
    /// The contacts that always belong to it.
    pub include: Members,
    /// The contacts that never belong to it.
    pub exclude: Members,
}

impl Segment {
    /// Whether its condition alone does not say who belongs to it.
    pub fn is_listed(&self) -> bool {
        self.by_hand || !self.include.is_empty() || !self.exclude.is_empty()
    }
}

/// What can be sent or touched.
#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    /// The id.
    pub id: String,
    /// Where the id is written.
    pub span: Span,
    /// What people call it.
    pub about: Metadata,
    /// What it is; absent where that is broken.
    pub kind: Option<ContentKind>,
    /// The subject.
    pub subject: Option<Template>,
    /// The text.
    pub body: Option<Body>,
    /// Where it stands on the web.
    pub url: Option<String>,
    /// The channels of a message, the best first.
    pub prefer: Vec<Channel>,
    /// How it is sent, where a step does not say otherwise.
    pub rules: SendRules,
    /// When it may be sent.
    pub publish: Publish,
}

/// The text of a content, which stands in a file of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// The path of the file, from the project's folder.
    pub file: String,
    /// BLAKE3 of its text, in hexadecimal.
    pub digest: String,
    /// Its values of the contact; in a model that was read back from a plan each once, without
    /// defaults. All that are in this file have them in common.
    pub tokens: Arc<Template>,
}

impl Content {
    /// The channels on which it can go out; none where it needs no address.
    pub fn channels(&self) -> Vec<Channel> {
        match self.kind {
            Some(ContentKind::Message) => self.prefer.clone(),
            kind => kind.and_then(ContentKind::channel).into_iter().collect(),
        }
    }
}
