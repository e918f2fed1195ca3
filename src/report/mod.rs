//! Findings as people and machines read them; rendering happens here and nowhere else.

pub mod diff;
pub mod json;
pub mod metrics;
pub mod text;
pub mod words;
