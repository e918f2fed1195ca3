//! Drawings: those of the examples as snapshots, any text without breaking the syntax, and projects with errors with the errors marked.

use funnelc::check::{self, RULES};
use funnelc::compile;
use funnelc::diagnostic::Severity;
use funnelc::diagram::{Filter, dot, mermaid, text};
use funnelc::graph::Journey;
use funnelc::source::Sources;
use proptest::prelude::*;

use crate::projects;

#[test]
fn the_examples_as_mermaid() {
    for name in projects::EXAMPLES {
        let journey = journey(projects::example(name));
        insta::assert_snapshot!(format!("{name}_as_mermaid"), mermaid(&journey, &Filter::everything()));
    }
}

#[test]
fn every_subgraph_says_its_direction() {
    for name in projects::EXAMPLES {
        let drawing = mermaid(&journey(projects::example(name)), &Filter::everything());
        let lines: Vec<_> = drawing.lines().map(str::trim).collect();
        let subgraphs: Vec<_> = lines.windows(2).filter(|pair| pair[0].starts_with("subgraph ")).collect();
        assert!(!subgraphs.is_empty(), "{name}:\n{drawing}");
        assert!(subgraphs.iter().all(|pair| pair[1] == "direction TB"), "{name}:\n{drawing}");
    }
}

#[test]
fn campaigns_stand_in_one_column_beside_their_stages() {
    let drawing = mermaid(&journey(projects::example("lifecycle")), &Filter::everything());
    let unseen: Vec<_> = drawing.lines().filter_map(|line| line.trim().split_once(" ~~~ campaign_")).collect();
    let column: Vec<_> = unseen.iter().map(|(_, lower)| *lower).collect();
    assert_eq!(unseen[0].0, "campaign_welcome", "who comes to the first stage is highest:\n{drawing}");
    let expected = ["lost_deal", "nurture", "qualify", "hand_over", "new_customer", "thank_the_loyal"];
    assert_eq!(column, [&expected[..], &["equip_ambassadors"]].concat(), "{drawing}");
}

#[test]
fn funnels_stand_below_each_other() {
    let drawing = mermaid(&journey(projects::example("product-lines")), &Filter::everything());
    for pair in ["stage_brand__loyal ~~~ funnel_heat_pumps_door", "stage_heat_pumps__customer ~~~ funnel_solar_door"] {
        assert!(drawing.contains(pair), "{pair} is missing:\n{drawing}");
    }
}

#[test]
fn the_examples_as_an_outline_of_eighty_columns() {
    for name in projects::EXAMPLES {
        let outline = text(&journey(projects::example(name)), &Filter::everything());
        assert!(outline.lines().all(|line| line.chars().count() <= 80), "{name}:\n{outline}");
        insta::assert_snapshot!(format!("{name}_as_text"), outline);
    }
}

#[test]
fn the_webshop_as_dot() {
    insta::assert_snapshot!(dot(&journey(projects::example("webshop")), &Filter::everything()));
}

#[test]
fn one_campaign_step_by_step() {
    let journey = journey(projects::example("webshop"));
    let filter = Filter::only(&journey, None, Some("win-back")).unwrap();
    insta::assert_snapshot!(format!("{}\n{}", mermaid(&journey, &filter), text(&journey, &filter)));
}

#[test]
fn one_funnel_and_what_acts_on_it() {
    let journey = journey(projects::example("product-lines"));
    let filter = Filter::only(&journey, Some("solar"), None).unwrap();
    let drawing = mermaid(&journey, &filter);
    assert!(drawing.contains("campaign_early_bird"), "a campaign that moves in the funnel is missing:\n{drawing}");
    assert!(!drawing.contains("campaign_cross_sell"), "a campaign of another funnel is drawn:\n{drawing}");
    assert!(!drawing.contains("stage_brand__"), "a stage of another funnel is drawn:\n{drawing}");
}

#[test]
fn an_unknown_id_is_refused_with_a_suggestion() {
    let journey = journey(projects::example("webshop"));
    let refused = |funnel, campaign| Filter::only(&journey, funnel, campaign).unwrap_err().to_string();
    assert_eq!(refused(Some("shopp"), None), "there is no funnel `shopp`; did you mean `shop`?");
    assert_eq!(refused(None, Some("shop")), "there is no campaign `shop`");
}

#[test]
fn hard_texts_are_spelt_in_codes() {
    let drawing = mermaid(&journey(awkward(HARD)), &Filter::everything());
    insta::assert_snapshot!(drawing);
}

const HARD: &str = "1. \"end\"]; <script>alert(1)</script>\n#quot; %% | `x` *b* {d} \\ שלום 🎉 żółć\t$$x$$";

#[test]
fn each_error_of_the_checks_is_marked() {
    for rule in RULES.iter().filter(|rule| rule.severity == Severity::Error) {
        let journey = journey(projects::sources(&[("funnelc.yaml", &wrong(rule.code.0))]));
        for (format, drawing) in [
            ("mermaid", mermaid(&journey, &Filter::everything())),
            ("dot", dot(&journey, &Filter::everything())),
            ("text", text(&journey, &Filter::everything())),
        ] {
            // Pictures show no segments, and nothing shows the weight of checks.
            let hidden = format != "text" && rule.code.0 == "segment-cycle" || rule.code.0 == "bad-check";
            assert_eq!(drawing.contains('✗'), !hidden, "{} as {format}:\n{drawing}", rule.code.0);
        }
    }
}

#[test]
fn nothing_is_marked_where_nothing_is_wrong() {
    for name in projects::EXAMPLES {
        let journey = journey(projects::example(name));
        let everything = Filter::everything();
        for drawing in [mermaid(&journey, &everything), dot(&journey, &everything), text(&journey, &everything)] {
            assert!(!drawing.contains('✗') && !drawing.contains("broken"), "{name}:\n{drawing}");
        }
    }
}

#[test]
fn what_could_be_read_is_drawn() {
    for code in check::codes() {
        let journey = journey(projects::sources(&[("funnelc.yaml", &wrong(code))]));
        let everything = Filter::everything();
        assert!(mermaid(&journey, &everything).contains("flowchart TB\n"), "{code}");
        assert!(dot(&journey, &everything).ends_with("}\n"), "{code}");
        text(&journey, &everything);
    }
}

#[test]
fn a_faulty_project_is_drawn_with_its_faults() {
    let text = "
version: 1
contacts: { key: id, fields: { orders: { type: integer } } }
funnels:
  shop:
    audience: everyone
    stages:
      lead: { weight: light, converts: { field: orders, at-least: 1 } }
      customer: { weight: 10, converts: [{ when: { segment: nobody }, to: loyal }] }
      loyal: { weight: 20, final: true }
campaigns:
  thanks:
    enter: { entered: shop/customer }
    steps:
      - move: shop/lead
      - send: nothing
      - if: { tag: none }
        then: [{ wait: soon }]
";
    let journey = journey(projects::sources(&[("funnelc.yaml", text)]));
    let filter = Filter::only(&journey, Some("shop"), Some("thanks")).unwrap();
    insta::assert_snapshot!(format!("{}\n{}", mermaid(&journey, &filter), funnelc::diagram::text(&journey, &filter)));
}

proptest! {
    #[test]
    fn no_text_changes_the_shape_of_a_drawing(name in "\\PC{1,40}|[\"#;\\[\\]{}<>|`*_$\\\\%&\n\r-]{1,12}") {
        let plain = journey(awkward("plain"));
        let hard = journey(awkward(&name));
        let everything = Filter::everything();
        prop_assert_eq!(without_labels(&mermaid(&plain, &everything)), without_labels(&mermaid(&hard, &everything)));
        prop_assert_eq!(without_labels(&dot(&plain, &everything)), without_labels(&dot(&hard, &everything)));
    }
}

/// A project in which every text that reaches a drawing is `name`.
fn awkward(name: &str) -> Sources {
    // One dollar sign begins the name of a variable, two are text.
    let dollar = if name.starts_with('$') { "$" } else { "" };
    let quoted = serde_json::to_string(&format!("{dollar}{name}")).unwrap();
    let text = format!(
        "
version: 1
project: {quoted}
contacts: {{ key: id, fields: {{ note: {{ type: text }} }} }}
content:
  end: {{ kind: focus, name: {quoted} }}
funnels:
  end:
    name: {quoted}
    audience: {{ field: note, is: {quoted} }}
    stages:
      end: {{ weight: 0, name: {quoted}, converts: {{ field: note, contains: {quoted} }} }}
      click: {{ weight: 10, name: {quoted}, final: true }}
campaigns:
  style:
    name: {quoted}
    enter: {{ field: note, is-not: {quoted} }}
    steps:
      - send: end
"
    );
    projects::sources(&[("funnelc.yaml", &text)])
}

/// The drawing with every quoted text left out.
fn without_labels(drawing: &str) -> String {
    let mut out = String::new();
    let (mut inside, mut escaped) = (false, false);
    for c in drawing.chars() {
        match c {
            '"' if !escaped => inside = !inside,
            _ if inside => {}
            c => out.push(c),
        }
        escaped = c == '\\' && !escaped;
    }
    out
}

fn journey(sources: Sources) -> Journey {
    let compiled = compile(sources);
    Journey::of(&compiled.model).marked(&compiled.diagnostics)
}

fn wrong(code: &str) -> String {
    let page = check::page(code).unwrap();
    page.split("\n## Wrong\n")
        .nth(1)
        .unwrap()
        .split("```yaml\n")
        .nth(1)
        .unwrap()
        .split("\n```")
        .next()
        .unwrap()
        .to_owned()
}
