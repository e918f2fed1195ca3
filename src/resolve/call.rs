//! Destinations, and the steps that call colleagues and other systems.

use super::{Resolver, about};
use crate::diagnostic::{Diagnostic, codes, did_you_mean, list};
use crate::language::DestinationKind;
use crate::model::destination::{Call, Colleague, Destination, Setting};
use crate::model::template::Token;
use crate::model::{Action, StepKind};
use crate::schema::destination::FromEnv;
use crate::schema::{self, Entries, Keyed, ScalarOr, Text};

impl Resolver {
    pub(super) fn destination(
        &mut self,
        id: &Keyed<Text>,
        written: Option<&schema::Destination>,
    ) -> Destination {
        let Some(body) = written else {
            let about = about(None, None, None, None);
            return Destination {
                id: id.value.0.clone(),
                span: id.span,
                about,
                kind: None,
                url: None,
                secret: None,
            };
        };
        let kind = body.kind.value;
        if kind == DestinationKind::Webhook && body.url.is_none() {
            let message = format!(
                "the webhook `{}` does not say where it is called",
                id.value.0
            );
            self.report(
                Diagnostic::new(codes::MISSING_KEY, body.kind.span, message)
                    .at("needs `url`")
                    .help("add `url: https://…`, or `url: { env: NAME }`"),
            );
        }
        Destination {
            id: id.value.0.clone(),
            span: id.span,
            about: about(
                body.name.as_ref(),
                body.description.as_ref(),
                body.category.as_ref(),
                body.owner.as_ref(),
            ),
            kind: Some(kind),
            url: body.url.as_ref().map(setting),
            secret: body.secret.as_ref().map(setting),
        }
    }

    pub(super) fn notify(&mut self, step: &schema::Step) -> Option<StepKind> {
        let name = step.notify.as_ref()?;
        let to = self.colleague(name);
        let Some(message) = &step.message else {
            self.report(
                Diagnostic::new(codes::STEP_KEYS, name.span, "the `notify` says nothing")
                    .at("needs `message`")
                    .help("write `message:` with the text below it"),
            );
            return None;
        };
        let message = self.template(&message.value.0, message.span)?;
        Some(StepKind::Action(Action::Call(Call::Notify {
            to: to?,
            message,
        })))
    }

    fn colleague(&mut self, name: &Keyed<Text>) -> Option<Colleague> {
        let text = &name.value.0;
        if text.contains('@') {
            return Some(Colleague::Address(text.clone()));
        }
        if text == "owner" {
            return self.owner(name);
        }
        let meant = did_you_mean(text, ["owner"]).map(|meant| format!("did you mean `{meant}`?"));
        self.report(
            Diagnostic::new(
                codes::UNKNOWN_VALUE,
                name.span,
                format!("`{text}` is nobody to notify"),
            )
            .at("no address")
            .help(
                meant.unwrap_or(
                    "write `owner`, or an address such as `sales@example.com`".to_owned(),
                ),
            ),
        );
        None
    }

    fn owner(&mut self, name: &Keyed<Text>) -> Option<Colleague> {
        if self.contacts.owner.is_some() || self.index.contacts_broken {
            return Some(Colleague::Owner);
        }
        self.report(
            Diagnostic::new(
                codes::NO_OWNER,
                name.span,
                "no field says who looks after a contact",
            )
            .at("nobody to notify")
            .help(
                "write `owner: …` in `contacts`, with the field that holds the colleague's address",
            ),
        );
        None
    }

    pub(super) fn webhook(&mut self, step: &schema::Step) -> Option<StepKind> {
        let name = step.webhook.as_ref()?;
        let destination = self.destination_id(name);
        let body = step
            .body
            .as_ref()
            .map(|body| self.call_body(&body.value))
            .unwrap_or_default();
        Some(StepKind::Action(Action::Call(Call::Webhook {
            destination: destination?,
            body,
        })))
    }

    /// What the other system gets, in order of the keys.
    fn call_body(&mut self, body: &Entries<Keyed<Text>>) -> Vec<(String, Token)> {
        let mut values = Vec::new();
        for (key, field) in &body.0 {
            let token = self.token(field);
            values.extend(token.map(|token| (key.value.0.clone(), token)));
        }
        values.sort_by(|a, b| a.0.cmp(&b.0));
        values
    }

    pub(super) fn push_to(&mut self, step: &schema::Step) -> Option<StepKind> {
        let destination = self.destination_id(step.push_to.as_ref()?)?;
        Some(StepKind::Action(Action::Call(Call::PushTo(destination))))
    }

    fn destination_id(&mut self, name: &Keyed<Text>) -> Option<crate::model::DestinationId> {
        let found = self.index.destinations.find(&name.value.0);
        if found.is_none() {
            let known: Vec<_> = self.index.destinations.iter().collect();
            let meant = self
                .guesses
                .did_you_mean(&name.value.0, known.iter().copied())
                .map(|meant| format!("did you mean `{meant}`?"));
            let all = if name.value.0.contains("://") {
                "an address has a name here: `destinations: { erp: { kind: webhook, url: … } }`"
                    .to_owned()
            } else if known.is_empty() {
                format!(
                    "declare it: `destinations: {{ {}: {{ kind: crm }} }}`",
                    name.value.0
                )
            } else {
                format!("the destinations are {}", list(known))
            };
            self.unknown(
                "destination",
                codes::UNKNOWN_DESTINATION,
                name,
                Some(meant.unwrap_or(all)),
            );
        }
        found
    }
}

fn setting(written: &Keyed<ScalarOr<FromEnv>>) -> Setting {
    match &written.value {
        ScalarOr::Scalar(text) => Setting::Text(text.0.clone()),
        ScalarOr::Other(from) => Setting::Env(from.env.value.0.clone()),
    }
}
