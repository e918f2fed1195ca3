//! The codes of mistakes that are found both while a tree is filled in and while its shape is read.
//!
//! They stand below both, so that neither of the two needs the other.

use crate::diagnostic::Code;

pub(super) const WRONG_TYPE: Code = Code("wrong-type");
pub(super) const UNKNOWN_KEY: Code = Code("unknown-key");
pub(super) const UNKNOWN_VALUE: Code = Code("unknown-value");
pub(super) const MISSING_KEY: Code = Code("missing-key");
pub(super) const EMPTY_LIST: Code = Code("empty-list");
