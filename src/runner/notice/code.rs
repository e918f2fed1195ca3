//! The kinds of things that `funnelc run` says: each stands once, here, and its comment is its
//! description in schema and documentation.
//!
//! Invariant: a code that was published keeps its name and meaning; `format` of the document rises
//! where one does not.

use schemars::JsonSchema;
use serde::Serialize;

/// What kind of thing a run says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeCode {
    /// The arguments make no sense, or not together.
    Usage,
    /// Files or the environment, where no other code says it better.
    Environment,
    /// A file cannot be read.
    CannotRead,
    /// A file or folder cannot be written.
    CannotWrite,
    /// There is no project at the path.
    NoProject,
    /// The file is no plan that this funnelc reads.
    BadPlan,
    /// The time zone of the project is not in the zone data.
    UnknownTimezone,
    /// The run was interrupted.
    Interrupted,

    /// A file has no header: no row ends, or the first row is empty.
    NoHeader,
    /// The header cannot be read as a row.
    BadHeader,
    /// A column stands twice in the header.
    DuplicateColumn,
    /// A column without which nothing runs is missing.
    MissingColumn,
    /// A column that decides who may be written to is missing, and the project does not say what
    /// that means.
    DecidingColumn,
    /// A file has a header and no row below it.
    NoRows,
    /// A file became shorter while it was read.
    FileChanged,
    /// A row is longer than any row may be.
    LongRow,
    /// Rows are bad, so many; the first of them follow, each with its own code.
    BadRows,
    /// More rows are bad than may be set aside.
    TooManyRejects,
    /// More contacts than may be have values that do not fit.
    TooManySkipped,
    /// More than half of the contacts that the state knows are gone.
    Shrunken,

    /// A row: the key is missing.
    MissingKey,
    /// A row: the key stands in an earlier row too.
    DuplicateKey,
    /// A row: a required value is missing.
    RequiredValue,
    /// A row: the value is not of the type.
    WrongType,
    /// A row: the number is less than the least one.
    TooSmall,
    /// A row: the number is more than the greatest one.
    TooLarge,
    /// A row: not one of the declared values.
    UnknownChoice,
    /// A row: not one of the declared tags.
    UnknownTag,
    /// A row: not a stage of the funnel.
    UnknownStage,
    /// A row: no reason for which a channel must not be used.
    UnknownReason,
    /// A row: not an IANA time zone.
    UnknownZone,
    /// A row: more or fewer cells than the header has.
    CellCount,
    /// A row: its quoting is broken.
    BadQuote,
    /// A row, or a whole file: not UTF-8.
    NotUtf8,
    /// A row: a NUL byte, a carriage return outside quotes, or a byte order mark at its start.
    BadCharacter,
    /// A line of events is not an object of JSON.
    NotAnObject,

    /// The project asks for companies, and no file was given.
    NoCompanies,
    /// A companies file was given, and the project knows no companies.
    CompaniesUnasked,
    /// The project asks for events, and no file was given.
    NoEvents,
    /// Events cannot be sorted on the disk.
    CannotSortEvents,
    /// The plan asks for more of the past than the state has kept.
    ShortHistory,
    /// Contacts are at something that is gone, and the project does not say what becomes of them.
    InFlight,
    /// More would go out than is allowed.
    TooMuch,

    /// The state is of a later moment than the run.
    StateLater,
    /// The state, the history, or the run in the output folder, was written by a later funnelc.
    LaterFormat,
    /// The state is damaged.
    StateDamaged,
    /// Another run uses the state.
    StateLocked,
    /// The folder of the state holds other things.
    NotAState,
    /// The folder of the state cannot be used.
    CannotUseState,
    /// The folder of the history holds other things.
    NotAHistory,
    /// The folder of the history cannot be used.
    CannotUseHistory,
    /// The output folder holds things that are not part of a run.
    NotARun,
    /// The output folder holds a run that was changed since.
    RunChanged,
    /// The output folder is no folder, or one that cannot be replaced.
    NotReplaceable,
    /// A file of the run lies in the output folder, which the run replaces.
    InsideOut,
    /// The run is whole, but the state does not know of it: the same command finishes it.
    StateForgot,

    /// Without `--state` nothing is remembered.
    NoState,
    /// A column that may be missing is missing.
    AbsentColumn,
    /// A column is there, so no event changes its field.
    KeptColumn,
    /// Members that a segment names are no contacts.
    UnmetMembers,
    /// An address stands in two rows.
    DuplicateAddress,
    /// Contacts name companies that the companies file lacks.
    UnknownCompanies,
    /// What lets into campaigns started nothing.
    Lost,
    /// Contacts were left as found, for values that do not fit.
    SkippedContacts,
    /// Contacts did not come to rest.
    NeverAtRest,
    /// Columns or keys of the events that nothing reads.
    UnreadColumns,
    /// Events that the project does not know.
    UnknownEvent,
    /// Events with content that they do not have.
    UnknownContent,
    /// Events of contacts that the file lacks.
    AbsentContacts,
    /// Events of contacts that were left as found or set aside.
    PassedOverContacts,
    /// Events later than the run.
    LaterEvents,

    /// The run stood before, in another form, and is not written again.
    OtherwiseWritten,
    /// The disk did not confirm what was written.
    Unconfirmed,
    /// Something that nothing needs any more cannot be removed.
    LeftBehind,
    /// The tables of the run could not be printed.
    Unprinted,

    /// Bad rows were set aside.
    SetAside,
    /// The events of a first run are its past.
    PastOnly,
    /// Contacts in flight have the same place under another name.
    Moved,
    /// Contacts in flight lost their place, as the project says.
    Removed,
    /// A content is gone, and that contacts got it is forgotten.
    ContentForgotten,
    /// A field that nothing writes any more is what the contacts file says.
    FieldForgotten,
    /// A tag is gone, and contacts lose it.
    TagLost,
    /// What lets into a campaign means something else now.
    EnterChanged,
}
