"""Find the known mistake of which the tests say the same in words of their own, where what was returned differs.

Two programs with one mistake may draw, keep or return other things beside it. Then no numbers agree, but the same tests
fail, and say the same: "Gradients are switched off after the call."
"""

from collections.abc import Sequence

from autograder.course.variants import Variant
from autograder.errors import StudentError
from autograder.exam.compare import Wrong
from autograder.exam.distance import only_one
from autograder.exam.mistakes import RunMistakes, failed_of
from autograder.exam.session import TestRun


def by_complaint(known: RunMistakes, runs: Sequence[TestRun]) -> list[Variant]:
    """Find the mistakes, all of one id, that fail the same tests for the same reasons; none where that is in doubt."""
    failed = failed_of(runs)
    if not failed or not all(_complaint(run) for run in failed):
        return []
    left = [one for one in known.among(failed[0]) if all(_agrees(known.run(one, run), run) for run in runs)]
    return left[:1] if only_one([mistake.id for mistake in left]) else []


def _agrees(mistake: TestRun, run: TestRun) -> bool:
    if run.error is None or mistake.error is None:
        return run.error is mistake.error
    return _complaint(mistake) == _complaint(run)


def _complaint(run: TestRun) -> str:
    """Return what a test says in words of its own, or ""; sizes of wrong numbers are none, nor are exceptions."""
    if isinstance(run.error, StudentError) or not isinstance(run.error, AssertionError):
        return ""
    return "" if isinstance(run.error, Wrong) and not run.error.is_of_shape else str(run.error)
