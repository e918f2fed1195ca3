#!/usr/bin/env python3
"""polars_engine.py INPUT.csv OUTDIR: the reference job as a Polars user in a hurry writes it: one lazy plan, streaming, one shared scan."""
import datetime as dt
import os
import sys

os.environ["POLARS_MAX_THREADS"] = "2"
import polars as pl
from polars import col, lit, when

from rules import COLUMNS, SEGMENTS, STAGES, WEIGHT, write_metrics, write_segments

TYPES = {
    "id": pl.Int64, "email": pl.String, "country": pl.String, "created": pl.Date, "last_active": pl.Date, "last_purchase": pl.Date,
    "orders": pl.Int32, "spent_90d": pl.Float64, "points": pl.Int32, "tags": pl.String, "stage": pl.String, "consent": pl.Boolean,
}  # fmt: skip


def segments():
    cut = lit(dt.date(2026, 8, 23))
    recent, stale = col("last_active") >= cut, col("last_active") < cut
    mail, bought = col("email").is_not_null(), col("orders") >= 1
    return {
        "no-email": ~mail,
        "lead": mail & ~bought & recent,
        "buyer": bought & recent,
        "loyal": bought & recent & (col("spent_90d") >= 500),
        "lapsed-buyer": bought & stale,
        "lapsed-lead": mail & ~bought & stale,
        "hot": (col("points") >= 50) & (lit(";") + col("tags") + lit(";")).str.contains(";webinar;", literal=True),
    }


def moved(contacts, meets):
    order = [("loyal", "loyal"), ("buyer", "purchased"), ("lapsed-buyer", "reactivate-2"), ("lapsed-lead", "reactivate-1"),
             ("lead", "cold-lead"), ("no-email", "unknown")]  # fmt: skip
    target, weight = lit(None, pl.String), lit(None, pl.Int32)
    for segment, stage in reversed(order):
        target = when(meets[segment]).then(lit(stage)).otherwise(target)
        weight = when(meets[segment]).then(lit(WEIGHT[stage], pl.Int32)).otherwise(weight)
    now = col("stage").replace_strict(WEIGHT, default=-1, return_dtype=pl.Int32)
    new_stage = when(weight > now).then(target).otherwise(col("stage"))
    return contacts.with_columns(new_stage.alias("new_stage"), meets["hot"].fill_null(False).alias("hot"))


def actions(contacts):
    goes_out = col("new_stage").ne_missing(col("stage")) & col("consent") & col("email").is_not_null()
    ending = when(col("hot")).then(lit("-hot")).otherwise(lit(""))
    campaign = pl.concat_str(lit("welcome-"), col("new_stage"), ending)
    return contacts.filter(goes_out).select("id", lit("send email").alias("action"), campaign.alias("campaign"))


def figures(moves):
    """(reach, entered, converted) of each stage, from rows of old stage, new stage, contacts."""
    reach, entered, converted = ({stage: 0 for stage in STAGES} for _ in range(3))
    for old, new, count in moves:
        for stage in {old, new} - {None}:
            reach[stage] += count
        if old != new:
            entered[new] += count
            if old:
                converted[old] += count
    return {stage: (reach[stage], entered[stage], converted[stage]) for stage in STAGES}


def main(source, out):
    meets = segments()
    contacts = moved(pl.scan_csv(source, schema=TYPES), meets)
    after = contacts.select(col("new_stage").alias("stage") if name == "stage" else col(name) for name in COLUMNS)
    csv = {"float_precision": 2, "lazy": True, "maintain_order": False}
    results = pl.collect_all(
        [
            after.sink_csv(os.path.join(out, "contacts.csv"), **csv),
            actions(contacts).sink_csv(os.path.join(out, "actions.csv"), **csv),
            contacts.group_by("stage", "new_stage").len(),
            contacts.select(meets[name].sum().alias(name) for name in SEGMENTS),
        ],
        engine="streaming",
    )
    write_metrics(out, figures(results[2].rows()))
    write_segments(out, results[3].row(0, named=True))


main(sys.argv[1], sys.argv[2])
