//! Whom a contact's line keeps from a channel, which segments steps put it in, when limited
//! channels were used, on which messages went out, and what of it was not read yet.

use super::{Line, Name, StateError, damaged, find};
use crate::model::{Channel, Model};
use crate::runner::contact::Block;
use crate::runner::merge::Tracked;
use crate::runner::program::Program;
use crate::runner::state::{ContactState, Knows, Unread};

/// A segment that the plan does not have has no members.
pub(super) fn read(
    program: &Program,
    line: &Line<'_>,
    memory: &mut ContactState,
) -> Result<(), StateError> {
    let block = |name: &Option<Name<'_>>| match name {
        None => Ok(None),
        Some(Name(word)) => Block::of_word(word)
            .map(Some)
            .ok_or_else(|| damaged(format!("`{word}` is no reason not to write"))),
    };
    for (name, written) in &line.b.0 {
        let channel = channel_named(name)?;
        let known = Tracked {
            value: block(&written.v)?,
            read: written.r.as_ref().map(block).transpose()?,
            earlier: written.b.iter().map(block).collect::<Result<_, _>>()?,
        };
        memory.blocks.push((channel, known));
    }
    for (name, times) in &line.l.0 {
        memory.sent_on.push((channel_named(name)?, times.clone()));
    }
    for (name, channel) in &line.n.0 {
        let message = find(&program.model().content, "content", &name.0, |it| &it.id)?;
        memory.went_out.push((message, channel_named(channel)?));
    }
    memory.went_out.sort_unstable();
    for (name, inside) in &line.u.0 {
        if let Ok(segment) = find(&program.model().segments, "segment", &name.0, |it| &it.id) {
            memory.members_by_hand.push((segment, *inside));
        }
    }
    memory.members_by_hand.sort_unstable();
    memory.unread = line
        .z
        .as_ref()
        .map(|names| unread(program.model(), names))
        .transpose()?;
    Ok(())
}

fn unread(model: &Model, names: &Knows) -> Result<Box<Unread>, StateError> {
    let funnel = |id: &String| find(&model.funnels, "funnel", id, |it| &it.id);
    let field = |id: &String| find(&model.contacts.fields, "field", id, |it| &it.id);
    let tag = |id: &String| find(&model.contacts.tags.names, "tag", id, |it| &it.id);
    let group = |id: &String| find(&model.points.groups, "group", id, |it| &it.id);
    Ok(Box::new(Unread {
        funnels: names.funnels.iter().map(funnel).collect::<Result<_, _>>()?,
        fields: names.fields.iter().map(field).collect::<Result<_, _>>()?,
        tags: names.tags.iter().map(tag).collect::<Result<_, _>>()?,
        points: names.points,
        blocks: names.blocks,
        groups: names.groups.iter().map(group).collect::<Result<_, _>>()?,
    }))
}

fn channel_named(name: &Name<'_>) -> Result<Channel, StateError> {
    let found = Channel::of(&name.0);
    found.ok_or_else(|| damaged(format!("`{}` is no channel", name.0)))
}
