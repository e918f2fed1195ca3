//! Several things at one moment come out the same in `funnelc run`, `funnelc diff` and `funnelc
//! test`.
//!
//! Invariant: each case has a twin in which the same moment ends the other way, so that a command
//! which gets the order wrong cannot pass by luck.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::projects::{Run, funnelc_in};

const PROJECT: &str = "
version: 1
timezone: Europe/Warsaw
contacts:
  key: id
  tags: { values: [hot, vip, cold], column: tags, separator: ';' }
events: { asked: {}, called: {} }
content: { bar: { kind: focus } }
segments:
  vips: { where: { tag: vip } }
  colds: { where: { tag: cold } }
campaigns:
  talk:
    enter: { tag: hot }
    on-leave: stay
";

/// When the campaign begins, and the moment at which things fall together.
const BEGIN: &str = "2026-11-02T09:00";
const MOMENT: &str = "2026-11-03T09:00";

/// What falls together at the moment.
struct Case {
    name: &'static str,
    /// The tags in the contacts file, before and at the moment.
    tags: [&'static str; 2],
    /// What happens at the moment.
    events: &'static [&'static str],
    /// The rest of the campaign, and what becomes of the contact.
    it: (&'static str, After),
    /// The same moment in a project in which it ends the other way.
    twin: (&'static str, After),
}

/// What the moment leaves.
#[derive(Clone, Copy, Debug, PartialEq)]
struct After {
    vip: bool,
    cold: bool,
    /// Whether the message was sent.
    bar: bool,
}

const VIP: After = After {
    vip: true,
    cold: false,
    bar: false,
};
const COLD: After = After {
    vip: false,
    cold: true,
    bar: false,
};

const CASES: [Case; 4] = [
    Case {
        name: "an event at the deadline is in time",
        tags: ["hot", "hot"],
        events: &["called"],
        it: (
            "steps: [{ id: it, await: { event: called }, for: 1 day, then: [{ add-tag: vip }], else: [{ add-tag: cold }] }]",
            VIP,
        ),
        twin: (
            "steps: [{ id: it, await: { event: asked }, for: 1 day, then: [{ add-tag: vip }], else: [{ add-tag: cold }] }]",
            COLD,
        ),
    },
    Case {
        name: "of two events at one moment the way that is written first decides",
        tags: ["hot", "hot"],
        events: &["asked", "called"],
        it: (
            "steps: [{ id: it, await: [{ when: { event: called }, then: [{ add-tag: vip }] }, { when: { event: asked }, then: [{ add-tag: cold }] }] }]",
            VIP,
        ),
        twin: (
            "steps: [{ id: it, await: [{ when: { event: asked }, then: [{ add-tag: cold }] }, { when: { event: called }, then: [{ add-tag: vip }] }] }]",
            COLD,
        ),
    },
    Case {
        name: "a goal that is met while a message is due comes first",
        tags: ["hot", "hot"],
        events: &["called"],
        it: (
            "goal: { event: called }\n    steps: [{ wait: 1 day }, { send: bar }, \
                { add-tag: cold }]",
            After {
                vip: false,
                cold: false,
                bar: false,
            },
        ),
        twin: (
            "goal: { event: asked }\n    steps: [{ wait: 1 day }, { send: bar }, \
                { add-tag: cold }]",
            After {
                vip: false,
                cold: true,
                bar: true,
            },
        ),
    },
    Case {
        name: "a tag that the file loses while a step adds it is there in the end",
        tags: ["hot;vip", "hot"],
        events: &[],
        it: ("steps: [{ wait: 1 day }, { add-tag: vip }]", VIP),
        twin: ("steps: [{ wait: 1 day }, { add-tag: cold }]", COLD),
    },
];

#[test]
fn what_falls_together_comes_out_the_same_in_every_command() {
    for case in &CASES {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Place {
            path: folder.path(),
            case,
        };
        place.prepare();
        let both = [("it", case.it.1), ("twin", case.twin.1)];
        for (name, after) in both {
            assert_eq!(place.runs(name), after, "run, {}, {name}", case.name);
        }
        assert_eq!(
            place.compares(),
            both.map(|(_, after)| after),
            "diff, {}",
            case.name
        );
        for (name, after) in both {
            let test = place.tries(name, after);
            assert_eq!(
                test.code,
                Some(0),
                "test, {}, {name}\n{}",
                case.name,
                test.out
            );
            let opposite = After {
                vip: !after.vip,
                cold: !after.cold,
                bar: !after.bar,
            };
            let test = place.tries(name, opposite);
            assert_eq!(
                test.code,
                Some(1),
                "{}, {name}: the test cannot fail\n{}",
                case.name,
                test.out
            );
        }
    }
}

/// A case in a folder, after the first run of it and of its twin.
struct Place<'a> {
    path: &'a Path,
    case: &'a Case,
}

impl Place<'_> {
    fn write(&self, file: &str, text: &str) {
        fs::write(self.path.join(file), text).expect("written");
    }

    fn prepare(&self) {
        let Case {
            tags,
            events,
            it,
            twin,
            ..
        } = self.case;
        self.write("it.yaml", &format!("{PROJECT}    {}\n", it.0));
        self.write("twin.yaml", &format!("{PROJECT}    {}\n", twin.0));
        self.write("before.csv", &format!("id,tags\n1,{}\n", tags[0]));
        self.write("now.csv", &format!("id,tags\n1,{}\n", tags[1]));
        let mut file = "contact,at,event\n".to_owned();
        events
            .iter()
            .for_each(|event| writeln!(file, "1,{MOMENT},{event}").expect("written"));
        self.write("events.csv", &file);
        for name in ["it", "twin"] {
            self.run(
                &[
                    "run",
                    &format!("{name}.yaml"),
                    "--contacts",
                    "before.csv",
                    "--now",
                    BEGIN,
                ],
                name,
            );
        }
        // The comparison goes on from the state before the moment.
        fs::create_dir(self.path.join("then")).expect("made");
        for entry in fs::read_dir(self.path.join("it-state")).expect("there") {
            let entry = entry.expect("readable");
            fs::copy(entry.path(), self.path.join("then").join(entry.file_name())).expect("copied");
        }
    }

    fn run(&self, args: &[&str], name: &str) {
        let (out, state) = (format!("{name}-out"), format!("{name}-state"));
        let run = funnelc_in(
            self.path,
            &[
                args,
                &["--events", "events.csv", "--out", &out, "--state", &state],
            ]
            .concat(),
        );
        assert_eq!(run.code, Some(0), "{}, {name}: {}", self.case.name, run.err);
    }

    fn runs(&self, name: &str) -> After {
        self.run(
            &[
                "run",
                &format!("{name}.yaml"),
                "--contacts",
                "now.csv",
                "--now",
                MOMENT,
            ],
            name,
        );
        let read = |file: &str| {
            fs::read_to_string(self.path.join(format!("{name}-out")).join(file)).expect("written")
        };
        let metrics: Value = serde_json::from_str(&read("metrics.json")).expect("JSON");
        let has = |segment: &str| metrics["segments"][segment] == 1;
        After {
            vip: has("vips"),
            cold: has("colds"),
            bar: read("actions.csv").contains(",send,bar,"),
        }
    }

    /// Before is the case, after its twin.
    fn compares(&self) -> [After; 2] {
        let given = [
            "--contacts",
            "now.csv",
            "--events",
            "events.csv",
            "--state",
            "then",
            "--now",
            MOMENT,
        ];
        let run = funnelc_in(
            self.path,
            &[
                &["diff", "it.yaml", "twin.yaml", "--format", "json"],
                &given[..],
            ]
            .concat(),
        );
        assert_eq!(run.code, Some(0), "{}: {}", self.case.name, run.err);
        let told: Value = serde_json::from_str(&run.out).expect("JSON");
        let figure = |figures: &Value, side: &str| figures[side] == 1;
        let segment = |id: &str| {
            let segments = told["impact"]["segments"].as_array().expect("a list");
            segments
                .iter()
                .find(|it| it["id"] == id)
                .expect("a segment")
                .clone()
        };
        let (vips, colds, bar) = (
            segment("vips"),
            segment("colds"),
            &told["impact"]["messages"][0]["now"],
        );
        ["before", "after"].map(|side| After {
            vip: figure(&vips, side),
            cold: figure(&colds, side),
            bar: figure(bar, side),
        })
    }

    fn tries(&self, name: &str, after: After) -> Run {
        let Case {
            tags,
            events,
            it,
            twin,
            ..
        } = self.case;
        let rest = if name == "it" { it.0 } else { twin.0 };
        let happens = events
            .iter()
            .map(|event| format!("      - {{ at: {MOMENT}, event: {event} }}\n"));
        let (happens, list) = (happens.collect::<String>(), tags[0].replace(';', ", "));
        let happens = if happens.is_empty() {
            happens
        } else {
            format!("    events:\n{happens}")
        };
        let lost = tags[0] != tags[1];
        let changes = format!("    changes: [{{ at: {MOMENT}, remove-tags: [vip] }}]\n");
        let tag = |name: &str, has: bool| {
            if has {
                format!("{{ tag: {name} }}")
            } else {
                format!("{{ not: {{ tag: {name} }} }}")
            }
        };
        let test = format!(
            "tests:\n  moment:\n    contact: {{ tags: [{list}] }}\n    from: \
                {BEGIN}\n{happens}{}    expect:\n      - {{ at: {MOMENT}, that: {}, {}: [bar] }}\n      - {{ at: {MOMENT}, that: {} }}\n",
            if lost { changes.as_str() } else { "" },
            tag("vip", after.vip),
            if after.bar { "sent" } else { "not-sent" },
            tag("cold", after.cold),
        );
        self.write("tried.yaml", &format!("{PROJECT}    {rest}\n{test}"));
        funnelc_in(self.path, &["test", "tried.yaml"])
    }
}
