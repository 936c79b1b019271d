"""Each task with how many passed it, and the distribution of the marks."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.course.model import Assignment
from autograder.reports.class_page.entry import Entry

BINS = 10


@dataclass(frozen=True)
class TaskRow:
    """One task of the class.

    Args:
        count: how many have a verdict.
        passed, failed, missing, stopped: how many of those.
        mean: of its points.
    """

    lesson: str
    task: str
    points: float
    count: int
    passed: int
    failed: int
    missing: int
    stopped: int
    mean: float

    @property
    def rate(self) -> float:
        """The share that passed, 0 to 1."""
        return self.passed / self.count if self.count else 0.0


def task_rows(assignment: Assignment, entries: Sequence[Entry]) -> list[TaskRow]:
    """Count the outcomes of each task."""
    places = [(lesson.name, task) for lesson in assignment.lessons for task in lesson.tasks]
    rows = []
    for number, (lesson, task) in enumerate(places):
        found = [entry.outcomes[number] for entry in entries if entry.outcomes[number]]
        passed, failed, missing = (found.count(name) for name in ("passed", "failed", "missing"))
        stopped = len(found) - passed - failed - missing
        mean = sum(entry.scores[number] for entry in entries) / len(found) if found else 0.0
        rows.append(TaskRow(lesson, task.name, task.points, len(found), passed, failed, missing, stopped, mean))
    return rows


@dataclass(frozen=True)
class Distribution:
    """The marks of a class, as shares of the maximum, 0 to 1.

    Args:
        bins: how many lie in each tenth; the last one includes the maximum.
    """

    count: int
    mean: float
    median: float
    lower: float
    upper: float
    bins: tuple[int, ...]


def distribution(entries: Sequence[Entry]) -> Distribution:
    """Sum up the marks."""
    shares = sorted(entry.score / entry.max_score if entry.max_score else 0.0 for entry in entries)
    bins = [0] * BINS
    for share in shares:
        bins[min(BINS - 1, max(0, int(share * BINS + 1e-9)))] += 1
    if not shares:
        return Distribution(0, 0.0, 0.0, 0.0, 0.0, tuple(bins))
    quarters = statistics.quantiles(shares, n=4, method="inclusive") if len(shares) > 1 else [shares[0]] * 3
    return Distribution(len(shares), statistics.fmean(shares), quarters[1], quarters[0], quarters[2], tuple(bins))
