"""How is a wrong result related to the right one? Each sentence is true whatever the code looks like.

A relation is said only where hardly anything else could make the numbers agree: on values that differ among themselves,
and within the tolerance of the check. Nothing here tells a value that was expected.
"""

import torch

from autograder.exam.other_shape import OTHER_SHAPE
from autograder.exam.same_shape import SAME_SHAPE, factor_of, named_factor, sign

ORDINALS = ("first", "second", "third", "fourth")
LARGEST = 100_000  # values; of more nothing is said


def relation(actual: torch.Tensor, expected: torch.Tensor, axes: str = "") -> str:
    """Say how a result is related to the right one, in one sentence; "" if no relation is seen.

    Args:
        axes: the letters of the right shape, such as `N T H`; without them axes are called by their place.
    """
    if not _comparable(actual, expected):
        return ""
    came, wanted = actual.detach().double(), expected.detach().double()
    names = _names(wanted, axes)
    finders = SAME_SHAPE if came.shape == wanted.shape else OTHER_SHAPE
    return next((said for finder in finders if (said := finder(came, wanted, names))), "")


def _comparable(actual: torch.Tensor, expected: torch.Tensor) -> bool:
    plain = not (actual.is_complex() or expected.is_complex())
    return plain and 0 < actual.numel() <= LARGEST and 0 < expected.numel() <= LARGEST and expected.dim() <= 4


def _names(wanted: torch.Tensor, axes: str) -> list[str]:
    letters = axes.split()
    if len(letters) == wanted.dim():
        return letters
    return [f"the {ORDINALS[axis]} axis" for axis in range(wanted.dim())]


def number_relation(actual: float, expected: float) -> str:
    """Say how a number is related to the right one; "" if no relation is seen."""
    came, wanted = (torch.tensor([value], dtype=torch.float64) for value in (actual, expected))
    factor = factor_of(came, wanted)
    named = named_factor(factor, {}) if factor is not None else ""
    return sign(came, wanted, ()) or (f"It is the right number {named}." if named else "")
