//! What people do in a simulation because a file says so: the events that were drawn, given to a
//! chain of runs, give the same bytes; who draws what depends on nobody else; and every mistake in
//! the file is told.

use std::fs;

use funnelc::assume;
use funnelc::model::{EventType, FieldType, Model, Property};
use funnelc::plan::Plan;
use funnelc::runner::Options;
use funnelc::runner::events::Format;
use funnelc::runner::simulate::{Assumptions, SimulatedBytes, Times, simulate_bytes};
use funnelc::source::Sources;
use serde_json::Value;

use crate::agreement::compile_for;
use crate::generate::Case;
use crate::projects::{cases, first, funnelc_in, plan_of, root, sources};
use crate::simulate::{Given, assert_same, moments};

const HOUR: i64 = 3600;

/// So many projects are enough: each costs as many runs as it has instants.
const MOST: u64 = 100;

/// What is wrong with a file, a line each: where, what, and what to write.
fn mistakes(text: &str, model: &Model) -> Vec<String> {
    let mut sources = Sources::default();
    let file = sources.add("assume.yaml", text);
    let (_, found) = assume::read(file, text, model);
    let told = found.iter().map(|it| {
        let line = sources.line_column(it.primary.span).line;
        let help = it.help.as_deref().unwrap_or("nothing");
        format!("{line}: {}: {}; {help}", it.code.name(), it.message)
    });
    told.collect()
}

fn read(text: &str, model: &Model) -> Assumptions {
    assert_eq!(mistakes(text, model), [""; 0], "{text}");
    let mut sources = Sources::default();
    let file = sources.add("assume.yaml", text);
    assume::read(file, text, model).0
}

/// A file that makes every event of a project happen to some of its contacts.
fn everybody_does_something(model: &Model, seed: u64) -> String {
    let mut text = format!("assume: 1\nseed: {seed}\npeople:\n");
    let events = model.events.values().enumerate();
    for (number, event) in events {
        let number = number + usize::try_from(seed).unwrap();
        let chance = 10 + number * 7 % 50;
        let of_sent = |content: &funnelc::model::Content| {
            event.happens_to(content) && !content.channels().is_empty()
        };
        let campaigns: Vec<_> = model.campaigns.values().collect();
        let stages: Vec<String> = model
            .funnels
            .values()
            .flat_map(|funnel| {
                let stages = funnel.stages.values();
                stages.map(|stage| format!("{}/{}", funnel.id, stage.id))
            })
            .collect();
        let when = match number % 4 {
            _ if model.content.values().any(of_sent) => {
                "after: { sent: any }, within: 20 h".to_owned()
            }
            0 if !event.is_of_content() && !model.content.is_empty() => {
                "after: { sent: any }, within: 3 days".to_owned()
            }
            1 if !campaigns.is_empty() => {
                let campaign = &campaigns[number % campaigns.len()].id;
                format!("after: {{ campaign: {campaign} }}, within: 1 day")
            }
            2 if !stages.is_empty() => {
                let stage = &stages[number % stages.len()];
                format!("after: {{ stage: {stage} }}, within: 90 minutes")
            }
            _ => "every: 1 day".to_owned(),
        };
        let properties: Vec<_> = event.properties.values().map(property).collect();
        let carries = format!("properties: {{ {} }}", properties.join(", "));
        let id = &event.id;
        text += &format!("  - {{ event: {id}, {when}, chance: {chance} %, {carries} }}\n");
    }
    text
}

fn property(property: &Property) -> String {
    let values = match property.type_.as_ref().unwrap() {
        FieldType::Integer => "[1, 2, 30]",
        FieldType::Number => "[1, 99.90, -3.5]",
        FieldType::Boolean => "[true, false]",
        FieldType::Date => "[2026-01-02, 1980-02-29]",
        FieldType::Datetime => "[2026-11-21T09:00, 2026-11-21T09:00Z]",
        FieldType::Text { .. } | FieldType::Email => r#"[Abc, "x, y ""z"]"#,
        FieldType::Choice(_) | FieldType::Choices { .. } => unreachable!("no property is one"),
    };
    let values = values.replace(r#"y ""z"#, "y, z");
    format!("{}: {values}", property.id)
}

fn given<'a>(plan: &'a Plan, contacts: &'a str) -> Given<'a> {
    Given {
        plan,
        contacts,
        companies: None,
        events: None,
        replay: false,
    }
}

fn simulated(
    given: &Given<'_>,
    (times, assumptions): (Times, &Assumptions),
    options: Options,
) -> SimulatedBytes {
    let asked = (times, Some(assumptions));
    simulate_bytes(given.plan, asked, given.inputs(), None, options).expect("it is simulated")
}

/// The rows of a file, in the order of their text.
fn sorted(rows: &[u8]) -> Vec<String> {
    let text = String::from_utf8(rows.to_vec()).unwrap();
    let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

fn in_chunks(threads: usize) -> Options {
    Options {
        threads,
        block_size: 200,
    }
}

#[test]
fn the_runs_with_the_drawn_events_are_the_simulation() {
    let (mut compared, mut drawn) = (0_u64, 0);
    for seed in first()..first() + cases().min(MOST) {
        let case = Case::new(seed);
        let yaml = case.project(0);
        let Ok(Some(plan)) = compile_for(&case, &yaml, case.environment()) else {
            continue;
        };
        let contacts = case.file(0, "", &yaml);
        let assumptions = everybody_does_something(plan.model(), seed);
        let read = read(&assumptions, plan.model());
        let given = Given {
            plan: &plan,
            contacts: &contacts,
            companies: Some(&case.companies),
            events: None,
            replay: false,
        };
        let from: i64 = case.runs[0].parse::<jiff::Timestamp>().unwrap().as_second();
        let space =
            [("PT1H", HOUR, 30), ("PT6H", 6 * HOUR, 30)][usize::try_from(seed % 2).unwrap()];
        let (moments, times) = moments(&plan, from, space);
        let Some(_) = given.chain(&moments[..1], None) else {
            continue;
        };
        let simulated = simulated(&given, (times, &read), in_chunks(2));
        let events = String::from_utf8(simulated.events.clone()).unwrap();
        let with_them = Given {
            events: Some((&events, Format::Csv)),
            ..given
        };
        let chain = with_them.chain(&moments, None).expect("they are run");
        let told = format!("seed {seed}\n{yaml}\n{contacts}\n{assumptions}\n{events}");
        assert_same(&told, &chain, &simulated);
        compared += 1;
        let count: u64 = simulated.simulated.drawn.values().sum();
        assert_eq!(events.lines().count() as u64, count + 1);
        drawn += count;
    }
    assert!(compared * 3 > cases().min(MOST), "{compared} were compared");
    assert!(
        drawn > compared * 20,
        "{drawn} events in {compared} projects"
    );
}

/// Three contacts a hundred times, whom a message invites to buy.
fn shop() -> (Plan, String) {
    let project = "version: 1
contacts: { key: id, fields: { email: { type: email }, orders: { type: integer } }, addresses: { email: email }, consent: { email: { field: email, exists: true } } }
content: { hello: { kind: email }, thanks: { kind: email, transactional: true }, home: { kind: page } }
events: { purchased: { properties: { amount: number, note: text }, updates: { orders: { add: 1 } } } }
funnels: { shop: { audience: everyone, stages: { lead: { weight: 0, converts: { event: purchased, at-least: 1 } }, buyer: { weight: 10 } } } }
campaigns:
  welcome:
    enter: { stage: shop/lead }
    on-leave: stay
    goal: { event: purchased, at-least: 1, since: entry }
    steps:
      - send: hello
      - await: { event: opened, of: hello }
        for: 2 days
        then: [{ note: read }]
        else: [{ note: unread }]
      - wait: 10 days
  thank:
    enter: { event: purchased }
    reenter: { after: 1 minute }
    steps: [{ send: thanks }]
";
    let plan = plan_of(sources(&[("funnelc.yaml", project)]));
    let rows = (0..300).map(|number| format!("{number},c{number}@example.com\n"));
    (plan, format!("id,email\n{}", rows.collect::<String>()))
}

const DOES: &str = "assume: 1
seed: 7
people:
  - { after: { sent: any }, event: opened, chance: 40 %, within: 1 day }
  - { after: { sent: hello }, event: purchased, chance: 20 %, within: 5 days, properties: { amount: [10, 20.50], note: 'a, b' } }
  - { after: { stage: shop/buyer }, event: visited, of: home, chance: 50 %, within: 2 days }
  - { every: 7 days, event: visited, chance: 10 % }
";

fn month() -> Times {
    Times {
        from: 1_795_248_000,
        until: 1_795_248_000 + 30 * 86_400,
        every: None,
    }
}

#[test]
fn who_does_what_depends_on_no_other_contact_and_on_no_thread() {
    let (plan, contacts) = shop();
    let asked = |text: &str| (month(), read(text, plan.model()));
    let run = |contacts: &str, text: &str, options| {
        let (times, assumptions) = asked(text);
        simulated(&given(&plan, contacts), (times, &assumptions), options)
    };
    let one = run(&contacts, DOES, in_chunks(1));
    for options in [in_chunks(4), Options::default()] {
        let other = run(&contacts, DOES, options);
        assert_eq!(one.events, other.events);
        assert_eq!(
            (one.journal.as_slice(), &one.metrics),
            (other.journal.as_slice(), &other.metrics)
        );
    }
    let (header, rows) = contacts.split_once('\n').unwrap();
    let backwards: Vec<&str> = rows.lines().rev().collect();
    let backwards = format!("{header}\n{}\n", backwards.join("\n"));
    let turned = run(&backwards, DOES, in_chunks(2));
    assert_ne!(
        turned.events, one.events,
        "contact by contact, as in the file"
    );
    assert_eq!(sorted(&turned.events), sorted(&one.events));
    let alone = run("id,email\n17,c17@example.com\n", DOES, in_chunks(1));
    let of_17 = |rows: &[u8]| -> Vec<String> {
        let rows = sorted(rows).into_iter();
        rows.filter(|row| row.starts_with("17,")).collect()
    };
    assert_eq!(of_17(&alone.events), of_17(&one.events));
    // Another seed draws others; another chance keeps those who were drawn with less.
    let other = run(&contacts, &DOES.replace("seed: 7", "seed: 8"), in_chunks(1));
    assert_ne!(sorted(&other.events), sorted(&one.events));
    let more = run(&contacts, &DOES.replace("40 %", "60 %"), in_chunks(1));
    let opened = |rows: &[u8]| -> Vec<String> {
        let rows = sorted(rows).into_iter();
        rows.filter(|row| row.contains(",opened,hello,")).collect()
    };
    let (few, many) = (opened(&one.events), opened(&more.events));
    assert!(few.iter().all(|row| many.contains(row)) && few.len() < many.len());
}

#[test]
fn as_many_do_it_as_the_file_says_and_as_soon() {
    let (plan, contacts) = shop();
    let given = given(&plan, &contacts);
    let assumptions = read(DOES, plan.model());
    let one = simulated(&given, (month(), &assumptions), Options::default());
    let rows = String::from_utf8(one.events).unwrap();
    let of = |what: &str| rows.lines().filter(|row| row.contains(what)).count();
    // 300 contacts, and four begun weeks and a bit.
    let (opened, bought) = (of(",opened,hello,"), of(",purchased,,"));
    let (came, visits) = (of(",visited,home,"), of(",visited,,"));
    assert!((90..=150).contains(&opened), "{opened} of 300 at 40 %");
    assert!((40..=80).contains(&bought), "{bought} of 300 at 20 %");
    assert!(
        (bought / 4..=bought * 3 / 4).contains(&came),
        "{came} of {bought} at 50 %"
    );
    assert!(
        (90..=200).contains(&visits),
        "{visits} of 300 in 5 weeks at 10 %"
    );
    assert!(
        of(",10,\"a, b\"") > 10 && of(",20.50,\"a, b\"") > 10,
        "{rows}"
    );
    let metrics: Value = serde_json::from_str(&one.metrics).unwrap();
    assert_eq!(
        metrics["funnels"]["shop"]["stages"]["buyer"]["reach"],
        bought
    );
    assert_eq!(metrics["events"]["taken"], rows.lines().count() - 1);
    let hours: Vec<i64> = rows
        .lines()
        .filter(|row| row.contains(",opened,hello,"))
        .map(|row| row.split(',').nth(1).unwrap())
        .map(|at| (at.parse::<jiff::Timestamp>().unwrap().as_second() - month().from) / HOUR)
        .collect();
    assert!(
        hours.iter().all(|hour| (0..=24).contains(hour)),
        "{hours:?}"
    );
    let late = hours.iter().filter(|hour| **hour >= 12).count();
    assert!(
        (hours.len() / 3..=hours.len() * 2 / 3).contains(&late),
        "{hours:?}"
    );
}

/// What a file tells and what is drawn stand together in the order of time.
#[test]
fn drawn_events_stand_beside_told_ones() {
    let (plan, contacts) = shop();
    let at = |hours: i64| {
        let moment = jiff::Timestamp::from_second(month().from + hours * HOUR).unwrap();
        moment.to_string()
    };
    let told: String = (0..300)
        .map(|number| {
            format!(
                "{number},{},purchased,,t-{number},5,told\n",
                at(number % 90)
            )
        })
        .collect();
    let told = format!("contact,at,event,of,id,amount,note\n{told}");
    let given = |events| Given {
        events: Some((events, Format::Csv)),
        ..given(&plan, &contacts)
    };
    let assumptions = read(DOES, plan.model());
    let times = Times {
        until: month().from + 120 * HOUR,
        every: Some(hours(3)),
        ..month()
    };
    let one = simulated(&given(&told), (times, &assumptions), in_chunks(2));
    let drawn = String::from_utf8(one.events.clone()).unwrap();
    let (header, rows) = drawn.split_once('\n').unwrap();
    assert_eq!(header, told.lines().next().unwrap());
    let together = format!("{told}{rows}");
    let moments: Vec<i64> = (0..=40)
        .map(|number| times.from + number * 3 * HOUR)
        .collect();
    let chain = given(&together)
        .chain(&moments, None)
        .expect("they are run");
    assert_same("told and drawn", &chain, &one);
}

fn hours(count: i64) -> funnelc::model::Duration {
    funnelc::model::Duration {
        seconds: count * HOUR,
        ..funnelc::model::Duration::default()
    }
}

#[test]
fn every_mistake_in_the_file_is_told() {
    let (plan, _) = shop();
    let told = |text: &str| mistakes(text, plan.model());
    let file = "assume: 1
seed: many
colour: red
people:
  - { after: { sent: helo }, event: opend, chance: 30 percent, within: soon }
  - { after: { stage: shop/led }, event: purchased, chance: 130 %, within: 2 days, properties: { amont: 1 } }
  - { after: { campaign: welcom }, event: purchased, chance: 1 %, within: 2 days, properties: { amount: [1, many] } }
  - { after: { sent: hello }, event: visited, chance: 1 %, within: 2 days }
  - { after: { sent: any }, event: visited, chance: 1 %, within: 2 days }
  - { every: 7 days, event: opened, of: home, chance: 1 %, within: 1 day }
  - { every: 5 minutes, event: purchased, of: home, chance: 1 % }
  - { every: 7 days, after: { sent: any }, event: purchased, chance: 1 % }
  - { chance: 1 % }
  - often
  - { after: { sent: any, stage: shop/lead }, event: purchased, chance: 1 %, within: 1 h, wihtin: 2 h }
";
    insta::assert_snapshot!(told(file).join("\n"));
    assert_eq!(
        told("people: []\n"),
        ["1: bad-version: the file does not say its version; begin the file with `assume: 1`"]
    );
    assert_eq!(told("assume: 2\n").len(), 1);
    assert_eq!(told("").len(), 1);
    assert_eq!(told("- a\n").len(), 1);
    assert!(!told("assume: [\n").is_empty());
}

#[test]
fn the_schema_knows_what_is_read() {
    let schema = fs::read_to_string(root().join("schema/assume.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let valid = jsonschema::validator_for(&schema).unwrap();
    let (plan, _) = shop();
    let case = Case::new(3);
    let other = compile_for(&case, &case.project(0), case.environment());
    let other = other.unwrap().unwrap();
    let everything = everybody_does_something(other.model(), 3);
    for (text, model) in [(DOES, plan.model()), (&everything, other.model())] {
        read(text, model);
        let json: Value = serde_yaml::from_str(text).unwrap();
        let wrong: Vec<_> = valid.iter_errors(&json).map(|it| it.to_string()).collect();
        assert_eq!(wrong, [""; 0], "{text}");
    }
    for wrong in [
        "{}",
        "{assume: 2, people: []}",
        "{assume: 1, people: [{event: a}]}",
    ] {
        let json: Value = serde_yaml::from_str(wrong).unwrap();
        assert!(!valid.is_valid(&json), "{wrong}");
    }
}

/// An event of a plan that nobody declared needs no property.
#[test]
fn an_event_without_properties_has_none_in_the_file() {
    let event = EventType::undeclared("opened");
    assert!(event.properties.is_empty());
    let (plan, contacts) = shop();
    let given = given(&plan, &contacts);
    let only = "assume: 1\npeople: [{ after: { sent: any }, event: opened, chance: 100 %, within: 1 h }]\n";
    let assumptions = read(only, plan.model());
    let one = simulated(&given, (month(), &assumptions), Options::default());
    let rows = String::from_utf8(one.events).unwrap();
    assert!(rows.starts_with("contact,at,event,of,id\n0,"), "{rows}");
    assert_eq!(one.simulated.drawn["opened"], 300);
}

#[test]
fn the_folder_has_the_drawn_events_and_a_run_takes_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    fs::write(
        at.join("shop.yaml"),
        fs::read_to_string(root().join("docs/simulating.md"))
            .unwrap()
            .split("```yaml\n")
            .nth(1)
            .unwrap()
            .split("```")
            .next()
            .unwrap(),
    )
    .unwrap();
    fs::write(
        at.join("contacts.csv"),
        "id,email,orders,last_active\n1,ann@example.com,0,2026-11-20\n2,ben@example.com,0,2026-11-20\n",
    )
    .unwrap();
    let file = "assume: 1\npeople: [{ after: { sent: hello }, event: opened, chance: 100 %, within: 1 day }]\n";
    fs::write(at.join("assume.yaml"), file).unwrap();
    let simulate = |more: &[&str]| {
        let fixed = [
            "simulate",
            "shop.yaml",
            "--contacts",
            "contacts.csv",
            "--out",
            "out",
        ];
        let times = ["--from", "2026-11-21T09:00", "--until", "2026-11-30T09:00"];
        funnelc_in(at, &[&fixed[..], &times[..], more].concat())
    };
    let ran = simulate(&["--assume", "assume.yaml"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
    assert!(ran.out.contains("\ndrawn: 2 opened\n"), "{}", ran.out);
    let events = fs::read_to_string(at.join("out/events.csv")).unwrap();
    assert_eq!(events.lines().count(), 3, "{events}");
    let manifest = fs::read_to_string(at.join("out/run.json")).unwrap();
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(manifest["outputs"]["events.csv"]["bytes"], events.len());
    assert_eq!(manifest["simulated"]["drawn"]["opened"], 2);
    fs::copy(at.join("out/events.csv"), at.join("events.csv")).unwrap();
    let run = [
        "run",
        "shop.yaml",
        "--contacts",
        "contacts.csv",
        "--dry-run",
    ];
    let run = funnelc_in(
        at,
        &[
            &run[..],
            &["--events", "events.csv", "--now", "2026-11-30T09:00"],
        ]
        .concat(),
    );
    assert_eq!(run.code, Some(0), "{run:?}");
    // Without the file there are no such events, and none of the earlier simulation stay.
    let without = simulate(&[]);
    assert_eq!(without.code, Some(0), "{without:?}");
    assert!(!at.join("out/events.csv").exists());
    fs::write(at.join("assume.yaml"), file.replace("opened", "openend")).unwrap();
    let wrong = simulate(&["--assume", "assume.yaml"]);
    assert_eq!(wrong.code, Some(1), "{wrong:?}");
    assert!(
        wrong.err.contains("did you mean `opened`?"),
        "{}",
        wrong.err
    );
    assert!(wrong.err.contains("assume.yaml:2"), "{}", wrong.err);
    let wrong = simulate(&["--assume", "assume.yaml", "--format", "json"]);
    let document: Value = serde_json::from_str(&wrong.out).unwrap();
    let found = &document["findings"][0];
    assert_eq!(
        (wrong.code, &found["code"]),
        (Some(1), &Value::from("unknown-event"))
    );
}
