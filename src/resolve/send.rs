//! The step `send` and how content is sent; what a step says of it is stronger than what the content says.

use super::Resolver;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{ContentId, ContentKind, Once, SendRules, StepKind};
use crate::schema::campaign::{self, OnSkip};
use crate::schema::{self, Placed, ScalarOr, Text};

/// What may be written of how something is sent, on a step or on the content.
struct Written<'a> {
    once: Option<&'a Placed<ScalarOr<campaign::Once>>>,
    transactional: Option<&'a Placed<bool>>,
    expires: Option<&'a Placed<Text>>,
    on_skip: Option<&'a Placed<OnSkip>>,
}

impl Resolver {
    pub(super) fn content_rules(&mut self, content: &schema::Content) -> SendRules {
        let written = Written {
            once: content.once.as_ref(),
            transactional: content.transactional.as_ref(),
            expires: content.expires.as_ref(),
            on_skip: content.on_skip.as_ref(),
        };
        self.send_rules(&written, SendRules::default())
    }

    pub(super) fn send(&mut self, step: &schema::Step) -> Option<StepKind> {
        let name = step.send.as_ref()?;
        let content = self.content_id(name)?;
        if !self.can_be_sent(name, content) {
            return None;
        }
        let written = Written {
            once: step.once.as_ref(),
            transactional: step.transactional.as_ref(),
            expires: step.expires.as_ref(),
            on_skip: step.on_skip.as_ref(),
        };
        let rules = self.send_rules(&written, self.content[content].rules);
        Some(StepKind::Send { content, rules })
    }

    pub(super) fn can_be_sent(&mut self, name: &Placed<Text>, content: ContentId) -> bool {
        match self.content[content].kind {
            None => true,
            Some(ContentKind::Message) => {
                let help = "send an `email`, `sms` or `push`; choosing the channel for each contact comes later";
                let message = format!("`{}` is a message for any channel, which is not supported yet", name.value.0);
                self.report(
                    Diagnostic::error(Code("not-supported-yet"), name.span, message).at("a message").help(help),
                );
                false
            }
            Some(kind) if !kind.can_be_sent() => {
                let message = format!("`{}` cannot be sent", name.value.0);
                self.report(
                    Diagnostic::error(Code("not-sendable"), name.span, message)
                        .at("cannot be sent")
                        .label(self.content[content].span, "a page, form or asset")
                        .help("pages, forms and assets are visited; send an email that links to it"),
                );
                false
            }
            Some(_) => true,
        }
    }

    fn send_rules(&mut self, written: &Written<'_>, default: SendRules) -> SendRules {
        SendRules {
            once: written.once.and_then(|once| self.once(once)).unwrap_or(default.once),
            transactional: written.transactional.map_or(default.transactional, |flag| flag.value),
            expires: written.expires.and_then(|length| self.placed_duration(length)).or(default.expires),
            exits_on_skip: written.on_skip.map_or(default.exits_on_skip, |on_skip| on_skip.value == OnSkip::Exit),
        }
    }

    /// `entry`, `ever` or `{ after: 30 days }`.
    fn once(&mut self, once: &Placed<ScalarOr<campaign::Once>>) -> Option<Once> {
        match &once.value {
            ScalarOr::Other(after) => self.placed_duration(&after.after).map(Once::After),
            ScalarOr::Scalar(word) => match word.0.as_str() {
                "entry" => Some(Once::Entry),
                "ever" => Some(Once::Ever),
                other => self.unknown_word(other, once.span, &["entry", "ever", "{ after: 30 days }"]),
            },
        }
    }
}
