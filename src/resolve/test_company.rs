//! The company of a test: a row of the companies file, and the key in the contact's row that leads
//! to it.

use super::Resolver;
use crate::diagnostic::{Diagnostic, codes};
use crate::model::test::Cell;
use crate::schema::test::Given;
use crate::schema::{self, Entries, Keyed, Text};

impl Resolver {
    /// The row of the company; the contact's row gets its key where it does not name one.
    pub(super) fn company_of(&mut self, test: &schema::Test, contact: &mut Vec<Cell>) -> Vec<Cell> {
        let Some(written) = &test.company else {
            return Vec::new();
        };
        let mut company = self.company_cells(written, true);
        let Some((key_column, field)) = self
            .companies
            .as_ref()
            .and_then(|it| Some((it.key.clone(), it.contact_field?)))
        else {
            return company;
        };
        let column = self.contacts.fields[field].column.clone();
        let named = contact
            .iter()
            .find(|cell| cell.column == column)
            .map(|cell| cell.text.trim().to_owned());
        let key = company
            .iter()
            .find(|cell| cell.column == key_column)
            .map(|cell| cell.text.trim().to_owned());
        match (named, key) {
            (Some(named), Some(key)) if named != key => {
                let field = &self.contacts.fields[field].id;
                let message =
                    format!("the contact belongs to `{named}`, and the company is `{key}`");
                let help = format!(
                    "leave out `{field}`, or the key of the company, and the contact belongs to it"
                );
                self.report(
                    Diagnostic::new(codes::BAD_TEST, written.key, message)
                        .at("another company")
                        .help(help),
                );
            }
            (Some(_), Some(_)) => {}
            (Some(named), None) => company.push(Cell {
                column: key_column,
                text: named,
            }),
            (None, Some(key)) => contact.push(Cell { column, text: key }),
            (None, None) => {
                contact.push(Cell {
                    column,
                    text: "1".to_owned(),
                });
                company.push(Cell {
                    column: key_column,
                    text: "1".to_owned(),
                });
            }
        }
        company
    }

    /// Cells of the company's row; the key may stand there only at the start.
    pub(super) fn company_cells(
        &mut self,
        written: &Keyed<Entries<Keyed<Given>>>,
        with_key: bool,
    ) -> Vec<Cell> {
        let Some(key) = self
            .companies
            .as_ref()
            .map(|companies| companies.key.clone())
        else {
            if !self.index.companies_broken {
                let help = "describe the second file: `companies: \
                    { key: id, contact-field: company-id, fields: { … } }`";
                let message = "the project has no companies";
                self.report(
                    Diagnostic::new(codes::BAD_TEST, written.key, message)
                        .at("of what kind?")
                        .help(help),
                );
            }
            return Vec::new();
        };
        let mut cells = Vec::new();
        for (name, value) in &written.value.0 {
            if let Given::Literal(literal) = &value.value
                && with_key
                && name.value.0 == key
            {
                cells.push(Cell {
                    column: key.clone(),
                    text: literal.0.text.clone(),
                });
            } else {
                cells.extend(self.company_cell(name, value));
            }
        }
        cells
    }

    fn company_cell(&mut self, name: &Keyed<Text>, value: &Keyed<Given>) -> Option<Cell> {
        let field = self.company_field_id(name)?;
        let field = &self.companies.as_ref()?.fields[field];
        let (column, type_) = (field.column.clone(), field.type_.clone()?);
        let text = self.given_text(name, value, &type_)?;
        Some(Cell { column, text })
    }
}
