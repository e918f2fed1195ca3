//! Stand-in until decode and merge land.
use super::Project;
use crate::diagnostic::{Code, Diagnostic};
use crate::yaml::{Node, Value};
/// First file only.
pub fn merge(files: Vec<Node>) -> (Node, Vec<Diagnostic>) {
    let node =
        files.into_iter().next().unwrap_or(Node { span: crate::source::Span::NOWHERE, value: Value::Mapping(vec![]) });
    (node, Vec::new())
}
/// Serde only.
pub fn decode(root: &Node) -> (Project, Vec<Diagnostic>) {
    let (project, errors) = super::de::read::<Project>(root);
    let found =
        errors.into_iter().map(|e| Diagnostic::error(Code("shape"), e.span.unwrap_or(root.span), e.message)).collect();
    (project.unwrap_or_default(), found)
}
/// None yet.
pub fn json_schema() -> String {
    String::from("{}\n")
}
