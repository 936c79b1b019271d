"""Draw one stream in chunks: what crosses a boundary, and what stops there."""

from itertools import pairwise

import matplotlib.patches as patches

SIZES = (4, 4, 3)
FORWARD, BACKWARD = "#0072B2", "#D55E00"  # M. Okabe and K. Ito, Color universal design, 2008
DASHES = (0, (2, 1.2))
GAP = 0.55  # between two chunks


def draw(figure):
    """Draw the picture into a figure of 7.2 x 3 inches."""
    axes = figure.subplots()
    axes.set_axis_off()
    steps = list(places())
    for chunk, columns in enumerate(steps, 1):
        draw_chunk(axes, chunk, columns)
    for before, after in pairwise(steps):
        draw_boundary(axes, before[-1], after[0])
    start = steps[0][0]
    arrow(axes, (start - 1.0, 0), (start - 0.3, 0), FORWARD)
    axes.text(start - 1.05, 0, "state\nNone", ha="right", va="center", fontsize=8, color=FORWARD)
    draw_legend(axes, steps[-1][-1])
    axes.set(xlim=(-2.0, steps[-1][-1] + 0.6), ylim=(-1.85, 2.5))


def places():
    """Give the x of each step, chunk by chunk."""
    x = 0.0
    for size in SIZES:
        yield [x + k for k in range(size)]
        x += size + GAP


def draw_chunk(axes, chunk, columns):
    """Draw the steps of a chunk, its loss, and what goes from step to step: the state on, the gradient back."""
    first, last, before = columns[0], columns[-1], sum(SIZES[: chunk - 1])
    look = {"boxstyle": "round,pad=0.04", "facecolor": "#F2F2F2", "edgecolor": "#BBBBBB"}
    axes.add_patch(patches.FancyBboxPatch((first - 0.42, -1.3), last - first + 0.84, 2.35, **look))
    for number, x in enumerate(columns, before):
        draw_step(axes, number, x)
    for left, right in pairwise(columns):
        arrow(axes, (left + 0.3, 0.09), (right - 0.3, 0.09), FORWARD)
        arrow(axes, (right - 0.3, -0.12), (left + 0.3, -0.12), BACKWARD, style=DASHES)
    rest = ", what is left" if len(columns) < max(SIZES) else ""
    write(axes, (first + last) / 2, 1.36, f"loss $\\mathcal{{L}}_{chunk}$, then a step")
    write(axes, (first + last) / 2, -1.62, f"chunk {chunk}{rest}")


def draw_step(axes, number, x):
    """Draw a state, the id that is read below it, and the id that is to be said above it."""
    axes.add_patch(patches.Rectangle((x - 0.28, -0.25), 0.56, 0.5, facecolor="white", edgecolor="black"))
    write(axes, x, 0, f"$h_{{{number + 1}}}$")
    write(axes, x, -1.05, f"$s_{{{number}}}$")
    arrow(axes, (x, -0.85), (x, -0.27), "black", width=0.8)
    write(axes, x, 0.83, f"$s_{{{number + 1}}}$?", fontsize=8)
    arrow(axes, (x, 0.27), (x, 0.66), "black", width=0.8)


def draw_boundary(axes, left, right):
    """Draw the state that goes on, and the gradient that does not."""
    arrow(axes, (left + 0.3, 0.09), (right - 0.3, 0.09), FORWARD)
    wall = (left + right) / 2
    arrow(axes, (right - 0.3, -0.12), (wall + 0.03, -0.12), BACKWARD, style=DASHES)
    axes.plot([wall, wall], [-0.45, 0.0], color=BACKWARD, linewidth=3, solid_capstyle="butt")


def write(axes, x, y, words, fontsize=9):
    """Write words around a point."""
    axes.text(x, y, words, ha="center", va="center", fontsize=fontsize)


def arrow(axes, start, end, colour, width=1.5, style="-"):
    """Draw an arrow from one point to another."""
    shape = {"arrowstyle": "-|>", "mutation_scale": 8, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", end, start, arrowprops={**shape, "color": colour, "linewidth": width, "linestyle": style})


def draw_legend(axes, end):
    """Say what the two kinds of arrows are."""
    for x, colour, style, words in (
        (-0.3, FORWARD, "-", "the state goes on across a boundary"),
        (end / 2 + 0.3, BACKWARD, DASHES, "the gradient goes back, and stops there"),
    ):
        axes.plot([x, x + 0.7], [2.2, 2.2], color=colour, linestyle=style, linewidth=1.8)
        axes.text(x + 0.85, 2.2, words, va="center", fontsize=9)
