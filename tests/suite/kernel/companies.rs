//! Companies: a second file, joined by key; what a project may say of it, what the file may hold,
//! and what contacts are asked.

use funnelc::runner::compare::compare_inputs;
use funnelc::runner::{Inputs, Options, RunBytes, RunError, run_inputs};

use crate::contract::found;
use crate::io_rows::plan;

const NOW: i64 = 1_795_248_000; // 2026-11-21T08:00:00Z

const PROJECT: &str = "
version: 1
contacts:
  key: id
  tags: { values: [moved, large] }
  fields:
    company-id: { type: text }
companies:
  key: id
  contact-field: company-id
  fields:
    name:      { type: text }
    employees: { type: integer, min: 0 }
    revenue:   { type: number }
    tier:      { type: choice, values: [gold, silver], default: silver }
    sectors:   { type: choices, values: [retail, health] }
    founded:   { type: date, column: founded_on }
segments:
  large:    { where: { company: employees, more-than: 50 } }
  rich:     { where: { company: revenue, at-least: 1.5 } }
  acme:     { where: { company: name, starts-with: ac } }
  silver:   { where: { company: tier, is: silver } }
  not-gold: { where: { company: tier, is-not: gold } }
  retail:   { where: { company: sectors, has-any: [retail] } }
  old:      { where: { company: founded, before: 2000-01-01 } }
  young:    { where: { company: founded, within: 10 years } }
  born:     { where: { company: founded, anniversary: today } }
  named:    { where: { company: name, exists: true } }
";

const COMPANIES: &str = "id,name,employees,revenue,tier,sectors,founded_on,ceo
007,ACME,51,1.50,gold,retail;health,1990-11-21,Ada
8,Bolt,50,,,,2020-01-01,Bob
";

const CONTACTS: &str = "id,company_id\n1, 007 \n2,8\n3,7\n4,\n";

fn run(yaml: &str, contacts: &str, companies: Option<&str>) -> Result<RunBytes, RunError> {
    let inputs = Inputs {
        contacts: contacts.as_bytes(),
        companies: companies.map(str::as_bytes),
        ..Inputs::default()
    };
    run_inputs(&plan(yaml), NOW, inputs, None, Options::default())
}

fn sizes(run: &RunBytes) -> Vec<(String, u64)> {
    let metrics: serde_json::Value = serde_json::from_str(&run.metrics).unwrap();
    let segments = metrics["segments"].as_object().unwrap();
    segments
        .iter()
        .map(|(id, size)| (id.clone(), size.as_u64().unwrap()))
        .collect()
}

#[test]
fn a_contact_is_asked_about_its_company() {
    let ran = run(PROJECT, CONTACTS, Some(COMPANIES)).unwrap();
    let expected = [
        ("acme", 1),
        ("born", 1),
        ("large", 1),
        ("named", 2),
        ("not-gold", 3),
        ("old", 1),
        ("retail", 1),
        ("rich", 1),
        ("silver", 1),
        ("young", 1),
    ];
    assert_eq!(
        sizes(&ran),
        expected.map(|(id, size)| (id.to_owned(), size))
    );
    assert_eq!(
        String::from_utf8(ran.contacts).unwrap(),
        CONTACTS,
        "nothing of a company is written"
    );
    let unknown = "1 contact names a company that the companies file lacks, and so count as belonging to none";
    assert_eq!(
        ran.warnings
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        [unknown.replace("count", "counts")]
    );
}

/// What a step does to the field that names the company shows at once.
#[test]
fn another_company_is_asked_from_the_moment_it_is_set() {
    let campaign = "
campaigns:
  a-move: { enter: { company: employees, at-most: 50 }, steps: [{ set: company-id, to: '007' }, { add-tag: moved }] }
  growth: { enter: { segment: large }, steps: [{ add-tag: large }] }
";
    let ran = run(
        &format!("{PROJECT}{campaign}"),
        "id,company_id\n2,8\n",
        Some(COMPANIES),
    )
    .unwrap();
    assert_eq!(
        String::from_utf8(ran.contacts).unwrap(),
        "id,company_id,tags\n2,007,moved;large\n"
    );
}

#[test]
fn a_plan_that_asks_companies_needs_the_file_and_another_does_not() {
    let refusal = run(PROJECT, CONTACTS, None).unwrap_err().to_string();
    assert_eq!(
        refusal,
        "the plan asks for the companies of contacts, and no companies file was given"
    );
    let silent = PROJECT.split("segments:").next().unwrap();
    assert!(run(silent, CONTACTS, None).is_ok());
    let base = plan(silent);
    let inputs = Inputs {
        contacts: CONTACTS.as_bytes(),
        ..Inputs::default()
    };
    let refused =
        compare_inputs(&base, &plan(PROJECT), NOW, inputs, None, Options::default()).unwrap_err();
    assert_eq!(refused.to_string(), refusal);
    let inputs = Inputs {
        companies: Some(COMPANIES.as_bytes()),
        ..inputs
    };
    assert!(compare_inputs(&base, &plan(PROJECT), NOW, inputs, None, Options::default()).is_ok());
}

#[test]
fn every_mistake_in_the_file_is_told_at_once() {
    let companies = "id,name,employees,revenue,tier,sectors,founded_on
1,A,many,x,bronze,,
,B,,,,,
1,C,-1,,,,2020-13-01
2,D,1,1,gold,retail,2020-01-01
2,E,,,,,
3,F
";
    let error = run(PROJECT, CONTACTS, Some(companies))
        .unwrap_err()
        .to_string();
    insta::assert_snapshot!(error, @r"
    line 2, column `employees`, `many`: not an integer
    line 2, column `revenue`, `x`: not a number
    line 2, column `tier`, `bronze`: not one of the declared values
    line 3, column `id`: the key is missing
    line 4, column `employees`, `-1`: less than 0
    line 4, column `founded_on`, `2020-13-01`: not a date
    line 6, column `id`, `2`: the same key as in line 5
    line 7: 2 cells where the header has 7
    ");
    let header = run(PROJECT, CONTACTS, Some("key,name,name\n"))
        .unwrap_err()
        .to_string();
    insta::assert_snapshot!(header, @r"
    the column `name` stands twice in the header, as columns 2 and 3
    the column `id`, which holds the key, is missing
    ");
}

#[test]
fn what_a_project_says_of_companies_must_fit() {
    let yaml = "
version: 1
contacts: { key: id, fields: { number: { type: integer } } }
companies:
  key: id
  contact-field: number
  fields: { points: { type: integer }, size: { type: integer, column: points } }
segments:
  a: { where: { company: sise, more-than: 3 } }
  b: { where: { company: size, contains: a } }
  c: { where: { company: size } }
  d: { where: { company: size, field: number, is: 3 } }
";
    insta::assert_snapshot!(found(yaml), @r"
    wrong-value at 6:18 number
      `number` cannot hold the key of a company (expected a text)
      3:32 number (declared as integer)
      help: declare the field with `type: text`; keys are compared as they are written
    duplicate-column at 7:71 points
      the column `points` holds two fields of the company (again here)
      7:13 points (first here)
      help: give each a `column` of its own
    unknown-field at 9:26 sise
      there is no company field `sise` (unknown company field)
      help: did you mean `size`?
    operator-type at 10:32 contains
      `contains` does not go with `size`, which is an integer (not for this type)
      7:40 size (declared as integer)
      help: an integer takes `is`, `is-not`, `in`, `not-in`, `at-least`, `at-most`, `more-than`, `less-than`, `between`, `exists`
    condition-keys at 11:26 size
      the condition on `size` compares nothing (no operator)
      help: write what to compare, such as `exists: true` or `at-least: 1`
    condition-keys at 12:32 field
      `company` and `field` in one condition (one too many)
      12:17 company (asked already)
      help: write `all: [ { company: … }, { field: … } ]`, or `any`
    ");
}
