#!/usr/bin/env bash
# Holds the dependencies against deny.toml. cargo-deny is built here once, unoptimised: a minute instead of six.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cargo install --quiet cargo-deny --version 0.20.2 --locked --no-default-features --profile dev \
  --config 'profile.dev.debug=false' --root target/tools --target-dir target/tools/build
PATH="$PWD/target/tools/bin:$PATH" cargo deny check bans licenses sources
