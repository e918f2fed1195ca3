//! Scenarios of campaigns: entry, waits, sends, leaving.
//!
//! Invariant: each was worked by hand from the language's page.

use super::{expect, play, project};

/// Sections 6 and 13: a new entry needs `reenter` and that the condition was false in between.
#[test]
fn an_entry_again_needs_a_false_in_between() {
    let yaml = "
contacts: { key: id, tags: { values: open }, points: { column: points } }
campaigns:
  c: { enter: [ { tag: vip } ], reenter: { after: 2 days }, on-leave: stay, steps: [ points: 1 ] }
  new: { enter: [ { tag: vip } ], existing: skip, on-leave: stay, steps: [ points: 100 ] }
";
    let with = "id,tags,points\n1,vip,\n";
    let without = "id,tags,points\n1,,\n";
    let runs = [
        ("2026-06-01T09:00", with),
        ("2026-06-04T09:00", with),
        ("2026-06-05T09:00", without),
        ("2026-06-06T09:00", with),
        ("2026-06-06T10:00", without),
        ("2026-06-07T09:00", with),
        ("2026-06-08T09:00", "id,tags,points\n1,vip,\n2,vip,\n"),
    ];
    expect(
        &play(yaml, &runs),
        "2026-06-01T09:00
           1 start c 1 condition
           1 points c 1 points:1 0 1
           1 end c 1 completed finished
         2026-06-04T09:00
         2026-06-05T09:00
         2026-06-06T09:00
           1 start c 2 condition
           1 start new 1 condition
           1 points c 2 points:1 1 2
           1 end c 2 completed finished
           1 points new 1 points:100 2 102
           1 end new 1 completed finished
         2026-06-06T10:00
         2026-06-07T09:00
         2026-06-08T09:00
           1 start c 3 condition
           1 points c 3 points:1 102 103
           1 end c 3 completed finished
           2 start c 1 condition
           2 start new 1 condition
           2 points c 1 points:1 0 1
           2 end c 1 completed finished
           2 points new 1 points:100 1 101
           2 end new 1 completed finished
         id,tags,points
         1,vip,103
         2,vip,101",
    );
}

/// Section 6: before the first step the condition is read again; a void entry has no number.
#[test]
fn an_overtaken_entry_is_void() {
    let yaml = "
contacts: { key: id, tags: { values: open } }
campaigns:
  first: { priority: 1, enter: [ { tag: vip } ], on-leave: stay, steps: [ remove-tag: vip ] }
  second: { enter: [ { tag: vip } ], on-leave: stay, steps: [ add-tag: seen ] }
";
    let runs = [("2026-06-01T09:00", "id,tags\n1,vip;x\n")];
    expect(
        &play(yaml, &runs),
        "2026-06-01T09:00
           1 start first 1 condition
           1 start second 1 condition
           1 remove-tag first 1 remove-tag:vip vip
           1 end first 1 completed finished
           1 overtaken second 1
         id,tags
         1,x",
    );
}

/// Section 6, "Leaving": goal, exit-when, on-leave in this order, the goal also before every
/// `send`.
#[test]
fn a_contact_leaves_by_the_first_reason() {
    let yaml = project(
        "
campaigns:
  c:
    enter: [ { field: plan, is: free } ]
    on-leave: exit
    goal: { tag: hot }
    exit-when: { tag: warm }
    steps: [ wait: 1 day, add-tag: hot, send: hello ]
",
    );
    let first = "id,tags,points,plan\n1,,,free\n2,,,free\n3,,,free\n4,warm,,free\n5,,,free\n";
    let later =
        "id,tags,points,plan\n1,,,pro\n2,warm,,pro\n3,hot;warm,,free\n4,warm,,free\n5,,,free\n";
    expect(
        &play(
            &yaml,
            &[("2026-06-01T09:00", first), ("2026-06-02T09:00", later)],
        ),
        "2026-06-01T09:00
           1 start c 1 condition
           1 wait c 1 wait:1 day 2026-06-02T09:00:00+02:00
           2 start c 1 condition
           2 wait c 1 wait:1 day 2026-06-02T09:00:00+02:00
           3 start c 1 condition
           3 wait c 1 wait:1 day 2026-06-02T09:00:00+02:00
           5 start c 1 condition
           5 wait c 1 wait:1 day 2026-06-02T09:00:00+02:00
         2026-06-02T09:00
           1 end c 1 exited on-leave
           2 external-tag warm added
           2 end c 1 exited exit-when
           3 external-tag hot added
           3 external-tag warm added
           3 end c 1 converted goal
           5 add-tag c 1 add-tag:hot hot
           5 end c 1 converted goal
         id,tags,points,plan,stage_shop
         1,,,pro,
         2,warm,,pro,
         3,hot;warm,,free,
         4,warm,,free,
         5,hot,,free,",
    );
}

/// Sections 6 and 13, `wait-until`: past with each `if-past`, a missing date, a gap of daylight
/// saving.
#[test]
fn a_moment_may_be_past() {
    let yaml = project(
        "
campaigns:
  c:
    enter: [ { tag: vip } ]
    on-leave: stay
    steps:
      - { wait-until: 2026-03-29T02:30, if-past: skip }
      - send: hello
      - if: { field: seen, exists: true }
        then:
          - { wait-until: { field: seen, offset: -1 day }, if-past: exit }
          - points: 1
      - { wait-until: { field: meeting }, if-missing: continue }
      - points: 10
",
    );
    let csv = "id,tags,points,seen,meeting\n1,vip,,,\n2,vip,,2026-04-03,\n3,vip,,2026-04-02,\n";
    expect(
        &play(
            &yaml,
            &[
                (
                    "2026-03-28T09:00",
                    "id,tags,points,seen,meeting\n1,vip,,,\n",
                ),
                ("2026-04-01T09:00", csv),
            ],
        ),
        "2026-03-28T09:00
           1 start c 1 condition
           1 wait c 1 wait-until:2026-03-29T02:30 2026-03-29T03:00:00+02:00
         2026-04-01T09:00
           1 skip c 1 send:hello hello address unreachable
           1 if c 1 if else
           1 past c 1 wait-until:meeting continue
           1 points c 1 points:10 0 10
           1 end c 1 completed finished
           2 start c 1 condition
           2 past c 1 wait-until:2026-03-29T02:30 2026-03-29T03:00:00+02:00 skip
           2 skip c 1 send:hello hello past
           2 if c 1 if then
           2 wait c 1 if/then/wait-until:seen 2026-04-02T00:00:00+02:00
           3 start c 1 condition
           3 past c 1 wait-until:2026-03-29T02:30 2026-03-29T03:00:00+02:00 skip
           3 skip c 1 send:hello hello past
           3 if c 1 if then
           3 past c 1 if/then/wait-until:seen 2026-04-01T00:00:00+02:00 exit
           3 end c 1 if/then/wait-until:seen exited exit
         id,tags,points,seen,meeting,stage_shop
         1,vip,10,,,
         2,vip,,2026-04-03,,
         3,vip,,2026-04-02,,",
    );
}

/// Section 6 and 13, "Sends": reachable, already sent, unpublished, transactional; a kind without a
/// channel.
#[test]
fn a_send_may_be_skipped() {
    let yaml = project(
        "
campaigns:
  c:
    enter: [ { field: email, exists: true } ]
    on-leave: stay
    steps: [ send: gone, send: hello, send: hello, send: urgent, send: banner, send: bye ]
  d: { enter: [ { field: email, exists: true } ], on-leave: stay, steps: [ send: hello, send: bye ] }
",
    );
    let csv = "id,email,opt_in\n1,a@x.org,YES\n2,b@x.org,\n";
    expect(
        &play(&yaml, &[("2026-06-01T09:00", csv)]),
        "2026-06-01T09:00
           1 start c 1 condition
           1 start d 1 condition
           1 skip c 1 send:gone gone unpublished
           1 send c 1 send:hello hello email
           1 skip c 1 send:hello#2 hello already-sent
           1 send c 1 send:urgent urgent email
           1 send c 1 send:banner banner
           1 send c 1 send:bye bye email
           1 end c 1 completed finished
           1 send d 1 send:hello hello email
           1 skip d 1 send:bye bye already-sent
           1 end d 1 completed finished
           2 start c 1 condition
           2 start d 1 condition
           2 skip c 1 send:gone gone unpublished
           2 skip c 1 send:hello hello consent unreachable
           2 skip c 1 send:hello#2 hello consent unreachable
           2 send c 1 send:urgent urgent email
           2 send c 1 send:banner banner
           2 skip c 1 send:bye bye consent unreachable
           2 end c 1 completed finished
           2 skip d 1 send:hello hello consent unreachable
           2 skip d 1 send:bye bye consent unreachable
           2 end d 1 completed finished
         id,email,opt_in,stage_shop
         1,a@x.org,YES,
         2,b@x.org,,",
    );
}

/// Sections 3 and 7: a wait of days keeps the clock time over a change of daylight saving and
/// counts from when the step before really ran; an hour is exact.
#[test]
fn waits_count_from_the_step_before() {
    let yaml = project(
        "
campaigns:
  c:
    enter: [ { tag: vip } ]
    on-leave: stay
    steps: [ wait: 1 day, wait: 2 h, points: 1 ]
",
    );
    let csv = "id,tags,points\n1,vip,\n";
    let runs = [
        ("2026-03-28T09:00", csv),
        ("2026-03-29T08:59", csv),
        ("2026-03-29T10:30", csv),
        ("2026-03-29T12:30", csv),
        ("2026-04-10T12:30", csv),
    ];
    expect(
        &play(&yaml, &runs),
        "2026-03-28T09:00
           1 start c 1 condition
           1 wait c 1 wait:1 day 2026-03-29T09:00:00+02:00
         2026-03-29T08:59
         2026-03-29T10:30
           1 wait c 1 wait:2 hours 2026-03-29T12:30:00+02:00
         2026-03-29T12:30
           1 points c 1 points:1 0 1
           1 end c 1 completed finished
         2026-04-10T12:30
         id,tags,points,stage_shop
         1,vip,1,",
    );
}

/// Sections 6, 7 and 13: `existing` rules when a campaign is first published, a window ends with
/// its last moment, and who is inside then pauses.
#[test]
fn a_campaign_has_its_window() {
    let yaml = "
contacts: { key: id, tags: { values: open }, points: { column: points } }
campaigns:
  c:
    enter: [ { tag: vip } ]
    existing: skip
    on-leave: exit
    publish: { from: 2026-06-02, until: 2026-06-03T09:00 }
    steps: [ wait: 1 h, points: 1 ]
";
    let runs = [
        ("2026-06-01T23:59", "id,tags,points\n1,vip,\n2,,\n"),
        ("2026-06-02T00:00", "id,tags,points\n1,vip,\n2,,\n3,vip,\n"),
        (
            "2026-06-03T09:00",
            "id,tags,points\n1,vip,\n2,vip,\n4,vip,\n",
        ),
        (
            "2026-06-03T09:01",
            "id,tags,points\n1,,\n2,,\n4,vip,\n5,vip,\n",
        ),
        (
            "2026-06-03T10:30",
            "id,tags,points\n1,,\n2,,\n4,vip,\n5,vip,\n",
        ),
    ];
    expect(
        &play(yaml, &runs),
        "2026-06-01T23:59
         2026-06-02T00:00
         2026-06-03T09:00
           2 start c 1 condition
           2 wait c 1 wait:1 hour 2026-06-03T10:00:00+02:00
           4 start c 1 condition
           4 wait c 1 wait:1 hour 2026-06-03T10:00:00+02:00
         2026-06-03T09:01
           2 pause c 1
           4 pause c 1
         2026-06-03T10:30
         id,tags,points
         1,,
         2,,
         4,vip,
         5,vip,",
    );
}

/// Section 7: a campaign starts at most once within an instant; the next one has what was put off.
#[test]
fn a_second_start_is_put_off() {
    let yaml = "
contacts: { key: id, tags: { values: open }, points: { column: points } }
campaigns:
  a: { priority: 3, enter: [ { tag: vip } ], on-leave: stay, steps: [ remove-tag: vip ] }
  b: { priority: 2, enter: [ { tag: vip } ], on-leave: stay, steps: [ points: 1 ] }
  c: { priority: 1, enter: [ { not: { tag: vip } } ], on-leave: stay, steps: [ add-tag: vip ] }
";
    let csv = "id,tags,points\n1,vip,\n";
    expect(
        &play(
            yaml,
            &[
                ("2026-06-01T09:00", csv),
                ("2026-06-01T09:00", "id,tags,points\n1,vip,0\n"),
                ("2026-06-01T09:01", csv),
            ],
        ),
        "2026-06-01T09:00
           1 start a 1 condition
           1 start b 1 condition
           1 remove-tag a 1 remove-tag:vip vip
           1 end a 1 completed finished
           1 overtaken b 1
           1 start c 1 condition
           1 add-tag c 1 add-tag:vip vip
           1 end c 1 completed finished
           1 defer b 1 campaign
         2026-06-01T09:00
           1 defer b 1 campaign
         2026-06-01T09:01
           1 start b 1 condition
           1 points b 1 points:1 0 1
           1 end b 1 completed finished
         id,tags,points
         1,vip,1",
    );
}
