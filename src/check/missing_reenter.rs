//! A campaign for a day that comes again each year, into which everybody comes once in a life.

use super::{CheckContext, Rule};
use crate::diagnostic::Diagnostic;
use crate::graph::atoms;
use crate::model::{ConditionKind, DateTest, Enter, FieldTest};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for campaign in case.model.campaigns.values() {
        if campaign.reenter.is_some() || campaign.broken {
            continue;
        }
        let yearly = campaign.enter.iter().find_map(|way| {
            let Enter::Condition(condition) = way else {
                return None;
            };
            let mut yearly = None;
            atoms(condition, &mut |atom| {
                if let ConditionKind::Field {
                    test: FieldTest::Date(DateTest::Anniversary(_)),
                    ..
                } = &atom.kind
                {
                    yearly = yearly.or(Some(atom.span));
                }
            });
            yearly
        });
        if let Some(yearly) = yearly {
            let message = format!(
                "`{}` lets each contact in once, and the day comes again each year",
                campaign.id
            );
            found.push(
                rule.finding(yearly, message)
                    .at("holds once a year")
                    .label(campaign.span, "`reenter` is missing")
                    .help("write `reenter: { after: 300 days }`"),
            );
        }
    }
    found
}
