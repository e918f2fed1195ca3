//! Random campaigns: who enters and leaves, and which conditions rule.
//!
//! Invariant: no campaign can come back to itself without time passing.

use std::fmt::Write as _;

use super::Draft;
use super::conditions::Scope;
use super::steps::NOWHERE;

/// Stands for `true` or `false`, run by run.
pub(super) const SOMETIMES: &str = "sometimes";

impl Draft<'_> {
    pub(super) fn segments_section(&mut self) -> String {
        let mut yaml = String::from("segments:\n");
        for number in 0..self.random.between(2, 5) {
            let scope = Scope {
                stages: number % 2 == 1,
                segments: number,
                since: None,
            };
            let depth = self.random.below(3);
            let condition = self.condition(scope, depth);
            let members = self.members();
            let condition = if members.contains("include") && self.random.chance(20) {
                members.trim_start_matches(", ").to_owned()
            } else {
                format!("where: {condition}{members}")
            };
            writeln!(yaml, "  group-{number}: {{ {condition} }}").expect("a string takes it");
            self.segments = number + 1;
        }
        yaml
    }

    pub(super) fn campaigns_section(&mut self) -> String {
        let mut yaml = String::from("campaigns:\n");
        for number in 0..self.campaigns {
            yaml += &self.campaign(number);
        }
        if self.random.chance(15) {
            yaml += &self.relay();
        }
        yaml
    }

    /// The second campaign is overtaken by the first, and the third makes it start again within the
    /// same instant.
    fn relay(&mut self) -> String {
        let funnel = &self.funnels[0];
        let stage = format!("{}/{}", funnel.id, funnel.stages[0].id);
        let again = match self.random.below(3) {
            0 => "add-tag: vip".to_owned(),
            1 => format!("move: {stage}"),
            _ => "enroll: relay-2".to_owned(),
        };
        format!(
            "  relay-1:
    priority: 9
    enter: [ {{ tag: vip }} ]
    on-leave: stay
    steps: [ {{ remove-tag: vip }} ]
  relay-2:
    priority: 8
    enter: [ {{ tag: vip }}, {{ entered: {stage} }} ]
    on-leave: stay
    steps: [ {{ points: 5 }} ]
  relay-3:
    priority: 7
    enter: [ {{ not: {{ tag: vip }} }} ]
    on-leave: stay
    reenter: {{ after: 1 hour }}
    steps: [ {{ {again} }} ]
"
        )
    }

    fn campaign(&mut self, number: usize) -> String {
        let mut yaml = format!("  campaign-{number}:\n");
        yaml += &self.priority("    ");
        let entered = self.entered();
        let mut enter: Vec<String> = entered.iter().map(|(_, item)| item.clone()).collect();
        let scope = Scope {
            stages: false,
            segments: self.segments,
            since: None,
        };
        while enter.is_empty() || self.random.chance(35) {
            let depth = self.random.below(2);
            let condition = self.condition(scope, depth);
            // An event by itself would be a way in of its own.
            enter.push(if condition.starts_with("{ event") {
                format!("{{ all: [ {condition} ] }}")
            } else {
                condition
            });
        }
        let by_condition = enter.len() > entered.iter().len();
        if self.random.chance(40) {
            let occurrence = format!("{{ {} }}", self.occurrence());
            enter.insert(0, occurrence);
        }
        writeln!(yaml, "    enter: [ {} ]", enter.join(", ")).expect("a string takes it");
        if by_condition {
            yaml += &format!("    on-leave: {}\n", self.random.pick(&["stay", "exit"]));
        }
        yaml += &self.rules();
        let lightest = entered.map_or([0; 3], |(lightest, _)| lightest);
        yaml + &self.steps_of(number, lightest)
    }

    /// `{ entered: … }`, and the weight per funnel that a move must then reach at least.
    fn entered(&mut self) -> Option<([usize; 3], String)> {
        if !self.random.chance(40) {
            return None;
        }
        let funnel = self.random.below(self.funnels.len());
        let stages: Vec<(&str, usize)> = self.funnels[funnel]
            .stages
            .iter()
            .filter(|stage| !stage.closed)
            .map(|stage| {
                (
                    stage.id.as_str(),
                    if stage.is_final {
                        NOWHERE
                    } else {
                        stage.weight
                    },
                )
            })
            .collect();
        let (stage, weight) = *self.random.pick(&stages);
        let mut lightest = [0; 3];
        lightest[funnel] = weight;
        Some((
            lightest,
            format!("{{ entered: {}/{stage} }}", self.funnels[funnel].id),
        ))
    }

    /// `reenter`, `existing`, `goal`, `exit-when`, publishing.
    fn rules(&mut self) -> String {
        let mut yaml = String::new();
        let scope = Scope {
            stages: true,
            segments: self.segments,
            since: Some("entry"),
        };
        if self.random.chance(50) {
            let again = *self.random.pick(&[
                "never",
                "{ after: 1 hour }",
                "{ after: 1 day }",
                "{ after: 1 month }",
            ]);
            yaml += &format!("    reenter: {again}\n");
        }
        if self.random.chance(40) {
            yaml += &format!("    existing: {}\n", self.random.pick(&["enter", "skip"]));
        }
        for key in ["goal", "exit-when"] {
            if self.random.chance(35) {
                let condition = self.condition(scope, 1);
                yaml += &format!("    {key}: {condition}\n");
            }
        }
        if self.random.chance(3) {
            yaml += "    published: false\n";
        } else if self.random.chance(8) {
            yaml += &format!("    published: {SOMETIMES}\n");
        } else if self.random.chance(25) {
            let window = self.window("    ");
            let then = *self.random.pick(&[
                "",
                "",
                ", after-until: exit",
                ", after-until: exit",
                ", after-until: pause",
            ]);
            let ends = window.contains("until");
            yaml += &if ends {
                window.replace(" }\n", &format!("{then} }}\n"))
            } else {
                window
            };
        }
        yaml
    }
}
