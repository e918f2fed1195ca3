//! Sums over contacts, in the common numbers of both plans; the sums of parts add up to those of
//! the whole, and samples are the first of the file.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::names::Names;
use super::outcome::Outcome;
use super::written::{self, Cells, DataKind, Turn};

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
    /// By kind and id: whose data end up other.
    pub(super) data: BTreeMap<(DataKind, String), Turns>,
    /// By action besides sending.
    pub(super) acted: Vec<ActionSum>,
    /// By campaign: for whom what can follow in it, or when, is other.
    pub(super) ways: Vec<Group>,
    /// Who gets the same, under other names of steps or entries, so that the keys are others.
    pub(super) renamed: Group,
    /// Who is written otherwise in a way that has no word of its own.
    pub(super) otherwise: Group,
    /// Contacts with any difference.
    pub(super) any: u64,
    /// Contacts that are in other segments, or enter other campaigns.
    pub(super) audience: u64,
    /// Contacts that get other messages, now or later.
    pub(super) mail: u64,
    /// Contacts that end in another stage.
    pub(super) stages: u64,
    /// Contacts whose data end up other.
    pub(super) other_data: u64,
    /// Contacts for whom steps do something else than sending, or otherwise.
    pub(super) other_actions: u64,
    /// Contacts for whom what can follow in a campaign is other.
    pub(super) other_ways: u64,
}

/// Contacts whose datum differs.
#[derive(Clone, Debug, Default)]
pub(super) struct Turns {
    pub(super) gained: Group,
    pub(super) lost: Group,
    pub(super) other: Group,
}

/// For whom something is done besides sending.
#[derive(Clone, Debug, Default)]
pub(super) struct ActionSum {
    pub(super) done: Sum,
    /// As often, and not in the same way.
    pub(super) altered: Group,
}

/// Two outcomes of one contact.
#[derive(Clone, Copy)]
pub(super) struct Both<'o> {
    pub(super) base: &'o Outcome,
    pub(super) head: &'o Outcome,
    pub(super) key: &'o str,
    /// Its row in the file.
    pub(super) row: &'o [u8],
}

/// The ways in which two outcomes differ.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is counted by itself")]
struct Differs {
    audience: bool,
    inside: bool,
    mail: bool,
    stages: bool,
    data: bool,
    actions: bool,
    ways: bool,
    written: bool,
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
    /// Who may get it later under both, at another time.
    pub(super) retimed: Group,
    /// Who gets it as often, on another channel, to another address or with other values.
    pub(super) altered: Group,
}

impl Group {
    pub(super) fn put(&mut self, key: &str) {
        self.contacts += 1;
        if self.sample.len() < SAMPLES {
            self.sample.push(key.to_owned());
        }
    }

    pub(super) fn add(&mut self, other: Self) {
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
    fn count(&mut self, base: (u32, Option<u64>), head: (u32, Option<u64>), key: &str) -> bool {
        let ((sent, ahead), (sent_head, ahead_head)) = (base, head);
        self.sent.before += u64::from(sent > 0);
        self.sent.after += u64::from(sent_head > 0);
        if sent_head > sent {
            self.sent.gained.put(key);
            self.sooner += u64::from(ahead.is_some() && sent == 0);
        } else if sent > sent_head {
            self.sent.lost.put(key);
            self.later += u64::from(ahead_head.is_some() && sent_head == 0);
        }
        let waits = ahead.filter(|_| sent == 0);
        let waits_head = ahead_head.filter(|_| sent_head == 0);
        self.ahead.before += u64::from(waits.is_some());
        self.ahead.after += u64::from(waits_head.is_some());
        match (waits, waits_head) {
            (None, Some(_)) if sent == 0 => self.ahead.gained.put(key),
            (Some(_), None) if sent_head == 0 => self.ahead.lost.put(key),
            (Some(when), Some(other)) if when != other => self.retimed.put(key),
            (None | Some(_), None | Some(_)) => {}
        }
        sent != sent_head || waits != waits_head
    }

    fn add(&mut self, other: Self) {
        self.sent.add(other.sent);
        self.ahead.add(other.ahead);
        self.sooner += other.sooner;
        self.later += other.later;
        self.retimed.add(other.retimed);
        self.altered.add(other.altered);
    }
}

impl Turns {
    fn put(&mut self, turn: Turn, key: &str) {
        match turn {
            Turn::Gained => self.gained.put(key),
            Turn::Lost => self.lost.put(key),
            Turn::Other => self.other.put(key),
        }
    }

    fn add(&mut self, other: Self) {
        self.gained.add(other.gained);
        self.lost.add(other.lost);
        self.other.add(other.other);
    }
}

impl ActionSum {
    fn count(&mut self, before: u32, after: u32, key: &str) -> bool {
        self.done.before += u64::from(before > 0);
        self.done.after += u64::from(after > 0);
        match before.cmp(&after) {
            Ordering::Less => self.done.gained.put(key),
            Ordering::Greater => self.done.lost.put(key),
            Ordering::Equal => {}
        }
        before != after
    }

    fn add(&mut self, other: Self) {
        self.done.add(other.done);
        self.altered.add(other.altered);
    }
}

impl Differs {
    fn any(self) -> bool {
        let Self {
            audience,
            inside,
            mail,
            stages,
            data,
            actions,
            ways,
            written,
        } = self;
        audience || inside || mail || stages || data || actions || ways || written
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
            acted: vec![ActionSum::default(); names.actions.len()],
            ways: vec![Group::default(); names.campaigns.len()],
            ..Self::default()
        }
    }

    /// Counts a contact that both plans could run.
    pub(super) fn count(&mut self, both: Both<'_>, names: &Names, cells: &Cells) {
        let Both {
            base, head, key, ..
        } = both;
        self.compared += 1;
        let mut differs = Differs::default();
        for (at, sum) in self.segments.iter_mut().enumerate() {
            // That a segment is new or gone treats nobody differently.
            differs.audience |= sum.count(base.segments[at], head.segments[at], key)
                && names.segments.is_shared(at);
        }
        differs.audience |= each(&mut self.entered, &base.entered, &head.entered, key);
        differs.inside = each(&mut self.inside, &base.inside, &head.inside, key);
        for (at, message) in self.messages.iter_mut().enumerate() {
            differs.mail |= message.count(
                (base.sent[at], base.ahead[at]),
                (head.sent[at], head.ahead[at]),
                key,
            );
        }
        for (at, sum) in self.acted.iter_mut().enumerate() {
            differs.actions |= sum.count(base.acted[at], head.acted[at], key);
        }
        for (at, moves) in self.moves.iter_mut().enumerate() {
            moves
                .entry((base.stages[at], head.stages[at]))
                .or_default()
                .put(key);
        }
        differs.stages = base.stages != head.stages;
        self.follow(both, &mut differs);
        self.rows(both, names, cells, &mut differs);
        self.acts(both, names, &mut differs);
        self.sum_up(differs);
    }

    fn sum_up(&mut self, differs: Differs) {
        self.audience += u64::from(differs.audience);
        self.mail += u64::from(differs.mail);
        self.stages += u64::from(differs.stages);
        self.other_data += u64::from(differs.data);
        self.other_actions += u64::from(differs.actions);
        self.other_ways += u64::from(differs.ways);
        self.any += u64::from(differs.any());
    }

    /// What can follow for who is in a campaign under both plans.
    fn follow(
        &mut self,
        Both {
            base, head, key, ..
        }: Both<'_>,
        differs: &mut Differs,
    ) {
        for (at, group) in self.ways.iter_mut().enumerate() {
            if base.ways[at] != head.ways[at] {
                differs.ways = true;
                if base.inside[at] && head.inside[at] {
                    group.put(key);
                }
            }
        }
    }

    /// The contact's row, and what is remembered of steps without standing in a row.
    fn rows(&mut self, both: Both<'_>, names: &Names, cells: &Cells, differs: &mut Differs) {
        let Both {
            base,
            head,
            key,
            row,
        } = both;
        let data = &mut self.data;
        let mut found = |kind, id: &str, turn| {
            differs.data = true;
            data.entry((kind, id.to_owned()))
                .or_default()
                .put(turn, key);
        };
        if base.members != head.members {
            written::members(
                &base.members,
                &head.members,
                &names.segments.ids,
                &mut found,
            );
        }
        written::blocks(&base.blocks, &head.blocks, &mut found);
        let rows =
            [&base.row, &head.row].map(|changed| if changed.is_empty() { row } else { changed });
        if rows[0] == rows[1] {
            return;
        }
        cells.differing(rows[0], rows[1], &mut found);
        let is_unnamed =
            !differs.data && !differs.stages && cells.columns.iter().all(Vec::is_empty);
        if is_unnamed {
            differs.written = true;
            self.otherwise.put(key);
        }
    }

    fn acts(
        &mut self,
        Both {
            base, head, key, ..
        }: Both<'_>,
        names: &Names,
        differs: &mut Differs,
    ) {
        if base.actions == head.actions {
            return;
        }
        let mut is_told = base.sent != head.sent || base.acted != head.acted;
        for (verb, target) in written::altered(&base.actions, &head.actions) {
            is_told = true;
            if let Some(at) = names.actions.number(&format!("{verb} {target}")) {
                differs.actions = true;
                self.acted[at].altered.put(key);
            } else if let Some(at) = names.content.number(&target) {
                differs.mail = true;
                self.messages[at].altered.put(key);
            }
        }
        if !is_told {
            differs.written = true;
            self.renamed.put(key);
        }
    }

    /// Adds the part that follows.
    pub(super) fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.compared += other.compared;
        self.bad.add(other.bad);
        self.misplaced.add(other.misplaced);
        self.segments
            .iter_mut()
            .zip(other.segments)
            .for_each(|(sum, part)| sum.add(part));
        self.messages
            .iter_mut()
            .zip(other.messages)
            .for_each(|(sum, part)| sum.add(part));
        self.entered
            .iter_mut()
            .zip(other.entered)
            .for_each(|(sum, part)| sum.add(part));
        self.inside
            .iter_mut()
            .zip(other.inside)
            .for_each(|(sum, part)| sum.add(part));
        for (moves, part) in self.moves.iter_mut().zip(other.moves) {
            part.into_iter()
                .for_each(|(way, group)| moves.entry(way).or_default().add(group));
        }
        for (what, turns) in other.data {
            self.data.entry(what).or_default().add(turns);
        }
        self.acted
            .iter_mut()
            .zip(other.acted)
            .for_each(|(sum, part)| sum.add(part));
        self.ways
            .iter_mut()
            .zip(other.ways)
            .for_each(|(sum, part)| sum.add(part));
        self.renamed.add(other.renamed);
        self.otherwise.add(other.otherwise);
        self.other_data += other.other_data;
        self.other_actions += other.other_actions;
        self.other_ways += other.other_ways;
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
