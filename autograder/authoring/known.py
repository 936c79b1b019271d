"""The numbers that known mistakes return in the public tests: what lets a student read the cause at home."""

from typing import Any

from autograder.authoring.proof import PUBLIC
from autograder.course import Assignment, Lesson
from autograder.grading.exam import Exam, hold
from autograder.grading.numbers import plain

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
    tasks = [{"name": task.name, "points": task.points} for task in lesson.tasks]
    return {"title": lesson.title, "minutes": lesson.minutes, "tasks": tasks, "tests": tests}


def _record(exam: Exam, assignment: Assignment) -> dict[str, Any]:
    return {lesson.name: _tests(exam, lesson) for lesson in assignment.lessons}


def _tests(exam: Exam, lesson: Lesson) -> dict[str, Any]:
    room = exam.rooms[lesson.key]
    tests: dict[str, Any] = {}
    for plan in room.plans:
        entries = []
        for variant in room.mistakes:
            if variant.task not in room.uses[plan.task.name]:
                continue
            run = exam.known(plan, variant)
            if run.error is not None:
                entries.append({"id": variant.id, "says": variant.says, "returns": plain(run.transcript)})
        tests[plan.item.name] = entries
    return tests
