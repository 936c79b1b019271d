"""Kill processes of `unroll grade` at random moments; the class must end with the marks of an undisturbed run.

A kill is `kill -9` of one process: of the main one, the chief, an examiner, a zygote, a worker and so on. After a kill
of the main process, or of dask's scheduler, the same command is run again. After any other, the run itself must end
well. In the end the tables and the list of all files must be those of a run without a kill. No process and no temporary
file may be left. See README.md.
"""

import argparse
import ctypes
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import psutil
from dask_here import DaskHere
from roles import CLUSTER, ROLES, by_role, processes
from small_class import ASSIGNMENT, KINDS, RIGHT, SLOW, make_course, python

TABLES = ("grades.csv", "marks.csv", "identical.json")
GO_ON = ("main", "scheduler")  # after whose end the same command is run again
QUICK = {"right": python(RIGHT), **{name: KINDS[name] for name in ("wrong", "cut-off", "ends-itself", "prints")}}
PREVIOUS = "grades.previous.csv"
RUN_SECONDS, POLL_SECONDS = 300.0, 0.003
LEFT_SECONDS = 90.0  # a machine of a cluster leaves a class about 45 s after its client was killed
SUBREAPER = 36  # of prctl: what loses its parent becomes a child of this process, so nothing can hide


@dataclass
class Kill:
    """What was killed, when, and what came of it.

    Args:
        wrong: what should not have been; nothing if all is well.
    """

    role: str
    after: float = 0.0
    graded: int = 0
    statuses: tuple[int, ...] = ()
    wrong: tuple[str, ...] = ()


class Bench:
    """A class, and the runs that grade it.

    Args:
        dask: the cluster that grades, or None for this machine.
    """

    def __init__(self, work, count, kinds, dask=None):
        self.work, self.dask = work, dask
        self.root = work / "course"
        self.count = count
        (work / "tmp").mkdir()
        make_course(self.root, kinds, count)
        self.seconds = 0.0
        self.expected = None

    def start(self, out):
        """Start to grade."""
        options = ["--scheduler", self.dask.address] if self.dask else ["--jobs", "2"]
        command = [sys.executable, "-m", "autograder.cli", "grade", ASSIGNMENT, "hand-ins", "-o", out, "--seed", "s"]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "NO_COLOR": "1", "TMPDIR": str(self.work / "tmp")}
        with (self.work / "log").open("ab") as log:
            return subprocess.Popen([*command, *options], cwd=self.root, env=environment, stdout=log, stderr=log)

    def undisturbed(self):
        """Grade without a kill; remember how long it takes and what comes out."""
        started = time.monotonic()
        status = self.start("undisturbed").wait(RUN_SECONDS)
        self.seconds = time.monotonic() - started
        assert status == 0, self.said()
        self.expected = self.result("undisturbed")
        assert not self.left(), self.left()

    def result(self, out):
        """Return the tables of a run, and the names of its files."""
        place = self.root / out
        files = sorted(str(path.relative_to(place)) for path in place.rglob("*") if path.is_file())
        return {name: (place / name).read_bytes() for name in TABLES if (place / name).exists()}, files

    def graded(self, out):
        """Count the hand-ins that have been graded."""
        return len(list((self.root / out).glob("*/record.json")))

    def left(self):
        """Wait a little; say what is left of a run."""
        end = time.monotonic() + LEFT_SECONDS
        while (found := self._left()) and time.monotonic() < end:
            time.sleep(0.1)
        return found

    def _left(self):
        own = {process.pid for process in self.dask.processes} if self.dask else set()
        reap(own)
        found = [one for one in processes(psutil.Process())[1:] if one.pid not in own]
        files = list((self.work / "tmp").iterdir()) + (self.dask.files() if self.dask else [])
        return tuple(f"left: {name_of(one)}" for one in found) + tuple(f"left: {path}" for path in files)

    def said(self):
        """Return the end of what the runs have said."""
        return (self.work / "log").read_text(errors="replace")[-2000:]

    def trial(self, number, role, share):
        """Grade, and kill one process of a role after a share of the hand-ins, or of the time of an undisturbed run.

        Returns: what came of it; None if there was no such process until the run had ended.
        """
        out = f"out-{number}"
        began = (self.work / "log").stat().st_size
        started = time.monotonic()
        run = self.start(out)
        killed = self._kill(run, role, share, out)
        statuses = [run.wait(RUN_SECONDS)]
        if killed is None:  # the moment came too late: the machine has less to do than before
            self.seconds = min(self.seconds, time.monotonic() - started)
            return None
        if role == "scheduler":
            self.dask.start_scheduler()
        if role in GO_ON:
            statuses.append(self.start(out).wait(RUN_SECONDS))
        killed.statuses = tuple(statuses)
        if self.dask:
            self.dask.mend()
        text = (self.work / "log").read_bytes()[began:].decode(errors="replace")
        killed.wrong = (*self._wrong(out, killed), *(["a traceback"] if "Traceback" in text else []), *self.left())
        return killed

    def _kill(self, run, role, share, out):
        started = time.monotonic()
        by_count = random.random() < 0.5
        while run.poll() is None:
            passed = self.graded(out) / self.count if by_count else (time.monotonic() - started) / self.seconds
            if passed >= share:
                break
            time.sleep(POLL_SECONDS)
        while run.poll() is None:
            here = by_role(run.pid, processes(psutil.Process())).get(role)
            try:
                if here:
                    random.choice(here).kill()
                    return Kill(role, time.monotonic() - started, self.graded(out))
            except psutil.NoSuchProcess:
                pass
            time.sleep(POLL_SECONDS)
        return None

    def _wrong(self, out, killed):
        """Say in what a run has not ended as an undisturbed one does."""
        if killed.statuses[-1]:
            yield f"status {killed.statuses[-1]}"
        tables, files = self.result(out)
        for name, content in self.expected[0].items():
            if tables.get(name) != content:
                yield f"another {name}{_first_other(content, tables.get(name, b''))}"
        others = set(files) ^ set(self.expected[1])
        if killed.role in GO_ON:  # it may have been killed after its last table: then the second run is a new one
            others.discard(PREVIOUS)
        if others:
            yield "other files: " + ", ".join(sorted(others))


def _first_other(expected, found):
    """Quote the first line that is not as it should be."""
    pairs = zip_longest(expected.decode().splitlines(), found.decode().splitlines(), fillvalue="(no line)")
    return next((f" ({one!r} became {other!r})" for one, other in pairs if one != other), "")


def name_of(process):
    try:
        return f"{' '.join(process.cmdline()[-3:]) or process.name()} ({process.status()})"
    except psutil.Error:
        return "a process that has just ended"


def adopt():
    """Become the parent of every process of ours that loses its own."""
    assert ctypes.CDLL(None, use_errno=True).prctl(SUBREAPER, 1, 0, 0, 0) == 0


def reap(own):
    """Take the status of what was adopted and has ended."""
    for child in psutil.Process().children():
        if child.pid not in own and child.status() == psutil.STATUS_ZOMBIE:
            os.waitpid(child.pid, 0)


def kills(bench, roles, count, rng):
    """Do some kills, the roles by turns; a role that was not there in time is tried again at another moment."""
    number = 0
    for turn in range(count):
        done = None
        while done is None:
            number += 1
            random.seed(rng.random())
            done = bench.trial(number, roles[turn % len(roles)], rng.random())
        yield done


def show(done):
    """Print what came of each role."""
    print(f"\n{'killed':14}{'times':>6}{'when, s':>14}{'graded before':>15}{'ended with':>22}{'wrong':>7}")
    for role in dict.fromkeys(one.role for one in done):
        own = [one for one in done if one.role == role]
        when = f"{min(one.after for one in own):.1f} to {max(one.after for one in own):.1f}"
        graded = f"{min(one.graded for one in own)} to {max(one.graded for one in own)}"
        ended = Counter(", then ".join(map(str, one.statuses)) for one in own)
        said = "; ".join(f"{status} ({times})" for status, times in ended.items())
        print(f"{role:14}{len(own):6}{when:>14}{graded:>15}{said:>22}{sum(bool(one.wrong) for one in own):7}")


def main():
    """Kill, print a line a kill and a table, and return 1 if anything was not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--cluster", action="store_true", help="grade with a scheduler of dask and two workers")
    parser.add_argument("--hand-ins", type=int, default=40)
    parser.add_argument("--seed", default="kills", help="of the moments and of who is killed")
    parser.add_argument("--quick", action="store_true", help="hand-ins of five kinds that take no time")
    parser.add_argument("--roles", nargs="+", choices=CLUSTER, help="who is killed, by turns; all if not given")
    options = parser.parse_args()
    adopt()
    rng = random.Random(options.seed)
    roles = options.roles or (CLUSTER if options.cluster else ROLES)
    done, status = [], 0
    with tempfile.TemporaryDirectory(prefix="kills") as folder:
        work = Path(folder)
        dask = DaskHere(work / "dask") if options.cluster else None
        try:
            bench = Bench(work, options.hand_ins, QUICK if options.quick else {**KINDS, **SLOW}, dask)
            bench.undisturbed()
            print(f"A class of {options.hand_ins} takes {bench.seconds:.1f} s undisturbed.", flush=True)
            for kill in kills(bench, roles, options.kills, rng):
                done.append(kill)
                wrong = "; ".join(kill.wrong) or "well"
                print(
                    f"{len(done):4} {kill.role:12} after {kill.after:5.1f} s, {kill.graded:3} graded: {wrong}",
                    flush=True,
                )
                if kill.wrong:
                    status = 1
                    print(bench.said(), flush=True)
        except KeyboardInterrupt:
            status = 130
            for child in psutil.Process().children(recursive=True):
                child.kill()
        finally:
            if dask:
                dask.close()
    show(done)
    return status


if __name__ == "__main__":
    sys.exit(main())
