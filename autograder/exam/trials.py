"""Ask once more with one thing altered, and say what that shows of a wrong result of which nothing else is known.

Each sentence is true whatever the code looks like. Marks do not depend on it, nor on the seconds that it takes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from autograder.course.model import Task
from autograder.errors import StudentError, StudentMissing, WorkerGone
from autograder.exam.altered import Touched, as_if, disturbed, touched, with_less
from autograder.exam.arguments import Signature, signature_of
from autograder.exam.closeness import FEWEST, tells
from autograder.exam.compare import Wrong
from autograder.exam.distance import distance
from autograder.exam.lesson_tests import LessonTests
from autograder.exam.module import Ask, Request
from autograder.exam.session import TestRun

CLOSE = 1e-6
MOST = 24  # requests to the student's code
MOST_SAID = 3


@dataclass(frozen=True)
class Case:
    """A request that a program answered wrongly.

    Args:
        came: what it answered.
        right: what it should have.
    """

    request: Request
    came: Any
    right: Any


def found_by_trial(tests: LessonTests, task: Task, runs: Sequence[TestRun], ask: Ask) -> str:
    """Say what altered requests show of the first test that failed, in one sentence; "" if that is nothing.

    Args:
        ask: puts a request to the student's code.
    """
    failed = next((run for run in runs if run.error is not None), None)
    if failed is None or not (isinstance(failed.error, Wrong) and failed.error.is_bare):
        return ""
    case = _first_wrong(tests, failed)
    if case is None:
        return ""
    signature = signature_of(tests.answer, str(case.request.value.get("name", "")))
    right = _right_of(tests)
    return _would_be_right(case, signature, right) or _asked_again(case, signature, task, right, ask)


def _right_of(tests: LessonTests) -> Ask:
    assert tests.reference is not None
    return tests.reference.ask


def _first_wrong(tests: LessonTests, run: TestRun) -> Case | None:
    """Find the first request of a test whose answer is not the right one."""
    for request, answer in zip(run.requests, run.transcript, strict=False):
        if answer[0] != "value":
            return None
        right = _answer(_right_of(tests), request)
        if right is not None and distance(answer[1], right) > CLOSE:
            return Case(request, answer[1], right)
    return None


def _answer(ask: Ask, request: Request) -> Any:
    """Put a request, and return the answer; None if it cannot be answered."""
    try:
        return ask(request.op, request.value)
    except (StudentError, StudentMissing):
        return None


def _would_be_right(case: Case, signature: Signature, right: Ask) -> str:
    """Say to which other request the answer would be right."""
    came, wanted = list(_leaves(case.came)), list(_leaves(case.right))
    wrong = [place for place, (mine, theirs) in enumerate(zip(came, wanted, strict=False)) if not _same(mine, theirs)]
    if len(came) != len(wanted) or not any(_tells(came[place]) for place in wrong):
        return ""
    for altered in as_if(case.request, signature):
        other = list(_leaves(_answer(right, altered.request)))
        if len(other) == len(came) and all(_same(came[place], other[place]) for place in wrong):
            return f"It would be right if {altered.said}."
    return ""


def _same(first: Any, second: Any) -> bool:
    return distance(first, second) <= CLOSE


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from _leaves(part)
    else:
        yield value


def _tells(value: Any) -> bool:
    """Tell whether an agreement with a value means something."""
    if isinstance(value, torch.Tensor):
        return tells(value)
    return type(value) is float and value not in (0.0, 1.0)


def _asked_again(case: Case, signature: Signature, task: Task, right: Ask, ask: Ask) -> str:
    """Say what the student's own code makes of altered requests."""
    limited = _limited(ask)
    try:
        return (
            _independent(case, signature, right, limited)
            or _reach(case, signature, task, right, limited)
            or _right_with(case, signature, task, right, limited)
        )
    except WorkerGone:
        return ""


def _limited(ask: Ask) -> Ask:
    """Let only so many requests through; then the code is lost to it."""
    left = iter(range(MOST))

    def limited(op: str, request: dict[str, Any]) -> Any:
        if next(left, None) is None:
            raise WorkerGone("enough was asked")
        return ask(op, request)

    return limited


def _independent(case: Case, signature: Signature, right: Ask, ask: Ask) -> str:
    """Name an argument that the result should depend on, and does not."""
    for name, request in disturbed(case.request, signature):
        mine, theirs = _answer(ask, request), _answer(right, request)
        if mine is not None and theirs is not None and _same(mine, case.came) and not _same(theirs, case.right):
            return f"It does not depend on {name}."
    return ""


def _reach(case: Case, signature: Signature, task: Task, right: Ask, ask: Ask) -> str:
    """Name an entry of a result that depends on what it should not, such as a later step, or the reverse."""
    for one in touched(case.request, signature, task):
        mine, theirs = _answer(ask, one.request), _answer(right, one.request)
        befores = zip(_leaves(case.came), _leaves(case.right), strict=False)
        afters = zip(_leaves(mine), _leaves(theirs), strict=False)
        for shape, before, after in zip(task.returns, befores, afters, strict=False):
            if one.letter in shape.axes and all(map(_are_alike, before, after)):
                axis = shape.axes.index(one.letter)
                reached, wanted = (_changed_along(axis, *pair) for pair in zip(before, after, strict=True))
                if reached != wanted:
                    return _reach_sentence(one, shape.name, reached, wanted)
    return ""


def _are_alike(before: Any, after: Any) -> bool:
    tensors = isinstance(before, torch.Tensor) and isinstance(after, torch.Tensor)
    return tensors and before.shape == after.shape and before.dim() > 0


def _changed_along(axis: int, before: torch.Tensor, after: torch.Tensor) -> set[int]:
    differs = ~torch.isclose(before.double(), after.double(), rtol=CLOSE, atol=CLOSE, equal_nan=True)
    rest = [other for other in range(differs.dim()) if other != axis]
    return set((differs.any(dim=rest) if rest else differs).nonzero().flatten().tolist())


def _reach_sentence(one: Touched, name: str, reached: set[int], wanted: set[int]) -> str:
    result = "the result" if name == "result" else name
    place = min((reached - wanted) or (wanted - reached))
    way = "depends" if reached - wanted else "does not depend"
    should = "should not" if reached - wanted else "should"
    return f"Along {one.letter}, entry {place} of {result} {way} on entry {one.place} of {one.name}, and it {should}."


def _right_with(case: Case, signature: Signature, task: Task, right: Ask, ask: Ask) -> str:
    """Say for which simpler requests the answer is right; or that it is wrong for all of them."""
    found: list[str] = []
    wrong: list[str] = []
    for altered in with_less(case.request, signature, task):
        theirs = _answer(right, altered.request)
        if theirs is None or not any(map(_tells, _leaves(theirs))):
            continue
        mine = _answer(ask, altered.request)
        (found if mine is not None and _same(mine, theirs) else wrong).append(altered.said)
    if found:
        return f"It is right with {' or with '.join(found[:MOST_SAID])}."
    if len(wrong) < FEWEST:
        return ""
    return f"It is wrong even with {' or with '.join(wrong[:MOST_SAID])}."
