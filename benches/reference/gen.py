#!/usr/bin/env python3
"""gen.py ROWS OUTDIR: writes OUTDIR/contacts.csv, the input of SPEC.md.

Every value is a splitmix64 hash of (id, column number): the same bytes on every machine, whatever the library's generators do.
"""
import os
import sys

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv

from rules import COLUMNS, STAGES

U = np.uint64
FIRST = "anna ben carla david eva felix greta hugo ines jonas klara leon maria nils olga paul".split()
LAST = "adler becker costa duarte egger fischer garcia huber ivanov jensen keller lopez meyer novak olsen peters".split()
HOSTS = ["example.com", "example.org", "mail.example", "shop.example", "example.net", "post.example", "inbox.example", "corp.example"]
COUNTRIES = "DE AT CH FR NL BE ES PT IT PL SE NO US GB CA NA".split()
TAGS = "webinar webinar-2025 pre-webinar newsletter vip trade-fair blog demo partner student beta coupon".split()
# Tag sets of none to three tags in a fixed order: none often, three seldom.
TAG_SETS = (
    [""] * 60
    + TAGS * 6
    + [f"{a};{b}" for a in TAGS for b in TAGS if a != b]
    + [f"{a};{b};{c}" for i, a in enumerate(TAGS) for b in TAGS[:4] for c in TAGS[4:8] if len({a, b, c}) == 3]
)
ROWS_AT_ONCE = 524288


def day(text):
    return int(np.datetime64(text, "D").astype(np.int64))


TODAY, FIRST_DAY = day("2026-11-21"), day("2019-01-01")


def hashed(ids, column):
    with np.errstate(over="ignore"):
        z = ids * U(0x9E3779B97F4A7C15) + U(column) * U(0xD1B54A32D192ED03)
        z = (z ^ (z >> U(30))) * U(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> U(27))) * U(0x94D049BB133111EB)
        return z ^ (z >> U(31))


def below(hashes, n):
    return ((hashes >> U(11)) % U(n)).astype(np.int64)


def pick(hashes, words):
    return pa.DictionaryArray.from_arrays(pa.array(below(hashes, len(words)), pa.int32()), pa.array(words)).cast(pa.string())


def dates(days, missing=None):
    return pa.array(days.astype(np.int32), mask=missing).cast(pa.date32())


def emails(ids, sid):
    name = pc.binary_join_element_wise(pick(hashed(ids, 13), FIRST), pick(hashed(ids, 14), LAST), pc.cast(sid, pa.string()), ".")
    mail = pc.binary_join_element_wise(name, pick(hashed(ids, 15), HOSTS), "@")
    missing = below(hashed(ids, 12), 100) < 8
    return pc.if_else(pa.array(missing), pa.scalar(None, pa.string()), mail)


def stages(ids):
    share = below(hashed(ids, 11), 100)
    index = np.select([share < 35, share < 45, share < 70, share < 84, share < 90, share < 95], [-1, 0, 1, 2, 3, 4], 5)
    keys = pa.array(np.maximum(index, 0).astype(np.int32), mask=index < 0)
    return pa.DictionaryArray.from_arrays(keys, pa.array(STAGES)).cast(pa.string())


def money(cents):
    whole, rest = pc.cast(pa.array(cents // 100), pa.string()), pc.cast(pa.array(cents % 100), pa.string())
    return pc.binary_join_element_wise(whole, pc.utf8_lpad(rest, 2, "0"), ".")


def chunk(low, high):
    """The contacts low..high. The figures crowd around the rules' borders: 89, 90 and 91 days, 499.99 and 500.00, 50 points."""
    ids = np.arange(low, high, dtype=np.uint64)
    created = FIRST_DAY + below(hashed(ids, 1), TODAY - FIRST_DAY)
    p, r = below(hashed(ids, 2), 1000), hashed(ids, 3)
    ago = np.where(p < 450, below(r, 90), np.where(p < 470, 90, np.where(p < 490, 91, 91 + below(r, 1000))))
    active = np.maximum(created, TODAY - ago)
    never_active = below(hashed(ids, 4), 100) < 15
    q = below(hashed(ids, 5), 100)
    few, many = 2 + below(hashed(ids, 6), 4), 6 + below(hashed(ids, 6), 40)
    orders = np.where(q < 55, 0, np.where(q < 75, 1, np.where(q < 92, few, many)))
    seen = np.where(never_active, TODAY - 200, active)
    bought = np.maximum(np.minimum(created, seen), seen - below(hashed(ids, 7), 120))
    e = below(hashed(ids, 8), 1000)
    spread = np.where(e < 700, below(hashed(ids, 9), 40000), below(hashed(ids, 9), 150000))
    cents = np.where(e < 5, 50000, np.where(e < 10, 49999, spread))
    cents = np.where((orders == 0) | (bought < TODAY - 90), 0, cents)
    points = np.where(below(hashed(ids, 10), 20) == 0, 50, below(hashed(ids, 10) >> U(8), 300))
    sid = pa.array(ids.astype(np.int64))
    values = [
        sid,
        emails(ids, sid),
        pick(hashed(ids, 16), COUNTRIES),
        dates(created),
        dates(active, never_active),
        dates(bought, orders == 0),
        pa.array(orders),
        money(cents),
        pa.array(points),
        pick(hashed(ids, 17), TAG_SETS),
        stages(ids),
        pa.array(below(hashed(ids, 18), 100) < 80),
    ]
    return pa.table(dict(zip(COLUMNS, values, strict=True)))


def main(rows, out):
    os.makedirs(out, exist_ok=True)
    options = csv.WriteOptions(include_header=False, quoting_style="none")
    with open(os.path.join(out, "contacts.csv"), "wb") as file:
        file.write((",".join(COLUMNS) + "\n").encode())
        for low in range(1, rows + 1, ROWS_AT_ONCE):
            csv.write_csv(chunk(low, min(rows + 1, low + ROWS_AT_ONCE)), file, options)


main(int(sys.argv[1]), sys.argv[2])
