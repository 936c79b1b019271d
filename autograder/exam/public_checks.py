"""Run the public checks of a task that fails, to show what is wrong by what every student has.

They run as at home: the same inputs, the student's code in a worker of its own, and its seconds cost no marks. What a
hidden check has seen takes no part in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

import torch

from autograder.course.model import Lesson
from autograder.errors import StudentError
from autograder.exam.arguments import signature_of
from autograder.exam.case import call_text, shown_first, smallest_wrong
from autograder.exam.compare import Compared, Wrong
from autograder.exam.evidence import LARGEST, rounded
from autograder.exam.exam import Exam
from autograder.exam.module import Request
from autograder.exam.outcome import judged
from autograder.exam.public_case import KEPT, Difference, PublicCase
from autograder.exam.remote import Remote
from autograder.exam.results import TaskResult
from autograder.exam.session import TestRun
from autograder.exam.tries import run_once
from autograder.exam.value_text import value_lines


def with_public_case(exam: Exam, lesson: Lesson, task: TaskResult, remote: Remote) -> TaskResult:
    """Add what the public checks show of a task that fails; nothing where all of them pass.

    Args:
        remote: a worker whose seconds cost no marks.
    """
    tests = exam.lessons[lesson.key]
    plans = [plan for plan in tests.public_plans if plan.task.name == task.task]
    if task.outcome != "failed" or not plans:
        return task
    pairs = [(run, judged(run, remote)) for run in run_once(exam, plans, remote).runs]
    wrong = {id(run): (run, test.message) for run, test in pairs if test.outcome == "failed"}
    smallest = smallest_wrong([(run, test) for run, test in pairs if id(run) in wrong])
    cases = (_case(*wrong[id(smallest)], tests.answer),) if smallest else ()
    return replace(task, cases=cases, differences=tuple(islice(_differences([run for run, _ in wrong.values()]), 1)))


def _case(run: TestRun, found: str, answer: str) -> PublicCase:
    """Write a case as text; the names of its inputs are the lesson's."""
    last = run.requests[-1] if run.requests else None
    return PublicCase(run.plan.name, found, call_text(last, _parameters(last, answer)), *_values(run.error))


def _parameters(request: Request | None, answer: str) -> tuple[str, ...]:
    return signature_of(answer, str(request.value.get("name"))).names if request else ()


def _values(error: BaseException | None) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Return the name of what was compared, what was expected, and what came."""
    compared = _compared(error)
    if compared is not None:
        return compared.what, tuple(value_lines("", compared.expected)), tuple(value_lines("", compared.actual))
    if isinstance(error, StudentError):
        return "", (), (f"raised {error.kind}: {error.text}".removesuffix(": "),)
    return "", (), ()


def _compared(error: BaseException | None) -> Compared | None:
    return error.compared if isinstance(error, Wrong) else None


def _differences(runs: Sequence[TestRun]) -> Iterator[Difference]:
    """Go through what can be drawn, in the order in which checks are shown."""
    for run in sorted(runs, key=shown_first):
        compared = _compared(run.error)
        found = difference_of(run.plan.name, compared) if compared is not None else None
        if found is not None:
            yield found


def difference_of(check: str, compared: Compared) -> Difference | None:
    """Subtract what was expected from what came; None for other shapes, for one number, and for more than three axes.

    Args:
        check: what the check checks, in words.
    """
    own, right = compared.actual, compared.expected
    if not (isinstance(own, torch.Tensor) and isinstance(right, torch.Tensor) and _can_be_drawn(own, right)):
        return None
    own, right = own.detach().double(), right.detach().double()
    # The same infinite number twice is no difference, and neither is NaN where NaN is right.
    apart = torch.where((own == right) | (own.isnan() & right.isnan()), 0.0, own - right)
    is_known = apart.abs() < LARGEST
    kept = tuple(map(min, apart.shape, KEPT[apart.dim()]))
    numbers = apart[tuple(map(slice, kept))].flatten().tolist()
    at = _largest_at(apart, is_known)
    largest, expected, actual = (rounded(float(one[at])) if at else None for one in (apart, right, own))
    axes = tuple(compared.axes.split())
    return Difference(
        check,
        compared.what,
        axes if len(axes) == apart.dim() else (),
        tuple(apart.shape),
        kept,
        tuple(map(rounded, numbers)),
        at,
        largest or 0.0,
        expected,
        actual,
        int((~is_known).sum()),
    )


def _can_be_drawn(own: torch.Tensor, right: torch.Tensor) -> bool:
    is_real = not (own.is_complex() or right.is_complex())
    return is_real and own.shape == right.shape and own.dim() in KEPT and own.numel() > 1


def _largest_at(apart: torch.Tensor, is_known: torch.Tensor) -> tuple[int, ...]:
    """Say where the largest of the known differences is; () where none is known."""
    if not bool(is_known.any()):
        return ()
    place = torch.where(is_known, apart.abs(), -1.0).argmax()
    return tuple(int(one) for one in torch.unravel_index(place, apart.shape))
