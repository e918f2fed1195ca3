//! What a run counts, as docs/outputs.md tells; counters of parts add up to those of the whole.

mod chain;
mod told;

use std::collections::BTreeMap;

use serde::Serialize;

use told::{Told, ToldReport};

use crate::model::ids::Id;
use crate::model::{Campaign, CampaignId, Channel, Funnel, FunnelId, Outcome, Stage, StageRef};
use crate::runner::effect::{AtStage, Loss, Refusal, SkipReason, Touch};
use crate::runner::program::Program;
use crate::runner::state::{Position, WaitReason};

/// The counters of a run or of a part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// Rows that were taken.
    pub contacts: u64,
    /// Rows that were set aside; whoever reads counts them.
    pub rejected: u64,
    /// Contacts that were left as they are; absent where the project does not ask for that.
    pub skipped: Option<u64>,
    /// How many contacts name a company that the companies file lacks; no part of the written
    /// metrics.
    pub(crate) unknown_companies: u64,
    /// What came of the events file; absent where none was given.
    pub(crate) events: Option<EventCounts>,
    /// What found its hours closed when it was to go on; absent where nothing did.
    pub(crate) put_off_again: Option<PutOffAgain>,
    segments: Vec<u64>,
    funnels: Vec<FunnelCounts>,
    campaigns: Vec<CampaignCounts>,
}

/// What came of the rows of an events file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct EventCounts {
    pub(crate) taken: u64,
    pub(crate) duplicates: u64,
    pub(crate) unknown_contacts: u64,
    pub(crate) unknown_events: u64,
    pub(crate) later: u64,
}

/// Messages and waits that found their hours closed when they were to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct PutOffAgain {
    /// How many.
    pub(crate) times: u64,
    /// How often that has happened to the one of them that it has happened to most.
    pub(crate) most: u32,
}

/// How a contact went through a funnel.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    pub(crate) before: Option<usize>,
    pub(crate) after: Option<usize>,
    /// Whether the stage before was left by converting.
    pub(crate) converted: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct FunnelCounts {
    stages: Vec<StageCounts>,
    none: u64,
    /// By stage: its experiences.
    experiences: Vec<Vec<ExperienceCounts>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct ExperienceCounts {
    shown: u64,
    hidden: u64,
    now: u64,
    sent: u64,
    told: Told,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
struct StageCounts {
    reach: u64,
    entered: u64,
    passed: u64,
    left: u64,
    converted: u64,
    now: u64,
    /// Contacts that rules of the funnel would have moved there once more.
    #[serde(skip_serializing_if = "is_none")]
    deferred: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct CampaignCounts {
    entered: u64,
    overtaken: u64,
    active: u64,
    completed: u64,
    converted: u64,
    exited: u64,
    /// By reason, in the order of [`Loss::ALL`].
    lost: [u64; Loss::ALL.len()],
    steps: Vec<StepCounts>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct StepCounts {
    done: u64,
    waiting: u64,
    told: Told,
}

impl Metrics {
    /// All zero.
    pub fn new(program: &Program) -> Self {
        let model = program.model();
        let funnel = |funnel: &Funnel| FunnelCounts {
            stages: vec![StageCounts::default(); funnel.stages.len()],
            none: 0,
            experiences: funnel
                .stages
                .values()
                .map(|stage| vec![ExperienceCounts::default(); stage.experiences.len()])
                .collect(),
        };
        let campaign = |index: usize| CampaignCounts {
            steps: vec![StepCounts::default(); program.campaigns[index].steps.len()],
            ..CampaignCounts::default()
        };
        Self {
            contacts: 0,
            rejected: 0,
            skipped: None,
            unknown_companies: 0,
            events: None,
            put_off_again: None,
            segments: vec![0; model.segments.len()],
            funnels: model.funnels.values().map(funnel).collect(),
            campaigns: (0..model.campaigns.len()).map(campaign).collect(),
        }
    }

    /// Adds another part.
    pub fn add(&mut self, other: &Self) {
        self.add_times(other, 1);
    }

    /// Adds so many parts that are like `other`.
    pub(crate) fn add_times(&mut self, other: &Self, times: u64) {
        self.contacts += other.contacts * times;
        self.rejected += other.rejected * times;
        self.unknown_companies += other.unknown_companies * times;
        if let Some(part) = &other.events {
            let sum = self.events.get_or_insert_default();
            sum.taken += part.taken * times;
            sum.duplicates += part.duplicates * times;
            sum.unknown_contacts += part.unknown_contacts * times;
            sum.unknown_events += part.unknown_events * times;
            sum.later += part.later * times;
        }
        if let Some(part) = &other.put_off_again {
            let sum = self.put_off_again.get_or_insert_default();
            sum.times += part.times * times;
            sum.most = sum.most.max(part.most);
        }
        self.segments
            .iter_mut()
            .zip(&other.segments)
            .for_each(|(sum, part)| *sum += part * times);
        self.funnels
            .iter_mut()
            .zip(&other.funnels)
            .for_each(|(sum, part)| sum.add(part, times));
        self.campaigns
            .iter_mut()
            .zip(&other.campaigns)
            .for_each(|(sum, part)| sum.add(part, times));
    }

    /// The text of metrics.json, with its last line end.
    pub fn to_json(&self, program: &Program) -> String {
        self.report(program).text()
    }

    pub(crate) fn event_taken(&mut self) {
        self.events.get_or_insert_default().taken += 1;
    }

    pub(crate) fn event_again(&mut self) {
        self.events.get_or_insert_default().duplicates += 1;
    }

    pub(crate) fn segment(&mut self, segment: usize) {
        self.segments[segment] += 1;
    }

    pub(crate) fn stayed_or_went(&mut self, funnel: usize, way: Way) {
        let counts = &mut self.funnels[funnel];
        if let Some(before) = way.before {
            let stage = &mut counts.stages[before];
            stage.reach += 1;
            stage.left += u64::from(way.before != way.after);
            stage.converted += u64::from(way.before != way.after && way.converted);
        }
        let Some(after) = way.after else {
            counts.none += 1;
            return;
        };
        let stage = &mut counts.stages[after];
        stage.now += 1;
        stage.reach += u64::from(way.before != way.after);
        stage.entered += u64::from(way.before != way.after);
    }

    pub(crate) fn passed(&mut self, funnel: usize, stage: usize) {
        self.funnels[funnel].stages[stage].passed += 1;
    }

    /// A rule of the funnel would have moved the contact to this stage once more.
    pub(crate) fn deferred(&mut self, funnel: usize, stage: usize) {
        self.funnels[funnel].stages[stage].deferred += 1;
    }

    /// An experience did something.
    pub(crate) fn touched(&mut self, at: AtStage, touch: Touch) {
        let counts = self.experience(at.stage, at.experience);
        *match touch {
            Touch::Show => &mut counts.shown,
            Touch::Hide => &mut counts.hidden,
            Touch::Send(channel) => {
                counts.told.send(channel);
                &mut counts.sent
            }
            Touch::Skip(reason) => return counts.told.skip(reason),
            Touch::Delay(_) => return,
        } += 1;
    }

    /// A message or a wait found its hours closed when it was to go on, so many times by now.
    pub(crate) fn closed_again(&mut self, times: u32) {
        let again = self.put_off_again.get_or_insert_default();
        again.times += 1;
        again.most = again.most.max(times);
    }

    /// An experience is shown after the run.
    pub(crate) fn shows(&mut self, stage: StageRef, experience: usize) {
        self.experience(stage, experience).now += 1;
    }

    fn experience(&mut self, stage: StageRef, experience: usize) -> &mut ExperienceCounts {
        &mut self.funnels[stage.funnel.index()].experiences[stage.stage.index()][experience]
    }

    pub(crate) fn entered(&mut self, campaign: usize) {
        self.campaigns[campaign].entered += 1;
    }

    pub(crate) fn overtaken(&mut self, campaign: usize) {
        self.campaigns[campaign].overtaken += 1;
    }

    pub(crate) fn lost(&mut self, campaign: usize, reason: Loss) {
        self.campaigns[campaign].lost[reason as usize] += 1;
    }

    /// What started no campaign, by reason, as far as there is any.
    pub(crate) fn losses(&self) -> impl Iterator<Item = (Loss, u64)> {
        let of = |reason: Loss| {
            self.campaigns
                .iter()
                .map(|campaign| campaign.lost[reason as usize])
                .sum()
        };
        Loss::ALL
            .into_iter()
            .map(move |reason| (reason, of(reason)))
            .filter(|(_, count)| *count > 0)
    }

    pub(crate) fn ended(&mut self, campaign: usize, outcome: Outcome) {
        let counts = &mut self.campaigns[campaign];
        *match outcome {
            Outcome::Completed => &mut counts.completed,
            Outcome::Exited => &mut counts.exited,
            Outcome::Converted => &mut counts.converted,
        } += 1;
    }

    pub(crate) fn done(&mut self, campaign: usize, step: usize) {
        self.campaigns[campaign].steps[step].done += 1;
    }

    pub(crate) fn skipped(&mut self, campaign: usize, step: usize, reason: SkipReason) {
        self.campaigns[campaign].steps[step].told.skip(reason);
    }

    /// A message went out at the step.
    pub(crate) fn sent(&mut self, campaign: usize, step: usize, channel: Option<Channel>) {
        self.campaigns[campaign].steps[step].told.send(channel);
    }

    pub(crate) fn refused(&mut self, campaign: usize, step: usize, reason: Refusal) {
        self.campaigns[campaign].steps[step].told.refuse(reason);
    }

    /// The contact is in the campaign and waits at the step.
    pub(crate) fn inside(&mut self, campaign: usize, token: Position) {
        self.campaigns[campaign].active += 1;
        self.waits(campaign, token);
    }

    /// The contact, which is in the campaign, waits at the step; at a fork it is its ways that
    /// wait.
    pub(crate) fn waits(&mut self, campaign: usize, token: Position) {
        if token.pending == WaitReason::Fork {
            return;
        }
        if let Some(step) = self.campaigns[campaign].steps.get_mut(token.step) {
            step.waiting += 1;
        }
    }

    fn report<'a>(&'a self, program: &'a Program) -> Report<'a> {
        let model = program.model();
        let funnel = |(id, funnel): (FunnelId, &'a Funnel)| {
            (funnel.id.as_str(), self.funnels[id.index()].report(funnel))
        };
        let campaign = |(id, campaign): (CampaignId, &'a Campaign)| {
            (
                campaign.id.as_str(),
                self.campaigns[id.index()].report(campaign),
            )
        };
        Report {
            format: 1,
            contacts: self.contacts,
            rejected: self.rejected,
            skipped: self.skipped,
            events: self.events.as_ref(),
            put_off_again: self.put_off_again.as_ref(),
            segments: model
                .segments
                .values()
                .map(|it| it.id.as_str())
                .zip(self.segments.iter().copied())
                .collect(),
            funnels: model.funnels.iter().map(funnel).collect(),
            campaigns: model.campaigns.iter().map(campaign).collect(),
        }
    }
}

impl FunnelCounts {
    fn add(&mut self, other: &Self, times: u64) {
        self.none += other.none * times;
        let experiences = self
            .experiences
            .iter_mut()
            .flatten()
            .zip(other.experiences.iter().flatten());
        experiences.for_each(|(sum, part)| sum.add(part, times));
        for (sum, part) in self.stages.iter_mut().zip(&other.stages) {
            sum.reach += part.reach * times;
            sum.entered += part.entered * times;
            sum.passed += part.passed * times;
            sum.left += part.left * times;
            sum.converted += part.converted * times;
            sum.now += part.now * times;
            sum.deferred += part.deferred * times;
        }
    }

    fn report<'a>(&'a self, funnel: &'a Funnel) -> FunnelReport<'a> {
        let counts = self.stages.iter().zip(&self.experiences);
        let stage = |(stage, (counts, experiences)): (
            &'a Stage,
            (&'a StageCounts, &'a Vec<ExperienceCounts>),
        )| {
            let ids = stage
                .experiences
                .iter()
                .map(|experience| experience.id.as_str());
            let experiences = ids
                .zip(experiences.iter().map(ExperienceCounts::report))
                .collect();
            (
                stage.id.as_str(),
                StageReport {
                    counts,
                    experiences,
                },
            )
        };
        FunnelReport {
            stages: funnel.stages.values().zip(counts).map(stage).collect(),
            none: self.none,
        }
    }
}

impl ExperienceCounts {
    fn add(&mut self, other: &Self, times: u64) {
        self.shown += other.shown * times;
        self.hidden += other.hidden * times;
        self.now += other.now * times;
        self.sent += other.sent * times;
        self.told.add(&other.told, times);
    }

    fn report(&self) -> ExperienceReport {
        let Self {
            shown,
            hidden,
            now,
            sent,
            ref told,
        } = *self;
        ExperienceReport {
            shown,
            hidden,
            now,
            sent,
            told: told.report(),
        }
    }
}

impl CampaignCounts {
    fn add(&mut self, other: &Self, times: u64) {
        self.entered += other.entered * times;
        self.overtaken += other.overtaken * times;
        self.active += other.active * times;
        self.completed += other.completed * times;
        self.converted += other.converted * times;
        self.exited += other.exited * times;
        self.lost
            .iter_mut()
            .zip(other.lost)
            .for_each(|(sum, part)| *sum += part * times);
        for (sum, part) in self.steps.iter_mut().zip(&other.steps) {
            sum.done += part.done * times;
            sum.waiting += part.waiting * times;
            sum.told.add(&part.told, times);
        }
    }

    fn report<'a>(&'a self, campaign: &'a Campaign) -> CampaignReport<'a> {
        let mut steps = BTreeMap::new();
        campaign.each_step(|step| {
            let counts = &self.steps[step.id.index()];
            let report = StepReport {
                done: counts.done,
                waiting: counts.waiting,
                told: counts.told.report(),
            };
            steps.insert(step.name.as_str(), report);
        });
        CampaignReport {
            entered: self.entered,
            overtaken: self.overtaken,
            active: self.active,
            completed: self.completed,
            converted: self.converted,
            exited: self.exited,
            lost: Loss::ALL
                .into_iter()
                .map(Loss::word)
                .zip(self.lost)
                .filter(|(_, count)| *count > 0)
                .collect(),
            steps,
        }
    }
}

#[derive(Serialize)]
struct Report<'a> {
    format: u32,
    contacts: u64,
    rejected: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<&'a EventCounts>,
    #[serde(rename = "put-off-again", skip_serializing_if = "Option::is_none")]
    put_off_again: Option<&'a PutOffAgain>,
    segments: BTreeMap<&'a str, u64>,
    funnels: BTreeMap<&'a str, FunnelReport<'a>>,
    campaigns: BTreeMap<&'a str, CampaignReport<'a>>,
}

impl Report<'_> {
    fn text(&self) -> String {
        let mut text =
            serde_json::to_string_pretty(self).expect("maps with text keys always serialise");
        text.push('\n');
        text
    }
}

#[derive(Serialize)]
struct FunnelReport<'a> {
    stages: BTreeMap<&'a str, StageReport<'a>>,
    none: u64,
}

#[derive(Serialize)]
struct StageReport<'a> {
    #[serde(flatten)]
    counts: &'a StageCounts,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    experiences: BTreeMap<&'a str, ExperienceReport>,
}

#[derive(Serialize)]
struct ExperienceReport {
    shown: u64,
    hidden: u64,
    now: u64,
    sent: u64,
    #[serde(flatten)]
    told: ToldReport,
}

#[derive(Serialize)]
struct CampaignReport<'a> {
    entered: u64,
    overtaken: u64,
    active: u64,
    completed: u64,
    converted: u64,
    exited: u64,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    lost: BTreeMap<&'static str, u64>,
    steps: BTreeMap<&'a str, StepReport>,
}

#[derive(Serialize)]
struct StepReport {
    done: u64,
    waiting: u64,
    #[serde(flatten)]
    told: ToldReport,
}
