"""`--json` of `unroll grade` and `unroll merge`: what a class got, for programs, as one object on standard output."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder import __version__
from autograder.course.model import Course
from autograder.exam.results import HandInResult, TaskResult
from autograder.grading.merge import Merged, class_size, merge
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
    _print(class_object(found, graded))
    return not (graded.failed or found.loose)


def print_merging(outs: Sequence[Path], out: Path, yes: bool = False) -> bool:
    """Put shards together and print the object; progress goes to standard error.

    Returns: whether everybody's work is graded.
    """
    with progress(class_size(outs)) as bar:
        merged = merge(outs, out, yes, bar)
    _print(merged_object(merged, out))
    return not (merged.graded.failed or merged.loose)


def _print(data: Mapping[str, Any]) -> None:
    with perhaps_unheard():
        print(json.dumps(data, indent=1), flush=True)


def class_object(found: Class, graded: Graded) -> dict[str, Any]:
    """Make the object; every text in it is printable, whatever a hand-in was called."""
    about = _object(found.out, found.assignment.name, graded, found.people, found.loose)
    return about | {"skipped": _printable(found.skipped), "said": _printable(found.said)}


def merged_object(merged: Merged, out: Path) -> dict[str, Any]:
    """Make the same object of a class that was put together; a merge looks at no hand-ins, so it skips nothing."""
    return _object(out, merged.assignment.name, merged.graded, merged.people, merged.loose)


def _object(
    out: Path, assignment: str, graded: Graded, people: Mapping[str, Identity], loose: Sequence[str]
) -> dict[str, Any]:
    return {
        "version": VERSION,
        "kit": __version__,
        "assignment": assignment,
        "out": str(out),
        "students": [_student(result, people) for result in Written(out, graded.results)],
        "failed": {one_line(student): one_line(why) for student, why in graded.failed.items()},
        "loose": _printable(loose),
        "skipped": [],
        "unread": _printable(graded.unread),
        "said": [],
        "identical": [
            {"lesson": one.lesson, "students": [one_line(name) for name in one.students]} for one in graded.identical
        ],
        "changed": [_change(one) for one in _moved(out)],
    }


def _printable(texts: Sequence[str]) -> list[str]:
    return [one_line(text) for text in texts]


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
