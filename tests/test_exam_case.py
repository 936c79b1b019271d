"""The case that shows what is wrong, as a student reads it: a call with small values, and the shapes of large ones."""

from typing import Any

import pytest
import torch

from autograder.exam.case import Definition, call_text, difficulty, find_definition
from autograder.exam.module import Request


def call(*args: Any, op: str = "call", **kwargs: Any) -> Request:
    return Request(op, {"name": "f", "args": list(args), "kwargs": kwargs})


@pytest.mark.parametrize(
    ("request_", "names", "said"),
    [
        (call(), (), "f()"),
        (call(1, "a", None), (), "f(1, 'a', None)"),
        (call(1, 2), ("x", "h"), "f(x=1, h=2)"),
        (call(1, 2), ("x",), "f(x=1, 2)"),
        (call(1), ("x", "h"), "f(x=1)"),
        (call(1, h=2), ("x",), "f(x=1, h=2)"),
        (call(torch.tensor([[1.0, 0.25]])), (), "f([[1, 0.25]])"),
        (call(torch.tensor(1 / 3)), (), "f(0.3333)"),
        (call(torch.tensor([3, 4])), (), "f([3, 4])"),
        (call(torch.zeros(0)), (), "f([])"),
        (call(torch.zeros(12)), (), f"f([{', '.join('0' * 12)}])"),
        (call(torch.zeros(13)), (), "f(<13>)"),
        (call(torch.zeros(3, 7, 4)), ("x",), "f(x=<3x7x4>)"),
        (call([1, (2, 3)]), (), "f([1, [2, 3]])"),
        (call(list(range(13))), (), "f(<13 values>)"),
        (call("y" * 100), (), f"f('{'y' * 59})"),
        (call(1, op="gradients"), (), "f(1)"),
        (Request("call", {"name": "f"}), ("x",), "f()"),
        (Request("run_probe", {"name": "steps", "data": {}}), (), ""),
        (None, ("x",), ""),
    ],
)
def test_a_request_is_shown_as_a_call(request_: Request | None, names: tuple[str, ...], said: str) -> None:
    assert call_text(request_, names) == said


def test_calls_are_sorted_by_the_numbers_that_go_in_and_gradients_come_later() -> None:
    small, large = call(torch.zeros(2), 1), call({"x": torch.zeros(3, 3)}, h=[1, 2])
    probe = Request("run_probe", {"data": {}})

    assert difficulty([small]) == (False, 3)
    assert difficulty([large]) == (False, 11)
    assert difficulty([small, large]) == (False, 14)
    assert difficulty([call(1, op="gradients")])[0] is True
    assert difficulty([]) == (False, 0)
    assert sorted([probe, large, call(1, op="gradients"), small], key=lambda one: difficulty([one]))[0] == small
    assert difficulty([probe]) > difficulty([large])


def test_the_last_definition_of_a_name_counts() -> None:
    file = "import x\n\ndef f(a, /, b, *, c):\n    pass\n\nclass f:\n    pass\n"

    assert find_definition("f", [file]) == Definition(6, None, ())
    assert find_definition("f", [file.partition("class")[0]]) == Definition(3, None, ("a", "b"))
    assert find_definition("g", [file]) == Definition()
    assert find_definition("f", []) == Definition()


def test_in_a_notebook_the_cell_is_named_and_a_broken_one_is_passed_over() -> None:
    cells = ["def f(x): pass", "def f(:", "%time\ndef f(y):\n    pass", "x = 1"]

    assert find_definition("f", cells) == Definition(2, 3, ("y",))


def test_a_syntax_error_in_one_percent_cell_hides_no_definition_in_another() -> None:
    file = "# %%\ndef f(x):\n    pass\n\n# %%\ny = for\n"

    assert find_definition("f", [file]) == Definition(2, None, ("x",))


def test_a_definition_inside_of_another_is_not_the_tasks_own() -> None:
    assert find_definition("f", ["def g():\n    def f(): pass\n"]) == Definition()
