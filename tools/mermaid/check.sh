#!/usr/bin/env bash
# The real Mermaid must draw our graphs. Before that it must refuse a broken one, else the check proves nothing. Pictures: target/pictures.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
out=target/pictures
sources=$out/sources
rm -rf "$out"
mkdir -p "$sources"

if node tools/mermaid/render.mjs "$out" tools/mermaid/sample/refused.mmd > "$out/refused.log" 2>&1; then
  echo "Mermaid drew a file that it must refuse: tools/mermaid/sample/refused.mmd"
  exit 1
fi
grep -q 'Parse error' "$out/refused.log" || { cat "$out/refused.log"; exit 1; }

graph() { # NAME PROJECT ARGS…
  local name=$1 project=$2
  shift 2
  target/debug/funnelc graph "$project" --format mermaid "$@" > "$sources/$name.mmd"
}

cp tools/mermaid/sample/funnel.mmd "$sources/sample.mmd"
if [ -d src/diagram ] && [ -d src/cli ]; then
  cargo build --locked --quiet
  for project in examples/*/; do graph "$(basename "$project")" "$project"; done
fi
node tools/mermaid/render.mjs "$out" "$sources"/*.mmd
