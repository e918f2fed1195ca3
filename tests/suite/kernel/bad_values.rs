//! Contacts with values that do not fit, where the project leaves them as they are.

use funnelc::runner::{Options, run_bytes};

use crate::projects::{plan_of, sources};

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
    let plan = plan_of(sources(&[("funnelc.yaml", yaml)]));
    let run_of = |contacts: &str, state: Option<&[u8]>, now: i64| {
        run_bytes(&plan, now, contacts.as_bytes(), state, Options::default())
    };
    let first = run_of("id,n,name\n1,1,a\n2,x,b\n3,3,\n", None, 0).unwrap();
    assert_eq!(
        String::from_utf8(first.contacts.clone()).unwrap(),
        "id,n,name,tags\n1,1,a,many\n2,x,b,\n3,3,,\n"
    );
    let metrics: serde_json::Value = serde_json::from_str(&first.metrics).unwrap();
    assert_eq!(
        (metrics["contacts"].as_u64(), metrics["skipped"].as_u64()),
        (Some(1), Some(2))
    );
    assert_eq!(
        first.warnings.last().unwrap().to_string(),
        "2 contacts are left as found, for values that do not fit: line 3, column `n`, `x`: not an \
            integer, and more"
    );
    // What was known of a contact stays while its row is bad.
    let second = run_of("id,n,name\n1,x,a\n", Some(&first.state), 60).unwrap();
    assert_eq!(
        String::from_utf8(second.contacts).unwrap(),
        "id,n,name,tags\n1,x,a,\n"
    );
    let line = |state: &[u8]| {
        String::from_utf8(state.to_vec())
            .unwrap()
            .lines()
            .nth(1)
            .unwrap()
            .to_owned()
    };
    assert_eq!(line(&first.state), line(&second.state));
    let refused = run_of("id,n,name\n1,x,a\n2,x,b\n3,x,\n", None, 0)
        .unwrap_err()
        .to_string();
    assert!(
        refused.starts_with("3 contacts have values that do not fit"),
        "{refused}"
    );
    let keyless = run_of("id,n,name\n,x,a\n", None, 0).unwrap();
    assert_eq!(
        keyless.problems.rows, 1,
        "a row without a key is bad in any case"
    );
}
