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
from autograder.course.model import load_course
from autograder.exam.exam import course_exam, run_session
from autograder.exam.local import Local
course = load_course(Path.cwd())
lessons = course.assignment("sine").lessons
def work(exam):
    for tests in exam.lessons.values():
        local = Local(tests.lesson.name, (Path(sys.argv[1]) / f"{tests.lesson.name}.py").read_text())
        for plan in tests.plans:
            assert exam.run(plan, local.ask).error is None
run_session(course_exam(lessons, "seed", work))
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


class Stopwatch:
    """Adds up the CPU of some functions of a module."""

    def __init__(self, module, names):
        self.seconds = 0.0
        for name in names:
            setattr(module, name, self._timed(getattr(module, name)))

    def _timed(self, function):
        def timed(*args, **kwargs):
            start = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                self.seconds += time.process_time() - start

        return timed


def alone(assignment="sine"):
    """CPU of the student's code alone: the calls of all tests, made directly in this warm process."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    import torch

    from autograder.course.model import load_course
    from autograder.exam.exam import course_exam, run_session
    from autograder.exam.local import Local
    from autograder.isolation.inside import calls

    torch.set_num_threads(1)
    watch, spent = Stopwatch(calls, ("call", "gradients", "effects", "follows_device", "run_probe")), []

    def work(exam):
        for _ in range(4):
            before = watch.seconds
            for tests in exam.lessons.values():
                local = Local(tests.lesson.name, tests.answer)
                for plan in tests.plans:
                    assert exam.run(plan, local.ask).error is None
            spent.append(watch.seconds - before)

    run_session(course_exam(load_course(ROOT).assignment(assignment).lessons, "seed", work))
    return sorted(spent[1:])[1]


def compare_cpu(work):
    """Print the ratios that matter."""
    small = cpu(grade(make_class(work / "small", HAND_INS), work / "out")) / HAND_INS
    large = cpu(grade(make_class(work / "large", 2 * HAND_INS), work / "out2")) / HAND_INS
    few = sorted((work / "small").iterdir())[:FRESH]
    fresh = sum(
        cpu([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "autograder", "--submission", str(one)])
        for one in few
    )
    naive = sum(cpu([sys.executable, "-c", NAIVE, str(one)]) for one in few)
    fresh, naive, student, more = fresh / FRESH, naive / FRESH, alone(), large - small
    print(f"the kit, twenty          {small:6.2f} s of CPU a hand-in, start-up included")
    print(f"the kit, twenty more     {more:6.2f} s of CPU a hand-in")
    print(f"fresh pytest process     {fresh:6.2f} s: {fresh / small:.1f} times as much as the twenty")
    print(f"naive pytest process     {naive:6.2f} s: {naive / small:.1f} times as much")
    print(f"the student's code alone {student:6.2f} s")
    print(
        f"the machine's own share  {1 - student / more:6.0%} of each hand-in, {1 - student / small:.0%} with start-up"
    )


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
