//! What a project and a file bring is shown, and does nothing: no text of theirs acts on a
//! terminal, turns other text around or makes up lines.

use std::fs::write;

use crate::projects::funnelc_in;

/// A project in which `@` stands for whatever somebody can write.
const PROJECT: &str = include_str!("../fixtures/screens.yaml");

/// Sets the title, clears the screen, rings, turns the text around, hides what nobody sees, and
/// begins a line.
const IN_YAML: &str =
    r"\e]0;owned\a\e[2J\u202E\u2066\u200b\u00ad\U000e0041\ufeff\u009b31m\r\nFORGED";
const IN_CELLS: &str =
    "\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}\u{2066}\u{200b}\u{ad}\u{e0041}\u{feff}\u{9b}31m";

/// The lines that somebody else wrote, and the letters that act.
fn acting(printed: &str) -> Vec<String> {
    let acts = |c: &char| {
        (c.is_control() && *c != '\n' && *c != '\t')
            || IN_CELLS.chars().any(|it| it == *c && !it.is_ascii())
    };
    let letters = printed
        .chars()
        .filter(acts)
        .map(|c| c.escape_unicode().to_string());
    let lines = printed
        .lines()
        .filter(|line| line.starts_with("FORGED"))
        .map(str::to_owned);
    letters.chain(lines).collect()
}

#[test]
#[expect(clippy::too_many_lines, reason = "what is told, door by door")]
fn nothing_of_a_project_acts_on_a_screen() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let project = PROJECT.replace('@', IN_YAML);
    write(place("a.yaml"), &project).unwrap();
    let other = project
        .replace("1 day", "2 days")
        .replace("contains:", "starts-with:")
        .replace(r#""Hi\e"#, r#""Ho\e"#);
    write(
        place("b.yaml"),
        other
            .replace(r#""call\e"#, r#""ring\e"#)
            .replace(r#": "d\e"#, r#": "e\e"#),
    )
    .unwrap();
    write(
        place("c.yaml"),
        project.replace("- send: mail-a", "- send: \"no\\e[2Jsuch\\nFORGED\""),
    )
    .unwrap();
    let rows = format!(
        "id,email,ok,name,plan,tags\n1{IN_CELLS},a@b.example,true,\"x{IN_CELLS}\nFORGED\",pro,hot\n"
    );
    write(place("contacts.csv"), &rows).unwrap();
    write(
        place("bad.csv"),
        format!("{rows}2{IN_CELLS},a,maybe{IN_CELLS},,no{IN_CELLS},\n"),
    )
    .unwrap();
    write(
        place("header.csv"),
        format!("\"i{IN_CELLS}\nFORGED\",ok\n1,true\n"),
    )
    .unwrap();
    let now = "--now=2026-01-02T10:00";
    let commands: [&[&str]; 24] = [
        &["check", "a.yaml", "--format", "json"],
        &["check", "c.yaml", "--format", "json"],
        &["check", "c.yaml", "--format", "sarif"],
        &["check", "c.yaml", "--format", "junit"],
        &["plan", "a.yaml"],
        &["test", "a.yaml", "--format", "json"],
        &["diff", "a.yaml", "b.yaml", "--format", "json"],
        &[
            "diff",
            "a.yaml",
            "b.yaml",
            "--contacts",
            "contacts.csv",
            now,
            "--show-ids",
            "--format",
            "json",
        ],
        &[
            "run",
            "a.yaml",
            "--contacts",
            "bad.csv",
            "--dry-run",
            now,
            "--format",
            "json",
        ],
        &["check", "a.yaml"],
        &["check", "c.yaml"],
        &["check", "c.yaml", "--format", "github"],
        &["graph", "a.yaml"],
        &["graph", "a.yaml", "--format", "text"],
        &["graph", "a.yaml", "--format", "dot"],
        &["test", "a.yaml"],
        &["test", "a.yaml", "--format", "junit"],
        &["diff", "a.yaml", "b.yaml"],
        &["diff", "a.yaml", "b.yaml", "--format", "markdown"],
        &[
            "diff",
            "a.yaml",
            "b.yaml",
            "--contacts",
            "contacts.csv",
            now,
        ],
        &[
            "run",
            "a.yaml",
            "--contacts",
            "contacts.csv",
            "--dry-run",
            now,
        ],
        &["run", "a.yaml", "--contacts", "bad.csv", "--dry-run", now],
        &[
            "run",
            "a.yaml",
            "--contacts",
            "header.csv",
            "--dry-run",
            now,
        ],
        &[
            "run",
            "c.yaml",
            "--contacts",
            "contacts.csv",
            "--dry-run",
            now,
        ],
    ];
    for command in commands {
        let ran = funnelc_in(folder.path(), command);
        assert!(
            !ran.out.is_empty() || !ran.err.is_empty(),
            "{command:?} says nothing"
        );
        assert_eq!(
            acting(&ran.out),
            Vec::<String>::new(),
            "{command:?}\n{}",
            ran.out
        );
        assert_eq!(
            acting(&ran.err),
            Vec::<String>::new(),
            "{command:?}\n{}",
            ran.err
        );
    }
    for to in [
        &["plan", "a.yaml", "-o", "plan.json"][..],
        &[
            "diff",
            "a.yaml",
            "b.yaml",
            "--format",
            "json",
            "-o",
            "diff.json",
        ],
    ] {
        let ran = funnelc_in(folder.path(), to);
        assert_eq!(
            (ran.code, acting(&ran.err)),
            (Some(0), Vec::new()),
            "{}",
            ran.err
        );
        let written = std::fs::read_to_string(place(to.last().unwrap())).unwrap();
        assert_eq!(acting(&written), Vec::<String>::new(), "{written}");
        let read: serde_json::Value = serde_json::from_str(&written).unwrap();
        assert!(
            read.to_string()
                .contains("\u{202e}\u{2066}\u{200b}\u{ad}\u{e0041}\u{feff}\u{9b}"),
            "escapes are the same values"
        );
    }
    let said = funnelc_in(folder.path(), &["plan", "a.yaml"]);
    assert_eq!(acting(&said.err), Vec::<String>::new(), "{}", said.err);
    assert!(
        said.err.contains(r"call\u001b]0;owned"),
        "what is there is shown: {}",
        said.err
    );
}

#[test]
fn a_short_name_in_a_table_makes_up_no_line() {
    let folder = tempfile::tempdir().unwrap();
    let head = r#"version: 1
contacts: { key: id, tags: { values: [hot, "x\nFORGED"], column: tags } }
segments: { all: { where: { tag: hot } } }
campaigns: { a: { enter: { segment: all }, on-leave: stay, steps: [{ add-tag: "x\nFORGED" }, { wait: 1 day }] } }
"#;
    let base = head.replace(r#"{ add-tag: "x\nFORGED" }, "#, "");
    for (name, text) in [
        ("base.yaml", base.as_str()),
        ("head.yaml", head),
        ("contacts.csv", "id,tags\n1,hot\n"),
    ] {
        write(folder.path().join(name), text).unwrap();
    }
    let args = [
        "diff",
        "base.yaml",
        "head.yaml",
        "--contacts",
        "contacts.csv",
        "--now=2026-01-02T10:00",
    ];
    let ran = funnelc_in(folder.path(), &args);
    assert!(
        ran.out.contains("    tag x\\nFORGED   ") && acting(&ran.out).is_empty(),
        "{}",
        ran.out
    );
}

#[test]
fn colours_are_ours_alone() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("a.yaml");
    write(
        &place,
        "version: 1\ncontacts: { key: id }\n\"\\e[8mhidden\\e[2J\": 1\n",
    )
    .unwrap();
    let ran = funnelc_in(folder.path(), &["check", "a.yaml", "--color", "always"]);
    assert!(
        ran.out.contains("\u{1b}[31m") && ran.out.contains(r"\u001b[8mhidden\u001b[2J"),
        "{:?}",
        ran.out
    );
    assert!(
        !ran.out.contains("\u{1b}[8m") && !ran.out.contains("\u{1b}[2J"),
        "{:?}",
        ran.out
    );
}

#[test]
fn a_password_in_a_url_is_found_and_never_printed() {
    let folder = tempfile::tempdir().unwrap();
    let project = |url: &str| {
        format!(
            "version: 1
contacts: {{ key: id, tags: {{ values: [hot] }} }}
content: {{ page: {{ kind: page, url: \"{url}\" }} }}
destinations: {{ shop: {{ kind: crm, url: \"{url}\" }} }}
campaigns: {{ talk: {{ enter: {{ tag: hot }}, steps: [{{ push-to: shop }}] }} }}
"
        )
    };
    for (name, url) in [
        ("plain", "https://h.example/a"),
        ("one", "https://u:hunter3@h.example/a"),
        ("other", "https://u:hunter4@h.example/a"),
    ] {
        write(folder.path().join(format!("{name}.yaml")), project(url)).unwrap();
    }
    let checked = funnelc_in(folder.path(), &["check", "one.yaml", "--format", "json"]);
    assert_eq!(
        checked.out.matches("\"plain-secret\"").count(),
        2,
        "{}",
        checked.out
    );
    let commands: [&[&str]; 6] = [
        &["check", "one.yaml"],
        &["graph", "one.yaml"],
        &["diff", "plain.yaml", "one.yaml"],
        &["diff", "one.yaml", "other.yaml"],
        &["diff", "one.yaml", "other.yaml", "--format", "markdown"],
        &["diff", "one.yaml", "other.yaml", "--format", "json"],
    ];
    for command in commands {
        let ran = funnelc_in(folder.path(), command);
        assert!(
            !ran.out.contains("hunter") && !ran.err.contains("hunter"),
            "{command:?}\n{}",
            ran.out
        );
    }
    let told = funnelc_in(folder.path(), &["diff", "one.yaml", "other.yaml"]);
    assert!(
        told.out.contains("2 changes in 1 content, 1 destination"),
        "another password is told: {}",
        told.out
    );
}

#[test]
fn no_text_on_either_stream_is_a_command() {
    let folder = tempfile::tempdir().unwrap();
    let (broken, clean, braced) = (
        "x\n::error title=forged::a\nFORGED ##[add-mask]b",
        "::error title=forged::c",
        "{d ##[add-mask]e",
    );
    for (name, text) in [
        (broken, "version: 1\nproject: [ \"\x1b\n"),
        (clean, SMALL),
        (braced, SMALL),
    ] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
        write(folder.path().join(name).join("funnelc.yaml"), text).unwrap();
    }
    let commands: [&[&str]; 8] = [
        &["check", "."],
        &["check", ".", "--format", "junit"],
        &["check", clean],
        &["check", braced],
        &["check", "--write-baseline", clean],
        &["check", "--write-baseline", braced],
        &["check", "--write-baseline", "."],
        &["test", "."],
    ];
    for args in commands {
        let ran = funnelc_in(folder.path(), args);
        let printed = format!("{}\n{}", ran.out, ran.err);
        let obeyed: Vec<_> = printed
            .lines()
            .filter(|line| line.trim_start().starts_with("::") || line.contains("##["))
            .collect();
        assert_eq!(obeyed, Vec::<&str>::new(), "{args:?}");
        assert_eq!(
            acting(&printed),
            Vec::<String>::new(),
            "{args:?}: {printed}"
        );
    }
}

const SMALL: &str = "version: 1\ncontacts: { key: id }\n";
