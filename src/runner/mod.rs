//! Plan, contacts, state and clock to contacts, state, actions, journal and metrics; every step
//! between reading and writing is a pure function.

pub mod batch;
pub mod compare;
pub mod contact;
pub mod effect;
mod error;
pub mod events;
pub mod header;
pub mod input;
pub mod kernel;
pub mod key;
mod merge;
pub mod metrics;
pub mod notice;
pub(crate) mod one;
pub mod output;
pub mod program;
pub mod simulate;
pub mod state;
mod threads;
mod together;

pub use batch::{Inputs, RunBytes, run_bytes, run_inputs};
pub use error::RunError;
pub use program::floor_clock;
pub use threads::Options;
