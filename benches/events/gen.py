#!/usr/bin/env python3
"""gen.py CONTACTS EVENTS OUTDIR: writes OUTDIR/contacts.csv and OUTDIR/events.csv.

Events stand by time, as a log does, and hop from contact to contact; every value follows from a splitmix64 of the event's number, so the bytes are
the same on every machine. One in fifty is of a contact that the contacts file lacks.
"""
import datetime
import os
import sys

MASK = (1 << 64) - 1
NAMES = ["opened"] * 5 + ["clicked"] * 2 + ["visited"] * 2 + ["purchased"]
OF = {"opened": ["news", "offer"], "clicked": ["news", "offer"], "visited": ["guide"]}
CHANNELS = ["shop", "web", "phone"]
FIRST = datetime.datetime(2026, 8, 23)
DAYS = 90


def splitmix(n):
    z = (n * 0x9E3779B97F4A7C15 + 0xD1B54A32D192ED03) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def contacts(count, file):
    file.write("id,email,opt_in\n")
    file.writelines(f"{n},c{n}@example.com,{'false' if n % 5 == 0 else 'true'}\n" for n in range(1, count + 1))


def events(count, among, file):
    file.write("contact,at,event,of,id,amount,channel\n")
    minutes = DAYS * 24 * 60
    moments = [(FIRST + datetime.timedelta(minutes=m)).strftime("%Y-%m-%dT%H:%M") for m in range(minutes)]
    known = among + among // 50
    for n in range(count):
        z = splitmix(n)
        name = NAMES[(z >> 40) % len(NAMES)]
        at = moments[n * minutes // count]
        contact = z % known + 1
        if name == "purchased":
            file.write(f"{contact},{at},{name},,o-{n},{(z >> 20) % 20000 / 100:.2f},{CHANNELS[(z >> 50) % 3]}\n")
        else:
            kinds = OF[name]
            file.write(f"{contact},{at},{name},{kinds[(z >> 50) % len(kinds)]},e-{n},,\n")


def main(among, count, out):
    os.makedirs(out, exist_ok=True)
    with open(os.path.join(out, "contacts.csv"), "w", encoding="utf-8") as file:
        contacts(among, file)
    with open(os.path.join(out, "events.csv"), "w", encoding="utf-8") as file:
        events(count, among, file)


main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
