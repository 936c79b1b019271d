"""From tests to marks: a task whose core tests do not all pass earns 0, else its points times the weight passed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from autograder.course import Task
from autograder.grading.records import OUTCOMES, TaskResult, TestResult


def share_points(task: Task, tests: Sequence[TestResult]) -> list[TestResult]:
    """Give each test its share of the task's points."""
    total = sum(test.weight for test in tests)
    lost = not all(test.outcome == "passed" for test in tests if test.core)
    return [_with_points(test, task.points * test.weight / total if total else 0.0, lost) for test in tests]


def _with_points(test: TestResult, points: float, lost: bool) -> TestResult:
    earned = points if test.outcome == "passed" and not lost else 0.0
    return replace(test, score=earned, max_score=points)


def task_result(lesson: str, task: Task, tests: Sequence[TestResult], mistake: str, cause: str) -> TaskResult:
    """Add up a task's tests, already with their points.

    Args:
        mistake: the id of the recognised mistake, or "".
        cause: its sentence, or "".
    """
    outcome = worst(test.outcome for test in tests)
    fact = next((test.message for test in tests if test.outcome == outcome and test.message), "")
    score = round(sum(test.score for test in tests), 6)
    message = f"{fact} Likely cause: {cause}" if cause else fact
    return TaskResult(lesson, task.name, score, task.points, outcome, mistake, message if outcome != "passed" else "")


def worst(outcomes: Iterable[str]) -> str:
    """Return the first of `OUTCOMES` that occurs; nothing at all is a failure."""
    found = set(outcomes)
    return next((outcome for outcome in OUTCOMES if outcome in found), "failed")
