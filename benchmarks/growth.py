"""Measure what a hand-in costs in classes of several sizes: time, memory of each kind of process, and what is left.

The lesson is the small one of the tests, whose checks take milliseconds. So what is measured is the kit's own work, and
what would grow with a class is seen best. See README.md.
"""

import argparse
import resource
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from kills import Bench, adopt
from roles import by_role, processes
from small_class import KINDS

FEW = 4  # hand-ins of the run that tells what the start costs
SAMPLE_SECONDS = 0.1


@dataclass
class Grown:
    """What a class of one size has cost.

    Args:
        peaks: the most bytes that a process of each role had in memory, with what it shares.
        counts: the most processes of each role at a time.
    """

    count: int
    wall: float = 0.0
    cpu: float = 0.0
    peaks: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    left: tuple[str, ...] = ()

    def a_hand_in(self, few):
        """Return seconds and seconds of CPU that a hand-in more costs, beyond the start."""
        more = self.count - few.count
        return (self.wall - few.wall) / more, (self.cpu - few.cpu) / more


def used():
    """CPU of all that this process has waited for, or adopted and reaped."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def grown(count):
    """Grade a class, and look at its processes all the time."""
    found = Grown(count)
    with tempfile.TemporaryDirectory(prefix="growth") as folder:
        bench = Bench(Path(folder), count, KINDS)
        started, before = time.monotonic(), used()
        run = bench.start("out")
        while run.poll() is None:
            look(found, run)
            time.sleep(SAMPLE_SECONDS)
        found.wall, found.cpu = time.monotonic() - started, used() - before
        assert run.returncode == 0, bench.said()
        tables, files = bench.result("out")
        assert tables["marks.csv"].count(b"\n") == count + 1, "somebody has no row"
        assert sum(name.endswith("record.json") for name in files) == count
        found.left = (*bench.left(), *(name for name in files if name.endswith(".part")))
    return found


def look(found, run):
    for role, here in by_role(run.pid, processes(psutil.Process(run.pid))).items():
        found.counts[role] = max(len(here), found.counts.get(role, 0))
        for process in here:
            try:
                found.peaks[role] = max(process.memory_info().rss, found.peaks.get(role, 0))
            except psutil.Error:
                continue


def show(few, classes):
    """Print a row a class, and the ratios of the largest to the one before."""
    print(
        f"\n{'hand-ins':>9}{'s':>9}{'s of CPU':>10}{'s more':>9}{'CPU more':>10}  {'processes, MB at the peak of one'}"
    )
    for one in classes:
        wall, cpu = one.a_hand_in(few)
        peaks = ", ".join(f"{role} {one.counts[role]} x {peak >> 20}" for role, peak in sorted(one.peaks.items()))
        print(f"{one.count:9}{one.wall:9.1f}{one.cpu:10.1f}{wall:9.3f}{cpu:10.3f}  {peaks}")
    print(f"left behind: {', '.join(path for one in classes for path in one.left) or 'nothing'}")
    if len(classes) > 1:
        before, last = classes[-2:]
        (wall, cpu), (wall_before, cpu_before) = last.a_hand_in(few), before.a_hand_in(few)
        print(f"{last.count} / {before.count}: seconds {wall / wall_before:.2f}, CPU {cpu / cpu_before:.2f}")
        ratios = {role: last.peaks[role] / before.peaks[role] for role in sorted(before.peaks) if role in last.peaks}
        print("memory: " + ", ".join(f"{role} {ratio:.2f}" for role, ratio in ratios.items()))


def main():
    """Print the table; return 1 if something was left behind."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("counts", nargs="*", type=int, default=[40, 400, 4000])
    options = parser.parse_args()
    adopt()
    few = grown(FEW)
    classes = []
    for count in options.counts:
        classes.append(grown(count))
        print(f"{count} hand-ins: {classes[-1].wall:.0f} s", flush=True)
    show(few, classes)
    return int(any(one.left for one in classes))


if __name__ == "__main__":
    sys.exit(main())
