//! An error says of a line in a funnel that it leads nobody: without that line the same contacts
//! must come to the same stages.
//!
//! Invariant: the reference says where they come, for a project with an error has no plan.

use crate::generate::random::Random;
use crate::projects::{cases, sources};
use crate::reference::{Input, Reference};

const SCORES: usize = 5;

/// A funnel of random lines, each on a line of its own with a number that no other has.
fn funnel(random: &mut Random) -> (String, usize) {
    let stages = random.between(3, 5);
    let order = if random.chance(75) { "loose" } else { "strict" };
    let mut yaml = format!(
        "version: 1
contacts: {{ key: id, fields: {{ score: {{ type: integer }} }} }}
funnels:
  shop:
    audience: everyone
    order: {order}
    stages:
"
    );
    for stage in 0..stages {
        yaml += &format!("      s{stage}:\n        weight: {}\n", stage * 10);
        if stage > 0 && random.chance(20) {
            yaml += "        final: true\n";
        }
        if stage > 0 && random.chance(25) {
            yaml += &format!("        back-to: [s{}]\n", random.below(stage));
        }
        // One at most: of several the first whose condition holds counts, so one that leads nobody
        // may still stand before another.
        let lines = usize::from(random.chance(70));
        if lines > 0 {
            yaml += "        converts:\n";
        }
        for _ in 0..lines {
            let to = random.below(stages);
            if to == stage {
                continue;
            }
            let test = ["at-least", "at-most", "is"][random.below(3)];
            yaml += &format!(
                "          - {{ when: {{ field: score, {test}: {} }}, to: s{to} }}\n",
                random.below(SCORES)
            );
        }
        yaml = yaml
            .strip_suffix("        converts:\n")
            .map(str::to_owned)
            .unwrap_or(yaml);
    }
    (yaml, stages)
}

/// Everybody: each stage with each score, and none.
fn everybody(stages: usize, later: impl Fn(usize) -> usize) -> Vec<(String, usize, usize)> {
    let all = (0..=stages).flat_map(|stage| (0..SCORES).map(move |score| (stage, score)));
    all.map(|(stage, score)| {
        (
            if stage < stages {
                format!("s{stage}")
            } else {
                String::new()
            },
            score,
            later(score),
        )
    })
    .collect()
}

/// Where everybody is after each of three runs; between them the scores change.
fn places(yaml: &str, stages: usize, shift: usize) -> Vec<String> {
    let people = everybody(stages, |score| (score + shift) % SCORES);
    let mut reference = Reference::new(yaml);
    let mut stands: Vec<String> = people.iter().map(|(stage, ..)| stage.clone()).collect();
    let mut seen = Vec::new();
    for (run, day) in ["2026-11-01", "2026-11-02", "2026-11-03"]
        .into_iter()
        .enumerate()
    {
        let mut file = "id,score,stage_shop\n".to_owned();
        for (at, (_, first, later)) in people.iter().enumerate() {
            file += &format!(
                "{at},{},{}\n",
                if run == 1 { later } else { first },
                stands[at]
            );
        }
        let outcome = reference.run(&Input::of(&file), &format!("{day}T09:00:00Z"));
        stands = outcome
            .contacts
            .lines()
            .skip(1)
            .map(|row| row.rsplit(',').next().unwrap().to_owned())
            .collect();
        seen.extend(stands.clone());
    }
    seen
}

#[test]
fn a_line_that_is_called_an_error_leads_nobody() {
    let (mut errors, mut sound, mut untrue) = (0, 0, Vec::new());
    let funnels = 2 * cases();
    for seed in 0..funnels {
        let (yaml, stages) = funnel(&mut Random::new(seed));
        let compiled = funnelc::compile(sources(&[("funnelc.yaml", &yaml)]));
        sound += u64::from(compiled.plan.is_some());
        let codes = ["backward-move", "final-exit"];
        for finding in compiled
            .diagnostics
            .iter()
            .filter(|finding| codes.contains(&finding.code.name()))
        {
            let line = compiled.sources.line_column(finding.primary.span).line;
            let told = yaml.lines().nth(line - 1).unwrap();
            let (open, rest) = told
                .split_once("when: { ")
                .unwrap_or_else(|| panic!("no conversion: {told}"));
            let never = format!(
                "{open}when: {{ field: score, is: 99 }}{}",
                rest.split_once('}').unwrap().1
            );
            let lines = yaml
                .lines()
                .enumerate()
                .map(|(at, one)| if at + 1 == line { never.as_str() } else { one });
            let without = lines.collect::<Vec<_>>().join("\n");
            errors += 1;
            if (1..SCORES)
                .any(|shift| places(&yaml, stages, shift) != places(&without, stages, shift))
            {
                untrue.push(format!(
                    "seed {seed}, {}: {told}\n{yaml}",
                    finding.code.name()
                ));
            }
        }
    }
    assert!(
        untrue.is_empty(),
        "{} of {errors} errors are untrue:\n{}",
        untrue.len(),
        untrue.join("\n")
    );
    assert!(
        errors > funnels / 3 && sound > funnels / 3,
        "{errors} errors, {sound} sound funnels"
    );
}
