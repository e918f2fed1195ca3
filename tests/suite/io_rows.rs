//! Contacts from bytes to bytes: quoting, line ends, cells, bad rows and keys; neither block size
//! nor threads show in what comes out.

use std::fmt::Write as _;
use std::path::Path;

use funnelc::plan::Plan;
use funnelc::runner::{Options, RunBytes, RunError, run_bytes};
use funnelc::source::Sources;

use crate::projects::plan_of;

const NOW: i64 = 1_795_248_000; // 2026-11-21T08:00:00Z

/// Compiles one file; nothing in it may be an error.
pub(crate) fn plan(yaml: &str) -> Plan {
    let mut sources = Sources::default();
    sources.add("funnelc.yaml", yaml);
    plan_of(sources)
}

fn example(name: &str) -> (Plan, Vec<u8>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(name);
    let yaml = std::fs::read_to_string(folder.join("funnelc.yaml")).unwrap();
    (
        plan(&yaml),
        std::fs::read(folder.join("contacts.csv")).unwrap(),
    )
}

fn run(plan: &Plan, contacts: &str) -> RunBytes {
    run_bytes(plan, NOW, contacts.as_bytes(), None, Options::default()).unwrap()
}

fn header_errors(plan: &Plan, contacts: &str) -> Vec<String> {
    match run_bytes(plan, NOW, contacts.as_bytes(), None, Options::default()) {
        Err(RunError::Header(errors)) => errors.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

fn problems(run: &RunBytes) -> Vec<String> {
    run.problems.first.iter().map(ToString::to_string).collect()
}

const TYPES: &str = "
version: 1
timezone: Europe/Warsaw
contacts:
  key: id
  tags: { values: [vip, warm], separator: ';' }
  points: { column: points }
  fields:
    name:  { type: text }
    n:     { type: integer, min: 0, max: 10 }
    spent: { type: number, default: 1, min: 0.5 }
    ok:    { type: boolean }
    seen:  { type: date, min: 2020-01-01 }
    at:    { type: datetime }
    plan:  { type: choice, values: [free, pro] }
    likes: { type: choices, values: [shoes, hats], separator: '|' }
  addresses: { email: name }
  do-not-contact: { email: { column: dnc } }
funnels:
  shop:
    audience: everyone
    stages: { lead: { weight: 0, value: Lead, final: true } }
";

const HEADER: &str = "id,name,n,spent,ok,seen,at,plan,likes,tags,points,stage_shop,dnc,note\n";

/// A row in which one column holds `value` and the others nothing.
fn row(id: usize, column: &str, value: &str) -> String {
    let cells = HEADER.trim_end().split(',').map(|name| match name {
        "id" => id.to_string(),
        _ if name == column => value.to_owned(),
        _ => String::new(),
    });
    cells.collect::<Vec<_>>().join(",") + "\n"
}

#[test]
fn each_type_takes_its_values_and_no_others() {
    let good = [
        ("n", "0 10 +7"),
        ("spent", "0.50 1 99999999999.25"),
        ("ok", "true FALSE Yes no 1 0"),
        ("seen", "2020-01-01 2024-02-29"),
        (
            "at",
            "2026-11-21T09:00 2026-11-21T09:00:01Z 2026-11-21T09:00+02:00 2026-03-29T02:30 \
                2026-11-21",
        ),
        ("plan", "free pro"),
        ("likes", "shoes hats|shoes |"),
        ("tags", "vip warm;vip ;vip;"),
        ("points", "-5 0 12"),
        ("stage_shop", "Lead"),
        ("dnc", "false unsubscribed true complained bounced Bounced"),
        ("note", "anything"),
    ];
    let bad = [
        ("n", "-1 11 1.0 x"),
        ("spent", "0.4 1e3 1_0"),
        ("ok", "on ja"),
        ("seen", "2019-12-31 2023-02-29 21.11.2026"),
        ("at", "2026-11-21T25:00 09:00 2026-11-21T09"),
        ("plan", "Pro gold"),
        ("likes", "shoes|boots"),
        ("tags", "vip;VIP"),
        ("points", "many 1.5"),
        ("stage_shop", "lead"),
        ("dnc", "opted-out"),
    ];
    let plan = plan(TYPES);
    for (cases, expected) in [(&good[..], 0), (&bad[..], 1)] {
        for (column, values) in cases {
            for value in values.split(' ') {
                let found = run(&plan, &format!("{HEADER}{}", row(1, column, value)));
                assert_eq!(
                    found.problems.rows,
                    expected,
                    "{column}: {value}: {:?}",
                    problems(&found)
                );
            }
        }
    }
    let spaces = run(
        &plan,
        &format!(
            "{HEADER}1, ż , 5 , 1.5 , yes , 2024-01-01 , , pro , hats , vip ; warm , 3 , Lead , , \n"
        ),
    );
    assert_eq!(problems(&spaces), Vec::<String>::new());
}

#[test]
fn bad_rows_are_told_with_line_column_value_and_reason() {
    let contacts = format!(
        "{HEADER}{}\n{}{}{}3\n,no key,,,,,,,,,,,,\n{}5,\"stray\"x,,,,,,,,,,,,\n{}",
        row(1, "name", "\"two\nlines\""),
        row(2, "n", "many"),
        row(2, "n", "12"),
        row(2, "seen", "2019-01-01"),
        row(4, "plan", "gold"),
        "6,\"never closed,,\n7,,,,,,,,,,,,,\n",
    );
    insta::assert_snapshot!(problems(&run(&plan(TYPES), &contacts)).join("\n"), @r"
    line 5, column `n`, `many`: not an integer
    line 6, column `n`, `12`: more than 10
    line 6, column `id`: the same key as in line 5
    line 7, column `seen`, `2019-01-01`: less than 2020-01-01
    line 7, column `id`: the same key as in line 5
    line 8: 1 cell where the header has 14
    line 9, column `id`: the key is missing
    line 10, column `plan`, `gold`: not one of the declared values
    line 11: a quote inside a cell; write the cell in quotes and the quote twice
    line 12: a quote that is never closed
    ");
}

#[test]
fn bad_values_count_as_missing_where_the_project_says_so_but_never_who_must_not_be_contacted() {
    let yaml = TYPES.replace("  fields:\n", "  on-bad-value: missing\n  fields:\n");
    let contacts = format!(
        "{HEADER}{}{}",
        row(1, "n", "many"),
        row(2, "dnc", "opted-out")
    );
    let found = run(&plan(&yaml), &contacts);
    assert_eq!(
        problems(&found),
        [
            "line 3, column `dnc`, `opted-out`: not `unsubscribed`, `complained`, `bounced` or \
                `false`"
        ]
    );
    assert!(
        String::from_utf8(found.contacts)
            .unwrap()
            .contains("1,,many,"),
        "an untouched cell keeps its bytes"
    );
}

#[test]
fn a_required_value_is_required_in_each_row_and_in_the_header() {
    let required = plan(&TYPES.replace(
        "name:  { type: text }",
        "name:  { type: text, required: true }",
    ));
    let found = run(
        &required,
        &format!("{HEADER}{}{}", row(1, "name", "Ada"), row(2, "n", "1")),
    );
    assert_eq!(
        problems(&found),
        ["line 3, column `name`: a value is required"]
    );
    let errors = header_errors(&required, "id,nam,dnc\n");
    assert_eq!(
        errors,
        ["the column `name`, which holds a required field, is missing; did you mean `nam`?"]
    );
}

#[test]
fn the_header_must_name_what_is_declared() {
    let plan = plan(TYPES);
    assert_eq!(
        header_errors(&plan, ""),
        ["the first row must name the columns, but it is empty"]
    );
    assert_eq!(
        header_errors(&plan, "idd,name,name\n"),
        [
            "the column `name` stands twice in the header, as columns 2 and 3",
            "the column `idd`, which holds the key, is missing"
        ]
        .map(|error| error.replace(
            "`idd`, which holds the key, is missing",
            "`id`, which holds the key, is missing; did you mean `idd`?"
        ))
        .into_iter()
        .chain(["the column `dnc`, which holds who must not be contacted, is missing".to_owned()])
        .collect::<Vec<_>>()
    );
    assert!(
        header_errors(&plan, "id;name;dnc\n")[0].ends_with("the cells must stand between commas")
    );
    let found = run(&plan, "\u{feff}id,name,nn,dnc\r\n1,Ada,,\r\n");
    assert!(found.warnings.iter().any(|it| it.to_string()
        == "the column `n` is missing, so nobody has a value for it; did you mean `nn`?"));
    assert_eq!(
        String::from_utf8(found.contacts).unwrap(),
        "\u{feff}id,name,nn,dnc,stage_shop\r\n1,Ada,,,Lead\r\n"
    );
}

#[test]
fn a_key_that_stands_twice_is_told_with_both_lines() {
    let plan = plan(TYPES);
    let twice = format!(
        "{HEADER}{}{}{}",
        row(7, "name", "\"a\nb\""),
        row(8, "n", "1"),
        row(7, "n", "bad")
    );
    let found = run(&plan, &twice);
    assert_eq!(found.duplicates, 1);
    assert_eq!(
        problems(&found),
        [
            "line 5, column `n`, `bad`: not an integer",
            "line 5, column `id`: the same key as in line 2"
        ]
    );
    let shifted = run(&plan, "name,id,dnc\na,1,\n1,2\nb,\"2\",\n");
    assert_eq!(
        (shifted.duplicates, shifted.problems.rows),
        (0, 1),
        "which cell of a short row is its key, nobody knows"
    );
    let many: String = (0..5000)
        .map(|n| row((n * 7919) % 5000 + usize::from(n == 4321), "n", "1"))
        .collect();
    let options = Options {
        threads: 4,
        block_size: 4096,
    };
    let found = run_bytes(
        &plan,
        NOW,
        format!("{HEADER}{many}").as_bytes(),
        None,
        options,
    )
    .unwrap();
    assert_eq!((found.duplicates, found.problems.rows), (1, 0));
}

#[test]
fn rejects_keep_the_rows_as_they_are() {
    let contacts = "id,n,dnc\r\n1,5,\r\n2,\"1,5\",\r\n3,\"4\",\r\n4,5\n";
    let found = run(&plan(TYPES), contacts);
    insta::assert_snapshot!(String::from_utf8(found.rejects).unwrap().replace('\r', "<CR>"), @r#"
    line,column,value,reason,id,n,dnc<CR>
    3,n,"1,5",not an integer,2,"1,5",<CR>
    5,,,2 cells where the header has 3,4,5
    "#);
    assert_eq!(
        String::from_utf8(found.contacts).unwrap(),
        "id,n,dnc,stage_shop\r\n1,5,,Lead\r\n3,\"4\",,Lead\r\n"
    );
}

const WRITES: &str = "
version: 1
timezone: Europe/Warsaw
contacts:
  key: id
  tags: { values: open }
  points: { column: score }
  fields:
    name:  { type: text }
    n:     { type: integer, max: 10 }
    spent: { type: number }
    ok:    { type: boolean }
    seen:  { type: date }
    at:    { type: datetime }
    plan:  { type: choice, values: [free, pro] }
    likes: { type: choices, values: [shoes, hats, socks], separator: '|' }
    old:   { type: text }
campaigns:
  all:
    enter: [ { field: n, exists: true } ]
    steps:
      - set: name
        to: 'Ada, \"A\"'
      - set: n
        to: { add: 8 }
      - set: spent
        to: 12.50
      - set: ok
        to: true
      - set: seen
        to: today
      - set: at
        to: now
      - set: plan
        to: pro
      - set: likes
        to: [socks, shoes]
      - clear: old
      - remove-tag: b
      - add-tag: z
      - add-tag: y
      - points: 5
";

#[test]
fn what_changed_is_written_and_all_else_keeps_its_bytes() {
    let plan = plan(WRITES);
    let contacts = "note,id,tags,score,name,n,spent,ok,seen,at,plan,likes,old\r\n\
        \"q,\",1,a; b ;c,,Ada,3,12.5,,2026-11-20,2026-11-21T09:00,free,hats|shoes,x\r\n\
        \n\
        \"u\", 2 ,b,7,\"Eve\",,1.50,YES,,,,,\"y\"\n\
        z,3,,,,0,12.50,1,,,pro,\"shoes|socks\",";
    let found = run(&plan, contacts);
    assert_eq!(problems(&found), Vec::<String>::new());
    insta::assert_snapshot!(String::from_utf8(found.contacts).unwrap().replace('\r', "<CR>"), @r#"
    note,id,tags,score,name,n,spent,ok,seen,at,plan,likes,old<CR>
    "q,",1,a;c;z;y,5,"Ada, ""A""",10,12.5,true,2026-11-21,2026-11-21T09:00,pro,shoes|socks,<CR>

    "u", 2 ,b,7,"Eve",,1.50,YES,,,,,"y"
    z,3,z;y,5,"Ada, ""A""",8,12.50,1,2026-11-21,2026-11-21T09:00,pro,"shoes|socks",<CR>
    "#);
    insta::assert_snapshot!(String::from_utf8(found.journal).unwrap(), @r#"
    contact,at,event,campaign,entry,step,subject,from,to,reason
    1,2026-11-21T09:00:00+01:00,start,all,1,,,,,condition
    1,2026-11-21T09:00:00+01:00,set,all,1,set:name,name,Ada,"Ada, ""A""",
    1,2026-11-21T09:00:00+01:00,set,all,1,set:n,n,3,10,
    1,2026-11-21T09:00:00+01:00,set,all,1,set:ok,ok,,true,
    1,2026-11-21T09:00:00+01:00,set,all,1,set:seen,seen,2026-11-20,2026-11-21,
    1,2026-11-21T09:00:00+01:00,set,all,1,set:plan,plan,free,pro,
    1,2026-11-21T09:00:00+01:00,set,all,1,set:likes,likes,shoes|hats,shoes|socks,
    1,2026-11-21T09:00:00+01:00,clear,all,1,clear:old,old,x,,
    1,2026-11-21T09:00:00+01:00,remove-tag,all,1,remove-tag:b,b,,,
    1,2026-11-21T09:00:00+01:00,add-tag,all,1,add-tag:z,z,,,
    1,2026-11-21T09:00:00+01:00,add-tag,all,1,add-tag:y,y,,,
    1,2026-11-21T09:00:00+01:00,points,all,1,points:5,,0,5,
    1,2026-11-21T09:00:00+01:00,end,all,1,,,,completed,finished
    3,2026-11-21T09:00:00+01:00,start,all,1,,,,,condition
    3,2026-11-21T09:00:00+01:00,set,all,1,set:name,name,,"Ada, ""A""",
    3,2026-11-21T09:00:00+01:00,set,all,1,set:n,n,0,8,
    3,2026-11-21T09:00:00+01:00,set,all,1,set:seen,seen,,2026-11-21,
    3,2026-11-21T09:00:00+01:00,set,all,1,set:at,at,,2026-11-21T09:00,
    3,2026-11-21T09:00:00+01:00,add-tag,all,1,add-tag:z,z,,,
    3,2026-11-21T09:00:00+01:00,add-tag,all,1,add-tag:y,y,,,
    3,2026-11-21T09:00:00+01:00,points,all,1,points:5,,0,5,
    3,2026-11-21T09:00:00+01:00,end,all,1,,,,completed,finished
    "#);
    let appended = run(&plan, "id,n\n1,1\n2,");
    insta::assert_snapshot!(String::from_utf8(appended.contacts).unwrap(), @r#"
    id,n,tags,score,at,likes,name,ok,old,plan,seen,spent
    1,9,z;y,5,2026-11-21T09:00,shoes|socks,"Ada, ""A""",true,,pro,2026-11-21,12.5
    2,,,0,,,,,,,,
    "#);
}

#[test]
fn a_quote_that_is_never_closed_does_not_fill_the_memory() {
    let contacts = format!("id,name,dnc\n1,ok,\n2,\"{}\n", "x\n".repeat(9 << 20));
    match run_bytes(
        &plan(TYPES),
        NOW,
        contacts.as_bytes(),
        None,
        Options::default(),
    ) {
        Err(RunError::LongRow { line }) => assert_eq!(line, 3),
        other => panic!("{:?}", other.map(|_| ())),
    }
}

const PIECES: [&str; 9] = ["\"\"", "\n", "\r\n", ",", "ż", "漢", "a", " ", "\"\"\"\""];

/// Rows in all spellings that RFC 4180 has, with what is likely to be cut badly: quotes, line
/// feeds, commas, long letters.
fn torture(rows: usize) -> String {
    let mut text = "\u{feff}id,name,n,dnc,note\r\n".to_owned();
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % below as u64).unwrap()
    };
    for id in 0..rows {
        let mut cells = vec![if next(3) == 0 {
            format!("\"{id}\"")
        } else {
            id.to_string()
        }];
        let mut quoted = || {
            (0..next(9))
                .map(|_| PIECES[next(PIECES.len())])
                .collect::<String>()
        };
        let (name, note) = (quoted(), quoted());
        cells.push(format!("\"{name}\""));
        cells.push(if next(4) == 0 {
            "\"7\"".to_owned()
        } else {
            String::new()
        });
        cells.push(String::new());
        cells.push(if next(2) == 0 {
            "plain".to_owned()
        } else {
            format!("\"{note}\"")
        });
        let end = if id + 1 == rows && next(2) == 0 {
            ""
        } else {
            ["\n", "\r\n"][next(2)]
        };
        write!(text, "{}{end}", cells.join(",")).unwrap();
    }
    text
}

#[test]
fn quoted_rows_come_out_as_they_went_in_whatever_the_blocks() {
    let quiet = plan(
        &TYPES
            .split("funnels:")
            .next()
            .unwrap()
            .replace("[vip, warm]", "open"),
    );
    let contacts = torture(400);
    let whole = run(&quiet, &contacts);
    assert_eq!(problems(&whole), Vec::<String>::new());
    assert_eq!(String::from_utf8(whole.contacts.clone()).unwrap(), contacts);
    for block_size in (1..60).chain([127, 1000, contacts.len() - 1, contacts.len()]) {
        for threads in [1, 3] {
            let options = Options {
                threads,
                block_size,
            };
            let cut = run_bytes(&quiet, NOW, contacts.as_bytes(), None, options).unwrap();
            assert!(
                same(&cut, &whole),
                "blocks of {block_size} bytes on {threads} threads"
            );
        }
    }
}

#[test]
fn the_examples_give_the_same_bytes_on_any_number_of_threads_and_in_a_second_run() {
    for name in ["webshop", "lifecycle", "product-lines", "webinar"] {
        let (plan, contacts) = example(name);
        let one = run_bytes(&plan, NOW, &contacts, None, Options::default()).unwrap();
        assert_eq!(problems(&one), Vec::<String>::new(), "{name}");
        let later = NOW + 86_400;
        let next = run_bytes(
            &plan,
            later,
            &contacts,
            Some(&one.state),
            Options::default(),
        )
        .unwrap();
        for (threads, block_size) in [(1, 64), (2, 100), (8, 200), (8, 1)] {
            let options = Options {
                threads,
                block_size,
            };
            let cut = run_bytes(&plan, NOW, &contacts, None, options).unwrap();
            assert!(
                same(&cut, &one),
                "{name} in blocks of {block_size} bytes on {threads} threads"
            );
            let cut = run_bytes(&plan, later, &contacts, Some(&cut.state), options).unwrap();
            assert!(
                same(&cut, &next),
                "{name} a day later in blocks of {block_size} bytes on {threads} threads"
            );
        }
    }
}

fn same(a: &RunBytes, b: &RunBytes) -> bool {
    let files = (
        &a.contacts,
        &a.actions,
        &a.journal,
        &a.metrics,
        &a.state,
        &a.rejects,
    );
    files
        == (
            &b.contacts,
            &b.actions,
            &b.journal,
            &b.metrics,
            &b.state,
            &b.rejects,
        )
}

#[test]
fn contacts_that_the_file_lacks_keep_their_line_of_the_state() {
    let (plan, contacts) = example("webshop");
    let one = run_bytes(&plan, NOW, &contacts, None, Options::default()).unwrap();
    let text = String::from_utf8(contacts).unwrap();
    let half: String = text
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("102"))
        .collect();
    let next = run_bytes(
        &plan,
        NOW + 86_400,
        half.as_bytes(),
        Some(&one.state),
        Options::default(),
    )
    .unwrap();
    let (before, after) = (
        String::from_utf8(one.state).unwrap(),
        String::from_utf8(next.state).unwrap(),
    );
    assert_eq!(before.lines().count(), after.lines().count());
    let absent: Vec<_> = before
        .lines()
        .filter(|line| line.contains("\"102"))
        .collect();
    assert_eq!(absent.len(), 10);
    assert!(
        absent
            .iter()
            .all(|line| after.lines().any(|other| other == *line))
    );
}

#[test]
fn a_state_must_be_whole_and_of_the_same_plan() {
    let (plan, contacts) = example("webshop");
    let one = run_bytes(&plan, NOW, &contacts, None, Options::default()).unwrap();
    let run = |plan: &Plan, state: &[u8], now| {
        run_bytes(plan, now, &contacts, Some(state), Options::default()).map(|_| ())
    };
    assert!(run(&plan, &one.state, NOW).is_ok());
    assert!(matches!(
        run(&plan, &one.state, NOW - 86_400),
        Err(RunError::Bind(_))
    ));
    assert!(matches!(
        run(&plan, b"", NOW),
        Err(RunError::State { line: 1, .. })
    ));
    assert!(matches!(
        run(&plan, &one.state[..one.state.len() - 1], NOW),
        Err(RunError::State { .. })
    ));
    assert!(matches!(
        run(&plan, b"{}\n", NOW),
        Err(RunError::State { line: 1, .. })
    ));
    let other = example("webinar").0;
    match run(&other, &one.state, NOW) {
        Err(error @ RunError::InFlight(_)) => assert!(
            error.to_string().contains("removed: [ { funnel: "),
            "{error}"
        ),
        result => panic!("{result:?}"),
    }
}
