//! Fields with a part to play for their contact, such as the zone in which it waits; each must be
//! of a type that can play it.

use super::Resolver;
use crate::diagnostic::{Diagnostic, codes};
use crate::model::{Channel, Contacts, FieldId, FieldType, Value};
use crate::schema::{self, Keyed, Text};
use crate::source::Span;

impl Resolver {
    /// The fields that `timezone`, `language`, `owner` and `preferred-channel` name.
    pub(super) fn roles(&mut self, body: &schema::Contacts, contacts: &mut Contacts) {
        let text = |type_: &FieldType| matches!(type_, FieldType::Text { .. });
        let word =
            |type_: &FieldType| matches!(type_, FieldType::Text { .. } | FieldType::Choice(_));
        let address =
            |type_: &FieldType| matches!(type_, FieldType::Text { .. } | FieldType::Email);
        contacts.timezone = self.role(contacts, body.timezone.as_ref(), "a text", text);
        contacts.language = self.role(contacts, body.language.as_ref(), "a text or a choice", word);
        contacts.owner = self.role(contacts, body.owner.as_ref(), "an email or a text", address);
        contacts.preferred_channel = self.role(
            contacts,
            body.preferred_channel.as_ref(),
            "a text or a choice",
            word,
        );
        if let (Some(field), Some(written)) = (contacts.preferred_channel, &body.preferred_channel)
        {
            self.channel_words(contacts, field, written);
        }
        let default = contacts
            .timezone
            .and_then(|field| contacts.fields[field].default.as_ref());
        if let (Some(Value::Text(zone)), Some(written)) = (default, &body.timezone) {
            self.zone_text(zone, written.span);
        }
    }

    /// A text that becomes the value of the zone's field.
    pub(super) fn zone_text(&mut self, zone: &str, span: Span) {
        if jiff::tz::TimeZone::get(zone).is_err() {
            let message = format!("there is no time zone `{zone}`");
            self.report(
                Diagnostic::new(codes::UNKNOWN_TIMEZONE, span, message)
                    .at("unknown zone")
                    .help(
                        "the field holds a contact's zone: write an IANA name, such as \
                        `Europe/Warsaw`",
                    ),
            );
        }
    }

    fn role(
        &mut self,
        contacts: &Contacts,
        name: Option<&Keyed<Text>>,
        expected: &str,
        fits: impl Fn(&FieldType) -> bool,
    ) -> Option<FieldId> {
        let name = name?;
        let field = self.field_id(name)?;
        let declared = &contacts.fields[field];
        let type_ = declared.type_.as_ref()?;
        if fits(type_) {
            return Some(field);
        }
        let message = format!(
            "`{}` is {} {}, not {expected}",
            name.value.0,
            article(type_),
            type_.word()
        );
        self.report(
            Diagnostic::new(codes::WRONG_VALUE, name.span, message)
                .at(format!("expected {expected}"))
                .label(declared.span, format!("declared as {}", type_.word())),
        );
        None
    }

    /// A choice of which no value is a channel's word would never be followed.
    fn channel_words(&mut self, contacts: &Contacts, field: FieldId, written: &Keyed<Text>) {
        let Some(FieldType::Choice(values)) = &contacts.fields[field].type_ else {
            return;
        };
        let is_channel = |value: &String| Channel::of(value).is_some();
        if !values.iter().any(is_channel) {
            let message = format!("no value of `{}` is a channel", written.value.0);
            self.report(
                Diagnostic::new(codes::WRONG_VALUE, written.span, message)
                    .at("names no channel")
                    .label(contacts.fields[field].span, "declared here")
                    .help("the channels are `email`, `sms` and `push`"),
            );
        }
    }
}

fn article(type_: &FieldType) -> &'static str {
    if matches!(type_, FieldType::Integer | FieldType::Email) {
        "an"
    } else {
        "a"
    }
}
