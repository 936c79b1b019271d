"""Compare `unroll grade --jobs 2` with two runs of half a class at the same time, and with one job. See README.md."""

import argparse
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median

from grading import ENVIRONMENT, ROOT, grade, make_class

FEW = 4  # hand-ins of the runs that tell what the start takes


def wall(commands):
    """Run commands at the same time; return the seconds until the last one has ended."""
    start, quiet = time.monotonic(), subprocess.DEVNULL
    running = [subprocess.Popen(one, cwd=ROOT, env=ENVIRONMENT, stdout=quiet, stderr=quiet) for one in commands]
    assert not any([one.wait() for one in running])
    return time.monotonic() - start


def runs(work, count):
    """Make the commands of each way to grade some right hand-ins."""
    whole = make_class(work / "class", count)
    halves = [make_class(work / f"half{number}", count // 2) for number in (1, 2)]
    return {
        "one job": [[*grade(whole, work / "one"), "--jobs", "1"]],
        "two jobs": [[*grade(whole, work / "two"), "--jobs", "2"]],
        "two runs": [[*grade(half, work / f"out-{half.name}"), "--jobs", "1"] for half in halves],
    }


def more(count):
    """Return the seconds of each way that come with the hand-ins beyond the first few."""
    found = []
    for size in (FEW, FEW + count):
        with tempfile.TemporaryDirectory() as folder:
            found.append({name: wall(commands) for name, commands in runs(Path(folder), size).items()})
    few, many = found
    return {name: many[name] - few[name] for name in many}


def main():
    """Print medians of the seconds, and how many times as fast as one job."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hand-ins", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rounds = [more(options.hand_ins) for _ in range(options.rounds)]
    found = {name: median(one[name] for one in rounds) for name in rounds[0]}
    for name, seconds in found.items():
        print(f"{name:9s}{seconds:6.1f} s for {options.hand_ins} more: {found['one job'] / seconds:.2f} x one job")
    print(f"two jobs reach {found['two runs'] / found['two jobs']:.0%} of two runs")


if __name__ == "__main__":
    main()
