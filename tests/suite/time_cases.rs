//! docs/time.md: each line of its tables is a project that is compiled and run, and the answer must
//! be the one that stands there.

use std::fs;

use funnelc::plan::Plan;
use funnelc::runner::{Options, RunBytes, run_bytes};

use crate::projects::{plan_of, root, sources};

/// The cells of a line, without the quotes of code.
type Line = Vec<String>;

#[test]
fn each_line_of_the_page_on_time_is_true() {
    let page = fs::read_to_string(root().join("docs/time.md")).unwrap();
    let mut wrong = Vec::new();
    let mut lines = 0;
    for (heading, line) in lines_of(&page) {
        let found = match heading.as_str() {
            "Conditions" => condition(&line),
            "Waits" => wait(&line),
            "Waits that are over" => series(&line),
            "Time in a stage" => stage(&line),
            "Being published" => published(&line),
            other => panic!("a table under `{other}`, for which there is no test"),
        };
        lines += 1;
        let expected = &line[line.len() - 2];
        if found != *expected {
            wrong.push(format!("{}: found {found}", line.join(" | ")));
        }
        assert!(!line[line.len() - 1].is_empty(), "{line:?} gives no reason");
    }
    assert!(
        wrong.is_empty(),
        "{} of {lines}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(lines >= 60, "only {lines} lines");
}

/// The lines of all tables, each with the chapter in which it stands.
fn lines_of(page: &str) -> Vec<(String, Line)> {
    let mut heading = String::new();
    let mut lines = Vec::new();
    for text in page.lines() {
        if let Some(name) = text.strip_prefix("## ") {
            name.clone_into(&mut heading);
        }
        let Some(cells) = text
            .strip_prefix("| ")
            .and_then(|text| text.strip_suffix('|'))
        else {
            continue;
        };
        let cells: Line = cells
            .split('|')
            .map(|cell| cell.trim().trim_matches('`').to_owned())
            .collect();
        if cells[0] != "zone" && !cells[0].starts_with("---") {
            lines.push((heading.clone(), cells));
        }
    }
    lines
}

fn condition(line: &[String]) -> String {
    let [zone, now, condition, value, ..] = line else {
        panic!("{line:?}")
    };
    let yaml = format!(
        "version: 1\ntimezone: {zone}\ncontacts: {{ key: id, fields: {{ day: {{ type: date }}, at: {{ type: datetime }} }} }}\n\
         segments: {{ asked: {{ where: {condition} }} }}\n"
    );
    let field = if condition.contains("field: day") {
        "day"
    } else {
        "at"
    };
    let ran = run(
        &plan(&yaml),
        zone,
        now,
        &format!("id,{field}\n1,{value}\n"),
        None,
    );
    answer(&ran, "/segments/asked")
}

fn wait(line: &[String]) -> String {
    let [zone, now, own, value, step, ..] = line else {
        panic!("{line:?}")
    };
    let yaml = format!(
        "version: 1\ntimezone: {zone}\n\
         contacts: {{ key: id, tags: {{ values: [done] }}, timezone: zone, fields: {{ zone: {{ type: text }}, day: {{ type: date }}, at: {{ type: datetime }} }} }}\n\
         campaigns: {{ talk: {{ enter: {{ field: zone, is-not: none }}, on-leave: stay, steps: [ {step}, {{ add-tag: done }} ] }} }}\n"
    );
    let field = if step.contains("field: day") {
        "day"
    } else {
        "at"
    };
    let ran = run(
        &plan(&yaml),
        zone,
        now,
        &format!("id,zone,{field}\n1,{own},{value}\n"),
        None,
    );
    let journal = String::from_utf8(ran.journal).unwrap();
    let rows = journal
        .lines()
        .map(|row| row.split(',').collect::<Vec<_>>());
    let told = rows.filter_map(|row| match row[2] {
        "wait" => Some(row[8].to_owned()),
        "past" => Some("past".to_owned()),
        _ => None,
    });
    told.collect::<Vec<_>>().join(" and ")
}

fn series(line: &[String]) -> String {
    let [zone, now, later, value, steps, ..] = line else {
        panic!("{line:?}")
    };
    let yaml = format!(
        "version: 1\ntimezone: {zone}\ncontacts: {{ key: id, fields: {{ at: {{ type: datetime }} }} }}\n\
         content: {{ a: {{ kind: focus }}, b: {{ kind: focus }}, c: {{ kind: focus }} }}\n\
         campaigns: {{ talk: {{ enter: {{ field: at, is-not: 2000-01-01 }}, on-leave: stay, steps: [ {steps} ] }} }}\n"
    );
    let contacts = format!("id,at\n1,{value}\n");
    let plan = plan(&yaml);
    let first = run(&plan, zone, now, &contacts, None);
    let second =
        (!later.is_empty()).then(|| run(&plan, zone, later, &contacts, Some(&first.state)));
    let outboxes = [
        first.actions,
        second.map(|ran| ran.actions).unwrap_or_default(),
    ];
    let sent = outboxes.iter().flat_map(|outbox| {
        let rows = std::str::from_utf8(outbox).unwrap().lines().skip(1);
        rows.map(|row| row.split(',').nth(3).unwrap())
            .collect::<Vec<_>>()
    });
    sent.collect::<Vec<_>>().join(" ")
}

fn stage(line: &[String]) -> String {
    let [zone, since, now, condition, ..] = line else {
        panic!("{line:?}")
    };
    let yaml = format!(
        "version: 1\ntimezone: {zone}\ncontacts: {{ key: id }}\n\
         funnels: {{ shop: {{ audience: everyone, stages: {{ lead: {{ weight: 0 }} }} }} }}\n\
         segments: {{ asked: {{ where: {condition} }} }}\n"
    );
    let plan = plan(&yaml);
    let first = run(&plan, zone, since, "id\n1\n", None);
    answer(
        &run(&plan, zone, now, "id\n1\n", Some(&first.state)),
        "/segments/asked",
    )
}

fn published(line: &[String]) -> String {
    let [zone, now, window, ..] = line else {
        panic!("{line:?}")
    };
    let yaml = format!(
        "version: 1\ntimezone: {zone}\ncontacts: {{ key: id, tags: {{ values: [new] }} }}\n\
         content: {{ news: {{ kind: focus, publish: {window} }} }}\n\
         campaigns: {{ talk: {{ enter: {{ tag: new }}, steps: [ {{ id: news, send: news }} ] }} }}\n"
    );
    let ran = run(&plan(&yaml), zone, now, "id,tags\n1,new\n", None);
    answer(&ran, "/campaigns/talk/steps/news/done")
}

fn plan(yaml: &str) -> Plan {
    plan_of(sources(&[("funnelc.yaml", yaml)]))
}

fn run(plan: &Plan, zone: &str, now: &str, contacts: &str, state: Option<&[u8]>) -> RunBytes {
    let ran = run_bytes(
        plan,
        moment(zone, now),
        contacts.as_bytes(),
        state,
        Options::default(),
    )
    .unwrap();
    assert_eq!(ran.problems.rows, 0, "{:?}", ran.problems);
    ran
}

/// On the clock of the zone, unless there is an offset.
fn moment(zone: &str, text: &str) -> i64 {
    let with_offset = text.parse::<jiff::Timestamp>();
    let in_zone = || {
        let time: jiff::civil::DateTime = text.parse().unwrap();
        time.in_tz(zone).unwrap().timestamp()
    };
    with_offset.unwrap_or_else(|_| in_zone()).as_second()
}

fn answer(ran: &RunBytes, figure: &str) -> String {
    let metrics: serde_json::Value = serde_json::from_str(&ran.metrics).unwrap();
    let count = metrics.pointer(figure).and_then(serde_json::Value::as_u64);
    match count {
        Some(1) => "yes".to_owned(),
        Some(0) => "no".to_owned(),
        other => format!("{other:?} at {figure}"),
    }
}
