"""Grade a class in which many hand-ins sleep just under every limit. See README.md."""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from grading import ENVIRONMENT, ROOT

AWAKE, ASLEEP = "honest", "sleeper"


def make_hand_in(folder, seconds):
    """Write the right answers of `sine`; with `seconds`, every function sleeps so long at each call."""
    folder.mkdir(parents=True)
    for lesson in (ROOT / "solutions" / "sine").glob("*/lesson.py"):
        text = lesson.read_text()
        if seconds:
            slow = re.sub(r"^( *)# BEGIN SOLUTION", rf"\1time.sleep({seconds})", text, flags=re.MULTILINE)
            text = f"import time\n{slow}"
        (folder / f"{lesson.parent.name}.py").write_text(text)


def make_class(folder, sleepers, honest, seconds):
    """Make a class in which the honest hand-ins stand evenly among the sleepers."""
    count = sleepers + honest
    for number in range(count):
        is_honest = (number + 1) * honest // count > number * honest // count
        make_hand_in(folder / f"{number:04d}-{AWAKE if is_honest else ASLEEP}", 0 if is_honest else seconds)
    return folder


def grade(folder, out, jobs):
    """Grade a class; return the seconds of the run, and those until each honest hand-in was done, in order."""
    command = [sys.executable, "-m", "autograder.cli", "grade", "sine", str(folder), "-o", str(out), "-j", str(jobs)]
    started = time.time()
    subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    total = time.time() - started
    results = sorted((one.stat().st_mtime - started, one) for one in out.glob(f"*-{AWAKE}/results.json"))
    assert all(json.loads(one.read_text())["score"] > 35 for _, one in results), "an honest hand-in lost points"
    return total, [seconds for seconds, _ in results]


def last_sentence(out):
    """Say what a sleeper is told."""
    record = json.loads(next(iter(sorted(out.glob(f"*-{ASLEEP}/results.json")))).read_text())
    return record["extra_data"]["tasks"][-1]["message"]


def main():
    """Print the times of a class with sleepers and of its honest part alone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sleepers", type=int, nargs="?", default=40)
    parser.add_argument("--honest", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=9.5, help="how long each call sleeps")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        make_class(work / "alone", 0, options.honest, 0)
        make_class(work / "mixed", options.sleepers, options.honest, options.seconds)
        alone, done_alone = grade(work / "alone", work / "out-alone", options.jobs)
        total, done = grade(work / "mixed", work / "out", options.jobs)
        budget = json.loads((work / "out" / "run.json").read_text())["hand_in_seconds"]
        print(f"{options.honest} honest hand-ins alone: {alone:.0f} s, the last one after {done_alone[-1]:.0f} s")
        print(f"with {options.sleepers} sleepers: {total:.0f} s, the last honest one after {done[-1]:.0f} s")
        print(f"a hand-in had {budget:g} s; {(total - done_alone[0]) / options.sleepers:.2f} s a sleeper")
        print(f"a sleeper is told: {last_sentence(work / 'out')}")


if __name__ == "__main__":
    main()
