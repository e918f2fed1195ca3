//! Our own pictures: in whatever project, no card and no text stands over another, no line goes
//! through a card, and everything is drawn once; no text of a project is more than a text.

mod seen;

use std::collections::BTreeSet;
use std::path::Path;

use funnelc::diagram::{Filter, svg};
use funnelc::graph::{Journey, NodeKind};
use funnelc::source::Sources;
use proptest::prelude::*;

use crate::generate::Case;
use crate::graph::awkward;
use crate::projects::{self, funnelc, funnelc_in, root};
use seen::Picture;

#[test]
fn nothing_stands_over_another_thing_in_the_pictures_of_the_examples() {
    for project in std::fs::read_dir(root().join("examples")).expect("there are examples") {
        let path = project.expect("an entry").path();
        let path = path.to_str().expect("a name");
        let picture = funnelc(&["graph", path, "--format", "svg"]);
        assert_eq!(picture.code, Some(0), "{}", picture.err);
        assert_eq!(Picture::of(&picture.out).faults(), "", "{path}");
    }
}

#[test]
fn nothing_stands_over_another_thing_in_the_pictures_of_the_fixtures() {
    let mut seen = 0;
    for entry in walk(&root().join("tests")) {
        let text = std::fs::read_to_string(&entry).expect("a fixture");
        let journey = journey(projects::sources(&[("funnelc.yaml", &text)]));
        sound(&journey, &entry.display().to_string());
        seen += 1;
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn nothing_stands_over_another_thing_in_the_pictures_of_generated_projects() {
    for seed in projects::first()..projects::first() + projects::cases() {
        let text = Case::new(seed).project(0);
        let journey = journey(projects::sources(&[("funnelc.yaml", &text)]));
        sound(&journey, &format!("seed {seed}"));
    }
}

/// All YAML below a folder.
fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = walkdir(folder);
    let yaml = entries
        .into_iter()
        .filter(|path| path.extension().is_some_and(|it| it == "yaml"));
    yaml.collect()
}

fn walkdir(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(walkdir(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn journey(sources: Sources) -> Journey {
    let compiled = funnelc::compile(sources);
    Journey::of(&compiled.model).marked(&compiled.diagnostics)
}

/// Holds that the picture of a project has no fault and shows each stage and each step once.
fn sound(journey: &Journey, of: &str) {
    let picture = Picture::of(&svg(journey, &Filter::everything(), None));
    assert_eq!(picture.faults(), "", "{of}");
    let drawn: BTreeSet<_> = picture.ids.iter().map(String::as_str).collect();
    assert_eq!(
        drawn.len(),
        picture.ids.len(),
        "{of}: something is drawn twice"
    );
    let is_drawn = |face: &NodeKind| {
        matches!(
            face,
            NodeKind::Stage { .. } | NodeKind::Step { .. } | NodeKind::Campaign { .. }
        )
    };
    let nodes = journey
        .graph
        .node_weights()
        .filter(|node| is_drawn(&node.face));
    let expected: BTreeSet<_> = nodes.map(|node| node.id.as_str()).collect();
    assert_eq!(drawn, expected, "{of}");
}

#[test]
fn twelve_campaigns_and_three_funnels_of_eight_stages_are_as_wide_as_a_screen() {
    let picture = Picture::of(&svg(
        &journey(projects::sources(&[("funnelc.yaml", &large())])),
        &Filter::everything(),
        None,
    ));
    assert_eq!(picture.faults(), "");
    assert_eq!(picture.width, 1280, "text is as large as it is meant to be");
}

/// A project with twelve campaigns and three funnels of eight stages, each with a way on, a way
/// back and a campaign that lets in from it or moves to it.
fn large() -> String {
    let mut text = "version: 1\ncontacts:\n  key: id\n  fields: { n: { type: integer }, \
        email: { type: email } }\n  addresses: { email: email }\ncontent: { hello: { kind: email } }\n\
        funnels:\n"
        .to_owned();
    for funnel in ["customers", "partners", "applicants"] {
        text += &format!("  {funnel}:\n    audience: everyone\n    stages:\n");
        for stage in 0..8 {
            let back = if stage > 2 {
                format!(", back-to: [stage-{}]", stage - 2)
            } else {
                String::new()
            };
            let on = if stage < 7 {
                ", converts: { field: n, at-least: 3 }"
            } else {
                ""
            };
            text += &format!("      stage-{stage}: {{ weight: {stage}{on}{back} }}\n");
        }
    }
    text += "campaigns:\n";
    for campaign in 0..12 {
        let funnel = ["customers", "partners", "applicants"][campaign % 3];
        let stage = campaign % 8;
        text += &format!(
            "  campaign-{campaign}:\n    enter: {{ entered: {funnel}/stage-{stage} }}\n    steps:\n      \
                - send: hello\n      - wait: 3 days\n      - if: {{ field: n, at-least: 1 }}\n        \
                then: [ send: hello ]\n      - move: {funnel}/stage-7\n"
        );
    }
    text
}

#[test]
fn a_line_through_a_card_is_seen() {
    let card = |x: i32, y: i32| {
        format!(
            "<g class=\"send\"><rect class=\"box\" x=\"{x}\" y=\"{y}\" width=\"40\" height=\"20\"/>\
                <text class=\"name\" x=\"{}\" y=\"{}\">abc</text></g>",
            x + 4,
            y + 14
        )
    };
    let faults = |inside: &str| {
        let svg = format!("<svg width=\"200\" height=\"200\">{inside}</svg>");
        Picture::of(&svg).faults()
    };
    let apart = card(10, 10) + &card(10, 60);
    assert_eq!(faults(&apart), "");
    let between = "<path class=\"line\" d=\"M30 30L30 60\"/>";
    assert_eq!(faults(&format!("{apart}{between}")), "");
    for (wrong, words) in [
        (card(10, 10) + &card(45, 25), "a card stands over another"),
        (card(10, 10) + &card(180, 25), "a card is outside"),
        (
            format!("{apart}<path class=\"line thick\" d=\"M30 30L30 62\"/>"),
            "a line goes through a card",
        ),
        (
            format!("{apart}<text class=\"muted\" x=\"48\" y=\"24\">too late</text>"),
            "a text stands over a card",
        ),
        (
            card(10, 10).replace("abc", "abcdef"),
            "a text is wider than its place",
        ),
        (
            "<text x=\"5\" y=\"50\">too late</text><path class=\"line\" d=\"M9 9L9 90\"/>"
                .to_owned(),
            "a line goes through a text",
        ),
        (
            "<text x=\"5\" y=\"50\">one</text><text x=\"9\" y=\"55\">two</text>".to_owned(),
            "a text stands over another",
        ),
    ] {
        assert!(
            faults(&wrong).contains(words),
            "{words}: {}",
            faults(&wrong)
        );
    }
}

proptest! {
    #[test]
    fn no_text_is_more_than_a_text(name in "\\PC{1,60}|[\"#;\\[\\]{}<>|`*_$\\\\%&'\n\r-]{1,12}|</?(svg|script|style|title|a href='javascript:x')>\\PC{0,9}") {
        let plain = Picture::of(&svg(&journey(awkward("plain")), &Filter::everything(), None));
        let journey = journey(awkward(&name));
        sound(&journey, &name);
        let hard = Picture::of(&svg(&journey, &Filter::everything(), None));
        prop_assert_eq!(hard.names, plain.names);
        prop_assert_eq!(hard.boxes.len(), plain.boxes.len());
        prop_assert_eq!(hard.lines.len(), plain.lines.len());
    }
}

#[test]
fn the_name_of_the_file_says_the_form() {
    let folder = tempfile::tempdir().expect("a folder");
    let project = root().join("examples/webshop");
    let project = project.to_str().expect("a name");
    let draw = |args: &[&str]| funnelc_in(folder.path(), &[&["graph", project], args].concat());
    let written = draw(&["-o", "shop.svg"]);
    assert_eq!((written.code, written.err.as_str()), (Some(0), ""));
    let picture = std::fs::read_to_string(folder.path().join("shop.svg")).expect("written");
    assert_eq!(picture, draw(&["--format", "svg"]).out);
    let refused = draw(&["--format", "dot", "-o", "other.svg"]);
    assert_eq!(refused.code, Some(2));
    insta::assert_snapshot!(refused.err, @r"
    error: `other.svg`: the name says SVG, and `--format` something else
      help: leave `--format` away, or name another file
    ");
}

#[test]
fn the_counts_of_a_run_stand_in_the_picture() {
    let folder = tempfile::tempdir().expect("a folder");
    let webshop = root().join("examples/webshop");
    let webshop = webshop.to_str().expect("a name");
    let contacts = format!("{webshop}/contacts.csv");
    let run = |args: &[&str]| funnelc_in(folder.path(), args);
    let ran = run(&[
        "run",
        webshop,
        "--contacts",
        &contacts,
        "--out",
        "run",
        "--state",
        "state",
        "--now",
        "2026-11-21T09:00",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let draw = |overlay: &str| run(&["graph", webshop, "--format", "svg", "--overlay", overlay]);
    let picture = draw("run").out;
    let without = draw("run/metrics.json").out;
    assert!(
        picture.contains(">yes · 2</text>"),
        "the journal counts branches"
    );
    assert!(without.contains(">yes</text>") && !without.contains(">yes · "));
    let seen = Picture::of(&picture);
    assert_eq!(seen.faults(), "");
    let told = |card: &str| -> Vec<String> {
        let (_, behind) = picture
            .split_once(&format!("data-id=\"{card}\""))
            .expect("a card");
        let (card, _) = behind.split_once("</g>").expect("its end");
        let texts = card
            .split("</text>")
            .filter_map(|text| text.rsplit_once('>'));
        texts
            .map(|(_, text)| text.to_owned())
            .filter(|text| text != "\n")
            .collect()
    };
    assert_eq!(
        told("win-back/send:we-miss-you"),
        ["6", "send we-miss-you", "2 unreachable"]
    );
    let loyal = told("shop/loyal");
    assert_eq!(
        loyal[..4],
        ["4", "loyal", "weight 30", "3 entered, 2 left, 2 converted"]
    );
    assert!(told("win-back").contains(&"8 active".to_owned()));
    assert!(
        picture.contains(">end · 3</text>"),
        "three completed show-the-best"
    );
    std::fs::write(folder.path().join("other.json"), "{}").expect("written");
    let refused = draw("other.json");
    assert_eq!((refused.code, refused.out.as_str()), (Some(3), ""));
    insta::assert_snapshot!(refused.err, @r"
    error: `other.json`: these are no metrics of a run that this funnelc reads
      help: name the folder of a run (`--out`), or its metrics.json
    ");
}
