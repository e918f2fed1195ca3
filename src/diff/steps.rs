//! Two lists of steps aligned as sequences, as well as they fit: by written id, else by what they
//! do; the order of each list is kept. Steps that do the same in other words are the same.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::Mark;
use super::facts::often;
use super::likeness::{SAME, Sketch, best};
use crate::graph::describe;
use crate::model::template::Token;
use crate::model::{
    Action, Branch, Call, Campaign, IfMissing, IfPast, Model, Once, SendRules, Step, StepKind,
    Until,
};
use crate::plan::{Plan, wire};

/// A step of the base, of the head, or of both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aligned {
    /// How it differs itself; what is inside it is told apart.
    pub mark: Option<Mark>,
    /// In the base.
    pub before: Option<StepText>,
    /// In the head.
    pub after: Option<StepText>,
    /// The lists inside it, by the word that leads to each: `then`, `else`, the label of a share.
    pub branches: Vec<AlignedBranch>,
}

/// The lists of both under one word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlignedBranch {
    /// The word.
    pub word: String,
    /// Whether the base has it, and the head.
    pub sides: [bool; 2],
    /// The steps.
    pub steps: Vec<Aligned>,
}

/// A step in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepText {
    /// Its name in the outputs.
    pub name: String,
    /// What it does.
    pub words: String,
    /// The same in the words of the base, where those are other ones.
    pub(super) reworded: Option<String>,
    /// The content that it sends.
    pub sends: Option<String>,
    /// The question of an `if`.
    pub asks: Option<String>,
    /// Whether it ends the campaign.
    pub exits: bool,
    /// The name of the step at which it goes on, where that is not the next one.
    pub goes_to: Option<String>,
    /// The name without that of the step around it; changes where a written id does.
    pub(super) own_name: String,
    named: bool,
}

/// The steps of a list, on one line.
pub(super) fn outline(model: &Model, steps: &[Step]) -> String {
    let one = |step: &Step| {
        let mut text = words(model, step);
        for branch in step
            .branches()
            .iter()
            .filter(|branch| branch.word == "then" || !branch.steps.is_empty())
        {
            let word = if branch.word == "then" {
                String::new()
            } else {
                format!("{} ", branch.word)
            };
            write!(text, " {word}({})", outline(model, branch.steps))
                .expect("writing to a string never fails");
        }
        text
    };
    steps.iter().map(one).collect::<Vec<_>>().join(", then ")
}

/// What happens at a moment that is over.
fn late(if_past: Option<IfPast>) -> &'static str {
    match if_past {
        None => "",
        Some(IfPast::Continue) => ", and if that is over, go on with every step",
        Some(IfPast::Exit) => ", and if that is over, exit",
        Some(IfPast::Skip) => ", and if that is over, leave out the next step",
    }
}

/// What happens where the date is missing.
fn missing(until: &Until) -> &'static str {
    match until.if_missing() {
        None | Some(IfMissing::Exit) => "",
        Some(IfMissing::Continue) => ", and if it is missing, go on",
        Some(IfMissing::Skip) => ", and if it is missing, leave out the next step",
    }
}

/// A step and all that belongs to it.
pub(super) fn words(model: &Model, step: &Step) -> String {
    let verb = describe::step(model, step);
    match &step.kind {
        StepKind::Action(Action::Send { rules, .. }) => verb + &manner(*rules),
        StepKind::WaitUntil { until, if_past, .. } => verb + late(*if_past) + missing(until),
        StepKind::Action(Action::Call(Call::Webhook { body, .. })) if !body.is_empty() => {
            let value = |(key, token): &(String, Token)| {
                format!("{}: {}", describe::quoted(key), token.name(model))
            };
            format!(
                "{verb} with {}",
                body.iter().map(value).collect::<Vec<_>>().join(", ")
            )
        }
        StepKind::Wait(_) => verb,
        StepKind::If { .. } | StepKind::Split(_) | StepKind::Fork(_) | StepKind::Goto { .. } => {
            verb
        }
        StepKind::Await(_) => verb,
        StepKind::Action(_) => verb,
        StepKind::Exit(_) | StepKind::Broken => verb,
    }
}

/// How something is sent, where that is not what everybody expects.
fn manner(rules: SendRules) -> String {
    let mut words = String::new();
    if rules.once != Once::Entry {
        words += &format!(", {}", often(rules.once));
    }
    if rules.transactional {
        words += ", also without consent";
    }
    if let Some(length) = rules.expires {
        words += &format!(", not later than {length}");
    }
    if rules.exits_on_skip {
        words += ", and if it is not sent, exit";
    }
    words
}

/// One of the plans, as it is written and with conditions as their meanings.
#[derive(Clone, Copy)]
pub(super) struct Version<'a> {
    pub(super) written: &'a Plan,
    pub(super) meant: &'a Plan,
}

/// The steps of a campaign of the base with those of the head; one that is not there has none.
pub(super) fn align(id: &str, base: Version<'_>, head: Version<'_>) -> Vec<Aligned> {
    let (base, head) = (Side::new(id, base), Side::new(id, head));
    Aligner {
        base: &base,
        head: &head,
    }
    .lists((base.steps, ""), (head.steps, ""))
}

/// The steps of one plan.
struct Side<'a> {
    model: &'a Model,
    steps: &'a [Step],
    /// By the name of a step.
    sketches: BTreeMap<&'a str, Sketch>,
    /// By the name of a step, what it is for a machine, as it is written and as it is meant.
    exact: BTreeMap<&'a str, [Value; 2]>,
}

impl<'a> Side<'a> {
    fn new(id: &str, version: Version<'a>) -> Self {
        let of = |model: &'a Model| model.campaigns.values().find(|campaign| campaign.id == id);
        let mut sketches = BTreeMap::new();
        let (model, meant) = (version.written.model(), version.meant.model());
        if let Some(campaign) = of(meant) {
            campaign.each_step(|step| {
                sketches.insert(step.name.as_str(), Sketch::of(meant, step));
            });
        }
        let wires = [version.written, version.meant].map(|plan| {
            let campaign = plan.wire().campaigns.get(id);
            campaign.map_or_else(Vec::new, |campaign| wire::Step::flat(&campaign.steps))
        });
        let [written, other] = wires;
        let exact = written.into_iter().zip(other);
        let exact = exact.map(|(written, meant)| {
            let exact = [written, meant].map(in_one_order);
            (written.name.as_str(), exact)
        });
        Self {
            model,
            steps: of(model).map_or(&[][..], |campaign: &Campaign| &campaign.steps),
            sketches,
            exact: exact.collect(),
        }
    }

    fn sketch(&self, step: &Step) -> &Sketch {
        &self.sketches[step.name.as_str()]
    }
}

struct Aligner<'a> {
    base: &'a Side<'a>,
    head: &'a Side<'a>,
}

/// A list and the name of the branch that it stands in.
type List<'a> = (&'a [Step], &'a str);

impl Aligner<'_> {
    fn lists(&self, base: List<'_>, head: List<'_>) -> Vec<Aligned> {
        let (mut aligned, mut at, mut with) = (Vec::new(), 0, 0);
        for (left, right) in self.pairs(base.0, head.0) {
            aligned.extend(
                base.0[at..left]
                    .iter()
                    .map(|step| alone(self.base, step, base.1, Mark::Removed)),
            );
            aligned.extend(
                head.0[with..right]
                    .iter()
                    .map(|step| alone(self.head, step, head.1, Mark::Added)),
            );
            aligned.push(self.pair((&base.0[left], base.1), (&head.0[right], head.1)));
            (at, with) = (left + 1, right + 1);
        }
        aligned.extend(
            base.0[at..]
                .iter()
                .map(|step| alone(self.base, step, base.1, Mark::Removed)),
        );
        aligned.extend(
            head.0[with..]
                .iter()
                .map(|step| alone(self.head, step, head.1, Mark::Added)),
        );
        aligned
    }

    fn pair(&self, (base, around): (&Step, &str), (head, around_head): (&Step, &str)) -> Aligned {
        let (mut before, mut after) = (
            text(self.base.model, base, around),
            text(self.head.model, head, around_head),
        );
        let [written, meant] = &self.base.exact[base.name.as_str()];
        let [written_now, meant_now] = &self.head.exact[head.name.as_str()];
        if before.words != after.words && meant == meant_now {
            before.reworded = Some(std::mem::replace(&mut before.words, after.words.clone()));
            before.asks.clone_from(&after.asks);
        } else if before.words == after.words && meant != meant_now && written != written_now {
            // Words cannot tell them apart, and one of them must not pass for the other.
            before.words += &format!(", as {written}");
            after.words += &format!(", as {written_now}");
        }
        let renamed = before.own_name != after.own_name
            && (before.words == after.words || base.named || head.named);
        Aligned {
            mark: (before.words != after.words || renamed || before.named != after.named)
                .then_some(Mark::Changed),
            branches: self.branches(base, head),
            before: Some(before),
            after: Some(after),
        }
    }

    /// The branches of both by their words: those of the base in its order, then those that only
    /// the head has.
    fn branches(&self, base: &Step, head: &Step) -> Vec<AlignedBranch> {
        let (ours, theirs) = (base.branches(), head.branches());
        let of = |branches: &[Branch<'_>], word: &str| {
            branches.iter().position(|branch| branch.word == word)
        };
        let new = theirs
            .iter()
            .filter(|branch| of(&ours, branch.word).is_none())
            .map(|branch| branch.word);
        let one = |word: &str| {
            let (left, right) = (of(&ours, word), of(&theirs, word));
            let around = [
                format!("{}/{word}/", base.name),
                format!("{}/{word}/", head.name),
            ];
            let lists = (
                left.map_or(&[][..], |at| ours[at].steps),
                right.map_or(&[][..], |at| theirs[at].steps),
            );
            AlignedBranch {
                word: word.to_owned(),
                sides: [left.is_some(), right.is_some()],
                steps: self.lists((lists.0, &around[0]), (lists.1, &around[1])),
            }
        };
        ours.iter()
            .map(|branch| branch.word)
            .chain(new)
            .map(one)
            .collect()
    }

    /// The positions of the steps that belong together: of all ways to keep both orders, one that
    /// fits best.
    fn pairs(&self, base: &[Step], head: &[Step]) -> Vec<(usize, usize)> {
        let base: Vec<_> = base.iter().map(|step| self.base.sketch(step)).collect();
        let head: Vec<_> = head.iter().map(|step| self.head.sketch(step)).collect();
        let same = |(left, right): &(&&Sketch, &&Sketch)| left.likeness(right) >= SAME;
        let front = base.iter().zip(&head).take_while(same).count();
        let (rest, rest_head) = (&base[front..], &head[front..]);
        let back = rest
            .iter()
            .rev()
            .zip(rest_head.iter().rev())
            .take_while(same)
            .count();
        let middle = (
            &rest[..rest.len() - back],
            &rest_head[..rest_head.len() - back],
        );
        let mut pairs: Vec<_> = (0..front).map(|at| (at, at)).collect();
        pairs.extend(
            best(middle.0, middle.1)
                .into_iter()
                .map(|(left, right)| (left + front, right + front)),
        );
        pairs.extend(
            (1..=back)
                .rev()
                .map(|at| (base.len() - at, head.len() - at)),
        );
        pairs
    }
}

/// What a step is by itself; the order of shares says nothing.
fn in_one_order(step: &wire::Step) -> Value {
    let mut exact = step.alone();
    if let Some(shares) = exact.get_mut("split").and_then(Value::as_array_mut) {
        shares.sort_by_cached_key(Value::to_string);
    }
    exact
}

/// A step that only one plan has, and all inside it.
fn alone(side: &Side<'_>, step: &Step, around: &str, mark: Mark) -> Aligned {
    let inside = |branch: Branch<'_>| {
        let around = format!("{}/{}/", step.name, branch.word);
        let steps = branch
            .steps
            .iter()
            .map(|step| alone(side, step, &around, mark))
            .collect();
        let sides = [mark == Mark::Removed, mark != Mark::Removed];
        AlignedBranch {
            word: branch.word.to_owned(),
            sides,
            steps,
        }
    };
    let branches = step.branches().into_iter().map(inside).collect();
    let text = Some(text(side.model, step, around));
    let (before, after) = if mark == Mark::Removed {
        (text, None)
    } else {
        (None, text)
    };
    Aligned {
        mark: Some(mark),
        before,
        after,
        branches,
    }
}

fn text(model: &Model, step: &Step, around: &str) -> StepText {
    StepText {
        own_name: step
            .name
            .strip_prefix(around)
            .unwrap_or(&step.name)
            .to_owned(),
        name: step.name.clone(),
        words: words(model, step),
        reworded: None,
        sends: if let StepKind::Action(Action::Send { content, .. }) = &step.kind {
            Some(model.content[*content].id.clone())
        } else {
            None
        },
        asks: if let StepKind::If { when, .. } = &step.kind {
            Some(describe::condition(model, when))
        } else {
            None
        },
        exits: matches!(step.kind, StepKind::Exit(_)),
        goes_to: if let StepKind::Goto { name, .. } = &step.kind {
            Some(name.clone())
        } else {
            None
        },
        named: step.named,
    }
}
