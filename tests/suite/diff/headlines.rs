//! All headlines of all kinds, to be read aloud.

use funnelc::diff::{Change, Diff, Kind, Mark};
use funnelc::report::diff::{Report, headline};
use funnelc::runner::compare::{
    ActionShift, CampaignShift, ColumnShift, Comparison, DataKind, DataShift, FunnelShift,
    MessageShift, Refusal, Samples, Shift,
};

fn nothing() -> Diff {
    Diff {
        changes: vec![],
        cosmetic: vec![],
        renames: vec![],
        reaches: vec![],
        funnels: vec![],
        campaigns: vec![],
    }
}

fn change(kind: Kind, mark: Mark, id: &str, aspect: Option<&str>) -> Change {
    Change {
        mark,
        kind,
        id: id.into(),
        aspect: aspect.map(str::to_owned),
        before: Some("a".into()),
        after: Some("b".into()),
    }
}

fn said(diff: &Diff, impact: Option<&Comparison>) -> String {
    headline(&Report {
        base: ("a", ""),
        head: ("b", ""),
        base_lacks: None,
        environments: &[],
        weakened: &[],
        diff,
        impact,
    }) + "\n"
}

#[test]
fn of_changes() {
    let kinds = [
        (Kind::Project, "project", "time zone"),
        (Kind::Contacts, "contacts", "column of the key"),
        (Kind::Tag, "vip", "definition"),
        (Kind::Field, "plan", "where there is none"),
        (Kind::Companies, "companies", "field of the contact"),
        (Kind::CompanyField, "size", "at most"),
        (Kind::PointGroup, "loyalty", "column"),
        (Kind::PointRule, "reads", "for each"),
        (Kind::Channel, "email", "consent"),
        (Kind::Content, "hello", "how often"),
        (Kind::Event, "purchased", "what it changes"),
        (Kind::Destination, "crm", "url"),
        (Kind::Segment, "warm", "who belongs to it"),
        (Kind::Funnel, "shop", "who leaves the audience"),
        (Kind::Stage, "shop/lead", "may go back to"),
        (Kind::Campaign, "win-back", "who qualifies when it begins"),
        (Kind::Step, "win-back/pause", "step"),
    ];
    let (mut told, mut all) = (said(&nothing(), None), nothing());
    for (kind, id, aspect) in kinds {
        for (mark, aspect) in [
            (Mark::Added, None),
            (Mark::Removed, None),
            (Mark::Changed, Some(aspect)),
            (Mark::Changed, Some("id")),
        ] {
            let mut diff = nothing();
            diff.changes.push(change(kind, mark, id, aspect));
            told += &said(&diff, None);
            let cosmetic = Diff {
                changes: vec![],
                cosmetic: diff.changes.clone(),
                ..nothing()
            };
            if mark == Mark::Changed {
                told += &said(&cosmetic, None);
            }
        }
        all.changes.push(change(kind, Mark::Added, id, None));
        told += &said(
            &Diff {
                changes: vec![
                    change(kind, Mark::Added, id, None),
                    change(kind, Mark::Added, "two", None),
                ],
                ..nothing()
            },
            None,
        );
    }
    told += &said(&all, None);
    insta::assert_snapshot!("headlines_of_changes", told);
}

fn some(contacts: u64) -> Samples {
    Samples {
        contacts,
        sample: vec![],
    }
}

fn shift(id: &str, gained: u64, lost: u64) -> Shift {
    Shift {
        id: id.into(),
        before: lost,
        after: gained,
        gained: some(gained),
        lost: some(lost),
    }
}

fn message(id: &str) -> MessageShift {
    MessageShift {
        now: shift(id, 0, 0),
        sooner: 0,
        later: 0,
        on_the_way: shift(id, 0, 0),
        retimed: some(0),
        altered: some(0),
    }
}

fn quiet() -> Comparison {
    Comparison {
        now: ["now".into(), "now".into()],
        rows: 34,
        contacts: 34,
        bad_rows: shift("rows", 0, 0),
        misplaced: shift("contacts", 0, 0),
        affected: 0,
        other_audience: 0,
        other_messages: 0,
        other_stages: 0,
        other_data: 0,
        other_actions: 0,
        other_ways: 0,
        refused: vec![],
        columns: ColumnShift::default(),
        data: vec![],
        actions: vec![],
        renamed: some(0),
        otherwise: some(0),
        messages: vec![],
        segments: vec![],
        campaigns: vec![],
        funnels: vec![FunnelShift {
            id: "shop".into(),
            moved: 0,
            matrix: vec![],
        }],
    }
}

type Edit = fn(&mut Comparison, u64);

fn with_message(impact: &mut Comparison, edit: impl Fn(&mut MessageShift)) {
    let mut one = message("hello");
    edit(&mut one);
    impact.messages.push(one);
}

fn with_data(impact: &mut Comparison, kind: DataKind, id: &str, n: u64) {
    impact.data.push(DataShift {
        kind,
        id: id.into(),
        gained: some(n),
        lost: some(0),
        other: some(0),
    });
    impact.data.push(DataShift {
        kind,
        id: id.into(),
        gained: some(0),
        lost: some(n),
        other: some(0),
    });
    impact.data.push(DataShift {
        kind,
        id: id.into(),
        gained: some(0),
        lost: some(0),
        other: some(n),
    });
}

const KINDS: [Edit; 23] = [
    |_, _| {},
    |it, n| it.bad_rows = shift("rows", n, n),
    |it, n| it.misplaced = shift("contacts", n, 0),
    |it, _| {
        it.refused.push(Refusal {
            what: "8 contacts wait at the step `pause` of the campaign `win-back`, which is gone"
                .into(),
            write: vec![],
        });
    },
    |it, n| with_message(it, |one| one.now = shift("hello", n, 0)),
    |it, n| with_message(it, |one| one.on_the_way = shift("hello", n, 0)),
    |it, n| with_message(it, |one| (one.now, one.sooner) = (shift("hello", n, 0), n)),
    |it, n| with_message(it, |one| one.now = shift("hello", 0, n)),
    |it, n| with_message(it, |one| one.on_the_way = shift("hello", 0, n)),
    |it, n| with_message(it, |one| (one.now, one.later) = (shift("hello", 0, n), n)),
    |it, n| with_message(it, |one| one.retimed = some(n)),
    |it, n| with_message(it, |one| one.altered = some(n)),
    |it, n| it.other_stages = n,
    |it, n| {
        it.campaigns.push(CampaignShift {
            entered: shift("win-back", n, 0),
            inside: shift("win-back", n, 0),
            ahead: some(0),
        });
    },
    |it, n| {
        it.campaigns.push(CampaignShift {
            entered: shift("win-back", 0, 0),
            inside: shift("win-back", 0, n),
            ahead: some(0),
        });
    },
    |it, n| {
        it.campaigns.push(CampaignShift {
            entered: shift("win-back", 0, 0),
            inside: shift("win-back", 0, 0),
            ahead: some(n),
        });
    },
    |it, n| with_data(it, DataKind::Tag, "vip", n),
    |it, n| with_data(it, DataKind::Field, "plan", n),
    |it, n| {
        it.data.extend(["", "loyalty"].map(|id| DataShift {
            kind: DataKind::Points,
            id: id.into(),
            gained: some(0),
            lost: some(0),
            other: some(n),
        }));
    },
    |it, n| with_data(it, DataKind::DoNotContact, "email", n),
    |it, n| with_data(it, DataKind::Member, "warm", n),
    |it, n| {
        it.actions.extend(
            [(n, 0, 0), (0, n, 0), (0, 0, n)].map(|(gained, lost, other)| ActionShift {
                done: shift("webhook crm", gained, lost),
                altered: some(other),
            }),
        );
    },
    |it, n| it.other_audience = n,
];

#[test]
fn of_impacts() {
    let (mut told, diff) = (
        String::new(),
        Diff {
            changes: vec![change(Kind::Campaign, Mark::Changed, "c", Some("goal"))],
            ..nothing()
        },
    );
    for edit in KINDS {
        for n in [22, 1] {
            let mut impact = quiet();
            edit(&mut impact, n);
            told += &said(&diff, Some(&impact));
        }
    }
    let mut impact = quiet();
    impact.columns = ColumnShift {
        gained: vec!["plan".into()],
        lost: vec!["stage".into(), "tags".into()],
    };
    (impact.renamed, impact.otherwise) = (some(3), some(1));
    told += &said(&diff, Some(&impact));
    for contacts in [0, 1] {
        told += &said(
            &diff,
            Some(&Comparison {
                contacts,
                ..quiet()
            }),
        );
    }
    let mut impact = quiet();
    KINDS.iter().for_each(|edit| edit(&mut impact, 22));
    told += &said(&diff, Some(&impact));
    let mut impact = quiet();
    with_message(&mut impact, |one| one.now = shift("hello", 1, 0));
    impact.other_stages = 22;
    told += &said(&diff, Some(&impact));
    insta::assert_snapshot!("headlines_of_impacts", told);
}
