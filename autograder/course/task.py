"""A task, the shapes that it takes and returns, and the pictures of a lesson; how they are read, and how written.

An author writes them in `lesson.toml`, and students get them in `known.json`. Nothing else reads or writes them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any


class ShapeError(ValueError):
    """A table of shapes reads otherwise than it should."""


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
        ShapeError: it is no table, or an entry is not such a pair of texts.
    """
    try:
        pairs = [(name, [str(text) for text in entry]) for name, entry in table.items() if not isinstance(entry, str)]
    except (TypeError, AttributeError) as error:
        raise ShapeError(str(error)) from None
    if len(pairs) != len(table) or any(len(entry) != 2 for _, entry in pairs):
        raise ShapeError('a shape should read name = ["N, D", "What it holds."]')
    return tuple(Shape(name, tuple(axes.replace(",", " ").split()), about) for name, (axes, about) in pairs)


def shapes_data(shapes: Iterable[Shape]) -> dict[str, list[str]]:
    """Write shapes as the table that `read_shapes` reads."""
    return {shape.name: [", ".join(shape.axes), shape.about] for shape in shapes}


@dataclass(frozen=True)
class Task:
    """One function or class that a student writes.

    Args:
        takes: the shapes of its arguments, as far as they are worth asking for.
        returns: the shapes of its results.
        follow_through: the part of the points, 0 to 1, that is earned where only another task that it calls is wrong.
        why: why the answer works, as Markdown; students read it once the task passes.
        another: another way to write it, as Python; they read it then as well.
    """

    name: str
    points: float
    hints: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    follow_through: float = 0.0
    why: str = ""
    another: str = ""
    takes: tuple[Shape, ...] = ()
    returns: tuple[Shape, ...] = ()


def read_task(entry: Mapping[str, Any]) -> Task:
    """Make a task of plain data, which may lack all but its name and its points.

    Raises:
        KeyError: one of those is missing.
        ShapeError: its shapes read otherwise than they should.
        ValueError, TypeError: a number is none, or a list is none.
    """
    given: dict[str, Any] = {key: tuple(entry.get(key, ())) for key in ("hints", "forbid")}
    given |= {key: str(entry.get(key, "")) for key in ("why", "another")}
    given |= {key: read_shapes(entry.get(key, {})) for key in ("takes", "returns")}
    return Task(entry["name"], float(entry["points"]), follow_through=float(entry.get("follow_through", 0)), **given)


def task_data(task: Task) -> dict[str, Any]:
    """Write what students may know of a task from the beginning, as `read_task` reads it."""
    shapes = {"takes": shapes_data(task.takes), "returns": shapes_data(task.returns)}
    return {"name": task.name, "points": task.points, "hints": list(task.hints), **shapes}


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


@dataclass(frozen=True)
class Drawn:
    """A picture as it is shipped.

    Args:
        limit: the calibrated threshold, if the picture has one.
        source: of the probe that returns the numbers.
    """

    picture: Picture
    limit: float | None
    source: str


def read_picture(entry: Mapping[str, Any]) -> Picture:
    """Make a picture of plain data.

    Raises:
        KeyError: something is missing.
    """
    given: dict[str, Any] = {key: str(entry[key]) for key in ("probe", "title", "x", "y")}
    given |= {key: tuple(map(str, entry.get(key, ()))) for key in ("tasks", "labels")}
    return Picture(**given, log=bool(entry.get("log")), threshold=str(entry.get("threshold", "")))


def read_drawn(entry: Mapping[str, Any]) -> Drawn:
    """Make a shipped picture of plain data.

    Raises:
        KeyError: something is missing.
        ValueError, TypeError: the limit is no number.
    """
    limit = None if entry["limit"] is None else float(entry["limit"])
    return Drawn(read_picture(entry), limit, str(entry["source"]))


def drawn_data(drawn: Drawn) -> dict[str, Any]:
    """Write a shipped picture as `read_drawn` reads it."""
    return {**asdict(drawn.picture), "limit": drawn.limit, "source": drawn.source}
