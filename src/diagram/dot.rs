//! DOT for Graphviz; every text stands in quotes with quotes, backslashes and line ends escaped.

use super::drawing::{Arrow, Box, Group, Shape, Stroke, drawing, marked};
use super::filter::Filter;
use crate::graph::Journey;

/// The journey as a Graphviz digraph.
pub fn dot(journey: &Journey, filter: &Filter) -> String {
    let drawing = drawing(journey, filter);
    let mut out = vec![
        format!(
            "digraph {} {{",
            quoted(drawing.title.as_deref().unwrap_or("journey"))
        ),
        "  graph [rankdir=TB, fontname=\"Helvetica\", nodesep=0.4, ranksep=0.7]".to_owned(),
        "  node [fontname=\"Helvetica\", fontsize=11, shape=box, style=\"rounded,filled\", \
            fillcolor=\"#ffffff\"]"
            .to_owned(),
        "  edge [fontname=\"Helvetica\", fontsize=10]".to_owned(),
    ];
    drawing
        .groups
        .iter()
        .for_each(|group| cluster(group, &mut out));
    out.extend(drawing.arrows.iter().map(edge));
    out.push("}\n".to_owned());
    out.join("\n")
}

fn cluster(group: &Group, out: &mut Vec<String>) {
    out.push(format!("  subgraph cluster_{} {{", group.name));
    let colour = if group.broken { RED } else { "#c5cad3" };
    out.push(format!(
        "    label={}; style=rounded; color=\"{colour}\"",
        quoted(&marked(&group.label, group.broken))
    ));
    out.extend(group.boxes.iter().map(node));
    out.push("  }".to_owned());
}

const RED: &str = "#c62828";

fn node(one: &Box) -> String {
    let mut lines = one.title_lines();
    lines.extend(one.lines.iter().cloned());
    let (shape, fill) = look(one.shape);
    let mut looks = vec![
        format!("label={}", quoted(&lines.join("\n"))),
        format!("shape={shape}"),
    ];
    match (&one.paint, one.broken) {
        (_, true) => looks.push(format!(
            "fillcolor=\"#fde2e1\", color=\"{RED}\", style=\"filled,dashed\""
        )),
        (Some(paint), false) => {
            looks.push(format!(
                "fillcolor=\"{}\", color=\"{}\", fontcolor=\"{}\"",
                paint.fill, paint.stroke, paint.text
            ));
        }
        (None, false) => looks.push(format!("fillcolor=\"{fill}\"")),
    }
    format!("    {} [{}]", one.name, looks.join(", "))
}

fn look(shape: Shape) -> (&'static str, &'static str) {
    match shape {
        Shape::Door => ("oval", "#ffffff"),
        Shape::Stage => ("box", "#dbe9f6"),
        Shape::Campaign => ("box3d", "#fff4d6"),
        Shape::Send => ("cds", "#e3f4e1"),
        Shape::Move => ("box", "#dbe9f6"),
        Shape::Change => ("box", "#f3f4f6"),
        Shape::Wait => ("oval", "#f3e8fb"),
        Shape::Ask => ("diamond", "#fdf0e3"),
        Shape::Exit => ("doublecircle", "#e5e7eb"),
        Shape::Unclear => ("box", "#fde2e1"),
    }
}

fn edge(arrow: &Arrow) -> String {
    let style = match arrow.stroke {
        Stroke::Order => "invis",
        Stroke::Plain => "solid",
        Stroke::Thick => "bold",
        Stroke::Dotted => "dashed",
    };
    let mut looks = vec![format!("style={style}")];
    if arrow.broken {
        looks.push(format!("color=\"{RED}\""));
    }
    let label = marked(&arrow.lines.join("\n"), arrow.broken);
    if !label.is_empty() {
        looks.push(format!("label={}", quoted(&label)));
    }
    format!("  {} -> {} [{}]", arrow.from, arrow.to, looks.join(", "))
}

fn quoted(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace(['\n', '\r'], "\\n");
    format!("\"{escaped}\"")
}
