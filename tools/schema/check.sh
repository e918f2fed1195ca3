#!/usr/bin/env bash
# Does the committed schema help outside our own tool? Two strangers read it: check-jsonschema validates every example and what `init`
# makes of it, and the YAML language server offers keys and flags misspelt ones.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
schema=schema/funnelc.schema.json
venv=target/tools/python

[ -x "$venv/bin/check-jsonschema" ] || {
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r tools/schema/requirements.txt
}
projects=(examples/*/funnelc.yaml)
cargo build --locked --quiet
rm -rf target/init
mkdir -p target/init
# Not every example is a template: the program says which are.
templates=$(target/debug/funnelc init target/init/none --template '?' 2>&1 | sed -n 's/.*possible values: \(.*\)\]/\1/p' | tr -d , || true)
[ -n "$templates" ] || { echo "init names no templates"; exit 1; }
for name in $templates; do
  target/debug/funnelc init "target/init/$name" --template "$name" > /dev/null
  projects+=("target/init/$name/funnelc.yaml")
done

"$venv/bin/check-jsonschema" --check-metaschema schema/*.json
"$venv/bin/check-jsonschema" --schemafile "$schema" "${projects[@]}"
if "$venv/bin/check-jsonschema" --schemafile "$schema" tools/schema/refused.yaml > target/refused.log 2>&1; then
  echo "the schema lets a misspelt key pass: tools/schema/refused.yaml"
  exit 1
fi
for project in examples/*/funnelc.yaml; do
  name=target/init/$(basename "$(dirname "$project")")
  target/debug/funnelc plan "$project" > "$name.plan.json" 2> /dev/null
  target/debug/funnelc check "$project" --format json > "$name.findings.json"
done
target/debug/funnelc check tools/schema/refused.yaml --format json > target/init/refused.findings.json && exit 1
"$venv/bin/check-jsonschema" --schemafile schema/plan.schema.json target/init/*.plan.json
"$venv/bin/check-jsonschema" --schemafile schema/findings.schema.json target/init/*.findings.json
grep -q wieght target/refused.log || { cat target/refused.log; exit 1; }
node tools/yaml-ls/check.mjs "$schema" "${projects[@]}"
