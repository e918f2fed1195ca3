//! What is told of one contact: plain text and numbers, as JSON has them; described by
//! schema/why.schema.json.

use schemars::JsonSchema;
use serde::Serialize;

/// The version of the document's format.
pub const FORMAT: u32 = 1;

/// What `funnelc why --format json` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Why {
    /// The version of this format; a change of meaning raises it.
    pub format: u32,
    /// The key of the contact.
    pub contact: String,
    /// The moment at which it is looked at. All that follows is as a run at this moment leaves the
    /// contact.
    pub at: String,
    /// The fingerprint of the plan.
    pub plan: String,
    /// The line of the contacts file in which its row begins; `null` where it has none. Then no
    /// condition can be asked, and only what the state remembers is told.
    pub row: Option<u64>,
    /// How many rows have its key. A run takes no file in which there are several; of these the
    /// first is told.
    pub rows: u64,
    /// Whether the state remembers it.
    pub remembered: bool,
    /// What must be known to read the rest.
    pub notes: Vec<String>,
    /// Each segment, by id.
    pub segments: Vec<SegmentWhy>,
    /// Each funnel, by id.
    pub funnels: Vec<FunnelWhy>,
    /// Each campaign, by id; a trigger of points stands as `points/` and its id.
    pub campaigns: Vec<CampaignWhy>,
    /// What happened to the contact, as rows of the journals that were given.
    pub history: Vec<Line>,
    /// What a run at this moment does to the contact, as rows of journal.csv; nothing where one was
    /// made.
    pub happens: Vec<Line>,
}

/// Where something is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Spot {
    /// The file, as it was found.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
}

/// A segment, and why the contact is in it or not.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SegmentWhy {
    /// Its id.
    pub id: String,
    /// Where it is written; `null` in a plan file.
    pub place: Option<Spot>,
    /// Whether the contact is in it; `null` where that cannot be asked.
    pub is_in: Option<bool>,
    /// What decides.
    pub decided_by: Decides,
    /// Its condition.
    pub condition: Tree,
    /// Where the contact is out: the first thing that fails.
    pub fails: Option<Culprit>,
}

/// What decides whether a contact is in a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Decides {
    /// It is named in a file of `exclude`.
    Exclude,
    /// It is named in a file of `include`.
    Include,
    /// The latest step `add-to` or `remove-from`.
    Step,
    /// The condition.
    Where,
}

/// A condition, and what it says of the contact.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Tree {
    /// Whether it holds; `null` where that cannot be asked.
    pub holds: Option<bool>,
    /// What it asks: `all of`, `any of` or `not`, or one question.
    pub asks: String,
    /// The values that it was found in, for one question.
    pub found: Option<String>,
    /// Where it is written.
    pub place: Option<Spot>,
    /// What it is put together of.
    pub parts: Vec<Tree>,
}

/// The first thing that keeps a condition from being what it should be.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Culprit {
    /// The question.
    pub asks: String,
    /// What it should be: `true`, or `false` below a `not`.
    pub should_be: bool,
    /// The values that it was found in.
    pub found: String,
    /// The segments and channels through which it is asked.
    pub through: Vec<String>,
    /// Where it is written.
    pub place: Option<Spot>,
    /// What would change it, where one value would.
    pub change: Option<Change>,
}

/// What would change an answer.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Change {
    /// In words, or as the value of a field: `plan: pro`.
    pub write: String,
    /// The column of the contacts file, where it is a cell.
    pub column: Option<String>,
    /// What the cell must hold.
    pub cell: Option<String>,
    /// What comes of it.
    pub then: Then,
}

/// What comes of a change, tried with the row of the contact.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Then {
    /// The verdict turns.
    Turns,
    /// The next thing fails.
    Fails {
        /// The question.
        asks: String,
        /// The values that it was found in.
        found: String,
    },
    /// It was not tried: nothing in the contacts file says it.
    Untried,
}

/// A funnel, and where the contact is in it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FunnelWhy {
    /// Its id.
    pub id: String,
    /// Where it is written.
    pub place: Option<Spot>,
    /// The stage; `null` where the contact has none.
    pub stage: Option<String>,
    /// Since when.
    pub since: Option<String>,
    /// Why nothing moves, where that is not a matter of conditions.
    pub notes: Vec<String>,
    /// What could bring the contact elsewhere: the audience, the rules of `place`, the conversions
    /// of the stage.
    pub ways: Vec<WayWhy>,
    /// What the stage shows or sends, in order; of other stages what was shown or sent.
    pub experiences: Vec<MessageWhy>,
}

/// Something that lets in, or on, or out.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct WayWhy {
    /// What it is: `audience`, `place in`, `convert to`, `enter`, `goal`, `exit-when`, and to which
    /// stage.
    pub what: String,
    /// What it says, where it is no condition: `entered shop/lead`.
    pub says: Option<String>,
    /// Its condition.
    pub condition: Option<Tree>,
    /// Where the condition does not hold: the first thing that fails.
    pub fails: Option<Culprit>,
}

/// How a contact stands with a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It never entered.
    Never,
    /// It is inside.
    Inside,
    /// It went to the end.
    Completed,
    /// It left.
    Exited,
    /// It reached the goal.
    Converted,
}

/// A campaign, and why the contact is in it or not.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CampaignWhy {
    /// Its id.
    pub id: String,
    /// Where it is written.
    pub place: Option<Spot>,
    /// How the contact stands with it.
    pub standing: Standing,
    /// How many entries began.
    pub entries: u32,
    /// When the present entry began, or the last ended.
    pub since: Option<String>,
    /// Where it waits, and for what.
    pub waits: Vec<Waits>,
    /// Why it is not inside, or may not come in again, or what must be known besides.
    pub notes: Vec<String>,
    /// What lets in.
    pub enter: Vec<WayWhy>,
    /// What ends it: `goal` and `exit-when`.
    pub ends: Vec<WayWhy>,
    /// Its messages, in the order of the text.
    pub messages: Vec<MessageWhy>,
}

/// Where a contact waits in a campaign.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Waits {
    /// The name of the step.
    pub step: String,
    /// Where it is written.
    pub place: Option<Spot>,
    /// For what, in words.
    pub waits_for: String,
    /// Until when, where that is known.
    pub until: Option<String>,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It was sent, or is shown, in the present entry or stay, or the last.
    Sent,
    /// It came to the contact's turn and was not sent.
    Skipped,
    /// It is kept back until later, or comes behind what the contact waits for.
    ToCome,
    /// It does not come.
    Not,
}

/// A message, and when it was sent, or why not.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct MessageWhy {
    /// The step, or `funnel/stage/experience`.
    pub step: String,
    /// The content.
    pub content: String,
    /// Where it is written.
    pub place: Option<Spot>,
    /// What became of it.
    pub fate: Fate,
    /// When it was sent or skipped, or may go at the earliest.
    pub at: Option<String>,
    /// Why, in words.
    pub why: Option<String>,
    /// The question that leads the contact past it, or keeps it from being sent.
    pub fails: Option<Culprit>,
}

/// A row of journal.csv; docs/outputs.md says what each column holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[expect(missing_docs, reason = "docs/outputs.md explains the columns")]
#[serde(rename_all = "kebab-case")]
pub struct Line {
    pub at: String,
    pub event: String,
    pub campaign: String,
    pub entry: String,
    pub step: String,
    pub subject: String,
    pub from: String,
    pub to: String,
    pub reason: String,
}
