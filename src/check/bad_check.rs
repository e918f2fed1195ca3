//! A severity for a check that is unknown or always an error, or a check that is off without a
//! reason.

use super::{CheckContext, Rule};
use crate::diagnostic::{Diagnostic, codes, did_you_mean};
use crate::model::{CheckRule, SeverityOverride};

pub(super) fn find(case: &CheckContext<'_>, rule: &Rule) -> Vec<Diagnostic> {
    case.model
        .checks
        .iter()
        .filter_map(|written| wrong(rule, written))
        .collect()
}

fn wrong(rule: &Rule, written: &CheckRule) -> Option<Diagnostic> {
    let code = written.code.as_str();
    let Some(known) = codes::find(code) else {
        let meant = did_you_mean(code, codes::all().map(codes::Code::name));
        let help = meant.map_or("`funnelc explain` knows them all".to_owned(), |meant| {
            format!("did you mean `{meant}`?")
        });
        return Some(
            rule.finding(written.span, format!("there is no check `{code}`"))
                .at("unknown check")
                .help(help),
        );
    };
    if !known.may_change() && written.weight != SeverityOverride::Error {
        let message = format!("`{code}` is always an error");
        let help = "an error is a certainty, and a project with one has no plan; only warnings can be \
            weighed";
        return Some(
            rule.finding(written.span, message)
                .at("cannot be weighed")
                .help(help),
        );
    }
    if written.weight == SeverityOverride::Off && !written.has_reason {
        let message = format!("`{code}` is off, and nothing says why");
        let help = format!("write `{code}: {{ severity: off, reason: … }}`");
        return Some(
            rule.finding(written.span, message)
                .at("needs a reason")
                .help(help),
        );
    }
    None
}
