//! A comparison by id, as it is shown and written; only what differs, or has figures worth comparing, stands in it.

use schemars::JsonSchema;
use serde::Serialize;

use super::names::{Names, Union};
use super::tally::{Group, MessageSum, Sum, Tally};

/// What two plans make of the same contacts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Comparison {
    /// The moment of the run under the base and under the head; they differ where the schedules do.
    pub now: [String; 2],
    /// How many rows the file has.
    pub rows: u64,
    /// How many of them both plans can read; only these are compared.
    pub contacts: u64,
    /// Rows that a plan cannot read.
    pub bad_rows: Shift,
    /// Contacts for whom the state names a stage, campaign or step that a plan does not have.
    pub misplaced: Shift,
    /// Contacts for whom anything differs.
    pub affected: u64,
    /// Contacts that are in other segments or enter other campaigns.
    pub other_audience: u64,
    /// Contacts that get other messages, now or later.
    pub other_messages: u64,
    /// Contacts that end in another stage.
    pub other_stages: u64,
    /// The messages, by id.
    pub messages: Vec<MessageShift>,
    /// The segments, by id.
    pub segments: Vec<Shift>,
    /// The campaigns, by id.
    pub campaigns: Vec<CampaignShift>,
    /// The funnels, by id.
    pub funnels: Vec<FunnelShift>,
}

/// For how many contacts something holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Shift {
    /// What: an id.
    pub id: String,
    /// Under the base.
    pub before: u64,
    /// Under the head.
    pub after: u64,
    /// Under the head only.
    pub gained: Samples,
    /// Under the base only.
    pub lost: Samples,
}

/// Some contacts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Samples {
    /// How many.
    pub contacts: u64,
    /// The first of them in the file: their keys, or a short hash of each.
    pub sample: Vec<String>,
}

/// Who gets a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct MessageShift {
    /// Those who get it in this run; who gets it more often counts as gained.
    pub now: Shift,
    /// How many of those who gain it would have got it later.
    pub sooner: u64,
    /// How many of those who lose it may get it later.
    pub later: u64,
    /// Those who do not get it now and are on the way to it.
    pub on_the_way: Shift,
}

/// Who is in a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CampaignShift {
    /// Those who enter in this run.
    pub entered: Shift,
    /// Those who are inside after it.
    pub inside: Shift,
}

/// Where the contacts of a funnel end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FunnelShift {
    /// The id.
    pub id: String,
    /// How many contacts end in another stage.
    pub moved: u64,
    /// From the stage under the base to the stage under the head, lightest first, also where both are the same.
    pub matrix: Vec<Move>,
}

/// Contacts that end in one stage under the base and in one under the head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Move {
    /// The stage under the base; absent for none.
    pub before: Option<String>,
    /// The stage under the head.
    pub after: Option<String>,
    /// Who.
    pub contacts: Samples,
}

impl Comparison {
    /// With a short hash instead of each key, which tells contacts apart and gives nobody away.
    #[must_use]
    pub fn with_hashed_keys(mut self) -> Self {
        let mut shifts = vec![&mut self.bad_rows, &mut self.misplaced];
        shifts.extend(self.messages.iter_mut().flat_map(|it| [&mut it.now, &mut it.on_the_way]));
        shifts.extend(&mut self.segments);
        shifts.extend(self.campaigns.iter_mut().flat_map(|it| [&mut it.entered, &mut it.inside]));
        let samples = shifts.into_iter().flat_map(|shift| [&mut shift.gained, &mut shift.lost]);
        let moves = self.funnels.iter_mut().flat_map(|funnel| &mut funnel.matrix).map(|one| &mut one.contacts);
        for key in samples.chain(moves).flat_map(|samples| &mut samples.sample) {
            *key = blake3::hash(key.as_bytes()).to_hex().chars().take(8).collect();
        }
        self
    }
}

impl Shift {
    /// Whether anybody gains or loses it.
    pub fn differs(&self) -> bool {
        self.gained.contacts + self.lost.contacts > 0
    }
}

impl MessageShift {
    /// How many get it who would not have got it, now or later.
    pub fn newly(&self) -> u64 {
        self.now.gained.contacts - self.sooner
    }

    /// How many do not get it any longer, neither now nor later.
    pub fn no_longer(&self) -> u64 {
        self.now.lost.contacts - self.later
    }
}

pub(super) fn comparison(tally: Tally, names: &Names, now: [String; 2]) -> Comparison {
    let campaigns = shifts(tally.entered, &names.campaigns).into_iter().zip(shifts(tally.inside, &names.campaigns));
    let funnels = tally.moves.into_iter().enumerate().map(|(funnel, moves)| {
        let stages = &names.stages[funnel].ids;
        let one = |((before, after), group)| Move {
            before: stages.get::<usize>(before).cloned(),
            after: stages.get::<usize>(after).cloned(),
            contacts: samples(group),
        };
        let matrix: Vec<_> = moves.into_iter().map(one).collect();
        let moved = matrix.iter().filter(|one| one.before != one.after).map(|one| one.contacts.contacts).sum();
        FunnelShift { id: names.funnels.ids[funnel].clone(), moved, matrix }
    });
    Comparison {
        now,
        rows: tally.rows,
        contacts: tally.compared,
        affected: tally.any,
        other_audience: tally.audience,
        other_messages: tally.mail,
        other_stages: tally.stages,
        messages: tally.messages.into_iter().zip(&names.content.ids).map(|(sum, id)| message(id, sum)).collect(),
        segments: shifts(tally.segments, &names.segments),
        campaigns: campaigns.map(|(entered, inside)| CampaignShift { entered, inside }).collect(),
        funnels: funnels.collect(),
        bad_rows: shift("rows", tally.bad),
        misplaced: shift("contacts", tally.misplaced),
    }
}

fn shifts(sums: Vec<Sum>, union: &Union) -> Vec<Shift> {
    sums.into_iter().zip(&union.ids).map(|(sum, id)| shift(id, sum)).collect()
}

fn message(id: &str, sum: MessageSum) -> MessageShift {
    MessageShift { now: shift(id, sum.sent), sooner: sum.sooner, later: sum.later, on_the_way: shift(id, sum.ahead) }
}

fn shift(id: &str, sum: Sum) -> Shift {
    let Sum { before, after, gained, lost } = sum;
    Shift { id: id.to_owned(), before, after, gained: samples(gained), lost: samples(lost) }
}

fn samples(group: Group) -> Samples {
    Samples { contacts: group.contacts, sample: group.sample }
}
