//! Phase 5: of the stage in which the contact rests, the first experience whose condition holds;
//! none while the stage converts.
//!
//! Who is moved out of a stage and into it again begins another stay.

use super::executor::Executor;
use crate::model::ids::Id;
use crate::model::{ContentId, StageRef};
use crate::runner::effect::{AtStage, Effect, Event, SkipReason, Touch};
use crate::runner::state::StageVisit;

impl<'a> Executor<'a> {
    pub(super) fn settle_experiences(&mut self, effects: &mut Vec<Effect<'a>>) {
        for index in 0..self.program.with_experiences.len() {
            let funnel = self.program.with_experiences[index];
            self.end_stay(funnel, effects);
            let Some(stage) = self.stages[funnel].stage else {
                continue;
            };
            if !self.program.funnels[funnel].stages[stage]
                .experiences
                .is_empty()
            {
                self.experience(funnel, stage, effects);
            }
        }
    }

    /// Ends the stay in a stage that was left since.
    fn end_stay(&mut self, funnel: usize, effects: &mut Vec<Effect<'a>>) {
        let present = self.stages[funnel].stage;
        let is_here =
            |(at, stay): &(StageRef, StageVisit)| at.funnel.index() == funnel && stay.inside;
        let Some(place) = self.stays.iter().position(is_here) else {
            return;
        };
        let stage = self.stays[place].0.stage.index();
        let came_anew = self
            .passed
            .has(self.program.funnels[funnel].first_stage + stage);
        if present == Some(stage) && !came_anew {
            return;
        }
        self.hide(place, effects);
        let (at, stay) = &mut self.stays[place];
        stay.inside = false;
        stay.until = None;
        let at = *at;
        self.visits.retain(|(stage, _, _)| *stage != at);
    }

    fn experience(&mut self, funnel: usize, stage: usize, effects: &mut Vec<Effect<'a>>) {
        let place = self.stay(StageRef {
            funnel: Id::from_index(funnel),
            stage: Id::from_index(stage),
        });
        let has = self.first_experience(funnel, stage);
        let experiences = &self.program.funnels[funnel].stages[stage].experiences;
        let shown = has.filter(|&experience| experiences[experience].is_shown);
        let stay = &self.stays[place].1;
        if stay.shown != shown || stay.content.is_some() {
            self.hide(place, effects);
            if let Some(experience) = shown {
                self.show(place, experience, effects);
            }
        }
        if let Some(experience) = has.filter(|&experience| !experiences[experience].is_shown) {
            self.try_to_send(place, experience, effects);
        }
    }

    /// The place of the present stay, which begins now if it has not.
    fn stay(&mut self, at: StageRef) -> usize {
        let place = match self.stays.binary_search_by_key(&at, |(stage, _)| *stage) {
            Ok(place) => place,
            Err(place) => {
                self.stays.insert(place, (at, StageVisit::default()));
                place
            }
        };
        let stay = &mut self.stays[place].1;
        if !stay.inside {
            stay.inside = true;
            stay.number = stay.number.saturating_add(1);
        }
        place
    }

    fn first_experience(&mut self, funnel: usize, stage: usize) -> Option<usize> {
        let rules = &self.program.funnels[funnel];
        let stage = &rules.stages[stage];
        if !rules.published || stage.converts.iter().any(|(when, _)| self.eval(*when)) {
            return None;
        }
        let mut published = stage
            .experiences
            .iter()
            .enumerate()
            .filter(|(_, experience)| experience.published);
        published
            .find(|(_, experience)| experience.when.is_none_or(|when| self.eval(when)))
            .map(|(place, _)| place)
    }

    fn show(&mut self, place: usize, experience: usize, effects: &mut Vec<Effect<'a>>) {
        self.visit(self.stays[place].0, experience);
        self.stays[place].1.shown = Some(experience);
        self.touch(place, experience, Touch::Show, effects);
    }

    fn hide(&mut self, place: usize, effects: &mut Vec<Effect<'a>>) {
        if let Some(experience) = self.stays[place].1.shown.take() {
            self.touch(place, experience, Touch::Hide, effects);
            self.stays[place].1.content = None;
        }
    }

    /// Once in each stay. Outside of the hours of its channel it is not tried yet, but while it is
    /// the first that holds.
    fn try_to_send(&mut self, place: usize, experience: usize, effects: &mut Vec<Effect<'a>>) {
        let at = self.stays[place].0;
        if self.visits_of(at, experience) > 0 {
            return;
        }
        let content = self.content_of(at, experience);
        let touch = match self.route_of_experience(content.index()) {
            Ok(Touch::Delay(until)) => {
                return self.put_off_experience(place, experience, until, effects);
            }
            Ok(touch) => touch,
            Err(reason) => Touch::Skip(reason),
        };
        self.stays[place].1.until = None;
        self.visit(at, experience);
        if let Touch::Send(channel) = touch {
            let transactional = self.program.content[content.index()].rules.transactional;
            self.remember_when_sent(content, channel, transactional);
        }
        self.touch(place, experience, touch, effects);
    }

    /// Told once, and again when its hours were missed.
    fn put_off_experience(
        &mut self,
        place: usize,
        experience: usize,
        until: i64,
        effects: &mut Vec<Effect<'a>>,
    ) {
        let told = self.stays[place].1.until;
        if told.is_some_and(|told| told > self.program.now()) {
            return;
        }
        if told.is_some() {
            self.metrics.closed_again(1);
        }
        self.stays[place].1.until = Some(until);
        self.touch(place, experience, Touch::Delay(until), effects);
    }

    /// There is one try only, so that a limit which would delay a message drops it.
    fn route_of_experience(&mut self, content: usize) -> Result<Touch, SkipReason> {
        let rules = self.program.content[content].rules;
        let route = self
            .route(content, rules.transactional)
            .map_err(SkipReason::Unreachable)?;
        if self.was_sent_before(ContentId::from_index(content), rules.once) {
            return Err(SkipReason::AlreadySent);
        }
        let Some(channel) = route.filter(|_| !rules.transactional) else {
            return Ok(Touch::Send(route));
        };
        let now = self.program.now();
        let until = self.opens(now, Some(channel), None);
        if until > now {
            return Ok(Touch::Delay(until));
        }
        if self.limited_until(channel).is_some() {
            Err(SkipReason::Limited)
        } else {
            Ok(Touch::Send(route))
        }
    }

    fn touch(
        &mut self,
        place: usize,
        experience: usize,
        touch: Touch,
        effects: &mut Vec<Effect<'a>>,
    ) {
        let (stage, stay) = self.stays[place];
        let visit = self.visits_of(stage, experience);
        let at = AtStage {
            stage,
            experience,
            stay: stay.number,
            visit,
        };
        let content = stay
            .content
            .unwrap_or_else(|| self.content_of(stage, experience));
        self.metrics.touched(at, touch);
        effects.push(Effect {
            at: None,
            event: Event::Experience { at, content, touch },
        });
    }

    fn content_of(&self, at: StageRef, experience: usize) -> ContentId {
        let stage = &self.program.funnels[at.funnel.index()].stages[at.stage.index()];
        Id::from_index(stage.experiences[experience].content)
    }

    fn visits_of(&self, stage: StageRef, experience: usize) -> u32 {
        let found = self
            .visits
            .iter()
            .find(|(at, of, _)| (*at, *of) == (stage, experience));
        found.map_or(0, |(_, _, count)| *count)
    }

    fn visit(&mut self, stage: StageRef, experience: usize) {
        match self
            .visits
            .binary_search_by_key(&(stage, experience), |(at, of, _)| (*at, *of))
        {
            Ok(place) => self.visits[place].2 = self.visits[place].2.saturating_add(1),
            Err(place) => self.visits.insert(place, (stage, experience, 1)),
        }
    }
}
