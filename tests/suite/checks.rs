//! Every page of docs/checks is executed: its wrong project gives exactly its finding, once, and
//! its right one gives none.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use funnelc::check::RULES;
use funnelc::diagnostic::{Code, Diagnostic, Standard, codes};
use funnelc::source::Sources;
use funnelc::{Compiled, compile};

#[test]
fn the_wrong_project_of_a_page_gives_its_finding_and_no_other() {
    for code in codes::all().map(Code::name) {
        let mut compiled = whole_project(code, "Wrong");
        compiled.diagnostics.extend(failures(&compiled));
        let found: Vec<_> = compiled
            .diagnostics
            .iter()
            .map(|finding| finding.code.name())
            .collect();
        assert_eq!(
            found,
            [code],
            "docs/checks/{code}.md, ## Wrong:\n{}",
            told(&compiled)
        );
    }
}

#[test]
fn the_right_project_of_a_page_gives_no_finding() {
    for code in codes::all().map(Code::name) {
        let mut compiled = whole_project(code, "Right");
        compiled.diagnostics.extend(failures(&compiled));
        assert!(
            compiled.diagnostics.is_empty(),
            "docs/checks/{code}.md, ## Right:\n{}",
            told(&compiled)
        );
        assert!(
            compiled.plan.is_some(),
            "docs/checks/{code}.md, ## Right, gives no plan"
        );
    }
}

/// What the tests of a project find.
fn failures(compiled: &Compiled) -> Vec<Diagnostic> {
    let verdicts = compiled
        .plan
        .as_ref()
        .map(|plan| funnelc::testing::run(plan, &compiled.model.tests, None));
    verdicts
        .into_iter()
        .flatten()
        .flat_map(|verdict| verdict.failures)
        .collect()
}

#[test]
fn what_a_finding_says() {
    let mut said = String::new();
    for rule in RULES {
        let compiled = project(&block(rule.code.name(), "Wrong"));
        let first = compiled.diagnostics.first();
        assert_eq!(
            first.map(|it| it.severity),
            Some(rule.code.severity()),
            "docs/checks/{}.md, ## Wrong",
            rule.code.name()
        );
        said += &told(&compiled);
    }
    insta::assert_snapshot!(said);
}

#[test]
fn findings_keep_the_rules_of_style() {
    for rule in RULES {
        for finding in project(&block(rule.code.name(), "Wrong")).diagnostics {
            assert!(
                !finding.message.ends_with('.'),
                "a full stop: {}",
                finding.message
            );
            assert!(
                finding.message.starts_with(|c: char| !c.is_uppercase()),
                "a capital letter: {}",
                finding.message
            );
            assert!(finding.help.is_some(), "no help: {}", finding.message);
            for label in labels(&finding) {
                let words = label.split_whitespace().count();
                assert!(
                    (2..=5).contains(&words),
                    "a label has two to five words: {label}"
                );
            }
        }
    }
}

#[test]
fn an_opinion_is_told_by_a_pedantic_check_only() {
    let opinions: Vec<_> = codes::all()
        .filter(|code| code.standard() == Standard::Off)
        .map(Code::name)
        .collect();
    assert!(!opinions.is_empty());
    for code in opinions {
        let asks = format!("checks: {{ {code}: warning }}\n");
        let wrong = block(code, "Wrong");
        assert!(wrong.contains(&asks), "docs/checks/{code}.md, ## Wrong");
        let mut sources = Sources::default();
        sources.add("funnelc.yaml", wrong.replace(&asks, ""));
        let found = |compiled: Compiled| -> Vec<&str> {
            let found = compiled.diagnostics.iter();
            found.map(|finding| finding.code.name()).collect()
        };
        assert_eq!(found(compile(sources.clone())), Vec::<&str>::new());
        assert!(found(funnelc::compile_pedantic(sources, None)).contains(&code));
    }
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let on_disk: BTreeSet<_> = fs::read_dir(pages())
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .filter(|name| name != "README")
        .collect();
    let listed: Vec<_> = codes::all().map(|code| code.name().to_owned()).collect();
    assert_eq!(
        on_disk.into_iter().collect::<Vec<_>>(),
        listed,
        "docs/checks and the registry differ, or it is not sorted"
    );
    for code in codes::all() {
        let name = code.name();
        assert!(
            code.page().starts_with(&format!("# {name}\n")),
            "docs/checks/{name}.md begins with another code"
        );
        assert_eq!(codes::find(name), Some(code));
    }
    assert_eq!(codes::find("no-such-code"), None);
}

#[test]
fn each_code_stands_once_in_the_sources() {
    let mut places: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for entry in walkdir::WalkDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let path = entry.unwrap().into_path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for code in codes::all().map(Code::name) {
            let times = text.matches(&format!("\"{code}\"")).count();
            places
                .entry(code)
                .or_default()
                .extend(vec![path.display().to_string(); times]);
        }
    }
    for (code, places) in places {
        assert!(
            places.len() == 1 && places[0].ends_with("src/diagnostic/codes.rs"),
            "{code}: {places:?}"
        );
    }
}

#[test]
fn each_code_is_found_by_something() {
    let mut sources = String::new();
    for entry in walkdir::WalkDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let path = entry.unwrap().into_path();
        if path.extension().is_some_and(|extension| extension == "rs")
            && !path.ends_with("diagnostic/codes.rs")
        {
            sources += &fs::read_to_string(&path).unwrap();
        }
    }
    let named = sources.split("codes::").skip(1);
    let named = named.filter_map(|rest| {
        rest.split(|c: char| !c.is_ascii_uppercase() && c != '_')
            .next()
    });
    let named: BTreeSet<String> = named
        .map(|constant| constant.to_lowercase().replace('_', "-"))
        .collect();
    let idle: Vec<_> = codes::all()
        .map(Code::name)
        .filter(|code| !named.contains(*code))
        .collect();
    assert!(idle.is_empty(), "nothing reports {idle:?}");
}

#[test]
fn the_list_of_checks_is_up_to_date() {
    let list = fs::read_to_string(pages().join("README.md")).unwrap();
    for rule in RULES {
        let standard = match rule.code.standard() {
            Standard::Error => "error",
            Standard::Warning => "warning",
            Standard::Off => "off",
        };
        let row = format!("| [`{0}`]({0}.md) | {standard} |", rule.code.name());
        assert!(
            list.contains(&row),
            "docs/checks/README.md lacks a row that starts:\n{row}"
        );
    }
    for code in codes::all().map(Code::name) {
        assert!(
            list.contains(&format!("[`{code}`]({code}.md)")),
            "docs/checks/README.md does not name {code}"
        );
    }
}

#[test]
fn the_order_of_definitions_and_their_files_does_not_show() {
    let one = block("backward-move", "Wrong");
    let (head, funnels) = one.split_at(one.find("funnels:").unwrap());
    let messages = |sources: Sources| {
        compile(sources)
            .diagnostics
            .into_iter()
            .map(|finding| finding.message)
            .collect::<Vec<_>>()
    };
    let mut forward = Sources::default();
    forward.add("a.yaml", head);
    forward.add("b.yaml", funnels);
    let mut backward = Sources::default();
    backward.add("b.yaml", funnels);
    backward.add("a.yaml", head);
    assert_eq!(messages(forward).len(), 1);
    let mut whole = Sources::default();
    whole.add("a.yaml", one.as_str());
    assert_eq!(messages(backward), messages(whole));
}

#[test]
fn a_faulty_project_is_not_told_that_things_are_missing() {
    let text = block("unused-segment", "Wrong").replace("segment: buyers", "segment: byers");
    let compiled = project(&text);
    let codes: Vec<_> = compiled
        .diagnostics
        .iter()
        .map(|finding| finding.code.name())
        .collect();
    assert_eq!(codes, ["unknown-segment"], "{}", told(&compiled));
}

#[test]
fn a_chain_of_segments_of_any_length_is_followed() {
    let mut text =
        "version: 1\ncontacts: { key: id, fields: { n: { type: integer } } }\nsegments:\n"
            .to_owned();
    text += "  s0: { where: { field: n, is: 1 } }\n";
    for at in 1..5000 {
        text.extend([
            &format!("  s{at}: "),
            "{ where: { all: [",
            &format!("{{ segment: s{0} }}, {{ segment: s{0} }}", at - 1),
            "] } }\n",
        ]);
    }
    text += "funnels:\n  f:\n    audience: { segment: s4999 }\n    stages: \
        { a: { weight: 0, final: true } }\n";
    text += "campaigns:\n  c:\n    enter: { segment: s4999 }\n    on-leave: exit\n";
    text += "    steps: [{ move: f/a }, { wait: 1 day }, { points: 1 }]\n";
    assert_eq!(told(&project(&text)), "");
    let circle = text.replace(
        "s0: { where: { field: n, is: 1 } }",
        "s0: { where: { segment: s4999 } }",
    );
    let codes: Vec<_> = project(&circle)
        .diagnostics
        .iter()
        .map(|finding| finding.code.name())
        .collect();
    assert_eq!(codes, ["segment-cycle"]);
    assert!(
        told(&project(&circle)).lines().count() < 30,
        "the beginning of a long circle is enough"
    );
}

#[test]
fn a_consent_that_asks_who_is_reachable_is_a_circle() {
    let yaml = "version: 1
contacts:
  key: id
  fields: { email: { type: email } }
  addresses: { email: email }
  consent: { email: { segment: open } }
segments: { open: { where: { reachable: email } } }
funnels: { f: { audience: { segment: open }, stages: { a: { weight: 0 } } } }
";
    let found = told(&project(yaml));
    assert!(
        found.contains("`open` → `consent of email` → `open`")
            || found.contains("`consent of email` → `open` → `consent of email`"),
        "{found}"
    );
    let itself = yaml.replace(
        "{ email: { segment: open } }",
        "{ email: { reachable: email } }",
    );
    assert!(told(&project(&itself)).contains("the consent of email asks itself"));
}

#[test]
fn a_channel_without_address_reaches_nobody() {
    let yaml = "version: 1
contacts: { key: id, tags: { values: [hot] } }
funnels: { f: { audience: { reachable: sms }, stages: { a: { weight: 0 } } } }
";
    let found = told(&project(yaml));
    assert!(found.contains("`reachable: sms` never holds"), "{found}");
    let message = "version: 1
contacts: { key: id, tags: { values: [hot] } }
content: { any: { kind: message } }
campaigns: { talk: { enter: { tag: hot }, steps: [{ send: any }] } }
";
    let codes: Vec<_> = project(message)
        .diagnostics
        .iter()
        .map(|finding| finding.code.name())
        .collect();
    assert_eq!(codes, ["no-address"], "told once, not for each channel");
}

fn labels(finding: &Diagnostic) -> impl Iterator<Item = &str> {
    std::iter::once(&finding.primary)
        .chain(&finding.labels)
        .map(|label| label.text.as_str())
}

fn pages() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/checks")
}

/// The project below a heading of a page.
fn block(code: &str, heading: &str) -> String {
    let page = codes::find(code).unwrap().page();
    let section = page.split(&format!("\n## {heading}\n")).nth(1);
    let section = section.unwrap_or_else(|| panic!("docs/checks/{code}.md has no `## {heading}`"));
    let block = section
        .split("```yaml\n")
        .nth(1)
        .and_then(|block| block.split("\n```").next());
    block
        .unwrap_or_else(|| panic!("docs/checks/{code}.md has no project below `## {heading}`"))
        .to_owned()
        + "\n"
}

/// The project below a heading of a page, with the files that stand there under their names.
fn whole_project(code: &str, heading: &str) -> Compiled {
    let mut sources = Sources::default();
    sources.add("funnelc.yaml", block(code, heading));
    let page = codes::find(code).unwrap().page();
    let section = page
        .split(&format!("\n## {heading}\n"))
        .nth(1)
        .unwrap()
        .split("\n## ")
        .next()
        .unwrap();
    for fence in ["```yaml ", "```csv "] {
        for part in section.split(fence).skip(1) {
            let (name, text) = part.split_once('\n').unwrap();
            sources.attach(name, text.split("```").next().unwrap());
        }
    }
    compile(sources)
}

fn project(text: &str) -> Compiled {
    let mut sources = Sources::default();
    sources.add("funnelc.yaml", text);
    compile(sources)
}

/// The findings as text, each with the characters that it points at.
fn told(compiled: &Compiled) -> String {
    let mut out = String::new();
    for finding in &compiled.diagnostics {
        let severity = format!("{:?}", finding.severity).to_lowercase();
        out.extend([
            &severity,
            " ",
            finding.code.name(),
            ": ",
            &finding.message,
            "\n",
        ]);
        for label in std::iter::once(&finding.primary).chain(&finding.labels) {
            let at = compiled.sources.line_column(label.span);
            let text = compiled
                .sources
                .text(label.span)
                .lines()
                .next()
                .unwrap_or_default();
            let place = format!("{}:{}", at.line, at.column);
            out.extend(["  ", &place, " `", text, "`: ", &label.text, "\n"]);
        }
        out.extend(["  help: ", finding.help.as_deref().unwrap_or("none"), "\n"]);
    }
    out
}

#[test]
fn a_warning_hides_no_error() {
    let project = |message: &str| {
        let yaml = format!(
            "version: 1
contacts: {{ key: id, tags: {{ values: [a] }}, fields: {{ owner: {{ type: email }} }}, owner: owner }}
campaigns:
  k: {{ enter: {{ tag: a }}, steps: [{{ notify: owner, message: \"{message}\" }}, {{ wait: 1 day }}] }}
"
        );
        let found =
            funnelc::compile(crate::projects::sources(&[("funnelc.yaml", &yaml)])).diagnostics;
        found
            .into_iter()
            .map(|finding| finding.code.name())
            .collect::<Vec<_>>()
    };
    assert_eq!(project("Call them"), ["missing-on-leave"]);
    assert_eq!(
        project("Call {contactfield=name}"),
        ["missing-on-leave", "foreign-token"]
    );
}
