//! The data contract: columns, types, limits and channels.

use rust_decimal::Decimal;

use super::Resolver;
use super::{condition, sorted};
use crate::diagnostic::{Diagnostic, codes};
use crate::model::contacts::{Tag, column_of};
use crate::model::{
    Arena, BadValue, Channel, ChannelRules, Condition, Contacts, Field, FieldType, Points, Tags,
    Value,
};
use crate::schema::{self, Keyed, Literal, Recovered, ScalarOr, Text};
use crate::source::Span;

const MOST_CHOICES: usize = 64;
const KNOWN_TYPES: &str = "the types with choices are `choice` and `choices`";

/// The contract of a project that has none yet.
pub(super) fn none() -> Contacts {
    Contacts {
        key: "id".to_owned(),
        span: Span::NOWHERE,
        tags: Tags {
            open: true,
            names: Arena::default(),
            column: "tags".to_owned(),
            separator: ";".to_owned(),
        },
        points: Points {
            column: "points".to_owned(),
        },
        fields: Arena::default(),
        channels: Default::default(),
        timezone: None,
        language: None,
        owner: None,
        preferred_channel: None,
        missing: Vec::new(),
        on_bad_value: BadValue::Fail,
    }
}

impl Resolver {
    pub(super) fn contacts(&mut self, written: Option<&Recovered<schema::Contacts>>) -> Contacts {
        let mut contacts = none();
        contacts.tags.open = self.index.open_tags;
        let Some(body) = written.and_then(|written| written.body.as_ref()) else {
            contacts.tags = if written.is_none() {
                self.tag_column(None)
            } else {
                contacts.tags
            };
            contacts.tags.names = self.tag_arena();
            return contacts;
        };
        contacts.key.clone_from(&body.key.value.0);
        self.not_empty(Some(&body.key), "column of the key");
        contacts.span = body.key.span;
        contacts.tags = self.tag_column(body.tags.as_ref());
        let points = body
            .points
            .as_ref()
            .and_then(|points| points.column.as_ref());
        contacts.points.column =
            points.map_or("points".to_owned(), |column| column.value.0.clone());
        sorted(&body.fields).for_each(|(id, _)| self.not_reserved(id));
        contacts.fields = sorted(&body.fields)
            .map(|(id, field)| self.field(id, field.body.as_ref()))
            .collect();
        contacts.missing = self.missing_words(body.missing.as_ref());
        contacts.on_bad_value = self.on_bad_value(body.on_bad_value.as_ref());
        self.addresses(body, &mut contacts.channels);
        self.roles(body, &mut contacts);
        contacts
    }

    fn tag_arena(&self) -> Arena<crate::model::TagId, Tag> {
        self.index
            .tags
            .with_spans()
            .map(|(id, span)| Tag {
                id: id.to_owned(),
                span,
            })
            .collect()
    }

    fn tag_column(&mut self, written: Option<&schema::contacts::Tags>) -> Tags {
        if let Some(tags) = written {
            match &tags.values.value {
                ScalarOr::Scalar(word) if word.0 != "open" => {
                    self.unknown_word::<()>(&word.0, tags.values.span, &["open"]);
                }
                ScalarOr::Scalar(_) | ScalarOr::Other(_) => {}
            }
        }
        let (column, separator) = (
            written.and_then(|tags| tags.column.as_ref()),
            written.and_then(|tags| tags.separator.as_ref()),
        );
        self.not_empty(column, "column of the tags");
        self.not_empty(separator, "separator");
        let text = |placed: Option<&Keyed<Text>>, default: &str| {
            placed.map_or(default.to_owned(), |placed| placed.value.0.clone())
        };
        let (column, separator) = (text(column, "tags"), text(separator, ";"));
        let names = self.tag_arena();
        names
            .values()
            .for_each(|tag| self.cell_text(&tag.id, tag.span, "tag", Some(&separator)));
        Tags {
            open: self.index.open_tags,
            names,
            column,
            separator,
        }
    }

    fn not_reserved(&mut self, id: &Keyed<Text>) {
        if id.value.0 == "points" {
            let help = "conditions read the points with `field: points`; give the field another id, \
                and its `column` if need be";
            self.report(
                Diagnostic::new(codes::RESERVED_ID, id.span, "`points` is built in")
                    .at("reserved")
                    .help(help),
            );
        }
    }

    pub(super) fn field(&mut self, id: &Keyed<Text>, written: Option<&schema::Field>) -> Field {
        let column = written.and_then(|field| field.column.as_ref());
        self.not_empty(column, "column");
        let mut field = Field {
            id: id.value.0.clone(),
            span: id.span,
            description: written
                .and_then(|field| field.description.as_ref())
                .map(|text| text.0.clone()),
            column: column.map_or_else(|| column_of(&id.value.0), |column| column.value.0.clone()),
            type_: written.and_then(|field| self.field_type(id, field)),
            required: written
                .and_then(|field| field.required.as_ref())
                .is_some_and(|required| required.value),
            default: None,
            missing: Vec::new(),
            min: None,
            max: None,
        };
        if let (Some(written), Some(type_)) = (written, field.type_.clone()) {
            self.limits(written, &type_, &mut field);
            field.missing = self.missing_words(written.missing.as_ref());
            self.not_missing(written, &field);
        }
        field
    }

    fn field_type(&mut self, id: &Keyed<Text>, field: &schema::Field) -> Option<FieldType> {
        use crate::language::TypeName as Written;
        let simple = match field.type_.value {
            Written::Text => FieldType::Text {
                match_case: field.match_case.as_ref().is_some_and(|flag| flag.value),
            },
            Written::Email => FieldType::Email,
            Written::Integer => FieldType::Integer,
            Written::Number => FieldType::Number,
            Written::Boolean => FieldType::Boolean,
            Written::Date => FieldType::Date,
            Written::Datetime => FieldType::Datetime,
            Written::Choice => return self.choice_values(id, field, None).map(FieldType::Choice),
            Written::Choices => {
                let separator = field
                    .separator
                    .as_ref()
                    .map_or(";".to_owned(), |separator| separator.value.0.clone());
                let values = self.choice_values(id, field, Some(&separator));
                self.not_empty(field.separator.as_ref(), "separator");
                return values.map(|values| FieldType::Choices { values, separator });
            }
        };
        self.stray(
            field.values.as_ref().map(|values| values.key),
            "values",
            &simple,
            KNOWN_TYPES,
        );
        self.stray(
            field.separator.as_ref().map(|separator| separator.key),
            "separator",
            &simple,
            "only `choices` has a separator",
        );
        if !matches!(simple, FieldType::Text { .. }) {
            self.stray(
                field.match_case.as_ref().map(|flag| flag.key),
                "match-case",
                &simple,
                "only `text` has it",
            );
        }
        Some(simple)
    }

    fn stray(&mut self, key: Option<Span>, word: &str, type_: &FieldType, help: &str) {
        if let Some(key) = key {
            let message = format!("`{word}` does not go with the type `{}`", type_.word());
            self.report(
                Diagnostic::new(codes::FIELD_KEYS, key, message)
                    .at("does not belong here")
                    .help(help),
            );
        }
    }

    fn choice_values(
        &mut self,
        id: &Keyed<Text>,
        field: &schema::Field,
        separator: Option<&str>,
    ) -> Option<Vec<String>> {
        let Some(values) = &field.values else {
            let message = format!(
                "the field `{}` does not say which choices there are",
                id.value.0
            );
            self.report(
                Diagnostic::new(codes::MISSING_KEY, field.type_.span, message)
                    .at("needs `values`")
                    .help("add `values: [ … ]`"),
            );
            return None;
        };
        if values.value.0.len() > MOST_CHOICES {
            let message = format!("`{}` has {} choices", id.value.0, values.value.0.len());
            self.report(
                Diagnostic::new(codes::FIELD_KEYS, values.span, message)
                    .at("too many")
                    .help(format!(
                        "a field has at most {MOST_CHOICES} choices; use `text` instead"
                    )),
            );
            return None;
        }
        for (at, value) in values.value.0.iter().enumerate() {
            self.cell_text(&value.value.0, value.span, "choice", separator);
            if let Some(first) = values.value.0[..at]
                .iter()
                .find(|first| first.value == value.value)
            {
                let message = format!("the choice `{}` stands twice", value.value.0);
                self.report(
                    Diagnostic::new(codes::DUPLICATE_CHOICE, value.span, message)
                        .at("again here")
                        .label(first.span, "first here")
                        .help("remove one of them"),
                );
            }
        }
        Some(
            values
                .value
                .0
                .iter()
                .map(|value| value.value.0.clone())
                .collect(),
        )
    }

    fn limits(&mut self, written: &schema::Field, type_: &FieldType, field: &mut Field) {
        let ordered = matches!(
            type_,
            FieldType::Integer | FieldType::Number | FieldType::Date | FieldType::Datetime
        );
        if !ordered {
            let help = "only numbers and dates have limits";
            self.stray(written.min.as_ref().map(|min| min.key), "min", type_, help);
            self.stray(written.max.as_ref().map(|max| max.key), "max", type_, help);
        }
        let limit = |this: &mut Self, literal: Option<&Keyed<Literal>>| {
            literal
                .filter(|_| ordered)
                .and_then(|literal| this.value(type_, literal))
        };
        field.min = limit(self, written.min.as_ref());
        field.max = limit(self, written.max.as_ref());
        field.default = written
            .default
            .as_ref()
            .and_then(|literal| self.value(type_, literal));
        if let (Some(min), Some(max), Some(written)) = (&field.min, &field.max, &written.max)
            && less(max, min)
        {
            let message = format!(
                "no value is allowed: `max` is below `min` of `{}`",
                field.id
            );
            self.report(
                Diagnostic::new(codes::WRONG_VALUE, written.span, message).at("below `min`"),
            );
            return;
        }
        let (Some(default), Some(value)) = (&written.default, &field.default) else {
            return;
        };
        let too_small = field.min.as_ref().is_some_and(|min| less(value, min));
        if too_small || field.max.as_ref().is_some_and(|max| less(max, value)) {
            let message = format!(
                "the default `{}` is outside `min` and `max`",
                default.value.0.text
            );
            self.report(
                Diagnostic::new(codes::WRONG_VALUE, default.span, message).at("outside the limits"),
            );
        }
    }

    fn on_bad_value(
        &mut self,
        written: Option<&Keyed<ScalarOr<schema::contacts::OnBadValue>>>,
    ) -> BadValue {
        let Some(written) = written else {
            return BadValue::Fail;
        };
        let word = match &written.value {
            ScalarOr::Scalar(word) => word.0.as_str(),
            ScalarOr::Other(skip) => {
                let at_most = &skip.skip_contact.at_most;
                if let Ok(at_most) = u64::try_from(at_most.value) {
                    return BadValue::SkipContact { at_most };
                }
                let message = format!("`{}` is no number of contacts", at_most.value);
                self.report(
                    Diagnostic::new(codes::WRONG_VALUE, at_most.span, message)
                        .at("expected 0 or more"),
                );
                return BadValue::Fail;
            }
        };
        match word {
            "fail" => BadValue::Fail,
            "missing" => BadValue::Missing,
            other => {
                let known = ["fail", "missing", "{ skip-contact: { at-most: 100 } }"];
                self.unknown_word(other, written.span, &known)
                    .unwrap_or(BadValue::Fail)
            }
        }
    }

    fn addresses(&mut self, body: &schema::Contacts, channels: &mut [ChannelRules; 3]) {
        for (name, field) in &body.addresses.0 {
            let (channel, id) = (self.channel(name), self.index.fields.find(&field.value.0));
            if id.is_none() {
                self.field_id(field);
            }
            if let Some(channel) = channel {
                channels[channel as usize].address = id;
            }
        }
        for (name, column) in &body.do_not_contact.0 {
            if let Some(channel) = self.channel(name) {
                let rules = &mut channels[channel as usize];
                rules.do_not_contact = Some(column.column.value.0.clone());
                rules.may_lack_do_not_contact = column
                    .default
                    .as_ref()
                    .is_some_and(|default| !default.value);
                self.free_without_column(column.default.as_ref());
            }
        }
    }

    /// A file without the column can only mean that nobody has asked to be left alone.
    fn free_without_column(&mut self, default: Option<&Keyed<bool>>) {
        if let Some(default) = default.filter(|default| default.value) {
            self.report(
                Diagnostic::new(
                    codes::WRONG_VALUE,
                    default.span,
                    "`true` would forbid the channel to \
                    everybody",
                )
                .at("expected `false`")
                .help(
                    "write `default: false`, or leave it out: then a file without the column \
                        is refused",
                ),
            );
        }
    }

    pub(super) fn channel(&mut self, name: &Keyed<Text>) -> Option<Channel> {
        let known = Channel::ALL.map(Channel::word);
        let found = Channel::of(&name.value.0);
        found.or_else(|| self.unknown_word(&name.value.0, name.span, &known))
    }

    /// Consent is resolved when the fields are known.
    pub(super) fn consent(
        &mut self,
        written: Option<&Recovered<schema::Contacts>>,
    ) -> [Option<Condition>; 3] {
        let mut consent = [None, None, None];
        for (name, condition) in written
            .and_then(|written| written.body.as_ref())
            .iter()
            .flat_map(|body| &body.consent.0)
        {
            let resolved = condition
                .body
                .as_ref()
                .map_or_else(|| condition::broken(name.span), |body| self.condition(body));
            if let Some(channel) = self.channel(name) {
                consent[channel as usize] = Some(resolved);
            }
        }
        consent
    }
}

fn less(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Integer(a), Value::Integer(b)) => a < b,
        (Value::Number(a), Value::Number(b)) => a < b,
        (Value::Integer(a), Value::Number(b)) => Decimal::from(*a) < *b,
        (Value::Number(a), Value::Integer(b)) => *a < Decimal::from(*b),
        (Value::Date(a), Value::Date(b)) => a < b,
        (Value::Datetime(a), Value::Datetime(b)) => a < b,
        _ => false,
    }
}
