"""Decide how a test ended: passed, a wrong value, an exception, a missing name, the stub."""

import difflib
import re
import sys
from collections.abc import Collection, Sequence
from typing import Protocol

from autograder.errors import Note, StudentError, StudentMissing, WorkerGone
from autograder.exam.operands import in_letters
from autograder.exam.results import TestResult
from autograder.exam.returned import unusable
from autograder.exam.session import PlannedTest, TestRun
from autograder.isolation.inside.advice import NO_BRANCH

STUB = "NotImplementedError"
UNREADABLE = ("SyntaxError", "IndentationError", "TabError")
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"  # the same program runs a student's code
RAISE = re.compile(r"\braise\b")
NO_NAME = re.compile(r"^name '(\w+)' is not defined")


class Loaded(Protocol):
    """A lesson whose definitions were run: its names, and the statements that could not be run."""

    @property
    def notes(self) -> Sequence[Note]: ...

    @property
    def names(self) -> Collection[str]: ...


def judged(run: TestRun, loaded: Loaded) -> TestResult:
    """Judge a test that was run."""
    outcome, message = outcome_of(run.error, run.plan, loaded, unusable(run))
    if isinstance(run.error, StudentError) and outcome == "failed":
        more = in_letters(run.error, run.plan.task, run.requests[-1] if run.requests else None)
        message = f"{message}{'' if message.endswith('.') else '.'} {more}" if more else message
    return result_of(run.plan, outcome, message)


def result_of(plan: PlannedTest, outcome: str, message: str) -> TestResult:
    """Make the result of a test, still without points."""
    return TestResult(plan.lesson.key, plan.task.name, plan.name, outcome, 0.0, 0.0, message, plan.weight, plan.core)


def outcome_of(error: BaseException | None, plan: PlannedTest, loaded: Loaded, unusable: str = "") -> tuple[str, str]:
    """Say with which outcome a test ended, and in which words.

    Args:
        error: what the test raised.
        unusable: what is said where the test itself raised, or "".
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
        if called := unwritten(error, plan, loaded):
            return "failed", f"{plan.task.name} calls {called}, which is not written yet. Write {called} first."
        return "failed", str(error)
    return "failed", _sentence(error, plan, unusable)


def _sentence(error: BaseException, plan: PlannedTest, unusable: str) -> str:
    text = str(error).strip().split("\n")[0]
    if isinstance(error, AssertionError) and text:
        return text
    return unusable or f"{plan.task.name} returned something that this check cannot use: {plan.name}."


def is_stub(error: StudentError, task: str) -> bool:
    """Say whether an error comes from the task's own unwritten body.

    torch raises the same kind for what it has no code for: in its own lines, or with words of its own. So may a student
    for one of several cases, which is a branch of what is written.
    """
    if error.kind != STUB or error.advice == NO_BRANCH or error.where.split(".")[0] not in (task, ""):
        return False
    return bool(RAISE.search(error.source)) if error.source else not error.text.strip()


def unwritten(error: StudentError, plan: PlannedTest, loaded: Loaded) -> str:
    """Name the other task that a task has called before it is written, or "".

    A stub raises. One that was taken out is a name that nobody has defined. A task of another lesson, which this one
    imports, is named with that lesson.
    """
    if error.kind not in (STUB, "NameError"):
        return ""
    others = [task.name for task in plan.lesson.tasks if task != plan.task]
    if error.kind == "NameError":
        return _undefined(error, others, loaded)
    lesson, name = error.frames[-1].lesson if error.frames else plan.lesson.name, error.where.split(".")[0]
    if lesson != plan.lesson.name:
        return f"{lesson}:{name}" if is_stub(error, name) else ""
    return next((name for name in others if error.where and is_stub(error, name)), "")


def _undefined(error: StudentError, others: Collection[str], loaded: Loaded) -> str:
    """Name the task that is defined nowhere, and of which nothing else is known, or ""."""
    match = NO_NAME.match(error.text)
    if match is None or match[1] not in others or error.advice:
        return ""
    return "" if match[1] in loaded.names or notes_on(match[1], loaded) else match[1]


def explain_missing(name: str, loaded: Loaded) -> tuple[str, str]:
    """Say with which outcome and in which words a name is missing.

    Args:
        name: the name that was looked for; the task's own, or one that it needs.
    """
    if notes := notes_on(name, loaded):
        note = notes[0]
        said = note.text if note.text.endswith(("?", ".")) else f"{note.text}."
        said += f" Here it is read by Python {PYTHON}." if note.kind in UNREADABLE else ""
        return "failed", f"{name} is not defined: {note.place} raised {note.kind}: {said}"
    others = [other for other in loaded.names if other != name]
    near = [other for other in others if _plain(other) == _plain(name)]
    near = near or difflib.get_close_matches(name, others, 1, 0.75)
    hint = f" There is {near[0]}: is it that?" if near else " Is the name spelt as in the lesson?"
    return "missing", f"{name} is not defined.{hint}"


def _plain(name: str) -> str:
    """Spell a name without capitals and underscores: `RnnCell` is meant for `rnn_cell`."""
    return name.replace("_", "").casefold()


def notes_on(name: str, loaded: Loaded) -> list[Note]:
    """List the statements that raised and would have given a name its value."""
    return [note for note in loaded.notes if note.bound is None or name in note.bound]
