//! Secrets are not told: neither in what is drawn of a file nor in the words of a finding, in any
//! format, however they are written and whatever is wrong with the file.

use std::fs::write;

use crate::projects::{funnelc_in, sources};

/// A project with a destination of these lines, and a key that is none so that its lines are drawn.
fn project(lines: &str) -> String {
    let lines: String = lines.lines().map(|line| format!("    {line}\n")).collect();
    format!(
        "version: 1
contacts: {{ key: id, tags: {{ values: [hot] }} }}
destinations:
  crm:
    kind: crm
{lines}    none: 1
campaigns:
  talk: {{ enter: {{ tag: hot }}, steps: [ {{ push-to: crm }} ] }}
"
    )
}

/// Ways to write `hunter2` as a secret.
const WAYS: &[&str] = &[
    "secret: hunter2",
    r#""secr\x65t": hunter2"#,
    r#""secr\x65t": "hun\x74er2 hunter2""#,
    "\"secr\\x65t\": hunter2\n\"secr\\x65t\": hunter3",
    "\"secr\\x65t\": >-\n  hunter2\n  hunter3",
    "\"secr\\x65t\":\n  hunter2\n  hunter3",
    "? secret\n: hunter2",
    "name: &key secret\n*key : hunter2",
    "name: &s hunter2\nsecret: *s",
    "name: &s\n  hunter2\nsecret: *s",
    "name: &s [hunter2, [hunter3]]\nsecret: *s",
    "name: &s [hunter2]\nowner: &t [*s]\nsecret: *t",
    "name: &s { value: hunter2, env: [hunter3] }\nsecret: *s",
    "name: &s { \"secr\\x65t\": hunter2 }\n<<: *s",
    "# secret: hunter2",
    "secret: { hunter2: x }",
    "secret: { \"hun\\x74er2\": x }",
    "secret: { env: { a: hunter2 } }",
    // What needs quotes, and what is told of it.
    "secret: *hunter2",
    "secret: !hunter2 hunter3",
    "secret: !hunter2 [hunter3]",
    "secret: #hunter2",
    "secret: &hunter2",
    "secret: {{hunter2}}",
    "secret: @hunter2",
    "secret: `hunter2`",
    "secret: %hunter2",
    // Mistakes of syntax, behind which nothing is read.
    "secret: hunter2: x",
    r#""secr\x65t": hunter2: x"#,
    "secret: \"x\" hunter2",
    "secret: \"hunter2\\q\"",
    "secret: 'hunter2",
    "secret: | hunter2",
    "secret: - hunter2",
    "secret: { env: X } hunter2",
    "name: &s hunter2\nowner: @x\nsecret: *s",
    "secret:hunter2",
    r#""secret":hunter2"#,
    "'secret':hunter2",
    "secret: hunter2\nsecret:hunter3",
    "none: secret: hunter2",
    r#"none: "secret": hunter2"#,
    "secret:\n@hunter2",
    "secret=hunter2",
    "secret = hunter2",
    "{secret:hunter2}",
    "name: {secret:hunter2}",
    "secret :hunter2",
    "# secret:hunter2",
    "# secret=hunter2",
    "secret: {env: X}, hunter2",
    "? secret :\n hunter2",
    "secrets: hunter2",
    "api-key: hunter2",
    "passwd: hunter2",
    "secret_key: hunter2",
    // Where the text that is quoted is cut.
    "secret: { LONG: x }",
    "secret: *LONG",
    "secret: !LONG hunter3",
    "secret: !LONG [x]",
    "secret: #LONG",
    // Addresses whose text does not show the password.
    r#"url: "https:\x2f/u:hunter2@h""#,
    r#"name: "https:\x2f/u:hunter2@h""#,
    "url: https://u:hun\n  hunter2@h",
    "url: https://u:hunter2@h",
];

#[test]
fn a_secret_is_told_in_no_format_however_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    for way in WAYS {
        let way = way.replace("LONG", &"hunter2".repeat(40));
        write(folder.path().join("a.yaml"), project(&way)).unwrap();
        for format in ["text", "json", "github", "sarif", "junit"] {
            let ran = funnelc_in(folder.path(), &["check", "a.yaml", "--format", format]);
            assert_eq!(ran.code, Some(1), "{way}\n{}{}", ran.out, ran.err);
            let told = format!("{}{}", ran.out, ran.err);
            assert!(!told.contains("hunter"), "{way}\nas {format}:\n{told}");
        }
    }
}

#[test]
fn a_secret_that_is_used_elsewhere_is_told_there_neither() {
    let folder = tempfile::tempdir().unwrap();
    let long = "hunter2".repeat(40);
    for (variable, secret, wait) in [
        (&*long, "$key", "$key"),
        ("x", "&x hunter2", "*x"),
        ("x", "&x [hunter2]", "*x"),
    ] {
        let text = format!(
            "version: 1
contacts: {{ key: id, tags: {{ values: [hot] }} }}
variables: {{ key: {variable} }}
destinations:
  crm: {{ kind: crm, secret: {secret} }}
campaigns:
  talk: {{ enter: {{ tag: hot }}, steps: [ {{ push-to: crm }}, {{ wait: {wait} }} ] }}
"
        );
        write(folder.path().join("a.yaml"), text).unwrap();
        for format in ["text", "json", "github", "sarif", "junit"] {
            let ran = funnelc_in(folder.path(), &["check", "a.yaml", "--format", format]);
            assert_eq!(ran.code, Some(1), "{}{}", ran.out, ran.err);
            assert!(
                !ran.out.contains("hunt"),
                "{secret} as {format}:\n{}",
                ran.out
            );
        }
    }
}

/// A digest could be tried out by whoever reads the comparison.
#[test]
fn a_comparison_says_that_a_secret_is_another_and_nothing_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let text = "version: 1
contacts: { key: id, tags: { values: [hot] } }
destinations:
  crm: { kind: crm, secret: hunter2 }
  hook: { kind: webhook, url: 'https://anna@example.com:hunter2@h/x' }
campaigns:
  talk: { enter: { tag: hot }, steps: [ { push-to: crm }, { push-to: hook } ] }
";
    write(folder.path().join("a.yaml"), text).unwrap();
    write(
        folder.path().join("b.yaml"),
        text.replace("hunter2", "hunter3"),
    )
    .unwrap();
    for format in ["text", "markdown", "json"] {
        let ran = funnelc_in(
            folder.path(),
            &["diff", "a.yaml", "b.yaml", "--format", format],
        );
        assert_eq!(
            ran.out.matches("another secret").count(),
            2,
            "{}{}",
            ran.out,
            ran.err
        );
        let digests = ["hunter2", "hunter3"].map(|it| blake3::hash(it.as_bytes()).to_hex());
        for digest in &digests {
            assert!(!ran.out.contains(&digest[..8]), "{}", ran.out);
        }
        assert!(
            !ran.out.contains("hunter") && !ran.out.contains("digest"),
            "{}",
            ran.out
        );
    }
}

#[test]
fn a_secret_that_is_a_variable_is_hidden_where_the_variable_stands() {
    let folder = tempfile::tempdir().unwrap();
    let values = "environments:\n  live: { variables: { \"\\x6bey\": hunter2, other: shown } }\nvariables: { \"\\x6bey\": \"hunter\\x33\", none: 1, none: 2 }\n";
    for way in [
        "secret: $key",
        "\"secr\\x65t\": $key",
        "name: &s $key\nsecret: *s",
    ] {
        write(
            folder.path().join("funnelc.yaml"),
            format!("{}include: [values.yaml]\n", project(way)),
        )
        .unwrap();
        write(folder.path().join("values.yaml"), values).unwrap();
        let ran = funnelc_in(folder.path(), &["check"]);
        assert!(
            ran.out.contains("values.yaml:3") && ran.out.contains("shown"),
            "{way}\n{}{}",
            ran.out,
            ran.err
        );
        assert!(!ran.out.contains("hunter"), "{way}\n{}", ran.out);
    }
}

#[test]
fn a_secret_in_a_file_that_the_project_names_is_hidden() {
    let folder = tempfile::tempdir().unwrap();
    let text = "version: 1
contacts: { key: id, tags: { values: [hot] } }
content: { hello: { kind: focus, body: a.html } }
campaigns: { talk: { enter: { tag: hot }, steps: [{ notify: hello }] } }
";
    write(folder.path().join("funnelc.yaml"), text).unwrap();
    write(
        folder.path().join("a.html"),
        "password: hunter2\n{{ nobody }}\n",
    )
    .unwrap();
    let ran = funnelc_in(folder.path(), &["check"]);
    assert!(
        ran.out.contains("a.html:2") && !ran.out.contains("hunter"),
        "{}{}",
        ran.out,
        ran.err
    );
}

/// What is drawn is worth reading: nothing else is hidden.
#[test]
fn what_is_no_secret_is_drawn() {
    for (at, shown) in [
        ("secret: { env: CRM_SECRET }", "secret: { env: CRM_SECRET }"),
        (
            "name: &s { env: CRM_SECRET }\nsecret: *s",
            "name: &s { env: CRM_SECRET }",
        ),
        (
            "name: \"Your password: reset it\"",
            "name: \"Your password: reset it\"",
        ),
        ("name: [a secret: said]", "none: 1"),
        ("url: \"https:\\x2f/h/a\"", "url: \"https:\\x2f/h/a\""),
    ] {
        let found = funnelc::compile(sources(&[("funnelc.yaml", &project(at))]));
        let drawn = funnelc::report::text::findings(
            &found.diagnostics,
            &found.sources,
            crate::projects::PLAIN,
        );
        assert!(drawn.contains(shown), "{at}\n{drawn}");
    }
    let declared = "version: 1
contacts: { key: id, fields: { token: { type: text }, password: { type: none } } }
destinations:
  push-token: { kind: crm, none: 1 }
";
    let found = funnelc::compile(sources(&[("funnelc.yaml", declared)]));
    let drawn =
        funnelc::report::text::findings(&found.diagnostics, &found.sources, crate::projects::PLAIN);
    assert!(
        drawn.contains("token: { type: text }, password: { type: none }"),
        "{drawn}"
    );
    assert!(
        drawn.contains("push-token: { kind: crm, none: 1 }")
            && drawn.contains("unknown key `none`"),
        "{drawn}"
    );
}

#[test]
fn a_run_told_to_machines_has_no_password_in_any_member() {
    let folder = tempfile::tempdir().unwrap();
    let text = "version: 1
contacts: { key: id, fields: { orders: { type: integer, column: 'orders?token=hunter2' } }, tags: { values: [hot], column: tags } }
campaigns: { talk: { enter: { field: orders, at-least: 1 }, on-leave: stay, steps: [{ add-tag: hot }] } }
";
    write(folder.path().join("funnelc.yaml"), text).unwrap();
    let rows = "id,orders?token=hunter2,tags\n1,https://u:hunter3@h,\n2,3,\n";
    write(folder.path().join("c?key=hunter4"), rows).unwrap();
    let args = [
        "run",
        ".",
        "--contacts",
        "c?key=hunter4",
        "--out",
        "out",
        "--now",
        "2026-01-02T10:00",
        "--format",
        "json",
    ];
    let ran = funnelc_in(folder.path(), &args);
    let told: serde_json::Value =
        serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}{}", ran.out, ran.err));
    let messages = told["messages"].as_array().unwrap();
    let row = messages
        .iter()
        .find(|message| message["value"].is_string())
        .unwrap_or_else(|| panic!("{told:#}"));
    assert_eq!(row["value"], "https://u:…@h", "{told:#}");
    assert_eq!(
        (&row["column"], &row["file"]),
        (&"orders?token=…".into(), &"c?key=…".into()),
        "{told:#}"
    );
    assert!(
        !ran.out.contains("hunter") && !ran.err.contains("hunter"),
        "{}{}",
        ran.out,
        ran.err
    );
}

/// In a comment, a picture and JSON signs are written in other ways, among which nobody would find
/// a password any more.
#[test]
fn no_password_of_an_address_stands_in_a_comparison_or_a_picture() {
    let folder = tempfile::tempdir().unwrap();
    let address =
        |password: &str| format!(r#""see https://u:{password}@h/?token=a@{password}&b=1""#);
    let text = |password: &str| {
        let at = address(password);
        format!(
            "version: 1
contacts:
  key: id
  owner: boss
  tags: {{ values: open, column: tags }}
  fields: {{ mail: {{ type: email }}, boss: {{ type: email }}, f: {{ type: text }} }}
  addresses: {{ email: mail }}
segments: {{ w: {{ where: {{ field: f, is: {at} }} }} }}
content: {{ n: {{ kind: email, subject: {at} }} }}
campaigns:
  c:
    enter: {{ segment: w }}
    on-leave: stay
    steps:
      - add-tag: {at}
      - send: n
      - notify: owner
        message: {at}
      - set: f
        to: {at}
      - if: {{ tag: {at} }}
        then: [{{ add-tag: x }}]
"
        )
    };
    for (name, password) in [("a", "hunter2"), ("b", "hunter3")] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
        write(
            folder.path().join(name).join("funnelc.yaml"),
            text(password),
        )
        .unwrap();
    }
    let told = |args: &[&str]| {
        let ran = funnelc_in(folder.path(), args);
        assert_eq!(ran.code, Some(0), "{args:?}: {}{}", ran.out, ran.err);
        assert!(
            !format!("{}{}", ran.out, ran.err).contains("hunter"),
            "{args:?}: {}{}",
            ran.out,
            ran.err
        );
        assert!(ran.out.contains("add"), "{args:?}: {}", ran.out);
        ran.out
    };
    for format in ["text", "markdown", "json"] {
        let said = told(&["diff", "a", "b", "--format", format]);
        assert!(said.contains('…'), "{format}: {said}");
    }
    for format in ["text", "mermaid", "dot"] {
        told(&["graph", "a", "--campaign", "c", "--format", format]);
    }
}

/// Whoever looks for a password in a line does not find one that begins in it and ends in the next.
#[test]
fn no_line_ends_within_a_password_before_it_is_hidden() {
    let folder = tempfile::tempdir().unwrap();
    for before in 30..80 {
        let text = |subject: &str| {
            format!(
                "version: 1
contacts: {{ key: id, fields: {{ email: {{ type: email }} }}, addresses: {{ email: email }} }}
content: {{ hello: {{ kind: email, subject: '{subject}' }} }}
campaigns: {{ a: {{ enter: {{ field: email, exists: true }}, steps: [{{ send: hello }}] }} }}
"
            )
        };
        let url = format!(
            "{}https://user:hunter2abcdef@x.example/p",
            "x".repeat(before)
        );
        write(folder.path().join("a.yaml"), text("before")).unwrap();
        write(folder.path().join("b.yaml"), text(&url)).unwrap();
        let told = funnelc_in(folder.path(), &["diff", "a.yaml", "b.yaml"]).out;
        let whole = told.split_whitespace().collect::<String>();
        assert!(whole.contains("@x.example"), "{told}");
        assert!(
            !whole.contains("hunt") && !whole.contains("abcdef"),
            "{told}"
        );
    }
}
