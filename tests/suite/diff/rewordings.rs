//! Edits of one project: those that say the same in other words are nothing that a contact would
//! notice, also for who is on the way; all others are told.

use funnelc::diff::Diff;
use funnelc::report::diff::{Report, headline};
use funnelc::runner::compare::compare_bytes;
use funnelc::runner::{Options, run_bytes};

use super::{NOW, compiled};

const BASE: &str = include_str!("../../fixtures/rewordings/base.yaml");
const SAME: &str = include_str!("../../fixtures/rewordings/same.txt");
const OTHER: &str = include_str!("../../fixtures/rewordings/other.txt");

/// Of two campaigns, before and behind each question.
const CONTACTS: &str =
    "id,email,mail_ok,orders,spent,rating,last_active,plan,interests,country,stage,tags,points
1,a@shop.example,true,2,60,4,2026-01-05,pro,shoes,PL,lead,,0
2,b@shop.example,true,6,10,,2026-02-01,free,,DE,buyer,vip,0
3,c@shop.example,true,1,500,1,2026-03-01,free,hats,pl,regular,old,0
4,d@shop.example,true,0,0,,,,,,lead,,0
5,e@shop.example,false,14,70,,2026-11-20,team,bags,FR,buyer,,0
";

/// A title, and lines that go for lines that come.
fn edited(paragraph: &str) -> (&str, String) {
    let (title, edits) = paragraph.split_once('\n').expect("a title and edits");
    let (mut text, mut gone, mut come) = (BASE.to_owned(), Vec::new(), Vec::new());
    let mut replace = |gone: &mut Vec<&str>, come: &mut Vec<&str>| {
        let from = std::mem::take(gone).join("\n");
        assert!(text.contains(&from), "{title}: there is no\n{from}");
        text = text.replace(&from, &std::mem::take(come).join("\n"));
    };
    for line in edits.lines() {
        match line.split_at(2) {
            ("- ", words) => {
                if !come.is_empty() {
                    replace(&mut gone, &mut come);
                }
                gone.push(words);
            }
            ("+ ", words) => come.push(words),
            _ => panic!("{title}: neither - nor +: {line}"),
        }
    }
    replace(&mut gone, &mut come);
    (title, text)
}

/// What the headline says, and of how many of those on the way that something changes for them.
fn told(head: &str) -> (Diff, String, [u64; 2]) {
    let [base, head] = [BASE, head].map(compiled);
    let diff = Diff::between(base.plan.as_ref().unwrap(), head.plan.as_ref().unwrap())
        .with_cosmetic(&base.model, &head.model);
    let [base, head] = [base, head].map(|it| it.plan.unwrap());
    let line = headline(&Report {
        base: ("before", base.fingerprint()),
        head: ("after", head.fingerprint()),
        base_lacks: None,
        environments: &[],
        weakened: &[],
        diff: &diff,
        impact: None,
    });
    let left = run_bytes(&base, NOW, CONTACTS.as_bytes(), None, Options::default()).expect("a run");
    let affected =
        [(NOW, None), (NOW + 4 * 86_400, Some(left.state.as_slice()))].map(|(now, state)| {
            let contacts = if state.is_some() {
                &left.contacts[..]
            } else {
                CONTACTS.as_bytes()
            };
            compare_bytes(&base, &head, now, contacts, state, Options::default())
                .expect("compared")
                .affected
        });
    (diff, line, affected)
}

#[test]
fn what_means_the_same_is_nothing_that_a_contact_would_notice() {
    let mut wrong = Vec::new();
    for (title, head) in SAME.split("\n\n").map(edited) {
        let (diff, line, affected) = told(&head);
        if !diff.is_empty() || !line.starts_with("nothing ") || affected != [0, 0] {
            wrong.push(format!(
                "{title}: {line}, {affected:?}\n{:#?}",
                diff.changes
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn what_means_something_else_is_told() {
    for (title, head) in OTHER.trim_end().split("\n\n").map(edited) {
        let (diff, line, _) = told(&head);
        assert!(
            !diff.is_empty() && !line.starts_with("nothing "),
            "{title}: {line}"
        );
    }
}

#[test]
fn a_reader_of_the_project_sees_the_other_words() {
    let (_, head) = edited(
        "-\n- where: { field: orders, at-least: 5 }\n+ where: { field: orders, more-than: 4 }",
    );
    let (diff, line, _) = told(&head);
    assert_eq!(
        line,
        "nothing that a contact would notice: segment `buyers` reads differently: who belongs to it"
    );
    let words = diff
        .cosmetic
        .iter()
        .map(|it| (it.id.as_str(), it.before.as_deref(), it.after.as_deref()));
    let expected = [(
        "buyers",
        Some("orders at least 5"),
        Some("orders more than 4"),
    )];
    assert_eq!(words.collect::<Vec<_>>(), expected);
}
