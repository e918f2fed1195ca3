//! A run as one page for people: figures, drawings with counts, what went out and what did not, and
//! the YAML of the project. Nothing on it is fetched or sent, and what a project says is only text.

mod figures;
mod over_time;
mod yaml;

use askama::Template;
use serde_json::Value;

use crate::Compiled;
use crate::diagram::{Counted, Dress, Filter, Overlay, Panel, panels};
use crate::graph::{Journey, Node};
use crate::plan::Plan;
use crate::report::outgoing::{Outgoing, Row};
use crate::runner::one::Ways;
pub use over_time::OverTime;

use figures::{Campaign, Funnel, Segment, Skipped, Tile};
use yaml::File;

/// Of what a page is made.
pub struct Page<'a> {
    /// The plan that ran.
    pub plan: &'a Plan,
    /// The project of which it was made, if it is at hand.
    pub project: Option<&'a Compiled>,
    /// What run.json holds.
    pub run: &'a Value,
    /// The text of metrics.json.
    pub metrics: &'a str,
    /// What the journal counts.
    pub ways: &'a Ways,
    /// What all runs of the history did of which this is the last, if it is of one.
    pub over_time: Option<&'a OverTime>,
}

/// The page.
#[derive(Template)]
#[template(path = "report.html")]
struct Report {
    title: String,
    at: String,
    /// Of a simulation, from when on it goes.
    simulated: Option<String>,
    plan: String,
    style: &'static str,
    tiles: Vec<Tile>,
    outgoing: Vec<Row>,
    skipped: Vec<Skipped>,
    funnels: Vec<Funnel>,
    campaigns: Vec<Campaign>,
    segments: Vec<Segment>,
    history: Option<over_time::Shown>,
    files: Vec<File>,
    journal: String,
}

/// Whether a text is one of a metrics.json.
pub fn is_metrics(text: &str) -> bool {
    let metrics: Value = serde_json::from_str(text).unwrap_or_default();
    metrics["format"] == 1 && metrics["funnels"].is_object()
}

/// The page as HTML.
pub fn html(page: &Page<'_>) -> String {
    let metrics: Value = serde_json::from_str(page.metrics).unwrap_or_default();
    let model = page.project.map_or(page.plan.model(), |it| &it.model);
    let journey = Journey::of(model);
    let overlay = overlay(&metrics, page.ways);
    let files = page.project.map(yaml::files).unwrap_or_default();
    let to_yaml = |node: &Node| page.project.and_then(|it| yaml::address(it, node));
    let to_flow = |node: &Node| Some(format!("#campaign-{}", node.id));
    let dress = Dress {
        overlay: Some(&overlay),
        link: Some(&to_yaml),
        flow: Some(&to_flow),
    };
    let panels = panels(&journey, &Filter::everything(), &dress);
    let outgoing = Outgoing::of(model, page.metrics);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let report = Report {
        title: journey
            .project
            .clone()
            .unwrap_or_else(|| "journey".to_owned()),
        at: text(&page.run["now"]).replace('T', " "),
        simulated: page.run["simulated"]["from"]
            .as_str()
            .map(|from| from.replace('T', " ")),
        plan: text(&page.run["plan"]).chars().take(12).collect(),
        style: Panel::style(),
        tiles: figures::tiles(&metrics, &outgoing),
        outgoing: outgoing.rows(),
        skipped: figures::skipped(model, &metrics),
        funnels: figures::funnels(model, &metrics, page.ways, &panels),
        campaigns: figures::campaigns(model, &metrics, &panels),
        segments: figures::segments(model, &metrics),
        history: page.over_time.map(OverTime::shown),
        files,
        journal: text(&page.run["journal"]),
    };
    report
        .render()
        .expect("a page of texts and numbers always renders")
}

/// The counts on drawings: those of the metrics, and on ways those of the journal.
pub fn overlay(metrics: &Value, ways: &Ways) -> Overlay {
    let mut overlay = Overlay::of_metrics(metrics);
    for ([funnel, from, to, event], count) in &ways.stages {
        if event == "convert" {
            let (from, to) = (format!("{funnel}/{from}"), format!("{funnel}/{to}"));
            overlay.add_way(Counted::Stage, &from, &to, *count);
        }
    }
    for ([campaign, step, word], count) in &ways.branches {
        let step = format!("{campaign}/{step}");
        overlay.add_way(Counted::Step, &step, word, *count);
    }
    overlay
}
