//! Random funnels: weights, conversions, ways back, windows.
//!
//! Invariant: the lightest stage is single or the entry is written, and no conversion has two next
//! stages.

use std::fmt::Write as _;

use super::Draft;
use super::campaigns::SOMETIMES;
use super::conditions::Scope;

pub(super) struct Funnel {
    pub(super) id: String,
    pub(super) column: String,
    pub(super) stages: Vec<Stage>,
    free: bool,
}

pub(super) struct Stage {
    pub(super) id: String,
    /// Its text in the contacts file.
    pub(super) value: String,
    pub(super) weight: usize,
    pub(super) is_final: bool,
    pub(super) closed: bool,
}

const NAMES: [&str; 6] = ["unknown", "lead", "trial", "buyer", "loyal", "partner"];

impl Draft<'_> {
    /// The stages stand before everything else, so that conditions can speak of them.
    pub(super) fn draw_funnels(&mut self) {
        for id in ["shop", "club", "press"]
            .into_iter()
            .take(self.random.between(1, 3))
        {
            let free = self.random.chance(20);
            let column = if self.random.chance(30) {
                format!("{id} stage")
            } else {
                format!("stage_{id}")
            };
            let count = self.random.between(3, NAMES.len());
            let twin = self
                .random
                .chance(40)
                .then(|| self.random.between(1, count - 1));
            let mut weight = 0;
            let mut stages = Vec::new();
            for (number, name) in NAMES.into_iter().take(count).enumerate() {
                if twin != Some(number) {
                    weight += 10;
                }
                let value = if self.random.chance(20) {
                    format!("The {name}, of {id}")
                } else {
                    name.to_owned()
                };
                let is_final = number + 1 == count && self.random.chance(40);
                let closed = number > 0 && self.random.chance(8);
                stages.push(Stage {
                    id: name.to_owned(),
                    value,
                    weight,
                    is_final,
                    closed,
                });
            }
            self.funnels.push(Funnel {
                id: id.to_owned(),
                column,
                stages,
                free,
            });
        }
    }

    pub(super) fn funnels_section(&mut self) -> String {
        let mut yaml = String::from("funnels:\n");
        for number in 0..self.funnels.len() {
            yaml += &self.funnel(number);
        }
        yaml
    }

    fn funnel(&mut self, number: usize) -> String {
        let Funnel {
            id,
            column,
            stages,
            free,
        } = &self.funnels[number];
        let (count, free) = (stages.len(), *free);
        let lightest_is_single = stages[0].weight < stages[1].weight;
        let mut yaml = format!("  {id}:\n");
        if *column != format!("stage_{id}") {
            yaml += &format!("    column: {column}\n");
        }
        if free {
            yaml += "    moves: free\n";
        } else if self.random.chance(10) {
            yaml += "    moves: forward\n";
        }
        if !lightest_is_single || self.random.chance(15) {
            let entry = self.random.below(2);
            yaml += &format!("    entry: {}\n", self.funnels[number].stages[entry].id);
        }
        yaml += &self.priority("    ");
        if self.random.chance(20) {
            yaml += "    order: loose\n";
        } else if self.random.chance(10) {
            yaml += "    order: strict\n";
        }
        if self.random.chance(15) {
            yaml += &self.openness("    ");
        }
        yaml += &self.audience();
        if self.random.chance(40) {
            yaml += &self.placement(number);
        }
        yaml += "    stages:\n";
        for stage in 0..count {
            yaml += &self.stage(number, stage);
        }
        yaml
    }

    pub(super) fn priority(&mut self, indent: &str) -> String {
        if self.random.chance(40) {
            format!("{indent}priority: {}\n", self.random.below(3))
        } else {
            String::new()
        }
    }

    fn audience(&mut self) -> String {
        let scope = Scope {
            stages: false,
            segments: self.segments,
            since: None,
        };
        let audience = match self.random.below(5) {
            0 => return String::new(),
            1 | 2 => "everyone".to_owned(),
            3 => "group-0".to_owned(),
            _ => self.condition(scope, 1),
        };
        let left = *self.random.pick(&[
            "",
            "",
            "    on-audience-left: stay\n",
            "    on-audience-left: leave\n",
        ]);
        format!("    audience: {audience}\n{left}")
    }

    fn placement(&mut self, number: usize) -> String {
        let scope = Scope {
            stages: true,
            segments: self.segments,
            since: None,
        };
        let mut yaml = String::from("    place:\n");
        for _ in 0..self.random.between(1, 3) {
            let when = self.condition(scope, 1);
            let stages: Vec<&str> = self.funnels[number]
                .stages
                .iter()
                .filter(|stage| !stage.closed)
                .map(|stage| stage.id.as_str())
                .collect();
            let stage = self.random.pick(&stages);
            writeln!(yaml, "      - {{ stage: {stage}, when: {when} }}")
                .expect("a string takes it");
        }
        yaml
    }

    fn stage(&mut self, number: usize, place: usize) -> String {
        let stage = &self.funnels[number].stages[place];
        let mut yaml = format!("      {}:\n        weight: {}\n", stage.id, stage.weight);
        if stage.value != stage.id {
            yaml += &format!("        value: \"{}\"\n", stage.value);
        }
        if stage.is_final {
            yaml += "        final: true\n";
        }
        let (is_final, closed) = (stage.is_final, stage.closed);
        if closed {
            yaml += "        published: false\n";
        } else if place > 0 && self.random.chance(15) {
            yaml += &self.window("        ");
        }
        let backs: Vec<usize> = (0..place).filter(|_| self.random.chance(20)).collect();
        let backs: Vec<usize> = backs
            .into_iter()
            .filter(|&back| !self.funnels[number].stages[back].closed)
            .collect();
        if !backs.is_empty() {
            let ids: Vec<&str> = backs
                .iter()
                .map(|&back| self.funnels[number].stages[back].id.as_str())
                .collect();
            yaml += &format!("        back-to: [{}]\n", ids.join(", "));
        }
        if self.random.chance(60) && !is_final {
            yaml += &self.conversions(number, place, &backs);
        }
        if self.random.chance(30) {
            yaml += &self.experiences();
        }
        yaml
    }

    fn experiences(&mut self) -> String {
        let scope = Scope {
            stages: true,
            segments: self.segments,
            since: Some("stage"),
        };
        let mut yaml = String::from("        experiences:\n");
        for number in 0..self.random.between(1, 3) {
            let content = *self.random.pick(&[
                "banner", "banner", "part", "advert", "hello", "bye", "post", "soon", "any",
            ]);
            let when = if number == 0 || self.random.chance(60) {
                format!("            when: {}", self.condition(scope, 1))
            } else {
                String::new()
            };
            writeln!(
                yaml,
                "          - id: view-{number}\n            content: {content}\n{when}"
            )
            .expect("a string takes it");
            if self.random.chance(20) {
                yaml += &self.openness("            ");
            }
        }
        yaml
    }

    /// A condition where the next heavier stage is single, else a list with targets.
    fn conversions(&mut self, number: usize, place: usize, backs: &[usize]) -> String {
        let scope = Scope {
            stages: true,
            segments: self.segments,
            since: Some("stage"),
        };
        let stages = &self.funnels[number].stages;
        let weights: Vec<usize> = stages.iter().map(|stage| stage.weight).collect();
        let heavier: Vec<usize> = (0..weights.len())
            .filter(|&other| weights[other] > weights[place])
            .collect();
        let twins = heavier
            .windows(2)
            .any(|pair| weights[pair[0]] == weights[pair[1]]);
        let open_ahead = heavier.iter().any(|&other| !stages[other].closed);
        if open_ahead && !twins && self.random.chance(50) {
            return format!("        converts: {}\n", self.condition(scope, 1));
        }
        let free = self.funnels[number].free;
        let targets: Vec<usize> = (0..weights.len())
            .filter(|&other| other != place && !stages[other].closed)
            .filter(|&other| free || weights[other] >= weights[place] || backs.contains(&other))
            .collect();
        if targets.is_empty() {
            return String::new();
        }
        let mut yaml = String::from("        converts:\n");
        for _ in 0..self.random.between(1, 2) {
            let when = self.condition(scope, 1);
            let target = *self.random.pick(&targets);
            let target = &self.funnels[number].stages[target].id;
            writeln!(yaml, "          - {{ when: {when}, to: {target} }}")
                .expect("a string takes it");
        }
        yaml
    }

    /// Whether something is published, or when.
    pub(super) fn openness(&mut self, indent: &str) -> String {
        match self.random.below(8) {
            0 => format!("{indent}published: true\n"),
            1 => format!("{indent}published: {SOMETIMES}\n"),
            2 | 3 => self.window(indent),
            _ => String::new(),
        }
    }

    /// A publish window that opens or closes around the runs.
    pub(super) fn window(&mut self, indent: &str) -> String {
        let from = self.scene.hour(*self.random.pick(&[-30, 0, 1, 24]));
        let from = from.strftime("%Y-%m-%dT%H:%M").to_string();
        let until = self.scene.day(*self.random.pick(&[0, 1, 2, 9]));
        let window = match self.random.below(4) {
            0 => format!("from: {from}"),
            1 => format!("until: {until}"),
            2 => format!("from: {}", self.scene.day(1)),
            _ => {
                let until = self.scene.hour(*self.random.pick(&[0, 1, 25, 100]));
                format!("until: {}", until.strftime("%Y-%m-%dT%H:%M"))
            }
        };
        format!("{indent}publish: {{ {window} }}\n")
    }
}
