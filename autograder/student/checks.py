"""Run the public tests of some tasks, and name the mistake where the numbers are those of a known one."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import pytest
import torch
from _pytest.runner import runtestprotocol

from autograder.course import Lesson, Task
from autograder.errors import StudentMissing, WorkerGone
from autograder.grading.diagnosis import alike, only_one
from autograder.grading.marks import share_points, task_result
from autograder.grading.numbers import plain
from autograder.grading.outcome import Loaded, outcome_of
from autograder.grading.probes import probe_source
from autograder.grading.records import TaskResult, TestResult
from autograder.grading.session import Item, Plan, hold_session, plan_of
from autograder.grading.student import Module, transcript
from autograder.student.exercises import Exercises


class Bound(Loaded, Protocol):
    """A student's lesson that can be asked: in a worker, or in this very process."""

    def ask(self, op: str, request: dict[str, Any]) -> Any:
        """Carry out one request of `isolation.calls`."""

    def end(self) -> None:
        """Let go of whatever runs the code, after one task."""


@dataclass
class Run:
    """What happened when one test was run."""

    plan: Plan
    error: BaseException | None
    returned: Any


class Checks:
    """The pytest plugin of the public checks."""

    def __init__(self, text: str, lesson: Lesson, tasks: Sequence[Task], bound: Bound) -> None:
        self._text = text
        self._lesson = lesson
        self._tasks = tasks
        self._bound = bound
        self._module: Module | None = None
        self._error: BaseException | None = None
        self.runs: list[Run] = []

    @pytest.fixture
    def student(self) -> Module:
        """The student's lesson."""
        assert self._module is not None
        return self._module

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """Keep what a test raised, and make no traceback of it."""
        if call.excinfo is not None and self._error is None:
            self._error = call.excinfo.value
        outcome = "passed" if call.excinfo is None else "failed"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, call.when)  # type: ignore[arg-type]

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the tests of the wanted tasks, one task after the other."""
        if session.testsfailed:
            raise session.Interrupted("the tests could not be collected")
        plans = [plan_of(item, self._lesson) for item in session.items]
        for task in self._tasks:
            self._run_all([plan for plan in plans if plan.task == task])
            self._bound.end()
        return True

    def _run_all(self, plans: Sequence[Plan]) -> None:
        """Run the tests of one task; what hangs or crashes at its core is not tried again."""
        for plan in plans:
            self._run(plan)
            if plan.core and isinstance(self._error, WorkerGone):
                return

    def _run(self, plan: Plan) -> None:
        self._module, self._error = Module(self._bound.ask, lambda name: probe_source(self._text, [name])), None
        with torch.random.fork_rng(devices=[]):
            runtestprotocol(plan.item, log=False, nextitem=None)
        if isinstance(self._error, KeyboardInterrupt):
            raise self._error
        self.runs.append(Run(plan, self._error, plain(transcript(self._module))))


def run_checks(
    exercises: Exercises,
    lesson: Lesson,
    tasks: Sequence[Task],
    bound: Bound,
    done: Callable[[TaskResult], None] = lambda result: None,
) -> list[TaskResult]:
    """Check some tasks of one lesson.

    Args:
        bound: the student's lesson.
        done: called with each result.
    """
    path = exercises.tests(lesson)
    checks = Checks(path.read_text(encoding="utf-8"), lesson, tasks, bound)
    with _imported_anew(path.stem):
        hold_session([str(path)], exercises.folder, checks)
    results = []
    for task in tasks:
        runs = [run for run in checks.runs if run.plan.task == task]
        results.append(_result(lesson, task, runs, bound, exercises.known[lesson.name]))
        done(results[-1])
    return results


@contextmanager
def _imported_anew(name: str) -> Iterator[None]:
    """Forget a test file that was imported before: another assignment may have one of the same name."""
    before = sys.modules.pop(name, None)
    try:
        yield
    finally:
        sys.modules.pop(name, None)
        if before is not None:
            sys.modules[name] = before


def _result(lesson: Lesson, task: Task, runs: Sequence[Run], bound: Bound, known: dict[str, Any]) -> TaskResult:
    tests = share_points(task, [_test(run, bound) for run in runs])
    mistake, cause = _diagnose(runs, known)
    return task_result(lesson.key, task, tests, mistake, cause)


def _test(run: Run, bound: Bound) -> TestResult:
    outcome, message = outcome_of(run.error, run.plan, bound)
    plan = run.plan
    return TestResult(plan.lesson.key, plan.task.name, plan.name, outcome, 0.0, 0.0, message, plan.weight, plan.core)


def _diagnose(runs: Sequence[Run], known: dict[str, Any]) -> tuple[str, str]:
    """Find the one mistake that returned the same in every test that failed."""
    failed = [run for run in runs if run.error is not None]
    if not failed or any(isinstance(run.error, (StudentMissing, WorkerGone)) for run in failed):
        return "", ""
    says = dict(pair for run in failed for pair in _alike(run, known))
    left = [id for id in says if all(id in dict(_alike(run, known)) for run in failed)]
    if len(left) > 1:
        passed = [run for run in runs if run.error is None]
        left = [id for id in left if not any(id in _ids(run, known) for run in passed)] or left
    mistake = only_one(left)
    return (mistake, says[mistake]) if mistake else ("", "")


def _alike(run: Run, known: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for entry in known.get(run.plan.item.name, ()):
        if alike(entry["returns"], run.returned):
            yield entry["id"], entry["says"]


def _ids(run: Run, known: dict[str, Any]) -> set[str]:
    return {entry["id"] for entry in known.get(run.plan.item.name, ())}
