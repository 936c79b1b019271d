"""Draw panels: lines on a grid of axes, in colours that everybody can tell apart."""

import io
import textwrap
import warnings
from collections.abc import Sequence
from itertools import chain, cycle, repeat, zip_longest
from typing import TYPE_CHECKING

from autograder.student.plotting.panels import Panel
from autograder.text.clean import one_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# M. Okabe and K. Ito, Color universal design, 2008.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
STYLES = ("-", "--", "-.", ":")
WIDTH, HEIGHT = 5.6, 3.6  # inches of a panel
COLUMNS = 2
WRAP, ROWS = 44, 8  # letters and lines of a sentence


def draw(title: str, found: Sequence[Panel], form: str) -> bytes:
    """Draw all panels into one picture.

    Args:
        form: `png` or `svg`.
    """
    import matplotlib

    file = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "unroll", "svg.fonttype": "none"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # a student's words may be of any script
        metadata = {"Software" if form == "png" else "Date": None}
        figure_of(title, found).savefig(file, format=form, dpi=110, metadata=metadata)
    return file.getvalue()


def figure_of(title: str, found: Sequence[Panel]) -> "Figure":
    """Lay the panels out in rows."""
    from matplotlib.figure import Figure

    columns = min(COLUMNS, len(found))
    rows = -(-len(found) // columns)
    figure = Figure(figsize=(WIDTH * columns, HEIGHT * rows + 0.4), layout="constrained")
    figure.suptitle(title)
    for axes, panel in zip_longest(figure.subplots(rows, columns, squeeze=False).flat, found):
        _draw_panel(axes, panel) if panel else axes.set_axis_off()
    return figure


def _draw_panel(axes: "Axes", panel: Panel) -> None:
    axes.set_title(panel.drawn.picture.title, fontsize=11)
    if panel.words:
        _write(axes, panel.words)
    else:
        _draw_lines(axes, panel)


def _draw_lines(axes: "Axes", panel: Panel) -> None:
    picture, limit = panel.drawn.picture, panel.drawn.limit
    # Named lines differ in style too, for those who print without colour.
    styles = cycle(STYLES) if picture.labels else repeat("-")
    for line, label, colour, style in zip(panel.lines, chain(picture.labels, repeat("")), cycle(COLOURS), styles):
        axes.plot(range(1, len(line) + 1), line, style, color=colour, label=label or None, linewidth=1.6)
    if limit is not None:
        axes.axhline(limit, color="black", linestyle=":", label=f"to be reached: {limit:g}")
    if picture.log:
        axes.set_yscale("log")
    axes.set_xlabel(picture.x)
    axes.set_ylabel(picture.y)
    if picture.labels or limit is not None:
        axes.legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)


def _write(axes: "Axes", words: str) -> None:
    """Say something where lines would be; what a student's code said is not read as a formula."""
    axes.set_xticks([])
    axes.set_yticks([])
    text = "\n".join(textwrap.wrap(one_line(words, 500), WRAP)[:ROWS])
    axes.text(0.5, 0.5, text, ha="center", va="center", transform=axes.transAxes, fontsize=9, parse_math=False)
