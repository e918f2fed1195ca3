//! What `funnelc test` tells build servers: each test by its name, and of a project with errors its
//! findings in the form that was asked for.

use serde_json::Value;

use crate::projects::{Run, funnelc_in};

const PROJECT: &str = "version: 1
contacts: { key: id, fields: { plan: { type: choice, values: [free, pro] } } }
tests:
  the first: { contact: { plan: free }, from: 2026-01-01, expect: [{ at: 2026-01-02, that: { field: plan, is: free } }] }
  \"the second <&> \\x01\": { contact: { plan: free }, from: 2026-01-01, expect: [{ at: 2026-01-02, that: { field: plan, is: free } }] }
  a wrong one:
    contact: { plan: free }
    from: 2026-01-01
    expect:
      - { at: 2026-01-02, that: { field: plan, is: pro } }
      - { at: 2026-01-03, that: { field: plan, is: pro } }
";

fn test(yaml: &str, more: &[&str]) -> Run {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("p.yaml"), yaml).expect("written");
    funnelc_in(folder.path(), &[&["test", "p.yaml"], more].concat())
}

#[test]
fn junit_has_a_case_for_each_test() {
    let run = test(PROJECT, &["--format", "junit"]);
    assert_eq!((run.code, run.err.as_str()), (Some(1), ""));
    insta::assert_snapshot!(run.out);
    let filtered = test(PROJECT, &["--format", "junit", "--filter", "first"]);
    assert_eq!(filtered.code, Some(0));
    assert!(
        filtered.out.contains("tests=\"1\" failures=\"0\"") && !filtered.out.contains("wrong"),
        "{}",
        filtered.out
    );
}

#[test]
fn json_lists_each_test_and_what_failed_in_which() {
    let run = test(PROJECT, &["--format", "json"]);
    let document: Value = serde_json::from_str(&run.out).expect("JSON");
    let tests = document["tests"].as_array().expect("a list");
    let told: Vec<_> = tests
        .iter()
        .map(|test| (test["name"].as_str(), test["passed"].as_bool()))
        .collect();
    let expected = [
        ("a wrong one", false),
        ("the first", true),
        ("the second <&> \u{1}", true),
    ];
    assert_eq!(
        told,
        expected.map(|(name, passed)| (Some(name), Some(passed)))
    );
    assert_eq!(tests[1]["place"]["line"], 4);
    let failed = document["findings"].as_array().expect("a list");
    let of: Vec<_> = failed
        .iter()
        .map(|failure| failure["test"].as_str())
        .collect();
    assert_eq!(of, [Some("a wrong one"), Some("a wrong one")]);
    assert_eq!(document["errors"], 2);
    satisfies_the_schema(&document);
}

#[test]
fn a_project_with_errors_is_told_in_the_form_that_was_asked_for() {
    let broken = PROJECT.replace("values: [free, pro]", "values: [free, pro], dflt: free");
    for (format, sign) in [
        ("text", "unknown key `dflt`"),
        ("json", "\"code\": \"unknown-key\""),
        ("github", "::error file=p.yaml,line=2,"),
        ("sarif", "\"ruleId\": \"unknown-key\""),
        (
            "junit",
            "<failure message=\"unknown key `dflt`\" type=\"unknown-key\">",
        ),
    ] {
        let run = test(&broken, &["--format", format]);
        assert_eq!((run.code, run.err.as_str()), (Some(1), ""), "{format}");
        assert!(run.out.contains(sign), "{format}: {}", run.out);
    }
    let document: Value =
        serde_json::from_str(&test(&broken, &["--format", "json"]).out).expect("JSON");
    assert_eq!(document["tests"], Value::Array(Vec::new()));
    satisfies_the_schema(&document);
}

fn satisfies_the_schema(document: &Value) {
    let schema =
        std::fs::read_to_string(crate::projects::root().join("schema/findings.schema.json"))
            .expect("there");
    let validator =
        jsonschema::validator_for(&serde_json::from_str(&schema).expect("JSON")).expect("a schema");
    let faults: Vec<_> = validator
        .iter_errors(document)
        .map(|fault| fault.to_string())
        .collect();
    assert_eq!(faults, Vec::<String>::new());
}
