//! Mermaid flowcharts, as GitHub and GitLab draw them; text is spelt in character codes wherever it
//! could mean anything.

use std::fmt::Write;

use super::drawing::{Arrow, Box, Drawing, Group, MARK, Shape, Stroke, drawing, marked};
use super::filter::Filter;
use crate::graph::Journey;
use crate::screen::{acts, without_passwords};

/// A flowchart, and how many arrows it has, seen or not.
#[derive(Clone, Debug)]
pub struct Flowchart {
    /// In the language of Mermaid.
    pub text: String,
    /// For Mermaid counts them.
    pub arrows: usize,
}

/// What Mermaid does not draw: it shows an error in its place. A page may allow more; those of
/// GitHub and GitLab do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TooLarge {
    /// Its `maxEdges`.
    #[error("more than 500 arrows")]
    Arrows,
    /// Its `maxTextSize`.
    #[error("more than 50,000 characters")]
    Characters,
}

impl Flowchart {
    /// Why Mermaid will not draw it, if it will not.
    pub fn too_large(&self) -> Option<TooLarge> {
        // What stands before the flowchart itself does not count; characters are those of
        // JavaScript.
        let drawn = self.text.split("\n---\n").last().unwrap_or_default();
        let arrows = (self.arrows > 500).then_some(TooLarge::Arrows);
        arrows.or_else(|| (drawn.encode_utf16().count() > 50_000).then_some(TooLarge::Characters))
    }
}

/// The journey as a Mermaid flowchart.
pub fn mermaid(journey: &Journey, filter: &Filter) -> Flowchart {
    let drawing = drawing(journey, filter);
    let mut out = head(WRAPPING_WIDTH);
    for group in &drawing.groups {
        subgraph(&mut out, group);
    }
    for arrow in &drawing.arrows {
        line(&mut out, 1, &connection(arrow));
    }
    styles(&mut out, &drawing);
    Flowchart {
        text: out,
        arrows: drawing.arrows.len(),
    }
}

/// How a flowchart begins: top-down, for a column of text is high and not wide, and laid out by
/// `dagre`, for Mermaid 11 knows no other and Mermaid 12 would take one that draws campaigns side
/// by side. The title of a subgraph gets room of its own.
pub(crate) fn head(wrapping_width: u32) -> String {
    format!(
        "---
config:
  layout: dagre
  flowchart:
    wrappingWidth: {wrapping_width}
    nodeSpacing: 25
    rankSpacing: 30
    subGraphTitleMargin: {{ top: 4, bottom: 12 }}
---
flowchart TB
"
    )
}

/// Stands in each subgraph: what a subgraph without it inherits differs between the versions of
/// Mermaid.
pub(crate) const DIRECTION: &str = "direction TB";

/// Wider than any line of ours: lines are broken where we say, not where a hyphen stands.
const WRAPPING_WIDTH: u32 = 600;

/// The looks of boxes; each says its text colour, so that it reads on a dark page too.
const CLASSES: &[(&str, &str)] = &[
    (
        "door",
        "fill:#ffffff,stroke:#8a8f98,color:#1b1b1b,stroke-dasharray:4 3",
    ),
    ("campaign", "fill:#fff4d6,stroke:#b98900,color:#1b1b1b"),
    ("send", "fill:#e3f4e1,stroke:#4f8f46,color:#1b1b1b"),
    ("moves", "fill:#dbe9f6,stroke:#1f5fa8,color:#1b1b1b"),
    ("change", "fill:#f3f4f6,stroke:#8a8f98,color:#1b1b1b"),
    ("wait", "fill:#f3e8fb,stroke:#8454a8,color:#1b1b1b"),
    ("ask", "fill:#fdf0e3,stroke:#c06a1b,color:#1b1b1b"),
    ("leaves", "fill:#e5e7eb,stroke:#4b5563,color:#1b1b1b"),
    (
        "broken",
        "fill:#fde2e1,stroke:#c62828,color:#7f1d1d,stroke-width:3px,stroke-dasharray:6 3",
    ),
];

fn subgraph(out: &mut String, group: &Group) {
    line(
        out,
        1,
        &format!(
            "subgraph {}[\"{}\"]",
            group.name,
            escaped(&marked(&group.label, group.broken))
        ),
    );
    line(out, 2, DIRECTION);
    for one in &group.boxes {
        line(out, 2, &node(one));
    }
    line(out, 1, "end");
}

fn node(one: &Box) -> String {
    let title: Vec<_> = one.title_lines().iter().map(|line| escaped(line)).collect();
    let title = title.join("<br/>");
    let title = if is_headed(one.shape) {
        format!("<b>{title}</b>")
    } else {
        title
    };
    let lines: Vec<_> = std::iter::once(title)
        .chain(one.lines.iter().map(|line| escaped(line)))
        .collect();
    let (open, close) = brackets(one.shape);
    let class = if one.broken {
        "broken"
    } else {
        class(one.shape)
    };
    let class = if class.is_empty() {
        String::new()
    } else {
        format!(":::{class}")
    };
    format!(
        "{}{open}\"{}\"{close}{class}",
        one.name,
        lines.join("<br/>")
    )
}

fn is_headed(shape: Shape) -> bool {
    matches!(shape, Shape::Stage | Shape::Campaign)
}

fn brackets(shape: Shape) -> (&'static str, &'static str) {
    match shape {
        Shape::Door | Shape::Wait => ("([", "])"),
        Shape::Stage => ("(", ")"),
        Shape::Campaign => ("[[", "]]"),
        Shape::Ask => ("{", "}"),
        Shape::Exit => ("(((", ")))"),
        Shape::Send => (">", "]"),
        Shape::Move | Shape::Change | Shape::Unclear => ("[", "]"),
    }
}

fn class(shape: Shape) -> &'static str {
    match shape {
        Shape::Door => "door",
        Shape::Stage => "",
        Shape::Campaign => "campaign",
        Shape::Send => "send",
        Shape::Move => "moves",
        Shape::Change => "change",
        Shape::Wait => "wait",
        Shape::Ask => "ask",
        Shape::Exit => "leaves",
        Shape::Unclear => "broken",
    }
}

fn connection(arrow: &Arrow) -> String {
    let stroke = match arrow.stroke {
        Stroke::Order => "~~~",
        Stroke::Plain => "-->",
        Stroke::Thick => "==>",
        Stroke::Dotted => "-.->",
    };
    let mut lines: Vec<_> = arrow.lines.iter().map(|line| escaped(line)).collect();
    if arrow.broken {
        lines.insert(0, escaped(MARK));
    }
    let label = if lines.is_empty() {
        String::new()
    } else {
        format!("|\"{}\"|", lines.join("<br/>"))
    };
    format!("{} {stroke}{label} {}", arrow.from, arrow.to)
}

fn styles(out: &mut String, drawing: &Drawing) {
    let boxes = || drawing.groups.iter().flat_map(|group| &group.boxes);
    let used = |name: &str| {
        boxes().any(|one| {
            if one.broken {
                name == "broken"
            } else {
                class(one.shape) == name
            }
        })
    };
    for (name, style) in CLASSES.iter().filter(|(name, _)| used(name)) {
        line(out, 1, &format!("classDef {name} {style}"));
    }
    for group in &drawing.groups {
        let stroke = if group.broken { "#c62828" } else { "#c5cad3" };
        line(
            out,
            1,
            &format!(
                "style {} fill:#f8f9fb,stroke:{stroke},color:#1b1b1b",
                group.name
            ),
        );
    }
    for one in boxes().filter(|one| !one.broken) {
        if let Some(paint) = &one.paint {
            let style = format!(
                "fill:{},stroke:{},color:{}",
                paint.fill, paint.stroke, paint.text
            );
            line(out, 1, &format!("style {} {style}", one.name));
        }
    }
    for (at, _) in drawing
        .arrows
        .iter()
        .enumerate()
        .filter(|(_, arrow)| arrow.broken)
    {
        line(
            out,
            1,
            &format!("linkStyle {at} stroke:#c62828,stroke-width:2px"),
        );
    }
}

/// Letters and digits of every script stand for themselves; everything else, but for the most
/// harmless, is a character code. What nobody sees is a space, for a code would make it again; and a
/// password in an address goes first, for among codes nobody finds it.
pub(crate) fn escaped(text: &str) -> String {
    let text = &*without_passwords(text);
    let mut out = String::new();
    for (at, c) in text.char_indices() {
        match c {
            ' ' | ',' | '/' | ':' | '…' | '✗' => out.push(c),
            '-' if !out.is_empty() => out.push(c),
            c if c.is_alphanumeric() => out.push(c),
            c if acts(text, at, c) => out.push(' '),
            c => write!(out, "#{};", u32::from(c)).unwrap_or_default(),
        }
    }
    out
}

fn line(out: &mut String, depth: usize, text: &str) {
    out.push_str(&"  ".repeat(depth));
    out.push_str(text);
    out.push('\n');
}
