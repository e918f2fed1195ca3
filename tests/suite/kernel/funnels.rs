//! Stages: enter, place, convert, move, leave, and what refuses them.

use super::story;

const HEAD: &str = "id,email,orders,tags,stage_shop\n";

#[test]
fn place_goes_back_along_an_arrow_or_where_moves_are_free() {
    let funnel = |more: &str, lifted: &str| {
        format!(
            "
funnels:
  shop:
    {more}
    place: [{{ stage: known, when: {{ tag: cold }} }}]
    stages:
      known: {{ weight: 10 }}
      loyal: {{ weight: 30{lifted} }}
"
        )
    };
    let contacts = format!("{HEAD}1,,,cold,loyal\n");
    let placed = "place shop loyal known";
    story(&funnel("", "")).on("2026-11-21T09:00", &contacts, "");
    story(&funnel("", ", back-to: [known]")).on("2026-11-21T09:00", &contacts, placed);
    story(&funnel("moves: free", "")).on("2026-11-21T09:00", &contacts, placed);
    story(&funnel("moves: free", ", final: true")).on("2026-11-21T09:00", &contacts, "");
    story(&funnel("", ", final: true, back-to: [known]")).on("2026-11-21T09:00", &contacts, placed);
}

const MOVES: &str = "
funnels:
  shop:
    stages:
      known:  { weight: 10 }
      equal:  { weight: 10 }
      buyer:  { weight: 20, back-to: [known] }
      loyal:  { weight: 30 }
      closed: { weight: 40, publish: { from: 2026-12-01, until: 2026-12-24 } }
      done:   { weight: 50, final: true, back-to: [loyal] }
campaigns:
";

fn mover(to: &str) -> String {
    format!(
        "{MOVES}  push:\n    enter: [{{ tag: hot }}]\n    steps: [{{ id: go, move: shop/{to} }}, \
            {{ add-tag: vip }}]\n"
    )
}

#[test]
fn a_move_needs_a_published_target_that_is_not_lighter() {
    let cases = [
        ("loyal", "buyer", "move push 1 go shop buyer loyal"),
        ("equal", "known", "move push 1 go shop known equal"),
        ("known", "buyer", "move push 1 go shop buyer known"),
        (
            "buyer",
            "loyal",
            "refuse push 1 go shop loyal buyer lighter",
        ),
        ("buyer", "", "move push 1 go shop buyer"),
        ("buyer", "buyer", ""),
        (
            "closed",
            "loyal",
            "refuse push 1 go shop loyal closed unpublished",
        ),
        (
            "closed",
            "done",
            "refuse push 1 go shop done closed unpublished",
        ),
        ("buyer", "done", "refuse push 1 go shop done buyer final"),
        ("loyal", "done", "move push 1 go shop done loyal"),
    ];
    for (to, from, journal) in cases {
        let journal = format!(
            "start push 1 condition\n{journal}\nadd-tag push 1 add-tag:vip vip\nend push 1 \
                completed finished"
        );
        story(&mover(to)).on(
            "2026-11-21T09:00",
            &format!("{HEAD}1,,,hot,{from}\n"),
            &journal,
        );
    }
}
