//! What holds of every contact, by what the project says about its data, as conditions: what a
//! field may hold, which stages there are, what it takes to be reachable, which of two counts is
//! not the smaller one. Only what a question is about is said.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::laws_of_dates;
use super::partition::{Variable, cleared, may_be_missing, number};
use super::together::From;
use crate::model::fold::folded;
use crate::model::ids::Id;
use crate::model::{
    Action, CampaignId, CampaignState, Channel, ChoiceId, Condition, ConditionKind, EventPattern,
    EventTest, Field, FieldId, FieldTest, FieldType, FunnelId, Meanings, Model, NumberTest,
    Outcome, Since, StageRef, StepKind, Subject, TagId, TextTest,
};
use crate::source::Span;

pub(super) struct Laws<'a> {
    model: &'a Model,
    cleared: BTreeSet<FieldId>,
    /// The funnels in which everybody has a stage when campaigns run.
    full: BTreeSet<FunnelId>,
    /// By campaign: whether anybody comes into it, and whether it can end as converted.
    campaigns: Vec<(bool, bool)>,
}

/// Of so many values or stages it is said that there are no others, and so many comparisons with
/// text or counts are weighed against each other.
const MANY: usize = 32;

pub(super) fn atom(kind: ConditionKind) -> Condition {
    Condition {
        span: Span::NOWHERE,
        kind,
    }
}

pub(super) fn asks(subject: Subject, test: FieldTest) -> Condition {
    atom(ConditionKind::Field { subject, test })
}

fn not(condition: Condition) -> Condition {
    atom(ConditionKind::Not(Box::new(condition)))
}

fn any(parts: Vec<Condition>) -> Condition {
    atom(ConditionKind::Any(parts))
}

pub(super) fn implies(one: Condition, other: Condition) -> Condition {
    any(vec![not(one), other])
}

impl<'a> Laws<'a> {
    pub(super) fn new(model: &'a Model, full: BTreeSet<FunnelId>) -> Self {
        Self {
            model,
            cleared: cleared(model),
            full,
            campaigns: entered_and_converting(model),
        }
    }

    /// Whether an atom may hold for all or for nobody by itself, where that is not seen from one
    /// thing alone.
    pub(super) fn may_decide(&self, atom: &ConditionKind, from: From) -> bool {
        match atom {
            ConditionKind::Event(test) => {
                let bounds = thresholds(&test.test);
                bounds.iter().any(|bound| *bound <= Decimal::ZERO)
            }
            ConditionKind::Campaign { campaign, .. } => {
                self.campaigns[campaign.index()] != (true, true)
            }
            ConditionKind::InFunnel(funnel)
            | ConditionKind::Reached(StageRef { funnel, .. })
            | ConditionKind::Stage {
                stage: StageRef { funnel, .. },
                ..
            } => from == From::Campaign && self.full.contains(funnel),
            ConditionKind::Field { .. } | ConditionKind::Tag(_) => false,
            ConditionKind::Reachable(_) | ConditionKind::Segment(_) => false,
            ConditionKind::All(_) | ConditionKind::Any(_) | ConditionKind::Not(_) => false,
            ConditionKind::Broken => false,
        }
    }

    /// The laws about these atoms.
    pub(super) fn about(
        &self,
        atoms: &[&Condition],
        meanings: &mut Meanings<'_>,
        from: From,
    ) -> Vec<Condition> {
        let mut subjects: BTreeMap<Subject, Vec<&FieldTest>> = BTreeMap::new();
        let mut funnels: BTreeMap<FunnelId, Vec<StageRef>> = BTreeMap::new();
        let (mut events, mut tags, mut channels) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        let mut campaigns = BTreeSet::new();
        for condition in atoms {
            match &condition.kind {
                ConditionKind::Field { subject, test } => {
                    subjects.entry(*subject).or_default().push(test);
                }
                ConditionKind::Tag(tag) => drop(tags.insert(*tag)),
                ConditionKind::Reached(stage) => {
                    funnels.entry(stage.funnel).or_default().push(*stage);
                }
                ConditionKind::Stage { stage, .. } => {
                    funnels.entry(stage.funnel).or_default();
                }
                ConditionKind::InFunnel(funnel) => {
                    funnels.entry(*funnel).or_default();
                }
                ConditionKind::Reachable(channel) => drop(channels.insert(*channel as usize)),
                ConditionKind::Campaign { campaign, .. } => drop(campaigns.insert(*campaign)),
                ConditionKind::Event(test) => events.push(&**test),
                ConditionKind::All(_) | ConditionKind::Any(_) | ConditionKind::Not(_) => {}
                ConditionKind::Segment(_) | ConditionKind::Broken => {}
            }
        }
        let mut laws = Vec::new();
        for channel in Channel::ALL
            .into_iter()
            .filter(|it| channels.contains(&(*it as usize)))
        {
            laws.extend(self.reachable(channel, &mut subjects));
        }
        if subjects.contains_key(&Subject::Tags) {
            laws.extend(tags.into_iter().map(some_tag));
        }
        for (subject, tests) in &subjects {
            self.of_subject(*subject, tests, &mut laws);
        }
        for (funnel, reached) in &funnels {
            self.of_funnel(*funnel, reached, from, &mut laws);
        }
        for campaign in campaigns {
            laws.extend(self.of_campaign(campaign));
        }
        of_counts(&events, meanings, &mut laws);
        laws
    }

    /// Who may be written to has an address and has consented.
    fn reachable(
        &self,
        channel: Channel,
        subjects: &mut BTreeMap<Subject, Vec<&FieldTest>>,
    ) -> Vec<Condition> {
        let rules = &self.model.contacts.channels[channel as usize];
        let Some(address) = rules.address else {
            return Vec::new();
        };
        subjects.entry(Subject::Field(address)).or_default();
        let there = asks(Subject::Field(address), FieldTest::Exists(true));
        [Some(there), rules.consent.clone()]
            .into_iter()
            .flatten()
            .map(|must| implies(atom(ConditionKind::Reachable(channel)), must))
            .collect()
    }

    fn of_subject(&self, subject: Subject, tests: &[&FieldTest], laws: &mut Vec<Condition>) {
        let field: &Field = match subject {
            Subject::Field(id) => {
                if !may_be_missing(self.model, Variable::Field(id), &self.cleared) {
                    laws.push(asks(subject, FieldTest::Exists(true)));
                }
                &self.model.contacts.fields[id]
            }
            Subject::Company(id) => match &self.model.companies {
                Some(companies) => &companies.fields[id],
                None => return,
            },
            Subject::Property(event, id) => {
                let property = &self.model.events[event].properties[id];
                return of_type(subject, property.type_.as_ref(), tests, laws);
            }
            Subject::Points | Subject::Group(_) | Subject::Tags => return,
        };
        let bounds = [
            field.min.as_ref().and_then(number).map(NumberTest::AtLeast),
            field.max.as_ref().and_then(number).map(NumberTest::AtMost),
        ];
        for bound in bounds.into_iter().flatten() {
            let within = asks(subject, FieldTest::Number(bound));
            laws.push(where_there(subject, within));
        }
        of_type(subject, field.type_.as_ref(), tests, laws);
    }

    /// A contact has one of the stages or none, and reaches one where its own weighs as much.
    fn of_funnel(
        &self,
        funnel: FunnelId,
        reached: &[StageRef],
        from: From,
        laws: &mut Vec<Condition>,
    ) {
        let inside = atom(ConditionKind::InFunnel(funnel));
        if from == From::Campaign && self.full.contains(&funnel) {
            laws.push(inside.clone());
        }
        let stages = &self.model.funnels[funnel].stages;
        if stages.len() > MANY || stages.values().any(|stage| stage.weight.is_none()) {
            return;
        }
        let there = |stage| {
            let stage = StageRef { funnel, stage };
            let at_least = None;
            atom(ConditionKind::Stage { stage, at_least })
        };
        laws.push(implies(inside, any(stages.ids().map(there).collect())));
        for asked in reached {
            let heavy: Vec<_> = stages
                .iter()
                .filter(|(_, stage)| stage.weight >= stages[asked.stage].weight)
                .map(|(id, _)| there(id))
                .collect();
            let reached = || atom(ConditionKind::Reached(*asked));
            laws.push(implies(reached(), any(heavy.clone())));
            laws.push(implies(any(heavy), reached()));
        }
    }

    fn of_campaign(&self, campaign: CampaignId) -> Option<Condition> {
        let (entered, converting) = self.campaigns[campaign.index()];
        let state = match (entered, converting) {
            (false, _) => None,
            (true, false) => Some(CampaignState::Ended(Outcome::Converted)),
            (true, true) => return None,
        };
        Some(not(atom(ConditionKind::Campaign { campaign, state })))
    }
}

/// Of each campaign, whether anybody comes into it, and whether it can end as converted.
fn entered_and_converting(model: &Model) -> Vec<(bool, bool)> {
    let mut found: Vec<(bool, bool)> = model
        .campaigns
        .values()
        .map(|campaign| {
            let open = !campaign.enter.is_empty() || campaign.trigger.is_some() || campaign.broken;
            (open, campaign.goal.is_some() || campaign.broken)
        })
        .collect();
    for (id, campaign) in model.campaigns.iter() {
        campaign.each_step(|step| match &step.kind {
            StepKind::Action(Action::Enroll(other)) => found[other.index()].0 = true,
            StepKind::Exit(Outcome::Converted) | StepKind::Broken => found[id.index()].1 = true,
            StepKind::Exit(Outcome::Completed | Outcome::Exited) => {}
            StepKind::Action(_) | StepKind::Wait(_) | StepKind::WaitUntil { .. } => {}
            StepKind::If { .. } | StepKind::Split(_) | StepKind::Await(_) => {}
            StepKind::Fork(_) | StepKind::Goto { .. } => {}
        });
    }
    found
}

fn some_tag(tag: TagId) -> Condition {
    implies(
        atom(ConditionKind::Tag(tag)),
        asks(Subject::Tags, FieldTest::Exists(true)),
    )
}

fn where_there(subject: Subject, holds: Condition) -> Condition {
    implies(asks(subject, FieldTest::Exists(true)), holds)
}

fn of_type(
    subject: Subject,
    type_: Option<&FieldType>,
    tests: &[&FieldTest],
    laws: &mut Vec<Condition>,
) {
    match type_ {
        Some(FieldType::Choice(values)) if values.len() <= MANY => {
            let values = (0..values.len()).map(ChoiceId::from_index).collect();
            let test = FieldTest::Choice {
                values,
                negated: false,
            };
            laws.push(where_there(subject, asks(subject, test)));
        }
        Some(FieldType::Date | FieldType::Datetime) => {
            let whole_days = type_ == Some(&FieldType::Date);
            laws_of_dates::of(subject, whole_days, tests, laws);
        }
        Some(FieldType::Text { match_case }) => of_text(subject, *match_case, tests, laws),
        Some(FieldType::Email) => of_text(subject, false, tests, laws),
        Some(FieldType::Choice(_) | FieldType::Choices { .. } | FieldType::Boolean) | None => {}
        Some(FieldType::Integer | FieldType::Number) => {}
    }
}

/// A text that is named has the parts that it has, and no others.
fn of_text(subject: Subject, match_case: bool, tests: &[&FieldTest], laws: &mut Vec<Condition>) {
    let spelt = |text: &str| {
        if match_case {
            text.to_owned()
        } else {
            folded(text)
        }
    };
    let asked = |test: &TextTest| asks(subject, FieldTest::Text(test.clone()));
    let texts = || {
        tests.iter().filter_map(|test| match test {
            FieldTest::Text(test) => Some(test),
            FieldTest::Exists(_) | FieldTest::Number(_) | FieldTest::Boolean { .. } => None,
            FieldTest::Choice { .. } | FieldTest::HasAny(_) | FieldTest::HasAll(_) => None,
            FieldTest::HasNone(_) | FieldTest::Date(_) => None,
        })
    };
    let has = |text: &str, test: &TextTest| match test {
        TextTest::Contains(part) => Some(text.contains(&spelt(part))),
        TextTest::StartsWith(part) => Some(text.starts_with(&spelt(part))),
        TextTest::EndsWith(part) => Some(text.ends_with(&spelt(part))),
        TextTest::In { .. } | TextTest::Matches(_) => None,
    };
    let named: BTreeSet<String> = texts()
        .filter_map(|test| match test {
            TextTest::In { values, .. } => Some(values),
            TextTest::Contains(_) | TextTest::StartsWith(_) => None,
            TextTest::EndsWith(_) | TextTest::Matches(_) => None,
        })
        .flatten()
        .map(|value| spelt(value))
        .collect();
    if named.len() > MANY {
        return;
    }
    for part in texts() {
        for text in &named {
            let Some(holds) = has(text, part) else {
                continue;
            };
            let is = TextTest::In {
                values: vec![text.clone()],
                negated: false,
            };
            let part = asked(part);
            laws.push(implies(asked(&is), if holds { part } else { not(part) }));
        }
        for other in texts() {
            laws.extend(of_parts(part, other, &spelt, &asked));
        }
    }
}

/// What one part of a text says about another.
fn of_parts(
    one: &TextTest,
    other: &TextTest,
    spelt: &impl Fn(&str) -> String,
    asked: &impl Fn(&TextTest) -> Condition,
) -> Option<Condition> {
    let (here, there) = match (one, other) {
        (TextTest::StartsWith(here), TextTest::StartsWith(there)) => {
            let (here, there) = (spelt(here), spelt(there));
            if !here.starts_with(&there) && !there.starts_with(&here) {
                return Some(implies(asked(one), not(asked(other))));
            }
            (here.starts_with(&there), true)
        }
        (TextTest::EndsWith(here), TextTest::EndsWith(there)) => {
            let (here, there) = (spelt(here), spelt(there));
            if !here.ends_with(&there) && !there.ends_with(&here) {
                return Some(implies(asked(one), not(asked(other))));
            }
            (here.ends_with(&there), true)
        }
        (
            TextTest::StartsWith(here) | TextTest::EndsWith(here) | TextTest::Contains(here),
            TextTest::Contains(there),
        ) => (spelt(here).contains(&spelt(there)), true),
        (
            TextTest::In { .. }
            | TextTest::Contains(_)
            | TextTest::StartsWith(_)
            | TextTest::EndsWith(_)
            | TextTest::Matches(_),
            _,
        ) => return None,
    };
    (here && there).then(|| implies(asked(one), asked(other)))
}

/// What happened in a shorter time, or of fewer things, happened no more often.
fn of_counts(events: &[&EventTest], meanings: &mut Meanings<'_>, laws: &mut Vec<Condition>) {
    let counts: Vec<&EventTest> = events
        .iter()
        .copied()
        .filter(|test| test.sum.is_none())
        .collect();
    if counts.len() > MANY {
        return;
    }
    for fewer in &counts {
        for more in &counts {
            if fewer.pattern.event != more.pattern.event || !is_part(fewer, more, meanings) {
                continue;
            }
            for number in thresholds(&fewer.test)
                .into_iter()
                .chain(thresholds(&more.test))
            {
                let so_many = |of: &EventTest| {
                    let test = NumberTest::AtLeast(number);
                    atom(ConditionKind::Event(Box::new(EventTest {
                        test,
                        ..of.clone()
                    })))
                };
                laws.push(implies(so_many(fewer), so_many(more)));
            }
        }
    }
}

/// Whether whatever one of them counts is counted by the other, and they count different things.
fn is_part(fewer: &EventTest, more: &EventTest, meanings: &mut Meanings<'_>) -> bool {
    let time = match (fewer.within, more.within) {
        (_, None) => true,
        (Some(short), Some(long)) => short == long || laws_of_dates::is_shorter(short, long),
        (None, Some(_)) => false,
    };
    let since = more.since == Since::Ever || fewer.since == more.since;
    let of = more.pattern.of.is_none() || more.pattern.of == fewer.pattern.of;
    time && since && of && is_same(fewer, more) != Some(true) && {
        let mut all = |pattern: &EventPattern| meanings.pattern(pattern);
        let of_all = EventPattern {
            of: fewer.pattern.of,
            ..more.pattern.clone()
        };
        more.pattern.where_.is_none() || all(&fewer.pattern) == all(&of_all)
    }
}

/// Whether they count the same, as far as it is written in the same way.
fn is_same(one: &EventTest, other: &EventTest) -> Option<bool> {
    let plain = one.pattern.where_.is_none() && other.pattern.where_.is_none();
    let same = one.pattern.of == other.pattern.of && one.within == other.within;
    plain.then_some(same && one.since == other.since)
}

/// From which counts on the answer changes.
fn thresholds(test: &NumberTest) -> Vec<Decimal> {
    let bounds = match test {
        NumberTest::In { values, .. } => values.clone(),
        NumberTest::AtLeast(one) | NumberTest::AtMost(one) => vec![*one],
        NumberTest::MoreThan(one) | NumberTest::LessThan(one) => vec![*one],
        NumberTest::Between(first, last) => vec![*first, *last],
    };
    let behind = |bound: &Decimal| bound.floor().checked_add(Decimal::ONE);
    let all = bounds
        .iter()
        .flat_map(|bound| [Some(bound.ceil()), behind(bound)]);
    all.flatten().take(MANY).collect()
}
