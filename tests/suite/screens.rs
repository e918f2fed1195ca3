//! What a project and a file bring is shown, and does nothing: no text of theirs acts on a terminal, turns other text around or makes up lines.

use std::fs::write;

use crate::projects::funnelc_in;

/// A project in which `@` stands for whatever somebody can write.
const PROJECT: &str = include_str!("../fixtures/screens.yaml");

/// Sets the title, clears the screen, rings, turns the text around, and begins a line.
const IN_YAML: &str = r"\e]0;owned\a\e[2J\u202E\u009b31m\r\nFORGED";
const IN_CELLS: &str = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}\u{9b}31m";

/// The lines that somebody else wrote, and the letters that act.
fn acting(printed: &str) -> Vec<String> {
    let acts = |c: &char| (c.is_control() && *c != '\n' && *c != '\t') || *c == '\u{202e}';
    let letters = printed.chars().filter(acts).map(|c| c.escape_unicode().to_string());
    let lines = printed.lines().filter(|line| line.starts_with("FORGED")).map(str::to_owned);
    letters.chain(lines).collect()
}

#[test]
fn nothing_of_a_project_acts_on_a_screen() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let project = PROJECT.replace('@', IN_YAML);
    write(place("a.yaml"), &project).unwrap();
    let other = project.replace("1 day", "2 days").replace("contains:", "starts-with:").replace(r#""Hi\e"#, r#""Ho\e"#);
    write(place("b.yaml"), other.replace(r#""call\e"#, r#""ring\e"#).replace(r#": "d\e"#, r#": "e\e"#)).unwrap();
    write(place("c.yaml"), project.replace("- send: mail-a", "- send: \"no\\e[2Jsuch\\nFORGED\"")).unwrap();
    let rows = format!("id,email,ok,name,plan,tags\n1{IN_CELLS},a@b.example,true,\"x{IN_CELLS}\nFORGED\",pro,hot\n");
    write(place("contacts.csv"), &rows).unwrap();
    write(place("bad.csv"), format!("{rows}2{IN_CELLS},a,maybe{IN_CELLS},,no{IN_CELLS},\n")).unwrap();
    write(place("header.csv"), format!("\"i{IN_CELLS}\nFORGED\",ok\n1,true\n")).unwrap();
    let now = "--now=2026-01-02T10:00";
    let commands: [&[&str]; 15] = [
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
        &["diff", "a.yaml", "b.yaml", "--contacts", "contacts.csv", now],
        &["run", "a.yaml", "--contacts", "contacts.csv", "--dry-run", now],
        &["run", "a.yaml", "--contacts", "bad.csv", "--dry-run", now],
        &["run", "a.yaml", "--contacts", "header.csv", "--dry-run", now],
        &["run", "c.yaml", "--contacts", "contacts.csv", "--dry-run", now],
    ];
    for command in commands {
        let ran = funnelc_in(folder.path(), command);
        assert!(!ran.out.is_empty() || !ran.err.is_empty(), "{command:?} says nothing");
        assert_eq!(acting(&ran.out), Vec::<String>::new(), "{command:?}\n{}", ran.out);
        assert_eq!(acting(&ran.err), Vec::<String>::new(), "{command:?}\n{}", ran.err);
    }
    let planned = funnelc_in(folder.path(), &["plan", "a.yaml", "-o", "plan.json"]);
    assert_eq!((planned.code, acting(&planned.err)), (Some(0), Vec::new()), "{}", planned.err);
    let said = funnelc_in(folder.path(), &["plan", "a.yaml"]);
    assert_eq!(acting(&said.err), Vec::<String>::new(), "{}", said.err);
    assert!(said.err.contains(r"call\u001b]0;owned"), "what is there is shown: {}", said.err);
}

#[test]
fn colours_are_ours_alone() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("a.yaml");
    write(&place, "version: 1\ncontacts: { key: id }\n\"\\e[8mhidden\\e[2J\": 1\n").unwrap();
    let ran = funnelc_in(folder.path(), &["check", "a.yaml", "--color", "always"]);
    assert!(ran.out.contains("\u{1b}[31m") && ran.out.contains(r"\u001b[8mhidden\u001b[2J"), "{:?}", ran.out);
    assert!(!ran.out.contains("\u{1b}[8m") && !ran.out.contains("\u{1b}[2J"), "{:?}", ran.out);
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
    assert_eq!(checked.out.matches("\"plain-secret\"").count(), 2, "{}", checked.out);
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
        assert!(!ran.out.contains("hunter") && !ran.err.contains("hunter"), "{command:?}\n{}", ran.out);
    }
    let told = funnelc_in(folder.path(), &["diff", "one.yaml", "other.yaml"]);
    assert!(told.out.contains("2 changes in 1 content, 1 destination"), "another password is told: {}", told.out);
}

#[test]
fn no_text_on_either_stream_is_a_command() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("{x\n::error title=forged::a\n  ##[add-mask]b");
    std::fs::create_dir(&place).unwrap();
    write(place.join("funnelc.yaml"), "version: 1\nproject: [ \"\x1b\n").unwrap();
    for args in
        [&["check", "."][..], &["check", ".", "--format", "junit"], &["test", "."], &["check", "--write-baseline", "."]]
    {
        let ran = funnelc_in(folder.path(), args);
        let printed = format!("{}\n{}", ran.out, ran.err);
        let obeyed: Vec<_> =
            printed.lines().filter(|line| line.trim_start().starts_with("::") || line.contains("##[")).collect();
        assert_eq!(obeyed, Vec::<&str>::new(), "{args:?}");
    }
}
