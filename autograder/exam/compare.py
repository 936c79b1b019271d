"""Check that two values are the same, and say in words where they differ.

A check in doubt fails. Messages of hidden tests name the place and the size of a difference, never the expected value.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import torch

from autograder.errors import StudentError
from autograder.exam.relations import number_relation, relation
from autograder.isolation.inside.advice import NO_RETURN
from autograder.isolation.inside.wire import Opaque

TOLERANCE = {torch.float64: 1e-9, torch.float32: 1e-5, torch.float16: 1e-2}


@dataclass(frozen=True)
class Compared:
    """Two values that a check compared.

    Args:
        what: the name of the value in the lesson, such as `h_t`.
        axes: the letters of its shape, such as `N H`, or "".
    """

    what: str
    actual: Any
    expected: Any
    axes: str = ""


class Wrong(AssertionError):
    """A result that is not as it should be; how it is related to the right one is looked for when it is read.

    Args:
        related: finds the relation.
        is_of_shape: whether it is the shape that is wrong.
        compared: the two values; None where only a shape was wanted.
    """

    def __init__(
        self, said: str, related: Callable[[], str], is_of_shape: bool = False, compared: Compared | None = None
    ) -> None:
        super().__init__(said)
        self.is_of_shape = is_of_shape
        self.compared = compared
        self._find = related

    @cached_property
    def _related(self) -> str:
        return self._find()

    @property
    def is_bare(self) -> bool:
        """Whether nothing is known but the place and the size of the difference."""
        return not self._related

    def __str__(self) -> str:
        return " ".join(filter(None, (super().__str__(), self._related)))


def same(
    actual: Any,
    expected: Any,
    what: str,
    axes: str = "",
    atol: float | None = None,
    show: bool = False,
    dtype: bool = True,
) -> None:
    """Check that a student's tensor is the expected one: type, dtype, shape, finite numbers, values.

    Args:
        what: its name in the lesson, such as `h_t`.
        axes: the letters of its shape, such as `N H`.
        atol: absolute and relative tolerance; by default 1e-9 for float64 and 1e-5 for float32.
        show: say what was expected and what came; for public tests only.
        dtype: whether the dtype must be the expected one too; if not, another test should ask for it.
    """
    _check_type(actual, expected, what)
    actual, expected = (torch.from_numpy(v) if isinstance(v, np.ndarray) else v for v in (actual, expected))
    related, compared = partial(relation, actual, expected, axes), Compared(what, actual, expected, axes)
    _check_shape(actual, expected, what, axes, related, compared)
    assert actual.dtype == expected.dtype or not dtype, (
        f"{what} should have dtype {_short(expected.dtype)}, but has {_short(actual.dtype)}."
    )
    if actual.dtype == expected.dtype and torch.equal(actual, expected):
        return  # as most right answers are, bit for bit; what follows takes ten times as long
    tolerance = atol if atol is not None else TOLERANCE.get(expected.dtype, 0.0)
    wrong = ~torch.isclose(actual.double(), expected.double(), rtol=tolerance, atol=tolerance, equal_nan=True)
    if not bool((~wrong).all()):
        raise Wrong(_difference(actual, expected, wrong, what, show), related, compared=compared)


def _check_type(actual: Any, expected: Any, what: str) -> None:
    wanted = type(expected)
    assert type(actual) is wanted, _other_type(actual, expected, what)


def shaped(actual: Any, wanted: Sequence[int], what: str, axes: str = "") -> None:
    """Check that a student's value is a tensor of some shape, whatever its numbers are."""
    expected = torch.empty(*wanted)
    _check_type(actual, expected, what)
    _check_shape(actual, expected, what, axes, _unrelated)


def _unrelated() -> str:
    return ""


def _other_type(actual: Any, expected: Any, what: str) -> str:
    returns = f" {NO_RETURN}" if actual is None else ""
    return f"{what} should be a {type_name(expected)}, but is {type_name(actual)}.{returns}"


def _check_shape(
    actual: torch.Tensor,
    expected: torch.Tensor,
    what: str,
    axes: str,
    related: Callable[[], str],
    compared: Compared | None = None,
) -> None:
    letters = f"({axes.replace(' ', ', ')}) = " if axes else ""
    wanted, came = tuple(expected.shape), tuple(actual.shape)
    if came != wanted:
        said = f"{what} should have shape {letters}{wanted}, but has {came}."
        raise Wrong(said, related, is_of_shape=True, compared=compared)


def _difference(actual: torch.Tensor, expected: torch.Tensor, wrong: torch.Tensor, what: str, show: bool) -> str:
    index = tuple(int(i) for i in wrong.nonzero()[0])
    place = _place(what, index)
    came, wanted = actual[index].item(), expected[index].item()
    if not np.isfinite(came) and np.isfinite(wanted):
        return f"{_of(what, index)} is {came}, and should be a finite number."
    if show:
        return f"{_of(what, index)} should be {wanted:.6g}, but is {came:.6g}."
    by = f"by {abs(came - wanted):.2g}"
    if wrong.numel() == 1:
        return f"{what} is wrong {by}."
    return f"{what} is wrong in {int(wrong.sum())} of {wrong.numel()} values, first at {place}, {by}."


def _of(what: str, index: Sequence[int]) -> str:
    """Name one entry as the subject of a sentence."""
    return _place(what, index) if " " not in what or not index else f"entry {list(index)} of {what}"


def _place(what: str, index: Sequence[int]) -> str:
    """Say which entry is meant; what is called by several words cannot be followed by brackets."""
    if not index:
        return what
    return f"{what}{list(index)}" if " " not in what else f"its entry {list(index)}"


def number(actual: Any, expected: float, what: str, tol: float = 1e-5, show: bool = False) -> None:
    """Check that a student's number is a Python float close to the expected one."""
    assert type(actual) is float, _other_type(actual, expected, what)
    # Of an infinite number every other one would be within the tolerance.
    close = actual == expected or abs(actual - expected) <= tol * max(1.0, abs(expected)) < math.inf
    shown = f"should be {expected:.6g}, but is {actual:.6g}" if show else f"is wrong by {abs(actual - expected):.2g}"
    if not close:
        # A public test has plain numbers, which are often related by accident, and says both.
        related = _unrelated if show else partial(number_relation, actual, expected)
        raise Wrong(f"{what} {shown}.", related, compared=Compared(what, actual, expected))


def equal(actual: Any, expected: Any, what: str) -> None:
    """Check that plain values are equal, and of the same type."""
    assert type(actual) is type(expected), _other_type(actual, expected, what)
    assert actual == expected, f"{what} is not as it should be."


def must_raise(kind: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """Check that a call raises an exception of a kind, such as ValueError, or of one derived from it."""
    try:
        function(*args, **kwargs)
    except StudentError as error:
        if kind in error.kinds:
            return
        raise AssertionError(
            f"{error.stage} should raise {kind} here, but raised {error.kind}{error.place()}."
        ) from None
    raise AssertionError(
        f"{getattr(function, '__name__', 'This call')} should raise {kind} here, but returned a value."
    )


def type_name(value: Any) -> str:
    """Name a type as students know it."""
    if isinstance(value, Opaque):
        return value.type_name
    if isinstance(value, torch.Tensor):
        return "torch.Tensor"
    return {"ndarray": "numpy array", "NoneType": "None"}.get(type(value).__name__, type(value).__name__)


def _short(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
