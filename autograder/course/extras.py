"""What a lesson has beside its tests: the shapes that `unroll shapes` asks for, and what `unroll plot` draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Shape:
    """The shape of an argument or a result of a task.

    Args:
        axes: for each axis its letter, a multiple of it such as 4H, the name of an argument or a number; none for a
            plain number.
        about: what it holds, a sentence for those who got an axis wrong.
    """

    name: str
    axes: tuple[str, ...]
    about: str


def read_shapes(table: Mapping[str, Sequence[str]]) -> tuple[Shape, ...]:
    """Read a table such as {"x_t": ["N, D", "What is read at one step."]}.

    Raises:
        ValueError: an entry is not such a pair of texts.
    """
    pairs = [(name, [str(text) for text in entry]) for name, entry in table.items() if not isinstance(entry, str)]
    if len(pairs) != len(table) or any(len(entry) != 2 for _, entry in pairs):
        raise ValueError('a shape should read name = ["N, D", "What it holds."]')
    return tuple(Shape(name, tuple(axes.replace(",", " ").split()), about) for name, (axes, about) in pairs)


@dataclass(frozen=True)
class Picture:
    """One panel that `unroll plot` draws from numbers which a function of the lesson's `pictures.py` returns.

    Args:
        probe: the function.
        tasks: those it uses.
        title, x, y: words above the panel and along its axes.
        labels: names of the lines, in order; none if they need no names.
        log: the y axis is logarithmic.
        threshold: the name of a calibrated check, drawn as a line across, or "".
    """

    probe: str
    tasks: tuple[str, ...]
    title: str
    x: str
    y: str
    labels: tuple[str, ...] = ()
    log: bool = False
    threshold: str = ""


def read_picture(entry: dict[str, Any]) -> Picture:
    """Make a picture of plain data.

    Raises:
        KeyError: something is missing.
    """
    given: dict[str, Any] = {key: str(entry[key]) for key in ("probe", "title", "x", "y")}
    given |= {key: tuple(map(str, entry.get(key, ()))) for key in ("tasks", "labels")}
    return Picture(**given, log=bool(entry.get("log")), threshold=str(entry.get("threshold", "")))
