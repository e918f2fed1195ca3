//! What a run writes, as docs/outputs.md promises; names and words come from here only.

pub(crate) mod access;
mod actions;
mod ahead;
pub(crate) mod beside;
mod body;
mod cells;
mod claim;
pub(crate) mod copying;
pub(crate) mod earlier;
mod exchange;
pub(crate) mod file;
pub(crate) mod folder;
pub(crate) mod forms;
mod formulas;
pub(crate) mod history;
pub(crate) mod journal;
pub(crate) mod manifest;
pub(crate) mod place;
pub(crate) mod rejects;
pub(crate) mod rows;
mod staging;
pub(crate) mod store;
pub(crate) mod text;
pub(crate) mod timeline;
pub(crate) mod words;
