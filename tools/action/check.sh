#!/usr/bin/env bash
# Annotates the findings of the projects in FUNNELC_PATH, writes them to FUNNELC_SARIF, and ends as `funnelc check` does.
. "${BASH_SOURCE[0]%/*}/guard.sh"

projects
for path in "${paths[@]}"; do
  ! through_link "$path" || fail 1 "a project in \`path\` lies behind a link of the checkout; name the folder itself"
done
options=()
[ "${FUNNELC_DENY_WARNINGS:-false}" != true ] || options+=(--deny-warnings)

# A file in the checkout: a link that a pull request put there must not lead the findings to another place, and a file that it put there is not ours.
sarif_place() {
  local parent
  [[ $FUNNELC_SARIF != *[[:cntrl:]]* ]] || fail 2 "the place of the SARIF file has a line end in it"
  parent=$(realpath -ms -- "$(dirname -- "$FUNNELC_SARIF")")
  place=$(realpath -m -- "$parent")
  if below "$parent" "$workspace" || below "$parent" "${GITHUB_WORKSPACE:-$workspace}"; then
    if ! below "$place" "$workspace" || below "$place" "$workspace/.git"; then
      fail 1 "the folder of the SARIF file is a link that leads out of the checkout; write another place in \`sarif\`"
    fi
  fi
  place+=/$(basename -- "$FUNNELC_SARIF")
  if [ -d "$place" ] && [ ! -L "$place" ]; then
    fail 1 "a folder stands where the SARIF file goes; remove it from the repository, or write another place in \`sarif\`"
  fi
  rm -f -- "$place"
}

sarif() {
  local rc=0
  "$funnelc" check --format sarif -- "${paths[@]}" > "$folder/sarif" || rc=$?
  # With 1 there are findings; what is above was not written to its end.
  [ "$rc" -lt 2 ] || fail "$rc" "the SARIF file could not be written; the log of this step says why"
  mkdir -p -- "$(dirname -- "$place")" || fail 1 "the folder of the SARIF file cannot be made; write another place in \`sarif\`"
  mv -fT -- "$folder/sarif" "$place"
  printf 'sarif=%s\n' "$FUNNELC_SARIF" >> "${GITHUB_OUTPUT:-/dev/null}"
}

[ -z "${FUNNELC_SARIF:-}" ] || sarif_place
rc=0
"$funnelc" check "${options[@]}" --format github -- "${paths[@]}" > "$folder/commands" || rc=$?
own "$folder/commands"
# With 2 and above the projects could not be read, and there is nothing more to say about them.
[ "$rc" -lt 2 ] || fail "$rc" "the journeys could not be read; the log of this step says why"
[ -z "${FUNNELC_SARIF:-}" ] || sarif
exit "$rc"
