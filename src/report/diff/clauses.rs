//! What a change does to contacts, a clause each, in the order in which it matters to them; every
//! kind of difference that a comparison counts has a clause.

use super::layout::{contacts, number, rows};
use crate::runner::compare::{
    ActionShift, Comparison, DataKind, DataShift, MessageShift, Samples, Shift,
};

/// A clause of the headline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Clause {
    pub(super) topic: Topic,
    pub(super) words: String,
}

/// What a clause is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topic {
    Rows,
    Places,
    Messages,
    Stages,
    Campaigns,
    Data,
    Actions,
    Ahead,
    Segments,
    Files,
}

impl Topic {
    /// The word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Rows => "rows",
            Self::Places => "places",
            Self::Messages => "messages",
            Self::Stages => "stages",
            Self::Campaigns => "campaigns",
            Self::Data => "data",
            Self::Actions => "actions",
            Self::Ahead => "what is to come",
            Self::Segments => "segments",
            Self::Files => "files",
        }
    }
}

impl Clause {
    fn new(topic: Topic, words: String) -> Self {
        Self { topic, words }
    }

    /// About the way to a message.
    pub(super) fn of_way(words: String) -> Self {
        Self::new(Topic::Messages, words)
    }
}

/// All that differs; nothing where all contacts are treated as before.
pub(super) fn of_impact(impact: &Comparison) -> Vec<Clause> {
    let all = contacts(impact.contacts);
    let mut clauses = Vec::new();
    let mut add = |topic, found: Vec<String>| {
        clauses.extend(found.into_iter().map(|words| Clause::new(topic, words)));
    };
    add(Topic::Rows, unread(impact));
    add(Topic::Places, places(impact));
    add(Topic::Messages, messages(impact, &all));
    add(
        Topic::Stages,
        count(impact.other_stages, &all, "end in another stage")
            .into_iter()
            .collect(),
    );
    add(Topic::Campaigns, campaigns(impact, &all));
    add(
        Topic::Data,
        impact.data.iter().flat_map(|it| data(it, &all)).collect(),
    );
    add(
        Topic::Actions,
        impact
            .actions
            .iter()
            .flat_map(|it| action(it, &all))
            .collect(),
    );
    add(Topic::Ahead, ahead(impact, &all));
    add(
        Topic::Segments,
        count(segments(impact), &all, "are in other segments")
            .into_iter()
            .collect(),
    );
    add(Topic::Files, files(impact, &all));
    clauses
}

fn unread(impact: &Comparison) -> Vec<String> {
    let (lost, found, all) = (
        &impact.bad_rows.gained,
        &impact.bad_rows.lost,
        rows(impact.rows),
    );
    let words = |count: u64, words: &str| {
        (count > 0).then(|| format!("{} of {all} {words}", number(count)))
    };
    let clauses = [
        words(lost.contacts, "can no longer be read"),
        words(found.contacts, "can be read that could not be before"),
    ];
    clauses.into_iter().flatten().collect()
}

/// Whom a run would refuse to go on with.
fn places(impact: &Comparison) -> Vec<String> {
    let refused = impact
        .refused
        .iter()
        .map(|refusal| format!("`funnelc run` refuses this: {}", refusal.what));
    let refused: Vec<_> = refused.collect();
    let strays = impact.misplaced.gained.contacts;
    if refused.is_empty() {
        return count(strays, &contacts(impact.contacts), "lose their place")
            .into_iter()
            .collect();
    }
    refused
}

/// Who gets what: newly before no longer, many before few.
fn messages(impact: &Comparison, all: &str) -> Vec<String> {
    let mut clauses = Vec::new();
    let mut add = |count: fn(&MessageShift) -> u64, words: &dyn Fn(&str) -> String| {
        let mut found: Vec<_> = impact
            .messages
            .iter()
            .map(|message| (count(message), &message.now.id))
            .collect();
        found.retain(|(count, _)| *count > 0);
        found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        clauses.extend(
            found
                .into_iter()
                .filter_map(|(count, id)| self::count(count, all, &words(id))),
        );
    };
    add(MessageShift::newly, &|id| format!("newly get `{id}`"));
    add(|it| it.on_the_way.gained.contacts, &|id| {
        format!("are newly on the way to `{id}`")
    });
    add(|it| it.sooner, &|id| {
        format!("get `{id}` now instead of later")
    });
    add(MessageShift::no_longer, &|id| {
        format!("no longer get `{id}`")
    });
    add(|it| it.on_the_way.lost.contacts, &|id| {
        format!("are no longer on the way to `{id}`")
    });
    add(|it| it.later, &|id| {
        format!("get `{id}` later instead of now")
    });
    add(|it| it.retimed.contacts, &|id| {
        format!("get `{id}` at another time")
    });
    add(|it| it.altered.contacts, &|id| {
        format!("get `{id}` on another channel, at another address or with other values")
    });
    clauses
}

fn campaigns(impact: &Comparison, all: &str) -> Vec<String> {
    let differs = |shift: &Shift| shift.gained.contacts + shift.lost.contacts;
    let words = |(entered, inside, id): (u64, u64, &str)| match (entered, inside) {
        (0, 0) => None,
        (0, inside) => Some(format!(
            "for {} of {all} it changes whether they stay in `{id}`",
            number(inside)
        )),
        (entered, _) => Some(format!(
            "for {} of {all} the entry into `{id}` changes",
            number(entered)
        )),
    };
    let found = impact.campaigns.iter().map(|it| {
        (
            differs(&it.entered),
            differs(&it.inside),
            it.entered.id.as_str(),
        )
    });
    found.filter_map(words).collect()
}

fn data(shift: &DataShift, all: &str) -> Vec<String> {
    let id = &shift.id;
    let [gained, lost, other] = match shift.kind {
        DataKind::Tag if id.is_empty() => [
            "end with a tag that neither plan names".to_owned(),
            "end without a tag that neither plan names".to_owned(),
            String::new(),
        ],
        DataKind::Tag => [
            format!("end with the tag `{id}`"),
            format!("end without the tag `{id}`"),
            String::new(),
        ],
        DataKind::Field => {
            let value = format!("end with another value of the field `{id}`");
            [
                format!("end with a value of the field `{id}`"),
                format!("end without a value of the field `{id}`"),
                value,
            ]
        }
        DataKind::Points => {
            let points = if id.is_empty() {
                "end with other points".to_owned()
            } else {
                format!("end with other points in `{id}`")
            };
            [points.clone(), points.clone(), points]
        }
        DataKind::DoNotContact => {
            let list = format!("on do-not-contact for {id}");
            [
                format!("are newly {list}"),
                format!("are no longer {list}"),
                format!("are {list} for another reason"),
            ]
        }
        DataKind::Member => {
            let list = format!("put into the segment `{id}` by a step");
            [
                format!("are newly {list}"),
                format!("are no longer {list}"),
                format!("are otherwise {list}, or taken out of it"),
            ]
        }
    };
    let each = [
        (&shift.gained, gained),
        (&shift.lost, lost),
        (&shift.other, other),
    ];
    each.into_iter()
        .filter_map(|(samples, words)| count(samples.contacts, all, &words))
        .collect()
}

fn action(shift: &ActionShift, all: &str) -> Vec<String> {
    let id = &shift.done.id;
    let words = |samples: &Samples, words: &str| {
        let for_whom = format!("`{id}` {words} for {} of {all}", number(samples.contacts));
        (samples.contacts > 0).then_some(for_whom)
    };
    let found = [
        words(&shift.done.gained, "newly happens"),
        words(&shift.done.lost, "no longer happens"),
        words(
            &shift.altered,
            "says something else, or goes to somebody else,",
        ),
    ];
    found.into_iter().flatten().collect()
}

/// Who is in a campaign under both; where the way to messages differs, that is told already.
fn ahead(impact: &Comparison, all: &str) -> Vec<String> {
    let is_told = impact
        .messages
        .iter()
        .any(|it| it.on_the_way.differs() || it.retimed.contacts > 0);
    let found = impact
        .campaigns
        .iter()
        .filter(|it| !is_told && it.ahead.contacts > 0)
        .map(|it| {
            let (id, count) = (&it.entered.id, number(it.ahead.contacts));
            format!("what is to come in campaign `{id}` differs for {count} of {all}")
        });
    found.collect()
}

/// Where a campaign begins for others, that says it.
fn segments(impact: &Comparison) -> u64 {
    let is_told = impact.campaigns.iter().any(|it| it.entered.differs());
    if is_told { 0 } else { impact.other_audience }
}

fn files(impact: &Comparison, all: &str) -> Vec<String> {
    let columns = |names: &[String], word: &str| {
        let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        let noun = if names.len() == 1 {
            "column"
        } else {
            "columns"
        };
        (!names.is_empty()).then(|| format!("contacts.csv {word} the {noun} {}", names.join(", ")))
    };
    let found = [
        columns(&impact.columns.gained, "gains"),
        columns(&impact.columns.lost, "loses"),
        count(
            impact.renamed.contacts,
            all,
            "get what they got, under other keys",
        ),
        count(
            impact.otherwise.contacts,
            all,
            "are written in another form",
        ),
    ];
    found.into_iter().flatten().collect()
}

/// `4 of 34 contacts newly get …`, for one of them in the singular; nothing for nobody.
fn count(count: u64, all: &str, words: &str) -> Option<String> {
    let singular = |word: &str| match word {
        "get" => "gets".to_owned(),
        "are" => "is".to_owned(),
        "end" => "ends".to_owned(),
        "lose" => "loses".to_owned(),
        "their" => "its".to_owned(),
        "they" => "it".to_owned(),
        other => other.to_owned(),
    };
    let words = if count == 1 {
        words.split(' ').map(singular).collect::<Vec<_>>().join(" ")
    } else {
        words.to_owned()
    };
    (count > 0 && !words.is_empty()).then(|| format!("{} of {all} {words}", number(count)))
}
