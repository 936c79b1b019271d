"""Show in which processes the CPU of one hand-in goes, and what of it is the kit's own share. See README.md."""

import argparse
import gc
import os
import tempfile
import time
from collections import Counter
from pathlib import Path
from statistics import median
from unittest.mock import patch

from grading import alone, make_class

from autograder.course.model import load_course
from autograder.exam.exam import course_exam, run_session
from autograder.exam.examine import examine
from autograder.grading.pace import measured
from autograder.intake import Student, read_hand_in
from autograder.isolation.forked import Zygote
from autograder.isolation.worker import Worker

ROOT = Path(__file__).resolve().parents[1]
WARM = 3  # hand-ins that are not counted


def counting(spent):
    """Have every worker that is closed meanwhile add its seconds."""
    close = Worker.close

    def counted(self):
        is_first, ended = self.ended is None, close(self)
        if is_first:
            spent["workers"] += ended.cpu_seconds
            spent["number of workers"] += 1
        return ended

    return patch.object(Worker, "close", counted)


def seconds_of(pid):
    """CPU of one process, without its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def grade_all(exam, course, folders, pictures, spent):
    """Put hand-ins through the exam in this process; return what each but the first few took, by place."""
    assignment = course.assignment("sine")
    with Zygote() as zygote:
        budget = measured(exam, assignment.lessons, zygote, course.limits)
        found = []
        for number, folder in enumerate(folders):
            spent.clear()
            before = time.process_time()
            if number == WARM:
                forked = seconds_of(zygote.pid)
            hand_in = read_hand_in(Student(folder.name, folder.name, folder), assignment, course.limits)
            result = examine(
                exam, assignment, hand_in, zygote, course.limits, budget, has_cases=pictures, has_pictures=pictures
            )
            assert all(task.outcome == "passed" for task in result.tasks), result
            result.to_json()
            found.append({**spent, "examiner": time.process_time() - before})
        return found[WARM:], (seconds_of(zygote.pid) - forked) / len(found[WARM:])


def places(folders, pictures):
    """Return the seconds of a hand-in by place, as medians; the kernel counts too coarsely for that of the zygote."""
    course, spent, found = load_course(ROOT), Counter(), []
    lessons = course.assignment("sine").lessons

    def work(exam):
        gc.collect()
        gc.freeze()  # as a chief does before it forks examiners
        found.append(grade_all(exam, course, folders, pictures, spent))

    with counting(spent):
        run_session(course_exam(lessons, "seed", work, has_public=pictures))
    ((each, zygote),) = found
    return {**{name: median(one[name] for one in each) for name in each[0]}, "zygote": zygote}


def show(name, found, own):
    """Print one line."""
    total = sum(seconds for place, seconds in found.items() if place != "number of workers")
    parts = ", ".join(f"{place} {found[place]:.3f}" for place in ("workers", "examiner", "zygote"))
    number = found["number of workers"]
    print(f"{name:17s} {total:.2f} s a hand-in: {parts} ({number:.0f} workers); own share {1 - own / total:.0%}")


def main():
    """Print the places with and without the course's pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hand-ins", type=int, default=10)
    parser.add_argument("--pictures", choices=("both", "yes", "no"), default="both")
    options = parser.parse_args()
    kinds = {"yes": [True], "no": [False], "both": [False, True]}[options.pictures]
    with tempfile.TemporaryDirectory() as folder:
        folders = sorted(make_class(Path(folder), options.hand_ins + WARM).iterdir())
        own = alone()
        print(f"student's code    {own:.2f} s, called directly in one warm process")
        for pictures in kinds:
            show("with pictures" if pictures else "without pictures", places(folders, pictures), own)


if __name__ == "__main__":
    main()
