"""Draw what a student's code returned for a picture of the course: lines over a common axis."""

import math
from collections.abc import Iterator
from itertools import chain, repeat

from autograder.exam.evidence import Panel
from autograder.reports.svg import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, across, below, svg, text

LOOKS = 7  # of lines, in the style sheet
TICKS, DECADES = 5, 8
LEAST = 1e-12


def panel_svg(panel: Panel) -> str:
    """Draw the lines of a panel."""
    axis = _Axis(panel)
    longest = max(panel.counts)
    parts = [*axis.grid(), *_ends(longest)]
    for number, (line, count) in enumerate(zip(panel.lines, panel.counts, strict=True)):
        parts.append(f'<path class="line l{number % LOOKS}" d="{"".join(_pieces(line, count, longest, axis))}"/>')
    if panel.limit is not None and axis.shows(panel.limit):
        y = axis.y(panel.limit)
        parts += [across(y, "limit"), text(WIDTH - RIGHT - 4, y - 6, f"to be reached: {panel.limit:g}", "end")]
    return svg(described(panel), [*parts, below(panel.x)])


def described(panel: Panel) -> str:
    """Say in a line what a panel shows."""
    known = [[value for value in line if value is not None] for line in panel.lines]
    named = zip(chain(panel.labels, repeat("")), known, strict=False)
    ends = [f"{label or 'a line'} from {line[0]:.3g} to {line[-1]:.3g}" for label, line in named if line]
    return f"{panel.title}: {'; '.join(ends[:LOOKS])}{' ...' if len(ends) > LOOKS else ''}"


class _Axis:
    """The axis of y, from the smallest number to the largest."""

    def __init__(self, panel: Panel) -> None:
        values = [value for line in panel.lines for value in line if value is not None]
        values += [panel.limit] if panel.limit is not None else []
        self._is_log = panel.log and any(value > LEAST for value in values)
        found = sorted(map(self._placed, (value for value in values if not self._is_log or value > LEAST)))
        low, high = (found[0], found[-1]) if found else (0.0, 1.0)
        room = 0.05 * (high - low) or 0.5
        self._low, self._high = low - room, high + room

    def _placed(self, value: float) -> float:
        return math.log10(max(value, LEAST)) if self._is_log else value

    def shows(self, value: float) -> bool:
        """Tell whether a value lies within the picture."""
        return self._low <= self._placed(value) <= self._high

    def y(self, value: float) -> int:
        """Return the height of a value."""
        share = (self._placed(value) - self._low) / (self._high - self._low)
        return round(HEIGHT - BOTTOM - min(1.0, max(0.0, share)) * (HEIGHT - TOP - BOTTOM))

    def grid(self) -> Iterator[str]:
        """Draw the lines of some round numbers, and name them."""
        for tick in self._ticks():
            yield across(self.y(tick), "grid")
            yield text(LEFT - 6, self.y(tick) + 4, f"{tick:.4g}", "end")

    def _ticks(self) -> list[float]:
        if self._is_log:
            first, last = math.ceil(self._low), math.floor(self._high)
            return [10.0**power for power in range(first, last + 1, max(1, -(-(last - first + 1) // DECADES)))]
        rough = (self._high - self._low) / TICKS
        unit = 10.0 ** math.floor(math.log10(rough))
        step = next((unit * times for times in (1, 2, 5) if unit * times >= rough), 10 * unit)
        first, last = math.ceil(self._low / step), math.floor(self._high / step)
        return [step * number for number in range(first, last + 1)]


def _ends(longest: int) -> Iterator[str]:
    yield text(_x(1, longest), HEIGHT - 24, "1")
    yield text(_x(longest, longest), HEIGHT - 24, f"{longest}", "end")


def _x(place: float, longest: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * (place - 1) / max(1, longest - 1)


def _pieces(line: tuple[float | None, ...], count: int, longest: int, axis: _Axis) -> Iterator[str]:
    """Go through the parts of a line; where there is no number, it is interrupted."""
    pen, last = "M", len(line) - 1
    for number, value in enumerate(line):
        if value is None:
            pen = "M"
            continue
        place = 1 + number * (count - 1) / max(1, last)
        yield f"{pen}{_x(place, longest):.0f} {axis.y(value)}"
        pen = "L"
