"""The tests of a task, run in one worker; where that ended and the grader had not ended it, once more in a fresh one.

The second try meets the same inputs and knows nothing of the first. Its seconds are the hand-in's own.
"""

from collections.abc import Sequence
from dataclasses import replace

from autograder.errors import WorkerCrashed, WorkerGone, WorkerKilled
from autograder.exam.exam import Exam, Run
from autograder.exam.remote import Remote
from autograder.exam.session import Plan

Runs = list[tuple[Plan, Run]]
TWICE = "It was tried twice."
NO_TIME = "There was no time to try it again."


def run_tests(exam: Exam, plans: Sequence[Plan], remote: Remote) -> Runs:
    """Run the tests of one task, and end the worker."""
    printed, before = remote.output, remote.clock.spent
    runs = _run_once(exam, plans, remote)
    if not _crashed(runs):
        return runs
    took = remote.clock.spent - before
    if remote.clock.remains() < took:
        return _noted(runs, remote, NO_TIME)
    remote.output = printed
    return _noted(_run_once(exam, plans, remote), remote, TWICE)


def _run_once(exam: Exam, plans: Sequence[Plan], remote: Remote) -> Runs:
    """Run the tests; where the worker is lost in a core test, the rest is not run."""
    runs: Runs = []
    for plan in plans:
        runs.append((plan, exam.run(plan, remote.ask)))
        if plan.core and isinstance(runs[-1][1].error, WorkerGone):
            break
    remote.beside = remote.said_about(plans[0].task.name) if any(run.error for _, run in runs) else ""
    remote.end()
    return runs


def _crashed(runs: Runs) -> bool:
    return any(isinstance(run.error, WorkerCrashed) for _, run in runs)


def _noted(runs: Runs, remote: Remote, said: str) -> Runs:
    """Say of each crash what was done about it, and note whether it may be nobody's fault here."""
    remote.was_killed |= any(isinstance(run.error, WorkerKilled) for _, run in runs)
    return [(plan, _with(run, said)) for plan, run in runs]


def _with(run: Run, said: str) -> Run:
    if not isinstance(run.error, WorkerCrashed):
        return run
    return replace(run, error=type(run.error)(f"{run.error} {said}"))
