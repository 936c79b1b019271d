"""A quiet pytest session inside this process, and the facts about a collected test."""

import inspect
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from autograder.course.model import Lesson, Task
from autograder.errors import CourseError, GradingError
from autograder.exam.module import Answer, Request
from autograder.exam.numbers import plain
from autograder.isolation.environment import must_be_fit

Item = pytest.Function
FIXTURES = ("student", "reference", "rng", "calibrated")
AUTOLOAD = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
OPTIONS = ("-s", "--noconftest", "--assert=plain", "--import-mode=importlib")
# The last two collect garbage at every end, which takes longer than the tests of a task.
WITHOUT = ("unroll", "cacheprovider", "terminal", "logging", "faulthandler", "unraisableexception", "threadexception")


@dataclass(frozen=True)
class PlannedTest:
    """One planned test: where it stands, what it is about and what it weighs.

    Args:
        order: its place among all tests that were collected.
        is_public: whether students have it too, with the same inputs; it shows what is wrong, and decides no mark.
    """

    item: Item
    lesson: Lesson
    task: Task
    weight: float
    core: bool
    order: int = 0
    is_public: bool = False

    @cached_property
    def is_plain(self) -> bool:
        """Whether pytest would do nothing for it but hand it the exam's fixtures and its own parameters."""
        marks = list(self.item.iter_markers())
        own = {name for mark in marks if mark.name == "parametrize" for name in _parameters(mark)}
        return (
            self.item.cls is None
            and not inspect.iscoroutinefunction(self.item.obj)
            and {mark.name for mark in marks} <= {"task", "parametrize"}
            and set(self.item.fixturenames) <= {*FIXTURES, *own}
        )

    @property
    def parameters(self) -> dict[str, Any]:
        """The values of a parametrized test, by name."""
        return dict(self.item.callspec.params) if hasattr(self.item, "callspec") else {}

    @property
    def name(self) -> str:
        return self.item.name.removeprefix("test_").replace("_", " ")


def _parameters(mark: pytest.Mark) -> list[str]:
    """List the names that a mark gives values to; none where these go to fixtures first."""
    if mark.kwargs.get("indirect") or not mark.args:
        return []
    names = mark.args[0]
    return [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)


@dataclass(frozen=True)
class Measured:
    """A number that a test compared with a calibrated threshold.

    Args:
        name: the calibrated check's.
        value: what the grader measured.
        answers: how many answers the module had given by then.
    """

    name: str
    value: float
    limit: float
    answers: int


@dataclass(frozen=True)
class TestRun:
    """What happened when one test was run on one module.

    Args:
        error: what it raised.
        transcript: what the module returned.
        requests: what it was asked, where that is kept.
        printed: what the student's code printed, where that is kept.
        measured: what it compared with calibrated thresholds.
    """

    __test__ = False

    plan: PlannedTest
    error: BaseException | None
    transcript: list[Answer]
    requests: tuple[Request, ...] = ()
    printed: str = ""
    measured: tuple[Measured, ...] = ()

    @cached_property
    def returned(self) -> Any:
        """The transcript as plain JSON data, as it is recorded of known mistakes."""
        return plain(self.transcript)


def run_quietly(tests: list[str], root: Path, plugin: object) -> None:
    """Collect tests and leave the rest to a plugin.

    Raises:
        GradingError: the tests could not be collected or the session stopped.
        UsageError: this process would not judge justly.
    """
    must_be_fit()
    quiet = [word for name in WITHOUT for word in ("-p", f"no:{name}")]
    ini = ["-c", str(Path(__file__).with_name("exam.ini")), f"--rootdir={root}"]
    failures = _Failures()
    with _no_wishes():
        status = pytest.main([*OPTIONS, *quiet, *ini, *tests], plugins=[plugin, failures])
    if failures.error is not None:
        raise failures.error
    if status != pytest.ExitCode.OK:
        raise GradingError(f"The tests in {root} could not be run: {failures.text or pytest.ExitCode(status).name}")


@contextmanager
def _no_wishes() -> Iterator[None]:
    """Keep away the caller's options for pytest, and what is installed beside the kit: a plugin may shuffle tests."""
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("PYTEST")]:
        del os.environ[name]
    os.environ[AUTOLOAD] = "1"
    try:
        yield
    finally:
        for name in [name for name in os.environ if name.startswith("PYTEST")]:
            del os.environ[name]
        os.environ.update({name: value for name, value in before.items() if name.startswith("PYTEST")})


class _Failures:
    """Keeps why a session failed, so that it can be said in one line; what it collects leaves no file."""

    def __init__(self) -> None:
        self.text = ""
        self.error: BaseException | None = None

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self) -> Iterator[None]:
        """Compile tests in memory alone: a student's folder is the student's."""
        before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
        try:
            return (yield)
        finally:
            sys.dont_write_bytecode = before

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self.text:
            self.text = f"{report.nodeid}: {str(report.longrepr).strip().splitlines()[-1]}"

    def pytest_collection_finish(self) -> None:
        """Let the folders of the tests, of which pytest makes modules, have no file: `inspect` trips over None."""
        for module in list(sys.modules.values()):
            if getattr(module, "__dict__", {}).get("__file__", "") is None:
                del module.__file__

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        self.error = excinfo.value
        return True

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        if isinstance(excinfo.value, KeyboardInterrupt):
            self.error = excinfo.value


def plan_of(item: Any, lesson: Lesson, order: int) -> PlannedTest:
    """Read the mark of a test: its task, its weight, and whether it is core."""
    mark = item.get_closest_marker("task")
    names = {task.name for task in lesson.tasks}
    if mark is None or not mark.args or mark.args[0] not in names:
        raise CourseError(f'{item.path}: {item.name} names no task of {lesson.key}. Add @pytest.mark.task("...").')
    weight, core = mark.kwargs.get("weight", 1), mark.kwargs.get("core", False)
    return PlannedTest(item, lesson, lesson.task(mark.args[0]), float(weight), bool(core), order)
