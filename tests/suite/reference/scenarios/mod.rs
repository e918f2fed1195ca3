//! Tricky rules of the language, each worked by hand from its page and held against the
//! interpreter.
//!
//! Invariant: what is expected stands beside what is given, as text.

mod campaigns;
mod stages;
mod values;

use std::fmt::Write as _;

use super::{Input, Reference};

/// Runs a project and tells the journal of each run and the last contacts.
fn play(yaml: &str, runs: &[(&str, &str)]) -> String {
    let mut reference = Reference::new(&format!("timezone: Europe/Warsaw\n{yaml}"));
    let mut told = String::new();
    let mut contacts = String::new();
    for (now, csv) in runs {
        let outcome = reference.run(&Input::of(&csv.replace(' ', "")), now);
        told.push_str(&[now, "\n"].concat());
        for row in &outcome.journal {
            let cells: Vec<&str> = row
                .iter()
                .enumerate()
                .filter(|(at, _)| *at != 1)
                .map(|(_, cell)| &**cell)
                .collect();
            writeln!(
                told,
                "  {}",
                cells
                    .join(" ")
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
            )
            .unwrap();
        }
        contacts = outcome.contacts;
    }
    told + &contacts
}

fn expect(told: &str, expected: &str) {
    let strip = |text: &str| {
        text.lines()
            .map(|line| line.trim().to_owned())
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
    };
    assert_eq!(strip(told), strip(expected), "\n{told}");
}

const FUNNEL: &str = "
contacts:
  key: id
  tags: { values: [vip, warm, hot], column: tags }
  points: { column: points }
  fields:
    email: { type: email }
    orders: { type: integer, default: 0, min: 0, max: 5 }
    spent: { type: number }
    plan: { type: choice, values: [free, pro] }
    seen: { type: date }
    meeting: { type: datetime }
    opt-in: { type: boolean }
  addresses: { email: email }
  consent: { email: { field: opt-in, is: true } }
content:
  hello: { kind: email }
  bye: { kind: email, once: ever }
  urgent: { kind: email, transactional: true }
  gone: { kind: email, published: false }
  banner: { kind: focus }
funnels:
  shop:
    stages:
      cold: { weight: 0 }
      warm: { weight: 10, back-to: [cold] }
      tepid: { weight: 10 }
      bought: { weight: 20 }
      closed: { weight: 30, published: false }
      done: { weight: 40, final: true, back-to: [warm] }
";

fn project(rest: &str) -> String {
    format!("{FUNNEL}{rest}")
}
