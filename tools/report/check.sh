#!/usr/bin/env bash
# A real browser must show our pages as they are meant: no request leaves them, axe finds nothing serious, every text of a drawing stands in its box,
# the search finds a step and a click leads to its YAML. Before that the check must find what is wrong with a page that is broken on purpose.
# Pictures of the page at 390 and 1,280 pixels, light and dark, and as it is printed: target/report.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
out=target/report
rm -rf "$out"
mkdir -p "$out"
cargo build --locked --quiet
funnelc=target/debug/funnelc

shop=examples/webshop
"$funnelc" run "$shop" --contacts "$shop/contacts.csv" --state "$out/state" --out "$out/first" --now 2026-11-21T09:00 > /dev/null
"$funnelc" report "$out/first" --project "$shop" -o "$out/webshop.html"
for day in 21 22 28; do
  "$funnelc" run "$shop" --contacts "$shop/contacts.csv" --state "$out/states" --history "$out/history" --out "$out/next" --now "2026-11-${day}T09:00" > /dev/null
done
"$funnelc" report "$out/history" --project "$shop" -o "$out/history.html"
leads=examples/b2b-leads
"$funnelc" run "$leads" --contacts "$leads/contacts.csv" --companies "$leads/companies.csv" --events "$leads/events.csv" --out "$out/leads" --now 2026-11-21T09:00 > /dev/null 2>&1
"$funnelc" report "$out/leads" --project "$leads" -o "$out/b2b-leads.html"
for project in examples/*/; do "$funnelc" graph "$project" -o "$out/$(basename "$project").svg"; done

if node tools/report/look.mjs "$out" tools/report/broken.html > "$out/broken.log" 2>&1; then
  echo "nothing was found in a page that is broken on purpose: tools/report/broken.html"
  exit 1
fi
for fault in 'a request' 'axe' 'is wider than its box'; do
  grep -q "$fault" "$out/broken.log" || { cat "$out/broken.log"; echo "not found: $fault"; exit 1; }
done
node tools/report/look.mjs "$out" "$out"/*.html "$out"/*.svg
