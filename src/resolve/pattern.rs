//! Questions about events: which occurrences are meant, how they are counted, and from when on.

use super::Resolver;
use super::condition::broken;
use crate::diagnostic::{Diagnostic, codes, list};
use crate::language::{Operator, Question};
use crate::model::calendar::Sign;
use crate::model::{
    Content, ContentId, ContentKind, Duration, EventId, EventPattern, EventTest, EventType,
    FieldType, NumberTest, PropertyId, Since,
};
use crate::schema::{self, Keyed, Text};
use crate::source::Span;

/// What an event condition may ask where it stands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scope {
    /// Whether it stands in a campaign, behind the entry.
    pub(super) entry: bool,
    /// Whether it stands by a stage.
    pub(super) stage: bool,
    /// Whether it counts from the entry unless it says otherwise.
    pub(super) from_entry: bool,
    /// The event whose properties are asked.
    pub(super) properties_of: Option<EventId>,
}

impl Scope {
    /// In the steps of a campaign.
    pub(super) const STEPS: Self = Self {
        entry: true,
        stage: false,
        from_entry: false,
        properties_of: None,
    };
    /// In `goal` and `exit-when`.
    pub(super) const ENDS: Self = Self {
        from_entry: true,
        ..Self::STEPS
    };
    /// In what a stage asks.
    pub(super) const STAGE: Self = Self {
        entry: false,
        stage: true,
        from_entry: false,
        properties_of: None,
    };
}

impl Resolver {
    /// Resolves what stands in a scope.
    pub(super) fn within<T>(&mut self, scope: Scope, resolve: impl FnOnce(&mut Self) -> T) -> T {
        let around = std::mem::replace(&mut self.scope, scope);
        let resolved = resolve(self);
        self.scope = around;
        resolved
    }

    /// `{ event, of, where }` and nothing more, as a way into a campaign or to wait for.
    pub(super) fn event_pattern(
        &mut self,
        written: &Keyed<schema::Condition>,
        place: &str,
    ) -> Option<EventPattern> {
        let name = written.value.event.as_ref()?;
        let only = schema::Condition {
            event: None,
            of: None,
            where_: None,
            ..written.value.clone()
        };
        if let Some(schema::Key { word, at, .. }) = only.keys().first() {
            let message = format!("`{word}` does not go with an event in `{place}`");
            let help = match place {
                "enter" => {
                    "each occurrence lets in; for a condition over many write `all: [ { event: … } ]`"
                }
                _ => "name the event, and with `of` and `where` which of its occurrences",
            };
            self.report(
                Diagnostic::new(codes::CONDITION_KEYS, *at, message)
                    .at("only `of` and `where`")
                    .label(name.span, "the event")
                    .help(help),
            );
            return None;
        }
        self.occurrences(name, &written.value)
    }

    /// How often, or how much.
    pub(super) fn event_test(
        &mut self,
        name: &Keyed<Text>,
        written: &schema::Condition,
    ) -> Option<EventTest> {
        let pattern = self.occurrences(name, written);
        let event = pattern.as_ref().map(|pattern| pattern.event);
        let sum = written
            .sum
            .as_ref()
            .map(|sum| event.and_then(|event| self.summed(event, sum)));
        let within = self.event_within(written);
        let since = self.event_since(written);
        let type_ = match sum {
            Some(Some((_, ref type_))) => type_.clone(),
            Some(None) | None => FieldType::Integer,
        };
        let test = self.event_operator(name, written, &type_);
        let sum = match sum {
            Some(None) => return None,
            Some(Some((property, _))) => Some(property),
            None => None,
        };
        Some(EventTest {
            pattern: pattern?,
            sum,
            test: test?,
            within: within?,
            since: since?,
        })
    }

    fn occurrences(
        &mut self,
        name: &Keyed<Text>,
        written: &schema::Condition,
    ) -> Option<EventPattern> {
        let event = self.event_id(name);
        let of = written
            .of
            .as_ref()
            .map(|of| event.and_then(|event| self.content_of(event, of)));
        let where_ = match (&written.where_, event) {
            (Some(inner), Some(event)) => {
                let scope = Scope {
                    properties_of: Some(event),
                    ..Scope::default()
                };
                Some(Box::new(self.within(scope, |this| this.condition(inner))))
            }
            (Some(inner), None) => Some(Box::new(broken(inner.span))),
            (None, _) => None,
        };
        let of = match of {
            Some(None) => return None,
            Some(of) => of,
            None => None,
        };
        Some(EventPattern {
            span: name.span,
            event: event?,
            of,
            where_,
        })
    }

    pub(super) fn content_of(&mut self, event: EventId, name: &Keyed<Text>) -> Option<ContentId> {
        let content = self.content_id(name)?;
        let (event, of) = (&self.events[event], &self.content[content]);
        let kind = of.kind?;
        // The channels of a message are broken where there are none.
        if event.happens_to(of) || (kind == ContentKind::Message && of.prefer.is_empty()) {
            return Some(content);
        }
        let help = content_help(event, of, kind);
        let message = if !event.is_of_content() {
            format!("`{}` is not an event of any content", event.id)
        } else if kind == ContentKind::Message {
            let channels = list(of.prefer.iter().map(|channel| channel.word()));
            format!(
                "`{}` is not an event of `{}`, which goes out by {channels}",
                event.id, name.value.0
            )
        } else {
            format!(
                "`{}` is not an event of `{}`, which is of the kind `{}`",
                event.id,
                name.value.0,
                kind.word()
            )
        };
        let declared = of.span;
        self.report(
            Diagnostic::new(codes::EVENT_CONTENT, name.span, message)
                .at("does not fit")
                .label(declared, "declared here")
                .help(help),
        );
        None
    }

    fn summed(&mut self, event: EventId, name: &Keyed<Text>) -> Option<(PropertyId, FieldType)> {
        let property = self.property_in(event, name)?;
        let type_ = self.events[event].properties[property].type_.clone()?;
        if matches!(type_, FieldType::Integer | FieldType::Number) {
            return Some((property, type_));
        }
        let message = format!("`{}` is no number, so it has no sum", name.value.0);
        let mut finding =
            Diagnostic::new(codes::OPERATOR_TYPE, name.span, message).at("expected a number");
        if let Some((span, text)) = self.declared_property(event, property) {
            finding = finding.label(span, text);
        }
        self.report(finding);
        None
    }

    #[expect(
        clippy::option_option,
        reason = "not written is something else than not understood"
    )]
    fn event_within(&mut self, written: &schema::Condition) -> Option<Option<Duration>> {
        let Some(length) = &written.within else {
            return Some(None);
        };
        self.duration(&length.value.0.text, length.span, Sign::Positive)
            .map(Some)
    }

    fn event_since(&mut self, written: &schema::Condition) -> Option<Since> {
        let Some(since) = &written.since else {
            return Some(if self.scope.from_entry {
                Since::Entry
            } else {
                Since::Ever
            });
        };
        let misplaced = match since.value.0.text.as_str() {
            "ever" => return Some(Since::Ever),
            "entry" if self.scope.entry => return Some(Since::Entry),
            "stage" if self.scope.stage => return Some(Since::Stage),
            "entry" => {
                "`since: entry` stands only behind the entry of a campaign: in `goal`, `exit-when` \
                    and steps"
            }
            "stage" => "`since: stage` stands only by a stage, in `converts`",
            other => return self.unknown_word(other, since.span, &["ever", "entry", "stage"]),
        };
        self.report(
            Diagnostic::new(codes::CONDITION_KEYS, since.span, misplaced)
                .at("not here")
                .help("leave it out for all that happened ever, or write `within`"),
        );
        None
    }

    /// The test of the count or sum: `at-least: 1` where none is written.
    fn event_operator(
        &mut self,
        name: &Keyed<Text>,
        written: &schema::Condition,
        type_: &FieldType,
    ) -> Option<NumberTest> {
        let mut found = written.comparisons();
        found.retain(|comparison| !Operator::LOOKING_BACK.contains(&comparison.operator));
        match (found.as_slice(), &written.sum) {
            ([], None) => Some(NumberTest::AtLeast(1.into())),
            ([], Some(sum)) => {
                let message = format!("the sum of `{}` is compared with nothing", sum.value.0);
                let help = "write what it must be, such as `at-least: 500`";
                self.report(
                    Diagnostic::new(codes::CONDITION_KEYS, sum.span, message)
                        .at("no operator")
                        .help(help),
                );
                None
            }
            ([operator], _) => self.number_test(type_, operator),
            ([first, second, ..], _) => {
                let message = format!(
                    "`{}` and `{}` in one condition",
                    first.operator.word(),
                    second.operator.word()
                );
                self.report(
                    Diagnostic::new(codes::CONDITION_KEYS, second.key, message)
                        .at("one too many")
                        .label(first.key, "compares already")
                        .label(name.span, "the event")
                        .help("for a range use `between: [a, b]`"),
                );
                None
            }
        }
    }

    /// Whether the question may be asked in this scope; reports it where it may not.
    pub(super) fn in_scope(&mut self, question: Question, key: Span) -> bool {
        let (message, help) = match (self.scope.properties_of, question) {
            (_, Question::All | Question::Any | Question::Not) => return true,
            (None, _) if question != Question::Property => return true,
            (Some(_), Question::Property) => return true,
            (None, _) => (
                "`property` stands only in `where` of an event".to_owned(),
                "for a field of the contact write `field`",
            ),
            (Some(_), other) => (
                format!("`{}` does not go in `where` of an event", other.word()),
                "`where` asks the event's properties: `{ property: amount, at-least: 5 }`",
            ),
        };
        self.report(
            Diagnostic::new(codes::CONDITION_KEYS, key, message)
                .at("not here")
                .help(help),
        );
        false
    }

    /// `{ property: amount, at-least: 5 }`, asked of an occurrence.
    pub(super) fn property_subject(
        &mut self,
        name: &Keyed<Text>,
    ) -> Option<(EventId, PropertyId, FieldType)> {
        let event = self.scope.properties_of?;
        let property = self.property_in(event, name)?;
        let type_ = self.events[event].properties[property].type_.clone()?;
        Some((event, property, type_))
    }
}

fn content_help(event: &EventType, content: &Content, kind: ContentKind) -> String {
    let happening = EventType::built_in()
        .map(EventType::undeclared)
        .filter(|other| other.happens_to(content));
    let names: Vec<String> = happening.map(|other| other.id).collect();
    let names = list(names.iter().map(String::as_str));
    if !event.is_of_content() {
        "leave `of` out".to_owned()
    } else if names.is_empty() {
        format!("nothing that is told happens to the kind `{}`", kind.word())
    } else if kind == ContentKind::Message {
        format!("`{}` has {names}", content.id)
    } else {
        format!("the kind `{}` has {names}", kind.word())
    }
}
