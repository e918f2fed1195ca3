//! funnelc, the compiler for customer journeys: YAML in git becomes findings, a drawing, a plan, and contacts that moved.
//!
//! The pipeline, which [`compile`] runs from the first to the last stop: [`yaml`] reads text into a tree of nodes with their places, [`schema`] says what may be written, [`resolve`]
//! turns it into a [`model`] of what is meant, [`graph`] and [`check`] find what is wrong with that, and [`plan`] freezes it. The [`runner`] executes a plan. [`report`] and [`diagram`]
//! render, [`cli`] is the program.

pub mod check;
pub mod cli;
pub mod diagnostic;
pub mod diagram;
pub mod diff;
pub mod graph;
pub mod model;
pub mod plan;
pub mod report;
pub mod resolve;
pub mod runner;
pub mod schema;
pub mod source;
pub mod trial;
pub mod yaml;

use diagnostic::{Diagnostic, in_order};
use model::Model;
use plan::Plan;
use schema::expand::{Expanded, Origins};
use source::{Sources, Span};

/// What became of a project's sources.
#[derive(Debug)]
pub struct Compiled {
    /// The files.
    pub sources: Sources,
    /// What they mean, as far as it could be understood.
    pub model: Model,
    /// Everything that was found, in order of place.
    pub diagnostics: Vec<Diagnostic>,
    /// The plan, if nothing that was found is an error.
    pub plan: Option<Plan>,
}

/// Compiles the files of one project. Never stops at the first mistake, and never panics on any text.
pub fn compile(sources: Sources) -> Compiled {
    compile_for(sources, None)
}

/// The same with an environment of the project laid over it.
pub fn compile_for(sources: Sources, environment: Option<&str>) -> Compiled {
    let (model, mut diagnostics, origins) = read(&sources, environment);
    diagnostics = check::weighed(&model, diagnostics);
    let (checked, found) = check::run(model, &diagnostics);
    diagnostics.extend(found);
    let (model, plan) = match checked {
        Ok(checked) => (checked.model().clone(), Some(Plan::lower(checked))),
        Err(model) => (model, None),
    };
    origins.annotate(&mut diagnostics);
    Compiled { model, diagnostics: in_order(diagnostics), plan, sources }
}

/// Whether a project has an environment of this name, as far as its text can be read.
pub fn has_environment(sources: &Sources, name: &str) -> bool {
    let roots = sources.files().filter_map(|(id, file)| yaml::parse(id, &file.text).root);
    let (root, _) = schema::merge(roots.collect());
    root.get("environments").is_some_and(|environments| environments.entry(name).is_some())
}

/// From text to meaning: what could be understood, and what could not.
fn read(sources: &Sources, environment: Option<&str>) -> (Model, Vec<Diagnostic>, Origins) {
    let mut diagnostics = Vec::new();
    let mut roots = Vec::new();
    let mut unread: Vec<Span> = Vec::new();
    for (id, file) in sources.files() {
        let parsed = yaml::parse(id, &file.text);
        diagnostics.extend(parsed.diagnostics);
        roots.extend(parsed.root);
        unread.extend(parsed.unread);
    }
    let (root, found) = schema::merge(roots);
    diagnostics.extend(found);
    let Expanded { root, origins, diagnostics: found } = schema::expand(root, environment, unread.is_empty());
    diagnostics.extend(found);
    let (project, found) = schema::decode(&root, &unread);
    diagnostics.extend(found);
    unread.extend(&project.broken);
    let (model, found) = resolve::resolve(&project, sources, &unread);
    diagnostics.extend(found);
    (model, diagnostics, origins)
}
