//! The state's lines: what they say, that they are read back as the same, and that no text makes
//! reading them panic.

use funnelc::runner::program::Program;
use funnelc::runner::state::{ContactState, Header, StateError, key_of};

use super::{moment, story};

const JOURNEY: &str = "
funnels: { shop: { stages: { known: { weight: 10, converts: { tag: hot } }, buyer: { weight: 20 } } } }
campaigns:
  talk:
    enter: [{ tag: hot }]
    on-leave: stay
    steps: [{ set: note, to: hi }, { add-tag: vip }, { points: 5 }, { send: bar }, { wait: 2 days }]
";

/// The lines after one run, and the program that wrote them.
fn lines() -> (Program, Vec<String>) {
    let contacts = "id,tags,stage_shop,note,points\n\"a \"\"b\"\" é\",hot,known,ho,1\n2,,,,\n";
    let journal = "a \"\"b\"\" é";
    let story = story(JOURNEY);
    let run = funnelc::runner::batch::run_bytes(
        &story.plan,
        moment("2026-11-21T09:00"),
        contacts.as_bytes(),
        None,
        funnelc::runner::batch::Options::default(),
    );
    let run = run.unwrap_or_else(|error| panic!("{error}"));
    assert!(std::str::from_utf8(&run.journal).unwrap().contains(journal));
    let text = String::from_utf8(run.state).unwrap();
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let header = Header::decode(&lines[0]).unwrap();
    (
        Program::bind(&story.plan, moment("2026-11-22T09:00"), Some(&header)).unwrap(),
        lines,
    )
}

#[test]
fn a_line_names_things_by_id() {
    let (_, lines) = lines();
    assert_eq!(
        lines[1],
        "{\"k\":\"a \\\"b\\\" é\",\"s\":{\"shop\":{\"v\":\"buyer\",\"r\":\"known\",\"t\":1795248000}},\"i\":1795248000,\"e\":{\"shop\":[\"buyer\"]},\
         \"f\":{\"note\":{\"v\":\"hi\",\"r\":\"ho\"}},\"g\":[\"hot\",\"vip\"],\"h\":[\"vip\"],\"p\":{\"v\":6,\"r\":1},\
         \"m\":{\"bar\":1795248000},\"c\":{\"talk\":{\"n\":1,\"p\":\"wait:2 days\",\"d\":1795420800,\"t\":1795248000,\"i\":true,\
         \"q\":[\"e084956b\"],\"s\":[\"bar\"]}}}"
    );
    assert_eq!(
        lines[2], "{\"k\":\"2\"}",
        "a contact that was seen has a line, also with nothing to remember"
    );
}

#[test]
fn a_line_is_read_back_as_the_same() {
    let (program, lines) = lines();
    for (line, key) in [(&lines[1], "a \"b\" é"), (&lines[2], "2")] {
        assert_eq!(key_of(line).unwrap(), key);
        let memory = ContactState::decode(&program, line).unwrap();
        let mut again = Vec::new();
        memory.encode(&program, key, &mut again);
        assert_eq!(std::str::from_utf8(&again).unwrap(), line);
    }
    assert_eq!(Header::decode(&lines[0]).unwrap().encode(), lines[0]);
}

#[test]
fn what_the_plan_does_not_know_is_named() {
    let (program, lines) = lines();
    for (from, to, kind, id) in [
        ("\"shop\":{", "\"shop-2\":{", "funnel", "shop-2"),
        ("\"v\":\"buyer\"", "\"v\":\"fan\"", "stage", "shop/fan"),
        ("\"talk\":", "\"walk\":", "campaign", "walk"),
        ("wait:2 days", "wait:3 days", "step", "talk/wait:3 days"),
        ("\"note\":", "\"notes\":", "field", "notes"),
        ("\"m\":{\"bar\"", "\"m\":{\"foo\"", "content", "foo"),
        ("[\"hot\",", "[\"not\",", "tag", "not"),
    ] {
        let found = ContactState::decode(&program, &lines[1].replace(from, to));
        assert_eq!(
            found,
            Err(StateError::Unknown {
                kind,
                id: id.to_owned()
            })
        );
    }
}

#[test]
fn a_damaged_line_is_an_error_and_never_a_panic() {
    let (program, lines) = lines();
    let line = &lines[1];
    for end in (0..line.len()).filter(|&end| line.is_char_boundary(end)) {
        assert!(
            ContactState::decode(&program, &line[..end]).is_err(),
            "{}",
            &line[..end]
        );
        let _ = key_of(&line[..end]);
        let _ = Header::decode(&lines[0][..end.min(lines[0].len() - 1)]);
    }
    for other in [
        "",
        "{}",
        "[]",
        "{\"k\":1}",
        "{\"k\":\"1\",\"z\":1}",
        "{\"k\":\"1\",\"c\":{\"talk\":{\"o\":\"lost\"}}}",
    ] {
        assert!(ContactState::decode(&program, other).is_err(), "{other}");
    }
}

#[test]
fn a_later_form_is_refused_by_its_number() {
    let (_, lines) = lines();
    let written = |format: u64| {
        lines[0].replace(
            "\"funnelc-state\":2",
            &format!("\"funnelc-state\":{format}"),
        )
    };
    assert_eq!(Header::decode(&written(3)), Err(StateError::Format(3)));
    assert_eq!(Header::decode(&written(0)), Err(StateError::Format(0)));
    assert_eq!(
        Header::decode(&written(1)),
        Header::decode(&lines[0]),
        "an older one is read"
    );
}

#[test]
fn a_moment_before_the_states_is_refused() {
    let (_, lines) = lines();
    let header = Header::decode(&lines[0]).unwrap();
    let plan = story(JOURNEY).plan;
    let early = Program::bind(&plan, moment("2026-11-21T08:59"), Some(&header));
    assert_eq!(
        early.unwrap_err(),
        funnelc::runner::program::BindError::Earlier { state: header.now }
    );
}
