//! Pairs of small projects: what is the same in other words, what only looks alike, and what each
//! change of a campaign does to two contacts.

use std::fmt::Write as _;

use super::{Compared, edited};

const BASE: &str = "version: 1
contacts:
  key: id
  tags: { values: [x, y], column: tags }
  points: { column: points, groups: { loyalty: stars } }
  owner: rep
  fields: { hot: { type: boolean }, email: { type: email }, plan: { type: text }, rep: { type: email } }
  addresses: { email: email }
  consent: { email: { field: hot, is: true } }
  do-not-contact: { email: { column: dnc } }
points: { groups: [loyalty] }
content: { hello: { kind: email }, bar: { kind: focus } }
destinations: { crm: { kind: webhook, url: { env: X } }, sheet: { kind: crm } }
segments: { warm: { where: { field: hot, is: true } } }
funnels:
  shop:
    audience: everyone
    column: stage
    stages:
      lead: { weight: 0, experiences: [{ id: teaser, content: bar }] }
      buyer: { weight: 10 }
campaigns:
  c:
    enter: { segment: warm }
    on-leave: stay
    steps:
      - add-tag: x
      - points: 5
      - points: { give: 3, group: loyalty }
      - set: plan
        to: pro
      - notify: owner
        message: hi
      - webhook: crm
        body: { mail: email }
      - push-to: sheet
      - add-to: warm
      - id: pause
        wait: 7 days
      - send: hello
      - webhook: crm
        body: { plan: plan }
      - unsubscribe: email
";

const CONTACTS: &[u8] = b"id,email,hot,tags,points,stars,plan,rep,dnc,stage\n1,a@example.com,true,,0,0,,r@example.com,,\n2,b@example.com,false,,0,0,,r@example.com,,\n";

fn headline(edits: &[(&str, &str)]) -> String {
    let compared = Compared::new(BASE, &edited(BASE, edits), CONTACTS);
    let text = compared.text();
    let end = text.find("\n\n").unwrap_or(text.len());
    text[..end].split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One change each, and what a reviewer reads first.
const CHANGES: [(&str, &str); 17] = [
    ("add-tag: x", "add-tag: y"),
    ("points: 5", "points: 500"),
    ("give: 3", "give: 30"),
    ("to: pro", "to: team"),
    ("message: hi", "message: ho"),
    ("body: { mail: email }", "body: { mail: email, plan: plan }"),
    ("      - notify: owner\n        message: hi\n", ""),
    ("      - webhook: crm\n        body: { mail: email }\n", ""),
    ("      - push-to: sheet\n", ""),
    ("      - add-to: warm\n", "      - remove-from: warm\n"),
    ("wait: 7 days", "wait: 70 days"),
    ("      - send: hello\n", ""),
    ("body: { plan: plan }", "body: { plan: email }"),
    ("      - unsubscribe: email\n", ""),
    (
        "hello: { kind: email }",
        "hello: { kind: email, once: ever }",
    ),
    (
        "experiences: [{ id: teaser, content: bar }]",
        "final: false",
    ),
    (
        "enter: { segment: warm }",
        "enter: { not: { segment: warm } }",
    ),
];

#[test]
fn each_change_is_told() {
    let mut told = String::new();
    for (from, to) in &CHANGES {
        let shown = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let headline = headline(&[(from, to)]);
        assert!(
            !headline.contains("treated as before"),
            "{from} -> {to}: {headline}"
        );
        writeln!(told, "{} -> {}\n    {headline}", shown(from), shown(to)).expect("written");
    }
    insta::assert_snapshot!("what_each_change_is_told_as", told);
}

/// What only the state remembers counts as well.
#[test]
fn do_not_contact_without_a_column_is_told() {
    let base = edited(
        BASE,
        &[
            ("  do-not-contact: { email: { column: dnc } }\n", ""),
            ("add-tag: x", "unsubscribe: email"),
        ],
    );
    let head = edited(
        &base,
        &[(
            "      - unsubscribe: email\n      - points: 5\n",
            "      - points: 5\n",
        )],
    );
    let impact = Compared::new(&base, &head, CONTACTS).impact;
    assert_eq!(
        (impact.affected, impact.other_data),
        (1, 1),
        "{:?}",
        impact.data
    );
}

#[test]
fn a_change_that_nobody_has_met_yet_says_so_and_no_more() {
    let headline = headline(&[("buyer: { weight: 10 }", "buyer: { weight: 20 }")]);
    assert_eq!(
        headline,
        "All 2 contacts are treated as before at this moment, and in what they are on the way to"
    );
}

/// What is called otherwise, with the line that says so, changes nobody.
#[test]
fn who_is_only_called_otherwise_is_treated_as_before() {
    // Both stand in a stage that the file calls by its old name; steps write the row of the first,
    // and its tags beside one with an old name.
    let contacts = String::from_utf8(CONTACTS.to_vec())
        .expect("UTF-8")
        .replace("example.com,,\n", "example.com,,lead\n");
    let contacts = contacts
        .replace(",true,,", ",true,y,")
        .replace(",false,,", ",false,y,");
    let lines = [
        (
            "tag y",
            "tag y, to: tag z",
            "values: [x, y]",
            "values: [x, z]",
        ),
        (
            "shop/lead",
            "shop/lead, to: shop/new",
            "      lead:",
            "      new:",
        ),
        ("c", "c, to: d", "  c:\n    enter", "  d:\n    enter"),
    ];
    for (what, line, from, to) in lines {
        let head = edited(BASE, &[(from, to)]) + &format!("moved: [{{ from: {line} }}]\n");
        let compared = Compared::new(BASE, &head, contacts.as_bytes());
        assert_eq!(compared.impact.affected, 0, "{what}: {}", compared.text());
        assert!(
            compared.diff.is_empty(),
            "{what}: {:?}",
            compared.diff.changes
        );
        assert!(
            compared
                .text()
                .starts_with("Nothing that a contact would notice"),
            "{}",
            compared.text()
        );
    }
    let head = edited(BASE, &[("id: pause", "id: rest")])
        + "moved: [{ campaign: c, from: pause, to: rest }]\n";
    let compared = Compared::new(BASE, &head, CONTACTS);
    assert_eq!(
        (compared.impact.affected, compared.diff.changes.len()),
        (0, 0),
        "{}",
        compared.text()
    );
}

/// In the text of HTML, whose entities are read before anybody looks for mentions, nothing of a
/// project begins one outside of code.
#[test]
fn nobody_is_mentioned_and_nothing_is_linked() {
    let value = "cc @octocat and @acme/all, fixes #123, GH-7, acme/shop#4, https://x.example, \
        www.x.example, deadbeef12, <!-- --> `x` a|b";
    let segment = format!("segments: {{ warm: {{ where: {{ field: plan, is: {value:?} }} }} }}");
    let head = edited(
        BASE,
        &[(
            "segments: { warm: { where: { field: hot, is: true } } }",
            &segment,
        )],
    );
    let page = Compared::new(BASE, &head, CONTACTS).markdown();
    let line = page
        .lines()
        .find(|line| line.contains("octocat"))
        .expect("the value is shown");
    let text = line
        .replace("&#124;", "/")
        .replace("&#64;", "@")
        .replace("&#35;", "#");
    for reference in [
        "@o",
        "@a",
        "#1",
        "#4",
        "GH-7",
        "://x",
        "www.x",
        "deadbeef12",
        "<!--",
    ] {
        assert!(!text.contains(reference), "{reference} in {line}");
    }
    for shown in ["@&#8203;octocat", "#&#8203;123", "GH-&#8203;7"] {
        assert!(text.contains(shown), "{shown} in {line}");
    }
}

/// Steps of other verbs are never one step, whatever stands in them.
#[test]
fn steps_of_other_verbs_are_never_paired() {
    let steps = [
        "notify: owner\n        message: hi",
        "id: s\n        split: [{ share: 50, id: a, steps: [{ add-tag: y }] }, \
            { share: 50, id: b, steps: [{ add-tag: x }] }]",
        "webhook: crm\n        body: { mail: email }",
        "fork: [{ steps: [{ add-tag: y }] }, { steps: [{ add-tag: x }] }]",
        "push-to: sheet",
        "unsubscribe: email",
        "resubscribe: email",
        "add-to: warm",
        "enroll: d",
        "withdraw: d",
        "exit: exited",
        "clear: plan",
        "leave: shop",
    ];
    let second = "  d:\n    steps: [{ add-tag: x }]\n";
    let with = |step: &str| {
        edited(
            BASE,
            &[("      - add-tag: x\n", &format!("      - {step}\n"))],
        ) + second
    };
    for pair in steps.windows(2) {
        let changes = Compared::new(&with(pair[0]), &with(pair[1]), CONTACTS)
            .diff
            .changes;
        let is_paired = |it: &funnelc::diff::Change| it.aspect.as_deref() == Some("step");
        assert!(!changes.iter().any(is_paired), "{pair:?}: {changes:?}");
    }
}
