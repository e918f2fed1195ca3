//! Random steps.
//!
//! Invariant: within a campaign the moves in a funnel never go to a lighter stage than the one
//! before, so that none is refused from every stage that a contact can have there.

use std::fmt::Write as _;

use super::Draft;
use super::conditions::Scope;
use super::content::SENDABLE;
use super::fields::{Field, HATS, TAGS, quoted};

/// What the steps of one campaign have in common.
pub(super) struct Course {
    campaign: usize,
    /// How many steps have an id.
    ids: usize,
    /// Per funnel the weight that the next move must reach.
    lightest: [usize; 3],
}

impl Course {
    pub(super) fn new(campaign: usize) -> Self {
        Course {
            campaign,
            ids: 0,
            lightest: [0; 3],
        }
    }
}

/// The weight that no stage has: there is no move from here.
pub(super) const NOWHERE: usize = usize::MAX;

const WAITS: [&str; 8] = [
    "1 minute",
    "30 minutes",
    "1 hour",
    "5 hours",
    "1 day",
    "2 days",
    "1 week",
    "1 month",
];

impl Draft<'_> {
    pub(super) fn steps_of(&mut self, campaign: usize, lightest: [usize; 3]) -> String {
        let mut course = Course {
            campaign,
            ids: campaign * 100,
            lightest,
        };
        let mut yaml = String::from("    steps: [\n");
        let steps = self.steps(&mut course, 2, 6);
        for step in steps {
            writeln!(yaml, "      {step},").expect("a string takes it");
        }
        yaml += "    ]\n";
        yaml
    }

    fn steps(&mut self, course: &mut Course, depth: usize, most: usize) -> Vec<String> {
        let mut steps = Vec::new();
        for _ in 0..self.random.between(1, most) {
            steps.push(self.step(course, depth));
        }
        if self.random.chance(10) {
            let outcome = *self.random.pick(&["completed", "exited", "converted"]);
            steps.push(format!("{{ exit: {outcome} }}"));
        }
        steps
    }

    fn step(&mut self, course: &mut Course, depth: usize) -> String {
        let body = match self.random.below(26) {
            23 | 24 if depth > 0 => return self.await_event(course, depth),
            25 => self.other_campaign(course),
            22 => self.list(),
            21 => self.post(),
            18 if depth > 0 => return self.split(course, depth),
            19 if depth > 0 => return self.fork(course, depth),
            20 if depth > 0 => return self.again(course, depth),
            0..=2 => self.send(),
            3 | 4 => self.wait(),
            5 | 6 if depth > 0 && self.random.chance(40) => return self.series(course, depth),
            5 | 6 => self.wait_until(),
            7 | 8 => self.move_or_tag(course),
            9 => format!(
                "leave: {}",
                self.funnels[self.random.below(self.funnels.len())].id
            ),
            10 => format!("add-tag: {}", self.random.pick(&TAGS)),
            11 => format!("remove-tag: {}", self.random.pick(&TAGS)),
            12 => self.give(),
            13 | 14 => self.set(),
            15 => format!("clear: {}", self.random.pick(self.fields).id),
            _ if depth > 0 => self.branch(course, depth),
            _ => self.set(),
        };
        let id = self.id(course);
        format!("{{ {id}{body} }}")
    }

    fn branch(&mut self, course: &mut Course, depth: usize) -> String {
        let scope = Scope {
            stages: self.random.chance(50),
            segments: self.segments,
            since: Some("entry"),
        };
        let condition = self.condition(scope, 1);
        let free = course.lightest;
        if scope.stages {
            course.lightest = [NOWHERE; 3];
        }
        let then = self.steps(course, depth - 1, 3).join(", ");
        let other = self.steps(course, depth - 1, 3).join(", ");
        if scope.stages {
            course.lightest = free;
        }
        if self.random.chance(50) {
            return format!("if: {condition}, then: [ {then} ]");
        }
        format!("if: {condition}, then: [ {then} ], else: [ {other} ]")
    }

    fn split(&mut self, course: &mut Course, depth: usize) -> String {
        course.ids += 1;
        let id = course.ids;
        let mut left = 100;
        let mut branches = Vec::new();
        while left > 0 {
            let share = if branches.len() == 3 {
                left
            } else {
                *self.random.pick(&[25, 50, 50, 99])
            };
            let share = share.min(left);
            left -= share;
            let name = if self.random.chance(20) {
                format!("id: way-{}, ", branches.len())
            } else {
                String::new()
            };
            // Branches with one share must differ in what their steps are called.
            let mut steps = vec![format!("{{ add-tag: {} }}", TAGS[branches.len()])];
            steps.extend(self.steps(course, depth - 1, 2));
            let steps = steps.join(", ");
            branches.push(format!("{{ {name}share: {share}, steps: [ {steps} ] }}"));
        }
        format!("{{ id: step-{id}, split: [ {} ] }}", branches.join(", "))
    }

    fn fork(&mut self, course: &mut Course, depth: usize) -> String {
        let mut branches = Vec::new();
        for number in 0..self.random.between(2, 3) {
            let name = if self.random.chance(30) {
                format!("id: way-{number}, ")
            } else {
                String::new()
            };
            let steps = self.steps(course, depth - 1, 3).join(", ");
            branches.push(format!("{{ {name}steps: [ {steps} ] }}"));
        }
        let id = self.id(course);
        format!("{{ {id}fork: [ {} ] }}", branches.join(", "))
    }

    /// A wait, some steps, and back to the wait while a condition holds.
    fn again(&mut self, course: &mut Course, depth: usize) -> String {
        course.ids += 1;
        let id = course.ids;
        let wait = *self
            .random
            .pick(&["1 minute", "30 minutes", "1 hour", "1 day"]);
        let scope = Scope {
            stages: false,
            segments: self.segments,
            since: Some("entry"),
        };
        let condition = self.condition(scope, 1);
        let between = self.steps(course, depth - 1, 2).join(", ");
        let back = format!("{{ if: {condition}, then: [ {{ goto: step-{id} }} ] }}");
        format!("{{ id: step-{id}, wait: {wait} }}, {between}, {back}")
    }

    /// For one event, or for the earliest of several.
    fn await_event(&mut self, course: &mut Course, depth: usize) -> String {
        let long = *self
            .random
            .pick(&["1 hour", "90 minutes", "1 day", "2 days", ""]);
        let several = self.random.chance(40);
        let awaited = if several {
            let mut ways = Vec::new();
            for _ in 0..self.random.between(2, 3) {
                let then = self.steps(course, depth - 1, 2).join(", ");
                ways.push(format!(
                    "{{ when: {{ {} }}, then: [ {then} ] }}",
                    self.occurrence()
                ));
            }
            format!("[ {} ]", ways.join(", "))
        } else {
            format!("{{ {} }}", self.occurrence())
        };
        let id = self.id(course);
        let mut body = format!("{id}await: {awaited}");
        if !several {
            body += &format!(
                ", then: [ {} ]",
                self.steps(course, depth - 1, 2).join(", ")
            );
        }
        if !long.is_empty() {
            body += &format!(", for: {long}");
            if self.random.chance(70) {
                body += &format!(
                    ", else: [ {} ]",
                    self.steps(course, depth - 1, 2).join(", ")
                );
            }
        }
        // Often of what was just sent.
        let sent = ["hello", "weekly", "ping"]
            .into_iter()
            .find(|content| body.contains(&format!("of: {content}")));
        match sent.filter(|_| self.random.chance(70)) {
            Some(content) => format!("{{ send: {content} }}, {{ {body} }}"),
            None => format!("{{ {body} }}"),
        }
    }

    /// Only ways from a campaign to a later one, so that none comes back at once.
    fn other_campaign(&mut self, course: &Course) -> String {
        let later = course.campaign + 1;
        if later >= self.campaigns {
            return format!("add-tag: {}", self.random.pick(&TAGS));
        }
        let other = self.random.between(later, self.campaigns - 1);
        let verb = *self.random.pick(&["enroll", "enroll", "withdraw"]);
        format!("{verb}: campaign-{other}")
    }

    /// A channel, or a segment by hand.
    pub(super) fn list(&mut self) -> String {
        match self.random.below(4) {
            0 => format!(
                "unsubscribe: {}",
                self.random.pick(&["email", "sms", "push"])
            ),
            1 => format!(
                "resubscribe: {}",
                self.random.pick(&["email", "sms", "push"])
            ),
            2 => format!("add-to: group-{}", self.random.below(self.segments)),
            _ => format!("remove-from: group-{}", self.random.below(self.segments)),
        }
    }

    pub(super) fn post(&mut self) -> String {
        match self.random.below(4) {
            // Not drawn by itself, so that all else that a seed gives stays what it was.
            0 if self.random.clone().chance(50) => {
                "note: \"came by, in a \\\"hurry\\\"\"".to_owned()
            }
            0 => "push-to: crm".to_owned(),
            1 => {
                let fields = self.fields;
                let [first, second] = self.random.two(fields);
                format!(
                    "webhook: hook, body: {{ z: {}, points: points, Ab: {} }}",
                    first.id, second.id
                )
            }
            other => {
                let field = self.random.pick(self.fields).id;
                let to = if other == 2 { "owner" } else { "boss@x.org" };
                format!(
                    "notify: {to}, message: \"Has {{{{ points }}}} and \
                        {{{{ {field} | default: no {field} }}}}\""
                )
            }
        }
    }

    /// Sometimes an id.
    fn id(&mut self, course: &mut Course) -> String {
        if !self.random.chance(25) {
            return String::new();
        }
        course.ids += 1;
        format!("id: step-{}, ", course.ids)
    }

    pub(super) fn send(&mut self) -> String {
        let content = *self.random.pick(&SENDABLE);
        let mut body = format!("send: {content}");
        if self.random.chance(15) {
            let once = *self.random.pick(&["entry", "ever", "{ after: 1 day }"]);
            body += &format!(", once: {once}");
        }
        if self.random.chance(10) {
            body += &format!(", transactional: {}", self.random.chance(50));
        }
        if self.random.chance(15) {
            body += &format!(
                ", expires: {}",
                self.random
                    .pick(&["1 minute", "1 hour", "2 hours", "1 day"])
            );
        }
        if self.random.chance(10) {
            body += &format!(
                ", on-skip: {}",
                self.random.pick(&["exit", "exit", "continue"])
            );
        }
        body
    }

    fn wait_until(&mut self) -> String {
        let field = *self.random.pick(&["seen", "meeting"]);
        let is_fixed = self.random.chance(50);
        self.wait_for((!is_fixed).then_some(field))
    }

    /// For the date of a field, or for a fixed moment.
    fn wait_for(&mut self, field: Option<&str>) -> String {
        let until = match (field, self.random.below(2)) {
            (None, 0) => self
                .scene
                .day(*self.random.pick(&[-1, 0, 1, 2, 20]))
                .to_string(),
            (None, _) => self
                .scene
                .hour(*self.random.pick(&[-1, 0, 1, 24, 26]))
                .strftime("%Y-%m-%dT%H:%M")
                .to_string(),
            (Some(field), 0) => {
                let offset = *self
                    .random
                    .pick(&["-1 day", "2 days", "-2 hours", "1 hour"]);
                format!("{{ field: {field}, offset: {offset} }}")
            }
            (Some(field), _) => format!("{{ field: {field} }}"),
        };
        let past = *self.random.pick(&[
            "",
            "",
            ", if-past: continue",
            ", if-past: exit",
            ", if-past: skip",
        ]);
        let missing = [
            "",
            "",
            ", if-missing: continue",
            ", if-missing: exit",
            ", if-missing: skip",
        ];
        let missing = if field.is_some() {
            *self.random.pick(&missing)
        } else {
            ""
        };
        let hours = self.hours();
        format!("wait-until: {until}{past}{missing}{hours}")
    }

    /// Several waits for one date, with steps between.
    fn series(&mut self, course: &mut Course, depth: usize) -> String {
        let field = *self
            .random
            .pick(&[Some("seen"), Some("meeting"), Some("meeting"), None]);
        let mut steps = Vec::new();
        for _ in 0..self.random.between(2, 4) {
            let id = self.id(course);
            let body = self.wait_for(field);
            steps.push(format!("{{ {id}{body} }}"));
            for _ in 0..self.random.between(1, 2) {
                steps.push(self.step(course, depth - 1));
            }
        }
        steps.join(", ")
    }

    fn wait(&mut self) -> String {
        let long = *self.random.pick(&WAITS);
        let hours = self.hours();
        format!("wait: {long}{hours}")
    }

    /// A time of day inside the hours, and days.
    fn hours(&mut self) -> String {
        if self.random.chance(60) {
            return String::new();
        }
        let (at, between) = *self.random.pick(&[
            ("09:00", ""),
            ("02:30", ""),
            ("", "[\"09:00\", \"17:00\"]"),
            ("", "[\"22:00\", \"06:00\"]"),
            ("23:30", "[\"22:00\", \"06:00\"]"),
            ("17:00", "[\"09:00\", \"17:00\"]"),
            ("", ""),
        ]);
        let mut hours = String::new();
        if !at.is_empty() {
            hours += &format!(", at: \"{at}\"");
        }
        if !between.is_empty() {
            hours += &format!(", between: {between}");
        }
        if hours.is_empty() || self.random.chance(30) {
            hours += &format!(
                ", days: [{}]",
                self.random
                    .pick(&["mon", "sat, sun", "tue, fri", "sun", "wed", "thu, mon"])
            );
        }
        hours
    }

    /// A move that goes on from the one before; where there is none, a tag.
    pub(super) fn move_or_tag(&mut self, course: &mut Course) -> String {
        let number = self.random.below(self.funnels.len());
        let funnel = &self.funnels[number];
        let targets: Vec<(&str, usize, bool)> = funnel
            .stages
            .iter()
            .filter(|stage| !stage.closed && stage.weight >= course.lightest[number])
            .map(|stage| (stage.id.as_str(), stage.weight, stage.is_final))
            .collect();
        if targets.is_empty() {
            return format!("add-tag: {}", self.random.pick(&TAGS));
        }
        let (stage, weight, is_final) = *self.random.pick(&targets);
        course.lightest[number] = if is_final { NOWHERE } else { weight };
        format!("move: {}/{stage}", funnel.id)
    }

    pub(super) fn set(&mut self) -> String {
        let Field {
            id, kind, operands, ..
        } = self.random.pick(self.fields);
        let to = match *kind {
            "integer" if self.random.chance(60) => {
                format!("{{ add: {} }}", self.random.pick(&["1", "-2", "8"]))
            }
            "number" if self.random.chance(60) => {
                format!("{{ add: {} }}", self.random.pick(&["0.25", "-2", "8"]))
            }
            "date" if self.random.chance(50) => "today".to_owned(),
            "datetime" if self.random.chance(50) => "now".to_owned(),
            "choices" => format!(
                "[{}]",
                self.random
                    .two(&HATS)
                    .map(|hat| (*hat).to_owned())
                    .join(", ")
            ),
            kind => quoted(kind, self.random.pick::<String>(operands)),
        };
        format!("set: {id}, to: {to}")
    }
}
