#!/usr/bin/env python3
"""measure.py BINARY [KIND...]: what `BINARY check` costs for projects of N and of 2N things, as rows of a table; `all` for every kind.

`graph:KIND` is what `BINARY graph` costs, `env:KIND` what `check --env test` does, and `diff:KIND` a diff from it to KIND-otherwise.

2N things are about 500 KB. The cost is the processor time in user mode, the least of RUNS (5), N and 2N in turn, so that what else the
machine does shows little. Ends with an error where a kind costs too much. Everything it makes stands in target/bench/growth.
"""
import os
import resource
import shutil
import subprocess
import sys

import gen

WORK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "target", "bench", "growth")
NINE = ["alternatives", "members", "stages", "variables", "near-names", "far-names", "tags", "entered", "files"]
LARGE = 500_000
TOO_MUCH = 2.2
# So many things show how large one is.
PROBE = 300


def project(kind, count):
    """The folder of a project, and how many bytes it has."""
    kind = kind.rpartition(":")[2]
    folder = os.path.join(WORK, f"{kind}-{count}")
    shutil.rmtree(folder, ignore_errors=True)
    gen.main(kind, count, folder)
    return folder, sum(os.path.getsize(os.path.join(at, file)) for at, _, files in os.walk(folder) for file in files)


def arguments(kind, count, folder):
    """What the binary is told, and where."""
    if kind.startswith("graph:"):
        return ["graph", folder]
    if kind.startswith("env:"):
        return ["check", "--env", "test", folder]
    if kind.startswith("diff:"):
        return ["diff", folder, project(f"{kind}-otherwise", count)[0]]
    return ["check", folder]


def cost(binary, told):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run([binary, *told], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(told)} ended with {done.returncode}")
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def main(binary, kinds):
    runs, slow = int(os.environ.get("RUNS", "5")), []
    print("| kind | N | KB for 2N | user s for N | user s for 2N | 2N / N |\n| --- | ---: | ---: | ---: | ---: | ---: |")
    for kind in kinds:
        count = LARGE // 2 * PROBE // project(kind, PROBE)[1]
        folders = [project(kind, size) for size in (count, 2 * count)]
        told = [arguments(kind, size, folder) for size, (folder, _) in zip((count, 2 * count), folders)]
        least = [min(times) for times in zip(*([cost(binary, each) for each in told] for _ in range(runs)))]
        ratio = least[1] / max(least[0], 0.001)
        print(f"| {kind} | {count:,} | {folders[1][1] // 1000} | {least[0]:.2f} | {least[1]:.2f} | {ratio:.2f} |", flush=True)
        if ratio > TOO_MUCH or least[1] > 2:
            slow.append(kind)
    if slow:
        sys.exit(f"these cost more than {TOO_MUCH} times as much for twice the size, or more than 2 s: {', '.join(slow)}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    wanted = sys.argv[2:] or NINE
    main(sys.argv[1], [*gen.KINDS, "graph:entered", "env:overridden", "diff:asked"] if wanted == ["all"] else wanted)
