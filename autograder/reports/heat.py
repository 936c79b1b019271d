"""Draw own minus expected as a heat map: blue where the own number is smaller, orange where it is larger.

The scale is symmetric about 0. Nothing is told by colour alone: a field has its number, or a sign where it is narrow.
"""

from collections.abc import Iterator
from itertools import product

from autograder.exam.public_case import Difference
from autograder.reports.svg import sized, text
from autograder.text.clean import one_line

MINUS = "\u2212"
SMALL = 1e-3  # what is less is written with an exponent
STEPS = 5  # of colour on each side of 0
NARROW, WIDE, TALL = 22, 54, 26  # of a field: so wide with a sign, so wide with a number, so tall
MOST_WIDE = 12  # fields in a row that have their number
LEFT, TOP, GAP, RIGHT = 64, 40, 10, 12
KEY, KEY_HEIGHT = 20, 52  # the legend: of one colour the width, and all of its height
LEAST_WIDTH = LEFT + (2 * STEPS + 1) * KEY + LEFT


def heat_svg(difference: Difference) -> str:
    """Draw the numbers that are kept: a strip, a table, or a table for each first index."""
    panels, rows, columns = _sizes(difference.kept)
    wide = WIDE if columns <= MOST_WIDE else NARROW
    height = TOP + rows * TALL + GAP
    fields = iter(difference.numbers)
    parts: list[str] = []
    for panel in range(panels):
        top = panel * height + TOP
        parts += _names(difference, panel, top, wide)
        for row, column in product(range(rows), range(columns)):
            parts += _field(next(fields), difference.largest, LEFT + column * wide, top + row * TALL, wide)
    parts += _legend(abs(difference.largest), panels * height + GAP)
    width = max(LEAST_WIDTH, LEFT + columns * wide + RIGHT)
    return sized(described(difference), parts, width, panels * height + KEY_HEIGHT)


def described(difference: Difference) -> str:
    """Say what the picture shows."""
    return (
        f"Own minus expected of {one_line(difference.what, 200)}, shape {difference.shape}. {largest_said(difference)}"
    )


def largest_said(difference: Difference) -> str:
    """Name the largest difference, where it is, and how many numbers have none."""
    count = difference.unlike
    unlike = f" {count} {'number has' if count == 1 else 'numbers have'} no finite difference." if count else ""
    if not difference.at:
        return f"No difference is a finite number.{unlike}"
    pair = ""
    if difference.expected is not None and difference.actual is not None:
        pair = f": expected {difference.expected:.4g}, returned {difference.actual:.4g}"
    return f"The largest difference is {difference.largest:.4g}, at {list(difference.at)}{pair}.{unlike}"


def left_out(difference: Difference) -> str:
    """Say which part of a large value is drawn; "" where all of it is."""
    if difference.kept == difference.shape:
        return ""
    kept, shape = (" x ".join(map(str, sizes)) for sizes in (difference.kept, difference.shape))
    return f"Drawn are the first {kept} of {shape} numbers."


def _sizes(kept: tuple[int, ...]) -> tuple[int, int, int]:
    """Return how many tables, rows and columns there are; a strip is one row."""
    panels, rows, columns = (*(1,) * (3 - len(kept)), *kept)
    return panels, rows, columns


def _names(difference: Difference, panel: int, top: int, wide: int) -> Iterator[str]:
    """Name the axes of a table, and number its rows and columns."""
    _, rows, columns = _sizes(difference.kept)
    letters = ("", "", "", *(one_line(axis, 20) for axis in difference.axes))[-3:]
    if len(difference.kept) == 3:
        yield text(LEFT, top - 24, f"{letters[0] or 'first index'} = {panel}", "start")
    ways = [f"{letter} {way}" for letter, way in zip(letters[1:], "\u2193\u2192", strict=True) if letter]
    yield text(LEFT - 8, top - 7, "  ".join(ways), "end")
    for column in range(columns):
        yield text(LEFT + (column + 0.5) * wide, top - 7, f"{column}")
    for row in range(rows if len(difference.kept) > 1 else 0):
        yield text(LEFT - 8, top + row * TALL + TALL / 2 + 4, f"{row}", "end")


def _field(value: float | None, largest: float, x: int, y: int, wide: int) -> Iterator[str]:
    """Draw a number; what is none is crossed."""
    yield _rectangle(_step(value or 0.0, largest), x, y, wide, TALL)
    if value is None:
        right, low = x + wide - 5, y + TALL - 5
        yield f'<path class="cross" d="M{x + 4} {y + 4}L{right} {low}M{right} {y + 4}L{x + 4} {low}"/>'
        return
    said = _short(value) if wide == WIDE else _sign(_step(value, largest))
    if said:
        yield text(x + wide / 2, y + TALL / 2 + 4, said)


def _rectangle(step: int, x: int, y: int, wide: int, tall: int) -> str:
    return f'<rect class="f{step + STEPS}" x="{x}" y="{y}" width="{wide - 1}" height="{tall - 1}"/>'


def _step(value: float, largest: float) -> int:
    """Return the step of colour, from -5 to 5."""
    share = value / abs(largest) if largest else 0.0
    return round(STEPS * min(1.0, max(-1.0, share)))


def _sign(step: int) -> str:
    return f"{MINUS if step < 0 else '+'}" if step else ""


def _short(value: float) -> str:
    """Write a number with two digits, so that it has room in a field."""
    size = abs(value)
    digits = f"{size:.1e}" if 0 < size < SMALL else f"{size:.2g}"
    digits = digits.replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
    return f"{MINUS if value < 0 else ''}{digits}"


def _legend(largest: float, y: int) -> Iterator[str]:
    """Draw all colours, with the numbers that the first, the middle and the last one stand for."""
    for step in range(-STEPS, STEPS + 1):
        yield _rectangle(step, LEFT + (step + STEPS) * KEY, y, KEY, 14)
    for step in (-STEPS, 0, STEPS):
        yield text(LEFT + (step + STEPS + 0.5) * KEY, y + 28, _short(step / STEPS * largest))
