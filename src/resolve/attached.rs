//! Files that a project names: bodies of content with their tokens, and members of segments; a file
//! that is not there is an error where it is named.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::members::{self, Unreadable};
use super::{Resolver, sorted};
use crate::diagnostic::{Diagnostic, codes};
use crate::model::ids::Id;
use crate::model::template::{Part, Template};
use crate::model::{Body, ContentId, ContentKind, Members};
use crate::schema::{self, Keyed, Project, Text};
use crate::screen::shortened;
use crate::source::{FileId, Refused, SourceFile, Sources, Span};

/// Of a body: its digest and its tokens.
type Found = (String, Arc<Template>);

/// The most signs of a path in a message.
const LONGEST_SHOWN: usize = 200;

impl Resolver {
    /// Subjects and bodies, once the fields are known.
    pub(super) fn texts(&mut self, project: &Project, sources: &Sources) {
        let mut known = BTreeMap::new();
        for (at, (_, written)) in sorted(&project.content).enumerate() {
            let Some(written) = &written.body else {
                continue;
            };
            let id = ContentId::from_index(at);
            let subject = written
                .subject
                .as_ref()
                .filter(|subject| self.has_subject(id, subject));
            let subject = subject.and_then(|subject| self.template(&subject.value.0, subject.span));
            let body = written
                .body
                .as_ref()
                .and_then(|path| self.body(path, sources, &mut known));
            self.content[id].subject = subject;
            self.content[id].body = body;
        }
    }

    fn has_subject(&mut self, content: ContentId, subject: &Keyed<Text>) -> bool {
        let content = &self.content[content];
        let fits = match content.kind {
            None | Some(ContentKind::Email | ContentKind::Push | ContentKind::Message) => true,
            Some(
                ContentKind::Sms | ContentKind::Focus | ContentKind::Dynamic | ContentKind::Ad,
            ) => false,
            Some(
                ContentKind::Social | ContentKind::Page | ContentKind::Form | ContentKind::Asset,
            ) => false,
        };
        if !fits {
            let label = content.span;
            self.report(
                Diagnostic::new(
                    codes::CONTENT_KEYS,
                    subject.key,
                    "`subject` does not go with this kind",
                )
                .at("not for this kind")
                .label(label, "the content")
                .help("only an `email`, a `push` and a `message` have a subject"),
            );
        }
        fits
    }

    /// What is looked for in a file is looked for once, and told once.
    fn body(
        &mut self,
        path: &Keyed<Text>,
        sources: &Sources,
        known: &mut BTreeMap<FileId, Option<Found>>,
    ) -> Option<Body> {
        let (id, file) = self.attached(path, sources)?;
        let found = known.entry(id).or_insert_with(|| self.found_in(id, file));
        let (digest, tokens) = found.clone()?;
        Some(Body {
            file: path.value.0.clone(),
            digest,
            tokens,
        })
    }

    /// Absent where a token is wrong.
    fn found_in(&mut self, id: FileId, file: &SourceFile) -> Option<Found> {
        let template = self.template(&file.text, Span::new(id, 0..file.text.len()))?;
        let is_value = |part: &Part| matches!(part, Part::Value { .. });
        let parts = template.parts.into_iter().filter(is_value).collect();
        let digest = blake3::hash(file.text.as_bytes()).to_hex().to_string();
        Some((digest, Arc::new(Template { parts })))
    }

    fn attached<'s>(
        &mut self,
        path: &Keyed<Text>,
        sources: &'s Sources,
    ) -> Option<(FileId, &'s SourceFile)> {
        let mut found = sources.attached(&path.value.0);
        let mut refused = sources.refused(&path.value.0).cloned();
        if let Some((_, file)) = found {
            let bytes = file.text.len() as u64;
            match self.named_left.checked_sub(bytes) {
                Some(left) => self.named_left = left,
                None => (found, refused) = (None, Some(Refused::too_much(bytes))),
            }
        }
        if let (None, Some(Refused { why, help })) = (found, refused) {
            let name = shortened(&path.value.0, LONGEST_SHOWN);
            let message = format!("`{name}` is not read: {why}");
            self.report(
                Diagnostic::new(codes::MISSING_FILE, path.span, message)
                    .at("is not read")
                    .help(help),
            );
        } else if found.is_none() {
            let message = format!("there is no file `{}`", path.value.0);
            self.report(
                Diagnostic::new(codes::MISSING_FILE, path.span, message)
                    .at("no such file")
                    .help("write its path from the folder of `funnelc.yaml`; it must be UTF-8"),
            );
        }
        found
    }

    /// By segment: whom it includes and whom it excludes.
    ///
    /// Each file is read once. Files that the same lists name are one list, so that everything is
    /// held once, and a list is made of as few as can be.
    pub(super) fn members(&mut self, project: &Project, sources: &Sources) -> Vec<[Members; 2]> {
        let (mut keys, mut uses) = (BTreeMap::new(), BTreeMap::new());
        let mut members = Vec::new();
        for (at, (_, written)) in sorted(&project.segments).enumerate() {
            members.push([Members::default(), Members::default()]);
            let Some(written) = &written.body else {
                continue;
            };
            for (side, files) in [&written.include, &written.exclude].into_iter().enumerate() {
                for path in files.iter().flat_map(|files| &files.value.0) {
                    if let Some(file) = self.keys_in(path, sources, &mut keys) {
                        let uses: &mut BTreeSet<_> = uses.entry(file).or_default();
                        uses.insert((at, side));
                    }
                }
            }
        }
        let mut together: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for (file, uses) in uses {
            let keys = keys.remove(&file).and_then(Result::ok);
            together
                .entry(uses)
                .or_default()
                .extend(keys.unwrap_or_default());
        }
        for (uses, mut keys) in together {
            keys.sort_unstable();
            keys.dedup();
            let list: Arc<[String]> = keys.into();
            for (at, side) in uses {
                members[at][side].add(Arc::clone(&list));
            }
        }
        members
    }

    /// A file in which the keys stand that `known` has of it.
    fn keys_in(
        &mut self,
        path: &Keyed<Text>,
        sources: &Sources,
        known: &mut BTreeMap<FileId, Result<Vec<String>, Unreadable>>,
    ) -> Option<FileId> {
        let (id, file) = self.attached(path, sources)?;
        let keys = known
            .entry(id)
            .or_insert_with(|| members::keys(&file.text, &self.contacts));
        if let Err(Unreadable { found, help }) = keys {
            let message = format!("`{}` {found}", path.value.0);
            let finding = Diagnostic::new(codes::BAD_MEMBERS, path.span, message)
                .at("no file of members")
                .help(help.clone());
            self.report(finding);
            return None;
        }
        Some(id)
    }

    /// Without `where` nobody belongs to a segment but those whom its files name.
    pub(super) fn names_somebody(&mut self, id: &Keyed<Text>, segment: &schema::Segment) -> bool {
        let named = segment.where_.is_some() || segment.include.is_some();
        if !named {
            let message = format!(
                "the segment `{}` does not say who belongs to it",
                id.value.0
            );
            self.report(
                Diagnostic::new(codes::MISSING_KEY, id.span, message)
                    .at("needs `where`")
                    .help("write `where:` with a condition, or `include:` with files of members"),
            );
        }
        named
    }
}
