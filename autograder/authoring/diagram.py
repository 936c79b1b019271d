"""Boxes and arrows for the drawings of lessons."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

Point = tuple[float, float]
INK = "#222222"
PAPER = "#ffffff"
BLUE, ORANGE, GREEN, GREY = "#cfe2f3", "#fce5cd", "#d9ead3", "#e8e8e8"


def canvas(figure: Figure, width: float, height: float) -> Axes:
    """Make bare axes whose units are equal in both directions, from 0 to `width` and to `height`."""
    axes = figure.add_subplot()
    axes.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    axes.axis("off")
    return axes


def box(
    axes: Axes,
    at: Point,
    text: str,
    size: Point = (1.0, 0.6),
    colour: str = BLUE,
    edge: str = INK,
    **given: Any,
) -> None:
    """Draw a rounded box around a text, with its middle `at`."""
    corner = (at[0] - size[0] / 2, at[1] - size[1] / 2)
    shape = FancyBboxPatch(
        corner, *size, "round,pad=0,rounding_size=0.1", facecolor=colour, edgecolor=edge, linewidth=1
    )
    axes.add_patch(shape)
    write(axes, at, text, **given)


def cell(axes: Axes, at: Point, text: str = "", size: Point = (0.5, 0.5), colour: str = PAPER, hatch: str = "") -> None:
    """Draw a square cell of a table, with its middle `at`."""
    corner = (at[0] - size[0] / 2, at[1] - size[1] / 2)
    axes.add_patch(Rectangle(corner, *size, facecolor=colour, edgecolor=INK, linewidth=0.8, hatch=hatch))
    behind = {"bbox": {"facecolor": colour, "edgecolor": "none", "pad": 1.5}} if hatch else {}
    write(axes, at, text, fontsize=8, **behind)


def write(axes: Axes, at: Point, text: str, **given: Any) -> None:
    """Write a text with its middle `at`."""
    axes.text(*at, text, **{"ha": "center", "va": "center", "color": INK, **given})


def arrow(axes: Axes, start: Point, end: Point, text: str = "", shift: Point = (0.0, 0.18), **given: Any) -> None:
    """Draw an arrow, and a text beside its middle.

    Args:
        shift: from the middle to the text.
        given: of matplotlib's FancyArrowPatch, such as linestyle, color or connectionstyle.
    """
    style = {"arrowstyle": "-|>", "mutation_scale": 10, "color": INK, "linewidth": 1.1, "shrinkA": 0, "shrinkB": 0}
    axes.add_patch(FancyArrowPatch(start, end, **{**style, **given}))
    if text:
        middle = ((start[0] + end[0]) / 2 + shift[0], (start[1] + end[1]) / 2 + shift[1])
        write(axes, middle, text, color=given.get("color", INK), fontsize=8)
