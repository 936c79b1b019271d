"""Find the known mistake that returned the same. The search is one, whether mistakes are run here or recorded.

A class, a proof and an author's tools run the mistakes; a student's folder has what they returned, as `known.json`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np
import torch

from autograder.course.variants import Variant
from autograder.errors import StudentMissing, WorkerGone
from autograder.exam.distance import only_one, same_returns
from autograder.exam.lesson_tests import LessonTests
from autograder.exam.numbers import as_recorded
from autograder.exam.session import PlannedTest, TestRun

RecordedMistake = dict[str, Any]

ALSO = "And a second one:"


class Mistake(Protocol):
    """A wrong answer that has an id in the catalogue, and a sentence."""

    @property
    def id(self) -> str: ...

    @property
    def says(self) -> str: ...


AnyMistake = TypeVar("AnyMistake", bound=Mistake)


class Known(Protocol[AnyMistake]):
    """The known mistakes of a lesson."""

    def among(self, run: TestRun) -> Sequence[AnyMistake]:
        """List those that can be the cause where a test failed."""

    def fails(self, mistake: AnyMistake, plan: PlannedTest) -> bool:
        """Tell whether a mistake fails a test."""

    def returned(self, mistake: AnyMistake, run: TestRun) -> bool:
        """Tell whether a mistake fails a test, and returns in it what was returned."""


def candidates(known: Known[AnyMistake], runs: Sequence[TestRun]) -> list[AnyMistake]:
    """Find the known mistakes that return, in every test of a task that failed, what was returned there.

    Where several are left, those that fail a test that passed are not the cause. One alone may do that by chance: what
    draws from the global generator returns something else here.
    """
    left = _explaining(known, failed_of(runs))
    return _uncontradicted(known, left, runs) if len({mistake.id for mistake in left}) > 1 else left


def failed_of(runs: Sequence[TestRun]) -> list[TestRun]:
    """List the tests that failed."""
    return [run for run in runs if run.error is not None]


def _explaining(known: Known[AnyMistake], wrong: Sequence[TestRun]) -> list[AnyMistake]:
    """Find the mistakes that return the same in each of some tests that failed."""
    left = list(known.among(wrong[0])) if wrong else []
    for run in wrong:
        left = [mistake for mistake in left if known.returned(mistake, run)]
    return left


def _uncontradicted(known: Known[AnyMistake], found: Sequence[AnyMistake], runs: Sequence[TestRun]) -> list[AnyMistake]:
    """Keep the mistakes that fail no test that passed."""
    passed = [run.plan for run in runs if run.error is None]
    return [mistake for mistake in found if not any(known.fails(mistake, plan) for plan in passed)]


def are_cut_short(runs: Sequence[TestRun]) -> bool:
    """Tell whether a name was missing or the worker was lost: what was returned then says nothing."""
    return any(isinstance(run.error, (StudentMissing, WorkerGone)) for run in runs)


def recognised(known: Known[AnyMistake], runs: Sequence[TestRun]) -> list[AnyMistake]:
    """Find the wrong answers that are the cause, all of one id; none where that is in doubt.

    If a name was missing or the worker was lost, the returns say nothing.
    """
    if are_cut_short(runs):
        return []
    found = candidates(known, runs)
    return found if only_one([mistake.id for mistake in found]) else []


def causes(known: Known[AnyMistake], runs: Sequence[TestRun]) -> list[AnyMistake]:
    """Find the fewest mistakes that explain what was returned: one, or two of which each explains a part.

    What costs most is explained first: the core tests, else the first test that failed. A second mistake is looked for
    in the tests that are left. Those are small ones, and may stay unexplained.

    Returns:
        One mistake or two, the main one first; none where that is in doubt.
    """
    return recognised(known, runs)[:1] or partial_causes(known, runs)


def partial_causes(known: Known[AnyMistake], runs: Sequence[TestRun]) -> list[AnyMistake]:
    """Find mistakes that explain a part each, where none is recognised; the main one first."""
    failed = failed_of(runs)
    cores = [run for run in failed if run.plan.core]
    first = cores or failed[:1]
    if are_cut_short(runs) or _explaining(known, failed) or not any(map(tells, first)):
        return []  # several explain it all, or hardly anything was returned that could tell them apart
    main = _fitting(known, runs, first)
    if not main:
        return []
    rest = [run for run in failed if not any(known.returned(mistake, run) for mistake in main)]
    second = _fitting(known, runs, rest)
    return [*main[:1], *second[:1]] if second or cores else []


def named(mistakes: Sequence[Mistake]) -> tuple[str, str]:
    """Return the id of the main mistake, and a sentence for each; empty texts if there is none."""
    if not mistakes:
        return "", ""
    first, *others = mistakes
    return first.id, " ".join((first.says, *(f"{ALSO} {other.says}" for other in others)))


def _fitting(known: Known[AnyMistake], runs: Sequence[TestRun], wrong: Sequence[TestRun]) -> list[AnyMistake]:
    """Find the mistakes, all of one id, that return the same in some tests and fail none that passed."""
    left = _uncontradicted(known, _explaining(known, wrong), runs)
    return left if only_one([mistake.id for mistake in left]) else []


def tells(run: TestRun) -> bool:
    """Tell whether a test has returned numbers: an exception, or yes and no, is often the same for other reasons."""
    return any(answer[0] == "value" and _has_numbers(answer[1]) for answer in run.transcript)


def _has_numbers(value: Any) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return any(map(_has_numbers, value))
    return isinstance(value, (float, torch.Tensor, np.ndarray))


class RunMistakes:
    """The mistakes of a course, which are run in this process.

    Args:
        run: runs one test on one mistake.
    """

    def __init__(self, tests: LessonTests, run: Callable[[PlannedTest, Variant], TestRun]) -> None:
        self._tests = tests
        self._run = run

    def among(self, run: TestRun) -> list[Variant]:
        """List those of the task and of all that its answer calls."""
        used = self._tests.uses[run.plan.task.name]
        return [variant for variant in self._tests.mistakes if variant.task in used]

    def fails(self, mistake: Variant, plan: PlannedTest) -> bool:
        """Run it."""
        return self._run(plan, mistake).error is not None

    def run(self, mistake: Variant, run: TestRun) -> TestRun:
        """Run it in a test that was run."""
        return self._run(run.plan, mistake)

    def returned(self, mistake: Variant, run: TestRun) -> bool:
        """Run it, and compare."""
        own = self._run(run.plan, mistake)
        return own.error is not None and same_returns(run.transcript, own.transcript)


@dataclass(frozen=True)
class Recorded:
    """A mistake of which only the numbers are known.

    Args:
        variant: tells two wrong answers of one id apart.
    """

    id: str
    says: str
    variant: Any


class RecordedMistakes:
    """The mistakes of a student's folder, whose returns are recorded.

    Args:
        tests: by test, an entry for each mistake that fails it.
    """

    def __init__(self, tests: Mapping[str, Sequence[RecordedMistake]]) -> None:
        self._tests = tests

    def among(self, run: TestRun) -> list[Recorded]:
        """List those that fail the test."""
        entries = self._entries(run.plan)
        return list(dict.fromkeys(Recorded(entry["id"], entry["says"], _variant(entry)) for entry in entries))

    def fails(self, mistake: Recorded, plan: PlannedTest) -> bool:
        """Look it up."""
        return mistake.variant in map(_variant, self._entries(plan))

    def returned(self, mistake: Recorded, run: TestRun) -> bool:
        """Compare with what is recorded; a mistake whose returns are not recorded cannot be recognised."""
        return any(
            same_returns(entry["returns"], as_recorded(run.returned, entry["returns"]))
            for entry in self._entries(run.plan)
            if _variant(entry) == mistake.variant and "returns" in entry
        )

    def _entries(self, plan: PlannedTest) -> Sequence[RecordedMistake]:
        return self._tests.get(plan.item.name, ())


def _variant(entry: RecordedMistake) -> Any:
    """Tell two wrong answers of one id apart; exercises of an earlier kit name only the id."""
    return entry.get("variant", entry["id"])
