//! Findings as people and machines read them; rendering happens here and nowhere else.

pub mod diff;
pub mod github;
pub mod json;
pub mod junit;
pub mod metrics;
pub mod outgoing;
pub mod page;
pub mod run;
pub mod sarif;
pub mod simulate;
pub mod status;
pub mod table;
pub mod text;
pub mod why;
pub mod words;
