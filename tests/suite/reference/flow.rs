//! Phase 4: due steps, each through to its next wait; branches, forks and ways back.
//!
//! Invariant: a wait ends the pass of its thread, every other step goes on at once.

use jiff::Timestamp;
use serde_yaml::Value;

use super::contact::{Doing, Entry, Frame, Step, Thread};
use super::instant::Instant;
use super::names::{BLOCK, inner_lists, name_all};
use super::project::{get, items, text, word};
use super::reuse::SCOPE;
use super::shares::branches_by_number;
use super::steps::verb_of;

/// What becomes of the thread after a step.
pub(super) enum Then {
    GoOn,
    /// The step waits, stands deferred, forked, or the campaign is over.
    Stop,
}

/// Which thread of a campaign: the branch of each fork that leads to it.
pub(super) type Path = Vec<usize>;

/// A list of steps with their names.
pub(super) fn named(steps: &[&Value], prefix: &str) -> Vec<Step> {
    let names = name_all(steps, prefix);
    let pairs = names.into_iter().zip(steps);
    pairs
        .map(|(name, body)| Step {
            name,
            body: (*body).clone(),
        })
        .collect()
}

/// The steps of a list and of the lists inside it, as written.
pub(super) fn all_steps(steps: &[&Value], prefix: &str) -> Vec<Step> {
    let mut all = Vec::new();
    for step in named(steps, prefix) {
        all.push(step.clone());
        for (label, inner) in inner_lists(&step) {
            all.extend(all_steps(&inner, &format!("{}/{label}/", step.name)));
        }
    }
    all
}

fn repeats(campaign: &Value) -> bool {
    all_steps(&items(&campaign["steps"]), "")
        .iter()
        .any(|step| get(&step.body, "goto").is_some())
}

impl Instant<'_> {
    /// Section 7: due steps, by due time, then campaign, then step; each thread once, and what is
    /// due is read live.
    pub(super) fn run_due_steps(&mut self) {
        self.passed.clear();
        self.note_moved();
        loop {
            let mut due: Vec<(Timestamp, usize, usize, String, Path)> = Vec::new();
            for (order, (id, campaign)) in
                self.project.in_order("campaigns").into_iter().enumerate()
            {
                for path in self.thread_paths(&id) {
                    let new = !self.passed.contains(&(id.clone(), path.clone()));
                    if let Some(at) = self.due(&id, &path).filter(|_| new) {
                        let place = self.place_in_text(&id, campaign, &path);
                        due.push((at, order, place, id.clone(), path));
                    }
                }
            }
            due.sort();
            let Some((at, _, _, id, path)) = due.into_iter().next() else {
                return;
            };
            self.run_thread(&id, path, at);
        }
    }

    /// Where the step ahead of a thread stands in the text; it matters only between the branches of
    /// a fork.
    fn place_in_text(&mut self, id: &str, campaign: &Value, path: &Path) -> usize {
        if path.is_empty() {
            return 0;
        }
        let Some(ahead) = self.thread(id, path).ahead().map(|step| step.name.clone()) else {
            return usize::MAX;
        };
        let steps = all_steps(&items(&campaign["steps"]), "");
        steps
            .iter()
            .position(|step| step.name == ahead)
            .expect("a step of the campaign")
    }

    /// The threads of a campaign that are no forks.
    pub(super) fn thread_paths(&mut self, id: &str) -> Vec<Path> {
        fn gather(thread: &Thread, path: &Path, paths: &mut Vec<Path>) {
            match &thread.doing {
                Doing::Over => {}
                Doing::Forked(branches) => {
                    for (number, branch) in branches.iter().enumerate() {
                        let mut path = path.clone();
                        path.push(number);
                        gather(branch, &path, paths);
                    }
                }
                Doing::Ready | Doing::Held | Doing::Waiting | Doing::Awaiting(_) => {
                    paths.push(path.clone());
                }
            }
        }
        let mut paths = Vec::new();
        if let Some(entry) = &self.membership(id).active {
            gather(&entry.root, &Vec::new(), &mut paths);
        }
        paths
    }

    pub(super) fn thread(&mut self, id: &str, path: &[usize]) -> &mut Thread {
        let mut thread = &mut self.entry(id).root;
        for branch in path {
            let Doing::Forked(branches) = &mut thread.doing else {
                panic!("a fork")
            };
            thread = &mut branches[*branch];
        }
        thread
    }

    /// Section 13, "Waits": the time of a `wait-until` on a field is read again while the contact
    /// waits.
    fn due(&mut self, id: &str, path: &Path) -> Option<Timestamp> {
        let now = self.clock.now;
        if self.entry(id).paused.is_some()
            || self.entry(id).leaving
            || self.thread(id, path).deferred == Some(now)
        {
            return None;
        }
        let mut due = self.thread(id, path).due?;
        if let Some(step) = self.awaited_field(id, path) {
            due = self.moment_of(&step).unwrap_or(now);
        }
        (due <= now).then_some(due)
    }

    /// A moment that was moved while a contact waits for it is told, in the order of the text.
    fn note_moved(&mut self) {
        for (id, campaign) in self.project.in_order("campaigns") {
            // Who is to leave from a step that is gone may wait for the end of a pause, and stands
            // nowhere in the text.
            let goes_on = |entry: &Entry| entry.paused.is_none() && !entry.leaving;
            if !self.membership(&id).active.as_ref().is_some_and(goes_on) {
                continue;
            }
            let mut paths = self.thread_paths(&id);
            paths.sort_by_key(|path| self.place_in_text(&id, campaign, path));
            for path in paths {
                let Some(step) = self.awaited_field(&id, &path) else {
                    continue;
                };
                let before = self.thread(&id, &path).due.expect("when a wait ends");
                let moment = self
                    .moment_of(&step)
                    .filter(|moment| *moment >= self.clock.now && *moment != before);
                if let Some(moment) = moment {
                    let (from, to) = (self.clock.spell(before), self.clock.spell(moment));
                    let place = self.here(&id, &step.name);
                    self.note("wait", &place, ["", &from, &to, ""]);
                    self.thread(&id, &path).due = Some(moment);
                }
            }
        }
    }

    pub(super) fn run_thread(&mut self, id: &str, mut path: Path, due: Timestamp) {
        self.changed = true;
        self.passed.insert((id.to_owned(), path.clone()));
        // A date that was moved into the past was due when it was last read.
        self.pass_due = self.thread(id, &path).due.unwrap_or(due);
        let campaign = self.project.definition(&["campaigns", id]);
        if !self.entry(id).begun && !self.begin_entry(id, campaign) {
            return;
        }
        if let Then::Stop = self.end_wait(id, &path) {
            return;
        }
        loop {
            while let Some(step) = self.take_step(id, &path) {
                if let Then::Stop = self.run_step(id, &path, &step) {
                    return;
                }
            }
            if path.is_empty() {
                return self.end(id, "", "completed", "finished");
            }
            if !self.join(id, &mut path) {
                return;
            }
        }
    }

    /// A branch has no more steps; when all of them have none, the fork goes on.
    fn join(&mut self, id: &str, path: &mut Path) -> bool {
        self.thread(id, path).doing = Doing::Over;
        path.pop();
        let fork = self.thread(id, path);
        let Doing::Forked(branches) = &fork.doing else {
            panic!("a fork")
        };
        if branches
            .iter()
            .any(|branch| !matches!(branch.doing, Doing::Over))
        {
            return false;
        }
        fork.doing = Doing::Ready;
        self.passed.insert((id.to_owned(), path.clone()));
        let step = self.take_step(id, path).expect("the fork");
        let place = self.here(id, &step.name);
        self.note("join", &place, ["", "", "", ""]);
        true
    }

    /// The next step, out of the innermost list that still has one.
    pub(super) fn take_step(&mut self, id: &str, path: &[usize]) -> Option<Step> {
        let frames = &mut self.thread(id, path).frames;
        while frames
            .last()
            .is_some_and(|frame| frame.next == frame.steps.len())
        {
            frames.pop();
        }
        let frame = frames.last_mut()?;
        frame.next += 1;
        Some(frame.steps[frame.next - 1].clone())
    }

    /// The step that was taken stays ahead.
    pub(super) fn keep_step(
        &mut self,
        id: &str,
        path: &[usize],
        doing: Doing,
        due: Option<Timestamp>,
    ) {
        let thread = self.thread(id, path);
        thread.frames.last_mut().expect("its list").next -= 1;
        thread.doing = doing;
        thread.due = due;
    }

    /// A list inside a step comes next.
    pub(super) fn go_into(&mut self, id: &str, path: &[usize], step: &Step, label: &str) {
        let frame = inside(step, label);
        self.thread(id, path).frames.extend(frame);
    }

    /// Section 6, "Steps": exactly one verb each. Section 7: each at most once within an instant.
    fn run_step(&mut self, id: &str, path: &Path, step: &Step) -> Then {
        let (verb, about) = verb_of(&step.body);
        let place = self.here(id, &step.name);
        let held = matches!(self.thread(id, path).doing, Doing::Held);
        self.thread(id, path).doing = Doing::Ready;
        let ran = (id.to_owned(), step.name.clone());
        if !held {
            if self.contact.instant.ran.contains(&ran) {
                self.defer(&place, "", "", "step");
                return self.put_off_step(id, path, Doing::Ready);
            }
            // Where no `goto` leads back, a step that a change put ahead again is the same visit
            // once more.
            let campaign = self.project.definition(&["campaigns", id]);
            let visit = self.entry(id).visits.entry(step.name.clone()).or_default();
            *visit = if repeats(campaign) { *visit + 1 } else { 1 };
        }
        self.contact.instant.ran.insert(ran);
        self.coverage.count(&format!("step {verb}"));
        if get(&step.body, BLOCK).is_some() {
            self.coverage.count("step of a block");
        }
        match verb {
            "send" => return self.send(id, path, step, &word(about)),
            "wait" => return self.wait(id, path, step),
            "wait-until" => return self.wait_until(id, path, step),
            "await" => return self.reach_await(id, path, step),
            "move" => return self.move_to(id, path, step, &word(about)),
            "fork" => return self.fork(id, path, step),
            "exit" => {
                self.done(id, step);
                self.end(id, &step.name, &word(about), "exit");
                return Then::Stop;
            }
            "if" => self.branch(id, path, step, about),
            "split" => self.split(id, path, step),
            "goto" => self.go_to(id, path, step),
            _ if !self.act(&place, step, verb, about) => return Then::GoOn,
            _ => {}
        }
        self.done(id, step);
        Then::GoOn
    }

    /// A limit of the instant stopped the step; it is due at the next one.
    pub(super) fn put_off_step(&mut self, id: &str, path: &Path, doing: Doing) -> Then {
        let now = self.clock.now;
        self.keep_step(id, path, doing, Some(now));
        self.thread(id, path).deferred = Some(now);
        Then::Stop
    }

    fn branch(&mut self, id: &str, path: &Path, step: &Step, condition: &Value) {
        let branch = if self.holds_within(id, condition) {
            "then"
        } else {
            "else"
        };
        let place = self.here(id, &step.name);
        self.note("if", &place, ["", "", branch, ""]);
        self.go_into(id, path, step, branch);
    }

    /// By a stable hash of contact, campaign and step.
    fn split(&mut self, id: &str, path: &Path, step: &Step) {
        let label = self.share_of(id, step);
        let place = self.here(id, &step.name);
        self.note("split", &place, ["", "", &label, ""]);
        self.go_into(id, path, step, &label);
    }

    /// The branch of a split that this contact takes.
    pub(super) fn share_of(&self, id: &str, step: &Step) -> String {
        let text = format!("{}\n{id}\n{}", self.contact.key, step.name);
        let hash = blake3::hash(text.as_bytes());
        let first: [u8; 8] = hash.as_bytes()[..8].try_into().expect("eight bytes");
        let number = u64::from_be_bytes(first) % 100;
        branches_by_number(&step.name, &step.body["split"])[&number].clone()
    }

    /// All branches are due at once, when the fork was.
    fn fork(&mut self, id: &str, path: &Path, step: &Step) -> Then {
        let place = self.here(id, &step.name);
        self.note("fork", &place, ["", "", "", ""]);
        self.done(id, step);
        self.passed.retain(|(campaign, passed)| {
            campaign != id || passed == path || !passed.starts_with(path)
        });
        let due = self.pass_due;
        let came_from = self.thread(id, path).came_from.take();
        let branches = inner_lists(step).into_iter().map(|(label, steps)| {
            let steps = named(&steps, &format!("{}/{label}/", step.name));
            Thread {
                came_from: came_from.clone(),
                ..Thread::new(steps, due)
            }
        });
        self.keep_step(id, path, Doing::Forked(branches.collect()), None);
        Then::Stop
    }

    /// To a step of the same or an enclosing list; in a block to one of the block.
    fn go_to(&mut self, id: &str, path: &Path, step: &Step) {
        let place = self.here(id, &step.name);
        let scope = text(&step.body, SCOPE).unwrap_or_default();
        let target = format!("{scope}{}", word(&step.body["goto"]));
        self.note("goto", &place, ["", "", &target, ""]);
        let frames = &mut self.thread(id, path).frames;
        loop {
            let frame = frames.last_mut().expect("the target is in a list around");
            let found = frame
                .steps
                .iter()
                .position(|step| text(&step.body, "id").as_ref() == Some(&target));
            if let Some(found) = found {
                frame.next = found;
                return;
            }
            frames.pop();
        }
    }

    pub(super) fn done(&mut self, id: &str, step: &Step) {
        self.records
            .tally
            .add(&format!("step {id} {} done", step.name));
    }

    pub(super) fn skipped(&mut self, id: &str, step: &Step, reason: &str) {
        self.records
            .tally
            .add(&format!("step {id} {} skipped {reason}", step.name));
    }
}

/// A list inside a step, from its beginning.
pub(super) fn inside(step: &Step, label: &str) -> Option<Frame> {
    let lists = inner_lists(step);
    let (_, inner) = lists.iter().find(|(name, _)| name == label)?;
    Some(Frame {
        steps: named(inner, &format!("{}/{label}/", step.name)),
        next: 0,
    })
}
