//! What is certain of the contacts that come to each step of a campaign: what let them in, for as
//! long as nothing may have changed it, which branch they took, and what the steps did.
//!
//! Between two instants anything may happen to a contact. What holds then is what is looked at
//! again: with `on-leave: exit` the conditions of `enter`, and that neither `goal` nor `exit-when`
//! holds. Inside a fork, and where a `goto` leads, nothing is known.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::CheckContext;
use super::laws::{asks, atom};
use super::together::{Asked, From, Thing, Together};
use crate::diagnostic::Diagnostic;
use crate::model::{
    Action, Arena, Campaign, CampaignId, Condition, ConditionKind, Content, Enter, FieldTest,
    Listing, Model, NewValue, NumberTest, OnLeave, Step, StepId, StepKind, Subject, TextTest,
    Value,
};

/// A condition that holds, or does not, for everybody who comes to a step.
#[derive(Clone)]
pub(super) struct Fact<'a> {
    /// Where two ways meet, what has one number is known on both.
    number: usize,
    pub(super) condition: Rc<Condition>,
    pub(super) holds: bool,
    pub(super) things: Rc<BTreeSet<Thing>>,
    /// The step that made it so.
    pub(super) step: Option<&'a Step>,
}

/// What is known at a step.
#[derive(Clone)]
pub(super) struct Known<'a> {
    pub(super) facts: Vec<Fact<'a>>,
    /// Whether this is still the instant of the entry.
    pub(super) at_entry: bool,
}

/// A step that contacts come to, what is known of them there, and what stands behind it in its
/// list.
pub(super) struct Visit<'a> {
    pub(super) step: &'a Step,
    pub(super) known: Rc<Known<'a>>,
    pub(super) rest: &'a [Step],
}

/// A campaign from its first step to its last.
#[derive(Default)]
pub(super) struct Followed<'a> {
    /// In the order of the text, the steps of which somebody asks what is known there.
    pub(super) visits: Vec<Visit<'a>>,
    /// What is known behind the last step; nothing where nobody comes there.
    pub(super) end: Option<Rc<Known<'a>>>,
}

/// The numbers of what is known at the entry and looked at again.
const ENTER: usize = 0;
const GOAL: usize = 1;
const EXIT_WHEN: usize = 2;

/// So much is known at once, what is older is forgotten.
const MOST_FACTS: usize = 64;

/// Follows the contacts of each campaign.
pub(super) fn all<'a>(
    model: &'a Model,
    enrolled: &BTreeSet<CampaignId>,
    together: &Together<'a>,
) -> Arena<CampaignId, Followed<'a>> {
    let campaigns = model.campaigns.iter();
    campaigns
        .map(|(id, campaign)| {
            if campaign.broken {
                return Followed::default();
            }
            let mut walker = Walker {
                model,
                together,
                campaign,
                is_enrolled: enrolled.contains(&id),
                targets: targets(campaign),
                after_wait: Rc::new(Known::nothing()),
                numbers: EXIT_WHEN,
                visits: Vec::new(),
            };
            let start = walker.start(id);
            let end = walker.list(&campaign.steps, Rc::new(start));
            Followed {
                visits: walker.visits,
                end,
            }
        })
        .collect()
}

/// Whether a check asks what is known at such a step.
fn is_asked(step: &Step) -> bool {
    match &step.kind {
        StepKind::If { .. } | StepKind::Wait(_) => true,
        StepKind::Action(action) => matches!(action, Action::Send { .. } | Action::Enroll(_)),
        StepKind::WaitUntil { .. } | StepKind::Split(_) | StepKind::Await(_) => false,
        StepKind::Fork(_) | StepKind::Goto { .. } | StepKind::Exit(_) | StepKind::Broken => false,
    }
}

/// The steps to which a `goto` leads.
fn targets(campaign: &Campaign) -> BTreeSet<StepId> {
    let mut found = BTreeSet::new();
    campaign.each_step(|step| {
        if let StepKind::Goto { to, .. } = step.kind {
            found.insert(to);
        }
    });
    found
}

/// The campaigns that steps let contacts into; all where a step could not be understood.
pub(super) fn enrolled(model: &Model) -> BTreeSet<CampaignId> {
    let mut found = BTreeSet::new();
    for campaign in model.campaigns.values() {
        campaign.each_step(|step| match step.kind {
            StepKind::Action(Action::Enroll(to)) => drop(found.insert(to)),
            StepKind::Broken => found.extend(model.campaigns.ids()),
            StepKind::Action(_) | StepKind::Wait(_) | StepKind::WaitUntil { .. } => {}
            StepKind::If { .. } | StepKind::Split(_) | StepKind::Await(_) => {}
            StepKind::Fork(_) | StepKind::Goto { .. } | StepKind::Exit(_) => {}
        });
    }
    found
}

/// What a way into a campaign asks; nothing where that is an event.
pub(super) fn asked_by(way: &Enter) -> Option<Condition> {
    match way {
        Enter::Condition(condition) => Some(condition.clone()),
        Enter::Entered { stage, span } => Some(Condition {
            span: *span,
            kind: ConditionKind::Stage {
                stage: *stage,
                at_least: None,
            },
        }),
        Enter::Event(_) => None,
    }
}

impl<'a> Known<'a> {
    /// Those facts that have to do with a condition.
    pub(super) fn about(&self, things: &BTreeSet<Thing>) -> Vec<&Fact<'a>> {
        let facts = self.facts.iter();
        facts
            .filter(|fact| !fact.things.is_disjoint(things))
            .collect()
    }

    /// Whether what is known here adds up with these to what no contact meets.
    pub(super) fn never(&self, case: &CheckContext<'a>, asked: &[Asked<'_>]) -> bool {
        let mut together = case.together.borrow_mut();
        let things = asked
            .iter()
            .map(|(condition, _)| together.things(condition));
        let Some(things) = things.collect::<Option<Vec<_>>>() else {
            return false;
        };
        let facts = self.about(&things.into_iter().flatten().collect());
        if facts.is_empty() && asked.len() == 1 {
            return false;
        }
        let known: Vec<Asked<'_>> = facts
            .iter()
            .map(|fact| (&*fact.condition, fact.holds))
            .collect();
        // Where nobody comes, nothing is said of those who do.
        together.never(&[asked, &known].concat(), From::Campaign)
            && !together.never(&known, From::Campaign)
    }

    /// With the place of what is known here about a condition, of several the last.
    pub(super) fn because(
        &self,
        case: &CheckContext<'a>,
        condition: &Condition,
        finding: Diagnostic,
    ) -> Diagnostic {
        let things = case.together.borrow().things(condition).unwrap_or_default();
        match self.about(&things).last() {
            Some(Fact {
                step: Some(step), ..
            }) => finding.label(step.span, "has been done before"),
            Some(Fact {
                condition,
                holds: true,
                ..
            }) => finding.label(condition.span, "holds for all here"),
            Some(fact) => finding.label(fact.condition.span, "holds for none here"),
            None => finding,
        }
    }

    /// The last step that made something so about which a condition asks.
    pub(super) fn last_step(
        &self,
        case: &CheckContext<'a>,
        condition: &Condition,
    ) -> Option<&'a Step> {
        let things = case.together.borrow().things(condition)?;
        self.about(&things).iter().rev().find_map(|fact| fact.step)
    }

    /// What steps have made so.
    pub(super) fn done(&self) -> impl Iterator<Item = &Fact<'a>> {
        self.facts.iter().filter(|fact| fact.step.is_some())
    }

    fn nothing() -> Self {
        Self {
            facts: Vec::new(),
            at_entry: false,
        }
    }

    fn forget(self: &mut Rc<Self>, thing: Thing) {
        let is_about = |fact: &Fact<'_>| fact.things.contains(&thing);
        if self.facts.iter().any(is_about) {
            Rc::make_mut(self).facts.retain(|fact| !is_about(fact));
        }
    }

    /// Leaves what is known on the other way, too.
    fn meet(&mut self, other: &Self) {
        let numbers: BTreeSet<usize> = other.facts.iter().map(|fact| fact.number).collect();
        self.facts.retain(|fact| numbers.contains(&fact.number));
        self.at_entry &= other.at_entry;
    }
}

/// What is known at a step; steps that change nothing share it.
type Here<'a> = Rc<Known<'a>>;

fn meet<'a>(one: Option<Here<'a>>, other: Option<Here<'a>>) -> Option<Here<'a>> {
    match (one, other) {
        (Some(mut one), Some(other)) => {
            if !Rc::ptr_eq(&one, &other) {
                Rc::make_mut(&mut one).meet(&other);
            }
            Some(one)
        }
        (one, other) => one.or(other),
    }
}

struct Walker<'w, 'a> {
    model: &'a Model,
    together: &'w Together<'a>,
    campaign: &'a Campaign,
    /// Whether steps of other campaigns let contacts in.
    is_enrolled: bool,
    targets: BTreeSet<StepId>,
    /// What is looked at again before a contact goes on.
    after_wait: Here<'a>,
    /// The last number that was given.
    numbers: usize,
    visits: Vec<Visit<'a>>,
}

impl<'a> Walker<'_, 'a> {
    /// What is known at the entry; and what holds after each wait is kept.
    fn start(&mut self, id: CampaignId) -> Known<'a> {
        let entered = self.entered();
        let over = self.over();
        let stays = self.campaign.on_leave == Some(OnLeave::Exit)
            && self
                .campaign
                .enter
                .iter()
                .all(|way| matches!(way, Enter::Condition(_)));
        let again = entered.iter().filter(|_| stays).chain(&over);
        self.after_wait = Rc::new(Known {
            facts: again.cloned().collect(),
            at_entry: false,
        });
        // What asks for occurrences since the entry does not hold before it, and may right behind
        // it.
        let before = over.into_iter().filter(|fact| {
            !fact
                .things
                .iter()
                .any(|thing| matches!(thing, Thing::Event(_)))
        });
        let facts = entered.into_iter().chain(before);
        let facts = facts.filter(|fact| !fact.things.contains(&Thing::Campaign(id)));
        Known {
            facts: facts.collect(),
            at_entry: true,
        }
    }

    /// The conditions of `enter`, of which one was just read as true.
    fn entered(&self) -> Option<Fact<'a>> {
        let ways: Option<Vec<Condition>> = self.campaign.enter.iter().map(asked_by).collect();
        let ways = ways.filter(|ways| !ways.is_empty())?;
        if self.is_enrolled {
            return None;
        }
        let any = Condition {
            span: ways[0].span,
            kind: ConditionKind::Any(ways),
        };
        self.fact(ENTER, Rc::new(any), true, None)
    }

    fn over(&self) -> Vec<Fact<'a>> {
        let goal = self.campaign.goal.as_ref().map(|goal| (GOAL, goal));
        let exit = self
            .campaign
            .exit_when
            .as_ref()
            .map(|exit| (EXIT_WHEN, exit));
        let facts = goal.into_iter().chain(exit);
        facts
            .filter_map(|(number, over)| self.fact(number, Rc::new(over.clone()), false, None))
            .collect()
    }

    fn fact(
        &self,
        number: usize,
        condition: Rc<Condition>,
        holds: bool,
        step: Option<&'a Step>,
    ) -> Option<Fact<'a>> {
        let things = Rc::new(self.together.things(&condition)?);
        Some(Fact {
            number,
            condition,
            holds,
            things,
            step,
        })
    }

    fn add(
        &mut self,
        known: &mut Here<'a>,
        condition: Rc<Condition>,
        holds: bool,
        step: Option<&'a Step>,
    ) {
        self.numbers += 1;
        let fact = self.fact(self.numbers, condition, holds, step);
        let known = Rc::make_mut(known);
        if known.facts.len() >= MOST_FACTS
            && let Some(oldest) = known.facts.iter().position(|fact| fact.number > EXIT_WHEN)
        {
            known.facts.remove(oldest);
        }
        known.facts.extend(fact);
    }

    /// Goes through a list; `None` where nobody comes out of it.
    fn list(&mut self, steps: &'a [Step], mut known: Here<'a>) -> Option<Here<'a>> {
        let mut left_out: Option<Here<'a>> = None;
        for (at, step) in steps.iter().enumerate() {
            if self.targets.contains(&step.id) {
                known = Rc::new(Known::nothing());
            }
            if is_asked(step) {
                self.visits.push(Visit {
                    step,
                    known: Rc::clone(&known),
                    rest: &steps[at + 1..],
                });
            }
            let skips = step.may_leave_out_next();
            let behind = self.step(step, known);
            let behind = meet(behind, left_out.take());
            known = behind?;
            left_out = skips.then(|| known.clone());
        }
        Some(known)
    }

    fn step(&mut self, step: &'a Step, known: Here<'a>) -> Option<Here<'a>> {
        match &step.kind {
            StepKind::Action(action) => Some(self.after(step, action, known)),
            StepKind::Wait(_) => Some(self.waited()),
            StepKind::WaitUntil { .. } => meet(Some(known), Some(self.waited())),
            StepKind::If {
                when,
                then,
                otherwise,
            } => {
                let (mut yes, mut no) = (known.clone(), known);
                let when = Rc::new(when.clone());
                self.add(&mut yes, Rc::clone(&when), true, None);
                self.add(&mut no, when, false, None);
                meet(self.list(then, yes), self.list(otherwise, no))
            }
            StepKind::Split(shares) => {
                let mut ends = None;
                for share in shares {
                    ends = meet(ends, self.list(&share.steps, known.clone()));
                }
                ends
            }
            StepKind::Await(awaited) => {
                let known = meet(Some(known), Some(self.waited()))?;
                let mut ends = self.list(&awaited.otherwise, known.clone());
                for way in &awaited.ways {
                    ends = meet(ends, self.list(&way.steps, known.clone()));
                }
                ends
            }
            StepKind::Fork(ways) => {
                let nothing = Rc::new(Known::nothing());
                let all: Vec<_> = ways
                    .iter()
                    .map(|way| self.list(&way.steps, Rc::clone(&nothing)))
                    .collect();
                all.iter().all(Option::is_some).then_some(nothing)
            }
            StepKind::Goto { .. } | StepKind::Exit(_) => None,
            StepKind::Broken => Some(Rc::new(Known::nothing())),
        }
    }

    fn waited(&self) -> Here<'a> {
        Rc::clone(&self.after_wait)
    }

    fn after(&mut self, step: &'a Step, action: &'a Action, mut known: Here<'a>) -> Here<'a> {
        let mut holds = true;
        let fact = match action {
            Action::Send { content, rules } => {
                let content = &self.model.content[*content];
                if may_be_put_off(self.model, content) && !rules.transactional {
                    Rc::make_mut(&mut known).meet(&self.after_wait);
                }
                None
            }
            Action::Move(stage) => {
                known.forget(Thing::Funnel(stage.funnel));
                None
            }
            Action::Leave(funnel) => {
                known.forget(Thing::Funnel(*funnel));
                holds = false;
                Some(ConditionKind::InFunnel(*funnel))
            }
            Action::AddTag(tag) | Action::RemoveTag(tag) => {
                known.forget(Thing::Tag(*tag));
                known.forget(Thing::Tags);
                holds = matches!(action, Action::AddTag(_));
                Some(ConditionKind::Tag(*tag))
            }
            Action::Points(give) => {
                let (thing, subject) = match give.group {
                    Some(group) => (Thing::Group(group), Subject::Group(group)),
                    None => (Thing::Points, Subject::Points),
                };
                self.give(&mut known, thing, subject, give.points, step);
                None
            }
            Action::Set { field, to } => {
                known.forget(Thing::Field(*field));
                equals(self.model, Subject::Field(*field), to)
            }
            Action::Clear(field) => {
                known.forget(Thing::Field(*field));
                let has_default = self.model.contacts.fields[*field].default.is_some();
                let missing = asks(Subject::Field(*field), FieldTest::Exists(false));
                (!has_default).then_some(missing.kind)
            }
            Action::List(listing) => {
                holds = matches!(listing, Listing::AddTo(_));
                self.listed(&mut known, *listing)
            }
            Action::Call(_) | Action::Note(_) => None,
            // Those who come into another campaign may go through its steps now.
            Action::Enroll(_) => {
                known = Rc::new(Known::nothing());
                None
            }
            Action::Withdraw(campaign) => {
                known.forget(Thing::Campaign(*campaign));
                None
            }
        };
        if let Some(kind) = fact {
            self.add(&mut known, Rc::new(atom(kind)), holds, Some(step));
        }
        known
    }

    /// What is known of a list behind a step; whom files name is in or out whatever steps do.
    fn listed(&self, known: &mut Here<'a>, listing: Listing) -> Option<ConditionKind> {
        match listing {
            Listing::Unsubscribe(channel) => {
                known.forget(Thing::Reachable(channel));
                Some(ConditionKind::Reachable(channel))
            }
            Listing::Resubscribe(channel) => {
                known.forget(Thing::Reachable(channel));
                None
            }
            Listing::AddTo(id) | Listing::RemoveFrom(id) => {
                known.forget(Thing::Members(id));
                let segment = &self.model.segments[id];
                let is_certain = match listing {
                    Listing::AddTo(_) => segment.exclude.is_empty(),
                    Listing::RemoveFrom(_) => segment.include.is_empty(),
                    Listing::Unsubscribe(_) | Listing::Resubscribe(_) => false,
                };
                is_certain.then_some(ConditionKind::Segment(id))
            }
        }
    }

    /// What was known of the points holds of as many more.
    fn give(
        &mut self,
        known: &mut Here<'a>,
        thing: Thing,
        subject: Subject,
        points: i64,
        step: &'a Step,
    ) {
        let of_points: Vec<Fact<'a>> = known
            .facts
            .iter()
            .filter(|fact| fact.things.len() == 1 && fact.things.contains(&thing))
            .cloned()
            .collect();
        known.forget(thing);
        for fact in of_points {
            if let Some(shifted) = shifted(&fact.condition, subject, points) {
                self.add(known, Rc::new(shifted), fact.holds, Some(step));
            }
        }
    }
}

/// Whether a message may have to wait for a limit or for its hours.
pub(super) fn may_be_put_off(model: &Model, content: &Content) -> bool {
    content.channels().into_iter().any(|channel| {
        let rules = &model.contacts.channels[channel as usize];
        rules.limit.is_some() || rules.hours_span.is_some()
    })
}

/// What a step has set a field to, where that says all about it.
fn equals(model: &Model, subject: Subject, to: &NewValue) -> Option<ConditionKind> {
    let negated = false;
    let number = |number| {
        FieldTest::Number(NumberTest::In {
            values: vec![number],
            negated,
        })
    };
    let NewValue::Value(value) = to else {
        return None;
    };
    let test = match value {
        Value::Text(text) => FieldTest::Text(TextTest::In {
            values: vec![text.clone()],
            negated,
        }),
        Value::Integer(value) => number((*value).into()),
        Value::Number(value) => number(*value),
        Value::Boolean(is) => FieldTest::Boolean { is: *is, negated },
        Value::Choice(choice) => FieldTest::Choice {
            values: vec![*choice],
            negated,
        },
        Value::Date(_) | Value::Datetime(_) | Value::Choices(_) => return None,
    };
    // What lies beyond the limits of a field is cut, or is an error.
    let Subject::Field(field) = subject else {
        return None;
    };
    let field = &model.contacts.fields[field];
    let is_number = matches!(value, Value::Integer(_) | Value::Number(_));
    if is_number && (field.min.is_some() || field.max.is_some()) {
        return None;
    }
    Some(ConditionKind::Field { subject, test })
}

/// A condition about points only, as it is for who has been given so many; nothing where a segment
/// is asked.
fn shifted(condition: &Condition, subject: Subject, points: i64) -> Option<Condition> {
    let all = |parts: &[Condition]| {
        let parts = parts.iter().map(|part| shifted(part, subject, points));
        parts.collect::<Option<Vec<_>>>()
    };
    Some(atom(match &condition.kind {
        ConditionKind::All(parts) => ConditionKind::All(all(parts)?),
        ConditionKind::Any(parts) => ConditionKind::Any(all(parts)?),
        ConditionKind::Not(inside) => {
            ConditionKind::Not(Box::new(shifted(inside, subject, points)?))
        }
        ConditionKind::Field {
            subject: of,
            test: FieldTest::Number(test),
        } if *of == subject => ConditionKind::Field {
            subject,
            test: FieldTest::Number(moved(test, points.into())?),
        },
        ConditionKind::Field { .. } | ConditionKind::Tag(_) | ConditionKind::Stage { .. } => {
            return None;
        }
        ConditionKind::Reached(_) | ConditionKind::InFunnel(_) | ConditionKind::Segment(_) => {
            return None;
        }
        ConditionKind::Reachable(_) | ConditionKind::Campaign { .. } => return None,
        ConditionKind::Event(_) | ConditionKind::Broken => return None,
    }))
}

fn moved(test: &NumberTest, by: rust_decimal::Decimal) -> Option<NumberTest> {
    let add = |bound: &rust_decimal::Decimal| bound.checked_add(by);
    Some(match test {
        NumberTest::In { values, negated } => NumberTest::In {
            values: values.iter().map(add).collect::<Option<_>>()?,
            negated: *negated,
        },
        NumberTest::AtLeast(one) => NumberTest::AtLeast(add(one)?),
        NumberTest::AtMost(one) => NumberTest::AtMost(add(one)?),
        NumberTest::MoreThan(one) => NumberTest::MoreThan(add(one)?),
        NumberTest::LessThan(one) => NumberTest::LessThan(add(one)?),
        NumberTest::Between(first, last) => NumberTest::Between(add(first)?, add(last)?),
    })
}
