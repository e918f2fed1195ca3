//! The plan file: what it says is read back as the same, and a file that lies is refused.

use funnelc::plan::{Plan, PlanError};

use crate::projects::{EXAMPLES, example, plan_of};

#[test]
fn a_plan_is_read_back_as_it_was_written() {
    for name in EXAMPLES {
        let plan = plan_of(example(name));
        let read = Plan::from_json(&plan.to_json()).expect("our own plan is read");
        assert_eq!(read.to_json(), plan.to_json(), "{name}");
        assert_eq!(
            read.model().campaigns.len(),
            plan.model().campaigns.len(),
            "{name}"
        );
    }
}

#[test]
fn a_plan_of_ours_is_read_whatever_its_texts_are() {
    let yaml = r#"version: 1
contacts: { key: id, fields: { name: { type: text } } }
segments: { one: { where: { field: name, is: "$$name" } }, two: { where: { field: name, in: ["null", "~", "$$", "\n"] } } }
campaigns:
  talk:
    enter: { segment: one }
    on-leave: stay
    steps: [{ add-tag: "a\nb\"" }, { wait: 1 day }, { if: { segment: two }, then: [{ note: "true" }] }]
"#;
    let json = plan_of(crate::projects::sources(&[("funnelc.yaml", yaml)])).to_json();
    let read = Plan::from_json(&json).expect("our own plan is read");
    assert_eq!(read.to_json(), json);
}

#[test]
fn a_plan_that_was_edited_is_refused() {
    let json = plan_of(example("webshop")).to_json();
    let edited = json.replacen("\"weight\": 10", "\"weight\": 11", 1);
    assert_ne!(json, edited, "the example has a weight of 10");
    let refusal = Plan::from_json(&edited)
        .expect_err("edited plans are refused")
        .to_string();
    assert!(
        refusal.starts_with("the plan was changed after it was made"),
        "{refusal}"
    );
}

#[test]
fn a_newer_plan_and_no_plan_are_refused_by_name() {
    let json = plan_of(example("webshop")).to_json();
    let refusal = |text: &str| Plan::from_json(text).expect_err("refused").to_string();
    let newer = refusal(&json.replacen("\"format\": 1", "\"format\": 7", 1));
    assert_eq!(
        newer,
        "the plan has format 7, this funnelc reads format 1 and older"
    );
    assert!(
        refusal("{}").starts_with("this is no plan file"),
        "{}",
        refusal("{}")
    );
    assert!(refusal("version: 1").starts_with("this is no plan file"));
}

#[test]
fn neither_the_order_of_definitions_nor_comments_show_in_a_plan() {
    let yaml =
        "version: 1\nsegments:\n  a: { where: { tag: x } }\n  b: { where: { segment: a } }\n";
    let turned = "version: 1 # a comment\nsegments:\n  b: \
        { where: { segment: a }, description: second }\n  a: { where: { tag: x } }\n";
    let plan = |text: &str| plan_of(crate::projects::sources(&[("funnelc.yaml", text)])).to_json();
    assert_eq!(plan(yaml), plan(turned));
}

/// A plan that was changed and sealed anew, as anybody can.
fn resealed(plan: &str) -> Result<Plan, PlanError> {
    let Err(PlanError::Tampered { found, written }) = Plan::from_json(plan) else {
        panic!("nothing was changed")
    };
    Plan::from_json(&plan.replace(&written, &found))
}

#[test]
fn an_open_list_of_tags_is_that_of_the_tags_that_the_plan_names() {
    let yaml = "version: 1
contacts: { key: id }
campaigns: { talk: { enter: { tag: new }, steps: [{ add-tag: warm }] } }
";
    let plan = plan_of(crate::projects::sources(&[("funnelc.yaml", yaml)])).to_json();
    let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
    for (values, told) in [
        (r#"["new","warm","vip"]"#, "lists the tag `vip`"),
        (r#"["new"]"#, "names the tag `warm`, which is not listed"),
    ] {
        let mut changed = plan.clone();
        changed["plan"]["contacts"]["tags"]["values"] = serde_json::from_str(values).unwrap();
        match resealed(&changed.to_string()) {
            Err(PlanError::Faulty(faults)) => assert!(faults.contains(told), "{faults}"),
            other => panic!("{values}: {:?}", other.map(|plan| plan.to_json())),
        }
    }
}

#[test]
fn whatever_check_calls_an_error_is_refused_in_a_plan_that_was_made_by_hand() {
    let yaml = "version: 1
contacts: { key: id, tags: { values: [hot, cold] } }
content: { hello: { kind: focus } }
segments:
  warm: { where: { tag: hot } }
  warmer: { where: { segment: warm } }
funnels:
  shop:
    audience: everyone
    stages: { lead: { weight: 0, converts: { tag: hot } }, buyer: { weight: 10 } }
campaigns:
  talk:
    enter: { segment: warmer }
    on-leave: stay
    steps:
      - id: again
        send: hello
      - wait: 1 day
      - if: { tag: cold }
        then: [{ goto: again }]
";
    let json = plan_of(crate::projects::sources(&[("funnelc.yaml", yaml)])).to_json();
    let long = format!("\"{}\": {{", "t".repeat(101));
    let faults = [
        (
            r#""talk": {"#,
            long.as_str(),
            "cannot be an id: it has 101 characters, not 100 (bad-id)",
        ),
        (r#""hello""#, r#""he,llo\n9,row""#, r"`he,llo"),
        (
            r#""talk": {"#,
            r#""talk\"": {"#,
            "`talk\"` cannot be an id (bad-id)",
        ),
        (
            r#""again""#,
            r#""ag\nain""#,
            "`ag\nain` cannot be an id (bad-id)",
        ),
        (
            r#""lead""#,
            r#""le ad""#,
            "`le ad` cannot be an id (bad-id)",
        ),
        (
            r#""tag": "hot""#,
            r#""segment": "warmer""#,
            "(segment-cycle)",
        ),
        (r#""weight": 10"#, r#""weight": 0"#, "(no-next-stage)"),
        (
            r#""wait": "1 day""#,
            r#""add-tag": "cold""#,
            "(endless-loop)",
        ),
    ];
    for (from, to, why) in faults {
        assert!(json.contains(from), "there is no {from} in\n{json}");
        match resealed(&json.replace(from, to)) {
            Err(PlanError::Faulty(told)) => assert!(told.contains(why), "{to}: {told}"),
            other => panic!("{to}: {:?}", other.map(|plan| plan.to_json())),
        }
    }
}

/// The way to a fault is written where it is told, and not kept for each node of the plan.
#[test]
fn a_long_name_in_a_plan_is_not_told_in_full() {
    let tags: String = (0..50).map(|at| format!("{{ tag: t{at} }}, ")).collect();
    let yaml = format!(
        "version: 1\ncontacts: {{ key: id, tags: {{ values: open }} }}\n\
            segments: {{ long: {{ where: {{ any: [{tags}] }} }} }}\n"
    );
    let json = plan_of(crate::projects::sources(&[("funnelc.yaml", &yaml)])).to_json();
    let json = json.replace("\"long\"", &format!("\"{}\"", "x".repeat(200_000)));
    match resealed(&json.replace("\"tag\"", "\"segment\"")) {
        Err(PlanError::Faulty(told)) => {
            assert!(
                told.contains("(bad-id)") && told.len() < 20_000,
                "{}",
                told.len()
            );
        }
        other => panic!("{:?}", other.map(|plan| plan.to_json())),
    }
}

#[test]
fn the_size_of_a_plan_is_asked_before_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let huge = std::fs::File::create(folder.path().join("huge.json")).unwrap();
    huge.set_len(1 << 40).unwrap();
    let ran = crate::projects::funnelc_in(folder.path(), &["diff", "huge.json", "huge.json"]);
    let why = "a plan has at most 268435456 (256 MiB)";
    assert!(ran.code == Some(3) && ran.err.contains(why), "{ran:?}");
}
