//! What differs between two plans, by id and in the words of the language; nothing in a plan that
//! acts can differ unseen, and a plan against itself gives nothing.

mod about;
mod campaign;
mod facts;
mod funnel;
mod likeness;
mod moved;
mod reach;
mod rename;
mod safeguards;
mod steps;
mod thing;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::Model;
use crate::plan::{Plan, wire};
use steps::Version;
use thing::Thing;

pub use campaign::CampaignPicture;
pub use funnel::{Arrow, FunnelPicture, StagePicture};
pub use reach::Reach;
pub use rename::Rename;
pub use safeguards::{Watched, Weakened, weakened};
pub use steps::{Aligned, AlignedBranch, StepText};

/// How something differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// In the head only.
    Added,
    /// In the base only.
    Removed,
    /// In both, and not the same.
    Changed,
}

/// What a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names are the language's words")]
pub enum Kind {
    Project,
    Contacts,
    Tag,
    Field,
    Companies,
    CompanyField,
    PointGroup,
    PointRule,
    Channel,
    Content,
    Event,
    Destination,
    Segment,
    Funnel,
    Stage,
    Campaign,
    Step,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Change {
    /// Whether the thing was added, removed or changed.
    pub mark: Mark,
    /// What kind of thing it is.
    pub kind: Kind,
    /// Its id: `big-spenders`, `shop/loyal`, `win-back`; of a step, its campaign and its name.
    pub id: String,
    /// What about it changed, as in `weight`; absent where the whole thing was added or removed.
    pub aspect: Option<String>,
    /// What the base says.
    pub before: Option<String>,
    /// What the head says.
    pub after: Option<String>,
}

/// All that differs between a base and a head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff {
    /// What acts differently, in order of kind and id.
    pub changes: Vec<Change>,
    /// What only reads differently: names, descriptions, colours, and ids of which the head's
    /// `moved` says what they were.
    pub cosmetic: Vec<Change>,
    /// What was added and removed and is otherwise the same.
    pub renames: Vec<Rename>,
    /// Messages before which another question stands than before.
    pub reaches: Vec<Reach>,
    /// The funnels with changes, to be drawn.
    pub funnels: Vec<FunnelPicture>,
    /// The campaigns with changes, to be drawn.
    pub campaigns: Vec<CampaignPicture>,
}

impl Diff {
    /// What leads from `base` to `head`.
    pub fn between(base: &Plan, head: &Plan) -> Self {
        let (spoken, mut cosmetic) = moved::changes(base, head);
        // What only has another name is the same thing.
        let base = base.under_names_of(head);
        let base = base.with_model(base.model().turned_as_in(head.model()));
        let (base, head) = (Versions::new(base), Versions::new(head.clone()));
        let (mut changes, reworded) = thing::changes(base.things(), head.things());
        let campaigns = campaign::pictures(&base, &head);
        changes.extend(spoken);
        changes.extend(campaigns.iter().flat_map(CampaignPicture::changes));
        changes.sort_by(|a, b| place(a).cmp(&place(b)));
        cosmetic.extend(reworded);
        cosmetic.extend(campaigns.iter().flat_map(CampaignPicture::reworded));
        if changes
            .iter()
            .all(|change| is_name_of_condition(change, [&base, &head]))
        {
            cosmetic.append(&mut changes);
        }
        if changes.is_empty() && base.acts() != head.acts() {
            changes.push(unnamed(&base.written, &head.written));
        }
        Self {
            renames: rename::renames(&base.written, &head.written),
            reaches: reach::reaches(&campaigns),
            funnels: funnel::pictures(&base, &head, &changes),
            cosmetic,
            changes,
            campaigns,
        }
    }

    /// The same with what only reads differently, which a plan does not hold.
    #[must_use]
    pub fn with_cosmetic(mut self, base: &Model, head: &Model) -> Self {
        let named = base.under_names_of(head);
        let (cosmetic, _) = thing::changes(about::things(&named), about::things(head));
        self.cosmetic.extend(
            cosmetic
                .into_iter()
                .filter(|change| change.mark == Mark::Changed),
        );
        self
    }

    /// Whether nothing acts differently.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// A plan as it is written, and with each condition as its meaning.
struct Versions {
    written: Plan,
    meant: Plan,
}

impl Versions {
    fn new(written: Plan) -> Self {
        Self {
            meant: written.meant(),
            written,
        }
    }

    fn models(&self) -> Version<'_> {
        Version {
            written: &self.written,
            meant: &self.meant,
        }
    }

    fn things(&self) -> Vec<Thing> {
        thing::with_meanings(facts::things(&self.written), facts::things(&self.meant))
    }

    /// All that acts; a segment does where it is asked, and there its meaning stands.
    fn acts(&self) -> String {
        let wire = self.meant.wire();
        let plan = wire::Plan {
            segments: BTreeMap::new(),
            members: BTreeMap::new(),
            ..wire.clone()
        };
        serde_json::to_string(&plan).expect("maps with text keys always serialise")
    }
}

/// Whether only a name comes or goes that a condition has: nothing else asks for the segment, or it
/// would have changed too, and nobody is in it by hand.
fn is_name_of_condition(change: &Change, versions: [&Versions; 2]) -> bool {
    let mut segments = versions
        .into_iter()
        .flat_map(|version| version.written.model().segments.values());
    change.kind == Kind::Segment
        && change.mark != Mark::Changed
        && !segments.any(|segment| segment.id == change.id && segment.by_hand)
}

/// Steps stand with their campaign, behind what is said of it.
fn place(change: &Change) -> (Kind, &str, bool) {
    if change.kind == Kind::Step {
        (
            Kind::Campaign,
            change.id.split('/').next().unwrap_or_default(),
            true,
        )
    } else {
        (change.kind, &change.id, false)
    }
}

/// Two plans that say the same in words, and are not the same.
fn unnamed(base: &Plan, head: &Plan) -> Change {
    let words = |plan: &Plan| Some(format!("plan {}", plan.fingerprint()));
    Change {
        mark: Mark::Changed,
        kind: Kind::Project,
        id: "plan".to_owned(),
        aspect: Some("fingerprint".to_owned()),
        before: words(base),
        after: words(head),
    }
}
