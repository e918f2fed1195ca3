//! Pictures of a journey as text: Mermaid, DOT and an outline for the terminal; each is made from
//! the same choice of things, and no text of the project can break it.

mod dot;
mod drawing;
mod filter;
mod mermaid;
mod order;
mod outline;
mod paint;
mod parts;
mod wrap;

pub use dot::dot;
pub use filter::{Filter, Unknown};
pub(crate) use mermaid::{DIRECTION, escaped, head};
pub use mermaid::{Flowchart, TooLarge, mermaid};
pub use outline::text;
