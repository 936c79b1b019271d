"""Grade a class with many workers of dask on this machine; compare its tables with those of one run. See README.md."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import psutil
from dask_here import DaskHere
from growth import SAMPLE_SECONDS
from kills import Bench, adopt
from roles import by_role, processes
from small_class import KINDS

SENDS = ("main", "reader", "scheduler")  # there is one of each, however many workers there are


def watched(run, dask):
    """Wait for a run; return the most processes of each role, and the seconds of CPU of those that are there once."""
    counts, seconds = {}, {}
    while run.poll() is None:
        for role, here in by_role(run.pid, processes(psutil.Process(run.pid), dask.scheduler, *dask.workers)).items():
            counts[role] = max(len(here), counts.get(role, 0))
            if role in SENDS:
                seconds[role] = cpu_of(here[0]) or seconds.get(role, 0.0)
        time.sleep(SAMPLE_SECONDS)
    return counts, seconds


def cpu_of(process):
    """CPU of a process so far; 0 once it has ended."""
    try:
        used = process.cpu_times()
    except psutil.Error:
        return 0.0
    return used.user + used.system


def main():
    """Print what each role used; return 1 if a table is another one, or something is left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=32)
    parser.add_argument("--hand-ins", type=int, default=400)
    options = parser.parse_args()
    adopt()
    with tempfile.TemporaryDirectory(prefix="many") as folder:
        bench = Bench(Path(folder), options.hand_ins, KINDS)
        bench.undisturbed()
        print(f"one machine: {bench.seconds:.0f} s for {options.hand_ins} hand-ins", flush=True)
        bench.dask = DaskHere(Path(folder) / "dask", options.workers)
        try:
            return compared(bench, options)
        finally:
            bench.dask.close()


def compared(bench, options):
    """Grade on the cluster and compare."""
    started = time.monotonic()
    before = cpu_of(bench.dask.scheduler)
    run = bench.start("cluster")
    counts, seconds = watched(run, bench.dask)
    took = time.monotonic() - started
    assert run.returncode == 0, bench.said()
    print(f"{options.workers} workers: {took:.0f} s; processes: {counts}")
    seconds["scheduler"] -= before
    for role, used in seconds.items():
        print(f"{role:10} {used:6.1f} s of CPU, {1000 * used / options.hand_ins:.1f} ms a hand-in")
    other = [name for name, content in bench.result("cluster")[0].items() if content != bench.expected[0][name]]
    left = bench.left()
    print("tables: " + (f"others in {', '.join(other)}" if other else "the same") + f"; left: {left or 'nothing'}")
    return int(bool(other or left))


if __name__ == "__main__":
    sys.exit(main())
