//! What the kernel reads and writes of one contact: typed slots by id, filled by whoever reads (a
//! CSV file, a test), never text to be parsed.

use rust_decimal::Decimal;

use crate::model::{Channel, ChoiceId, ContentId, EventId, FunnelId, StageId};

/// The value of a field.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Slot<'a> {
    /// No value.
    #[default]
    Missing,
    /// Of `text` and `email`.
    Text(&'a str),
    /// Of `integer`.
    Integer(i64),
    /// Of `number`.
    Number(Decimal),
    /// Of `boolean`.
    Boolean(bool),
    /// Of `date`: days since 1970-01-01.
    Day(i32),
    /// Of `datetime`: seconds since 1970-01-01T00:00Z.
    Moment(i64),
    /// Of `choice`.
    Choice(ChoiceId),
    /// Of `choices`: bit n is the n-th value of the declaration.
    Choices(u64),
}

/// The value of a field, kept beyond the row that it was read from.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "the variants are those of `Slot`")]
pub enum Kept {
    #[default]
    Missing,
    Text(Box<str>),
    Integer(i64),
    Number(Decimal),
    Boolean(bool),
    Day(i32),
    Moment(i64),
    Choice(ChoiceId),
    Choices(u64),
}

impl Kept {
    /// To be read.
    pub fn slot(&self) -> Slot<'_> {
        match *self {
            Self::Missing => Slot::Missing,
            Self::Text(ref text) => Slot::Text(text),
            Self::Integer(number) => Slot::Integer(number),
            Self::Number(number) => Slot::Number(number),
            Self::Boolean(flag) => Slot::Boolean(flag),
            Self::Day(day) => Slot::Day(day),
            Self::Moment(moment) => Slot::Moment(moment),
            Self::Choice(choice) => Slot::Choice(choice),
            Self::Choices(choices) => Slot::Choices(choices),
        }
    }
}

impl From<Slot<'_>> for Kept {
    fn from(slot: Slot<'_>) -> Self {
        match slot {
            Slot::Missing => Self::Missing,
            Slot::Text(text) => Self::Text(text.into()),
            Slot::Integer(number) => Self::Integer(number),
            Slot::Number(number) => Self::Number(number),
            Slot::Boolean(flag) => Self::Boolean(flag),
            Slot::Day(day) => Self::Day(day),
            Slot::Moment(moment) => Self::Moment(moment),
            Slot::Choice(choice) => Self::Choice(choice),
            Slot::Choices(choices) => Self::Choices(choices),
        }
    }
}

/// A set of the tags that the project knows, as bits by their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagSet {
    words: Vec<u64>,
}

impl TagSet {
    /// An empty set for `count` tags.
    pub fn with_room_for(count: usize) -> Self {
        Self {
            words: vec![0; count.div_ceil(64)],
        }
    }

    /// Whether the tag at `index` is in it.
    pub fn has(&self, index: usize) -> bool {
        self.words
            .get(index / 64)
            .is_some_and(|word| word >> (index % 64) & 1 == 1)
    }

    /// Whether there is none in it.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Puts the tag at `index` in, or takes it out.
    pub fn set(&mut self, index: usize, present: bool) {
        if let Some(word) = self.words.get_mut(index / 64) {
            let bit = 1 << (index % 64);
            *word = if present { *word | bit } else { *word & !bit };
        }
    }

    /// The indices of the tags in it, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        let words = self
            .words
            .iter()
            .enumerate()
            .filter(|(_, word)| **word != 0);
        words.flat_map(|(at, word)| {
            (0..64)
                .filter(move |bit| word >> bit & 1 == 1)
                .map(move |bit| at * 64 + bit)
        })
    }

    /// Takes all tags out.
    pub fn clear(&mut self) {
        self.words.fill(0);
    }

    /// Makes this set the same as `other`, without allocating.
    pub fn copy_from(&mut self, other: &Self) {
        self.words.clone_from(&other.words);
    }
}

/// Why a channel must not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the language's words")]
pub enum Block {
    Unsubscribed,
    Complained,
    Bounced,
}

/// Something that happened to a contact.
#[derive(Clone, Debug, PartialEq)]
pub struct Occurrence {
    /// When, in seconds since 1970-01-01T00:00Z.
    pub at: i64,
    /// What.
    pub event: EventId,
    /// Of which content.
    pub of: Option<ContentId>,
    /// What tells it apart from the contact's others, in files that overlap.
    pub identity: u64,
    /// By property id; shorter where the last ones are missing.
    pub properties: Box<[Kept]>,
}

impl Block {
    /// The word of the language.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unsubscribed => "unsubscribed",
            Self::Complained => "complained",
            Self::Bounced => "bounced",
        }
    }

    /// A graver one replaces a lighter one.
    pub(crate) fn gravity(self) -> u8 {
        match self {
            Self::Unsubscribed => 1,
            Self::Bounced => 2,
            Self::Complained => 3,
        }
    }

    /// The other way.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        [Self::Unsubscribed, Self::Complained, Self::Bounced]
            .into_iter()
            .find(|block| block.word() == word)
    }
}

/// What the contacts file shows of one contact. A reader fills one of these and uses it again for
/// the next row.
#[derive(Clone, Debug, Default)]
pub struct Seen<'a> {
    /// The key.
    pub key: &'a str,
    /// Whether a value does not fit, and the contact is to be left as it is.
    pub skipped: bool,
    /// By field id; defaults are filled in, also where there is no column.
    pub fields: Vec<Slot<'a>>,
    /// By funnel id.
    pub stages: Vec<Option<StageId>>,
    /// The funnels whose cell holds the text of a stage that is gone or has another name.
    pub outdated: Vec<FunnelId>,
    /// The known tags.
    pub tags: TagSet,
    /// Whether the cell of tags holds one that the project does not name, and any may be there.
    pub other_tags: bool,
    /// Whether the cell of tags holds one under an old name.
    pub outdated_tags: bool,
    /// The points; 0 where the cell is empty or there is no column.
    pub points: i64,
    /// The points in groups, by group id; 0 as above.
    pub groups: Vec<i64>,
    /// By channel, in the order of [`Channel::ALL`].
    pub blocks: [Option<Block>; Channel::ALL.len()],
    /// What the events file tells of it, by time.
    pub news: &'a [Occurrence],
}

/// Which of the columns that funnelc also writes stand in the contacts file; the state alone knows
/// the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// By field id.
    pub fields: Vec<bool>,
    /// By funnel id.
    pub stages: Vec<bool>,
    /// The tags' column.
    pub tags: bool,
    /// The points' column.
    pub points: bool,
    /// By channel: that of do-not-contact.
    pub blocks: [bool; Channel::ALL.len()],
    /// By group id.
    pub groups: Vec<bool>,
}

/// What a cell says: its text without the white space around it. Whoever reads a cell of any file
/// reads this. Where both ends are plain ASCII, which is nearly always, there is none.
#[inline]
pub(crate) fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [] => text,
        [only] if only.is_ascii_graphic() => text,
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}
