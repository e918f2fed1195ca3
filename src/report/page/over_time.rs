//! What the runs of a history did, one after the other: by day, by version of the plan, and the last
//! one beside the one before. Only sums are kept, however many runs there are.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::figures::{count, grouped, values};
use crate::model::{Action, Model, StepKind};

/// How many days a page shows, the last ones.
const DAYS: usize = 60;
/// How many versions of the plan stand beside each other in the stages.
const VERSIONS: usize = 3;

/// The sums of a history, run by run in the order of time.
#[derive(Debug, Default)]
pub struct OverTime {
    /// Steps of the project that send, as `campaign/step`.
    sends: BTreeSet<String>,
    days: BTreeMap<String, Sums>,
    versions: Vec<Version>,
    /// The levels of the last two runs.
    before: Levels,
    last: Levels,
    runs: u64,
}

/// What adds up over runs.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    messages: u64,
    skipped: u64,
    converted: u64,
}

/// The runs of one plan in a row.
#[derive(Debug)]
struct Version {
    plan: String,
    days: BTreeSet<String>,
    runs: u64,
    sums: Sums,
    /// Reach and converted of each stage, `funnel/stage`.
    stages: BTreeMap<String, (u64, u64)>,
}

/// What a run left, by what it is of: `segment buyers`.
type Levels = BTreeMap<String, u64>;

impl OverTime {
    /// Of no run yet; which steps of the project send is known.
    pub fn of(model: &Model) -> Self {
        let mut sends = BTreeSet::new();
        for campaign in model.campaigns.values() {
            campaign.each_step(|step| {
                if matches!(step.kind, StepKind::Action(Action::Send { .. })) {
                    sends.insert(format!("{}/{}", campaign.id, step.name));
                }
            });
        }
        Self {
            sends,
            ..Self::default()
        }
    }

    /// Adds the next run, by its run.json and metrics.json.
    pub fn add(&mut self, run: &Value, metrics: &Value) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let day: String = text(&run["now"]).chars().take(10).collect();
        let sums = self.sums(metrics);
        self.days.entry(day.clone()).or_default().add(sums);
        let plan = text(&run["plan"]);
        if self.versions.last().is_none_or(|last| last.plan != plan) {
            self.versions.push(Version::of(plan));
        }
        if let Some(version) = self.versions.last_mut() {
            version.add(day, sums, metrics);
        }
        self.before = std::mem::replace(&mut self.last, levels(metrics));
        self.runs += 1;
    }

    fn sums(&self, metrics: &Value) -> Sums {
        let mut sums = Sums::default();
        for (campaign, figures) in named(&metrics["campaigns"]) {
            for (step, figures) in named(&figures["steps"]) {
                let on_channels: u64 = values(&figures["channels"]).map(count).sum();
                let own = step.rsplit('/').next().unwrap_or(step);
                let sends = own.starts_with("send:")
                    || on_channels > 0
                    || self.sends.contains(&format!("{campaign}/{step}"));
                if sends {
                    sums.messages += count(&figures["done"]);
                    sums.skipped += values(&figures["skipped"]).map(count).sum::<u64>();
                }
            }
        }
        let stages = || values(&metrics["funnels"]).flat_map(|funnel| values(&funnel["stages"]));
        for figures in stages().flat_map(|stage| values(&stage["experiences"])) {
            sums.messages += count(&figures["sent"]);
            sums.skipped += values(&figures["skipped"]).map(count).sum::<u64>();
        }
        sums.converted = stages().map(|stage| count(&stage["converted"])).sum();
        sums
    }

    /// The part of the page.
    pub(super) fn shown(&self) -> Shown {
        Shown {
            runs: grouped(self.runs),
            days: self.shown_days(),
            more_days: self.days.len().saturating_sub(DAYS),
            versions: self.versions.iter().map(Version::row).collect(),
            heads: self.compared().map(Version::name).collect(),
            stages: self.shown_stages(),
            changes: self.changes(),
        }
    }

    fn shown_days(&self) -> Vec<DayRow> {
        let shown = || self.days.iter().rev().take(DAYS);
        let most = shown().map(|(_, sums)| sums.messages).max().unwrap_or(0);
        let row = |(day, sums): (&String, &Sums)| DayRow {
            day: day.clone(),
            figures: sums.cells(),
            bar: (sums.messages * 100).checked_div(most).unwrap_or(0),
        };
        shown().map(row).collect()
    }

    /// The last versions, the earliest first.
    fn compared(&self) -> impl Iterator<Item = &Version> {
        let skipped = self.versions.len().saturating_sub(VERSIONS);
        self.versions.iter().skip(skipped)
    }

    fn shown_stages(&self) -> Vec<StageRow> {
        let names: BTreeSet<&String> = self.compared().flat_map(|it| it.stages.keys()).collect();
        let row = |name: &String| StageRow {
            stage: name.clone(),
            figures: self
                .compared()
                .map(|version| rate(version.stages.get(name)))
                .collect(),
        };
        names.into_iter().map(row).collect()
    }

    fn changes(&self) -> Vec<Change> {
        if self.runs < 2 {
            return Vec::new();
        }
        let names: BTreeSet<&String> = self.before.keys().chain(self.last.keys()).collect();
        let of = |levels: &Levels, name: &str| levels.get(name).copied();
        let change = |name: &String| {
            let (before, now) = (of(&self.before, name), of(&self.last, name));
            (before != now).then(|| Change {
                what: name.clone(),
                before: before.map_or_else(String::new, grouped),
                now: now.map_or_else(String::new, grouped),
                by: by(before.unwrap_or(0), now.unwrap_or(0)),
            })
        };
        names.into_iter().filter_map(change).collect()
    }
}

impl Sums {
    fn add(&mut self, other: Self) {
        self.messages += other.messages;
        self.skipped += other.skipped;
        self.converted += other.converted;
    }

    fn cells(self) -> [String; 3] {
        [self.messages, self.skipped, self.converted].map(grouped)
    }
}

impl Version {
    fn of(plan: String) -> Self {
        Self {
            plan,
            days: BTreeSet::new(),
            runs: 0,
            sums: Sums::default(),
            stages: BTreeMap::new(),
        }
    }

    fn add(&mut self, day: String, sums: Sums, metrics: &Value) {
        for (funnel, figures) in named(&metrics["funnels"]) {
            for (stage, figures) in named(&figures["stages"]) {
                let key = format!("{funnel}/{stage}");
                let (reach, converted) = self.stages.entry(key).or_default();
                // Who stays is in the reach of each run; who enters is new.
                let new = if self.runs == 0 { "reach" } else { "entered" };
                *reach += count(&figures[new]);
                *converted += count(&figures["converted"]);
            }
        }
        self.days.insert(day);
        self.runs += 1;
        self.sums.add(sums);
    }

    fn name(&self) -> String {
        self.plan.chars().take(12).collect()
    }

    fn row(&self) -> VersionRow {
        let per_day = |sum: u64| {
            let days = self.days.len().max(1) as u64;
            let tenths = (sum * 10 + days / 2) / days;
            format!("{}.{}", grouped(tenths / 10), tenths % 10)
        };
        let day = |day: Option<&String>| day.cloned().unwrap_or_default();
        VersionRow {
            plan: self.name(),
            from: day(self.days.first()),
            until: day(self.days.last()),
            figures: [
                grouped(self.runs),
                grouped(self.sums.messages),
                per_day(self.sums.messages),
                grouped(self.sums.converted),
                per_day(self.sums.converted),
            ],
        }
    }
}

/// A day and its figures: messages, not sent, converted.
pub(super) struct DayRow {
    pub(super) day: String,
    pub(super) figures: [String; 3],
    pub(super) bar: u64,
}

/// A version of the plan: runs, messages, the same a day, converted, the same a day.
pub(super) struct VersionRow {
    pub(super) plan: String,
    pub(super) from: String,
    pub(super) until: String,
    pub(super) figures: [String; 5],
}

/// A stage, and its rate with each of the last versions.
pub(super) struct StageRow {
    pub(super) stage: String,
    pub(super) figures: Vec<String>,
}

/// What the last run left otherwise than the one before.
pub(super) struct Change {
    pub(super) what: String,
    pub(super) before: String,
    pub(super) now: String,
    pub(super) by: String,
}

/// The part of the page about all runs.
pub(super) struct Shown {
    pub(super) runs: String,
    pub(super) days: Vec<DayRow>,
    pub(super) more_days: usize,
    pub(super) versions: Vec<VersionRow>,
    pub(super) heads: Vec<String>,
    pub(super) stages: Vec<StageRow>,
    pub(super) changes: Vec<Change>,
}

/// What a run left, figure by figure.
fn levels(metrics: &Value) -> Levels {
    let mut levels = Levels::from([("contacts".to_owned(), count(&metrics["contacts"]))]);
    for (segment, inside) in named(&metrics["segments"]) {
        levels.insert(format!("segment {segment}"), count(inside));
    }
    for (funnel, figures) in named(&metrics["funnels"]) {
        for (stage, figures) in named(&figures["stages"]) {
            levels.insert(format!("stage {funnel}/{stage}"), count(&figures["now"]));
        }
        levels.insert(format!("no stage of {funnel}"), count(&figures["none"]));
    }
    for (campaign, figures) in named(&metrics["campaigns"]) {
        levels.insert(format!("in campaign {campaign}"), count(&figures["active"]));
    }
    levels
}

fn named(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

/// Converted of reach, with both: `25.0 % (3 of 12)`.
fn rate(figures: Option<&(u64, u64)>) -> String {
    let Some((reach, converted)) = figures else {
        return "no such stage".to_owned();
    };
    let Some(tenths) = (converted * 1000 + reach / 2).checked_div(*reach) else {
        return "nobody".to_owned();
    };
    let (whole, part) = (tenths / 10, tenths % 10);
    let (converted, reach) = (grouped(*converted), grouped(*reach));
    format!("{whole}.{part} % ({converted} of {reach})")
}

fn by(before: u64, now: u64) -> String {
    let sign = if now < before { "−" } else { "+" };
    format!("{sign}{}", grouped(now.abs_diff(before)))
}
