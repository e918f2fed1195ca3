//! funnelc, the compiler for customer journeys.

pub mod check;
pub mod diagnostic;
pub mod diagram;
pub mod graph;
pub mod model;
pub mod plan;
pub mod report;
pub mod resolve;
pub mod runner;
pub mod schema;
pub mod source;
pub mod yaml;
