//! Why a contact is where it is: each segment, stage, campaign and message with the values that
//! decide, the first thing that fails, and what would change it.
//!
//! Nothing is evaluated here. The engine of a run takes the contact through the instant, answers
//! each condition and each part of it, and tries each change before it is told.

mod ahead;
mod campaigns;
mod changes;
mod culprit;
mod document;
mod funnels;
mod lines;
mod messages;
mod questions;
mod trials;
mod view;

pub use document::{
    CampaignWhy, Change, Culprit, Decides, FORMAT, Fate, FunnelWhy, Line, MessageWhy, SegmentWhy,
    Spot, Standing, Then, Tree, Waits, WayWhy, Why,
};

use std::sync::atomic::AtomicBool;

use crate::json_schema::published;
use crate::model::ids::Id;
use crate::model::{Model, SegmentId};
use crate::plan::Plan;
use crate::runner::batch::Watch;
use crate::runner::input::blocks::Source;
use crate::runner::input::state_store::Snapshot;
use crate::runner::notice::RowError;
use crate::runner::one::{Found, Given, Looked, Moment, OneContact};
use crate::runner::{Inputs, Options, RunError};
use crate::source::Sources;
use culprit::{Verdict, culprit, is_in};
use questions::Questions;
use trials::Trials;
use view::View;

/// What is known of a key.
#[derive(Debug)]
pub enum Answer {
    /// The contact.
    Contact(Box<Why>),
    /// Nobody has it; another key is spelt nearly like it.
    Nobody {
        /// That key.
        near: Option<String>,
    },
    /// Its row is none that a run would take.
    BadRow(Vec<RowError>),
}

/// The JSON Schema of the document.
pub fn json_schema() -> String {
    published::<Why>()
}

/// Whom somebody asks about.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) key: &'a str,
    pub(crate) moment: Moment,
    /// The rows of journals of earlier runs that are about the contact, without headers.
    pub(crate) history: &'a [u8],
}

/// Explains a contact of files in memory at `now`, or without it at the moment of the state;
/// `history` are rows of journals that are about it, without headers.
pub fn why_bytes(
    plan: &Plan,
    key: &str,
    (now, clock): (Option<i64>, i64),
    inputs: Inputs<'_>,
    state: Option<&[u8]>,
    history: &[u8],
) -> Result<Answer, RunError> {
    let watch = Watch {
        interrupted: &AtomicBool::new(false),
        progress: &|_| {},
    };
    let given = Given {
        contacts: Some(Source::Bytes(inputs.contacts)),
        state: state.map(|state| Snapshot::Bytes(state.to_vec())),
        companies: inputs.companies,
        events: inputs
            .events
            .map(|(bytes, format)| (Source::Bytes(bytes), format)),
        spill: inputs.spill,
    };
    let asked = Asked {
        key,
        moment: now.map_or(Moment::OfState(clock), Moment::At),
        history,
    };
    why((plan, None), asked, given, Options::default(), &watch)
}

/// Explains a contact; of a project that was compiled on the way `sources` are its files.
pub(crate) fn why(
    (plan, sources): (&Plan, Option<&Sources>),
    asked: Asked<'_>,
    given: Given<'_, '_>,
    options: Options,
    watch: &Watch<'_>,
) -> Result<Answer, RunError> {
    let questions = Questions::of(plan.model());
    let (key, moment, list) = (asked.key, asked.moment, &questions.list);
    let found = OneContact::find(plan, key, moment, given, list, options, watch)?;
    let one = match found {
        Found::Contact(one) => one,
        Found::Nobody { near } => return Ok(Answer::Nobody { near }),
    };
    let looked = match one.row.as_ref().map(|row| one.look(row)).transpose()? {
        Some(Err(problems)) => return Ok(Answer::BadRow(problems)),
        Some(Ok(looked)) => Some(looked),
        None => None,
    };
    let nothing = crate::runner::state::ContactState::default();
    let memory = looked.as_ref().map(|looked: &Looked| &looked.memory);
    let view = View {
        model: plan.model(),
        one: &one,
        questions: &questions,
        looked: looked.as_ref(),
        memory: memory.or(one.memory.as_ref()).unwrap_or(&nothing),
        sources,
    };
    let history = lines::in_order(lines::of(asked.history));
    Ok(Answer::Contact(Box::new(told(&view, plan, history))))
}

fn told(view: &View<'_>, plan: &Plan, history: Vec<Line>) -> Why {
    let one = view.one;
    let trials = Trials::of(one.row.as_ref());
    let happens = view
        .looked
        .map_or_else(Vec::new, |looked| lines::of(&looked.journal));
    let model: &Model = view.model;
    let all = [history.as_slice(), &happens].concat();
    Why {
        format: FORMAT,
        contact: one.key.clone(),
        at: view.moment(one.program.now()),
        plan: plan.fingerprint().to_owned(),
        row: one.row.as_ref().map(|row| row.line),
        rows: one.row.as_ref().map_or(0, |row| row.rows),
        remembered: one.memory.is_some(),
        notes: notes(one),
        segments: model
            .segments
            .ids()
            .map(|id| segment(view, &trials, id))
            .collect(),
        funnels: funnels::funnels(view, &trials, &all),
        campaigns: campaigns::campaigns(view, &trials, &all),
        history,
        happens,
    }
}

fn notes(one: &OneContact) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(row) = one.row.as_ref().filter(|row| row.rows > 1) {
        notes.push(format!(
            "{} rows have this key, and a run takes no such file; the first of them is told",
            row.rows
        ));
    }
    if one.row.is_none() {
        notes.push(
            "without a row in a contacts file no condition can be asked: what is told is what the \
                state remembers"
                .to_owned(),
        );
    }
    if one.lost_its_place {
        notes.push(
            "the contact stands where this project has nothing, and `moved` and `removed` do not \
                say what becomes of it: a run refuses"
                .to_owned(),
        );
    } else if one.other_plan {
        notes.push("another version of the project left the state".to_owned());
    }
    notes.extend(
        one.short()
            .into_iter()
            .map(|line| format!("{line}; what is not known counts as nothing")),
    );
    notes
}

fn segment<'m>(view: &View<'m>, trials: &Trials<'_>, id: SegmentId) -> SegmentWhy {
    let model: &'m Model = view.model;
    let segment = &model.segments[id];
    let decided_by = decides(view, id);
    let fails = (decided_by == Decides::Where)
        .then(|| culprit(view, trials, Verdict::Segment(id)))
        .flatten();
    SegmentWhy {
        id: segment.id.clone(),
        place: view.spot(segment.span),
        is_in: is_in(view, id),
        decided_by,
        condition: view.tree(&segment.condition),
        fails,
    }
}

/// The lists of a segment come before its condition, in this order.
fn decides(view: &View<'_>, id: SegmentId) -> Decides {
    let (segment, key) = (&view.model.segments[id], &view.one.key);
    let by_hand = &view.memory.members_by_hand;
    if segment.exclude.contains(key) {
        Decides::Exclude
    } else if segment.include.contains(key) {
        Decides::Include
    } else if by_hand.iter().any(|(of, _)| of.index() == id.index()) {
        Decides::Step
    } else {
        Decides::Where
    }
}
