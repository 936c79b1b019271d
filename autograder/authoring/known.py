"""Make `known.json` for a student's kit: tasks, hints, shapes, pictures, pages, and the returns of known mistakes."""

import json
from typing import Any

from autograder.authoring.lesson import read_lesson
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


def known_content(assignment: Assignment, tests: Tests | None = None) -> dict[str, Any]:
    """Say all that a student's kit is to know of an assignment, as plain JSON data.

    Args:
        tests: what `record` returned; recorded here if not given.
    """
    found = record_tests(assignment) if tests is None else tests
    lessons = {lesson.name: _lesson(lesson, found.get(lesson.name, {})) for lesson in assignment.lessons}
    return {"title": assignment.title, "lessons": lessons}


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
    explanation = Explanation(task.why.strip(), task.another.strip())
    return {**task_data(task), "sealed": seal(lesson.address(task), explanation)}


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
