//! The figures of a run: docs/outputs.md, "metrics.json", and section 13, "Metrics".
//!
//! Invariant: before is what the merge gives, after is what the instant leaves.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};
use serde_yaml::Value;

use super::contact::{Doing, Thread};
use super::flow::all_steps;
use super::instant::Instant;
use super::project::{Project, get, items, pairs, word};
use super::stages::weight;

/// Counts by the name of what is counted.
#[derive(Default)]
pub(super) struct Tally {
    counts: BTreeMap<String, u64>,
    before: BTreeMap<String, Option<String>>,
    /// Stages that this contact entered in this run.
    entered: Vec<(String, String)>,
    /// Whether the last departure of this contact from a stage was a conversion.
    departures: BTreeMap<(String, String), bool>,
}

impl Tally {
    pub(super) fn add(&mut self, what: &str) {
        *self.counts.entry(what.to_owned()).or_default() += 1;
    }

    /// A message or a wait found its hours closed, so often by now.
    pub(super) fn closed_again(&mut self, times: i64) {
        self.add("put-off-again");
        let most = self
            .counts
            .entry("put-off-again most".to_owned())
            .or_default();
        *most = (*most).max(u64::try_from(times).expect("a count"));
    }

    /// How often each word behind `figure` was counted.
    fn by_word(&self, what: &str, figure: &str) -> Map<String, Json> {
        let counts = self.counts.iter().filter_map(|(name, count)| {
            let word = name
                .strip_prefix(what)?
                .strip_prefix(figure)?
                .strip_prefix(' ')?;
            Some((word.to_owned(), json!(count)))
        });
        counts.collect()
    }

    /// With the reasons to skip, with what was in the way and with the channels; the last two only
    /// where there are some.
    fn with_words(&self, what: &str, mut figures: Json) -> Json {
        figures["skipped"] = self.by_word(what, "skipped").into();
        for (figure, key) in [("unreachable", "unreachable"), ("channel", "channels")] {
            let counts = self.by_word(what, figure);
            if !counts.is_empty() {
                figures[key] = counts.into();
            }
        }
        figures
    }

    pub(super) fn of(&self, what: &str) -> u64 {
        self.counts.get(what).copied().unwrap_or(0)
    }
}

impl Instant<'_> {
    pub(super) fn tally_before(&mut self) {
        let funnels = self.project.entries("funnels").into_iter();
        let before = funnels.map(|(id, _)| (id.clone(), self.contact.stage(&id)));
        let tally = &mut self.records.tally;
        tally.before = before.collect();
        tally.entered.clear();
        tally.departures.clear();
    }

    /// The contact leaves a stage: by `converts`, `place` or a move to a heavier stage it converts.
    pub(super) fn tally_departure(
        &mut self,
        funnel: &str,
        from: Option<&str>,
        to: Option<&str>,
        event: &str,
    ) {
        if let Some(from) = from {
            let converts = match (event, to) {
                ("convert" | "place", _) => true,
                ("move", Some(to)) => heavier(self.project, funnel, from, to),
                _ => false,
            };
            let departures = &mut self.records.tally.departures;
            departures.insert((funnel.into(), from.into()), converts);
        }
        if let Some(to) = to {
            self.records.tally.entered.push((funnel.into(), to.into()));
        }
    }

    pub(super) fn tally_after(&mut self) {
        self.records.tally.add("contacts");
        self.tally_segments();
        self.tally_stages();
        self.tally_campaigns();
        for shown in self.contact.shown.values() {
            self.records
                .tally
                .add(&format!("experience {} now", shown.step));
        }
    }

    fn tally_segments(&mut self) {
        for (id, _) in self.project.entries("segments") {
            if self.look().segment(&id) {
                self.records.tally.add(&format!("segment {id}"));
            }
        }
    }

    fn tally_stages(&mut self) {
        for (funnel, definition) in self.project.entries("funnels") {
            let after = self.contact.stage(&funnel);
            let tally = &mut self.records.tally;
            if after.is_none() {
                tally.add(&format!("funnel {funnel} none"));
            }
            for (stage, _) in pairs(&definition["stages"]) {
                let was = tally.before[&funnel].as_deref() == Some(&stage);
                let is = after.as_deref() == Some(&stage);
                let here = (funnel.clone(), stage.clone());
                let came = tally.entered.contains(&here);
                let converted = tally.departures.get(&here) == Some(&true);
                let figures = [
                    ("reach", was || is),
                    ("entered", is && !was),
                    ("passed", came && !was && !is),
                    ("left", was && !is),
                    ("converted", was && !is && converted),
                    ("now", is),
                ];
                for (figure, _) in figures.iter().filter(|(_, counts)| *counts) {
                    tally.add(&format!("stage {funnel}/{stage} {figure}"));
                }
            }
        }
    }

    fn tally_campaigns(&mut self) {
        for (id, _) in self.project.entries("campaigns") {
            if self.membership(&id).active.is_none() {
                continue;
            }
            self.records.tally.add(&format!("campaign {id} active"));
            // Who leaves from a step that is gone, once the campaign goes on, waits at none.
            let leaves = self.entry(&id).leaving;
            for name in waiting_at(&self.entry(&id).root)
                .into_iter()
                .filter(|_| !leaves)
            {
                self.records.tally.add(&format!("step {id} {name} waiting"));
            }
        }
    }
}

/// The steps at which a thread waits: in a fork on each way that has not ended.
fn waiting_at(thread: &Thread) -> Vec<String> {
    match &thread.doing {
        Doing::Over => Vec::new(),
        Doing::Forked(branches) => branches.iter().flat_map(waiting_at).collect(),
        Doing::Ready | Doing::Held | Doing::Waiting | Doing::Awaiting(_) => thread
            .ahead()
            .map(|step| step.name.clone())
            .into_iter()
            .collect(),
    }
}

fn heavier(project: &Project, funnel: &str, from: &str, to: &str) -> bool {
    let funnel = project.definition(&["funnels", funnel]);
    weight(funnel, to) > weight(funnel, from)
}

pub(super) fn render(project: &Project, tally: &Tally) -> Json {
    let mut figures = json!({
        "format": 1,
        "contacts": tally.of("contacts"),
        "rejected": 0,
        "segments": by_id(project, "segments", |id, _| json!(tally.of(&format!("segment {id}")))),
        "funnels": by_id(project, "funnels", |id, funnel| render_funnel(tally, id, funnel)),
        "campaigns": by_id(project, "campaigns", |id, campaign| render_campaign(tally, id, campaign)),
    });
    if tally.of("put-off-again") > 0 {
        figures["put-off-again"] =
            json!({ "times": tally.of("put-off-again"), "most": tally.of("put-off-again most") });
    }
    figures
}

/// What came of the rows of the events.
pub(super) fn render_events(tally: &Tally) -> Json {
    let figures = [
        "taken",
        "duplicates",
        "unknown-contacts",
        "unknown-events",
        "later",
    ];
    let figures = figures.map(|figure| {
        (
            figure.to_owned(),
            json!(tally.of(&format!("events {figure}"))),
        )
    });
    Json::Object(figures.into_iter().collect())
}

fn by_id(project: &Project, section: &str, render: impl Fn(&str, &Value) -> Json) -> Json {
    let entries = project.entries(section).into_iter();
    entries
        .map(|(id, definition)| (id.clone(), render(&id, definition)))
        .collect::<Map<_, _>>()
        .into()
}

fn render_funnel(tally: &Tally, funnel: &str, definition: &Value) -> Json {
    let mut stages = Map::new();
    for (stage, _) in pairs(&definition["stages"]) {
        let figures = ["reach", "entered", "passed", "left", "converted", "now"];
        let figures = figures.map(|figure| {
            (
                figure.to_owned(),
                json!(tally.of(&format!("stage {funnel}/{stage} {figure}"))),
            )
        });
        let mut rendered: Map<String, Json> = figures.into_iter().collect();
        let deferred = tally.of(&format!("stage {funnel}/{stage} deferred"));
        if deferred > 0 {
            rendered.insert("deferred".into(), json!(deferred));
        }
        let experiences = get(&definition["stages"][&*stage], "experiences")
            .map(items)
            .unwrap_or_default();
        if !experiences.is_empty() {
            let ids = experiences
                .into_iter()
                .map(|experience| word(&experience["id"]));
            let figures = ids.map(|id| {
                (
                    id.clone(),
                    render_experience(tally, &format!("{funnel}/{stage}/{id}")),
                )
            });
            rendered.insert("experiences".into(), figures.collect::<Map<_, _>>().into());
        }
        stages.insert(stage, rendered.into());
    }
    json!({ "stages": stages, "none": tally.of(&format!("funnel {funnel} none")) })
}

fn render_campaign(tally: &Tally, id: &str, definition: &Value) -> Json {
    let figures = [
        "entered",
        "overtaken",
        "active",
        "completed",
        "converted",
        "exited",
    ];
    let figures = figures.map(|figure| {
        (
            figure.to_owned(),
            json!(tally.of(&format!("campaign {id} {figure}"))),
        )
    });
    let mut campaign: Map<String, Json> = figures.into_iter().collect();
    let steps = all_steps(&items(&definition["steps"]), "").into_iter();
    let steps: Map<String, Json> = steps
        .map(|step| (step.name.clone(), render_step(tally, id, &step.name)))
        .collect();
    campaign.insert("steps".into(), steps.into());
    let lost = tally.by_word(&format!("campaign {id} "), "lost");
    if !lost.is_empty() {
        campaign.insert("lost".into(), lost.into());
    }
    campaign.into()
}

fn render_experience(tally: &Tally, experience: &str) -> Json {
    let what = format!("experience {experience} ");
    let figure = |figure: &str| tally.of(&format!("{what}{figure}"));
    let figures = json!({
        "shown": figure("shown"),
        "hidden": figure("hidden"),
        "sent": figure("sent"),
        "now": figure("now"),
    });
    tally.with_words(&what, figures)
}

fn render_step(tally: &Tally, campaign: &str, step: &str) -> Json {
    let what = format!("step {campaign} {step} ");
    let figures = json!({
        "done": tally.of(&format!("{what}done")),
        "waiting": tally.of(&format!("{what}waiting")),
    });
    tally.with_words(&what, figures)
}
