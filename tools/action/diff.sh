#!/usr/bin/env bash
# Says in one comment on the pull request, and in the summary of the job, what leads from FUNNELC_BASE to the projects in FUNNELC_PATH.
# A pull request that changes nothing gets no comment; a comment that is there already is brought up to date.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mapfile -t paths < <(grep -v '^[[:space:]]*$' <<< "${FUNNELC_PATH:-.}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# A shallow checkout has the merge only.
git cat-file -e "$FUNNELC_BASE^{commit}" 2> "$folder/none" || git fetch --quiet --depth=1 origin "$FUNNELC_BASE"
base=$(git rev-parse --short "$FUNNELC_BASE")

# What the change does to people, where there is a file of them; each value is one argument, whatever stands in it.
people=()
if [ -n "${FUNNELC_CONTACTS:-}" ]; then
  people+=("--contacts=$FUNNELC_CONTACTS")
  [ -z "${FUNNELC_COMPANIES:-}" ] || people+=("--companies=$FUNNELC_COMPANIES")
  [ -z "${FUNNELC_EVENTS:-}" ] || people+=("--events=$FUNNELC_EVENTS")
  [ -z "${FUNNELC_STATE:-}" ] || people+=("--state=$FUNNELC_STATE")
elif [ -n "${FUNNELC_COMPANIES:-}${FUNNELC_EVENTS:-}${FUNNELC_STATE:-}" ]; then
  echo "::error title=funnelc::companies, events and state need contacts"
  exit 2
fi

changed=false
for path in "${paths[@]}"; do
  rc=0
  rm -f "$folder/one.md"
  funnelc diff "$base" --project "$path" "${people[@]}" --format markdown --fail-on any -o "$folder/one.md" > "$folder/log" 2>&1 || rc=$?
  if [ -f "$folder/one.md" ]; then
    [ "$rc" -eq 0 ] || changed=true
    cat "$folder/one.md" >> "$folder/all.md"
  elif [ "$rc" -eq 1 ]; then
    printf '`%s` does not compile; the annotations say why.\n' "$path" >> "$folder/all.md"
  else
    # Such as a project that is new in this pull request.
    printf '`%s` could not be compared with the base of this pull request.\n' "$path" >> "$folder/all.md"
    # Text of others must not be read as a command of ours.
    sed 's/^/  /' "$folder/log"
  fi
done

[ -z "${GITHUB_STEP_SUMMARY:-}" ] || cat "$folder/all.md" >> "$GITHUB_STEP_SUMMARY"
if [ "$changed" = true ]; then
  node "$here/comment.mjs" "$folder/all.md"
else
  node "$here/comment.mjs" "$folder/all.md" --update-only
fi
