#!/usr/bin/env python3
"""compare.py DATA OUT FUNNELC LIMIT PAIRS: measures funnelc and its peers in turn, checks that the sums agree, prints a Markdown table.

In turn means peer, funnelc, peer, funnelc: what else the machine does then falls on both, and each ratio is the median over the pairs.
"""
import os
import shutil
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
data, out, funnelc, limit, pairs = *sys.argv[1:5], int(sys.argv[5])
contacts = os.path.join(data, "contacts.csv")

PEERS = {
    "rust-limit": lambda to: [limit, contacts, to, "fast"],
    "rust-validate": lambda to: [limit, contacts, to, "validate"],
    "polars": lambda to: [sys.executable, os.path.join(HERE, "polars_engine.py"), contacts, to],
}


def funnelc_command(to):
    journey = os.path.join(HERE, "journey")
    return [funnelc, "run", journey, "--contacts", contacts, "--out", to, "--now", "2026-11-21T00:00", "--threads", "2"]


def measured(name, command):
    """Runs the command once: wall seconds, processor seconds, peak MiB."""
    to = os.path.join(out, name)
    shutil.rmtree(to, ignore_errors=True)
    os.makedirs(to)
    log = os.open(os.path.join(out, name + ".log"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    peak = os.path.join(out, name + ".peak")
    # A child starts with the size of this Python as its peak; that of GNU time is small.
    words = ["/usr/bin/time", "--quiet", "--format=%M", "--output=" + peak, *command(to)]
    start = time.perf_counter()
    pid = os.posix_spawnp(words[0], words, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, log, 1), (os.POSIX_SPAWN_DUP2, log, 2)])
    _, status, used = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    os.close(log)
    if status != 0:
        sys.exit(f"{name} failed: {open(os.path.join(out, name + '.log')).read()}")
    return wall, used.ru_utime + used.ru_stime, int(open(peak).read()) / 1024


def sums(name):
    folder = os.path.join(out, name)
    if name == "funnelc":
        folder = os.path.join(out, "funnelc-projected")
        subprocess.run([sys.executable, os.path.join(HERE, "project.py"), os.path.join(out, name), folder], check=True)
    return subprocess.run([sys.executable, os.path.join(HERE, "verify.py"), folder], check=True, capture_output=True, text=True).stdout.strip()


def row(name, runs, ratio, same):
    walls = [wall for wall, _, _ in runs]
    middle = [statistics.median(column) for column in zip(*runs)]
    spread = f"{middle[0]:.2f} ({min(walls):.2f} to {max(walls):.2f})"
    return f"| {name} | {spread} | {middle[1]:.2f} | {middle[2]:.0f} | {ratio} | {'same' if same else 'DIFFERENT'} |"


def main():
    os.makedirs(out, exist_ok=True)
    with open(contacts, "rb") as file:
        rows = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 24), b"")) - 1
    measured("funnelc", funnelc_command)
    reference, own, lines = None, [], []
    for name, command in PEERS.items():
        measured(name, command)
        theirs, ours = [], []
        for _ in range(pairs):
            theirs.append(measured(name, command))
            ours.append(measured("funnelc", funnelc_command))
        reference = reference or sums(name)
        ratio = statistics.median(mine[0] / peer[0] for mine, peer in zip(ours, theirs))
        lines.append((row(name, theirs, f"{ratio:.1f}", sums(name) == reference), sums(name) == reference))
        own += ours
    same = sums("funnelc") == reference
    lines.append((row("funnelc", own, "", same), same))
    print(f"{rows:,} contacts, {os.path.getsize(contacts) / 1e6:.0f} MB of CSV, two threads, {pairs} pairs\n")
    print("| program | wall s, median (least to most) | processor s | peak MiB | funnelc / it | outputs |")
    print("| --- | ---: | ---: | ---: | ---: | --- |")
    print("\n".join(line for line, _ in lines))
    print(f"\nsums: {reference}")
    sys.exit(0 if all(good for _, good in lines) else 1)


main()
