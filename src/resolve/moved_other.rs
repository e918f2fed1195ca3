//! `moved` of what contacts are not at, but of which things are remembered: segments, content,
//! tags, events and experiences. A word before both names says which.

use super::Resolver;
use crate::diagnostic::{Diagnostic, codes};
use crate::model::{Arena, Funnel, FunnelId, Moved, Renamed};
use crate::schema::{self, Keyed, Text};
use crate::source::Span;

const WORDS: [&str; 5] = ["segment", "content", "tag", "event", "experience"];

/// An item that was read: what it says, and of which old name.
type Read = (Moved, (&'static str, String));

impl Resolver {
    /// Nothing where no such word stands there.
    pub(super) fn moved_other(
        &mut self,
        written: &schema::Moved,
        funnels: &Arena<FunnelId, Funnel>,
    ) -> Option<Option<Read>> {
        let (from, to) = (split(&written.from), split(&written.to));
        let word = from.as_ref().or(to.as_ref())?.0;
        let (Some((_, from)), Some((_, to))) = (
            from.filter(|(other, _)| *other == word),
            to.filter(|(other, _)| *other == word),
        ) else {
            let bare = |name: &Keyed<Text>| {
                split(name).map_or_else(|| name.value.0.clone(), |(_, name)| name.value.0)
            };
            let help = format!(
                "write `{{ from: {word} {}, to: {word} {} }}`",
                bare(&written.from),
                bare(&written.to)
            );
            let finding = Diagnostic::new(
                codes::IN_FLIGHT_KEYS,
                written.to.span,
                "both names need the same word",
            );
            self.report(
                finding
                    .at("another word, or none")
                    .label(written.from.span, "the old name")
                    .help(help),
            );
            return Some(None);
        };
        Some(self.renamed(word, &from, &to, funnels).map(|renamed| {
            (
                Moved::Other {
                    from: from.value.0.clone(),
                    to: renamed,
                },
                (word, from.value.0),
            )
        }))
    }

    fn renamed(
        &mut self,
        word: &'static str,
        from: &Keyed<Text>,
        to: &Keyed<Text>,
        funnels: &Arena<FunnelId, Funnel>,
    ) -> Option<Renamed> {
        let names = match word {
            "segment" => &self.index.segments,
            "content" => &self.index.content,
            "tag" => &self.index.tags,
            "event" => &self.index.events,
            _experience => return self.experience_there(from, to, funnels),
        };
        let there = names
            .with_spans()
            .find(|(id, _)| *id == from.value.0)
            .map(|(_, span)| span);
        if let Some(span) = there {
            self.still_there(word, from, span);
        }
        match word {
            "segment" => self.segment_id(to).map(Renamed::Segment),
            "content" => self.content_id(to).map(Renamed::Content),
            "tag" => self.tag_id(to).map(Renamed::Tag),
            _event => self.event_id(to).map(Renamed::Event),
        }
    }

    fn experience_there(
        &mut self,
        from: &Keyed<Text>,
        to: &Keyed<Text>,
        funnels: &Arena<FunnelId, Funnel>,
    ) -> Option<Renamed> {
        let (Some((_, _)), Some((stage, id))) = (halves(from), halves(to)) else {
            let finding =
                Diagnostic::new(codes::IN_FLIGHT_KEYS, to.span, "this names no experience");
            self.report(
                finding
                    .at("not a path")
                    .help("write `experience funnel/stage/id`, before and now"),
            );
            return None;
        };
        let target = self.stage_ref(&Keyed {
            value: Text(stage),
            ..to.clone()
        })?;
        let experiences = &funnels[target.funnel].stages[target.stage].experiences;
        if let Some((stage, old)) = halves(from)
            && halves(to).is_some_and(|(other, _)| other == stage)
            && let Some(there) = experiences.iter().find(|it| it.id == old)
        {
            let span: Span = there.span;
            self.still_there("experience", from, span);
        }
        let place = experiences.iter().position(|it| it.id == id);
        if place.is_none() && !funnels[target.funnel].stages[target.stage].broken {
            let meant = self
                .guesses
                .did_you_mean(&id, experiences.iter().map(|it| it.id.as_str()));
            let help = meant.map(|meant| format!("did you mean `{meant}`?"));
            self.unknown("experience", codes::IN_FLIGHT_KEYS, to, help);
        }
        Some(Renamed::Experience(target, place?))
    }

    /// How to speak of a thing that needs a word before its names.
    pub(super) fn with_a_word(&self, from: &str, to: &str) -> Option<String> {
        let index = &self.index;
        let kinds = [&index.segments, &index.content, &index.tags, &index.events];
        let (word, _) = WORDS
            .iter()
            .zip(kinds)
            .find(|(_, names)| names.iter().any(|name| name == to))?;
        Some(format!(
            "`{to}` is a {word}; write `{{ from: {word} {from}, to: {word} {to} }}`"
        ))
    }
}

/// The word before a name, and the name.
fn split(name: &Keyed<Text>) -> Option<(&'static str, Keyed<Text>)> {
    let (word, rest) = name.value.0.split_once(' ')?;
    let word = WORDS.iter().find(|known| **known == word)?;
    Some((
        word,
        Keyed {
            value: Text(rest.trim().to_owned()),
            ..name.clone()
        },
    ))
}

/// `funnel/stage` and the experience.
fn halves(name: &Keyed<Text>) -> Option<(String, String)> {
    let (stage, id) = name.value.0.rsplit_once('/')?;
    stage
        .contains('/')
        .then(|| (stage.to_owned(), id.to_owned()))
}
