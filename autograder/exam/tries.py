"""Run the tests of a task on one module; if its worker ended by itself, run them once more in a fresh one.

The second try meets the same inputs and knows nothing of the first. Its seconds are the hand-in's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from autograder.errors import WorkerCrashed, WorkerGone, WorkerKilled
from autograder.exam.exam import Exam
from autograder.exam.module import Request
from autograder.exam.outcome import Loaded
from autograder.exam.remote import Remote
from autograder.exam.session import PlannedTest, TestRun

TWICE = "It was tried twice."
NO_TIME = "There was no time to try it again."


class Bound(Loaded, Protocol):
    """A student's lesson that can be asked: in a worker, or in this very process."""

    def ask(self, op: str, request: dict[str, Any]) -> Any:
        """Carry out one request of `isolation.inside.calls`."""

    def said_about(self, name: str) -> str:
        """Say what of the top level a task needs, and that was not run or raised."""

    def fresh_output(self) -> str:
        """Return what the code has printed since this was last asked."""

    def end(self) -> None:
        """Let go of whatever runs the code, after one task."""


@dataclass(frozen=True)
class TaskRun:
    """The tests of one task that were run.

    Args:
        beside: what is to be said beside them, or "".
    """

    runs: list[TestRun]
    beside: str = ""


def run_once(exam: Exam, plans: Sequence[PlannedTest], bound: Bound) -> TaskRun:
    """Run the tests of one task, and end what runs the code; where that is lost in a core test, the rest is not run."""
    runs: list[TestRun] = []
    for plan in plans:
        runs.append(_run_one(exam, plan, bound))
        if plan.core and isinstance(runs[-1].error, WorkerGone):
            break
    failed = any(run.error is not None for run in runs)
    beside = bound.said_about(plans[0].task.name) if failed else ""
    bound.end()
    return TaskRun(runs, beside)


def _run_one(exam: Exam, plan: PlannedTest, bound: Bound) -> TestRun:
    """Run a test, and keep what it asked and what the code printed meanwhile."""
    requests: list[Request] = []

    def ask(op: str, value: dict[str, Any]) -> Any:
        requests.append(Request(op, value))
        return bound.ask(op, value)

    run = exam.run(plan, ask)
    return replace(run, requests=tuple(requests), printed=bound.fresh_output())


def run_tests(exam: Exam, plans: Sequence[PlannedTest], remote: Remote) -> TaskRun:
    """Run the tests of one task in a worker, and once more where that crashed."""
    printed, before = remote.output, remote.clock.spent
    first = run_once(exam, plans, remote)
    if not _crashed(first):
        return first
    took = remote.clock.spent - before
    if remote.clock.remains() < took:
        return _noted(first, remote, NO_TIME)
    remote.output = printed
    again = run_once(exam, plans, remote)
    if _was_killed(again) and not _was_killed(first):  # only the first try says what the code does
        remote.was_killed, again = True, first
    return _noted(again, remote, TWICE)


def _crashed(task: TaskRun) -> bool:
    return any(isinstance(run.error, WorkerCrashed) for run in task.runs)


def _was_killed(task: TaskRun) -> bool:
    return any(isinstance(run.error, WorkerKilled) for run in task.runs)


def _noted(task: TaskRun, remote: Remote, said: str) -> TaskRun:
    """Say of each crash what was done about it, and note whether it may be nobody's fault here."""
    remote.was_killed |= _was_killed(task)
    return replace(task, runs=[_with(run, said) for run in task.runs])


def _with(run: TestRun, said: str) -> TestRun:
    if not isinstance(run.error, WorkerCrashed):
        return run
    return replace(run, error=type(run.error)(f"{run.error} {said}"))
