"""What a failing public check shows of a task: its case as text, and own minus expected number by number.

All of it comes of inputs and expected values that stand in files which every student has.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from autograder.exam.evidence import is_number, listed
from autograder.text.clean import one_line

MOST_LINES, LONGEST_LINE = 8, 120  # of a value
LONGEST_CALL = 1000
KEPT = {1: (30,), 2: (16, 30), 3: (4, 12, 16)}  # numbers along each axis, by how many axes there are


@dataclass(frozen=True)
class PublicCase:
    """The public check that shows best what is wrong, with the call that it made last.

    Args:
        check: what it checks, in words.
        found: what it says of this hand-in.
        call: the call with its small values, or "".
        what: the name of the value that was compared, or "".
        expected, actual: that value as lines of text; none where none was compared.
    """

    check: str
    found: str
    call: str = ""
    what: str = ""
    expected: tuple[str, ...] = ()
    actual: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `dataclasses.asdict` made, and JSON kept."""
        return cls(**{**data, **{key: listed(data[key]) for key in ("expected", "actual")}})

    def is_sound(self) -> bool:
        """Tell whether every part is of its type; a file on disk may hold anything."""
        texts = (self.check, self.found, self.call, self.what, *self.expected, *self.actual)
        return all(isinstance(one, str) for one in texts)

    @property
    def lines(self) -> tuple[str, ...]:
        """The case as lines of text, for readers that have no page."""
        name = f"{self.what}, " if self.what else ""
        pairs = (("expected", self.expected), ("yours", self.actual))
        values = tuple(line for word, value in pairs if value for line in (f"{name}{word}:", *value))
        head = f"The smallest public check that fails: {self.check}."
        return (head, *filter(None, (self.found, self.call)), *values)

    def shortened(self, longest: int) -> Self:
        """Make every text printable and short."""
        most = min(longest, LONGEST_CALL)
        check, found, call, what = (one_line(one, most) for one in (self.check, self.found, self.call, self.what))
        width = min(longest, LONGEST_LINE)
        return type(self)(check, found, call, what, _short(self.expected, width), _short(self.actual, width))

    def mapped(self, change: Callable[[str], str]) -> Self:
        """Change every text that comes of the student's code."""
        actual = tuple(map(change, self.actual))
        return replace(self, found=change(self.found), call=change(self.call), actual=actual)


def _short(lines: Sequence[str], width: int) -> tuple[str, ...]:
    kept = lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], "..."]
    return tuple(one_line(line, width) for line in kept)


@dataclass(frozen=True)
class Difference:
    """Own minus expected of a value that a public check compared, number by number.

    Args:
        check: what the check checks, in words.
        what: the name of the value.
        axes: the letters of its shape; none where they are not known.
        shape: of the whole value: one to three axes.
        kept: how many numbers are kept along each axis, from the first.
        numbers: those that are kept, the last axis first; None for what is no finite number.
        at: where in the whole value the largest difference is; none where no difference is a finite number.
        largest: that difference, with its sign; else 0.
        expected, actual: the two numbers there; None for what is too large to be written.
        unlike: how many numbers of the whole value have no finite difference.
    """

    check: str
    what: str
    axes: tuple[str, ...]
    shape: tuple[int, ...]
    kept: tuple[int, ...]
    numbers: tuple[float | None, ...]
    at: tuple[int, ...]
    largest: float
    expected: float | None
    actual: float | None
    unlike: int

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `dataclasses.asdict` made, and JSON kept."""
        lists = ("axes", "shape", "kept", "numbers", "at")
        return cls(**{**data, **{key: listed(data[key]) for key in lists}})

    def is_sound(self) -> bool:
        """Tell whether it can be drawn; a file on disk may hold anything."""
        drawn = [one for one in (*self.numbers, self.expected, self.actual) if one is not None]
        return (
            all(isinstance(one, str) for one in (self.check, self.what, *self.axes))
            and all(type(one) is int and one >= 0 for one in (*self.shape, *self.kept, *self.at, self.unlike))
            and all(map(is_number, [self.largest, *drawn]))
            and self._fits()
        )

    def _fits(self) -> bool:
        """Tell whether all that is said of the axes goes together."""
        count, most = len(self.shape), KEPT.get(len(self.shape), ())
        if not (most and len(self.kept) == count and len(self.axes) in (0, count) and len(self.at) in (0, count)):
            return False
        return (
            all(0 < kept <= min(size, limit) for kept, size, limit in zip(self.kept, self.shape, most, strict=True))
            and all(place < size for place, size in zip(self.at, self.shape, strict=False))
            and math.prod(self.kept) == len(self.numbers)
        )

    def shortened(self, longest: int) -> Self:
        """Make every text printable and short."""
        check, what = (one_line(text, longest) for text in (self.check, self.what))
        return replace(self, check=check, what=what, axes=tuple(one_line(axis, longest) for axis in self.axes))
