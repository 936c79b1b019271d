"""Measure the CPU of grading one right student in every assignment, beyond the student's own code. See README.md."""

import os
import resource
import sys
import time

os.environ |= {"OMP_NUM_THREADS": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

from grading import ROOT, alone

sys.path.insert(0, str(ROOT / "tests"))

from classroom import hand_in

from autograder.authoring.lesson import read_lesson
from autograder.course.model import load_course
from autograder.exam.exam import course_exam, run_session
from autograder.exam.examine import examine
from autograder.isolation.forked import Zygote

COURSE = load_course(ROOT)
STUDENTS = 5


def right(lesson):
    return (lesson.folder / "lesson.py").read_text()


def stub(lesson):
    return read_lesson(lesson.folder / "lesson.py").stub()


def made(assignment, text, number):
    """A hand-in that differs from others in a comment."""
    return hand_in(str(number), **{one.name: f"# {number}\n{text(one)}" for one in assignment.lessons})


def used(who):
    spent = resource.getrusage(who)
    return spent.ru_utime + spent.ru_stime


def spent(assignment, text, count):
    """CPU of the grader and of the zygote with its workers, for some hand-ins, start-up of the zygote included."""
    before = used(resource.RUSAGE_CHILDREN)
    marks = []

    def work(exam):
        with Zygote() as zygote:
            examine(exam, assignment, made(assignment, text, "first"), zygote, COURSE.limits)
            start = time.process_time()
            for number in range(count):
                result = examine(exam, assignment, made(assignment, text, number), zygote, COURSE.limits)
                marks.append(sum(task.score for task in result.tasks))
            marks.append(time.process_time() - start)

    run_session(course_exam(assignment.lessons, "seed", work))
    *scores, grader = marks
    full = sum(task.points for lesson in assignment.lessons for task in lesson.tasks)
    assert set(scores) == {full if text is right else 0}, scores
    return grader, used(resource.RUSAGE_CHILDREN) - before


def a_student(assignment, text):
    """CPU of the grader and of the workers for one hand-in more."""
    (few, few_workers), (many, many_workers) = (spent(assignment, text, n) for n in (STUDENTS, 3 * STUDENTS))
    return (many - few) / (2 * STUDENTS), (many_workers - few_workers) / (2 * STUDENTS)


def main():
    """Print a row for each assignment, and the sum."""
    rows = []
    print(f"{'':12}{'tasks':>6}{'own code':>10}{'workers':>10}{'the rest':>10}{'grader':>10}{'beyond own code':>17}")
    for assignment in COURSE.assignments:
        grader, workers = a_student(assignment, right)
        _, empty = a_student(assignment, stub)
        own = alone(assignment.name)
        rows.append((own, empty, workers - empty - own, grader, workers + grader - own))
        tasks = sum(len(lesson.tasks) for lesson in assignment.lessons)
        print(f"{assignment.name:12}{tasks:6}" + "".join(f"{n:10.2f}" for n in rows[-1][:4]) + f"{rows[-1][4]:17.2f}")
    total = [sum(column) for column in zip(*rows, strict=True)]
    print(f"{'all':18}" + "".join(f"{n:10.2f}" for n in total[:4]) + f"{total[4]:17.2f}")


if __name__ == "__main__":
    main()
