//! Secrets in the files of a project, and findings that say nothing of them.
//!
//! Where a file can be read, the parser knows what is a key and what its value, however they are
//! written, and what an alias stands for. What lies behind a mistake, and comments, are looked
//! through as text.
//! Invariant: every byte stays in its place, so that spans fit the text that is shown.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::rc::Rc;

use super::outline::{Kind, Node, Outline};
use super::written::as_text;
use crate::diagnostic::{Diagnostic, Label};
use crate::screen::password;
use crate::source::{FileId, SourceFile, Sources, Span};

/// So many secrets, and words of them, at the places of a finding are looked for in what it says;
/// one that quotes more is cut anyway.
const MOST_QUOTED: usize = 50;

/// Where the secrets of some files stand.
pub(crate) struct Secrets<'s> {
    sources: &'s Sources,
    places: BTreeMap<FileId, Places>,
}

/// Where the secrets of a file stand, in order and apart, and by their start what those mean that
/// are not written so.
#[derive(Default)]
struct Places {
    places: Vec<Range<usize>>,
    meant: BTreeMap<usize, Vec<Rc<str>>>,
}

impl<'s> Secrets<'s> {
    /// Of the files that findings point into.
    pub(crate) fn of(diagnostics: &[Diagnostic], sources: &'s Sources) -> Self {
        let ids: BTreeSet<FileId> = diagnostics
            .iter()
            .flat_map(spans)
            .map(|span| span.file)
            .collect();
        let told: Vec<_> = ids
            .iter()
            .filter_map(|id| Some((*id, sources.file(*id)?)))
            .collect();
        let known = told.iter().map(|(id, file)| {
            let places = file.secrets.get()?.clone();
            Some((
                *id,
                Places {
                    places,
                    meant: BTreeMap::new(),
                },
            ))
        });
        let places = known
            .collect::<Option<_>>()
            .unwrap_or_else(|| find(&told, sources));
        Self { sources, places }
    }

    /// Of all files of the YAML.
    pub(crate) fn of_all(sources: &'s Sources) -> Self {
        let places = find(&sources.files().collect::<Vec<_>>(), sources);
        Self { sources, places }
    }

    /// The text of a file with an asterisk for each byte of a secret, and of an address in which
    /// escapes could hide one.
    pub(crate) fn shown(&self, id: FileId) -> Option<Cow<'s, str>> {
        let text = self.sources.file(id)?.text.as_str();
        Some(without(
            text,
            self.places.get(&id).map_or(&[], |it| &it.places),
        ))
    }

    /// Takes secrets out of the words of findings that point at them.
    pub(crate) fn take_out(&self, diagnostics: &mut [Diagnostic]) {
        for finding in diagnostics {
            // The words of a secret are parts of what is quoted, of which the end may be cut.
            let told: BTreeSet<&str> = spans(finding).flat_map(|span| self.at(span)).collect();
            if told.is_empty() {
                continue;
            }
            // The longer ones first, of which others may be parts.
            let mut told: Vec<_> = told.into_iter().collect();
            told.sort_unstable_by_key(|word| std::cmp::Reverse(word.len()));
            let hide = |text: &mut String| {
                for word in &told {
                    *text = text.replace(word, "…");
                    without_beginning(text, word);
                }
            };
            let Diagnostic {
                message,
                help,
                primary,
                labels,
                code: _,
                severity: _,
            } = finding;
            hide(message);
            hide(&mut primary.text);
            labels
                .iter_mut()
                .for_each(|label: &mut Label| hide(&mut label.text));
            help.iter_mut().for_each(hide);
        }
    }

    /// The words of the secrets that a span touches, as they are written and meant, without the
    /// signs around them.
    fn at(&self, span: Span) -> Vec<&str> {
        let (Some(file), Some(secrets)) =
            (self.sources.file(span.file), self.places.get(&span.file))
        else {
            return Vec::new();
        };
        // What is told may be quoted from the whole line.
        let range = line_around(&file.text, span.range());
        let first = secrets
            .places
            .partition_point(|place| place.end <= range.start);
        let touched = secrets
            .places
            .iter()
            .skip(first)
            .take_while(|place| place.start < range.end.max(range.start + 1));
        let texts = touched.take(MOST_QUOTED).flat_map(|place| {
            let meant = secrets
                .meant
                .range(place.clone())
                .flat_map(|(_, meant)| meant.iter().map(|it| &**it));
            file.text.get(place.clone()).into_iter().chain(meant)
        });
        let words = texts.flat_map(|text| text.split_whitespace().take(MOST_QUOTED));
        let words = words.map(|word| word.trim_matches(|c: char| c.is_ascii_punctuation()));
        words
            .filter(|word| word.len() > 2)
            .take(MOST_QUOTED)
            .collect()
    }
}

/// Takes out the beginnings of a word behind which the text is cut.
fn without_beginning(text: &mut String, word: &str) {
    const LONGEST: usize = 200;
    let mut from = 0;
    while let Some(cut) = text[from..].find('…').map(|at| from + at) {
        let ends = word
            .char_indices()
            .take(LONGEST)
            .map(|(at, c)| at + c.len_utf8());
        let ends = ends.filter(|end| *end > 2 && text[..cut].ends_with(&word[..*end]));
        match ends.last() {
            Some(end) => {
                text.replace_range(cut - end..cut, "");
                from = cut - end + '…'.len_utf8();
            }
            None => from = cut + '…'.len_utf8(),
        }
    }
}

/// A place and what stands beside it on its lines, as far as a finding may quote it.
fn line_around(text: &str, range: Range<usize>) -> Range<usize> {
    const FURTHEST: usize = 500;
    let bytes = text.as_bytes();
    let before = bytes.get(..range.start).unwrap_or(bytes).iter().rev();
    let behind = bytes.get(range.end..).unwrap_or_default().iter();
    let before = before
        .take(FURTHEST)
        .take_while(|byte| **byte != b'\n')
        .count();
    let behind = behind
        .take(FURTHEST)
        .take_while(|byte| **byte != b'\n')
        .count();
    range.start.saturating_sub(before)..range.end + behind
}

fn spans(diagnostic: &Diagnostic) -> impl Iterator<Item = Span> {
    std::iter::once(&diagnostic.primary)
        .chain(&diagnostic.labels)
        .map(|label| label.span)
}

pub(super) fn without<'t>(text: &'t str, secrets: &[Range<usize>]) -> Cow<'t, str> {
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut shown = text.as_bytes().to_vec();
    for secret in secrets {
        let bytes = shown.get_mut(secret.clone()).unwrap_or_default();
        bytes
            .iter_mut()
            .filter(|byte| !byte.is_ascii_whitespace())
            .for_each(|byte| *byte = b'*');
    }
    Cow::Owned(String::from_utf8_lossy(&shown).into_owned())
}

pub(super) fn is_secret(key: &str) -> bool {
    let key = key.trim().to_ascii_lowercase().replace(['-', '_'], "");
    let key = key.trim_end_matches(|c: char| c.is_ascii_digit());
    let key = key.strip_suffix('s').unwrap_or(key);
    [
        "secret",
        "secretkeybase",
        "passwordhash",
        "pwd",
        "token",
        "password",
        "passwd",
        "passphrase",
        "apikey",
        "accesskey",
        "secretkey",
        "privatekey",
    ]
    .iter()
    .any(|name| key.ends_with(name))
}

/// A secret may be named in one file and stand in another, as a variable.
fn find(told: &[(FileId, &SourceFile)], sources: &Sources) -> BTreeMap<FileId, Places> {
    let naming = sources
        .files()
        .filter(|(_, file)| file.text.contains('$') && may_have_secrets(&file.text));
    let mut read: BTreeMap<FileId, Behind<'_>> =
        naming.map(|(id, file)| (id, Behind::of(file))).collect();
    let names_any = read.values().any(|behind| !behind.variables.is_empty());
    for (id, file) in told
        .iter()
        .filter(|(_, file)| names_any || may_have_secrets(&file.text))
    {
        read.entry(*id).or_insert_with(|| Behind::of(file));
    }
    let mut variables = BTreeSet::new();
    let mut new: BTreeSet<String> = read
        .values()
        .flat_map(|behind| behind.variables.iter().cloned())
        .collect();
    while !new.is_empty() {
        let found: BTreeSet<String> = read
            .values_mut()
            .flat_map(|behind| behind.hide(&new))
            .collect();
        variables.extend(new);
        new = found.difference(&variables).cloned().collect();
    }
    let one = |(id, file): &(FileId, &SourceFile)| {
        let places = read
            .remove(id)
            .map(|behind| behind.into_places(file, &variables))
            .unwrap_or_default();
        // Whoever was first has found the same.
        drop(file.secrets.set(places.places.clone()));
        (*id, places)
    };
    told.iter().map(one).collect()
}

/// Whether there can be a secret in a text at all, or an address with one: most have none, and are
/// not looked into.
fn may_have_secrets(text: &str) -> bool {
    let text = text.to_ascii_lowercase().replace(['-', '_'], "");
    [
        "secret",
        "token",
        "password",
        "passwd",
        "passphrase",
        "apikey",
        "accesskey",
        "privatekey",
        "key=",
        "://",
        "\\",
    ]
    .iter()
    .any(|sign| text.contains(sign))
}

/// The nodes of a file that stand behind a key which says that they are secret.
struct Behind<'t> {
    outline: Outline<'t>,
    /// By node: whether it is secret.
    secret: Vec<bool>,
    /// Those whose key is said to be a variable's.
    by_key: HashMap<String, Vec<usize>>,
    /// What is still to be looked at, and whether a mapping there is one of values, and not of
    /// fields with such a name.
    open: Vec<(usize, bool)>,
    variables: BTreeSet<String>,
}

impl<'t> Behind<'t> {
    fn of(file: &'t SourceFile) -> Self {
        // What a project names is the text of a letter, or a table.
        let mut outline = Outline::of(if file.attached { "" } else { &file.text });
        outline.whole &= !file.attached;
        let secret = vec![false; outline.nodes.len()];
        let mut behind = Self {
            outline,
            secret,
            by_key: HashMap::new(),
            open: Vec::new(),
            variables: BTreeSet::new(),
        };
        for at in 0..behind.outline.nodes.len() {
            let node = &behind.outline.nodes[at];
            let Some(key) = node.key.and_then(|key| behind.outline.scalar(key)) else {
                continue;
            };
            if is_secret(key) {
                let has_values = has_values(&behind.outline, node);
                behind.open.push((at, has_values));
            } else {
                behind.by_key.entry(key.to_owned()).or_default().push(at);
            }
        }
        behind.spread();
        behind
    }

    /// From what is secret to what is in it, to what an alias stands for, and to the variable that
    /// it names.
    fn spread(&mut self) {
        while let Some((at, has_values)) = self.open.pop() {
            let Some(node) = self.outline.nodes.get(at) else {
                continue;
            };
            if !matches!(node.kind, Kind::Mapping) || has_values {
                let Some(secret) = self.secret.get_mut(at) else {
                    continue;
                };
                if std::mem::replace(secret, true) {
                    continue;
                }
            }
            match &node.kind {
                Kind::Scalar(_) => {
                    let name = self
                        .outline
                        .scalar(at)
                        .and_then(|text| text.strip_prefix('$'));
                    if let Some(name) = name.map(str::to_owned) {
                        let named = self.by_key.remove(&name).unwrap_or_default();
                        self.open.extend(named.into_iter().map(|at| (at, true)));
                        self.variables.insert(name);
                    }
                }
                Kind::Alias(anchored) => self
                    .open
                    .extend(anchored.map(|anchored| (anchored, has_values))),
                Kind::Sequence => self
                    .open
                    .extend(self.outline.inside(at).map(|at| (at, true))),
                // But for the name of a variable of the environment.
                Kind::Mapping if has_values => {
                    let is_env = |at: usize, value: usize| {
                        self.outline.scalar(at) == Some("env")
                            && self.outline.scalar(value).is_some()
                    };
                    let inside: Vec<usize> = self.outline.inside(at).collect();
                    let pairs = inside
                        .chunks(2)
                        .filter(|pair| !matches!(pair, [key, value] if is_env(*key, *value)));
                    self.open.extend(pairs.flatten().map(|at| (*at, true)));
                }
                Kind::Mapping => {}
            }
        }
    }

    /// Hides what stands behind the names of variables that are secret; gives the names that it
    /// says in its turn.
    fn hide(&mut self, variables: &BTreeSet<String>) -> BTreeSet<String> {
        self.variables.clear();
        for name in variables {
            let named = self.by_key.remove(name).unwrap_or_default();
            self.open.extend(named.into_iter().map(|at| (at, true)));
        }
        self.spread();
        std::mem::take(&mut self.variables)
    }

    /// Where the secrets stand, those of comments and of what could not be read among them.
    fn into_places(self, file: &SourceFile, variables: &BTreeSet<String>) -> Places {
        let (text, outline) = (file.text.as_str(), &self.outline);
        let (mut places, mut meant) = (Vec::new(), BTreeMap::new());
        // What secrets say, by node.
        let mut said: Vec<(usize, Vec<Rc<str>>)> = Vec::new();
        for (at, (node, is_secret)) in outline.nodes.iter().zip(&self.secret).enumerate() {
            match &node.kind {
                // It says what stands there.
                Kind::Alias(Some(anchored)) => {
                    let end = outline.nodes.get(*anchored).map_or(0, |it| it.end);
                    let first = said.partition_point(|(node, _)| node < anchored);
                    let inside = said.iter().skip(first).take_while(|(node, _)| *node < end);
                    let inside = inside.flat_map(|(_, said)| said.iter().cloned());
                    let inside: Vec<Rc<str>> = inside.take(MOST_QUOTED).collect();
                    if !inside.is_empty() {
                        meant.insert(node.place.start, inside.clone());
                        said.push((at, inside));
                        places.push(node.place.clone());
                    }
                }
                Kind::Scalar(_) | Kind::Alias(None)
                    if *is_secret || has_password(outline, at, text) =>
                {
                    let place = inner(text, node.place.clone());
                    let says: Rc<str> = outline.scalar(at).unwrap_or_default().into();
                    if let Kind::Scalar(Some(_)) = &node.kind {
                        meant.insert(place.start, vec![Rc::clone(&says)]);
                    }
                    said.push((at, vec![says]));
                    places.push(place);
                }
                Kind::Scalar(_) => {
                    let written = text.get(node.place.clone()).unwrap_or("");
                    places.extend(
                        outline
                            .scalar(at)
                            .filter(|it| begins_with_key(it))
                            .map(|_| {
                                let start = written.find([':', '=']).map_or(0, |sign| sign + 1);
                                node.place.start + start..node.place.end
                            }),
                    );
                }
                Kind::Alias(None) | Kind::Sequence | Kind::Mapping => {}
            }
            places.extend(node.tag.clone().filter(|_| *is_secret));
        }
        // Where all is known and there are no comments, nothing is left to look through.
        if !outline.whole || !outline.comments.is_empty() {
            let written = as_text(text, variables).into_iter();
            places
                .extend(written.filter(|place| !outline.whole || is_in(&outline.comments, place)));
        }
        Places {
            places: apart(places),
            meant,
        }
    }
}

/// Whether a text is a key with its secret between which a space is missing, as `secret:swordfish`.
fn begins_with_key(text: &str) -> bool {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_'));
    let (key, rest) = text.split_at(end.unwrap_or(text.len()));
    let value = rest.trim_start().strip_prefix([':', '=']);
    value.is_some_and(|value| !value.trim().is_empty()) && is_secret(key)
}

/// The places in order, with one for those that overlap.
fn apart(mut places: Vec<Range<usize>>) -> Vec<Range<usize>> {
    places.sort_unstable_by_key(|place| (place.start, place.end));
    places.dedup_by(|next, last| {
        let overlaps = next.start <= last.end;
        if overlaps {
            last.end = last.end.max(next.end);
        }
        overlaps
    });
    places
}

/// Whether a mapping behind such a key is one of values, and not a definition with such a name.
fn has_values(outline: &Outline<'_>, node: &Node) -> bool {
    let around = node
        .parent
        .and_then(|parent| outline.nodes.get(parent))
        .and_then(|parent| parent.key);
    match node.section.and_then(|section| outline.scalar(section)) {
        Some("destinations") => around != node.section,
        Some(
            "contacts" | "companies" | "content" | "segments" | "funnels" | "campaigns" | "blocks",
        ) => false,
        Some("events" | "points" | "tests") => false,
        Some(_) | None => true,
    }
}

/// Whether what a scalar means has a password in an address that its text does not show: the text
/// itself is looked through when it is printed.
fn has_password(outline: &Outline<'_>, at: usize, text: &str) -> bool {
    let Kind::Scalar(Some(meant)) = &outline.nodes[at].kind else {
        return false;
    };
    let written = text.get(outline.nodes[at].place.clone()).unwrap_or("");
    !written.contains(&**meant) && password(meant, 0).is_some()
}

fn is_in(comments: &[Range<usize>], place: &Range<usize>) -> bool {
    let first = comments.partition_point(|comment| comment.end <= place.start);
    comments
        .get(first)
        .is_some_and(|comment| comment.start < place.end)
}

/// A scalar without its quotes, or without the line that says how its text is folded.
fn inner(text: &str, place: Range<usize>) -> Range<usize> {
    let written = text.get(place.clone()).unwrap_or("");
    match written.chars().next() {
        Some(quote @ ('"' | '\'')) if written.len() > 1 && written.ends_with(quote) => {
            place.start + 1..place.end - 1
        }
        Some('|' | '>') => place.start + written.find('\n').unwrap_or(0)..place.end,
        Some(_) | None => place,
    }
}
