//! What a drawing shows beside the project: the counts of a run, and where a click leads.

use std::collections::BTreeMap;

use serde_json::Value;

use super::card::Row;
use crate::graph::Node;

/// Gives the address to which a thing leads.
pub type Link<'a> = &'a dyn Fn(&Node) -> Option<String>;

/// What drawings show beside the project.
#[derive(Default)]
pub struct Dress<'a> {
    /// The counts.
    pub overlay: Option<&'a Overlay>,
    /// Where a click on a card leads, if anywhere.
    pub link: Option<Link<'a>>,
    /// Where a click on a campaign beside a funnel leads.
    pub flow: Option<Link<'a>>,
}

/// What a count is about: a funnel and a campaign may have one id, a stage and a step, a step and
/// the end of its campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counted {
    /// Those in no stage of a funnel.
    Outside,
    /// A stage, or a way between two.
    Stage,
    /// A campaign.
    Campaign,
    /// A step, or a way from it into a branch.
    Step,
    /// The end of a campaign.
    End,
}

/// Counts by what they are about, as docs/drawings.md tells.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    /// By id, of a stage `shop/loyal`, of a step `win-back/send:we-miss-you`; what stands beside
    /// the name, and the lines below it.
    things: BTreeMap<(Counted, String), (String, Vec<String>)>,
    /// By ids, or an id and the word of a branch.
    ways: BTreeMap<(Counted, String, String), String>,
}

impl Overlay {
    /// The counts that metrics.json holds.
    pub fn of_metrics(metrics: &Value) -> Self {
        let mut overlay = Self::default();
        for (funnel, figures) in entries(&metrics["funnels"]) {
            let outside = (number(&figures["none"]), Vec::new());
            overlay.add(Counted::Outside, funnel.to_owned(), outside);
            for (stage, figures) in entries(&figures["stages"]) {
                let id = format!("{funnel}/{stage}");
                overlay.add(Counted::Stage, id, self::stage(figures));
            }
        }
        for (campaign, figures) in entries(&metrics["campaigns"]) {
            overlay.campaign(campaign, figures);
        }
        overlay
    }

    fn campaign(&mut self, campaign: &str, figures: &Value) {
        let lines = told(
            figures,
            &["active", "completed", "converted", "exited", "overtaken"],
        );
        let entered = number(&figures["entered"]);
        self.add(Counted::Campaign, campaign.to_owned(), (entered, lines));
        let end = (number(&figures["completed"]), Vec::new());
        self.add(Counted::End, campaign.to_owned(), end);
        for (step, figures) in entries(&figures["steps"]) {
            let mut lines = told(figures, &["waiting"]);
            let skipped = entries(&figures["skipped"]);
            lines.extend(skipped.map(|(reason, count)| format!("{} {reason}", number(count))));
            let done = (number(&figures["done"]), lines);
            self.add(Counted::Step, format!("{campaign}/{step}"), done);
        }
    }

    fn add(&mut self, of: Counted, id: String, figures: (String, Vec<String>)) {
        self.things.insert((of, id), figures);
    }

    /// Adds how many took a way: between two stages, or from a step into a branch.
    pub fn add_way(&mut self, of: Counted, from: &str, to: &str, count: u64) {
        self.ways
            .insert((of, from.to_owned(), to.to_owned()), count.to_string());
    }
}

/// How many are in a stage, and below it who came, left and converted.
fn stage(figures: &Value) -> (String, Vec<String>) {
    let line = told(figures, &["entered", "left", "converted"]).join(", ");
    let lines = if line.is_empty() {
        Vec::new()
    } else {
        vec![line]
    };
    (number(&figures["now"]), lines)
}

/// Those of some figures that are not zero, with their words.
fn told(figures: &Value, words: &[&str]) -> Vec<String> {
    let one = |word: &&str| {
        let count = figures[*word].as_u64().filter(|count| *count > 0)?;
        Some(format!("{count} {word}"))
    };
    words.iter().filter_map(one).collect()
}

fn entries(object: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let entries = object.as_object().into_iter().flatten();
    entries.map(|(key, value)| (key.as_str(), value))
}

fn number(value: &Value) -> String {
    value.as_u64().unwrap_or(0).to_string()
}

impl Dress<'_> {
    /// The count beside the name of a thing.
    pub(super) fn figure(&self, of: Counted, id: &str) -> Option<String> {
        let (figure, _) = self.overlay?.things.get(&(of, id.to_owned()))?;
        Some(figure.clone())
    }

    /// The lines of counts below the name of a thing.
    pub(super) fn rows(&self, of: Counted, id: &str) -> Vec<Row> {
        let key = (of, id.to_owned());
        let lines = self.overlay.and_then(|overlay| overlay.things.get(&key));
        let lines = lines.map(|(_, lines)| lines.as_slice()).unwrap_or_default();
        lines.iter().cloned().map(Row::muted).collect()
    }

    /// The count on a way.
    pub(super) fn along(&self, of: Counted, from: &str, to: &str) -> Option<String> {
        let ways = &self.overlay?.ways;
        ways.get(&(of, from.to_owned(), to.to_owned())).cloned()
    }

    pub(super) fn link(&self, node: &Node) -> Option<String> {
        self.link.and_then(|link| link(node))
    }

    pub(super) fn flow(&self, node: &Node) -> Option<String> {
        self.flow.and_then(|flow| flow(node))
    }
}
