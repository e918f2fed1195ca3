//! How much each check counts, and the file of warnings that are not told; which codes there are is looked at by the checks themselves.

use super::Resolver;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{CheckRule, Weight};
use crate::schema::{Project, ScalarOr};
use crate::source::Spanned;

/// The one key of `checks` that is no check.
const BASELINE: &str = "baseline";

impl Resolver {
    /// The file with the warnings that are not told.
    pub(super) fn baseline(&mut self, project: &Project) -> Option<Spanned<String>> {
        let (_, written) = project.checks.0.iter().find(|(code, _)| code.value.0 == BASELINE)?;
        match &written.value {
            ScalarOr::Scalar(path) => Some(Spanned::new(path.0.clone(), written.span)),
            ScalarOr::Other(_) => {
                let message = "`baseline` is no check: it names a file";
                self.report(
                    Diagnostic::error(Code("bad-check"), written.span, message)
                        .at("expected a path")
                        .help("write `baseline: funnelc-baseline.yaml`"),
                );
                None
            }
        }
    }

    pub(super) fn checks(&mut self, project: &Project) -> Vec<CheckRule> {
        let mut rules = Vec::new();
        for (code, written) in project.checks.0.iter().filter(|(code, _)| code.value.0 != BASELINE) {
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
