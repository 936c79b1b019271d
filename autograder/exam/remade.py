"""Known mistakes made anew: one in another right program than its own, or two in one program; and compare."""

import itertools
from collections.abc import Callable, Sequence

from autograder.course.mistakes_file import Edit
from autograder.course.variants import Edits, Variant, edits_of
from autograder.exam.distance import only_one
from autograder.exam.exam import Exam
from autograder.exam.lesson_tests import LessonTests
from autograder.exam.mistakes import are_cut_short, candidates, failed_of, tells
from autograder.exam.session import TestRun

Both = tuple[Edit, Edit]
MOST = 600  # programs that are tried for one task
MOST_PROBED = 60  # where a probe trains them, or does as much


def in_another_program(exam: Exam, runs: Sequence[TestRun]) -> list[Variant]:
    """Find the mistake that returns what was returned when it stands in another right program; none in doubt.

    A text may mean something else there. So it must fail the tests that it fails in its own program, and no others.
    """
    failed = _to_explain(exam, runs)
    if not failed:
        return []
    tests, known = _of_task(exam, failed[0])
    alike = [edit for edit in known.edits if _fails_the_same(exam, _variant(tests, edit), runs)]
    found = [edit for edit in alike if any(_is_it(exam, made, runs, failed) for made in _elsewhere(tests, known, edit))]
    return [_variant(tests, found[0])] if only_one([edit.id for edit in found]) else []


def two_mistakes(exam: Exam, runs: Sequence[TestRun]) -> list[Variant]:
    """Find the two mistakes that return together what was returned in every test that failed; none in doubt."""
    failed = _to_explain(exam, runs)
    if not any(map(tells, failed)):
        return []  # as for two of which each explains a part: exceptions alone tell no pairs apart
    tests, known = _of_task(exam, failed[0])
    fitting = [edit for edit in known.edits if _fits(exam, tests, edit, runs)]
    most = MOST_PROBED if any(request.op == "run_probe" for request in failed[0].requests) else MOST
    found = [both for both in _few(fitting, most) if _explains(exam, tests, known, both, failed)]
    if len({frozenset((first.id, second.id)) for first, second in found}) != 1:
        return []
    return [_variant(tests, edit) for edit in found[0]]


def _to_explain(exam: Exam, runs: Sequence[TestRun]) -> list[TestRun]:
    """List the tests that failed; none where several mistakes explain all of them in their own programs."""
    failed = failed_of(runs)
    if not failed or are_cut_short(runs) or candidates(exam.mistakes(failed[0].plan.lesson), runs):
        return []
    return failed


def _of_task(exam: Exam, run: TestRun) -> tuple[LessonTests, Edits]:
    """Return the tests of the lesson, and the mistakes of the task that are edits."""
    tests, task = exam.lessons[run.plan.lesson.key], run.plan.task.name
    if task not in tests.edits:
        tests.edits[task] = edits_of(tests.lesson, task)
    return tests, tests.edits[task]


def _elsewhere(tests: LessonTests, known: Edits, edit: Edit) -> list[Variant]:
    return _made(tests, (edit.name,), lambda: list(known.elsewhere(edit)))


def _is_it(exam: Exam, made: Variant, runs: Sequence[TestRun], failed: Sequence[TestRun]) -> bool:
    return all(_returned(exam, made, run) for run in failed) and _fails_the_same(exam, made, runs)


def _made(tests: LessonTests, names: tuple[str, ...], make: Callable[[], list[Variant]]) -> list[Variant]:
    """Make programs once for a class."""
    if names not in tests.made:
        tests.made[names] = make()
    return tests.made[names]


def _variant(tests: LessonTests, edit: Edit) -> Variant:
    return next(one for one in tests.mistakes if one.name == edit.name)


def _fails_the_same(exam: Exam, mistake: Variant, runs: Sequence[TestRun]) -> bool:
    return all((exam.run_mistake(run.plan, mistake).error is None) == (run.error is None) for run in runs)


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
    made = _made(tests, (both[0].name, both[1].name), lambda: known.together(*both))
    return any(all(_returned(exam, one, run) for run in failed) for one in made)


def _returned(exam: Exam, made: Variant, run: TestRun) -> bool:
    return exam.mistakes(run.plan.lesson).returned(made, run)
