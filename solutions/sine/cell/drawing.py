"""A recurrent cell, and the same cell unrolled over time."""

from autograder.authoring.diagram import GREEN, arrow, box, canvas, write


def draw(figure):
    """Draw the cell with its loop on the left, and its copies at each time step on the right."""
    axes = canvas(figure, 13, 5.4)
    box(axes, (1.5, 2.7), "cell", (1.2, 0.8))
    arrow(axes, (1.5, 1.0), (1.5, 2.3))
    arrow(axes, (1.5, 3.1), (1.5, 4.5))
    arrow(axes, (2.1, 2.9), (2.1, 2.45), connectionstyle="arc3,rad=-2.2")
    write(axes, (1.5, 0.7), "$x_t$")
    write(axes, (1.5, 4.8), "$y_t$")
    write(axes, (2.75, 3.15), "$h$")
    write(axes, (3.45, 2.7), "=", fontsize=16)
    write(axes, (4.3, 2.7), "$h_0$")
    for t in range(1, 5):
        x = 4 + 2.0 * t
        box(axes, (x, 2.7), "cell", (1.1, 0.8))
        arrow(axes, (x - 1.45, 2.7), (x - 0.55, 2.7), f"$h_{t - 1}$" if t > 1 else "", shift=(0, 0.28))
        arrow(axes, (x, 1.0), (x, 2.3))
        arrow(axes, (x, 3.1), (x, 3.7))
        box(axes, (x, 3.95), "readout", (1.1, 0.5), colour=GREEN, fontsize=7)
        arrow(axes, (x, 4.2), (x, 4.6))
        write(axes, (x, 0.7), f"$x_{t}$")
        write(axes, (x, 4.85), f"$y_{t}$")
    arrow(axes, (12.55, 2.7), (12.95, 2.7))
    write(axes, (12.8, 3.05), "$h_n$")
    write(axes, (9, 0.15), "the same weights in every step: $W_{ih}$ from below, $W_{hh}$ from the left", fontsize=8)
    write(axes, (1.5, 0.15), "one cell, one loop", fontsize=8)
