//! What becomes of contacts in flight: a new name must be there, an old one must not, and each is
//! spoken of once.

use std::collections::BTreeMap;

use super::Resolver;
use crate::diagnostic::{Diagnostic, codes, list};
use crate::language::WhenRemoved;
use crate::model::{Arena, Campaign, CampaignId, Funnel, FunnelId, InFlight, Moved, Removed};
use crate::schema::{self, Keyed, Project, Text};
use crate::source::Span;

/// What was said of old names so far, by kind and name.
type Said = BTreeMap<(&'static str, String), Span>;

/// An item that was read: what it says, and of which old name.
type Read<T> = (T, (&'static str, String));

impl Resolver {
    pub(super) fn in_flight(
        &mut self,
        project: &Project,
        campaigns: &Arena<CampaignId, Campaign>,
        funnels: &Arena<FunnelId, Funnel>,
    ) -> InFlight {
        let (mut in_flight, mut said) = (InFlight::default(), Said::new());
        for written in &project.moved {
            for (moved, name) in self.moved(&written.value, campaigns, funnels) {
                self.once_said(&mut said, name, written.value.from.span);
                in_flight.moved.push(moved);
            }
        }
        for written in &project.removed {
            let Some((removed, name)) = self.removed(written, campaigns) else {
                continue;
            };
            self.once_said(&mut said, name, written.span);
            in_flight.removed.push(removed);
        }
        for written in &project.moved {
            self.within_one_funnel(&written.value, &in_flight);
        }
        in_flight
    }

    /// A stage keeps its funnel, unless that was renamed too.
    fn within_one_funnel(&mut self, written: &schema::Moved, in_flight: &InFlight) {
        let (from, to) = (&written.from.value.0, &written.to.value.0);
        let (Some((old, _)), Some((new, _)), None) =
            (from.split_once('/'), to.split_once('/'), &written.campaign)
        else {
            return;
        };
        let Some(new) = self.index.funnels.find::<FunnelId>(new) else {
            return;
        };
        let renamed = in_flight.moved.iter().any(|moved| match moved {
            Moved::Funnel { from, to } => from == old && *to == new,
            Moved::Stage { .. }
            | Moved::Step { .. }
            | Moved::Campaign { .. }
            | Moved::Other { .. } => false,
        });
        if !renamed && self.index.funnels.find(old) != Some(new) {
            let message = format!("`{from}` and `{to}` are stages of two funnels");
            self.report(
                Diagnostic::new(codes::IN_FLIGHT_KEYS, written.to.span, message)
                    .at("of another funnel")
                    .label(written.from.span, "the old stage")
                    .help(
                        "a contact keeps its funnel; if the funnel was renamed, add \
                        `{ from: OLD, to: NEW }` for it",
                    ),
            );
        }
    }

    fn moved(
        &mut self,
        written: &schema::Moved,
        campaigns: &Arena<CampaignId, Campaign>,
        funnels: &Arena<FunnelId, Funnel>,
    ) -> Vec<Read<Moved>> {
        if let Some(campaign) = &written.campaign {
            return self
                .moved_step(campaign, written, campaigns)
                .into_iter()
                .collect();
        }
        if let Some(other) = self.moved_other(written, funnels) {
            return other.into_iter().collect();
        }
        if written.to.value.0.contains('/') {
            return self.moved_stage(written).into_iter().collect();
        }
        self.moved_whole(written, campaigns)
    }

    fn moved_step(
        &mut self,
        campaign: &Keyed<Text>,
        written: &schema::Moved,
        campaigns: &Arena<CampaignId, Campaign>,
    ) -> Option<Read<Moved>> {
        let id = self.campaign_of(campaign, campaigns)?;
        let (from, to) = (&written.from.value.0, &written.to);
        let Some(step) = campaigns[id].step_named(&to.value.0) else {
            if !campaigns[id].broken {
                self.unknown_step(&campaigns[id], to);
            }
            return None;
        };
        if let Some(there) = campaigns[id].step_named(from) {
            self.still_there("step", &written.from, there.span);
        }
        let name = ("step", format!("{}/{from}", campaigns[id].id));
        Some((
            Moved::Step {
                campaign: id,
                from: from.clone(),
                to: step.id,
            },
            name,
        ))
    }

    fn moved_stage(&mut self, written: &schema::Moved) -> Option<Read<Moved>> {
        let to = self.stage_ref(&written.to)?;
        let (funnel, from) = self.old_stage(&written.from)?;
        Some((
            Moved::Stage { funnel, from, to },
            ("stage", written.from.value.0.clone()),
        ))
    }

    /// A stage that must not be there any more, as its funnel and its own name.
    fn old_stage(&mut self, name: &Keyed<Text>) -> Option<(String, String)> {
        let Some((funnel, stage)) = name.value.0.split_once('/') else {
            let message = format!("`{}` is no stage", name.value.0);
            self.report(
                Diagnostic::new(codes::IN_FLIGHT_KEYS, name.span, message)
                    .at("no stage's name")
                    .help("write `funnel/stage`"),
            );
            return None;
        };
        if let Some(id) = self.index.funnels.find::<FunnelId>(funnel) {
            let names = &self.index.stages[crate::model::ids::Id::index(id)].stages;
            let there = names
                .with_spans()
                .find(|(known, _)| *known == stage)
                .map(|(_, span)| span);
            if let Some(span) = there {
                self.still_there("stage", name, span);
            }
        }
        Some((funnel.to_owned(), stage.to_owned()))
    }

    /// A funnel or a campaign; what `to` is decides, and both where both are called so.
    fn moved_whole(
        &mut self,
        written: &schema::Moved,
        campaigns: &Arena<CampaignId, Campaign>,
    ) -> Vec<Read<Moved>> {
        let (from, to) = (&written.from.value.0, &written.to.value.0);
        let mut moved = Vec::new();
        if let Some(campaign) = named(campaigns, to) {
            self.gone_campaign(&written.from, campaigns);
            moved.push((
                Moved::Campaign {
                    from: from.clone(),
                    to: campaign,
                },
                ("campaign", from.clone()),
            ));
        }
        if let Some(funnel) = self.index.funnels.find(to) {
            self.gone_funnel(&written.from);
            moved.push((
                Moved::Funnel {
                    from: from.clone(),
                    to: funnel,
                },
                ("funnel", from.clone()),
            ));
        }
        if moved.is_empty() {
            let known = campaigns
                .values()
                .map(|campaign| campaign.id.as_str())
                .chain(self.index.funnels.iter());
            let help = self
                .guesses
                .did_you_mean(to, known)
                .map(|meant| format!("did you mean `{meant}`?"));
            let help = help.unwrap_or_else(|| {
                self.with_a_word(from, to).unwrap_or_else(|| {
                    "`to` names what is there now: a campaign, a funnel, or `funnel/stage`; for a \
                        step add `campaign:`"
                        .to_owned()
                })
            });
            self.unknown(
                "campaign or funnel",
                codes::UNKNOWN_CAMPAIGN,
                &written.to,
                Some(help),
            );
        }
        moved
    }

    fn removed(
        &mut self,
        placed: &Keyed<schema::Removed>,
        campaigns: &Arena<CampaignId, Campaign>,
    ) -> Option<Read<Removed>> {
        let schema::Removed {
            campaign,
            step,
            stage,
            funnel,
            field,
            then,
        } = &placed.value;
        match (campaign, step, stage, funnel, field, then) {
            (Some(campaign), Some(step), None, None, None, then) => {
                self.removed_step(campaign, step, then.as_ref(), campaigns)
            }
            (Some(campaign), None, None, None, None, None) => {
                self.gone_campaign(campaign, campaigns);
                let id = campaign.value.0.clone();
                Some((Removed::Campaign(id.clone()), ("campaign", id)))
            }
            (None, None, Some(stage), None, None, then)
                if then
                    .as_ref()
                    .is_none_or(|then| then.value == WhenRemoved::Leave) =>
            {
                let (funnel, id) = self.old_stage(stage)?;
                Some((
                    Removed::Stage { funnel, stage: id },
                    ("stage", stage.value.0.clone()),
                ))
            }
            (None, None, None, Some(funnel), None, None) => {
                self.gone_funnel(funnel);
                let id = funnel.value.0.clone();
                Some((Removed::Funnel(id.clone()), ("funnel", id)))
            }
            (None, None, None, None, Some(field), None) => {
                let id = field.value.0.clone();
                Some((Removed::Field(id.clone()), ("field", id)))
            }
            _ => {
                let help = "write `{ campaign: c, step: s, then: exit }` (or `next`), `{ campaign: c }`, \
                            `{ stage: funnel/stage, then: leave }`, `{ funnel: f }` or `{ field: f }`";
                self.report(
                    Diagnostic::new(
                        codes::IN_FLIGHT_KEYS,
                        placed.span,
                        "this does not say what is gone",
                    )
                    .at("keys that go not together")
                    .help(help),
                );
                None
            }
        }
    }

    fn removed_step(
        &mut self,
        campaign: &Keyed<Text>,
        step: &Keyed<Text>,
        then: Option<&Keyed<WhenRemoved>>,
        campaigns: &Arena<CampaignId, Campaign>,
    ) -> Option<Read<Removed>> {
        let id = self.campaign_of(campaign, campaigns)?;
        let name = &step.value.0;
        if let Some(there) = campaigns[id].step_named(name) {
            self.still_there("step", step, there.span);
        }
        let next = match then.map(|then| then.value) {
            Some(WhenRemoved::Exit) => false,
            Some(WhenRemoved::Next) => true,
            Some(WhenRemoved::Leave) | None => {
                let span = then.map_or(step.span, |then| then.span);
                self.report(
                    Diagnostic::new(
                        codes::IN_FLIGHT_KEYS,
                        span,
                        format!("what becomes of contacts at `{name}`?"),
                    )
                    .at("needs `exit` or `next`")
                    .help(
                        "`then: exit` ends the campaign for them, `then: next` goes on with \
                                the step that followed",
                    ),
                );
                return None;
            }
        };
        let said = ("step", format!("{}/{name}", campaigns[id].id));
        Some((
            Removed::Step {
                campaign: id,
                step: name.clone(),
                next,
            },
            said,
        ))
    }

    fn campaign_of(
        &mut self,
        name: &Keyed<Text>,
        campaigns: &Arena<CampaignId, Campaign>,
    ) -> Option<CampaignId> {
        let found = named(campaigns, &name.value.0);
        if found.is_none() {
            let meant = self.guesses.did_you_mean(
                &name.value.0,
                campaigns.values().map(|campaign| campaign.id.as_str()),
            );
            let help = meant.map(|meant| format!("did you mean `{meant}`?"));
            let help = help.unwrap_or_else(|| {
                "a step is named with the present name of its campaign".to_owned()
            });
            self.unknown("campaign", codes::UNKNOWN_CAMPAIGN, name, Some(help));
        }
        found
    }

    fn unknown_step(&mut self, campaign: &Campaign, name: &Keyed<Text>) {
        let mut names = Vec::new();
        campaign.each_step(|step| names.push(step.name.as_str()));
        let help = self
            .guesses
            .did_you_mean(&name.value.0, names.iter().copied())
            .map(|meant| format!("did you mean `{meant}`?"));
        let help = help.unwrap_or_else(|| format!("the campaign has {}", list(names)));
        self.unknown("step", codes::UNKNOWN_STEP, name, Some(help));
    }

    fn gone_campaign(&mut self, name: &Keyed<Text>, campaigns: &Arena<CampaignId, Campaign>) {
        if let Some(there) = named(campaigns, &name.value.0).map(|id| &campaigns[id]) {
            self.still_there("campaign", name, there.span);
        }
    }

    fn gone_funnel(&mut self, name: &Keyed<Text>) {
        let there = self
            .index
            .funnels
            .with_spans()
            .find(|(id, _)| *id == name.value.0)
            .map(|(_, span)| span);
        if let Some(span) = there {
            self.still_there("funnel", name, span);
        }
    }

    pub(super) fn still_there(&mut self, kind: &str, name: &Keyed<Text>, there: Span) {
        let message = format!("the {kind} `{}` is still there", name.value.0);
        self.report(
            Diagnostic::new(codes::STILL_THERE, name.span, message)
                .at("still there")
                .label(there, "written here")
                .help(
                    "`moved` and `removed` speak of what an earlier version had; take the \
                    definition away, or this line",
                ),
        );
    }

    fn once_said(&mut self, said: &mut Said, name: (&'static str, String), span: Span) {
        let (kind, id) = name.clone();
        if let Some(first) = said.insert(name, span) {
            self.report(
                Diagnostic::new(
                    codes::IN_FLIGHT_KEYS,
                    span,
                    format!("the {kind} `{id}` is spoken of twice"),
                )
                .at("again here")
                .label(first, "first here")
                .help("say once what becomes of it"),
            );
        }
    }
}

/// The campaign with an id; they stand in the order of their ids.
fn named(campaigns: &Arena<CampaignId, Campaign>, id: &str) -> Option<CampaignId> {
    campaigns.search(|campaign| campaign.id.as_str().cmp(id))
}
