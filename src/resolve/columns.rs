//! Columns of the contacts file: each is written by one thing only, so that two of them never
//! overwrite each other.

use super::Resolver;
use crate::diagnostic::{Diagnostic, codes};
use crate::model::contacts::column_of;
use crate::model::funnel::stage_column_of;
use crate::schema::Project;
use crate::source::Span;

/// A column and what it holds.
struct Column {
    name: String,
    what: String,
    span: Span,
}

impl Resolver {
    /// Reports columns that two things claim. The key's column may be a field too: it is read, and
    /// `set` refuses it.
    pub(super) fn columns(&mut self, project: &Project) {
        let columns = columns(project);
        for (at, column) in columns.iter().enumerate() {
            if let Some(first) = columns[..at].iter().find(|first| first.name == column.name) {
                let message = format!(
                    "the column `{}` holds {} and {}",
                    column.name, first.what, column.what
                );
                self.report(
                    Diagnostic::new(codes::DUPLICATE_COLUMN, column.span, message)
                        .at("again here")
                        .label(first.span, "first here")
                        .help("give each a `column` of its own"),
                );
            }
        }
    }
}

fn columns(project: &Project) -> Vec<Column> {
    let mut columns = Vec::new();
    let mut add =
        |name: String, what: String, span: Span| columns.push(Column { name, what, span });
    if let Some(body) = project
        .contacts
        .as_ref()
        .and_then(|contacts| contacts.body.as_ref())
    {
        if let Some(column) = body.tags.as_ref().and_then(|tags| tags.column.as_ref()) {
            add(column.value.0.clone(), "the tags".to_owned(), column.span);
        }
        if let Some(column) = body
            .points
            .as_ref()
            .and_then(|points| points.column.as_ref())
        {
            add(column.value.0.clone(), "the points".to_owned(), column.span);
        }
        for (group, column) in body.points.iter().flat_map(|points| &points.groups.0) {
            add(
                column.value.0.clone(),
                format!("the points of `{}`", group.value.0),
                column.span,
            );
        }
        for (id, field) in super::sorted(&body.fields) {
            let written = field.body.as_ref().and_then(|field| field.column.as_ref());
            let name =
                written.map_or_else(|| column_of(&id.value.0), |column| column.value.0.clone());
            add(
                name,
                format!("the field `{}`", id.value.0),
                written.map_or(id.span, |column| column.span),
            );
        }
        for (channel, column) in &body.do_not_contact.0 {
            let what = format!("do-not-contact of `{}`", channel.value.0);
            add(column.column.value.0.clone(), what, column.column.span);
        }
    }
    for (id, funnel) in super::sorted(&project.funnels) {
        let written = funnel
            .body
            .as_ref()
            .and_then(|funnel| funnel.column.as_ref());
        let default = || stage_column_of(&id.value.0);
        let name = written.map_or_else(default, |column| column.value.0.clone());
        add(
            name,
            format!("the stage of `{}`", id.value.0),
            written.map_or(id.span, |column| column.span),
        );
    }
    columns
}
