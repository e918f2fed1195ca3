//! `funnelc graph`: a drawing of what could be understood, with the mistakes marked.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::Value;

use super::kept::Kept;
use super::output::{Stream, Terminal};
use super::shell::quoted;
use super::{CliError, Exit, project, report, run};
use crate::diagram::{self, Filter, Overlay, TooLarge};
use crate::graph::{Journey, NodeKind};
use crate::report::{page, text};
use crate::runner::one::Ways;

/// The arguments of `funnelc graph`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A project folder or file; `-` is standard input. Default: the project around the current
    /// folder
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// Lay this environment of the project over it
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// The form of the drawing; without it that of the name behind `-o`, or else Mermaid
    #[arg(long)]
    format: Option<Format>,
    /// Draw this funnel only
    #[arg(long, value_name = "ID")]
    funnel: Option<String>,
    /// Draw this campaign only
    #[arg(long, value_name = "ID")]
    campaign: Option<String>,
    /// Show the counts of a run in a picture: its folder, or its metrics.json
    #[arg(long, value_name = "RUN")]
    overlay: Option<PathBuf>,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The forms of drawings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For Markdown on GitHub, GitLab and elsewhere
    Mermaid,
    /// For Graphviz
    Dot,
    /// An outline for the terminal
    Text,
    /// A picture, with campaigns step by step
    Svg,
}

impl Args {
    fn format(&self) -> Format {
        let of_name = || {
            let ending = ending(self.output.as_deref()?);
            (ending == "svg").then_some(Format::Svg)
        };
        self.format.or_else(of_name).unwrap_or(Format::Mermaid)
    }
}

/// What stands behind the last dot of a name, in small letters.
fn ending(file: &Path) -> String {
    let ending = file.extension().unwrap_or_default();
    ending.to_string_lossy().to_lowercase()
}

pub(crate) fn run(args: &Args, terminal: Terminal) -> Result<Exit, CliError> {
    if let Some(file) = args.output.as_deref() {
        refuse_picture(args, file)?;
    }
    let compiled = crate::compile_for(project::load(args.path.as_deref())?, args.env.as_deref());
    let journey = Journey::of(&compiled.model).marked(&compiled.diagnostics);
    let filter = Filter::only(&journey, args.funnel.as_deref(), args.campaign.as_deref());
    let filter = filter.map_err(|unknown| CliError::usage(unknown.to_string()))?;
    let overlay = args.overlay.as_deref().map(overlay).transpose()?;
    let (drawing, too_large) = match args.format() {
        Format::Mermaid => {
            let chart = diagram::mermaid(&journey, &filter);
            let too_large = chart.too_large();
            (chart.text, too_large)
        }
        Format::Dot => (diagram::dot(&journey, &filter), None),
        Format::Text => (diagram::text(&journey, &filter), None),
        Format::Svg => (diagram::svg(&journey, &filter, overlay.as_ref()), None),
    };
    let kept = Kept::of(&compiled.sources).and([args.path.as_deref(), args.overlay.as_deref()]);
    terminal.deliver(args.output.as_deref(), &drawing, &kept)?;
    if let Some(too_large) = too_large {
        terminal.say(&warning(args, &journey, too_large))?;
    }
    match text::count(&compiled.diagnostics) {
        Some(count) if compiled.plan.is_none() => {
            terminal.print(
                Stream::Err,
                &format!("drawn with {count}; `funnelc check` shows them\n"),
            )?;
            Ok(Exit::Findings)
        }
        Some(_) | None => Ok(Exit::Fine),
    }
}

/// Kinds of pictures that others make of ours.
const PICTURES: &[&str] = &["png", "pdf", "jpg", "jpeg", "gif"];

/// A file whose name says another form than it has would open nowhere.
fn refuse_picture(args: &Args, file: &Path) -> Result<(), CliError> {
    let (kind, name) = (ending(file), quoted(&file.display().to_string()));
    if kind == "svg" && args.format() != Format::Svg {
        let message = "the name says SVG, and `--format` something else";
        let help = "leave `--format` away, or name another file";
        return Err(CliError::usage(message).of(file).help(help));
    }
    if !PICTURES.contains(&kind.as_str()) {
        return Ok(());
    }
    let svg = quoted(&file.with_extension("svg").display().to_string());
    let command = command(args);
    let help = format!(
        "write `{command} -o {svg}`, or `{command} --format dot | dot -T{kind} > {name}`, which \
            needs Graphviz"
    );
    let message = "graph writes SVG, Mermaid, DOT or an outline, and no other picture";
    Err(CliError::usage(message).of(file).help(help))
}

/// The counts of a run, from its folder or its metrics.json; those on ways stand in the journal.
fn overlay(run: &Path) -> Result<Overlay, CliError> {
    let is_folder = run.is_dir();
    let file = if is_folder {
        run.join(METRICS)
    } else {
        run.to_path_buf()
    };
    let text = String::from_utf8(run::part_of_run(&file)?).unwrap_or_default();
    if !page::is_metrics(&text) {
        let message = "these are no metrics of a run that this funnelc reads";
        let help = "name the folder of a run (`--out`), or its metrics.json";
        return Err(CliError::new(message).of(&file).help(help));
    }
    let ways = if is_folder {
        report::journal(&run.join("journal.csv"))?
    } else {
        Ways::default()
    };
    let metrics: Value = serde_json::from_str(&text).unwrap_or_default();
    Ok(page::overlay(&metrics, &ways))
}

/// The file of a run that holds its counts.
const METRICS: &str = "metrics.json";

/// What to do about a drawing that Mermaid refuses.
fn warning(args: &Args, journey: &Journey, too_large: TooLarge) -> String {
    let first =
        |fits: fn(&NodeKind) -> bool| journey.graph.node_weights().find(|node| fits(&node.face));
    let part = |option: &str, fits| {
        first(fits).map(|node| format!("`{} {option} {}`", command(args), quoted(&node.id)))
    };
    let whole = args.funnel.is_none() && args.campaign.is_none();
    let funnel = part("--funnel", |face| matches!(face, NodeKind::Funnel { .. })).filter(|_| whole);
    let campaign = part("--campaign", |face| {
        matches!(face, NodeKind::Campaign { .. })
    })
    .filter(|_| whole);
    let parts: Vec<_> = funnel.into_iter().chain(campaign).collect();
    let parts = if parts.is_empty() {
        String::new()
    } else {
        format!("draw one part, as {} does; or ", parts.join(" or "))
    };
    format!(
        "warning: the drawing has {too_large}; Mermaid, also on GitHub and GitLab, shows an error \
            in its place\n  help: {parts}draw it as a picture: `{} -o journey.svg`\n",
        command(args)
    )
}

/// The command that draws the same, without the format and the file.
fn command(args: &Args) -> String {
    let path = args.path.as_ref().map(|path| path.display().to_string());
    let options = [
        ("--env", &args.env),
        ("--funnel", &args.funnel),
        ("--campaign", &args.campaign),
    ];
    let mut words = vec!["funnelc graph".to_owned()];
    words.extend(path.map(|path| quoted(&path)));
    words.extend(
        options
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name} {}", quoted(value.as_ref()?)))),
    );
    words.join(" ")
}
