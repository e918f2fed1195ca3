//! What a run lets go out, and what it does not and why, in the order of the journey: line by line,
//! as sums, and as a table.
//!
//! All of it is read from the text of metrics.json, so that the table and the file never differ.

use std::cmp::Reverse;

use serde_json::Value;

use super::table::Table;
use crate::model::{
    Action, Bounded, Campaign, Channel, Content, ContentKind, Experience, Funnel, Model, Step,
    StepKind,
};

/// A step or an experience on a channel, and how much of it went out.
pub(super) struct Row {
    pub(super) group: String,
    pub(super) name: String,
    pub(super) channel: &'static str,
    pub(super) out: u64,
    pub(super) skipped: u64,
}

/// Everything that leaves the house in a run.
#[derive(Clone, Debug, Default)]
pub struct Outgoing {
    /// By campaign or stage, in the order of the journey.
    groups: Vec<Group>,
}

#[derive(Clone, Debug)]
struct Group {
    name: String,
    lines: Vec<Line>,
    /// How often something was hidden, which is an action too.
    hidden: u64,
}

/// A step or an experience on a channel.
#[derive(Clone, Debug)]
struct Line {
    name: String,
    /// The channel, or the kind of what needs none.
    channel: &'static str,
    is_message: bool,
    out: u64,
    /// By reason, with what was in the way.
    skipped: Vec<(String, u64)>,
}

impl Outgoing {
    /// What the text of a metrics.json says of the journey.
    pub fn of(model: &Model, metrics: &str) -> Self {
        let metrics: Value = serde_json::from_str(metrics).unwrap_or_default();
        let mut campaigns: Vec<&Campaign> = model.campaigns.values().collect();
        campaigns.sort_by_key(|campaign| Reverse(campaign.priority));
        let mut funnels: Vec<&Funnel> = model.funnels.values().collect();
        funnels.sort_by_key(|funnel| Reverse(funnel.priority));
        let mut groups: Vec<Group> = campaigns
            .into_iter()
            .map(|it| of_campaign(model, it, &metrics["campaigns"][&it.id]["steps"]))
            .collect();
        groups.extend(
            funnels
                .into_iter()
                .flat_map(|it| of_funnel(model, it, &metrics["funnels"][&it.id]["stages"])),
        );
        Self { groups }
    }

    /// How much of it there is of what may be bounded.
    pub fn sum(&self, what: Bounded) -> u64 {
        let lines = self.groups.iter().flat_map(|group| &group.lines);
        let wanted = |line: &&Line| match what {
            Bounded::Channel(channel) => line.is_message && line.channel == channel.word(),
            Bounded::Messages => line.is_message,
            Bounded::Actions => true,
        };
        let out: u64 = lines.filter(wanted).map(|line| line.out).sum();
        let hidden: u64 = self.groups.iter().map(|group| group.hidden).sum();
        if what == Bounded::Actions {
            out + hidden
        } else {
            out
        }
    }

    /// As a table for people; only what went out or was skipped stands in it.
    pub fn table(&self, width: usize) -> String {
        let mut table = Table::new(width, 3);
        table.head("goes out", &["channel", "out", "skipped"]);
        for group in self
            .groups
            .iter()
            .filter(|group| group.lines.iter().any(Line::happened))
        {
            table.row(&format!("  {}", group.name), Vec::new());
            for line in group.lines.iter().filter(|line| line.happened()) {
                let skipped: u64 = line.skipped.iter().map(|(_, count)| count).sum();
                let figures = [
                    line.channel.to_owned(),
                    line.out.to_string(),
                    skipped.to_string(),
                ];
                table.row(&format!("    {}", line.name), figures.into());
                for (reason, count) in &line.skipped {
                    table.row(
                        &format!("      {reason}"),
                        [String::new(), String::new(), count.to_string()].into(),
                    );
                }
            }
        }
        let all = [
            String::new(),
            self.sum(Bounded::Actions).to_string(),
            self.skipped().to_string(),
        ];
        table.row("  (all)", all.into());
        table.text()
    }

    /// The lines in which something went out or was skipped.
    pub(super) fn rows(&self) -> Vec<Row> {
        let lines = |group: &Group| {
            let row = |line: &Line| Row {
                group: group.name.clone(),
                name: line.name.clone(),
                channel: line.channel,
                out: line.out,
                skipped: line.skipped.iter().map(|(_, count)| count).sum(),
            };
            let happened = group.lines.iter().filter(|line| line.happened());
            happened.map(row).collect::<Vec<_>>()
        };
        self.groups.iter().flat_map(lines).collect()
    }

    pub(super) fn skipped(&self) -> u64 {
        let lines = self.groups.iter().flat_map(|group| &group.lines);
        lines
            .flat_map(|line| &line.skipped)
            .map(|(_, count)| count)
            .sum()
    }
}

impl Line {
    fn happened(&self) -> bool {
        self.out > 0 || !self.skipped.is_empty()
    }
}

fn of_campaign(model: &Model, campaign: &Campaign, figures: &Value) -> Group {
    let mut lines = Vec::new();
    campaign.each_step(|step| lines.extend(of_step(model, step, &figures[&step.name])));
    Group {
        name: campaign.id.clone(),
        lines,
        hidden: 0,
    }
}

fn of_step(model: &Model, step: &Step, figures: &Value) -> Vec<Line> {
    match &step.kind {
        StepKind::Action(Action::Send { content, .. }) => {
            let content = &model.content[*content];
            sent(
                &named(&step.name, &content.id),
                content,
                count(&figures["done"]),
                figures,
            )
        }
        StepKind::Action(Action::Call(call)) => {
            let line = Line {
                name: step.name.clone(),
                channel: call.verb().word(),
                is_message: false,
                out: count(&figures["done"]),
                skipped: skipped(figures),
            };
            vec![line]
        }
        StepKind::Wait(_)
        | StepKind::WaitUntil { .. }
        | StepKind::Await(_)
        | StepKind::If { .. } => Vec::new(),
        StepKind::Split(_) | StepKind::Fork(_) | StepKind::Goto { .. } => Vec::new(),
        StepKind::Exit(_) | StepKind::Broken => Vec::new(),
        StepKind::Action(_) => Vec::new(),
    }
}

/// One group for each stage that has experiences, the lightest first.
fn of_funnel(model: &Model, funnel: &Funnel, figures: &Value) -> Vec<Group> {
    let mut stages: Vec<_> = funnel.stages.values().collect();
    stages.sort_by_key(|stage| stage.weight);
    let group = |stage: &crate::model::Stage| {
        let figures = &figures[&stage.id]["experiences"];
        let of =
            |experience: &Experience| of_experience(model, experience, &figures[&experience.id]);
        Group {
            name: format!("{}/{}", funnel.id, stage.id),
            lines: stage.experiences.iter().flat_map(of).collect(),
            hidden: stage
                .experiences
                .iter()
                .map(|it| count(&figures[&it.id]["hidden"]))
                .sum(),
        }
    };
    stages.into_iter().map(group).collect()
}

fn of_experience(model: &Model, experience: &Experience, figures: &Value) -> Vec<Line> {
    let content = &model.content[experience.content];
    let name = named(&experience.id, &content.id);
    if content.kind.is_some_and(ContentKind::is_shown) {
        let (channel, out) = (kind(content), count(&figures["shown"]));
        return vec![Line {
            name,
            channel,
            is_message: false,
            out,
            skipped: skipped(figures),
        }];
    }
    sent(&name, content, count(&figures["sent"]), figures)
}

/// What was sent: a line for each channel on which it went out, or one.
fn sent(name: &str, content: &Content, out: u64, figures: &Value) -> Vec<Line> {
    let line = |channel, out| Line {
        name: name.to_owned(),
        channel,
        is_message: true,
        out,
        skipped: Vec::new(),
    };
    let on = |channel: Channel| (channel.word(), count(&figures["channels"][channel.word()]));
    let used = Channel::ALL.map(on).into_iter().filter(|(_, out)| *out > 0);
    let mut lines: Vec<Line> = used.map(|(channel, out)| line(channel, out)).collect();
    if lines.is_empty() {
        lines.push(line(kind(content), out));
    }
    lines[0].skipped = skipped(figures);
    lines
}

fn kind(content: &Content) -> &'static str {
    content.kind.map_or("", ContentKind::word)
}

/// What a line is called: the step, and the content where the step's name does not say it.
fn named(step: &str, content: &str) -> String {
    let own = step
        .rsplit('/')
        .next()
        .unwrap_or(step)
        .split('#')
        .next()
        .unwrap_or(step);
    if own == content || own.strip_prefix("send:") == Some(content) {
        step.to_owned()
    } else {
        format!("{step}: {content}")
    }
}

/// By reason; of what reached nobody by what was in the way.
fn skipped(figures: &Value) -> Vec<(String, u64)> {
    let mut told = Vec::new();
    for (reason, number) in figures["skipped"].as_object().into_iter().flatten() {
        let ways = figures["unreachable"]
            .as_object()
            .filter(|_| reason == "unreachable");
        match ways {
            Some(ways) => told.extend(
                ways.iter()
                    .map(|(what, number)| (in_the_way(what), count(number))),
            ),
            None => told.push((reason.clone(), count(number))),
        }
    }
    told
}

fn in_the_way(what: &str) -> String {
    let lacks = if what == "do-not-contact" { "" } else { "no " };
    format!("unreachable: {lacks}{what}")
}

fn count(figure: &Value) -> u64 {
    figure.as_u64().unwrap_or(0)
}
