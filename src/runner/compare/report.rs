//! A comparison by id, as it is shown and written; only what differs, or has figures worth
//! comparing, stands in it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::names::{Names, Union};
use super::tally::{ActionSum, Group, MessageSum, Sum, Tally, Turns};
use super::written::DataKind;

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
    /// Contacts whose data end up other: tags, fields, points, do-not-contact, members of segments
    /// by a step.
    pub other_data: u64,
    /// Contacts for whom something else than a message leaves the house, or otherwise.
    pub other_actions: u64,
    /// Contacts in campaigns, for whom what can follow there, or when, is other.
    pub other_ways: u64,
    /// What `funnelc run` with the head would refuse: contacts at something that is gone.
    pub refused: Vec<Refusal>,
    /// The columns that only one of the two adds to contacts.csv.
    pub columns: Columns,
    /// The data that differ, by kind and id.
    pub data: Vec<DataShift>,
    /// What leaves the house besides messages, by verb and target.
    pub actions: Vec<ActionShift>,
    /// Contacts that get the same under other names of steps or numbers of entries, so that the
    /// keys are others.
    pub renamed: Samples,
    /// Contacts whose row differs in a way that has no word of its own, such as the order of tags.
    pub otherwise: Samples,
    /// The messages, by id.
    pub messages: Vec<MessageShift>,
    /// The segments, by id.
    pub segments: Vec<Shift>,
    /// The campaigns, by id.
    pub campaigns: Vec<CampaignShift>,
    /// The funnels, by id.
    pub funnels: Vec<FunnelShift>,
}

/// Contacts at something that is gone, of which the head does not speak.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Refusal {
    /// Which and how many.
    pub what: String,
    /// What to write, one way or the other.
    pub write: Vec<String>,
}

/// Columns by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Columns {
    /// Those that only the head adds.
    pub gained: Vec<String>,
    /// Those that only the base adds.
    pub lost: Vec<String>,
}

/// A datum that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct DataShift {
    /// What kind of datum.
    pub kind: DataKind,
    /// Its id; empty for the points that belong to no group, and for all tags that neither plan
    /// names.
    pub id: String,
    /// Who has it, or has a value, under the head only.
    pub gained: Samples,
    /// Who has it, or has a value, under the base only.
    pub lost: Samples,
    /// Who has another value.
    pub other: Samples,
}

/// Something that leaves the house besides messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ActionShift {
    /// For whom it is done; the id is verb and target, such as `notify owner`. Where it is done
    /// more often it counts as gained.
    pub done: Shift,
    /// For whom it is done as often, with other values or for somebody else.
    pub altered: Samples,
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
    /// The first of them in the file, where they are named: their keys, or a short hash of each.
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
    /// Those who are on the way to it under both, and get it at another time.
    pub retimed: Samples,
    /// Those who get it as often, on another channel, to another address or with other values.
    pub altered: Samples,
}

/// Who is in a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CampaignShift {
    /// Those who enter in this run.
    pub entered: Shift,
    /// Those who are inside after it.
    pub inside: Shift,
    /// Those who are inside under both, and for whom what can follow, or when, is other.
    pub ahead: Samples,
}

/// Where the contacts of a funnel end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FunnelShift {
    /// The id.
    pub id: String,
    /// How many contacts end in another stage.
    pub moved: u64,
    /// From the stage under the base to the stage under the head, lightest first, also where both
    /// are the same.
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

/// How contacts are named in a report.
#[derive(Clone, Copy, Debug)]
pub enum Naming<'s> {
    /// Not at all.
    Nobody,
    /// By a short hash of the key, which only those can make who have the secret.
    Hashes(&'s [u8]),
    /// By their keys.
    Keys,
}

fn hashed(key: &str, secret: &[u8; 32]) -> String {
    blake3::keyed_hash(secret, key.as_bytes())
        .to_hex()
        .chars()
        .take(12)
        .collect()
}

impl Comparison {
    /// With contacts named in this way, where they are named by their keys.
    ///
    /// A hash that anybody can make gives away whoever has a key that can be guessed, so there is
    /// none without something secret.
    #[must_use]
    pub fn naming(mut self, by: Naming<'_>) -> Self {
        let secret = match by {
            Naming::Keys => return self,
            Naming::Nobody => None,
            Naming::Hashes(secret) => Some(blake3::derive_key(
                "funnelc names contacts in a comparison",
                secret,
            )),
        };
        let mut all = vec![&mut self.renamed, &mut self.otherwise];
        let segments = self
            .segments
            .iter_mut()
            .chain([&mut self.bad_rows, &mut self.misplaced]);
        segments.for_each(|shift| all.extend([&mut shift.gained, &mut shift.lost]));
        for MessageShift {
            now,
            on_the_way,
            retimed,
            altered,
            ..
        } in &mut self.messages
        {
            all.extend([
                &mut now.gained,
                &mut now.lost,
                &mut on_the_way.gained,
                &mut on_the_way.lost,
                retimed,
                altered,
            ]);
        }
        for CampaignShift {
            entered,
            inside,
            ahead,
        } in &mut self.campaigns
        {
            all.extend([
                &mut entered.gained,
                &mut entered.lost,
                &mut inside.gained,
                &mut inside.lost,
                ahead,
            ]);
        }
        for ActionShift { done, altered } in &mut self.actions {
            all.extend([&mut done.gained, &mut done.lost, altered]);
        }
        self.data
            .iter_mut()
            .for_each(|it| all.extend([&mut it.gained, &mut it.lost, &mut it.other]));
        let moves = self
            .funnels
            .iter_mut()
            .flat_map(|funnel| &mut funnel.matrix);
        all.extend(moves.map(|one| &mut one.contacts));
        for samples in all {
            match secret {
                None => samples.sample.clear(),
                Some(secret) => samples
                    .sample
                    .iter_mut()
                    .for_each(|key| *key = hashed(key, &secret)),
            }
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
    let campaigns = shifts(tally.entered, &names.campaigns)
        .into_iter()
        .zip(shifts(tally.inside, &names.campaigns));
    let campaigns = campaigns
        .zip(tally.ways)
        .map(|((entered, inside), ahead)| CampaignShift {
            entered,
            inside,
            ahead: samples(ahead),
        });
    let data = tally.data.into_iter().map(|((kind, id), turns)| {
        let Turns {
            gained,
            lost,
            other,
        } = turns;
        DataShift {
            kind,
            id,
            gained: samples(gained),
            lost: samples(lost),
            other: samples(other),
        }
    });
    let funnels = tally
        .moves
        .into_iter()
        .enumerate()
        .map(|(funnel, moves)| self::funnel(names, funnel, moves));
    let actions = tally
        .acted
        .into_iter()
        .zip(&names.actions.ids)
        .map(|(sum, id)| action(id, sum));
    Comparison {
        now,
        rows: tally.rows,
        contacts: tally.compared,
        affected: tally.any,
        other_audience: tally.audience,
        other_messages: tally.mail,
        other_stages: tally.stages,
        other_data: tally.other_data,
        other_actions: tally.other_actions,
        other_ways: tally.other_ways,
        refused: Vec::new(),
        columns: Columns::default(),
        data: data.collect(),
        actions: actions.collect(),
        renamed: samples(tally.renamed),
        otherwise: samples(tally.otherwise),
        messages: tally
            .messages
            .into_iter()
            .zip(&names.content.ids)
            .map(|(sum, id)| message(id, sum))
            .collect(),
        segments: shifts(tally.segments, &names.segments),
        campaigns: campaigns.collect(),
        funnels: funnels.collect(),
        bad_rows: shift("rows", tally.bad),
        misplaced: shift("contacts", tally.misplaced),
    }
}

pub(super) fn columns([lost, gained]: [Vec<String>; 2]) -> Columns {
    Columns { gained, lost }
}

fn funnel(names: &Names, funnel: usize, moves: BTreeMap<(usize, usize), Group>) -> FunnelShift {
    let stages = &names.stages[funnel].ids;
    let one = |((before, after), group)| Move {
        before: stages.get::<usize>(before).cloned(),
        after: stages.get::<usize>(after).cloned(),
        contacts: samples(group),
    };
    let matrix: Vec<_> = moves.into_iter().map(one).collect();
    let moved = matrix
        .iter()
        .filter(|one| one.before != one.after)
        .map(|one| one.contacts.contacts)
        .sum();
    FunnelShift {
        id: names.funnels.ids[funnel].clone(),
        moved,
        matrix,
    }
}

fn action(id: &str, sum: ActionSum) -> ActionShift {
    ActionShift {
        done: shift(id, sum.done),
        altered: samples(sum.altered),
    }
}

fn shifts(sums: Vec<Sum>, union: &Union) -> Vec<Shift> {
    sums.into_iter()
        .zip(&union.ids)
        .map(|(sum, id)| shift(id, sum))
        .collect()
}

fn message(id: &str, sum: MessageSum) -> MessageShift {
    MessageShift {
        now: shift(id, sum.sent),
        sooner: sum.sooner,
        later: sum.later,
        on_the_way: shift(id, sum.ahead),
        retimed: samples(sum.retimed),
        altered: samples(sum.altered),
    }
}

fn shift(id: &str, sum: Sum) -> Shift {
    let Sum {
        before,
        after,
        gained,
        lost,
    } = sum;
    Shift {
        id: id.to_owned(),
        before,
        after,
        gained: samples(gained),
        lost: samples(lost),
    }
}

fn samples(group: Group) -> Samples {
    Samples {
        contacts: group.contacts,
        sample: group.sample,
    }
}
