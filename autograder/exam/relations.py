"""How is a wrong result related to the right one? Each sentence is true whatever the code looks like.

A relation is said only where hardly anything else could make the numbers agree: on values that differ among themselves,
and within the tolerance of the check. Nothing here tells a value that was expected.
"""

import itertools
from collections.abc import Callable, Sequence

import torch

Axes = Sequence[str]
Finder = Callable[[torch.Tensor, torch.Tensor, Axes], str]

ORDINALS = ("first", "second", "third", "fourth")
MANY = 1000  # values are looked at, to see whether they differ

# So many different numbers make an accident unlikely.
FEWEST = 3
STEPS = 2  # a result is late or early by at most so many

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
    return plain and 0 < actual.numel() <= 100_000 and 0 < expected.numel() <= 100_000 and expected.dim() <= 4


def _names(wanted: torch.Tensor, axes: str) -> list[str]:
    letters = axes.split()
    if len(letters) == wanted.dim():
        return letters
    return [f"the {ORDINALS[axis]} axis" for axis in range(wanted.dim())]


def close(first: torch.Tensor, second: torch.Tensor) -> bool:
    """Compare two tensors within 1e-5; those of different shapes differ, and NaN is close to nothing."""
    return first.shape == second.shape and bool(torch.isclose(first, second, rtol=1e-5, atol=1e-7).all())


def _tells(values: torch.Tensor) -> bool:
    """Tell whether there are enough different numbers for an agreement to mean something."""
    return len(set(values.flatten()[:MANY].tolist())) >= FEWEST


def number_relation(actual: float, expected: float) -> str:
    """Say how a number is related to the right one; "" if no relation is seen."""
    came, wanted = (torch.tensor([value], dtype=torch.float64) for value in (actual, expected))
    factor = _factor(came, wanted)
    named = _named_factor(factor, {}) if factor is not None else ""
    return _sign(came, wanted, ()) or (f"It is the right number {named}." if named else "")


# Where the shape is right.


def _without_a_number(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    lost = ~came.isfinite() & wanted.isfinite()
    return "No value of it is a finite number." if bool(lost.all()) and came.numel() > 1 else ""


def _nearly(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    return "Only its last digits differ." if close(came, wanted) else ""


def _zeros(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    return "All of it is 0." if not bool(came.any()) and came.numel() > 1 else ""


def _sign(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    return "It has the opposite sign of the right result." if bool(wanted.any()) and close(came, -wanted) else ""


def _swapped(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    if not _tells(wanted):
        return ""
    for order in itertools.permutations(range(wanted.dim())):
        if close(came, wanted.permute(order)):
            moved = [axes[axis] for axis in range(len(order)) if order[axis] != axis]
            return f"It is the right result with {_all(moved)} exchanged."
    return ""


def _reversed(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    for axis, name in enumerate(axes):
        if _tells(wanted) and close(came, wanted.flip(axis)):
            return f"It is the right result in reverse order along {name}."
    return ""


def _moved(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    for axis, steps in itertools.product(range(wanted.dim()), range(1, STEPS + 1)):
        length = wanted.shape[axis] - steps
        if length < 1:
            continue
        for first, second, side in ((came, wanted, "late"), (wanted, came, "early")):
            tail, head = first.narrow(axis, steps, length), second.narrow(axis, 0, length)
            if _tells(head) and close(tail, head):
                return f"It is the right result, {_count(steps, 'step')} too {side} along {axes[axis]}."
    return ""


def _rolled(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    for axis, name in enumerate(axes):
        for steps in range(1, wanted.shape[axis]):
            if _tells(wanted) and close(came, wanted.roll(steps, axis)):
                return f"It is the right result, rolled along {name}."
    return ""


def _rounded(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    for kind in (torch.float32, torch.bfloat16, torch.float16):
        if _tells(wanted) and torch.equal(came, came.to(kind).double()) and _near(came, wanted, torch.finfo(kind).eps):
            return f"It is the right result in the precision of {str(kind).removeprefix('torch.')}."
    if _tells(wanted) and torch.equal(came, came.round()) and bool(((came - wanted).abs() <= 1).all()):
        return "It is the right result, cut to whole numbers."
    return ""


def _near(came: torch.Tensor, wanted: torch.Tensor, eps: float) -> bool:
    return bool(torch.isclose(came, wanted, rtol=20 * eps, atol=20 * eps).all())


def _mapped(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    for name, function in MAPS.items():
        if _tells(wanted) and close(function(came), wanted):
            return f"The {name} of it is the right result."
        if _tells(wanted) and close(came, function(wanted)):
            return f"It is the {name} of the right result."
    return "It is 1 minus the right result." if _tells(wanted) and close(came, 1 - wanted) else ""


def _softmaxed(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    for axis, name in enumerate(axes):
        for function, called in ((torch.softmax, "softmax"), (torch.log_softmax, "log-softmax")):
            if _tells(wanted) and wanted.shape[axis] > 1 and close(function(came, axis), wanted):
                return f"The {called} of it over {name} is the right result."
            if _tells(wanted) and wanted.shape[axis] > 1 and close(came, function(wanted, axis)):
                return f"It is the {called} of the right result over {name}."
    return ""


def _scaled(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    factor = _factor(came, wanted)
    if factor is None or abs(factor - 1) < 1e-6:
        return ""
    named = _named_factor(factor, dict(zip(axes, wanted.shape, strict=True)) if wanted.dim() > 1 else {})
    if not _tells(wanted) and wanted.dim():
        return ""
    if named:
        return f"It is the right result {named}."
    return "It is the right result times one and the same number." if wanted.dim() else ""


def _factor(came: torch.Tensor, wanted: torch.Tensor) -> float | None:
    """Find c with came = c * wanted, where c is not 0."""
    where = wanted.abs().argmax()
    top, base = came.flatten()[where], wanted.flatten()[where]
    if not bool(base != 0) or not bool(top.isfinite()) or not bool(top != 0):
        return None
    factor = float(top / base)
    return factor if close(came, factor * wanted) else None


def _named_factor(factor: float, sizes: dict[str, int]) -> str:
    for way, size in (("times", factor), ("divided by", 1 / factor)):
        whole = round(size)
        if 2 <= whole <= 1000 and abs(size / whole - 1) < 1e-5:
            letters = [name for name, count in sizes.items() if count == whole and len(name) == 1]
            return f"{way} {whole}" + (f", which is {letters[0]}" if len(letters) == 1 else "")
    return ""


def _offset(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    gap = came - wanted
    if _tells(wanted) and close(gap, gap.mean().expand_as(gap)) and bool(gap.isfinite().all()):
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


def _reordered(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    for axis, name in enumerate(axes):
        order = _order(came, wanted, axis)
        if _tells(wanted) and order is not None and close(came, wanted.index_select(axis, order)):
            return f"It has the right entries along {name}, in another order."
    if _tells(wanted) and close(came.flatten().sort().values, wanted.flatten().sort().values):
        return "It has the right numbers, in other places."
    return ""


def _order(came: torch.Tensor, wanted: torch.Tensor, axis: int) -> torch.Tensor | None:
    """Find for each entry along an axis the nearest right one; None if two have the same."""
    here, there = (value.movedim(axis, 0).reshape(value.shape[axis], -1) for value in (came, wanted))
    order = torch.cdist(here, there).argmin(dim=1)
    return order if len(set(order.tolist())) == len(order) > 1 else None


def _cumulated(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    for axis, name in enumerate(axes):
        if wanted.shape[axis] > 1 and _tells(wanted) and close(came, wanted.cumsum(axis)):
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
    return f"Along {name} {_count(right, 'entry', 'entries')} of {size} {'is' if right == 1 else 'are'} right."


# Where the shape is another.


def _permuted(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    return _swapped(came, wanted, axes) if came.dim() == wanted.dim() else ""


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
    if not _tells(small):
        return ""
    sides = (("last", 0), ("first", gap))
    return next((side for side, start in sides if close(small, large.narrow(axis, start, size))), "")


def _one_entry(came: torch.Tensor, wanted: torch.Tensor, axes: Axes) -> str:
    for axis in range(wanted.dim()):
        for place, name in ((0, "first"), (-1, "last")):
            if came.dim() == wanted.dim() - 1 and _tells(came) and close(came, wanted.select(axis, place)):
                return f"It is the {name} entry along {axes[axis]} alone."
    return ""


def _all(names: Sequence[str]) -> str:
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else names[0]


def _count(number: int, word: str, words: str = "") -> str:
    return f"{number} {word if number == 1 else words or word + 's'}"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


SAME_SHAPE: tuple[Finder, ...] = (
    _without_a_number,
    _zeros,
    _rounded,
    _nearly,
    _sign,
    _swapped,
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
OTHER_SHAPE: tuple[Finder, ...] = (_permuted, _axis_of_one, _reshaped, _cut)
