//! `funnelc graph`: a drawing of what could be understood, with the mistakes marked.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::kept::Kept;
use super::output::{Stream, Terminal};
use super::shell::quoted;
use super::{CliError, Exit, project};
use crate::diagram::{self, Filter, TooLarge};
use crate::graph::{Journey, NodeKind};
use crate::report::text;

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
    /// The language of the drawing
    #[arg(long, default_value = "mermaid")]
    format: Format,
    /// Draw this funnel only
    #[arg(long, value_name = "ID")]
    funnel: Option<String>,
    /// Draw this campaign only
    #[arg(long, value_name = "ID")]
    campaign: Option<String>,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The languages of drawings.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For Markdown on GitHub, GitLab and elsewhere
    Mermaid,
    /// For Graphviz
    Dot,
    /// An outline for the terminal
    Text,
}

pub(crate) fn run(args: &Args, terminal: Terminal) -> Result<Exit, CliError> {
    if let Some(file) = args.output.as_deref() {
        refuse_picture(args, file)?;
    }
    let compiled = crate::compile_for(project::load(args.path.as_deref())?, args.env.as_deref());
    let journey = Journey::of(&compiled.model).marked(&compiled.diagnostics);
    let filter = Filter::only(&journey, args.funnel.as_deref(), args.campaign.as_deref());
    let filter = filter.map_err(|unknown| CliError::usage(unknown.to_string()))?;
    let (drawing, too_large) = match args.format {
        Format::Mermaid => {
            let chart = diagram::mermaid(&journey, &filter);
            let too_large = chart.too_large();
            (chart.text, too_large)
        }
        Format::Dot => (diagram::dot(&journey, &filter), None),
        Format::Text => (diagram::text(&journey, &filter), None),
    };
    let kept = Kept::of(&compiled.sources).and([args.path.as_deref()]);
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

/// Kinds of pictures, and whether the program of Mermaid writes them too.
const PICTURES: &[(&str, bool)] = &[
    ("png", true),
    ("svg", true),
    ("pdf", true),
    ("jpg", false),
    ("jpeg", false),
    ("gif", false),
];

/// A file of text with the name of a picture would open nowhere.
fn refuse_picture(args: &Args, file: &Path) -> Result<(), CliError> {
    let ending = file
        .extension()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    let Some((kind, by_mermaid)) = PICTURES.iter().find(|(kind, _)| *kind == ending) else {
        return Ok(());
    };
    let name = quoted(&file.display().to_string());
    let graphviz = format!(
        "`{} --format dot | dot -T{kind} > {name}`, which needs Graphviz",
        command(args)
    );
    let mermaid = format!(
        ", or `{} | npx @mermaid-js/mermaid-cli -i - -o {name}`",
        command(args)
    );
    let message =
        "graph writes text that other programs draw (Mermaid, DOT, an outline), and no picture";
    let help = if *by_mermaid {
        graphviz + &mermaid
    } else {
        graphviz
    };
    Err(CliError::usage(message)
        .of(file)
        .help(format!("write {help}")))
}

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
            in its place\n  help: {parts}let Graphviz draw it: `{} --format dot | dot -Tsvg > journey.svg`\n",
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
