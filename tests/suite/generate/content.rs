//! Random content: one or two of each kind, how often a channel may be used, other systems, and who
//! belongs to a segment by name.
//!
//! Invariant: every content is of the kind that its id says, so that events and steps can name it.

use super::Draft;
use super::random::Random;

const CONTENT: &str = "content:
  hello: { kind: email, subject: '{{ name | default: friend }}, {{ points }}' }
  bye: { kind: email, once: ever, subject: '{{ spent }} {{ hats }} {{ plan | default: x }}' }
  weekly: { kind: email, once: { after: 2 days }, subject: '{{ seen }}', body: texts/letter.txt }
  urgent: { kind: email, transactional: true }
  brief: { kind: email, expires: 1 hour, on-skip: exit }
  calm: { kind: email, expires: 1 hour, on-skip: continue }
  ping: { kind: sms, body: texts/letter.txt }
  nudge: { kind: push }
  banner: { kind: focus, body: texts/banner.txt }
  part: { kind: dynamic, body: texts/banner.txt }
  advert: { kind: ad }
  post: { kind: social }
  gone: { kind: email, published: false }
  form: { kind: form }
  page: { kind: page }
  asset: { kind: asset }
";

pub(super) const DESTINATIONS: &str = "destinations:
  crm: { kind: crm, secret: { env: CRM_SECRET } }
  hook: { kind: webhook, url: { env: HOOK_URL }, secret: { env: HOOK_SECRET } }
";

/// The hours of a channel.
const HOURS: [&str; 8] = [
    "",
    "",
    "",
    "between: [\"09:00\", \"18:00\"]",
    "between: [\"22:00\", \"06:00\"]",
    "days: [mon-wed, sat]",
    "between: [\"08:30\", \"17:00\"], days: fri-mon",
    "between: [\"12:00\", \"12:30\"]",
];

/// What a step may send.
pub(super) const SENDABLE: [&str; 16] = [
    "hello", "hello", "bye", "weekly", "urgent", "ping", "banner", "gone", "soon", "brief", "calm",
    "nudge", "any", "any", "part", "post",
];

/// The files that `include`, `exclude` and `body` may name.
pub(super) fn member_files(random: &mut Random) -> Vec<(String, String)> {
    let mut keys = |wanted: usize| -> Vec<String> {
        (0..wanted)
            .map(|_| format!("c{:02}", random.below(18)))
            .collect()
    };
    let (vip, more, blocked) = (keys(3), keys(2), keys(3));
    let table = vip
        .iter()
        .map(|key| format!("Somebody,{key}\n"))
        .collect::<String>();
    let spaced = more
        .iter()
        .map(|key| format!(" {key} \n"))
        .collect::<String>();
    vec![
        ("members/vip.csv".into(), format!("name,id\n{table}")),
        ("members/more.txt".into(), spaced),
        ("members/blocked.txt".into(), blocked.join("\n")),
        (
            "texts/letter.txt".into(),
            "{{ opt-in }}, {{ meeting | default: soon }}: {{ points }} {{ opt-in | default: x }}"
                .into(),
        ),
        (
            "texts/banner.txt".into(),
            "Call {{phone | default: 'us '}}, {{ meeting }}".into(),
        ),
    ]
}

impl Draft<'_> {
    pub(super) fn content_section(&mut self) -> String {
        // With email among them: what may happen with it is the same in all projects.
        let prefers = [
            "",
            ", prefer: [sms, email]",
            ", prefer: [push, sms, email]",
            ", prefer: [email]",
        ];
        let prefer = *self.random.pick(&prefers);
        let window = self.window("    ");
        let group = self
            .groups
            .ids
            .first()
            .map(|group| format!(", subject: '{{{{ points/{group} }}}} {{{{ note }}}}'"));
        let subject = group.unwrap_or_default();
        format!(
            "{CONTENT}  any: {{ kind: message{prefer}{subject} }}\n  soon:\n    kind: \
                email\n{window}"
        )
    }

    pub(super) fn limits_section(&mut self) -> String {
        let mut yaml = String::new();
        for (channel, chance) in [("email", 60), ("sms", 40), ("push", 30)] {
            if self.random.chance(chance) {
                let most = *self.random.pick(&[1, 1, 2]);
                let within = *self
                    .random
                    .pick(&["1 day", "90 minutes", "2 days", "7 days"]);
                let then =
                    *self
                        .random
                        .pick(&["", ", then: delay", ", then: drop", ", then: drop"]);
                let often = format!("at-most: {most}, within: {within}{then}");
                let hours = *self.random.pick(&HOURS);
                yaml += &match (hours, self.random.chance(50)) {
                    ("", _) => format!("  {channel}: {{ {often} }}\n"),
                    (hours, true) => format!("  {channel}: {{ {hours} }}\n"),
                    (hours, false) => format!("  {channel}: {{ {often}, {hours} }}\n"),
                };
            }
        }
        if yaml.is_empty() {
            yaml
        } else {
            format!("limits:\n{yaml}")
        }
    }

    /// Members by name.
    pub(super) fn members(&mut self) -> String {
        let mut members = String::new();
        if self.random.chance(15) {
            let files = *self
                .random
                .pick(&["[members/vip.csv]", "[members/vip.csv, members/more.txt]"]);
            members += &format!(", include: {files}");
        }
        if self.random.chance(15) {
            members += ", exclude: [members/blocked.txt]";
        }
        members
    }
}
