//! Tests: an example contact, what happens to it, and what must come of it; cells stand as in the
//! files, everything else is resolved.

use super::calendar::Moment;
use super::condition::Condition;
use super::ids::{CampaignId, ContentId};
use crate::language::Outcome;
use crate::source::Span;

/// A test.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// Its name, free text.
    pub name: String,
    /// Where the name is written.
    pub span: Span,
    /// The row of the contact at the start.
    pub contact: Vec<Cell>,
    /// The row of its company; nothing where it belongs to none.
    pub company: Vec<Cell>,
    /// The first run.
    pub from: Moment,
    /// What the contact does.
    pub events: Vec<Happening>,
    /// What somebody changes in the contacts file.
    pub changes: Vec<Edit>,
    /// What must be true.
    pub expect: Vec<Expectation>,
    /// How campaigns must have ended when all is over.
    pub outcome: Vec<Ended>,
    /// Whether something in it could not be understood; reported already.
    pub broken: bool,
}

/// A cell of the contacts file or of an events file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Its column.
    pub column: String,
    /// Its text.
    pub text: String,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// When.
    pub at: Moment,
    /// Its row, without contact and time.
    pub cells: Vec<Cell>,
}

/// A change in the contacts file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// When.
    pub at: Moment,
    /// New cells.
    pub set: Vec<Cell>,
    /// New cells of its company.
    pub company: Vec<Cell>,
    /// Tags that come.
    pub add_tags: Vec<String>,
    /// Tags that go.
    pub remove_tags: Vec<String>,
}

/// What must be true after the run of a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// When.
    pub at: Moment,
    /// The condition that must hold.
    pub that: Option<Condition>,
    /// Content that must have been sent by then, and where it is written.
    pub sent: Vec<(ContentId, Span)>,
    /// Content that must not have been sent by then, and where it is written.
    pub not_sent: Vec<(ContentId, Span)>,
}

/// How a campaign must have ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The campaign.
    pub campaign: CampaignId,
    /// Its outcome.
    pub is: Outcome,
    /// Where the outcome is written.
    pub span: Span,
}
