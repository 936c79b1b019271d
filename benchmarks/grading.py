"""Compare the CPU of grading a class with that of a fresh pytest process for each hand-in. See README.md."""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "NO_COLOR": "1"}
HAND_INS, FRESH = 20, 3

NAIVE = """
import os, sys
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
from pathlib import Path
from autograder.course import load_course
from autograder.grading.exam import Exam, hold
from autograder.grading.student import Local
course = load_course(Path.cwd())
lessons = course.assignment("sine").lessons
def work(exam):
    for room in exam.rooms.values():
        local = Local(room.lesson.name, (Path(sys.argv[1]) / f"{room.lesson.name}.py").read_text())
        for plan in room.plans:
            assert exam.run(plan, local.ask).error is None
hold(Exam(lessons, "seed", work))
"""


def children_seconds():
    """CPU that ended child processes have used so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cpu(command):
    """Run a command; return the CPU of it and of all its children."""
    before = children_seconds()
    subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return children_seconds() - before


def make_class(folder, count):
    """Make right hand-ins that differ in a comment."""
    for number in range(count):
        one = folder / f"student{number:03d}"
        one.mkdir(parents=True)
        for lesson in (ROOT / "solutions" / "sine").glob("*/lesson.py"):
            text = f"# {number}\n{lesson.read_text()}"
            (one / f"{lesson.parent.name}.py").write_text(text)
    return folder


def grade(folder, out):
    """The command that grades a class."""
    return [sys.executable, "-m", "autograder.cli", "grade", "sine", str(folder), "-o", str(out)]


def alone():
    """CPU of the student's code alone: the calls of all tests, made directly in this warm process."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    import torch

    from autograder.course import load_course
    from autograder.grading.exam import Exam, hold
    from autograder.grading.student import Local

    torch.set_num_threads(1)
    spent = []

    def work(exam):
        for _ in range(4):
            total = 0.0
            for room in exam.rooms.values():
                local = Local(room.lesson.name, room.answer)

                def ask(op, request, local=local):
                    nonlocal total
                    start = time.process_time()
                    try:
                        return local.ask(op, request)
                    finally:
                        total += time.process_time() - start

                for plan in room.plans:
                    assert exam.run(plan, ask).error is None
            spent.append(total)

    hold(Exam(load_course(ROOT).assignment("sine").lessons, "seed", work))
    return sorted(spent[1:])[1]


def compare_cpu(work):
    """Print the ratios that matter."""
    folder = make_class(work / "class", HAND_INS)
    kit = cpu(grade(folder, work / "out")) / HAND_INS
    few = sorted(folder.iterdir())[:FRESH]
    fresh = sum(
        cpu([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "autograder", "--submission", str(one)])
        for one in few
    )
    naive = sum(cpu([sys.executable, "-c", NAIVE, str(one)]) for one in few)
    fresh, naive, student = fresh / FRESH, naive / FRESH, alone()
    print(f"the kit                  {kit:6.2f} s of CPU a hand-in, start-up included")
    print(f"fresh pytest process     {fresh:6.2f} s: {fresh / kit:.1f} times as much")
    print(f"naive pytest process     {naive:6.2f} s: {naive / kit:.1f} times as much")
    print(f"the student's code alone {student:6.2f} s: the machine's own share is {1 - student / kit:.0%}")


def compare_memory(work):
    """Print the peak of the largest process with 20 and with 200 hand-ins."""
    peaks = []
    for count in (HAND_INS, 10 * HAND_INS):
        folder = make_class(work / f"class{count}", count)
        command = ["/usr/bin/env", sys.executable, "-c", PEAK, *grade(folder, work / f"out{count}")]
        peaks.append(
            int(subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True).stdout.split()[-1])
        )
        print(f"{count:4d} hand-ins: {peaks[-1] / 1024:.0f} MB")
    print(f"ratio {peaks[1] / peaks[0]:.2f}")


PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def main():
    """Run one of the two comparisons."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memory", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        (compare_memory if options.memory else compare_cpu)(Path(folder))


if __name__ == "__main__":
    main()
