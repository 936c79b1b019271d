"""What the tests of the machine share: a small course, one zygote, a way to grade texts."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")

from autograder.course import Course, Limits, load_course
from autograder.grading.exam import Exam, hold
from autograder.grading.examine import examine
from autograder.grading.intake import HandIn, Source
from autograder.grading.records import HandInResult
from autograder.isolation.worker import Zygote

REPOSITORY = Path(__file__).resolve().parents[1]
MINI = REPOSITORY / "tests" / "mini"
Grade = Callable[..., list[HandInResult]]


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    """One warm process for all tests."""
    with Zygote() as warm:
        yield warm


@pytest.fixture(scope="session")
def course() -> Course:
    """This repository's course."""
    return load_course(REPOSITORY)


@pytest.fixture
def mini(tmp_path: Path) -> Course:
    """A copy of a course with one small lesson, `play/double`."""
    shutil.copytree(MINI, tmp_path / "mini", ignore=shutil.ignore_patterns("__pycache__"))
    return load_course(tmp_path / "mini")


def hand_in(student: str, **lessons: str) -> HandIn:
    """Make a hand-in out of texts of `.py` files."""
    sources = {name: Source(name, f"{name}.py", (text,), False) for name, text in lessons.items()}
    return HandIn(student, student, sources, digest=student)


def grade(
    course: Course, assignment: str, hand_ins: list[HandIn], zygote: Zygote, limits: Limits
) -> list[HandInResult]:
    """Grade hand-ins in one exam."""
    wanted = course.assignment(assignment)
    found: list[HandInResult] = []

    def work(exam: Exam) -> None:
        found.extend(examine(exam, wanted, one, zygote, limits) for one in hand_ins)

    hold(Exam(wanted.lessons, "a secret", work))
    return found
