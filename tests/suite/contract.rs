//! The data contract beyond types and columns: fields that play a part for their contact. What a
//! project may say of them, and what a file may hold.

use funnelc::runner::{Options, run_bytes};
use funnelc::source::Sources;

use crate::findings;
use crate::io_rows::plan;

/// Compiles one file and shows what was found.
pub(crate) fn found(yaml: &str) -> String {
    let mut sources = Sources::default();
    sources.add("funnelc.yaml", yaml);
    let compiled = funnelc::compile(sources);
    findings::show(&compiled.sources, compiled.diagnostics)
}

const ROLES: &str = "
version: 1
contacts:
  key: id
  fields:
    zone:   { type: text, default: Nowhere/Else }
    age:    { type: integer }
    tongue: { type: choice, values: [pl, en] }
    way:    { type: choice, values: [pigeon] }
  timezone: zone
  language: age
  owner: ages
  preferred-channel: way
campaigns:
  c: { enter: { field: age, exists: true }, on-leave: stay, steps: [ { set: zone, to: Europe/Warsow }, { set: zone, to: Asia/Tokyo } ] }
";

#[test]
fn a_field_must_be_able_to_play_its_part() {
    insta::assert_snapshot!(found(ROLES), @r"
    unknown-timezone at 10:13 zone
      there is no time zone `Nowhere/Else` (unknown zone)
      help: the field holds a contact's zone: write an IANA name, such as `Europe/Warsaw`
    wrong-value at 11:13 age
      `age` is an integer, not a text or a choice (expected a text or a choice)
      7:5 age (declared as integer)
    unknown-field at 12:10 ages
      there is no field `ages` (unknown field)
      help: did you mean `age`?
    wrong-value at 13:22 way
      no value of `way` is a channel (names no channel)
      9:5 way (declared here)
      help: the channels are `email`, `sms` and `push`
    unknown-timezone at 15:87 Europe/Warsow
      there is no time zone `Europe/Warsow` (unknown zone)
      help: the field holds a contact's zone: write an IANA name, such as `Europe/Warsaw`
    ");
}

#[test]
fn a_text_that_is_no_zone_is_a_bad_value() {
    let yaml =
        "version: 1\ncontacts: { key: id, fields: { zone: { type: text } }, timezone: zone }\n";
    let contacts = "id,zone\n1,Europe/Warsaw\n2,\n3, asia/tokyo \n4,Europe/Warsow\n5,+02:00\n";
    let run_of = |yaml: &str| {
        run_bytes(
            &plan(yaml),
            0,
            contacts.as_bytes(),
            None,
            Options::default(),
        )
        .unwrap()
    };
    let problems: Vec<_> = run_of(yaml)
        .problems
        .first
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        problems,
        [
            "line 5, column `zone`, `Europe/Warsow`: not an IANA time zone",
            "line 6, column `zone`, `+02:00`: not an IANA time zone"
        ]
    );
    let missing = yaml.replace("timezone: zone", "timezone: zone, on-bad-value: missing");
    assert_eq!(run_of(&missing).problems.rows, 0);
}
