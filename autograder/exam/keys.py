"""Choose which digits of right programs' answers are the same everywhere, and make a secret of them.

A number is rounded where the answers of all right programs, with all kernels, lie far from a boundary of rounding. One
that lies near is left out. So any right program makes the same secret, though its last digits differ.
"""

import hashlib
import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.exam.question import Answer, Part

TIMES = 1000  # how many times farther off a boundary is than another right program
# How far right programs may be apart at least, for numbers near 1.
DOUBLE, SINGLE = 1e-12, 1e-7
LARGEST = 3e38  # of float32
STEPS = 20  # how many margins a step of rounding has: one number in ten lies too near
MOST_DIGITS = 6


@dataclass(frozen=True)
class Seen:
    """What all right programs answered in one part.

    Args:
        frame: what they all returned beside numbers; None if that differs.
        lows, highs: the least and the greatest of each number.
    """

    frame: str | None
    lows: tuple[float, ...] = ()
    highs: tuple[float, ...] = ()

    @property
    def margin(self) -> float:
        """How far a number has to lie from a boundary."""
        numbers = self.lows + self.highs
        rounding = SINGLE if any(map(_is_single, numbers)) else DOUBLE
        least = rounding * (1 + max(map(abs, numbers), default=0.0))
        apart = max((high - low for low, high in zip(self.lows, self.highs, strict=True)), default=0.0)
        return TIMES * max(least, apart)


def _is_single(number: float) -> bool:
    """Tell whether a number was computed in float32; one with few digits may come from anywhere."""
    if abs(number) > LARGEST or (number * 1024).is_integer():
        return False
    return bool(struct.unpack("f", struct.pack("f", number))[0] == number)


def seen_of(answer: Answer) -> list[Seen]:
    """Write down what one program answered."""
    return [Seen(part.frame, part.numbers, part.numbers) for part in answer]


def merged(records: Sequence[Sequence[Seen]]) -> list[Seen]:
    """Put together what several right programs answered, or several kernels; none if one has answered less."""
    if len({len(one) for one in records}) > 1:
        return []
    return [_merged(parts) for parts in zip(*records, strict=True)]


def _merged(parts: Sequence[Seen]) -> Seen:
    if len({(one.frame, len(one.lows)) for one in parts}) > 1:
        return Seen(None)
    lows = tuple(map(min, zip(*(one.lows for one in parts), strict=True)))
    return Seen(parts[0].frame, lows, tuple(map(max, zip(*(one.highs for one in parts), strict=True))))


@dataclass(frozen=True)
class Choice:
    """How a part of an answer is rounded.

    Args:
        digits: after the point; None if the part is not used.
        without: the places of the numbers that are left out.
    """

    digits: int | None
    without: tuple[int, ...] = ()


def choices_data(choices: Sequence[Choice]) -> list[list[Any]]:
    """Write choices as plain JSON data."""
    return [[choice.digits, list(choice.without)] for choice in choices]


def read_choices(data: Any) -> list[Choice]:
    """Read what `choices_data` wrote.

    Raises:
        ValueError, TypeError: it was something else.
    """
    return [Choice(None if digits is None else int(digits), tuple(map(int, without))) for digits, without in data]


def choose(found: Sequence[Seen]) -> list[Choice]:
    """Choose for each part of an answer how it is rounded."""
    return list(map(_choice, found))


def _choice(one: Seen) -> Choice:
    digits = min(math.floor(-math.log10(STEPS * one.margin)), MOST_DIGITS)
    if one.frame is None or digits < 0:
        return Choice(None)
    near = _are_near(one, digits, one.margin)
    return Choice(digits, tuple(place for place, is_near in enumerate(near) if is_near))


def _are_near(one: Seen, digits: int, margin: float) -> list[bool]:
    """Say of each number whether a boundary of rounding lies within a margin."""
    pairs = zip(one.lows, one.highs, strict=True)
    return [_rounded(low - margin, digits) != _rounded(high + margin, digits) for low, high in pairs]


def _rounded(number: float, digits: int) -> int:
    return math.floor(number * float(10**digits) + 0.5)


def still_fit(choices: Sequence[Choice], found: Sequence[Seen]) -> bool:
    """Tell whether choices that were made before, with more kernels, can stay: boundaries are far enough."""
    return len(choices) == len(found) and all(map(_fits, choices, found))


def _fits(choice: Choice, one: Seen) -> bool:
    if choice.digits is None:
        return True
    near = _are_near(one, choice.digits, one.margin / 10)
    return one.frame is not None and not any(near[place] for place in range(len(near)) if place not in choice.without)


def digest(data: Mapping[str, Any]) -> str:
    """Make the digest of a lock, as plain JSON data without it."""
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def secret(choices: Sequence[Choice], answer: Answer | None) -> bytes:
    """Make the secret of an answer: its rounded parts, as text."""
    if answer is None or len(answer) != len(choices):
        return b""
    parts = [_kept(choice, part) for choice, part in zip(choices, answer, strict=True) if choice.digits is not None]
    return json.dumps(parts).encode()


def _kept(choice: Choice, part: Part) -> list[Any]:
    assert choice.digits is not None
    left_out = set(choice.without)
    numbers = [_rounded(n, choice.digits) for place, n in enumerate(part.numbers) if place not in left_out]
    return [part.frame, numbers]
