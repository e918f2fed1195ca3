//! The data contract beyond types and columns: fields that play a part for their contact. What a project may say of them, and what a file may hold.

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
    let yaml = "version: 1\ncontacts: { key: id, fields: { zone: { type: text } }, timezone: zone }\n";
    let contacts = "id,zone\n1,Europe/Warsaw\n2,\n3, asia/tokyo \n4,Europe/Warsow\n5,+02:00\n";
    let run_of = |yaml: &str| run_bytes(&plan(yaml), 0, contacts.as_bytes(), None, Options::default()).unwrap();
    let problems: Vec<_> = run_of(yaml).problems.first.iter().map(ToString::to_string).collect();
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

#[test]
fn a_contact_with_a_bad_value_is_left_as_it_is_up_to_a_number_of_them() {
    let yaml = "
version: 1
contacts:
  key: id
  tags: { values: [many] }
  fields: { n: { type: integer }, name: { type: text, required: true } }
  on-bad-value: { skip-contact: { at-most: 2 } }
campaigns:
  c: { enter: { field: n, exists: true }, on-leave: stay, steps: [ { add-tag: many } ] }
";
    let plan = plan(yaml);
    let run_of = |contacts: &str, state: Option<&[u8]>, now: i64| {
        run_bytes(&plan, now, contacts.as_bytes(), state, Options::default())
    };
    let first = run_of("id,n,name\n1,1,a\n2,x,b\n3,3,\n", None, 0).unwrap();
    assert_eq!(String::from_utf8(first.contacts.clone()).unwrap(), "id,n,name,tags\n1,1,a,many\n2,x,b,\n3,3,,\n");
    let metrics: serde_json::Value = serde_json::from_str(&first.metrics).unwrap();
    assert_eq!((metrics["contacts"].as_u64(), metrics["skipped"].as_u64()), (Some(1), Some(2)));
    assert_eq!(
        first.warnings.last().unwrap(),
        "2 contacts are left as found, for values that do not fit: line 3, column `n`, `x`: not an integer, and more"
    );
    // What was known of a contact stays while its row is bad.
    let second = run_of("id,n,name\n1,x,a\n", Some(&first.state), 60).unwrap();
    assert_eq!(String::from_utf8(second.contacts).unwrap(), "id,n,name,tags\n1,x,a,\n");
    let line = |state: &[u8]| String::from_utf8(state.to_vec()).unwrap().lines().nth(1).unwrap().to_owned();
    assert_eq!(line(&first.state), line(&second.state));
    let refused = run_of("id,n,name\n1,x,a\n2,x,b\n3,x,\n", None, 0).unwrap_err().to_string();
    assert!(refused.starts_with("3 contacts have values that do not fit"), "{refused}");
    let keyless = run_of("id,n,name\n,x,a\n", None, 0).unwrap();
    assert_eq!(keyless.problems.rows, 1, "a row without a key is bad in any case");
}
