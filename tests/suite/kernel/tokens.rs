//! What the tokens of a content ask for goes into the outbox with it, as it was at that step, so
//! that whoever delivers can fill them.

use funnelc::plan::{Plan, PlanError};
use funnelc::runner::batch::Past;
use funnelc::source::Sources;

use super::Story;

const YAML: &str = r#"
version: 1
project: story
timezone: Europe/Warsaw
contacts:
  key: id
  tags: { values: [hot, vip] }
  points: { column: points }
  fields:
    email:  { type: email }
    name:   { type: text }
    secret: { type: text }
    orders: { type: integer }
    spent:  { type: number }
    likes:  { type: choices, values: [shoes, hats], separator: "|" }
    opened: { type: datetime }
  addresses: { email: email }
events:
  bought: { updates: { orders: { add: 1 } } }
points: { groups: [loyalty] }
content:
  hello:  { kind: email, once: { after: 1 hour }, subject: "Hi {{ name | default: you }}: {{ points }}", body: mails/hello.html }
  plain:  { kind: email, body: mails/plain.html }
  banner: { kind: focus, body: mails/banner.html }
  card:   { kind: email, subject: "{{name}} {{ points/loyalty }}" }
"#;

const FILES: [(&str, &str); 3] = [
    (
        "mails/hello.html",
        "{{ orders | default: 0 }} {{ spent }} {{ likes }} {{ name | default: friend }} \
            {{ opened }}",
    ),
    ("mails/plain.html", "no { token } here"),
    ("mails/banner.html", "{{ orders | default: 0 }}"),
];

/// The story as it is told by the plan, and by the plan that is read back from its file.
fn stories(rest: &str) -> [Story; 2] {
    let mut sources = Sources::default();
    sources.add("funnelc.yaml", format!("{YAML}{rest}"));
    for (path, text) in FILES {
        sources.attach(path, text);
    }
    let plan = crate::projects::plan_of(sources);
    let read = Plan::from_json(&plan.to_json()).expect("our own plan");
    [Story::of(plan), Story::of(read)]
}

/// The columns `action`, `target` and `body` of each row of the outbox.
fn bodies(story: &Story) -> Vec<String> {
    let run = story.last.as_ref().expect("it ran");
    let actions = std::str::from_utf8(&run.actions).expect("text");
    let row = |line: &str| {
        let cells: Vec<&str> = line.splitn(11, ',').collect();
        let body = cells[10].trim_matches('"').replace("\"\"", "\"");
        format!("{} {} {body}", cells[2], cells[3])
            .trim_end()
            .to_owned()
    };
    actions.lines().skip(1).map(row).collect()
}

const REPLAY: Past = Past {
    replay: true,
    accept_short_history: false,
    update_columns: false,
};

const EVENTS: &str = "contact,at,event\n1,2026-11-20T10:00,bought\n1,2026-11-20T11:00,bought\n";

#[test]
fn a_message_carries_what_its_tokens_ask_for_as_it_was_at_that_step() {
    let campaign = "
campaigns:
  talk:
    enter: [{ tag: hot }]
    on-leave: stay
    steps:
      - send: hello
      - { set: name, to: Eve }
      - points: 5
      - wait: 2 hours
      - send: hello
      - send: plain
      - clear: name
";
    for story in stories(campaign) {
        let rest = "start talk 1 condition\nsend talk 1 send:hello hello email\nset talk 1 set:name \
            name Ann Eve\npoints talk 1 points:5 7 12\nwait talk 1 wait:2 hours 2026-11-21T11:00:00+01:00";
        let story = story.hears(EVENTS).with_past(REPLAY).on(
            "2026-11-21T09:00",
            "id,email,name,secret,spent,likes,opened,tags,points\n1,a@x.pl,Ann,x,12.50,hats|shoes,2026-01-02T10:00,hot,7\n",
            &format!("update orders 1 bought\nupdate orders 1 2 bought\n{rest}"),
        );
        assert_eq!(
            bodies(&story),
            [
                r#"send hello {"likes":"shoes|hats","name":"Ann","opened":"2026-01-02T10:00","orders":"2","points":"7","spent":"12.5"}"#
            ]
        );
        let story = story.back(
            "2026-11-21T11:00",
            "send talk 1 send:hello#2 hello email\nsend talk 1 send:plain plain email\nclear talk \
                1 clear:name name Eve\nend talk 1 completed finished",
        );
        assert_eq!(
            bodies(&story),
            [
                r#"send hello {"likes":"shoes|hats","name":"Eve","opened":"2026-01-02T10:00","orders":"2","points":"12","spent":"12.5"}"#,
                "send plain"
            ]
        );
    }
}

#[test]
fn what_is_missing_is_null_so_that_the_default_of_the_token_stands_for_it() {
    let campaign = "campaigns: { talk: { enter: [{ tag: hot }], steps: [{ send: hello }] } }\n";
    for story in stories(campaign) {
        let journal = "start talk 1 condition\nsend talk 1 send:hello hello email\nend talk 1 completed \
            finished";
        let story = story.on("2026-11-21T09:00", "id,email,tags\n1,a@x.pl,hot\n", journal);
        assert_eq!(
            bodies(&story),
            [
                r#"send hello {"likes":null,"name":null,"opened":null,"orders":null,"points":"0","spent":null}"#
            ]
        );
    }
}

#[test]
fn an_experience_carries_them_when_it_is_shown_or_sent_and_not_when_it_is_hidden() {
    let rest = "
funnels:
  club:
    audience: everyone
    stages:
      visitor:
        weight: 0
        experiences: [{ id: big, content: banner, when: { tag: hot } }, { id: card, content: card }]
campaigns: { gift: { enter: [{ tag: vip }], steps: [{ points: { give: 3, group: loyalty } }, { set: name, to: Eve }] } }
";
    for story in stories(rest) {
        let story = story.hears(EVENTS).with_past(REPLAY).on(
            "2026-11-21T09:00",
            "id,email,name,tags\n1,a@x.pl,Ann,hot\n",
            "update orders 1 bought\nupdate orders 1 2 bought\nenter club visitor\nshow 1 \
                club/visitor/big banner",
        );
        assert_eq!(bodies(&story), [r#"show banner {"orders":"2"}"#]);
        let story = story.on(
            "2026-11-22T09:00",
            "id,email,name,tags\n1,a@x.pl,Ann,vip\n",
            "start gift 1 condition
             points gift 1 points:3 loyalty loyalty 0 3
             set gift 1 set:name name Ann Eve
             end gift 1 completed finished
             hide 1 club/visitor/big banner
             send 1 club/visitor/card card email",
        );
        assert_eq!(
            bodies(&story),
            [
                "hide banner",
                r#"send card {"name":"Eve","points/loyalty":"3"}"#
            ]
        );
    }
}

#[test]
fn a_plan_from_before_that_names_no_tokens_of_its_texts_is_read_as_one_without() {
    let [story, _] =
        stories("campaigns: { talk: { enter: [{ tag: hot }], steps: [{ send: hello }] } }\n");
    let mut plan: serde_json::Value =
        serde_json::from_str(&story.plan.to_json()).expect("our own plan");
    let asked = plan["plan"]["content"]["hello"]["body"]
        .as_object_mut()
        .expect("it has a text")
        .remove("tokens");
    assert_eq!(
        asked,
        Some(serde_json::json!([
            "likes", "name", "opened", "orders", "spent"
        ]))
    );
    let Err(PlanError::Tampered { found, .. }) = Plan::from_json(&plan.to_string()) else {
        panic!("the plan was changed");
    };
    plan["fingerprint"] = serde_json::Value::from(found);
    let plan = Plan::from_json(&plan.to_string()).expect("a plan from before");
    let journal =
        "start talk 1 condition\nsend talk 1 send:hello hello email\nend talk 1 completed finished";
    let story = Story::of(plan).on(
        "2026-11-21T09:00",
        "id,email,name,tags\n1,a@x.pl,Ann,hot\n",
        journal,
    );
    assert_eq!(
        bodies(&story),
        [r#"send hello {"name":"Ann","points":"0"}"#]
    );
}
