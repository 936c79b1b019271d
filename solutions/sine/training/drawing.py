"""The order of one training step, and the loop around it."""

from autograder.authoring.diagram import BLUE, GREEN, GREY, ORANGE, arrow, box, canvas, write

STEPS = (
    ("zero_grad", "forget the\nold gradients", GREY),
    ("forward", "predict, and\nmeasure the loss", BLUE),
    ("backward", "a gradient for\neach parameter", BLUE),
    ("clip", "perhaps shorten\nall of them", ORANGE),
    ("step", "move the\nparameters", GREEN),
)


def draw(figure):
    """Draw the five parts of a step from left to right, and the way back to the first."""
    axes = canvas(figure, 13, 4.6)
    for number, (name, says, colour) in enumerate(STEPS):
        x = 1.3 + 2.6 * number
        box(axes, (x, 2.6), name, (1.8, 0.8), colour=colour)
        write(axes, (x, 1.65), says, fontsize=8)
        if number:
            arrow(axes, (x - 1.7, 2.6), (x - 0.9, 2.6))
    axes.plot([11.7, 11.7, 1.3], [3.0, 3.9, 3.9], color="#222222", linewidth=1.1)
    arrow(axes, (1.3, 3.9), (1.3, 3.0))
    write(axes, (6.5, 4.15), "the next epoch: the same optimizer, the same model", fontsize=8)
    arrow(axes, (3.9, 0.75), (3.9, 1.2), linestyle="--")
    write(axes, (3.9, 0.5), "x, y", fontsize=8)
    write(axes, (9.1, 0.5), "gradients live in p.grad until zero_grad", fontsize=8)
    axes.plot([5.8, 12.4], [0.85, 0.85], color="#222222", linewidth=0.8, linestyle=":")
