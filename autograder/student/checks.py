"""Run the public tests of some tasks, and name the mistake where the numbers are those of a known one."""

import sys
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Protocol

import pytest
import torch
from _pytest.runner import runtestprotocol

from autograder.course import Lesson, Task
from autograder.errors import CourseError, GradingError, StudentError, StudentMissing, WorkerGone
from autograder.exam.distance import alike, only_one
from autograder.exam.marks import share_points, task_result, worst
from autograder.exam.module import Module, transcript
from autograder.exam.numbers import as_recorded, plain
from autograder.exam.outcome import Loaded, outcome_of
from autograder.exam.results import TestResult
from autograder.exam.session import Item, Plan, hold_session, plan_of
from autograder.grading.probes import probe_source
from autograder.student.case import Request, difficulty, find, shown
from autograder.student.exercises import Exercises
from autograder.student.verdict import Verdict


class Bound(Loaded, Protocol):
    """A student's lesson that can be asked: in a worker, or in this very process."""

    def ask(self, op: str, request: dict[str, Any]) -> Any:
        """Carry out one request of `isolation.calls`."""

    def said_about(self, name: str) -> str:
        """Say what of the top level a task needs, and that was not run or raised."""

    def fresh_output(self) -> str:
        """Return what the code has printed since this was last asked."""

    def end(self) -> None:
        """Let go of whatever runs the code, after one task."""


@dataclass
class Run:
    """What happened when one test was run."""

    plan: Plan
    error: BaseException | None
    returned: Any
    requests: list[Request]
    printed: str


class Checks:
    """The pytest plugin of the public checks.

    Args:
        text: the file of tests, where the probes stand too.
        tasks: those to be checked, in this order.
        bound: the student's lesson.
        first: names of tests that are run before the others of their task.
        done: called with the runs of each task when they are complete, and with what is to be said beside them.
    """

    def __init__(
        self,
        text: str,
        lesson: Lesson,
        tasks: Sequence[Task],
        bound: Bound,
        first: Container[str],
        done: Callable[[Task, list[Run], str], None],
    ) -> None:
        self._text = text
        self._lesson = lesson
        self._tasks = tasks
        self._bound = bound
        self._first = first
        self._done = done
        self._module: Module | None = None
        self._error: BaseException | None = None

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
            runs = self._run_all([plan for plan in plans if plan.task == task])
            aside = self._bound.said_about(task.name) if any(run.error for run in runs) else ""
            self._bound.end()
            self._done(task, sorted(runs, key=lambda run: plans.index(run.plan)), aside)
        return True

    def _run_all(self, plans: Sequence[Plan]) -> list[Run]:
        """Run the tests of one task; what hangs or crashes at its core is not tried again."""
        runs: list[Run] = []
        for plan in sorted(plans, key=lambda plan: plan.item.name not in self._first):
            runs.append(self._run(plan))
            if plan.core and isinstance(self._error, WorkerGone):
                break
        return runs

    def _run(self, plan: Plan) -> Run:
        requests: list[Request] = []

        def ask(op: str, value: dict[str, Any]) -> Any:
            requests.append(Request(op, value))
            return self._bound.ask(op, value)

        self._module, self._error = Module(ask, lambda name: probe_source(self._text, [name])), None
        with torch.random.fork_rng(devices=[]):
            runtestprotocol(plan.item, log=False, nextitem=None)
        if isinstance(self._error, (CourseError, GradingError, KeyboardInterrupt)):
            raise self._error
        return Run(plan, self._error, plain(transcript(self._module)), requests, self._bound.fresh_output())


def run_checks(
    exercises: Exercises,
    lesson: Lesson,
    tasks: Sequence[Task],
    bound: Bound,
    done: Callable[[Verdict], None] = lambda verdict: None,
    first: Container[str] = (),
    cells: Sequence[str] = (),
) -> list[Verdict]:
    """Check some tasks of one lesson.

    Args:
        bound: the student's lesson.
        done: called with each verdict as soon as it is there.
        first: names of tests that are run before the others of their task.
        cells: the lesson's source, where it is known; a `.py` file is one cell.
    """
    path = exercises.tests(lesson)
    found: list[Verdict] = []

    def add(task: Task, runs: list[Run], aside: str) -> None:
        found.append(_verdict(lesson, task, runs, bound, exercises.known[lesson.name], cells, aside))
        done(found[-1])

    checks = Checks(path.read_text(encoding="utf-8"), lesson, tasks, bound, first, add)
    with _imported_anew(path.stem):
        hold_session([str(path)], exercises.folder, checks)
    return found


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


def _verdict(
    lesson: Lesson,
    task: Task,
    runs: Sequence[Run],
    bound: Bound,
    known: dict[str, Any],
    cells: Sequence[str],
    aside: str,
) -> Verdict:
    pairs = [(run, _test(run, bound)) for run in runs]
    mistake, cause = _diagnose(runs, known)
    smallest = _smallest(pairs)
    # A task's message is that of its first test with the worst outcome.
    pairs.sort(key=lambda pair: pair[0] is not smallest)
    result = task_result(lesson.key, task, share_points(task, [test for _, test in pairs]), mistake, cause, aside)
    verdict = Verdict(lesson, task, result)
    return verdict if smallest is None else _with_case(verdict, smallest, cells)


def _smallest(pairs: Sequence[tuple[Run, TestResult]]) -> Run | None:
    """Choose the test that shows best what is wrong: of those with the worst outcome the easiest to follow."""
    outcome = worst(test.outcome for _, test in pairs)
    wrong = [run for run, test in pairs if test.outcome == outcome and test.message]
    return min(wrong, key=lambda run: difficulty(run.requests), default=None)


def _with_case(verdict: Verdict, run: Run, cells: Sequence[str]) -> Verdict:
    last = run.requests[-1] if run.requests else None
    called = str(last.value.get("name")) if last else ""
    frames = run.error.frames if isinstance(run.error, StudentError) else ()
    case = "" if verdict.is_open else shown(last, find(called, cells).parameters)
    return replace(verdict, test=run.plan.item.name, case=case, frames=frames, printed=run.printed)


def _test(run: Run, bound: Bound) -> TestResult:
    outcome, message = outcome_of(run.error, run.plan, bound)
    plan = run.plan
    return TestResult(plan.lesson.key, plan.task.name, plan.name, outcome, 0.0, 0.0, message, plan.weight, plan.core)


def _diagnose(runs: Sequence[Run], known: dict[str, Any]) -> tuple[str, str]:
    """Find the one mistake that returned the same in every test that failed."""
    failed = [run for run in runs if run.error is not None]
    if not failed or any(isinstance(run.error, (StudentMissing, WorkerGone)) for run in failed):
        return "", ""
    left = {_variant(entry): entry for entry in _alike(failed[0], known)}
    for run in failed[1:]:
        left = {variant: left[variant] for variant in map(_variant, _alike(run, known)) if variant in left}
    if len({entry["id"] for entry in left.values()}) > 1:
        fails = {_variant(entry) for run in runs if run.error is None for entry in known.get(run.plan.item.name, ())}
        left = {variant: entry for variant, entry in left.items() if variant not in fails} or left
    found = list(left.values())
    mistake = only_one([entry["id"] for entry in found])
    return (mistake, found[0]["says"]) if mistake else ("", "")


def _alike(run: Run, known: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Go through the known mistakes that return the same; one that has no returns on record cannot be recognised."""
    for entry in known.get(run.plan.item.name, ()):
        if "returns" in entry and alike(entry["returns"], as_recorded(run.returned, entry["returns"])):
            yield entry


def _variant(entry: dict[str, Any]) -> Any:
    """Tell two wrong answers of one id apart; exercises of an earlier kit name only the id."""
    return entry.get("variant", entry["id"])
