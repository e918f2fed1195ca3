//! Conditions: each operator, missing values, and days against moments. The segment's size is the
//! answer.

use super::story;

/// Whether `condition` holds for the contact of `row`.
pub(super) fn ask(condition: &str, row: &str, expected: bool) {
    let file =
        format!("id,email,orders,spent,last,webinar,opt_in,plan,likes,note,points,tags\n1,{row}\n");
    let yaml = format!("segments: {{ asked: {{ where: {condition} }} }}\n");
    let asked = story(&yaml).on("2026-11-21T09:00", &file, "");
    let metrics: serde_json::Value =
        serde_json::from_str(&asked.last.as_ref().unwrap().metrics).unwrap();
    assert_eq!(
        metrics["segments"]["asked"] == 1,
        expected,
        "{condition} of {row}"
    );
}

fn of_note(operator: &str, note: &str, expected: bool) {
    ask(
        &format!("{{ field: note, {operator} }}"),
        &format!(",,,,,,,,{note},,"),
        expected,
    );
}

fn of_last(operator: &str, last: &str, expected: bool) {
    ask(
        &format!("{{ field: last, {operator} }}"),
        &format!(",,,{last},,,,,,,"),
        expected,
    );
}

fn of_webinar(operator: &str, webinar: &str, expected: bool) {
    ask(
        &format!("{{ field: webinar, {operator} }}"),
        &format!(",,,,{webinar},,,,,,"),
        expected,
    );
}

#[test]
fn text_compares_by_simple_case_folding() {
    of_note("is: łódź", "ŁÓDŹ", true);
    of_note("is: lodz", "ŁÓDŹ", false);
    of_note("is-not: łódź", "Łódź", false);
    of_note("in: [a, ŁÓDŹ]", "łódź", true);
    of_note("not-in: [a, b]", "C", true);
    of_note("contains: ÓD", "łódź", true);
    of_note("starts-with: ŁÓ", "łódź", true);
    of_note("ends-with: DŹ", "łódź", true);
    of_note("contains: x", "łódź", false);
}

#[test]
fn a_pattern_is_looked_for_anywhere() {
    of_note("matches: 'd[0-9]+'", "ad42", true);
    of_note("matches: '^d[0-9]+'", "ad42", false);
    of_note("matches: '^Ł\\p{L}+$'", "łódź", true);
    of_note("matches: '^a.c$'", "abbc", false);
    of_note("matches: a", "", false);
    of_note("matches: ''", "x", true);
    let yaml = "segments: { asked: { where: { field: code, matches: '^A' } } }\n";
    let strict = format!(
        "{}{yaml}",
        super::CONTRACT.replace(
            "note:    {",
            "code: { type: text, match-case: true }\n    note:    {"
        )
    );
    super::story_of(&strict)
        .on("2026-11-21T09:00", "id,code\n1,a1\n2,A1\n", "")
        .counts("/segments/asked", 1);
}

#[test]
fn an_anniversary_is_the_same_day_of_any_year() {
    of_last("anniversary: today", "1999-11-21", true);
    of_last("anniversary: today", "2026-11-21", true);
    of_last("anniversary: today", "2030-11-21", true);
    of_last("anniversary: today", "1999-11-20", false);
    of_last("anniversary: today", "1999-10-21", false);
    of_last("anniversary: yesterday", "1999-11-20", true);
    of_last("anniversary: tomorrow", "1999-11-22", true);
    of_last("anniversary: in 10 days", "1999-12-01", true);
    of_last("anniversary: 21 days ago", "1999-10-31", true);
    of_last("anniversary: today", "", false);
    of_webinar("anniversary: today", "2020-11-21T23:59:59", true);
    of_webinar("anniversary: today", "2020-11-20T23:30:00Z", true);
}

#[test]
fn missing_is_false_and_true_where_negated() {
    for operator in [
        "is: a",
        "in: [a]",
        "contains: a",
        "starts-with: a",
        "ends-with: a",
        "exists: true",
    ] {
        of_note(operator, "", false);
    }
    for operator in ["is-not: a", "not-in: [a]", "exists: false"] {
        of_note(operator, "", true);
    }
    for operator in [
        "before: today",
        "after: yesterday",
        "since: today",
        "until: today",
        "within: 9 days",
    ] {
        of_last(operator, "", false);
    }
    of_last("is-not: today", "", true);
    ask("{ field: likes, has-none: [shoes] }", ",,,,,,,,,,", true);
    ask("{ field: likes, has-any: [shoes] }", ",,,,,,,,,,", false);
    ask("{ not: { field: note, is: a } }", ",,,,,,,,,,", true);
}

#[test]
fn numbers_and_points() {
    for (operator, expected) in [
        ("is: 5", true),
        ("is-not: 5", false),
        ("in: [1, 5]", true),
        ("not-in: [1, 5]", false),
        ("at-least: 5", true),
        ("at-most: 5", true),
        ("more-than: 5", false),
        ("less-than: 5", false),
        ("between: [5, 6]", true),
        ("between: [6, 7]", false),
    ] {
        ask(
            &format!("{{ field: orders, {operator} }}"),
            ",5,,,,,,,,,",
            expected,
        );
        ask(
            &format!("{{ field: spent, {operator} }}"),
            ",,5.00,,,,,,,,",
            expected,
        );
        ask(
            &format!("{{ field: points, {operator} }}"),
            ",,,,,,,,,5,",
            expected,
        );
    }
    ask("{ field: spent, is: 5.0 }", ",,5,,,,,,,,", true);
    ask("{ field: spent, more-than: 4.99 }", ",,5,,,,,,,,", true);
    ask("{ field: orders, is: 0 }", ",,,,,,,,,,", true);
}

#[test]
fn flags_choices_and_tags() {
    ask("{ field: opt-in, is: true }", ",,,,,YES,,,,,", true);
    ask("{ field: opt-in, is-not: true }", ",,,,,,,,,,", true);
    ask("{ field: plan, is: free }", ",,,,,,,,,,", true);
    ask("{ field: plan, in: [pro] }", ",,,,,,pro,,,,", true);
    ask("{ field: plan, not-in: [pro] }", ",,,,,,pro,,,,", false);
    ask(
        "{ field: likes, has-any: [shoes, socks] }",
        ",,,,,,,hats;socks,,,",
        true,
    );
    ask(
        "{ field: likes, has-all: [hats, socks] }",
        ",,,,,,,socks;hats,,,",
        true,
    );
    ask(
        "{ field: likes, has-all: [hats, shoes] }",
        ",,,,,,,socks;hats,,,",
        false,
    );
    ask(
        "{ field: likes, has-none: [shoes] }",
        ",,,,,,,socks;hats,,,",
        true,
    );
    ask("{ tag: vip }", ",,,,,,,,,,hot; vip", true);
    ask("{ tag: vip }", ",,,,,,,,,,VIP", false);
}

#[test]
fn relative_days_are_whole_days() {
    of_last("before: 90 days ago", "2026-08-22", true);
    of_last("before: 90 days ago", "2026-08-23", false);
    of_last("since: 90 days ago", "2026-08-23", true);
    of_last("within: 90 days", "2026-08-23", true);
    of_last("within: 90 days", "2026-11-21", true);
    of_last("within: 90 days", "2026-11-22", false);
    of_last("within-next: 3 days", "2026-11-20", false);
    of_last("within-next: 3 days", "2026-11-21", true);
    of_last("within-next: 3 days", "2026-11-24", true);
    of_last("within-next: 3 days", "2026-11-25", false);
    of_last("is: yesterday", "2026-11-20", true);
    of_last("between: [start of month, today]", "2026-11-01", true);
    of_last("during: last week", "2026-11-09", true);
    of_last("during: last week", "2026-11-16", false);
    of_last("during: this month", "2026-11-30", true);
    of_last("during: next year", "2027-12-31", true);
    of_last("until: 2026-11-20", "2026-11-20", true);
    of_last("after: 2026-11-20", "2026-11-20", false);
}

#[test]
fn a_day_against_a_datetime_is_the_whole_day() {
    of_webinar("is: 2026-11-20", "2026-11-20T23:59", true);
    of_webinar("is: 2026-11-20", "2026-11-21T00:00", false);
    of_webinar("before: 2026-11-20", "2026-11-20T00:00", false);
    of_webinar("before: 2026-11-20", "2026-11-19T23:59:59", true);
    of_webinar("since: 2026-11-20", "2026-11-20T00:00", true);
    of_webinar("until: 2026-11-20", "2026-11-20T23:59:59", true);
    of_webinar("after: 2026-11-20", "2026-11-20T23:59:59", false);
    of_webinar("after: 2026-11-20", "2026-11-21T00:00", true);
    of_webinar(
        "between: [2026-11-19, 2026-11-20]",
        "2026-11-20T12:00",
        true,
    );
    of_webinar("within: 1 day", "2026-11-20T00:00", true);
    of_webinar("within: 1 day", "2026-11-21T09:00:01", false);
    of_webinar("within: 3 hours", "2026-11-21T05:59:59", false);
    of_webinar("within: 3 hours", "2026-11-21T06:00", true);
    of_webinar("within-next: 1 day", "2026-11-22T23:59:59", true);
    of_webinar("within-next: 1 day", "2026-11-21T08:59:59", false);
    of_webinar("during: this week", "2026-11-16T00:00", true);
    of_webinar("is: 2026-11-20T12:00", "2026-11-20T12:00", true);
}

#[test]
fn a_long_chain_of_segments_needs_no_deep_recursion() {
    let after = |number: usize| {
        format!(
            "  s{number}: {{ where: {{ all: [{{ segment: s{} }}, {{ not: {{ tag: cold }} }}] }} }}\n",
            number - 1
        )
    };
    let chain: String = (1..3000).map(after).collect();
    let yaml = format!("segments:\n  s0: {{ where: {{ tag: vip }} }}\n{chain}");
    story(&yaml)
        .on("2026-11-21T09:00", "id,tags\n1,vip\n", "")
        .counts("/segments/s2999", 1);
}
