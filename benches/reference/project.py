#!/usr/bin/env python3
"""project.py FUNNELC_OUT OUTDIR: what `funnelc run` wrote (docs/outputs.md), as the four files of SPEC.md."""
import csv
import json
import os
import shutil
import sys

from rules import STAGES, write_metrics, write_segments

ACTIONS = {"send": "send email"}


def project_actions(source, out):
    """SPEC.md names the mail where funnelc names content and campaign."""
    with open(os.path.join(source, "actions.csv"), newline="") as file, open(os.path.join(out, "actions.csv"), "w", newline="") as target:
        rows = csv.writer(target, lineterminator="\n")
        rows.writerow(["id", "action", "campaign"])
        rows.writerows([row["contact"], ACTIONS[row["action"]], row["target"]] for row in csv.DictReader(file))


def project_metrics(source, out):
    with open(os.path.join(source, "metrics.json")) as file:
        metrics = json.load(file)
    stages = metrics["funnels"]["shop"]["stages"]
    # No rule of this job moves a contact twice or to a lighter stage: whoever left has converted.
    assert all(stage["converted"] == stage["left"] and stage["passed"] == 0 for stage in stages.values()), stages
    write_metrics(out, {name: (stages[name]["reach"], stages[name]["entered"], stages[name]["converted"]) for name in STAGES})
    write_segments(out, metrics["segments"])


def main(source, out):
    os.makedirs(out, exist_ok=True)
    shutil.copyfile(os.path.join(source, "contacts.csv"), os.path.join(out, "contacts.csv"))
    project_actions(source, out)
    project_metrics(source, out)


main(sys.argv[1], sys.argv[2])
