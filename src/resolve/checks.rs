//! How much each check counts; which codes there are is looked at by the checks themselves.

use super::Resolver;
use crate::model::{CheckRule, Weight};
use crate::schema::{Project, ScalarOr};

impl Resolver {
    pub(super) fn checks(&mut self, project: &Project) -> Vec<CheckRule> {
        let mut rules = Vec::new();
        for (code, written) in &project.checks.0 {
            let (word, span, has_reason) = match &written.value {
                ScalarOr::Scalar(word) => (word.0.as_str(), written.span, false),
                ScalarOr::Other(rule) => (rule.severity.value.0.as_str(), rule.severity.span, rule.reason.is_some()),
            };
            let weight = match word {
                "error" => Weight::Error,
                "warning" => Weight::Warning,
                "off" => Weight::Off,
                other => {
                    let Some(weight) = self.unknown_word(other, span, &["error", "warning", "off"]) else { continue };
                    weight
                }
            };
            rules.push(CheckRule { code: code.value.0.clone(), span: code.span, weight, has_reason });
        }
        rules
    }
}
