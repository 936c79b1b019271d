"""Tell an author which wrong answer fails which test, and how near each is to the next."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.course.model import Task
from autograder.course.variants import Variant
from autograder.exam.distance import distance
from autograder.exam.exam import Exam
from autograder.exam.lesson_tests import LessonTests
from autograder.exam.session import PlannedTest


@dataclass(frozen=True)
class Row:
    """One wrong answer.

    Args:
        fails: whether it fails each test of its task, in the order of the tests.
        apart: each wrong answer with another id, and how far its returns are, at the worst number of the worst test.
    """

    id: str
    name: str
    fails: tuple[bool, ...]
    apart: tuple[tuple[Variant, float], ...]

    @property
    def nearest(self) -> tuple[float, str]:
        """How far the nearest wrong answer with another id is, and its id; infinitely far where all differ in kind."""
        return min(((far, other.id) for other, far in self.apart), default=(math.inf, ""))


@dataclass(frozen=True)
class Matrix:
    """The tests of one task, and a row for each of its wrong answers."""

    task: str
    tests: tuple[str, ...]
    rows: tuple[Row, ...]


def matrices(exam: Exam, room: LessonTests) -> list[Matrix]:
    """Run every wrong answer of a lesson through the tests of its task."""
    return [_matrix(exam, room, task) for task in room.lesson.tasks]


def _matrix(exam: Exam, room: LessonTests, task: Task) -> Matrix:
    plans = [plan for plan in room.plans if plan.task == task]
    found = [variant for variant in room.mistakes if variant.task == task.name]
    rows = tuple(_row(exam, plans, variant, found) for variant in found)
    return Matrix(task.name, tuple(plan.name for plan in plans), rows)


def _row(exam: Exam, plans: Sequence[PlannedTest], variant: Variant, others: Sequence[Variant]) -> Row:
    fails = tuple(exam.run_mistake(plan, variant).error is not None for plan in plans)
    apart = tuple((other, _apart(exam, plans, variant, other)) for other in others if other.id != variant.id)
    return Row(variant.id, variant.name, fails, apart)


def _apart(exam: Exam, plans: Sequence[PlannedTest], first: Variant, second: Variant) -> float:
    """Compare two wrong answers in the tests that the first one fails: these tests decide which name it gets."""
    failed = [plan for plan in plans if exam.run_mistake(plan, first).error is not None]
    pairs = ((exam.run_mistake(plan, first), exam.run_mistake(plan, second)) for plan in failed)
    return max((distance(one.transcript, other.transcript) for one, other in pairs), default=math.inf)


def matrix_lines(lesson: str, matrix: Matrix) -> Iterator[str]:
    """Write a matrix as text: x where a wrong answer fails, and the nearest other one."""
    yield f"{lesson}:{matrix.task}"
    for number, test in enumerate(matrix.tests, 1):
        yield f"  {number:2d}  {test}"
    yield "  " + " " * 42 + " ".join(f"{number:2d}" for number in range(1, len(matrix.tests) + 1)) + "  nearest"
    for row in matrix.rows:
        marks = " ".join(" x" if fails else " ." for fails in row.fails)
        yield f"  {row.id:5s} {row.name[:35]:35s} {marks}  {_near(row)}"


def _near(row: Row) -> str:
    far, near = row.nearest
    return f"{near} {far:.2g}" if near and far < math.inf else "none is alike in kind"


def as_data(matrix: Matrix) -> dict[str, Any]:
    """Write a matrix as plain JSON data; wrong answers that differ in kind or shape are not beside each other."""
    return {"tests": list(matrix.tests), "mistakes": {row.name: _as_data(row) for row in matrix.rows}}


def _as_data(row: Row) -> dict[str, Any]:
    apart = {other.name: far for other, far in row.apart if far < math.inf}
    return {"id": row.id, "fails": list(row.fails), "apart": apart}
