"""What a student says of a shape: read it, and say which letter is wrong."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from autograder.course.task import Shape

Axes = tuple[str, ...]
COUNTS = ("no axis", "one axis", "two axes", "three axes", "four axes")
MULTIPLE = re.compile(r"(\d+)([A-Za-z])")  # 4H: four parts of the size of a state in one axis
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


@dataclass
class Unknown(Exception):
    """An answer has a word that is no letter here."""

    word: str


def read_axes(text: str, symbols: Collection[str]) -> Axes:
    """Read an answer such as `N, T, D`, `(n t d)` or `NTD`; `()` is a plain number.

    Args:
        symbols: the letters and names that an axis may have; a number may always stand there.

    Raises:
        Unknown: it has a word that is neither.
    """
    known = {symbol.lower(): symbol for symbol in symbols}
    return tuple(axis for word in re.findall(r"[^\s,;()\[\]]+", text) for axis in _read(word, known))


def _read(word: str, known: Mapping[str, str]) -> Sequence[str]:
    if word.isdecimal() or word.lower() in known:
        return [known.get(word.lower(), word)]
    times = MULTIPLE.fullmatch(word)
    if times and times[2].lower() in known:
        return [times[1] + known[times[2].lower()]]
    letters = [known.get(letter.lower(), letter if letter.isdecimal() else "") for letter in word]
    if not all(letters):
        raise Unknown(word)
    return letters


def shape_text(axes: Axes) -> str:
    """Write a shape as Python does: (N, D), (H,) or ()."""
    return f"({', '.join(axes)}{',' if len(axes) == 1 else ''})"


def what_is_wrong(given: Axes, shape: Shape, letters: Mapping[str, str]) -> str:
    """Say which letter is wrong and what it stands for, and not yet what is right.

    Args:
        given: another shape than the right one.
        letters: what each letter stands for.
    """
    if len(given) != len(shape.axes):
        compared = "fewer" if len(given) > len(shape.axes) else "more"
        return f"That is {_count(given)}, and {shape.name} has {compared}."
    wrong = _differing(given, shape.axes)
    if len(wrong) == 1:
        return f"The {ORDINALS[wrong[0]]} letter is wrong: {_meaning(given[wrong[0]], letters)}."
    if sorted(given) == sorted(shape.axes):
        return "These are its letters, in another order."
    return f"The {' and the '.join(ORDINALS[place] for place in wrong)} letter are wrong."


def what_is_right(given: Axes, shape: Shape) -> str:
    """Say what is right; of a single wrong letter, what should stand in its place."""
    wrong = _differing(given, shape.axes) if len(given) == len(shape.axes) else []
    right = f"{shape.name} is {shape_text(shape.axes) if shape.axes else '(), a plain number'}."
    if len(wrong) != 1:
        return right
    return f"The {ORDINALS[wrong[0]]} letter is not {given[wrong[0]]} but {shape.axes[wrong[0]]}: {right}"


def _differing(given: Axes, right: Axes) -> list[int]:
    return [place for place, (one, other) in enumerate(zip(given, right, strict=True)) if one != other]


def _count(axes: Axes) -> str:
    return COUNTS[len(axes)] if len(axes) < len(COUNTS) else f"{len(axes)} axes"


def _meaning(axis: str, letters: Mapping[str, str]) -> str:
    if axis.isdecimal():
        return f"{axis} stands for an axis with {axis} {'entry' if axis == '1' else 'entries'}"
    times = MULTIPLE.fullmatch(axis)
    if times:
        return f"{axis} stands for {times[1]} times {letters.get(times[2], times[2])}"
    return f"{axis} stands for {letters.get(axis, f'the argument {axis}')}"
