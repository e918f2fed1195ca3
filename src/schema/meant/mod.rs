//! What somebody means who writes in the words of another tool: the one text that fits where it
//! stands, ready to be put there.
//!
//! Only what is nearly certain is said; a text that would be refused, or would mean something else,
//! is worse than none.

mod condition;
mod flow;
mod number;
mod operator;
mod step;
mod text;

pub(in crate::schema) use condition::{of_condition_key, of_condition_list, of_condition_text};
pub(in crate::schema) use flow::{flow, scalar};
pub(crate) use number::{as_digits, is_grouped};
pub(crate) use operator::{Operands, instead};
pub(in crate::schema) use step::{of_step_key, of_step_list, of_step_text};

use crate::yaml::node::{Node, Value};

/// What is declared under some keys of the project, as far as it can be seen in the tree.
#[derive(Clone, Copy)]
pub(in crate::schema) struct Declared<'a>(pub(in crate::schema) &'a Node);

impl<'a> Declared<'a> {
    /// The word for the type of what a condition asks about.
    pub(in crate::schema) fn type_of(self, condition: &Node) -> Option<&'a str> {
        if let Some(field) = text_at(condition, "field") {
            return self.type_of_field(field);
        }
        if condition.get("event").is_some() {
            return Some("integer");
        }
        let company = text_at(condition, "company")?;
        text_at(
            self.0.get("companies")?.get("fields")?.get(company)?,
            "type",
        )
    }

    /// The word for the type of a field.
    pub(in crate::schema) fn type_of_field(self, field: &str) -> Option<&'a str> {
        if field == "points" || field.starts_with("points/") {
            return Some("integer");
        }
        text_at(self.fields()?.get(field)?, "type")
    }

    fn fields(self) -> Option<&'a Node> {
        self.0.get("contacts")?.get("fields")
    }

    /// Whether a tag, a segment or the like has this id.
    pub(in crate::schema) fn has(self, section: &str, id: &str) -> bool {
        self.0
            .get(section)
            .is_some_and(|section| section.get(id).is_some())
    }

    pub(in crate::schema) fn has_tag(self, tag: &str) -> bool {
        let values = self
            .0
            .get("contacts")
            .and_then(|it| it.get("tags"))
            .and_then(|it| it.get("values"));
        match values.map(|values| &values.value) {
            Some(Value::Sequence(tags)) => tags.iter().any(|it| text_of(it) == Some(tag)),
            Some(Value::Scalar(_) | Value::Mapping(_)) | None => false,
        }
    }

    /// The first field that is yes or no, for an example.
    pub(in crate::schema) fn a_flag(self) -> Option<&'a str> {
        let Some(Value::Mapping(fields)) = self.fields().map(|fields| &fields.value) else {
            return None;
        };
        let flag = fields
            .iter()
            .find(|field| text_at(&field.value, "type") == Some("boolean"))?;
        Some(&flag.key.value)
    }
}

pub(in crate::schema) fn text_of(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Scalar(scalar) if !scalar.is_null() => Some(&scalar.text),
        Value::Scalar(_) | Value::Sequence(_) | Value::Mapping(_) => None,
    }
}

fn text_at<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    text_of(node.get(key)?)
}
