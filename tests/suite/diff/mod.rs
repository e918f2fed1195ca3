//! `funnelc diff`: what a change of a project is in words, and what it does to contacts.

mod changes;
mod environments;
mod git;
mod headlines;
mod impact;
mod pairs;
mod plans;
mod rewordings;
mod safeguards;
mod told_apart;
mod translated;
mod truth;
mod ways;

use funnelc::Compiled;
use funnelc::diff::Diff;
use funnelc::plan::Plan;
use funnelc::report::diff::{LONGEST, Report, json, markdown, text};
use funnelc::runner::Options;
use funnelc::runner::compare::{Comparison, compare_bytes};

use crate::projects::{root, sources};

/// 2026-11-21T09:00 in Warsaw.
const NOW: i64 = 1_795_248_000;

/// The webshop's project and contacts.
fn webshop() -> (String, Vec<u8>) {
    let read = |file| {
        std::fs::read(root().join("examples/webshop").join(file)).expect("the example is there")
    };
    (
        String::from_utf8(read("funnelc.yaml")).expect("UTF-8"),
        read("contacts.csv"),
    )
}

/// The text with each pair replaced; a text that is not there is a mistake of the test.
fn edited(text: &str, replacements: &[(&str, &str)]) -> String {
    replacements
        .iter()
        .fold(text.to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "there is no `{from}`");
            text.replace(from, to)
        })
}

fn compiled(yaml: &str) -> Compiled {
    let compiled = funnelc::compile(sources(&[("funnelc.yaml", yaml)]));
    assert!(compiled.plan.is_some(), "{:#?}", compiled.diagnostics);
    compiled
}

/// Two versions of a project, compared.
struct Compared {
    base: Plan,
    head: Plan,
    diff: Diff,
    impact: Comparison,
}

impl Compared {
    fn new(base: &str, head: &str, contacts: &[u8]) -> Self {
        let (base, head) = (compiled(base), compiled(head));
        let (plan, other) = (base.plan.expect("no errors"), head.plan.expect("no errors"));
        Self {
            diff: Diff::between(&plan, &other).with_cosmetic(&base.model, &head.model),
            impact: compare_bytes(&plan, &other, NOW, contacts, None, Options::default())
                .expect("compared"),
            base: plan,
            head: other,
        }
    }

    fn report(&self) -> Report<'_> {
        Report {
            base: ("before", self.base.fingerprint()),
            head: ("after", self.head.fingerprint()),
            base_lacks: None,
            environments: &[],
            weakened: &[],
            diff: &self.diff,
            impact: Some(&self.impact),
        }
    }

    fn text(&self) -> String {
        text(&self.report())
    }

    fn markdown(&self) -> String {
        markdown(&self.report(), LONGEST)
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&json(&self.report())).expect("JSON")
    }
}
