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

changed=false
for path in "${paths[@]}"; do
  rc=0
  rm -f "$folder/one.md"
  funnelc diff "$base" --project "$path" --format markdown --fail-on any -o "$folder/one.md" > "$folder/log" 2>&1 || rc=$?
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
