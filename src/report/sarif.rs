//! Findings as SARIF 2.1.0, for code scanning; where a finding stands does not show in its
//! fingerprint, so that it keeps its identity when lines move.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::json::{Finding, Findings, Level, Place, Related};
use crate::diagnostic::codes;

const SCHEMA: &str = "https://raw.githubusercontent.com/oasis-tcs/sarif-spec/master/Schemata/sarif-schema-2.1.0.json";

/// What may stand in a path of a URI as it is.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// The log of one run, as text with a newline at the end.
pub fn log(findings: &Findings) -> String {
    let rules: BTreeMap<&str, Level> = findings
        .findings
        .iter()
        .map(|finding| (finding.code.as_str(), finding.severity))
        .collect();
    let mut document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "funnelc",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(|(code, level)| rule(code, *level)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results(findings, &rules.keys().copied().collect::<Vec<_>>()),
        }],
    });
    if findings.left_out > 0 {
        // What is suppressed in a log is shown by some all the same; so it is only counted.
        document["runs"][0]["properties"] = json!({ "leftOutByBaseline": findings.left_out });
    }
    format!("{document:#}\n")
}

/// A kind of finding, in the words of its page.
fn rule(code: &str, level: Level) -> Value {
    let page = codes::find(code).map_or("", |code| code.page());
    let told = paragraph(page);
    let short = told
        .split_once(". ")
        .map_or(told.clone(), |(sentence, _)| format!("{sentence}."));
    json!({
        "id": code,
        "shortDescription": { "text": short },
        "fullDescription": { "text": told },
        "help": { "text": page, "markdown": page },
        "defaultConfiguration": { "level": word(level) },
    })
}

/// The first paragraph below the page's title, as one line.
fn paragraph(page: &str) -> String {
    let below = page
        .lines()
        .skip(1)
        .skip_while(|line| line.trim().is_empty());
    below
        .take_while(|line| !line.trim().is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn results(findings: &Findings, rules: &[&str]) -> Vec<Value> {
    let mut seen: BTreeMap<_, u32> = BTreeMap::new();
    let mut results = Vec::with_capacity(findings.findings.len());
    for finding in &findings.findings {
        let same = seen
            .entry((&finding.code, &finding.place.file, &finding.message))
            .or_default();
        *same += 1;
        results.push(result(
            finding,
            rules.binary_search(&finding.code.as_str()).ok(),
            *same,
        ));
    }
    results
}

fn result(finding: &Finding, rule: Option<usize>, same: u32) -> Value {
    let mut result = json!({
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": word(finding.severity),
        "message": { "text": message(&told(finding)) },
        "locations": locations(&finding.place),
        "partialFingerprints": { "funnelcFinding/v1": fingerprint(finding, same) },
    });
    if !finding.related.is_empty() {
        result["relatedLocations"] = finding.related.iter().enumerate().map(related).collect();
    }
    result
}

fn told(finding: &Finding) -> String {
    match &finding.help {
        Some(help) => format!("{}\nhelp: {help}", finding.message),
        None => finding.message.clone(),
    }
}

/// Braces would be placeholders of arguments: section 3.11.5 has them doubled.
fn message(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

/// The same for the same mistake in the same file, wherever it stands there; equal ones are told
/// apart by their order.
fn fingerprint(finding: &Finding, same: u32) -> String {
    let of = [
        finding.code.as_str(),
        &finding.place.file,
        &finding.message,
        &same.to_string(),
    ]
    .join("\0");
    blake3::hash(of.as_bytes()).to_hex()[..32].to_owned()
}

fn locations(place: &Place) -> Vec<Value> {
    if place.file.is_empty() {
        Vec::new()
    } else {
        vec![json!({ "physicalLocation": physical(place) })]
    }
}

fn related((index, related): (usize, &Related)) -> Value {
    json!({
        "id": index,
        "physicalLocation": physical(&related.place),
        "message": { "text": message(&related.label) },
    })
}

fn physical(place: &Place) -> Value {
    json!({
        "artifactLocation": { "uri": uri(&place.file) },
        "region": {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
        },
    })
}

/// Relative to where the program ran, unless the path is absolute.
fn uri(file: &str) -> String {
    let path = utf8_percent_encode(file, PATH).to_string();
    if path.starts_with('/') {
        format!("file://{path}")
    } else {
        path
    }
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
    }
}
