//! The words of the language that this version does not have yet, by the place where they are written; each becomes an error of its own, never an unknown key.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// The error for a word that is not there yet.
pub(super) fn error(span: Span, word: &str, meaning: &str) -> Diagnostic {
    Diagnostic::error(Code("not-supported-yet"), span, format!("`{word}` is not supported yet: {meaning}"))
        .at("not supported yet")
}

/// What a word will be, if it is one of the language's that is not there yet. Places are named after the type that is written there.
pub(super) fn meaning(place: &str, key: &str) -> Option<&'static str> {
    let (_, words) = WORDS.iter().find(|(name, _)| *name == place)?;
    words.iter().find(|(word, _)| *word == key).map(|(_, meaning)| *meaning)
}

/// Whether a word only goes with another one that is not there yet, so that one message for both is enough.
pub(super) fn is_companion(place: &str, key: &str) -> bool {
    COMPANIONS.iter().any(|(name, words)| *name == place && words.contains(&key))
}

/// What the shape of a value will mean where a simpler one is understood already: the key, and the kind of the value.
pub(super) fn shape(place: &str, key: &str, is_mapping: bool) -> Option<&'static str> {
    let found = SHAPES.iter().find(|(name, word, mapping, _)| (*name, *word, *mapping) == (place, key, is_mapping));
    found.map(|(_, _, _, meaning)| *meaning)
}

/// What a word will mean as the value of a key.
pub(super) fn value(place: &str, key: &str, text: &str) -> Option<&'static str> {
    let found = VALUES.iter().find(|(name, word, value, _)| (*name, *word, *value) == (place, key, text));
    found.map(|(_, _, _, meaning)| *meaning)
}

type Words = &'static [(&'static str, &'static str)];

const WORDS: &[(&str, Words)] = &[
    (
        "Project",
        &[
            ("destinations", "CRMs and webhooks that actions go to"),
            ("events", "what happens to contacts, and what it updates"),
        ],
    ),
    (
        "Segment",
        &[
            ("include", "files of contacts that always belong to it"),
            ("exclude", "files of contacts that never belong to it"),
        ],
    ),
    ("Content", &[("subject", "the subject of an email"), ("body", "the text")]),
    (
        "Step",
        &[
            ("unsubscribe", "ending consent for a channel"),
            ("resubscribe", "renewing consent for a channel"),
            ("add-to", "adding to a segment by hand"),
            ("remove-from", "removing from a segment by hand"),
        ],
    ),
];

const COMPANIONS: &[(&str, &[&str])] = &[];

const SHAPES: &[(&str, &str, bool, &str)] =
    &[("Contacts", "on-bad-value", true, "setting aside contacts with bad values")];

const VALUES: &[(&str, &str, &str, &str)] = &[];
