#!/usr/bin/env bash
# Annotates the findings of the projects in FUNNELC_PATH, writes them to FUNNELC_SARIF, and ends as `funnelc check` does.
. "$(dirname -- "${BASH_SOURCE[0]}")/guard.sh"

mapfile -t paths < <(grep -v '^[[:space:]]*$' <<< "${FUNNELC_PATH:-.}")
for path in "${paths[@]}"; do
  ! through_link "$path" || fail 1 "a project in \`path\` lies behind a link of the checkout; name the folder itself"
done
options=()
[ "${FUNNELC_DENY_WARNINGS:-false}" != true ] || options+=(--deny-warnings)

# A file in the checkout: a link that a pull request put there must not lead the findings to another place.
sarif() {
  local parent real
  [[ $FUNNELC_SARIF != *[[:cntrl:]]* ]] || fail 2 "the place of the SARIF file has a line end in it"
  parent=$(realpath -ms -- "$(dirname -- "$FUNNELC_SARIF")")
  real=$(realpath -m -- "$parent")
  if below "$parent" "$workspace" || below "$parent" "${GITHUB_WORKSPACE:-$workspace}"; then
    if ! below "$real" "$workspace" || below "$real" "$workspace/.git"; then
      fail 1 "the folder of the SARIF file is a link that leads out of the checkout; write another place in \`sarif\`"
    fi
  fi
  "$funnelc" check --format sarif -- "${paths[@]}" > "$folder/sarif" || true
  mkdir -p -- "$real"
  mv -fT -- "$folder/sarif" "$real/$(basename -- "$FUNNELC_SARIF")"
  printf 'sarif=%s\n' "$FUNNELC_SARIF" >> "${GITHUB_OUTPUT:-/dev/null}"
}

rc=0
"$funnelc" check "${options[@]}" --format github -- "${paths[@]}" > "$folder/commands" || rc=$?
own "$folder/commands"
# With 2 and above the projects could not be read, and there is nothing more to say about them.
[ "$rc" -lt 2 ] || fail "$rc" "the journeys could not be read; the log of this step says why"
[ -z "${FUNNELC_SARIF:-}" ] || sarif
exit "$rc"
