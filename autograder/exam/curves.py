"""The learning curves of a task: the losses that its trainings returned in tests that compare with a threshold."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from autograder.exam.evidence import Curve, numbers, rounded
from autograder.exam.session import TestRun

FEWEST, MOST, DEEPEST = 5, 4, 3  # losses of a curve, curves of a task, lists in lists


def curves_of(runs: Iterable[TestRun]) -> tuple[Curve, ...]:
    """Find the losses that were returned last before each comparison with a calibrated threshold."""
    found = (_curve(run, number) for run in runs for number in range(len(run.measured)))
    return tuple(islice((curve for curve in found if curve is not None), MOST))


def _curve(run: TestRun, number: int) -> Curve | None:
    seen = run.measured[number]
    before = run.measured[number - 1].answers if number else 0
    for answer in reversed(run.transcript[before : seen.answers]):
        losses = _losses(answer[1]) if answer[0] == "value" else None
        if losses is not None:
            return Curve(seen.name, seen.limit, rounded(seen.value), len(losses), numbers(losses))
    return None


def _losses(value: Any, depth: int = 0) -> Sequence[float] | None:
    """Return the first list of numbers in an answer; None if there is none."""
    if type(value) is list and len(value) >= FEWEST and all(type(one) is float for one in value):
        return value
    parts = list(value.values()) if type(value) is dict else value
    if depth >= DEEPEST or type(parts) not in (list, tuple):
        return None
    found = (_losses(part, depth + 1) for part in islice(parts, 2 * FEWEST))
    return next((losses for losses in found if losses is not None), None)
