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

/// What keys have in common of things that happen to many contacts at one place.
#[derive(Clone, Debug)]
pub struct KeyBase {
    /// All that is hashed behind the contact.
    told: Vec<u8>,
}

impl KeyBase {
    /// Of what happens at `at`; `step` is the name of the step there.
    pub fn of_step(model: &Model, at: At, step: &str) -> Self {
        Self::new(&model.campaigns[at.campaign].id, at.entry, step, at.visit)
    }

    /// Of what an experience does at `at`; hiding it has a key of its own.
    pub fn of_experience(model: &Model, at: AtStage, touch: Touch) -> Self {
        let mut step = experience_name(model, at);
        if touch == Touch::Hide {
            step.push_str("#hide");
        }
        Self::new("", at.stay, &step, at.visit)
    }

    fn new(campaign: &str, entry: u32, step: &str, visit: u32) -> Self {
        let (mut of_entry, mut of_visit) = ([0; DIGITS_OF_U32], [0; DIGITS_OF_U32]);
        let parts = [
            campaign.as_bytes(),
            decimal(entry, &mut of_entry),
            step.as_bytes(),
            decimal(visit, &mut of_visit),
        ];
        let mut told = Vec::with_capacity(128);
        parts.iter().for_each(|part| push(&mut told, part));
        Self { told }
    }

    /// The key of what happens there to a contact.
    pub fn key(&self, contact: &str) -> Key {
        let (contact, told) = (contact.as_bytes(), &self.told);
        let length = (contact.len() as u64).to_le_bytes();
        let at = [0, length.len(), length.len() + contact.len()];
        let end = at[2] + told.len();
        // What is hashed must stand in one piece; nearly always there is room for it at hand.
        let (mut room, mut large);
        let bytes = if end <= ROOM {
            room = [0; ROOM];
            &mut room[..end]
        } else {
            large = vec![0; end];
            &mut large[..]
        };
        bytes[..at[1]].copy_from_slice(&length);
        bytes[at[1]..at[2]].copy_from_slice(contact);
        bytes[at[2]..].copy_from_slice(told);
        Key(hexadecimal(blake3::hash(bytes).as_bytes()))
    }
}

const ROOM: usize = 256;

/// Each part has its length before it, so that none runs into the next.
fn push(told: &mut Vec<u8>, part: &[u8]) {
    told.extend_from_slice(&(part.len() as u64).to_le_bytes());
    told.extend_from_slice(part);
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
    for at in 0..16 {
        key[2 * at] = DIGITS[usize::from(hash[at] >> 4)];
        key[2 * at + 1] = DIGITS[usize::from(hash[at] & 15)];
    }
    key
}

#[cfg(test)]
mod tests {
    use super::{Key, KeyBase};

    fn digest(contact: &str, campaign: &str, entry: u32, step: &str, visit: u32) -> Key {
        KeyBase::new(campaign, entry, step, visit).key(contact)
    }

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
