//! The baseline: warnings that were there before are left out, by code and by what they are about,
//! and whatever is new is told.

use std::fs;
use std::path::Path;

use funnelc::source::Sources;
use funnelc::{Compiled, compile, compile_anew, compile_for};

use crate::projects::{Run, funnelc_in};

const PROJECT: &str = "version: 1
contacts: { key: id, tags: { values: [hot, cold, Big Spender] }, fields: { email: { type: email }, name: { type: text } }, addresses: { email: email }, consent: { email: { tag: hot } } }
content:
  hello: { kind: email, subject: 'Hi {{ name }}', body: mails/hello.html }
segments:
  unused: { where: { tag: hot } }
funnels:
  shop: { audience: everyone, stages: { lead: { weight: 0, converts: { tag: hot } }, buyer: { weight: 1 }, fan: { weight: 2, final: true } } }
campaigns:
  welcome:
    enter: { tag: hot }
    on-leave: stay
    steps:
      - wait: 1 day
      - id: first
        if: { tag: hot }
        then: [{ notify: boss@x.pl, message: 'Ask {{ name }}' }]
      - notify: boss@x.pl
        message: 'And {{ name }}, {{ name }}'
      - wait: 1 day
      - send: hello
";

const MAIL: &str = "<p>{{ name }}</p>";

fn sources(yaml: &str, baseline: &str) -> Sources {
    let mut sources = Sources::default();
    sources.add("funnelc.yaml", yaml);
    sources.attach("mails/hello.html", MAIL);
    sources.attach("base.yaml", baseline);
    sources
}

fn with(yaml: &str, baseline: &str) -> Compiled {
    compile(sources(
        &format!("{yaml}checks: {{ baseline: base.yaml }}\n"),
        baseline,
    ))
}

fn written(yaml: &str) -> String {
    let compiled = compile_anew(sources(yaml, ""));
    assert!(compiled.plan.is_some(), "{:?}", compiled.diagnostics);
    funnelc::baseline_for(&compiled).0
}

fn told(compiled: &Compiled) -> Vec<String> {
    let place =
        |it: &funnelc::diagnostic::Diagnostic| compiled.sources.text(it.primary.span).to_owned();
    compiled
        .diagnostics
        .iter()
        .map(|it| format!("{} {}: {}", it.code.name(), place(it), it.message))
        .collect()
}

#[test]
fn warnings_are_counted_by_check_and_by_what_they_are_about() {
    insta::assert_snapshot!(written(PROJECT));
}

#[test]
fn what_stands_in_the_baseline_is_left_out_wherever_its_lines_move() {
    let baseline = written(PROJECT);
    let all = compile_anew(sources(PROJECT, "")).diagnostics.len();
    let compiled = with(PROJECT, &baseline);
    assert_eq!(
        (told(&compiled), compiled.left_out, compiled.plan.is_some()),
        (Vec::new(), all, true)
    );
    // In another file, other lines and another order.
    let (head, campaigns) = PROJECT.split_at(PROJECT.find("campaigns:").unwrap());
    let (start, funnels) = head.split_at(head.find("funnels:").unwrap());
    let mut moved = Sources::default();
    moved.add("b.yaml", format!("\n\n# more\n{campaigns}"));
    moved.add(
        "funnelc.yaml",
        format!("checks: {{ baseline: base.yaml }}\n\n{start}"),
    );
    moved.add("c.yaml", format!("\n{funnels}"));
    moved.attach("mails/hello.html", MAIL);
    moved.attach("base.yaml", baseline.as_str());
    let compiled = compile(moved);
    assert_eq!((told(&compiled), compiled.left_out), (Vec::new(), all));
}

#[test]
fn what_is_new_is_told_with_the_others_of_its_kind() {
    let baseline = written(PROJECT);
    let more = PROJECT.replace("'Ask {{ name }}'", "'Ask {{ name }} or {{ email }}'");
    let found = told(&with(&more, &baseline));
    assert_eq!(
        found,
        [
            "token-without-default {{ name }}: contacts without `name` get a gap in the text",
            "token-without-default {{ email }}: contacts without `email` get a gap in the text",
        ]
    );
    let segment = PROJECT.replace("  unused:", "  other: { where: { tag: hot } }\n  unused:");
    assert_eq!(
        told(&with(&segment, &baseline)),
        ["unused-segment other: nothing asks for segment `other`"]
    );
}

#[test]
fn an_entry_that_is_not_needed_is_pointed_at() {
    let baseline = written(PROJECT);
    let mended = PROJECT
        .replace("  unused: { where: { tag: hot } }\n", "")
        .replace("segments:\n", "");
    let mended = mended.replace("'And {{ name }}, {{ name }}'", "'And {{ name }}'");
    let compiled = with(&mended, &baseline);
    assert_eq!(
        told(&compiled),
        [
            "stale-baseline campaigns/welcome: `token-without-default` is found in \
                `campaigns/welcome` 1 times, and not 2",
            "stale-baseline segments/unused: `unused-segment` is not found in `segments/unused` \
                any more",
        ]
    );
    assert!(compiled.plan.is_some());
    let strict = format!("{mended}checks: {{ baseline: base.yaml, stale-baseline: error }}\n");
    assert!(
        compile(sources(&strict, &baseline)).plan.is_none(),
        "it counts as much as the project says"
    );
    // Where something else keeps warnings from being found, nothing is called stale.
    let broken = with(
        &mended.replace("notify: boss@x.pl", "notify: bos"),
        &baseline,
    );
    assert!(
        told(&broken).iter().all(|line| !line.starts_with("stale")),
        "{:?}",
        told(&broken)
    );
    let environments =
        format!("{mended}environments: {{ live: {{}} }}\nchecks: {{ baseline: base.yaml }}\n");
    assert_eq!(
        told(&compile_for(
            sources(&environments, &baseline),
            Some("live")
        )),
        Vec::<String>::new()
    );
}

#[test]
fn errors_are_never_left_out() {
    let faulty = PROJECT.replace("    on-leave: stay\n", "");
    let baseline = format!(
        "{}  missing-on-leave:\n    campaigns/welcome: 9\n",
        written(PROJECT)
    );
    let found = told(&with(&faulty, &baseline));
    assert!(
        found
            .iter()
            .any(|line| line.starts_with("missing-on-leave")),
        "{found:?}"
    );
    assert!(
        found
            .iter()
            .any(|line| line.starts_with("bad-baseline missing-on-leave:")),
        "{found:?}"
    );
    // A warning that counts as an error is one.
    let strict = format!("{PROJECT}checks: {{ baseline: base.yaml, unused-segment: error }}\n");
    let compiled = compile(sources(&strict, &written(PROJECT)));
    assert!(compiled.plan.is_none());
    assert_eq!(
        told(&compiled),
        ["unused-segment unused: nothing asks for segment `unused`"]
    );
}

#[test]
fn a_baseline_that_cannot_be_read_is_an_error() {
    for (baseline, message) in [
        (
            "",
            "the version of the baseline is `nothing`, this funnelc reads `1`",
        ),
        (
            "warnings: {}\n",
            "the version of the baseline is `none`, this funnelc reads `1`",
        ),
        (
            "baseline: 2\n",
            "the version of the baseline is `2`, this funnelc reads `1`",
        ),
        (
            "baseline: 1\nwarnings: [a]\n",
            "the warnings stand by code, then by what they are about",
        ),
        (
            "baseline: 1\nwarnings: { dead-end: { a: 0 } }\n",
            "`0` is no number of warnings",
        ),
        (
            "baseline: 1\nwarning: {}\n",
            "`warning` says nothing in a baseline",
        ),
    ] {
        let compiled = with(PROJECT, baseline);
        assert!(compiled.plan.is_none(), "{baseline}");
        assert!(
            compiled
                .diagnostics
                .iter()
                .any(|found| found.message == message),
            "{baseline}: {:?}",
            told(&compiled)
        );
    }
    let mut missing = Sources::default();
    missing.add(
        "funnelc.yaml",
        "version: 1\ncontacts: { key: id }\nchecks: { baseline: { severity: off } }\n",
    );
    let found = told(&compile(missing));
    assert_eq!(
        found,
        ["bad-check { severity: off }: `baseline` is no check: it names a file"]
    );
}

fn check(folder: &Path, arguments: &[&str]) -> Run {
    funnelc_in(folder, &[&["check"], arguments].concat())
}

#[test]
fn a_baseline_is_written_and_counted_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    fs::create_dir(folder.path().join("mails")).unwrap();
    write("mails/hello.html", MAIL);
    write("funnelc.yaml", PROJECT);
    let first = check(folder.path(), &["--write-baseline"]);
    assert_eq!(first.code, Some(0), "{}", first.err);
    let (count, rest) = first.out.split_once('\n').unwrap();
    let count: usize = count
        .strip_prefix("funnelc-baseline.yaml: ")
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(
        rest,
        "write `checks: { baseline: funnelc-baseline.yaml }` in `funnelc.yaml`, so that they are \
            left out\n"
    );
    write(
        "funnelc.yaml",
        &format!("{PROJECT}checks: {{ baseline: kept-baseline.yaml }}\n"),
    );
    let missing = check(folder.path(), &[]);
    assert_eq!(missing.code, Some(1));
    assert!(
        missing
            .out
            .contains("`funnelc check --write-baseline` writes it"),
        "{}",
        missing.out
    );
    let named = check(folder.path(), &["--write-baseline"]);
    assert_eq!(named.out, format!("kept-baseline.yaml: {count} warnings\n"));
    let file = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(
        file("kept-baseline.yaml"),
        file("funnelc-baseline.yaml"),
        "the same warnings give the same file"
    );
    let clean = check(folder.path(), &["--deny-warnings"]);
    assert_eq!(
        (clean.code, clean.out),
        (
            Some(0),
            format!("funnelc.yaml: no findings; the baseline leaves out {count}\n")
        )
    );
    for (format, told) in [
        ("json", format!("\"left-out\": {count}")),
        (
            "github",
            format!("::notice title=baseline::the baseline leaves out {count}\n"),
        ),
        ("sarif", format!("\"leftOutByBaseline\": {count}")),
        (
            "junit",
            format!("<property name=\"left-out-by-baseline\" value=\"{count}\"/>"),
        ),
    ] {
        let run = check(folder.path(), &["--format", format]);
        assert!(
            run.code == Some(0) && run.out.contains(&told),
            "{format}: {}",
            run.out
        );
    }
    let kept = file("kept-baseline.yaml");
    write(
        "funnelc.yaml",
        &format!(
            "{}checks: {{ baseline: kept-baseline.yaml }}\n",
            PROJECT.replace("    on-leave: stay\n", "")
        ),
    );
    let refused = check(folder.path(), &["--write-baseline"]);
    assert!(
        refused.code == Some(1) && refused.err.contains("nothing is written"),
        "{refused:?}"
    );
    assert_eq!(file("kept-baseline.yaml"), kept);
    write(
        "funnelc.yaml",
        &format!(
            "{}checks: {{ baseline: kept-baseline.yaml }}\n",
            PROJECT.replace("  unused:", "  unuse:")
        ),
    );
    let junit = check(folder.path(), &["--format", "junit", "--deny-warnings"]);
    assert!(
        junit.out.contains("<testcase name=\"kept-baseline.yaml\""),
        "what is stale is told: {}",
        junit.out
    );
}

#[test]
fn no_check_is_called_like_the_key_that_names_the_baseline() {
    assert!(funnelc::diagnostic::codes::find("baseline").is_none());
}
