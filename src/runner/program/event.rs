//! Events compiled: patterns that an occurrence fits or not, counts with their bounds, updates with
//! values ready to set.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::compile::Compiler;
use super::condition::Node;
use super::journey::Builder;
use super::ranges::{integers, joined};
use crate::model::fold::folded;
use crate::model::ids::Id;
use crate::model::pattern::Pattern;
use crate::model::{
    Condition, ConditionKind, ContentId, Duration, EventId, EventPattern, EventTest, FieldTest,
    FieldType, NumberTest, PropertyId, RuleId, Since, Subject, TextTest, UpdateChange,
};
use crate::runner::contact::Kept;

/// What the rules say about an event.
#[derive(Clone, Debug)]
pub(crate) struct EventProgram {
    /// How old an occurrence may be that starts a campaign.
    pub(crate) max_age: Duration,
    pub(crate) updates: Vec<(usize, Updated)>,
    /// The campaigns that it may start, by place in the order of execution.
    pub(crate) starts: Vec<(usize, PatternProgram)>,
    /// The published rules that give points for it, by id.
    pub(crate) points: Vec<(RuleId, PatternProgram)>,
}

/// What an update writes.
#[derive(Clone, Debug)]
pub(crate) enum Updated {
    Set(Kept),
    Add(Decimal),
    AddProperty(PropertyId),
    SetProperty(PropertyId),
    Day,
    Moment,
}

/// Which occurrences are meant.
#[derive(Clone, Debug)]
pub(crate) struct PatternProgram {
    pub(crate) event: EventId,
    pub(crate) of: Option<ContentId>,
    pub(crate) where_: Option<Where>,
}

/// A condition over properties.
#[derive(Clone, Debug)]
pub(crate) enum Where {
    Constant(bool),
    All(Vec<Where>),
    Any(Vec<Where>),
    Not(Box<Where>),
    Exists(PropertyId),
    Text {
        property: PropertyId,
        test: TextTest,
    },
    Ranges {
        property: PropertyId,
        ranges: Box<[(i64, i64)]>,
        negated: bool,
    },
    Decimal {
        property: PropertyId,
        test: NumberTest,
    },
    Boolean {
        property: PropertyId,
        is: bool,
        negated: bool,
    },
    /// Absent where it is no pattern, which no plan has.
    Matches {
        property: PropertyId,
        pattern: Option<Arc<Pattern>>,
    },
    /// On this day of a year; `leap_too`: on 29 February as well.
    Anniversary {
        property: PropertyId,
        month: i8,
        day: i8,
        leap_too: bool,
    },
}

/// A count or sum, and what it must be.
#[derive(Clone, Debug)]
pub(crate) struct CountProgram {
    pub(crate) pattern: PatternProgram,
    pub(crate) sum: Option<PropertyId>,
    pub(crate) test: NumberTest,
    /// The first moment that counts.
    pub(crate) from: i64,
    pub(crate) since: SinceProgram,
    pub(super) within: Option<Duration>,
}

/// From when on occurrences count.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SinceProgram {
    Ever,
    /// After the entry into the campaign at this position.
    Entry(usize),
    /// After the contact came into its stage of the funnel at this position.
    Stage(usize),
}

impl SinceProgram {
    pub(super) fn around(self) -> Around {
        match self {
            Self::Ever => Around::Nothing,
            Self::Entry(campaign) => Around::Campaign(campaign),
            Self::Stage(funnel) => Around::Funnel(funnel),
        }
    }
}

/// Where a condition stands.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Around {
    #[default]
    Nothing,
    Campaign(usize),
    Funnel(usize),
}

impl Compiler<'_> {
    pub(crate) fn occurrences(&mut self, pattern: &EventPattern) -> PatternProgram {
        PatternProgram {
            event: pattern.event,
            of: pattern.of,
            where_: pattern
                .where_
                .as_ref()
                .map(|inner| self.over_properties(inner)),
        }
    }

    /// Occurrences that are waited for: those since the entry must be known.
    pub(crate) fn awaited(&mut self, pattern: &EventPattern) -> PatternProgram {
        let awaited = self.occurrences(pattern);
        self.conditions.awaited.push((awaited.clone(), self.around));
        awaited
    }

    pub(crate) fn count(&mut self, test: &EventTest) -> CountProgram {
        let since = match (test.since, self.around) {
            (Since::Entry, Around::Campaign(campaign)) => SinceProgram::Entry(campaign),
            (Since::Stage, Around::Funnel(funnel)) => SinceProgram::Stage(funnel),
            (Since::Ever | Since::Entry | Since::Stage, _) => SinceProgram::Ever,
        };
        CountProgram {
            pattern: self.occurrences(&test.pattern),
            sum: test.sum,
            test: test.test.clone(),
            from: test.within.map_or(i64::MIN, |length| self.ago(length)),
            since,
            within: test.within,
        }
    }

    fn over_properties(&mut self, condition: &Condition) -> Where {
        let mut each = |parts: &[Condition]| {
            parts
                .iter()
                .map(|part| self.over_properties(part))
                .collect()
        };
        match &condition.kind {
            ConditionKind::All(parts) => Where::All(each(parts)),
            ConditionKind::Any(parts) => Where::Any(each(parts)),
            ConditionKind::Not(inner) => Where::Not(Box::new(self.over_properties(inner))),
            ConditionKind::Field {
                subject: Subject::Property(event, property),
                test,
            } => {
                let type_ = self.model.events[*event].properties[*property]
                    .type_
                    .as_ref();
                self.property_test(*property, type_, test)
            }
            // Nothing else can stand there.
            ConditionKind::Field { .. }
            | ConditionKind::Tag(_)
            | ConditionKind::Stage { .. }
            | ConditionKind::Reached(_)
            | ConditionKind::InFunnel(_)
            | ConditionKind::Segment(_)
            | ConditionKind::Reachable(_)
            | ConditionKind::Campaign { .. }
            | ConditionKind::Event(_)
            | ConditionKind::Broken => Where::Constant(false),
        }
    }

    fn property_test(
        &mut self,
        property: PropertyId,
        type_: Option<&FieldType>,
        test: &FieldTest,
    ) -> Where {
        let exists = Where::Exists(property);
        match test {
            FieldTest::Exists(true) => exists,
            FieldTest::Exists(false) => Where::Not(Box::new(exists)),
            FieldTest::Text(TextTest::Matches(text)) => Where::Matches {
                property,
                pattern: self.shared(text, true),
            },
            FieldTest::Text(test) => Where::Text {
                property,
                test: super::compile::text_test(test, folded),
            },
            FieldTest::Number(test) if type_ == Some(&FieldType::Integer) => {
                let Node::Ranges {
                    ranges, negated, ..
                } = integers(Subject::Points, test)
                else {
                    return Where::Constant(false);
                };
                Where::Ranges {
                    property,
                    ranges,
                    negated,
                }
            }
            FieldTest::Number(test) => Where::Decimal {
                property,
                test: test.clone(),
            },
            FieldTest::Boolean { is, negated } => Where::Boolean {
                property,
                is: *is,
                negated: *negated,
            },
            FieldTest::Date(crate::model::DateTest::Anniversary(when)) => {
                self.conditions.pinned |= when.turns();
                let Node::Anniversary {
                    month,
                    day,
                    leap_too,
                    ..
                } = self.anniversary(0, *when)
                else {
                    return Where::Constant(false);
                };
                Where::Anniversary {
                    property,
                    month,
                    day,
                    leap_too,
                }
            }
            FieldTest::Date(test) => {
                self.conditions.pinned |= test.turns();
                let negated = matches!(test, crate::model::DateTest::In { negated: true, .. });
                let ranges = joined(self.dates(test, type_ == Some(&FieldType::Date)));
                Where::Ranges {
                    property,
                    ranges,
                    negated,
                }
            }
            FieldTest::Choice { .. }
            | FieldTest::HasAny(_)
            | FieldTest::HasAll(_)
            | FieldTest::HasNone(_) => Where::Constant(false),
        }
    }

    /// The start of the day so long ago, or exactly so long ago.
    pub(crate) fn ago(&self, length: Duration) -> i64 {
        super::turning::ago(self.zone, self.now, length)
    }
}

impl Builder<'_> {
    pub(crate) fn event(&mut self, id: EventId) -> EventProgram {
        let event = &self.model.events[id];
        let updates = event.updates.iter().map(|update| {
            let field = &self.model.contacts.fields[update.field];
            let is_day = field.type_ == Some(FieldType::Date);
            let to = match &update.change {
                UpdateChange::Add(number) => Updated::Add(*number),
                UpdateChange::AddProperty(property) => Updated::AddProperty(*property),
                UpdateChange::Set(value) => Updated::Set(self.value(value)),
                UpdateChange::SetProperty(property) => Updated::SetProperty(*property),
                UpdateChange::SetEventTime if is_day => Updated::Day,
                UpdateChange::SetEventTime => Updated::Moment,
            };
            (update.field.index(), to)
        });
        let updates = updates.collect();
        let mut points = Vec::new();
        for (rule, body) in self.model.points.rules.iter() {
            let pattern = body
                .each
                .as_ref()
                .filter(|pattern| pattern.event == id && self.published(&body.publish));
            points.extend(pattern.map(|pattern| (rule, self.compiler.occurrences(pattern))));
        }
        EventProgram {
            max_age: event.max_age,
            updates,
            starts: Vec::new(),
            points,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Arc, Where};
    use crate::runner::program::Program;

    #[test]
    fn a_pattern_is_compiled_once_however_many_ask_it() {
        let project = "version: 1
contacts: { key: id, fields: { note: { type: text } }, tags: { values: [hot] } }
events: { buy: { properties: { what: text } } }
segments: { noted: { where: { field: note, matches: '^a+$' } } }
campaigns:
  talk:
    enter: { any: [{ segment: noted }, { event: buy, where: { property: what, matches: '^a+$' } }] }
    exit-when: { event: buy, where: { property: what, matches: '^a+$' }, at-least: 2 }
    on-leave: stay
    steps: [{ wait: 1 day }, { add-tag: hot }]
";
        let mut sources = crate::source::Sources::default();
        sources.add("funnelc.yaml", project);
        let plan = crate::compile(sources)
            .plan
            .expect("the project has no errors");
        let program = Program::bind(&plan, 1_767_225_600, None).expect("a plan runs");
        let [Some(compiled)] = &program.conditions.patterns[..] else {
            panic!("one pattern")
        };
        let of_entry = program
            .campaigns
            .iter()
            .flat_map(|campaign| &campaign.occurrences);
        let asked = of_entry.chain(program.conditions.counts.iter().map(|count| &count.pattern));
        let shared = asked.filter(|asked| match &asked.where_ {
            Some(Where::Matches {
                pattern: Some(pattern),
                ..
            }) => Arc::ptr_eq(pattern, compiled),
            _ => false,
        });
        assert_eq!(shared.count(), 2);
    }
}
