//! Random conditions over what a project has.
//!
//! Invariant: each operator stands only with a type that has it, and each operand is of that type.

use super::Draft;
use super::fields::{Field, HATS, TAGS, quoted};

const DURATIONS: [&str; 6] = ["1 day", "7 days", "30 days", "90 days", "1 month", "1 week"];
const SHORT: [&str; 3] = ["1 hour", "90 minutes", "2 hours"];
const RELATIVE_DAYS: [&str; 13] = [
    "90 days ago",
    "1 month ago",
    "1 week ago",
    "yesterday",
    "today",
    "tomorrow",
    "in 3 days",
    "in 1 week",
    "in 1 month",
    "start of month",
    "start of day",
    "start of week",
    "start of year",
];
const RELATIVE_MOMENTS: [&str; 4] = ["2 hours ago", "90 minutes ago", "in 1 hour", "in 2 hours"];

const ANNIVERSARIES: [&str; 7] = [
    "today",
    "tomorrow",
    "yesterday",
    "in 3 days",
    "3 days ago",
    "in 1 month",
    "1 month ago",
];
const PATTERNS: [&str; 8] = [
    "^a", "[0-9]+", "ss|ß", "s.m$", "^.{3}$", "(?:@x)", "Ą", "a.*a",
];

/// What a condition may speak of.
#[derive(Clone, Copy)]
pub(super) struct Scope {
    /// Whether it may look at stages, directly or by a segment.
    pub(super) stages: bool,
    /// How many of the segments exist already.
    pub(super) segments: usize,
    /// From where events may be counted here, beside from ever.
    pub(super) since: Option<&'static str>,
}

impl Draft<'_> {
    pub(super) fn condition(&mut self, scope: Scope, depth: usize) -> String {
        if depth > 0 && self.random.chance(35) {
            let first = self.condition(scope, depth - 1);
            let second = self.condition(scope, depth - 1);
            return match self.random.below(3) {
                0 => format!("{{ all: [ {first}, {second} ] }}"),
                1 => format!("{{ any: [ {first}, {second} ] }}"),
                _ => format!("{{ not: {first} }}"),
            };
        }
        match self.random.below(11) {
            10 => self.event_condition(scope),
            0 | 1 => self.tag_condition(),
            2 | 3 if scope.stages => self.stage_condition(),
            4 if scope.segments > 0 => self.segment_condition(scope),
            5 => self.points_condition(),
            6 | 7 => match self.random.below(5) {
                3 => self.company_condition(),
                0 => self.campaign_condition(),
                1 => format!(
                    "{{ reachable: {} }}",
                    self.random.pick(&["email", "email", "sms", "push"])
                ),
                _ => self.field_condition(),
            },
            _ => self.field_condition(),
        }
    }

    /// Whether there is any tag is drawn from a copy, so that what else a seed draws stays as it
    /// was.
    fn tag_condition(&mut self) -> String {
        let held = self.random.clone().below(12);
        let tag = self.random.pick(&TAGS);
        match held {
            0 => "{ tags: none }".to_owned(),
            1 => "{ tags: any }".to_owned(),
            _ => format!("{{ tag: {tag} }}"),
        }
    }

    /// Segments without stages stand at even places.
    fn segment_condition(&mut self, scope: Scope) -> String {
        let mut number = self.random.below(scope.segments);
        if !scope.stages {
            number -= number % 2;
        }
        format!("{{ segment: group-{number} }}")
    }

    fn stage_condition(&mut self) -> String {
        let funnel = self.random.below(self.funnels.len());
        let funnel = &self.funnels[funnel];
        let stage = &self.random.pick(&funnel.stages).id;
        let id = &funnel.id;
        match self.random.below(4) {
            0 => format!("{{ stage: {id}/{stage} }}"),
            1 => {
                let long =
                    *self
                        .random
                        .pick(&["1 day", "2 days", "1 hour", "90 minutes", "1 week"]);
                format!("{{ stage: {id}/{stage}, for: {long} }}")
            }
            2 => format!("{{ reached: {id}/{stage} }}"),
            _ => format!("{{ in-funnel: {id} }}"),
        }
    }

    fn campaign_condition(&mut self) -> String {
        let campaign = self.random.below(self.campaigns);
        let state = *self.random.pick(&[
            "",
            ", state: active",
            ", state: completed",
            ", state: exited",
            ", state: converted",
            ", state: converted",
        ]);
        format!("{{ campaign: campaign-{campaign}{state} }}")
    }

    fn field_condition(&mut self) -> String {
        let field = self.random.below(self.fields.len());
        let Field {
            id, kind, operands, ..
        } = &self.fields[field];
        let (id, kind, operands) = (*id, *kind, operands.clone());
        if self.random.chance(10) {
            return format!("{{ field: {id}, exists: {} }}", self.random.chance(50));
        }
        let comparison = match kind {
            "text" | "email" => self.text_comparison(&operands),
            "integer" | "number" => self.number_comparison(&operands),
            "boolean" => format!(
                "{}: {}",
                self.random.pick(&["is", "is-not"]),
                self.random.chance(50)
            ),
            "choice" => self.equality(&operands, kind),
            "choices" => self.choices_comparison(),
            _ => self.time_comparison(kind, &operands),
        };
        format!("{{ field: {id}, {comparison} }}")
    }

    /// `is`, `is-not`, `in`, `not-in`.
    pub(super) fn equality(&mut self, operands: &[String], kind: &str) -> String {
        let operator = *self
            .random
            .pick(&["is", "is-not", "is-not", "in", "not-in"]);
        if operator.ends_with("in") {
            let [first, second] = self.random.two(operands);
            format!(
                "{operator}: [{}, {}]",
                quoted(kind, first),
                quoted(kind, second)
            )
        } else {
            format!(
                "{operator}: {}",
                quoted(kind, self.random.pick::<String>(operands))
            )
        }
    }

    fn text_comparison(&mut self, operands: &[String]) -> String {
        if self.random.chance(50) {
            return self.equality(operands, "text");
        }
        if self.random.chance(25) {
            return format!("matches: '{}'", self.random.pick(&PATTERNS));
        }
        let operator = *self.random.pick(&["contains", "starts-with", "ends-with"]);
        let letters: Vec<char> = self.random.pick(operands).chars().collect();
        let cut = self.random.between(1, letters.len() - 1);
        let piece: String = if operator == "ends-with" {
            &letters[cut..]
        } else {
            &letters[..cut]
        }
        .iter()
        .collect();
        format!("{operator}: {}", quoted("text", &piece))
    }

    pub(super) fn number_comparison(&mut self, operands: &[String]) -> String {
        match self.random.below(7) {
            0 | 6 => self.equality(operands, "number"),
            1 => {
                let [first, second] = self.random.two(operands);
                format!("between: [{first}, {second}]")
            }
            other => {
                let operator = ["at-least", "at-most", "more-than", "less-than"][other - 2];
                format!("{operator}: {}", self.random.pick(operands))
            }
        }
    }

    fn choices_comparison(&mut self) -> String {
        let operator = *self.random.pick(&["has-any", "has-all", "has-none"]);
        let [first, second] = self.random.two(&HATS);
        if self.random.chance(50) {
            format!("{operator}: [{first}, {second}]")
        } else {
            format!("{operator}: [{first}]")
        }
    }

    pub(super) fn time_comparison(&mut self, kind: &str, operands: &[String]) -> String {
        let exact = kind == "datetime";
        match self.random.below(8) {
            7 => format!("anniversary: {}", self.random.pick(&ANNIVERSARIES)),
            0 => {
                if self.random.chance(10) {
                    return "during: today".to_owned();
                }
                let which = *self.random.pick(&["last", "this", "next"]);
                format!(
                    "during: {which} {}",
                    self.random.pick(&["day", "week", "month", "year"])
                )
            }
            1 | 2 => {
                let long = if exact && self.random.chance(50) {
                    *self.random.pick(&SHORT)
                } else {
                    *self.random.pick(&DURATIONS)
                };
                format!("{}: {long}", self.random.pick(&["within", "within-next"]))
            }
            3 => {
                let days = self.days.clone();
                let ends = if exact && self.random.chance(50) {
                    operands[..30].to_vec()
                } else {
                    days
                };
                let [first, second] = self.random.two(&ends);
                format!("between: [{first}, {second}]")
            }
            4 => {
                let [first, second] = [self.time_operand(exact), self.time_operand(exact)];
                format!(
                    "{}: [{first}, {second}]",
                    self.random.pick(&["in", "not-in"])
                )
            }
            _ => {
                let operator = *self.random.pick(&[
                    "is", "is-not", "is-not", "before", "after", "since", "until",
                ]);
                format!("{operator}: {}", self.time_operand(exact))
            }
        }
    }

    fn time_operand(&mut self, exact: bool) -> String {
        match self.random.below(4) {
            0 | 1 => (*self.random.pick(&RELATIVE_DAYS)).to_owned(),
            2 if exact && self.random.chance(50) => {
                (*self.random.pick(&RELATIVE_MOMENTS)).to_owned()
            }
            2 if exact => {
                let moments = self.scene.moments();
                if self.random.chance(20) {
                    moments[0].clone()
                } else {
                    self.random.pick(&moments).clone()
                }
            }
            _ => self.random.pick(&self.days).clone(),
        }
    }
}
