//! Variables, environments and blocks: what they mean, and that a mistake is shown at both ends.

use std::fs;

use funnelc::compile_for;
use funnelc::diagnostic::Diagnostic;
use funnelc::source::Sources;

use crate::findings::show;
use crate::projects::{funnelc_in, run_arguments, sources};

const HEAD: &str = "version: 1\ncontacts: { key: id, tags: { values: [hot, cold] }, fields: { orders: { type: integer }, code: { type: text } } }\ncontent: { bar: { kind: focus } }\n";

fn project(rest: &str) -> Sources {
    sources(&[("funnelc.yaml", &format!("{HEAD}{rest}"))])
}

/// All findings, as text.
fn found(rest: &str, environment: Option<&str>) -> String {
    let compiled = compile_for(project(rest), environment);
    show(&compiled.sources, about_the_rest(compiled.diagnostics))
}

/// Without what is only said of the head.
fn about_the_rest(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    found
        .into_iter()
        .filter(|finding| !["unused-tag", "unused-content"].contains(&finding.code.name()))
        .collect()
}

/// The plan, without findings.
fn plan(rest: &str, environment: Option<&str>) -> String {
    let compiled = compile_for(project(rest), environment);
    let told = show(&compiled.sources, about_the_rest(compiled.diagnostics));
    assert_eq!(told, "");
    compiled.plan.unwrap().to_json()
}

fn welcome(steps: &str) -> String {
    format!(
        "campaigns: {{ welcome: {{ enter: {{ tag: hot }}, on-leave: stay, steps: [{steps}] }} }}\n"
    )
}

#[test]
fn a_variable_is_read_by_the_type_that_its_place_expects() {
    let steps = |number: &str, text: &str, wait: &str, flag: &str| {
        welcome(&format!(
            "{{ id: a, wait: {wait} }}, {{ points: {number} }}, \
                {{ send: bar, transactional: {flag} }}, {{ set: orders, to: {number} }}, {{ set: code, to: {text} }}"
        ))
    };
    let variables = "variables: { n: 7, w: 3 days, f: true, t: \"007\" }\n";
    let with = plan(
        &(variables.to_owned() + &steps("$n", "$t", "$w", "$f")),
        None,
    );
    assert_eq!(with, plan(&steps("7", "\"007\"", "3 days", "true"), None));
}

#[test]
fn two_dollar_signs_are_one_and_a_piece_of_text_is_text() {
    let json = plan(
        &welcome("{ set: code, to: $$n }, { set: code, to: \"is $n\" }, { set: code, to: $9 }"),
        None,
    );
    for text in ["\"$n\"", "\"is $n\"", "\"$9\""] {
        assert!(json.contains(text), "{json}");
    }
}

#[test]
fn a_mistake_in_a_value_is_shown_where_it_is_used_and_where_it_stands() {
    insta::assert_snapshot!(found(
        &("variables: { n: many, w: 3 dayz, b: baar }\n".to_owned()
            + &welcome("{ id: a, wait: $w }, { send: $b }, { set: orders, to: $n }")),
        None
    ));
    insta::assert_snapshot!(found(
        &("variables: { n: many }\n".to_owned() + &welcome("{ points: $n }")),
        None
    ));
}

#[test]
fn variables_that_are_unknown_unused_or_no_value() {
    insta::assert_snapshot!(found(
        &("variables: { long: 3 days, list: [1], nothing: , chain: $long, idle: 3 }\n".to_owned()
            + &welcome(
                "{ id: a, wait: $lonk }, { points: $x }, { points: $list }, { points: $nothing }, \
                    { points: $chain }"
            )),
        None
    ));
    assert_eq!(
        found("variables: 3\n", None).lines().next(),
        Some("wrong-type at 4:12 3")
    );
}

const STAGING: &str = "variables: { long: 3 days }\nenvironments: \
    { staging: { variables: { long: 1 minute }, campaigns: { welcome: { published: false, steps: [{ id: a, wait: $long }] } } }, live: {} }\n";

#[test]
fn an_environment_merges_mappings_and_replaces_the_rest() {
    let base = STAGING.to_owned() + &welcome("{ id: a, wait: $long }, { add-tag: cold }");
    assert_eq!(plan(&base, Some("live")), plan(&base, None));
    let staging = "campaigns: { welcome: { enter: { tag: hot }, on-leave: stay, published: false, steps: [{ id: a, wait: 1 minute }] } }\n";
    assert_eq!(plan(&base, Some("staging")), plan(staging, None));
}

#[test]
fn an_environment_changes_only_what_is_there() {
    let environments = "environments: { a: { campaigns: { welcom: {} }, version: 1, contacts: { fields: { ordres: {} } }, funels: {}, segments: { s: {} } } }\n";
    insta::assert_snapshot!(found(
        &(environments.to_owned() + &welcome("{ add-tag: cold }")),
        None
    ));
    insta::assert_snapshot!(found(
        &(STAGING.to_owned() + &welcome("{ id: a, wait: $long }")),
        Some("stagin")
    ));
    insta::assert_snapshot!(found(&welcome("{ add-tag: cold }"), Some("live")));
}

#[test]
fn a_mistake_in_an_environment_is_shown_there() {
    let environments =
        "environments: { live: { campaigns: { welcome: { goal: { tag: whot } } } } }\n";
    insta::assert_snapshot!(found(
        &(environments.to_owned() + &welcome("{ add-tag: cold }")),
        Some("live")
    ));
    assert_eq!(
        found(
            &(environments.to_owned() + &welcome("{ add-tag: cold }")),
            None
        ),
        ""
    );
}

#[test]
fn of_very_many_unknown_names_the_first_get_a_suggestion() {
    let segments = |name: &str, count: usize| -> String {
        (0..count)
            .map(|at| format!("{name}-{at}: {{ where: {{ tag: hot }} }}, "))
            .collect()
    };
    let yaml = |count: usize| {
        let (known, misspelt) = (segments("group", 1_000), segments("gruop", count));
        format!(
            "segments: {{ {known} }}\nenvironments: {{ live: {{ segments: {{ {misspelt} }} }} }}\n"
        )
    };
    let suggested = |count: usize| {
        found(&yaml(count), None)
            .matches("did you mean `group-")
            .count()
    };
    assert_eq!((suggested(50), suggested(1_000)), (50, 99));
}

const NUDGE: &str = "blocks: { nudge: { parameters: { mail: content, after: duration }, steps: [{ id: pause, wait: $after }, { send: $mail }] } }\n";

#[test]
fn a_block_is_its_steps_under_the_name_of_its_use() {
    let uses = "{ id: first, use: nudge, with: { mail: bar, after: 3 days } }, \
        { if: { tag: hot }, then: [{ use: nudge, with: { mail: bar, after: 1 h } }] }";
    let json: serde_json::Value =
        serde_json::from_str(&plan(&(NUDGE.to_owned() + &welcome(uses)), None)).unwrap();
    let steps = json.pointer("/plan/campaigns/welcome/steps").unwrap();
    let names = |steps: &serde_json::Value| -> Vec<String> {
        steps
            .as_array()
            .unwrap()
            .iter()
            .map(|step| step["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(steps), ["first/pause", "first/send:bar", "if"]);
    let inside = ["if/then/use:nudge/pause", "if/then/use:nudge/send:bar"];
    assert_eq!(names(&steps[2]["do"]["if"]["then"]), inside);
}

#[test]
fn blocks_use_blocks_and_hand_their_arguments_on() {
    let blocks = "variables: { long: 3 days }\nblocks:\n  outer: \
        { parameters: { mail: content, long: duration }, steps: [{ id: inner, use: nudge, with: { mail: $mail, after: $long } }] }\n  nudge: { parameters: { mail: content, after: duration }, steps: [{ id: pause, wait: $after }, { send: $mail }, { id: more, wait: $long }] }\n";
    let json = plan(
        &(blocks.to_owned() + &welcome("{ id: all, use: outer, with: { mail: bar, long: 2 h } }")),
        None,
    );
    for name in ["all/inner/pause", "all/inner/send:bar", "all/inner/more"] {
        assert!(json.contains(&format!("\"name\": \"{name}\"")), "{json}");
    }
    assert!(
        json.contains("2 hours") && json.contains("3 days"),
        "the parameter hides the variable inside, and only there: {json}"
    );
}

#[test]
fn mistakes_in_blocks_and_in_arguments() {
    let wrong = "{ id: a, use: nudge, with: { mail: baar, after: soon } }, \
        { id: b, use: nudge, with: { male: bar, after: 1 h } }, { id: c, use: nudj }";
    insta::assert_snapshot!(found(&(NUDGE.to_owned() + &welcome(wrong)), None));
    let inside =
        "blocks: { nudge: { steps: [{ send: baar }, { wait: 1 h, to: 3 }, { points: many }] } }\n";
    insta::assert_snapshot!(found(
        &(inside.to_owned() + &welcome("{ id: a, use: nudge }, { id: b, use: nudge }")),
        None
    ));
}

#[test]
fn an_argument_of_another_type_is_a_mistake_even_if_the_block_does_not_look() {
    let types = [
        ("integer", "many"),
        ("number", "x"),
        ("boolean", "maybe"),
        ("date", "soon"),
        ("datetime", "soon"),
        ("duration", "soon"),
        ("content", "baar"),
        ("segment", "nobody"),
        ("stage", "shop/lead"),
        ("campaign", "nothing"),
        ("text", "[a, b]"),
    ];
    for (type_, argument) in types {
        let blocks = format!(
            "blocks: {{ b: {{ parameters: {{ p: {type_} }}, steps: [{{ add-tag: cold }}] }} }}\n"
        );
        let told = found(
            &(blocks + &welcome(&format!("{{ use: b, with: {{ p: {argument} }} }}"))),
            None,
        );
        assert!(told.contains(" at 5:"), "{type_}: {told}");
    }
}

#[test]
fn a_tag_that_only_a_block_or_a_trigger_names_is_one_of_an_open_list() {
    let open = HEAD.replace("tags: { values: [hot, cold] }", "tags: { values: open }");
    let rest = "blocks: { b: { parameters: { p: text }, steps: [{ add-tag: $p }, { add-tag: warm }] } }\npoints: { triggers: { t: { at: 5, steps: [{ add-tag: rich }] } } }\n";
    let yaml = open + rest + &welcome("{ use: b, with: { p: new } }");
    let compiled = compile_for(sources(&[("funnelc.yaml", &yaml)]), None);
    let plan = compiled
        .plan
        .unwrap_or_else(|| panic!("{:?}", compiled.diagnostics))
        .to_json();
    for tag in ["add-tag:new", "add-tag:warm", "add-tag:rich"] {
        assert!(plan.contains(tag), "{tag}: {plan}");
    }
}

#[test]
fn a_block_that_nobody_uses_leaves_no_trace_in_the_plan() {
    let open = |rest: &str| {
        let head = HEAD.replace("tags: { values: [hot, cold] }", "tags: { values: open }");
        let compiled = compile_for(
            sources(&[(
                "funnelc.yaml",
                &(head + rest + &welcome("{ add-tag: cold }")),
            )]),
            None,
        );
        compiled
            .plan
            .unwrap_or_else(|| panic!("{:?}", compiled.diagnostics))
            .to_json()
    };
    let idle = "blocks: { idle: { parameters: { p: text }, steps: [{ add-tag: warm }, { if: { tag: old }, then: [{ remove-tag: $p }] }] } }\n";
    assert_eq!(open(idle), open(""));
}

#[test]
fn a_missing_argument_hides_no_other_mistake() {
    let blocks = "blocks: { nudge: { parameters: { n: integer, after: duration }, steps: [{ id: pause, wait: $after }, { points: $n }, { add-tag: whot }, { if: { tag: hot }, then: [{ points: $n }, { send: baar }] }] } }\n";
    let steps = "{ id: x, use: nudge, with: { n: 3 } }, { id: y, use: nudge, with: { after: soon } }, \
        { points: $m }, { add-tag: hoot }";
    insta::assert_snapshot!(found(&(blocks.to_owned() + &welcome(steps)), None));
}

#[test]
fn all_that_a_use_lacks_is_one_finding() {
    let many = 120;
    let parameters: String = (0..many)
        .map(|at| format!("p{at:03}: duration, "))
        .collect();
    let block = format!(
        "blocks: {{ b: {{ parameters: {{ {parameters} }}, steps: [{{ add-tag: cold }}] }} }}\n"
    );
    let told = found(
        &(block + &welcome(&vec!["{ use: b }"; many].join(", "))),
        None,
    );
    assert_eq!(
        told.matches("the block `b` needs `p000`, `p001`, ").count(),
        many
    );
    assert_eq!(
        told.matches("`p099`, and 20 more (arguments are missing)")
            .count(),
        many
    );
    assert_eq!(told.matches("needs").count(), many);
}

#[test]
fn the_steps_of_a_block_that_nobody_uses_are_checked() {
    let blocks = "variables: { n: 3 }\nblocks:\n  idle: \
        { parameters: { after: duration }, steps: [{ id: pause, wait: $after }, { add-tag: whot }, { points: many }, { points: $n }, { points: $m }, { use: inner, with: { mail: baar, n: $after } }, { goto: pause }] }\n  inner: { parameters: { mail: content, n: integer }, steps: [{ send: $mail }, { points: $n }, { send: bar, to: 3 }, { use: nudge }] }\n";
    insta::assert_snapshot!(found(
        &(blocks.to_owned() + &welcome("{ add-tag: cold }")),
        None
    ));
    let circle = "blocks:\n  one: { steps: [{ use: two }] }\n  two: { steps: [{ use: one }] }\n";
    let told = found(&(circle.to_owned() + &welcome("{ add-tag: cold }")), None);
    assert_eq!(told.matches("uses itself").count(), 1, "{told}");
}

#[test]
fn a_circle_of_blocks_is_shown_with_its_path() {
    let blocks = "blocks:\n  one: { steps: [{ use: two }] }\n  two: \
        { steps: [{ add-tag: cold }, { use: three }] }\n  three: { steps: [{ use: one }] }\n";
    let told = found(&(blocks.to_owned() + &welcome("{ use: one }")), None);
    assert!(
        told.contains("the block `one` uses itself: one → two → three → one"),
        "{told}"
    );
}

#[test]
fn blocks_that_use_blocks_too_deep_are_told_and_not_followed() {
    let chain: String = (1..3000)
        .map(|at| format!("  b{at}: {{ steps: [{{ use: b{} }}] }}\n", at - 1))
        .collect();
    let rest = format!(
        "blocks:\n  b0: {{ steps: [{{ add-tag: cold }}] }}\n{chain}{}",
        welcome("{ use: b2999 }")
    );
    let told = found(&rest, None);
    assert!(
        told.contains("blocks use blocks more than 24 levels deep"),
        "{}",
        &told[..told.len().min(400)]
    );
}

/// Steps inside each other.
fn nested(count: usize, inside: &str) -> String {
    (0..count).fold(inside.to_owned(), |inside, _| {
        format!("{{ if: {{ tag: hot }}, then: [{inside}] }}")
    })
}

/// Each body has few levels; what comes of them has many, on the stack of whoever reads it.
#[test]
fn the_levels_of_blocks_inside_each_other_are_counted_together() {
    let blocks: String = (1..20)
        .map(|at| {
            let steps = nested(20, &format!("{{ use: b{} }}", at - 1));
            format!("  b{at}: {{ steps: [{steps}] }}\n")
        })
        .collect();
    let rest = format!(
        "blocks:\n  b0: {{ steps: [{{ add-tag: cold }}] }}\n{blocks}{}",
        welcome("{ use: b19 }")
    );
    let told = found(&rest, None);
    let limit = "with the steps of `b18` there are more than 64 levels";
    assert!(told.contains(limit), "{}", &told[..told.len().min(400)]);
}

/// A plan has more levels than its project, and readers of JSON have a limit, too.
#[test]
fn a_plan_of_all_levels_that_are_allowed_is_read_back() {
    let read_back = |steps: &str, rest: &str| {
        let compiled = compile_for(project(&(rest.to_owned() + &welcome(steps))), None);
        let json = compiled.plan?.to_json();
        let again = funnelc::plan::Plan::from_json(&json).unwrap();
        assert_eq!(again.to_json(), json);
        Some(json)
    };
    let wait = "{ wait: 1 day }";
    let deep = nested(17, wait);
    let block = |levels| format!("blocks: {{ b: {{ steps: [{}] }} }}\n", nested(levels, wait));
    assert!(read_back(&nested(29, wait), "").is_some());
    assert!(read_back(&nested(30, wait), "").is_none());
    assert!(read_back(&deep.replace(wait, "{ use: b }"), &block(11)).is_some());
    assert!(read_back(&deep.replace(wait, "{ use: b }"), &block(12)).is_none());
}

#[test]
fn an_unknown_variable_is_told_once_for_each_block() {
    let list = |one: &dyn Fn(usize) -> String| (0..300).map(one).collect::<Vec<_>>().join(", ");
    let parameters = list(&|at| format!("p{at}: {{}}"));
    let steps = list(&|at| format!("{{ add-tag: $q{at} }}, {{ remove-tag: $q{at} }}"));
    let uses = ["{ use: b }"; 3].join(", ");
    let rest = format!(
        "blocks: {{ b: {{ parameters: {{ {parameters} }}, steps: [{steps}] }} }}\n{}",
        welcome(&uses)
    );
    let found = compile_for(project(&rest), None).diagnostics;
    let told = found
        .iter()
        .filter(|it| it.code.name() == "unknown-variable");
    assert_eq!(told.count(), 300);
}

/// An id stands in what is said of each step below it.
#[test]
fn an_id_has_a_longest_and_is_not_read_on_with() {
    let campaign = |length: usize| {
        let steps = "{ add-tag: cold }";
        welcome(steps).replace("welcome", &"w".repeat(length))
    };
    plan(&campaign(100), None);
    let compiled = compile_for(project(&campaign(1000)), None);
    let told: Vec<_> = compiled
        .diagnostics
        .iter()
        .filter(|it| it.code.name() == "bad-id")
        .collect();
    assert_eq!(told.len(), 1, "{told:#?}");
    let why = "cannot be an id: it has 1000 characters, not 100";
    assert!(
        told[0].message.ends_with(why) && told[0].message.len() < 200,
        "{told:#?}"
    );
    let ids = compiled.model.campaigns.values().map(|it| it.id.len());
    assert!(ids.max() < Some(200));
    let schema: serde_json::Value = serde_json::from_str(&funnelc::schema::json_schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let read = |text: &str| serde_yaml::from_str::<serde_json::Value>(text).unwrap();
    assert!(validator.is_valid(&read(&campaign(100))));
    assert!(!validator.is_valid(&read(&campaign(101))));
    let step = |length| welcome(&format!("{{ id: {}, add-tag: cold }}", "i".repeat(length)));
    plan(&step(4000), None);
    assert!(found(&step(4001), None).contains("it has 4001 characters, not 4000"));
}

#[test]
fn blocks_that_multiply_come_to_an_end() {
    let mut blocks = "blocks:\n  b0: { steps: [{ add-tag: cold }, { add-tag: hot }] }\n".to_owned();
    for n in 1..24 {
        blocks += &format!(
            "  b{n}: {{ steps: [{{ id: x, use: b{} }}, {{ id: y, use: b{} }}] }}\n",
            n - 1,
            n - 1
        );
    }
    let told = found(&(blocks + &welcome("{ use: b23 }")), None);
    assert_eq!(
        told.matches("the blocks put in grow beyond 100000 nodes")
            .count(),
        1,
        "{}",
        &told[..told.len().min(400)]
    );
}

#[test]
fn long_text_that_is_put_in_often_comes_to_an_end() {
    let long = "x".repeat(300_000);
    let notes = |text: &str, times| vec![format!("{{ note: {text} }}"); times].join(", ");
    let variable = |times| {
        let steps = notes("$long", times);
        let rest = format!("variables: {{ long: {long} }}\n{}", welcome(&steps));
        found(&rest, None)
    };
    let limit = "the values of variables put in grow beyond 4 MiB";
    assert!(!variable(13).contains(limit));
    assert_eq!(variable(200).matches(limit).count(), 1);

    let steps = vec!["{ use: loud }"; 40].join(", ");
    let block = format!("blocks:\n  loud: {{ steps: [{{ note: {long} }}] }}\n");
    let told = found(&(block + &welcome(&steps)), None);
    let limit = "the blocks put in grow beyond 100000 nodes";
    assert_eq!(told.matches(limit).count(), 1);
}

#[test]
fn the_published_schema_takes_a_variable_where_a_scalar_stands() {
    let schema: serde_json::Value = serde_json::from_str(&funnelc::schema::json_schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let steps = |step: &str| serde_yaml::from_str::<serde_json::Value>(&welcome(step)).unwrap();
    for step in [
        "{ points: $n }",
        "{ send: bar, transactional: $flag }",
        "{ exit: $how }",
        "{ use: nudge, with: { mail: $m } }",
    ] {
        assert!(validator.is_valid(&steps(step)), "{step}");
    }
    for step in [
        "{ send: bar, transactional: perhaps }",
        "{ exit: away }",
        "{ $steps: [] }",
    ] {
        assert!(!validator.is_valid(&steps(step)), "{step}");
    }
}

#[test]
fn what_is_wrong_in_an_environment_is_found_without_asking_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let project = |environments: &str| {
        let text = format!(
            "version: 1
contacts: {{ key: id, tags: {{ values: [hot], column: tags }} }}
variables: {{ who: hot }}
segments: {{ chosen: {{ where: {{ tag: $who }} }} }}
campaigns: {{ talk: {{ enter: {{ segment: chosen }}, on-leave: stay, steps: [ {{ note: hello }} ] }} }}
environments:
{environments}"
        );
        fs::write(folder.path().join("funnelc.yaml"), text).unwrap();
    };
    let check = |args: &[&str]| funnelc_in(folder.path(), &[&["check"], args].concat());
    project("  fine: { variables: { who: hot } }\n  live: { variables: { who: hat } }\n");
    let all = check(&[]);
    let message = "there is no tag `hat`";
    assert_eq!(all.code, Some(1), "{}", all.out);
    assert_eq!(all.out.matches(message).count(), 1, "{}", all.out);
    assert!(
        all.out.contains(", in the environment `live`"),
        "{}",
        all.out
    );
    let live = check(&["--env", "live"]);
    assert!(
        live.out.contains(message) && !live.out.contains("in the environment"),
        "{}",
        live.out
    );
    assert_eq!(check(&["--env", "fine"]).code, Some(0));
    // What is only odd there is told to who asks.
    let never = "{ all: [{ tag: hot }, { not: { tag: hot } }] }";
    let step = format!("{{ if: {never}, then: [{{ note: x }}] }}");
    project(&format!(
        "  odd: {{ campaigns: {{ talk: {{ steps: [{step}] }} }} }}\n"
    ));
    let odd = [check(&[]), check(&["--env", "odd"])].map(|ran| ran.out.contains("never-true"));
    assert_eq!(odd, [false, true]);
    let many: String = (0..33).map(|at| format!("  e{at}: {{}}\n")).collect();
    project(&many);
    let many = check(&[]);
    let message = "there are 33 environments, and a project has 32 at most";
    assert!(
        many.code == Some(1) && many.out.contains(message),
        "{}",
        many.out
    );
}

#[test]
fn every_command_that_reads_a_project_takes_an_environment() {
    let folder = tempfile::tempdir().unwrap();
    let base = STAGING.to_owned() + &welcome("{ id: a, wait: $long }, { add-tag: cold }");
    fs::write(folder.path().join("funnelc.yaml"), format!("{HEAD}{base}")).unwrap();
    fs::write(folder.path().join("contacts.csv"), "id,tags\n1,hot\n").unwrap();
    let run = |args: &[&str]| funnelc_in(folder.path(), args);
    assert!(run(&["plan", "--env", "staging"]).out.contains("1 minute"));
    assert!(run(&["plan"]).out.contains("3 days"));
    assert_eq!(run(&["check", "--env", "staging"]).code, Some(0));
    let unknown = run(&["check", "--env", "prod"]);
    assert!(
        unknown.code == Some(1) && unknown.out.contains("there is no environment `prod`"),
        "{unknown:?}"
    );
    assert!(
        run(&["graph", "--format", "text", "--env", "staging"])
            .out
            .contains("1 minute")
    );
    let args = run_arguments(".", "2026-06-01T09:00", &[]);
    let journal = || fs::read_to_string(folder.path().join("out/journal.csv")).unwrap();
    assert_eq!(
        run(&[args.as_slice(), &["--env", "staging"]].concat()).code,
        Some(0)
    );
    assert_eq!(
        journal().lines().count(),
        1,
        "nobody enters an unpublished campaign: {}",
        journal()
    );
    assert_eq!(run(&args).code, Some(0));
    assert_eq!(journal().lines().count(), 3);
    let plan = run(&["plan", "--env", "staging", "-o", "plan.json"]);
    assert_eq!(plan.code, Some(0));
    let same = run(&[
        "diff",
        "plan.json",
        ".",
        "--env",
        "staging",
        "--fail-on",
        "any",
    ]);
    assert_eq!(same.code, Some(0), "{}", same.out);
    assert_eq!(
        run(&["diff", "plan.json", ".", "--fail-on", "any"]).code,
        Some(1)
    );
    let twice = run(&[
        "run",
        "plan.json",
        "--env",
        "staging",
        "--contacts",
        "contacts.csv",
        "--out",
        "out",
    ]);
    assert_eq!(twice.code, Some(2), "{}", twice.err);
}

#[test]
fn what_only_reading_puts_into_a_tree_cannot_be_written() {
    for (step, key) in [
        ("{ $called: x, note: hi }", "$called"),
        ("{ note: hi, $steps: [{ note: ho }] }", "$steps"),
        ("{ note: hi, $hole: true }", "$hole"),
        (
            "{ id: s, split: [{ share: 40, $goes-by: z, steps: [{ note: a }] }, { share: 60, steps: [{ note: b }] }] }",
            "$goes-by",
        ),
    ] {
        let project = format!(
            "version: 1\ncontacts: {{ key: id }}\ncampaigns:\n  k: \
                {{ enter: {{ tag: a }}, steps: [{step}] }}\n"
        );
        let found =
            funnelc::compile(crate::projects::sources(&[("funnelc.yaml", &project)])).diagnostics;
        let told: Vec<_> = found
            .iter()
            .map(|finding| finding.message.clone())
            .filter(|it| it.starts_with("unknown"))
            .collect();
        assert_eq!(told, [format!("unknown key `{key}`")]);
    }
}
