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

# A name need not be UTF-8, and an entry of the base is `100644 blob HASH<tab>PATH`: a link is no project.
of_base() { # PATH: the projects at the base, by their files from there
  (cd -P -- "$1" && git ls-tree -r -z "$base") |
    { LC_ALL=C grep -azP '(?s)^100[0-7]+ blob [0-9a-f]+\t(.*/)?funnelc\.ya?ml$' || true; } | LC_ALL=C cut -zf2- | below_it
}

of_head() { # PATH: those in the checkout; `check` refuses one that is a link
  (cd -P -- "$1" && find -P . -mindepth 1 -name '.*' -prune -o \( -type f -o -type l \) \( -name funnelc.yaml -o -name funnelc.yml \) -printf '%P\0' || true) | below_it
}

below_it() { # those of files that stand in folders below, none of which is hidden
  local file
  LC_ALL=C sort -zu | while IFS= read -rd '' file; do
    [[ $file != */* || /$file == */.* ]] || printf '%s\0' "$file"
  done
}

# What the base has comes first, for it alone can be changed or taken away: no number of new projects hides that.
inner() { # PATH: the projects below a folder as `check` finds them, by their files from there; that of the folder itself is none
  of_base "$1" > "$folder/base"
  cat "$folder/base"
  of_head "$1" | LC_ALL=C comm -z13 "$folder/base" -
}

has_project() { # PATH: whether a project stands in a folder or above it, here or at the base; of one outside the checkout nothing is known
  local at name
  at=$(realpath -ms -- "$1")
  below "$at" "$workspace" || return 0
  while below "$at" "$workspace"; do
    for name in funnelc.yaml funnelc.yml; do
      [ ! -e "$at/$name" ] && [ ! -L "$at/$name" ] && ! git -C "$workspace" cat-file -e "$base:./${at#"$workspace"}/$name" 2> /dev/null || return 0
    done
    at=$(dirname -- "$at")
  done
  return 1
}

compare() { # PROJECT FILE [OPTION]…: what is said goes into the file, which is not there otherwise
  "$funnelc" diff --base="$base" --project="$1" "${@:3}" --format markdown --longest 1000000 --fail-on any -o "$2"
}

count=0
look() { # PROJECT [OPTION]…: compares, and leaves in `rc` and `said` how that ended and the file for what is said
  rc=0
  said=$folder/$count.md
  count=$((count + 1))
  # Behind a link the base would be that of another project.
  through_link "$1" && rc=3 || compare "$1" "$said" "${@:2}" || rc=$?
  [ "$rc" -eq 0 ] || changed=true
  if [ -f "$said" ]; then
    :
  elif [ "$rc" -eq 1 ]; then
    printf 'This project does not compile, here or at the base of this pull request%s, and is not compared; the annotations and the log say why.\n' "${2:+, or does not fit the contacts}" > "$said"
  else
    # Such as a project that is new in this pull request.
    printf 'This project could not be compared with the base of this pull request; the log says why.\n' > "$said"
  fi
}

: > "$folder/left"
for path in "${paths[@]}"; do
  uses+=${path//[[:cntrl:]]/ }$'\n'
  files=()
  if [ -d "$path" ] && ! through_link "$path"; then
    inner "$path" > "$folder/inner"
    mapfile -d '' files < "$folder/inner"
  fi
  # Of a folder that is no project itself, and stands in none, there is nothing to say but what stands below.
  if [ "${#files[@]}" -eq 0 ] || has_project "$path"; then
    look "$path" "${people[@]}"
    parts+=("$path" "$said")
  fi
  for file in "${files[@]}"; do
    # As many as a comment has room for, and a command for arguments.
    if [ "${#parts[@]}" -ge 200 ]; then
      changed=true
      printf '%s\0' "${path%/}/${file%/*}" >> "$folder/left"
      continue
    fi
    # By its file: where that is gone, the project around it would be compared in its place. The people are those of the project in `path`.
    look "${path%/}/$file"
    [ "$rc" -eq 0 ] || parts+=("${path%/}/${file%/*}" "$said")
  done
done
[ "${#parts[@]}" -gt 0 ] || {
  printf 'Nothing changes in the projects below.\n' > "$folder/none.md"
  parts=("${paths[0]}" "$folder/none.md")
}

rc=0
FUNNELC_USES=$uses FUNNELC_LEFT=$folder/left GITHUB_TOKEN=${GITHUB_TOKEN:-} node "$here/comment.mjs" "$changed" "${parts[@]}" > "$folder/commands" || rc=$?
own "$folder/commands"
exit "$rc"
