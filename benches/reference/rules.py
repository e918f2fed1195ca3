"""What SPEC.md names, and its two small output files: shared by the generator, the Polars engine and the projection."""
import os

STAGES = ["unknown", "cold-lead", "purchased", "loyal", "reactivate-1", "reactivate-2"]
WEIGHT = {"unknown": 0, "cold-lead": 10, "purchased": 20, "loyal": 30, "reactivate-1": 40, "reactivate-2": 40}
SEGMENTS = ["no-email", "lead", "buyer", "loyal", "lapsed-buyer", "lapsed-lead", "hot"]
COLUMNS = "id email country created last_active last_purchase orders spent_90d points tags stage consent".split()


def write_metrics(out, stages):
    """stages: for each stage (reach, entered, converted)."""
    rows = []
    for stage in STAGES:
        reach, entered, converted = stages[stage]
        rows.append([stage, reach, entered, converted, converted * 1_000_000 // reach if reach else 0])
    write(out, "metrics.csv", ["stage", "reach", "entered", "converted", "conversion_ppm"], rows)


def write_segments(out, sizes):
    write(out, "segments.csv", ["segment", "contacts"], [[segment, sizes[segment]] for segment in SEGMENTS])


def write(out, name, header, rows):
    with open(os.path.join(out, name), "w", newline="\n") as file:
        for row in [header, *rows]:
            file.write(",".join(str(cell) for cell in row) + "\n")
