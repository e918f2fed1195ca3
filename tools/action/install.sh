#!/usr/bin/env bash
# Builds funnelc with the Rust of the machine, and says in the output `funnelc` where the program is.
. "${BASH_SOURCE[0]%/*}/guard.sh"

# Rustup and cargo look for settings in the current folder and above it, so that must not be the checkout.
cd -- "$here/../.."
cargo install --quiet --locked --path . --root "$RUNNER_TEMP/funnelc" --target-dir "$RUNNER_TEMP/funnelc-build" ||
  fail 1 "funnelc could not be built; it needs Rust 1.95 or newer on the runner, and what cargo said is in the log of this step"
printf 'funnelc=%s\n' "$RUNNER_TEMP/funnelc/bin/funnelc" >> "${GITHUB_OUTPUT:-/dev/null}"
