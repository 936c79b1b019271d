"""Parts of small pictures as SVG: drawn by hand, so that a page needs no script and no file."""

from collections.abc import Iterable
from html import escape

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 22, 44  # margins


def svg(said: str, parts: Iterable[str]) -> str:
    """Put a picture together.

    Args:
        said: what it shows, for those who do not see it.
    """
    return _svg(said, parts, f'class="figure" viewBox="0 0 {WIDTH} {HEIGHT}"')


def sized(said: str, parts: Iterable[str], width: int, height: int) -> str:
    """Put together a picture that has its own size, and shrinks where the page is narrower."""
    return _svg(
        said, parts, f'class="figure own-size" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    )


def _svg(said: str, parts: Iterable[str], about: str) -> str:
    return f'<svg {about} role="img" aria-label="{escape(said)}">{"".join(parts)}</svg>'


def text(x: float, y: float, words: str, anchor: str = "middle") -> str:
    """Write words; nothing in them is taken for markup."""
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{escape(words)}</text>'


def across(y: int, name: str) -> str:
    """Draw a line across the picture; its look has a name in the style sheet."""
    return f'<path class="{name}" d="M{LEFT} {y}H{WIDTH - RIGHT}"/>'


def below(words: str) -> str:
    """Name the axis of x."""
    return text(LEFT + (WIDTH - LEFT - RIGHT) / 2, HEIGHT - 4, words)
