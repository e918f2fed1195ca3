//! Experiences: at most one of the stage in which the contact rests; shown and hidden, or sent once
//! in each stay.

use super::{Story, story};

const FUNNEL: &str = "
funnels:
  news:
    audience: everyone
    stages:
      visitor:
        weight: 0
        converts: { field: email, exists: true }
        experiences:
          - { id: freebie, content: bar, when: { tag: hot } }
          - { id: default, content: banner }
      reader: { weight: 10, back-to: [visitor], converts: [{ when: { tag: cold }, to: visitor }] }
";

const HEAD: &str = "id,email,tags\n";

/// The rows of the outbox without the key and the contact, empty cells left out.
fn outbox(story: Story, rows: &str) -> Story {
    let actions = String::from_utf8(
        story
            .last
            .as_ref()
            .expect("a run came before")
            .actions
            .clone(),
    )
    .unwrap();
    let row = |line: &str| {
        line.split(',')
            .skip(2)
            .filter(|cell| !cell.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let told: Vec<String> = actions.lines().skip(1).map(row).collect();
    let expected: Vec<&str> = rows
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(told, expected);
    story
}

#[test]
fn the_first_whose_condition_holds_is_shown_and_replaced_when_that_changes() {
    let story = story(FUNNEL).on(
        "2026-11-21T09:00",
        &format!("{HEAD}1,,\n"),
        "enter news visitor\nshow 1 news/visitor/default banner",
    );
    outbox(story, "show banner 1 news/visitor/default 1")
        .counts("/funnels/news/stages/visitor/experiences/default/now", 1)
        .again("2026-11-22T09:00", "")
        .counts("/funnels/news/stages/visitor/experiences/default/shown", 0)
        .counts("/funnels/news/stages/visitor/experiences/default/now", 1)
        .on(
            "2026-11-23T09:00",
            &format!("{HEAD}1,,hot\n"),
            "hide 1 news/visitor/default banner\nshow 1 news/visitor/freebie bar",
        )
        .counts("/funnels/news/stages/visitor/experiences/default/hidden", 1);
}

#[test]
fn one_that_comes_back_in_the_same_stay_is_another_visit() {
    let story = story(FUNNEL)
        .on(
            "2026-11-21T09:00",
            &format!("{HEAD}1,,hot\n"),
            "enter news visitor\nshow 1 news/visitor/freebie bar",
        )
        .on(
            "2026-11-22T09:00",
            &format!("{HEAD}1,,\n"),
            "hide 1 news/visitor/freebie bar\nshow 1 news/visitor/default banner",
        )
        .on(
            "2026-11-23T09:00",
            &format!("{HEAD}1,,hot\n"),
            "hide 1 news/visitor/default banner\nshow 1 news/visitor/freebie bar",
        );
    outbox(
        story,
        "hide banner 1 news/visitor/default 1\nshow bar 1 news/visitor/freebie 2",
    );
}

#[test]
fn leaving_the_stage_hides_and_coming_back_is_another_stay() {
    let story = story(FUNNEL)
        .on(
            "2026-11-21T09:00",
            &format!("{HEAD}1,,\n"),
            "enter news visitor\nshow 1 news/visitor/default banner",
        )
        .on(
            "2026-11-22T09:00",
            &format!("{HEAD}1,a@x.pl,\n"),
            "convert news visitor reader\nhide 1 news/visitor/default banner",
        )
        .on(
            "2026-11-23T09:00",
            &format!("{HEAD}1,,cold\n"),
            "convert news reader visitor\nshow 2 news/visitor/default banner",
        );
    outbox(story, "show banner 2 news/visitor/default 1");
}

fn mails(content: &str) -> String {
    format!(
        "
funnels:
  club:
    stages:
      member:
        weight: 0
        experiences: [{{ id: card, content: {content} }}]
      friend: {{ weight: 10, back-to: [member] }}
"
    )
}

const MEMBERS: &str = "id,email,opt_in,stage_club\n";

#[test]
fn other_kinds_are_sent_once_in_each_stay() {
    let row = |stage: &str| format!("{MEMBERS}1,a@x.pl,true,{stage}\n");
    let story = story(&mails("hello")).on(
        "2026-11-21T09:00",
        &row("member"),
        "send 1 club/member/card hello email",
    );
    outbox(story, "send hello email a@x.pl 1 club/member/card 1")
        .counts("/funnels/club/stages/member/experiences/card/sent", 1)
        .again("2026-11-22T09:00", "")
        .on(
            "2026-11-23T09:00",
            &row("friend"),
            "external-stage club member friend",
        )
        .on(
            "2026-11-24T09:00",
            &row("member"),
            "external-stage club friend member\nsend 2 club/member/card hello email",
        );
}

#[test]
fn showing_hiding_and_showing_again_have_keys_of_their_own() {
    let mut keys = std::collections::BTreeSet::new();
    let mut story = story(FUNNEL);
    for (day, tags) in ["", "hot", "", "hot"].into_iter().enumerate() {
        let journal = match day {
            0 => "enter news visitor\nshow 1 news/visitor/default banner",
            1 | 3 => "hide 1 news/visitor/default banner\nshow 1 news/visitor/freebie bar",
            _ => "hide 1 news/visitor/freebie bar\nshow 1 news/visitor/default banner",
        };
        story = story.on(
            &format!("2026-11-2{day}T09:00"),
            &format!("{HEAD}1,,{tags}\n"),
            journal,
        );
        let actions = String::from_utf8(story.last.as_ref().unwrap().actions.clone()).unwrap();
        keys.extend(actions.lines().skip(1).map(|line| line[..32].to_owned()));
    }
    assert_eq!(keys.len(), 7);
}
