"""Which failing test a student is shown, and what is said beside "All public checks pass"."""

import json
from pathlib import Path

import pytest
from homework import unroll

from autograder.course.model import Course, Lesson
from autograder.isolation.forked import Zygote
from autograder.student.exercises import OTHERS
from autograder.student.home import check_spots
from autograder.student.verdict import Verdict, not_covered
from autograder.student.where import find_typed

TESTS = '''
"""Public tests: a small edge case stands before the others, and needs least."""

import pytest
import torch

from autograder.testing import same


@pytest.mark.task("double")
def test_nothing_at_all(student):
    same(student.double(torch.empty(0)), torch.empty(0), "edge")


@pytest.mark.task("double", core=True)
def test_four_numbers(student):
    same(student.double(torch.arange(4.0)), 2 * torch.arange(4.0), "four")


@pytest.mark.task("double", core=True)
def test_two_numbers(student):
    same(student.double(torch.arange(2.0)), 2 * torch.arange(2.0), "two")


@pytest.mark.task("double")
def test_later_numbers(student):
    same(student.double(torch.arange(3.0)), 2 * torch.arange(3.0), "later")


@pytest.mark.task("double")
def test_one_number(student):
    same(student.double(torch.ones(1)), 2 * torch.ones(1), "last")


@pytest.mark.task("double_all", core=True)
def test_all(student):
    student.double_all([])
'''
WRONG = {
    "core before edge, the smaller before the larger": ("return x + 1 if len(x) else None", "two numbers"),
    "the larger if the smaller passes": ("return 2 * x if 0 < len(x) <= 2 else x + 1", "four numbers"),
    "then the order of the file": ("return x + 1 if len(x) in (1, 3) else 2 * x", "later numbers"),
    "the last edge case if no other fails": ("return x + 2 if len(x) == 1 else 2 * x", "one number"),
}


def checked(home: Path, zygote: Zygote, body: str) -> list[Verdict]:
    text = f"def double(x):\n    {body}\n\n\ndef double_all(xs):\n    return [double(x) for x in xs]\n"
    (home / "play" / "double.py").write_text(text, encoding="utf-8")
    return check_spots(find_typed(home, "play/double")[1], zygote).verdicts


@pytest.mark.parametrize("name", WRONG)
def test_a_core_test_is_shown_before_edge_cases(home: Path, zygote: Zygote, name: str) -> None:
    (home / "play" / "test_double.py").write_text(TESTS, encoding="utf-8")
    body, shown = WRONG[name]

    verdict, *_ = checked(home, zygote, body)

    assert (verdict.state, verdict.check) == ("failing", shown)


def test_what_the_public_checks_leave_out_is_said_where_all_pass(home: Path, zygote: Zygote) -> None:
    known = home / "play" / "known.json"
    data = json.loads(known.read_text(encoding="utf-8"))
    plain = not_covered(checked(home, zygote, "return 2 * x"))
    data["lessons"]["double"]["beyond"] = ["No public check doubles a thousand numbers."]
    known.write_text(json.dumps(data), encoding="utf-8")

    said = not_covered(checked(home, zygote, "return 2 * x"))
    wrong = not_covered(checked(home, zygote, "return x"))

    assert plain == [f"Not covered here, play/double: {OTHERS}"]
    assert said == ["Not covered here, play/double: No public check doubles a thousand numbers."]
    assert wrong == []


def test_it_stands_above_the_line_that_all_checks_pass(home: Path, zygote: Zygote) -> None:
    checked(home, zygote, "return 2 * x")

    lines = unroll(home, "check", "play").stdout.rstrip().splitlines()

    assert lines[-1].startswith("Why it works") or lines[-1].startswith("All public checks pass;")
    at = next(i for i, line in enumerate(lines) if line.startswith("All public checks pass;"))
    assert lines[at - 1].startswith("Not covered here, play/double: The hidden checks draw")


def test_every_lesson_of_sine_says_what_its_public_checks_leave_out(course: Course) -> None:
    lessons: tuple[Lesson, ...] = course.assignment("sine").lessons
    shipped = {spot.lesson.name: spot.lesson.beyond for spot in find_typed(course.root / "exercises", "sine")[1]}

    assert all(lesson.beyond for lesson in lessons)
    assert {lesson.name: lesson.beyond for lesson in lessons} == shipped
