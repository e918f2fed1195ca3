//! Contacts who were never seen before and are alike go the same way: what happened to the first of
//! them is known of all.
//!
//! Alike are those whose answers to the plan's questions, stages, channels that must not be used and
//! addresses that are there are the same, in a plan in which nothing else decides
//! ([`Rules::alike`](crate::runner::program::Rules::alike)). So this gives what the executor would give, and asks it once.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::{After, Worker};
use crate::model::ids::Id;
use crate::model::{Channel, SegmentId, StageId};
use crate::runner::contact::{Block, Columns, Seen, Slot};
use crate::runner::effect::{Effect, Event};
use crate::runner::metrics::Metrics;
use crate::runner::program::{NodeId, Program};
use crate::runner::state::{ContactState, Enrollment};

/// So many contacts are looked at before it is asked whether it pays.
const TRIAL: usize = 2048;
/// So many ways are remembered, or fewer of a large plan: what is counted of each is as large.
const MOST: usize = 4096;
const MOST_BYTES: usize = 4 << 20;

/// The ways that contacts went.
#[derive(Debug)]
pub(crate) struct Ways<'p> {
    program: &'p Program,
    questions: &'p [NodeId],
    by_answers: HashMap<Box<[u64]>, usize, BuildHasherDefault<Mixer>>,
    known: Vec<Way<'p>>,
    /// The answers of the contact at hand.
    answers: Vec<u64>,
    /// How many contacts were looked at, and how many of them went a way that was known.
    looked: usize,
    went: usize,
    most: usize,
}

/// A way that a contact went as others did before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KnownWay<'w, 'a> {
    /// Its place among those that these [`Ways`] know.
    pub(crate) number: usize,
    /// What happens on it.
    pub(crate) effects: &'w [Effect<'a>],
}

/// Mixes the words of a few thousand answers, of which nobody gains by two that look alike: they are
/// compared all the same.
#[derive(Debug, Default)]
struct Mixer(u64);

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        words
            .iter()
            .for_each(|word| self.write_u64(u64::from_le_bytes(*word)));
        rest.iter()
            .for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    /// The product mixes upwards, and a table looks at the lowest bits.
    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}

/// What happens to contacts who are alike.
#[derive(Debug)]
struct Way<'p> {
    effects: Vec<Effect<'p>>,
    stages: Vec<Option<StageId>>,
    blocks: [Option<Block>; Channel::ALL.len()],
    members: Vec<Enrollment>,
    members_by_hand: Vec<(SegmentId, bool)>,
    memory: ContactState,
    /// What is counted of one of them, and how many went this way.
    metrics: Metrics,
    times: u64,
}

impl<'p> Ways<'p> {
    /// None are known yet; absent for a plan in which more decides.
    pub(crate) fn of(program: &'p Program) -> Option<Self> {
        Some(Self {
            program,
            questions: program.alike.as_deref()?,
            by_answers: HashMap::default(),
            known: Vec::new(),
            answers: Vec::new(),
            looked: 0,
            went: 0,
            most: MOST.min(MOST_BYTES / size_of_way(program)),
        })
    }

    /// Takes a contact who was never seen before, and of whom no event tells, through the instant,
    /// as [`Worker::contact`] does. Where the way was known, what happened is its, and `effects`
    /// stay as they are.
    pub(crate) fn contact<'w, 'a>(
        &'w mut self,
        worker: &'w mut Worker<'a>,
        (seen, columns): (&Seen<'a>, &Columns),
        effects: &mut Vec<Effect<'a>>,
    ) -> (After<'w, 'a>, Option<KnownWay<'w, 'a>>)
    where
        'p: 'a,
    {
        worker.way = None;
        if !self.pays() {
            return (worker.contact(seen, None, columns, effects), None);
        }
        self.ask(worker, seen, columns);
        let known = self.by_answers.get(self.answers.as_slice()).copied();
        let Some(known) = known else {
            let after = if self.known.len() < self.most {
                self.learn(worker, (seen, columns), effects)
            } else {
                worker.contact(seen, None, columns, effects)
            };
            return (after, None);
        };
        self.went += 1;
        worker.way = Some(known);
        let way = &mut self.known[known];
        way.times += 1;
        worker.executor.note_values_of(&way.effects);
        let executor = &worker.executor;
        let after = After {
            fields: &executor.fields[..seen.fields.len()],
            stages: &way.stages,
            tags: &executor.tags,
            added: &[],
            points: executor.points,
            groups: &executor.groups,
            snapshots: &[],
            values: &executor.values,
            blocks: way.blocks,
            members: &way.members,
            members_by_hand: &way.members_by_hand,
        };
        let known = KnownWay {
            number: known,
            effects: &way.effects,
        };
        (after, Some(known))
    }

    /// What must be known at the next instant of the contact that was taken last; to be asked once.
    pub(crate) fn memory<'w>(&'w self, worker: &'w mut Worker<'_>) -> &'w ContactState {
        match worker.way {
            Some(way) => &self.known[way].memory,
            None => worker.memory(),
        }
    }

    /// Adds what was counted of all who went a known way.
    pub(crate) fn count(&self, metrics: &mut Metrics) {
        self.known
            .iter()
            .for_each(|way| metrics.add_times(&way.metrics, way.times));
    }

    /// Not where few contacts are alike.
    fn pays(&self) -> bool {
        self.looked < TRIAL || self.went >= self.looked / 2
    }

    /// Notes all by which contacts differ.
    fn ask<'a>(&mut self, worker: &mut Worker<'a>, seen: &Seen<'a>, columns: &Columns) {
        self.looked += 1;
        let executor = &mut worker.executor;
        executor.look(seen, columns);
        self.answers.clear();
        for questions in self.questions.chunks(64) {
            let answers = questions.iter().rev();
            let bits = answers.fold(0, |bits, &it| bits << 1 | u64::from(executor.eval(it)));
            self.answers.push(bits);
        }
        for (funnel, stage) in seen.stages.iter().enumerate() {
            let stage = stage.filter(|_| columns.stages[funnel]);
            self.answers
                .push(stage.map_or(0, |stage| stage.index() as u64 + 1));
        }
        let channels = Channel::ALL.into_iter().map(|channel| channel as usize);
        self.answers.push(channels.fold(0, |bits, channel| {
            let address = self.program.channels[channel].address;
            let reached = address.is_some_and(|field| !matches!(seen.fields[field], Slot::Missing));
            let blocked = seen.blocks[channel].map_or(0, |block| block as u64 + 1);
            (bits << 1 | u64::from(reached)) << 2 | blocked
        }));
    }

    fn learn<'w, 'a>(
        &mut self,
        worker: &'w mut Worker<'a>,
        (seen, columns): (&Seen<'a>, &Columns),
        effects: &mut Vec<Effect<'a>>,
    ) -> After<'w, 'a>
    where
        'p: 'a,
    {
        let before = effects.len();
        let counted = worker.count_anew();
        worker.contact(seen, None, columns, effects);
        let metrics = std::mem::replace(&mut worker.executor.metrics, counted);
        let lasting: Option<Vec<_>> = effects[before..].iter().map(lasting).collect();
        match lasting {
            Some(effects) => {
                let answers = self.answers.as_slice().into();
                worker.way = Some(self.known.len());
                self.by_answers.insert(answers, self.known.len());
                self.known.push(Way {
                    effects,
                    stages: worker.stages.clone(),
                    blocks: worker.executor.blocks,
                    members: worker.executor.members.clone(),
                    members_by_hand: worker.executor.members_by_hand.clone(),
                    memory: worker.memory().clone(),
                    metrics,
                    times: 1,
                });
            }
            None => worker.executor.metrics.add(&metrics),
        }
        worker.after(seen)
    }
}

/// About as many bytes as a way takes.
fn size_of_way(program: &Program) -> usize {
    let steps: usize = program.campaigns.iter().map(|it| it.steps.len()).sum();
    let of_campaigns = program.campaigns.len() * 256 + steps * 192;
    1024 + program.conditions.segments().len() * 8 + program.stage_count * 64 + of_campaigns
}

/// An effect that says nothing of the row of its contact; what quotes the plan is left out too.
fn lasting<'p>(effect: &Effect<'_>) -> Option<Effect<'p>> {
    let event = match effect.event {
        Event::Enter { funnel, to } => Event::Enter { funnel, to },
        Event::Place { funnel, from, to } => Event::Place { funnel, from, to },
        Event::Convert { funnel, from, to } => Event::Convert { funnel, from, to },
        Event::Drop { funnel, from } => Event::Drop { funnel, from },
        Event::Move { funnel, from, to } => Event::Move { funnel, from, to },
        Event::Refuse {
            funnel,
            from,
            to,
            reason,
        } => Event::Refuse {
            funnel,
            from,
            to,
            reason,
        },
        Event::Leave { funnel, from } => Event::Leave { funnel, from },
        Event::Experience { at, content, touch } => Event::Experience { at, content, touch },
        Event::Start { cause } => Event::Start { cause },
        Event::Overtaken => Event::Overtaken,
        Event::End { outcome, reason } => Event::End { outcome, reason },
        Event::Send {
            content,
            channel,
            values,
        } => Event::Send {
            content,
            channel,
            values,
        },
        Event::Delay { content, until } => Event::Delay { content, until },
        Event::List { listing, from, to } => Event::List { listing, from, to },
        Event::Skip { content, reason } => Event::Skip { content, reason },
        Event::Wait { until } => Event::Wait { until },
        Event::Past { until, then } => Event::Past { until, then },
        Event::If { then } => Event::If { then },
        Event::Fork => Event::Fork,
        Event::Join => Event::Join,
        Event::Await { until } => Event::Await { until },
        Event::Enroll { campaign } => Event::Enroll { campaign },
        Event::Withdraw { campaign } => Event::Withdraw { campaign },
        Event::DeferStage { funnel, to } => Event::DeferStage { funnel, to },
        Event::DeferCampaign => Event::DeferCampaign,
        Event::DeferStep => Event::DeferStep,
        Event::Pause => Event::Pause,
        Event::Resume => Event::Resume,
        Event::Note { .. } | Event::Goto { .. } => return None,
        Event::Split { .. } | Event::Awaited { .. } => return None,
        Event::ExternalStage { .. } | Event::ExternalTag { .. } => return None,
        Event::ExternalPoints { .. } | Event::ExternalField { .. } => return None,
        Event::ExternalBlock { .. } | Event::Block { .. } => return None,
        Event::Call { .. } | Event::WaitMoved { .. } => return None,
        Event::AddTag { .. } | Event::RemoveTag { .. } | Event::Points { .. } => return None,
        Event::Set { .. } | Event::Clear { .. } => return None,
        Event::Update { .. } | Event::Late { .. } | Event::Lost { .. } => return None,
    };
    Some(Effect {
        at: effect.at,
        event,
    })
}
