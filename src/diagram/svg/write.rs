//! A scene as SVG. Whatever a project says is a text or the value of an attribute here, with every
//! character that means something to XML escaped; there is no script, and nothing is fetched.

use std::fmt::Write as _;

use super::scene::{Anchor, Area, Card, Item, Kind, Line, Look, Scene, Text};
use crate::diagram::drawing::{Shape, Stroke};
use crate::screen::{one_line, without_passwords};

/// The rules by which a drawing looks as it does, on a light page and on a dark one.
pub(super) const STYLE: &str = include_str!("style.css");

/// The text with nothing in it that XML or HTML would take for more than text, nor a screen; in
/// attributes too.
pub fn escaped(text: &str) -> String {
    let text = without_passwords(text);
    let text = one_line(&text);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// The things of a scene as elements: frames first, then lines, then what stands in front.
pub(super) fn elements(scene: &Scene) -> String {
    let mut out = String::new();
    for item in &scene.0 {
        if let Item::Frame(area) = item {
            push(
                &mut out,
                &format!("<rect class=\"panel\" rx=\"10\"{}/>", place(*area)),
            );
        }
    }
    for item in &scene.0 {
        if let Item::Line(line) = item {
            self::line(&mut out, line);
        }
    }
    for item in &scene.0 {
        match item {
            Item::Card(card) => self::card(&mut out, card),
            Item::Text(text) => push(&mut out, &self::text(text)),
            Item::Frame(_) | Item::Line(_) => {}
        }
    }
    out
}

fn push(out: &mut String, element: &str) {
    out.push_str(element);
    out.push('\n');
}

fn place(area: Area) -> String {
    format!(
        " x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
        area.x, area.y, area.width, area.height
    )
}

fn card(out: &mut String, card: &Card) {
    let broken = if card.broken { " broken" } else { "" };
    let id = if card.id.is_empty() {
        String::new()
    } else {
        format!(" data-id=\"{}\"", escaped(&card.id))
    };
    push(
        out,
        &format!("<g class=\"{}{broken}\"{id}>", class(card.look)),
    );
    if let Some(link) = &card.link {
        push(out, &format!("<a href=\"{}\">", escaped(link)));
    }
    push(out, &format!("<title>{}</title>", escaped(&card.tip)));
    let radius = radius(card);
    push(
        out,
        &format!("<rect class=\"box\" rx=\"{radius}\"{}/>", place(card.area)),
    );
    if let Some(color) = &card.color {
        push(
            out,
            &format!(
                "<path fill=\"{}\" d=\"{}\"/>",
                escaped(color),
                edge(card.area)
            ),
        );
    } else if !matches!(card.look, Look::Branch | Look::Of(Shape::Door)) {
        push(
            out,
            &format!("<path class=\"edge\" d=\"{}\"/>", edge(card.area)),
        );
    }
    if let Some(icon) = card.icon {
        let (x, y) = (card.area.x + 11, card.area.y + 9);
        let path = icon.0;
        push(
            out,
            &format!("<path class=\"icon\" transform=\"translate({x} {y})\" d=\"{path}\"/>"),
        );
    }
    for one in &card.texts {
        push(out, &text(one));
    }
    if card.link.is_some() {
        push(out, "</a>");
    }
    push(out, "</g>");
}

fn radius(card: &Card) -> i32 {
    match card.look {
        Look::Of(Shape::Door) | Look::Branch => 12,
        Look::Of(Shape::Wait) => 14,
        Look::Of(
            Shape::Stage
            | Shape::Campaign
            | Shape::Send
            | Shape::Move
            | Shape::Change
            | Shape::Ask
            | Shape::Exit
            | Shape::Unclear,
        ) => 6,
    }
}

/// The coloured edge on the left of a card, as high as its corners allow.
fn edge(area: Area) -> String {
    let (x, y) = (area.x + 4, area.y + 8);
    format!("M{x} {y}h3v{}h-3z", area.height - 16)
}

fn class(look: Look) -> &'static str {
    match look {
        Look::Of(Shape::Door) => "door",
        Look::Of(Shape::Stage) => "stage",
        Look::Of(Shape::Campaign) => "campaign",
        Look::Of(Shape::Send) => "send",
        Look::Of(Shape::Move) => "move",
        Look::Of(Shape::Change) => "change",
        Look::Of(Shape::Wait) => "wait",
        Look::Of(Shape::Ask) => "ask",
        Look::Of(Shape::Exit) => "exit",
        Look::Of(Shape::Unclear) => "unclear",
        Look::Branch => "branch",
    }
}

fn text(text: &Text) -> String {
    let kind = match text.kind {
        Kind::Heading => "heading",
        Kind::Name => "name",
        Kind::Plain => "plain",
        Kind::Muted => "muted",
        Kind::Figure => "figure",
    };
    let anchor = match text.anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    format!(
        "<text class=\"{kind}\" x=\"{}\" y=\"{}\"{anchor}>{}</text>",
        text.x,
        text.y,
        escaped(&text.words)
    )
}

/// How round corners of lines are.
const ROUND: i32 = 6;

/// How long the head of an arrow is, and half as wide.
const TIP: i32 = 7;

fn line(out: &mut String, line: &Line) {
    let mut points = line.points.clone();
    points.dedup();
    straightened(&mut points);
    let [.., before, end] = points[..] else {
        return;
    };
    let stroke = match line.stroke {
        Stroke::Order | Stroke::Plain => "line",
        Stroke::Thick => "line thick",
        Stroke::Dotted => "line dotted",
    };
    let broken = if line.broken { " broken" } else { "" };
    let mut path = format!(
        "<path class=\"{stroke}{broken}\" d=\"M{} {}",
        points[0].0, points[0].1
    );
    for three in points.windows(3) {
        corner(&mut path, three);
    }
    let (right, down) = ((end.0 - before.0).signum(), (end.1 - before.1).signum());
    let short = if line.head { TIP - 1 } else { 0 };
    let (x, y) = (end.0 - right * short, end.1 - down * short);
    write!(path, "L{x} {y}\"/>").expect("writing to a string never fails");
    push(out, &path);
    if line.head {
        let half = TIP / 2 + 1;
        let (back, side) = (
            (end.0 - right * TIP, end.1 - down * TIP),
            (down * half, right * half),
        );
        let head = format!(
            "<path class=\"head{}{broken}\" d=\"M{} {}L{} {}L{} {}z\"/>",
            if line.stroke == Stroke::Thick {
                " thick"
            } else {
                ""
            },
            end.0,
            end.1,
            back.0 + side.0,
            back.1 + side.1,
            back.0 - side.0,
            back.1 - side.1
        );
        push(out, &head);
    }
}

/// Leaves out the points that lie on the way from the one before to the one after.
fn straightened(points: &mut Vec<(i32, i32)>) {
    let mut kept: Vec<(i32, i32)> = Vec::with_capacity(points.len());
    for point in points.iter().copied() {
        if let [.., a, b] = kept[..]
            && ((a.0 == b.0 && b.0 == point.0) || (a.1 == b.1 && b.1 == point.1))
        {
            kept.pop();
        }
        kept.push(point);
    }
    *points = kept;
}

/// A corner, rounded as far as the pieces before and behind it are long.
fn corner(path: &mut String, three: &[(i32, i32)]) {
    let [a, b, c] = [three[0], three[1], three[2]];
    let toward = |from: (i32, i32)| {
        let (right, down) = (from.0 - b.0, from.1 - b.1);
        let length = right.abs() + down.abs();
        let round = ROUND.min(length / 2);
        (b.0 + right.signum() * round, b.1 + down.signum() * round)
    };
    let (before, behind) = (toward(a), toward(c));
    write!(
        path,
        "L{} {}Q{} {} {} {}",
        before.0, before.1, b.0, b.1, behind.0, behind.1
    )
    .expect("writing to a string never fails");
}
