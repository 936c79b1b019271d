"""A series, and the windows that are cut out of it."""

import numpy as np

from autograder.authoring.diagram import GREY, ORANGE, arrow, canvas, cell, write

LENGTH, COUNT = 4, 8


def draw(figure):
    """Draw a series of 8 values and its windows of length 4 under each other, each with its target."""
    axes = canvas(figure, 11, 4.6)
    values = np.sin(0.75 * np.arange(COUNT))
    for i, value in enumerate(values):
        cell(axes, (2 + 0.9 * i, 4.1), f"{value:.2f}", size=(0.9, 0.5))
    write(axes, (0.8, 4.1), "series, (L,)", fontsize=8)
    for window in range(COUNT - LENGTH):
        y = 3.1 - 0.7 * window
        for i in range(window, window + LENGTH):
            cell(axes, (2 + 0.9 * i, y), str(i), size=(0.9, 0.5), colour=GREY)
        target = window + LENGTH
        cell(axes, (2 + 0.9 * target, y), str(target), size=(0.9, 0.5), colour=ORANGE, hatch="///")
        write(axes, (0.8, y), f"window {window}", fontsize=8)
    arrow(axes, (9.6, 3.1), (9.6, 1.0))
    write(axes, (10.3, 2.05), "N = L - T\nwindows\n(horizon 1)", fontsize=8)
    write(
        axes, (5.2, 0.25), "grey: x, the T = 4 values that are read        hatched: y, the value after them", fontsize=8
    )
