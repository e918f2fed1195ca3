//! YAML text to a tree of nodes with the span of every key and value; a file with a mistake keeps what stands before it.

pub mod node;

pub use node::{Entry, Node, Scalar, Value};
