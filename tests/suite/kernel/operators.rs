//! Operators on the types for which no other story uses them, and every way to write a day or a
//! period.

use super::conditions::ask;

/// Asks about one field of a contact; the time is nine on Saturday, 21 November 2026.
fn of(field: &str, operator: &str, cell: &str, expected: bool) {
    let columns = [
        "email", "orders", "spent", "last", "webinar", "opt-in", "plan", "likes", "note", "points",
        "tags",
    ];
    let row: Vec<&str> = columns
        .iter()
        .map(|column| if *column == field { cell } else { "" })
        .collect();
    ask(
        &format!("{{ field: {field}, {operator} }}"),
        &row.join(","),
        expected,
    );
}

#[test]
fn an_email_compares_like_text() {
    let ada = "Ada@Example.com";
    of("email", "is: ada@example.com", ada, true);
    of("email", "is-not: ada@example.com", ada, false);
    of("email", "in: [bob@example.com, ada@example.com]", ada, true);
    of("email", "not-in: [bob@example.com]", ada, true);
    of("email", "contains: '@EX'", ada, true);
    of("email", "starts-with: ada@", ada, true);
    of("email", "ends-with: .com", ada, true);
    of("email", "ends-with: .pl", ada, false);
    of("email", "matches: '^ada@.+[.]com$'", ada, true);
    of("email", "matches: '^@'", ada, false);
}

#[test]
fn exists_asks_each_type_whether_there_is_a_value() {
    let cells = [
        ("email", "a@x.pl"),
        ("spent", "0"),
        ("last", "2026-11-21"),
        ("webinar", "2026-11-21T09:00"),
        ("opt-in", "no"),
        ("likes", "hats"),
        ("note", "x"),
    ];
    for (field, cell) in cells {
        of(field, "exists: true", cell, true);
        of(field, "exists: false", cell, false);
        of(field, "exists: true", "", false);
        of(field, "exists: false", "", true);
    }
    // A default is a value, and no points are 0 points.
    for field in ["plan", "orders", "points"] {
        of(field, "exists: true", "", true);
    }
}

#[test]
fn days_and_moments_stand_in_lists() {
    of("last", "in: [today, 2026-01-01]", "2026-11-21", true);
    of("last", "in: [today, 2026-01-01]", "2026-11-20", false);
    of("last", "not-in: [today, 2026-01-01]", "2026-11-20", true);
    of(
        "webinar",
        "in: [2026-11-21, 2026-11-23T10:00]",
        "2026-11-21T23:59",
        true,
    );
    of(
        "webinar",
        "in: [2026-11-21, 2026-11-23T10:00]",
        "2026-11-23T10:01",
        false,
    );
    of("webinar", "not-in: [2026-11-21]", "2026-11-22T00:00", true);
    of(
        "webinar",
        "is-not: 2026-11-21T09:00",
        "2026-11-21T09:01",
        true,
    );
    of("webinar", "is-not: 2026-11-21", "2026-11-21T09:01", false);
}

#[test]
fn each_way_to_write_a_day() {
    for (day, is) in [
        ("yesterday", "2026-11-20"),
        ("today", "2026-11-21"),
        ("tomorrow", "2026-11-22"),
        ("3 days ago", "2026-11-18"),
        ("in 2 weeks", "2026-12-05"),
        ("start of day", "2026-11-21"),
        ("start of week", "2026-11-16"),
        ("start of month", "2026-11-01"),
        ("start of year", "2026-01-01"),
        ("2024-02-29", "2024-02-29"),
    ] {
        of("last", &format!("is: {day}"), is, true);
        of("last", &format!("after: {day}"), is, false);
        of("last", &format!("until: {day}"), is, true);
    }
}

#[test]
fn each_period_has_its_first_and_its_last_day() {
    for (period, first, last, next) in [
        ("today", "2026-11-21", "2026-11-21", "2026-11-22"),
        ("last day", "2026-11-20", "2026-11-20", "2026-11-21"),
        ("this day", "2026-11-21", "2026-11-21", "2026-11-22"),
        ("next day", "2026-11-22", "2026-11-22", "2026-11-23"),
        ("last week", "2026-11-09", "2026-11-15", "2026-11-16"),
        ("this week", "2026-11-16", "2026-11-22", "2026-11-23"),
        ("next week", "2026-11-23", "2026-11-29", "2026-11-30"),
        ("last month", "2026-10-01", "2026-10-31", "2026-11-01"),
        ("this month", "2026-11-01", "2026-11-30", "2026-12-01"),
        ("next month", "2026-12-01", "2026-12-31", "2027-01-01"),
        ("last year", "2025-01-01", "2025-12-31", "2026-01-01"),
        ("this year", "2026-01-01", "2026-12-31", "2027-01-01"),
        ("next year", "2027-01-01", "2027-12-31", "2028-01-01"),
    ] {
        let operator = format!("during: {period}");
        of("last", &operator, first, true);
        of("last", &operator, last, true);
        of("last", &operator, next, false);
        of("webinar", &operator, &format!("{last}T23:59"), true);
    }
}

#[test]
fn any_all_and_not_nest() {
    let row = ",3,,,,,pro,,,,hot";
    for (condition, expected) in [
        ("{ any: [{ tag: vip }, { field: orders, is: 3 }] }", true),
        ("{ any: [{ tag: vip }, { field: orders, is: 4 }] }", false),
        (
            "{ all: [{ tag: hot }, { any: [{ tag: vip }, { field: plan, is: pro }] }] }",
            true,
        ),
        (
            "{ all: [{ tag: hot }, { not: { any: [{ tag: vip }, { field: plan, is: pro }] } }] }",
            false,
        ),
        ("{ not: { all: [{ tag: hot }, { tag: vip }] } }", true),
    ] {
        ask(condition, row, expected);
    }
}
