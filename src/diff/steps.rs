//! Two lists of steps aligned as sequences, as well as they fit: by written id, else by what they do; the order of each list is kept.

use std::fmt::Write as _;

use super::Mark;
use super::facts::often;
use crate::graph::words;
use crate::model::template::Token;
use crate::model::{Branch, Call, IfMissing, IfPast, Listing, Model, Once, SendRules, Step, StepKind, Until};

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
        for branch in step.branches().iter().filter(|branch| branch.word == "then" || !branch.steps.is_empty()) {
            let word = if branch.word == "then" { String::new() } else { format!("{} ", branch.word) };
            write!(text, " {word}({})", outline(model, branch.steps)).expect("writing to a string never fails");
        }
        text
    };
    steps.iter().map(one).collect::<Vec<_>>().join(", then ")
}

/// What happens at a moment that is over.
fn late(if_past: IfPast) -> &'static str {
    match if_past {
        IfPast::Latest => "",
        IfPast::Continue => ", and if that is over, go on with every step",
        IfPast::Exit => ", and if that is over, exit",
        IfPast::Skip => ", and if that is over, leave out the next step",
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
fn words(model: &Model, step: &Step) -> String {
    let verb = words::step(model, step);
    match &step.kind {
        StepKind::Send { rules, .. } => verb + &manner(*rules),
        StepKind::WaitUntil { until, if_past, .. } => verb + late(*if_past) + missing(until),
        StepKind::Call(Call::Webhook { body, .. }) if !body.is_empty() => {
            let value = |(key, token): &(String, Token)| format!("{key}: {}", token.name(model));
            format!("{verb} with {}", body.iter().map(value).collect::<Vec<_>>().join(", "))
        }
        StepKind::Call(_) | StepKind::List(_) => verb,
        StepKind::Move(_) | StepKind::Leave(_) | StepKind::AddTag(_) | StepKind::RemoveTag(_) => verb,
        StepKind::Points(_) | StepKind::Set { .. } | StepKind::Clear(_) | StepKind::Wait(_) => verb,
        StepKind::If { .. } | StepKind::Split(_) | StepKind::Fork(_) | StepKind::Goto { .. } => verb,
        StepKind::Await(_) | StepKind::Enroll(_) | StepKind::Withdraw(_) => verb,
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

/// The steps of the base with those of the head.
pub(super) fn align(base: (&Model, &[Step]), head: (&Model, &[Step])) -> Vec<Aligned> {
    Aligner { base: base.0, head: head.0 }.lists((base.1, ""), (head.1, ""))
}

struct Aligner<'a> {
    base: &'a Model,
    head: &'a Model,
}

/// A list and the name of the branch that it stands in.
type List<'a> = (&'a [Step], &'a str);

impl Aligner<'_> {
    fn lists(&self, base: List<'_>, head: List<'_>) -> Vec<Aligned> {
        let (mut aligned, mut at, mut with) = (Vec::new(), 0, 0);
        for (left, right) in self.pairs(base.0, head.0) {
            aligned.extend(base.0[at..left].iter().map(|step| self.alone(step, base.1, Mark::Removed)));
            aligned.extend(head.0[with..right].iter().map(|step| self.alone(step, head.1, Mark::Added)));
            aligned.push(self.pair((&base.0[left], base.1), (&head.0[right], head.1)));
            (at, with) = (left + 1, right + 1);
        }
        aligned.extend(base.0[at..].iter().map(|step| self.alone(step, base.1, Mark::Removed)));
        aligned.extend(head.0[with..].iter().map(|step| self.alone(step, head.1, Mark::Added)));
        aligned
    }

    fn pair(&self, (base, around): (&Step, &str), (head, around_head): (&Step, &str)) -> Aligned {
        let (before, after) = (text(self.base, base, around), text(self.head, head, around_head));
        let renamed = before.own_name != after.own_name && (before.words == after.words || base.named || head.named);
        Aligned {
            mark: (before.words != after.words || renamed || before.named != after.named).then_some(Mark::Changed),
            branches: self.branches(base, head),
            before: Some(before),
            after: Some(after),
        }
    }

    /// The branches of both by their words: those of the base in its order, then those that only the head has.
    fn branches(&self, base: &Step, head: &Step) -> Vec<AlignedBranch> {
        let (ours, theirs) = (base.branches(), head.branches());
        let of = |branches: &[Branch<'_>], word: &str| branches.iter().position(|branch| branch.word == word);
        let new = theirs.iter().filter(|branch| of(&ours, branch.word).is_none()).map(|branch| branch.word);
        let one = |word: &str| {
            let (left, right) = (of(&ours, word), of(&theirs, word));
            let around = [format!("{}/{word}/", base.name), format!("{}/{word}/", head.name)];
            let lists = (left.map_or(&[][..], |at| ours[at].steps), right.map_or(&[][..], |at| theirs[at].steps));
            AlignedBranch {
                word: word.to_owned(),
                sides: [left.is_some(), right.is_some()],
                steps: self.lists((lists.0, &around[0]), (lists.1, &around[1])),
            }
        };
        ours.iter().map(|branch| branch.word).chain(new).map(one).collect()
    }

    fn alone(&self, step: &Step, around: &str, mark: Mark) -> Aligned {
        let model = if mark == Mark::Removed { self.base } else { self.head };
        let inside = |branch: Branch<'_>| {
            let around = format!("{}/{}/", step.name, branch.word);
            let steps = branch.steps.iter().map(|step| self.alone(step, &around, mark)).collect();
            let sides = [mark == Mark::Removed, mark != Mark::Removed];
            AlignedBranch { word: branch.word.to_owned(), sides, steps }
        };
        let branches = step.branches().into_iter().map(inside).collect();
        let text = Some(text(model, step, around));
        let (before, after) = if mark == Mark::Removed { (text, None) } else { (None, text) };
        Aligned { mark: Some(mark), before, after, branches }
    }

    /// The positions of the steps that belong together: of all ways to keep both orders, one that fits best.
    fn pairs(&self, base: &[Step], head: &[Step]) -> Vec<(usize, usize)> {
        let sketches = |model, steps: &[Step]| steps.iter().map(|step| Sketch::of(model, step)).collect::<Vec<_>>();
        let (base, head) = (sketches(self.base, base), sketches(self.head, head));
        let same = |(left, right): &(&Sketch, &Sketch)| left.likeness(right) >= SAME;
        let front = base.iter().zip(&head).take_while(same).count();
        let (rest, rest_head) = (&base[front..], &head[front..]);
        let back = rest.iter().rev().zip(rest_head.iter().rev()).take_while(same).count();
        let middle = (&rest[..rest.len() - back], &rest_head[..rest_head.len() - back]);
        let mut pairs: Vec<_> = (0..front).map(|at| (at, at)).collect();
        pairs.extend(best(middle.0, middle.1).into_iter().map(|(left, right)| (left + front, right + front)));
        pairs.extend((1..=back).rev().map(|at| (base.len() - at, head.len() - at)));
        pairs
    }
}

/// What says whether two steps belong together.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Sketch {
    verb: Verb,
    /// A written id.
    id: Option<String>,
    words: String,
    inside: Vec<(String, String)>,
}

impl Sketch {
    fn of(model: &Model, step: &Step) -> Self {
        let inside = |branch: Branch<'_>| (branch.word.to_owned(), outline(model, branch.steps));
        Self {
            verb: Verb::of(step),
            id: step.named.then(|| step.name.clone()),
            words: words(model, step),
            inside: step.branches().into_iter().map(inside).collect(),
        }
    }

    /// How well two steps fit together; 0 for not at all.
    fn likeness(&self, other: &Self) -> u32 {
        if self.id.is_some() && other.id.is_some() {
            return if self.id == other.id && self.verb == other.verb { SAME + 1 } else { 0 };
        }
        match (self.verb == other.verb, self.words == other.words, self.inside == other.inside) {
            (true, true, true) => SAME,
            (true, true, false) => SAME / 2,
            (true, false, true) if !self.inside.is_empty() => SAME / 4,
            (true, false, _) => 2,
            (false, ..) => 0,
        }
    }
}

/// The way there and the way back pair the same steps: where several fit equally well, the content of the lists decides, not which is the base.
fn best(base: &[Sketch], head: &[Sketch]) -> Vec<(usize, usize)> {
    if base > head {
        return best_in_order(head, base).into_iter().map(|(left, right)| (right, left)).collect();
    }
    best_in_order(base, head)
}

fn best_in_order(base: &[Sketch], head: &[Sketch]) -> Vec<(usize, usize)> {
    let width = head.len() + 1;
    let mut score = vec![0_u32; (base.len() + 1) * width];
    for left in (0..base.len()).rev() {
        for right in (0..head.len()).rev() {
            let likeness = base[left].likeness(&head[right]);
            let paired = if likeness > 0 { likeness + score[(left + 1) * width + right + 1] } else { 0 };
            let skipped = score[(left + 1) * width + right].max(score[left * width + right + 1]);
            score[left * width + right] = paired.max(skipped);
        }
    }
    let (mut pairs, mut left, mut right) = (Vec::new(), 0, 0);
    while left < base.len() && right < head.len() {
        let likeness = base[left].likeness(&head[right]);
        let here = score[left * width + right];
        if likeness > 0 && here == likeness + score[(left + 1) * width + right + 1] {
            pairs.push((left, right));
            (left, right) = (left + 1, right + 1);
        } else if here == score[(left + 1) * width + right] {
            left += 1;
        } else {
            right += 1;
        }
    }
    pairs
}

/// The likeness of steps that are the same; more than that is a written id.
const SAME: u32 = 40;

/// What a step does, without its operand: steps of other verbs never fit together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verb {
    Send,
    Move,
    Leave,
    AddTag,
    RemoveTag,
    Points,
    Set,
    Clear,
    Notify,
    Webhook,
    PushTo,
    Unsubscribe,
    Resubscribe,
    AddTo,
    RemoveFrom,
    /// Of a length or until a moment.
    Wait,
    If,
    Split,
    Fork,
    Await,
    Enroll,
    Withdraw,
    Goto,
    Exit,
    Broken,
}

impl Verb {
    fn of(step: &Step) -> Self {
        match &step.kind {
            StepKind::Send { .. } => Self::Send,
            StepKind::Move(_) => Self::Move,
            StepKind::Leave(_) => Self::Leave,
            StepKind::AddTag(_) => Self::AddTag,
            StepKind::RemoveTag(_) => Self::RemoveTag,
            StepKind::Points(_) => Self::Points,
            StepKind::Set { .. } => Self::Set,
            StepKind::Clear(_) => Self::Clear,
            StepKind::Call(Call::Notify { .. }) => Self::Notify,
            StepKind::Call(Call::Webhook { .. }) => Self::Webhook,
            StepKind::Call(Call::PushTo(_)) => Self::PushTo,
            StepKind::List(Listing::Unsubscribe(_)) => Self::Unsubscribe,
            StepKind::List(Listing::Resubscribe(_)) => Self::Resubscribe,
            StepKind::List(Listing::AddTo(_)) => Self::AddTo,
            StepKind::List(Listing::RemoveFrom(_)) => Self::RemoveFrom,
            StepKind::Wait(_) | StepKind::WaitUntil { .. } => Self::Wait,
            StepKind::If { .. } => Self::If,
            StepKind::Split(_) => Self::Split,
            StepKind::Fork(_) => Self::Fork,
            StepKind::Await(_) => Self::Await,
            StepKind::Enroll(_) => Self::Enroll,
            StepKind::Withdraw(_) => Self::Withdraw,
            StepKind::Goto { .. } => Self::Goto,
            StepKind::Exit(_) => Self::Exit,
            StepKind::Broken => Self::Broken,
        }
    }
}

fn text(model: &Model, step: &Step, around: &str) -> StepText {
    StepText {
        own_name: step.name.strip_prefix(around).unwrap_or(&step.name).to_owned(),
        name: step.name.clone(),
        words: words(model, step),
        sends: match &step.kind {
            StepKind::Send { content, .. } => Some(model.content[*content].id.clone()),
            _ => None,
        },
        asks: match &step.kind {
            StepKind::If { when, .. } => Some(words::condition(model, when)),
            _ => None,
        },
        exits: matches!(step.kind, StepKind::Exit(_)),
        goes_to: match &step.kind {
            StepKind::Goto { name, .. } => Some(name.clone()),
            _ => None,
        },
        named: step.named,
    }
}
