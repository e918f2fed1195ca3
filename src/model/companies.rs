//! Companies: a second file, joined to the contacts by key.

use super::contacts::Field;
use super::ids::{Arena, CompanyFieldId, FieldId};
use crate::source::Span;

/// What the companies file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Companies {
    /// The column of the key.
    pub key: String,
    /// Where the key's column is written.
    pub span: Span,
    /// The text field of the contact that holds the key; absent where that is broken.
    pub contact_field: Option<FieldId>,
    /// Words that mean in any cell that there is no value, in order.
    pub missing: Vec<String>,
    /// The fields.
    pub fields: Arena<CompanyFieldId, Field>,
}
