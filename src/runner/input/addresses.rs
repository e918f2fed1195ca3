//! Finds addresses that stand in two rows: who has two is written to twice. Compared are 64 bits of
//! a hash, without regard to capitals, and only on channels on which the plan can send.

use std::hash::{DefaultHasher, Hasher};

use crate::model::ids::Id;
use crate::model::{Channel, ContentKind, FieldId, Model};
use crate::runner::contact::{Seen, Slot};
use crate::runner::notice::Warning;

/// The fields with the addresses of channels on which something can be sent.
#[derive(Debug)]
pub(crate) struct Used(Vec<(Channel, FieldId)>);

/// The addresses of some rows, hashed, each with its line; by place in [`Used`].
#[derive(Debug, Default)]
pub(crate) struct Addresses(Vec<Vec<(u64, u64)>>);

impl Used {
    pub(crate) fn by(model: &Model) -> Self {
        let kinds = || model.content.values().filter_map(|content| content.kind);
        let sends = |channel: Channel| kinds().any(|kind| goes_on(kind, channel));
        let address = |channel: Channel| model.contacts.channels[channel as usize].address;
        let used = Channel::ALL.into_iter().filter(|channel| sends(*channel));
        Self(
            used.filter_map(|channel| Some((channel, address(channel)?)))
                .collect(),
        )
    }

    /// Notes the addresses of a row.
    pub(crate) fn note(&self, seen: &Seen<'_>, line: u64, addresses: &mut Addresses) {
        addresses.0.resize_with(self.0.len(), Vec::new);
        for ((_, field), of_channel) in self.0.iter().zip(&mut addresses.0) {
            if let Slot::Text(address) = seen.fields[field.index()] {
                of_channel.push((hash(address), line));
            }
        }
    }

    /// What is worth a warning, one for each channel.
    pub(crate) fn told(&self, model: &Model, mut addresses: Addresses) -> Vec<Warning> {
        let of_channels = self.0.iter().zip(&mut addresses.0);
        let of_channel = |((channel, field), of_channel): (&(Channel, FieldId), &mut Vec<_>)| {
            let (first, line, more) = twice(of_channel)?;
            let column = model.contacts.fields[*field].column.clone();
            Some(Warning::DuplicateAddress {
                channel: channel.word(),
                column,
                first,
                line,
                more,
            })
        };
        of_channels.filter_map(of_channel).collect()
    }
}

impl Addresses {
    /// Adds those of the rows that follow.
    pub(crate) fn append(&mut self, later: &mut Self) {
        self.0
            .resize_with(self.0.len().max(later.0.len()), Vec::new);
        for (mine, theirs) in self.0.iter_mut().zip(&mut later.0) {
            mine.append(theirs);
        }
    }
}

/// The first two lines of an address that stands twice, the earlier second one first, and how many
/// rows more repeat one.
fn twice(addresses: &mut [(u64, u64)]) -> Option<(u64, u64, usize)> {
    addresses.sort_unstable();
    let (mut first, mut rows) = (None, 0);
    for same in addresses
        .chunk_by(|(a, _), (b, _)| a == b)
        .filter(|same| same.len() > 1)
    {
        rows += same.len() - 1;
        let found = (same[1].1, same[0].1);
        first = Some(first.map_or(found, |first: (u64, u64)| first.min(found)));
    }
    first.map(|(line, first)| (first, line, rows - 1))
}

fn goes_on(kind: ContentKind, channel: Channel) -> bool {
    match kind {
        ContentKind::Email => channel == Channel::Email,
        ContentKind::Sms => channel == Channel::Sms,
        ContentKind::Push => channel == Channel::Push,
        ContentKind::Message => true,
        ContentKind::Focus | ContentKind::Dynamic | ContentKind::Ad | ContentKind::Social => false,
        ContentKind::Page | ContentKind::Form | ContentKind::Asset => false,
    }
}

fn hash(address: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    if address
        .bytes()
        .all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase())
    {
        hasher.write(address.as_bytes());
    } else {
        hasher.write(address.to_lowercase().as_bytes());
    }
    hasher.finish()
}
