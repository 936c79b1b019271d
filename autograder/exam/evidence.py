"""What is kept of a task beside its verdict, for the pages that people read: small, plain data.

What a student's code says of itself, such as the losses of a training, is no evidence: no mark depends on it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from autograder.text.clean import printable

MOST_NUMBERS = 120  # of a line that is drawn
MOST_LINES, LONGEST_LINE = 60, 200  # of an excerpt: lines, and characters of one
LARGEST = 1e15
DIGITS = 4


@dataclass(frozen=True)
class Curve:
    """The losses that a training returned, beside a calibrated threshold.

    Args:
        name: the calibrated check's.
        limit: its threshold.
        reached: what the grader measured itself and compared with it; None for what is no number.
        count: how many losses there were; `losses` has at most `MOST_NUMBERS` of them, evenly spaced.
        losses: None for what is no number.
    """

    name: str
    limit: float
    reached: float | None
    count: int
    losses: tuple[float | None, ...]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `dataclasses.asdict` made, and JSON kept."""
        return cls(**{**data, "losses": listed(data["losses"])})

    def is_sound(self) -> bool:
        """Tell whether it can be what `numbers` made; a file on disk may hold anything."""
        drawn = (self.reached, *self.losses)
        named = isinstance(self.name, str) and type(self.count) is int and self.count >= len(self.losses)
        return named and is_number(self.limit) and all(one is None or is_number(one) for one in drawn)


@dataclass(frozen=True)
class Excerpt:
    """The part of a student's file that a task is about.

    Args:
        cell: in a notebook, the cell that it stands in, counted from 1; None in a `.py` file.
        first: the number of its first line, counted from 1.
        marked: the number of the line that the message names, or 0.
        suspect: the number of a line that stands so in the recognised mistake and in no right program, or 0.
    """

    cell: int | None
    first: int
    lines: tuple[str, ...]
    marked: int = 0
    suspect: int = 0

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `dataclasses.asdict` made, and JSON kept."""
        return cls(**{**data, "lines": listed(data["lines"])})

    def is_sound(self) -> bool:
        """Tell whether every part is of its type."""
        counts = (self.first, self.marked, self.suspect, *([] if self.cell is None else [self.cell]))
        return all(type(one) is int and one >= 0 for one in counts) and all(isinstance(one, str) for one in self.lines)

    def line(self, number: int) -> str:
        """Return the line of a number; "" where the excerpt does not have it."""
        place = number - self.first
        return self.lines[place] if number and 0 <= place < len(self.lines) else ""

    def shortened(self, longest: int) -> Self:
        """Make every line printable and short."""
        lines = tuple(printable(line, min(longest, LONGEST_LINE)) for line in self.lines)
        return type(self)(self.cell, self.first, lines, self.marked, self.suspect)


@dataclass(frozen=True)
class Panel:
    """The numbers of one of the course's pictures, as the student's code returned them for public inputs.

    Args:
        lesson: the lesson's key.
        labels: names of the lines, in order; none if they need no names.
        log: the axis of y is logarithmic.
        limit: a calibrated threshold that is drawn across, or None.
        counts: how many numbers each line had.
        lines: at most `MOST_NUMBERS` of them for each; None for what is no number.
    """

    lesson: str
    title: str
    x: str
    y: str
    labels: tuple[str, ...]
    log: bool
    limit: float | None
    counts: tuple[int, ...]
    lines: tuple[tuple[float | None, ...], ...]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `dataclasses.asdict` made, and JSON kept."""
        lists = {key: listed(data[key]) for key in ("labels", "counts")}
        return cls(**{**data, **lists, "lines": tuple(map(listed, listed(data["lines"])))})

    def is_sound(self) -> bool:
        """Tell whether it can be what was asked for; a file on disk may hold anything."""
        texts = (self.lesson, self.title, self.x, self.y, *self.labels)
        drawn = [self.limit, *(value for line in self.lines for value in line)]
        return (
            all(isinstance(one, str) for one in texts)
            and type(self.log) is bool
            and bool(self.lines)
            and all(type(one) is int and one > 0 for one in self.counts)
            and [bool(line) and len(line) <= count for line, count in zip(self.lines, self.counts, strict=False)]
            == [True] * len(self.counts)
            == [True] * len(self.lines)
            and all(one is None or is_number(one) for one in drawn)
        )


def listed(value: Any) -> tuple[Any, ...]:
    """Read a list; a text or a mapping would become one of its own."""
    if not isinstance(value, (list, tuple)):
        raise TypeError("no list")
    return tuple(value)


def numbers(values: Sequence[float]) -> tuple[float | None, ...]:
    """Keep at most `MOST_NUMBERS` of some numbers, evenly spaced, with the first and the last."""
    last = len(values) - 1
    places = range(len(values)) if last < MOST_NUMBERS else _spread(last)
    return tuple(rounded(values[place]) for place in places)


def _spread(last: int) -> list[int]:
    return [round(step * last / (MOST_NUMBERS - 1)) for step in range(MOST_NUMBERS)]


def rounded(value: float) -> float | None:
    """Keep a few digits of a number; None for what is infinite or none."""
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) and abs(value) < LARGEST else None


def is_number(value: Any) -> bool:
    """Tell whether it is a finite number, and no true or false."""
    return type(value) in (int, float) and abs(value) < LARGEST
