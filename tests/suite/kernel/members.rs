//! Segments with members by name, from files of the project.

use funnelc::plan::Plan;
use funnelc::runner::{Options, run_bytes};

use super::{CONTRACT, Story, story_of};
use crate::projects::{plan_of, sources};

fn story_with_files(rest: &str, files: &[(&str, &str)]) -> Story {
    Story {
        plan: plan_with_files(rest, files),
        ..story_of(CONTRACT)
    }
}

fn plan_with_files(rest: &str, files: &[(&str, &str)]) -> Plan {
    let mut sources = sources(&[("funnelc.yaml", &format!("{CONTRACT}{rest}"))]);
    for (name, text) in files {
        sources.attach(*name, *text);
    }
    plan_of(sources)
}

const ASKS: &str = "campaigns:
  talk:
    enter: { field: orders, exists: true }
    steps: [{ if: { segment: big }, then: [{ points: 1 }] }]
";

#[test]
fn who_is_excluded_is_out_and_who_is_included_in_before_the_condition_is_asked() {
    let yaml = format!(
        "segments:\n  big:\n    where: {{ field: orders, at-least: 5 }}\n    include: [vip.csv, \
            more.txt]\n    exclude: [blocked.csv]\n{ASKS}"
    );
    let files = [
        ("vip.csv", "name,id\nAnn,1\nBob,2\n"),
        ("more.txt", "3\n"),
        ("blocked.csv", "id\n2\n5\n"),
    ];
    story_with_files(&yaml, &files)
        .on(
            "2026-11-21T09:00",
            "id,orders,points\n1,0,0\n2,9,0\n3,0,0\n4,0,0\n5,9,0\n6,9,0\n",
            &(1..=6)
                .map(|id| {
                    let prefix = if id == 1 {
                        String::new()
                    } else {
                        format!("{id} ")
                    };
                    let inside = [1, 3, 6].contains(&id);
                    let points = if inside {
                        format!("\n{prefix}points talk 1 if/then/points:1 0 1")
                    } else {
                        String::new()
                    };
                    let way = if inside { "then" } else { "else" };
                    format!(
                        "{prefix}start talk 1 condition\n{prefix}if talk 1 if \
                            {way}{points}\n{prefix}end talk 1 completed finished\n"
                    )
                })
                .collect::<String>(),
        )
        .counts("/segments/big", 3);
}

#[test]
fn a_segment_may_have_members_by_name_only() {
    let yaml = format!("segments:\n  big: {{ include: [vip.csv] }}\n{ASKS}");
    story_with_files(&yaml, &[("vip.csv", "1\n")])
        .on(
            "2026-11-21T09:00",
            "id,orders,points\n1,0,0\n2,9,0\n",
            "start talk 1 condition
             if talk 1 if then
             points talk 1 if/then/points:1 0 1
             end talk 1 completed finished
             2 start talk 1 condition
             2 if talk 1 if else
             2 end talk 1 completed finished",
        )
        .counts("/segments/big", 1);
}

/// Where the keys of each list stand in memory.
fn places(plan: &Plan) -> Vec<Vec<*const u8>> {
    let segments = plan.model().segments.values();
    segments
        .flat_map(|segment| [&segment.include, &segment.exclude])
        .map(|members| members.keys().iter().map(|key| key.as_ptr()).collect())
        .collect()
}

#[test]
fn what_many_segments_name_is_held_once() {
    let yaml = "segments:
  a: { include: [vip.csv, more.txt], exclude: [blocked.txt] }
  b: { include: [more.txt, vip.csv] }
  c: { include: [vip.csv], exclude: [blocked.txt, more.txt] }
";
    let files = [
        ("vip.csv", "name,id\nBob,2\nAnn,1\nEve,3\n"),
        ("more.txt", "3\n4\n"),
        ("blocked.txt", "5\n"),
    ];
    let plan = plan_with_files(yaml, &files);
    let keys = |at: usize| {
        plan.model()
            .segments
            .values()
            .nth(at)
            .unwrap()
            .include
            .keys()
    };
    assert_eq!(
        (keys(0), keys(2)),
        (vec!["1", "2", "3", "4"], vec!["1", "2", "3"])
    );
    let [in_a, out_a, in_b, _, in_c, out_c] = places(&plan).try_into().unwrap();
    assert_eq!(in_a, in_b);
    assert_eq!(in_a[..2], in_c[..2]);
    assert_eq!(in_a[3], out_c[1], "it is the 4 of more.txt");
    assert_eq!(out_a[0], out_c[2]);
    // A plan file says all of them again.
    let read = Plan::from_json(&plan.to_json()).unwrap();
    let [in_a, _, in_b, _, _, _] = places(&read).try_into().unwrap();
    assert_eq!(in_a, in_b);
    assert_eq!(read.to_json(), plan.to_json());
}

#[test]
fn what_is_looked_for_in_a_text_is_looked_for_once() {
    let yaml = "  a: { kind: email, body: letter.txt }
  b: { kind: email, body: letter.txt }
";
    let plan = plan_with_files(yaml, &[("letter.txt", "{{ orders | default: 0 }}")]);
    let bodies = plan.model().content.values();
    let [a, b] = bodies
        .filter_map(|content| content.body.as_ref())
        .map(|body| std::sync::Arc::as_ptr(&body.tokens))
        .collect::<Vec<_>>()
        .try_into()
        .unwrap();
    assert_eq!(a, b);
}

#[test]
fn a_segment_with_members_lets_nobody_in_again_under_another_name() {
    let named = |segment: &str, published: bool| {
        let yaml = format!(
            "segments:\n  {segment}: {{ where: {{ tag: hot }}, include: [vip.csv] }}\ncampaigns:\n  talk: {{ enter: {{ segment: {segment} }}, reenter: {{ after: 1 hour }}, published: {published}, on-leave: stay, steps: [{{ points: 1 }}] }}\n"
        );
        plan_with_files(&yaml, &[("vip.csv", "1\n")])
    };
    let let_in =
        "start talk 1 condition\npoints talk 1 points:1 0 1\nend talk 1 completed finished";
    let story =
        Story::of(named("big", true)).on("2026-11-21T09:00", "id,tags,points\n1,,0\n", let_in);
    // Also where the campaign was not published for a while.
    let story = Story {
        plan: named("big", false),
        ..story
    }
    .again("2026-11-22T09:00", "");
    Story {
        plan: named("large", true),
        ..story
    }
    .again("2026-11-23T09:00", "");
}

#[test]
fn keys_that_no_contact_has_are_counted_and_told() {
    let yaml =
        format!("segments:\n  big: {{ include: [vip.csv], exclude: [blocked.csv] }}\n{ASKS}");
    let files = [("vip.csv", "1\nAnn\nx\n"), ("blocked.csv", "id\n2\n")];
    let plan = story_with_files(&yaml, &files).plan;
    let told = |contacts: &str| {
        let ran = run_bytes(
            &plan,
            1_767_258_000,
            contacts.as_bytes(),
            None,
            Options::default(),
        )
        .unwrap();
        ran.warnings
            .iter()
            .map(ToString::to_string)
            .filter(|warning| warning.contains("`big`"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        told("id,orders,points\n1,0,0\nann,0,0\nANN,0,0\n2,0,0\n"),
        [
            "2 of 3 keys that `big` includes belong to no contact of this file: such as `Ann`; \
                capitals count, and there is `ann`"
        ]
    );
    assert_eq!(
        told("id,orders,points\n1,0,0\nAnn,0,0\n"),
        [
            "1 of 3 keys that `big` includes belongs to no contact of this file: `x`",
            "the only key that `big` excludes belongs to no contact of this file: `2`"
        ]
    );
    assert!(told("id,orders,points\n1,0,0\nAnn,0,0\nx,0,0\n2,,\n").is_empty());
}
