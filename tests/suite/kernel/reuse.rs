//! Steps that come from blocks run, wait and are journalled under the name of their use.

use super::story;

#[test]
fn steps_of_a_block_wait_and_go_on_in_the_next_run() {
    story(
        "
variables: { patience: 3 days }
checks: { unused-variable: { severity: off, reason: Kept for later } }
environments: { staging: { variables: { patience: 1 minute } } }
blocks:
  nudge:
    parameters: { mail: content, after: duration }
    steps: [{ id: pause, wait: $after }, { send: $mail }]
campaigns:
  talk:
    enter: { tag: hot }
    on-leave: stay
    steps: [{ id: first, use: nudge, with: { mail: bar, after: $patience } }, { use: nudge, with: { mail: bar, after: 1 h } }]
",
    )
    .on("2026-11-01T09:00", "id,tags\n1,hot\n", "start talk 1 condition\nwait talk 1 first/pause 2026-11-04T09:00:00+01:00")
    .again(
        "2026-11-04T09:00",
        "send talk 1 first/send:bar bar\nwait talk 1 use:nudge/pause 2026-11-04T10:00:00+01:00",
    )
    .again("2026-11-04T10:00", "skip talk 1 use:nudge/send:bar bar already-sent\nend talk 1 completed finished");
}
