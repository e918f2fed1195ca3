//! Conditions: which key says what is asked, and what belongs to it; what the operators of a field
//! mean stands in `comparison`.

use super::Resolver;
use crate::diagnostic::{Diagnostic, codes, list};
use crate::language::{Operator, Question, TagsHeld};
use crate::model::{
    CampaignState, Condition, ConditionKind, FieldId, FieldTest, FieldType, Subject,
};
use crate::schema::condition::Comparison;
use crate::schema::{self, Keyed, ListOf, Text};
use crate::source::Span;

/// A condition that could not be understood.
pub(super) fn broken(span: Span) -> Condition {
    Condition {
        span,
        kind: ConditionKind::Broken,
    }
}

impl Resolver {
    /// A condition that is not the way into a campaign.
    pub(super) fn condition(&mut self, written: &Keyed<schema::Condition>) -> Condition {
        self.condition_at(&written.value, written.span)
    }

    pub(super) fn condition_at(&mut self, written: &schema::Condition, span: Span) -> Condition {
        if written.hole.is_some() {
            return self.hole(written, span);
        }
        if let Some(entered) = &written.entered {
            let help = "write `stage` for those who are there now, or `reached` for those who got \
                that far";
            self.report(
                Diagnostic::new(
                    codes::CONDITION_KEYS,
                    entered.key,
                    "`entered` stands only in `enter` of a campaign",
                )
                .at("not in a condition")
                .help(help),
            );
            return broken(span);
        }
        if !self.one_question(written, span) {
            return broken(span);
        }
        let (span, kind) = self
            .question(written)
            .map_or((span, None), |(at, kind)| (at.unwrap_or(span), kind));
        Condition {
            span,
            kind: kind.unwrap_or(ConditionKind::Broken),
        }
    }

    /// A condition of which something could not be read: what stands inside is looked at, and
    /// nothing more is said of it.
    fn hole(&mut self, written: &schema::Condition, span: Span) -> Condition {
        self.holes += 1;
        written
            .all
            .iter()
            .chain(&written.any)
            .for_each(|list| drop(self.conditions(&list.value)));
        written
            .not
            .iter()
            .for_each(|inner| drop(self.condition(inner)));
        broken(span)
    }

    /// The place of the atom, if it is one, and what it asks.
    fn question(
        &mut self,
        written: &schema::Condition,
    ) -> Option<(Option<Span>, Option<ConditionKind>)> {
        if let Some(list) = &written.all {
            return Some((None, Some(ConditionKind::All(self.conditions(&list.value)))));
        }
        if let Some(list) = &written.any {
            return Some((None, Some(ConditionKind::Any(self.conditions(&list.value)))));
        }
        if let Some(inner) = &written.not {
            return Some((
                None,
                Some(ConditionKind::Not(Box::new(self.condition(inner)))),
            ));
        }
        self.atom(written).map(|(span, kind)| (Some(span), kind))
    }

    fn atom(&mut self, written: &schema::Condition) -> Option<(Span, Option<ConditionKind>)> {
        let kind = if let Some(name) = &written.field {
            (name.span, self.field_condition(name, written))
        } else if let Some(name) = &written.company {
            (name.span, self.company_condition(name, written))
        } else if let Some(name) = &written.tag {
            (name.span, self.tag_id(name).map(ConditionKind::Tag))
        } else if let Some(held) = &written.tags {
            let test = FieldTest::Exists(held.value == TagsHeld::Any);
            (
                held.span,
                Some(ConditionKind::Field {
                    subject: Subject::Tags,
                    test,
                }),
            )
        } else if let Some(name) = &written.stage {
            let at_least = written
                .for_
                .as_ref()
                .map(|length| self.placed_duration(length));
            let stage = self.stage_ref(name);
            let at_least = match at_least {
                Some(None) => return Some((name.span, None)),
                Some(length) => length,
                None => None,
            };
            (
                name.span,
                stage.map(|stage| ConditionKind::Stage { stage, at_least }),
            )
        } else if let Some(name) = &written.reached {
            (name.span, self.stage_ref(name).map(ConditionKind::Reached))
        } else if let Some(name) = &written.in_funnel {
            (name.span, self.funnel_id(name).map(ConditionKind::InFunnel))
        } else if let Some(name) = &written.event {
            let test = self.event_test(name, written);
            (
                name.span,
                test.map(|test| ConditionKind::Event(Box::new(test))),
            )
        } else if let Some(name) = &written.property {
            (name.span, self.property_condition(name, written))
        } else if let Some(name) = &written.segment {
            (name.span, self.segment_id(name).map(ConditionKind::Segment))
        } else if let Some(name) = &written.campaign {
            (name.span, self.membership(name, written.state.as_ref()))
        } else {
            let name = written.reachable.as_ref()?;
            (name.span, self.channel(name).map(ConditionKind::Reachable))
        };
        Some(kind)
    }

    fn membership(
        &mut self,
        name: &Keyed<Text>,
        state: Option<&Keyed<Text>>,
    ) -> Option<ConditionKind> {
        let campaign = self.campaign_id(name);
        let state = match state {
            None => None,
            Some(written) => {
                let word = written.value.0.as_str();
                let found = CampaignState::of(word);
                let known = CampaignState::ALL.map(CampaignState::word);
                Some(found.or_else(|| self.unknown_word(word, written.span, &known))?)
            }
        };
        Some(ConditionKind::Campaign {
            campaign: campaign?,
            state,
        })
    }

    fn conditions(&mut self, list: &ListOf<Keyed<schema::Condition>>) -> Vec<Condition> {
        list.0
            .iter()
            .map(|condition| self.condition(condition))
            .collect()
    }

    /// Whether exactly one key says what is asked, and the others belong to it.
    fn one_question(&mut self, written: &schema::Condition, span: Span) -> bool {
        let keys = written.keys();
        let mut questions = keys
            .iter()
            .filter_map(|key| asked(key).map(|question| (question, key)));
        let Some((question, key)) = questions.next() else {
            let help = "write one of `field`, `company`, `tag`, `tags`, `stage`, `reached`, \
                `in-funnel`, `segment`, `event`, `campaign`, `reachable`, `all`, `any`, `not`";
            self.report(
                Diagnostic::new(
                    codes::CONDITION_KEYS,
                    span,
                    "the condition does not say what it is about",
                )
                .at("what is asked?")
                .help(help),
            );
            return false;
        };
        if let Some((other, other_key)) = questions.next() {
            let (word, other) = (question.word(), other.word());
            let message = format!("`{word}` and `{other}` in one condition");
            let help = format!("write `all: [ {{ {word}: … }}, {{ {other}: … }} ]`, or `any`");
            self.report(
                Diagnostic::new(codes::CONDITION_KEYS, other_key.at, message)
                    .at("one too many")
                    .label(key.at, "asked already")
                    .help(help),
            );
            return false;
        }
        let beside = question.keys();
        let is_stray =
            |key: &&schema::Key| asked(key).is_none() && !beside.contains(&key.word.as_str());
        self.in_scope(question, key.at)
            && keys
                .iter()
                .find(is_stray)
                .is_none_or(|stray| self.does_not_belong(question, stray))
    }

    /// Reports a key that does not belong to the question.
    fn does_not_belong(&mut self, question: Question, stray: &schema::Key) -> bool {
        let message = format!("`{}` does not go with `{}`", stray.word, question.word());
        let finding = Diagnostic::new(codes::CONDITION_KEYS, stray.at, message);
        self.report(match Question::owner(&stray.word) {
            Some(owner) => finding.at(format!("only with `{}`", owner.word())),
            None if question == Question::Event => {
                let counting = list(Operator::COUNTING.map(Operator::word));
                finding.at("not for an event").help(format!(
                    "an event is counted: {counting}, and `since`, `within`"
                ))
            }
            None => finding
                .at("only with `field`")
                .help("operators compare the value of a `field`"),
        });
        false
    }

    fn field_condition(
        &mut self,
        name: &Keyed<Text>,
        written: &schema::Condition,
    ) -> Option<ConditionKind> {
        let subject = match name.value.0.strip_prefix("points") {
            Some("") => Some(Subject::Points),
            Some(group) if group.starts_with('/') => {
                let group = Keyed {
                    value: Text(group[1..].to_owned()),
                    ..*name
                };
                self.group_id(&group).map(Subject::Group)
            }
            Some(_) | None => self.field_id(name).map(Subject::Field),
        };
        let operator = self.one_operator(name, written)?;
        let subject = subject?;
        let (type_, declared) = match subject {
            Subject::Field(field) => (
                self.contacts.fields[field].type_.clone()?,
                Some(self.declared(field)),
            ),
            Subject::Points
            | Subject::Group(_)
            | Subject::Tags
            | Subject::Company(_)
            | Subject::Property(..) => (FieldType::Integer, None),
        };
        let test = self.comparison(&name.value.0, declared, &type_, &operator)?;
        Some(ConditionKind::Field { subject, test })
    }

    fn property_condition(
        &mut self,
        name: &Keyed<Text>,
        written: &schema::Condition,
    ) -> Option<ConditionKind> {
        let subject = self.property_subject(name);
        let operator = self.one_operator(name, written)?;
        let (event, property, type_) = subject?;
        let declared = self.declared_property(event, property);
        let test = self.comparison(&name.value.0, declared, &type_, &operator)?;
        Some(ConditionKind::Field {
            subject: Subject::Property(event, property),
            test,
        })
    }

    fn company_condition(
        &mut self,
        name: &Keyed<Text>,
        written: &schema::Condition,
    ) -> Option<ConditionKind> {
        let field = self.company_field_id(name);
        let operator = self.one_operator(name, written);
        let (field, operator) = (field?, operator?);
        let type_ = self.companies.as_ref()?.fields[field].type_.clone()?;
        let declared = self.declared_of_company(field);
        let test = self.comparison(&name.value.0, declared, &type_, &operator)?;
        Some(ConditionKind::Field {
            subject: Subject::Company(field),
            test,
        })
    }

    /// The operator of a comparison, if it has exactly one.
    fn one_operator<'w>(
        &mut self,
        name: &Keyed<Text>,
        written: &'w schema::Condition,
    ) -> Option<Comparison<'w>> {
        let operators = written.comparisons();
        let Some((operator, more)) = operators.split_first() else {
            let help = "write what to compare, such as `exists: true` or `at-least: 1`";
            self.report(
                Diagnostic::new(
                    codes::CONDITION_KEYS,
                    name.span,
                    format!("the condition on `{}` compares nothing", name.value.0),
                )
                .at("no operator")
                .help(help),
            );
            return None;
        };
        if let Some(other) = more.first() {
            let message = format!(
                "`{}` and `{}` in one condition",
                operator.operator.word(),
                other.operator.word()
            );
            let help = "write each in a condition of its own, inside `all: [ … ]`; for a range use \
                `between: [a, b]`";
            self.report(
                Diagnostic::new(codes::CONDITION_KEYS, other.key, message)
                    .at("one too many")
                    .label(operator.key, "compares already")
                    .help(help),
            );
            return None;
        }
        Some(*operator)
    }

    /// The id of a field that a step or address names, with its type.
    pub(super) fn typed_field(&mut self, name: &Keyed<Text>) -> Option<(FieldId, FieldType)> {
        let field = self.field_id(name)?;
        self.contacts.fields[field]
            .type_
            .clone()
            .map(|type_| (field, type_))
    }
}

/// What a key asks; `entered` is a way into a campaign, and no condition.
fn asked(key: &schema::Key) -> Option<Question> {
    Question::of(&key.word).filter(|question| *question != Question::Entered)
}
