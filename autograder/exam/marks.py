"""Compute marks from tests: a task earns 0 if a core test fails, else its points times the weight that passed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from autograder.course.model import Task
from autograder.exam.results import OUTCOMES, TaskResult, TestResult


def share_points(task: Task, tests: Sequence[TestResult], part: float | None = None) -> list[TestResult]:
    """Give each test its share of the task's points.

    Args:
        part: what the task earns of its points, 0 to 1, whatever its tests say; None leaves it to them.
    """
    total = sum(test.weight for test in tests)
    lost = not all(test.outcome == "passed" for test in tests if test.core)
    shares = [task.points * test.weight / total if total else 0.0 for test in tests]
    parts = [float(test.outcome == "passed" and not lost) if part is None else part for test in tests]
    return [
        replace(test, score=share * earned, max_score=share)
        for test, share, earned in zip(tests, shares, parts, strict=True)
    ]


def task_result(
    lesson: str, task: Task, tests: Sequence[TestResult], mistake: str, cause: str, besides: str = ""
) -> TaskResult:
    """Add up a task's tests, already with their points.

    Args:
        mistake: the id of the recognised mistake, or "".
        cause: its sentence, or "".
        besides: what else is to be said about the task, or "".
    """
    outcome = worst(test.outcome for test in tests)
    fact = next((test.message for test in tests if test.outcome == outcome and test.message), "")
    stop = "" if not besides or fact.endswith((".", "?")) else "."
    fact = f"{fact}{stop} {besides}".strip() if fact else besides
    score = round(sum(test.score for test in tests), 6)
    said = ("", "") if outcome == "passed" else (fact, cause)
    return TaskResult(lesson, task.name, score, task.points, outcome, mistake, *said)


def worst(outcomes: Iterable[str]) -> str:
    """Return the first of `OUTCOMES` that occurs; nothing at all is a failure."""
    found = set(outcomes)
    return next((outcome for outcome in OUTCOMES if outcome in found), "failed")
