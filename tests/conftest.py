"""What the tests of the machine share: a small course and one zygote."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.pop("PYTEST_ADDOPTS", None)  # what this session was told is not for the sessions that its tests start

from chosen import (  # noqa: F401 (hooks)
    pytest_cmdline_main,
    pytest_collection_modifyitems,
    pytest_configure_node,
    pytest_report_header,
)
from classroom import REPOSITORY
from made_once import small_course  # noqa: F401 (a fixture)
from skips import pytest_make_collect_report, pytest_runtest_makereport  # noqa: F401 (hooks)

from autograder.authoring.build import plan_files, write_files
from autograder.authoring.known import known_content
from autograder.course.model import Course, load_course
from autograder.isolation.forked import Zygote
from autograder.student.folder.init import bring
from autograder.student.folder.shipped import read_shipped

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


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small course, built; to be copied before it is changed."""
    root = tmp_path_factory.mktemp("mini")
    shutil.copytree(MINI, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    course = load_course(root)
    write_files(course, plan_files(course, known_content))
    return root


@pytest.fixture(scope="session")
def mini_exercises(built_once: Path) -> Path:
    """The exercises that the small course ships; to be copied before they are changed."""
    return built_once / "exercises"


@pytest.fixture
def built(built_once: Path, tmp_path: Path) -> Course:
    """A copy of the small course as `unroll build` leaves it."""
    shutil.copytree(built_once, tmp_path / "mini", ignore=shutil.ignore_patterns("__pycache__"))
    return load_course(tmp_path / "mini")


@pytest.fixture
def home(mini_exercises: Path, tmp_path: Path) -> Path:
    """A student's folder with the exercises of the small course, with nothing written yet."""
    bring(read_shipped(mini_exercises), tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A student's folder with the exercises as they are handed out."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(REPOSITORY / "exercises" / "sine", tmp_path / "sine", ignore=ignored)
    return tmp_path
