#!/usr/bin/env bash
# compare.sh ROWS: generates the contacts, builds what is measured, and prints a Markdown table of funnelc beside its peers (SPEC.md).
# Everything it makes stands in target/bench. PAIRS (5): how often each pair runs. FUNNELC: another binary than the one built here.
set -euo pipefail
rows=${1:?usage: compare.sh ROWS}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."
work=$PWD/target/bench
[ -x /usr/bin/time ] || { echo "needs GNU time: apt-get install time" >&2; exit 1; }
python=$work/python/bin/python

if [ ! -x "$python" ]; then
  python3 -m venv "$work/python"
  "$python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements.txt"
fi
if [ ! -f "$work/data/$rows/contacts.csv" ]; then
  "$python" "$here/gen.py" "$rows" "$work/data/$rows.part"
  mv "$work/data/$rows.part" "$work/data/$rows"
fi
cargo build --release --quiet --locked --manifest-path "$here/rust-limit/Cargo.toml" --target-dir "$work/build"
[ -n "${FUNNELC:-}" ] || { cargo build --release --quiet --locked && FUNNELC=$PWD/target/release/funnelc; }

exec taskset -c "$(taskset -cp $$ | sed 's/.*: //' | awk -F'[,-]' '{ print $1 "," $2 }')" \
  "$python" "$here/compare.py" "$work/data/$rows" "$work/out" "$FUNNELC" "$work/build/release/rust-limit" "${PAIRS:-5}"
