//! Steps with branches in the diff: shares, ways of a fork and events are aligned by their words,
//! and what is inside them step by step.

use super::Compared;

fn project(steps: &str) -> String {
    format!(
        "version: 1
contacts: {{ key: id, tags: {{ values: [hot, vip] }} }}
content: {{ bar: {{ kind: focus, once: {{ after: 1 day }} }} }}
campaigns:
  talk:
    enter: {{ tag: hot }}
    on-leave: stay
    steps:
{steps}"
    )
}

const BASE: &str = "      - id: test
        split:
          - { share: 50, id: one, steps: [{ send: bar }, { wait: 1 day }] }
          - { share: 50, id: two, steps: [{ add-tag: vip }] }
      - fork:
          - steps: [{ id: again, send: bar }, { wait: 2 days }, { if: { tag: vip }, then: [{ goto: again }] }]
          - steps: [{ await: { event: clicked, of: bar }, for: 3 days, then: [{ add-tag: vip }] }]
";

fn told(head: &str) -> Vec<String> {
    let compared = Compared::new(&project(BASE), &project(head), b"id,tags\n1,hot\n");
    let lines = compared.diff.changes.iter().map(|change| {
        let value = |text: &Option<String>| text.clone().unwrap_or_default();
        format!(
            "{:?} {} | {} | {}",
            change.mark,
            change.id,
            value(&change.before),
            value(&change.after)
        )
    });
    lines.collect()
}

#[test]
fn of_many_questions_before_a_message_twenty_are_told() {
    let steps = |exit: &str, asked: &str| {
        let question =
            |at| format!("      - {{ if: {{ tag: t{at} }}, then: [{{ exit: {exit} }}] }}\n");
        let tags: Vec<_> = (0..100).map(|at| format!("t{at}")).collect();
        project(&format!(
            "{}      - {{ if: {{ tag: {asked} }}, then: [{{ exit: exited }}] }}\n      - {{ send: bar }}\n",
            (0..100).map(question).collect::<String>()
        ))
        .replace("[hot, vip]", &format!("[hot, vip, {}]", tags.join(", ")))
    };
    let contacts = b"id,tags\n1,hot\n";
    let last = Compared::new(&steps("exited", "vip"), &steps("exited", "hot"), contacts);
    let [reach] = &last.diff.reaches[..] else {
        panic!("{:?}", last.diff.reaches)
    };
    assert_eq!((reach.before.len(), reach.after.len()), (20, 20));
    assert_eq!((reach.before_more, reach.after_more), (Some(81), Some(81)));
    assert_eq!(reach.before[19], "not (tag vip)");
    assert_eq!(reach.after[..19], reach.before[..19]);
    for shown in [last.text(), last.markdown()] {
        let shown = shown.replace('\n', " ");
        assert!(shown.contains("81 questions more"), "{shown}");
    }
    // The first that differs is among them, and one that is gone is seen among thousands.
    let gone = steps("exited", "vip").replace(
        "      - { if: { tag: t3 }, then: [{ exit: exited }] }\n",
        "",
    );
    let first = Compared::new(&steps("exited", "vip"), &gone, contacts);
    let [reach] = &first.diff.reaches[..] else {
        panic!("{:?}", first.diff.reaches)
    };
    assert_eq!(reach.before[0], "not (tag t3)");
    assert_eq!(reach.after[0], "not (tag t4)");
    assert_eq!((reach.before_more, reach.after_more), (Some(81), Some(80)));
    assert!(reach.wider);
}

#[test]
fn a_picture_that_mermaid_would_refuse_is_left_out_with_a_word() {
    let steps = |count: usize| project(&"      - wait: 1 day\n".repeat(count));
    let page =
        |count: usize| Compared::new(&steps(1), &steps(count), b"id,tags\n1,hot\n").markdown();
    let (small, large) = (page(50), page(502));
    assert!(
        small.contains("```mermaid") && !small.contains("left out"),
        "{small}"
    );
    let why = "\nThe picture of the change is left out: it has more than 500 arrows, and Mermaid \
        draws no more.\n";
    assert!(
        !large.contains("```mermaid") && large.contains(why),
        "{large}"
    );
}

#[test]
fn the_order_of_shares_is_no_difference_and_a_step_in_one_is_told_alone() {
    let swapped = BASE.replace(
        "          - { share: 50, id: one, steps: [{ send: bar }, { wait: 1 day }] }
          - { share: 50, id: two, steps: [{ add-tag: vip }] }
",
        "          - { share: 50, id: two, steps: [{ add-tag: vip }] }
          - { share: 50, id: one, steps: [{ send: bar }, { add-tag: vip }, { wait: 1 day }] }
",
    );
    assert_eq!(
        told(&swapped),
        ["Added talk/test/one/add-tag:vip |  | add tag vip"]
    );
}

#[test]
fn changed_shares_waits_and_events_are_told() {
    let head = BASE
        .replace("share: 50, id: one", "share: 70, id: one")
        .replace("share: 50, id: two", "share: 30, id: two")
        .replace("wait: 2 days", "wait: 2 days, at: '09:00'")
        .replace("for: 3 days", "for: 5 days");
    assert_eq!(
        told(&head),
        [
            "Changed talk/test | split one 50 / two 50 | split one 70 / two 30",
            "Changed talk/fork/1/wait:2 days | wait 2 days | wait 2 days, at 09:00",
            "Changed talk/fork/2/await:clicked bar | await clicked of bar, for 3 days | await \
                clicked of bar, for 5 days",
        ]
    );
}

#[test]
fn the_picture_shows_branches_and_the_way_back() {
    let head = BASE.replace("wait: 1 day", "wait: 4 days");
    let compared = Compared::new(&project(BASE), &project(&head), b"id,tags\n1,hot\n");
    let picture = compared.markdown();
    for label in ["|\"one\"|", "|\"two\"|", "|\"1\"|", "|\"2\"|", "|\"yes\"|"] {
        assert!(picture.contains(label), "{label} in\n{picture}");
    }
    let back = picture
        .lines()
        .find(|line| line.contains("go on at again"))
        .expect("the way back has a box");
    let at = back.trim().split('[').next().unwrap().to_owned();
    let again = picture
        .lines()
        .rfind(|line| line.contains("[\"send bar"))
        .unwrap()
        .trim()
        .split('[')
        .next()
        .unwrap();
    assert!(picture.contains(&format!("{at} --> {again}")), "{picture}");
}
