//! How much each check counts, how much a run may let go out, and the file of warnings that are not
//! told; which codes there are is looked at by the checks themselves.

use super::Resolver;
use crate::diagnostic::{Diagnostic, codes};
use crate::model::{Bounded, CheckRule, SeverityOverride};
use crate::schema::{self, Keyed, Project, RunAtMost, ScalarOr, Text};
use crate::source::{Span, Spanned};

/// The keys of `checks` that are no checks.
const NO_CHECKS: [&str; 2] = [BASELINE, RUN];
const BASELINE: &str = "baseline";
const RUN: &str = "run";

type Written = Keyed<ScalarOr<schema::CheckRule>>;

impl Resolver {
    /// The file with the warnings that are not told.
    pub(super) fn baseline(&mut self, project: &Project) -> Option<Spanned<String>> {
        let (_, written) = project
            .checks
            .0
            .iter()
            .find(|(code, _)| code.value.0 == BASELINE)?;
        match &written.value {
            ScalarOr::Scalar(path) => Some(Spanned::new(path.0.clone(), written.span)),
            ScalarOr::Other(_) => {
                let message = "`baseline` is no check: it names a file";
                self.report(
                    Diagnostic::new(codes::BAD_CHECK, written.span, message)
                        .at("expected a path")
                        .help("write `baseline: funnelc-baseline.yaml`"),
                );
                None
            }
        }
    }

    pub(super) fn checks(&mut self, project: &Project) -> Vec<CheckRule> {
        let mut rules = Vec::new();
        for (code, written) in project
            .checks
            .0
            .iter()
            .filter(|(code, _)| !NO_CHECKS.contains(&code.value.0.as_str()))
        {
            let (word, has_reason) = match &written.value {
                ScalarOr::Scalar(word) => (Some((word.0.as_str(), written.span)), false),
                ScalarOr::Other(rule) => {
                    (self.severity(code, written, rule), rule.reason.is_some())
                }
            };
            let Some((word, span)) = word else { continue };
            let weight = match word {
                "error" => SeverityOverride::Error,
                "warning" => SeverityOverride::Warning,
                "off" => SeverityOverride::Off,
                other => {
                    let Some(weight) = self.unknown_word(other, span, &["error", "warning", "off"])
                    else {
                        continue;
                    };
                    weight
                }
            };
            rules.push(CheckRule {
                code: code.value.0.clone(),
                span: code.span,
                weight,
                has_reason,
            });
        }
        rules
    }

    fn severity<'w>(
        &mut self,
        code: &Keyed<Text>,
        written: &Written,
        rule: &'w schema::CheckRule,
    ) -> Option<(&'w str, Span)> {
        if let Some(at_most) = &rule.at_most {
            let message = format!(
                "`at-most` does not go with `{}`: it bounds what a run lets go out",
                code.value.0
            );
            let finding =
                Diagnostic::new(codes::BAD_CHECK, at_most.key, message).at("not of a check");
            self.report(
                finding.help("write `run: { at-most: { messages: 5000 } }` below `checks`"),
            );
        }
        let Some(severity) = &rule.severity else {
            let message = format!(
                "`{}` does not say how much its findings count",
                code.value.0
            );
            let finding =
                Diagnostic::new(codes::BAD_CHECK, written.span, message).at("no `severity`");
            self.report(finding.help("write `severity: error`, `warning` or `off`"));
            return None;
        };
        Some((&severity.value.0, severity.span))
    }

    /// How much one run may let go out.
    pub(super) fn run_at_most(&mut self, project: &Project) -> Vec<(Bounded, u64)> {
        let Some((key, written)) = project
            .checks
            .0
            .iter()
            .find(|(code, _)| code.value.0 == RUN)
        else {
            return Vec::new();
        };
        let at_most = match &written.value {
            ScalarOr::Other(rule) if rule.severity.is_none() && rule.reason.is_none() => {
                rule.at_most.as_ref()
            }
            ScalarOr::Other(_) | ScalarOr::Scalar(_) => None,
        };
        let Some(at_most) = at_most else {
            let message = "`run` is no check: it bounds what a run lets go out";
            let finding =
                Diagnostic::new(codes::BAD_CHECK, key.span, message).at("expected `at-most`");
            self.report(finding.help("write `run: { at-most: { email: 5000, actions: 10000 } }`"));
            return Vec::new();
        };
        let RunAtMost {
            email,
            sms,
            push,
            messages,
            actions,
        } = &at_most.value;
        let written = Bounded::ALL
            .into_iter()
            .zip([email, sms, push, messages, actions]);
        written
            .filter_map(|(what, most)| Some((what, self.most(most.as_ref()?)?)))
            .collect()
    }

    fn most(&mut self, written: &Keyed<i64>) -> Option<u64> {
        let most = u64::try_from(written.value).ok();
        if most.is_none() {
            let message = format!("`{}` is no number of actions", written.value);
            self.report(
                Diagnostic::new(codes::WRONG_VALUE, written.span, message).at("expected 0 or more"),
            );
        }
        most
    }
}
