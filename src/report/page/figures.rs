//! The tables of the page, in the order of the journey; all figures are those of metrics.json and
//! of the journal.

use std::cmp::Reverse;

use serde_json::Value;

use crate::diagram::Panel;
use crate::model::{Bounded, Model};
use crate::report::metrics::{CAMPAIGN, STAGE, rate};
use crate::report::outgoing::Outgoing;
use crate::runner::one::Ways;

/// A figure of the headline.
pub(super) struct Tile {
    pub(super) count: String,
    pub(super) words: &'static str,
}

/// A funnel with its drawing.
pub(super) struct Funnel {
    pub(super) id: String,
    pub(super) drawing: String,
    pub(super) stages: Vec<Stage>,
    pub(super) none: String,
    pub(super) moves: Vec<Move>,
}

/// A stage and its figures: reach, entered, left, converted, rate, now.
pub(super) struct Stage {
    pub(super) id: String,
    pub(super) figures: [String; 6],
    /// How long its bar is, of a hundred.
    pub(super) bar: u64,
}

/// How many went from a stage to another one, and by what.
pub(super) struct Move {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) by: &'static str,
    pub(super) count: String,
}

/// A campaign with its drawing.
pub(super) struct Campaign {
    pub(super) id: String,
    pub(super) drawing: String,
    pub(super) figures: [String; 6],
}

/// A segment.
pub(super) struct Segment {
    pub(super) id: String,
    pub(super) count: String,
    pub(super) bar: u64,
}

/// What did not happen, and why.
pub(super) struct Skipped {
    pub(super) place: String,
    pub(super) reason: String,
    pub(super) words: &'static str,
    pub(super) count: String,
}

/// The headline.
pub(super) fn tiles(metrics: &Value, outgoing: &Outgoing) -> Vec<Tile> {
    let of_campaigns = |figure: &str| sum(values(&metrics["campaigns"]), figure);
    let stages = values(&metrics["funnels"]).flat_map(|funnel| values(&funnel["stages"]));
    let mut tiles = vec![
        (metrics["contacts"].as_u64().unwrap_or(0), "contacts"),
        (outgoing.sum(Bounded::Messages), "messages out"),
        (outgoing.skipped(), "not sent"),
        (sum(stages, "entered"), "came to another stage"),
        (of_campaigns("entered"), "came into a campaign"),
        (of_campaigns("active"), "in campaigns now"),
    ];
    let aside = metrics["rejected"].as_u64().filter(|count| *count > 0);
    tiles.extend(aside.map(|count| (count, "rows set aside")));
    let left = metrics["skipped"].as_u64().filter(|count| *count > 0);
    tiles.extend(left.map(|count| (count, "left as found")));
    let tile = |(count, words)| Tile {
        count: grouped(count),
        words,
    };
    tiles.into_iter().map(tile).collect()
}

/// The funnels, the most important first.
pub(super) fn funnels(
    model: &Model,
    metrics: &Value,
    ways: &Ways,
    panels: &[Panel],
) -> Vec<Funnel> {
    let mut funnels: Vec<_> = model.funnels.values().collect();
    funnels.sort_by_key(|funnel| Reverse(funnel.priority));
    let of = |funnel: &&crate::model::Funnel| {
        let figures = &metrics["funnels"][&funnel.id];
        let most = values(&figures["stages"])
            .map(|stage| count(&stage["now"]))
            .max();
        let mut stages: Vec<_> = funnel.stages.values().collect();
        stages.sort_by_key(|stage| stage.weight);
        let stage = |stage: &&crate::model::Stage| {
            let figures = &figures["stages"][&stage.id];
            let cell = |figure| match figure {
                "rate" => rate(figures),
                _ => grouped(count(&figures[figure])),
            };
            Stage {
                id: stage.id.clone(),
                figures: STAGE.map(cell),
                bar: bar(count(&figures["now"]), most.unwrap_or(0)),
            }
        };
        Funnel {
            id: funnel.id.clone(),
            drawing: drawing(panels, "funnel", &funnel.id),
            stages: stages.iter().map(stage).collect(),
            none: grouped(count(&figures["none"])),
            moves: moves(ways, &funnel.id),
        }
    };
    funnels.iter().map(of).collect()
}

/// The ways between the stages of a funnel, the most used first.
fn moves(ways: &Ways, funnel: &str) -> Vec<Move> {
    let mut of: Vec<_> = ways
        .stages
        .iter()
        .filter(|([name, ..], _)| name == funnel)
        .collect();
    of.sort_by_key(|(way, count)| (Reverse(**count), (*way).clone()));
    let stage = |id: &str| if id.is_empty() { "no stage" } else { id }.to_owned();
    let one = |([_, from, to, event], count): (&[String; 4], &u64)| Move {
        from: stage(from),
        to: stage(to),
        by: by(event),
        count: grouped(*count),
    };
    of.into_iter().map(one).collect()
}

fn by(event: &str) -> &'static str {
    match event {
        "enter" => "came in",
        "place" => "placed by a rule",
        "convert" => "converted",
        "drop" => "left the audience",
        "move" | "leave" => "moved by a campaign",
        _ => "changed in the file",
    }
}

/// The campaigns, in the order in which they run.
pub(super) fn campaigns(model: &Model, metrics: &Value, panels: &[Panel]) -> Vec<Campaign> {
    let mut campaigns: Vec<_> = model.campaigns.values().collect();
    campaigns.sort_by_key(|campaign| Reverse(campaign.priority));
    let of = |campaign: &&crate::model::Campaign| {
        let figures = &metrics["campaigns"][&campaign.id];
        Campaign {
            id: campaign.id.clone(),
            drawing: drawing(panels, "campaign", &campaign.id),
            figures: CAMPAIGN.map(|figure| grouped(count(&figures[figure]))),
        }
    };
    campaigns.iter().map(of).collect()
}

/// The segments, in the order of the project.
pub(super) fn segments(model: &Model, metrics: &Value) -> Vec<Segment> {
    let all = count(&metrics["contacts"]);
    let of = |segment: &crate::model::Segment| {
        let inside = count(&metrics["segments"][&segment.id]);
        Segment {
            id: segment.id.clone(),
            count: grouped(inside),
            bar: bar(inside, all),
        }
    };
    model.segments.values().map(of).collect()
}

/// What steps and experiences did not do, and what started no campaign, in the order of the journey.
pub(super) fn skipped(model: &Model, metrics: &Value) -> Vec<Skipped> {
    let mut all = Vec::new();
    for campaign in model.campaigns.values() {
        let figures = &metrics["campaigns"][&campaign.id];
        reasons(&mut all, &campaign.id, &figures["lost"], &Value::Null);
        campaign.each_step(|step| {
            let figures = &figures["steps"][&step.name];
            let place = format!("{}/{}", campaign.id, step.name);
            reasons(
                &mut all,
                &place,
                &figures["skipped"],
                &figures["unreachable"],
            );
        });
    }
    for funnel in model.funnels.values() {
        for stage in funnel.stages.values() {
            let figures = &metrics["funnels"][&funnel.id]["stages"][&stage.id]["experiences"];
            for experience in &stage.experiences {
                let figures = &figures[&experience.id];
                let place = format!("{}/{}/{}", funnel.id, stage.id, experience.id);
                reasons(
                    &mut all,
                    &place,
                    &figures["skipped"],
                    &figures["unreachable"],
                );
            }
        }
    }
    all
}

fn reasons(all: &mut Vec<Skipped>, place: &str, counts: &Value, unreachable: &Value) {
    for (reason, number) in counts.as_object().into_iter().flatten() {
        let ways = unreachable.as_object().filter(|_| reason == "unreachable");
        let one = |reason: &str, number: &Value| Skipped {
            place: place.to_owned(),
            reason: reason.to_owned(),
            words: meaning(reason),
            count: grouped(count(number)),
        };
        match ways {
            Some(ways) => all.extend(ways.iter().map(|(what, number)| one(what, number))),
            None => all.push(one(reason, number)),
        }
    }
}

/// What a reason means, as docs/outputs.md tells.
fn meaning(reason: &str) -> &'static str {
    match reason {
        "address" => "no address on the channel",
        "consent" => "no consent for the channel",
        "do-not-contact" => "must not be contacted on the channel",
        "unreachable" => "nobody to be reached",
        "unpublished" => "not published at that time",
        "already-sent" => "sent before, and it goes out once",
        "limited" => "a limit of messages was reached",
        "expired" => "kept back too long",
        "past" => "the moment was over",
        "missing" => "the date is missing",
        "outdated" => "a later wait for the same date is over",
        "final" => "the stage is final",
        "lighter" => "the stage is lighter than the present one",
        "too-old" => "what happened was too long ago",
        "active" => "already inside",
        "reenter" => "may not come in again yet",
        "goal" => "the goal was reached already",
        "exit-when" => "would have left at once",
        "same-run" => "came in once in this run already",
        "missed-day" => "the day had no run",
        _ => "",
    }
}

fn drawing(panels: &[Panel], kind: &str, id: &str) -> String {
    let panel = panels
        .iter()
        .find(|panel| panel.kind == kind && panel.id == id);
    panel.map(Panel::svg).unwrap_or_default()
}

pub(super) fn values(object: &Value) -> impl Iterator<Item = &Value> {
    object
        .as_object()
        .into_iter()
        .flat_map(|object| object.values())
}

fn sum<'a>(all: impl Iterator<Item = &'a Value>, figure: &str) -> u64 {
    all.map(|figures| count(&figures[figure]))
        .fold(0, u64::saturating_add)
}

pub(super) fn count(figure: &Value) -> u64 {
    figure.as_u64().unwrap_or(0)
}

fn bar(count: u64, most: u64) -> u64 {
    // What was made by hand may be any number.
    let share = (u128::from(count) * 100).checked_div(u128::from(most));
    share.and_then(|share| share.try_into().ok()).unwrap_or(0)
}

/// A number with its thousands apart, as `12,345`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
