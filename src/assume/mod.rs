//! A file of assumptions about what people do, for simulations: who opens what was sent, who buys,
//! and how soon. Every mistake is told at its place, all at once.
//!
//! Invariant: what is read names things of the model only, and each event can happen as it is said.

mod names;
mod people;
mod shape;

use jiff::tz::TimeZone;

use crate::diagnostic::{Code, Diagnostic, codes, did_you_mean, in_order};
use crate::model::Model;
use crate::runner::simulate::Assumptions;
use crate::source::{FileId, Span};
use crate::yaml::{self, Entry, Node, Value};

pub use shape::json_schema;

/// The version of the file.
pub const FORMAT: u32 = 1;

/// Reads the text of a file.
pub fn read(file: FileId, text: &str, model: &Model) -> (Assumptions, Vec<Diagnostic>) {
    let parsed = yaml::parse(file, text);
    let mut reader = Reader {
        model,
        zone: TimeZone::get(&model.timezone).unwrap_or(TimeZone::UTC),
        found: parsed.diagnostics,
        read: Assumptions::default(),
    };
    match parsed.root {
        Some(root) => reader.file(&root),
        None if reader.found.is_empty() => reader.version(Span::new(file, 0..0), None),
        None => {}
    }
    (reader.read, in_order(reader.found))
}

/// What a file may look like.
const EXAMPLE: &str =
    "write `people: [{ after: { sent: any }, event: opened, chance: 30 %, within: 2 days }]`";

struct Reader<'m> {
    model: &'m Model,
    zone: TimeZone,
    found: Vec<Diagnostic>,
    read: Assumptions,
}

impl Reader<'_> {
    fn file(&mut self, root: &Node) {
        let Some(entries) = self.mapping(root, "a file of assumptions") else {
            return;
        };
        match root.get("assume") {
            Some(node) if scalar(node).is_some_and(|text| text == FORMAT.to_string()) => {}
            Some(node) => return self.version(node.span, scalar(node)),
            None => return self.version(start_of(root), None),
        }
        self.only(entries, &["assume", "seed", "people"]);
        if let Some(node) = root.get("seed") {
            match scalar(node).and_then(|text| text.parse().ok()) {
                Some(seed) => self.read.seed = seed,
                None => self.wrong(
                    (codes::WRONG_TYPE, node.span, "not a seed"),
                    "a seed is a whole number from 0 on",
                    "write `seed: 1`",
                ),
            }
        }
        match root.get("people").map(|node| (node, &node.value)) {
            Some((_, Value::Sequence(items))) => items.iter().for_each(|item| {
                let read = self.assumption(item);
                self.read.people.extend(read);
            }),
            Some((node, _)) => self.wrong(
                (codes::WRONG_TYPE, node.span, "not a list"),
                "`people` is a list of what people do",
                EXAMPLE,
            ),
            None => self.missing(root, "people"),
        }
    }

    fn version(&mut self, span: Span, found: Option<&str>) {
        let message = match found {
            Some(found) => format!(
                "the version of the assumptions is `{found}`, this funnelc reads `{FORMAT}`"
            ),
            None => "the file does not say its version".to_owned(),
        };
        self.wrong(
            (codes::BAD_VERSION, span, "expected the version"),
            message,
            "begin the file with `assume: 1`",
        );
    }

    /// The entries of a mapping, or a word that it is none.
    fn mapping<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [Entry]> {
        if let Value::Mapping(entries) = &node.value {
            return Some(entries);
        }
        self.wrong(
            (codes::WRONG_TYPE, node.span, "not a mapping"),
            format!("{what} is a mapping"),
            EXAMPLE,
        );
        None
    }

    /// Tells of keys that say nothing here.
    fn only(&mut self, entries: &[Entry], known: &[&str]) {
        for entry in entries {
            let key = entry.key.value.as_str();
            if known.contains(&key) {
                continue;
            }
            let help = match did_you_mean(key, known.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("what may stand here: `{}`", known.join("`, `")),
            };
            self.wrong(
                (codes::UNKNOWN_KEY, entry.key.span, "unknown key"),
                format!("unknown key `{key}`"),
                help,
            );
        }
    }

    fn missing(&mut self, node: &Node, key: &str) {
        self.wrong(
            (codes::MISSING_KEY, start_of(node), "a key is missing"),
            format!("the key `{key}` is missing"),
            EXAMPLE,
        );
    }

    /// One word or number.
    fn text<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        let text = scalar(node);
        if text.is_none() {
            self.wrong(
                (codes::WRONG_TYPE, node.span, "not a single value"),
                format!("{what} is a single value"),
                EXAMPLE,
            );
        }
        text
    }

    fn wrong(
        &mut self,
        (code, span, label): (Code, Span, &str),
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let told = Diagnostic::new(code, span, message);
        self.found.push(told.at(label).help(help));
    }
}

/// The first character.
fn start_of(node: &Node) -> Span {
    Span {
        end: node.span.end.min(node.span.start + 1),
        ..node.span
    }
}

/// The text of a scalar that says something.
fn scalar(node: &Node) -> Option<&str> {
    match &node.value {
        Value::Scalar(scalar) if !scalar.is_null() => Some(scalar.text.trim()),
        Value::Scalar(_) | Value::Sequence(_) | Value::Mapping(_) => None,
    }
}
