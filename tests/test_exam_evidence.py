"""What is kept of a task beside its verdict: learning curves, and the own code, cut out as text."""

import json
import math
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any, cast

import pytest
import torch

from autograder.course.variants import Variant
from autograder.errors import Frame, Note, StudentError
from autograder.exam.curves import curves_of
from autograder.exam.evidence import MOST_LINES, MOST_NUMBERS, Curve, Excerpt, Panel, numbers
from autograder.exam.excerpt import excerpt_of, place_of, with_suspect
from autograder.exam.pictures import lines_of
from autograder.exam.session import Measured, TestRun

FILE = '''\
import torch

def helper(x):
    return x @ x

class Other:
    def cell(self):
        pass

@decorated
def cell(
    x, h,
):
    """Docs."""

    h = helper(x)
    # a comment
    return h


cell_2 = cell
'''


def run(*answers: Any, measured: tuple[Measured, ...] = (), error: BaseException | None = None) -> TestRun:
    return TestRun(cast(Any, None), error, [("value", answer) for answer in answers], measured=measured)


def test_the_losses_before_a_comparison_are_a_curve() -> None:
    found = {"weights": [torch.ones(9)], "losses": [5.0, 4.0, 3.0, 2.0, math.inf, math.nan]}
    seen = Measured("fit", 0.5, 0.1, 2)

    (curve,) = curves_of([run([9.0] * 5, found, [7.0] * 5, measured=(seen,))])

    assert curve == Curve("fit", 0.1, 0.5, 6, (5.0, 4.0, 3.0, 2.0, None, None))


def test_each_comparison_has_the_curve_of_its_own_training() -> None:
    seen = (Measured("one", 0.5, 0.1, 1), Measured("two", math.nan, 0.1, 2), Measured("three", 0.5, 0.1, 2))

    curves = curves_of([run([1.0] * 5, [2.0] * 5, measured=seen)])

    assert [(curve.name, curve.reached, curve.losses[0]) for curve in curves] == [("one", 0.5, 1.0), ("two", None, 2.0)]


@pytest.mark.parametrize(
    "answer", [[1.0] * 4, [1] * 9, ["a"] * 9, torch.ones(9), 1.0, None, [[[[[1.0] * 9]]]], {"n": [True] * 9}], ids=repr
)
def test_what_is_no_list_of_losses_is_no_curve(answer: Any) -> None:
    assert curves_of([run(answer, measured=(Measured("fit", 0.5, 0.1, 1),))]) == ()


def test_a_long_line_keeps_its_ends() -> None:
    kept = numbers([float(number) for number in range(10_001)])

    assert len(kept) == MOST_NUMBERS
    assert (kept[0], kept[-1]) == (0.0, 10_000.0)


def test_the_last_definition_of_a_task_is_cut_out() -> None:
    found = excerpt_of("cell", [FILE], None)

    assert found and found.lines[0] == "def cell("
    assert found.lines[-1] == "    return h"
    assert (found.cell, found.first, found.marked) == (None, 11, 0)


def test_the_line_that_a_message_names_is_marked() -> None:
    inside, helper, outside = (excerpt_of("cell", [FILE], (None, line)) for line in (16, 4, 21))

    assert inside and inside.line(inside.marked) == "    h = helper(x)"
    assert helper and (helper.lines, helper.marked) == (("def helper(x):", "    return x @ x"), 4)
    assert outside and (outside.lines, outside.marked) == (("cell_2 = cell",), 21)


def test_in_a_notebook_the_line_is_that_of_its_cell() -> None:
    found = excerpt_of("cell", ["import torch", "x = 1\n\ndef cell(x):\n    return x"], (2, 4))

    assert found and (found.cell, found.first, found.line(4)) == (2, 3, "    return x")


@pytest.mark.parametrize("place", [(None, 99), (7, 1), (None, -1)])
def test_a_place_that_is_not_there_marks_nothing(place: tuple[int | None, int]) -> None:
    found = excerpt_of("cell", [FILE], place)

    assert found and found.marked == 0


def test_what_is_not_defined_has_no_excerpt() -> None:
    assert excerpt_of("cel", [FILE], None) is None


def test_a_long_definition_is_cut_around_the_marked_line() -> None:
    text = "\n".join(["def f():", *(f"    x = {number}" for number in range(2, 300))])

    found = excerpt_of("f", [text], (None, 200))

    assert found and len(found.lines) == MOST_LINES
    assert found.line(200) == "    x = 200"


def test_the_place_is_that_of_the_first_exception_in_this_lesson() -> None:
    here = StudentError("ValueError", line=3, cell=2, frames=(Frame("cell", "f", 3, 2, ""),))
    elsewhere = StudentError("ValueError", line=9, frames=(Frame("windows", "f", 9, None, ""),))
    loaded = SimpleNamespace(notes=[Note("SyntaxError", "", 5, 1, ("f",))], names=[])

    assert place_of("f", "cell", [run(), run(error=here), run(error=elsewhere)], loaded) == (2, 3)
    assert place_of("f", "cell", [run(error=elsewhere)], loaded) is None
    assert place_of("f", "cell", [run(error=AssertionError())], loaded) == (1, 5)
    assert place_of("g", "cell", [run()], loaded) is None


def test_a_line_of_the_known_mistake_that_no_right_program_has_is_suspect() -> None:
    right = "def f(x):\n    y = x + 1\n    return y"
    wrong = Variant("M01", "f", "One too many.", "f", 1, "def f(x):\n    y = x + 2\n    return y")
    mine = Excerpt(None, 4, ("def f(x):", "    y  = x+2 # mine", "    return y"))

    assert with_suspect(mine, [wrong], right).suspect == 5
    assert with_suspect(mine, [wrong], f"{right}\n    y = x + 2").suspect == 0
    assert with_suspect(Excerpt(None, 4, ("def f(x):", "", "    return y")), [wrong], right).suspect == 0


@pytest.mark.parametrize(
    ("answer", "count"),
    [([torch.ones(3), [1, 2.5]], 2), ([torch.ones(3, 1)], 0), ([["a"]], 0), ([[math.nan]], 0), ("words", 0), ([[]], 0)],
    ids=str,
)
def test_only_lines_of_numbers_are_drawn(answer: Any, count: int) -> None:
    assert len(lines_of(answer)) == count


PARTS = (
    Curve("fit", 0.1, None, 5, (1.0, None)),
    Excerpt(2, 7, ("def f():",), 7, 0),
    Panel("a/b", "t", "x", "y", ("one",), True, None, (9,), ((1.0, None),)),
)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: type(part).__name__)
def test_what_was_written_is_read_back_and_nothing_of_another_kind(part: Any) -> None:
    data = json.loads(json.dumps(asdict(part)))

    assert type(part).from_json(data) == part and part.is_sound()
    for key in data:
        for wrong in ({"a": 1}, [["x"]], "text" if not isinstance(data[key], str) else 1, 1e99):
            assert not sound(type(part), {**data, key: wrong}), (key, wrong)


def sound(kind: Any, data: Any) -> bool:
    try:
        return bool(kind.from_json(data).is_sound())
    except (TypeError, ValueError):
        return False
