//! Days on which no run was made, between the last one and this: what would have let contacts in on
//! one of them.
//!
//! Only conditions that say something else on that day than now are kept, so a project that asks
//! for no time costs nothing.

use super::campaign::CampaignProgram;
use super::condition::NodeId;
use super::journey::Builder;
use super::mark;
use crate::model::ids::Id;
use crate::model::{Campaign, CampaignId, Condition, Enter};
use crate::plan::condition_json;
use crate::runner::header::{Header, Opened};

/// A campaign on a day on which no run was made.
#[derive(Clone, Debug)]
pub(crate) struct MissedDay {
    pub(crate) campaign: usize,
    /// When the day began.
    pub(crate) start: i64,
    /// The state conditions by their place in `enter`, each as it would have been asked then.
    pub(crate) ways: Vec<(usize, NodeId)>,
}

/// A state condition of a campaign, and its place in `enter`.
type Way<'m> = (usize, &'m Condition);

/// More days than a year do not tell more.
const MOST_DAYS: usize = 366;

impl<'m> Builder<'m> {
    /// The days after the last run's and before this one's, for the campaigns and conditions that
    /// the last run knew.
    pub(crate) fn missed(
        &mut self,
        campaigns: &[CampaignProgram],
        before: Option<&Header>,
    ) -> Vec<MissedDay> {
        let Some(header) = before else {
            return Vec::new();
        };
        let mut days = self.days_since(header.now);
        if days.len() == 0 {
            return Vec::new();
        }
        let model = self.model;
        let known: Vec<(CampaignId, Vec<Way<'m>>)> = model
            .campaigns
            .iter()
            .filter_map(|(id, campaign)| {
                let opened = header.campaigns.get(&campaign.id)?;
                let ways = self.ways(campaign, &campaigns[id.index()], opened);
                (!ways.is_empty()).then_some((id, ways))
            })
            .collect();
        let mut missed = Vec::new();
        while let Some(start) = days.next().filter(|_| !known.is_empty()) {
            missed.extend(self.missed_on(start, &known, campaigns));
        }
        missed
    }

    fn days_since(&self, last: i64) -> impl ExactSizeIterator<Item = i64> + use<> {
        let today = self.zone.day_of(self.now);
        let mut starts = Vec::new();
        let mut day = today;
        while let Ok(earlier) = day.yesterday() {
            if earlier <= self.zone.day_of(last) || starts.len() == MOST_DAYS {
                break;
            }
            starts.push(self.zone.start_of(earlier));
            day = earlier;
        }
        starts.reverse();
        starts.into_iter()
    }

    fn ways(
        &self,
        campaign: &'m Campaign,
        program: &CampaignProgram,
        opened: &Opened,
    ) -> Vec<Way<'m>> {
        let conditions = campaign.enter.iter().filter_map(|way| match way {
            Enter::Condition(condition) => Some(condition),
            Enter::Entered { .. } | Enter::Event(_) => None,
        });
        let place = |condition: &'m Condition| {
            let mark = mark(&condition_json(self.model, condition));
            let known = opened.enter.contains(&mark);
            Some((
                program
                    .enter
                    .iter()
                    .position(|way| way.mark == mark)
                    .filter(|_| known)?,
                condition,
            ))
        };
        conditions
            .filter(|_| program.published && program.trigger.is_none())
            .filter_map(place)
            .collect()
    }

    fn missed_on(
        &mut self,
        start: i64,
        known: &[(CampaignId, Vec<Way<'m>>)],
        campaigns: &[CampaignProgram],
    ) -> Vec<MissedDay> {
        let now = std::mem::replace(&mut self.now, start);
        let segments = self.compiler.turn_to(start);
        let mut missed = Vec::new();
        for (id, ways) in known {
            let campaign = id.index();
            if !self.published(&self.model.campaigns[*id].publish) {
                continue;
            }
            self.compiler.around = super::Around::Campaign(campaign);
            let ways = ways
                .iter()
                .map(|(place, condition)| (*place, self.compiler.compile(condition)));
            let ways: Vec<_> = ways
                .filter(|(place, then)| *then != campaigns[campaign].enter[*place].when)
                .collect();
            if !ways.is_empty() {
                missed.push(MissedDay {
                    campaign,
                    start,
                    ways,
                });
            }
        }
        self.now = now;
        self.compiler.turn_back(now, segments);
        missed
    }
}
