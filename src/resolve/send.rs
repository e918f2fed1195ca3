//! The step `send` and how content is sent; what a step says of it is stronger than what the
//! content says.

use super::Resolver;
use crate::diagnostic::{Diagnostic, codes};
use crate::language::{ContentKind, LimitThen, OnSkip};
use crate::model::{Action, Channel, ContentId, Limit, Once, SendRules, StepKind, Windows};
use crate::schema::campaign;
use crate::schema::{self, Entries, Keyed, ScalarOr, Text};
use crate::source::Span;

/// What may be written of how something is sent, on a step or on the content.
struct Written<'a> {
    once: Option<&'a Keyed<ScalarOr<campaign::Once>>>,
    transactional: Option<&'a Keyed<bool>>,
    expires: Option<&'a Keyed<Text>>,
    on_skip: Option<&'a Keyed<OnSkip>>,
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
        Some(StepKind::Action(Action::Send { content, rules }))
    }

    /// The channels of a message, the best first, each once.
    pub(super) fn prefer(&mut self, content: &schema::Content) -> Vec<Channel> {
        let is_message = content.kind.value == ContentKind::Message;
        let Some(written) = &content.prefer else {
            return if is_message {
                Channel::ALL.to_vec()
            } else {
                Vec::new()
            };
        };
        if !is_message {
            self.report(
                Diagnostic::new(
                    codes::CONTENT_KEYS,
                    written.key,
                    "`prefer` does not go with this kind",
                )
                .at("only with `message`")
                .label(content.kind.span, "the kind of content")
                .help("remove it, or make the content a `message`"),
            );
            return Vec::new();
        }
        let mut channels = Vec::new();
        for name in &written.value.0 {
            if let Some(channel) = self.channel(name)
                && !channels.contains(&channel)
            {
                channels.push(channel);
            }
        }
        channels
    }

    /// How often each channel may be used.
    pub(super) fn send_limits(
        &mut self,
        limits: &Entries<Keyed<schema::Limit>>,
    ) -> [(Option<Limit>, Windows, Option<Span>); 3] {
        let mut found = [(None, Windows::default(), None); 3];
        for (name, limit) in &limits.0 {
            let (channel, body) = (self.channel(name), &limit.value);
            let rules = (self.limit(limit), self.hours(body), Some(limit.span));
            if let Some(channel) = channel {
                found[channel as usize] = rules;
            }
        }
        found
    }

    /// How often a channel may be used; hours may stand alone.
    fn limit(&mut self, limit: &Keyed<schema::Limit>) -> Option<Limit> {
        let body = &limit.value;
        let within = body
            .within
            .as_ref()
            .map(|within| self.placed_duration(within));
        let at_most = body.at_most.as_ref().map(|at_most| self.messages(at_most));
        let drops = body
            .then
            .as_ref()
            .is_some_and(|then| then.value == LimitThen::Drop);
        let has_hours = body.between.is_some() || body.days.is_some();
        if let (Some(at_most), Some(within)) = (at_most, within) {
            return Some(Limit {
                at_most: at_most?,
                within: within?,
                drops,
            });
        }
        if at_most.is_some() || within.is_some() || body.then.is_some() || !has_hours {
            self.report(
                Diagnostic::new(
                    codes::MISSING_KEY,
                    limit.span,
                    "how many messages in which time is not said",
                )
                .at("says only a part of it")
                .help(
                    "write `at-most: 3, within: 7 days`, or only hours: `between: \
                        [\"09:00\", \"18:00\"]`",
                ),
            );
        }
        None
    }

    fn messages(&mut self, written: &Keyed<i64>) -> Option<u32> {
        let at_most = u32::try_from(written.value)
            .ok()
            .filter(|at_most| *at_most > 0);
        if at_most.is_none() {
            let message = format!("`{}` is no number of messages", written.value);
            self.report(
                Diagnostic::new(codes::WRONG_VALUE, written.span, message)
                    .at("expected 1 or more")
                    .help("to send nothing at all, unpublish the content"),
            );
        }
        at_most
    }

    pub(super) fn can_be_sent(&mut self, name: &Keyed<Text>, content: ContentId) -> bool {
        match self.content[content].kind {
            None => true,
            Some(kind) if !kind.can_be_sent() => {
                let message = format!("`{}` cannot be sent", name.value.0);
                self.report(
                    Diagnostic::new(codes::NOT_SENDABLE, name.span, message)
                        .at("cannot be sent")
                        .label(self.content[content].span, "a page, form or asset")
                        .help(
                            "pages, forms and assets are visited; send an email that links to it",
                        ),
                );
                false
            }
            Some(_) => true,
        }
    }

    fn send_rules(&mut self, written: &Written<'_>, default: SendRules) -> SendRules {
        SendRules {
            once: written
                .once
                .and_then(|once| self.once(once))
                .unwrap_or(default.once),
            transactional: written
                .transactional
                .map_or(default.transactional, |flag| flag.value),
            expires: written
                .expires
                .and_then(|length| self.placed_duration(length))
                .or(default.expires),
            exits_on_skip: written.on_skip.map_or(default.exits_on_skip, |on_skip| {
                on_skip.value == OnSkip::Exit
            }),
        }
    }

    /// `entry`, `ever` or `{ after: 30 days }`.
    fn once(&mut self, once: &Keyed<ScalarOr<campaign::Once>>) -> Option<Once> {
        match &once.value {
            ScalarOr::Other(after) => self.placed_duration(&after.after).map(Once::After),
            ScalarOr::Scalar(word) => match word.0.as_str() {
                "entry" => Some(Once::Entry),
                "ever" => Some(Once::Ever),
                other => {
                    self.unknown_word(other, once.span, &["entry", "ever", "{ after: 30 days }"])
                }
            },
        }
    }
}
