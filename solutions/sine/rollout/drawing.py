"""Two ways to go on: from one's own values, and from true ones."""

from autograder.authoring.diagram import INK, arrow, box, canvas, write


def feed_back(axes, x, y):
    """Draw the way from what the step before has said to the input of the step at x."""
    corners = ((x - 2.65, y + 0.95), (x - 1.5, y + 0.95), (x - 1.5, y - 0.85), (x, y - 0.85))
    axes.plot(*zip(*corners, strict=True), "--", color=INK, linewidth=1.1)


def row(axes, y, title, own):
    """Draw three steps of a decoder.

    Args:
        own: whether each step reads what the step before has said; else it reads the true value.
    """
    write(axes, (1.3, y), title)
    write(axes, (3.0, y), "$h$")
    for step in range(3):
        x = 4.6 + 3.0 * step
        arrow(axes, (x - (1.3 if step == 0 else 2.3), y), (x - 0.7, y))
        box(axes, (x, y), "cell, head", (1.4, 0.6), fontsize=8)
        arrow(axes, (x, y + 0.3), (x, y + 0.75))
        write(axes, (x, y + 0.95), rf"$\hat y_{step + 1}$")
        arrow(axes, (x, y - 0.85), (x, y - 0.3))
        if step and own:
            feed_back(axes, x, y)
        else:
            write(axes, (x, y - 1.1), f"$y_{step}$")


def draw(figure):
    """Draw the free-running decoder above the one that is taught."""
    axes = canvas(figure, 13, 5.6)
    row(axes, 4.3, "free running:\nreads what it\nhas just said", own=True)
    row(axes, 1.4, "teacher forcing:\nreads the true value\nof the step before", own=False)
