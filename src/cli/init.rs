//! `funnelc init`: a working project in a folder, with the schema for editors beside it; nothing
//! that is there is touched.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::output::{Stream, Terminal, write_whole};
use super::shell::quoted;
use super::{CliError, Exit};

/// Each run has a folder of its own; the next ones are better named by their time.
const FIRST: &str = "first";

const SCHEMA: &str = "funnelc.schema.json";

/// The arguments of `funnelc init`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder; it is created where it does not exist
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// What to start from
    #[arg(long, value_name = "NAME", default_value = "webshop")]
    template: Template,
}

/// The projects to start from: the shipped examples.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Template {
    /// A shop's six stages, from unknown to loyal, and the way back for those who went silent
    Webshop,
    /// Seven stages from subscriber to ambassador, with the criteria of a qualified lead
    Lifecycle,
    /// Several funnels for one contact: late in one, new in another
    ProductLines,
    /// Before and after a webinar
    Webinar,
    /// A newsletter's first weeks, with answers to what people do
    Welcome,
    /// Leads of companies, scored by what they do and where they work
    #[value(name = "b2b-leads")]
    B2bLeads,
}

/// A file of an example: its name, and its text.
macro_rules! file {
    ($example:literal, $name:literal) => {
        (
            $name,
            include_str!(concat!("../../examples/", $example, "/", $name)),
        )
    };
}

impl Template {
    /// The files, by name.
    fn files(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Webshop => &[
                file!("webshop", "funnelc.yaml"),
                file!("webshop", "contacts.csv"),
            ],
            Self::Lifecycle => &[
                file!("lifecycle", "funnelc.yaml"),
                file!("lifecycle", "contacts.csv"),
            ],
            Self::ProductLines => &[
                file!("product-lines", "funnelc.yaml"),
                file!("product-lines", "contacts.csv"),
            ],
            Self::Webinar => &[
                file!("webinar", "funnelc.yaml"),
                file!("webinar", "contacts.csv"),
            ],
            Self::Welcome => &[
                file!("welcome", "funnelc.yaml"),
                file!("welcome", "contacts.csv"),
                file!("welcome", "events.csv"),
                file!("welcome", "staff.csv"),
                file!("welcome", "asleep.csv"),
                file!("welcome", "mails/hello.html"),
            ],
            Self::B2bLeads => &[
                file!("b2b-leads", "funnelc.yaml"),
                file!("b2b-leads", "contacts.csv"),
                file!("b2b-leads", "companies.csv"),
                file!("b2b-leads", "events.csv"),
            ],
        }
    }
}

pub(crate) fn run(args: &Args, terminal: Terminal) -> Result<Exit, CliError> {
    let mut files: Vec<(PathBuf, String)> = args
        .template
        .files()
        .iter()
        .map(|(name, text)| (args.folder.join(name), own_schema(text)))
        .collect();
    files.push((args.folder.join(SCHEMA), crate::schema::json_schema()));
    if let Some(taken) = files.iter().find_map(|(path, _)| taken(&args.folder, path)) {
        let link = if taken.is_symlink() {
            ", as a link"
        } else {
            ""
        };
        let message = format!("`{}` is there already{link}", taken.display());
        return Err(CliError::new(message).help("name a new folder: `funnelc init shop`"));
    }
    for (path, text) in &files {
        create(path.parent().unwrap_or(&args.folder))?;
        write_whole(path, text.as_bytes())?;
    }
    terminal
        .print(Stream::Out, &next_steps(&args.folder, &files))
        .map(|()| Exit::Fine)
}

/// What stands in the way of a file: something in its place, or a link on the way to it below the
/// folder.
fn taken<'a>(folder: &Path, file: &'a Path) -> Option<&'a Path> {
    let mut way = file.ancestors().take_while(|path| *path != folder);
    way.find(|path| path.is_symlink() || (*path == file && path.exists()))
}

/// The examples name the schema of this repository; a project of its own has it beside it.
fn own_schema(text: &str) -> String {
    text.replace(
        "$schema=../../schema/funnelc.schema.json",
        &format!("$schema={SCHEMA}"),
    )
}

fn create(folder: &Path) -> Result<(), CliError> {
    std::fs::create_dir_all(folder)
        .map_err(|error| CliError::new(format!("cannot create `{}`: {error}", folder.display())))
}

fn next_steps(folder: &Path, files: &[(PathBuf, String)]) -> String {
    let made: String = files
        .iter()
        .map(|(path, _)| format!("  {}\n", path.display()))
        .collect();
    let shown = quoted(&folder.display().to_string());
    let inputs: String = ["contacts", "companies", "events"]
        .into_iter()
        .map(|input| (input, folder.join(input).with_extension("csv")))
        .filter(|(_, path)| files.iter().any(|(made, _)| made == path))
        .map(|(input, path)| format!(" --{input} {}", quoted(&path.display().to_string())))
        .collect();
    format!(
        "made\n{made}\nnext\n  funnelc check {shown}\n  funnelc graph {shown} --format text\n  \
            funnelc run {shown}{inputs} --dry-run\n  funnelc run {shown}{inputs} --state state --out runs/{FIRST}\n"
    )
}
