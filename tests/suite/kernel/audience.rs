//! `on-audience-left`: who was in the audience and is no longer leaves the funnel; nobody else does.

use super::story;

const HEAD: &str = "id,email,tags,stage_shop\n";

fn funnel(left: &str) -> String {
    format!(
        "
funnels:
  shop:
    audience: {{ field: email, exists: true }}
    on-audience-left: {left}
    stages:
      known: {{ weight: 10, converts: {{ tag: hot }} }}
      loyal: {{ weight: 30, final: true }}
"
    )
}

#[test]
fn who_leaves_the_audience_leaves_the_funnel_even_a_final_stage_and_enters_again() {
    story(&funnel("leave"))
        .on("2026-11-01T09:00", &format!("{HEAD}1,a@x.pl,hot,\n"), "enter shop known\nconvert shop known loyal")
        .on("2026-11-02T09:00", &format!("{HEAD}1,,hot,loyal\n"), "drop shop loyal")
        .counts("/funnels/shop/none", 1)
        .counts("/funnels/shop/stages/loyal/left", 1)
        .counts("/funnels/shop/stages/loyal/converted", 0)
        .writes(&format!("{HEAD}1,,hot,\n"))
        .back("2026-11-03T09:00", "")
        .on("2026-11-04T09:00", &format!("{HEAD}1,a@x.pl,,\n"), "enter shop known");
}

#[test]
fn otherwise_the_stage_is_kept() {
    for left in ["stay", "leave"] {
        let journal = if left == "stay" { "" } else { "drop shop known" };
        story(&funnel(left)).on("2026-11-01T09:00", &format!("{HEAD}1,a@x.pl,,\n"), "enter shop known").on(
            "2026-11-02T09:00",
            &format!("{HEAD}1,,,known\n"),
            journal,
        );
    }
}

#[test]
fn who_never_was_in_the_audience_keeps_the_stage_of_the_file() {
    story(&funnel("leave"))
        .on("2026-11-01T09:00", &format!("{HEAD}1,,,known\n"), "")
        .again("2026-11-02T09:00", "")
        .on("2026-11-03T09:00", &format!("{HEAD}1,a@x.pl,,known\n"), "")
        .on("2026-11-04T09:00", &format!("{HEAD}1,,,known\n"), "drop shop known");
}

#[test]
fn a_step_that_ends_the_audience_drops_in_the_same_instant() {
    story(
        "
funnels:
  shop:
    audience: { tag: hot }
    on-audience-left: leave
    stages: { known: { weight: 10 } }
campaigns:
  cool:
    enter: { entered: shop/known }
    steps: [{ remove-tag: hot }, { add-tag: cold }]
",
    )
    .on(
        "2026-11-01T09:00",
        "id,tags\n1,hot\n",
        "enter shop known
         start cool 1 entered
         remove-tag cool 1 remove-tag:hot hot
         add-tag cool 1 add-tag:cold cold
         end cool 1 completed finished
         drop shop known",
    )
    .counts("/funnels/shop/stages/known/passed", 1)
    .back("2026-11-02T09:00", "");
}

#[test]
fn an_audience_that_asks_for_the_stage_itself_rests_with_the_limit_of_the_instant() {
    story(
        "
funnels:
  shop:
    audience: { not: { stage: shop/loyal } }
    on-audience-left: leave
    stages:
      known: { weight: 10, converts: { tag: hot } }
      loyal: { weight: 30 }
",
    )
    .on(
        "2026-11-01T09:00",
        "id,tags\n1,hot\n",
        "enter shop known\nconvert shop known loyal\ndrop shop loyal\ndefer shop known stage",
    );
}
