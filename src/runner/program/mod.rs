//! The plan compiled for one moment: indices instead of names, integers instead of dates; nothing
//! in it changes while contacts run through it.

mod alike;
mod campaign;
mod companies;
mod compile;
mod condition;
mod dependencies;
mod event;
mod funnel;
mod history;
mod journey;
mod missed;
mod ranges;
mod split;
mod step;
mod turning;
mod turns;
mod windows;
mod zone;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use thiserror::Error;

pub(crate) use crate::model::fold::fold_into;
pub(crate) use campaign::CampaignProgram;
pub(crate) use companies::{Companies, Company};
pub(crate) use condition::{Conditions, Node, NodeId};
pub(crate) use dependencies::{Dependencies, Reads};
pub(crate) use event::{
    Around, CountProgram, EventProgram, PatternProgram, SinceProgram, Updated, Where,
};
pub(crate) use funnel::{FunnelProgram, StageProgram};
pub use history::Short;
pub(crate) use journey::{ChannelProgram, ContentProgram, FieldProgram};
pub(crate) use missed::MissedDay;
pub(crate) use split::{ShareProgram, SplitProgram};
pub(crate) use step::{Action, AwaitProgram, END, Lane, New, Verb, WaitFor};
pub(crate) use turns::{Bound, Days, Turns};
pub(crate) use windows::first_open;
pub use zone::floor_clock;
pub(crate) use zone::{Zone, day_number, day_of_number, first_moment};

use crate::model::ids::Id;
use crate::model::{Campaign, CampaignId, Condition, Enter, Existing, Meanings, Model, StageRef};
use crate::plan::{Plan, condition_json};
use crate::runner::header::{Header, Inventory, KnownSince, Opened};
use crate::runner::notice::NoticeCode;
use compile::Compiler;
use journey::Builder;

/// A plan, bound to the moment of a run.
///
/// What a moment changes stands here; the rest is shared by the programs of all moments between
/// which nothing is published or withdrawn, so that turning it costs little.
#[derive(Clone, Debug)]
pub struct Program {
    now: i64,
    /// By event: older occurrences are forgotten.
    pub(crate) forgets: Vec<i64>,
    pub(crate) conditions: Conditions,
    rules: Arc<Rules>,
}

/// What of a program is the same at many moments.
#[derive(Clone, Debug)]
pub struct Rules {
    model: Model,
    pub(crate) zone: Zone,
    pub(crate) dependencies: Dependencies,
    pub(crate) fields: Vec<FieldProgram>,
    pub(crate) content: Vec<ContentProgram>,
    pub(crate) events: Vec<EventProgram>,
    /// By event: what is remembered of it.
    pub(crate) keeps: Vec<Option<history::Keeps>>,
    /// On a first run, what happened before counts and does nothing else.
    pub(crate) past_only: bool,
    /// Whether events change also fields that the contacts file holds.
    pub(crate) update_columns: bool,
    /// What the state does not know and the plan reads.
    pub(crate) short: Vec<Short>,
    known_events: BTreeMap<String, KnownSince>,
    pub(crate) channels: Vec<ChannelProgram>,
    pub(crate) funnels: Vec<FunnelProgram>,
    pub(crate) campaigns: Vec<CampaignProgram>,
    /// Funnels in the order of execution.
    pub(crate) funnel_order: Vec<usize>,
    /// Those of them with experiences.
    pub(crate) with_experiences: Vec<usize>,
    /// Campaigns in the order of execution.
    pub(crate) campaign_order: Vec<usize>,
    /// The campaigns that enough points start, in the order in which they are asked.
    pub(crate) triggers: Vec<usize>,
    /// By campaign: its place in that order.
    pub(crate) campaign_place: Vec<usize>,
    /// By bit of [`Reads`]: what must be asked anew when it changes.
    pub(crate) readers: Vec<Readers>,
    /// How many stages all funnels have.
    pub(crate) stage_count: usize,
    /// How many state conditions let contacts into all campaigns.
    pub(crate) condition_count: usize,
    /// Bits by place in the order of execution: the campaigns that a state condition lets in, which
    /// must be asked at first.
    pub(crate) open_at_first: Vec<u64>,
    /// Days on which no run was made, by campaign in the order of execution.
    pub(crate) missed: Vec<MissedDay>,
    /// The companies, where questions are about them and a file was read.
    pub(crate) companies: Option<Arc<Companies>>,
    /// The questions whose answers, with the stages, decide all for a contact who was never seen
    /// before; absent where more decides.
    pub(crate) alike: Option<Vec<NodeId>>,
    /// The fields that steps set or clear.
    pub(crate) written_fields: Vec<usize>,
    step_names: Vec<Vec<String>>,
    opened: BTreeMap<String, Opened>,
}

impl Deref for Program {
    type Target = Rules;

    fn deref(&self) -> &Rules {
        &self.rules
    }
}

impl Program {
    /// The rules, to be changed: those of this program alone.
    pub(crate) fn rules_mut(&mut self) -> &mut Rules {
        Arc::make_mut(&mut self.rules)
    }
}

/// Who reads a topic, by place in the order of execution.
#[derive(Clone, Debug, Default)]
pub(crate) struct Readers {
    pub(crate) funnels: Vec<usize>,
    pub(crate) campaigns: Vec<usize>,
    /// The answers to keep, as bits by cache slot.
    pub(crate) unaffected: Vec<u64>,
}

/// Why a plan cannot run at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BindError {
    /// The zone is not in the zone data.
    #[error("unknown time zone `{0}`")]
    Zone(String),
    /// The state is of a later moment.
    #[error("the state is of a later moment than this run")]
    Earlier {
        /// The state's moment, in seconds since 1970-01-01T00:00Z.
        state: i64,
    },
}

impl BindError {
    /// Its kind.
    pub fn code(&self) -> NoticeCode {
        match self {
            Self::Zone(_) => NoticeCode::UnknownTimezone,
            Self::Earlier { .. } => NoticeCode::StateLater,
        }
    }
}

impl Program {
    /// Binds `plan` to `now`, in seconds since 1970-01-01T00:00Z, already floored; `before` is the
    /// header of the state that this run continues.
    pub fn bind(plan: &Plan, now: i64, before: Option<&Header>) -> Result<Self, BindError> {
        Self::bind_asking(plan, now, before, &[])
    }

    /// The same with questions that nothing in the plan depends on, each as if it stood there.
    pub(crate) fn bind_asking(
        plan: &Plan,
        now: i64,
        before: Option<&Header>,
        asked: &[(Around, &Condition)],
    ) -> Result<Self, BindError> {
        if let Some(header) = before.filter(|header| header.now > now) {
            return Err(BindError::Earlier { state: header.now });
        }
        let zone = Zone::named(&plan.model().timezone)?;
        let mut program = Self::compile(plan.model(), now, zone, before, asked);
        program.rules_mut().lets_in();
        program.connect();
        program.rules_mut().open(now, before);
        program.remember(before);
        program.rules_mut().alike = alike::questions(&program);
        Ok(program)
    }

    /// Whether the plan asks what happened: a condition, a way in, an `await`, a rule for points or
    /// a field that events change.
    pub(crate) fn asks_events(&self) -> bool {
        let model = &self.model;
        let in_conditions =
            !self.conditions.counts.is_empty() || !self.conditions.awaited.is_empty();
        let starts = |campaign: &Campaign| {
            campaign
                .enter
                .iter()
                .any(|way| matches!(way, Enter::Event(_)))
        };
        in_conditions
            || !model.points.rules.is_empty()
            || model.campaigns.values().any(starts)
            || model.events.values().any(|event| !event.updates.is_empty())
    }

    /// How far back the plan asks for each event: `ever`, `entry` (of a campaign, or of a stage),
    /// or a length of time.
    pub fn look_back(plan: &Plan) -> Result<BTreeMap<String, String>, BindError> {
        let program = Self::bind(plan, 0, None)?;
        Ok(history::look_back(
            &program.model,
            &program.zone,
            &history::needs(&program.conditions),
        ))
    }

    /// Finds out what must be known of the past, and what of that is not.
    fn remember(&mut self, before: Option<&Header>) {
        let needs = history::needs(&self.conditions);
        let (model, zone, now) = (&self.model, &self.zone, self.now);
        let keeps = history::keeps(model, &needs);
        let short = before
            .map(|header| history::short(model, zone, now, &needs, header))
            .unwrap_or_default();
        let known_events = history::known(model, zone, now, &needs, &keeps, before);
        let rules = self.rules_mut();
        (rules.keeps, rules.short, rules.known_events) = (keeps, short, known_events);
        rules.past_only = before.is_none();
        self.forget();
    }

    /// Finds out which occurrences are too old for any question of this moment.
    fn forget(&mut self) {
        let from = |keeps: &Option<history::Keeps>| {
            let from = keeps.as_ref().map(|keeps| keeps.from(&self.zone, self.now));
            from.unwrap_or(i64::MIN)
        };
        self.forgets = self.keeps.iter().map(from).collect();
    }

    /// What the plan says.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The moment of the run.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// The name of a step, and the other way round; the end has the empty name.
    pub(crate) fn step_name(&self, campaign: CampaignId, step: usize) -> &str {
        self.step_names[campaign.index()]
            .get(step)
            .map_or("", String::as_str)
    }

    pub(crate) fn step_named(&self, campaign: CampaignId, name: &str) -> Option<usize> {
        if name.is_empty() {
            return Some(END);
        }
        self.step_names[campaign.index()]
            .iter()
            .position(|known| known == name)
    }

    /// The header of the state that this run leaves; `plan` is the plan's fingerprint.
    pub fn header(&self, plan: &str) -> Header {
        let knows = self.dependencies.knows(&self.model);
        let has = Inventory::of(&self.model);
        Header {
            plan: plan.to_owned(),
            now: self.now,
            campaigns: self.opened.clone(),
            knows,
            events: self.known_events.clone(),
            has,
        }
    }

    fn compile(
        model: &Model,
        now: i64,
        zone: Zone,
        before: Option<&Header>,
        asked: &[(Around, &Condition)],
    ) -> Self {
        let mut dependencies = Dependencies::of(model);
        let compiler = Compiler::new(model, &zone, &dependencies, now);
        let mut builder = Builder {
            model,
            zone: &zone,
            dependencies: &dependencies,
            now,
            compiler,
        };
        let contacts = &model.contacts;
        let fields = contacts
            .fields
            .iter()
            .map(|(id, field)| builder.field(id.index(), field))
            .collect();
        let content = model
            .content
            .values()
            .map(|content| builder.content(content))
            .collect();
        let events = model.events.ids().map(|id| builder.event(id)).collect();
        let channels = contacts
            .channels
            .iter()
            .map(|rules| builder.channel(rules))
            .collect();
        let funnels = funnels(model, &mut builder);
        let campaigns = campaigns(model, &mut builder);
        let mut missed = builder.missed(&campaigns, before);
        builder.compiler.ask(asked);
        let conditions = builder.compiler.finish();
        dependencies.keep_campaigns(&conditions.asked_campaigns);
        let campaign_order = in_order(
            model
                .campaigns
                .iter()
                .map(|(id, it)| (it.priority, id.index())),
        );
        let mut campaign_place = vec![0; campaign_order.len()];
        campaign_order
            .iter()
            .enumerate()
            .for_each(|(place, &campaign)| campaign_place[campaign] = place);
        missed.sort_by_key(|missed| (campaign_place[missed.campaign], missed.start));
        let rules = Rules {
            missed,
            fields,
            content,
            events,
            keeps: Vec::new(),
            past_only: true,
            update_columns: false,
            short: Vec::new(),
            known_events: BTreeMap::new(),
            channels,
            stage_count: model
                .funnels
                .values()
                .map(|funnel| funnel.stages.len())
                .sum(),
            condition_count: campaigns.iter().map(|campaign| campaign.enter.len()).sum(),
            funnels,
            campaigns,
            with_experiences: Vec::new(),
            funnel_order: in_order(
                model
                    .funnels
                    .iter()
                    .map(|(id, it)| (it.priority, id.index())),
            ),
            campaign_order,
            campaign_place,
            readers: Vec::new(),
            open_at_first: Vec::new(),
            companies: None,
            triggers: triggers(model),
            alike: None,
            written_fields: Vec::new(),
            step_names: model.campaigns.values().map(step_names).collect(),
            opened: BTreeMap::new(),
            model: model.clone(),
            zone,
            dependencies,
        };
        Self {
            now,
            forgets: Vec::new(),
            conditions,
            rules: Arc::new(rules),
        }
    }

    /// Finds who reads each topic, and what must be looked at in any case.
    fn connect(&mut self) {
        let readers = (0..Reads::BITS)
            .map(|bit| self.readers_of(1 << bit))
            .collect();
        let rules = self.rules_mut();
        rules.readers = readers;
        rules.find_first();
    }

    fn readers_of(&self, topic: Reads) -> Readers {
        let places = |reads: &dyn Fn(usize) -> Reads, order: &[usize]| {
            order
                .iter()
                .enumerate()
                .filter(|(_, it)| reads(**it) & topic != 0)
                .map(|(place, _)| place)
                .collect()
        };
        let slots = self.conditions.slots();
        let mut unaffected = vec![0; slots.len().div_ceil(64)];
        for (slot, &node) in slots.iter().enumerate() {
            if self.conditions.reads(node) & topic == 0 {
                unaffected[slot / 64] |= 1 << (slot % 64);
            }
        }
        Readers {
            funnels: places(&|funnel| self.funnels[funnel].reads, &self.funnel_order),
            campaigns: places(
                &|campaign| self.campaigns[campaign].reads,
                &self.campaign_order,
            ),
            unaffected,
        }
    }
}

impl Rules {
    /// Tells each stage and each event which campaigns it lets in.
    fn lets_in(&mut self) {
        for (place, &campaign) in self.campaign_order.iter().enumerate() {
            for pattern in &self.campaigns[campaign].occurrences {
                self.events[pattern.event.index()]
                    .starts
                    .push((place, pattern.clone()));
            }
            for way in &self.model.campaigns[Id::from_index(campaign)].enter {
                match way {
                    Enter::Entered {
                        stage: StageRef { funnel, stage },
                        ..
                    } => {
                        self.funnels[funnel.index()].stages[stage.index()]
                            .lets_in
                            .push(place);
                    }
                    Enter::Event(_) | Enter::Condition(_) => {}
                }
            }
        }
    }

    /// Finds what must be looked at in any case.
    fn find_first(&mut self) {
        self.written_fields = (0..self.fields.len())
            .filter(|&field| self.fields[field].written)
            .collect();
        let has_experiences = |stage: &StageProgram| !stage.experiences.is_empty();
        let order = self.funnel_order.iter().copied();
        self.with_experiences = order
            .filter(|&it| self.funnels[it].stages.iter().any(has_experiences))
            .collect();
        self.open_at_first = vec![0; self.campaigns.len().div_ceil(64)];
        for (place, &campaign) in self.campaign_order.iter().enumerate() {
            if !self.campaigns[campaign].enter.is_empty() {
                self.open_at_first[place / 64] |= 1 << (place % 64);
            }
        }
    }

    /// Notes which campaigns and entry conditions are published for the first time, and since when
    /// the others are.
    fn open(&mut self, now: i64, before: Option<&Header>) {
        self.opened = before
            .map(|header| header.campaigns.clone())
            .unwrap_or_default();
        let mut meanings = Meanings::of(&self.model);
        for (id, campaign) in self.model.campaigns.iter() {
            let program = &mut self.campaigns[id.index()];
            if !program.published {
                continue;
            }
            let fresh = || Opened {
                since: now,
                ..Opened::default()
            };
            let known = self.opened.entry(campaign.id.clone()).or_insert_with(fresh);
            for way in &mut program.enter {
                way.skips_existing =
                    campaign.existing == Existing::Skip && !known.enter.contains(&way.mark);
            }
            known.enter = program.enter.iter().map(|way| way.mark.clone()).collect();
            let conditions = campaign.conditions();
            let means = conditions.map(|it| {
                (
                    mark(&condition_json(&self.model, it)),
                    meanings.condition(it).to_string(),
                )
            });
            known.means = means.collect();
        }
    }
}

fn funnels(model: &Model, builder: &mut Builder<'_>) -> Vec<FunnelProgram> {
    let mut first_stage = 0;
    let mut funnels = Vec::with_capacity(model.funnels.len());
    for (id, funnel) in model.funnels.iter() {
        builder.compiler.around = Around::Funnel(id.index());
        funnels.push(builder.funnel(id.index(), funnel, first_stage));
        first_stage += funnel.stages.len();
    }
    funnels
}

fn campaigns(model: &Model, builder: &mut Builder<'_>) -> Vec<CampaignProgram> {
    let mut first_condition = 0;
    let mut campaigns = Vec::with_capacity(model.campaigns.len());
    for (id, campaign) in model.campaigns.iter() {
        builder.compiler.around = Around::Campaign(id.index());
        let built = builder.campaign(campaign, first_condition);
        first_condition += built.enter.len();
        campaigns.push(built);
    }
    campaigns
}

fn step_names(campaign: &Campaign) -> Vec<String> {
    let mut names = Vec::new();
    campaign.each_step(|step| names.push(step.name.clone()));
    names
}

/// By threshold, then by id.
fn triggers(model: &Model) -> Vec<usize> {
    let threshold =
        |(id, campaign): (CampaignId, &Campaign)| Some((campaign.trigger?.at, id.index()));
    let mut found: Vec<_> = model.campaigns.iter().filter_map(threshold).collect();
    found.sort_unstable();
    found.into_iter().map(|(_, campaign)| campaign).collect()
}

/// Higher priorities first, then by id.
fn in_order(priorities: impl Iterator<Item = (i64, usize)>) -> Vec<usize> {
    let mut order: Vec<(Reverse<i64>, usize)> = priorities
        .map(|(priority, id)| (Reverse(priority), id))
        .collect();
    order.sort_unstable();
    order.into_iter().map(|(_, id)| id).collect()
}

/// What a condition says, given as canonical JSON, in eight digits.
pub(crate) fn mark(condition: &str) -> String {
    blake3::hash(condition.as_bytes()).to_hex()[..8].to_owned()
}
