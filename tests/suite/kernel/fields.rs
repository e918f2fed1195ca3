//! Steps that change tags, points and fields: what they give, and that nothing is told where
//! nothing changes.

use super::story;

fn doing(steps: &str) -> String {
    format!("campaigns:\n  talk:\n    enter: [{{ tag: hot }}]\n    steps: [{steps}]\n")
}

fn does(steps: &str, row: &str, journal: &str) {
    let journal = format!("start talk 1 condition\n{journal}\nend talk 1 completed finished");
    let file = format!("id,tags,orders,spent,last,webinar,plan,likes,note,points\n1,{row}\n");
    story(&doing(steps)).on("2026-11-21T09:30", &file, &journal);
}

#[test]
fn set_writes_values_of_each_type() {
    does(
        "{ id: s, set: plan, to: pro }",
        "hot,,,,,,,,",
        "set talk 1 s plan free pro",
    );
    does(
        "{ id: s, set: note, to: hi }",
        "hot,,,,,,,,",
        "set talk 1 s note hi",
    );
    does(
        "{ id: s, set: last, to: today }",
        "hot,,,,,,,,",
        "set talk 1 s last 2026-11-21",
    );
    does(
        "{ id: s, set: webinar, to: now }",
        "hot,,,,,,,,",
        "set talk 1 s webinar 2026-11-21T09:30",
    );
    does(
        "{ id: s, set: webinar, to: today }",
        "hot,,,,,,,,",
        "set talk 1 s webinar 2026-11-21T00:00",
    );
}

#[test]
fn add_takes_the_default_or_nothing_and_is_cut_to_min_and_max() {
    does(
        "{ id: s, set: orders, to: { add: 3 } }",
        "hot,4,,,,,,,",
        "set talk 1 s orders 4 7",
    );
    does(
        "{ id: s, set: orders, to: { add: 3 } }",
        "hot,,,,,,,,",
        "set talk 1 s orders 0 3",
    );
    does(
        "{ id: s, set: orders, to: { add: 30 } }",
        "hot,4,,,,,,,",
        "set talk 1 s orders 4 10",
    );
    does(
        "{ id: s, set: orders, to: { add: -30 } }",
        "hot,4,,,,,,,",
        "set talk 1 s orders 4 0",
    );
    does(
        "{ id: s, set: spent, to: { add: 0.5 } }",
        "hot,,,,,,,,",
        "set talk 1 s spent 0.5",
    );
    does(
        "{ id: s, set: spent, to: { add: 0.5 } }",
        "hot,,1.25,,,,,,",
        "set talk 1 s spent 1.25 1.75",
    );
}
