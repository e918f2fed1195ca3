//! Projects for tests: the shipped examples, fixtures, and text in the test itself, each read as
//! the program reads it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use funnelc::plan::Plan;
use funnelc::source::Sources;

/// The shipped examples.
pub(crate) const EXAMPLES: [&str; 4] = ["lifecycle", "product-lines", "webinar", "webshop"];

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The sources of an example.
pub(crate) fn example(name: &str) -> Sources {
    let path = format!("examples/{name}/funnelc.yaml");
    let text = std::fs::read_to_string(root().join(&path)).expect("the example is there");
    sources(&[(&path, &text)])
}

/// The sources of a project whose files stand in the test.
pub(crate) fn sources(files: &[(&str, &str)]) -> Sources {
    let mut sources = Sources::default();
    for (path, text) in files {
        sources.add(*path, *text);
    }
    sources
}

/// Names a folder for what is compiled, by test; so one can look at what a test is about.
pub(crate) const RECORD: &str = "FUNNELC_RECORD";

/// A project without errors.
pub(crate) fn compiled(sources: Sources) -> funnelc::Compiled {
    record(&sources);
    let compiled = funnelc::compile(sources);
    let shown = funnelc::report::text::findings(&compiled.diagnostics, &compiled.sources, PLAIN);
    assert!(compiled.plan.is_some(), "the project has errors:\n{shown}");
    compiled
}

/// How many cases a test generates: few, so that `cargo test` stays quick for whoever edits. CI
/// asks for many by `FUNNELC_CASES`, the one switch between the short and the long form of the
/// tests; no test looks at it but through this function.
pub(crate) fn cases() -> u64 {
    const FEW: u64 = 30;
    std::env::var("FUNNELC_CASES").map_or(FEW, |cases| {
        cases.parse().expect("FUNNELC_CASES is a number")
    })
}

/// The seed of the first case: `FUNNELC_FIRST`.
pub(crate) fn first() -> u64 {
    std::env::var("FUNNELC_FIRST").map_or(0, |number| {
        number.parse().expect("FUNNELC_FIRST is a number")
    })
}

/// The plan of a project without errors.
pub(crate) fn plan_of(sources: Sources) -> Plan {
    compiled(sources).plan.unwrap()
}

/// Writes the files of a project where [`RECORD`] says, under the name of the test.
pub(crate) fn record(sources: &Sources) {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let Some(folder) = std::env::var_os(RECORD) else {
        return;
    };
    let files: Vec<&str> = sources.files().map(|(_, file)| &*file.text).collect();
    let thread = std::thread::current();
    let name = format!(
        "{}@{}",
        thread.name().unwrap_or("unknown"),
        COUNT.fetch_add(1, Ordering::Relaxed)
    );
    std::fs::write(
        Path::new(&folder).join(name),
        serde_json::to_string(&files).unwrap(),
    )
    .unwrap();
}

/// Findings as snapshots hold them.
pub(crate) const PLAIN: funnelc::report::text::Style = funnelc::report::text::Style {
    width: 100,
    color: false,
};

/// The program, run from the root of the repository, with nothing of this machine's environment
/// that shows.
pub(crate) fn funnelc(args: &[&str]) -> Run {
    funnelc_in(&root(), args)
}

/// The program, run from a folder.
pub(crate) fn funnelc_in(folder: &Path, args: &[&str]) -> Run {
    funnelc_with(folder, args, &[])
}

/// What starts a run over `contacts.csv` into `out`, with more behind it.
pub(crate) fn run_arguments<'a>(project: &'a str, now: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let fixed = ["--contacts", "contacts.csv", "--out", "out", "--now", now];
    [&["run", project], &fixed[..], more].concat()
}

/// The program, run from a folder with some variables of the environment.
pub(crate) fn funnelc_with(folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> Run {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_funnelc"))
        .args(args)
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .env_remove("COLUMNS")
        .envs(variables.iter().copied())
        .output()
        .expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes UTF-8");
    Run {
        code: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// What a run of the program gave.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}
