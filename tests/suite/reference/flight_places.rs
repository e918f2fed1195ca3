//! Where contacts go on in another version of a campaign.
//!
//! Invariant: whoever has a place in the new version keeps it, with the moment until which it
//! waits.

use std::collections::{BTreeMap, BTreeSet};

use serde_yaml::Value;

use super::campaigns::state_conditions;
use super::contact::{Doing, Entry, Frame, Membership, Step, Thread};
use super::flight::{Carrying, step_names};
use super::flow::named;
use super::lines::Resolution;
use super::names::inner_lists;
use super::project::items;
use super::steps::verb_of;

/// Where a thread goes on.
enum Onward {
    There(Thread),
    Leaves,
}

impl Carrying<'_> {
    pub(super) fn membership(
        &self,
        old: &str,
        new: &str,
        mut membership: Membership,
    ) -> Membership {
        let campaign = self.lines.new.definition(&["campaigns", new]);
        let before: Vec<Value> = state_conditions(self.old.definition(&["campaigns", old]))
            .into_iter()
            .cloned()
            .collect();
        membership.ready = state_conditions(campaign)
            .into_iter()
            .map(|condition| {
                self.known(&before, condition)
                    .is_none_or(|known| membership.ready[known])
            })
            .collect();
        membership.active = membership
            .active
            .map(|entry| self.entry(new, campaign, entry));
        membership
    }

    /// Conditions that name a thing under its new name count as unchanged.
    pub(super) fn rename(&self, condition: &mut Value) {
        match condition {
            Value::Sequence(items) => items.iter_mut().for_each(|item| self.rename(item)),
            Value::Mapping(entries) => {
                for (key, value) in entries.iter_mut() {
                    let text = value.as_str().unwrap_or_default().to_owned();
                    let new = match (key.as_str(), text.split_once('/')) {
                        (Some("stage" | "reached"), Some((funnel, stage))) => {
                            self.stage_path(funnel, stage)
                        }
                        (Some("in-funnel"), _) => is(self.lines.funnel(&text)),
                        (Some("campaign"), _) => is(self.lines.campaign(&text)),
                        (Some(kind @ ("segment" | "tag" | "event")), _) => {
                            self.lines.other(kind, &text)
                        }
                        (Some("of"), _) => self.lines.other("content", &text),
                        _ => None,
                    };
                    match new {
                        Some(new) => *value = new.into(),
                        None => self.rename(value),
                    }
                }
            }
            _ => {}
        }
    }

    fn stage_path(&self, funnel: &str, stage: &str) -> Option<String> {
        let new = is(self.lines.funnel(funnel))?;
        let stage = is(self.lines.stage(funnel, &new, stage))?;
        Some(format!("{new}/{stage}"))
    }

    fn entry(&self, id: &str, campaign: &Value, mut entry: Entry) -> Entry {
        let steps = named(&items(&campaign["steps"]), "");
        let names = step_names(self.lines.new, id);
        entry.visits = std::mem::take(&mut entry.visits)
            .into_iter()
            .filter_map(|(step, visits)| Some((is(self.lines.step(id, &names, &step))?, visits)))
            .collect::<BTreeMap<_, _>>();
        if !entry.begun {
            // Begins with the step that is the first now.
            let due = entry.root.due;
            entry.root.frames = vec![Frame { steps, next: 0 }];
            entry.root.due = due;
            return entry;
        }
        match self.thread(id, &names, &steps, &entry.root) {
            Onward::There(root) => entry.root = root,
            Onward::Leaves => entry.leaving = true,
        }
        entry
    }

    /// A thread that began with a list of steps.
    fn thread(&self, id: &str, names: &BTreeSet<String>, steps: &[Step], old: &Thread) -> Onward {
        let came_from = old
            .came_from
            .as_ref()
            .and_then(|wait| is(self.lines.step(id, names, wait)));
        let mut thread = Thread {
            frames: Vec::new(),
            doing: Doing::Over,
            came_from,
            ..*old
        };
        if matches!(old.doing, Doing::Over) {
            return Onward::There(thread);
        }
        let Some(ahead) = old.ahead() else {
            thread.doing = Doing::Ready;
            return Onward::There(thread);
        };
        let fate = self.lines.step(id, names, &ahead.name);
        match &fate {
            Resolution::Is(name) if *name != ahead.name => {
                self.coverage.count("carried: step moved");
            }
            Resolution::Gone(then) => self
                .coverage
                .count(&format!("carried: step removed {then}")),
            Resolution::Is(_) | Resolution::Unsaid => {}
        }
        match fate {
            Resolution::Is(name) => {
                thread.frames = way_to(steps, &name).unwrap_or_default();
                let Some(step) = thread.ahead().cloned() else {
                    // It stands elsewhere now, so that the way has ended.
                    self.go_on_later(&mut thread);
                    return Onward::There(thread);
                };
                match self.doing(id, names, old, ahead, &step) {
                    Some(doing) => {
                        if verb_of(&ahead.body).0 != verb_of(&step.body).0 {
                            thread.closed = 0;
                        }
                        if matches!((&old.doing, &doing), (Doing::Awaiting(_), Doing::Held)) {
                            thread.due = Some(self.last);
                        }
                        thread.doing = doing;
                    }
                    None => return Onward::Leaves,
                }
                Onward::There(thread)
            }
            Resolution::Gone(then) if then == "exit" => Onward::Leaves,
            Resolution::Gone(_) | Resolution::Unsaid => {
                // The steps along the way that the contact would have gone.
                let mut frames = old.frames.iter().rev();
                let first = frames
                    .next()
                    .map(|frame| frame.steps.get(frame.next + 1..).unwrap_or_default());
                let mut after = first
                    .into_iter()
                    .chain(frames.map(|frame| &frame.steps[frame.next..]))
                    .flatten();
                let next = after.find_map(|step| is(self.lines.step(id, names, &step.name)));
                thread.frames = next
                    .and_then(|next| way_to(steps, &next))
                    .unwrap_or_default();
                self.go_on_later(&mut thread);
                Onward::There(thread)
            }
        }
    }

    /// At a later time than the last run.
    fn go_on_later(&self, thread: &mut Thread) {
        thread.doing = Doing::Ready;
        thread.due = Some(self.last);
        thread.deferred = Some(self.last);
        thread.first_due = None;
        thread.opening = false;
        thread.closed = 0;
    }

    /// What the contact does at its step, or nothing if it leaves.
    fn doing(
        &self,
        id: &str,
        names: &BTreeSet<String>,
        old: &Thread,
        was: &Step,
        is: &Step,
    ) -> Option<Doing> {
        let (verb_was, verb_is) = (verb_of(&was.body).0, verb_of(&is.body).0);
        if verb_was != verb_is {
            self.coverage
                .count("carried: step that does something else");
            return Some(Doing::Held);
        }
        Some(match &old.doing {
            Doing::Ready => Doing::Ready,
            Doing::Held => Doing::Held,
            Doing::Waiting => Doing::Waiting,
            Doing::Awaiting(awaiting) => Doing::Awaiting(awaiting.clone()),
            Doing::Over => Doing::Over,
            Doing::Forked(ways) => {
                let lists = |step: &Step| -> BTreeMap<String, Vec<Step>> {
                    let lists = inner_lists(step).into_iter();
                    lists
                        .map(|(label, list)| {
                            (
                                label.clone(),
                                named(&list, &format!("{}/{label}/", step.name)),
                            )
                        })
                        .collect()
                };
                let labels: Vec<String> = inner_lists(was)
                    .into_iter()
                    .map(|(label, _)| label)
                    .collect();
                let new = lists(is);
                let mut carried = Vec::new();
                for (way, label) in ways.iter().zip(labels) {
                    match self.thread(
                        id,
                        names,
                        new.get(&label).map_or(&[][..], Vec::as_slice),
                        way,
                    ) {
                        Onward::There(thread) => carried.push(thread),
                        Onward::Leaves => return None,
                    }
                }
                Doing::Forked(carried)
            }
        })
    }
}

pub(super) fn is(fate: Resolution) -> Option<String> {
    match fate {
        Resolution::Is(name) => Some(name),
        Resolution::Gone(_) | Resolution::Unsaid => None,
    }
}

/// The lists that lead to a step, the step ahead.
fn way_to(steps: &[Step], name: &str) -> Option<Vec<Frame>> {
    for (place, step) in steps.iter().enumerate() {
        let frame = |next| Frame {
            steps: steps.to_vec(),
            next,
        };
        if step.name == name {
            return Some(vec![frame(place)]);
        }
        for (label, inner) in inner_lists(step) {
            if let Some(way) = way_to(&named(&inner, &format!("{}/{label}/", step.name)), name) {
                return Some([vec![frame(place + 1)], way].concat());
            }
        }
    }
    None
}
