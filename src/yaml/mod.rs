//! YAML text to a tree of nodes with the span of every key and value; a file with a mistake keeps
//! what stands before it.

mod budget;
pub mod node;
mod outline;
pub mod parse;
pub(crate) mod secrets;
mod syntax;
pub(crate) mod tree;
mod unquoted;
mod written;

pub use budget::{MAX_BYTES, MAX_DEPTH, height, too_large};
pub use node::{Entry, Node, Scalar, Value};
pub use parse::{Parsed, parse};
