//! Funnels, campaigns and content compiled: what is published now, steps in a row with the step that follows each, conditions as nodes.

use super::compile::{Compiler, mask};
use super::condition::NodeId;
use super::event::PatternProgram;
use super::topics::{Reads, Topics};
use super::zone::{Zone, day_number};
use crate::model::ids::Id;
use crate::model::{
    Audience, Await, AwaitWay, Call, Campaign, Channel, ChannelRules, Content, Duration, Enter, Experience, Field,
    Funnel, Give, IfPast, Limit, Listing, Model, Moment, NewValue, OnLeave, Outcome, Publish, SendRules, Share, Stage,
    Step, StepKind, Target, Threshold, Until, Value, Wait, Windows,
};
use crate::plan::condition_json;
use crate::runner::contact::Kept;

/// A funnel.
#[derive(Clone, Debug)]
pub(crate) struct FunnelProgram {
    pub(crate) audience: Option<NodeId>,
    /// The stage of those in the audience who have none; absent where it is not published.
    pub(crate) entry: Option<usize>,
    pub(crate) place: Vec<(usize, NodeId)>,
    pub(crate) published: bool,
    /// Whether who leaves the audience leaves the funnel.
    pub(crate) drops: bool,
    pub(crate) free: bool,
    /// With `order: loose` the stages that convert, from the heaviest down, then by id; else empty.
    pub(crate) loose: Vec<usize>,
    pub(crate) stages: Vec<StageProgram>,
    /// What its rules read, and itself.
    pub(crate) reads: Reads,
    /// Where its stages begin among the stages of all funnels.
    pub(crate) first_stage: usize,
}

/// A stage.
#[derive(Clone, Debug)]
pub(crate) struct StageProgram {
    pub(crate) weight: i64,
    pub(crate) published: bool,
    pub(crate) is_final: bool,
    pub(crate) back_to: Vec<usize>,
    /// Conditions and where they lead; nowhere where no next heavier stage is published, or more than one.
    pub(crate) converts: Vec<(NodeId, Option<usize>)>,
    pub(crate) experiences: Vec<ExperienceProgram>,
    /// The places in the order of execution of the campaigns which `{ entered: … }` of this stage lets in.
    pub(crate) lets_in: Vec<usize>,
}

/// An experience of a stage.
#[derive(Clone, Debug)]
pub(crate) struct ExperienceProgram {
    pub(crate) content: usize,
    pub(crate) when: Option<NodeId>,
    /// Whether it and its content are published.
    pub(crate) published: bool,
    /// Whether it is shown and hidden; others are sent.
    pub(crate) is_shown: bool,
}

/// A campaign.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent settings of the campaign")]
pub(crate) struct CampaignProgram {
    pub(crate) published: bool,
    /// Whether its window is over, and contacts leave.
    pub(crate) is_over: bool,
    /// Where its window ended, if it has an end.
    pub(crate) until: Option<i64>,
    pub(crate) enter: Vec<EnterProgram>,
    /// The conditions of `enter`, with `{ entered: s }` read as `{ stage: s }`.
    pub(crate) admits: Vec<NodeId>,
    /// The events that let in.
    pub(crate) occurrences: Vec<PatternProgram>,
    /// Where its conditions of `enter` begin among those of all campaigns.
    pub(crate) first_condition: usize,
    pub(crate) reenter: Option<Duration>,
    pub(crate) exit_on_leave: bool,
    pub(crate) goal: Option<NodeId>,
    pub(crate) exit_when: Option<NodeId>,
    /// For a trigger: the points that start it.
    pub(crate) trigger: Option<Threshold>,
    pub(crate) steps: Vec<StepProgram>,
    /// Whether a step may run more than once in an entry.
    pub(crate) repeats: bool,
    /// The content of whose sends an `await` wants to know when and whether they went out.
    pub(crate) awaits: Vec<usize>,
    /// What its entry, goal and exit read.
    pub(crate) reads: Reads,
}

/// A state condition of `enter`.
#[derive(Clone, Debug)]
pub(crate) struct EnterProgram {
    pub(crate) when: NodeId,
    /// What it says, in short, to know it again in a later plan.
    pub(crate) mark: String,
    /// Whether those who qualify now are left out, because this is the first instant of the condition.
    pub(crate) skips_existing: bool,
}

/// The step after the last.
pub(crate) const END: usize = usize::MAX;

/// A step.
#[derive(Clone, Debug)]
pub(crate) struct StepProgram {
    pub(crate) verb: Verb,
    /// The step that runs after this one.
    pub(crate) next: usize,
    /// The next step of the same list.
    pub(crate) sibling: Option<usize>,
    /// The way of a fork on which it stands.
    pub(crate) lane: Lane,
}

/// A way of a fork: its step, and which of its ways; nothing for the way of the campaign itself.
pub(crate) type Lane = Option<(usize, usize)>;

/// What a step does.
#[derive(Clone, Debug)]
pub(crate) enum Verb {
    Send {
        content: usize,
        rules: SendRules,
    },
    Move {
        funnel: usize,
        stage: usize,
    },
    Leave {
        funnel: usize,
    },
    AddTag(usize),
    RemoveTag(usize),
    Points(Give),
    Set {
        field: usize,
        to: New,
    },
    Clear(usize),
    Call(Call),
    Wait(Wait),
    List(Listing),
    WaitUntil {
        until: WaitFor,
        if_past: IfPast,
        windows: Windows,
    },
    If {
        when: NodeId,
        then: usize,
        otherwise: usize,
    },
    Split(Vec<ShareProgram>),
    Await(AwaitProgram),
    Enroll(usize),
    Withdraw(usize),
    /// The first steps of the ways.
    Fork(Vec<usize>),
    Goto(usize),
    Exit(Outcome),
    Nothing,
}

/// A share of a `split`; they stand in order of their labels.
#[derive(Clone, Debug)]
pub(crate) struct ShareProgram {
    pub(crate) label: String,
    /// The contact's number is below this, and not below that of the share before.
    pub(crate) below: u64,
    pub(crate) first: usize,
}

/// A wait for events.
#[derive(Clone, Debug)]
pub(crate) struct AwaitProgram {
    pub(crate) ways: Vec<AwaitWayProgram>,
    pub(crate) length: Option<Duration>,
    /// The first step when no event comes in time.
    pub(crate) otherwise: usize,
}

/// An event that is waited for.
#[derive(Clone, Debug)]
pub(crate) struct AwaitWayProgram {
    pub(crate) pattern: PatternProgram,
    pub(crate) label: String,
    pub(crate) first: usize,
}

/// The new value of a field.
#[derive(Clone, Debug)]
pub(crate) enum New {
    Value(Kept),
    Add(rust_decimal::Decimal),
}

/// What a `wait-until` waits for.
#[derive(Clone, Debug)]
pub(crate) enum WaitFor {
    Moment(i64),
    /// The first moment of a day, on the contact's clock.
    Day(jiff::civil::Date),
    Field {
        field: usize,
        offset: Duration,
    },
}

/// Content.
#[derive(Clone, Debug)]
pub(crate) struct ContentProgram {
    pub(crate) published: bool,
    /// How it is sent where no step says it.
    pub(crate) rules: SendRules,
    /// The channels on which it may go out, the best first; absent where it needs none.
    pub(crate) channels: Option<Vec<Channel>>,
    /// Whether the contact's preferred channel comes before them.
    pub(crate) follows_preference: bool,
}

/// A channel.
#[derive(Clone, Debug)]
pub(crate) struct ChannelProgram {
    pub(crate) address: Option<usize>,
    pub(crate) consent: Option<NodeId>,
    pub(crate) limit: Option<Limit>,
}

/// What a field's new values must keep to.
#[derive(Clone, Debug)]
pub(crate) struct FieldProgram {
    /// What shows where there is a column and no value.
    pub(crate) default: Kept,
    pub(crate) min: Kept,
    pub(crate) max: Kept,
    pub(crate) written: bool,
    /// Whether a step sets or clears it; else only events change it, where the file has no column.
    pub(crate) set_by_step: bool,
}

/// What compiling a part needs to know of the whole.
pub(crate) struct Builder<'m> {
    pub(crate) model: &'m Model,
    pub(crate) zone: &'m Zone,
    pub(crate) topics: &'m Topics,
    pub(crate) now: i64,
    pub(crate) compiler: Compiler<'m>,
}

impl Builder<'_> {
    pub(crate) fn published(&self, publish: &Publish) -> bool {
        let began = publish.from.is_none_or(|from| self.now >= self.zone.start_of_moment(from));
        publish.published && began && publish.until.is_none_or(|until| self.now <= self.last_of(until))
    }

    pub(crate) fn funnel(&mut self, id: usize, funnel: &Funnel, first_stage: usize) -> FunnelProgram {
        let stages: Vec<StageProgram> = funnel.stages.values().map(|stage| self.stage(funnel, stage)).collect();
        let audience = funnel.audience.as_ref().map(|audience| match audience {
            Audience::Everyone => self.compiler.always(),
            Audience::Of(condition) => self.compiler.compile(condition),
        });
        let place = funnel.place.iter().map(|rule| (rule.stage.index(), self.compiler.compile(&rule.when))).collect();
        let entry = funnel.entry.map(Id::index).filter(|&entry| stages[entry].published);
        let mut built = FunnelProgram {
            published: self.published(&funnel.publish),
            drops: funnel.drops && audience.is_some(),
            loose: if funnel.loose { from_the_heaviest(&stages) } else { Vec::new() },
            audience,
            entry,
            place,
            free: funnel.free,
            stages,
            reads: 0,
            first_stage,
        };
        built.reads = self.reads_of(id, &built);
        built
    }

    fn reads_of(&self, id: usize, funnel: &FunnelProgram) -> Reads {
        let place = funnel.place.iter().map(|(_, when)| *when);
        let converts = funnel.stages.iter().flat_map(|stage| stage.converts.iter().map(|(when, _)| *when));
        let asked = funnel.audience.into_iter().chain(place).chain(converts);
        asked.fold(self.topics.of_funnel(Id::from_index(id)), |reads, node| reads | self.compiler.reads(node))
    }

    fn stage(&mut self, funnel: &Funnel, stage: &Stage) -> StageProgram {
        let next = self.next_heavier(funnel, stage);
        let converts = stage.converts.iter().map(|conversion| {
            let to = match conversion.to {
                Target::Next => next,
                Target::Stage(to) => Some(to.index()),
            };
            (self.compiler.compile(&conversion.when), to)
        });
        StageProgram {
            weight: stage.weight.unwrap_or_default(),
            converts: converts.collect(),
            published: self.published(&stage.publish),
            is_final: stage.is_final,
            back_to: stage.back_to.iter().map(|(to, _)| to.index()).collect(),
            experiences: stage.experiences.iter().map(|experience| self.experience(experience)).collect(),
            lets_in: Vec::new(),
        }
    }

    fn experience(&mut self, experience: &Experience) -> ExperienceProgram {
        let content = &self.model.content[experience.content];
        ExperienceProgram {
            content: experience.content.index(),
            when: experience.when.as_ref().map(|when| self.compiler.compile(when)),
            published: self.published(&experience.publish) && self.published(&content.publish),
            is_shown: content.kind.is_some_and(crate::model::ContentKind::is_shown),
        }
    }

    /// The next heavier stage that is published now, if it is single.
    fn next_heavier(&self, funnel: &Funnel, stage: &Stage) -> Option<usize> {
        let heavier = funnel.stages.iter().filter(|(_, other)| other.weight > stage.weight);
        let published: Vec<_> = heavier.filter(|(_, other)| self.published(&other.publish)).collect();
        let weight = published.iter().map(|(_, other)| other.weight).min()?;
        let mut next = published.iter().filter(|(_, other)| other.weight == weight);
        let (id, _) = next.next()?;
        next.next().is_none().then(|| id.index())
    }

    pub(crate) fn campaign(&mut self, campaign: &Campaign, first_condition: usize) -> CampaignProgram {
        let mut enter = Vec::new();
        let mut admits = Vec::new();
        let mut occurrences = Vec::new();
        for way in &campaign.enter {
            match way {
                Enter::Condition(condition) => {
                    let when = self.compiler.compile(condition);
                    let mark = super::mark(&condition_json(self.model, condition));
                    admits.push(when);
                    // Written twice it is one condition: the state knows it by its mark.
                    if enter.iter().all(|way: &EnterProgram| way.mark != mark) {
                        enter.push(EnterProgram { when, mark, skips_existing: false });
                    }
                }
                Enter::Entered { stage, .. } => admits.push(self.compiler.in_stage(*stage)),
                // Before the first step it counts as false; who was let in by it cannot be overtaken.
                Enter::Event(pattern) => occurrences.push(self.compiler.occurrences(pattern)),
            }
        }
        let goal = campaign.goal.as_ref().map(|goal| self.compiler.compile(goal));
        let exit_when = campaign.exit_when.as_ref().map(|exit| self.compiler.compile(exit));
        let asked = enter.iter().map(|way| way.when).chain(goal).chain(exit_when);
        CampaignProgram {
            published: self.published(&campaign.publish),
            is_over: campaign.exits_after_until && campaign.publish.until.is_some_and(|it| self.now > self.last_of(it)),
            until: campaign.publish.until.map(|until| self.end_of(until)),
            reads: asked.fold(0, |reads, node| reads | self.compiler.reads(node)),
            enter,
            admits,
            occurrences,
            first_condition,
            reenter: campaign.reenter,
            exit_on_leave: campaign.on_leave == Some(OnLeave::Exit),
            goal,
            exit_when,
            trigger: campaign.trigger,
            steps: self.steps(campaign),
            repeats: repeats(campaign),
            awaits: awaits(campaign),
        }
    }

    fn steps(&mut self, campaign: &Campaign) -> Vec<StepProgram> {
        let mut flat = Vec::new();
        self.list(&campaign.steps, END, None, &mut flat);
        flat
    }

    /// Appends a list of steps, outer before inner; `after` is where it goes on when the list is over.
    fn list(&mut self, steps: &[Step], after: usize, lane: Lane, flat: &mut Vec<StepProgram>) {
        for (at, step) in steps.iter().enumerate() {
            let sibling = steps.get(at + 1).map(|next| next.id.index());
            let next = sibling.unwrap_or(after);
            let verb = self.verb(&step.kind, next);
            flat.push(StepProgram { verb, next, sibling, lane });
            let forks = matches!(step.kind, StepKind::Fork(_));
            for (way, branch) in step.branches().iter().enumerate() {
                // A way of a fork ends by itself; the fork goes on when all have.
                let (after, lane) = if forks { (END, Some((step.id.index(), way))) } else { (next, lane) };
                self.list(branch.steps, after, lane, flat);
            }
        }
    }

    fn verb(&mut self, kind: &StepKind, next: usize) -> Verb {
        match kind {
            StepKind::Send { content, rules } => Verb::Send { content: content.index(), rules: *rules },
            StepKind::Move(to) => Verb::Move { funnel: to.funnel.index(), stage: to.stage.index() },
            StepKind::Leave(funnel) => Verb::Leave { funnel: funnel.index() },
            StepKind::AddTag(tag) => Verb::AddTag(tag.index()),
            StepKind::RemoveTag(tag) => Verb::RemoveTag(tag.index()),
            StepKind::Points(give) => Verb::Points(*give),
            StepKind::Set { field, to } => {
                Verb::Set { field: field.index(), to: self.new_value(&self.model.contacts.fields[*field], to) }
            }
            StepKind::Clear(field) => Verb::Clear(field.index()),
            StepKind::Call(call) => Verb::Call(call.clone()),
            StepKind::Wait(wait) => Verb::Wait(*wait),
            StepKind::WaitUntil { until, if_past, windows } => {
                Verb::WaitUntil { until: self.wait_for(until), if_past: *if_past, windows: *windows }
            }
            StepKind::List(listing) => Verb::List(*listing),
            StepKind::If { when, then, otherwise } => Verb::If {
                when: self.compiler.compile(when),
                then: then.first().map_or(next, |step| step.id.index()),
                otherwise: otherwise.first().map_or(next, |step| step.id.index()),
            },
            StepKind::Split(shares) => Verb::Split(split(shares, next)),
            StepKind::Fork(ways) => {
                Verb::Fork(ways.iter().filter_map(|way| way.steps.first()).map(|step| step.id.index()).collect())
            }
            StepKind::Goto { to, .. } => Verb::Goto(to.index()),
            StepKind::Await(awaiting) => Verb::Await(self.await_event(awaiting, next)),
            StepKind::Enroll(campaign) => Verb::Enroll(campaign.index()),
            StepKind::Withdraw(campaign) => Verb::Withdraw(campaign.index()),
            StepKind::Exit(outcome) => Verb::Exit(*outcome),
            StepKind::Broken => Verb::Nothing,
        }
    }

    fn await_event(&mut self, awaiting: &Await, next: usize) -> AwaitProgram {
        let first = |steps: &[Step]| steps.first().map_or(next, |step| step.id.index());
        let way = |way: &AwaitWay| AwaitWayProgram {
            pattern: self.compiler.awaited(&way.pattern),
            label: way.label.clone(),
            first: first(&way.steps),
        };
        let ways = awaiting.ways.iter().map(way).collect();
        AwaitProgram { ways, length: awaiting.length, otherwise: first(&awaiting.otherwise) }
    }

    fn wait_for(&self, until: &Until) -> WaitFor {
        match until {
            Until::Moment(Moment::Day(day)) => WaitFor::Day(*day),
            Until::Moment(moment) => WaitFor::Moment(self.zone.start_of_moment(*moment)),
            Until::Field { field, offset } => WaitFor::Field { field: field.index(), offset: *offset },
        }
    }

    fn new_value(&self, field: &Field, to: &NewValue) -> New {
        let is_day = field.type_ == Some(crate::model::FieldType::Date);
        let today = self.zone.day_of(self.now);
        match to {
            NewValue::Value(value) => New::Value(self.value(value)),
            NewValue::Add(number) => New::Add(*number),
            NewValue::Today if is_day => New::Value(Kept::Day(day_number(today))),
            NewValue::Today => New::Value(Kept::Moment(self.zone.start_of(today))),
            NewValue::Now => New::Value(Kept::Moment(self.now)),
        }
    }

    pub(super) fn value(&self, value: &Value) -> Kept {
        match value {
            Value::Text(text) => Kept::Text(text.as_str().into()),
            Value::Integer(number) => Kept::Integer(*number),
            Value::Number(number) => Kept::Number(*number),
            Value::Boolean(flag) => Kept::Boolean(*flag),
            Value::Date(day) => Kept::Day(day_number(*day)),
            Value::Datetime(moment) => Kept::Moment(self.zone.start_of_moment(*moment)),
            Value::Choice(choice) => Kept::Choice(*choice),
            Value::Choices(choices) => Kept::Choices(mask(choices)),
        }
    }

    pub(crate) fn field(&self, id: usize, field: &Field) -> FieldProgram {
        let value = |value: &Option<Value>| value.as_ref().map(|value| self.value(value)).unwrap_or_default();
        FieldProgram {
            default: value(&field.default),
            min: value(&field.min),
            max: value(&field.max),
            written: self.topics.writes_field(Id::from_index(id)),
            set_by_step: self.topics.is_set_by_step(Id::from_index(id)),
        }
    }

    pub(crate) fn content(&self, content: &Content) -> ContentProgram {
        let channels = Some(content.channels()).filter(|channels| !channels.is_empty());
        let follows_preference = content.kind == Some(crate::model::ContentKind::Message);
        ContentProgram {
            rules: content.rules,
            published: self.published(&content.publish),
            channels,
            follows_preference,
        }
    }

    pub(crate) fn channel(&mut self, rules: &ChannelRules) -> ChannelProgram {
        ChannelProgram {
            address: rules.address.map(Id::index),
            consent: rules.consent.as_ref().map(|consent| self.compiler.compile(consent)),
            limit: rules.limit,
        }
    }

    fn last_of(&self, until: Moment) -> i64 {
        match until {
            Moment::Day(day) => self.zone.end_of(day).saturating_sub(1),
            Moment::Time(time) => self.zone.moment(time),
        }
    }

    fn end_of(&self, until: Moment) -> i64 {
        match until {
            Moment::Day(day) => self.zone.end_of(day),
            Moment::Time(time) => self.zone.moment(time),
        }
    }
}

/// The stages that convert, from the heaviest down, then by id.
fn from_the_heaviest(stages: &[StageProgram]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..stages.len()).filter(|&stage| !stages[stage].converts.is_empty()).collect();
    order.sort_by_key(|&stage| (std::cmp::Reverse(stages[stage].weight), stage));
    order
}

fn awaits(campaign: &Campaign) -> Vec<usize> {
    let mut found = Vec::new();
    campaign.each_step(|step| {
        if let StepKind::Await(Await { ways, .. }) = &step.kind {
            found.extend(ways.iter().filter_map(|way| way.pattern.of).map(Id::index));
        }
    });
    found.sort_unstable();
    found.dedup();
    found
}

fn repeats(campaign: &Campaign) -> bool {
    let mut found = false;
    campaign.each_step(|step| found |= matches!(step.kind, StepKind::Goto { .. }));
    found
}

/// Consecutive intervals of 0 to 100 in order of the labels, so that the order of the text does not count.
fn split(shares: &[Share], next: usize) -> Vec<ShareProgram> {
    let mut ordered: Vec<&Share> = shares.iter().collect();
    ordered.sort_by(|one, other| one.label.cmp(&other.label));
    let mut below = 0;
    let program = |share: &Share| {
        below += u64::from(share.share);
        let first = share.steps.first().map_or(next, |step| step.id.index());
        ShareProgram { label: share.label.clone(), below, first }
    };
    ordered.into_iter().map(program).collect()
}
