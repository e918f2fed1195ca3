//! The command line's promises: exit codes, what goes to which stream, files whole or not at all.

use crate::projects::{funnelc, funnelc_in};

#[test]
fn exit_codes_say_how_it_ended() {
    assert_eq!(funnelc(&["check", "examples/webshop"]).code, Some(0));
    assert_eq!(
        funnelc(&["check", "examples/lifecycle"]).code,
        Some(0),
        "a warning is under the threshold"
    );
    assert_eq!(
        funnelc(&["check", "examples/lifecycle", "--deny-warnings"]).code,
        Some(1)
    );
    assert_eq!(funnelc(&["check", "tests/fixtures/mistakes"]).code, Some(1));
    assert_eq!(funnelc(&["check", "--no-such-option"]).code, Some(2));
    assert_eq!(funnelc(&["check", "no/such/folder.yaml"]).code, Some(3));
    assert_eq!(funnelc(&["explain", "no-such-code"]).code, Some(2));
    assert_eq!(
        funnelc(&["graph", "examples/webshop", "--funnel", "no-such-funnel"]).code,
        Some(2)
    );
}

#[test]
fn what_cannot_be_printed_ends_with_3() {
    let funnelc = |args: &[&str]| {
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .expect("a full disk");
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_funnelc"));
        command
            .args(args)
            .stdout(full)
            .output()
            .expect("the program starts")
    };
    let asked: [&[&str]; 6] = [
        &["--help"],
        &["--version"],
        &["run", "--help"],
        &["help", "check"],
        &["explain"],
        &["schema"],
    ];
    for args in asked {
        let output = funnelc(args);
        assert_eq!(output.status.code(), Some(3), "{args:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            said.starts_with("error: cannot write: No space left"),
            "{args:?}: {said}"
        );
    }
    assert_eq!(
        funnelc(&["no-such-command"]).status.code(),
        Some(2),
        "said on standard error"
    );
}

#[test]
fn a_project_is_found_from_a_folder_below_it() {
    let folder = crate::projects::root().join("tests/fixtures/mistakes/journeys");
    let run = funnelc_in(&folder, &["check"]);
    assert_eq!(run.code, Some(1));
    assert!(run.out.contains("15 errors"), "{}", run.out);
}

#[test]
fn a_folder_without_a_project_says_how_to_start_one() {
    let empty = tempfile::tempdir().expect("a folder");
    let run = funnelc_in(empty.path(), &["check"]);
    assert_eq!((run.code, run.out.as_str()), (Some(3), ""));
    assert_eq!(
        run.err,
        "error: there is no `funnelc.yaml` in `.` or above it\n  help: `funnelc init` starts a \
            project; for a git revision `--project PATH` says where it is\n"
    );
}

#[test]
fn init_makes_a_project_that_checks_and_touches_nothing_that_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    for template in [
        "webshop",
        "lifecycle",
        "product-lines",
        "webinar",
        "welcome",
        "b2b-leads",
    ] {
        let made = funnelc_in(folder.path(), &["init", template, "--template", template]);
        assert_eq!((made.code, made.err.as_str()), (Some(0), ""), "{template}");
        let modeline = std::fs::read_to_string(folder.path().join(template).join("funnelc.yaml"))
            .expect("made");
        assert!(
            modeline.starts_with("# yaml-language-server: $schema=funnelc.schema.json\n"),
            "{template}"
        );
        assert_eq!(
            funnelc_in(folder.path(), &["check", template]).code,
            Some(0),
            "{template}"
        );
    }
    let again = funnelc_in(folder.path(), &["init", "webshop"]);
    assert_eq!(again.code, Some(3));
    assert!(
        again
            .err
            .starts_with("error: `webshop/funnelc.yaml` is there already"),
        "{}",
        again.err
    );
}

#[test]
fn a_plan_goes_to_one_stream_and_its_words_to_the_other() {
    let run = funnelc(&["plan", "examples/webshop"]);
    assert_eq!(run.code, Some(0));
    assert!(run.out.starts_with("{\n  \"format\": 1,"), "{}", run.out);
    assert!(run.err.contains("funnel shop\n"), "{}", run.err);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("plan.json");
    let written = funnelc(&[
        "plan",
        "examples/webshop",
        "-o",
        file.to_str().expect("UTF-8"),
    ]);
    assert_eq!((written.out, written.err.as_str()), (run.err, ""));
    assert_eq!(std::fs::read_to_string(file).expect("written"), run.out);
}

#[test]
fn a_faulty_project_gives_no_plan() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("plan.json");
    let run = funnelc(&[
        "plan",
        "tests/fixtures/mistakes",
        "-o",
        file.to_str().expect("UTF-8"),
    ]);
    assert_eq!((run.code, run.out.as_str()), (Some(1), ""));
    assert!(!file.exists());
}

#[test]
fn what_a_plan_does_is_said_in_words() {
    insta::assert_snapshot!(funnelc(&["plan", "examples/webshop"]).err);
}

#[test]
fn the_help_is_worth_reading() {
    insta::assert_snapshot!(funnelc(&["--help"]).out);
}

#[test]
fn fifteen_mistakes_in_three_files_give_one_error_each() {
    let run = funnelc(&["check", "tests/fixtures/mistakes"]);
    insta::assert_snapshot!(run.out);
    let end = "tests/fixtures/mistakes/funnelc.yaml and 2 more files: 15 errors
not read yet: `tests/fixtures/mistakes/journeys/unfinished.yaml` from line 3 on
";
    assert!(run.out.ends_with(end), "{}", run.out);
}

#[test]
fn the_same_mistakes_as_json() {
    let run = funnelc(&["check", "tests/fixtures/mistakes", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(
        (
            &document["format"],
            &document["errors"],
            &document["warnings"]
        ),
        (&1.into(), &15.into(), &0.into())
    );
    let schema =
        std::fs::read_to_string(crate::projects::root().join("schema/findings.schema.json"))
            .expect("there");
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let faults: Vec<_> = validator
        .iter_errors(&document)
        .map(|fault| fault.to_string())
        .collect();
    assert_eq!(faults, Vec::<String>::new());
    insta::assert_snapshot!(run.out);
}

#[test]
fn what_would_be_lost_is_not_written_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    assert_eq!(funnelc_in(path, &["init", "shop"]).code, Some(0));
    let contacts = std::fs::read(path.join("shop/contacts.csv")).expect("made");
    let run = |more: &[&str]| {
        let mut args = vec![
            "run",
            "shop",
            "--contacts",
            "shop/contacts.csv",
            "--now",
            "2026-11-21T09:00",
            "--out",
            "out",
        ];
        args.extend(more);
        funnelc_in(path, &args).code
    };
    assert_eq!(run(&["--rejects", "shop/contacts.csv"]), Some(2));
    assert_eq!(run(&["--rejects", "shop/funnelc.yaml"]), Some(2));
    assert_eq!(run(&["--state", "out/state"]), Some(2));
    assert_eq!(run(&["--state", "state"]), Some(0));
    assert_eq!(
        run(&["--state", "state", "--rejects", "state/CURRENT"]),
        Some(2)
    );
    assert_eq!(
        run(&["--state", "state", "--rejects", "rejects.csv"]),
        Some(0)
    );
    assert_eq!(
        run(&["--state", "state", "--rejects", "rejects.csv"]),
        Some(0),
        "rejects of an earlier run may go"
    );
    assert_eq!(
        funnelc_in(path, &["plan", "shop", "-o", "shop/funnelc.yaml"]).code,
        Some(2)
    );
    assert_eq!(
        std::fs::read(path.join("shop/contacts.csv")).expect("still there"),
        contacts
    );
}

#[test]
fn what_cannot_be_read_back_is_an_error() {
    let yaml = "version: 1\ncontacts:\n  key: id\n  tags: { values: [\"a;b\", \" c \"] }\n  \
        fields:\n    n: { type: integer, min: 5, max: 1 }\n    m: { type: choices, values: [x, y], separator: \"\" }\nsegments:\n  s: { where: { field: n, between: [5, 3] } }\n";
    let compiled = funnelc::compile(crate::projects::sources(&[("funnelc.yaml", yaml)]));
    let errors = compiled
        .diagnostics
        .iter()
        .filter(|found| found.severity == funnelc::diagnostic::Severity::Error);
    let messages: Vec<_> = errors.map(|found| found.message.as_str()).collect();
    insta::assert_debug_snapshot!(messages);
}

#[test]
fn a_comparison_refuses_the_keys_that_a_run_refuses() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(funnelc_in(folder.path(), &["init", "shop"]).code, Some(0));
    let contacts = std::fs::read_to_string(folder.path().join("shop/contacts.csv")).expect("made");
    let twice = format!(
        "{contacts}{}\n",
        contacts.lines().nth(2).expect("a second contact")
    );
    std::fs::write(folder.path().join("twice.csv"), twice).expect("written");
    let run = funnelc_in(
        folder.path(),
        &[
            "diff",
            "shop",
            "shop",
            "--contacts",
            "twice.csv",
            "--now",
            "2026-11-21",
        ],
    );
    assert_eq!((run.code, run.out.as_str()), (Some(1), ""));
    assert_eq!(
        run.err,
        "error: `twice.csv`: the key of line 36 stands in line 3 too\n"
    );
}

/// What the runner of GitHub would obey in what a program prints, on whichever stream.
fn commands(printed: &str) -> Vec<&str> {
    let lines = printed.split(['\n', '\r']);
    lines
        .filter(|line| line.trim_start().starts_with("::") || line.contains("##["))
        .collect()
}

#[test]
fn no_text_of_a_project_is_a_command_to_a_build_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    let forged = [
        "::error::a",
        "  ::set-output name=a::b",
        "\t::add-mask::c",
        "x ##[add-mask]d",
        "::stop-commands::e",
    ];
    for forged in forged {
        let name = format!("x\n{forged}\r{forged}\n{forged}\u{1b}[2J\u{202e}");
        let quoted = serde_json::to_string(&name).expect("JSON");
        write(
            "funnelc.yaml",
            &format!("version: 1\ninclude: [{quoted}]\ncontacts: {{ key: id }}\n"),
        );
        let unread = funnelc_in(folder.path(), &["check", "--format", "github"]);
        assert_eq!((unread.code, unread.out.as_str()), (Some(3), ""));
        assert!(
            unread.err.starts_with("error: ") && unread.err.contains("\\n"),
            "{}",
            unread.err
        );
        assert_eq!(commands(&unread.err), Vec::<&str>::new());
        assert!(
            !unread.err.contains(['\u{1b}', '\u{202e}', '\r']),
            "{:?}",
            unread.err
        );

        write(
            "funnelc.yaml",
            &format!("version: 1\ncontacts: {{ key: id }}\nsegments: {{ {quoted}: {quoted} }}\n"),
        );
        let wrong = funnelc_in(folder.path(), &["check", "--format", "github"]);
        assert_eq!((wrong.code, wrong.err.as_str()), (Some(1), ""));
        assert!(
            wrong
                .out
                .lines()
                .all(|line| line.starts_with("::error file=funnelc.yaml,")),
            "{}",
            wrong.out
        );
        let compared = funnelc_in(folder.path(), &["diff", ".", "."]);
        assert_eq!(
            (compared.code, commands(&compared.err)),
            (Some(1), Vec::new())
        );
        assert!(compared.err.contains("error"), "{}", compared.err);

        let missing = funnelc_in(folder.path(), &["check", "--", &name]);
        assert_eq!(
            (missing.code, commands(&missing.err)),
            (Some(3), Vec::new())
        );
        assert_eq!(
            missing
                .err
                .lines()
                .filter(|line| line.starts_with("error"))
                .count(),
            1,
            "{}",
            missing.err
        );
    }
}

#[test]
fn a_failure_with_several_lines_keeps_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    write(
        "funnelc.yaml",
        "version: 1\ncontacts: { key: id, fields: { a: number, b: number } }\n",
    );
    write("contacts.csv", "id,a,a,b,b\n1,,,,\n");
    let run = funnelc_in(
        folder.path(),
        &["run", ".", "--contacts", "contacts.csv", "--dry-run"],
    );
    assert_eq!(run.code, Some(1), "{}", run.err);
    assert!(
        run.err.lines().count() > 1 && !run.err.contains("\\n"),
        "{}",
        run.err
    );
}
