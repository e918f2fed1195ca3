//! The step `await`: one event or several, a deadline, and what happens with and without them.

use super::Resolver;
use super::step::Numbering;
use crate::diagnostic::{Diagnostic, codes};
use crate::model::{Await, AwaitWay, Step, StepKind};
use crate::schema::{self, Keyed, MapOrList};

type List = Option<Keyed<schema::ListOf<Keyed<schema::Step>>>>;

impl Resolver {
    pub(super) fn await_event(
        &mut self,
        step: &schema::Step,
        name: &str,
        numbering: &mut Numbering,
    ) -> Option<StepKind> {
        let written = step.await_.as_ref()?;
        let mistakes = (self.errors, self.holes);
        let mut ways = Vec::new();
        match &written.value {
            MapOrList::Map(event) => {
                let when = Keyed {
                    value: (**event).clone(),
                    span: written.span,
                    key: written.key,
                };
                ways.extend(self.way(1, &when, &step.then, name, numbering));
            }
            MapOrList::List(list) => {
                self.then_stands_in_the_list(step);
                for (at, way) in list.iter().enumerate() {
                    ways.extend(self.way(
                        at + 1,
                        &way.value.when,
                        &way.value.then,
                        name,
                        numbering,
                    ));
                }
            }
        }
        let length = step
            .for_
            .as_ref()
            .and_then(|length| self.placed_duration(length));
        if let (None, Some(otherwise)) = (&step.for_, &step.else_) {
            self.report(
                Diagnostic::new(
                    codes::STEP_KEYS,
                    otherwise.key,
                    "an `await` without end has no `else`",
                )
                .at("never runs")
                .label(written.key, "waits without end")
                .help("say how long with `for: 3 days`, or remove `else`"),
            );
        }
        let otherwise = self.inside(&step.else_, &format!("{name}/else/"), numbering);
        ((self.errors, self.holes) == mistakes).then_some(StepKind::Await(Await {
            ways,
            length,
            otherwise,
        }))
    }

    fn way(
        &mut self,
        number: usize,
        when: &Keyed<schema::Condition>,
        then: &List,
        name: &str,
        numbering: &mut Numbering,
    ) -> Option<AwaitWay> {
        let label = if number == 1 {
            "then".to_owned()
        } else {
            format!("then-{number}")
        };
        let pattern =
            if when.value.hole.is_some() {
                self.condition(when);
                None
            } else if when.value.event.is_some() {
                self.event_pattern(when, "await")
            } else {
                self.report(
                Diagnostic::new(codes::STEP_KEYS, when.span, "an `await` waits for an event")
                    .at("no event")
                    .help("write `{ event: opened, of: … }`; to ask for anything else wait and ask \
                        with `if`"),
            );
                None
            };
        let steps = self.inside(then, &format!("{name}/{label}/"), numbering);
        Some(AwaitWay {
            label,
            pattern: pattern?,
            steps,
        })
    }

    fn then_stands_in_the_list(&mut self, step: &schema::Step) {
        if let Some(then) = &step.then {
            self.report(
                Diagnostic::new(
                    codes::STEP_KEYS,
                    then.key,
                    "an `await` of several events has a `then` for each",
                )
                .at("which one")
                .help("write `then` beside each `when`"),
            );
        }
    }

    fn inside(&mut self, list: &List, prefix: &str, numbering: &mut Numbering) -> Vec<Step> {
        list.as_ref().map_or_else(Vec::new, |list| {
            self.steps(&list.value.0, prefix, numbering)
        })
    }
}
