//! Points: groups of their own, triggers that fire once, and the column that each group shares with
//! the file.

use super::story;
use crate::contract::found;

#[test]
fn what_a_project_says_of_points_must_fit() {
    let yaml = "
version: 1
contacts: { key: id, points: { groups: { loyalti: stars } } }
content: { hello: { kind: focus } }
points:
  groups: [loyalty]
  rules:
    a: { each: { tag: vip }, give: 1 }
    b: { each: { event: opened, at-least: 2 }, give: 1, group: loyal }
  triggers:
    c: { at: 1, steps: [ { send: hello }, { wait: 1 day }, { exit: completed } ] }
    d: { at: 1, steps: [ { enroll: points/c }, { points: many }, { points: { give: 1, group: loyalt } } ] }
segments:
  e: { where: { field: points/loyalt, at-least: 1 } }
  f: { where: { field: points/loyalty, contains: a } }
";
    insta::assert_snapshot!(found(yaml), @r"
    unknown-group at 3:42 loyalti
      there is no group of points `loyalti` (unknown group of points)
      help: did you mean `loyalty`?
    wrong-value at 8:16 { tag: vip }
      the rule `a` does not say for which event it gives points (no event)
      help: write `each: { event: opened }`
    condition-keys at 9:33 at-least
      `at-least` does not go with an event in `each` (only `of` and `where`)
      9:25 opened (the event)
      help: name the event, and with `of` and `where` which of its occurrences
    unknown-group at 9:64 loyal
      there is no group of points `loyal` (unknown group of points)
      help: list it under `points: { groups: [ … ] }`
    step-keys at 11:51 1 day
      `wait` does not stand in a trigger: its steps run at once, for everybody alike (not in a trigger)
      help: let the trigger add a tag or enrol the contact, and write the rest in a campaign
    step-keys at 11:68 completed
      `exit` does not stand in a trigger: its steps run at once, for everybody alike (not in a trigger)
      help: let the trigger add a tag or enrol the contact, and write the rest in a campaign
    step-keys at 12:36 points/c
      `points/c` is a trigger of points (no campaign)
      help: it fires by itself when there are enough points; to begin something here, name a campaign
    wrong-value at 12:58 many
      `many` is no number of points (expected a whole number)
      help: write a whole number, or `{ give: 10, group: loyalty }`
    unknown-group at 12:94 loyalt
      there is no group of points `loyalt` (unknown group of points)
      help: did you mean `loyalty`?
    unknown-group at 14:24 points/loyalt
      there is no group of points `loyalt` (unknown group of points)
      help: did you mean `loyalty`?
    operator-type at 15:40 contains
      `contains` does not go with `points/loyalty`, which is an integer (not for this type)
      help: an integer takes `is`, `is-not`, `in`, `not-in`, `at-least`, `at-most`, `more-than`, `less-than`, `between`, `exists`
    ");
}

/// The plan's words and the graph say when a trigger fires and what gives points.
#[test]
fn rules_and_triggers_are_told_in_words() {
    let story = story(
        "points: { groups: [loyalty], rules: { reads: { each: { event: opened, of: hello }, give: 2, group: loyalty } }, triggers: { keen: { at: 7, group: loyalty, steps: [{ add-tag: vip }] } } }\n",
    );
    let words = funnelc::report::words::plan(&story.plan);
    for line in [
        "points\n  reads: give 2 points of loyalty for each event opened of hello\n",
        "campaign points/keen\n  in: once ever, at 7 points of loyalty\n  - add tag vip\n",
    ] {
        assert!(words.contains(line), "{words}");
    }
}
