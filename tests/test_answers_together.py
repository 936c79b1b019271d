"""All answers of a lesson together have a limit: the examiner keeps them until a task is judged."""

from dataclasses import replace

import torch
from classroom import grade, hand_in

from autograder.course import Course
from autograder.grading.records import TaskResult
from autograder.isolation.forks import Zygote
from autograder.isolation.replies import EACH, weight_of

DEF = "import torch\ndef make_windows(series, seq_length, horizon=1):\n"
LARGE = "    return torch.zeros(180_000)\n"


def graded(course: Course, zygote: Zygote, text: str) -> TaskResult:
    """Grade a `make_windows` where one answer may take 1 MB."""
    limits = replace(course.limits, reply_bytes=1 << 20)
    (result,) = grade(course, "sine", [hand_in("large", windows=text)], zygote, limits)
    return next(task for task in result.tasks if task.task == "make_windows")


def test_large_answers_in_every_call_overflow(course: Course, zygote: Zygote) -> None:
    task = graded(course, zygote, DEF + LARGE)

    assert task.outcome == "overflow"
    assert task.message == "The results of this lesson take more than 2 MB together."


def test_many_small_answers_in_every_call_overflow(course: Course, zygote: Zygote) -> None:
    task = graded(course, zygote, f"{DEF}    return [torch.zeros(0)] * 1_500\n")

    assert task.outcome == "overflow"


def test_one_large_answer_is_judged(course: Course, zygote: Zygote) -> None:
    first = "    if len(series) < 11: raise ValueError('short')\n    if seq_length != 4: return None\n"

    task = graded(course, zygote, DEF + first + LARGE)

    assert task.outcome == "failed"


def test_what_is_small_weighs_something_each() -> None:
    assert weight_of(torch.zeros(1000, dtype=torch.float64)) == EACH + 8000
    assert weight_of([None, True, ("a", {})]) >= 6 * EACH
    assert weight_of({"a": torch.zeros(10).numpy()}) > 40
    assert weight_of("x" * 1000) > 4000
