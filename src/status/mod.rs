//! How many contacts of a state are where: in each stage, in each campaign, at each of its steps;
//! the state is read once, line after line, and only counts are kept.

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Serialize;

use crate::json_schema::published;
use crate::model::ids::Id;
use crate::model::{Campaign, Funnel, Outcome};
use crate::plan::Plan;
use crate::runner::RunError;
use crate::runner::input::state_line::StateLines;
use crate::runner::input::state_store::Snapshot;
use crate::runner::output::text::push_moment;
use crate::runner::program::{BindError, Program};
use crate::runner::state::{ContactState, Enrollment, Migration, Phase, Position, Told};

/// The version of the document's format.
pub const FORMAT: u32 = 1;

/// What `funnelc status --format json` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Status {
    /// The version of this format; a change of meaning raises it.
    pub format: u32,
    /// The moment of the state.
    pub at: String,
    /// The fingerprint of the plan that left it.
    pub plan: String,
    /// Whether that is another plan than the one of the project.
    pub other_plan: bool,
    /// How many contacts it knows.
    pub contacts: u64,
    /// How many of them stand where the project has nothing, and it does not say what becomes of
    /// them.
    pub misplaced: u64,
    /// The funnels, by id.
    pub funnels: Vec<FunnelStatus>,
    /// The campaigns, by id; a trigger of points stands as `points/` and its id.
    pub campaigns: Vec<CampaignStatus>,
}

/// Who is where in a funnel.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FunnelStatus {
    /// Its id.
    pub id: String,
    /// The stages, the lightest first.
    pub stages: Vec<StageStatus>,
    /// How many contacts are in none of them.
    pub outside: u64,
}

/// Who is in a stage.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct StageStatus {
    /// Its id.
    pub id: String,
    /// Its weight.
    pub weight: i64,
    /// How many contacts are in it.
    pub contacts: u64,
}

/// Who is where in a campaign.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CampaignStatus {
    /// Its id.
    pub id: String,
    /// How many contacts are inside.
    pub inside: u64,
    /// How many of them are paused, for the campaign is not published.
    pub paused: u64,
    /// How many went to the end the last time.
    pub completed: u64,
    /// How many left.
    pub exited: u64,
    /// How many reached the goal.
    pub converted: u64,
    /// The steps at which contacts wait, in the order of the text. Who is on several ways of a
    /// `fork` stands at a step of each, and at the fork.
    pub steps: Vec<StepStatus>,
}

/// Who waits at a step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct StepStatus {
    /// Its name; empty behind the last one.
    pub step: String,
    /// How many contacts wait at it.
    pub contacts: u64,
    /// How many of them wait for no moment, such as for an event without a deadline, or are due at
    /// the next run.
    pub without_moment: u64,
    /// When the first of the others is due.
    pub first: Option<String>,
    /// When the last is due.
    pub last: Option<String>,
}

/// The JSON Schema of the document.
pub fn json_schema() -> String {
    published::<Status>()
}

/// Counts who is where in a state in memory.
pub fn status_bytes(plan: &Plan, state: &[u8]) -> Result<Status, RunError> {
    status(plan, &Snapshot::Bytes(state.to_vec()))
}

/// Counts who is where in a state.
pub(crate) fn status(plan: &Plan, state: &Snapshot) -> Result<Status, RunError> {
    let model = plan.model();
    let mut lines = StateLines::begin(state)?;
    let header = lines.header.clone();
    let other = Some(&header).filter(|header| header.plan != plan.fingerprint());
    let migration = other.map(|header| Migration::new(model, header));
    let migrated = migration.as_ref().map(Migration::header);
    let program = Program::bind(plan, header.now, migrated.as_ref().or(Some(&header)))?;
    let mut counts = Counts::of(&program);
    while let Some((number, line)) = lines.next()? {
        let mut told = Told::default();
        let concerned = migration.as_ref().filter(|it| it.concerns(line));
        let read = concerned.map(|it| it.line(line, &mut told)).transpose();
        let read = read.and_then(|migrated| {
            ContactState::decode(&program, migrated.as_deref().unwrap_or(line))
        });
        let memory = read.map_err(|error| RunError::State {
            line: number,
            error,
        })?;
        let lost_its_place = !told.concerns.is_empty();
        counts.misplaced += u64::from(lost_its_place);
        counts.add(&memory, lost_its_place);
    }
    let zone =
        TimeZone::get(&model.timezone).map_err(|_| BindError::Zone(model.timezone.clone()))?;
    let funnels = model.funnels.values().zip(&counts.stages);
    let campaigns = model.campaigns.values().zip(&counts.campaigns);
    Ok(Status {
        format: FORMAT,
        at: moment(header.now, &zone),
        plan: header.plan.clone(),
        other_plan: other.is_some(),
        contacts: counts.contacts,
        misplaced: counts.misplaced,
        funnels: funnels
            .map(|(funnel, stages)| counts.funnel(funnel, stages))
            .collect(),
        campaigns: campaigns
            .map(|(campaign, counted)| of_campaign(campaign, counted, &zone))
            .collect(),
    })
}

/// What is counted.
struct Counts {
    contacts: u64,
    misplaced: u64,
    /// By funnel and stage.
    stages: Vec<Vec<u64>>,
    campaigns: Vec<InCampaign>,
}

#[derive(Clone, Default)]
struct InCampaign {
    inside: u64,
    paused: u64,
    ended: [u64; 3],
    /// By step, and last those behind the last one.
    steps: Vec<AtStep>,
}

#[derive(Clone, Copy, Default)]
struct AtStep {
    contacts: u64,
    without_moment: u64,
    /// When the first and the last are due.
    due: Option<(i64, i64)>,
}

impl Counts {
    fn of(program: &Program) -> Self {
        let funnels = program.funnels.iter();
        let campaigns = program.campaigns.iter().map(|campaign| InCampaign {
            steps: vec![AtStep::default(); campaign.steps.len() + 1],
            ..InCampaign::default()
        });
        Self {
            contacts: 0,
            misplaced: 0,
            stages: funnels.map(|funnel| vec![0; funnel.stages.len()]).collect(),
            campaigns: campaigns.collect(),
        }
    }

    fn add(&mut self, memory: &ContactState, lost_its_place: bool) {
        self.contacts += 1;
        for (funnel, known) in &memory.stages {
            if let Some(stage) = known.stage.value {
                self.stages[funnel.index()][stage.index()] += 1;
            }
        }
        for (campaign, member) in &memory.members {
            self.campaigns[campaign.index()].add(*member, lost_its_place);
        }
        for (campaign, position) in &memory.ways {
            let campaign = &mut self.campaigns[campaign.index()];
            campaign.stands(*position, false, lost_its_place);
        }
    }

    fn funnel(&self, funnel: &Funnel, counts: &[u64]) -> FunnelStatus {
        let mut stages: Vec<_> = funnel
            .stages
            .values()
            .zip(counts)
            .map(|(stage, contacts)| StageStatus {
                id: stage.id.clone(),
                weight: stage.weight.unwrap_or_default(),
                contacts: *contacts,
            })
            .collect();
        stages.sort_by_key(|stage| stage.weight);
        FunnelStatus {
            id: funnel.id.clone(),
            stages,
            outside: self.contacts - counts.iter().sum::<u64>(),
        }
    }
}

impl InCampaign {
    fn add(&mut self, member: Enrollment, lost_its_place: bool) {
        match member.phase {
            Phase::Never => {}
            Phase::Ended(outcome) => self.ended[place(outcome)] += 1,
            Phase::Active => {
                self.inside += 1;
                let paused = member.paused.is_some();
                self.paused += u64::from(paused);
                self.stands(member.token(), paused, lost_its_place);
            }
        }
    }

    /// Who stands where the plan has no step is told by itself, and is not at the end.
    fn stands(&mut self, position: Position, paused: bool, lost_its_place: bool) {
        let end = self.steps.len() - 1;
        if lost_its_place && position.step >= end {
            return;
        }
        let at = position.step.min(end);
        let step = &mut self.steps[at];
        step.contacts += 1;
        if paused || !position.pending.has_moment() || position.due == i64::MAX {
            step.without_moment += 1;
            return;
        }
        let (first, last) = step.due.unwrap_or((position.due, position.due));
        step.due = Some((first.min(position.due), last.max(position.due)));
    }
}

fn place(outcome: Outcome) -> usize {
    match outcome {
        Outcome::Completed => 0,
        Outcome::Exited => 1,
        Outcome::Converted => 2,
    }
}

fn of_campaign(campaign: &Campaign, counted: &InCampaign, zone: &TimeZone) -> CampaignStatus {
    let mut names = Vec::new();
    campaign.each_step(|step| names.push(step.name.as_str()));
    names.push("");
    let steps = names.iter().zip(&counted.steps);
    let [completed, exited, converted] = counted.ended;
    CampaignStatus {
        id: campaign.id.clone(),
        inside: counted.inside,
        paused: counted.paused,
        completed,
        exited,
        converted,
        steps: steps
            .filter(|(_, at)| at.contacts > 0)
            .map(|(name, at)| StepStatus {
                step: (*name).to_owned(),
                contacts: at.contacts,
                without_moment: at.without_moment,
                first: at.due.map(|(first, _)| moment(first, zone)),
                last: at.due.map(|(_, last)| moment(last, zone)),
            })
            .collect(),
    }
}

fn moment(moment: i64, zone: &TimeZone) -> String {
    let mut text = String::new();
    push_moment(&mut text, moment, zone);
    text
}
