//! Whom a contact's line keeps from a channel, which segments steps put it in, when limited channels were used, and on which messages went out.

use super::{Line, Name, StateError, damaged, find};
use crate::model::Channel;
use crate::runner::contact::Block;
use crate::runner::merge::Known;
use crate::runner::program::Program;
use crate::runner::state::Memory;

/// A segment that the plan does not have has no members.
pub(super) fn read(program: &Program, line: &Line<'_>, memory: &mut Memory) -> Result<(), StateError> {
    let block = |name: &Option<Name<'_>>| match name {
        None => Ok(None),
        Some(Name(word)) => {
            Block::of_word(word).map(Some).ok_or_else(|| damaged(format!("`{word}` is no reason not to write")))
        }
    };
    for (name, written) in &line.b.0 {
        let channel = channel_named(name)?;
        let known = Known {
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
    Ok(())
}

fn channel_named(name: &Name<'_>) -> Result<Channel, StateError> {
    let found = Channel::ALL.into_iter().find(|channel| channel.word() == name.0);
    found.ok_or_else(|| damaged(format!("`{}` is no channel", name.0)))
}
