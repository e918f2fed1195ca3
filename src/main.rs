//! The `funnelc` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    funnelc::cli::main()
}
