//! What people know from other tools and no other story shows: the rows of docs/coming-from-mautic.md and docs/coming-from-lytics.md name these.
//!
//! Invariant: each story says what happens in the words of those pages, with the constructs that they name.

use super::{Story, story};

/// A stage's reach, entered, passed, left and converted.
fn figures(story: Story, stage: &str, expected: [u64; 5]) -> Story {
    let names = ["reach", "entered", "passed", "left", "converted"];
    names
        .iter()
        .zip(expected)
        .fold(story, |story, (name, figure)| story.counts(&format!("/funnels/shop/stages/{stage}/{name}"), figure))
}

#[test]
fn each_conversion_leads_a_stage_on_to_the_goal_and_ends_what_was_shown() {
    let yaml = "
  site: { kind: page }
events: { purchased: {} }
segments:
  known:      { where: { field: email, exists: true } }
  engaged:    { where: { event: visited, of: site, at-least: 2, within: 30 days } }
  purchasers: { where: { event: purchased } }
funnels:
  goal:
    audience: everyone
    stages:
      visitor:  { weight: 0, converts: { segment: known }, experiences: [{ id: ad, content: banner }] }
      known:    { weight: 10, converts: { segment: engaged } }
      engaged:  { weight: 20, converts: { segment: purchasers }, experiences: [{ id: ad, content: banner }] }
      customer: { weight: 30, final: true }
";
    let visits = "contact,at,event,of\n1,2026-11-21T10:00,visited,site\n1,2026-11-21T11:00,visited,site\n";
    story(yaml)
        .on("2026-11-20T09:00", "id,email\n1,\n", "enter goal visitor\nshow 1 goal/visitor/ad banner")
        .on("2026-11-21T09:00", "id,email\n1,a@x.pl\n", "convert goal visitor known\nhide 1 goal/visitor/ad banner")
        .hears(visits)
        .again("2026-11-22T09:00", "convert goal known engaged\nshow 1 goal/engaged/ad banner")
        .hears("contact,at,event\n1,2026-11-22T10:00,purchased\n")
        .again("2026-11-23T09:00", "convert goal engaged customer\nhide 1 goal/engaged/ad banner");
}

/// Over several runs a stage's reach is that of the first and the `entered` of the later ones; `converted` adds up.
#[test]
fn who_converts_was_led_on_by_a_conversion_a_rule_or_a_move_and_nobody_who_goes_back() {
    let yaml = "
funnels:
  shop:
    audience: everyone
    place: [{ stage: loyal, when: { tag: vip } }]
    stages:
      known: { weight: 10, converts: { tag: hot } }
      buyer: { weight: 20, back-to: [known] }
      loyal: { weight: 30 }
campaigns:
  push: { enter: [{ tag: cold }], steps: [{ move: shop/buyer }] }
  back: { enter: [{ tag: other }], steps: [{ move: shop/known }] }
";
    let enters = "enter shop known\n2 enter shop known\n3 enter shop known\n4 enter shop known";
    let first = story(yaml).on("2026-11-20T09:00", "id,tags\n1,\n2,\n3,\n4,\n", enters);
    let second = figures(first, "known", [4, 4, 0, 0, 0]).on(
        "2026-11-21T09:00",
        "id,tags\n1,hot\n2,vip\n3,cold\n4,\n",
        "convert shop known buyer
         2 place shop known loyal
         3 start push 1 condition
         3 move push 1 move:shop/buyer shop known buyer
         3 end push 1 completed finished",
    );
    let second = figures(second, "known", [4, 0, 0, 3, 3]);
    let third = figures(second, "buyer", [2, 2, 0, 0, 0]).on(
        "2026-11-22T09:00",
        "id,tags\n1,hot\n2,vip\n3,cold;other\n4,hot;vip\n",
        "3 start back 1 condition
         3 move back 1 move:shop/known shop buyer known
         3 end back 1 completed finished
         4 place shop known loyal",
    );
    let third = figures(third, "known", [2, 1, 0, 1, 1]);
    figures(third, "buyer", [2, 0, 0, 1, 0]);
}

/// What is taken out of the project is forgotten; what is no longer published is hidden.
#[test]
fn an_experience_that_moves_to_another_stage_is_hidden_if_it_is_unpublished_first() {
    let yaml = |visitor: &str, reader: &str| {
        format!(
            "
funnels:
  news:
    audience: everyone
    stages:
      visitor: {{ weight: 0, converts: {{ field: email, exists: true }}{visitor} }}
      reader:  {{ weight: 10, experiences: [{reader}{{ id: default, content: bar }}] }}
"
        )
    };
    let ad = "{ id: ad, content: banner, when: { tag: hot } }";
    let closed = ad.replace("when:", "published: false, when:");
    let at = |ad: &str| format!(", experiences: [{ad}]");
    let moved = yaml("", &format!("{ad}, "));
    let begun = || {
        story(&yaml(&at(ad), "")).on(
            "2026-11-20T09:00",
            "id,email,tags\n1,,hot\n2,a@x.pl,hot\n",
            "enter news visitor
             show 1 news/visitor/ad banner
             2 enter news visitor
             2 convert news visitor reader
             2 show 1 news/reader/default bar",
        )
    };
    let shown = "2 hide 1 news/reader/default bar\n2 show 1 news/reader/ad banner";
    begun().with(&moved).again("2026-11-21T09:00", shown);
    begun()
        .with(&yaml(&at(&closed), &format!("{ad}, ")))
        .again("2026-11-21T09:00", &format!("hide 1 news/visitor/ad banner\n{shown}"))
        .with(&moved)
        .again("2026-11-22T09:00", "");
}

#[test]
fn a_segment_over_a_stage_and_a_campaign_move_people_from_one_stage_or_from_any() {
    let yaml = "
segments:
  bought: { where: { all: [{ stage: shop/cold-lead }, { field: last, exists: true }] } }
funnels:
  shop:
    audience: everyone
    stages:
      cold-lead:  { weight: 10 }
      purchased:  { weight: 20 }
      reactivate: { weight: 40 }
campaigns:
  to-purchased:  { enter: { segment: bought }, steps: [{ move: shop/purchased }] }
  to-reactivate: { priority: -1, enter: { field: last, before: 30 days ago }, steps: [{ move: shop/reactivate }] }
";
    let moved = |campaign: &str, from: &str, to: &str| {
        format!(
            "start {campaign} 1 condition\nmove {campaign} 1 move:shop/{to} shop {from} {to}\nend {campaign} 1 completed finished"
        )
    };
    story(yaml)
        .on("2026-11-20T09:00", "id,last\n1,\n", "enter shop cold-lead")
        .on("2026-11-21T09:00", "id,last\n1,2026-11-20\n", &moved("to-purchased", "cold-lead", "purchased"))
        .again("2026-12-20T09:00", "")
        .again("2026-12-21T09:00", &moved("to-reactivate", "purchased", "reactivate"));
}

#[test]
fn stages_follow_the_number_and_the_sum_of_sales() {
    let yaml = "
events: { purchased: { properties: { amount: number } } }
funnels:
  shop:
    audience: everyone
    stages:
      unknown: { weight: 0, converts: { field: email, exists: true } }
      address: { weight: 10, converts: { event: purchased } }
      first:
        weight: 20
        converts: { all: [{ event: purchased, at-least: 3 }, { event: purchased, sum: amount, at-least: 150 }] }
      average: { weight: 30, converts: { event: purchased, sum: amount, at-least: 1000, within: 1 year } }
      large:   { weight: 40, final: true }
";
    let sales = |rows: &[(&str, &str)]| {
        let row = |(at, amount): &(&str, &str)| format!("1,{at},purchased,{amount}\n");
        format!("contact,at,event,amount\n{}", rows.iter().map(row).collect::<String>())
    };
    story(yaml)
        .on("2026-11-20T09:00", "id,email\n1,\n", "enter shop unknown")
        .on("2026-11-21T09:00", "id,email\n1,a@x.pl\n", "convert shop unknown address")
        .hears(&sales(&[("2026-11-21T10:00", "9.90")]))
        .again("2026-11-22T09:00", "convert shop address first")
        .hears(&sales(&[("2026-11-22T10:00", "70"), ("2026-11-22T11:00", "70.10")]))
        .again("2026-11-23T09:00", "convert shop first average")
        .hears(&sales(&[("2026-11-23T10:00", "849.99")]))
        .again("2026-11-24T09:00", "")
        .hears(&sales(&[("2026-11-24T10:00", "0.01")]))
        .again("2026-11-25T09:00", "convert shop average large");
}

#[test]
fn any_of_several_signs_makes_a_lead_and_any_of_others_qualifies_it() {
    let yaml = "
  prices:    { kind: page }
  demo-form: { kind: form }
events: { joined-fans: {}, commented: {} }
funnels:
  life:
    audience: { field: email, exists: true }
    stages:
      subscriber:
        weight: 10
        converts:
          any: [{ field: note, exists: true }, { event: visited }, { event: joined-fans }, { event: commented }]
      lead:
        weight: 20
        converts:
          any:
            - { event: visited, of: prices }
            - { field: webinar, exists: true }
            - { event: clicked, at-least: 5, within: 30 days }
            - { event: submitted, of: demo-form }
      mql: { weight: 30, final: true }
";
    let (lead, qualified) = ("convert life subscriber lead", "convert life lead mql");
    let becomes = |row: &str, events: &str, journal: &str| {
        let enters = "enter life subscriber";
        story(yaml)
            .on("2026-11-20T09:00", "id,email,note,webinar\n1,a@x.pl,,\n", enters)
            .hears(&format!("contact,at,event,of\n{events}"))
            .on("2026-11-21T09:00", &format!("id,email,note,webinar\n1,a@x.pl,{row}\n"), journal);
    };
    let clicks = |number: usize| -> String {
        (0..number).map(|minute| format!("1,2026-11-20T10:0{minute},clicked,hello\n")).collect()
    };
    let came = "1,2026-11-20T10:00,visited,\n";
    becomes(",", "", "");
    becomes("+48 600,", "", lead);
    becomes(",", came, lead);
    becomes(",", "1,2026-11-20T10:00,joined-fans,\n", lead);
    becomes(",", "1,2026-11-20T10:00,commented,\n", lead);
    let both = format!("{lead}\n{qualified}");
    becomes(",", "1,2026-11-20T10:00,visited,prices\n", &both);
    becomes("+48 600,2026-12-01T18:00", "", &both);
    becomes("+48 600,", "1,2026-11-20T10:00,submitted,demo-form\n", &both);
    becomes(",", &format!("{came}{}", clicks(4)), lead);
    becomes(",", &format!("{came}{}", clicks(5)), &both);
}

#[test]
fn tags_come_from_a_list_a_visit_a_purchase_and_a_click() {
    let yaml = "
  prices: { kind: page }
events: { purchased: {} }
segments: { imported: { where: { tag: cold } } }
campaigns:
  by-click:    { enter: { event: clicked, of: hello }, steps: [{ add-tag: other }] }
  by-purchase: { enter: { event: purchased }, steps: [{ add-tag: vip }] }
  by-visit:    { enter: { event: visited, of: prices }, steps: [{ add-tag: hot }] }
";
    let events = "contact,at,event,of\n1,2026-11-20T10:00,visited,prices\n2,2026-11-20T10:00,purchased,\n3,2026-11-20T10:00,clicked,hello\n";
    let tagged = |contact: &str, campaign: &str, tag: &str| {
        format!(
            "{contact}start {campaign} 1 event\n{contact}add-tag {campaign} 1 add-tag:{tag} {tag}\n{contact}end {campaign} 1 completed finished\n"
        )
    };
    let journal =
        tagged("", "by-visit", "hot") + &tagged("2 ", "by-purchase", "vip") + &tagged("3 ", "by-click", "other");
    story(yaml)
        .on("2026-11-20T09:00", "id,tags\n1,\n2,cold\n3,cold\n", "")
        .counts("/segments/imported", 2)
        .hears(events)
        .again("2026-11-21T09:00", &journal)
        .writes("id,tags\n1,hot\n2,cold;vip\n3,cold;other\n");
}

#[test]
fn tags_of_long_ago_make_the_segment_of_a_new_line_and_move_nobody() {
    let before = "
funnels: { brand: { stages: { newcomer: { weight: 10 }, loyal: { weight: 20 } } } }
events: { purchased: {} }
campaigns:
  mark: { enter: { event: purchased }, steps: [{ add-tag: vip }] }
";
    let new_line = format!(
        "{before}  new-line: {{ enter: {{ segment: may-like-it }}, steps: [{{ send: bar }}] }}
  win-back: {{ enter: {{ stage: brand/loyal, for: 30 days }}, steps: [{{ add-tag: cold }}] }}
segments: {{ may-like-it: {{ where: {{ any: [{{ tag: vip }}, {{ tag: other }}] }} }} }}
"
    );
    story(before)
        .on("2026-11-20T09:00", "id,tags,stage_brand\n1,,newcomer\n2,other,loyal\n3,,newcomer\n", "")
        .hears("contact,at,event\n1,2026-11-20T10:00,purchased\n")
        .again("2026-11-21T09:00", "start mark 1 event\nadd-tag mark 1 add-tag:vip vip\nend mark 1 completed finished")
        .with(&new_line)
        .again(
            "2026-12-24T09:00",
            "start new-line 1 condition
             send new-line 1 send:bar bar
             end new-line 1 completed finished
             2 start new-line 1 condition
             2 start win-back 1 condition
             2 send new-line 1 send:bar bar
             2 end new-line 1 completed finished
             2 add-tag win-back 1 add-tag:cold cold
             2 end win-back 1 completed finished",
        )
        .writes("id,tags,stage_brand\n1,vip,newcomer\n2,other;cold,loyal\n3,,newcomer\n");
}

#[test]
fn many_points_at_an_early_stage_and_few_at_a_late_one_are_two_segments() {
    let yaml = "
points:
  rules:
    clicks: { each: { event: clicked }, give: 5 }
    papers: { each: { event: downloaded }, give: 10 }
segments:
  hot-but-new:     { where: { all: [{ field: points, at-least: 15 }, { not: { reached: shop/customer } }] } }
  better-by-phone: { where: { all: [{ field: points, less-than: 5 }, { reached: shop/customer }] } }
funnels: { shop: { stages: { prospect: { weight: 10 }, customer: { weight: 20 }, loyal: { weight: 30 } } } }
campaigns:
  by-people: { enter: { segment: better-by-phone }, steps: [{ notify: sales@x.pl, message: Call them. }] }
  offer:     { enter: { segment: hot-but-new }, steps: [{ send: bar }] }
";
    story(yaml)
        .on(
            "2026-11-20T09:00",
            "id,points,stage_shop\n1,,prospect\n2,40,loyal\n3,4,loyal\n4,14,\n",
            "3 start by-people 1 condition
             3 notify by-people 1 notify:sales@x.pl sales@x.pl
             3 end by-people 1 completed finished",
        )
        .hears("contact,at,event\n1,2026-11-20T10:00,clicked\n1,2026-11-20T10:00,downloaded\n")
        .again(
            "2026-11-21T09:00",
            "points 0 5 clicks
             points 5 15 papers
             start offer 1 condition
             send offer 1 send:bar bar
             end offer 1 completed finished",
        );
}

#[test]
fn a_part_of_a_page_goes_by_the_value_of_a_field() {
    let yaml = "
  for-all: { kind: dynamic }
  for-pro: { kind: dynamic }
funnels:
  site:
    audience: everyone
    stages:
      visitor:
        weight: 0
        experiences: [{ id: pro, content: for-pro, when: { field: plan, is: pro } }, { id: all, content: for-all }]
";
    story(yaml).on("2026-11-20T09:00", "id,plan\n1,free\n", "enter site visitor\nshow 1 site/visitor/all for-all").on(
        "2026-11-21T09:00",
        "id,plan\n1,pro\n",
        "hide 1 site/visitor/all for-all\nshow 1 site/visitor/pro for-pro",
    );
}

#[test]
fn who_lives_near_gets_the_offer_of_the_place() {
    let yaml = "
segments: { near: { where: { field: note, in: [Warszawa, Pruszków] } } }
campaigns:
  news: { enter: { field: opt-in, is: true }, steps: [{ if: { segment: near }, then: [{ send: hello }], else: [{ send: again }] }] }
";
    story(yaml).on(
        "2026-11-20T09:00",
        "id,email,opt_in,note\n1,a@x.pl,true,WARSZAWA\n2,b@x.pl,true,Łódź\n",
        "start news 1 condition
         if news 1 if then
         send news 1 if/then/send:hello hello email
         end news 1 completed finished
         2 start news 1 condition
         2 if news 1 if else
         2 send news 1 if/else/send:again again email
         2 end news 1 completed finished",
    );
}

#[test]
fn a_step_moves_whoever_is_in_one_of_some_stages() {
    let yaml = "
funnels: { shop: { stages: { lead: { weight: 10 }, buyer: { weight: 20 }, loyal: { weight: 30 } } } }
campaigns:
  talk:
    enter: { tag: hot }
    steps: [{ if: { any: [{ stage: shop/lead }, { stage: shop/loyal }] }, then: [{ move: shop/loyal }] }]
";
    let moved = "\nmove talk 1 if/then/move:shop/loyal shop lead loyal";
    for (stage, way) in [("lead", format!("then{moved}")), ("buyer", "else".to_owned()), ("", "else".to_owned())] {
        let journal = format!("start talk 1 condition\nif talk 1 if {way}\nend talk 1 completed finished");
        story(yaml).on("2026-11-20T09:00", &format!("id,tags,stage_shop\n1,hot,{stage}\n"), &journal);
    }
}

#[test]
fn a_stage_opens_and_closes_at_a_time_of_day() {
    let yaml = "
funnels:
  shop:
    stages:
      lead: { weight: 10, converts: [{ when: { tag: hot }, to: sale }] }
      sale: { weight: 20, publish: { from: 2026-11-20T10:00, until: 2026-11-20T12:00 } }
";
    for (now, journal) in [
        ("2026-11-20T09:59", ""),
        ("2026-11-20T10:00", "convert shop lead sale"),
        ("2026-11-20T12:00", "convert shop lead sale"),
        ("2026-11-20T12:01", ""),
    ] {
        story(yaml).on(now, "id,tags,stage_shop\n1,hot,lead\n", journal);
    }
}
