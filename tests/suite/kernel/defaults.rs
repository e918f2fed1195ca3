//! What may be left out means the same when it is written, and columns may be spelt as the file
//! spells them.

use super::story;

#[test]
fn a_content_says_for_all_its_steps_how_often_and_from_when_it_is_sent() {
    let yaml = |content: &str| {
        format!(
            "  news: {{ kind: focus, {content} }}
campaigns:
  a: {{ enter: [{{ tag: hot }}], steps: [{{ send: news }}] }}
  b: {{ enter: [{{ tag: hot }}], steps: [{{ send: news }}] }}
"
        )
    };
    let run = |content: &str, first: &str, second: &str| {
        let journal = ["a", "b"].map(|campaign| {
            let how = if campaign == "a" { first } else { second };
            let (verb, reason) = how
                .split_once(' ')
                .map_or((how, String::new()), |(verb, why)| {
                    (verb, format!(" {why}"))
                });
            format!(
                "{verb} {campaign} 1 send:news news{reason}\nend {campaign} 1 completed finished"
            )
        });
        let journal = format!(
            "start a 1 condition\nstart b 1 condition\n{}",
            journal.join("\n")
        );
        story(&yaml(content)).on("2026-11-21T09:00", "id,tags\n1,hot\n", &journal);
    };
    run("once: entry", "send", "send");
    run(
        "published: false, on-skip: continue",
        "skip unpublished",
        "skip unpublished",
    );
    run("once: ever", "send", "skip already-sent");
    run("once: { after: 1 day }", "send", "skip already-sent");
    run("published: false", "skip unpublished", "skip unpublished");
    run(
        "publish: { from: 2026-11-22 }",
        "skip unpublished",
        "skip unpublished",
    );
    run(
        "publish: { from: 2026-11-21, until: 2026-11-21 }",
        "send",
        "send",
    );
}
