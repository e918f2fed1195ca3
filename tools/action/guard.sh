# Sourced first by each script of the action. What a pull request brings is data: nothing of the checkout is run or read as a setting, and
# nothing that is printed is read by the runner as a command, but for what `own` prints.
# shellcheck shell=bash
set -euo pipefail

# One stream: between two, the order of what stops the runner from reading commands and what it must not read would be left to chance.
exec 2>&1
here=$(cd -P -- "${BASH_SOURCE[0]%/*}" && pwd)
commands='^::(error|warning|notice) '
workspace=$(cd -P -- "${GITHUB_WORKSPACE:-.}" && pwd)

below() { # PATH FOLDER: whether the path is the folder or stands below it, by their names
  case "$1/" in "${2%/}"/*) ;; *) return 1 ;; esac
}

in_checkout() { # FOLDER: whether it is in the checkout, wherever links lead
  local real
  real=$(cd -P -- "$1" 2> /dev/null && pwd) && below "$real" "$workspace"
}

through_link() { # PATH: whether a link of the checkout stands in the way to it, so that it is another project than its name says, or none of the checkout
  local plain root
  plain=$(realpath -ms -- "$1")
  for root in "$workspace" "${GITHUB_WORKSPACE:-$workspace}"; do
    root=$(realpath -ms -- "$root")
    ! below "$plain" "$root" || plain=$workspace${plain#"$root"}
  done
  # As it is written: behind a link `..` leads to somewhere else than its name says.
  below "$plain" "$workspace" && [ "$plain" != "$(realpath -m -- "$1")" ]
}

# Programs come from the machine: not from the checkout, and not from the folder in which we are (an empty entry, or `.`).
clean_path() {
  local entries entry kept=
  mapfile -t -d : entries < <(printf '%s' "$PATH")
  for entry in "${entries[@]}"; do
    [[ $entry == /* && -d $entry ]] && ! in_checkout "$entry" && kept+=${kept:+:}$entry
  done
  PATH=$kept
}

# Variables that make programs read files or run others; those that say how to reach the network, and homes outside the checkout, stay.
clean_variables() {
  local name
  for name in $(compgen -e); do
    case $name in
      CARGO_HTTP_* | CARGO_NET_* | RUSTUP_DIST_SERVER | RUSTUP_UPDATE_ROOT | GIT_SSL_* | NODE_EXTRA_CA_CERTS) ;;
      CARGO_HOME | RUSTUP_HOME | XDG_CONFIG_HOME)
        if [[ ${!name} != /* ]] || in_checkout "${!name}"; then unset "$name"; fi ;;
      RUSTUP_TOOLCHAIN) # A name is one of the machine's; a path could be one of the checkout.
        [[ ${!name} =~ ^[A-Za-z0-9._-]+$ ]] || unset "$name" ;;
      BASH_ENV | ENV | CDPATH | LD_* | DYLD_* | NODE_* | NPM_* | npm_* | GIT_* | CARGO* | RUST*) unset "$name" ;;
    esac
  done
}

# Git reads no settings of a folder that only looks like a repository, starts no hook and no monitor, and asks nobody.
git_settings() {
  local at=0 setting
  for setting in safe.bareRepository=explicit core.fsmonitor=false core.hooksPath=/dev/null submodule.recurse=false protocol.ext.allow=never; do
    export "GIT_CONFIG_KEY_$at=${setting%%=*}" "GIT_CONFIG_VALUE_$at=${setting#*=}"
    at=$((at + 1))
  done
  export GIT_CONFIG_COUNT=$at GIT_TERMINAL_PROMPT=0
}

# The projects of the input `path`, one a line, in `paths`.
projects() {
  mapfile -t paths < <(grep -av '^[[:space:]]*$' <<< "${FUNNELC_PATH:-}")
  [ "${#paths[@]}" -gt 0 ] || paths=(.)
}

finish() {
  rm -rf -- "$folder"
  printf '::%s::\n' "$token"
}

own() { # FILE: lets the runner read the commands in it, which are ours; what else stands there is text
  LC_ALL=C grep -avE "$commands" -- "$1" || true
  LC_ALL=C grep -aE "$commands" -- "$1" > "$folder/own" || return 0
  printf '::%s::\n' "$token"
  cat -- "$folder/own"
  printf '::stop-commands::%s\n' "$token"
}

fail() { # CODE TEXT: ends the script with an error of ours; the text has one line
  printf '::error title=funnelc::%s\n' "${2//%/%25}" > "$folder/failure"
  own "$folder/failure"
  exit "$1"
}

clean_path
clean_variables
git_settings
export TMPDIR=${RUNNER_TEMP:-/tmp}
folder=$(mktemp -d)
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
trap finish EXIT
# From here on a project's text may be printed.
printf '::stop-commands::%s\n' "$token"
if in_checkout "$here"; then
  fail 2 "this action lies in the checkout, where a pull request can change it; write \`uses: OWNER/funnelc@COMMIT\`"
elif in_checkout "${HOME:-/}"; then
  fail 2 "HOME lies in the checkout, where git, cargo and rustup would read settings of a pull request"
fi
funnelc=${FUNNELC:-funnelc}
