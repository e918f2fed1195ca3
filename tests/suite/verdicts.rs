//! What `never-true` and `always-true` prove, and what they leave open because somebody might meet
//! it.

use crate::projects::sources;

/// The codes of both checks for a segment that asks this.
fn told(condition: &str) -> Vec<&'static str> {
    let project = format!(
        "
version: 1
contacts:
  key: id
  tags: {{ values: [vip] }}
  fields:
    orders: {{ type: integer, default: 0, min: 0, max: 10 }}
    spent:  {{ type: number }}
    last:   {{ type: date }}
    call:   {{ type: datetime }}
    plan:   {{ type: choice, values: [free, pro] }}
    likes:  {{ type: choices, values: [hats, shoes] }}
    name:   {{ type: text }}
    ok:     {{ type: boolean }}
    mail:   {{ type: email }}
  addresses: {{ email: mail }}
  consent: {{ email: {{ field: ok, is: true }} }}
events:
  bought: {{ properties: {{ price: number }} }}
content: {{ bar: {{ kind: focus }} }}
funnels: {{ shop: {{ stages: {{ lead: {{ weight: 0 }}, buyer: {{ weight: 10, final: true }} }} }} }}
segments:
  small: {{ where: {{ field: orders, at-most: 3 }} }}
  asked: {{ where: {condition} }}
campaigns: {{ talk: {{ enter: {{ segment: asked }}, steps: [{{ send: bar }}] }} }}
"
    );
    let compiled = funnelc::compile(sources(&[("funnelc.yaml", &project)]));
    let codes = compiled
        .diagnostics
        .iter()
        .map(|finding| finding.code.name());
    codes
        .filter(|code| {
            code.ends_with("-true") || code.starts_with("unknown") || code.starts_with("wrong")
        })
        .collect()
}

#[test]
fn what_no_contact_can_meet_is_told() {
    for condition in [
        "{ field: orders, more-than: 10 }",
        "{ all: [{ field: orders, at-least: 5 }, { segment: small }] }",
        "{ all: [{ field: orders, more-than: 3 }, { field: orders, less-than: 4 }] }",
        "{ all: [{ field: spent, is: 1.5 }, { not: { field: spent, between: [1, 2] } }] }",
        "{ all: [{ field: spent, exists: false }, { field: spent, at-least: 1 }] }",
        "{ all: [{ field: plan, is: free }, { any: [{ field: plan, is: pro }, { field: plan, exists: false }] }] }",
        "{ all: [{ tag: vip }, { not: { tag: vip } }] }",
        "{ all: [{ tag: vip }, { tags: none }] }",
        "{ all: [{ stage: shop/lead }, { reached: shop/buyer }] }",
        "{ all: [{ in-funnel: shop }, { not: { stage: shop/lead } }, { not: { stage: shop/buyer } }] }",
        "{ all: [{ field: last, before: 90 days ago }, { field: last, within: 30 days }] }",
        "{ all: [{ field: last, after: today }, { field: last, until: today }] }",
        "{ all: [{ field: call, since: 2026-01-02 }, { field: call, until: 2026-01-01 }] }",
        "{ all: [{ field: call, within-next: 2 days }, { field: call, after: in 2 days }] }",
        "{ all: [{ field: likes, has-any: [hats] }, { field: likes, has-none: [hats, shoes] }] }",
        "{ all: [{ field: name, is: Ann }, { field: name, in: [Bob, Cleo] }] }",
        "{ all: [{ field: ok, is: true }, { field: ok, is-not: true }] }",
        "{ any: [{ tag: vip }, { field: orders, less-than: 0 }] }",
        "{ all: [{ event: bought }, { event: bought, less-than: 1 }] }",
        "{ all: [{ event: bought, at-least: 2, within: 7 days }, { event: bought, at-most: 1, within: 1 month }] }",
        "{ all: [{ event: bought, where: { property: price, is: 1 } }, { event: bought, is: 0 }] }",
        "{ event: bought, less-than: 0 }",
        "{ event: bought, where: { all: [{ property: price, more-than: 9 }, { property: price, less-than: 5 }] } }",
        "{ all: [{ reachable: email }, { field: ok, is-not: true }] }",
        "{ all: [{ reachable: email }, { field: mail, exists: false }] }",
        "{ campaign: talk, state: converted }",
        "{ all: [{ field: name, in: [DE, PL] }, { field: name, not-in: [pl, de] }] }",
        "{ all: [{ field: name, is: ann }, { field: name, contains: b }] }",
        "{ all: [{ field: name, starts-with: ab }, { field: name, starts-with: AC }] }",
        "{ all: [{ field: name, is: 'straße' }, { field: name, is: 'STRASSE' }] }",
        "{ all: [{ field: call, before: 48 h ago }, { field: call, within: 24 h }] }",
        "{ all: [{ field: call, before: 48 h ago }, { field: call, since: today }] }",
        "{ all: [{ field: last, before: 3 months ago }, { field: last, within: 89 days }] }",
        "{ all: [{ field: last, during: this week }, { field: last, before: 6 days ago }] }",
        "{ all: [{ field: last, since: start of month }, { field: last, before: 30 days ago }] }",
    ] {
        assert_eq!(told(condition), ["never-true"], "{condition}");
    }
}

#[test]
fn a_comparison_that_everybody_meets_is_told() {
    for condition in [
        "{ field: orders, at-least: 0 }",
        "{ all: [{ tag: vip }, { field: orders, less-than: 11 }] }",
        "{ event: bought, at-least: 0 }",
        "{ any: [{ field: name, is-not: DE }, { field: name, is-not: PL }] }",
        "{ any: [{ field: orders, at-least: 1 }, { field: orders, is: 0 }] }",
        "{ any: [{ tag: vip }, { not: { tag: vip } }] }",
        "{ any: [{ segment: small }, { not: { segment: small } }] }",
    ] {
        assert_eq!(told(condition), ["always-true"], "{condition}");
    }
}

#[test]
fn what_somebody_might_meet_is_not_told() {
    for condition in [
        "{ field: orders, between: [0, 9] }",
        "{ all: [{ not: { tag: vip } }, { tags: any }] }",
        "{ all: [{ field: orders, more-than: 2 }, { segment: small }] }",
        "{ all: [{ field: spent, more-than: 3 }, { field: spent, less-than: 4 }] }",
        "{ all: [{ field: plan, is-not: free }, { field: plan, is-not: pro }] }",
        "{ all: [{ stage: shop/lead, for: 3 days }, { not: { stage: shop/lead, for: 9 days } }] }",
        "{ all: [{ field: last, before: 1 month ago }, { field: last, within: 31 days }] }",
        "{ all: [{ field: last, since: 2026-01-01 }, { field: last, before: 90 days ago }] }",
        "{ all: [{ field: call, within: 1 day }, { field: call, within-next: 1 day }] }",
        "{ all: [{ field: call, since: 2026-01-01 }, { field: call, until: 2026-01-01 }] }",
        "{ all: [{ field: call, before: 2 h ago }, { field: call, since: today }] }",
        "{ all: [{ field: likes, has-any: [hats, shoes] }, { field: likes, has-none: [hats] }] }",
        "{ all: [{ field: name, is: Ann }, { field: name, is: ANN }] }",
        "{ all: [{ field: name, is: ann }, { field: name, contains: N }] }",
        "{ all: [{ event: bought, at-least: 2, within: 1 month }, { event: bought, at-most: 1, within: 7 days }] }",
        "{ all: [{ event: bought, at-least: 1, within: 31 days }, { event: bought, is: 0, within: 1 month }] }",
        "{ all: [{ event: bought }, { event: bought, is: 0, where: { property: price, is: 1 } }] }",
        "{ all: [{ field: ok, is: true }, { field: mail, exists: true }, { not: { reachable: email } }] }",
        "{ campaign: talk, state: completed }",
        "{ all: [{ field: call, before: 24 h ago }, { field: call, since: today }] }",
        "{ all: [{ field: last, before: 3 months ago }, { field: last, within: 90 days }] }",
        "{ all: [{ field: last, during: this week }, { field: last, before: 5 days ago }] }",
        "{ all: [{ field: last, since: start of month }, { field: last, before: 29 days ago }] }",
        "{ all: [{ field: name, starts-with: ab }, { field: name, starts-with: ABC }] }",
        "{ all: [{ field: name, is: KÖLN }, { field: name, is: köln }] }",
        "{ any: [{ field: plan, exists: true }, { field: plan, exists: false }] }",
    ] {
        assert_eq!(told(condition), Vec::<&str>::new(), "{condition}");
    }
}

/// Whether a segment that asks through others for so many fields, and for the opposite, is told.
fn is_told_through(fields: usize) -> bool {
    let declared: String = (0..fields)
        .map(|at| format!("f{at}: {{ type: boolean }}, "))
        .collect();
    let one = |at: usize| match at {
        0 => "  s0: { where: { field: f0, is: true } }\n".to_owned(),
        _ => format!(
            "  s{at}: {{ where: {{ all: [{{ segment: s{} }}, {{ field: f{at}, is: true }}] }} }}\n",
            at - 1
        ),
    };
    let segments: String = (0..fields).map(one).collect();
    let project = format!(
        "
version: 1
contacts: {{ key: id, tags: {{ values: [red] }}, fields: {{ {declared} }} }}
segments:
{segments}  asked: {{ where: {{ all: [{{ segment: s{} }}, {{ field: f0, is: false }}] }} }}
campaigns: {{ talk: {{ enter: {{ segment: asked }}, steps: [{{ add-tag: red }}] }} }}
",
        fields - 1
    );
    let compiled = funnelc::compile(sources(&[("funnelc.yaml", &project)]));
    assert!(compiled.plan.is_some());
    compiled
        .diagnostics
        .iter()
        .any(|finding| finding.code.name() == "never-true")
}

#[test]
fn segments_are_looked_through_for_as_many_things_as_the_page_says() {
    assert!(is_told_through(64));
    assert!(
        !is_told_through(65),
        "layers upon layers would cost their square"
    );
}
