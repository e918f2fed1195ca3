//! Phase 5: experiences of the stages in which the contact rests.
//!
//! Invariant: at most one experience per stage is shown at a time, and none once the stage
//! converts.

use jiff::Timestamp;
use serde_yaml::Value;

use super::contact::Shown;
use super::instant::{Instant, Place};
use super::project::{get, items, text, word};
use super::sends::Resolution;

impl Instant<'_> {
    pub(super) fn show_experiences(&mut self) {
        for (funnel_id, funnel) in self.project.in_order("funnels") {
            if let Some(stage) = self.contact.stage(&funnel_id)
                && get(&funnel["stages"][&*stage], "experiences").is_some()
                && self.contact.staying.insert(funnel_id.clone())
            {
                *self
                    .contact
                    .stays
                    .entry(format!("{funnel_id}/{stage}"))
                    .or_default() += 1;
            }
            let open = self.clock.published(funnel);
            let had = open.then(|| self.experience(&funnel_id, funnel)).flatten();
            let kind = |content: &str| {
                text(self.project.definition(&["content", content]), "kind").unwrap_or_default()
            };
            let assigned = had
                .clone()
                .filter(|had| matches!(kind(&had.content).as_str(), "focus" | "ad" | "dynamic"));
            self.assign(&funnel_id, assigned.clone());
            if let Some(had) = had.filter(|_| assigned.is_none()) {
                self.try_experience(&had);
            }
        }
    }

    /// The first, as written, whose `when` holds and which is published.
    fn experience(&self, funnel_id: &str, funnel: &Value) -> Option<Shown> {
        let stage_id = self.contact.stage(funnel_id)?;
        let stage = &funnel["stages"][&*stage_id];
        let here = format!("{funnel_id}/{stage_id}");
        if self.converts(funnel_id, stage) {
            return None;
        }
        let experience = get(stage, "experiences")
            .map(items)?
            .into_iter()
            .find(|experience| {
                let content = self
                    .project
                    .definition(&["content", &word(&experience["content"])]);
                let open = self.clock.published(experience) && self.clock.published(content);
                if !self.clock.published(experience) {
                    self.coverage.count("experience passed over");
                }
                open && get(experience, "when")
                    .is_none_or(|when| self.holds_in_stage(funnel_id, when))
            })?;
        let stay = self.contact.stays.get(&here).copied().unwrap_or(0);
        let step = format!("{here}/{}", word(&experience["id"]));
        let times = self
            .contact
            .times
            .get(&(step.clone(), stay))
            .copied()
            .unwrap_or(0);
        Some(Shown {
            step,
            content: word(&experience["content"]),
            stay,
            visit: times + 1,
        })
    }

    fn converts(&self, funnel: &str, stage: &Value) -> bool {
        let Some(converts) = get(stage, "converts") else {
            return false;
        };
        if converts.is_sequence() {
            items(converts)
                .iter()
                .any(|rule| self.holds_in_stage(funnel, &rule["when"]))
        } else {
            self.holds_in_stage(funnel, converts)
        }
    }

    /// What is shown gives way to what is to be shown.
    fn assign(&mut self, funnel: &str, next: Option<Shown>) {
        let shown = self.contact.shown.get(funnel).cloned();
        let what = |shown: &Option<Shown>| {
            shown
                .as_ref()
                .map(|shown| (shown.step.clone(), shown.content.clone(), shown.stay))
        };
        if what(&shown) == what(&next) {
            return;
        }
        if let Some(shown) = shown {
            self.tell("hide", "hidden", &shown);
            self.contact.shown.remove(funnel);
        }
        if let Some(next) = next {
            self.tell("show", "shown", &next);
            self.contact
                .times
                .insert((next.step.clone(), next.stay), next.visit);
            self.contact.shown.insert(funnel.into(), next);
        }
    }

    fn tell(&mut self, event: &str, figure: &str, shown: &Shown) {
        let place = place_of(shown);
        let body = if event == "show" {
            self.asked_by(&shown.content)
        } else {
            String::new()
        };
        self.put_in_outbox(event, &shown.content, ["", ""], &place, shown.visit, &body);
        self.note(event, &place, [&shown.content, "", "", ""]);
        self.records
            .tally
            .add(&format!("experience {} {figure}", shown.step));
    }

    /// Other kinds are sent: one try per stay.
    fn try_experience(&mut self, had: &Shown) {
        if had.visit > 1 {
            return;
        }
        let now = self.clock.now;
        let (stage, _) = had.step.rsplit_once('/').expect("funnel/stage/experience");
        let stay = (stage.to_owned(), had.stay);
        let fate = self.try_send(&place_of(had), &Value::Null, &had.content, 1, now, None);
        if let Resolution::Delayed(until, true) = fate {
            return self.put_off_experience(had, stay, until);
        }
        self.contact.put_off.remove(&stay);
        self.contact.times.insert((had.step.clone(), had.stay), 1);
        let figure = match fate {
            Resolution::Sent(channel) => {
                if !channel.is_empty() {
                    self.records
                        .tally
                        .add(&format!("experience {} channel {channel}", had.step));
                }
                "sent".to_owned()
            }
            Resolution::Skipped(reason, in_the_way) => {
                if !in_the_way.is_empty() {
                    self.records
                        .tally
                        .add(&format!("experience {} unreachable {in_the_way}", had.step));
                }
                format!("skipped {reason}")
            }
            Resolution::Delayed(..) => {
                self.note("skip", &place_of(had), [&had.content, "", "", "limited"]);
                "skipped limited".to_owned()
            }
        };
        self.records
            .tally
            .add(&format!("experience {} {figure}", had.step));
    }
}

impl Instant<'_> {
    /// Told once, and again when the opening was missed.
    fn put_off_experience(&mut self, had: &Shown, stay: (String, i64), until: Timestamp) {
        let told = self.contact.put_off.get(&stay).copied();
        if told.is_some_and(|told| told > self.clock.now) {
            return;
        }
        if told.is_some() {
            self.records.tally.closed_again(1);
        }
        self.coverage.count("experience outside of its hours");
        self.contact.put_off.insert(stay, until);
        let to = self.clock.spell(until);
        self.note("delay", &place_of(had), [&had.content, "", &to, ""]);
    }
}

fn place_of(shown: &Shown) -> Place {
    Place {
        campaign: String::new(),
        entry: shown.stay.to_string(),
        step: shown.step.clone(),
    }
}
