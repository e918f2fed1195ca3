//! Random points: groups with a column each, rules that give some for an event, triggers that
//! enough of them set off.
//!
//! Invariant: the steps of a trigger neither wait nor choose a way.

use super::Draft;
use super::conditions::Scope;
use super::random::Random;
use super::steps::Course;

/// The groups of a project; a column may have a name of its own.
pub(super) struct Groups {
    pub(super) ids: Vec<&'static str>,
    named: bool,
}

impl Groups {
    pub(super) fn new(random: &mut Random) -> Self {
        let count = random.below(3);
        Groups {
            ids: ["loyalty", "team-play"].into_iter().take(count).collect(),
            named: random.chance(40),
        }
    }

    pub(super) fn column(&self, group: &str) -> String {
        match group {
            "loyalty" if self.named => "stars".to_owned(),
            group => format!("points_{}", group.replace('-', "_")),
        }
    }

    /// What `contacts` says of points.
    pub(super) fn in_contacts(&self) -> &'static str {
        let has_loyalty = self.ids.contains(&"loyalty");
        if has_loyalty && self.named {
            "  points: { column: points, groups: { loyalty: stars } }\n"
        } else {
            "  points: { column: points }\n"
        }
    }
}

impl Draft<'_> {
    pub(super) fn points_section(&mut self) -> String {
        let mut yaml = String::new();
        if !self.groups.ids.is_empty() {
            yaml += &format!("  groups: [{}]\n", self.groups.ids.join(", "));
        }
        if self.random.chance(40) {
            yaml += "  rules:\n";
            for number in 0..self.random.between(1, 3) {
                yaml += &self.rule(number);
            }
        }
        if self.random.chance(50) {
            yaml += "  triggers:\n";
            for number in 0..self.random.between(1, 3) {
                yaml += &self.trigger(number);
            }
        }
        if yaml.is_empty() {
            yaml
        } else {
            format!("points:\n{yaml}")
        }
    }

    fn rule(&mut self, number: usize) -> String {
        let each = self.occurrence();
        let give = *self.random.pick(&["5", "10", "-5"]);
        let group = self.group("      group: ", "\n");
        let open = self.openness("      ");
        format!("    rule-{number}:\n      each: {{ {each} }}\n      give: {give}\n{group}{open}")
    }

    fn trigger(&mut self, number: usize) -> String {
        let at = *self.random.pick(&["-5", "5", "10", "15", "15"]);
        let group = self.group("      group: ", "\n");
        let open = self.openness("      ");
        let mut course = Course::new(usize::MAX);
        let mut steps = Vec::new();
        for _ in 0..self.random.between(1, 4) {
            steps.push(self.step_at_once(&mut course, 1));
        }
        let steps = steps.join(", ");
        format!("    trigger-{number}:\n      at: {at}\n{group}{open}      steps: [ {steps} ]\n")
    }

    /// A step that may stand in a trigger.
    fn step_at_once(&mut self, course: &mut Course, depth: usize) -> String {
        let body = match self.random.below(10) {
            0 | 1 => self.send(),
            2 | 3 => self.move_or_tag(course),
            4 => self.give(),
            5 => self.set(),
            6 => self.list(),
            7 => self.post(),
            8 => {
                let campaign = self.random.below(self.campaigns);
                format!(
                    "{}: campaign-{campaign}",
                    self.random.pick(&["enroll", "enroll", "withdraw"])
                )
            }
            _ if depth > 0 => {
                let scope = Scope {
                    stages: false,
                    segments: self.segments,
                    since: None,
                };
                let condition = self.condition(scope, 1);
                let then = self.step_at_once(course, depth - 1);
                let other = self.step_at_once(course, depth - 1);
                format!("if: {condition}, then: [ {then} ], else: [ {other} ]")
            }
            _ => self.give(),
        };
        format!("{{ {body} }}")
    }

    /// The step `points`, for a group or none.
    pub(super) fn give(&mut self) -> String {
        let give = *self.random.pick(&["5", "10", "-5"]);
        match *self.random.pick(&[0, 1, 2]) {
            0 => format!("points: {give}"),
            _ => format!("points: {{ give: {give}{} }}", self.group(", group: ", "")),
        }
    }

    fn group(&mut self, before: &str, after: &str) -> String {
        if self.groups.ids.is_empty() || self.random.chance(40) {
            return String::new();
        }
        format!("{before}{}{after}", self.random.pick(&self.groups.ids))
    }

    /// `points` or `points/group`, as conditions ask for them.
    pub(super) fn points_condition(&mut self) -> String {
        let group = self.group("/", "");
        let operands = ["-5", "0", "5", "10", "15"].map(str::to_owned);
        let comparison = if self.random.chance(5) {
            format!("exists: {}", self.random.chance(50))
        } else {
            self.number_comparison(&operands)
        };
        format!("{{ field: points{group}, {comparison} }}")
    }
}
