"""What an examiner's answer becomes: a result, with what persons have marked and what the deadline does."""

from dataclasses import replace
from typing import Any

from autograder.course.late import Lateness
from autograder.exam.results import HandInResult, TaskResult
from autograder.grading.anonymous import result_without_names
from autograder.grading.opening import Class
from autograder.grading.overrides import marked
from autograder.grading.request import ExaminerRequest

MOST_SAID = 1000  # characters


def result_of(found: Class, request: ExaminerRequest, answer: dict[str, Any]) -> HandInResult:
    """Read a result; of a hand-in that could not be graded, make one."""
    if "result" in answer:
        result = HandInResult.from_json(answer["result"])
        return result_without_names(result, found.names.get(request.folder, ()))
    return _lost(found, request, lost(answer["lost"]))


def lost(why: str) -> str:
    """Say what became of a hand-in that could not be graded."""
    return f"{why} It was tried twice. Grade it again, or look at it by hand."


def with_arrival(found: Class, result: HandInResult) -> HandInResult:
    """Add what persons have marked, what the deadline does, and what was said when the hand-in was collected."""
    result = marked(result, found.assignment, found.marks.get(result.folder, {}))
    late = found.late.get(result.folder, Lateness())
    return replace(result, kept=late.kept, late=late.said, collected=found.notes.get(result.folder, "")[:MOST_SAID])


def _lost(found: Class, request: ExaminerRequest, message: str) -> HandInResult:
    """Make the row of a hand-in that could not be graded; it is not marked as graded."""
    tasks = tuple(
        TaskResult(lesson.key, task.name, 0.0, task.points, "crashed", "", message)
        for lesson in found.assignment.lessons
        for task in lesson.tasks
    )
    return HandInResult(request.student, request.folder, "", tasks)
