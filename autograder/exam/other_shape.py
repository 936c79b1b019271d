"""Relations of a result that has another shape than the right one: an axis or some entries too many, or missing."""

import torch

from autograder.exam.closeness import Axes, Finder, close, tells
from autograder.exam.same_shape import swapped


def _permuted(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    return swapped(came, wanted, axes) if came.dim() == wanted.dim() else ""


def _axis_of_one(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    if not close(came.squeeze(), wanted.squeeze()):
        return ""
    kind = "an axis of size 1 is missing" if came.dim() < wanted.dim() else "it has an axis of size 1 too many"
    return f"Its numbers are right, but {kind}." if came.dim() != wanted.dim() else "Its numbers are right."


def _reshaped(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    same = came.numel() == wanted.numel() and close(came.flatten(), wanted.flatten())
    return "Its numbers are right and in the right order, but laid out in another shape." if same else ""


def _cut(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    """Say what is missing or too many along one axis, if the rest is right."""
    if came.dim() != wanted.dim():
        return _one_entry(came, wanted, axes)
    differ = [axis for axis in range(wanted.dim()) if came.shape[axis] != wanted.shape[axis]]
    if len(differ) != 1:
        return ""
    axis = differ[0]
    less = came.shape[axis] < wanted.shape[axis]
    small, large = (came, wanted) if less else (wanted, came)
    gap, size = large.shape[axis] - small.shape[axis], small.shape[axis]
    side = _side(small, large, axis, gap, size)
    if not side or not size:
        return ""
    rest = "The others are right." if less else "The rest is right."
    entries = "entry" if gap == 1 else f"{gap} entries"
    return f"Along {axes[axis]} the {side} {entries} {_is(gap)} {'missing' if less else 'too many'}. {rest}"


def _side(small: torch.Tensor, large: torch.Tensor, axis: int, gap: int, size: int) -> str:
    if not tells(small):
        return ""
    sides = (("last", 0), ("first", gap))
    return next((side for side, start in sides if close(small, large.narrow(axis, start, size))), "")


def _one_entry(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    if came.dim() != wanted.dim() - 1 or not tells(came):
        return ""
    for axis in range(wanted.dim()):
        for place, name in ((0, "first"), (-1, "last")):
            if close(came, wanted.select(axis, place)):
                return f"It is the {name} entry along {axes[axis]} alone."
    return ""


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


OTHER_SHAPE: tuple[Finder, ...] = (_permuted, _axis_of_one, _reshaped, _cut)
