"""Relations of a result that has the right shape: moved, scaled, mapped, reordered, or wrong in a part."""

import itertools
import math
from collections.abc import Callable, Sequence

import torch

from autograder.exam.closeness import FEWEST, Axes, Finder, close, count, tells, where_values_differ

STEPS = 2  # a result is late or early by at most so many
LARGEST_FACTOR = 1000
LONGEST = 200  # no longer axis is tried place by place

MAPS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "exponential": torch.exp,
    "logarithm": torch.log,
    "square": torch.square,
    "square root": torch.sqrt,
    "absolute value": torch.abs,
    "reciprocal": torch.reciprocal,
}


def _without_a_number(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    lost = ~came.isfinite() & wanted.isfinite()
    return "No value of it is a finite number." if bool(lost.all()) and came.numel() > 1 else ""


def _nearly(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    return "Only its last digits differ." if close(came, wanted) else ""


def _zeros(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    return "All of it is 0." if not bool(came.any()) and came.numel() > 1 else ""


def sign(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    return "It has the opposite sign of the right result." if bool(wanted.any()) and close(came, -wanted) else ""


@where_values_differ
def swapped(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    for order in itertools.permutations(range(wanted.dim())):
        if close(came, wanted.permute(order)):
            moved = [axes[axis] for axis in range(len(order)) if order[axis] != axis]
            return f"It is the right result with {_all(moved)} exchanged."
    return ""


@where_values_differ
def _reversed(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    for axis, name in enumerate(axes):
        if close(came, wanted.flip(axis)):
            return f"It is the right result in reverse order along {name}."
    return ""


def _moved(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    for axis, steps in itertools.product(range(wanted.dim()), range(1, STEPS + 1)):
        length = wanted.shape[axis] - steps
        if length < 1:
            continue
        for first, second, side in ((came, wanted, "late"), (wanted, came, "early")):
            tail, head = first.narrow(axis, steps, length), second.narrow(axis, 0, length)
            if tells(head) and close(tail, head):
                return f"It is the right result, {count(steps, 'step')} too {side} along {axes[axis]}."
    return ""


@where_values_differ
def _rolled(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    for axis, name in enumerate(axes):
        for steps in range(1, min(wanted.shape[axis], LONGEST)):
            if close(came, wanted.roll(steps, axis)):
                return f"It is the right result, rolled along {name}."
    return ""


@where_values_differ
def _rounded(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    for kind in (torch.float32, torch.bfloat16, torch.float16):
        if torch.equal(came, came.to(kind).double()) and _near(came, wanted, torch.finfo(kind).eps):
            return f"It is the right result in the precision of {str(kind).removeprefix('torch.')}."
    if torch.equal(came, came.round()) and bool(((came - wanted).abs() <= 1).all()):
        return "It is the right result, cut to whole numbers."
    return ""


def _near(came: torch.Tensor, wanted: torch.Tensor, eps: float) -> bool:
    return bool(torch.isclose(came, wanted, rtol=20 * eps, atol=20 * eps).all())


@where_values_differ
def _mapped(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    for name, function in MAPS.items():
        if close(function(came), wanted):
            return f"The {name} of it is the right result."
        if close(came, function(wanted)):
            return f"It is the {name} of the right result."
    return "It is 1 minus the right result." if close(came, 1 - wanted) else ""


@where_values_differ
def _softmaxed(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    for axis, name in enumerate(axes):
        for function, called in ((torch.softmax, "softmax"), (torch.log_softmax, "log-softmax")):
            if wanted.shape[axis] > 1 and close(function(came, axis), wanted):
                return f"The {called} of it over {name} is the right result."
            if wanted.shape[axis] > 1 and close(came, function(wanted, axis)):
                return f"It is the {called} of the right result over {name}."
    return ""


def _scaled(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    factor = factor_of(came, wanted)
    if factor is None or abs(factor - 1) < 1e-6:
        return ""
    named = named_factor(factor, dict(zip(axes, wanted.shape, strict=True)) if wanted.dim() > 1 else {})
    if not tells(wanted) and wanted.dim():
        return ""
    if named:
        return f"It is the right result {named}."
    return "It is the right result times one and the same number." if wanted.dim() else ""


def factor_of(came: torch.Tensor, wanted: torch.Tensor) -> float | None:
    """Find c with came = c * wanted, where c is not 0."""
    where = wanted.abs().argmax()
    top, base = came.flatten()[where], wanted.flatten()[where]
    factor = float(top / base) if bool(base != 0) else 0.0
    if factor == 0.0 or not math.isfinite(factor):
        return None
    return factor if close(came, factor * wanted) else None


def named_factor(factor: float, sizes: dict[str, int]) -> str:
    for way, size in (("times", factor), ("divided by", 1 / factor)):
        whole = round(size) if 1.5 <= size <= LARGEST_FACTOR else 1
        if whole > 1 and abs(size / whole - 1) < 1e-5:
            letters = [name for name, length in sizes.items() if length == whole and len(name) == 1]
            return f"{way} {whole}" + (f", which is {letters[0]}" if len(letters) == 1 else "")
    return ""


@where_values_differ
def _offset(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    gap = came - wanted
    if close(gap, gap.mean().expand_as(gap)) and bool(gap.isfinite().all()):
        return f"Every value is too {'large' if float(gap.mean()) > 0 else 'small'} by the same amount."
    return ""


def _repeated(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    for axis, name in enumerate(axes):
        first = came.narrow(axis, 0, 1)
        flat = close(came, first.expand_as(came)) and not close(wanted, wanted.narrow(axis, 0, 1).expand_as(wanted))
        if wanted.shape[axis] > 1 and flat:
            right = close(first, wanted.narrow(axis, 0, 1))
            return f"It is the same all along {name}" + (", as if only the first counted." if right else ".")
    return ""


@where_values_differ
def _reordered(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    for axis, name in enumerate(axes):
        order = _order(came, wanted, axis)
        if order is not None and close(came, wanted.index_select(axis, order)):
            return f"It has the right entries along {name}, in another order."
    if close(came.flatten().sort().values, wanted.flatten().sort().values):
        return "It has the right numbers, in other places."
    return ""


def _order(came: torch.Tensor, wanted: torch.Tensor, axis: int) -> torch.Tensor | None:
    """Find for each entry along an axis the nearest right one; None if two have the same."""
    if not 1 < wanted.shape[axis] <= LONGEST:
        return None
    here, there = (value.movedim(axis, 0).reshape(value.shape[axis], -1) for value in (came, wanted))
    order = torch.cdist(here, there).argmin(dim=1)
    return order if len(set(order.tolist())) == len(order) else None


@where_values_differ
def _cumulated(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    for axis, name in enumerate(axes):
        if wanted.shape[axis] > 1 and close(came, wanted.cumsum(axis)):
            return f"It is the running sum of the right result along {name}."
    return ""


def _in_part(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    """Say where it is wrong, if that is a part: some entries of one axis, and all of the others."""
    if wanted.numel() <= FEWEST:
        return ""  # the first wrong value says as much
    wrong = ~torch.isclose(came, wanted, rtol=1e-5, atol=1e-7, equal_nan=True)
    for axis, name in enumerate(axes):
        rest = [other for other in range(wrong.dim()) if other != axis]
        hit = wrong.any(dim=rest) if rest else wrong
        bad = [int(index) for index in hit.nonzero().flatten()]
        if 0 < len(bad) < len(hit):
            return _where(bad, len(hit), name)
    return ""


def _where(bad: Sequence[int], size: int, name: str) -> str:
    first, last = bad[0], bad[-1]
    unbroken = last - first + 1 == len(bad)
    if len(bad) == 1:
        return f"Only entry {'-1, the last,' if first == size - 1 else first} along {name} is wrong."
    if unbroken and last == size - 1:
        return f"Along {name} it is wrong from entry {first} on; what is before is right."
    if unbroken and first == 0:
        return f"Along {name} it is right from entry {last + 1} on; what is before is wrong."
    right = size - len(bad)
    return f"Along {name} {count(right, 'entry', 'entries')} of {size} {'is' if right == 1 else 'are'} right."


def _all(names: Sequence[str]) -> str:
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]


SAME_SHAPE: tuple[Finder, ...] = (
    _without_a_number,
    _zeros,
    _rounded,
    _nearly,
    sign,
    swapped,
    _reversed,
    _rolled,
    _moved,
    _scaled,
    _offset,
    _mapped,
    _softmaxed,
    _cumulated,
    _repeated,
    _reordered,
    _in_part,
)
