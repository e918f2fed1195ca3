//! How much a check counts, and how many projects a check reads.

use std::fs;

use funnelc::compile;
use funnelc::diagnostic::Severity;

use crate::projects::{funnelc_in, sources};

const PROJECT: &str = "version: 1\ncontacts: { key: id, tags: { values: [hot, cold] } }\ncampaigns: \
    { welcome: { enter: { tag: hot }, steps: [{ remove-tag: hot }] } }\n";

fn found(checks: &str) -> Vec<(&'static str, Severity)> {
    let compiled = compile(sources(&[("funnelc.yaml", &format!("{PROJECT}{checks}"))]));
    let is_warning = |severity: &Severity| *severity == Severity::Warning;
    assert_eq!(
        compiled.plan.is_some(),
        compiled
            .diagnostics
            .iter()
            .all(|finding| is_warning(&finding.severity))
    );
    compiled
        .diagnostics
        .iter()
        .map(|finding| (finding.code.name(), finding.severity))
        .collect()
}

#[test]
fn a_warning_counts_as_much_as_the_project_says() {
    assert_eq!(found(""), [("unused-tag", Severity::Warning)]);
    assert_eq!(
        found("checks: { unused-tag: error }\n"),
        [("unused-tag", Severity::Error)]
    );
    assert_eq!(
        found("checks: { unused-tag: { severity: off, reason: theirs } }\n"),
        []
    );
    let variable = "variables: { idle: 3 }\nchecks: \
        { unused-tag: { severity: off, reason: theirs }, unused-variable: error }\n";
    assert_eq!(found(variable), [("unused-variable", Severity::Error)]);
}

#[test]
fn errors_stay_errors_and_codes_must_be_known() {
    for (checks, message) in [
        (
            "checks: { backward-move: warning }",
            "`backward-move` is always an error",
        ),
        (
            "checks: { unused-tags: error }",
            "there is no check `unused-tags`",
        ),
        (
            "checks: { unused-tag: off }",
            "`unused-tag` is off, and nothing says why",
        ),
        (
            "checks: { unused-tag: loud }",
            "`loud` is not understood here",
        ),
    ] {
        let compiled = compile(sources(&[(
            "funnelc.yaml",
            &format!("{PROJECT}{checks}\n"),
        )]));
        let told: Vec<_> = compiled
            .diagnostics
            .iter()
            .map(|finding| finding.message.as_str())
            .collect();
        assert!(told.contains(&message), "{checks}: {told:?}");
    }
}

#[test]
fn a_check_of_a_folder_reads_every_project_in_and_below_it() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("a/funnelc.yaml", &PROJECT.replace(", cold", ""));
    write("b/funnelc.yaml", PROJECT);
    write(
        "b/journeys/inner/funnelc.yaml",
        &PROJECT.replace(", cold", ""),
    );
    let check = funnelc_in(folder.path(), &["check", "."]);
    assert_eq!(check.code, Some(0), "{}", check.err);
    for line in [
        "a/funnelc.yaml: no findings",
        "b/funnelc.yaml: 1 warning",
        "b/journeys/inner/funnelc.yaml: no findings",
    ] {
        assert!(check.out.contains(line), "{line}: {}", check.out);
    }
    let plan = funnelc_in(folder.path(), &["plan", "."]);
    assert_eq!(plan.code, Some(3));
    assert!(
        plan.err
            .contains("name one of the projects below it: `a`, `b`, `b/journeys/inner`"),
        "{}",
        plan.err
    );
}
