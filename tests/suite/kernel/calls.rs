//! Steps that call colleagues and other systems: what the outbox says, with the contact as it was
//! at that step.

use super::story_of;

const PROJECT: &str = r#"
version: 1
project: story
timezone: Europe/Warsaw
contacts:
  key: id
  tags: { values: open }
  points: { column: points }
  owner: keeper
  fields:
    name:   { type: text }
    keeper: { type: email }
    orders: { type: integer, default: 0 }
    spent:  { type: number }
    last:   { type: date }
    seen:   { type: datetime }
    opt-in: { type: boolean }
    plan:   { type: choice, values: [free, pro] }
    likes:  { type: choices, values: [shoes, hats], separator: "|" }
destinations:
  erp:   { kind: webhook, url: https://erp.example.com/in }
  sales: { kind: crm, secret: { env: SALES } }
funnels:
  shop: { audience: everyone, stages: { lead: { weight: 0 }, buyer: { weight: 1 } } }
campaigns:
  talk:
    enter: [{ tag: hot }]
    steps: "#;

const HEAD: &str = "id,name,keeper,orders,spent,last,seen,opt_in,plan,likes,tags,points\n";
const FULL: &str =
    "1,Ann,bob@x.pl,2,12.50,2026-01-02,2026-01-02T10:00,true,pro,hats|shoes,hot;odd,7\n";
const EMPTY: &str = "1,,,,,,,,,,hot,\n";

/// The columns `action`, `target`, `channel`, `address`, `step` and `body` of each row of the
/// outbox.
fn outbox(steps: &str, row: &str, journal: &str) -> Vec<String> {
    let story = story_of(&format!("{PROJECT}{steps}\n"));
    let journal = format!(
        "enter shop lead\nstart talk 1 condition\n{journal}\nend talk 1 completed finished"
    );
    let story = story.on("2026-11-21T09:00", &format!("{HEAD}{row}"), &journal);
    let run = story.last.expect("it ran");
    let actions = String::from_utf8(run.actions).expect("text");
    let mut lines = actions.lines();
    assert_eq!(
        lines.next(),
        Some("key,contact,action,target,channel,address,campaign,entry,step,visit,body")
    );
    let cut = |line: &str| {
        let cells: Vec<_> = line.splitn(11, ',').collect();
        assert_eq!(
            (cells[1], cells[6], cells[7], cells[9]),
            ("1", "talk", "1", "1")
        );
        format!(
            "{} {} {} {} {} {}",
            cells[2], cells[3], cells[4], cells[5], cells[8], cells[10]
        )
    };
    lines.map(cut).collect()
}

#[test]
fn a_colleague_is_told_with_the_values_of_the_contact() {
    let message = "'{{ name | default: Somebody }} has {{orders}} orders, {{ points }} points, \
        {{ spent | default: no money }}'";
    let steps = format!(
        "[{{ notify: owner, message: {message} }}, \
            {{ id: boss, notify: boss@x.pl, message: {message} }}]"
    );
    assert_eq!(
        outbox(
            &steps,
            FULL,
            "notify talk 1 notify:owner owner\nnotify talk 1 boss boss@x.pl"
        ),
        [
            r#"notify owner  bob@x.pl notify:owner "Ann has 2 orders, 7 points, 12.5""#,
            r#"notify boss@x.pl  boss@x.pl boss "Ann has 2 orders, 7 points, 12.5""#,
        ]
    );
    assert_eq!(
        outbox(
            &steps,
            EMPTY,
            "skip talk 1 notify:owner address unreachable\nnotify talk 1 boss boss@x.pl"
        ),
        [r#"notify boss@x.pl  boss@x.pl boss "Somebody has 0 orders, 0 points, no money""#],
        "nobody looks after the contact"
    );
}

#[test]
fn a_webhook_gets_the_values_that_it_asks_for() {
    let steps = "[{ webhook: erp, body: { who: name, Orders: orders, spent: spent, ok: opt-in, l: likes, p: points, on: last } }]";
    assert_eq!(
        outbox(steps, FULL, "webhook talk 1 webhook:erp erp"),
        [
            r#"webhook erp   webhook:erp "{""Orders"":2,""l"":[""shoes"",""hats""],""ok"":true,""on"":""2026-01-02"",""p"":7,""spent"":""12.5"",""who"":""Ann""}""#
        ]
    );
    assert_eq!(
        outbox(
            "[{ webhook: erp }]",
            EMPTY,
            "webhook talk 1 webhook:erp erp"
        ),
        ["webhook erp   webhook:erp {}"]
    );
}

#[test]
fn a_contact_is_handed_over_as_it_is_at_that_step() {
    let steps = "[{ push-to: sales }, { set: name, to: Eve }, { add-tag: vip }, { remove-tag: hot }, \
        { points: 3 }, { move: shop/buyer }, { id: late, push-to: sales }]";
    let journal = "push-to talk 1 push-to:sales sales
        set talk 1 set:name name Ann Eve
        add-tag talk 1 add-tag:vip vip
        remove-tag talk 1 remove-tag:hot hot
        points talk 1 points:3 7 10
        move talk 1 move:shop/buyer shop lead buyer
        push-to talk 1 late sales";
    let body = |name: &str, points: &str, stage: &str, tags: &str| {
        format!(
            r#"{{"fields":{{"keeper":"bob@x.pl","last":"2026-01-02","likes":["shoes","hats"],"name":"{name}","opt-in":true,"orders":2,"plan":"pro","seen":"2026-01-02T10:00","spent":"12.5"}},"id":"1","points":{points},"stages":{{"shop":"{stage}"}},"tags":[{tags}]}}"#
        )
        .replace('"', "\"\"")
    };
    assert_eq!(
        outbox(steps, FULL, journal),
        [
            format!(
                "push-to sales   push-to:sales \"{}\"",
                body("Ann", "7", "lead", r#""hot","odd""#)
            ),
            format!(
                "push-to sales   late \"{}\"",
                body("Eve", "10", "buyer", r#""odd","vip""#)
            ),
        ]
    );
}

/// Groups are handed over, written in texts and asked for by name, also by a plan that was read
/// from its file.
#[test]
fn points_of_a_group_are_handed_over_like_other_points() {
    let steps = "[{ points: { give: 5, group: loyalty } }, \
        { webhook: erp, body: { l: points/loyalty, p: points } }, { notify: boss@x.pl, message: 'Has {{ points/loyalty }} and {{ points/games | default: no }}.' }, { push-to: sales }]";
    let yaml = format!("{PROJECT}{steps}\npoints: {{ groups: [loyalty, games] }}\n");
    let plan = crate::projects::plan_of(crate::projects::sources(&[("funnelc.yaml", &yaml)]));
    let read = funnelc::plan::Plan::from_json(&plan.to_json()).expect("our own plan");
    for plan in [plan, read] {
        let story = super::Story::of(plan).on(
            "2026-11-21T09:00",
            "id,tags,points_games,points\n1,hot,3,7\n",
            "enter shop lead
             start talk 1 condition
             points talk 1 points:5 loyalty loyalty 0 5
             webhook talk 1 webhook:erp erp
             notify talk 1 notify:boss@x.pl boss@x.pl
             push-to talk 1 push-to:sales sales
             end talk 1 completed finished",
        );
        let actions = String::from_utf8(story.last.expect("it ran").actions).expect("text");
        for body in [
            r#","{""l"":5,""p"":7}""#,
            ",Has 5 and 3.\n",
            r#""groups"":{""games"":3,""loyalty"":5},""id"":""1"",""points"":7,"#,
        ] {
            assert!(actions.contains(body), "{actions}");
        }
    }
}

#[test]
fn a_token_of_a_group_that_is_not_there_is_an_error_at_its_place() {
    let steps = "[{ notify: boss@x.pl, message: 'Has {{ points/loyalti }}' }, \
        { webhook: erp, body: { l: points/game } }]";
    let yaml = format!("{PROJECT}{steps}\npoints: {{ groups: [loyalty] }}\n");
    let compiled = funnelc::compile(crate::projects::sources(&[("funnelc.yaml", &yaml)]));
    let found = compiled
        .diagnostics
        .iter()
        .filter(|found| found.code.name() == "unknown-group");
    let told: Vec<_> = found
        .map(|it| (it.message.as_str(), compiled.sources.text(it.primary.span)))
        .collect();
    assert_eq!(
        told,
        [
            (
                "there is no group of points `loyalti`",
                "{{ points/loyalti }}"
            ),
            ("there is no group of points `game`", "points/game"),
        ]
    );
}

#[test]
fn a_note_is_a_line_of_the_journal_and_nothing_else() {
    let steps = "[{ note: ' came by ' }, { id: again, note: came by once more }]";
    let rows = outbox(
        steps,
        FULL,
        "note talk 1 note came by
         note talk 1 again came by once more",
    );
    assert_eq!(rows, Vec::<String>::new());
}

#[test]
fn a_note_says_something_in_one_short_line() {
    let long = "a".repeat(201);
    let steps = format!(
        "[{{ note: '' }}, {{ note: \"one\\ntwo\" }}, {{ note: {long} }}, {{ note: '{}' }}]",
        "é".repeat(200)
    );
    let compiled = funnelc::compile(crate::projects::sources(&[(
        "funnelc.yaml",
        &format!("{PROJECT}{steps}\n"),
    )]));
    let errors = compiled
        .diagnostics
        .iter()
        .filter(|found| found.severity == funnelc::diagnostic::Severity::Error);
    assert_eq!(
        errors
            .map(|found| found.message.as_str())
            .collect::<Vec<_>>(),
        [
            "the note says nothing",
            "the note has more than one line",
            "the note has 201 characters, and may have 200"
        ]
    );
}
