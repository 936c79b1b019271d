"""Forward from left to right, backward from right to left."""

from autograder.authoring.diagram import arrow, box, canvas, write

RED = "#b22222"


def draw(figure):
    """Draw three steps of a network, what flows forward, and the gradients that flow back."""
    axes = canvas(figure, 13, 5.4)
    write(axes, (0.9, 2.9), "$h_0$")
    for t in range(1, 4):
        x = 3.5 * t - 0.4
        box(axes, (x, 2.7), "$\\tanh(a)$", (1.3, 1.0), fontsize=10)
        before = x - (1.9 if t == 1 else 2.85)
        arrow(axes, (before, 2.9), (x - 0.65, 2.9))
        arrow(axes, (x - 0.15, 1.3), (x - 0.15, 2.2))
        arrow(axes, (x - 0.15, 3.2), (x - 0.15, 4.1))
        write(axes, (x, 1.0), f"$x_{t}$")
        write(axes, (x, 4.45), f"$h_{t}$")
        back = {"color": RED, "linestyle": "--"}
        arrow(axes, (x - 0.65, 2.5), (before, 2.5), **back)
        arrow(axes, (x + 0.15, 2.2), (x + 0.15, 1.3), **back)
        arrow(axes, (x + 0.15, 4.1), (x + 0.15, 3.2), **back)
        write(axes, (x + 0.95, 3.75), f"d_output$_{t}$", fontsize=8, color=RED)
        write(axes, (x + 0.6, 1.6), f"$dx_{t}$", fontsize=8, color=RED)
    for t, name in enumerate(("$dh_0$", "from step 2", "from step 3")):
        write(axes, (3.5 * t + 1.8, 2.15), name, fontsize=8, color=RED)
    write(
        axes,
        (6.5, 0.25),
        "solid: values, computed first.   dashed: gradients, computed afterwards, last step first",
        fontsize=8,
    )
    write(axes, (12.1, 2.7), "the same\n$W_{ih}, W_{hh}, b$\nin each step", fontsize=8)
