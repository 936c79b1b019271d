"""What the tests of the machine share: a small course and one zygote."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")

from classroom import REPOSITORY

from autograder.course import Course, load_course
from autograder.isolation.worker import Zygote

MINI = REPOSITORY / "tests" / "mini"


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
