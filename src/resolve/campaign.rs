//! Campaigns: ways in, ways out, and the numbering of steps.

use super::pattern::Scope;
use super::{Resolver, about};
use crate::diagnostic::{Diagnostic, codes};
use crate::language::AfterUntil;
use crate::model::{Campaign, Condition, ConditionKind, Enter, Existing, Metadata, Publish, Step};
use crate::schema::{self, Keyed, OneOrList, ScalarOr, Text};

impl Resolver {
    pub(super) fn campaign(
        &mut self,
        id: &Keyed<Text>,
        written: Option<&schema::Campaign>,
    ) -> Campaign {
        let mut campaign = Campaign {
            id: id.value.0.clone(),
            span: id.span,
            about: Metadata::default(),
            priority: 0,
            publish: Publish::default(),
            exits_after_until: false,
            enter: Vec::new(),
            reenter: None,
            on_leave: None,
            existing: Existing::Enter,
            goal: None,
            exit_when: None,
            trigger: None,
            steps: Vec::new(),
            broken: true,
        };
        let Some(written) = written else {
            return campaign;
        };
        let mistakes = (self.errors, self.holes);
        campaign.about = about(
            written.name.as_ref(),
            written.description.as_ref(),
            written.category.as_ref(),
            written.owner.as_ref(),
        );
        campaign.priority = written
            .priority
            .as_ref()
            .map_or(0, |priority| priority.value);
        let window = written.publish.as_ref();
        campaign.exits_after_until = window.is_some_and(|window| self.exits_after_until(window));
        let window = window.map(|window| schema::Publish {
            from: window.from.clone(),
            until: window.until.clone(),
        });
        campaign.publish = self.publish(written.published.as_ref(), window.as_ref());
        campaign.enter = match written.enter.as_ref().map(|enter| &enter.value) {
            None => Vec::new(),
            Some(OneOrList::One(enter)) => vec![self.enter(enter)],
            Some(OneOrList::List(enter)) => enter.iter().map(|enter| self.enter(enter)).collect(),
        };
        campaign.reenter = written
            .reenter
            .as_ref()
            .and_then(|reenter| self.reenter(reenter));
        campaign.on_leave = written.on_leave.as_ref().map(|on_leave| on_leave.value);
        campaign.existing = written
            .existing
            .as_ref()
            .map_or(Existing::Enter, |existing| existing.value);
        let ends = |this: &mut Self, written: Option<&Keyed<schema::Condition>>| {
            written.map(|condition| this.within(Scope::ENDS, |this| this.condition(condition)))
        };
        campaign.goal = ends(self, written.goal.as_ref());
        campaign.exit_when = ends(self, written.exit_when.as_ref());
        self.present = Some(id.value.0.clone());
        campaign.steps = self.within(Scope::STEPS, |this| this.steps_of(&written.steps.value));
        self.present = None;
        campaign.broken = written.hole.is_some() || (self.errors, self.holes) != mistakes;
        campaign
    }

    /// Without an end nothing comes after it.
    fn exits_after_until(&mut self, window: &schema::campaign::CampaignPublish) -> bool {
        let Some(after) = &window.after_until else {
            return false;
        };
        if window.until.is_none() {
            self.report(
                Diagnostic::new(
                    codes::MISSING_KEY,
                    after.key,
                    "`after-until` without `until`",
                )
                .at("after what")
                .help("write when the window ends: `until: 2026-12-31`"),
            );
        }
        after.value == AfterUntil::Exit
    }

    fn enter(&mut self, written: &Keyed<schema::Condition>) -> Enter {
        if written.value.hole.is_some() {
            return Enter::Condition(self.condition(written));
        }
        if written.value.event.is_some() && written.value.entered.is_none() {
            let pattern = self.event_pattern(written, "enter");
            return pattern.map_or_else(
                || Enter::Condition(super::condition::broken(written.span)),
                Enter::Event,
            );
        }
        let Some(entered) = &written.value.entered else {
            return Enter::Condition(self.condition(written));
        };
        let only = schema::Condition {
            entered: None,
            ..written.value.clone()
        };
        if !self.stands_alone(&only, entered) {
            return Enter::Condition(super::condition::broken(written.span));
        }
        match self.stage_ref(entered) {
            Some(stage) => Enter::Entered {
                stage,
                span: entered.span,
            },
            None => Enter::Condition(Condition {
                span: entered.span,
                kind: ConditionKind::Broken,
            }),
        }
    }

    fn reenter(
        &mut self,
        reenter: &Keyed<ScalarOr<schema::campaign::Reenter>>,
    ) -> Option<crate::model::Duration> {
        match &reenter.value {
            ScalarOr::Other(after) => self.placed_duration(&after.after),
            ScalarOr::Scalar(word) if word.0 == "never" => None,
            ScalarOr::Scalar(word) => {
                self.unknown_word(&word.0, reenter.span, &["never", "{ after: 30 days }"])
            }
        }
    }

    /// The steps of a campaign, numbered and named.
    pub(super) fn steps_of(&mut self, written: &schema::ListOf<Keyed<schema::Step>>) -> Vec<Step> {
        let mut numbering = super::step::Numbering::default();
        let mut steps = self.steps(&written.0, "", &mut numbering);
        self.aim(&mut steps);
        steps
    }
}
