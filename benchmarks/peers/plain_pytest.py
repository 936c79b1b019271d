"""Plain pytest: the hidden tests as they are, in a fresh process for each hand-in, whose modules they import."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from peers import spent
from peers.grader import Job, by_task
from peers.hand_ins import HandIn

CONFTEST = '''\
"""The student's modules are imported into this process."""

import importlib
import os
import sys
from functools import partial

import checking
import pytest

sys.path.insert(0, os.environ["HAND_IN"])


@pytest.fixture
def lesson(request):
    return request.module.__name__.removeprefix("test_")


@pytest.fixture
def student(lesson):
    return checking.Module(vars(importlib.import_module(lesson)), lesson)


@pytest.fixture
def reference(lesson):
    return checking.reference(lesson)


@pytest.fixture
def rng(request):
    return checking.rng(request.node.name)


@pytest.fixture
def calibrated(lesson):
    return partial(checking.calibrated, lesson)
'''
SETTINGS = "[pytest]\nmarkers = task: the task of a hidden test\n"


class PlainPytest:
    """One `python -m pytest` for each hand-in."""

    name, environment, few = "pytest, a fresh process each", "pytest", 0

    def set_up(self, place: Path, job: Job) -> None:
        """Write the tests."""
        write_tests(place / "tests", job)

    def hand_in(self, place: Path, job: Job, hand_in: HandIn) -> None:
        """Write a folder of modules."""
        (place / hand_in.student).mkdir()
        for lesson in job.lessons:
            (place / hand_in.student / f"{lesson.name}.py").write_text(hand_in.text(lesson.name), encoding="utf-8")

    def grade(self, place: Path, job: Job, hand_ins: Sequence[HandIn]) -> float:
        """Run pytest once for each student."""
        command = [str(job.python(self.environment)), "-m", "pytest", "-q", "--tb=line", "tests"]
        return sum(
            spent.cpu(
                [*command, f"--junitxml={one.student}.xml"],
                place,
                job.variables(self.environment, HAND_IN=str(place / one.student), PYTEST_DISABLE_PLUGIN_AUTOLOAD="1"),
                statuses=(0, 1),
            )
            for one in hand_ins
        )

    def passed(self, place: Path, job: Job, hand_in: HandIn) -> dict[str, bool]:
        """Read the report of a student's tests."""
        return by_task(job.checks, passed_in((place / f"{hand_in.student}.xml").read_text(encoding="utf-8")))


def write_tests(folder: Path, job: Job) -> None:
    """Write a folder of tests that pytest runs."""
    folder.mkdir(parents=True)
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (folder / "pytest.ini").write_text(SETTINGS, encoding="utf-8")
    for lesson in job.lessons:
        shutil.copy(lesson.folder / "test_hidden.py", folder / f"test_{lesson.name}.py")


def passed_in(report: str) -> set[tuple[str, str]]:
    """Return the (lesson, name) of each test that passed, from a report in JUnit's form."""
    return {
        (case.get("classname", "").split(".")[-1].removeprefix("test_"), case.get("name", ""))
        for case in ElementTree.fromstring(report).iter("testcase")
        if all(part.tag not in ("failure", "error", "skipped") for part in case)
    }
