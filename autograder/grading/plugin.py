"""The pytest plugin that is installed with the kit.

In a folder of exercises, `pytest` runs the public tests on the files there. In a course,
`pytest autograder --submission PATH` grades one hand-in with the hidden tests.
"""

from importlib import import_module
from pathlib import Path

import pytest

from autograder.isolation.environment import unfit


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--submission`."""
    group = parser.getgroup("unroll", "grade a hand-in")
    group.addoption("--submission", metavar="PATH", help="grade this folder, .zip, .py or .ipynb with the hidden tests")
    group.addoption("--seed", metavar="TEXT", default="", help="secret of the hidden inputs (default: a fresh one)")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and take over where a hand-in is to be graded."""
    config.addinivalue_line(
        "markers", "task(name, core=False, weight=1): the task of an exercise that a test belongs to"
    )
    path = config.getoption("submission", None)
    if path and not hasattr(config, "workerinput"):  # a process of pytest-xdist has nothing to do
        refuse_if_unfit()
        from autograder.grading.single import Single

        config.pluginmanager.register(Single(config, Path(path)), "unroll-submission")
        return
    config.pluginmanager.register(import_module("autograder.grading.fixtures"), "unroll-exercises")


def refuse_if_unfit(*needed: str) -> None:
    """End pytest with one line if its verdicts could be wrong."""
    why = unfit(*needed)
    if why:
        pytest.exit(why, returncode=2)
