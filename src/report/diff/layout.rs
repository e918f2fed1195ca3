//! Words, numbers and groups that all forms of a report share.

use crate::diff::{Change, Kind, Mark};
use crate::runner::compare::{Comparison, DataKind, DataShift, Samples};

/// The word for a kind of thing.
pub(super) fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Project => "project",
        Kind::Contacts => "data of contacts",
        Kind::Tag => "tag",
        Kind::Field => "field",
        Kind::Companies => "data of companies",
        Kind::CompanyField => "company field",
        Kind::PointGroup => "group of points",
        Kind::PointRule => "rule for points",
        Kind::Channel => "channel",
        Kind::Content => "content",
        Kind::Event => "event",
        Kind::Destination => "destination",
        Kind::Segment => "segment",
        Kind::Funnel => "funnel",
        Kind::Stage => "stage",
        Kind::Campaign => "campaign",
        Kind::Step => "step",
    }
}

/// A thing by its kind and id, as the subject of a sentence; of what there is once the kind says
/// all.
pub(super) fn things(kind: Kind, id: Option<&str>) -> String {
    match (kind, id) {
        (Kind::Project | Kind::Contacts | Kind::Companies, _) | (_, None) => {
            format!("the {}", kind_word(kind))
        }
        (_, Some(id)) => format!("{} `{id}`", kind_word(kind)),
    }
}

/// `1 segment`, `2 groups of points`, `the project`.
pub(super) fn several(kind: Kind, count: u64) -> String {
    let plural = match kind {
        Kind::Project | Kind::Contacts | Kind::Companies => return things(kind, None),
        Kind::Content => "contents",
        Kind::PointGroup => "groups of points",
        Kind::PointRule => "rules for points",
        Kind::Tag
        | Kind::Field
        | Kind::CompanyField
        | Kind::Channel
        | Kind::Event
        | Kind::Destination => "",
        Kind::Segment | Kind::Funnel | Kind::Stage | Kind::Campaign | Kind::Step => "",
    };
    match count {
        2.. if !plural.is_empty() => format!("{} {plural}", number(count)),
        _ => counted(count, kind_word(kind)),
    }
}

/// `+`, `-`, `~`.
pub(super) fn sign(mark: Mark) -> &'static str {
    match mark {
        Mark::Added => "+",
        Mark::Removed => "-",
        Mark::Changed => "~",
    }
}

/// `added`, `removed`, `changed`.
pub(super) fn mark_word(mark: Mark) -> &'static str {
    match mark {
        Mark::Added => "added",
        Mark::Removed => "removed",
        Mark::Changed => "changed",
    }
}

/// `1,234,567`.
pub(super) fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 step`, `2 steps`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    format!(
        "{} {noun}{}",
        number(count),
        if count == 1 || noun.ends_with('s') {
            ""
        } else {
            "s"
        }
    )
}

/// `1,000 contacts`.
pub(super) fn contacts(count: u64) -> String {
    counted(count, "contact")
}

/// `1,000 rows`.
pub(super) fn rows(count: u64) -> String {
    counted(count, "row")
}

/// `14.7 %`, rounded half up; a dash of nothing.
pub(super) fn share(part: u64, all: u64) -> String {
    if all == 0 {
        return "-".to_owned();
    }
    let tenths = (u128::from(part) * 2000 + u128::from(all)) / (2 * u128::from(all));
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// What a datum is called in a table.
pub(super) fn datum(shift: &DataShift) -> String {
    let word = match shift.kind {
        DataKind::Tag if shift.id.is_empty() => return "tags of neither plan".to_owned(),
        DataKind::Tag => "tag",
        DataKind::Field => "field",
        DataKind::Points if shift.id.is_empty() => return "points".to_owned(),
        DataKind::Points => "points in",
        DataKind::DoNotContact => "do-not-contact",
        DataKind::Member => "member of",
    };
    format!("{word} {}", shift.id)
}

/// How many differ in a datum: newly, no longer, otherwise, and their share.
pub(super) fn turns(shift: &DataShift, all: u64) -> [String; 4] {
    let [gained, lost, other] =
        [&shift.gained, &shift.lost, &shift.other].map(|samples| samples.contacts);
    [
        number(gained),
        number(lost),
        number(other),
        share(gained + lost + other, all),
    ]
}

/// What is different in the files and nowhere else.
pub(super) fn files(impact: &Comparison) -> Vec<String> {
    let columns = |word: &str, names: &[String]| {
        (!names.is_empty()).then(|| format!("contacts.csv {word} {}", names.join(", ")))
    };
    let some = |samples: &Samples, words: &str| {
        (samples.contacts > 0).then(|| format!("{} {words}", contacts(samples.contacts)))
    };
    let lines = [
        columns(
            "has these columns only after the change:",
            &impact.columns.gained,
        ),
        columns(
            "has these columns only before the change:",
            &impact.columns.lost,
        ),
        some(
            &impact.renamed,
            "get what they got, under other names of steps or entries: the keys are others",
        ),
        some(
            &impact.otherwise,
            "have a row that is written in another form, such as tags in another order",
        ),
    ];
    lines.into_iter().flatten().collect()
}

/// What the changes of one thing stand under: a step stands with its campaign.
pub(super) fn subject(change: &Change) -> String {
    let (kind, id) = if change.kind == Kind::Step {
        (
            Kind::Campaign,
            change.id.split('/').next().unwrap_or_default(),
        )
    } else {
        (change.kind, change.id.as_str())
    };
    match kind {
        Kind::Tag
        | Kind::Field
        | Kind::Channel
        | Kind::Content
        | Kind::Event
        | Kind::Destination
        | Kind::Segment => {
            format!("{} {id}", kind_word(kind))
        }
        Kind::Project | Kind::Contacts | Kind::Companies => kind_word(kind).to_owned(),
        Kind::CompanyField | Kind::PointGroup | Kind::PointRule => {
            format!("{} {id}", kind_word(kind))
        }
        Kind::Funnel | Kind::Stage | Kind::Campaign | Kind::Step => {
            format!("{} {id}", kind_word(kind))
        }
    }
}

/// What about the thing changed: of a step nothing more than its words, unless that is its id.
pub(super) fn aspect(change: &Change) -> Option<&str> {
    change
        .aspect
        .as_deref()
        .filter(|aspect| change.kind != Kind::Step || *aspect != "step")
}

/// All that must hold, or whom that leaves.
pub(super) fn asked(questions: &[String], more: Option<usize>) -> String {
    if questions.is_empty() {
        return "everyone who comes this far".to_owned();
    }
    let more = more.map(|more| format!(" … and {}", counted(more as u64, "question")) + " more");
    questions.join(" and ") + &more.unwrap_or_default()
}
