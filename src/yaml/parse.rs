//! Reads YAML 1.2 into the span tree; after a mistake of syntax the tree so far is closed and
//! returned, and the rest of the file is named as unread.
//!
//! Memory and time are bounded whatever the text says: bytes, levels and nodes have a budget, and
//! what an alias copies counts like what is written.

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle, Tag, options};

use super::budget::{self, Budget};
use super::node::{Node, Scalar, Value};
use super::syntax::{self, Stopped};
use super::tree::{Closed, Frame, Tree};
use super::unquoted;
use crate::diagnostic::{Diagnostic, codes};
use crate::source::{FileId, Span};

/// What a file holds.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The tree; absent where the file is empty, or nothing stands before the mistake.
    pub root: Option<Node>,
    /// What was not read, because of a mistake before it.
    pub unread: Option<Span>,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses one file.
pub fn parse(file: FileId, text: &str) -> Parsed {
    if text.len() as u64 > budget::MAX_BYTES {
        let unread = Some(Span::new(file, 0..text.len()));
        return Parsed {
            root: None,
            unread,
            diagnostics: vec![budget::too_large(file, text.len() as u64)],
        };
    }
    let skipped = text.len() - text.trim_start_matches('\u{feff}').len();
    let mut reader = Reader::new(file, text, skipped);
    let options = options! { emit_comments: false, emit_unresolved_aliases: true };
    for next in Parser::new_from_str_with_options(&text[skipped..], options) {
        let step = match next {
            Ok((event, place)) => reader.take(&event, place),
            Err(error) => Err(reader.explain(&error).into()),
        };
        if let Err(mistake) = step {
            return reader.cut(*mistake);
        }
    }
    reader.finish()
}

/// How many mistakes of a file are told; nobody reads on.
const MOST: usize = 200;

/// Why reading stops.
type Stop = Box<Diagnostic>;

struct Reader<'t> {
    file: FileId,
    text: &'t str,
    /// Bytes before the text that the parser sees.
    skipped: usize,
    /// Where the last event ended.
    read_to: usize,
    documents: usize,
    budget: Budget,
    tree: Tree,
    /// How many open mappings are in fact an unquoted `{{`, inside which nothing else is worth a
    /// word.
    templates: usize,
    diagnostics: Vec<Diagnostic>,
}

impl<'t> Reader<'t> {
    fn new(file: FileId, text: &'t str, skipped: usize) -> Self {
        Self {
            file,
            text,
            skipped,
            read_to: skipped,
            documents: 0,
            budget: Budget::default(),
            tree: Tree::default(),
            templates: 0,
            diagnostics: Vec::new(),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the kinds are the parser's")]
    fn take(&mut self, event: &Event<'_>, place: granit_parser::Span) -> Result<(), Stop> {
        let range = place.byte_range().unwrap_or_default();
        let span = Span::new(
            self.file,
            range.start + self.skipped..range.end + self.skipped,
        );
        match event {
            Event::DocumentStart(..) => self.document(span)?,
            Event::Scalar(text, style, anchor, tag) => {
                let whole = self.place_of_tag(place).map_or(span, |tag| {
                    if span.range().is_empty() {
                        tag
                    } else {
                        tag.to(span)
                    }
                });
                self.scalar(text, *style, *anchor, tag.as_deref(), (span, whole))?;
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), self.place_of_tag(place).unwrap_or(span));
                let flow = *style == StructureStyle::Flow;
                self.open(Frame::sequence(span, *anchor, flow))?;
            }
            Event::MappingStart(style, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), self.place_of_tag(place).unwrap_or(span));
                let flow = *style == StructureStyle::Flow;
                let template = flow && self.text[span.range().start..].starts_with("{{");
                self.templates += usize::from(template);
                self.open(Frame::mapping(span, *anchor, flow, template))?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span)?,
            Event::Alias(id) => self.alias(*id, span)?,
            Event::UnresolvedAlias(name) => self.unresolved(name, span)?,
            _ => {}
        }
        self.read_to = self.read_to.max(span.range().end);
        Ok(())
    }

    fn document(&mut self, span: Span) -> Result<(), Stop> {
        self.documents += 1;
        if self.documents < 2 {
            return Ok(());
        }
        let message = "several documents in one file";
        let error =
            Diagnostic::new(codes::SEVERAL_DOCUMENTS, span, message).at("a second document starts");
        Err(error
            .help("put each document into a file of its own and remove the line `---`")
            .into())
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        (span, whole): (Span, Span),
    ) -> Result<(), Stop> {
        if self.refuse_tag(tag, whole) {
            self.budget
                .scalar(whole.range().len(), self.tree.depth(), whole)?;
            let node = Node {
                span: whole,
                value: scalar(&self.text[whole.range()], false),
            };
            return self.place(node, anchor);
        }
        let as_text = tag.is_some_and(|tag| tag.core_suffix() == Some("str"));
        let plain = style == ScalarStyle::Plain && !as_text;
        if plain && span.range().is_empty() {
            let node = self.nothing(span, tag.is_none());
            self.budget.scalar(0, self.tree.depth(), node.span)?;
            return self.place(node, anchor);
        }
        self.budget.scalar(text.len(), self.tree.depth(), span)?;
        self.place(
            Node {
                span,
                value: scalar(text, plain),
            },
            anchor,
        )
    }

    /// An empty value has no place of its own: it stands behind what was read last. `color:
    /// #4c78a8` is read on as if the quotes were there.
    fn nothing(&mut self, span: Span, untagged: bool) -> Node {
        let at = self
            .tree
            .last_key()
            .map_or(self.read_to.min(span.range().start), |key| key.range().end);
        let comment = if untagged && !self.tree.at_key() {
            unquoted::value_in_comment(self.text, at)
        } else {
            None
        };
        let Some(comment) = comment else {
            let missing_key = self.tree.at_key() && self.text[at..].starts_with(':');
            let span = Span::new(self.file, at..at + usize::from(missing_key));
            return Node {
                span,
                value: scalar("", true),
            };
        };
        let span = Span::new(self.file, comment);
        let text = &self.text[span.range()];
        self.report(unquoted::error(
            span,
            unquoted::swallowed(text),
            "read as a comment",
            text,
        ));
        Node {
            span,
            value: scalar(text, false),
        }
    }

    /// Whether a node has a tag that is none; its place with the tag is then `span`, and reading
    /// goes on as if it were quoted.
    fn refuse_tag(&mut self, tag: Option<&Tag>, span: Span) -> bool {
        let Some(tag) = tag.filter(|tag| tag.core_suffix().is_none()) else {
            return false;
        };
        let message = format!(
            "an unquoted `!` starts a tag, and `{}` is none that is known here",
            tag.original()
        );
        self.report(unquoted::error(
            span,
            message,
            "has a tag",
            &self.text[span.range()],
        ));
        true
    }

    fn place_of_tag(&self, place: granit_parser::Span) -> Option<Span> {
        let tag = place.tag_span()?.byte_range()?;
        Some(Span::new(
            self.file,
            tag.start + self.skipped..tag.end + self.skipped,
        ))
    }

    fn open(&mut self, frame: Frame) -> Result<(), Stop> {
        self.budget.collection(self.tree.depth(), frame.span())?;
        self.tree.open(frame);
        Ok(())
    }

    fn close(&mut self, end: Span) -> Result<(), Stop> {
        let Some(Closed {
            mut node,
            anchor,
            template,
        }) = self.tree.close(end)
        else {
            return Ok(());
        };
        if template {
            self.templates -= 1;
            let flow = self.tree.open_bracket(self.text).is_some();
            let end = unquoted::end_of_text(self.text, node.span.range().end, flow);
            let span = Span::new(self.file, node.span.range().start..end);
            let text = &self.text[span.range()];
            node.value = scalar(text, false);
            self.report(unquoted::error(
                span,
                unquoted::MAPPING,
                "read as a mapping",
                text,
            ));
        }
        self.place(node, anchor)
    }

    fn alias(&mut self, id: usize, span: Span) -> Result<(), Stop> {
        let depth = self.tree.depth();
        let Some(mut node) = self.budget.copy(id, depth, span)? else {
            let error = Diagnostic::new(
                codes::YAML_SYNTAX,
                span,
                "an alias stands inside what it stands for",
            );
            return Err(error
                .at("refers to its own parent")
                .help("write the value out")
                .into());
        };
        node.span = span;
        self.place(node, 0)
    }

    fn unresolved(&mut self, name: &str, span: Span) -> Result<(), Stop> {
        let text = format!("*{name}");
        let message =
            format!("an unquoted `*` starts an alias, and there is no anchor `&{name}` before it");
        self.report(unquoted::error(span, message, "refers to nothing", &text));
        self.budget.scalar(text.len(), self.tree.depth(), span)?;
        self.place(
            Node {
                span,
                value: scalar(&text, false),
            },
            0,
        )
    }

    /// Puts a finished node where it belongs, and keeps it for aliases.
    fn place(&mut self, node: Node, anchor: usize) -> Result<(), Stop> {
        if anchor != 0 {
            self.budget.keep(anchor, &node)?;
        }
        if let Err(mistake) = self.tree.place(node) {
            self.report(*mistake);
        }
        Ok(())
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        if self.templates == 0 && self.diagnostics.len() < MOST {
            self.diagnostics.push(diagnostic);
        }
    }

    fn explain(&mut self, error: &granit_parser::ScanError) -> Diagnostic {
        let at = self.at_character(error.marker().byte_offset().unwrap_or_default() + self.skipped);
        let open = self.tree.open_bracket(self.text);
        // A value that ends where the parser gave up has swallowed what follows it: it was meant
        // otherwise.
        let swallowed = self.tree.forget(at);
        let stopped = Stopped {
            file: self.file,
            text: self.text,
            at,
            read_to: self.read_to,
            open,
            swallowed,
        };
        let mistake = stopped.explain(error.kind());
        self.read_to = swallowed.unwrap_or(self.read_to);
        if syntax::is_indentation(error.kind()) {
            self.read_to = syntax::end_of_content(self.text, self.read_to.min(at));
        }
        mistake
    }

    fn at_character(&self, at: usize) -> usize {
        (0..=at.min(self.text.len()))
            .rev()
            .find(|at| self.text.is_char_boundary(*at))
            .unwrap_or_default()
    }

    /// Closes what is open; what was written of a key without a value counts as unread.
    fn cut(mut self, mistake: Diagnostic) -> Parsed {
        if mistake.code == codes::YAML_LIMIT {
            // What is out of all proportion is not worth any further word.
            let unread = Some(Span::new(self.file, 0..self.text.len()));
            return Parsed {
                root: None,
                unread,
                diagnostics: vec![mistake],
            };
        }
        let from = self
            .tree
            .last_key()
            .map_or(self.read_to, |key| self.read_to.min(key.range().start));
        let unread = Span::new(self.file, from..self.text.len());
        self.templates = 0;
        // Where an unquoted value was found already, the parser stumbles over the same characters.
        let explained = self.diagnostics.last().is_some_and(|last| {
            last.code == codes::UNQUOTED_VALUE
                && self.on_one_line(last.primary.span, mistake.primary.span)
        });
        if !explained {
            self.diagnostics.push(mistake);
        }
        Parsed {
            root: self.tree.cut(unread),
            unread: Some(unread),
            diagnostics: self.diagnostics,
        }
    }

    fn on_one_line(&self, a: Span, b: Span) -> bool {
        let between = a.range().start.min(b.range().start)..a.range().start.max(b.range().start);
        self.text
            .get(between)
            .is_some_and(|between| !between.contains('\n'))
    }

    fn finish(self) -> Parsed {
        let root = self.tree.root.filter(|root| !is_nothing(root));
        Parsed {
            root,
            unread: None,
            diagnostics: self.diagnostics,
        }
    }
}

/// Whether a document holds nothing but space and comments.
fn is_nothing(root: &Node) -> bool {
    matches!(&root.value, Value::Scalar(scalar) if scalar.plain && scalar.text.is_empty())
}

fn scalar(text: &str, plain: bool) -> Value {
    Value::Scalar(Scalar {
        text: text.to_owned(),
        plain,
    })
}
