//! The key of idempotency: made of contact, campaign, entry, step and visit, never of the clock, so that a message that is made twice has one key.

use crate::model::Model;
use crate::runner::effect::{At, AtStage, Touch};

/// 32 hexadecimal digits for what happens at `at`; `step` is the name of the step there.
pub fn idempotency_key(model: &Model, contact: &str, at: At, step: &str) -> String {
    digest(contact, &model.campaigns[at.campaign].id, at.entry, step, at.visit)
}

/// 32 hexadecimal digits for what an experience does at `at`; hiding it has a key of its own.
pub fn experience_key(model: &Model, contact: &str, at: AtStage, touch: Touch) -> String {
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
    format!("{}/{}/{}", funnel.id, stage.id, stage.experiences[at.experience].id)
}

fn digest(contact: &str, campaign: &str, entry: u32, step: &str, visit: u32) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in [contact, campaign, &entry.to_string(), step, &visit.to_string()] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
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
        assert!(keys.iter().all(|key| key.len() == 32 && key.bytes().all(|c| c.is_ascii_hexdigit())));
        assert_eq!(std::collections::BTreeSet::from(keys.clone()).len(), keys.len());
    }
}
