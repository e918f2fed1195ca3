//! Our own pictures: SVG with a panel for each funnel and for each campaign, side by side in columns
//! that fill a screen. Every line has a strip in which nothing else stands, so no line crosses a
//! card and no text another, whatever the project.

mod beside;
mod card;
mod dress;
mod flow;
mod funnel;
mod icon;
mod lanes;
mod masonry;
mod measure;
mod scene;
mod tree;
mod write;

use petgraph::Direction::Incoming;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::drawing::marked;
use super::filter::Filter;
use super::parts::Parts;
use crate::graph::{EdgeKind, EntityRef, Journey, NodeKind};
use scene::{Area, Scene};

pub use dress::{Counted, Dress, Link, Overlay};
pub use write::escaped;

/// A part of a picture: a funnel with the campaigns beside it, or a campaign step by step.
pub struct Panel {
    /// The id of what it shows.
    pub id: String,
    /// What that is.
    pub kind: &'static str,
    /// What it is called.
    pub heading: String,
    /// Whether something about it is wrong.
    pub broken: bool,
    /// How large it is, in words; may be empty.
    pub note: String,
    area: Area,
    scene: Scene,
}

/// The journey as a picture.
pub fn svg(journey: &Journey, filter: &Filter, overlay: Option<&Overlay>) -> String {
    let dress = Dress {
        overlay,
        ..Dress::default()
    };
    let panels = panels(journey, filter, &dress);
    let told = description(&panels);
    let (scene, size) = masonry::picture(panels);
    let title = journey.project.as_deref().unwrap_or("journey");
    let (width, height) = (size.width, size.height);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
            viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"title desc\">\n\
            <title id=\"title\">{}</title>\n<desc id=\"desc\">{}</desc>\n<style>\n{}</style>\n\
            <rect class=\"ground\" width=\"{width}\" height=\"{height}\"/>\n{}</svg>\n",
        escaped(title),
        escaped(&told),
        write::STYLE,
        write::elements(&scene)
    )
}

/// What somebody is told who does not see the picture.
fn description(panels: &[Panel]) -> String {
    let named = |kind| {
        let of: Vec<_> = panels.iter().filter(|panel| panel.kind == kind).collect();
        let names: Vec<_> = of.iter().map(|panel| panel.heading.as_str()).collect();
        let many = if of.len() == 1 { "" } else { "s" };
        (!of.is_empty()).then(|| format!("{kind}{many} {}", names.join(", ")))
    };
    let all: Vec<_> = ["funnel", "campaign"]
        .into_iter()
        .filter_map(named)
        .collect();
    all.join("; ")
}

/// What is drawn of a journey, part by part: funnels, then campaigns, each kind in the order of the
/// project.
pub fn panels(journey: &Journey, filter: &Filter, dress: &Dress<'_>) -> Vec<Panel> {
    let parts = Parts::of(journey);
    let mut panels = Vec::new();
    for at in journey.graph.node_indices() {
        if is_drawn_funnel(journey, filter, at) {
            panels.extend(funnel::panel(journey, &parts, at, dress));
        }
    }
    for at in journey.graph.node_indices() {
        if is_drawn_campaign(journey, filter, &parts, at) {
            panels.push(flow::panel(journey, &parts, at, dress));
        }
    }
    panels
}

fn is_drawn_funnel(journey: &Journey, filter: &Filter, at: NodeIndex) -> bool {
    matches!(journey.graph[at].face, NodeKind::Funnel { .. })
        && match (filter.funnel, filter.campaign) {
            (Some(funnel), _) => funnel == at,
            (None, Some(_)) => false,
            (None, None) => true,
        }
}

fn is_drawn_campaign(journey: &Journey, filter: &Filter, parts: &Parts, at: NodeIndex) -> bool {
    matches!(journey.graph[at].face, NodeKind::Campaign { .. })
        && match (filter.funnel, filter.campaign) {
            (_, Some(campaign)) => campaign == at,
            (Some(funnel), None) => has_to_do(journey, parts, at, funnel),
            (None, None) => true,
        }
}

/// Whether a campaign lets in from a funnel or acts on it.
fn has_to_do(journey: &Journey, parts: &Parts, campaign: NodeIndex, funnel: NodeIndex) -> bool {
    let graph = &journey.graph;
    let EntityRef::Funnel(id) = graph[funnel].thing else {
        return false;
    };
    let is_there = |at: NodeIndex| match graph[at].thing {
        EntityRef::Funnel(other) => other == id,
        EntityRef::Stage(stage) => stage.funnel == id,
        EntityRef::Segment(_) | EntityRef::Campaign(_) | EntityRef::Step(..) => false,
        EntityRef::Content(_) | EntityRef::Destination(_) | EntityRef::Channel(_) => false,
    };
    let mut lets_in = graph.edges_directed(campaign, Incoming);
    let steps = parts.of_thing(&graph[campaign].thing);
    lets_in.any(|edge| edge.weight().kind != EdgeKind::Asks && is_there(edge.source()))
        || steps
            .iter()
            .any(|step| graph.neighbors(*step).any(is_there))
}

impl Panel {
    /// The whole of it as one picture, with a name for whoever does not see it.
    pub fn svg(&self) -> String {
        let pad = masonry::PAD;
        let (width, height) = (self.area.width + 2 * pad, self.area.height + 2 * pad);
        format!(
            "<svg width=\"{width}\" height=\"{height}\" viewBox=\"{} {} {width} {height}\" \
                role=\"group\" aria-label=\"{} {}\">\n{}</svg>",
            -pad,
            -pad,
            self.kind,
            escaped(&self.heading),
            write::elements(&self.scene)
        )
    }

    /// The rules for what [`Panel::svg`] gives.
    pub fn style() -> &'static str {
        write::STYLE
    }

    /// Heading and note, cut so that both stand in a row of this width.
    fn headings(&self, room: i32) -> (String, Option<String>) {
        let font = measure::Font {
            size: 14,
            bold: true,
        };
        let heading = marked(&format!("{} {}", self.kind, self.heading), self.broken);
        let note = measure::width(&self.note, measure::LINE) + 16;
        let fits = |left: i32| measure::lines(&heading, font, left, 1).join("");
        if !self.note.is_empty() && measure::width(&heading, font) <= room - note {
            (heading, Some(self.note.clone()))
        } else {
            (fits(room), None)
        }
    }
}
