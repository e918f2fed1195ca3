//! Contacts who are alike go the same way, which a run finds out once: what it then writes of each is
//! what it writes where it is alone in the file.

use std::collections::BTreeMap;

use funnelc::plan::Plan;
use funnelc::runner::{Options, RunBytes, run_bytes};
use serde_json::Value;

use crate::generate::random::Random;
use crate::projects::{cases, plan_of, root, sources};

/// Whatever can decide without writing into the contact: each kind of field and of question, stages
/// by rule, by conversion and by steps, several channels, consent, limits, tokens, experiences,
/// waits, forks, and campaigns that let into one another.
const PROJECT: &str = "
version: 1
project: alike
timezone: Europe/Warsaw
contacts:
  key: id
  tags: { values: [hot, cold], column: tags, separator: ';' }
  points: { column: points }
  fields:
    email:  { type: email }
    mobile: { type: text }
    nick:   { type: text }
    orders: { type: integer, default: 0 }
    spent:  { type: number }
    last:   { type: date }
    asked:  { type: datetime }
    opt-in: { type: boolean }
    plan:   { type: choice, values: [free, pro] }
    likes:  { type: choices, values: [hats, shoes], separator: ';' }
  addresses: { email: email, sms: mobile }
  consent: { email: { field: opt-in, is: true }, sms: { segment: spender } }
  do-not-contact: { email: { column: dnc, default: false } }
limits: { sms: { at-most: 1, within: 1 day }, email: { between: ['08:00', '20:00'] } }
content:
  hello:  { kind: email, subject: 'Hi {{ nick | default: you }}, {{ points }}' }
  offer:  { kind: message, prefer: [sms, email] }
  ping:   { kind: sms, on-skip: exit }
  banner: { kind: ad }
  bar:    { kind: focus }
segments:
  spender: { where: { any: [ { field: spent, more-than: 10.5 }, { field: orders, at-least: 3 } ] } }
  recent:  { where: { field: last, since: 90 days ago } }
  asked:   { where: { field: asked, before: 2026-11-20T10:00 } }
  named:   { where: { field: nick, starts-with: an } }
  fans:    { where: { all: [ { field: likes, has-any: [hats] }, { not: { tag: cold } } ] } }
  by-hand: { where: { field: plan, is: pro } }
funnels:
  shop:
    place: [ { stage: buyer, when: { field: orders, at-least: 1 } }, { stage: lead, when: { segment: named } } ]
    stages:
      lead:  { weight: 0, converts: { segment: fans } }
      buyer:
        weight: 10
        converts: [ { when: { all: [ { segment: recent }, { field: points, at-least: 5 } ] }, to: loyal } ]
        experiences: [ { id: one, content: banner, when: { tag: hot } }, { id: two, content: hello } ]
      loyal: { weight: 20, final: true, experiences: [ { id: one, content: bar } ] }
  news:
    audience: { field: email, exists: true }
    stages: { reader: { weight: 0 }, friend: { weight: 5 } }
moved: [ { from: shop/patron, to: shop/loyal } ]
campaigns:
  welcome:
    enter: [ { entered: shop/buyer }, { entered: shop/loyal } ]
    goal: { stage: news/friend }
    steps:
      - send: hello
      - if: { segment: asked }
        then: [ { move: news/friend }, { send: offer } ]
        else: [ { if: { segment: by-hand }, then: [ { send: ping } ] }, { wait: 2 days }, { send: offer } ]
  cold:
    enter: { all: [ { tag: cold }, { not: { campaign: welcome } } ] }
    on-leave: stay
    steps: [ { unsubscribe: email }, { add-to: by-hand }, { enroll: last }, { leave: news }, { if: { tag: hot }, then: [ { note: here } ] }, { send: hello } ]
  last:
    priority: 5
    enter: [ { field: plan, is: free } ]
    on-leave: exit
    steps:
      - fork: [ { steps: [ { send: ping }, { wait: 1 hour } ] }, { steps: [ { wait-until: 2026-12-24 } ] } ]
      - send: offer
";

const HEADER: &str = "id,email,mobile,nick,orders,spent,last,asked,opt_in,plan,likes,tags,points,dnc,stage_shop,stage_news";

/// What the cells behind the key may hold.
const CELLS: [&[&str]; 15] = [
    &["", "MAIL"],
    &["", "+48"],
    &["", "Anna", "Bo"],
    &["", "0", "1", "3"],
    &["", "10.50", "10.51"],
    &["", "2026-11-01", "2026-01-01"],
    &["", "2026-11-20T09:59", "2026-11-20T10:00"],
    &["", "true", "false"],
    &["", "free", "pro"],
    &["", "hats", "shoes;hats"],
    &["", "hot", "cold", "hot;cold"],
    &["", "4", "5"],
    &["", "unsubscribed", "complained"],
    // One with quotes that stay, and what it was called.
    &["", "lead", "buyer", "\"loyal\"", "patron"],
    &["", "reader", "friend"],
];

/// 2026-11-21T09:00 in Warsaw.
const NOW: i64 = 1_795_248_000;

#[test]
fn who_is_like_another_is_treated_as_if_it_were_alone() {
    let plan = plan_of(sources(&[("funnelc.yaml", PROJECT)]));
    let mut random = Random::new(7);
    // Around each of some contacts all that differ from it in one cell, so that whatever a cell
    // decides is seen at two who else are the same; and each again, when its way is known.
    let mut kinds = Vec::new();
    for _ in 0..10 + cases().min(100) / 4 {
        let around = CELLS.map(|cells| *random.pick(cells));
        for (cell, texts) in CELLS.iter().enumerate() {
            kinds.extend(texts.iter().map(|text| {
                let mut kind = around;
                kind[cell] = text;
                kind
            }));
        }
    }
    let again: Vec<_> = kinds.iter().map(|_| *random.pick(&kinds)).collect();
    kinds.extend(again);
    // The last row, which lacks its line end, is one of a way that is known, and changes.
    let mut placed = CELLS.map(|cells| cells[1]);
    placed[13] = "";
    kinds.extend([placed; 2]);
    let rows: Vec<String> = (0..kinds.len())
        .map(|number| {
            let cells = kinds[number].join(",");
            let address = format!("a{number}@example.org");
            // Some keys ask for quotes.
            let key = match number % 5 {
                0 => format!("\"c,{number}\""),
                _ => format!("c{number}"),
            };
            format!("{key},{}\n", cells.replace("MAIL", &address))
        })
        .collect();
    each_like_all(&plan, HEADER, &rows);
}

#[test]
fn so_it_is_in_the_reference_job() {
    let folder = root().join("benches/reference/journey/funnelc.yaml");
    let project = std::fs::read_to_string(folder).unwrap();
    let plan = plan_of(sources(&[("funnelc.yaml", &project)]));
    let header = "id,email,country,created,last_active,last_purchase,orders,spent_90d,points,tags,stage,consent";
    let cells: [&[&str]; 11] = [
        &["", "MAIL"],
        &["PL"],
        &["2020-01-01"],
        &["", "2026-11-01", "2026-01-01"],
        &[""],
        &["0", "1"],
        &["499.99", "500.00"],
        &["49", "50"],
        &["", "webinar", "webinar-2025;vip"],
        &["", "unknown", "loyal", "reactivate-1"],
        &["true", "false"],
    ];
    let mut random = Random::new(8);
    let rows: Vec<String> = (0..5 * cases().min(100))
        .map(|number| {
            let cells: Vec<&str> = cells.iter().map(|cells| *random.pick(cells)).collect();
            let address = format!("a{number}@example.org");
            format!("{number},{}\n", cells.join(",").replace("MAIL", &address))
        })
        .collect();
    each_like_all(&plan, header, &rows);
}

fn each_like_all(plan: &Plan, header: &str, rows: &[String]) {
    let run = |rows: &[&str], options: Options| {
        let file = format!("{header}\n{}", rows.concat());
        run_bytes(plan, NOW, file.as_bytes(), None, options).unwrap()
    };
    let mut rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    // The last row of a file may lack its line end.
    let last = rows.pop().unwrap();
    rows.push(last.trim_end());
    let (mut sum, mut alone) = (BTreeMap::new(), [const { String::new() }; 4]);
    for row in &rows {
        let ran = run(&[row], Options::default());
        for (all, file) in alone.iter_mut().zip(files(&ran)) {
            *all += file;
        }
        add(&mut sum, "", &serde_json::from_str(&ran.metrics).unwrap());
    }
    // In many chunks, in each of which the ways of those before are known.
    let options = Options {
        threads: 2,
        block_size: 1 << 10,
    };
    let together = run(&rows, options);
    for (alone, file) in alone.iter().zip(files(&together)) {
        let differs = alone
            .lines()
            .zip(file.lines())
            .find(|(one, all)| one != all);
        assert_eq!(differs, None);
        assert_eq!(alone.len(), file.len());
    }
    let mut all = BTreeMap::new();
    add(
        &mut all,
        "",
        &serde_json::from_str(&together.metrics).unwrap(),
    );
    assert_eq!(sum, all, "what was counted adds up");
}

/// Contacts, actions, journal and state, without their first lines.
fn files(run: &RunBytes) -> [&str; 4] {
    [&run.contacts, &run.actions, &run.journal, &run.state].map(|file| {
        let text = str::from_utf8(file).unwrap();
        text.split_once('\n').map_or("", |(_, rows)| rows)
    })
}

/// Adds the numbers of a document, each under its place.
fn add(sum: &mut BTreeMap<String, u64>, place: &str, value: &Value) {
    match value {
        Value::Object(parts) => parts
            .iter()
            .filter(|(name, _)| *name != "format")
            .for_each(|(name, part)| add(sum, &format!("{place}/{name}"), part)),
        number => *sum.entry(place.to_owned()).or_insert(0) += number.as_u64().unwrap_or(0),
    }
}
