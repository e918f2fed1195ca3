//! The values of one thing about a contact, cut into cells in which no comparison of the project
//! tells two values apart; never leaves one out that a contact can have.
//!
//! A day counted from today and a day of the calendar are two things here: how they lie to each
//! other depends on when one asks.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::moments::{Moments, Scale};
use super::region::Region;
use crate::graph::atoms;
use crate::model::ids::Id;
use crate::model::{
    Action, ChoiceId, Condition, ConditionKind, FieldId, FieldTest, FieldType, FunnelId, Model,
    NumberTest, StageId, StepKind, Subject, TagId, TextTest, Value,
};

/// A thing about a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Variable {
    /// The points.
    Points,
    /// The value of a field; of choices and dates see below.
    Field(FieldId),
    /// Whether a value is among the choices of a field.
    Has(FieldId, ChoiceId),
    /// A date as it lies to others.
    Moment(FieldId, Scale),
    /// A tag.
    Tag(TagId),
    /// The stage in a funnel.
    Stage(FunnelId),
}

/// Values that nothing tells apart.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Class {
    Missing,
    Number(Decimal),
    Flag(bool),
    Choice(ChoiceId),
    Text(String),
    /// Any text that the project does not name.
    OtherText,
    Stage(Option<StageId>),
}

/// The cells of a topic.
#[derive(Debug)]
pub(super) struct Partition {
    pub(super) topic: Variable,
    /// A missing value first, numbers and texts in their order, and what is not named last.
    pub(super) all: Vec<Class>,
    pub(super) moments: Option<Moments>,
    /// By text without capitals: which of them are spelt so.
    pub(super) spelt: BTreeMap<String, Vec<usize>>,
    /// Of a funnel its stages in the order of the cells, those without a weight first, then the
    /// lightest.
    pub(super) ranked: Vec<(Option<i64>, StageId)>,
    /// By stage: its weight, and its cell.
    pub(super) ranks: BTreeMap<StageId, (Option<i64>, usize)>,
}

impl Partition {
    /// The cells of a topic; absent where nothing can be told. `asked` are all atoms that ask about
    /// it, `cleared` the fields that a step clears.
    pub(super) fn of(
        model: &Model,
        topic: Variable,
        asked: &[&Condition],
        cleared: &BTreeSet<FieldId>,
    ) -> Option<Self> {
        let (mut moments, mut ranked) = (None, Vec::new());
        let mut cells = match topic {
            Variable::Tag(_) => vec![Class::Flag(false), Class::Flag(true)],
            Variable::Has(..) => vec![Class::Missing, Class::Flag(false), Class::Flag(true)],
            Variable::Stage(funnel) => {
                let stages = &model.funnels[funnel].stages;
                ranked = stages
                    .iter()
                    .map(|(id, stage)| (stage.weight, id))
                    .collect();
                ranked.sort_unstable();
                ranked
                    .iter()
                    .map(|(_, id)| Some(*id))
                    .chain([None])
                    .map(Class::Stage)
                    .collect()
            }
            Variable::Moment(field, scale) => {
                let whole = matches!(model.contacts.fields[field].type_, Some(FieldType::Date));
                let found = Moments { scale };
                moments = Some(found);
                let points = tests(asked).flat_map(|test| found.points(test)).collect();
                [vec![Class::Missing], numbers(points, whole, [None, None])?].concat()
            }
            Variable::Points => numbers(operands(asked), true, [None, None])?,
            Variable::Field(field) => of_field(model, field, asked)?,
        };
        let may_be_missing = may_be_missing(model, topic, cleared);
        cells.retain(|cell| *cell != Class::Missing || may_be_missing);
        let mut spelt: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, cell) in cells.iter().enumerate() {
            if let Class::Text(text) = cell {
                spelt.entry(text.to_ascii_lowercase()).or_default().push(at);
            }
        }
        let ranks = (0..)
            .zip(&ranked)
            .map(|(rank, (weight, id))| (*id, (*weight, rank)))
            .collect();
        Some(Self {
            topic,
            all: cells,
            moments,
            spelt,
            ranked,
            ranks,
        })
    }

    /// All of them.
    pub(super) fn anything(&self) -> Region {
        Region::whole(self.all.len())
    }

    /// Whether they are the values of what a test reads.
    pub(super) fn are_of(&self, subject: Subject) -> bool {
        match self.topic {
            Variable::Points => subject == Subject::Points,
            Variable::Field(own) | Variable::Moment(own, _) => subject == Subject::Field(own),
            Variable::Has(..) | Variable::Tag(_) | Variable::Stage(_) => false,
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    /// How an atom comes out for one of them, by its number; absent where that depends on more.
    pub(super) fn answer_at(
        &self,
        model: &Model,
        atom: &ConditionKind,
        cell: usize,
    ) -> Option<bool> {
        self.answer(model, atom, self.all.get(cell)?)
    }

    /// How an atom comes out; absent where that depends on more.
    fn answer(&self, model: &Model, atom: &ConditionKind, cell: &Class) -> Option<bool> {
        match self.topic {
            Variable::Tag(own) => match atom {
                ConditionKind::Tag(tag) => (*tag == own).then_some(*cell == Class::Flag(true)),
                // Who has this one has one; who lacks it may have another.
                ConditionKind::Field {
                    subject: Subject::Tags,
                    test: FieldTest::Exists(is),
                } => (*cell == Class::Flag(true)).then_some(*is),
                ConditionKind::All(_)
                | ConditionKind::Any(_)
                | ConditionKind::Not(_)
                | ConditionKind::Field { .. }
                | ConditionKind::Stage { .. }
                | ConditionKind::Reached(_)
                | ConditionKind::InFunnel(_)
                | ConditionKind::Segment(_)
                | ConditionKind::Reachable(_)
                | ConditionKind::Campaign { .. }
                | ConditionKind::Event(_)
                | ConditionKind::Broken => None,
            },
            Variable::Stage(own) => of_stage(model, own, atom, cell),
            Variable::Points => {
                let ConditionKind::Field {
                    subject: Subject::Points,
                    test: test @ FieldTest::Number(_),
                } = atom
                else {
                    return None;
                };
                of_value(test, cell)
            }
            Variable::Field(own) => {
                let ConditionKind::Field { subject, test } = atom else {
                    return None;
                };
                (*subject == Subject::Field(own)).then(|| of_value(test, cell))?
            }
            Variable::Has(own, choice) => {
                let ConditionKind::Field { subject, test } = atom else {
                    return None;
                };
                (*subject == Subject::Field(own)).then(|| of_choice(test, choice, cell))?
            }
            Variable::Moment(own, _) => {
                let ConditionKind::Field {
                    subject: Subject::Field(field),
                    test,
                } = atom
                else {
                    return None;
                };
                let value = if let Class::Number(value) = cell {
                    Some(*value)
                } else {
                    None
                };
                self.moments.filter(|_| *field == own)?.answer(test, value)
            }
        }
    }
}

/// The topics that an atom asks about.
pub(super) fn topics_of(model: &Model, atom: &Condition) -> Vec<Variable> {
    match &atom.kind {
        ConditionKind::Tag(tag) => vec![Variable::Tag(*tag)],
        ConditionKind::Stage { stage, .. } | ConditionKind::Reached(stage) => {
            vec![Variable::Stage(stage.funnel)]
        }
        ConditionKind::InFunnel(funnel) => vec![Variable::Stage(*funnel)],
        ConditionKind::Field {
            subject: Subject::Field(field),
            test,
        } => match (&model.contacts.fields[*field].type_, test) {
            (Some(FieldType::Date | FieldType::Datetime), _) => {
                vec![
                    Variable::Moment(*field, Scale::Calendar),
                    Variable::Moment(*field, Scale::FromToday),
                ]
            }
            (_, FieldTest::HasAny(ids) | FieldTest::HasAll(ids) | FieldTest::HasNone(ids)) => ids
                .iter()
                .map(|choice| Variable::Has(*field, *choice))
                .collect(),
            (_, _) => vec![Variable::Field(*field)],
        },
        ConditionKind::Field {
            subject: Subject::Points,
            ..
        } => vec![Variable::Points],
        ConditionKind::Field {
            subject: Subject::Tags | Subject::Group(_) | Subject::Property(..) | Subject::Company(_),
            ..
        } => Vec::new(),
        ConditionKind::All(_)
        | ConditionKind::Any(_)
        | ConditionKind::Not(_)
        | ConditionKind::Segment(_) => Vec::new(),
        ConditionKind::Reachable(_) | ConditionKind::Campaign { .. } | ConditionKind::Event(_) => {
            Vec::new()
        }
        ConditionKind::Broken => Vec::new(),
    }
}

/// What a topic is called in a message.
pub(super) fn name(model: &Model, topic: Variable) -> String {
    let field = |field: FieldId| format!("`{}`", model.contacts.fields[field].id);
    match topic {
        Variable::Points => "the points".to_owned(),
        Variable::Field(id) | Variable::Has(id, _) | Variable::Moment(id, _) => field(id),
        Variable::Tag(tag) => format!("the tag `{}`", model.contacts.tags.names[tag].id),
        Variable::Stage(funnel) => format!("the stage in `{}`", model.funnels[funnel].id),
    }
}

/// A tag or a stage is there or not; a field that is required or has a default always has a value,
/// unless a step takes it away.
pub(super) fn may_be_missing(model: &Model, topic: Variable, cleared: &BTreeSet<FieldId>) -> bool {
    match topic {
        Variable::Field(id) | Variable::Has(id, _) | Variable::Moment(id, _) => {
            let field = &model.contacts.fields[id];
            field.default.is_none() && (!field.required || cleared.contains(&id))
        }
        Variable::Points | Variable::Tag(_) | Variable::Stage(_) => false,
    }
}

/// The fields that a step clears.
pub(super) fn cleared(model: &Model) -> BTreeSet<FieldId> {
    let mut cleared = BTreeSet::new();
    for campaign in model.campaigns.values() {
        campaign.each_step(|step| {
            if let StepKind::Action(Action::Clear(field)) = step.kind {
                cleared.insert(field);
            }
        });
    }
    cleared
}

fn of_field(model: &Model, id: FieldId, asked: &[&Condition]) -> Option<Vec<Class>> {
    let field = &model.contacts.fields[id];
    let bounds = [&field.min, &field.max].map(|bound| bound.as_ref().and_then(number));
    let with_missing = |cells: Vec<Class>| Some([vec![Class::Missing], cells].concat());
    match field.type_.as_ref()? {
        FieldType::Integer => with_missing(numbers(operands(asked), true, bounds)?),
        FieldType::Number => with_missing(numbers(operands(asked), false, bounds)?),
        FieldType::Boolean => with_missing(vec![Class::Flag(false), Class::Flag(true)]),
        FieldType::Choice(values) => with_missing(
            (0..values.len())
                .map(|at| Class::Choice(Id::from_index(at)))
                .collect(),
        ),
        FieldType::Text { .. } | FieldType::Email => with_missing(texts(asked)),
        FieldType::Choices { .. } => with_missing(vec![Class::OtherText]),
        FieldType::Date | FieldType::Datetime => None,
    }
}

pub(super) fn number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Integer(number) => Some(Decimal::from(*number)),
        Value::Number(number) => Some(*number),
        Value::Text(_) | Value::Boolean(_) | Value::Date(_) | Value::Datetime(_) => None,
        Value::Choice(_) | Value::Choices(_) => None,
    }
}

fn tests<'a>(asked: &'a [&'a Condition]) -> impl Iterator<Item = &'a FieldTest> {
    asked.iter().filter_map(|atom| {
        if let ConditionKind::Field { test, .. } = &atom.kind {
            Some(test)
        } else {
            None
        }
    })
}

/// The numbers that are compared with.
fn operands(asked: &[&Condition]) -> Vec<Decimal> {
    let of = |test: &FieldTest| match test {
        FieldTest::Number(NumberTest::In { values, .. }) => values.clone(),
        FieldTest::Number(NumberTest::AtLeast(one) | NumberTest::AtMost(one)) => vec![*one],
        FieldTest::Number(NumberTest::MoreThan(one) | NumberTest::LessThan(one)) => vec![*one],
        FieldTest::Number(NumberTest::Between(first, second)) => vec![*first, *second],
        FieldTest::Exists(_)
        | FieldTest::Text(_)
        | FieldTest::Boolean { .. }
        | FieldTest::Choice { .. } => Vec::new(),
        FieldTest::HasAny(_)
        | FieldTest::HasAll(_)
        | FieldTest::HasNone(_)
        | FieldTest::Date(_) => Vec::new(),
    };
    tests(asked).flat_map(of).collect()
}

/// The points, and one number from each gap between them, before and after; of whole numbers only
/// whole ones.
fn numbers(
    mut points: Vec<Decimal>,
    whole: bool,
    bounds: [Option<Decimal>; 2],
) -> Option<Vec<Class>> {
    points.extend(bounds.into_iter().flatten());
    points.sort_unstable();
    points.dedup();
    let (Some(first), Some(last)) = (points.first().copied(), points.last().copied()) else {
        return Some(vec![Class::Number(Decimal::ZERO)]);
    };
    let one = Decimal::ONE;
    let mut found = vec![
        first.floor().checked_sub(one)?,
        last.ceil().checked_add(one)?,
    ];
    for pair in points.windows(2) {
        let between = if whole {
            pair[0].floor().checked_add(one)?
        } else {
            pair[0].checked_add(pair[1])? / Decimal::TWO
        };
        let fits = pair[0] < between && between < pair[1];
        if !fits && !whole {
            return None;
        }
        found.extend(fits.then_some(between));
    }
    found.extend(points);
    found.sort_unstable();
    let [least, most] = bounds;
    let allowed = |number: &Decimal| {
        least.is_none_or(|it| it <= *number) && most.is_none_or(|it| *number <= it)
    };
    Some(
        found
            .into_iter()
            .filter(|number| (!whole || number.is_integer()) && allowed(number))
            .map(Class::Number)
            .collect(),
    )
}

/// Only what is ASCII: of other letters it takes the rules of Unicode to tell whether two are one.
fn texts(asked: &[&Condition]) -> Vec<Class> {
    let mut found: Vec<String> = Vec::new();
    for test in tests(asked) {
        if let FieldTest::Text(TextTest::In { values, .. }) = test {
            found.extend(values.iter().filter(|value| value.is_ascii()).cloned());
        }
    }
    found.sort_unstable();
    found.dedup();
    found
        .into_iter()
        .map(Class::Text)
        .chain([Class::OtherText])
        .collect()
}

fn of_value(test: &FieldTest, cell: &Class) -> Option<bool> {
    if let FieldTest::Exists(wanted) = test {
        return Some(*wanted == (*cell != Class::Missing));
    }
    match (test, cell) {
        (FieldTest::Number(test), Class::Number(value)) => Some(compare(test, value)),
        (FieldTest::Number(test), Class::Missing) => {
            Some(matches!(test, NumberTest::In { negated: true, .. }))
        }
        (FieldTest::Boolean { is, negated }, Class::Flag(value)) => Some((is == value) != *negated),
        (FieldTest::Choice { values, negated }, Class::Choice(value)) => {
            Some(values.contains(value) != *negated)
        }
        (
            FieldTest::Boolean { negated, .. } | FieldTest::Choice { negated, .. },
            Class::Missing,
        ) => Some(*negated),
        (FieldTest::Text(test), cell) => of_text(test, cell),
        _ => None,
    }
}

fn compare(test: &NumberTest, value: &Decimal) -> bool {
    match test {
        NumberTest::In { values, negated } => values.contains(value) != *negated,
        NumberTest::AtLeast(least) => value >= least,
        NumberTest::AtMost(most) => value <= most,
        NumberTest::MoreThan(bound) => value > bound,
        NumberTest::LessThan(bound) => value < bound,
        NumberTest::Between(first, last) => first <= value && value <= last,
    }
}

/// What one spelling says of another that differs in capital letters only depends on the field, so
/// it is left open.
fn of_text(test: &TextTest, cell: &Class) -> Option<bool> {
    match (test, cell) {
        (TextTest::In { negated, .. }, Class::Missing) => Some(*negated),
        (
            TextTest::Contains(_) | TextTest::StartsWith(_) | TextTest::EndsWith(_),
            Class::Missing,
        ) => Some(false),
        (TextTest::Matches(_), Class::Missing) => Some(false),
        (TextTest::In { values, negated }, Class::Text(text)) => {
            if values.contains(text) {
                Some(!*negated)
            } else {
                let alike = |value: &String| !value.is_ascii() || value.eq_ignore_ascii_case(text);
                (!values.iter().any(alike)).then_some(*negated)
            }
        }
        (TextTest::In { values, negated }, Class::OtherText) => {
            values.iter().all(|it| it.is_ascii()).then_some(*negated)
        }
        _ => None,
    }
}

fn of_choice(test: &FieldTest, choice: ChoiceId, cell: &Class) -> Option<bool> {
    let has = *cell == Class::Flag(true);
    // The choices of a test are in the order of their declaration.
    let named = |ids: &[ChoiceId]| ids.binary_search(&choice).is_ok();
    match test {
        FieldTest::Exists(wanted) => (*cell == Class::Missing || has).then_some(*wanted == has),
        FieldTest::HasAny(ids) if named(ids) && has => Some(true),
        FieldTest::HasAny(ids) => (*cell == Class::Missing || *ids == [choice]).then_some(false),
        FieldTest::HasAll(ids) if named(ids) && !has => Some(false),
        FieldTest::HasAll(ids) => (has && *ids == [choice]).then_some(true),
        FieldTest::HasNone(ids) if named(ids) && has => Some(false),
        FieldTest::HasNone(ids) => (*cell == Class::Missing || *ids == [choice]).then_some(true),
        FieldTest::Text(_) | FieldTest::Number(_) | FieldTest::Boolean { .. } => None,
        FieldTest::Choice { .. } | FieldTest::Date(_) => None,
    }
}

fn of_stage(model: &Model, own: FunnelId, atom: &ConditionKind, cell: &Class) -> Option<bool> {
    let Class::Stage(here) = cell else {
        return None;
    };
    let stages = &model.funnels[own].stages;
    if let ConditionKind::InFunnel(funnel) = atom {
        return (*funnel == own).then_some(here.is_some());
    }
    let (ConditionKind::Stage { stage, .. } | ConditionKind::Reached(stage)) = atom else {
        return None;
    };
    if stage.funnel != own {
        return None;
    }
    match (atom, here) {
        (_, None) => Some(false),
        (ConditionKind::Stage { at_least, .. }, Some(here)) if *here == stage.stage => {
            at_least.is_none().then_some(true)
        }
        (ConditionKind::Stage { .. }, Some(_)) => Some(false),
        (_, Some(here)) => Some(stages[*here].weight? >= stages[stage.stage].weight?),
    }
}

/// All atoms of some conditions.
pub(super) fn all_atoms<'a>(conditions: impl Iterator<Item = &'a Condition>) -> Vec<&'a Condition> {
    let mut found = Vec::new();
    conditions.for_each(|condition| atoms(condition, &mut |atom| found.push(atom)));
    found
}
