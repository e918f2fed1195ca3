#!/usr/bin/env bash
# Annotates the findings of the projects in FUNNELC_PATH, writes them to FUNNELC_SARIF, and ends as `funnelc check` does.
set -euo pipefail

mapfile -t paths < <(grep -v '^[[:space:]]*$' <<< "${FUNNELC_PATH:-.}")
options=()
[ "${FUNNELC_DENY_WARNINGS:-false}" != true ] || options+=(--deny-warnings)

rc=0
funnelc check "${options[@]}" --format github -- "${paths[@]}" || rc=$?
# With 2 and above the projects could not be read, and there is nothing more to say about them.
if [ "$rc" -lt 2 ] && [ -n "${FUNNELC_SARIF:-}" ]; then
  mkdir -p "$(dirname "$FUNNELC_SARIF")"
  funnelc check --format sarif -- "${paths[@]}" > "$FUNNELC_SARIF" || true
  echo "sarif=$FUNNELC_SARIF" >> "$GITHUB_OUTPUT"
fi
exit "$rc"
