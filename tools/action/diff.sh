#!/usr/bin/env bash
# Says in one comment on the pull request, and in the summary of the job, what leads from FUNNELC_BASE to the projects in FUNNELC_PATH.
# A pull request that changes nothing gets no comment; a comment that is there already is brought up to date.
. "${BASH_SOURCE[0]%/*}/guard.sh"

# Only the comment needs it.
export -n GITHUB_TOKEN

projects

# The whole hash: a branch or a folder can be called like anything shorter.
base=${FUNNELC_BASE:-}
[[ $base =~ ^([0-9a-f]{40}|[0-9a-f]{64})$ ]] || fail 2 "the base of the pull request is no hash of a commit"

# A shallow checkout has the merge only.
git cat-file -e "$base^{commit}" 2> /dev/null ||
  git fetch --quiet --no-tags --no-recurse-submodules --no-write-fetch-head --depth=1 origin "$base" ||
  fail 1 "the base of the pull request is not in the checkout and cannot be fetched; give actions/checkout \`fetch-depth: 0\`"

# What the change does to people, where there is a file of them; each value is one argument, whatever stands in it.
people=()
if [ -n "${FUNNELC_CONTACTS:-}" ]; then
  people+=("--contacts=$FUNNELC_CONTACTS")
  [ -z "${FUNNELC_COMPANIES:-}" ] || people+=("--companies=$FUNNELC_COMPANIES")
  [ -z "${FUNNELC_EVENTS:-}" ] || people+=("--events=$FUNNELC_EVENTS")
  [ -z "${FUNNELC_STATE:-}" ] || people+=("--state=$FUNNELC_STATE")
elif [ -n "${FUNNELC_COMPANIES:-}${FUNNELC_EVENTS:-}${FUNNELC_STATE:-}" ]; then
  fail 2 "companies, events and state need contacts"
fi

for file in "${people[@]}"; do
  # Of the machine it could show what is nobody's business.
  ! through_link "${file#*=}" || fail 1 "contacts, companies, events or state lie behind a link of the checkout; name where they are"
done

# A project that cannot be compared counts as changed: nobody may hide a change by making it incomparable. The summary has room for more than a comment.
changed=false
parts=()
uses=

inner() { # PATH: the projects below a folder as `check` finds them, here or at the base, by their files from there; that of the folder itself is none
  local file
  {
    find -P . -mindepth 1 -name '.*' -prune -o -type f \( -name funnelc.yaml -o -name funnelc.yml \) -printf '%P\0' || true
    # What a pull request takes away changes, too; a link is no project.
    git ls-tree -r -z "$base" | grep -azP '(?s)^100[0-7]+ blob [0-9a-f]+\t(.*/)?funnelc\.ya?ml$' | cut -zf2-
  } | LC_ALL=C sort -zu | while IFS= read -rd '' file; do
    [[ $file != */* || /$file == */.* ]] || printf '%s\0' "$file"
  done
}

plain() { # NAME: in one line, and without what ends a word of code
  local name=${1//\`/\'}
  printf '%s' "${name//[[:cntrl:]]/ }"
}

compare() { # PROJECT FILE [OPTION]…: what is said goes into the file
  "$funnelc" diff --base="$base" --project="$1" "${@:3}" --format markdown --longest 1000000 --fail-on any -o "$2"
}

for path in "${paths[@]}"; do
  rc=0
  said=$folder/${#parts[@]}.md
  # Behind a link the base would be that of another project.
  through_link "$path" && rc=3 || compare "$path" "$said" "${people[@]}" || rc=$?
  [ "$rc" -eq 0 ] || changed=true
  name=$(plain "$path")
  uses+=$name$'\n'
  if [ -f "$said" ]; then
    :
  elif [ "$rc" -eq 1 ]; then
    printf '`%s` does not compile, here or at the base of this pull request%s, and is not compared; the annotations and the log say why.\n' "$name" "${people:+, or does not fit the contacts}" > "$said"
  else
    # Such as a project that is new in this pull request.
    printf '`%s` could not be compared with the base of this pull request; the log says why.\n' "$name" > "$said"
  fi
  parts+=("$name" "$said")
  ! through_link "$path" && [ -d "$path" ] || continue
  mapfile -d '' files < <(cd -P -- "$path" && inner)
  left=0
  for file in "${files[@]}"; do
    # As many as a comment has room for, and a command for arguments.
    [ "${#parts[@]}" -lt 200 ] || { left=$((left + 1)); continue; }
    rc=0
    said=$folder/${#parts[@]}.md
    # By its file: where that is gone, the project around it would be compared in its place. The people are those of the project in `path`.
    compare "${path%/}/$file" "$said" || rc=$?
    [ "$rc" -ne 0 ] || continue
    changed=true
    name=$(plain "${path%/}/${file%/*}")
    [ -f "$said" ] || printf '`%s` could not be compared with the base of this pull request; the log says why.\n' "$name" > "$said"
    parts+=("$name" "$said")
  done
  [ "$left" -eq 0 ] || {
    changed=true
    said=$folder/${#parts[@]}.md
    printf '%s more projects below `%s` are not compared: name them in `path`.\n' "$left" "$(plain "$path")" > "$said"
    parts+=("$(plain "$path"): not compared" "$said")
  }
done

rc=0
FUNNELC_USES=$uses GITHUB_TOKEN=${GITHUB_TOKEN:-} node "$here/comment.mjs" "$changed" "${parts[@]}" > "$folder/commands" || rc=$?
own "$folder/commands"
exit "$rc"
