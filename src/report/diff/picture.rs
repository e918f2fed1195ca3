//! The change as a Mermaid flowchart: green with `+` is new, red with `−` is gone, amber with `~`
//! is changed; no text of the project can break it.

use std::fmt::Write as _;

use super::layout::kind_word;
use crate::diagram::{DIRECTION, Flowchart, escaped, head};
use crate::diff::{Aligned, AlignedBranch, CampaignPicture, Diff, FunnelPicture, Kind, Mark};
use crate::screen::shortened;

/// The picture; nothing where nothing can be drawn.
pub(super) fn picture(diff: &Diff) -> Option<Flowchart> {
    let mut drawing = Drawing::default();
    drawing.others(diff);
    diff.funnels
        .iter()
        .for_each(|funnel| drawing.funnel(funnel));
    diff.campaigns
        .iter()
        .for_each(|campaign| drawing.campaign(campaign));
    (drawing.nodes > 0).then(|| drawing.finish())
}

const CLASSES: &str = "  classDef same fill:#f3f4f6,stroke:#8a8f98,color:#1b1b1b
  classDef added fill:#dcfce7,stroke:#15803d,color:#14532d,stroke-width:3px
  classDef removed fill:#fee2e2,stroke:#b91c1c,color:#7f1d1d,stroke-width:3px,stroke-dasharray:6 3
  classDef changed fill:#fef3c7,stroke:#b45309,color:#78350f,stroke-width:3px
";

/// How long a text in a box may be.
const LONGEST: usize = 90;

/// How wide a box may be before its text is broken, in pixels.
const WRAPPING_WIDTH: u32 = 200;

/// How many boxes stand side by side that nothing leads to.
const ABREAST: usize = 3;

#[derive(Default)]
struct Drawing {
    text: String,
    nodes: usize,
    edges: usize,
    styles: String,
}

/// A step with its place in the picture.
struct Box<'a> {
    at: usize,
    step: &'a Aligned,
    /// By branch: its word, which of the plans have it, and its steps.
    branches: Vec<(&'a str, [bool; 2], Vec<Box<'a>>)>,
}

/// From where to where, with which label, and in which of the two plans.
struct Edge<'a> {
    from: usize,
    to: usize,
    label: &'a str,
    sides: [bool; 2],
}

/// Boxes from which an edge goes on.
type Ends<'a> = Vec<(usize, &'a str)>;

impl Drawing {
    fn finish(self) -> Flowchart {
        let text = format!(
            "{}{}{CLASSES}{}",
            head(WRAPPING_WIDTH),
            self.text,
            self.styles
        );
        Flowchart {
            text,
            arrows: self.edges,
        }
    }

    fn node(&mut self, words: &str, mark: Option<Mark>) -> usize {
        let sign = mark
            .map(|mark| format!("{} ", self::sign(mark)))
            .unwrap_or_default();
        let class = mark.map_or("same", super::layout::mark_word);
        let at = self.nodes;
        self.nodes += 1;
        self.line(&format!("n{at}[\"{sign}{}\"]:::{class}", shown(words)));
        at
    }

    fn line(&mut self, words: &str) {
        writeln!(self.text, "    {words}").expect("writing to a string never fails");
    }

    fn edge(&mut self, from: usize, to: usize, label: &str, mark: Option<Mark>) {
        let stroke = if mark == Some(Mark::Removed) {
            "-.->"
        } else {
            "-->"
        };
        let sign = mark
            .map(|mark| format!("{} ", self::sign(mark)))
            .unwrap_or_default();
        let label = format!("{sign}{}", shown(label));
        let label = if label.trim().is_empty() {
            String::new()
        } else {
            format!("|\"{}\"|", label.trim_end())
        };
        self.line(&format!("n{from} {stroke}{label} n{to}"));
        if let Some(mark) = mark {
            let color = match mark {
                Mark::Added => "#15803d",
                Mark::Removed => "#b91c1c",
                Mark::Changed => "#b45309",
            };
            let style = format!(
                "  linkStyle {} stroke:{color},stroke-width:3px\n",
                self.edges
            );
            self.styles.push_str(&style);
        }
        self.edges += 1;
    }

    /// Keeps one box above another, by an edge that is not seen.
    fn below(&mut self, upper: usize, lower: usize) {
        self.line(&format!("n{upper} ~~~ n{lower}"));
        self.edges += 1;
    }

    /// A group, below the one before it.
    fn group(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        let at = self.nodes;
        writeln!(self.text, "  subgraph g{at}[\"{}\"]", shown(name))
            .expect("writing to a string never fails");
        self.line(DIRECTION);
        inside(self);
        self.text.push_str("  end\n");
        if at > 0 {
            self.below(at - 1, at);
        }
    }

    /// What is neither funnel nor campaign, one box each.
    fn others(&mut self, diff: &Diff) {
        let drawn = |kind| {
            !matches!(
                kind,
                Kind::Funnel | Kind::Stage | Kind::Campaign | Kind::Step
            )
        };
        let mut things: Vec<_> = diff
            .changes
            .iter()
            .filter(|change| drawn(change.kind))
            .collect();
        things.dedup_by(|a, b| (a.kind, &a.id) == (b.kind, &b.id));
        if !things.is_empty() {
            self.group("data, content and segments", |drawing| {
                for change in things {
                    let at = drawing.node(
                        &format!("{} {}", kind_word(change.kind), change.id),
                        Some(change.mark),
                    );
                    if at >= ABREAST {
                        drawing.below(at - ABREAST, at);
                    }
                }
            });
        }
    }

    fn funnel(&mut self, funnel: &FunnelPicture) {
        self.group(&format!("funnel {}", funnel.id), |drawing| {
            let door = drawing.node("no stage", funnel.mark);
            let mut places: Vec<(&str, usize)> = Vec::new();
            for stage in &funnel.stages {
                let at = drawing.node(&format!("{}, {}", stage.id, stage.weight), stage.mark);
                let upper = places.last().map(|(id, _)| *id);
                if !funnel
                    .arrows
                    .iter()
                    .any(|arrow| arrow.from.as_deref() == upper && arrow.to == stage.id)
                {
                    drawing.below(at - 1, at);
                }
                places.push((stage.id.as_str(), at));
            }
            let place = |id: &str| {
                places
                    .iter()
                    .find(|(other, _)| *other == id)
                    .map_or(door, |(_, at)| *at)
            };
            for arrow in &funnel.arrows {
                let from = arrow.from.as_deref().map_or(door, place);
                let words = if arrow.back {
                    "may go back"
                } else {
                    &arrow.words
                };
                drawing.edge(from, place(&arrow.to), words, arrow.mark);
            }
        });
    }

    fn campaign(&mut self, campaign: &CampaignPicture) {
        self.group(&format!("campaign {}", campaign.id), |drawing| {
            let start = drawing.node(
                "enters",
                None.or(Some(campaign.mark))
                    .filter(|mark| *mark != Mark::Changed),
            );
            let boxes = drawing.boxes(&campaign.steps);
            let mut edges = Vec::new();
            for side in 0..2 {
                flow((&boxes, &boxes), side, vec![(start, "")], &mut edges);
            }
            for edge in edges {
                let mark = match edge.sides {
                    [true, true] | [false, false] => None,
                    [true, false] => Some(Mark::Removed),
                    [false, true] => Some(Mark::Added),
                };
                drawing.edge(edge.from, edge.to, edge.label, mark);
            }
        });
    }

    fn boxes<'a>(&mut self, steps: &'a [Aligned]) -> Vec<Box<'a>> {
        let one = |step: &'a Aligned| {
            let words = match (&step.before, &step.after) {
                (Some(before), Some(after)) if before.words != after.words => {
                    format!("{}, before: {}", after.words, before.words)
                }
                (_, Some(text)) | (Some(text), None) => text.words.clone(),
                (None, None) => String::new(),
            };
            let at = self.node(&words, step.mark);
            let inside = |branch: &'a AlignedBranch| {
                (
                    branch.word.as_str(),
                    branch.sides,
                    self.boxes(&branch.steps),
                )
            };
            Box {
                at,
                step,
                branches: step.branches.iter().map(inside).collect(),
            }
        };
        steps.iter().map(one).collect()
    }
}

/// Follows the steps of one plan, and says from where it goes on behind them.
fn flow<'a>(
    (all, boxes): (&[Box<'a>], &[Box<'a>]),
    side: usize,
    mut from: Ends<'a>,
    edges: &mut Vec<Edge<'a>>,
) -> Ends<'a> {
    for one in boxes {
        let text = if side == 0 {
            &one.step.before
        } else {
            &one.step.after
        };
        let Some(text) = text else { continue };
        from.into_iter()
            .for_each(|start| link(edges, side, start, one.at));
        from = if text.exits {
            Vec::new()
        } else if let Some(target) = &text.goes_to {
            link(
                edges,
                side,
                (one.at, ""),
                target_of(all, side, target).unwrap_or(one.at),
            );
            Vec::new()
        } else if one.branches.iter().any(|(_, sides, _)| sides[side]) {
            let mut ends = Vec::new();
            for (word, _, inside) in one.branches.iter().filter(|(_, sides, _)| sides[side]) {
                let label = match *word {
                    "then" => "yes",
                    "else" => "no",
                    label => label,
                };
                ends.extend(flow((all, inside), side, vec![(one.at, label)], edges));
            }
            ends
        } else {
            vec![(one.at, "")]
        };
    }
    from
}

fn link<'a>(edges: &mut Vec<Edge<'a>>, side: usize, (from, label): (usize, &'a str), to: usize) {
    match edges
        .iter_mut()
        .find(|edge| (edge.from, edge.to, edge.label) == (from, to, label))
    {
        Some(edge) => edge.sides[side] = true,
        None => edges.push(Edge {
            from,
            to,
            label,
            sides: [side == 0, side == 1],
        }),
    }
}

/// The box of a step by its name in one of the plans.
fn target_of(boxes: &[Box<'_>], side: usize, name: &str) -> Option<usize> {
    boxes.iter().find_map(|one| {
        let text = if side == 0 {
            &one.step.before
        } else {
            &one.step.after
        };
        let is_here = text.as_ref().is_some_and(|text| text.name == name);
        let inside = || {
            one.branches
                .iter()
                .find_map(|(_, _, inside)| target_of(inside, side, name))
        };
        is_here.then_some(one.at).or_else(inside)
    })
}

fn sign(mark: Mark) -> &'static str {
    match mark {
        Mark::Added => "#43;",
        Mark::Removed => "−",
        Mark::Changed => "#126;",
    }
}

fn shown(words: &str) -> String {
    escaped(&shortened(words, LONGEST + 1))
}
