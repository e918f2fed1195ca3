//! Steps: exactly one verb each, what belongs to it, and the name by which the outputs call the
//! step.

use std::collections::BTreeMap;

use super::Resolver;
use super::step_name::unnamed;
use crate::diagnostic::{Diagnostic, codes, list};
use crate::language::Verb;
use crate::model::calendar::Sign;
use crate::model::contacts::FieldType;
use crate::model::ids::Id;
use crate::model::{
    Action, Duration, FieldId, IfMissing, Listing, Moment, NewValue, Step, StepId, StepKind, Until,
    Value,
};
use crate::schema::{self, Keyed, ScalarOr, SetTo, Text};
use crate::source::Span;

/// Counts the steps of a campaign and remembers the names that are taken.
#[derive(Default)]
pub(super) struct Numbering {
    next: usize,
    names: BTreeMap<String, Span>,
    /// What stands before the ids of steps: the name of the use of a block.
    scope: String,
}

impl Numbering {
    /// Begins a scope, and says which it was before.
    pub(super) fn enter(&mut self, scope: String) -> String {
        std::mem::replace(&mut self.scope, scope)
    }
}

/// How many characters the name of a step or a branch may have, with the uses of blocks around it,
/// of which there are 24 at most.
const LONGEST_NAME: usize = 4000;

/// How many characters a note may have.
const LONGEST_NOTE: usize = 200;

impl Resolver {
    pub(super) fn steps(
        &mut self,
        written: &[Keyed<schema::Step>],
        prefix: &str,
        numbering: &mut Numbering,
    ) -> Vec<Step> {
        let mut ordinals = BTreeMap::new();
        let mut steps = Vec::with_capacity(written.len());
        for step in written {
            if step.value.hole.is_some() {
                steps.push(self.hole_of_step(step, prefix, numbering));
            } else if step.value.use_.is_some() {
                steps.extend(self.used(step, prefix, &mut ordinals, numbering));
            } else {
                steps.push(self.step(step, prefix, &mut ordinals, numbering));
            }
        }
        steps
    }

    /// A step of which something could not be read: what stands inside is looked at, and nothing
    /// more is said of it.
    fn hole_of_step(
        &mut self,
        written: &Keyed<schema::Step>,
        prefix: &str,
        numbering: &mut Numbering,
    ) -> Step {
        self.holes += 1;
        let id = StepId::from_index(numbering.next);
        numbering.next += 1;
        let step = &written.value;
        let named = step.id.is_some();
        let name = match &step.id {
            Some(name) => format!("{}{}", numbering.scope, name.value.0),
            None => format!("{prefix}broken#{}", numbering.next),
        };
        step.if_
            .iter()
            .for_each(|condition| drop(self.condition(condition)));
        for list in step.then.iter().chain(&step.else_) {
            self.steps(&list.value.0, &format!("{name}/"), numbering);
        }
        Step {
            id,
            name,
            named,
            span: written.span,
            kind: StepKind::Broken,
        }
    }

    /// The steps of a block, which is no step itself.
    fn used(
        &mut self,
        written: &Keyed<schema::Step>,
        prefix: &str,
        ordinals: &mut BTreeMap<String, usize>,
        numbering: &mut Numbering,
    ) -> Vec<Step> {
        let Some((verb, span)) = self.verb(written) else {
            return Vec::new();
        };
        let name = self.name((verb, span), &written.value, prefix, ordinals, numbering);
        if written.value.expanded.is_none() {
            // There is no such block, or the step lacks a value; that is told already.
            let id = StepId::from_index(numbering.next);
            numbering.next += 1;
            let named = written.value.id.is_some();
            return vec![Step {
                id,
                name,
                named,
                span,
                kind: StepKind::Broken,
            }];
        }
        self.put_in(&written.value, &name, numbering)
    }

    fn step(
        &mut self,
        written: &Keyed<schema::Step>,
        prefix: &str,
        ordinals: &mut BTreeMap<String, usize>,
        numbering: &mut Numbering,
    ) -> Step {
        let id = StepId::from_index(numbering.next);
        numbering.next += 1;
        let Some((verb, span)) = self.verb(written) else {
            let name = format!("{prefix}broken#{}", numbering.next);
            return Step {
                id,
                name,
                named: false,
                span: written.span,
                kind: StepKind::Broken,
            };
        };
        let name = self.name((verb, span), &written.value, prefix, ordinals, numbering);
        let kind = self
            .step_kind(verb, &written.value, &name, numbering)
            .unwrap_or(StepKind::Broken);
        Step {
            id,
            name,
            named: written.value.id.is_some(),
            span,
            kind,
        }
    }

    /// What a step is called in its campaign, once.
    fn name(
        &mut self,
        (verb, span): (Verb, Span),
        written: &schema::Step,
        prefix: &str,
        ordinals: &mut BTreeMap<String, usize>,
        numbering: &mut Numbering,
    ) -> String {
        let (name, span, given) = match (&written.id, &written.called) {
            (Some(id), _) => (
                format!("{}{}", numbering.scope, id.value.0),
                id.span,
                Some(&id.value.0),
            ),
            (None, called) => {
                let usual = unnamed(verb, written, prefix, ordinals);
                let given = called
                    .as_ref()
                    .map(|called| &called.0)
                    .filter(|called| **called != usual);
                (given.unwrap_or(&usual).clone(), span, given)
            }
        };
        if let Some(given) = given {
            self.stands_in_a_line(given, span);
        }
        self.name_once(&name, span, numbering);
        name
    }

    /// A name that stands in the outputs ends no cell, no row and no line, and has an end.
    pub(super) fn stands_in_a_line(&mut self, name: &str, span: Span) {
        let length = name.chars().count();
        if length > LONGEST_NAME {
            self.report(schema::too_long(name, length, LONGEST_NAME, span));
        }
        if name.is_empty() || name.contains(|c: char| c.is_control() || c == '"') {
            self.report(schema::bad_id(name, span));
        }
    }

    fn name_once(&mut self, name: &str, span: Span, numbering: &mut Numbering) {
        if let Some(first) = numbering.names.insert(name.to_owned(), span) {
            let message = format!("two steps of the campaign are called `{name}`");
            self.report(
                Diagnostic::new(codes::DUPLICATE_STEP, span, message)
                    .at("again here")
                    .label(first, "first here")
                    .help("give each step an `id` of its own"),
            );
        }
    }

    /// The verb and the place of its operand.
    fn verb(&mut self, written: &Keyed<schema::Step>) -> Option<(Verb, Span)> {
        let keys = written.value.keys();
        let mut verbs = keys
            .iter()
            .filter_map(|key| Verb::of(&key.word).map(|verb| (verb, key)));
        let Some((verb, key)) = verbs.next() else {
            let verbs: Vec<_> = Verb::ALL
                .iter()
                .map(|verb| format!("`{}`", verb.word()))
                .collect();
            self.report(
                Diagnostic::new(
                    codes::STEP_KEYS,
                    written.span,
                    "the step does not say what to do",
                )
                .at("no verb")
                .help(format!("a step is one of {}", verbs.join(", "))),
            );
            return None;
        };
        if let Some((other, other_key)) = verbs.next() {
            let message = format!("`{}` and `{}` in one step", verb.word(), other.word());
            let help = if verb == Verb::If || other == Verb::If {
                "write `if: …` as a step of its own, and the other one in its `then: [ … ]`"
            } else {
                "write two steps, each with a dash of its own"
            };
            self.report(
                Diagnostic::new(codes::STEP_KEYS, other_key.at, message)
                    .at("a second verb")
                    .label(key.at, "the first verb")
                    .help(help),
            );
            return None;
        }
        let is_stray = |key: &&schema::Key| {
            key.word != verb.word() && !verb.keys().contains(&key.word.as_str())
        };
        let stray: Vec<_> = keys.iter().filter(is_stray).collect();
        for key in &stray {
            let message = format!("`{}` does not go with `{}`", key.word, verb.word());
            let owner = Verb::owner(&key.word)
                .map_or_else(String::new, |owner| format!("only with `{}`", owner.word()));
            self.report(Diagnostic::new(codes::STEP_KEYS, key.at, message).at(owner));
        }
        stray.is_empty().then_some((verb, key.value))
    }

    fn step_kind(
        &mut self,
        verb: Verb,
        step: &schema::Step,
        name: &str,
        numbering: &mut Numbering,
    ) -> Option<StepKind> {
        match verb {
            Verb::Send => self.send(step),
            Verb::Move => self
                .stage_ref(step.move_.as_ref()?)
                .map(Action::Move)
                .map(StepKind::Action),
            Verb::Leave => self
                .funnel_id(step.leave.as_ref()?)
                .map(Action::Leave)
                .map(StepKind::Action),
            Verb::AddTag => self
                .tag_id(step.add_tag.as_ref()?)
                .map(Action::AddTag)
                .map(StepKind::Action),
            Verb::RemoveTag => self
                .tag_id(step.remove_tag.as_ref()?)
                .map(Action::RemoveTag)
                .map(StepKind::Action),
            Verb::Points => self
                .given(step.points.as_ref()?)
                .map(Action::Points)
                .map(StepKind::Action),
            Verb::Set => self.set(step),
            Verb::Clear => self
                .cleared(step.clear.as_ref()?)
                .map(Action::Clear)
                .map(StepKind::Action),
            Verb::Notify => self.notify(step),
            Verb::Webhook => self.webhook(step),
            Verb::PushTo => self.push_to(step),
            Verb::Note => self
                .text_of_note(step.note.as_ref()?)
                .map(Action::Note)
                .map(StepKind::Action),
            Verb::Wait => self.wait(step),
            Verb::Unsubscribe => self
                .channel(step.unsubscribe.as_ref()?)
                .map(Listing::Unsubscribe)
                .map(Action::List)
                .map(StepKind::Action),
            Verb::Resubscribe => self
                .channel(step.resubscribe.as_ref()?)
                .map(Listing::Resubscribe)
                .map(Action::List)
                .map(StepKind::Action),
            Verb::AddTo => self
                .segment_id(step.add_to.as_ref()?)
                .map(Listing::AddTo)
                .map(Action::List)
                .map(StepKind::Action),
            Verb::RemoveFrom => self
                .segment_id(step.remove_from.as_ref()?)
                .map(Listing::RemoveFrom)
                .map(Action::List)
                .map(StepKind::Action),
            Verb::WaitUntil => self.wait_until(step),
            Verb::If => self.branch(step, name, numbering),
            Verb::Split => self.split(step, name, numbering),
            Verb::Await => self.await_event(step, name, numbering),
            Verb::Enroll => self
                .campaign_elsewhere(step.enroll.as_ref()?)
                .map(Action::Enroll)
                .map(StepKind::Action),
            Verb::Withdraw => self
                .campaign_elsewhere(step.withdraw.as_ref()?)
                .map(Action::Withdraw)
                .map(StepKind::Action),
            Verb::Fork => self.fork(step, name, numbering),
            Verb::Goto => step
                .goto
                .as_ref()
                .map(|to| super::fork::goto(to, &numbering.scope)),
            Verb::Use => None,
            Verb::Exit => step.exit.as_ref().map(|exit| StepKind::Exit(exit.value)),
        }
    }

    /// A line of the journal: people read and count it, so it is short and not empty.
    fn text_of_note(&mut self, note: &Keyed<Text>) -> Option<String> {
        let text = note.value.0.trim();
        let (message, at) = match text.chars().count() {
            0 => ("the note says nothing".to_owned(), "no text"),
            length if length > LONGEST_NOTE => (
                format!("the note has {length} characters, and may have {LONGEST_NOTE}"),
                "too long",
            ),
            _ if text.contains(char::is_control) => (
                "the note has more than one line".to_owned(),
                "one line only",
            ),
            _ => return Some(text.to_owned()),
        };
        let help = "write a few words that say who comes here: `note: took the short way`";
        self.report(
            Diagnostic::new(codes::WRONG_VALUE, note.span, message)
                .at(at)
                .help(help),
        );
        None
    }

    fn set(&mut self, step: &schema::Step) -> Option<StepKind> {
        let name = step.set.as_ref()?;
        let Some(to) = &step.to else {
            self.report(
                Diagnostic::new(
                    codes::STEP_KEYS,
                    name.span,
                    format!("`set: {}` does not say to what", name.value.0),
                )
                .at("needs `to`")
                .help(
                    "write `to:` with the new value below it; to take the value away write `clear`",
                ),
            );
            return None;
        };
        let (field, type_) = self.written_field(name)?;
        let new = self.new_value(field, &type_, to)?;
        if let (NewValue::Value(Value::Text(zone)), true) =
            (&new, self.contacts.timezone == Some(field))
        {
            self.zone_text(zone, to.span);
        }
        Some(StepKind::Action(Action::Set { field, to: new }))
    }

    /// A field that a step writes: any but the one that names the contact.
    fn written_field(&mut self, name: &Keyed<Text>) -> Option<(FieldId, FieldType)> {
        let (field, type_) = self.typed_field(name)?;
        if self.contacts.fields[field].column != self.contacts.key {
            return Some((field, type_));
        }
        let message = format!("`{}` is the key of the contact", name.value.0);
        self.report(
            Diagnostic::new(codes::SETS_THE_KEY, name.span, message)
                .at("the key")
                .label(self.contacts.span, "the key's column")
                .help("a contact keeps its key; write to another field"),
        );
        None
    }

    /// A field that may be without a value.
    fn cleared(&mut self, name: &Keyed<Text>) -> Option<FieldId> {
        let (field, _) = self.written_field(name)?;
        let declared = &self.contacts.fields[field];
        if !declared.required || declared.default.is_some() {
            return Some(field);
        }
        let place = declared.span;
        let message = format!(
            "`{}` is required, and `clear` leaves it without a value",
            name.value.0
        );
        self.report(
            Diagnostic::new(codes::CLEARS_REQUIRED, name.span, message)
                .at("must have a value")
                .label(place, "declared as required")
                .help(
                    "give the field a `default`, remove `required: true`, or write `set` with \
                    another value",
                ),
        );
        Some(field)
    }

    fn new_value(
        &mut self,
        field: FieldId,
        type_: &FieldType,
        to: &Keyed<SetTo>,
    ) -> Option<NewValue> {
        match &to.value {
            SetTo::Literal(literal) => {
                let literal = Keyed {
                    value: literal.clone(),
                    span: to.span,
                    key: to.key,
                };
                match (literal.value.0.text.as_str(), type_) {
                    ("today", FieldType::Date | FieldType::Datetime) => Some(NewValue::Today),
                    ("now", FieldType::Datetime) => Some(NewValue::Now),
                    _ => self.value(type_, &literal).map(NewValue::Value),
                }
            }
            SetTo::List(literals) => {
                let FieldType::Choices { values, .. } = type_ else {
                    self.wrong_shape(field, to.span, "a list");
                    return None;
                };
                let literals = schema::ListOf(literals.clone());
                self.choices(values, &literals)
                    .map(|choices| NewValue::Value(Value::Choices(choices)))
            }
            SetTo::Change(change) => match type_ {
                FieldType::Integer => self
                    .integer(&change.add)
                    .map(|add| NewValue::Add(add.into())),
                FieldType::Number => self.number(&change.add).map(NewValue::Add),
                FieldType::Text { .. }
                | FieldType::Email
                | FieldType::Boolean
                | FieldType::Date
                | FieldType::Datetime
                | FieldType::Choice(_)
                | FieldType::Choices { .. } => {
                    self.wrong_shape(field, to.span, "a number to add");
                    None
                }
            },
        }
    }

    fn wrong_shape(&mut self, field: FieldId, span: Span, what: &str) {
        let (declared, text) = self.declared(field);
        let message = format!("`{}` does not take {what}", self.contacts.fields[field].id);
        self.report(
            Diagnostic::new(codes::WRONG_VALUE, span, message)
                .at(what)
                .label(declared, text),
        );
    }

    fn wait_until(&mut self, step: &schema::Step) -> Option<StepKind> {
        let written = step.wait_until.as_ref()?;
        let if_past = step.if_past.as_ref().map(|if_past| if_past.value);
        let windows = self.windows(step);
        let until = match &written.value {
            ScalarOr::Scalar(text) => {
                self.never_missing(step);
                Until::Moment(self.moment_to_wait_for(text, written.span)?)
            }
            ScalarOr::Other(wait) => {
                self.until_field(wait, step.if_missing.as_ref().map(|placed| placed.value))?
            }
        };
        Some(StepKind::WaitUntil {
            until,
            if_past,
            windows: windows?,
        })
    }

    /// A fixed moment; people write the field's id, or a length of time.
    fn moment_to_wait_for(&mut self, text: &Text, span: Span) -> Option<Moment> {
        let help = if self.index.fields.find::<FieldId>(&text.0).is_some() {
            format!(
                "for the date of a field write `wait-until: {{ field: {} }}`",
                text.0
            )
        } else {
            "write `2026-12-24T09:00`, or `{ field: … }` for a date of the contact; for a length \
                of time write `wait`"
                .to_owned()
        };
        self.moment_or(&text.0, span, &help)
    }

    /// A fixed moment is there for everybody.
    fn never_missing(&mut self, step: &schema::Step) {
        let Some(written) = &step.if_missing else {
            return;
        };
        let message = "`if-missing` does not go with a fixed moment, which is never missing";
        let finding =
            Diagnostic::new(codes::STEP_KEYS, written.key, message).at("only with a field");
        self.report(
            finding.help("remove it, or wait for the date of a field: `wait-until: { field: … }`"),
        );
    }

    fn until_field(
        &mut self,
        wait: &schema::WaitField,
        if_missing: Option<IfMissing>,
    ) -> Option<Until> {
        let offset = wait
            .offset
            .as_ref()
            .map(|offset| self.duration(&offset.value.0, offset.span, Sign::Any));
        let (field, type_) = self.typed_field(&wait.field)?;
        if !matches!(type_, FieldType::Date | FieldType::Datetime) {
            let (span, text) = self.declared(field);
            let message = format!("`{}` is no date to wait for", wait.field.value.0);
            self.report(
                Diagnostic::new(codes::WRONG_VALUE, wait.field.span, message)
                    .at("expected a date")
                    .label(span, text),
            );
            return None;
        }
        match offset {
            None => Some(Until::Field {
                field,
                offset: Duration::default(),
                if_missing,
            }),
            Some(offset) => offset.map(|offset| Until::Field {
                field,
                offset,
                if_missing,
            }),
        }
    }

    fn branch(
        &mut self,
        step: &schema::Step,
        name: &str,
        numbering: &mut Numbering,
    ) -> Option<StepKind> {
        let condition = step.if_.as_ref()?;
        if step.then.is_none() && step.else_.is_none() && condition.value.hole.is_none() {
            let help =
                "add `then:` with the steps for those for whom it holds, or `else:` for the others";
            self.report(
                Diagnostic::new(codes::STEP_KEYS, condition.key, "the `if` decides nothing")
                    .at("neither branch")
                    .help(help),
            );
        }
        let when = self.condition(condition);
        let mut steps = |written: &Option<Keyed<schema::ListOf<Keyed<schema::Step>>>>,
                         branch: &str| match written {
            Some(list) => self.steps(&list.value.0, &format!("{name}/{branch}/"), numbering),
            None => Vec::new(),
        };
        let then = steps(&step.then, "then");
        let otherwise = steps(&step.else_, "else");
        Some(StepKind::If {
            when,
            then,
            otherwise,
        })
    }

    /// Whether `entered` is the only key of a way into a campaign.
    pub(super) fn stands_alone(&mut self, rest: &schema::Condition, entered: &Keyed<Text>) -> bool {
        let others = rest.keys();
        let Some(schema::Key { word, at, .. }) = others.first() else {
            return true;
        };
        let message = format!("`entered` and `{word}` in one way in");
        let help = format!(
            "`enter` is a list of ways in: write {} as separate items, or ask for more in an `if` step",
            list(["entered", word])
        );
        self.report(
            Diagnostic::new(codes::CONDITION_KEYS, *at, message)
                .at("one too many")
                .label(entered.key, "the way in")
                .help(help),
        );
        false
    }
}
