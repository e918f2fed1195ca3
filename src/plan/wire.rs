//! The plan as a file: what stands in plan.json, key by key. Things refer to each other by id, maps are sorted by id, every default is written out, and each operand is text that means
//! the same on every machine: decimals in digits, dates and durations in the words of the language.
//!
//! This is a promise: a change of meaning is a new [`FORMAT`].

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The version of the file's format.
pub const FORMAT: u32 = 1;

/// A plan file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct File {
    /// The version of the format.
    pub format: u32,
    /// BLAKE3 of the plan's canonical bytes: the value of `plan` without white space, in hexadecimal.
    pub fingerprint: String,
    /// The plan.
    pub plan: Plan,
}

/// A compiled project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Plan {
    /// The IANA name of the zone in which dates turn.
    pub timezone: String,
    /// The clock is floored to multiples of this many seconds from local midnight.
    pub every_seconds: u32,
    /// The data contract.
    pub contacts: Contacts,
    /// The companies to which contacts may belong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub companies: Option<Companies>,
    /// What can be sent or touched.
    pub content: BTreeMap<String, Content>,
    /// The events that the project declares.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub events: BTreeMap<String, Event>,
    /// Other systems to which actions go.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub destinations: BTreeMap<String, Destination>,
    /// Named conditions.
    pub segments: BTreeMap<String, Condition>,
    /// By segment: who belongs to it, or does not, whatever its condition says.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub members: BTreeMap<String, Members>,
    /// Funnels.
    pub funnels: BTreeMap<String, Funnel>,
    /// Groups and rules for points.
    #[serde(default, skip_serializing_if = "Scoring::is_empty")]
    pub points: Scoring,
    /// Campaigns, and the triggers of points, which are called `points/` and their id.
    pub campaigns: BTreeMap<String, Campaign>,
    /// What has another name than in an earlier plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moved: Vec<Moved>,
    /// What an earlier plan had and this one has not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<Removed>,
}

/// A thing that has another name than in an earlier plan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
#[allow(missing_docs, reason = "the keys are those of the language, docs/language.md")]
pub enum Moved {
    Stage { from: String, to: String },
    Step { campaign: String, from: String, to: String },
    Campaign { from: String, to: String },
    Funnel { from: String, to: String },
}

/// A thing that an earlier plan had and this one has not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
#[allow(missing_docs, reason = "the keys are those of the language, docs/language.md")]
pub enum Removed {
    Stage(String),
    Step { campaign: String, step: String, then: String },
    Campaign(String),
    Funnel(String),
    Field(String),
}

/// The data contract.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Contacts {
    /// The column of the key.
    pub key: String,
    /// `fail`, `missing`, or `skip-contact` and how many at most.
    pub on_bad_value: OnBadValue,
    /// The tags.
    pub tags: Tags,
    /// The column of the points.
    pub points: String,
    /// The fields.
    pub fields: BTreeMap<String, Field>,
    /// The channels that have rules: `email`, `sms`, `push`.
    pub channels: BTreeMap<String, Channel>,
    /// The field with the contact's zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// The field with the contact's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The field with the address of who looks after the contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The field with the channel that the contact prefers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_channel: Option<String>,
}

/// The companies file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Companies {
    /// The column of the key.
    pub key: String,
    /// The field of the contact that holds the key.
    pub contact_field: String,
    /// The fields.
    pub fields: BTreeMap<String, Field>,
}

/// What a value that does not fit its type does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
#[allow(missing_docs, reason = "the names are the language's words")]
pub enum OnBadValue {
    Fail,
    Missing,
    SkipContact { at_most: u64 },
}

/// The tags.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Tags {
    /// Whether other tags may stand in the file.
    pub open: bool,
    /// The tags that the plan knows.
    pub values: Vec<String>,
    /// The column.
    pub column: String,
    /// What stands between two.
    pub separator: String,
}

/// A field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Field {
    /// The type.
    #[serde(rename = "type")]
    pub type_: String,
    /// The column.
    pub column: String,
    /// Whether every contact must have a value.
    pub required: bool,
    /// The value of a contact that has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Operand>,
    /// The smallest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<Operand>,
    /// The largest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Operand>,
    /// For `text`: whether capital and small letters differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub match_case: Option<bool>,
    /// For `choice` and `choices`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<String>>,
    /// For `choices`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub separator: Option<String>,
}

/// A value as text, or several for `choices`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Operand {
    /// One value.
    One(String),
    /// Choices.
    Many(Vec<String>),
}

/// The rules of a channel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Channel {
    /// The field with the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What must hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<Condition>,
    /// The column that says why the channel must not be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub do_not_contact: Option<String>,
    /// How often it may be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
}

/// How often a channel may be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Limit {
    /// How many messages at most.
    pub at_most: u32,
    /// In which time.
    pub within: String,
    /// `delay` or `drop`.
    pub then: String,
}

/// When a thing is published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Publish {
    /// `false` turns it off whatever the window says.
    pub published: bool,
    /// From here on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Until here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// Content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Content {
    /// The kind.
    pub kind: String,
    /// `entry`, `ever`, or `after 30 days`.
    pub once: String,
    /// Whether it goes out without consent.
    pub transactional: bool,
    /// The subject, with its tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// Where it stands on the web.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The channels of a message, the best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prefer: Vec<String>,
    /// How late it may still go out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// Whether the campaign ends when it is not sent: `continue` or `exit`.
    pub on_skip: String,
    /// When it may be sent.
    pub publish: Publish,
}

/// Members of a segment by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Members {
    /// The keys of contacts that always belong to it, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// The keys of contacts that never belong to it, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
}

/// The text of a content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Body {
    /// The path of the file, from the project's folder.
    pub file: String,
    /// BLAKE3 of its text, in hexadecimal.
    pub digest: String,
}

/// A system to which actions go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Destination {
    /// `webhook` or `crm`.
    pub kind: String,
    /// Where it is reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Setting>,
    /// What proves who is calling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<Setting>,
}

/// What whoever delivers needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Setting {
    /// As it stands.
    Text(String),
    /// In this variable of the environment.
    Env(String),
}

/// A condition, in the shape in which it is written in YAML.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[allow(missing_docs, reason = "the keys are those of the language, docs/language.md")]
pub struct Condition {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all: Option<Vec<Condition>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub any: Option<Vec<Condition>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not: Option<Box<Condition>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub for_: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reached: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_funnel: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reachable: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    pub where_: Option<Box<Condition>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sum: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    /// `entry` or `stage`; absent: ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub property: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exists: Option<bool>,
    /// The operator and its operands, for a field, a property, or the count or sum of an event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// One operand for most operators, two for `between`, some for `in` and `has-any`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub operands: Vec<String>,
}

/// Something that happens to contacts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Event {
    /// The types of its properties.
    pub properties: BTreeMap<String, String>,
    /// What it does to fields.
    pub updates: BTreeMap<String, UpdateChange>,
    /// How old an occurrence may be that starts a campaign.
    pub max_age: String,
}

/// What an event does to a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the keys are those of the language, docs/language.md")]
pub enum UpdateChange {
    Add(String),
    AddProperty(String),
    Set(Operand),
    SetProperty(String),
    SetEventTime,
}

/// A funnel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Funnel {
    /// Funnels run from the highest priority down, then by id.
    pub priority: i64,
    /// The column of the stage.
    pub column: String,
    /// `everyone`, or a condition; absent: nobody enters by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<Audience>,
    /// Where the audience enters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// `leave`: who leaves the audience leaves the funnel; absent: the stage stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_audience_left: Option<String>,
    /// Whether contacts may move to lighter stages.
    pub free: bool,
    /// `loose`: heavier stages than the present one convert, too; absent: only the present one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// When contacts are moved in it; absent: always.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish: Option<Publish>,
    /// The rules of placement, in order.
    pub place: Vec<Rule>,
    /// The stages.
    pub stages: BTreeMap<String, Stage>,
}

/// Who enters a funnel by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// All contacts.
    Everyone,
    /// Those for whom this holds.
    Of(Condition),
}

/// A rule that names a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Rule {
    /// Who.
    pub when: Condition,
    /// The stage; absent: the next heavier published one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// A stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Stage {
    /// Orders the stages.
    pub weight: i64,
    /// What the contacts file holds for it.
    pub value: String,
    /// Conversions, in order.
    pub converts: Vec<Rule>,
    /// What contacts in the stage get to see or are sent: the first whose condition holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub experiences: Vec<Experience>,
    /// Stages to which contacts may go back.
    pub back_to: Vec<String>,
    /// Whether nobody is moved out except along `back-to`.
    #[serde(rename = "final")]
    pub final_: bool,
    /// When contacts may be moved in.
    pub publish: Publish,
}

/// An experience.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Experience {
    /// The id, unique in the stage.
    pub id: String,
    /// What is shown or sent.
    pub content: String,
    /// Who has it; absent: everyone in the stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// When anybody has it; absent: always.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish: Option<Publish>,
}

/// Groups and rules for points.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Scoring {
    /// By group: its column.
    pub groups: BTreeMap<String, String>,
    /// The rules.
    pub rules: BTreeMap<String, PointRule>,
}

impl Scoring {
    fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.rules.is_empty()
    }
}

/// Points for each occurrence of an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PointRule {
    /// Which occurrences.
    pub each: Condition,
    /// What each of them gives.
    pub give: Give,
    /// When it gives anything.
    pub publish: Publish,
}

/// Points for a group, or for none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Give {
    /// How many.
    pub points: i64,
    /// The group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

/// How many points start a trigger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Threshold {
    /// So many or more.
    pub at: i64,
    /// Of this group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

/// A campaign.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Campaign {
    /// Campaigns run from the highest priority down, then by id.
    pub priority: i64,
    /// When it runs.
    pub publish: Publish,
    /// `exit`: contacts inside leave when its window is over; absent: they wait for another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_until: Option<String>,
    /// The ways in.
    pub enter: Vec<Enter>,
    /// How long after the end of an entry the next may begin; absent: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reenter: Option<String>,
    /// `exit` or `stay`.
    pub on_leave: String,
    /// `enter` or `skip`.
    pub existing: String,
    /// Those for whom it holds have converted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<Condition>,
    /// Those for whom it holds leave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_when: Option<Condition>,
    /// For a trigger: the points that start it, once ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Threshold>,
    /// The steps.
    pub steps: Vec<Step>,
}

/// A way into a campaign.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Enter {
    /// When it becomes true.
    When(Condition),
    /// When the contact comes to rest in the stage.
    Entered(String),
    /// With each occurrence: `event`, `of`, `where`.
    Event(Condition),
}

/// A step with its name in the outputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Step {
    /// The name, unique in the campaign.
    pub name: String,
    /// Whether the name is a written id.
    pub named: bool,
    /// The verb.
    #[serde(rename = "do")]
    pub verb: Verb,
}

/// The verb of a step and what belongs to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
#[allow(missing_docs, reason = "the keys are those of the language, docs/language.md")]
pub enum Verb {
    Send {
        content: String,
        once: String,
        transactional: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        expires: Option<String>,
        on_skip: String,
    },
    Move(String),
    Leave(String),
    AddTag(String),
    RemoveTag(String),
    Points(i64),
    GroupPoints(Give),
    Set {
        field: String,
        to: NewValue,
    },
    Clear(String),
    Notify {
        to: String,
        message: String,
    },
    Webhook {
        destination: String,
        body: BTreeMap<String, String>,
    },
    PushTo(String),
    Unsubscribe(String),
    Resubscribe(String),
    AddTo(String),
    RemoveFrom(String),
    Wait(String),
    /// A `wait` that may end at some times only.
    WaitIn {
        length: String,
        windows: Windows,
    },
    WaitUntil {
        moment: String,
        if_past: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        windows: Option<Windows>,
    },
    WaitUntilField {
        field: String,
        offset: String,
        if_past: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        windows: Option<Windows>,
    },
    If {
        when: Condition,
        then: Vec<Step>,
        r#else: Vec<Step>,
    },
    Split(Vec<Share>),
    Await {
        ways: Vec<AwaitWay>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        r#for: Option<String>,
        r#else: Vec<Step>,
    },
    Enroll(String),
    Withdraw(String),
    Fork(Vec<Way>),
    Goto(String),
    Exit(String),
}

/// A share of the contacts and their way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Share {
    /// Its name in the outputs, unique in the split.
    pub label: String,
    /// How many of a hundred contacts take it.
    pub share: u8,
    /// The way.
    pub steps: Vec<Step>,
}

/// An event that is waited for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AwaitWay {
    /// The event.
    pub when: Condition,
    /// What happens when it is the first to come.
    pub then: Vec<Step>,
}

/// One of the ways that a contact takes side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Way {
    /// Its name in the outputs, unique in the fork.
    pub label: String,
    /// What happens on it.
    pub steps: Vec<Step>,
}

/// When on a contact's clock a wait may end.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Windows {
    /// The time of day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The first and the last moment of the hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub between: Option<(String, String)>,
    /// The days of the week, from Monday; none for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<String>,
}

/// The new value of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the keys are those of the language, docs/language.md")]
pub enum NewValue {
    Value(Operand),
    Add(String),
    Today,
    Now,
}
