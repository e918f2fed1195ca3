//! What a migration has to tell: changes of which the project does not speak, which stop a run, and
//! what it did, which is worth a word.

use std::collections::BTreeMap;
use std::fmt;

use crate::diagnostic::Guesses;
use crate::model::Model;
use crate::runner::notice::{Notice, NoticeCode};

use super::resolutions::Fates;

/// A change that concerns contacts, and of which the project does not speak.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum UnhandledChange {
    /// A funnel is gone in which they have a stage.
    Funnel(String),
    /// A stage is gone in which they are.
    Stage(String, String),
    /// A campaign is gone in which they are or were.
    Campaign(String),
    /// Two campaigns became one, and they are or were in both.
    Both(String, String),
    /// A step is gone at which they wait.
    Step(String, String),
    /// A field is gone or has another type, of which values are remembered.
    Field(String),
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum AppliedChange {
    /// They have the same place under another name.
    Moved(String, String),
    /// They lost their place, as the project says.
    Removed(String),
    /// What was sent of a content is forgotten.
    Content(String),
    /// What was remembered of a field is forgotten, because nothing writes it any more.
    Field(String),
    /// They lose a tag.
    Tag(String),
    /// What let them into a campaign says something else now, and may let them in again.
    Enter(String),
}

/// Concerns and deeds, each with the number of contacts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    pub(crate) concerns: BTreeMap<UnhandledChange, u64>,
    pub(crate) deeds: BTreeMap<AppliedChange, u64>,
}

/// All that a plan does not speak of, with what to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnhandledChanges(Vec<Item>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Item {
    what: String,
    write: Vec<String>,
}

impl Told {
    /// The deeds, to be told.
    pub(crate) fn notices(&self) -> Vec<Notice> {
        self.deeds
            .iter()
            .map(|(deed, count)| Notice::new(deed.code(), deed.words(*count)))
            .collect()
    }

    /// Everything of which the project does not speak.
    pub(super) fn unspoken(&self, model: &Model, fates: &Fates) -> Option<UnhandledChanges> {
        let guesses = Guesses::default();
        let item = |(concern, count): (&UnhandledChange, &u64)| Item {
            what: concern.words(*count),
            write: concern.lines(model, fates, &guesses),
        };
        let items: Vec<_> = self.concerns.iter().map(item).collect();
        (!items.is_empty()).then_some(UnhandledChanges(items))
    }
}

impl UnhandledChanges {
    /// Each thing in words, with what to write, one way or the other.
    pub(crate) fn items(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0
            .iter()
            .map(|item| (item.what.as_str(), item.write.as_slice()))
    }

    /// Each thing, to be told on one line with what to write.
    pub(crate) fn notices(&self) -> Vec<Notice> {
        let quoted = |write: &[String]| {
            write
                .iter()
                .map(|line| format!("`{line}`"))
                .collect::<Vec<_>>()
                .join(" or ")
        };
        let notice = |item: &Item| {
            Notice::new(
                NoticeCode::InFlight,
                format!("{}; write {}", item.what, quoted(&item.write)),
            )
        };
        self.0.iter().map(notice).collect()
    }

    /// What to write for each, one way or the other.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .flat_map(|item| &item.write)
            .map(String::as_str)
    }
}

impl fmt::Display for UnhandledChanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the project does not say what becomes of contacts in flight"
        )?;
        for Item { what, write } in &self.0 {
            write!(f, "\n  {what}; write")?;
            for (at, line) in write.iter().enumerate() {
                write!(f, "\n    {}{line}", if at == 0 { "" } else { "or " })?;
            }
        }
        Ok(())
    }
}

impl UnhandledChange {
    fn words(&self, count: u64) -> String {
        let (who, are) = contacts(count);
        match self {
            Self::Funnel(funnel) => format!("{who} {are} in the funnel `{funnel}`, which is gone"),
            Self::Stage(funnel, stage) => {
                format!("{who} {are} in the stage `{funnel}/{stage}`, which is gone")
            }
            Self::Campaign(campaign) => {
                format!(
                    "{who} {are} or {} in the campaign `{campaign}`, which is gone",
                    was(count)
                )
            }
            Self::Both(from, to) => {
                format!(
                    "{who} {are} or {} in both campaigns, `{from}` and `{to}`, of which one is left",
                    was(count)
                )
            }
            Self::Step(campaign, step) => {
                let wait = if count == 1 { "waits" } else { "wait" };
                format!(
                    "{who} {wait} at the step `{step}` of the campaign `{campaign}`, which is gone"
                )
            }
            Self::Field(field) => {
                let have = if count == 1 { "has" } else { "have" };
                format!(
                    "{who} {have} a value of the field `{field}`, which is gone or has another type"
                )
            }
        }
    }

    /// What to write, one way or the other.
    fn lines(&self, model: &Model, fates: &Fates, guesses: &Guesses) -> Vec<String> {
        match self {
            Self::Funnel(id) => {
                let to = proposal(guesses, id, model.funnels.values().map(|it| &it.id), |it| {
                    fates.funnels.contains_key(it)
                });
                vec![
                    format!(
                        "moved: [ {{ from: {id}, to: {} }} ]",
                        to.unwrap_or("FUNNEL")
                    ),
                    format!("removed: [ {{ funnel: {id} }} ]"),
                ]
            }
            Self::Stage(funnel, id) => {
                let present = fates
                    .funnels
                    .get(funnel)
                    .and_then(|fate| fate.name(funnel))
                    .unwrap_or(funnel);
                let stages = model
                    .funnels
                    .values()
                    .filter(|it| it.id == present)
                    .flat_map(|it| it.stages.values());
                let known = |it: &str| {
                    fates
                        .stages
                        .get(funnel)
                        .is_some_and(|stages| stages.contains_key(it))
                };
                let to = proposal(guesses, id, stages.map(|it| &it.id), known).unwrap_or("STAGE");
                vec![
                    format!("moved: [ {{ from: {funnel}/{id}, to: {present}/{to} }} ]"),
                    format!("removed: [ {{ stage: {funnel}/{id}, then: leave }} ]"),
                ]
            }
            Self::Campaign(id) => {
                let known = |it: &str| fates.campaigns.contains_key(it);
                let to = proposal(
                    guesses,
                    id,
                    model.campaigns.values().map(|it| &it.id),
                    known,
                );
                vec![
                    format!(
                        "moved: [ {{ from: {id}, to: {} }} ]",
                        to.unwrap_or("CAMPAIGN")
                    ),
                    format!("removed: [ {{ campaign: {id} }} ]"),
                ]
            }
            Self::Both(from, _) => vec![format!("removed: [ {{ campaign: {from} }} ]")],
            Self::Step(campaign, id) => step_lines(model, fates, guesses, [campaign, id]),
            Self::Field(id) => vec![format!("removed: [ {{ field: {id} }} ]")],
        }
    }
}

fn step_lines(
    model: &Model,
    fates: &Fates,
    guesses: &Guesses,
    [campaign, id]: [&str; 2],
) -> Vec<String> {
    let present = fates
        .campaigns
        .get(campaign)
        .and_then(|fate| fate.name(campaign))
        .unwrap_or(campaign);
    let mut names = Vec::new();
    model
        .campaigns
        .values()
        .filter(|it| it.id == present)
        .for_each(|it| it.each_step(|step| names.push(&step.name)));
    let known = |it: &str| {
        fates
            .steps
            .get(campaign)
            .is_some_and(|steps| steps.contains_key(it))
    };
    let to = quoted(proposal(guesses, id, names, known).unwrap_or("STEP"));
    let id = quoted(id);
    vec![
        format!("moved: [ {{ campaign: {present}, from: {id}, to: {to} }} ]"),
        format!("removed: [ {{ campaign: {present}, step: {id}, then: exit }} ]"),
        format!("removed: [ {{ campaign: {present}, step: {id}, then: next }} ]"),
    ]
}

/// What the old name probably became: of the names that are new, the only one or the nearest.
fn proposal<'a>(
    guesses: &Guesses,
    old: &str,
    names: impl IntoIterator<Item = &'a String>,
    known: impl Fn(&str) -> bool,
) -> Option<&'a str> {
    let new: Vec<&str> = names
        .into_iter()
        .map(String::as_str)
        .filter(|name| !known(name))
        .collect();
    match new.as_slice() {
        [only] => Some(only),
        _ => guesses.did_you_mean(old, new),
    }
}

/// Names of steps without an id hold blanks and colons.
fn quoted(name: &str) -> String {
    let plain = name
        .chars()
        .all(|c| c.is_alphanumeric() || c == '-' || c == '_' || c == '/');
    if plain {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

impl AppliedChange {
    fn code(&self) -> NoticeCode {
        match self {
            Self::Moved(..) => NoticeCode::Moved,
            Self::Removed(_) => NoticeCode::Removed,
            Self::Content(_) => NoticeCode::ContentForgotten,
            Self::Field(_) => NoticeCode::FieldForgotten,
            Self::Tag(_) => NoticeCode::TagLost,
            Self::Enter(_) => NoticeCode::EnterChanged,
        }
    }

    fn words(&self, count: u64) -> String {
        let (who, are) = contacts(count);
        match self {
            Self::Moved(from, to) => format!("{who} of {from} {are} now in {to}"),
            Self::Removed(from) => {
                let lose = if count == 1 { "loses" } else { "lose" };
                format!(
                    "{who} {lose} {} place in {from}, which was removed",
                    if count == 1 { "its" } else { "their" }
                )
            }
            Self::Content(id) => format!("content `{id}` is gone; that {who} got it is forgotten"),
            Self::Field(id) => {
                format!(
                    "nothing writes the field `{id}` any more; for {who} the contacts file alone \
                        says what it is"
                )
            }
            Self::Tag(id) => {
                let lose = if count == 1 { "loses" } else { "lose" };
                format!("tag `{id}` is gone; {who} {lose} it")
            }
            Self::Enter(campaign) => {
                let come = if count == 1 { "comes" } else { "come" };
                format!(
                    "`enter` of the campaign `{campaign}` means something else now; {who} that it had let in {come} in \
                     again wherever the new one holds and `reenter` allows it"
                )
            }
        }
    }
}

fn contacts(count: u64) -> (String, &'static str) {
    if count == 1 {
        ("1 contact".to_owned(), "is")
    } else {
        (format!("{count} contacts"), "are")
    }
}

fn was(count: u64) -> &'static str {
    if count == 1 { "was" } else { "were" }
}
