"""Holds the impact of `funnelc diff` against two whole runs; reads their files and shares no code with funnelc.

    funnelc run a.yaml --contacts c.csv --now T --out A
    funnelc run b.yaml --contacts c.csv --now T --out B
    funnelc diff a.yaml b.yaml --contacts c.csv --now T --format json > diff.json
    python3 tools/compare_runs.py A B diff.json
"""

import csv
import json
import sys
from collections import Counter, defaultdict


def rows(folder, name):
    with open(f"{folder}/{name}", newline="", encoding="utf-8-sig") as file:
        yield from csv.DictReader(file)


def who(folder, name, what, fits=lambda row: True):
    found = defaultdict(set)
    for row in rows(folder, name):
        if fits(row):
            found[row[what]].add(row["contact"])
    return found


def figures(shift):
    return shift["before"], shift["after"], shift["gained"]["contacts"], shift["lost"]["contacts"]


def counts(before, after):
    return len(before), len(after), len(after - before), len(before - after)


def main(base, head, document):
    with open(document, encoding="utf-8") as file:
        impact = json.load(file)["impact"]
    wrong = []

    def hold(what, told, true):
        if told != true:
            wrong.append(f"{what}: funnelc diff says {told}, the runs say {true}")

    sends = [who(run, "actions.csv", "target") for run in (base, head)]
    for message in impact["messages"]:
        key = message["now"]["id"]
        hold(f"message {key}", figures(message["now"]), counts(sends[0][key], sends[1][key]))
    starts = [who(run, "journal.csv", "campaign", lambda row: row["event"] == "start") for run in (base, head)]
    for campaign in impact["campaigns"]:
        key = campaign["entered"]["id"]
        hold(f"campaign {key}", figures(campaign["entered"]), counts(starts[0][key], starts[1][key]))
    metrics = [json.load(open(f"{run}/metrics.json", encoding="utf-8")) for run in (base, head)]
    for segment in impact["segments"]:
        true = [run["segments"].get(segment["id"], 0) for run in metrics]
        hold(f"segment {segment['id']}", [segment["before"], segment["after"]], true)
    for funnel in impact["funnels"]:
        column = "stage" if len(impact["funnels"]) == 1 else f"stage_{funnel['id'].replace('-', '_')}"
        moves = Counter(
            (before[column], after[column])
            for before, after in zip(rows(base, "contacts.csv"), rows(head, "contacts.csv"), strict=True)
        )
        told = {(one["before"] or "", one["after"] or ""): one["contacts"]["contacts"] for one in funnel["matrix"]}
        hold(f"funnel {funnel['id']}", told, dict(moves))
    print("\n".join(wrong) or f"the two runs and the impact agree about {impact['contacts']} contacts")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
