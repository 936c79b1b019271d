"""All that a lesson imports of the kit: its tests, its probes, its mistakes and its other right answers.

A lesson should import no other module of the kit. Then the machine can change without a change to a lesson, or to a
folder that a student was given. (`drawing.py` may also import `autograder.authoring.diagram`.)

A check compares what a student's code returned with what it should have returned, and raises AssertionError with a
sentence for the student. In doubt it fails: NaN is never close to anything. The ready checks below ask their questions
in a fixed order, the reference always first. So a mistake and a student get the same questions.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from autograder.course.loops import loop_mistakes
from autograder.course.variants import alternative, mistake
from autograder.errors import StudentError, WorkerGone
from autograder.exam.compare import equal, must_raise, number, same, shaped
from autograder.exam.distance import same_returns as alike
from autograder.isolation.inside.calls import model_follows

__all__ = [
    "StudentError",
    "WorkerGone",
    "alike",
    "alternative",
    "answers",
    "check_device",
    "check_gradients",
    "check_loop",
    "check_untouched",
    "equal",
    "in_dtype",
    "layer_weights",
    "loop_mistakes",
    "mistake",
    "model_follows",
    "must_raise",
    "normal",
    "number",
    "probed",
    "same",
    "same_gradients",
    "same_numbers",
    "same_parts",
    "several",
    "shaped",
    "torch_layer",
    "uniform",
]

Module = Any  # the type of the fixtures `student` and `reference`
Pairs = list[tuple[Any, Any]]
Compare = Callable[..., None]
WRONG_COUNT = "The number of tensors returned is not as it should be."
NO_GRAPH = (
    "No gradient comes back to any argument. no_grad(), detach(), .data, .numpy() or torch.tensor() cuts the graph: "
    "compute without it."
)
WRONG_DEVICE = "A tensor is made on the wrong device: take the device of x."
SHARED = "A result shares memory with an argument; make new tensors."


# Inputs, drawn in float64 so that another dtype has the same numbers.


def normal(*shape: int, rng: torch.Generator, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    """Draw from the normal distribution."""
    return torch.randn(*shape, generator=rng, dtype=torch.float64).to(dtype)


def uniform(*shape: int, rng: torch.Generator, bound: float = 1.0, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    """Draw evenly between -bound and bound."""
    return ((2 * torch.rand(*shape, generator=rng, dtype=torch.float64) - 1) * bound).to(dtype)


def layer_weights(
    d: int, h: int, rng: torch.Generator, dtype: torch.dtype = torch.float64, gates: int = 1
) -> list[torch.Tensor]:
    """Draw weights as a new recurrent layer of PyTorch has them: uniform within 1 / sqrt(H).

    Args:
        gates: blocks of H rows in each weight: 1 for an RNN, 3 for a GRU, 4 for an LSTM.

    Returns: w_ih, shape (gates * H, D), w_hh, shape (gates * H, H), b_ih and b_hh, shape (gates * H,).
    """
    rows = gates * h
    return [uniform(*shape, rng=rng, bound=h**-0.5, dtype=dtype) for shape in ((rows, d), (rows, h), (rows,), (rows,))]


def torch_layer(kind: str, weights: Sequence[torch.Tensor]) -> torch.nn.RNNBase:
    """Make one of PyTorch's recurrent layers, batch first, with given weights: the oracle of public tests.

    Args:
        kind: RNN, GRU or LSTM.
        weights: as `layer_weights` draws them.
    """
    made: Callable[..., torch.nn.RNNBase] = {"RNN": torch.nn.RNN, "GRU": torch.nn.GRU, "LSTM": torch.nn.LSTM}[kind]
    layer = made(weights[0].shape[1], weights[1].shape[1], batch_first=True).to(weights[0].dtype)
    with torch.no_grad():
        for parameter, weight in zip(layer.parameters(), weights, strict=True):
            parameter.copy_(weight)
    return layer


# Questions to both, the reference first.


def answers(student: Module, reference: Module, function: str, cases: Sequence[Sequence[Any]]) -> Pairs:
    """Call a function on every case; return pairs of what the student's returned and what it should have."""
    expected = [getattr(reference, function)(*case) for case in cases]
    actual = [getattr(student, function)(*case) for case in cases]
    return list(zip(actual, expected, strict=True))


def probed(student: Module, reference: Module, probe: str, cases: Sequence[Mapping[str, Any]]) -> Pairs:
    """Run a probe on every case, a dictionary of its arguments; return pairs as `answers` does."""
    expected = [reference.run(probe, **case) for case in cases]
    actual = [student.run(probe, **case) for case in cases]
    return list(zip(actual, expected, strict=True))


# Comparisons.


def in_dtype(value: Any, dtype: torch.dtype) -> Any:
    """Give a floating tensor another dtype, and change nothing else: a comparison then ignores the dtype."""
    return value.to(dtype) if isinstance(value, torch.Tensor) and value.is_floating_point() else value


def same_numbers(actual: Any, expected: torch.Tensor, what: str, **how: Any) -> None:
    """Compare as `same` does, but ignore the floating dtype; give the dtype a test of its own."""
    same(in_dtype(actual, expected.dtype), expected, what, **how)


def several(found: Any, count: int, says: str) -> Any:
    """Check that a result is a tuple or list of so many parts, such as output and h_n, and return it.

    Args:
        says: what a student reads otherwise, such as "gru_forward should return a pair, output and h_n."
    """
    assert type(found) in (tuple, list) and len(found) == count, says
    return found


def same_parts(
    actual: Any, expected: Sequence[torch.Tensor], parts: Mapping[str, str], says: str, compare: Compare = same
) -> None:
    """Compare the parts of a result one by one.

    Args:
        parts: the name of each part and the letters of its shape, such as {"output": "N T H", "h_n": "N H"}.
        says: what a student reads where the result has no such parts.
    """
    found = several(actual, len(parts), says)
    for mine, theirs, (name, axes) in zip(found, expected, parts.items(), strict=True):
        compare(mine, theirs, name, axes=axes)


def same_gradients(
    actual: Any,
    expected: Any,
    names: Sequence[str],
    atol: float | None = None,
    compare: Compare = same_numbers,
    says: str = WRONG_COUNT,
) -> None:
    """Compare what `gradients` returned: the results, then the gradient with respect to each argument.

    Args:
        names: the floating tensor arguments, in order.
        compare: how the results are compared; their dtype is left out by default.
        says: what a student reads where another number of tensors was returned.
    """
    (outputs, gradients), (wanted_outputs, wanted) = actual, expected
    assert len(outputs) == len(wanted_outputs), says
    for mine, theirs in zip(outputs, wanted_outputs, strict=True):
        compare(mine, theirs, "the result with gradients on", atol=atol)
    assert _has_graph(gradients, wanted), NO_GRAPH
    for mine, theirs, name in zip(gradients, wanted, names, strict=True):
        same(mine, theirs, f"the gradient with respect to {name}", atol=atol)


def _has_graph(gradients: Sequence[Any], wanted: Sequence[torch.Tensor]) -> bool:
    """Say whether any gradient comes back where some should."""
    found = [one for one in gradients if isinstance(one, torch.Tensor)]
    return len(found) < len(wanted) or any(map(torch.any, found)) or not any(map(torch.any, wanted))


# Whole checks.


def check_gradients(
    student: Module,
    reference: Module,
    function: str,
    case: Sequence[Any],
    names: Sequence[str],
    cotangents: Sequence[torch.Tensor],
    **how: Any,
) -> None:
    """Differentiate a function, and compare with the reference's gradients.

    Args:
        names: the floating tensor arguments, in order.
        cotangents: one for each tensor that the function returns, of its shape.
        how: as for `same_gradients`.
    """
    expected = reference.gradients(function, *case, cotangents=cotangents)
    actual = student.gradients(function, *case, cotangents=cotangents)

    same_gradients(actual, expected, names, **how)


def check_untouched(
    student: Module, function: str, cases: Sequence[Sequence[Any]], shared: str | None = SHARED
) -> None:
    """Check that a function changes no argument and returns nothing that shares memory with one.

    Args:
        shared: what a student reads where memory is shared; None where it may be.
    """
    effects = [student.effects(function, *case) for case in cases]

    for found in effects:
        equal(found["changed"], [], "The list of changed arguments")
        assert shared is None or not found["shared"], shared


def check_device(student: Module, function: str, case: Sequence[Any], says: str = WRONG_DEVICE) -> None:
    """Check that a function makes its tensors where its arguments are."""
    assert student.follows_device(function, *case), says


def check_loop(
    run: Callable[[torch.Tensor, Any], Any],
    x: torch.Tensor,
    state: Any,
    same_end: Compare = lambda actual, expected: same(actual, expected, "h_n of two halves", axes="N H"),
) -> None:
    """Check a loop over time: rows do not see each other, no step looks ahead, no call remembers the one before.

    Args:
        run: calls the function with a batch and a first state, and returns output, shape (N, T, H), and the last state.
        x: a batch of at least 3 rows and 4 steps, shape (N, T, D).
        state: the first state, shape (N, H), or a tuple of such.
        same_end: compares the last state of two halves with that of the whole.
    """
    known = x.shape[1] - 2
    later = x.clone()
    later[:, known:] += 1

    output, end = run(x, state)
    row, _ = run(x[1:2], _second_row(state))
    changed, _ = run(later, state)
    first, middle = run(x[:, :2], state)
    second, last = run(x[:, 2:], tuple(middle) if isinstance(state, tuple) else middle)
    again, _ = run(x, state)

    same(row, output[1:2], "output of one row alone", axes="1 T H")
    same(changed[:, :known], output[:, :known], "output before a change of the future", axes=f"N {known} H")
    same(torch.cat([first, second], dim=1), output, "output of two halves", axes="N T H")
    same_end(last, end)
    same(again, output, "output of a second call", axes="N T H")


def _second_row(state: Any) -> Any:
    return tuple(part[1:2] for part in state) if isinstance(state, tuple) else state[1:2]
