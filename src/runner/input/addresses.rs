//! Finds addresses that stand in two rows: who has two is written to twice. Compared are 64 bits of
//! a hash, without regard to capitals, and only on channels on which the plan can send.

use std::hash::{DefaultHasher, Hasher};

use super::hashes::Hashes;
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

/// Those of a file.
#[derive(Debug, Default)]
pub(crate) struct AllAddresses(Vec<Hashes<u64>>);

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

    /// What is worth a warning, one for each channel; found on so many threads.
    pub(crate) fn told(
        &self,
        model: &Model,
        addresses: AllAddresses,
        threads: usize,
    ) -> Vec<Warning> {
        let of_channels = self.0.iter().zip(addresses.0);
        let of_channel = |((channel, field), addresses): (&(Channel, FieldId), Hashes<u64>)| {
            let (first, line, more) = twice(&addresses.repeated(threads))?;
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

impl AllAddresses {
    /// Adds those of the next rows, and leaves the room in which they stood.
    pub(crate) fn add(&mut self, rows: &mut Addresses) {
        self.0
            .resize_with(self.0.len().max(rows.0.len()), Hashes::default);
        for (mine, theirs) in self.0.iter_mut().zip(&mut rows.0) {
            mine.extend(theirs.drain(..));
        }
    }
}

/// The first two lines of an address that stands twice, the earlier second one first, and how many
/// rows more repeat one.
fn twice(repeated: &[Vec<u64>]) -> Option<(u64, u64, usize)> {
    let rows: usize = repeated.iter().map(|lines| lines.len() - 1).sum();
    let (line, first) = repeated.iter().map(|lines| (lines[1], lines[0])).min()?;
    Some((first, line, rows - 1))
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
    // To look at each byte without a branch is faster than to stop at the first.
    let is_folded = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    if address
        .bytes()
        .fold(true, |all, byte| all & is_folded(byte))
    {
        hasher.write(address.as_bytes());
    } else {
        hasher.write(address.to_lowercase().as_bytes());
    }
    hasher.finish()
}
