//! What is odd about the inputs of a run, or about the run that stands, and stops nothing.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::{Hint, NoticeCode};

/// What is worth a word though it does not stop the run.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum Warning {
    #[error("the column `{column}`, which holds {holds}, is missing{hint}")]
    OtherName {
        column: String,
        holds: String,
        hint: Hint,
    },
    #[error("the column `{column}` is missing, so {so}{hint}")]
    AbsentColumn {
        column: String,
        so: &'static str,
        hint: Hint,
    },
    #[error(
        "the column `{column}` is there, so no event updates `{field}`: whoever keeps the file \
            counts there"
    )]
    KeptColumn { column: String, field: String },
    /// Of `all` keys that a segment includes or excludes, `unmet` are no contact's; one of them,
    /// and a key that differs in capitals only.
    #[error("{} that `{segment}` {verb} {}", of_keys(*unmet, *all), to_no_contact(*unmet, key, other.as_deref()))]
    UnmetMembers {
        segment: String,
        verb: &'static str,
        unmet: usize,
        all: usize,
        key: String,
        other: Option<String>,
    },
    #[error("line {line} has the address for `{channel}` in `{column}` that line {first} has: each \
        is written to as a contact of its own{}", more_addresses(*more))]
    DuplicateAddress {
        channel: &'static str,
        column: String,
        first: u64,
        line: u64,
        more: usize,
    },
    #[error("{} that the companies file lacks, and so {} as belonging to none", naming_companies(*contacts), if *contacts == 1 { "counts" } else { "count" })]
    UnknownCompanies { contacts: u64 },
    /// By the reasons of the journal.
    #[error("{}", lost(.0))]
    Lost(Vec<(&'static str, u64)>),
    #[error("{contacts} {} left as found, for values that do not fit: \
        {first}", if *contacts == 1 { "contact is" } else { "contacts are" })]
    Skipped { contacts: u64, first: String },
    #[error("{} did not come to rest: the rules of `{funnel}` lead into the stage `{stage}` a \
        second time in this run, and will in the next; see `funnelc explain never-at-rest`", counted(*contacts, "contact"))]
    NeverAtRest {
        contacts: u64,
        funnel: String,
        stage: String,
    },
    #[error("nothing reads {}", quoted(.0))]
    UnreadColumns(Vec<String>),
    #[error("{}", left(*count, &format!("of `{name}`, which the project does not \
        know{}", did_you_mean(meant.as_deref()))))]
    UnknownEvent {
        name: String,
        count: u64,
        meant: Option<String>,
    },
    #[error("{} `{what}`: no such content for it, so taken in without it", counted(*count, "event"))]
    UnknownContent { what: String, count: u64 },
    #[error("{}", left(*events, &format!("of {} that the contacts file lacks", counted(*contacts, "contact"))))]
    AbsentContacts { contacts: u64, events: u64 },
    #[error("{}", left(*events, &format!("of {} left as found or set aside", counted(*contacts, "contact"))))]
    PassedOverContacts { contacts: u64, events: u64 },
    #[error("{}", left(*.0, "later than this run"))]
    LaterEvents(u64),
}

impl Warning {
    /// Its kind.
    pub fn code(&self) -> NoticeCode {
        match self {
            Self::OtherName { .. } | Self::AbsentColumn { .. } => NoticeCode::AbsentColumn,
            Self::KeptColumn { .. } => NoticeCode::KeptColumn,
            Self::UnmetMembers { .. } => NoticeCode::UnmetMembers,
            Self::DuplicateAddress { .. } => NoticeCode::DuplicateAddress,
            Self::UnknownCompanies { .. } => NoticeCode::UnknownCompanies,
            Self::Lost(_) => NoticeCode::Lost,
            Self::Skipped { .. } => NoticeCode::SkippedContacts,
            Self::NeverAtRest { .. } => NoticeCode::NeverAtRest,
            Self::UnreadColumns(_) => NoticeCode::UnreadColumns,
            Self::UnknownEvent { .. } => NoticeCode::UnknownEvent,
            Self::UnknownContent { .. } => NoticeCode::UnknownContent,
            Self::AbsentContacts { .. } => NoticeCode::AbsentContacts,
            Self::PassedOverContacts { .. } => NoticeCode::PassedOverContacts,
            Self::LaterEvents(_) => NoticeCode::LaterEvents,
        }
    }

    /// The line of the file, and the column.
    pub fn place(&self) -> (Option<u64>, Option<&str>) {
        match self {
            Self::OtherName { column, .. } | Self::AbsentColumn { column, .. } => {
                (None, Some(column))
            }
            Self::KeptColumn { column, .. } => (None, Some(column)),
            Self::DuplicateAddress { line, column, .. } => (Some(*line), Some(column)),
            Self::UnmetMembers { .. } | Self::UnknownCompanies { .. } | Self::Lost(_) => {
                (None, None)
            }
            Self::Skipped { .. } | Self::NeverAtRest { .. } | Self::UnreadColumns(_) => {
                (None, None)
            }
            Self::UnknownEvent { .. }
            | Self::UnknownContent { .. }
            | Self::AbsentContacts { .. } => (None, None),
            Self::PassedOverContacts { .. } | Self::LaterEvents(_) => (None, None),
        }
    }
}

/// What is not as it should be when the run stands already, to be read behind "the run stands,
/// but".
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum Aftermath {
    #[error("it was written before, {how}, and is not written again")]
    OtherwiseWritten { how: String },
    #[error("a power cut may still take it back, for the disk did not confirm it: {0}")]
    Unconfirmed(io::Error),
    #[error("the disk did not confirm the new state in `{}`: {error}", folder.display())]
    StateUnconfirmed { folder: PathBuf, error: io::Error },
    #[error("`{}`, left of a run that is over, cannot be removed: {error}", folder.display())]
    FolderLeft { folder: PathBuf, error: io::Error },
    #[error("`{}`, which nothing needs any more, cannot be removed: {error}", file.display())]
    SnapshotLeft { file: PathBuf, error: io::Error },
    #[error("it is not in the history in `{}` yet: {error}", folder.display())]
    HistoryLate { folder: PathBuf, error: io::Error },
    #[error("its table is not on standard output: {0}")]
    Unprinted(String),
}

impl Aftermath {
    /// Its kind.
    pub fn code(&self) -> NoticeCode {
        match self {
            Self::OtherwiseWritten { .. } => NoticeCode::OtherwiseWritten,
            Self::Unconfirmed(_) | Self::StateUnconfirmed { .. } => NoticeCode::Unconfirmed,
            Self::FolderLeft { .. } | Self::SnapshotLeft { .. } => NoticeCode::LeftBehind,
            Self::HistoryLate { .. } => NoticeCode::CannotUseHistory,
            Self::Unprinted(_) => NoticeCode::Unprinted,
        }
    }
}

fn of_keys(unmet: usize, all: usize) -> String {
    let keys = if all == 1 { "key" } else { "keys" };
    if unmet == all && all == 1 {
        "the only key".to_owned()
    } else {
        format!("{unmet} of {all} {keys}")
    }
}

fn to_no_contact(unmet: usize, key: &str, other: Option<&str>) -> String {
    let (verb, such) = if unmet == 1 {
        ("belongs", "")
    } else {
        ("belong", "such as ")
    };
    let other = other
        .map(|key| format!("; capitals count, and there is `{key}`"))
        .unwrap_or_default();
    format!("{verb} to no contact of this file: {such}`{key}`{other}")
}

fn more_addresses(more: usize) -> String {
    match more {
        0 => String::new(),
        1 => "; 1 more row has an address that stands before it".to_owned(),
        more => format!("; {more} more rows have an address that stands before them"),
    }
}

fn naming_companies(count: u64) -> String {
    if count == 1 {
        "1 contact names a company".to_owned()
    } else {
        format!("{count} contacts name companies")
    }
}

fn lost(losses: &[(&'static str, u64)]) -> String {
    let total: u64 = losses.iter().map(|(_, count)| count).sum();
    let reasons: Vec<String> = losses
        .iter()
        .map(|(reason, count)| format!("{count} {reason}"))
        .collect();
    let what = if total == 1 {
        "thing that lets into a campaign"
    } else {
        "things that let into campaigns"
    };
    format!(
        "{total} {what} started nothing ({}): `lost` in journal.csv",
        reasons.join(", ")
    )
}

fn quoted(names: &[String]) -> String {
    names
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn did_you_mean(meant: Option<&str>) -> String {
    meant
        .map(|meant| format!(" (did you mean `{meant}`?)"))
        .unwrap_or_default()
}

/// Nothing of what is not taken in is kept.
fn left(events: u64, which: &str) -> String {
    let them = if events == 1 { "it" } else { "them" };
    format!(
        "{} {which}, not taken in and not kept: give {them} again",
        counted(events, "event")
    )
}

/// A number of things, as words have it.
fn counted(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
