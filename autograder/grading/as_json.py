"""`unroll grade --json`: what a class got, for programs, as one JSON object on standard output."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder import __version__
from autograder.course.model import Course
from autograder.exam.results import HandInResult, TaskResult
from autograder.grading.opening import Class, Options, open_class
from autograder.grading.run import Graded, grade
from autograder.grading.show import perhaps_unheard
from autograder.isolation.descriptors import need_descriptors
from autograder.reports.class_page.changes import Change
from autograder.reports.class_page.runs import read_runs
from autograder.reports.class_page.write import changed
from autograder.reports.files import Written
from autograder.reports.marks import EXACT, Identity, is_graded
from autograder.reports.terminal import to_look_at
from autograder.text.clean import one_line, printable
from autograder.text.console import progress

VERSION = 2  # raised whenever a key comes, goes or changes its meaning


def print_grading(course: Course, assignment: str, submissions: Path, out: Path, options: Options) -> bool:
    """Grade a class and print the object; progress goes to standard error.

    Returns: whether everybody's work is graded.
    """
    need_descriptors()
    found = open_class(course, assignment, submissions, out, options.seed, options)
    with progress(len(found.asked)) as bar:
        graded = grade(found, options, bar)
    with perhaps_unheard():
        print(json.dumps(class_object(found, graded), indent=1), flush=True)
    return not (graded.failed or found.loose)


def class_object(found: Class, graded: Graded) -> dict[str, Any]:
    """Make the object; every text in it is printable, whatever a hand-in was called."""
    return {
        "version": VERSION,
        "kit": __version__,
        "assignment": found.assignment.name,
        "out": str(found.out),
        "students": [_student(result, found.people) for result in Written(found.out, graded.results)],
        "failed": {one_line(student): one_line(why) for student, why in graded.failed.items()},
        "loose": [one_line(name) for name in found.loose],
        "skipped": [one_line(name) for name in found.skipped],
        "unread": [one_line(student) for student in graded.unread],
        "said": [one_line(line) for line in found.said],
        "identical": [
            {"lesson": one.lesson, "students": [one_line(name) for name in one.students]} for one in graded.identical
        ],
        "changed": [_change(one) for one in _moved(found.out)],
    }


def _moved(out: Path) -> tuple[Change, ...]:
    """Return whose mark or verdict moved since the last whole run; nobody of a first one."""
    runs = read_runs(out)
    return changed(*runs).moved if len(runs) == 2 else ()


def _change(one: Change) -> dict[str, Any]:
    return {
        "student": one_line(one.student),
        "before": round(one.before, EXACT),
        "after": round(one.after, EXACT),
        "tasks": [[task.lesson, task.task] for task in one.tasks],
        "why": [one_line(why) for why in one.why],
    }


def _student(result: HandInResult, people: Mapping[str, Identity]) -> dict[str, Any]:
    who = people.get(result.folder, Identity())
    return {
        "student": one_line(result.student),
        "folder": result.folder,
        "id": one_line(who.id),
        "name": one_line(who.name),
        "email": one_line(who.email),
        "graded": is_graded(result),
        "score": round(result.score, EXACT),
        "max_score": round(result.max_score, EXACT),
        "before": round(result.before, EXACT),
        "kept": result.kept,
        "late": printable(result.late),
        "look": [printable(said) for said in to_look_at(result)],
        "tasks": [_task(task) for task in result.tasks],
    }


def _task(task: TaskResult) -> dict[str, Any]:
    return {
        "lesson": task.lesson,
        "task": task.task,
        "score": round(task.score, EXACT),
        "max_score": round(task.max_score, EXACT),
        "outcome": task.outcome,
        "mistake": task.mistake,
        "message": printable(task.told),
    }
