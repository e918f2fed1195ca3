//! `funnelc simulate` is the chain of runs, one after the other with a state over the same files.
//!
//! Invariant: what it leaves is compared byte by byte with what the runs leave, through the door of
//! `run`; nothing here knows how a simulation finds the instants that matter.

use std::collections::BTreeSet;

use funnelc::model::Duration;
use funnelc::plan::Plan;
use funnelc::runner::batch::Past;
use funnelc::runner::events::Format;
use funnelc::runner::simulate::{SimulateError, SimulatedBytes, Times, simulate_bytes};
use funnelc::runner::{Inputs, Options, RunBytes, floor_clock, run_inputs};
use serde_json::{Map, Value, json};

use crate::agreement::compile_for;
use crate::generate::Case;
use crate::projects::{cases, first, plan_of, sources};

/// So many projects are enough: each costs as many runs as it has instants.
const MOST: u64 = 100;

const HOUR: i64 = 3600;

/// What a chain of runs, and a simulation, is given.
pub(crate) struct Given<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) contacts: &'a str,
    pub(crate) companies: Option<&'a str>,
    pub(crate) events: Option<(&'a str, Format)>,
    pub(crate) replay: bool,
}

/// What a chain of runs leaves.
pub(crate) struct Chain {
    contacts: String,
    actions: String,
    journal: String,
    metrics: Value,
}

impl Given<'_> {
    pub(crate) fn inputs(&self) -> Inputs<'_> {
        Inputs {
            contacts: self.contacts.as_bytes(),
            companies: self.companies.map(str::as_bytes),
            events: self.events.map(|(file, format)| (file.as_bytes(), format)),
            spill: None,
            patience: None,
            past: Past {
                replay: self.replay,
                accept_short_history: true,
                ..Past::default()
            },
        }
    }

    /// The runs at these moments, each with the state that the one before left; nothing where a run
    /// takes no such files.
    pub(crate) fn chain(&self, moments: &[i64], state: Option<&[u8]>) -> Option<Chain> {
        let mut state = state.map(<[u8]>::to_vec);
        let mut chain: Option<Chain> = None;
        for moment in moments {
            let ran = run_inputs(
                self.plan,
                *moment,
                self.inputs(),
                state.as_deref(),
                Options::default(),
            );
            let ran = ran.ok().filter(|ran| ran.duplicates == 0)?;
            chain = Some(behind(chain, &ran));
            state = Some(ran.state);
        }
        chain
    }

    fn simulated(&self, times: Times, state: Option<&[u8]>) -> SimulatedBytes {
        // Small blocks, so that there are several chunks.
        let options = Options {
            threads: 2,
            block_size: 200,
        };
        simulate_bytes(self.plan, (times, None), self.inputs(), state, options)
            .expect("what runs is simulated")
    }
}

/// The chain with one run more.
fn behind(chain: Option<Chain>, ran: &RunBytes) -> Chain {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let metrics: Value = serde_json::from_str(&ran.metrics).unwrap();
    let Some(mut chain) = chain else {
        return Chain {
            contacts: text(&ran.contacts),
            actions: text(&ran.actions),
            journal: text(&ran.journal),
            metrics,
        };
    };
    let rows = |bytes: &[u8]| text(bytes).split_once('\n').unwrap().1.to_owned();
    chain.contacts = text(&ran.contacts);
    chain.actions += &rows(&ran.actions);
    chain.journal += &rows(&ran.journal);
    chain.metrics = added(&chain.metrics, &metrics, &[]);
    chain
}

/// What was there adds up, where contacts are is that of the last run.
fn added(sum: &Value, last: &Value, path: &[&str]) -> Value {
    let key = path.last().copied().unwrap_or_default();
    let is_place = matches!(key, "contacts" | "now" | "none" | "waiting" | "format")
        || key == "active" && !path.contains(&"lost")
        || path.first() == Some(&"segments")
        || path == ["rejected"]
        || path == ["skipped"];
    match (sum, last) {
        (Value::Object(sum), Value::Object(last)) => {
            let keys: BTreeSet<&String> = sum.keys().chain(last.keys()).collect();
            let mut both = Map::new();
            for key in keys {
                let path: Vec<&str> = path.iter().copied().chain([key.as_str()]).collect();
                let zero = |other: &Value| {
                    if other.is_object() {
                        json!({})
                    } else {
                        json!(0)
                    }
                };
                let other = |one: &Map<String, Value>, other: &Map<String, Value>| {
                    one.get(key).cloned().unwrap_or_else(|| zero(&other[key]))
                };
                both.insert(
                    key.clone(),
                    added(&other(sum, last), &other(last, sum), &path),
                );
            }
            if both.contains_key("reach") {
                let reach = both["now"].as_u64().unwrap() + both["left"].as_u64().unwrap();
                both.insert("reach".to_owned(), json!(reach));
            }
            Value::Object(both)
        }
        (_, last) if is_place => last.clone(),
        (sum, last) if key == "most" => json!(sum.as_u64().max(last.as_u64())),
        (sum, last) => json!(sum.as_u64().unwrap() + last.as_u64().unwrap()),
    }
}

/// Figures without those about the events file, which the runs read whole each time, and without
/// zeros of what is not written where there is none.
fn comparable(metrics: &Value) -> Value {
    let mut metrics = metrics.clone();
    let all = metrics.as_object_mut().unwrap();
    let taken = all.get("events").map(|events| events["taken"].clone());
    all.insert("events".to_owned(), taken.unwrap_or_default());
    metrics
}

pub(crate) fn assert_same(told: &str, chain: &Chain, simulated: &SimulatedBytes) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let journal = text(&simulated.journal);
    if chain.journal != journal {
        let (left, right): (Vec<_>, Vec<_>) =
            (chain.journal.lines().collect(), journal.lines().collect());
        let at = left
            .iter()
            .zip(&right)
            .take_while(|(left, right)| left == right)
            .count();
        panic!(
            "{told}\nline {} of the journal is, in the runs and in the simulation:\n{:?}\n{:?}",
            at + 1,
            left.get(at..(at + 3).min(left.len())),
            right.get(at..(at + 3).min(right.len())),
        );
    }
    assert_eq!(chain.actions, text(&simulated.actions), "{told}");
    assert_eq!(chain.contacts, text(&simulated.contacts), "{told}");
    let metrics: Value = serde_json::from_str(&simulated.metrics).unwrap();
    assert_eq!(comparable(&chain.metrics), comparable(&metrics), "{told}");
}

/// How far apart the instants are, how many there are, and how long that is.
const SPACES: [(&str, i64, usize); 6] = [
    ("PT1H", HOUR, 60),
    ("PT1H", HOUR, 40),
    ("PT1H", HOUR, 30),
    ("PT6H", 6 * HOUR, 40),
    ("P1D", 24 * HOUR, 40),
    ("P3D", 72 * HOUR, 20),
];

#[test]
fn a_simulation_is_the_chain_of_runs() {
    let (mut compared, mut rows, mut visits, mut all) = (0_u64, 0, 0, 0);
    for seed in first()..first() + cases().min(MOST) {
        let case = Case::new(seed);
        let yaml = case.project(0);
        let Ok(Some(plan)) = compile_for(&case, &yaml, case.environment()) else {
            continue;
        };
        let contacts = case.file(0, "", &yaml);
        let heard = case.events.iter().flatten().next_back();
        let given = Given {
            plan: &plan,
            contacts: &contacts,
            companies: Some(&case.companies),
            events: heard.map(|(file, lines)| {
                let format = if *lines {
                    Format::JsonLines
                } else {
                    Format::Csv
                };
                (file.as_str(), format)
            }),
            replay: case.replay,
        };
        let from: i64 = case.runs[0].parse::<jiff::Timestamp>().unwrap().as_second();
        let (every, length, count) = SPACES[usize::try_from(seed).unwrap() % SPACES.len()];
        let (moments, times) = moments(&plan, from, (every, length, count));
        let Some(chain) = given.chain(&moments, None) else {
            continue;
        };
        let simulated = given.simulated(times, None);
        assert_same(
            &format!("seed {seed}, every {every}\n{yaml}\n{contacts}\n{heard:?}"),
            &chain,
            &simulated,
        );
        compared += 1;
        rows += chain.journal.lines().count();
        visits += simulated.simulated.visits;
        all += simulated.simulated.instants * contacts.lines().count() as u64;
    }
    assert!(compared * 3 > cases().min(MOST), "{compared} were compared");
    assert!(visits * 2 < all, "{visits} visits of {all}, {rows} rows");
}

/// The moments of a chain and of a simulation.
pub(crate) fn moments(
    plan: &Plan,
    from: i64,
    (every, length, count): (&str, i64, usize),
) -> (Vec<i64>, Times) {
    let model = plan.model();
    let zone = jiff::tz::TimeZone::get(&model.timezone).unwrap();
    let floor = |moment: i64| floor_clock(&model.timezone, model.every, moment).unwrap();
    let start = floor(from);
    let at = |number: usize| {
        let number = i64::try_from(number).unwrap();
        if length < 24 * HOUR {
            return start + number * length;
        }
        let days = jiff::Span::new().days(number * (length / HOUR / 24));
        let wall = zone.to_datetime(jiff::Timestamp::from_second(start).unwrap());
        let moved = zone.to_ambiguous_timestamp(wall.checked_add(days).unwrap());
        let moment = moved.compatible().unwrap();
        // What a clock leaves out is the next moment that exists.
        let left_out = matches!(moved.offset(), jiff::tz::AmbiguousOffset::Gap { .. });
        let behind = moment.checked_add(jiff::Span::new().seconds(1)).unwrap();
        let change = zone.preceding(behind).next().filter(|_| left_out);
        change.map_or(moment, |it| it.timestamp()).as_second()
    };
    let mut moments: Vec<i64> = (0..count).map(|number| floor(at(number))).collect();
    moments.dedup();
    let times = Times {
        from,
        until: *moments.last().unwrap(),
        every: Some(Duration::parse(every, funnelc::model::calendar::Sign::Positive).unwrap()),
    };
    (moments, times)
}

#[test]
fn a_simulation_on_the_schedule_of_the_project_is_the_chain_of_runs_on_it() {
    let mut compared = 0;
    for seed in first()..first() + cases().min(MOST) {
        let case = Case::new(seed);
        // Every minute, or as the project says.
        let yaml = case.project(0);
        let Ok(Some(plan)) = compile_for(&case, &yaml, case.environment()) else {
            continue;
        };
        let contacts = case.file(0, "", &yaml);
        let given = Given {
            plan: &plan,
            contacts: &contacts,
            companies: Some(&case.companies),
            events: None,
            replay: false,
        };
        let from: i64 = case.runs[0].parse::<jiff::Timestamp>().unwrap().as_second();
        let times = Times {
            from,
            until: from + 45 * 60,
            every: None,
        };
        let model = plan.model();
        let mut moments: Vec<i64> = (0..=45)
            .map(|minute| floor_clock(&model.timezone, model.every, from + minute * 60).unwrap())
            .collect();
        moments.dedup();
        let Some(chain) = given.chain(&moments, None) else {
            continue;
        };
        let simulated = given.simulated(times, None);
        assert_eq!(simulated.simulated.instants, moments.len() as u64);
        assert_same(
            &format!("seed {seed}\n{yaml}\n{contacts}"),
            &chain,
            &simulated,
        );
        compared += 1;
    }
    assert!(compared > 0);
}

#[test]
fn a_simulation_goes_on_from_a_state() {
    let mut compared = 0;
    for seed in first()..first() + cases().min(MOST) {
        let case = Case::new(seed);
        let yaml = case.project(0);
        let Ok(Some(plan)) = compile_for(&case, &yaml, case.environment()) else {
            continue;
        };
        let contacts = case.file(0, "", &yaml);
        let given = Given {
            plan: &plan,
            contacts: &contacts,
            companies: Some(&case.companies),
            events: None,
            replay: false,
        };
        let from: i64 = case.runs[0].parse::<jiff::Timestamp>().unwrap().as_second();
        let before = run_inputs(
            &plan,
            from - 72 * HOUR,
            given.inputs(),
            None,
            Options::default(),
        );
        let Ok(before) = before else { continue };
        let (moments, times) = moments(&plan, from, ("PT6H", 6 * HOUR, 12));
        let Some(chain) = given.chain(&moments, Some(&before.state)) else {
            continue;
        };
        let simulated = given.simulated(times, Some(&before.state));
        assert_same(
            &format!("seed {seed}\n{yaml}\n{contacts}"),
            &chain,
            &simulated,
        );
        compared += 1;
    }
    assert!(compared > 0);
}

/// Where a clock goes back, so does what is 26 hours ago; what a run has forgotten stays so.
#[test]
fn a_simulation_forgets_events_when_the_runs_do() {
    let project = "version: 1
timezone: Europe/Warsaw
contacts: { key: id }
segments: { fresh: { where: { event: purchased, at-least: 1, within: 1 day 2 hours } } }
funnels:
  shop:
    audience: everyone
    stages:
      cold: { weight: 0, converts: { segment: fresh } }
      hot: { weight: 10, back-to: [cold], converts: [{ when: { not: { segment: fresh } }, to: cold }] }
";
    let plan = plan_of(sources(&[("funnelc.yaml", project)]));
    let events = "contact,at,event\n1,2026-10-24T00:15,purchased\n";
    let given = Given {
        plan: &plan,
        contacts: "id\n1\n",
        companies: None,
        events: Some((events, Format::Csv)),
        replay: false,
    };
    // From 2026-10-24T00:00 until 2026-10-25T04:00 in winter.
    let from: i64 = 1_792_792_800;
    let moments: Vec<i64> = (0..=58).map(|half| from + half * HOUR / 2).collect();
    let times = Times {
        from,
        until: moments[58],
        every: Some(Duration {
            seconds: HOUR / 2,
            ..Duration::default()
        }),
    };
    let chain = given.chain(&moments, None).expect("they are run");
    assert_same("26 hours", &chain, &given.simulated(times, None));
    let rows: Vec<&str> = chain.journal.lines().collect();
    assert!(
        rows.last().unwrap().contains("2026-10-25T02:30:00+02:00"),
        "{rows:?}"
    );
}

#[test]
fn a_simulation_neither_goes_back_nor_on_forever() {
    let case = Case::new(0);
    let plan = compile_for(&case, &case.project(0), case.environment())
        .unwrap()
        .unwrap();
    let simulated = |from, until| {
        let times = Times {
            from,
            until,
            every: None,
        };
        simulate_bytes(
            &plan,
            (times, None),
            Inputs::default(),
            None,
            Options::default(),
        )
    };
    let backwards = simulated(1_000_000_000, 900_000_000).unwrap_err();
    assert!(matches!(backwards, SimulateError::Times(_)), "{backwards}");
    let forever = simulated(0, 4_000_000_000).unwrap_err();
    assert_eq!(
        forever.to_string(),
        "there are more than 1000000 instants between the beginning and the end"
    );
}
