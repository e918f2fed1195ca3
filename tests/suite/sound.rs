//! Nothing untrue is found: sound projects of which something untrue was said once, and loose
//! funnels.

use funnelc::source::Sources;

use crate::findings;

const SOUND: &str = include_str!("../fixtures/sound.yaml");

#[test]
fn sound_projects_have_no_finding() {
    let mut wrong = String::new();
    for project in SOUND.split("\n=====\n") {
        let mut sources = Sources::default();
        sources.add("funnelc.yaml", project);
        let compiled = funnelc::compile(sources);
        if !compiled.diagnostics.is_empty() {
            wrong += &format!(
                "{project}\n{}\n",
                findings::show(&compiled.sources, compiled.diagnostics)
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// "Always refused" is a proof: with `order: loose` a line of a heavier or final stage leads on
/// those in lighter ones, with `strict` it leads nobody.
#[test]
fn a_line_that_leads_on_from_lighter_stages_is_no_error() {
    let told = |order: &str| -> Vec<&str> {
        let mut sources = Sources::default();
        sources.add("funnelc.yaml", LOOSE.replace("ORDER", order));
        let codes = funnelc::compile(sources)
            .diagnostics
            .into_iter()
            .map(|finding| finding.code.name());
        codes
            .filter(|code| ["backward-move", "final-exit", "no-conversion"].contains(code))
            .collect()
    };
    assert_eq!(told("loose"), Vec::<&str>::new());
    assert_eq!(told("strict"), ["backward-move", "final-exit"]);
}

const LOOSE: &str = "
version: 1
contacts: { key: id, fields: { score: { type: integer } } }
funnels:
  shop:
    audience: everyone
    order: ORDER
    stages:
      lead:  { weight: 0, converts: { field: score, at-least: 1 } }
      buyer: { weight: 10, converts: { field: score, at-least: 2 } }
      fan:   { weight: 20, converts: [{ when: { field: score, at-least: 3 }, to: buyer }] }
      hero:  { weight: 30, final: true, converts: [{ when: { field: score, at-least: 4 }, to: fan }] }
";
