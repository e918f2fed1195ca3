//! Funnels as pictures: the stages and arrows of both plans, each marked with how it differs.

use std::collections::BTreeMap;

use super::{Change, Kind, Mark, Versions};
use crate::graph::describe;
use crate::model::{Audience, Funnel, Model, Stage, StageId, Target};

/// A funnel with changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunnelPicture {
    /// The id.
    pub id: String,
    /// How it differs as a whole.
    pub mark: Option<Mark>,
    /// The stages of both plans, lightest first.
    pub stages: Vec<StagePicture>,
    /// The arrows of both plans.
    pub arrows: Vec<Arrow>,
}

/// A stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StagePicture {
    /// The id.
    pub id: String,
    /// How it differs.
    pub mark: Option<Mark>,
    /// `weight 10`, or both weights.
    pub weight: String,
}

/// A way from stage to stage, or into the funnel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrow {
    /// Where from; absent for contacts without a stage.
    pub from: Option<String>,
    /// Where to.
    pub to: String,
    /// Whether it only allows a move and makes none.
    pub back: bool,
    /// Under which condition.
    pub words: String,
    /// How it differs.
    pub mark: Option<Mark>,
}

/// The funnels of which something changed.
pub(super) fn pictures(base: &Versions, head: &Versions, changes: &[Change]) -> Vec<FunnelPicture> {
    let touched = |change: &Change| match change.kind {
        Kind::Funnel => Some(change.id.clone()),
        Kind::Stage => change.id.split('/').next().map(str::to_owned),
        Kind::Project | Kind::Contacts | Kind::Tag | Kind::Field | Kind::Channel => None,
        Kind::Companies | Kind::CompanyField | Kind::PointGroup | Kind::PointRule => None,
        Kind::Content | Kind::Event | Kind::Destination | Kind::Segment => None,
        Kind::Campaign | Kind::Step => None,
    };
    let mut ids: Vec<_> = changes.iter().filter_map(touched).collect();
    ids.sort();
    ids.dedup();
    ids.into_iter()
        .map(|id| picture(&id, base, head, changes))
        .collect()
}

/// A funnel, if the model has it.
type Side<'a> = (&'a Model, Option<&'a Funnel>);

fn side<'a>(model: &'a Model, id: &str) -> Side<'a> {
    (model, model.funnels.values().find(|funnel| funnel.id == id))
}

fn picture(id: &str, before: &Versions, after: &Versions, changes: &[Change]) -> FunnelPicture {
    let (base, head) = (
        side(before.written.model(), id),
        side(after.written.model(), id),
    );
    let meant = [before, after].map(|version| arrows(side(version.meant.model(), id)));
    let mark = |kind, id: &str| {
        changes
            .iter()
            .find(|change| change.kind == kind && change.id == id)
            .map(|it| it.mark)
    };
    let mut stages: BTreeMap<(i64, String), StagePicture> = BTreeMap::new();
    let of = |side: Side<'_>, id: &str| -> Option<Stage> {
        side.1?.stages.values().find(|it| it.id == id).cloned()
    };
    let both = [head, base]
        .into_iter()
        .filter_map(|(_, funnel)| funnel)
        .flat_map(|funnel| funnel.stages.values());
    for stage in both {
        let [before, after] =
            [of(base, &stage.id), of(head, &stage.id)].map(|stage| stage.and_then(|it| it.weight));
        let weight = match (before, after) {
            (Some(before), Some(after)) if before != after => {
                format!("weight {before}, now {after}")
            }
            (before, after) => format!("weight {}", after.or(before).unwrap_or_default()),
        };
        let place = after.or(before).unwrap_or_default();
        let mark = mark(Kind::Stage, &format!("{id}/{}", stage.id));
        stages.insert(
            (place, stage.id.clone()),
            StagePicture {
                id: stage.id.clone(),
                mark,
                weight,
            },
        );
    }
    FunnelPicture {
        id: id.to_owned(),
        mark: mark(Kind::Funnel, id),
        stages: stages.into_values().collect(),
        arrows: marked(&arrows(base), &arrows(head), &meant),
    }
}

/// By from, to and kind: the condition.
type Arrows = BTreeMap<(Option<String>, String, bool), String>;

fn marked(base: &Arrows, head: &Arrows, meant: &[Arrows; 2]) -> Vec<Arrow> {
    let mut ways: Vec<_> = base.keys().chain(head.keys()).collect();
    ways.sort();
    ways.dedup();
    let arrow = |way: &(Option<String>, String, bool)| {
        let (words, mark) = match (base.get(way), head.get(way)) {
            (Some(before), Some(after))
                if before != after && meant[0].get(way) != meant[1].get(way) =>
            {
                (after, Some(Mark::Changed))
            }
            (Some(_), Some(words)) => (words, None),
            (Some(words), None) => (words, Some(Mark::Removed)),
            (None, words) => (words?, Some(Mark::Added)),
        };
        Some(Arrow {
            from: way.0.clone(),
            to: way.1.clone(),
            back: way.2,
            words: words.clone(),
            mark,
        })
    };
    ways.into_iter().filter_map(arrow).collect()
}

fn arrows((model, funnel): Side<'_>) -> Arrows {
    let mut found = Arrows::new();
    let Some(funnel) = funnel else { return found };
    let name = |stage: StageId| funnel.stages[stage].id.clone();
    let mut add = |from: Option<String>, to: StageId, back, words: String| {
        let all = found.entry((from, name(to), back)).or_default();
        if !all.is_empty() && !words.is_empty() {
            all.push_str(", or ");
        }
        all.push_str(&words);
    };
    if let (Some(audience), Some(entry)) = (&funnel.audience, funnel.entry) {
        let words = match audience {
            Audience::Everyone => "everyone".to_owned(),
            Audience::Of(condition) => describe::condition(model, condition),
        };
        add(None, entry, false, words);
    }
    for rule in &funnel.place {
        add(
            None,
            rule.stage,
            false,
            format!("placed: {}", describe::condition(model, &rule.when)),
        );
    }
    for (id, stage) in funnel.stages.iter() {
        for conversion in &stage.converts {
            let targets = match conversion.to {
                Target::Stage(to) => vec![to],
                Target::Next => funnel.next_heavier(id),
            };
            for to in targets {
                add(
                    Some(name(id)),
                    to,
                    false,
                    describe::condition(model, &conversion.when),
                );
            }
        }
        for (to, _) in &stage.back_to {
            if !stage
                .converts
                .iter()
                .any(|conversion| matches!(conversion.to, Target::Stage(it) if it == *to))
            {
                add(Some(name(id)), *to, true, String::new());
            }
        }
    }
    found
}
