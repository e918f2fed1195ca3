//! The key of idempotency: made of contact, campaign, entry, step and visit, never of the clock, so
//! that a message that is made twice has one key.

use crate::model::Model;
use crate::runner::effect::{At, AtStage, Touch};

/// 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key([u8; 32]);

impl Key {
    /// The digits.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The key of what happens at `at`; `step` is the name of the step there.
pub fn idempotency_key(model: &Model, contact: &str, at: At, step: &str) -> Key {
    digest(
        contact,
        &model.campaigns[at.campaign].id,
        at.entry,
        step,
        at.visit,
    )
}

/// The key of what an experience does at `at`; hiding it has a key of its own.
pub fn experience_key(model: &Model, contact: &str, at: AtStage, touch: Touch) -> Key {
    let mut step = experience_name(model, at);
    if touch == Touch::Hide {
        step.push_str("#hide");
    }
    digest(contact, "", at.stay, &step, at.visit)
}

/// What stands in the column `step`: `newsletter/visitor/freebie`.
pub(crate) fn experience_name(model: &Model, at: AtStage) -> String {
    let funnel = &model.funnels[at.stage.funnel];
    let stage = &funnel.stages[at.stage.stage];
    format!(
        "{}/{}/{}",
        funnel.id, stage.id, stage.experiences[at.experience].id
    )
}

fn digest(contact: &str, campaign: &str, entry: u32, step: &str, visit: u32) -> Key {
    let (mut of_entry, mut of_visit) = ([0; DIGITS_OF_U32], [0; DIGITS_OF_U32]);
    let parts = [
        contact.as_bytes(),
        campaign.as_bytes(),
        decimal(entry, &mut of_entry),
        step.as_bytes(),
        decimal(visit, &mut of_visit),
    ];
    let mut told = Vec::with_capacity(256);
    for part in parts {
        told.extend_from_slice(&(part.len() as u64).to_le_bytes());
        told.extend_from_slice(part);
    }
    Key(hexadecimal(blake3::hash(&told).as_bytes()))
}

const DIGITS_OF_U32: usize = 10;

/// The decimal digits of a number, at the end of `room`.
fn decimal(mut number: u32, room: &mut [u8; DIGITS_OF_U32]) -> &[u8] {
    let mut first = room.len();
    loop {
        first -= 1;
        room[first] = b'0' + (number % 10).to_le_bytes()[0];
        number /= 10;
        if number == 0 {
            return &room[first..];
        }
    }
}

/// The digits of the first half of a hash.
fn hexadecimal(hash: &[u8; 32]) -> [u8; 32] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut key = [0; 32];
    for (places, byte) in key.chunks_exact_mut(2).zip(hash) {
        places[0] = DIGITS[usize::from(byte >> 4)];
        places[1] = DIGITS[usize::from(byte & 15)];
    }
    key
}

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn every_part_counts_and_none_runs_into_the_next() {
        let keys = [
            digest("1", "talk", 1, "send:a", 1),
            digest("2", "talk", 1, "send:a", 1),
            digest("1", "walk", 1, "send:a", 1),
            digest("1", "talk", 2, "send:a", 1),
            digest("1", "talk", 1, "send:b", 1),
            digest("1", "talk", 1, "send:a", 2),
            digest("1t", "alk", 1, "send:a", 1),
        ];
        assert!(
            keys.iter()
                .all(|key| key.as_bytes().iter().all(u8::is_ascii_hexdigit))
        );
        assert_eq!(std::collections::BTreeSet::from(keys).len(), keys.len());
    }
}
