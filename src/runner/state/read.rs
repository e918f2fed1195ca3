//! A contact's line to what is remembered; an id that the plan does not know is an error, a
//! condition that it does not know is a new one.

mod as_of;
mod line;
mod lists;

use rust_decimal::Decimal;
use serde_json::Value;

use super::{
    Admission, Awaiting, ContactState, Enrollment, Hours, Phase, Position, START, SendAttempt,
    StageMemory, StageVisit, StateError, Text, WaitReason, damaged,
};
use crate::model::ids::{Arena, Id};
use crate::model::{
    CampaignId, ChoiceId, Experience, Field, FieldType, Model, Outcome, Stage, StageId, StageRef,
};
use crate::runner::contact::Kept;
use crate::runner::contact::trimmed;
use crate::runner::merge::Tracked;
use crate::runner::program::Program;
use line::{AwaitLine, KnownLine, Line, MemberLine, Name, StageLine, TokenLine, TryLine};

/// The key of the contact whose line this is, without reading the rest of it.
pub fn key_of(line: &str) -> Result<Text<'_>, StateError> {
    let rest = line
        .strip_prefix(START)
        .ok_or_else(|| damaged("it does not begin with a key"))?;
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Name<'_>>();
    match values.next() {
        Some(Ok(name)) => Ok(name.0),
        Some(Err(error)) => Err(damaged(error)),
        None => Err(damaged("it ends before the key")),
    }
}

/// Reads a line.
pub(super) fn line(program: &Program, text: &str) -> Result<ContactState, StateError> {
    let line: Line<'_> = serde_json::from_str(text).map_err(damaged)?;
    let mut memory = ContactState {
        limited: line.i,
        ..ContactState::default()
    };
    read_stages(program, &line, &mut memory)?;
    read_stays(program.model(), &line, &mut memory)?;
    read_values(program, &line, &mut memory)?;
    lists::read(program, &line, &mut memory)?;
    as_of::read(program.model(), &line, &mut memory)?;
    for (id, member) in line.c.0 {
        let campaign = find(&program.model().campaigns, "campaign", &id.0, |it| &it.id)?;
        read_member(program, campaign, &member, &mut memory)?;
    }
    memory.stages.sort_by_key(|(id, _)| *id);
    memory.fields.sort_by_key(|(id, _)| *id);
    memory.sent.sort_by_key(|(id, _)| *id);
    Ok(memory)
}

fn read_stages(
    program: &Program,
    line: &Line<'_>,
    memory: &mut ContactState,
) -> Result<(), StateError> {
    let funnels = &program.model().funnels;
    for (id, written) in &line.s.0 {
        let funnel = find(funnels, "funnel", &id.0, |it| &it.id)?;
        let stage =
            |name: &Option<Name<'_>>| stage_of(&funnels[funnel].stages, &id.0, name.as_ref());
        let known = Tracked {
            value: stage(&written.v)?,
            read: written.r.as_ref().map(stage).transpose()?,
            earlier: written.b.iter().map(stage).collect::<Result<_, _>>()?,
        };
        let StageLine {
            t: since,
            l: left,
            a: in_audience,
            ..
        } = *written;
        memory.stages.push((
            funnel,
            StageMemory {
                stage: known,
                since,
                left,
                in_audience,
            },
        ));
    }
    for (id, stages) in &line.e.0 {
        let funnel = find(funnels, "funnel", &id.0, |it| &it.id)?;
        for name in stages {
            let stage = find(&funnels[funnel].stages, "stage", &name.0, |it| &it.id)?;
            memory.entered.push((funnel, stage));
        }
    }
    Ok(())
}

/// An experience that is not there any more, or a stage, is forgotten.
fn read_stays(model: &Model, line: &Line<'_>, memory: &mut ContactState) -> Result<(), StateError> {
    for (Name(stage), written) in &line.x.0 {
        let Some((at, known)) = experiences_of(model, stage) else {
            continue;
        };
        let place = |Name(id): &Name<'_>| known.iter().position(|it| it.id == *id);
        let shown = written.c.as_ref().and_then(place);
        let content = written
            .w
            .as_ref()
            .map(|Name(id)| find(&model.content, "content", id, |it| &it.id))
            .transpose()?;
        memory.stays.push((
            at,
            StageVisit {
                number: written.n,
                inside: written.i,
                shown,
                content,
                until: written.d,
            },
        ));
        let visits = written
            .v
            .0
            .iter()
            .filter_map(|(id, count)| Some((at, place(id)?, *count)));
        memory.visits.extend(visits);
    }
    memory.stays.sort_by_key(|(stage, _)| *stage);
    memory.visits.sort_unstable();
    Ok(())
}

fn experiences_of<'m>(model: &'m Model, name: &str) -> Option<(StageRef, &'m [Experience])> {
    let (funnel, stage) = name.split_once('/')?;
    let funnel = find(&model.funnels, "funnel", funnel, |it| &it.id).ok()?;
    let stages = &model.funnels[funnel].stages;
    let stage = find(stages, "stage", stage, |it| &it.id).ok()?;
    let known = stages[stage].experiences.as_slice();
    (!known.is_empty()).then_some((StageRef { funnel, stage }, known))
}

fn stage_of(
    stages: &Arena<StageId, Stage>,
    funnel: &str,
    name: Option<&Name<'_>>,
) -> Result<Option<StageId>, StateError> {
    let Some(Name(name)) = name else {
        return Ok(None);
    };
    let found = find(stages, "stage", name, |it| &it.id);
    found.map(Some).map_err(|_| StateError::Unknown {
        kind: "stage",
        id: format!("{funnel}/{name}"),
    })
}

fn read_values(
    program: &Program,
    line: &Line<'_>,
    memory: &mut ContactState,
) -> Result<(), StateError> {
    let model = program.model();
    for (id, written) in &line.f.0 {
        let field = find(&model.contacts.fields, "field", &id.0, |it| &it.id)?;
        let kept = |value: &Value| kept(&model.contacts.fields[field], value);
        let known = Tracked {
            value: kept(&written.v)?,
            read: written.r.as_ref().map(kept).transpose()?,
            earlier: written.b.iter().map(kept).collect::<Result<_, _>>()?,
        };
        memory.fields.push((field, known));
    }
    let points = |line: &KnownLine<i64>| Tracked {
        value: line.v,
        read: line.r,
        earlier: line.b.clone(),
    };
    memory.points = points(&line.p);
    // The points of a group that is no more are forgotten.
    let group = |name: &Name<'_>| find(&model.points.groups, "group", &name.0, |it| &it.id).ok();
    memory.groups = line
        .r
        .0
        .iter()
        .filter_map(|(name, known)| Some((group(name)?, points(known))))
        .collect();
    memory.groups.sort_by_key(|(id, _)| *id);
    for (names, tags) in [
        (&line.g, &mut memory.tags),
        (&line.h, &mut memory.pending_tags),
    ] {
        for name in names {
            tags.push(find(&model.contacts.tags.names, "tag", &name.0, |it| {
                &it.id
            })?);
        }
    }
    for event in &line.o {
        memory.events.extend(super::events::known(model, event)?);
    }
    let taken = line
        .y
        .iter()
        .map(|Name(text)| super::events::read_identity(text));
    memory.taken = taken.collect::<Result<_, _>>()?;
    for (id, at) in &line.m.0 {
        memory
            .sent
            .push((find(&model.content, "content", &id.0, |it| &it.id)?, *at));
    }
    Ok(())
}

fn read_member(
    program: &Program,
    id: CampaignId,
    line: &MemberLine<'_>,
    memory: &mut ContactState,
) -> Result<(), StateError> {
    let campaign = &program.model().campaigns[id];
    let mut member = Enrollment {
        entries: line.n,
        phase: phase(line)?,
        since: line.t,
        admission: match (line.a, line.u) {
            (_, true) => Admission::Occurrence,
            (false, false) if line.p.is_some() => Admission::Condition,
            (_, false) => Admission::Arrival,
        },
        due: line.d,
        paused: line.x,
        arrived: line.f,
        started: line.i,
        counted: line.v.is_some(),
        ..Enrollment::default()
    };
    let step = |name: &str| {
        let unknown = || StateError::Unknown {
            kind: "step",
            id: format!("{}/{name}", campaign.id),
        };
        program.step_named(id, name).ok_or_else(unknown)
    };
    if let Some(Name(name)) = &line.p {
        member.step = step(name)?;
        member.pending = pending(line.w.as_ref(), line.y)?;
        member.hours = hours(program, id, line.l.as_ref(), line.m);
    }
    member.due = endless(member.pending, member.due);
    for TokenLine { p, d, w, y, l, m } in &line.b {
        let pending = pending(w.as_ref(), *y)?;
        let hours = hours(program, id, l.as_ref(), *m);
        let token = Position {
            step: step(&p.0)?,
            pending,
            due: endless(pending, *d),
            hours,
        };
        memory.ways.push((id, token));
    }
    for (name, AwaitLine { r, e }) in &line.j.0 {
        memory.awaits.push((
            id,
            Awaiting {
                step: step(&name.0)?,
                from: r.clone(),
                settled: *e,
            },
        ));
    }
    for (name, TryLine { t, k }) in &line.h.0 {
        let content = find(&program.model().content, "content", &name.0, |it| &it.id)?;
        memory.tries.push((
            id,
            content,
            SendAttempt {
                sent: *t,
                skipped: *k,
            },
        ));
    }
    for (name, count) in line.v.iter().flat_map(|visits| &visits.0) {
        memory.step_visits.push((id, step(&name.0)?, *count));
    }
    memory.members.push((id, member));
    let marks = &program.campaigns[id.index()].enter;
    let known = |mark: &Name<'_>| marks.iter().position(|way| way.mark == mark.0);
    memory
        .waiting
        .extend(line.q.iter().filter_map(known).map(|at| (id, at)));
    for name in &line.s {
        memory.sent_in_entry.push((
            id,
            find(&program.model().content, "content", &name.0, |it| &it.id)?,
        ));
    }
    Ok(())
}

fn phase(line: &MemberLine<'_>) -> Result<Phase, StateError> {
    match line.o.as_ref().map(|name| &*name.0) {
        _ if line.p.is_some() => Ok(Phase::Active),
        None => Ok(Phase::Never),
        Some("completed") => Ok(Phase::Ended(Outcome::Completed)),
        Some("exited") => Ok(Phase::Ended(Outcome::Exited)),
        Some("converted") => Ok(Phase::Ended(Outcome::Converted)),
        Some(other) => Err(damaged(format!("`{other}` is no outcome"))),
    }
}

/// A wait that the plan no longer has holds for nothing.
fn hours(program: &Program, id: CampaignId, after: Option<&Name<'_>>, times: u32) -> Hours {
    let wait = after.and_then(|name| program.step_named(id, &name.0));
    Hours {
        after: wait.and_then(|step| u32::try_from(step).ok()),
        times,
    }
}

/// An `await` without a deadline has none in the line either. Earlier versions left out any moment
/// that no calendar reaches, and nothing that was put off when funnelc ran was due in 1970.
fn endless(pending: WaitReason, due: i64) -> i64 {
    let may_lack = match pending {
        WaitReason::Await | WaitReason::Wait => true,
        WaitReason::Deferred | WaitReason::Delayed(_) => true,
        WaitReason::Start | WaitReason::Field | WaitReason::Fork => false,
        WaitReason::Ready | WaitReason::Removed => false,
    };
    if may_lack && due == 0 { i64::MAX } else { due }
}

fn pending(word: Option<&Name<'_>>, first: i64) -> Result<WaitReason, StateError> {
    match word.map(|name| &*name.0) {
        None => Ok(WaitReason::Wait),
        Some("start") => Ok(WaitReason::Start),
        Some("field") => Ok(WaitReason::Field),
        Some("deferred") => Ok(WaitReason::Deferred),
        Some("delayed") => Ok(WaitReason::Delayed(first)),
        Some("removed") => Ok(WaitReason::Removed),
        Some("fork") => Ok(WaitReason::Fork),
        Some("await") => Ok(WaitReason::Await),
        Some("ready") => Ok(WaitReason::Ready),
        Some(other) => Err(damaged(format!("`{other}` holds nobody"))),
    }
}

pub(super) fn kept(field: &Field, value: &Value) -> Result<Kept, StateError> {
    let wrong = || damaged(format!("`{value}` is no value of field `{}`", field.id));
    let found = match (field.type_.as_ref(), value) {
        (_, Value::Null) => Some(Kept::Missing),
        (Some(FieldType::Text { .. } | FieldType::Email), Value::String(text)) => {
            Some(Kept::Text(trimmed(text).into()))
        }
        (Some(FieldType::Integer), value) => value.as_i64().map(Kept::Integer),
        (Some(FieldType::Number), Value::String(text)) => {
            Decimal::from_str_exact(text).ok().map(Kept::Number)
        }
        (Some(FieldType::Boolean), value) => value.as_bool().map(Kept::Boolean),
        (Some(FieldType::Date), value) => value
            .as_i64()
            .and_then(|day| i32::try_from(day).ok())
            .map(Kept::Day),
        (Some(FieldType::Datetime), value) => value.as_i64().map(Kept::Moment),
        (Some(FieldType::Choice(values)), Value::String(text)) => {
            choice(values, text).map(Kept::Choice)
        }
        (Some(FieldType::Choices { values, .. }), Value::Array(chosen)) => {
            choices(values, chosen).map(Kept::Choices)
        }
        _ => None,
    };
    found.ok_or_else(wrong)
}

fn choice(values: &[String], text: &str) -> Option<ChoiceId> {
    values
        .iter()
        .position(|value| value == text)
        .map(ChoiceId::from_index)
}

fn choices(values: &[String], chosen: &[Value]) -> Option<u64> {
    chosen.iter().try_fold(0, |set, value| {
        let at = choice(values, value.as_str()?)?.index();
        Some(set | 1_u64.checked_shl(u32::try_from(at).ok()?)?)
    })
}

/// Arenas stand in order of their ids; one that should not is searched from the start.
fn find<I: Id, T>(
    things: &Arena<I, T>,
    kind: &'static str,
    id: &str,
    id_of: impl Fn(&T) -> &String,
) -> Result<I, StateError> {
    let (mut low, mut high) = (0, things.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        match id_of(&things[I::from_index(middle)]).as_str().cmp(id) {
            std::cmp::Ordering::Equal => return Ok(I::from_index(middle)),
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    things
        .find(|thing| id_of(thing) == id)
        .ok_or_else(|| StateError::Unknown {
            kind,
            id: id.to_owned(),
        })
}
