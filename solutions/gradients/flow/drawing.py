"""What is left of a gradient after k steps, where each step multiplies it by the same number."""

import numpy as np

STYLES = ((1.1, "-", "explodes"), (1.0, "--", "stays"), (0.9, "-.", "vanishes"), (0.5, ":", "vanishes at once"))


def draw(figure):
    """Draw s to the power of k over k."""
    axes = figure.subplots()
    steps = np.arange(51)
    for s, style, word in STYLES:
        axes.semilogy(steps, s**steps, style, color="black", linewidth=1.4)
        axes.annotate(f"s = {s}: {word}", (50, s**50), (51, s**50), va="center", fontsize=8)
    axes.set(xlim=(0, 66), ylim=(1e-16, 1e4), xlabel="k, steps back in time", ylabel="factor of the gradient, $s^k$")
    axes.set_xticks(range(0, 51, 10))
    axes.spines[["top", "right"]].set_visible(False)
