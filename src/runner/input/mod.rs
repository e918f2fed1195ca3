//! The contacts file: blocks of bytes to whole rows, rows to cells, declared cells to typed slots;
//! nothing but slots goes on to the kernel.

pub(crate) mod addresses;
pub(crate) mod blocks;
pub(crate) mod cell;
mod columns;
pub(crate) mod companies;
pub(crate) mod framing;
mod hashes;
pub(crate) mod keys;
pub(crate) mod layout;
mod marks;
pub(crate) mod members;
mod needed;
pub(crate) mod reader;
pub(crate) mod row;
pub(crate) mod state_line;
pub(crate) mod state_store;
pub(crate) mod typed;

pub use blocks::ReadError;
