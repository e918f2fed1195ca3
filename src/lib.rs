//! funnelc, the compiler for customer journeys: YAML in git becomes findings, a drawing, a plan,
//! and contacts that moved.
//!
//! The pipeline, which [`compile`] runs from the first to the last stop: [`yaml`] reads text into a
//! tree of nodes with their places, [`schema`] says what may be written, [`resolve`] turns it into
//! a [`model`] of what is meant, [`graph`] and [`check`] find what is wrong with that, and [`plan`]
//! freezes it. The [`runner`] executes a plan. [`report`] and [`diagram`] render, [`cli`] is the
//! program.

pub mod assume;
pub mod baseline;
pub mod check;
pub mod cli;
pub mod diagnostic;
pub mod diagram;
pub mod diff;
pub mod graph;
mod json_schema;
pub mod language;
pub mod model;
pub mod plan;
pub mod report;
pub mod resolve;
pub mod runner;
pub mod schema;
pub mod screen;
pub mod source;
pub mod status;
pub mod testing;
pub mod why;
pub mod yaml;

use std::collections::BTreeSet;

use baseline::Baseline;
use diagnostic::{Diagnostic, Severity, codes, in_order};
use model::Model;
use plan::Plan;
use schema::expand::{Expanded, Provenance};
use screen::one_line;
use source::{Refused, Sources, Span, Spanned};
use yaml::node::{Node, Value};
use yaml::secrets::Secrets;

/// What became of a project's sources.
#[derive(Debug)]
pub struct Compiled {
    /// The files.
    pub sources: Sources,
    /// What they mean, as far as it could be understood.
    pub model: Model,
    /// Everything that was found, in order of place.
    pub diagnostics: Vec<Diagnostic>,
    /// What was not read because of a mistake of syntax before it.
    pub unread: Vec<Span>,
    /// The plan, if nothing that was found is an error.
    pub plan: Option<Plan>,
    /// The names of its environments, as they are written.
    pub environments: Vec<String>,
    /// How many warnings are not among the findings, because they stand in the project's baseline.
    pub left_out: usize,
}

/// Compiles the files of one project. Never stops at the first mistake, and never panics on any
/// text.
pub fn compile(sources: Sources) -> Compiled {
    compile_for(sources, None)
}

/// The same with an environment of the project laid over it.
pub fn compile_for(sources: Sources, environment: Option<&str>) -> Compiled {
    let read = read(&sources, environment);
    compiled(sources, read, environment)
}

fn compiled(sources: Sources, mut read: Read, environment: Option<&str>) -> Compiled {
    let (baseline, found) = baseline_of(&read.model, &sources);
    read.diagnostics.extend(found);
    let mut compiled = checked(sources, read);
    if let Some(baseline) = baseline {
        leave_out(&mut compiled, &baseline, environment.is_none());
    }
    compiled
}

/// The same, and every opinion is told that is off where the project says nothing.
pub fn compile_pedantic(sources: Sources, environment: Option<&str>) -> Compiled {
    let mut read = read(&sources, environment);
    check::turn_on_opinions(&mut read.model);
    compiled(sources, read, environment)
}

/// The baseline of a project as it is now, and how many warnings stand in it.
pub fn baseline_for(compiled: &Compiled) -> (String, usize) {
    baseline::write(
        &tree(&compiled.sources),
        &compiled.sources,
        &compiled.diagnostics,
    )
}

/// Compiles the files of one project and tells every warning, also those that stand in its
/// baseline, whose file need not be there.
pub fn compile_anew(sources: Sources) -> Compiled {
    let read = read(&sources, None);
    checked(sources, read)
}

/// The names of a project's environments, as they are written, as far as its text can be read.
pub fn environments(sources: &Sources) -> Vec<String> {
    environments_in(&tree(sources))
}

fn environments_in(root: &Node) -> Vec<String> {
    let names = |node: &Node| match &node.value {
        Value::Mapping(entries) => entries.iter().map(|it| it.key.value.clone()).collect(),
        Value::Scalar(_) | Value::Sequence(_) => Vec::new(),
    };
    root.get("environments").map(names).unwrap_or_default()
}

/// Compiles the files of one project as they are, and tells the errors and plain secrets that there
/// are besides with each of its environments; what is only odd there may well be so for a test.
pub fn compile_with_environments(sources: Sources, pedantic: bool) -> Compiled {
    let mut compiled = if pedantic {
        compile_pedantic(sources, None)
    } else {
        compile(sources)
    };
    if compiled.environments.is_empty() {
        return compiled;
    }
    let what = |it: &Diagnostic| (it.primary.span, it.code, it.message.clone());
    let mut known: BTreeSet<_> = compiled.diagnostics.iter().map(what).collect();
    for name in compiled.environments.clone() {
        if !schema::is_id(&name) {
            continue;
        }
        let with = compile_for(compiled.sources.clone(), Some(&name));
        for mut finding in with.diagnostics {
            let counts = finding.severity == Severity::Error || finding.code == codes::PLAIN_SECRET;
            if counts && known.insert(what(&finding)) {
                finding.message += &format!(", in the environment `{}`", one_line(&name));
                compiled.diagnostics.push(finding);
            }
        }
    }
    compiled.diagnostics = in_order(compiled.diagnostics);
    compiled
}

fn checked(sources: Sources, read: Read) -> Compiled {
    let Read {
        model,
        mut diagnostics,
        origins,
        unread,
        environments,
    } = read;
    diagnostics = check::apply_severity(&model, diagnostics);
    let (checked, found) = check::run(model, &diagnostics);
    diagnostics.extend(found);
    let (model, plan) = match checked {
        Ok(checked) => (checked.model().clone(), Some(Plan::lower(checked))),
        Err(model) => (model, None),
    };
    origins.annotate(&mut diagnostics);
    Secrets::of(&diagnostics, &sources).take_out(&mut diagnostics);
    Compiled {
        model,
        diagnostics: in_order(diagnostics),
        unread,
        plan,
        sources,
        environments,
        left_out: 0,
    }
}

/// What the project names as its baseline.
fn baseline_of(model: &Model, sources: &Sources) -> (Option<Baseline>, Vec<Diagnostic>) {
    let Some(Spanned { value: name, span }) = &model.baseline else {
        return (None, Vec::new());
    };
    if let Some((id, file)) = sources.attached(name) {
        let (baseline, found) = baseline::read(id, &file.text);
        return (Some(baseline), found);
    }
    let found = match sources.refused(name) {
        Some(Refused { why, .. }) => Diagnostic::new(
            codes::MISSING_FILE,
            *span,
            format!("`{}` is not read: {why}", screen::shortened(name, 200)),
        )
        .at("not a file of this project")
        .help("a baseline lies in the project's folder"),
        None => Diagnostic::new(
            codes::MISSING_FILE,
            *span,
            format!("there is no file `{name}`"),
        )
        .at("no such file")
        .help("`funnelc check --write-baseline` writes it"),
    };
    (None, vec![found])
}

/// With an environment other warnings are found than without, and with an error fewer; so nothing
/// is called stale then.
fn leave_out(compiled: &mut Compiled, baseline: &Baseline, whole: bool) {
    let sources = &compiled.sources;
    let settled = baseline.settle(&tree(sources), sources, &compiled.diagnostics);
    (compiled.diagnostics, compiled.left_out) = (settled.told, settled.left_out);
    if !whole || compiled.plan.is_none() {
        return;
    }
    let stale = check::apply_severity(&compiled.model, settled.stale);
    if stale
        .iter()
        .any(|finding| finding.severity == Severity::Error)
    {
        compiled.plan = None;
    }
    compiled.diagnostics.extend(stale);
    compiled.diagnostics = in_order(std::mem::take(&mut compiled.diagnostics));
}

/// The files as one tree, as far as they can be read.
fn tree(sources: &Sources) -> Node {
    let roots = sources
        .files()
        .filter_map(|(id, file)| yaml::parse(id, &file.text).root);
    schema::merge(roots.collect()).0
}

/// What could be read of a project.
struct Read {
    model: Model,
    diagnostics: Vec<Diagnostic>,
    origins: Provenance,
    unread: Vec<Span>,
    environments: Vec<String>,
}

/// A project and its environments may come to so many bytes, for each of them costs as much as the
/// project.
const MOST_TOGETHER: usize = 8 << 20;

fn too_much_together(root: &Node, sources: &Sources, environments: usize) -> Option<Diagnostic> {
    let bytes: usize = sources.files().map(|(_, file)| file.text.len()).sum();
    let place = root.entry("environments")?.key.span;
    (bytes.saturating_mul(environments) > MOST_TOGETHER).then(|| {
        let message = format!(
            "{environments} environments of a project of {bytes} bytes are too much: each is checked \
                and compared like a project, and together they may have {MOST_TOGETHER} bytes (8 MiB)"
        );
        Diagnostic::new(codes::YAML_LIMIT, place, message)
            .at("too much together")
            .help("keep fewer environments, or make projects of their own of what differs much")
    })
}

/// From text to meaning: what could be understood, and what could not.
fn read(sources: &Sources, environment: Option<&str>) -> Read {
    let mut diagnostics = Vec::new();
    let mut roots = Vec::new();
    let mut unread: Vec<Span> = Vec::new();
    for (id, file) in sources.files() {
        if let Some(bytes) = file.too_large {
            diagnostics.push(yaml::too_large(id, bytes));
            unread.push(Span::new(id, 0..0));
            continue;
        }
        let parsed = yaml::parse(id, &file.text);
        diagnostics.extend(parsed.diagnostics);
        roots.extend(parsed.root);
        unread.extend(parsed.unread);
    }
    let (root, found) = schema::merge(roots);
    diagnostics.extend(found);
    let environments = environments_in(&root);
    diagnostics.extend(too_much_together(&root, sources, environments.len()));
    let Expanded {
        root,
        origins,
        diagnostics: found,
    } = schema::expand(root, environment, unread.is_empty());
    diagnostics.extend(found);
    let (project, found) = schema::decode(&root, &unread);
    diagnostics.extend(found);
    let unsure = [unread.as_slice(), &project.broken].concat();
    let (model, found) = resolve::resolve(&project, sources, &unsure);
    diagnostics.extend(found);
    Read {
        model,
        diagnostics,
        origins,
        unread,
        environments,
    }
}
