//! Steps for reuse: where a block is used its steps are put in, with the arguments in place of its
//! parameters.

use std::collections::BTreeMap;

use super::variables::Variables;
use super::{Provenance, entries};
use crate::diagnostic::{Diagnostic, Guesses, codes, list};
use crate::schema::campaign::EXPANDED;
use crate::schema::text::variable_name;
use crate::source::{Span, Spanned};
use crate::yaml::node::{Entry, Node, Value};
use crate::yaml::{MAX_DEPTH, height};

/// The lists of steps.
pub(super) const LISTS: &[&str] = &["steps", "then", "else"];

/// So many nodes may come of all uses. A node of a step costs about 2 KB until it is a model, so
/// this is 200 MB at most.
const MOST_NODES: usize = 100_000;

/// Long text counts as a node more for each so many bytes.
const BYTES: usize = 100;

/// So deep may blocks use blocks: whoever reads a step follows every level, and so does the
/// expansion, on the stack.
const MOST_LEVELS: usize = 24;

/// The blocks of a project by name.
pub(super) type Definitions = BTreeMap<String, Block>;

/// A block.
#[derive(Debug)]
pub(super) struct Block {
    name: Spanned<String>,
    parameters: BTreeMap<String, Span>,
    steps: Option<Node>,
    used: bool,
}

/// Takes the steps of all blocks out of the tree; their parameters stay.
pub(super) fn take(root: &mut Node, found: &mut Vec<Diagnostic>) -> Definitions {
    let _ = entries(root, "blocks", found);
    let mut blocks = Definitions::new();
    let Value::Mapping(top) = &mut root.value else {
        return blocks;
    };
    let Some(Value::Mapping(written)) = top
        .iter_mut()
        .find(|entry| entry.key.value == "blocks")
        .map(|entry| &mut entry.value.value)
    else {
        return blocks;
    };
    for entry in written {
        let name = entry.key.clone();
        let parameters = entry.value.get("parameters").map(names).unwrap_or_default();
        let steps = take_steps(&mut entry.value);
        let is_mapping = matches!(entry.value.value, Value::Mapping(_));
        if steps.is_none() && is_mapping {
            found.push(
                Diagnostic::new(
                    codes::MISSING_KEY,
                    name.span,
                    format!("the block `{}` has no `steps`", name.value),
                )
                .at("needs `steps`")
                .help("write `steps:` with a list of steps below it"),
            );
        }
        blocks.insert(
            name.value.clone(),
            Block {
                name,
                parameters,
                steps,
                used: false,
            },
        );
    }
    blocks
}

fn names(node: &Node) -> BTreeMap<String, Span> {
    match &node.value {
        Value::Mapping(entries) => entries
            .iter()
            .map(|entry| (entry.key.value.clone(), entry.key.span))
            .collect(),
        Value::Scalar(_) | Value::Sequence(_) => BTreeMap::new(),
    }
}

fn take_steps(block: &mut Node) -> Option<Node> {
    let Value::Mapping(entries) = &mut block.value else {
        return None;
    };
    let at = entries
        .iter()
        .position(|entry| entry.key.value == "steps")?;
    Some(entries.remove(at).value)
}

/// Puts the steps of blocks in wherever they are used.
pub(super) fn expand(
    root: &mut Node,
    mut blocks: Definitions,
    variables: &mut Variables,
    origins: &mut Provenance,
    found: &mut Vec<Diagnostic>,
) {
    let mut expansion = Expansion {
        blocks: &mut blocks,
        variables,
        origins,
        found,
        path: Vec::new(),
        left: Some(MOST_NODES),
        guesses: Guesses::default(),
    };
    if let Value::Mapping(top) = &mut root.value {
        let holds_steps =
            |entry: &&mut Entry| ["campaigns", "points"].contains(&entry.key.value.as_str());
        top.iter_mut()
            .filter(holds_steps)
            .for_each(|entry| expansion.walk(&mut entry.value, 1));
    }
    let unused: Vec<String> = expansion
        .blocks
        .values()
        .filter(|block| !block.used)
        .map(|block| block.name.value.clone())
        .collect();
    for name in &unused {
        if let Some(steps) = expansion.alone(name) {
            keep(root, name, steps);
        }
    }
    for block in blocks.values() {
        if let Some(steps) = &block.steps {
            variables.look_at(steps);
        }
        if unused.contains(&block.name.value) {
            let message = format!("the block `{}` is not used", block.name.value);
            found.push(
                Diagnostic::new(codes::UNUSED_BLOCK, block.name.span, message)
                    .at("not used")
                    .help(format!(
                        "write a step `use: {}`, or take the block away",
                        block.name.value
                    )),
            );
        }
    }
}

/// Puts the steps of a block back under its name, so that they are read like others.
fn keep(root: &mut Node, name: &str, steps: Node) {
    let Value::Mapping(top) = &mut root.value else {
        return;
    };
    let Some(blocks) = top.iter_mut().find(|entry| entry.key.value == "blocks") else {
        return;
    };
    let Value::Mapping(blocks) = &mut blocks.value.value else {
        return;
    };
    let Some(block) = blocks.iter_mut().find(|entry| entry.key.value == name) else {
        return;
    };
    if let Value::Mapping(entries) = &mut block.value.value {
        entries.push(named("steps", steps));
    }
}

struct Expansion<'a> {
    blocks: &'a mut Definitions,
    variables: &'a mut Variables,
    origins: &'a mut Provenance,
    found: &'a mut Vec<Diagnostic>,
    /// The blocks that are being put in, outermost first, each with the place of its use.
    path: Vec<Spanned<String>>,
    /// How many nodes may still come; none once one use was too many, which is told once.
    left: Option<usize>,
    guesses: Guesses,
}

impl Expansion<'_> {
    /// Fills in what stands inside of `depth` lists and mappings.
    fn walk(&mut self, node: &mut Node, depth: usize) {
        match &mut node.value {
            Value::Scalar(_) => {}
            Value::Sequence(items) => items.iter_mut().for_each(|item| self.walk(item, depth + 1)),
            Value::Mapping(entries) => {
                for entry in entries
                    .iter_mut()
                    .filter(|entry| entry.key.value != EXPANDED)
                {
                    if let (true, Value::Sequence(steps)) = (
                        LISTS.contains(&entry.key.value.as_str()),
                        &mut entry.value.value,
                    ) {
                        steps.iter_mut().for_each(|step| self.step(step, depth + 2));
                    }
                    self.walk(&mut entry.value, depth + 1);
                }
            }
        }
    }

    fn step(&mut self, step: &mut Node, depth: usize) {
        let Some(Node {
            span,
            value: Value::Scalar(name),
        }) = step.get("use")
        else {
            return;
        };
        let name = Spanned::new(name.text.clone(), *span);
        let Some(mut body) = self.body(&name) else {
            return;
        };
        let arguments = self.arguments(step, &name);
        self.fill(&mut body, &name.value, &arguments);
        if depth + 1 + height(&body) > MAX_DEPTH {
            self.found.push(too_deep(&name));
            return;
        }
        self.origins.block(body.span, name.span);
        self.path.push(name);
        let mut inner = Node {
            span: body.span,
            value: Value::Mapping(vec![named("steps", body)]),
        };
        self.walk(&mut inner, depth);
        self.path.pop();
        if let (Value::Mapping(entries), Some(steps)) = (&mut step.value, take_steps(&mut inner)) {
            entries.push(named(EXPANDED, steps));
        }
    }

    /// The steps of a block that nothing uses, as far as they say something without arguments; none
    /// if another such block has shown them already.
    fn alone(&mut self, name: &str) -> Option<Node> {
        let block = &self.blocks[name];
        let name = block.name.clone();
        if block.used {
            return None;
        }
        let mut body = self.body(&name)?;
        self.fill(&mut body, &name.value, &BTreeMap::new());
        self.path.push(name);
        let mut inner = Node {
            span: body.span,
            value: Value::Mapping(vec![named("steps", body)]),
        };
        // Where it is written: in its own mapping, below `blocks`.
        self.walk(&mut inner, 2);
        self.path.pop();
        take_steps(&mut inner)
    }

    /// The steps of a block, unless it is unknown or would never end.
    fn body(&mut self, name: &Spanned<String>) -> Option<Node> {
        let Some(block) = self.blocks.get_mut(&name.value) else {
            let meant = self
                .guesses
                .did_you_mean(&name.value, self.blocks.keys().map(String::as_str));
            let help = meant.map(|meant| format!("did you mean `{meant}`?"));
            let help =
                help.unwrap_or_else(|| "define it under `blocks:`, with its steps".to_owned());
            let message = format!("there is no block `{}`", name.value);
            self.found.push(
                Diagnostic::new(codes::UNKNOWN_BLOCK, name.span, message)
                    .at("unknown block")
                    .help(help),
            );
            return None;
        };
        block.used = true;
        if let Some(start) = self.path.iter().position(|outer| outer.value == name.value) {
            self.cycle(start, name);
            return None;
        }
        if self.path.len() >= MOST_LEVELS {
            let message = format!("blocks use blocks more than {MOST_LEVELS} levels deep");
            self.found.push(
                Diagnostic::new(codes::YAML_LIMIT, name.span, message)
                    .at("one level too many")
                    .help("write these steps where they are used, without a block in between"),
            );
            return None;
        }
        let size = size(self.blocks[&name.value].steps.as_ref()?);
        if !self.pay(size, name.span) {
            return None;
        }
        self.blocks[&name.value].steps.clone()
    }

    /// Takes what a copy costs from what is left, before it is made. What is too much is told once.
    fn pay(&mut self, size: usize, at: Span) -> bool {
        let Some(left) = self.left else { return false };
        self.left = left.checked_sub(size);
        if self.left.is_none() {
            let message = format!("the blocks put in grow beyond {MOST_NODES} nodes");
            self.found.push(
                Diagnostic::new(codes::YAML_LIMIT, at, message)
                    .at("one use too many")
                    .help("blocks that use blocks multiply; write fewer uses"),
            );
        }
        self.left.is_some()
    }

    fn cycle(&mut self, start: usize, name: &Spanned<String>) {
        let path: Vec<_> = self.path[start..]
            .iter()
            .map(|block| block.value.as_str())
            .chain([name.value.as_str()])
            .collect();
        let message = format!(
            "the block `{}` uses itself: {}",
            name.value,
            path.join(" → ")
        );
        let mut finding =
            Diagnostic::new(codes::BLOCK_CYCLE, name.span, message).at("back to the start");
        for outer in self.path[start..].iter().skip(1) {
            finding = finding.label(outer.span, format!("uses `{}`", outer.value));
        }
        self.found
            .push(finding.help("steps for reuse must come to an end; take one of these uses away"));
    }

    /// The arguments of a use by parameter. What is missing or unknown is told.
    fn arguments(&mut self, step: &Node, name: &Spanned<String>) -> BTreeMap<String, Node> {
        let block = &self.blocks[&name.value];
        let with = match step.get("with").map(|with| &with.value) {
            Some(Value::Mapping(entries)) => entries.as_slice(),
            Some(Value::Scalar(_) | Value::Sequence(_)) | None => &[],
        };
        let mut arguments = BTreeMap::new();
        for Entry { key, value } in with {
            if block.parameters.contains_key(&key.value) {
                arguments.insert(key.value.clone(), value.clone());
                continue;
            }
            let meant = self
                .guesses
                .did_you_mean(&key.value, block.parameters.keys().map(String::as_str));
            let help =
                meant.map_or_else(|| takes(block), |meant| format!("did you mean `{meant}`?"));
            self.found.push(
                Diagnostic::new(
                    codes::BLOCK_ARGUMENTS,
                    key.span,
                    format!(
                        "the block `{}` has no parameter `{}`",
                        name.value, key.value
                    ),
                )
                .at("unknown parameter")
                .label(block.name.span, "the block")
                .help(help),
            );
        }
        let missing = || {
            block
                .parameters
                .iter()
                .filter(|(parameter, _)| !arguments.contains_key(*parameter))
        };
        if let Some((parameter, span)) = missing().next() {
            let needed = list(missing().map(|(parameter, _)| parameter.as_str()));
            self.found.push(
                Diagnostic::new(
                    codes::BLOCK_ARGUMENTS,
                    name.span,
                    format!("the block `{}` needs {needed}", name.value),
                )
                .at(if missing().nth(1).is_none() {
                    "an argument is missing"
                } else {
                    "arguments are missing"
                })
                .label(*span, "the parameter")
                .help(format!("write `with: {{ {parameter}: … }}`")),
            );
        }
        arguments
    }

    /// Puts the arguments in place of the parameters, and values in place of variables. An argument
    /// keeps its own place.
    fn fill(&mut self, node: &mut Node, block: &str, arguments: &BTreeMap<String, Node>) {
        match &mut node.value {
            Value::Scalar(scalar) => {
                let Some(name) = variable_name(&scalar.text).map(str::to_owned) else {
                    return;
                };
                if let Some(argument) = arguments.get(&name) {
                    if !self.pay(size(argument), node.span) {
                        return;
                    }
                    self.origins
                        .note(argument.span, node.span, &format!("`${name}` in the block"));
                    *node = argument.clone();
                } else if !self.blocks[block].parameters.contains_key(&name)
                    && let Some(value) = self.variables.value(
                        &name,
                        node.span,
                        Some((block, &self.blocks[block].parameters)),
                        self.origins,
                    )
                {
                    *scalar = value;
                }
            }
            Value::Sequence(items) => items
                .iter_mut()
                .for_each(|item| self.fill(item, block, arguments)),
            Value::Mapping(entries) => {
                entries
                    .iter_mut()
                    .for_each(|entry| self.fill(&mut entry.value, block, arguments));
            }
        }
    }
}

fn too_deep(name: &Spanned<String>) -> Diagnostic {
    let message = format!(
        "with the steps of `{}` there are more than {MAX_DEPTH} levels of lists and mappings \
            inside each other",
        name.value
    );
    Diagnostic::new(codes::YAML_LIMIT, name.span, message)
        .at("too deep for this block")
        .help("use the block further out, or write fewer steps inside each other around its uses")
}

fn takes(block: &Block) -> String {
    match list(block.parameters.keys().map(String::as_str)) {
        none if none.is_empty() => "it has no parameters".to_owned(),
        names => format!("it has {names}"),
    }
}

fn named(key: &str, value: Node) -> Entry {
    Entry {
        key: Spanned::new(key.to_owned(), value.span),
        value,
    }
}

fn size(node: &Node) -> usize {
    match &node.value {
        Value::Scalar(scalar) => 1 + scalar.text.len() / BYTES,
        Value::Sequence(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Mapping(entries) => {
            1 + entries
                .iter()
                .map(|entry| size(&entry.value))
                .sum::<usize>()
        }
    }
}
