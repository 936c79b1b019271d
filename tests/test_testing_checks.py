"""The ready checks of `autograder.testing`: what they ask, in which order, and what they refuse."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from autograder.testing import (
    answers,
    check_device,
    check_gradients,
    check_loop,
    check_untouched,
    in_dtype,
    layer_weights,
    normal,
    probed,
    same_gradients,
    same_numbers,
    same_parts,
    several,
    torch_layer,
    uniform,
)


class Asked:
    """What a test sees as `student` or `reference`: it writes down what it was asked."""

    def __init__(self, name: str, log: list[str], **functions: Callable[..., Any]) -> None:
        self._name, self._log, self._functions = name, log, functions

    def __getattr__(self, name: str) -> Callable[..., Any]:
        self._log.append(f"{self._name}.{name}")
        return self._functions[name]


def seeded(number: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(number)


def pair_of(log: list[str], actual: Callable[..., Any], expected: Callable[..., Any], name: str) -> tuple[Any, Any]:
    return Asked("student", log, **{name: actual}), Asked("reference", log, **{name: expected})


def test_the_reference_is_asked_about_every_case_before_the_student() -> None:
    log: list[str] = []
    student, reference = pair_of(log, lambda x: x + 1, lambda x: x, "double")

    assert answers(student, reference, "double", [(1,), (2,)]) == [(2, 1), (3, 2)]
    assert log == ["reference.double", "reference.double", "student.double", "student.double"]


def test_the_reference_runs_every_probe_before_the_student() -> None:
    log: list[str] = []
    student, reference = pair_of(log, lambda probe, x: (probe, x), lambda probe, x: x, "run")

    assert probed(student, reference, "ask", [{"x": 1}, {"x": 2}]) == [(("ask", 1), 1), (("ask", 2), 2)]
    assert log == ["reference.run", "reference.run", "student.run", "student.run"]


def test_inputs_of_two_dtypes_are_the_same_numbers() -> None:
    for draw in (normal, uniform):
        whole = draw(3, 4, rng=seeded())

        assert whole.dtype == torch.float64
        assert torch.equal(draw(3, 4, rng=seeded(), dtype=torch.float32), whole.float())


def test_weights_are_those_of_a_new_layer() -> None:
    for kind, gates in (("RNN", 1), ("GRU", 3), ("LSTM", 4)):
        weights = layer_weights(4, 25, seeded(), torch.float32, gates)
        layer = torch_layer(kind, weights)

        assert [tuple(w.shape) for w in weights] == [tuple(p.shape) for p in layer.parameters()]
        assert all(torch.equal(w, p) for w, p in zip(weights, layer.parameters(), strict=True))
        assert 0.19 < max(float(w.abs().max()) for w in weights) <= 0.2


def test_a_layer_has_the_dtype_of_its_weights() -> None:
    weights = layer_weights(3, 4, seeded())

    assert all(torch.equal(w, p) for w, p in zip(weights, torch_layer("RNN", weights).parameters(), strict=True))


def test_only_a_floating_tensor_is_given_another_dtype() -> None:
    assert in_dtype(torch.ones(2, dtype=torch.float64), torch.float32).dtype == torch.float32
    assert in_dtype(torch.ones(2, dtype=torch.int64), torch.float32).dtype == torch.int64
    assert in_dtype([1.0], torch.float32) == [1.0]
    with pytest.raises(AssertionError, match="dtype float32, but has int64"):
        same_numbers(torch.ones(2, dtype=torch.int64), torch.ones(2), "h_t")


@pytest.mark.parametrize("found", [None, 3, torch.ones(2), (1,), [1, 2, 3], {"a": 1, "b": 2}], ids=str)
def test_what_is_no_pair_is_refused(found: object) -> None:
    with pytest.raises(AssertionError, match="a pair, please"):
        several(found, 2, "a pair, please")
    with pytest.raises(AssertionError, match="a pair, please"):
        same_parts(found, (torch.ones(1), torch.ones(1)), {"a": "N", "b": "N"}, "a pair, please")


def test_each_part_is_compared_under_its_name() -> None:
    right = (torch.ones(2, 3), torch.zeros(2))
    parts = {"output": "N H", "h_n": "N"}

    same_parts(list(right), right, parts, "a pair")

    with pytest.raises(AssertionError, match=r"^h_n is wrong in 2 of 2 values"):
        same_parts((right[0], right[1] + 1), right, parts, "a pair")


def test_results_and_gradients_are_compared_and_the_dtype_of_gradients_too() -> None:
    right = ([torch.ones(2)], [torch.zeros(3)])

    same_gradients(([torch.ones(2).double()], [torch.zeros(3)]), right, ["x"])

    for wrong, said in {
        "the number": (([], []), "The number of tensors returned"),
        "a result": (([torch.zeros(2)], [torch.zeros(3)]), "the result with gradients on is wrong"),
        "a gradient": (([torch.ones(2)], [torch.ones(3)]), "the gradient with respect to x is wrong"),
        "nan": (([torch.ones(2)], [torch.full((3,), torch.nan)]), "should be a finite number"),
        "a dtype": (([torch.ones(2)], [torch.zeros(3).double()]), "should have dtype float32"),
    }.values():
        with pytest.raises(AssertionError, match=said):
            same_gradients(wrong, right, ["x"])


def test_gradients_are_asked_of_the_reference_first() -> None:
    log: list[str] = []
    right = ([torch.ones(2)], [torch.zeros(3)])
    student, reference = pair_of(log, lambda *_, cotangents: right, lambda *_, cotangents: right, "gradients")

    check_gradients(student, reference, "f", (torch.zeros(3),), ["x"], [torch.ones(2)])

    assert log == ["reference.gradients", "student.gradients"]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"changed": [0], "shared": []}, "The list of changed arguments is not as it should be."),
        ({"changed": [], "shared": [0]}, "A result shares memory with an argument; make new tensors."),
    ],
    ids=["changed", "shared"],
)
def test_a_touched_argument_is_said(found: dict[str, Any], said: str) -> None:
    student = Asked("student", [], effects=lambda *_: found)

    with pytest.raises(AssertionError, match=said):
        check_untouched(student, "f", [(1,)])


def test_memory_may_be_shared_where_the_test_says_so() -> None:
    student = Asked("student", [], effects=lambda *_: {"changed": [], "shared": [0]})

    check_untouched(student, "f", [(1,)], shared=None)


def test_another_device_is_said() -> None:
    check_device(Asked("student", [], follows_device=lambda *_: True), "f", (1,))
    with pytest.raises(AssertionError, match="wrong device: take the device of x"):
        check_device(Asked("student", [], follows_device=lambda *_: False), "f", (1,))


def running_sum(x: torch.Tensor, state: Any) -> tuple[torch.Tensor, Any]:
    """A right loop: the sum so far, from a first state."""
    first = state[0] if isinstance(state, tuple) else state
    output = first.unsqueeze(1) + x.cumsum(dim=1)
    return output, (output[:, -1],) if isinstance(state, tuple) else output[:, -1]


KEPT: list[torch.Tensor] = []


def remembering(x: torch.Tensor, state: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    output, h = running_sum(x, state + len(KEPT))
    KEPT.append(h)
    return output, h


LOOPS: dict[str, tuple[Callable[..., Any], str]] = {
    "rows": (lambda x, h: running_sum(x - x.mean(dim=0), h), "output of one row alone"),
    "future": (lambda x, h: running_sum(x.flip(1), h), "output before a change of the future"),
    "state": (lambda x, h: running_sum(x, torch.zeros_like(h)), "output of two halves"),
    "end": (lambda x, h: (running_sum(x, h)[0], h), "output of two halves"),
    "memory": (remembering, "output of one row alone"),
}


@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_that_looks_where_it_may_not_is_said(name: str) -> None:
    loop, said = LOOPS[name]
    x, state = normal(3, 6, 4, rng=seeded()), normal(3, 4, rng=seeded(2))

    with pytest.raises(AssertionError, match=said):
        check_loop(loop, x, state)


def test_a_right_loop_passes_with_a_state_or_a_tuple_of_them() -> None:
    x, state = normal(3, 6, 4, rng=seeded()), normal(3, 4, rng=seeded(2))

    check_loop(running_sum, x, state)
    check_loop(running_sum, x, (state,), same_end=lambda actual, expected: None)
