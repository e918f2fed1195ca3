//! Plan, contacts, state and clock to contacts, state, actions, journal and metrics; every step between reading and writing is a pure function.

pub mod contact;
pub mod effect;
