//! File and state: whose value counts, and what is journalled.

use super::story;

const SHOP: &str = "
funnels:
  shop:
    stages:
      known: { weight: 10, converts: { tag: hot } }
      buyer: { weight: 20, converts: { tag: vip } }
      loyal: { weight: 30 }
campaigns:
";

#[test]
fn the_same_moment_again_changes_nothing() {
    let story = story(&format!("{SHOP}  gift: {{ enter: [{{ tag: hot }}], on-leave: stay, steps: [{{ send: bar }}, {{ wait: 2 days }}, {{ send: bar }}] }}\n"))
        .on(
            "2026-11-01T09:00",
            "id,tags,stage_shop\n1,hot,known\n",
            "convert shop known buyer
             start gift 1 condition
             send gift 1 send:bar bar
             wait gift 1 wait:2 days 2026-11-03T09:00:00+01:00",
        );
    let state = story.state.clone();
    let story = story.again("2026-11-01T09:00", "");
    assert_eq!(story.state, state);
}
