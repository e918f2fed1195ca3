//! `cargo xtask`: what those who work on funnelc would else do by hand. It needs nothing but Rust.

mod new_check;

use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "cargo xtask new-check CODE            writes the files of a new check that warns
cargo xtask new-check CODE --error    the same of one whose findings are proved
cargo xtask new-check CODE --off      the same of one that is an opinion, and is off where nobody asks for it";

/// What to do with a new check.
const NEXT: &str = "INSTA_UPDATE=always cargo test --test suite checks:: && git diff";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let severity = match arguments.as_slice() {
        ["new-check", _] => "warning",
        ["new-check", _, "--error"] => "error",
        ["new-check", _, "--off"] => "off",
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    match new_check::write(&root, arguments[1], severity) {
        Ok(files) => {
            for file in files {
                println!("{file}");
            }
            println!("\nnow: {NEXT}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
