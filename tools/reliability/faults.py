"""Kills runs of funnelc and makes their system calls fail, one call at a time, and holds each to what is promised; needs strace, and root for the mounts.

    python3 tools/reliability/faults.py target/debug/funnelc [--mode MODE]... [--every N] [--jobs N]

A second run is disturbed. In what it leaves the state is that of the first run or of the second, whole; where it ended with 0 both stand, where it said
that it failed the state is the first one; nothing panicked. The same command then gives, undisturbed, what an undisturbed run gives, byte for byte, and
leaves nothing else behind.

`exchange` is the file system as it is. `folders` knows no exchange of two folders (the flags of renameat2 are refused), `bindfs` neither, and in
`overlay` the old run lies in a lower layer and cannot be renamed at all. In those that are `-carried-on` a run was killed in the middle of its exchange
before, and the one that carries it on is disturbed.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

JOURNEY = """
version: 1
contacts:
  key: id
  tags: { values: [warm], separator: ';' }
  fields:
    email:  { type: email }
    orders: { type: integer, default: 0 }
  addresses: { email: email }
content:
  hello: { kind: email, transactional: true }
  again: { kind: email, transactional: true }
segments:
  buyers: { where: { field: orders, at-least: 1 } }
campaigns:
  welcome:
    enter: [ { segment: buyers } ]
    on-leave: stay
    steps: [ { send: hello }, { wait: 1 day }, { add-tag: warm }, { send: again } ]
"""
ROWS = 3000
# At which rename a run is killed in the middle of its exchange: the old folder is away, half of the files are moved.
CARRIED_ON = {"folders": 4, "bindfs": 4, "overlay": 7}
MODES = ["exchange", *(mode + more for mode in CARRIED_ON for more in ("", "-carried-on"))]

# What the calls of a run may fail with; those of memory, threads and signals are not about files.
ERRORS = {
    "read": ["EIO", "EINTR"],
    "pread64": ["EIO", "EINTR"],
    "write": ["ENOSPC", "EIO", "EINTR"],
    "openat": ["EACCES", "EMFILE", "ENOSPC", "EINTR"],
    "close": ["EIO", "EINTR"],
    "fsync": ["EIO", "ENOSPC", "EINTR"],
    "ftruncate": ["EIO", "ENOSPC", "EINTR"],
    "rename": ["EIO", "ENOSPC", "EACCES"],
    "renameat2": ["EIO", "ENOSPC", "EACCES"],
    "unlink": ["EIO", "EACCES"],
    "rmdir": ["EIO", "EACCES"],
    "mkdir": ["EIO", "ENOSPC", "EACCES"],
    "fchmod": ["EIO", "EPERM"],
    "fchown": ["EIO", "EPERM"],
    "flock": ["EIO", "ENOLCK", "EINTR"],
    "lseek": ["EIO"],
    "statx": ["EIO", "EACCES"],
    "getdents64": ["EIO"],
    "readlink": ["EIO", "EACCES"],
}
# With these all that follows fails too, as on a disk that is full or gone.
FOR_GOOD = {"write": "ENOSPC", "openat": "EIO", "fsync": "EIO", "rename": "EIO", "unlink": "EACCES", "mkdir": "ENOSPC"}


def contacts():
    rows = [f"{row},c{row}@example.com,{row % 3},,\"note, {row}\"" for row in range(ROWS)]
    return "\n".join(["id,email,orders,tags,note", *rows, "bad,no address,1,,", ""])


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.is_dir() else {}


def state(folder):
    """CURRENT and what it names: all that counts of a state."""
    current = folder / "CURRENT"
    if not current.exists():
        return None
    snapshot = folder / current.read_text().strip()
    return snapshot.name, snapshot.read_bytes() if snapshot.exists() else None


class Place:
    """A project with the first of two runs, laid anew for each disturbance."""

    def __init__(self, funnelc, mode, root):
        self.funnelc, self.root = funnelc, root
        self.mode, _, self.carried_on = mode.partition("-")
        self.lower, self.place = root / "lower", root / "place"
        self.lower.mkdir(parents=True)
        (self.lower / "funnelc.yaml").write_text(JOURNEY)
        (self.lower / "contacts.csv").write_text(contacts())
        self.where = self.lower
        self.fine(1)
        self.first = self.seen()
        shutil.copytree(self.lower, root / "kept")
        self.fine(2)
        self.second, self.names = self.seen(), sorted(os.listdir(self.lower))
        shutil.rmtree(self.lower)
        (root / "kept").rename(self.lower)
        self.where = self.place

    def command(self, day):
        return [self.funnelc, "run", "funnelc.yaml", "--contacts", "contacts.csv", "--out", "out", "--state", "state",
                "--rejects", "bad.csv", "--threads", "1", "--now", f"2026-11-2{day}T09:00"]

    def run(self, day, before=()):
        return subprocess.run([*before, *self.command(day)], cwd=self.where, capture_output=True, stdin=subprocess.DEVNULL)

    def fine(self, day):
        ran = self.run(day)
        assert ran.returncode == 0, ran.stderr.decode()

    def seen(self):
        rejects = self.where / "bad.csv"
        return {"out": files(self.where / "out"), "state": state(self.where / "state"),
                "rejects": rejects.read_bytes() if rejects.exists() else None}

    def lay(self):
        self.lay_bare()
        if self.carried_on:
            killed, _ = self.disturbed(f"rename:signal=KILL:when={CARRIED_ON[self.mode]}")
            assert killed.returncode == -9 and not (self.where / "out" / "run.json").exists()

    def lay_bare(self):
        self.take_away()
        if self.mode == "overlay":
            for name in ["upper", "work", "place"]:
                shutil.rmtree(self.root / name, ignore_errors=True)
                (self.root / name).mkdir()
            layers = f"lowerdir={self.lower},upperdir={self.root / 'upper'},workdir={self.root / 'work'}"
            subprocess.run(["mount", "-t", "overlay", "overlay", "-o", layers, self.place], check=True)
            return
        under = self.root / "under" if self.mode == "bindfs" else self.place
        shutil.copytree(self.lower, under)
        if self.mode == "bindfs":
            self.place.mkdir(exist_ok=True)
            subprocess.run(["bindfs", under, self.place], check=True)

    def take_away(self):
        if self.place.is_mount():
            subprocess.run(["umount", "--lazy", self.place], check=True)
        for name in ["place", "under"]:
            shutil.rmtree(self.root / name, ignore_errors=True)

    def disturbed(self, what):
        log = self.root / "log"
        injected = [f"--inject={what}"] if what else []
        if self.mode == "folders":
            injected.insert(0, "--inject=renameat2:error=EINVAL")
        calls = ",".join(ERRORS)
        ran = self.run(2, ["strace", "-f", "-qq", "-o", log, f"--trace={calls}", *injected])
        return ran, log.read_text(errors="replace")

    def calls(self):
        """Which calls of each kind are made once the project is read, by number; without the ends of folders, which never fail."""
        self.lay()
        ran, log = self.disturbed(None)
        assert ran.returncode == 0, ran.stderr.decode()
        self.take_away()
        made, found, folders, reads = Counter(), {}, set(), False
        for name, rest in re.findall(r"^\d+ +(\w+)\((.*)$", log, re.M):
            made[name] += 1
            reads = reads or "funnelc.yaml" in rest
            number = rest.rpartition("= ")[2]
            if name == "openat":
                (folders.add if "O_DIRECTORY" in rest else folders.discard)(number)
            # No file system can refuse it, and the library of Rust takes for granted that none does.
            if reads and not (name == "close" and rest.partition(")")[0] in folders):
                found.setdefault(name, []).append(made[name])
        return found

    def hold(self, what):
        """Disturbs a run, and says how it ended and what was wrong with that."""
        self.lay()
        ran, log = self.disturbed(what)
        hit = log.count("INJECTED") > (log.count("EINVAL (Invalid argument) (INJECTED)") if self.mode == "folders" else 0)
        if "KILL" in what:
            hit = ran.returncode == -9
        said, wrong = ran.stderr.decode(errors="replace"), []
        left = self.seen()
        code = ran.returncode
        if "panicked" in said or code not in (0, 1, 3, -9):
            wrong.append(f"ended with {code}")
        if left["state"] not in (self.first["state"], self.second["state"]):
            wrong.append("the state is neither the first nor the second")
        if code == 0 and (left["out"], left["state"]) != (self.second["out"], self.second["state"]):
            wrong.append("ended with 0, and the run does not stand")
        if code in (1, 3) and left["state"] != self.first["state"]:
            wrong.append("said that it failed, and the state says that it stands")
        if left["state"] == self.second["state"] and left["out"] != self.second["out"]:
            wrong.append("the state is that of the second run, the outputs are not")
        whole = left["out"] in (self.first["out"], self.second["out"])
        if not whole and self.mode == "exchange":
            wrong.append("the outputs are no whole run")
        again = self.run(2)
        if again.returncode != 0:
            wrong.append(f"the same command again ended with {again.returncode}: {again.stderr.decode(errors='replace')}")
        mended = self.seen()
        for name, content in self.second.items():
            if mended[name] != content:
                wrong.append(f"after the same command again the {name} differ")
        names = sorted(os.listdir(self.where))
        if names != self.names:
            wrong.append(f"left behind: {sorted(set(names) ^ set(self.names))}")
        self.take_away()
        return hit, code, said.strip(), wrong


def disturbances(calls, every):
    for name, errors in ERRORS.items():
        numbers = calls.get(name, [])
        for when in numbers[:: every if len(numbers) > 4 else 1]:
            yield f"{name}:signal=KILL:when={when}"
            yield from (f"{name}:error={error}:when={when}" for error in errors)
            if name in FOR_GOOD:
                yield f"{name}:error={FOR_GOOD[name]}:when={when}+"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("funnelc", type=Path)
    parser.add_argument("--mode", action="append", choices=MODES)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="of calls that are made often only each Nth")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", default="", help="only disturbances that contain this")
    args = parser.parse_args()
    failures = 0
    for mode in args.mode or MODES:
        with tempfile.TemporaryDirectory() as root:
            places, free = [], Queue()
            for number in range(args.jobs):
                places.append(Place(args.funnelc.resolve(), mode, Path(root) / str(number)))
                free.put(places[-1])
            # In `folders` these are refused already.
            calls = {name: found for name, found in places[0].calls().items() if not (mode.startswith("folders") and name == "renameat2")}
            ended = Counter()

            def one(what):
                place = free.get()
                try:
                    return what, place.hold(what)
                finally:
                    free.put(place)

            with ThreadPoolExecutor(args.jobs) as pool:
                for what, (hit, code, said, wrong) in pool.map(one, [it for it in disturbances(calls, args.every) if args.only in it]):
                    kind = "kills" if "KILL" in what else "errors"
                    ended[(kind, f"exit {code}" if hit else "not reached")] += 1
                    if args.only:
                        print(what, hit, code, said)
                    if wrong:
                        failures += 1
                        print(f"{mode}: {what}: {'; '.join(wrong)}\n    it said: {said}", flush=True)
            for (kind, end), count in sorted(ended.items()):
                print(f"{mode}: {kind}: {end}: {count}", flush=True)
    print(f"{failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
