//! What people know from other tools and no other story shows: the rows of
//! docs/coming-from-mautic.md and docs/coming-from-lytics.md name these.
//!
//! Invariant: each story says what happens in the words of those pages, with the constructs that
//! they name.

use super::story;

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
            .on(
                "2026-11-20T09:00",
                "id,email,note,webinar\n1,a@x.pl,,\n",
                enters,
            )
            .hears(&format!("contact,at,event,of\n{events}"))
            .on(
                "2026-11-21T09:00",
                &format!("id,email,note,webinar\n1,a@x.pl,{row}\n"),
                journal,
            );
    };
    let clicks = |number: usize| -> String {
        (0..number)
            .map(|minute| format!("1,2026-11-20T10:0{minute},clicked,hello\n"))
            .collect()
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
    becomes(
        "+48 600,",
        "1,2026-11-20T10:00,submitted,demo-form\n",
        &both,
    );
    becomes(",", &format!("{came}{}", clicks(4)), lead);
    becomes(",", &format!("{came}{}", clicks(5)), &both);
}
