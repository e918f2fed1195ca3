#!/usr/bin/env bash
# Real readers must draw our graphs: Mermaid 11 and 12 in Chromium, legible in a narrow column, and Graphviz. Before that Mermaid must refuse a broken
# drawing, else the check proves nothing. Drawn are the whole of each example, each of its campaigns, what leads from one example to another, and a
# project made of what is hard to draw. Pictures: target/pictures.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
out=target/pictures
sources=$out/sources
awkward=tools/mermaid/sample/awkward.yaml
rm -rf "$out"
mkdir -p "$sources"

if node tools/mermaid/render.mjs "$out" tools/mermaid/sample/refused.mmd > "$out/refused.log" 2>&1; then
  echo "Mermaid drew a file that it must refuse: tools/mermaid/sample/refused.mmd"
  exit 1
fi
grep -q 'Parse error' "$out/refused.log" || { cat "$out/refused.log"; exit 1; }

# graph NAME PROJECT ARGS…: a project with errors is drawn too, and exits 1.
graph() {
  local name=$1 project=$2 rc=0
  shift 2
  target/debug/funnelc graph "$project" --format mermaid "$@" > "$sources/$name.mmd" || rc=$?
  [ "$rc" -le 1 ] || return "$rc"
  target/debug/funnelc graph "$project" --format dot "$@" > "$sources/$name.dot" 2> /dev/null || rc=$?
  [ "$rc" -le 1 ]
}

campaigns() { # PROJECT
  target/debug/funnelc plan "$1" 2> /dev/null |
    node -e 'const { plan } = JSON.parse(require("fs").readFileSync(0)); console.log(Object.keys(plan.campaigns ?? {}).join("\n"))'
}

cargo build --locked --quiet
for project in examples/*/; do
  name=$(basename "$project")
  graph "$name" "$project"
  for campaign in $(campaigns "$project"); do graph "$name.${campaign//\//-}" "$project" --campaign "$campaign"; done
done
change() { # BASE HEAD
  target/debug/funnelc diff "examples/$1" "examples/$2" --format markdown |
    awk '/^```mermaid/ { inside = 1; next } /^```/ { inside = 0 } inside' > "$sources/from-$1-to-$2.mmd"
}
change webshop lifecycle
change product-lines b2b-leads
graph awkward "$awkward" 2> /dev/null
graph awkward.style "$awkward" --campaign style 2> /dev/null

node tools/mermaid/render.mjs "$out" "$sources"/*.mmd
for drawing in "$sources"/*.dot; do dot -Tsvg -o /dev/null "$drawing"; done
echo "graphviz: $(ls "$sources"/*.dot | wc -l) drawn"
