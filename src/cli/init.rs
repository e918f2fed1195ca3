//! `funnelc init`: a working project in a folder, with the schema for editors beside it; nothing that is there is touched.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::output::{Stream, Terminal, write_whole};
use super::{Exit, Failure};

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
}

impl Template {
    /// The files, by name.
    fn files(self) -> [(&'static str, &'static str); 2] {
        match self {
            Self::Webshop => [
                ("funnelc.yaml", include_str!("../../examples/webshop/funnelc.yaml")),
                ("contacts.csv", include_str!("../../examples/webshop/contacts.csv")),
            ],
            Self::Lifecycle => [
                ("funnelc.yaml", include_str!("../../examples/lifecycle/funnelc.yaml")),
                ("contacts.csv", include_str!("../../examples/lifecycle/contacts.csv")),
            ],
            Self::ProductLines => [
                ("funnelc.yaml", include_str!("../../examples/product-lines/funnelc.yaml")),
                ("contacts.csv", include_str!("../../examples/product-lines/contacts.csv")),
            ],
            Self::Webinar => [
                ("funnelc.yaml", include_str!("../../examples/webinar/funnelc.yaml")),
                ("contacts.csv", include_str!("../../examples/webinar/contacts.csv")),
            ],
        }
    }
}

pub(crate) fn run(args: &Args, terminal: Terminal) -> Result<Exit, Failure> {
    let mut files: Vec<(PathBuf, String)> =
        args.template.files().iter().map(|(name, text)| (args.folder.join(name), own_schema(text))).collect();
    files.push((args.folder.join(SCHEMA), crate::schema::json_schema()));
    if let Some((taken, _)) = files.iter().find(|(path, _)| path.exists()) {
        let message = format!("`{}` is there already", taken.display());
        return Err(Failure::new(message).help("name a new folder: `funnelc init shop`"));
    }
    create(&args.folder)?;
    for (path, text) in &files {
        write_whole(path, text.as_bytes())?;
    }
    terminal.print(Stream::Out, &next_steps(&args.folder, &files)).map(|()| Exit::Fine)
}

/// The examples name the schema of this repository; a project of its own has it beside it.
fn own_schema(text: &str) -> String {
    text.replace("$schema=../../schema/funnelc.schema.json", &format!("$schema={SCHEMA}"))
}

fn create(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::new(format!("cannot create `{}`: {error}", folder.display())))
}

fn next_steps(folder: &Path, files: &[(PathBuf, String)]) -> String {
    let made: String = files.iter().map(|(path, _)| format!("  {}\n", path.display())).collect();
    let shown = quoted(folder);
    let contacts = folder.join("contacts.csv");
    let contacts = quoted(&contacts);
    format!(
        "made\n{made}\nnext\n  funnelc check {shown}\n  funnelc graph {shown} --format text\n  funnelc run {shown} --contacts {contacts} --out out\n"
    )
}

/// A path as one can paste it into a shell.
fn quoted(path: &Path) -> String {
    let shown = path.display().to_string();
    if shown.contains(|c: char| c.is_whitespace() || "'\"$&;()*?".contains(c)) {
        format!("'{}'", shown.replace('\'', "'\\''"))
    } else {
        shown
    }
}
