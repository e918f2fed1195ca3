//! Journeys as data: under each `##` of the pages beside this file stand a project, the files of
//! its runs, and what must happen; README.md says how to add one.
//!
//! Invariant: what a page does not say must not happen. `FUNNELC_BLESS=1` writes what did happen
//! into the pages, for the journeys that are asked for.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    reason = "a test may panic, and reads the files that it needs"
)]

mod page;
mod play;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};

use page::{Journey, Page};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // A point for each is enough where nobody asks for one of them; cargo hands its own `--quiet`
    // on to its own harness only.
    arguments.quiet |= arguments.filter.is_none() && arguments.format.is_none() && !arguments.list;
    let head: Arc<str> = std::fs::read_to_string(folder().join("head.yaml"))
        .unwrap()
        .into();
    if std::env::var_os("FUNNELC_BLESS").is_some() {
        let is_asked = |name: &str| {
            arguments
                .filter
                .as_ref()
                .is_none_or(|filter| name.contains(filter))
        };
        pages()
            .into_iter()
            .for_each(|page| page.bless(&head, is_asked));
    }
    let trials = pages()
        .into_iter()
        .flat_map(|page| trials(page, &head))
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A test for each journey of a page, named by the page and the heading.
fn trials(page: Page, head: &Arc<str>) -> Vec<Trial> {
    let trial = |journey: Journey| {
        let head = Arc::clone(head);
        Trial::test(journey.name().to_owned(), move || Ok(journey.hold(&head)?))
    };
    page.into_journeys().map(trial).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/journeys")
}

/// The pages, in the order of their names.
fn pages() -> Vec<Page> {
    let paths = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let is_page = |path: &PathBuf| {
        path.extension().is_some_and(|it| it == "md") && !path.ends_with("README.md")
    };
    let mut paths: Vec<PathBuf> = paths.filter(is_page).collect();
    paths.sort();
    paths.into_iter().map(Page::read).collect()
}
