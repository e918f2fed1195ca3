//! Drawings: those of the examples as snapshots, any text without breaking the syntax, and projects
//! with errors with the errors marked.

use funnelc::check::RULES;
use funnelc::compile;
use funnelc::diagnostic::{Code, Severity, codes};
use funnelc::diagram::{self, Filter, Flowchart, TooLarge, dot, text};
use funnelc::graph::Journey;
use funnelc::source::Sources;
use proptest::prelude::*;

use crate::projects;

#[test]
fn the_examples_as_mermaid() {
    for name in projects::EXAMPLES {
        let journey = journey(projects::example(name));
        insta::assert_snapshot!(
            format!("{name}_as_mermaid"),
            mermaid(&journey, &Filter::everything())
        );
    }
}

#[test]
fn every_subgraph_says_its_direction() {
    for name in projects::EXAMPLES {
        let drawing = mermaid(&journey(projects::example(name)), &Filter::everything());
        let lines: Vec<_> = drawing.lines().map(str::trim).collect();
        let subgraphs: Vec<_> = lines
            .windows(2)
            .filter(|pair| pair[0].starts_with("subgraph "))
            .collect();
        assert!(!subgraphs.is_empty(), "{name}:\n{drawing}");
        assert!(
            subgraphs.iter().all(|pair| pair[1] == "direction TB"),
            "{name}:\n{drawing}"
        );
    }
}

#[test]
fn campaigns_stand_in_one_column_beside_their_stages() {
    let drawing = mermaid(
        &journey(projects::example("lifecycle")),
        &Filter::everything(),
    );
    let unseen: Vec<_> = drawing
        .lines()
        .filter_map(|line| line.trim().split_once(" ~~~ campaign_"))
        .collect();
    let column: Vec<_> = unseen.iter().map(|(_, lower)| *lower).collect();
    assert_eq!(
        unseen[0].0, "campaign_welcome",
        "who comes to the first stage is highest:\n{drawing}"
    );
    let expected = [
        "lost_deal",
        "nurture",
        "qualify",
        "hand_over",
        "new_customer",
        "thank_the_loyal",
    ];
    assert_eq!(
        column,
        [&expected[..], &["equip_ambassadors"]].concat(),
        "{drawing}"
    );
}

#[test]
fn funnels_stand_below_each_other() {
    let drawing = mermaid(
        &journey(projects::example("product-lines")),
        &Filter::everything(),
    );
    for pair in [
        "stage_brand__loyal ~~~ funnel_heat_pumps_door",
        "stage_heat_pumps__customer ~~~ funnel_solar_door",
    ] {
        assert!(drawing.contains(pair), "{pair} is missing:\n{drawing}");
    }
}

#[test]
fn the_examples_as_an_outline_of_eighty_columns() {
    for name in projects::EXAMPLES {
        let outline = text(&journey(projects::example(name)), &Filter::everything());
        assert!(
            outline.lines().all(|line| line.chars().count() <= 80),
            "{name}:\n{outline}"
        );
        insta::assert_snapshot!(format!("{name}_as_text"), outline);
    }
}

#[test]
fn the_webshop_as_dot() {
    insta::assert_snapshot!(dot(
        &journey(projects::example("webshop")),
        &Filter::everything()
    ));
}

#[test]
fn one_campaign_step_by_step() {
    let journey = journey(projects::example("webshop"));
    let filter = Filter::only(&journey, None, Some("win-back")).unwrap();
    insta::assert_snapshot!(format!(
        "{}\n{}",
        mermaid(&journey, &filter),
        text(&journey, &filter)
    ));
}

#[test]
fn one_funnel_and_what_acts_on_it() {
    let journey = journey(projects::example("product-lines"));
    let filter = Filter::only(&journey, Some("solar"), None).unwrap();
    let drawing = mermaid(&journey, &filter);
    assert!(
        drawing.contains("campaign_early_bird"),
        "a campaign that moves in the funnel is missing:\n{drawing}"
    );
    assert!(
        !drawing.contains("campaign_cross_sell"),
        "a campaign of another funnel is drawn:\n{drawing}"
    );
    assert!(
        !drawing.contains("stage_brand__"),
        "a stage of another funnel is drawn:\n{drawing}"
    );
}

#[test]
fn an_unknown_id_is_refused_with_a_suggestion() {
    let journey = journey(projects::example("webshop"));
    let refused = |funnel, campaign| {
        Filter::only(&journey, funnel, campaign)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refused(Some("shopp"), None),
        "there is no funnel `shopp`; did you mean `shop`?"
    );
    assert_eq!(refused(None, Some("shop")), "there is no campaign `shop`");
}

#[test]
fn hard_texts_are_spelt_in_codes() {
    let drawing = mermaid(&journey(awkward(HARD)), &Filter::everything());
    insta::assert_snapshot!(drawing);
}

const HARD: &str =
    "1. \"end\"]; <script>alert(1)</script>\n#quot; %% | `x` *b* {d} \\ שלום 🎉 żółć\t$$x$$";

#[test]
fn each_error_of_the_checks_is_marked() {
    for rule in RULES
        .iter()
        .filter(|rule| rule.code.severity() == Severity::Error)
    {
        let journey = journey(projects::sources(&[(
            "funnelc.yaml",
            &wrong(rule.code.name()),
        )]));
        for (format, drawing) in [
            ("mermaid", mermaid(&journey, &Filter::everything())),
            ("dot", dot(&journey, &Filter::everything())),
            ("text", text(&journey, &Filter::everything())),
        ] {
            // Pictures show no segments, and nothing shows the weight of checks.
            let hidden = format != "text" && rule.code.name() == "segment-cycle"
                || rule.code.name() == "bad-check";
            assert_eq!(
                drawing.contains('✗'),
                !hidden,
                "{} as {format}:\n{drawing}",
                rule.code.name()
            );
        }
    }
}

#[test]
fn nothing_is_marked_where_nothing_is_wrong() {
    for name in projects::EXAMPLES {
        let journey = journey(projects::example(name));
        let everything = Filter::everything();
        for drawing in [
            mermaid(&journey, &everything),
            dot(&journey, &everything),
            text(&journey, &everything),
        ] {
            assert!(
                !drawing.contains('✗') && !drawing.contains("broken"),
                "{name}:\n{drawing}"
            );
        }
    }
}

#[test]
fn what_could_be_read_is_drawn() {
    for code in codes::all().map(Code::name) {
        let journey = journey(projects::sources(&[("funnelc.yaml", &wrong(code))]));
        let everything = Filter::everything();
        assert!(
            mermaid(&journey, &everything).contains("flowchart TB\n"),
            "{code}"
        );
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
    insta::assert_snapshot!(format!(
        "{}\n{}",
        mermaid(&journey, &filter),
        diagram::text(&journey, &filter)
    ));
}

#[test]
fn a_drawing_says_who_comes_in_and_who_leaves() {
    let ends = "
    reenter: { after: 90 days }
    goal: { field: orders, at-least: 5 }
    exit-when: { tag: complained }
";
    let drawn = |on_leave: &str| {
        let journey = journey(leaving(&format!(
            "enter: {{ field: orders, at-least: 1 }}{ends}    on-leave: {on_leave}"
        )));
        let everything = Filter::everything();
        (
            mermaid(&journey, &everything),
            dot(&journey, &everything),
            text(&journey, &everything),
        )
    };
    let (mermaid, dot, outline) = drawn("exit");
    let lines = [
        "orders at least 1",
        "may come in again after 90 days",
        "goal: orders at least 5",
        "leaves when tag complained",
    ];
    let lines = [&lines[..], &["who no longer qualifies leaves", "1 step"]].concat();
    assert!(mermaid.contains(&lines.join("<br/>")), "{mermaid}");
    assert!(dot.contains(&lines.join("\\n")), "{dot}");
    let rules = "  enter  orders at least 1
  again  after 90 days
  goal   orders at least 5
  leave  when tag complained
  leave  who no longer qualifies
";
    assert!(outline.contains(rules), "{outline}");
    let (mermaid, dot, outline) = drawn("stay");
    assert!(
        mermaid.contains("who no longer qualifies stays"),
        "{mermaid}"
    );
    assert!(dot.contains("who no longer qualifies stays"), "{dot}");
    assert!(
        outline.contains("  stay   who no longer qualifies\n"),
        "{outline}"
    );
}

#[test]
fn what_happens_to_who_no_longer_qualifies_is_drawn_only_where_a_condition_lets_in() {
    let journey = journey(leaving("enter: { entered: shop/lead }\n    on-leave: exit"));
    let everything = Filter::everything();
    for drawing in [
        mermaid(&journey, &everything),
        dot(&journey, &everything),
        text(&journey, &everything),
    ] {
        assert!(!drawing.contains("qualifies"), "{drawing}");
        assert!(
            !drawing.contains("again"),
            "who may come in only once, as most: {drawing}"
        );
    }
}

/// A project with one campaign, which begins with these keys.
fn leaving(keys: &str) -> Sources {
    let text = format!(
        "
version: 1
contacts: {{ key: id, fields: {{ orders: {{ type: integer }} }}, tags: {{ values: [complained] }} }}
funnels: {{ shop: {{ audience: everyone, stages: {{ lead: {{ weight: 0, final: true }} }} }} }}
campaigns:
  win-back:
    {keys}
    steps: [{{ points: 5 }}]
"
    );
    projects::sources(&[("funnelc.yaml", &text)])
}

#[test]
fn mermaid_draws_five_hundred_arrows_and_fifty_thousand_characters() {
    let head = mermaid(
        &journey(projects::example("webshop")),
        &Filter::everything(),
    );
    let head = head.split_once("flowchart TB").expect("it begins").0;
    let too_large = |text: &str, arrows| {
        Flowchart {
            text: format!("{head}{text}"),
            arrows,
        }
        .too_large()
    };
    assert_eq!(
        too_large(&"ż".repeat(50_000), 500),
        None,
        "what stands before it does not count"
    );
    assert_eq!(
        too_large(&"x".repeat(50_001), 0),
        Some(TooLarge::Characters)
    );
    assert_eq!(
        too_large(&"🎉".repeat(25_001), 0),
        Some(TooLarge::Characters),
        "two characters of JavaScript each"
    );
    assert_eq!(too_large("", 501), Some(TooLarge::Arrows));
}

#[test]
fn all_arrows_are_counted_also_those_that_are_not_seen() {
    for name in projects::EXAMPLES {
        let chart = diagram::mermaid(&journey(projects::example(name)), &Filter::everything());
        let strokes = [" ~~~ ", " -->", " ==>", " -.->"];
        let lines = chart
            .text
            .lines()
            .filter(|line| strokes.iter().any(|stroke| line.contains(stroke)));
        assert_eq!(lines.count(), chart.arrows, "{name}");
    }
}

#[test]
fn a_drawing_that_is_too_large_for_mermaid_is_written_with_a_warning() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("my shop.yaml"), waits("c", 501)).expect("written");
    let drawn = |args: &[&str]| {
        projects::funnelc_in(folder.path(), &[&["graph", "my shop.yaml"], args].concat())
    };
    let part = drawn(&["--campaign", "c"]);
    assert_eq!(part.code, Some(0), "{}", part.err);
    assert!(
        part.out.ends_with('\n') && part.out.matches(" --> ").count() == 501,
        "the drawing is whole"
    );
    insta::assert_snapshot!(part.err, @r"
    warning: the drawing has more than 500 arrows; Mermaid, also on GitHub and GitLab, shows an error in its place
      help: draw it as a picture: `funnelc graph 'my shop.yaml' --campaign c -o journey.svg`
    ");
    let funnel = |id: &str| {
        let stages: String = (0..300)
            .map(|at| format!("      s{at}: {{ weight: {at} }}\n"))
            .collect();
        format!("  {id}:\n    audience: everyone\n    stages:\n{stages}")
    };
    let funnels = format!("funnels:\n{}{}", funnel("a"), funnel("b"));
    std::fs::write(folder.path().join("my shop.yaml"), waits("c", 2) + &funnels).expect("written");
    insta::assert_snapshot!(drawn(&[]).err, @r"
    warning: the drawing has more than 500 arrows; Mermaid, also on GitHub and GitLab, shows an error in its place
      help: draw one part, as `funnelc graph 'my shop.yaml' --funnel a` or `funnelc graph 'my shop.yaml' --campaign c` does; or draw it as a picture: `funnelc graph 'my shop.yaml' -o journey.svg`
    ");
    assert_eq!(drawn(&["--format", "dot"]).err, "", "Graphviz draws it");
}

/// A project with a campaign of so many steps, which are as many arrows.
fn waits(campaign: &str, steps: usize) -> String {
    let steps = "      - wait: 1 day\n".repeat(steps);
    format!(
        "version: 1\ncontacts: {{ key: id, tags: {{ values: [hot] }} }}\ncampaigns:\n  \
            {campaign}:\n    enter: {{ tag: hot }}\n    on-leave: stay\n    steps:\n{steps}"
    )
}

#[test]
fn a_picture_is_refused_with_the_command_that_makes_one() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("shop.yaml"), waits("c", 2)).expect("written");
    let refused = |args: &[&str]| {
        let run = projects::funnelc_in(folder.path(), &[&["graph", "shop.yaml"], args].concat());
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{}", run.err);
        run.err
    };
    insta::assert_snapshot!(refused(&["--campaign", "c", "-o", "the picture.PNG"]), @r"
    error: `the picture.PNG`: graph writes SVG, Mermaid, DOT or an outline, and no other picture
      help: write `funnelc graph shop.yaml --campaign c -o 'the picture.svg'`, or `funnelc graph shop.yaml --campaign c --format dot | dot -Tpng > 'the picture.PNG'`, which needs Graphviz
    ");
    insta::assert_snapshot!(refused(&["--format", "dot", "-o", "x.jpg"]), @r"
    error: `x.jpg`: graph writes SVG, Mermaid, DOT or an outline, and no other picture
      help: write `funnelc graph shop.yaml -o x.svg`, or `funnelc graph shop.yaml --format dot | dot -Tjpg > x.jpg`, which needs Graphviz
    ");
    let help = refused(&["-o", "x.pdf"]);
    assert!(help.contains(" -o x.svg`"), "{help}");
    assert_eq!(
        std::fs::read_dir(folder.path()).expect("a folder").count(),
        1,
        "nothing is written"
    );
    let fine = projects::funnelc_in(folder.path(), &["graph", "shop.yaml", "-o", "x.mmd"]);
    assert_eq!((fine.code, fine.err.as_str()), (Some(0), ""));
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
pub(crate) fn awkward(name: &str) -> Sources {
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

fn mermaid(journey: &Journey, filter: &Filter) -> String {
    diagram::mermaid(journey, filter).text
}

fn journey(sources: Sources) -> Journey {
    let compiled = compile(sources);
    Journey::of(&compiled.model).marked(&compiled.diagnostics)
}

fn wrong(code: &str) -> String {
    let page = codes::find(code).unwrap().page();
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
