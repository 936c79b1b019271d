"""Two known mistakes in one program, which neither explains alone: put both into a right one, and compare."""

import itertools
from collections.abc import Sequence

from autograder.course.mistakes_file import Edit
from autograder.course.variants import Edits, Variant, edits_of
from autograder.exam.distance import same_returns
from autograder.exam.exam import Exam
from autograder.exam.lesson_tests import LessonTests
from autograder.exam.mistakes import are_cut_short
from autograder.exam.session import TestRun

Both = tuple[Edit, Edit]
MOST = 600  # programs that are tried for one task
MOST_PROBED = 60  # where a probe trains them, or does as much


def two_mistakes(exam: Exam, runs: Sequence[TestRun]) -> list[Variant]:
    """Find the two mistakes that return together what was returned in every test that failed; none in doubt."""
    failed = [run for run in runs if run.error is not None]
    if not failed or are_cut_short(runs):
        return []
    tests = exam.lessons[failed[0].plan.lesson.key]
    known = _edits(tests, failed[0].plan.task.name)
    fitting = [edit for edit in known.edits if _fits(exam, tests, edit, runs)]
    most = MOST_PROBED if any(request.op == "run_probe" for request in failed[0].requests) else MOST
    found = [both for both in _few(fitting, most) if _explains(exam, tests, known, both, failed)]
    if len({frozenset((first.id, second.id)) for first, second in found}) != 1:
        return []
    return [_variant(tests, edit) for edit in found[0]]


def _edits(tests: LessonTests, task: str) -> Edits:
    if task not in tests.edits:
        tests.edits[task] = edits_of(tests.lesson, task)
    return tests.edits[task]


def _variant(tests: LessonTests, edit: Edit) -> Variant:
    return next(one for one in tests.mistakes if one.name == edit.name)


def _fits(exam: Exam, tests: LessonTests, edit: Edit, runs: Sequence[TestRun]) -> bool:
    """Tell whether a mistake fails no test that passed, and one that failed."""
    variant = _variant(tests, edit)
    agreed = [(exam.run_mistake(run.plan, variant).error is None, run.error is None) for run in runs]
    return all(mine for mine, theirs in agreed if theirs) and not all(mine for mine, theirs in agreed if not theirs)


def _few(fitting: Sequence[Edit], most: int) -> list[Both]:
    """List the pairs to try; where there are too many, with the first program of each mistake alone, or none."""
    first_of = {edit.id: edit for edit in reversed(fitting)}
    for edits in (fitting, list(first_of.values())):
        found = [both for both in itertools.combinations(edits, 2) if both[0].id != both[1].id]
        if len(found) <= most:
            return found
    return []


def _explains(exam: Exam, tests: LessonTests, known: Edits, both: Both, failed: Sequence[TestRun]) -> bool:
    names = (both[0].name, both[1].name)
    if names not in tests.pairs:
        tests.pairs[names] = known.together(*both)
    made = tests.pairs[names]
    return made is not None and all(_returned(exam, made, run) for run in failed)


def _returned(exam: Exam, pair: Variant, run: TestRun) -> bool:
    own = exam.run_mistake(run.plan, pair)
    return own.error is not None and same_returns(run.transcript, own.transcript)
