//! Campaigns and steps as written: exactly one verb a step; `resolve` holds the keys against each
//! other.

use schemars::JsonSchema;
use serde::Deserialize;

use super::block::Argument;
use super::points::Give;
use super::scalar::{
    Anything, Entries, Keyed, ListOf, Literal, MapOrList, OneOrList, ScalarOr, Text,
};
use super::{Condition, Key};
use crate::language::{AfterUntil, Existing, IfMissing, IfPast, OnLeave, OnSkip, Outcome};

/// The key under which a `use` holds the steps of its block; nobody can write it, because it is no
/// id.
pub(super) const EXPANDED: &str = "$steps";
/// What the keys begin with that nobody writes: they stand in trees that were made of blocks or of
/// a plan.
pub(super) const MADE: char = '$';
pub(super) const CALLED: &str = "$called";
pub(super) const GOES_BY: &str = "$goes-by";

/// A campaign: who enters, and what happens to them step by step.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Campaign {
    /// The name for people.
    pub name: Option<Text>,
    /// What the campaign is for.
    pub description: Option<Text>,
    /// A group of your own.
    pub category: Option<Text>,
    /// Who looks after it.
    pub owner: Option<Text>,
    /// Campaigns run from the highest priority down, then by id. Default: 0.
    pub priority: Option<Keyed<i64>>,
    /// Whether the campaign runs. Default: `true`. Unpublished it admits nobody and pauses.
    pub published: Option<Keyed<bool>>,
    /// From when until when the campaign runs.
    pub publish: Option<CampaignPublish>,
    /// Who comes in: any of these conditions, when it becomes true, or `{ entered: funnel/stage }`.
    pub enter: Option<Keyed<OneOrList<Keyed<Condition>>>>,
    /// Whether somebody may come in again: `never` (default), or `{ after: 30 days }`, counted from
    /// the end of the last time.
    pub reenter: Option<Keyed<ScalarOr<Reenter>>>,
    /// What happens to those let in by a condition when none of the conditions holds any longer:
    /// `exit` or `stay`.
    pub on_leave: Option<Keyed<OnLeave>>,
    /// What happens to those who qualify already when the campaign is first published: `enter`
    /// (default) or `skip`.
    pub existing: Option<Keyed<Existing>>,
    /// Those for whom this holds have converted: they leave, and do not enter.
    pub goal: Option<Keyed<Condition>>,
    /// Those for whom this holds leave, and do not enter.
    pub exit_when: Option<Keyed<Condition>>,
    /// What happens, in order.
    pub steps: Keyed<ListOf<Keyed<Step>>>,
    /// Set where a part of it could not be read, which is reported already.
    #[serde(rename = "$hole")]
    #[schemars(skip)]
    pub hole: Option<Anything>,
}

/// When somebody may come in again.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Reenter {
    /// How long after the end of the last time, such as `30 days`.
    pub after: Keyed<Text>,
}

/// How often a contact may get a content.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Once {
    /// How long after the last time, such as `30 days`.
    pub after: Keyed<Text>,
}

/// A window in time; both ends belong to it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CampaignPublish {
    /// From this date or moment on.
    pub from: Option<Keyed<Text>>,
    /// Until this date or moment.
    pub until: Option<Keyed<Text>>,
    /// What happens after `until` to contacts inside: they wait for another window (`pause`, the
    /// default), or they leave (`exit`).
    pub after_until: Option<Keyed<AfterUntil>>,
}

/// A step: exactly one of `send`, `move`, `leave`, `add-tag`, `remove-tag`, `points`, `set`,
/// `clear`, `notify`, `webhook`, `push-to`, `note`, `wait`, `wait-until`, `if`, `split`, `await`,
/// `fork`, `goto`, `enroll`, `withdraw`, `use`, `unsubscribe`, `resubscribe`, `add-to`,
/// `remove-from`, `exit`, and the keys that belong to it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Step {
    /// The name of this step, unique in its campaign; it keeps the step's identity when the list
    /// changes.
    pub id: Option<Keyed<Text>>,
    /// Sends this content.
    pub send: Option<Keyed<Text>>,
    /// How often a contact may get it: `entry` (default), `ever`, or `{ after: 30 days }`; for
    /// `send`.
    pub once: Option<Keyed<ScalarOr<Once>>>,
    /// Sent without consent; for `send`.
    pub transactional: Option<Keyed<bool>>,
    /// How late it may still be sent, such as `12 h`; for `send`.
    pub expires: Option<Keyed<Text>>,
    /// What happens when it is not sent: `continue` (default) or `exit`; for `send`.
    pub on_skip: Option<Keyed<OnSkip>>,
    /// Moves the contact to this stage, written `funnel/stage`, if it is not lighter.
    #[serde(rename = "move")]
    pub move_: Option<Keyed<Text>>,
    /// Takes the contact's stage in this funnel away.
    pub leave: Option<Keyed<Text>>,
    /// Adds this tag.
    pub add_tag: Option<Keyed<Text>>,
    /// Removes this tag.
    pub remove_tag: Option<Keyed<Text>>,
    /// Gives this many points; a negative number takes them. `{ give: 10, group: loyalty }` gives
    /// them to a group.
    pub points: Option<Keyed<ScalarOr<Give>>>,
    /// Tells a colleague: `owner`, for who looks after the contact, or an address.
    pub notify: Option<Keyed<Text>>,
    /// What the colleague is told; `{{ field | default: text }}` stands for a value of the contact;
    /// for `notify`.
    pub message: Option<Keyed<Text>>,
    /// Calls this destination.
    pub webhook: Option<Keyed<Text>>,
    /// What the destination gets: a key of its own for each field or `points`; for `webhook`.
    pub body: Option<Keyed<Entries<Keyed<Text>>>>,
    /// Hands the whole contact to this destination.
    pub push_to: Option<Keyed<Text>>,
    /// Writes this text into the journal, and does nothing else.
    pub note: Option<Keyed<Text>>,
    /// Sends nothing on this channel any more: `email`, `sms` or `push`.
    pub unsubscribe: Option<Keyed<Text>>,
    /// Takes an `unsubscribe` of this channel back; a complaint and a hard bounce stay.
    pub resubscribe: Option<Keyed<Text>>,
    /// Makes the contact a member of this segment, whatever its condition says.
    pub add_to: Option<Keyed<Text>>,
    /// Takes the contact out of this segment, whatever its condition says.
    pub remove_from: Option<Keyed<Text>>,
    /// Sets this field to the value of `to`.
    pub set: Option<Keyed<Text>>,
    /// The new value: a literal, a list of choices, `today` or `now` for dates, or `{ add: 1 }` for
    /// numbers; for `set`.
    pub to: Option<Keyed<SetTo>>,
    /// Takes the value of this field away.
    pub clear: Option<Keyed<Text>>,
    /// Waits this long, such as `2 days`.
    pub wait: Option<Keyed<Text>>,
    /// Waits until a date or moment, or until that of a field: `{ field: webinar-date, offset: -1
    /// day }`.
    pub wait_until: Option<Keyed<ScalarOr<WaitField>>>,
    /// What happens when that moment is over: `continue`, `exit`, or `skip` (leaves out the next
    /// step). Without it the contact goes on, but of several waits in a row that are over only the
    /// last one's steps run; for `wait-until`.
    pub if_past: Option<Keyed<IfPast>>,
    /// What happens when the field has no date: `exit` (default), `continue`, or `skip` (leaves out
    /// the next step); for `wait-until` with a field.
    pub if_missing: Option<Keyed<IfMissing>>,
    /// The time of day at which it ends, such as `"09:00"`, on the contact's clock; for `wait` and
    /// `wait-until`.
    pub at: Option<Keyed<Text>>,
    /// From when to when it may end, such as `["09:00", "17:00"]`, on the contact's clock; both
    /// belong to it, and it may go over midnight; for `wait` and `wait-until`.
    pub between: Option<Keyed<ListOf<Keyed<Text>>>>,
    /// The days of the week on which it may end, such as `[mon, fri]` or `mon-fri`; for `wait` and
    /// `wait-until`.
    pub days: Option<Keyed<OneOrList<Keyed<Text>>>>,
    /// Asks a condition.
    #[serde(rename = "if")]
    pub if_: Option<Keyed<Condition>>,
    /// The steps when it holds, or when the event came; for `if` and `await`.
    pub then: Option<Keyed<ListOf<Keyed<Step>>>>,
    /// The steps when it does not hold, or when no event came in time; for `if` and `await`.
    #[serde(rename = "else")]
    pub else_: Option<Keyed<ListOf<Keyed<Step>>>>,
    /// Shares of the contacts that take different ways, told apart by a stable number of the
    /// contact; needs an `id`.
    pub split: Option<Keyed<ListOf<Keyed<Share>>>>,
    /// Waits for an event: `{ event: opened, of: win-back-1 }`, or a list of `{ when, then }` of
    /// which the earliest decides.
    #[serde(rename = "await")]
    pub await_: Option<Keyed<MapOrList<Condition, Keyed<AwaitWay>>>>,
    /// How long to wait for the event, such as `3 days`; without it there is no end; for `await`.
    #[serde(rename = "for")]
    pub for_: Option<Keyed<Text>>,
    /// Lets the contact into this campaign, if it may enter it.
    pub enroll: Option<Keyed<Text>>,
    /// Ends this campaign for the contact, if it is inside.
    pub withdraw: Option<Keyed<Text>>,
    /// Ways that a contact takes side by side; the campaign goes on when all of them have ended.
    pub fork: Option<Keyed<ListOf<Keyed<Way>>>>,
    /// Goes on at the step with this id, which stands in the same list or one around it.
    pub goto: Option<Keyed<Text>>,
    /// Puts in the steps of this block.
    #[serde(rename = "use")]
    pub use_: Option<Keyed<Text>>,
    /// The values of the block's parameters; for `use`.
    pub with: Option<Keyed<Entries<Keyed<Argument>>>>,
    /// The steps of the block, which are put in before the types are read.
    #[serde(rename = "$steps")]
    pub expanded: Option<Keyed<Vec<Keyed<Step>>>>,
    /// What a step without an `id` is called in the plan of which the tree was made.
    #[serde(rename = "$called")]
    pub called: Option<Text>,
    /// Ends the campaign for this contact: `completed`, `exited` or `converted`.
    pub exit: Option<Keyed<Outcome>>,
    /// Set where a part of it could not be read, which is reported already.
    #[serde(rename = "$hole")]
    #[schemars(skip)]
    pub hole: Option<Anything>,
}

impl Step {
    /// The keys that stand in it.
    pub fn keys(&self) -> Vec<Key> {
        keys_of!(self but hole expanded called, id send once transactional expires on_skip move_ leave add_tag remove_tag points notify message
            webhook body push_to note unsubscribe resubscribe add_to remove_from set to clear wait wait_until if_past
            if_missing at between days if_ then else_ split await_ for_ enroll withdraw fork goto use_ with exit)
    }
}

/// A share of the contacts and their way.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Share {
    /// The name of the way in the outputs; without it the share is its name.
    pub id: Option<Keyed<Text>>,
    /// What its contacts follow from in the plan of which the tree was made.
    #[serde(rename = "$goes-by")]
    pub goes_by: Option<Text>,
    /// How many of a hundred contacts take this way; all shares of a split make 100.
    pub share: Keyed<i64>,
    /// What happens to them.
    pub steps: Keyed<ListOf<Keyed<Step>>>,
}

/// One of several events that are waited for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AwaitWay {
    /// The event: `{ event: opened, of: win-back-1 }`.
    pub when: Keyed<Condition>,
    /// The steps when it came first.
    pub then: Option<Keyed<ListOf<Keyed<Step>>>>,
}

/// One of the ways that a contact takes side by side.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Way {
    /// The name of the way in the outputs; without it its number is its name.
    pub id: Option<Keyed<Text>>,
    /// What happens on it.
    pub steps: Keyed<ListOf<Keyed<Step>>>,
}

/// The new value of a field as written; told apart by the kind of the node.
#[derive(Clone, Debug)]
pub enum SetTo {
    /// A literal, `today` or `now`.
    Literal(Literal),
    /// Choices.
    List(Vec<Keyed<Literal>>),
    /// A change of a number.
    Change(Change),
}

/// A change of a number.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Change {
    /// What is added; negative to take away.
    pub add: Keyed<Literal>,
}

/// The moment in a field to wait for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WaitField {
    /// A date or datetime field of the contact.
    pub field: Keyed<Text>,
    /// How long after that moment, negative for before, such as `-1 day`.
    pub offset: Option<Keyed<Text>>,
}
