//! What became of the messages of a step or an experience: on which channels they went out, why
//! not, and what was in the way.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::Channel;
use crate::runner::effect::{Refusal, SkipReason, Unreached};

/// What became of messages, by why not and by where to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// By reason, in the order of [`REASONS`].
    skipped: [u64; REASONS.len()],
    /// Of those that reached nobody: by what was in the way.
    unreachable: [u64; Unreached::ALL.len()],
    /// Of those that went out: by channel.
    channels: [u64; Channel::ALL.len()],
}

impl Told {
    pub(super) fn skip(&mut self, reason: SkipReason) {
        self.skipped[reason_place(reason)] += 1;
        if let SkipReason::Unreachable(what) = reason {
            self.unreachable[what as usize] += 1;
        }
    }

    pub(super) fn refuse(&mut self, reason: Refusal) {
        let reason = match reason {
            Refusal::Unpublished => 0,
            Refusal::Final => 4,
            Refusal::Lighter => 5,
        };
        self.skipped[reason] += 1;
    }

    pub(super) fn send(&mut self, channel: Option<Channel>) {
        if let Some(channel) = channel {
            self.channels[channel as usize] += 1;
        }
    }

    pub(super) fn add(&mut self, other: &Self, times: u64) {
        self.skipped
            .iter_mut()
            .zip(&other.skipped)
            .for_each(|(sum, part)| *sum += part * times);
        self.unreachable
            .iter_mut()
            .zip(&other.unreachable)
            .for_each(|(sum, part)| *sum += part * times);
        self.channels
            .iter_mut()
            .zip(&other.channels)
            .for_each(|(sum, part)| *sum += part * times);
    }

    pub(super) fn report(&self) -> ToldReport {
        ToldReport {
            skipped: occurred(REASONS, self.skipped),
            unreachable: occurred(Unreached::ALL.map(Unreached::word), self.unreachable),
            channels: occurred(Channel::ALL.map(Channel::word), self.channels),
        }
    }
}

/// Those of some words that were counted.
fn occurred<const N: usize>(
    words: [&'static str; N],
    counts: [u64; N],
) -> BTreeMap<&'static str, u64> {
    words
        .into_iter()
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .collect()
}

const REASONS: [&str; 10] = [
    "unpublished",
    "unreachable",
    "already-sent",
    "past",
    "final",
    "lighter",
    "expired",
    "limited",
    "missing",
    "outdated",
];

fn reason_place(reason: SkipReason) -> usize {
    match reason {
        SkipReason::Unpublished => 0,
        SkipReason::Unreachable(_) => 1,
        SkipReason::AlreadySent => 2,
        SkipReason::Past => 3,
        SkipReason::Limited => 7,
        SkipReason::Expired => 6,
        SkipReason::Missing => 8,
        SkipReason::Outdated => 9,
    }
}

/// As it stands in metrics.json.
#[derive(Serialize)]
pub(super) struct ToldReport {
    skipped: BTreeMap<&'static str, u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    unreachable: BTreeMap<&'static str, u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    channels: BTreeMap<&'static str, u64>,
}
