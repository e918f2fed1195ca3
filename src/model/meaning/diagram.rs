//! Decision diagrams: what a condition answers, for every position on every line that it asks
//! about, in the one form that each answer has.
//!
//! A line holds all values that one question may find, in order; a diagram cuts it in parts and
//! goes on in each with the next line, in order of their names. Parts that lead to the same are
//! one, and a line on which nothing depends is left out, so equal diagrams mean the same and the
//! other way round.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use rust_decimal::Decimal;

use super::Meaning;

/// What is asked: the thing, and what about it. Whether there is a value at all comes before
/// everything else about a thing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Line {
    pub(super) thing: String,
    pub(super) aspect: Option<String>,
}

/// A position on a line; the positions of one line are all of one kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Point {
    Number(Decimal),
    Text(String),
    Moment(DateTime),
    /// Whole units and days behind them, counted from now.
    Steps(i64, i64),
}

/// A place between two positions: before a point, or after it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cut {
    pub(super) point: Point,
    pub(super) is_after: bool,
}

impl Cut {
    pub(super) fn before(point: Point) -> Self {
        Self {
            point,
            is_after: false,
        }
    }

    pub(super) fn after(point: Point) -> Self {
        Self {
            point,
            is_after: true,
        }
    }
}

/// A diagram in [`Diagrams`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Diagram(usize);

pub(super) const NEVER: Diagram = Diagram(0);
pub(super) const ALWAYS: Diagram = Diagram(1);

/// A line cut in parts: the first, and each further one from its cut on; neighbours lead to
/// different diagrams.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Node {
    line: Line,
    first: Diagram,
    further: Vec<(Cut, Diagram)>,
}

/// Diagrams of one model, each once.
#[derive(Debug)]
pub(super) struct Diagrams {
    nodes: Vec<Node>,
    meanings: Vec<Meaning>,
    known: BTreeMap<Node, Diagram>,
    opposites: BTreeMap<Diagram, Diagram>,
    /// How many steps may still be taken, besides those that each pair may take.
    left: usize,
}

/// A list whose diagram would take more steps than this stays a list: it means the same as one with
/// the same parts.
const STEPS: usize = 4096;

/// So many steps of each pair count for nothing, so that what else a model has changes no meaning
/// of a short condition.
const FREE: usize = 64;

/// So many other steps may all conditions of a model take together; then all longer lists stay
/// lists.
const STEPS_IN_ALL: usize = 65_536;

/// What joins two diagrams: the answer that decides alone.
#[derive(Clone, Copy, PartialEq)]
struct Decides(Diagram);

impl Default for Diagrams {
    fn default() -> Self {
        let end = Node {
            line: Line {
                thing: String::new(),
                aspect: None,
            },
            first: NEVER,
            further: Vec::new(),
        };
        let meanings = vec![digest(&["never"]), digest(&["always"])];
        Self {
            nodes: vec![end.clone(), end],
            meanings,
            known: BTreeMap::new(),
            opposites: BTreeMap::from([(NEVER, ALWAYS), (ALWAYS, NEVER)]),
            left: STEPS_IN_ALL,
        }
    }
}

impl Diagrams {
    pub(super) fn meaning(&self, diagram: Diagram) -> Meaning {
        self.meanings[diagram.0]
    }

    /// Whether the thing has a value.
    pub(super) fn exists(&mut self, thing: &str) -> Diagram {
        self.yes(Line {
            thing: thing.to_owned(),
            aspect: None,
        })
    }

    /// A question with yes and no.
    pub(super) fn flag(&mut self, thing: &str, aspect: &str) -> Diagram {
        self.yes(Line {
            thing: thing.to_owned(),
            aspect: Some(aspect.to_owned()),
        })
    }

    fn yes(&mut self, line: Line) -> Diagram {
        let yes = Cut::before(Point::Number(Decimal::ONE));
        self.node(line, NEVER, vec![(yes, ALWAYS)])
    }

    /// Everything on the line from the cut on.
    pub(super) fn from(&mut self, line: &Line, cut: Cut) -> Diagram {
        self.node(line.clone(), NEVER, vec![(cut, ALWAYS)])
    }

    /// Everything on the line up to the cut.
    pub(super) fn up_to(&mut self, line: &Line, cut: Cut) -> Diagram {
        self.node(line.clone(), ALWAYS, vec![(cut, NEVER)])
    }

    /// What lies between the first and the second cut of one of these; nothing where the second
    /// comes first.
    pub(super) fn within(&mut self, line: &Line, mut ranges: Vec<(Cut, Cut)>) -> Diagram {
        ranges.retain(|(from, to)| from < to);
        ranges.sort();
        let mut apart: Vec<(Cut, Cut)> = Vec::with_capacity(ranges.len());
        for (from, to) in ranges {
            match apart.last_mut() {
                Some(last) if from <= last.1 => last.1 = to.max(last.1.clone()),
                _ => apart.push((from, to)),
            }
        }
        let cuts = apart
            .into_iter()
            .flat_map(|(from, to)| [(from, ALWAYS), (to, NEVER)])
            .collect();
        self.node(line.clone(), NEVER, cuts)
    }

    /// One of these texts.
    pub(super) fn one_of(
        &mut self,
        thing: &str,
        aspect: &str,
        values: &[impl AsRef<str>],
    ) -> Diagram {
        let line = Line {
            thing: thing.to_owned(),
            aspect: Some(aspect.to_owned()),
        };
        let range = |value: &str| {
            let point = Point::Text(value.to_owned());
            (Cut::before(point.clone()), Cut::after(point))
        };
        let values = values.iter().map(AsRef::as_ref);
        self.within(&line, values.map(range).collect())
    }

    pub(super) fn not(&mut self, diagram: Diagram) -> Diagram {
        if let Some(known) = self.opposites.get(&diagram) {
            return *known;
        }
        let Node {
            line,
            first,
            further,
        } = self.nodes[diagram.0].clone();
        let first = self.not(first);
        let further = further
            .into_iter()
            .map(|(cut, inner)| (cut, self.not(inner)))
            .collect();
        let negated = self.node(line, first, further);
        self.opposites.insert(diagram, negated);
        self.opposites.insert(negated, diagram);
        negated
    }

    pub(super) fn all(&mut self, parts: Vec<Diagram>) -> Diagram {
        self.joined(parts, Decides(NEVER))
    }

    pub(super) fn any(&mut self, parts: Vec<Diagram>) -> Diagram {
        // By way of `all`, so that a list that is too long for a diagram is one with its opposite.
        let opposites = parts.into_iter().map(|part| self.not(part)).collect();
        let none = self.all(opposites);
        self.not(none)
    }

    /// The second where the first holds, else the third.
    pub(super) fn choose(&mut self, which: Diagram, one: Diagram, other: Diagram) -> Diagram {
        let opposite = self.not(which);
        let one = self.all(vec![which, one]);
        let other = self.all(vec![opposite, other]);
        self.any(vec![one, other])
    }

    /// In the order of their meanings, so that the order of the text does not say when it gets too
    /// long.
    fn joined(&mut self, mut parts: Vec<Diagram>, decides: Decides) -> Diagram {
        parts.sort_by_key(|part| self.meaning(*part));
        parts.dedup();
        let mut together = Diagram(1 - decides.0.0);
        for part in &parts {
            let mut steps = BTreeMap::new();
            match self.pair(together, *part, decides, &mut steps) {
                Some(joined) => together = joined,
                None => return self.list(&parts),
            }
        }
        together
    }

    /// All of these, as a question of its own.
    fn list(&mut self, parts: &[Diagram]) -> Diagram {
        let meanings: Vec<String> = parts
            .iter()
            .map(|part| self.meaning(*part).to_string())
            .collect();
        self.flag("all", &meanings.join(" "))
    }

    /// None where it takes too long.
    fn pair(
        &mut self,
        one: Diagram,
        other: Diagram,
        decides: Decides,
        done: &mut BTreeMap<(Diagram, Diagram), Diagram>,
    ) -> Option<Diagram> {
        let neutral = Diagram(1 - decides.0.0);
        if one == decides.0 || other == decides.0 {
            return Some(decides.0);
        } else if one == neutral || one == other {
            return Some(other);
        } else if other == neutral {
            return Some(one);
        } else if let Some(known) = done.get(&(one, other)) {
            return Some(*known);
        } else if !self.may_go_on(done.len()) {
            return None;
        }
        let line = self.nodes[one.0]
            .line
            .clone()
            .min(self.nodes[other.0].line.clone());
        let (ones, others) = (self.parts(one, &line), self.parts(other, &line));
        let first = self.pair(ones.0, others.0, decides, done)?;
        let mut further = Vec::new();
        for (cut, one, other) in side_by_side(ones, others) {
            further.push((cut, self.pair(one, other, decides, done)?));
        }
        let joined = self.node(line, first, further);
        done.insert((one, other), joined);
        Some(joined)
    }

    /// Whether a pair that has taken so many steps may take one more.
    fn may_go_on(&mut self, taken: usize) -> bool {
        if taken < FREE {
            return true;
        }
        let is_left = taken < STEPS && self.left > 0;
        self.left -= usize::from(is_left);
        is_left
    }

    /// The parts into which a diagram cuts a line.
    fn parts(&self, diagram: Diagram, line: &Line) -> (Diagram, Vec<(Cut, Diagram)>) {
        let node = &self.nodes[diagram.0];
        let asks = diagram != NEVER && diagram != ALWAYS && node.line == *line;
        if asks {
            (node.first, node.further.clone())
        } else {
            (diagram, Vec::new())
        }
    }

    fn node(&mut self, line: Line, first: Diagram, further: Vec<(Cut, Diagram)>) -> Diagram {
        let mut last = first;
        let further: Vec<(Cut, Diagram)> = further
            .into_iter()
            .filter(|(_, inner)| {
                let is_other = *inner != last;
                last = *inner;
                is_other
            })
            .collect();
        if further.is_empty() {
            return first;
        }
        let node = Node {
            line,
            first,
            further,
        };
        if let Some(known) = self.known.get(&node) {
            return *known;
        }
        let diagram = Diagram(self.nodes.len());
        self.meanings.push(self.told(&node));
        self.nodes.push(node.clone());
        self.known.insert(node, diagram);
        diagram
    }

    fn told(&self, node: &Node) -> Meaning {
        let Line { thing, aspect } = &node.line;
        let aspect = aspect
            .as_ref()
            .map_or("?".to_owned(), |aspect| format!("={aspect}"));
        let mut parts = vec![thing.clone(), aspect, self.meaning(node.first).to_string()];
        for (cut, inner) in &node.further {
            let side = if cut.is_after { ">" } else { ">=" };
            parts.extend([
                side.to_owned(),
                cut.point.to_string(),
                self.meaning(*inner).to_string(),
            ]);
        }
        digest(&parts.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

impl std::fmt::Display for Point {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => number.normalize().fmt(f),
            Self::Text(text) => text.fmt(f),
            Self::Moment(moment) => moment.fmt(f),
            Self::Steps(units, days) => write!(f, "{units} {days}"),
        }
    }
}

type Parts = (Diagram, Vec<(Cut, Diagram)>);

/// At each cut of either: what both lead to from there on.
fn side_by_side(ones: Parts, others: Parts) -> Vec<(Cut, Diagram, Diagram)> {
    let (mut one, mut other) = (ones.0, others.0);
    let (mut ones, mut others) = (
        ones.1.into_iter().peekable(),
        others.1.into_iter().peekable(),
    );
    let mut both = Vec::new();
    loop {
        let next = match (ones.peek(), others.peek()) {
            (Some((a, _)), Some((b, _))) => a.min(b).clone(),
            (Some((cut, _)), None) | (None, Some((cut, _))) => cut.clone(),
            (None, None) => return both,
        };
        one = ones
            .next_if(|(cut, _)| *cut == next)
            .map_or(one, |(_, inner)| inner);
        other = others
            .next_if(|(cut, _)| *cut == next)
            .map_or(other, |(_, inner)| inner);
        both.push((next, one, other));
    }
}

/// A digest of some texts, none of which runs into the next.
pub(super) fn digest(parts: &[&str]) -> Meaning {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut meaning = [0; 16];
    meaning.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    Meaning(meaning)
}

#[cfg(test)]
mod tests {
    use super::{ALWAYS, Diagram, Diagrams, STEPS};

    /// Conditions that each ask the one before twice, as 2 KB of segments can.
    fn chains(diagrams: &mut Diagrams, count: usize, length: usize) -> Diagram {
        let mut last = ALWAYS;
        for chain in 0..count {
            last = diagrams.flag(&format!("tag:{chain}"), "");
            for at in 0..length {
                let (a, b) = (format!("tag:{chain}a{at}"), format!("tag:{chain}b{at}"));
                let (a, b) = (diagrams.flag(&a, ""), diagrams.flag(&b, ""));
                last = diagrams.choose(last, a, b);
            }
        }
        last
    }

    /// Of a model with few steps left.
    fn nearly_full() -> Diagrams {
        Diagrams {
            left: 2 * STEPS,
            ..Diagrams::default()
        }
    }

    #[test]
    fn the_conditions_of_a_model_take_so_many_steps_together() {
        let mut diagrams = nearly_full();
        chains(&mut diagrams, 3, 12);
        assert_eq!(diagrams.left, 0);
        // Each step makes a node at most, and each node has an opposite.
        assert!(diagrams.nodes.len() < 10 * STEPS);
    }

    #[test]
    fn what_else_a_model_asks_changes_no_meaning_of_a_short_condition() {
        let of_short = |mut diagrams: Diagrams| {
            let short = chains(&mut diagrams, 1, 3);
            diagrams.meaning(short)
        };
        let mut full = nearly_full();
        chains(&mut full, 3, 12);
        assert_eq!(full.left, 0);
        assert_eq!(of_short(full), of_short(Diagrams::default()));
    }
}
