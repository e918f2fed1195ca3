//! Findings for build servers: valid against the schemas of others, and whatever stands in a name
//! or message comes back unchanged.

use funnelc::report::json::Findings;
use funnelc::report::{github, junit, sarif};
use funnelc::source::Sources;
use serde_json::Value;

use crate::projects::{funnelc, root};

/// A file name that has everything that annotations, URIs and XML must escape.
const AWKWARD: &str = "50% off, a:b/żółw <&> \"#1?\".yaml\n::error::x";

#[test]
fn annotations_of_awkward_names() {
    insta::assert_snapshot!(github::commands(&awkward()));
}

#[test]
fn annotations_give_back_what_went_in() {
    let findings = awkward();
    let commands = github::commands(&findings);
    assert_eq!(
        commands.lines().count(),
        findings.findings.len(),
        "one line, one command:\n{commands}"
    );
    for (line, finding) in commands.lines().zip(&findings.findings) {
        let (properties, message) = line
            .strip_prefix("::error ")
            .unwrap()
            .split_once("::")
            .unwrap();
        let property = |name: &str| {
            let pairs = properties
                .split(',')
                .map(|pair| pair.split_once('=').unwrap());
            let found: Vec<_> = pairs
                .filter(|(key, _)| *key == name)
                .map(|(_, value)| unescaped(value))
                .collect();
            assert_eq!(found.len(), 1, "{name} in {line}");
            found.concat()
        };
        assert_eq!(property("file"), AWKWARD);
        assert_eq!(property("line"), finding.place.line.to_string());
        assert_eq!(property("endColumn"), finding.place.end_column.to_string());
        assert_eq!(property("title"), finding.code);
        let message = unescaped(message);
        assert!(
            message.starts_with(&finding.message),
            "{message:?}\n{:?}",
            finding.message
        );
        assert!(
            finding
                .help
                .iter()
                .all(|help| message.ends_with(&format!("\nhelp: {help}"))),
            "{message:?}"
        );
    }
}

#[test]
fn an_annotation_over_several_lines_has_no_columns() {
    let mut findings = awkward();
    findings.findings.truncate(1);
    findings.findings[0].place.end_line += 1;
    let command = github::commands(&findings);
    assert!(
        !command.contains("col=") && !command.contains("endColumn="),
        "{command}"
    );
    assert!(command.contains(",line=7,endLine=8,"), "{command}");
}

#[test]
fn nothing_to_say_is_an_empty_text_a_passed_case_and_a_log_without_results() {
    assert_eq!(
        funnelc(&["check", "examples/webshop", "--format", "github"]).out,
        ""
    );
    let log: Value =
        serde_json::from_str(&funnelc(&["check", "examples/webshop", "--format", "sarif"]).out)
            .unwrap();
    assert_eq!(log["runs"][0]["results"], Value::Array(Vec::new()));
    insta::assert_snapshot!(funnelc(&["check", "examples/webshop", "--format", "junit"]).out, @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="funnelc" tests="1" failures="0" errors="0">
      <testsuite name="examples/webshop/funnelc.yaml" tests="1" failures="0" errors="0">
        <testcase name="examples/webshop/funnelc.yaml" classname="funnelc"/>
      </testsuite>
    </testsuites>
    "#);
}

#[test]
fn logs_satisfy_the_schema_of_sarif() {
    let schema =
        std::fs::read_to_string(root().join("tests/fixtures/schemas/sarif-2.1.0.json")).unwrap();
    // A lone bracket stands for itself in the patterns of JavaScript, but our validator wants it
    // escaped.
    let schema: Value = serde_json::from_str(&schema.replace("{2}]?$", r"{2}\\]?$")).unwrap();
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    let faults = |log: &str| -> Vec<String> {
        validator
            .iter_errors(&serde_json::from_str(log).unwrap())
            .map(|fault| fault.to_string())
            .collect()
    };
    let paths = [
        "check",
        "examples/lifecycle",
        "tests/fixtures/mistakes",
        "examples/webshop",
        "--format",
        "sarif",
    ];
    let mistakes = funnelc(&paths).out;
    assert_eq!(faults(&mistakes), Vec::<String>::new());
    assert_eq!(faults(&sarif::log(&awkward())), Vec::<String>::new());
    // The schema must be able to refuse.
    assert!(!faults(&mistakes.replace("\"startLine\": ", "\"startLine\": -")).is_empty());
    assert!(!faults(&mistakes.replace("\"uri\": \"", "\"uri\": \"a b")).is_empty());
}

#[test]
fn a_log_says_what_the_findings_say() {
    let findings = awkward();
    let log: Value = serde_json::from_str(&sarif::log(&findings)).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let (results, rules) = (
        run["results"].as_array().unwrap(),
        &run["tool"]["driver"]["rules"],
    );
    assert_eq!(results.len(), findings.findings.len());
    for (result, finding) in results.iter().zip(&findings.findings) {
        assert_eq!(result["ruleId"], finding.code);
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], finding.code);
        assert_eq!(
            rule["help"]["text"],
            funnelc::diagnostic::codes::find(&finding.code)
                .unwrap()
                .page()
        );
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert_eq!(
            percent_encoding::percent_decode_str(uri)
                .decode_utf8()
                .unwrap(),
            AWKWARD
        );
        assert!(
            uri.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte)),
            "{uri}"
        );
        let region = ["startLine", "startColumn", "endLine", "endColumn"]
            .map(|key| place["region"][key].as_u64());
        let at = &finding.place;
        assert_eq!(
            region,
            [at.line, at.column, at.end_line, at.end_column].map(|at| u64::try_from(at).ok())
        );
        let text = result["message"]["text"]
            .as_str()
            .unwrap()
            .replace("{{", "{")
            .replace("}}", "}");
        assert!(text.starts_with(&finding.message), "{text}");
    }
}

#[test]
fn fingerprints_stay_when_lines_move_and_tell_equal_mistakes_apart() {
    let text = "version: 1\ncontacts: { key: id }\nsegments:\n  a: { where: { segment: x } }\n  b: \
        { where: { segment: x } }\n";
    let prints = |text: &str| -> Vec<String> {
        let log: Value = serde_json::from_str(&sarif::log(&findings("a.yaml", text))).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        results
            .iter()
            .map(|result| result["partialFingerprints"]["funnelcFinding/v1"].to_string())
            .collect()
    };
    let before = prints(text);
    let unlike: std::collections::BTreeSet<_> = before.iter().collect();
    assert!(
        before.len() >= 2 && unlike.len() == before.len(),
        "{before:?}"
    );
    assert_eq!(
        prints(&text.replace("segments:", "# moved\n\n\nsegments:")),
        before
    );
}

#[test]
fn a_log_of_mistakes() {
    let log = funnelc(&["check", "tests/fixtures/mistakes", "--format", "sarif"]).out;
    let mut log: Value = serde_json::from_str(&log).unwrap();
    // The pages are shown elsewhere.
    for rule in log["runs"][0]["tool"]["driver"]["rules"]
        .as_array_mut()
        .unwrap()
    {
        rule["help"] = "…".into();
    }
    log["runs"][0]["tool"]["driver"]["semanticVersion"] = "…".into();
    insta::assert_snapshot!(format!("{log:#}"));
}

#[test]
fn a_report_of_mistakes() {
    insta::assert_snapshot!(
        funnelc(&[
            "check",
            "examples/lifecycle",
            "tests/fixtures/mistakes",
            "--format",
            "junit"
        ])
        .out
    );
}

#[test]
fn reports_are_xml_and_give_back_what_went_in() {
    let findings = awkward();
    let first = findings.findings[0].message.clone();
    let more = findings.findings.len() - 1;
    let forged = findings
        .findings
        .iter()
        .find(|finding| finding.message.contains('\u{1}'))
        .unwrap()
        .message
        .clone();
    let report = junit::report(
        &[junit::Suite {
            files: vec![AWKWARD],
            findings,
        }],
        false,
    );
    let (attributes, text) = read(&report);
    assert!(
        attributes.contains(&("testcase name".to_owned(), AWKWARD.to_owned())),
        "{attributes:?}"
    );
    assert!(attributes.contains(&(
        "failure message".to_owned(),
        format!("{first}, and {more} more")
    )));
    assert!(
        text.contains(&forged.replace('\u{1}', "\u{fffd}")),
        "{text}"
    );
    let turned = "a\u{202e}b\u{9b}c\u{200b}.yaml";
    let findings = awkward();
    let report = junit::report(
        &[junit::Suite {
            files: vec![turned],
            findings,
        }],
        false,
    );
    assert!(
        !report.contains(['\u{202e}', '\u{9b}', '\u{200b}']),
        "what acts is a reference: {report}"
    );
    assert!(
        read(&report)
            .0
            .contains(&("testcase name".to_owned(), turned.to_owned())),
        "which gives it back"
    );
}

#[test]
fn warnings_are_told_unless_they_fail_the_check() {
    let report = |more: &[&str]| {
        funnelc(&[&["check", "examples/lifecycle", "--format", "junit"], more].concat()).out
    };
    let (told, failed) = (report(&[]), report(&["--deny-warnings"]));
    assert!(
        told.contains("failures=\"0\"")
            && told.contains("<system-out>")
            && !told.contains("<failure"),
        "{told}"
    );
    assert!(
        failed.contains("failures=\"1\"") && failed.contains("<failure message="),
        "{failed}"
    );
}

/// The findings of a project in which every name is hard to write down.
fn awkward() -> Findings {
    let text = std::fs::read_to_string(root().join("tests/fixtures/awkward.yaml")).unwrap();
    findings(AWKWARD, &text)
}

fn findings(file: &str, text: &str) -> Findings {
    let mut sources = Sources::default();
    sources.add(file, text);
    let compiled = funnelc::compile(sources);
    Findings::new(
        compiled
            .diagnostics
            .iter()
            .map(|finding| (finding, &compiled.sources)),
    )
}

/// What GitHub's runner makes of an escaped text.
fn unescaped(text: &str) -> String {
    let text = text
        .replace("%0D", "\r")
        .replace("%0A", "\n")
        .replace("%3A", ":")
        .replace("%2C", ",");
    text.replace("%25", "%")
}

/// Every attribute as `element attribute` with its value, and all text, as a reader that is not
/// ours sees them.
fn read(xml: &str) -> (Vec<(String, String)>, String) {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(xml);
    let (mut attributes, mut text) = (Vec::new(), String::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) | Event::Empty(start) => {
                let element = start.name().as_ref().to_owned();
                for attribute in start.attributes().map(Result::unwrap) {
                    let value = quick_xml::escape::unescape(&attribute.value).unwrap();
                    attributes.push((
                        format!("{element} {}", attribute.key.as_ref()),
                        value.into(),
                    ));
                }
            }
            Event::Text(part) => text.push_str(&part),
            Event::GeneralRef(part) => text.push_str(&format!("&{};", &*part)),
            Event::Eof => {
                return (
                    attributes,
                    quick_xml::escape::unescape(&text).unwrap().into(),
                );
            }
            _ => {}
        }
    }
}
