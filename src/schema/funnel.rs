//! Funnels and stages as written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::scalar::{Keyed, ListOf, MapOrList, OneOrList, ScalarOr, Text};
use super::{Condition, Definitions};
use crate::language::{AudienceLeft, Moves, Order};

/// A funnel: stages by weight, and the rules that move contacts between them.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Funnel {
    /// The name for people.
    pub name: Option<Text>,
    /// What the funnel measures.
    pub description: Option<Text>,
    /// A group of your own.
    pub category: Option<Text>,
    /// Who looks after it.
    pub owner: Option<Text>,
    /// Funnels run from the highest priority down, then by id. Default: 0.
    pub priority: Option<Keyed<i64>>,
    /// Who enters at `entry` without being moved: `everyone`, a segment, or a condition. Without it
    /// only `place` and campaigns bring contacts in.
    pub audience: Option<Keyed<ScalarOr<Condition>>>,
    /// The stage where the audience enters. Default: the lightest.
    pub entry: Option<Keyed<Text>>,
    /// The column of the contacts file that holds the stage. Default: `stage_` and the funnel's id
    /// with `-` as `_`.
    pub column: Option<Keyed<Text>>,
    /// `forward` (default): only to heavier stages. `free`: anywhere.
    pub moves: Option<Keyed<Moves>>,
    /// Whose conversion counts. `strict` (default): that of the present stage. `loose`: that of the
    /// heaviest stage, from the present one up, that leads to a heavier stage than the present one.
    pub order: Option<Keyed<Order>>,
    /// What happens to a contact that leaves the audience: it keeps its stage (`stay`, the
    /// default), or it leaves the funnel (`leave`).
    pub on_audience_left: Option<Keyed<AudienceLeft>>,
    /// Rules in order: the first whose `when` holds names the target; only a heavier one moves.
    pub place: Option<Keyed<ListOf<Keyed<Place>>>>,
    /// Whether contacts may be moved in it. Default: `true`.
    pub published: Option<Keyed<bool>>,
    /// From when until when contacts may be moved in it.
    pub publish: Option<Publish>,
    /// The stages by id.
    pub stages: Definitions<Stage>,
}

/// A rule of placement.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Place {
    /// The stage of this funnel to move to.
    pub stage: Keyed<Text>,
    /// Who moves there.
    pub when: Keyed<Condition>,
}

/// A stage of a funnel.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Stage {
    /// The name for people.
    pub name: Option<Text>,
    /// What the stage means.
    pub description: Option<Text>,
    /// A group of your own.
    pub category: Option<Text>,
    /// Who looks after it.
    pub owner: Option<Text>,
    /// The colour in diagrams, quoted: `"#4c78a8"`.
    pub color: Option<Keyed<Text>>,
    /// What a stage means for people, such as budget, authority, need, time frame.
    pub criteria: Option<ListOf<Text>>,
    /// Orders the stages: contacts move to heavier ones only.
    pub weight: Keyed<i64>,
    /// What the contacts file holds for this stage. Default: the id.
    pub value: Option<Keyed<Text>>,
    /// When a contact goes on: a condition (to the next heavier stage), or a list of `when` and
    /// `to` of which the first that holds counts.
    pub converts: Option<Keyed<MapOrList<Condition, Keyed<Move>>>>,
    /// What contacts in the stage get to see or are sent: of those whose `when` holds they have the
    /// first, as written.
    pub experiences: Option<Keyed<ListOf<Keyed<Experience>>>>,
    /// Lighter stages of this funnel to which contacts may go back.
    pub back_to: Option<Keyed<OneOrList<Keyed<Text>>>>,
    /// Nobody is moved out, except along `back-to`. Default: `false`.
    #[serde(rename = "final")]
    pub final_: Option<Keyed<bool>>,
    /// Whether contacts may be moved in. Default: `true`.
    pub published: Option<Keyed<bool>>,
    /// From when until when contacts may be moved in.
    pub publish: Option<Publish>,
}

/// An experience of a stage.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Experience {
    /// The id, unique in the stage.
    pub id: Keyed<Text>,
    /// The name for people.
    pub name: Option<Text>,
    /// What it is for.
    pub description: Option<Text>,
    /// A group of your own.
    pub category: Option<Text>,
    /// Who looks after it.
    pub owner: Option<Text>,
    /// What is shown or sent. Kinds `focus`, `ad` and `dynamic` are shown and hidden again; other
    /// kinds are sent once per stay in the stage.
    pub content: Keyed<Text>,
    /// Who has it. Default: everyone in the stage.
    pub when: Option<Keyed<Condition>>,
    /// Whether anybody has it. Default: `true`.
    pub published: Option<Keyed<bool>>,
    /// From when until when contacts have it.
    pub publish: Option<Publish>,
}

/// A conversion to a target.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Move {
    /// Who goes on.
    pub when: Keyed<Condition>,
    /// The stage of this funnel to go to. Default: the next heavier published stage.
    pub to: Option<Keyed<Text>>,
}

/// A window in time; both ends belong to it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Publish {
    /// From this date or moment on.
    pub from: Option<Keyed<Text>>,
    /// Until this date or moment.
    pub until: Option<Keyed<Text>>,
}
