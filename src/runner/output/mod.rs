//! What a run writes, as docs/outputs.md promises; names and words come from here only.

pub(crate) mod rows;
pub(crate) mod text;
pub(crate) mod words;
