"""The fixtures of public tests in a folder of exercises; torch is imported when the first test asks for code."""

from collections.abc import Generator, Iterator
from functools import partial
from typing import TYPE_CHECKING

import pytest

from autograder.grading.plugin import refuse_if_unfit

if TYPE_CHECKING:
    from autograder.exam.module import Module
    from autograder.exam.remote import Remote
    from autograder.isolation.child import Workers


REMOTE: "pytest.StashKey[Remote]" = pytest.StashKey()


@pytest.fixture(scope="session")
def _unroll_workers() -> "Iterator[Workers]":
    """Start one warm process for all tests."""
    refuse_if_unfit("torch", "numpy")
    from autograder.isolation.open import open_workers

    with open_workers() as workers:
        yield workers


@pytest.fixture
def student(request: pytest.FixtureRequest, _unroll_workers: "Workers") -> "Iterator[Module]":
    """Bind the lesson beside the test file, in a worker."""
    from autograder.grading.home import at_home

    yield from at_home(request.node.path, _unroll_workers, partial(request.node.stash.__setitem__, REMOTE))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say in one line what is wrong, without a traceback of the test."""
    report = yield
    if call.excinfo is not None and "student" in getattr(item, "fixturenames", ()):
        said = str(call.excinfo.value).strip() or repr(call.excinfo.value)
        report.longrepr = f"{said}\n{_beside(item)}".strip()
    return report


def _beside(item: pytest.Item) -> str:
    """Name the top-level statements that the task needs and that were not run or raised."""
    mark, remote = item.get_closest_marker("task"), item.stash.get(REMOTE, None)
    return remote.said_about(mark.args[0]) if mark and remote else ""
