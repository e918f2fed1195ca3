//! Words for no value, and what it means that the column of do-not-contact is not there.

use funnelc::runner::{Inputs, Options, run_inputs};

use crate::projects::{plan_of, sources};

const PROJECT: &str = "version: 1
timezone: UTC
contacts:
  key: id
  missing: [\"NULL\"]
  fields: { email: { type: email }, firm: { type: text }, orders: { type: integer, missing: [\"-\"] } }
  addresses: { email: email }
  consent: { email: { field: email, exists: true } }
  do-not-contact: { email: { column: dnc, default: false } }
companies: { key: id, contact-field: firm, missing: [\"n/a\"], fields: { city: { type: text } } }
content: { hello: { kind: email } }
";

/// The contacts to whom something is sent.
fn sent(enter: &str, contacts: &str) -> Vec<String> {
    let steps = "on-leave: stay, steps: [ { send: hello }, { unsubscribe: email } ]";
    let yaml = format!("{PROJECT}campaigns: {{ c: {{ enter: {enter}, {steps} }} }}\n");
    let plan = plan_of(sources(&[("funnelc.yaml", &yaml)]));
    let companies = Some(&b"id,city\nacme,n/a\nbeta,Bonn\n"[..]);
    let inputs = Inputs {
        contacts: contacts.as_bytes(),
        companies,
        ..Inputs::default()
    };
    let ran = run_inputs(&plan, 1_767_258_000, inputs, None, Options::default()).unwrap();
    let actions = String::from_utf8(ran.actions).unwrap();
    actions
        .lines()
        .skip(1)
        .map(|line| line.split(',').nth(1).unwrap().to_owned())
        .collect()
}

#[test]
fn words_for_nothing_are_missing_on_a_field_in_the_contacts_and_in_the_companies() {
    let contacts = "id,email,firm,orders\n1,a@example.com,acme,-\n2,b@example.com,beta,NULL\n3,NULL,NULL,3\n4,c@example.com,,4\n";
    assert_eq!(
        sent("{ field: orders, exists: false }", contacts),
        ["1", "2"]
    );
    assert_eq!(sent("{ company: city, exists: true }", contacts), ["2"]);
    assert_eq!(
        sent("{ not: { company: city, exists: true } }", contacts),
        ["1", "4"]
    );
}

#[test]
fn a_file_without_the_column_of_do_not_contact_has_nobody_in_it_where_the_project_says_so() {
    assert_eq!(
        sent(
            "{ reachable: email }",
            "id,email,firm,orders\n1,a@example.com,,\n"
        ),
        ["1"]
    );
    assert!(
        sent(
            "{ reachable: email }",
            "id,email,firm,orders,dnc\n1,a@example.com,,,true\n"
        )
        .is_empty()
    );
}
