//! Random companies: the section, the file, and what may be asked about them.
//!
//! Invariant: a project that asks about companies gets a file of them.

use super::Draft;
use super::fields::{Field, quoted};
use super::random::Random;

pub(super) const SECTION: &str = "companies:
  key: name
  contact-field: firm
  missing: [n/a]
  fields:
    staff: { type: integer, default: 1 }
    kind: { type: choice, values: [shop, plant] }
    town: { type: text, column: city }
    since: { type: date }
    audited: { type: boolean }
";

/// The fields, as conditions take them.
pub(super) fn fields(days: Vec<String>) -> Vec<Field> {
    vec![
        Field::new("staff", "integer", &["1", "9", "50", "500"]),
        Field::new("kind", "choice", &["shop", "plant"]),
        Field::new(
            "town",
            "text",
            &["Wien", "WIEN", "\u{141}\u{f3}d\u{17a}", "Bonn"],
        ),
        Field::from("since", "date", days),
        Field::new("audited", "boolean", &["true", "false"]),
    ]
}

pub(super) fn file(random: &mut Random, fields: &[Field]) -> String {
    let mut file = String::from("name,staff,kind,city,since,audited,extra\n");
    for name in ["acme", "beta ", "other"] {
        file += name;
        for field in fields {
            file.push(',');
            if random.chance(75) {
                file += random.pick::<String>(&field.cells);
            } else if random.chance(50) {
                file += "n/a";
            }
        }
        file += ",x\n";
    }
    file
}

impl Draft<'_> {
    pub(super) fn company_condition(&mut self) -> String {
        let field = self.random.below(self.companies.len());
        let Field {
            id, kind, operands, ..
        } = &self.companies[field];
        let (id, kind, operands) = (*id, *kind, operands.clone());
        if self.random.chance(10) {
            return format!("{{ company: {id}, exists: {} }}", self.random.chance(50));
        }
        let comparison = match kind {
            "integer" => format!(
                "at-least: {}",
                quoted(kind, self.random.pick::<String>(&operands))
            ),
            "boolean" => format!("is: {}", self.random.chance(50)),
            "date" => self.time_comparison(kind, &operands),
            kind => self.equality(&operands, kind),
        };
        format!("{{ company: {id}, {comparison} }}")
    }
}
