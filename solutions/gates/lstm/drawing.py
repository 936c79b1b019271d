"""One step of an LSTM: the memory above, three gates, what is shown to the right."""

from autograder.authoring.diagram import BLUE, GREEN, INK, ORANGE, arrow, box, canvas, write

PARTS = (
    ("f", "forget\nhow much is kept", BLUE),
    ("i", "input\nhow much is written", BLUE),
    ("g", "what is\nwritten", ORANGE),
    ("o", "output\nhow much is shown", BLUE),
)
AT = {"f": 2.6, "i": 5.2, "g": 7.4, "o": 10.0}


def times(axes, x, y):
    """Draw a product of two vectors, entry by entry."""
    axes.plot(x, y, "o", markersize=15, markerfacecolor="white", markeredgecolor=INK)
    write(axes, (x, y - 0.02), "×", fontsize=12)


def draw(figure):
    """Draw the memory line from c before to c after, and the gates that act on it."""
    axes = canvas(figure, 13, 5.8)
    write(axes, (0.6, 4.9), "$c_{t-1}$")
    arrow(axes, (1.1, 4.9), (12.2, 4.9), linewidth=2)
    write(axes, (12.6, 4.9), "$c_t$")
    for name, says, colour in PARTS:
        squeeze = "tanh" if name == "g" else "σ"
        box(axes, (AT[name], 1.75), f"${name}$   {squeeze}", (1.3, 0.6), colour=colour)
        write(axes, (AT[name], 1.05), says, fontsize=7)
        arrow(axes, (AT[name], 0.35), (AT[name], 0.7))
    axes.plot([0.9, 10.0], [0.35, 0.35], color=INK, linewidth=1.1)
    write(axes, (0.3, 0.35), "$x_t, h_{t-1}$", fontsize=8)
    arrow(axes, (AT["f"], 2.05), (AT["f"], 4.6))
    times(axes, AT["f"], 4.9)
    arrow(axes, (AT["i"], 2.05), (AT["i"], 3.0))
    axes.plot([AT["g"], AT["g"]], [2.05, 3.3], color=INK, linewidth=1.1)
    arrow(axes, (AT["g"], 3.3), (AT["i"] + 0.3, 3.3))
    times(axes, AT["i"], 3.3)
    arrow(axes, (AT["i"], 3.6), (AT["i"], 4.6))
    axes.plot(AT["i"], 4.9, "o", markersize=15, markerfacecolor="white", markeredgecolor=INK)
    write(axes, (AT["i"], 4.88), "+", fontsize=12)
    arrow(axes, (AT["o"], 4.9), (AT["o"], 4.35))
    box(axes, (AT["o"], 4.05), "tanh", (1.0, 0.55), colour=GREEN)
    arrow(axes, (AT["o"], 3.78), (AT["o"], 3.3))
    arrow(axes, (AT["o"], 2.05), (AT["o"], 2.7))
    times(axes, AT["o"], 3.0)
    arrow(axes, (AT["o"] + 0.3, 3.0), (12.2, 3.0), linewidth=2)
    write(axes, (12.6, 3.0), "$h_t$")
