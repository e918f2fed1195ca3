//! Findings as a JUnit report, which every build server can show: a suite for a project, a case for
//! a file or for a test, and whatever the text, well-formed XML.

use std::collections::BTreeSet;

use super::json::{Finding, Findings, Level, TestResult};
use crate::screen::acts;

/// A project as a test suite.
pub struct Suite<'a> {
    /// Its files; the first gives the suite its name.
    pub files: Vec<&'a str>,
    /// What was found in them.
    pub findings: Findings,
}

/// The report. A file is a case, which fails where it has errors, or with `warnings_fail` anything
/// at all.
pub fn report(suites: &[Suite<'_>], warnings_fail: bool) -> String {
    let of_files = |suite: &Suite<'_>| {
        let name = suite.files.first().copied().unwrap_or_default();
        tested(name, suite.findings.left_out, &cases(suite, warnings_fail))
    };
    document(&suites.iter().map(of_files).collect::<Vec<_>>())
}

/// The report of the tests of a project: a case for each, by its name, in the file where it is
/// written.
pub fn tests(project: Option<&str>, results: &Findings) -> String {
    let case = |test: &'_ TestResult| Case {
        name: test.name.clone(),
        class: test.place.file.clone(),
        failures: results
            .findings
            .iter()
            .filter(|failure| failure.test.as_ref() == Some(&test.name))
            .collect(),
        remarks: Vec::new(),
    };
    let cases: Vec<_> = results.tests.iter().flatten().map(case).collect();
    document(&[tested(project.unwrap_or_default(), 0, &cases)])
}

fn document(suites: &[Tested]) -> String {
    let count = |of: fn(&Tested) -> usize| suites.iter().map(of).sum::<usize>();
    let totals = [
        ("name", "funnelc".to_owned()),
        ("tests", count(|suite| suite.tests).to_string()),
        ("failures", count(|suite| suite.failures).to_string()),
        ("errors", "0".to_owned()),
    ];
    let xml: String = suites.iter().map(|suite| suite.xml.as_str()).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}",
        element(0, "testsuites", &totals, &xml)
    )
}

struct Tested {
    tests: usize,
    failures: usize,
    xml: String,
}

fn tested(name: &str, left_out: usize, cases: &[Case<'_>]) -> Tested {
    let (tests, failures) = (
        cases.len(),
        cases
            .iter()
            .filter(|case| !case.failures.is_empty())
            .count(),
    );
    let attributes = [
        ("name", name.to_owned()),
        ("tests", tests.to_string()),
        ("failures", failures.to_string()),
        ("errors", "0".to_owned()),
    ];
    let mut xml = String::new();
    if left_out > 0 {
        let left_out = [
            ("name", "left-out-by-baseline".to_owned()),
            ("value", left_out.to_string()),
        ];
        xml += &element(4, "properties", &[], &element(6, "property", &left_out, ""));
    }
    xml.extend(cases.iter().map(Case::xml));
    Tested {
        tests,
        failures,
        xml: element(2, "testsuite", &attributes, &xml),
    }
}

/// A file or a test, with what lets it fail and what is only said about it.
struct Case<'a> {
    name: String,
    class: String,
    failures: Vec<&'a Finding>,
    remarks: Vec<&'a Finding>,
}

fn cases<'a>(suite: &'a Suite<'_>, warnings_fail: bool) -> Vec<Case<'a>> {
    let fails = |finding: &&Finding| match finding.severity {
        Level::Error => true,
        Level::Warning => warnings_fail,
    };
    let case = |(index, file): (usize, &'a str)| {
        // What stands in no file belongs to the project, and so to the file that makes it one.
        let here = |finding: &&Finding| {
            finding.place.file == file || index == 0 && finding.place.file.is_empty()
        };
        let (failures, remarks) = suite.findings.findings.iter().filter(here).partition(fails);
        Case {
            name: file.to_owned(),
            class: "funnelc".to_owned(),
            failures,
            remarks,
        }
    };
    let mut files = suite.files.clone();
    // What is found in a file that the project only names, a text or the baseline, is a case of its
    // own.
    let others = suite
        .findings
        .findings
        .iter()
        .map(|finding| finding.place.file.as_str());
    let others: BTreeSet<&str> = others
        .filter(|file| !file.is_empty() && !suite.files.contains(file))
        .collect();
    files.extend(others);
    files.into_iter().enumerate().map(case).collect()
}

impl Case<'_> {
    fn xml(&self) -> String {
        let attributes = [
            ("name", self.name.clone()),
            ("classname", self.class.clone()),
        ];
        element(
            4,
            "testcase",
            &attributes,
            &(self.failure() + &self.remark()),
        )
    }

    /// One element, because Jenkins and GitLab show no more than one of a case.
    fn failure(&self) -> String {
        let Some(first) = self.failures.first() else {
            return String::new();
        };
        let message = match self.failures.len() - 1 {
            0 => first.message.clone(),
            more => format!("{}, and {more} more", first.message),
        };
        leaf(
            "failure",
            &[("message", message), ("type", first.code.clone())],
            &told(&self.failures),
        )
    }

    fn remark(&self) -> String {
        if self.remarks.is_empty() {
            String::new()
        } else {
            leaf("system-out", &[], &told(&self.remarks))
        }
    }
}

/// Findings as lines, as compilers print them.
fn told(findings: &[&Finding]) -> Vec<String> {
    let mut lines = Vec::new();
    for finding in findings {
        lines.push(format!(
            "{}: {}: {}",
            finding.place, finding.code, finding.message
        ));
        lines.extend(
            finding
                .related
                .iter()
                .map(|related| format!("  {}: {}", related.place, related.label)),
        );
        lines.extend(finding.help.iter().map(|help| format!("  help: {help}")));
    }
    lines
}

fn element(indent: usize, name: &str, attributes: &[(&str, String)], inner: &str) -> String {
    let (pad, start) = (" ".repeat(indent), start(name, attributes));
    if inner.is_empty() {
        return format!("{pad}<{start}/>\n");
    }
    format!("{pad}<{start}>\n{inner}{pad}</{name}>\n")
}

fn leaf(name: &str, attributes: &[(&str, String)], lines: &[String]) -> String {
    let text: Vec<_> = lines.iter().map(|line| escaped(line)).collect();
    format!(
        "      <{}>{}</{name}>\n",
        start(name, attributes),
        text.join("\n")
    )
}

fn start(name: &str, attributes: &[(&str, String)]) -> String {
    let attributes = attributes
        .iter()
        .map(|(key, value)| format!(" {key}=\"{}\"", escaped(value)));
    format!("{name}{}", attributes.collect::<String>())
}

/// What a reader gives back unchanged, but for the characters that XML cannot say at all.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\r' | '\t' => escaped.push_str(&format!("&#{};", u32::from(c))),
            '\0'..'\u{20}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c if acts(text, at, c) => escaped.push_str(&format!("&#{};", u32::from(c))),
            c => escaped.push(c),
        }
    }
    escaped
}
