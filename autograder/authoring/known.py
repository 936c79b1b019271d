"""Make `known.json` for a kit: tasks, hints, shapes, pictures, pages, locks, and the returns of known mistakes."""

import json
from collections.abc import Mapping
from typing import Any

from autograder.authoring.lesson import read_lesson
from autograder.authoring.locks import Found, lock_data, record_right
from autograder.authoring.page import page_parts
from autograder.authoring.proof import PUBLIC
from autograder.authoring.unseen import beyond
from autograder.course.calibration import thresholds
from autograder.course.model import Assignment, Lesson, Task
from autograder.course.probes import probe_source
from autograder.course.task import Drawn, Picture, drawn_data, task_data
from autograder.course.variants import Variant
from autograder.exam.exam import Exam, course_exam, run_session
from autograder.exam.numbers import plain
from autograder.text.sealed import Explanation, seal

SEED = "public"
Test = dict[str, Any]
Tests = dict[str, dict[str, Test]]


def known_content(
    assignment: Assignment, tests: Tests | None = None, right: Mapping[str, Found] | None = None
) -> dict[str, Any]:
    """Say all that a student's kit is to know of an assignment, as plain JSON data.

    Args:
        tests: what `record_tests` returned; recorded here if not given.
        right: by lesson, what its right programs answer to the questions of its locks. If it is not given, that is
            asked here, with the kernels of this process; and a lock that is the same as before asks no mistake again.
    """
    found = record_tests(assignment) if tests is None else tests
    lessons = {}
    for lesson in assignment.lessons:
        locks = _locks(lesson, record_right(lesson) if right is None else right[lesson.name], right is not None)
        lessons[lesson.name] = {**_lesson(lesson, found.get(lesson.name, {})), "locks": locks}
    return {"title": assignment.title, "lessons": lessons}


def _locks(lesson: Lesson, right: Found, with_mistakes: bool) -> dict[str, Any]:
    before = _locks_before(lesson)
    return {
        task.name: lock_data(lesson, task, right[task.name], before.get(task.name), with_mistakes)
        for task in lesson.tasks
    }


def _locks_before(lesson: Lesson) -> dict[str, Any]:
    """Read the locks that were built before; none if there are none."""
    root = lesson.folder.parents[2]
    try:
        content = json.loads((root / "exercises" / lesson.assignment / "known.json").read_text(encoding="utf-8"))
        return dict(content["lessons"][lesson.name]["locks"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def record_tests(assignment: Assignment) -> Tests:
    """Run every mistake on the public tests, and write down what it returns in those that it fails.

    Returns: plain JSON data; by lesson and test, what the right answer returns (`right`) and a list of `mistakes`.
    """
    found: Tests = {}
    run_session(course_exam(assignment.lessons, SEED, lambda exam: found.update(_record(exam, assignment)), PUBLIC))
    plain_data: Tests = json.loads(json.dumps(found))
    return plain_data


def _lesson(lesson: Lesson, tests: dict[str, Test]) -> dict[str, Any]:
    tasks = [_task(lesson, task) for task in lesson.tasks]
    pictures = [_picture(lesson, picture) for picture in lesson.pictures]
    mistakes = {name: test["mistakes"] for name, test in tests.items()}
    page = page_parts(read_lesson(lesson.folder / "lesson.py"))
    left_out = beyond(lesson)
    about = {"title": lesson.title, "minutes": lesson.minutes, **({"beyond": left_out} if left_out else {})}
    return {**about, "tasks": tasks, "tests": mistakes, "pictures": pictures, "page": page}


def _picture(lesson: Lesson, picture: Picture) -> dict[str, Any]:
    """Ship a picture with the source of its probe and the number of its threshold."""
    source = probe_source((lesson.folder / "pictures.py").read_text(encoding="utf-8"), [picture.probe])
    limit = thresholds(lesson)[picture.threshold] if picture.threshold else None
    return drawn_data(Drawn(picture, limit, source))


def _task(lesson: Lesson, task: Task) -> dict[str, Any]:
    return {**task_data(task), "sealed": seal(lesson.address(task), Explanation(task.why.strip(), ""))}


def _record(exam: Exam, assignment: Assignment) -> Tests:
    return {lesson.name: _tests(exam, lesson) for lesson in assignment.lessons}


def _tests(exam: Exam, lesson: Lesson) -> dict[str, Test]:
    room = exam.lessons[lesson.key]
    tests: dict[str, Test] = {}
    for plan in room.plans:
        entries = []
        for variant in room.mistakes:
            if variant.task not in room.uses[plan.task.name]:
                continue
            run = exam.run_mistake(plan, variant)
            if run.error is not None:
                # By its name, since a number would change with every mistake that is written above.
                known_as = {"id": variant.id, "variant": variant.name, "says": variant.says}
                entries.append({**known_as, "returns": plain(run.transcript)})
        right = exam.run_mistake(plan, Variant("", plan.task.name, "", "", 0, room.answer))
        tests[plan.item.name] = {"right": plain(right.transcript), "mistakes": entries}
    return tests
