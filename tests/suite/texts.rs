//! Subjects and bodies: tokens are checked where they stand, also in files, and a changed text is a
//! changed plan.

use funnelc::diagnostic::Severity;
use funnelc::plan::Plan;
use funnelc::source::Sources;
use funnelc::{Compiled, compile};

const YAML: &str = "version: 1
contacts:
  key: id
  tags: { values: [hot] }
  fields:
    email:  { type: email }
    name:   { type: text }
    opt-in: { type: boolean }
  addresses: { email: email }
  consent: { email: { field: opt-in, is: true } }
content:
  news: { kind: email, subject: 'Hello {{ name | default: you }}', body: mails/news.html }
campaigns:
  talk: { enter: { tag: hot }, steps: [{ send: news }] }
";

fn project(yaml: &str, body: Option<&str>) -> Compiled {
    let mut sources = Sources::default();
    sources.add("funnelc.yaml", yaml);
    if let Some(body) = body {
        sources.attach("mails/news.html", body);
    }
    compile(sources)
}

/// Severity, code, the file, the line and the text of each finding.
fn found(compiled: &Compiled) -> Vec<String> {
    let one = |finding: &funnelc::diagnostic::Diagnostic| {
        let span = finding.primary.span;
        let file = compiled
            .sources
            .file(span.file)
            .map_or("", |file| file.path.as_str());
        let word = if finding.severity == Severity::Error {
            "error"
        } else {
            "warning"
        };
        let place = compiled.sources.line_column(span);
        format!(
            "{word} {} {file}:{}:{} {}",
            finding.code.name(),
            place.line,
            place.column,
            compiled.sources.text(span)
        )
    };
    compiled.diagnostics.iter().map(one).collect()
}

#[test]
fn tokens_of_a_body_are_checked_where_they_stand() {
    assert!(
        found(&project(
            YAML,
            Some("<p>{{ name | default: you }}: {{ points }}</p>")
        ))
        .is_empty()
    );
    assert_eq!(
        found(&project(YAML, Some("Hi,\nDear {{ name }},\n"))),
        ["warning token-without-default mails/news.html:2:6 {{ name }}"]
    );
    assert_eq!(
        found(&project(YAML, Some("{{ nmae }} {{ name"))),
        [
            "error unknown-field mails/news.html:1:1 {{ nmae }}",
            "error broken-token mails/news.html:1:12 {{"
        ]
    );
}

#[test]
fn tokens_of_a_subject_are_checked_where_they_stand() {
    let yaml = YAML.replace("name | default: you", "nmae");
    assert_eq!(
        found(&project(&yaml, Some(""))),
        ["error unknown-field funnelc.yaml:12:40 {{ nmae }}"]
    );
}

#[test]
fn a_body_that_is_not_there_is_an_error_at_its_path() {
    assert_eq!(
        found(&project(YAML, None)),
        ["error missing-file funnelc.yaml:12:74 mails/news.html"]
    );
}

#[test]
fn a_changed_text_is_a_changed_plan_that_the_difference_tells() {
    let plan = |body: &str| project(YAML, Some(body)).plan.expect("a clean project");
    let (one, other) = (plan("one"), plan("two"));
    assert_ne!(one.fingerprint(), other.fingerprint());
    let read = Plan::from_json(&one.to_json()).expect("it reads back");
    assert_eq!(read.to_json(), one.to_json());
    let changes = funnelc::diff::Diff::between(&one, &other).changes;
    let told: Vec<_> = changes
        .iter()
        .map(|change| (change.id.as_str(), change.aspect.as_deref()))
        .collect();
    assert_eq!(told, [("news", Some("text"))]);
}

#[test]
fn the_program_reads_the_files_that_a_project_names() {
    let place = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = place.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("written");
        std::fs::write(path, text).expect("written");
    };
    write(
        "funnelc.yaml",
        &format!(
            "{YAML}segments:\n  big: {{ include: [lists/big.csv] }}\nfunnels:\n  f: \
                {{ audience: big, stages: {{ a: {{ weight: 0, final: true }} }} }}\n"
        ),
    );
    write("mails/news.html", "Hi");
    let check = || {
        let run = std::process::Command::new(env!("CARGO_BIN_EXE_funnelc"))
            .arg("check")
            .arg(place.path())
            .output();
        let run = run.expect("it runs");
        (
            run.status.success(),
            String::from_utf8([run.stdout, run.stderr].concat()).expect("text"),
        )
    };
    let (clean, told) = check();
    assert!(
        !clean && told.contains("lists/big.csv") && !told.contains("there is no file `mails"),
        "{told}"
    );
    write("lists/big.csv", "id\n1\n");
    let (clean, told) = check();
    assert!(clean, "{told}");
}

#[test]
fn of_very_many_tokens_that_are_wrong_the_first_are_told() {
    let wrong = project(YAML, Some(&"{{a}} ".repeat(10_000)));
    let told = found(&wrong);
    assert_eq!(
        told.iter()
            .filter(|it| it.contains("unknown-field"))
            .count(),
        200
    );
    let last = told.iter().filter(|it| it.contains("broken-token"));
    assert_eq!(last.count(), 1, "{told:#?}");
    let foreign = project(YAML, Some(&"[[a]] ".repeat(10_000)));
    let told = found(&foreign);
    assert_eq!(
        told.iter()
            .filter(|it| it.contains("foreign-token"))
            .count(),
        201
    );
    let more = "and 9800 more tokens of other tools from here on, which are not told";
    let has_more = |it: &funnelc::diagnostic::Diagnostic| it.message == more;
    assert!(foreign.diagnostics.iter().any(has_more));
}
