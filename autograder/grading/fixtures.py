"""What public tests find in a folder of exercises; torch is imported when the first of them asks for code."""

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from autograder.grading.student import Module
    from autograder.isolation.worker import Zygote


@pytest.fixture(scope="session")
def _unroll_zygote() -> "Iterator[Zygote]":
    """Start one warm process for all tests."""
    from autograder.isolation.worker import Zygote

    with Zygote() as zygote:
        yield zygote


@pytest.fixture
def student(request: pytest.FixtureRequest, _unroll_zygote: "Zygote") -> "Iterator[Module]":
    """Bind the lesson beside the test file, in a worker."""
    from autograder.grading.home import at_home

    yield from at_home(request.node.path, _unroll_zygote)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say in a line what is wrong, instead of showing how the test found out."""
    report = yield
    if call.excinfo is not None and "student" in getattr(item, "fixturenames", ()):
        report.longrepr = str(call.excinfo.value).strip() or repr(call.excinfo.value)
    return report
