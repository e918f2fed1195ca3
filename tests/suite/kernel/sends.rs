//! Sends: whom they reach, how often, and which reason is told.

use super::story_with_refusals as story;

const HEAD: &str = "id,email,opt_in,dnc,tags,orders\n";

fn campaign(content: &str, steps: &str) -> String {
    format!(
        "  news: {{ kind: email{content} }}\ncampaigns:\n  talk:\n    enter: [{{ tag: hot }}]\n    \
            steps: {steps}\n"
    )
}

fn sent(content: &str, step: &str, row: &str, what: &str) {
    let journal = format!("start talk 1 condition\n{what}\nend talk 1 completed finished");
    story(&campaign(content, &format!("[{step}]"))).on(
        "2026-11-21T09:00",
        &format!("{HEAD}{row}\n"),
        &journal,
    );
}

#[test]
fn a_channel_needs_address_consent_and_no_do_not_contact() {
    let step = "{ id: it, send: news }";
    let (sends, skips) = ("send talk 1 it news email", |what: &str| {
        format!("skip talk 1 it news {what} unreachable")
    });
    sent("", step, "1,a@x.pl,true,,hot,", sends);
    sent("", step, "1,,true,,hot,", &skips("address"));
    sent("", step, "1,,false,bounced,hot,", &skips("address"));
    sent("", step, "1,a@x.pl,false,,hot,", &skips("consent"));
    sent("", step, "1,a@x.pl,,,hot,", &skips("consent"));
    for block in ["unsubscribed", "true", "complained", "bounced"] {
        sent(
            "",
            step,
            &format!("1,a@x.pl,true,{block},hot,"),
            &skips("do-not-contact"),
        );
        sent(
            "",
            step,
            &format!("1,a@x.pl,false,{block},hot,"),
            &skips("do-not-contact"),
        );
    }
    sent(
        "",
        "{ id: it, send: bar }",
        "1,,,,hot,",
        "send talk 1 it bar",
    );
}

#[test]
fn transactional_ignores_consent_and_unsubscription_but_no_complaint_and_no_bounce() {
    let step = "{ id: it, send: news, transactional: true }";
    let (sends, skips) = (
        "send talk 1 it news email",
        "skip talk 1 it news do-not-contact unreachable",
    );
    sent("", step, "1,a@x.pl,false,unsubscribed,hot,", sends);
    sent(
        ", transactional: true",
        "{ id: it, send: news }",
        "1,a@x.pl,false,,hot,",
        sends,
    );
    sent("", step, "1,a@x.pl,true,complained,hot,", skips);
    sent("", step, "1,a@x.pl,true,bounced,hot,", skips);
    sent(
        "",
        step,
        "1,,true,,hot,",
        "skip talk 1 it news address unreachable",
    );
}

fn twice(once: &str) -> String {
    format!(
        "campaigns:
  talk:
    enter: [{{ tag: hot }}]
    reenter: {{ after: 1 day }}
    steps: [{{ id: it, send: hello{once} }}]
"
    )
}

#[test]
fn once_counts_in_the_entry_ever_or_for_so_long() {
    let (on, off) = (
        format!("{HEAD}1,a@x.pl,true,,hot,\n"),
        format!("{HEAD}1,a@x.pl,true,,,\n"),
    );
    for (once, second) in [
        ("", "send talk 2 it hello email"),
        (", once: entry", "send talk 2 it hello email"),
        (", once: ever", "skip talk 2 it hello already-sent"),
        (
            ", once: { after: 4 days }",
            "skip talk 2 it hello already-sent",
        ),
        (", once: { after: 3 days }", "send talk 2 it hello email"),
    ] {
        story(&twice(once))
            .on(
                "2026-11-01T09:00",
                &on,
                "start talk 1 condition\nsend talk 1 it hello email\nend talk 1 completed finished",
            )
            .on("2026-11-02T09:00", &off, "")
            .on(
                "2026-11-04T09:00",
                &on,
                &format!("start talk 2 condition\n{second}\nend talk 2 completed finished"),
            );
    }
}
