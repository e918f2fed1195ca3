#!/usr/bin/env bash
# measure.sh CONTACTS EVENTS BINARY...: the peak memory and the time of `run`, of a second run with its state, and of `diff`, for each binary, as rows of a table.
# Outputs of all binaries must be the same bytes. PAIRS (3): how often each runs, in turn. Everything it makes stands in target/bench/events.
set -euo pipefail
contacts=${1:?usage: measure.sh CONTACTS EVENTS BINARY...} events=$2
shift 2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$here/../../target/bench/events
data=$work/$contacts-$events
[ -x /usr/bin/time ] || { echo "needs GNU time: apt-get install time" >&2; exit 1; }
[ -f "$data/events.csv" ] || { python3 "$here/gen.py" "$contacts" "$events" "$data.part"; mv "$data.part" "$data"; }
cp "$here/funnelc.yaml" "$work/base.yaml"
sed 's/at-least: 300/at-least: 200/' "$work/base.yaml" >"$work/head.yaml"

timed() { # NAME COMMAND...
  local name=$1
  shift
  /usr/bin/time -a -o "$work/times" -f "$name %e %M" "$@" >/dev/null 2>"$work/err" || { cat "$work/err" >&2; exit 1; }
}

rm -f "$work/times"
for _ in $(seq "${PAIRS:-3}"); do
  number=0
  for binary in "$@"; do
    number=$((number + 1))
    out=$work/out-$number
    rm -rf "$out" "$out.state"
    input=(--contacts "$data/contacts.csv" --events "$data/events.csv" --threads 2)
    timed "run $number" "$binary" run "$work/base.yaml" "${input[@]}" --out "$out" --state "$out.state" --now 2026-11-20T09:00
    timed "again $number" "$binary" run "$work/base.yaml" "${input[@]}" --out "$out" --state "$out.state" --now 2026-11-21T09:00
    timed "diff $number" "$binary" diff "$work/base.yaml" "$work/head.yaml" "${input[@]}" --format json -o "$out.diff" --now 2026-11-21T09:00
    diff -r "$work/out-1" "$out" >&2
    cmp "$work/out-1.diff" "$out.diff" >&2
  done
done
python3 - "$work/times" "$contacts" "$events" <<'EOF'
import statistics, sys
seen = {}
for line in open(sys.argv[1]):
    what, binary, wall, peak = line.split()
    seen.setdefault((what, binary), []).append((float(wall), int(peak)))
for (what, binary), runs in sorted(seen.items()):
    wall, peak = statistics.median(wall for wall, _ in runs), max(peak for _, peak in runs)
    print(f"| {sys.argv[2]} | {sys.argv[3]} | {what} | binary {binary} | {wall:.2f} s | {peak / 1024:.0f} MiB |")
EOF
