//! The companies file: its columns and types, and the field of the contact that holds the key of
//! its company.

use std::collections::BTreeMap;

use super::{Resolver, sorted};
use crate::diagnostic::{Diagnostic, codes};
use crate::model::contacts::column_of;
use crate::model::ids::Id;
use crate::model::{Companies, CompanyFieldId, FieldId, FieldType};
use crate::schema::{self, Keyed, Recovered, Text};
use crate::source::Span;

impl Resolver {
    pub(super) fn companies(
        &mut self,
        written: Option<&Recovered<schema::Companies>>,
    ) -> Option<Companies> {
        let body = written?.body.as_ref()?;
        self.not_empty(Some(&body.key), "column of the key");
        let missing = self.missing_words(body.missing.as_ref());
        let fields = sorted(&body.fields)
            .map(|(id, field)| self.field(id, field.body.as_ref()))
            .collect();
        self.company_columns(body);
        let contact_field = self.company_key(&body.contact_field);
        Some(Companies {
            key: body.key.value.0.clone(),
            span: body.key.span,
            contact_field,
            missing,
            fields,
        })
    }

    /// The field of the contact that holds the key: a text, so that `007` stays `007`.
    fn company_key(&mut self, name: &Keyed<Text>) -> Option<FieldId> {
        let (field, type_) = self.typed_field(name)?;
        if matches!(type_, FieldType::Text { .. }) {
            return Some(field);
        }
        let (span, text) = self.declared(field);
        let message = format!("`{}` cannot hold the key of a company", name.value.0);
        self.report(
            Diagnostic::new(codes::WRONG_VALUE, name.span, message)
                .at("expected a text")
                .label(span, text)
                .help("declare the field with `type: text`; keys are compared as they are written"),
        );
        None
    }

    /// Two fields of one column would be a mistake; the key's column may be a field too.
    fn company_columns(&mut self, body: &schema::Companies) {
        let mut columns: BTreeMap<String, Span> = BTreeMap::new();
        for (id, field) in sorted(&body.fields) {
            let written = field.body.as_ref().and_then(|field| field.column.as_ref());
            let name =
                written.map_or_else(|| column_of(&id.value.0), |column| column.value.0.clone());
            let span = written.map_or(id.span, |column| column.span);
            if let Some(first) = columns.get(&name).copied() {
                let message = format!("the column `{name}` holds two fields of the company");
                self.report(
                    Diagnostic::new(codes::DUPLICATE_COLUMN, span, message)
                        .at("again here")
                        .label(first, "first here")
                        .help("give each a `column` of its own"),
                );
            } else {
                columns.insert(name, span);
            }
        }
    }

    /// A field of the company, by its id.
    pub(super) fn company_field_id(&mut self, name: &Keyed<Text>) -> Option<CompanyFieldId> {
        let Some(companies) = &self.companies else {
            if !self.index.companies_broken {
                let help = "describe the second file: `companies: \
                    { key: id, contact-field: company-id, fields: { … } }`";
                self.unknown(
                    "company field",
                    codes::UNKNOWN_FIELD,
                    name,
                    Some(help.to_owned()),
                );
            }
            return None;
        };
        let found = companies
            .fields
            .iter()
            .find(|(_, field)| field.id == name.value.0)
            .map(|(id, _)| id);
        if found.is_none() {
            let meant = self.guesses.did_you_mean(
                &name.value.0,
                companies.fields.values().map(|field| field.id.as_str()),
            );
            let help = meant.map(|meant| format!("did you mean `{meant}`?"));
            let help =
                help.unwrap_or_else(|| "declare it under `companies: { fields: … }`".to_owned());
            self.unknown("company field", codes::UNKNOWN_FIELD, name, Some(help));
        }
        found
    }

    /// Where a field of the company is declared and its type, for labels.
    pub(super) fn declared_of_company(&self, field: CompanyFieldId) -> Option<(Span, String)> {
        let field = self
            .companies
            .as_ref()?
            .fields
            .values()
            .nth(field.index())?;
        let type_ = field.type_.as_ref().map_or("broken", FieldType::word);
        Some((field.span, format!("declared as {type_}")))
    }
}
