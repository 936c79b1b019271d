"""Decide how a test ended: passed, a wrong value, an exception, a missing name, the stub."""

import difflib
from collections.abc import Collection, Sequence
from typing import Protocol

from autograder.errors import Note, StudentError, StudentMissing, WorkerGone
from autograder.exam.results import TestResult
from autograder.exam.session import PlannedTest, TestRun

STUB = "NotImplementedError"


class Loaded(Protocol):
    """A lesson whose definitions were run: its names, and the statements that could not be run."""

    @property
    def notes(self) -> Sequence[Note]: ...

    @property
    def names(self) -> Collection[str]: ...


def judged(run: TestRun, loaded: Loaded) -> TestResult:
    """Judge a test that was run."""
    return result_of(run.plan, *outcome_of(run.error, run.plan, loaded))


def result_of(plan: PlannedTest, outcome: str, message: str) -> TestResult:
    """Make the result of a test, still without points."""
    return TestResult(plan.lesson.key, plan.task.name, plan.name, outcome, 0.0, 0.0, message, plan.weight, plan.core)


def outcome_of(error: BaseException | None, plan: PlannedTest, loaded: Loaded) -> tuple[str, str]:
    """Say with which outcome a test ended, and in which words.

    Args:
        error: what the test raised.
    """
    if error is None:
        return "passed", ""
    if isinstance(error, WorkerGone):
        return error.outcome, str(error)
    if isinstance(error, StudentMissing):
        return explain_missing(error.name, loaded)
    if isinstance(error, StudentError):
        if is_stub(error, plan.task.name):
            return "missing", f"{plan.task.name} is still the stub."
        return "failed", str(error)
    return "failed", _sentence(error, plan)


def _sentence(error: BaseException, plan: PlannedTest) -> str:
    text = str(error).strip().split("\n")[0]
    if isinstance(error, AssertionError) and text:
        return text
    return f"{plan.task.name} returned something that this check cannot use: {plan.name}."


def is_stub(error: StudentError, task: str) -> bool:
    """Say whether an error comes from the task's own unwritten body."""
    return error.kind == STUB and error.where.split(".")[0] in (task, "")


def explain_missing(name: str, loaded: Loaded) -> tuple[str, str]:
    """Say with which outcome and in which words a name is missing.

    Args:
        name: the name that was looked for; the task's own, or one that it needs.
    """
    if loaded.notes:
        note = loaded.notes[0]
        return "failed", f"{name} is not defined: {note.place} raised {note.kind}: {note.text}."
    near = difflib.get_close_matches(name, [other for other in loaded.names if other != name], 1, 0.75)
    hint = f" There is {near[0]}: is it that?" if near else " Is the name spelt as in the lesson?"
    return "missing", f"{name} is not defined.{hint}"
