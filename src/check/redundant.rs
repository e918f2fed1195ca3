//! A part of a list of conditions that says nothing beside another part of it, and a text that is
//! listed twice in other capitals.

use std::collections::BTreeMap;

use super::together::From;
use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::graph::{atoms, conditions};
use crate::model::fold::folded;
use crate::model::{Condition, ConditionKind, FieldTest, FieldType, Model, Subject, TextTest};

/// In longer lists nothing is compared.
const MOST: usize = 16;

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (_, root) in conditions(case.model) {
        atoms(root, &mut |condition| {
            if let ConditionKind::All(parts) = &condition.kind {
                found.extend(implied(case, rule, parts, true));
            } else if let ConditionKind::Any(parts) = &condition.kind {
                found.extend(implied(case, rule, parts, false));
            } else {
                found.extend(listed_twice(case.model, rule, condition));
            }
        });
    }
    found
}

/// Parts that hold whenever another one does, where all must hold, or for whom another one holds
/// whenever they do, where one is enough; of two that mean the same the later.
fn implied<'a>(
    case: &CheckContext<'_>,
    rule: &Rule,
    parts: &'a [Condition],
    all: bool,
) -> Vec<Diagnostic> {
    let is_decided = |part: &Condition| {
        let mut verdicts = case.verdicts.iter();
        verdicts.any(|verdict| verdict.condition.span == part.span)
    };
    if parts.len() > MOST || parts.iter().any(is_decided) {
        return Vec::new();
    }
    let says_less = |part: &'a Condition, beside: &'a Condition| {
        let asked = [(part, !all), (beside, all)];
        case.together.borrow_mut().never(&asked, From::Elsewhere)
    };
    let mut found = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let other = parts.iter().enumerate().find(|(other_at, other)| {
            *other_at != at && says_less(part, other) && (*other_at < at || !says_less(other, part))
        });
        if let Some((_, other)) = other {
            let message = if all {
                "this part says nothing: it holds wherever another part of `all` does"
            } else {
                "this part says nothing: another part of `any` holds wherever it does"
            };
            found.push(
                rule.finding(part.span, message)
                    .at("can be left out")
                    .label(other.span, "says it already")
                    .help("leave it out, or write what it was meant to ask"),
            );
        }
    }
    found
}

fn listed_twice(model: &Model, rule: &Rule, condition: &Condition) -> Option<Diagnostic> {
    let ConditionKind::Field {
        subject: Subject::Field(field),
        test: FieldTest::Text(TextTest::In { values, .. }),
    } = &condition.kind
    else {
        return None;
    };
    let field = &model.contacts.fields[*field];
    let match_case = matches!(
        field.type_,
        Some(FieldType::Text {
            match_case: true,
            ..
        })
    );
    let mut first: BTreeMap<String, &String> = BTreeMap::new();
    let twice = values.iter().find_map(|value| {
        let other = first.insert(folded(value), value)?;
        Some((value, other))
    });
    let (value, other) = twice.filter(|_| !match_case)?;
    let message = format!("`{value}` says nothing beside `{other}`: capitals make no difference");
    Some(
        rule.finding(condition.span, message)
            .at(format!("`{}` is read without capitals", field.id))
            .help(format!(
                "leave `{value}` out, or write `match-case: true` at the field"
            )),
    )
}
