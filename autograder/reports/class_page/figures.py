"""Small pictures as SVG: drawn by hand, so that a page needs no script, no file and no style of its own."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from autograder.exam.evidence import Curve
from autograder.reports.svg import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, across, below, svg, text

MOST_CURVES, MOST_POINTS = 1000, 40
EDGE = 0.02  # the part of the numbers at either end that may lie on the border
DECADES = 12


def histogram(bins: Sequence[int]) -> str:
    """Draw how many have which share of the points, in equal bins from 0 to 100 %."""
    highest, width = max([*bins, 1]), (WIDTH - LEFT - RIGHT) / len(bins)
    parts = [_bar(LEFT + number * width, width, count, highest) for number, count in enumerate(bins)]
    ticks = (
        text(LEFT + number * width, HEIGHT - 24, f"{100 * number // len(bins)}") for number in range(len(bins) + 1)
    )
    words = below("% of the points")
    said = "; ".join(f"{_range(number, len(bins))}: {count}" for number, count in enumerate(bins))
    return svg(f"Students by their marks. {said}.", (*parts, *ticks, words, across(HEIGHT - BOTTOM, "axis")))


def _range(number: int, bins: int) -> str:
    return f"{100 * number // bins} to {100 * (number + 1) // bins} %"


def _bar(x: float, width: float, count: int, highest: int) -> str:
    height = (HEIGHT - TOP - BOTTOM) * count / highest
    y = HEIGHT - BOTTOM - height
    rect = f'<rect class="bin" x="{x + 2:.1f}" y="{y:.1f}" width="{width - 4:.1f}" height="{height:.1f}"/>'
    return rect + (text(x + width / 2, y - 5, f"{count}") if count else "")


@dataclass(frozen=True)
class Scale:
    """A logarithmic axis from the bottom to the top of a picture."""

    low: float
    high: float

    def y(self, value: float) -> int:
        """Return the height of a value; what lies outside is drawn on the border."""
        share = (math.log10(max(value, self.low)) - math.log10(self.low)) / math.log10(self.high / self.low)
        return round(HEIGHT - BOTTOM - min(1.0, share) * (HEIGHT - TOP - BOTTOM))

    def ticks(self) -> list[float]:
        """List the powers of ten within, not more than a few."""
        first, last = math.ceil(math.log10(self.low)), math.floor(math.log10(self.high))
        step = max(1, -(-(last - first + 1) // DECADES))
        return [10.0**power for power in range(first, last + 1, step)]


def scale_of(values: Iterable[float]) -> Scale:
    """Choose an axis for positive numbers; a few that lie far out are left to its border."""
    positive = sorted(value for value in values if value > 0)
    if not positive:
        return Scale(0.1, 1.0)
    cut = int(EDGE * len(positive))
    low, high = positive[cut], positive[len(positive) - 1 - cut]
    return Scale(low / 1.5, max(high, low * 10) * 1.5)


def learning_curves(curves: Sequence[Curve]) -> str:
    """Draw losses over one another, on a logarithmic axis, with the threshold that they were measured by."""
    drawn = evenly(curves, MOST_CURVES)
    limit, epochs = curves[0].limit, max(curve.count for curve in curves)
    scale = scale_of([limit, *(loss for curve in drawn for loss in curve.losses if loss is not None)])
    reached = [curve for curve in drawn if reaches(curve)]
    missed = [curve for curve in drawn if not reaches(curve)]
    parts = [
        *_grid(scale),
        _path("curve reached", reached, scale, epochs),
        _path("curve missed", missed, scale, epochs),
        _threshold(scale, limit),
        *(text(_x(place, epochs), HEIGHT - 24, f"{place}") for place in (1, epochs)),
        below("epoch"),
    ]
    said = f"Losses of {len(drawn)} trainings by epoch; {len(reached)} reach the threshold of {limit:g}."
    return svg(said, parts)


def reaches(curve: Curve) -> bool:
    """Tell whether what the grader measured is small enough; what is no number is not."""
    return curve.reached is not None and curve.reached <= curve.limit


def evenly(items: Sequence[Curve], most: int) -> list[Curve]:
    """Take at most so many, evenly spaced."""
    step = max(1.0, len(items) / most)
    return [items[int(number * step)] for number in range(min(most, len(items)))]


def _x(place: float, epochs: int) -> int:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * (place - 1) / max(1, epochs - 1))


def _path(name: str, curves: Iterable[Curve], scale: Scale, epochs: int) -> str:
    data = "".join(piece for curve in curves for piece in _pieces(curve, scale, epochs))
    return f'<path class="{name}" d="{data}"/>' if data else ""


def _pieces(curve: Curve, scale: Scale, epochs: int) -> Iterator[str]:
    """Go through the parts of a line; where a loss is no number, the line is interrupted."""
    last, pen = len(curve.losses) - 1, "M"
    for place in sorted({round(step * last / (MOST_POINTS - 1)) for step in range(MOST_POINTS)}):
        loss = curve.losses[place]
        if loss is None:
            pen = "M"
            continue
        epoch = 1 + place * (curve.count - 1) / max(1, last)
        yield f"{pen}{_x(epoch, epochs)} {scale.y(loss)}"
        pen = "L"


def _grid(scale: Scale) -> Iterator[str]:
    for tick in scale.ticks():
        yield across(scale.y(tick), "grid")
        yield text(LEFT - 6, scale.y(tick) + 4, f"{tick:g}", "end")


def _threshold(scale: Scale, limit: float) -> str:
    y = scale.y(limit)
    words = text(WIDTH - RIGHT - 4, y - 6, f"to be reached: {limit:g}", "end")
    return f'<path class="limit" d="M{LEFT} {y}H{WIDTH - RIGHT}"/>{words}'
