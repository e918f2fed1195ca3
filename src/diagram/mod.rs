//! Pictures of a journey: Mermaid, DOT, SVG, and an outline for the terminal; no text of the
//! project can break one.

mod dot;
mod drawing;
mod filter;
mod mermaid;
mod order;
mod outline;
mod paint;
mod parts;
mod svg;
mod wrap;

pub use dot::dot;
pub use filter::{Filter, Unknown};
pub(crate) use mermaid::{DIRECTION, escaped, head};
pub use mermaid::{Flowchart, TooLarge, mermaid};
pub use outline::text;
pub use svg::{Counted, Dress, Link, Overlay, Panel, escaped as escaped_xml, panels, svg};
