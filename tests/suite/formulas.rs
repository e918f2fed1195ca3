//! Cells that a spreadsheet would take for formulas: what `--defuse-formulas` changes, and what it
//! must not.

use std::fs::{copy, read, read_to_string, write};
use std::path::Path;

use crate::projects::{Run, funnelc_in};

/// Whatever a stranger can write comes out somewhere: key, address, field, tag, message.
const PROJECT: &str = "
version: 1
contacts:
  key: id
  owner: owner
  tags: { values: ['=hot'], separator: ';' }
  fields:
    mobile: { type: text }
    owner:  { type: text }
    name:   { type: text }
    nick:   { type: text }
    score:  { type: integer }
  addresses: { sms: mobile }
content: { hi: { kind: sms, transactional: true } }
campaigns:
  talk:
    enter: { field: mobile, exists: true }
    on-leave: stay
    steps:
      - send: hi
      - set: nick
        to: '@sum(1)'
      - set: score
        to: -5
      - add-tag: '=hot'
      - notify: owner
        message: '{{ name | default: you }}'
      - wait: 1 day
      - set: score
        to: -6
";

const CONTACTS: &str = "id,mobile,owner,name,nick,score,tags,note
=1+1,+48600100200,@boss,\"=HYPERLINK(\"\"http://h.example\"\",1)\",-A1,-4,,=x
a,+48600100201,-5,+1 555 010,Ann,,,'=x
";

fn run(folder: &Path, more: &[&str]) -> Run {
    funnelc_in(
        folder,
        &[&["run", "funnelc.yaml", "--contacts"], more].concat(),
    )
}

fn fine(folder: &Path, more: &[&str]) -> Run {
    let ran = run(folder, more);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    ran
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path().join("funnelc.yaml"), PROJECT).unwrap();
    write(folder.path().join("contacts.csv"), CONTACTS).unwrap();
    folder
}

const FIRST: &str = "--now=2026-01-02T10:00";
const SECOND: &str = "--now=2026-01-03T10:00";

#[test]
fn formulas_are_defused_in_what_is_read_and_not_in_what_is_given_again() {
    let folder = folder();
    let place = |name: &str| folder.path().join(name);
    fine(
        folder.path(),
        &["contacts.csv", "--out=plain", "--state=plain-state", FIRST],
    );
    fine(
        folder.path(),
        &[
            "contacts.csv",
            "--out=safe",
            "--state=safe-state",
            FIRST,
            "--defuse-formulas",
        ],
    );
    for file in ["contacts.csv", "metrics.json"] {
        assert_eq!(
            read(place("plain").join(file)).unwrap(),
            read(place("safe").join(file)).unwrap(),
            "{file}"
        );
    }
    assert_eq!(
        read(place("plain-state/CURRENT")).unwrap(),
        read(place("safe-state/CURRENT")).unwrap()
    );
    let actions = read_to_string(place("safe/actions.csv")).unwrap();
    // Keys of idempotency are the business of other tests.
    let actions: Vec<_> = actions
        .lines()
        .map(|row| row.split_once(',').unwrap().1)
        .collect();
    insta::assert_snapshot!(actions.join("\n"), @r#"
    contact,action,target,channel,address,campaign,entry,step,visit,body
    '=1+1,send,hi,sms,+48600100200,talk,1,send:hi,1,
    '=1+1,notify,owner,,'@boss,talk,1,notify:owner,1,"'=HYPERLINK(""http://h.example"",1)"
    a,send,hi,sms,+48600100201,talk,1,send:hi,1,
    a,notify,owner,,-5,talk,1,notify:owner,1,+1 555 010
    "#);
    insta::assert_snapshot!(read_to_string(place("safe/journal.csv")).unwrap(), @r#"
    contact,at,event,campaign,entry,step,subject,from,to,reason
    '=1+1,2026-01-02T10:00:00+00:00,start,talk,1,,,,,condition
    '=1+1,2026-01-02T10:00:00+00:00,send,talk,1,send:hi,hi,,sms,
    '=1+1,2026-01-02T10:00:00+00:00,set,talk,1,set:nick,nick,'-A1,'@sum(1),
    '=1+1,2026-01-02T10:00:00+00:00,set,talk,1,set:score,score,-4,-5,
    '=1+1,2026-01-02T10:00:00+00:00,add-tag,talk,1,add-tag:=hot,'=hot,,,
    '=1+1,2026-01-02T10:00:00+00:00,notify,talk,1,notify:owner,owner,,,
    '=1+1,2026-01-02T10:00:00+00:00,wait,talk,1,wait:1 day,,,2026-01-03T10:00:00+00:00,
    a,2026-01-02T10:00:00+00:00,start,talk,1,,,,,condition
    a,2026-01-02T10:00:00+00:00,send,talk,1,send:hi,hi,,sms,
    a,2026-01-02T10:00:00+00:00,set,talk,1,set:nick,nick,Ann,'@sum(1),
    a,2026-01-02T10:00:00+00:00,set,talk,1,set:score,score,,-5,
    a,2026-01-02T10:00:00+00:00,add-tag,talk,1,add-tag:=hot,'=hot,,,
    a,2026-01-02T10:00:00+00:00,notify,talk,1,notify:owner,owner,,,
    a,2026-01-02T10:00:00+00:00,wait,talk,1,wait:1 day,,,2026-01-03T10:00:00+00:00,
    "#);
    let dangerous = |file: &str| {
        let text = read_to_string(place(file)).unwrap();
        text.replace("\"=", "=")
            .replace("\"'=", "'=")
            .lines()
            .flat_map(|row| row.split(','))
            .filter(|cell| cell.starts_with(['=', '@']))
            .count()
    };
    assert_eq!(
        [dangerous("safe/actions.csv"), dangerous("safe/journal.csv")],
        [0, 0]
    );
    assert!(
        dangerous("plain/actions.csv") > 0 && dangerous("plain/journal.csv") > 0,
        "and without the option they stand there"
    );
}

#[test]
fn the_next_run_takes_the_contacts_of_a_defused_one_for_the_same_people() {
    let folder = folder();
    let place = |name: &str| folder.path().join(name);
    fine(
        folder.path(),
        &[
            "contacts.csv",
            "--out=safe",
            "--state=state",
            FIRST,
            "--defuse-formulas",
        ],
    );
    copy(place("safe/contacts.csv"), place("next.csv")).unwrap();
    fine(
        folder.path(),
        &[
            "next.csv",
            "--out=safe",
            "--state=state",
            SECOND,
            "--defuse-formulas",
        ],
    );
    let journal = read_to_string(place("safe/journal.csv")).unwrap();
    assert!(
        journal.contains("\n'=1+1,2026-01-03T10:00:00+00:00,set,talk,1,set:score#2,score,-5,-6,\n"),
        "{journal}"
    );
    assert!(
        !journal.contains(",external-") && !journal.contains(",start,"),
        "nobody new, nothing changed: {journal}"
    );
}

#[test]
fn a_run_that_is_there_is_not_written_again_in_another_way() {
    let folder = folder();
    let place = |name: &str| folder.path().join(name);
    let same = ["contacts.csv", "--out=out", "--state=state", FIRST];
    let defused = [&same[..], &["--defuse-formulas"]].concat();
    fine(folder.path(), &same);
    let manifest = || read_to_string(place("out/run.json")).unwrap();
    let before = (manifest(), read(place("out/actions.csv")).unwrap());
    assert!(!before.0.contains("defused"), "{}", before.0);
    let again = fine(folder.path(), &defused);
    let words = "warning: the run stands, but it was written before, without `--defuse-formulas`, and \
        is not written again\n";
    assert!(again.err.contains(words), "{}", again.err);
    assert_eq!(
        (manifest(), read(place("out/actions.csv")).unwrap()),
        before,
        "the outbox is still there"
    );
    let next = [&defused[..3], &[SECOND, "--defuse-formulas"]].concat();
    fine(folder.path(), &next);
    assert!(
        manifest().contains("  \"formulas-defused\": true,\n"),
        "{}",
        manifest()
    );
    let again = fine(folder.path(), &next);
    assert!(!again.err.contains("written before"), "{}", again.err);
    let again = fine(folder.path(), &next[..4]);
    assert!(
        again
            .err
            .contains("it was written before, with `--defuse-formulas`"),
        "{}",
        again.err
    );
}
