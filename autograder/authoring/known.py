"""What `known.json` tells a student's kit: tasks, hints, shapes, pictures, and what known mistakes return in tests."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from autograder.authoring.proof import PUBLIC
from autograder.course import Assignment, Lesson, Task
from autograder.extras import Picture, Shape
from autograder.grading.calibration import thresholds
from autograder.grading.exam import Exam, hold
from autograder.grading.numbers import plain
from autograder.grading.probes import probe_source
from autograder.reporting.sealed import Explanation, seal

SEED = "public"


def known(assignment: Assignment) -> dict[str, Any]:
    """Run every mistake on the public tests; return lessons, tasks and recorded transcripts as plain JSON data."""
    found: dict[str, Any] = {}
    hold(Exam(assignment.lessons, SEED, lambda exam: found.update(_record(exam, assignment)), PUBLIC))
    return {
        "title": assignment.title,
        "lessons": {lesson.name: _lesson(lesson, found.get(lesson.name, {})) for lesson in assignment.lessons},
    }


def _lesson(lesson: Lesson, tests: dict[str, Any]) -> dict[str, Any]:
    tasks = [_task(lesson, task) for task in lesson.tasks]
    pictures = [_picture(lesson, picture) for picture in lesson.pictures]
    return {"title": lesson.title, "minutes": lesson.minutes, "tasks": tasks, "tests": tests, "pictures": pictures}


def _picture(lesson: Lesson, picture: Picture) -> dict[str, Any]:
    """Ship a picture with the source of its probe and the number of its threshold."""
    source = probe_source((lesson.folder / "pictures.py").read_text(encoding="utf-8"), [picture.probe])
    limit = thresholds(lesson)[picture.threshold] if picture.threshold else None
    return {**asdict(picture), "limit": limit, "source": source}


def _task(lesson: Lesson, task: Task) -> dict[str, Any]:
    sealed = seal(lesson.address(task), Explanation(task.why.strip(), task.another.strip()))
    shapes = {"takes": _shapes(task.takes), "returns": _shapes(task.returns)}
    return {"name": task.name, "points": task.points, "hints": list(task.hints), **shapes, "sealed": sealed}


def _shapes(shapes: Iterable[Shape]) -> dict[str, list[str]]:
    """Write shapes as in `lesson.toml`; `read_shapes` reads both."""
    return {shape.name: [", ".join(shape.axes), shape.about] for shape in shapes}


def _record(exam: Exam, assignment: Assignment) -> dict[str, Any]:
    return {lesson.name: _tests(exam, lesson) for lesson in assignment.lessons}


def _tests(exam: Exam, lesson: Lesson) -> dict[str, Any]:
    room = exam.rooms[lesson.key]
    tests: dict[str, Any] = {}
    for plan in room.plans:
        entries = []
        for number, variant in enumerate(room.mistakes):
            if variant.task not in room.uses[plan.task.name]:
                continue
            run = exam.known(plan, variant)
            if run.error is not None:
                returns = plain(run.transcript)
                entries.append({"id": variant.id, "variant": number, "says": variant.says, "returns": returns})
        tests[plan.item.name] = entries
    return tests
