//! Questions that ask one thing, as diagrams. A value that is missing is nowhere on its line: the
//! comparison is false, and its opposite true.

use rust_decimal::Decimal;

use super::Meanings;
use super::dates::{Dates, for_so_long};
use super::diagram::{ALWAYS, Cut, Diagram, Diagrams, Line, NEVER, Point};
use crate::model::fold::folded;
use crate::model::ids::Id;
use crate::model::{
    CampaignState, ChoiceId, Condition, ConditionKind, DateTest, EventTest, FieldTest, FieldType,
    NumberTest, StageRef, Subject, TextTest,
};

impl<'m> Meanings<'m> {
    pub(super) fn atom(&mut self, condition: &Condition) -> Diagram {
        match &condition.kind {
            ConditionKind::Field { subject, test } => self.field(*subject, test),
            ConditionKind::Tag(tag) => {
                let name = format!("tag:{}", self.names.tag(*tag));
                self.diagrams.flag(&name, "")
            }
            ConditionKind::Stage { stage, at_least } => {
                let (funnel, name) = (self.funnel(*stage), self.names.stage(*stage));
                let inside = self
                    .diagrams
                    .one_of(&funnel, "", std::slice::from_ref(&name));
                let long = for_so_long(&mut self.diagrams, &funnel, &name, *at_least);
                self.where_there(&funnel, vec![inside, long])
            }
            ConditionKind::Reached(stage) => {
                let (funnel, name) = (self.funnel(*stage), self.names.stage(*stage));
                let reached = self.diagrams.flag(&funnel, &format!("reached {name}"));
                self.where_there(&funnel, vec![reached])
            }
            ConditionKind::InFunnel(funnel) => {
                let name = format!("funnel:{}", self.names.funnel(*funnel));
                self.diagrams.exists(&name)
            }
            ConditionKind::Reachable(channel) => self.diagrams.flag("reachable", channel.word()),
            ConditionKind::Campaign { campaign, state } => {
                let name = format!("campaign:{}", self.names.campaign(*campaign));
                let stands = state.map_or(ALWAYS, |state| self.stands(&name, state));
                self.where_there(&name, vec![stands])
            }
            ConditionKind::Event(test) => self.event(test),
            ConditionKind::All(_) | ConditionKind::Any(_) | ConditionKind::Not(_) => NEVER,
            // Reported already, and nothing is known to mean the same.
            ConditionKind::Segment(_) | ConditionKind::Broken => self
                .diagrams
                .flag("unclear", &format!("{:?}", condition.span)),
        }
    }

    fn funnel(&self, stage: StageRef) -> String {
        format!("funnel:{}", self.names.funnel(stage.funnel))
    }

    fn stands(&mut self, campaign: &str, state: CampaignState) -> Diagram {
        self.diagrams
            .one_of(campaign, "", &[state.word().to_owned()])
    }

    /// There is a value, and it is so.
    fn where_there(&mut self, thing: &str, mut parts: Vec<Diagram>) -> Diagram {
        parts.push(self.diagrams.exists(thing));
        self.diagrams.all(parts)
    }

    fn event(&mut self, test: &EventTest) -> Diagram {
        let event = &self.model.events[test.pattern.event];
        let sum = test.sum.map(|property| &event.properties[property]);
        let whole = sum.is_none_or(|property| property.type_ == Some(FieldType::Integer));
        let aspect = format!(
            "{} {} {} {}",
            self.pattern(&test.pattern),
            sum.map_or("", |property| property.id.as_str()),
            test.within
                .map(|length| length.to_string())
                .unwrap_or_default(),
            test.since.word()
        );
        let line = Line {
            thing: "event".to_owned(),
            aspect: Some(aspect),
        };
        let asked = Numbers {
            diagrams: &mut self.diagrams,
            line: &line,
            whole,
        }
        .test(&test.test);
        if test.sum.is_some() {
            asked
        } else {
            self.counted(&line, asked)
        }
    }

    /// Nothing happens less often than never: what is asked below nought is what is asked at
    /// nought.
    fn counted(&mut self, line: &Line, asked: Diagram) -> Diagram {
        let zero = Decimal::ZERO;
        let nought = Numbers {
            diagrams: &mut self.diagrams,
            line,
            whole: true,
        }
        .between(zero, zero);
        let below = self.diagrams.up_to(line, Cut::before(Point::Number(zero)));
        if self.diagrams.all(vec![asked, nought]) == NEVER {
            let possible = self.diagrams.not(below);
            self.diagrams.all(vec![asked, possible])
        } else {
            self.diagrams.any(vec![asked, below])
        }
    }

    fn field(&mut self, subject: Subject, test: &FieldTest) -> Diagram {
        let (thing, type_) = self.subject(subject);
        if matches!(subject, Subject::Points | Subject::Group(_)) {
            let line = Line {
                thing,
                aspect: Some(String::new()),
            };
            return match test {
                FieldTest::Exists(is) => {
                    if *is {
                        ALWAYS
                    } else {
                        NEVER
                    }
                }
                FieldTest::Number(test) => {
                    let asked = Numbers {
                        diagrams: &mut self.diagrams,
                        line: &line,
                        whole: true,
                    }
                    .test(test);
                    self.turned(asked, is_negated_number(test))
                }
                FieldTest::Text(_) | FieldTest::Boolean { .. } | FieldTest::Choice { .. } => NEVER,
                FieldTest::HasAny(_)
                | FieldTest::HasAll(_)
                | FieldTest::HasNone(_)
                | FieldTest::Date(_) => NEVER,
            };
        }
        let (asked, negated) = self.value(&thing, type_, test);
        let there = self.where_there(&thing, vec![asked]);
        self.turned(there, negated)
    }

    fn turned(&mut self, diagram: Diagram, negated: bool) -> Diagram {
        if negated {
            self.diagrams.not(diagram)
        } else {
            diagram
        }
    }

    /// What is asked of a value that is there, and whether the opposite of that is meant.
    fn value(
        &mut self,
        thing: &str,
        type_: Option<&FieldType>,
        test: &FieldTest,
    ) -> (Diagram, bool) {
        let diagrams = &mut self.diagrams;
        let member = |diagrams: &mut Diagrams, value: &ChoiceId| {
            diagrams.flag(thing, &choice(type_, *value))
        };
        match test {
            FieldTest::Exists(is) => (ALWAYS, !is),
            FieldTest::Text(test) => text(
                diagrams,
                thing,
                !matches!(type_, Some(FieldType::Text { match_case: true })),
                test,
            ),
            FieldTest::Number(test) => {
                let line = Line {
                    thing: thing.to_owned(),
                    aspect: Some(String::new()),
                };
                let whole = type_ == Some(&FieldType::Integer);
                (
                    Numbers {
                        diagrams,
                        line: &line,
                        whole,
                    }
                    .test(test),
                    is_negated_number(test),
                )
            }
            FieldTest::Boolean { is, negated } => {
                let yes = diagrams.flag(thing, "");
                (if *is { yes } else { diagrams.not(yes) }, *negated)
            }
            FieldTest::Choice { values, negated } => {
                let values: Vec<String> =
                    values.iter().map(|value| choice(type_, *value)).collect();
                (diagrams.one_of(thing, "", &values), *negated)
            }
            FieldTest::HasAny(values) | FieldTest::HasNone(values) => {
                let members = values.iter().map(|value| member(diagrams, value)).collect();
                (diagrams.any(members), matches!(test, FieldTest::HasNone(_)))
            }
            FieldTest::HasAll(values) => {
                let members = values.iter().map(|value| member(diagrams, value)).collect();
                (diagrams.all(members), false)
            }
            FieldTest::Date(test) => {
                let negated = matches!(test, DateTest::In { negated: true, .. });
                let whole_days = type_ == Some(&FieldType::Date);
                (
                    Dates {
                        diagrams,
                        thing,
                        whole_days,
                    }
                    .test(test),
                    negated,
                )
            }
        }
    }

    fn subject(&self, subject: Subject) -> (String, Option<&'m FieldType>) {
        let model = self.model;
        match subject {
            Subject::Field(id) => {
                let field = &model.contacts.fields[id];
                (format!("field:{}", field.id), field.type_.as_ref())
            }
            Subject::Company(id) => {
                let field = model
                    .companies
                    .as_ref()
                    .map(|companies| &companies.fields[id]);
                let name = field.map_or("", |field| field.id.as_str());
                (
                    format!("company:{name}"),
                    field.and_then(|field| field.type_.as_ref()),
                )
            }
            Subject::Points => ("points".to_owned(), None),
            Subject::Tags => ("tags".to_owned(), None),
            Subject::Group(id) => (format!("points/{}", model.points.groups[id].id), None),
            Subject::Property(event, id) => {
                let property = &model.events[event].properties[id];
                (format!("property:{}", property.id), property.type_.as_ref())
            }
        }
    }
}

fn choice(type_: Option<&FieldType>, id: ChoiceId) -> String {
    match type_ {
        Some(FieldType::Choice(values) | FieldType::Choices { values, .. }) => {
            values.get(id.index()).cloned().unwrap_or_default()
        }
        Some(
            FieldType::Text { .. } | FieldType::Email | FieldType::Integer | FieldType::Number,
        )
        | None => String::new(),
        Some(FieldType::Boolean | FieldType::Date | FieldType::Datetime) => String::new(),
    }
}

/// Text with and without capitals are two lines.
fn text(diagrams: &mut Diagrams, thing: &str, folds: bool, test: &TextTest) -> (Diagram, bool) {
    let spelt = |text: &String| if folds { folded(text) } else { text.clone() };
    let aspect = if folds { "" } else { "exact" };
    let part = |word: &str, text: &str| format!("{aspect} {word} {text}");
    match test {
        TextTest::In { values, negated } => {
            let values: Vec<String> = values.iter().map(spelt).collect();
            (diagrams.one_of(thing, aspect, &values), *negated)
        }
        TextTest::Contains(inside) => (
            diagrams.flag(thing, &part("contains", &spelt(inside))),
            false,
        ),
        TextTest::StartsWith(start) => (
            diagrams.flag(thing, &part("starts-with", &spelt(start))),
            false,
        ),
        TextTest::EndsWith(end) => (diagrams.flag(thing, &part("ends-with", &spelt(end))), false),
        TextTest::Matches(pattern) => (diagrams.flag(thing, &part("matches", pattern)), false),
    }
}

fn is_negated_number(test: &NumberTest) -> bool {
    matches!(test, NumberTest::In { negated: true, .. })
}

/// Tests of numbers on a line.
struct Numbers<'a> {
    diagrams: &'a mut Diagrams,
    line: &'a Line,
    /// Whether only whole numbers stand on it.
    whole: bool,
}

impl Numbers<'_> {
    /// Without the turn of `is-not` and `not-in`.
    fn test(&mut self, test: &NumberTest) -> Diagram {
        match test {
            NumberTest::In { values, .. } => {
                let values = values
                    .iter()
                    .map(|value| (self.cut(*value, false), self.cut(*value, true)))
                    .collect();
                self.diagrams.within(self.line, values)
            }
            NumberTest::AtLeast(least) => self.diagrams.from(self.line, self.cut(*least, false)),
            NumberTest::AtMost(most) => self.diagrams.up_to(self.line, self.cut(*most, true)),
            NumberTest::MoreThan(bound) => self.diagrams.from(self.line, self.cut(*bound, true)),
            NumberTest::LessThan(bound) => self.diagrams.up_to(self.line, self.cut(*bound, false)),
            NumberTest::Between(least, most) => self.between(*least, *most),
        }
    }

    fn between(&mut self, least: Decimal, most: Decimal) -> Diagram {
        self.diagrams.within(
            self.line,
            vec![(self.cut(least, false), self.cut(most, true))],
        )
    }

    /// Of whole numbers, before the first one behind it.
    fn cut(&self, bound: Decimal, is_after: bool) -> Cut {
        if !self.whole {
            return Cut {
                point: Point::Number(bound.normalize()),
                is_after,
            };
        }
        let first = if is_after {
            bound.floor().checked_add(Decimal::ONE).unwrap_or(bound)
        } else {
            bound.ceil()
        };
        Cut::before(Point::Number(first.normalize()))
    }
}
