//! Sums over contacts, in the common numbers of both plans; the sums of parts add up to those of the whole, and samples are the first of the file.

use std::collections::BTreeMap;

use super::names::Names;
use super::outcome::Outcome;

/// How many keys of contacts are kept of each kind of difference.
const SAMPLES: usize = 5;

/// What differs between two plans for some contacts.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// Rows of the file.
    pub(super) rows: u64,
    /// Rows that both plans can read.
    pub(super) compared: u64,
    /// Rows that a plan finds bad.
    pub(super) bad: Sum,
    /// Contacts for whom the state names what a plan does not have.
    pub(super) misplaced: Sum,
    pub(super) segments: Vec<Sum>,
    /// By funnel: from the stage under the base to the stage under the head.
    pub(super) moves: Vec<BTreeMap<(usize, usize), Group>>,
    pub(super) messages: Vec<MessageSum>,
    pub(super) entered: Vec<Sum>,
    pub(super) inside: Vec<Sum>,
    /// Contacts with any difference.
    pub(super) any: u64,
    /// Contacts that are in other segments, or enter other campaigns.
    pub(super) audience: u64,
    /// Contacts that get other messages, now or later.
    pub(super) mail: u64,
    /// Contacts that end in another stage.
    pub(super) stages: u64,
}

/// Some contacts.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    pub(super) contacts: u64,
    pub(super) sample: Vec<String>,
}

/// For how many contacts something holds under each plan.
#[derive(Clone, Debug, Default)]
pub(super) struct Sum {
    pub(super) before: u64,
    pub(super) after: u64,
    pub(super) gained: Group,
    pub(super) lost: Group,
}

/// Who gets a message.
#[derive(Clone, Debug, Default)]
pub(super) struct MessageSum {
    pub(super) sent: Sum,
    /// Of those who gain it, those to whom the base would send it later.
    pub(super) sooner: u64,
    /// Of those who lose it, those to whom the head may send it later.
    pub(super) later: u64,
    /// Who may get it later, and does not get it now.
    pub(super) ahead: Sum,
}

impl Group {
    pub(super) fn put(&mut self, key: &str) {
        self.contacts += 1;
        if self.sample.len() < SAMPLES {
            self.sample.push(key.to_owned());
        }
    }

    fn add(&mut self, other: Self) {
        self.contacts += other.contacts;
        let room = SAMPLES - self.sample.len();
        self.sample.extend(other.sample.into_iter().take(room));
    }
}

impl Sum {
    /// Counts a contact, and says whether the plans differ about it.
    pub(super) fn count(&mut self, before: bool, after: bool, key: &str) -> bool {
        self.before += u64::from(before);
        self.after += u64::from(after);
        match (before, after) {
            (false, true) => self.gained.put(key),
            (true, false) => self.lost.put(key),
            (true, true) | (false, false) => {}
        }
        before != after
    }

    fn add(&mut self, other: Self) {
        self.before += other.before;
        self.after += other.after;
        self.gained.add(other.gained);
        self.lost.add(other.lost);
    }
}

impl MessageSum {
    fn count(&mut self, (sent, ahead): (u32, bool), (sent_head, ahead_head): (u32, bool), key: &str) -> bool {
        self.sent.before += u64::from(sent > 0);
        self.sent.after += u64::from(sent_head > 0);
        if sent_head > sent {
            self.sent.gained.put(key);
            self.sooner += u64::from(ahead && sent == 0);
        } else if sent > sent_head {
            self.sent.lost.put(key);
            self.later += u64::from(ahead_head && sent_head == 0);
        }
        let (waits, waits_head) = (ahead && sent == 0, ahead_head && sent_head == 0);
        self.ahead.before += u64::from(waits);
        self.ahead.after += u64::from(waits_head);
        if waits_head && !waits && sent == 0 {
            self.ahead.gained.put(key);
        } else if waits && !waits_head && sent_head == 0 {
            self.ahead.lost.put(key);
        }
        sent != sent_head || waits != waits_head
    }

    fn add(&mut self, other: Self) {
        self.sent.add(other.sent);
        self.ahead.add(other.ahead);
        self.sooner += other.sooner;
        self.later += other.later;
    }
}

impl Tally {
    pub(super) fn new(names: &Names) -> Self {
        Self {
            segments: vec![Sum::default(); names.segments.len()],
            moves: vec![BTreeMap::new(); names.funnels.len()],
            messages: vec![MessageSum::default(); names.content.len()],
            entered: vec![Sum::default(); names.campaigns.len()],
            inside: vec![Sum::default(); names.campaigns.len()],
            ..Self::default()
        }
    }

    /// Counts a contact that both plans could run.
    pub(super) fn count(&mut self, base: &Outcome, head: &Outcome, key: &str) {
        self.compared += 1;
        let mut audience = each(&mut self.segments, &base.segments, &head.segments, key);
        audience |= each(&mut self.entered, &base.entered, &head.entered, key);
        let inside = each(&mut self.inside, &base.inside, &head.inside, key);
        let mut mail = false;
        for (at, message) in self.messages.iter_mut().enumerate() {
            mail |= message.count((base.sent[at], base.ahead[at]), (head.sent[at], head.ahead[at]), key);
        }
        for (at, moves) in self.moves.iter_mut().enumerate() {
            moves.entry((base.stages[at], head.stages[at])).or_default().put(key);
        }
        let stages = base.stages != head.stages;
        self.audience += u64::from(audience);
        self.mail += u64::from(mail);
        self.stages += u64::from(stages);
        self.any += u64::from(audience | mail | stages | inside);
    }

    /// Adds the part that follows.
    pub(super) fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.compared += other.compared;
        self.bad.add(other.bad);
        self.misplaced.add(other.misplaced);
        self.segments.iter_mut().zip(other.segments).for_each(|(sum, part)| sum.add(part));
        self.messages.iter_mut().zip(other.messages).for_each(|(sum, part)| sum.add(part));
        self.entered.iter_mut().zip(other.entered).for_each(|(sum, part)| sum.add(part));
        self.inside.iter_mut().zip(other.inside).for_each(|(sum, part)| sum.add(part));
        for (moves, part) in self.moves.iter_mut().zip(other.moves) {
            part.into_iter().for_each(|(way, group)| moves.entry(way).or_default().add(group));
        }
        self.any += other.any;
        self.audience += other.audience;
        self.mail += other.mail;
        self.stages += other.stages;
    }
}

fn each(sums: &mut [Sum], before: &[bool], after: &[bool], key: &str) -> bool {
    let mut differs = false;
    for (sum, (before, after)) in sums.iter_mut().zip(before.iter().zip(after)) {
        differs |= sum.count(*before, *after, key);
    }
    differs
}
