//! Values with which one question might be answered otherwise: guesses from its operands, which
//! the engine tries before anybody is told.

use rust_decimal::Decimal;

use super::view::View;
use crate::model::ids::Id;
use crate::model::{
    ChoiceId, Condition, ConditionKind, Field, FieldId, FieldTest, FieldType, NumberTest, StageId,
    StageRef, Subject, TextTest,
};
use crate::runner::contact::Slot;
use crate::runner::output::text::push_slot;
use crate::runner::program::{Node, day_number};

/// A cell of the contact's row that might say something else.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// In the words of the project: `plan: pro`.
    pub(super) write: String,
    pub(super) column: String,
    pub(super) cell: String,
}

/// What to try so that a question is answered as it should be, the likeliest first.
pub(super) fn of(view: &View<'_>, condition: &Condition, should_be: bool) -> Vec<Candidate> {
    let contacts = &view.model.contacts;
    match &condition.kind {
        ConditionKind::Field { subject, test } => match subject {
            Subject::Field(field) => of_field(view, condition, *field, test),
            Subject::Points => numbers("points", &contacts.points.column, &operands(test)),
            Subject::Group(group) => {
                let group = &view.model.points.groups[*group];
                let name = format!("points of {}", group.id);
                numbers(&name, &group.column, &operands(test))
            }
            Subject::Tags => {
                let tag = contacts.tags.names.values().next();
                tags(view, tag.map(|tag| tag.id.as_str()), should_be)
            }
            Subject::Company(_) | Subject::Property(..) => Vec::new(),
        },
        ConditionKind::Tag(tag) => tags(view, Some(&contacts.tags.names[*tag].id), should_be),
        ConditionKind::Stage { stage, .. } | ConditionKind::Reached(stage) => {
            stages(view, *stage, should_be)
        }
        ConditionKind::InFunnel(funnel) => {
            let lightest = view.model.funnels[*funnel].stages.ids().next();
            lightest.map_or_else(Vec::new, |stage| {
                let at = StageRef {
                    funnel: *funnel,
                    stage,
                };
                stages(view, at, should_be)
            })
        }
        ConditionKind::Reachable(channel) => {
            let rules = &contacts.channels[*channel as usize];
            let address = rules.address.map(|field| &contacts.fields[field]);
            let address = address.map(|field| valued(field, sample(field)));
            let lifted = rules.do_not_contact.as_ref().map(|column| Candidate {
                write: format!("nothing in `{column}`"),
                column: column.clone(),
                cell: String::new(),
            });
            lifted.into_iter().chain(address).collect()
        }
        ConditionKind::All(_) | ConditionKind::Any(_) | ConditionKind::Not(_) => Vec::new(),
        ConditionKind::Segment(_) | ConditionKind::Campaign { .. } => Vec::new(),
        ConditionKind::Event(_) | ConditionKind::Broken => Vec::new(),
    }
}

/// What would change a question that no cell of the contacts file answers, or not alone.
pub(super) fn words(view: &View<'_>, condition: &Condition, should_be: bool) -> Option<String> {
    let asks = view.asks(condition);
    let words = match &condition.kind {
        ConditionKind::Event(_) if should_be => format!("{asks}, in the events"),
        ConditionKind::Field {
            subject: Subject::Company(_),
            ..
        } => {
            format!("{asks}, in the companies file")
        }
        ConditionKind::Segment(_) | ConditionKind::Event(_) => return None,
        ConditionKind::All(_) | ConditionKind::Any(_) | ConditionKind::Not(_) => return None,
        ConditionKind::Field { .. } | ConditionKind::Tag(_) | ConditionKind::Stage { .. } => asks,
        ConditionKind::Reached(_) | ConditionKind::InFunnel(_) => asks,
        ConditionKind::Reachable(_) | ConditionKind::Campaign { .. } => asks,
        ConditionKind::Broken => return None,
    };
    Some(if should_be {
        words
    } else {
        format!("not {words}")
    })
}

fn of_field(
    view: &View<'_>,
    condition: &Condition,
    id: FieldId,
    test: &FieldTest,
) -> Vec<Candidate> {
    let field = &view.model.contacts.fields[id];
    let mut cells = match test {
        FieldTest::Exists(_) => vec![sample(field)],
        FieldTest::Text(test) => texts(field, test),
        FieldTest::Number(test) => around(&number_operands(test)),
        FieldTest::Boolean { .. } => vec!["true".to_owned(), "false".to_owned()],
        FieldTest::Choice { values, .. } => choices(field, values),
        FieldTest::HasAny(values) | FieldTest::HasAll(values) | FieldTest::HasNone(values) => {
            lists(field, values)
        }
        FieldTest::Date(_) => dates(view, condition, field),
    };
    cells.push(String::new());
    cells.into_iter().map(|cell| valued(field, cell)).collect()
}

fn valued(field: &Field, cell: String) -> Candidate {
    let write = if cell.is_empty() {
        format!("no value in `{}`", field.id)
    } else {
        format!("{}: {}", field.id, super::view::shown(&cell))
    };
    Candidate {
        write,
        column: field.column.clone(),
        cell,
    }
}

/// Any value of a field.
fn sample(field: &Field) -> String {
    match &field.type_ {
        Some(FieldType::Email) => "somebody@example.com".to_owned(),
        Some(FieldType::Integer | FieldType::Number) => "1".to_owned(),
        Some(FieldType::Boolean) => "true".to_owned(),
        Some(FieldType::Date) => "2026-01-31".to_owned(),
        Some(FieldType::Datetime) => "2026-01-31T09:00".to_owned(),
        Some(FieldType::Choice(values) | FieldType::Choices { values, .. }) => {
            values.first().cloned().unwrap_or_default()
        }
        Some(FieldType::Text { .. }) | None => "something".to_owned(),
    }
}

/// The operand itself, and what has nothing of it.
fn texts(field: &Field, test: &TextTest) -> Vec<String> {
    let mut cells = match test {
        TextTest::In { values, .. } => values.clone(),
        TextTest::Contains(part) | TextTest::StartsWith(part) | TextTest::EndsWith(part) => {
            vec![
                part.clone(),
                format!("{part}somebody@example.com"),
                format!("somebody{part}"),
            ]
        }
        TextTest::Matches(_) => Vec::new(),
    };
    cells.push(sample(field));
    cells
}

fn choices(field: &Field, values: &[ChoiceId]) -> Vec<String> {
    let Some(FieldType::Choice(names)) = &field.type_ else {
        return Vec::new();
    };
    let named = values.iter().filter_map(|id| names.get(id.index()));
    // The others stand behind those that are named, for what should not be one of them.
    named.chain(names).cloned().collect()
}

fn lists(field: &Field, values: &[ChoiceId]) -> Vec<String> {
    let Some(FieldType::Choices {
        values: names,
        separator,
    }) = &field.type_
    else {
        return Vec::new();
    };
    let named: Vec<_> = values
        .iter()
        .filter_map(|id| names.get(id.index()))
        .map(String::as_str)
        .collect();
    let others = names.iter().filter(|name| !named.contains(&name.as_str()));
    let mut cells = vec![named.join(separator)];
    cells.extend(others.cloned());
    cells
}

/// The ends of the ranges in which a date is asked to lie, as the program has them at its moment.
fn dates(view: &View<'_>, condition: &Condition, field: &Field) -> Vec<String> {
    let program = &view.one.program;
    let number = view.questions.number(condition);
    let node = number.and_then(|number| program.conditions.asked().get(number));
    let Some(node) = node.map(|node| program.conditions.node(*node)) else {
        return Vec::new();
    };
    let is_day = field.type_ == Some(FieldType::Date);
    let spelt = |value: i64| {
        let slot = if is_day {
            Slot::Day(i32::try_from(value).ok()?)
        } else {
            Slot::Moment(value)
        };
        let mut text = String::new();
        push_slot(&mut text, slot, field.type_.as_ref(), &view.one.zone);
        (!text.is_empty()).then_some(text)
    };
    if let Node::Ranges { ranges, .. } = node {
        let ends = ranges.iter().flat_map(|&(first, last)| {
            [last, first, last.saturating_add(1), first.saturating_sub(1)]
        });
        return ends.filter_map(spelt).collect();
    }
    if let Node::Anniversary { month, day, .. } = node {
        let year = program.zone.day_of(program.now()).year() - 1;
        let on = |year| jiff::civil::Date::new(year, *month, *day).ok();
        let day = on(year).map(|day| i64::from(day_number(day)));
        let value = if is_day {
            day
        } else {
            on(year).map(|day| program.zone.start_of(day))
        };
        return value.and_then(spelt).into_iter().collect();
    }
    Vec::new()
}

fn operands(test: &FieldTest) -> Vec<Decimal> {
    if let FieldTest::Number(test) = test {
        number_operands(test)
    } else {
        Vec::new()
    }
}

fn number_operands(test: &NumberTest) -> Vec<Decimal> {
    match test {
        NumberTest::In { values, .. } => values.clone(),
        NumberTest::AtLeast(number) | NumberTest::AtMost(number) => vec![*number],
        NumberTest::MoreThan(number) | NumberTest::LessThan(number) => vec![*number],
        NumberTest::Between(first, last) => vec![*first, *last],
    }
}

/// The numbers themselves, and those next to them.
fn around(numbers: &[Decimal]) -> Vec<String> {
    let next = |number: &Decimal| {
        [
            Some(*number),
            Some(number.ceil()),
            Some(number.floor()),
            number.floor().checked_add(Decimal::ONE),
            number.ceil().checked_sub(Decimal::ONE),
        ]
    };
    let cells = numbers.iter().flat_map(next).flatten();
    cells.map(|number| number.normalize().to_string()).collect()
}

fn numbers(name: &str, column: &str, operands: &[Decimal]) -> Vec<Candidate> {
    let cells = around(operands).into_iter();
    cells
        .map(|cell| Candidate {
            write: format!("{name}: {cell}"),
            column: column.to_owned(),
            cell,
        })
        .collect()
}

fn tags(view: &View<'_>, tag: Option<&str>, should_be: bool) -> Vec<Candidate> {
    let Some((tag, looked)) = tag.zip(view.looked) else {
        return Vec::new();
    };
    let tags = &view.model.contacts.tags;
    let held = tags
        .names
        .iter()
        .filter(|(id, _)| looked.tags.has(id.index()))
        .map(|(_, held)| held.id.as_str());
    let mut names: Vec<_> = held.filter(|held| *held != tag).collect();
    let write = if should_be {
        names.push(tag);
        format!("the tag `{tag}`")
    } else {
        format!("no tag `{tag}`")
    };
    vec![Candidate {
        write,
        column: tags.column.clone(),
        cell: names.join(&tags.separator),
    }]
}

fn stages(view: &View<'_>, at: StageRef, should_be: bool) -> Vec<Candidate> {
    let funnel = &view.model.funnels[at.funnel];
    let put = |id: StageId| Candidate {
        write: format!("stage {}/{}", funnel.id, funnel.stages[id].id),
        column: funnel.column.clone(),
        cell: funnel.stages[id].value.clone(),
    };
    if should_be {
        return vec![put(at.stage)];
    }
    let others = funnel.stages.ids().filter(|id| *id != at.stage);
    others.map(put).collect()
}
