"""The same scores at three temperatures."""

import numpy as np

CHARACTERS = ["e", "a", "i", "o", "r", "space"]
SCORES = np.array([2.2, 1.5, 1.1, 0.6, 0.2, -0.3])
WORDS = {0.5: "cold: the likely gets likelier", 1.0: "as the model says", 2.0: "hot: closer together"}


def draw(figure):
    """Draw the distribution of one character at temperatures 0.5, 1 and 2."""
    panels = figure.subplots(1, 3, sharey=True)
    for axes, (temperature, words) in zip(panels, WORDS.items(), strict=True):
        weights = np.exp(SCORES / temperature)
        bars = axes.bar(CHARACTERS, weights / weights.sum(), color="#0072B2", edgecolor="black", linewidth=0.6)
        axes.bar_label(bars, fmt="%.2f", fontsize=7.5, padding=2)
        axes.set_title(f"temperature {temperature:g}", fontsize=10)
        axes.set_xlabel(words, fontsize=9)
        axes.tick_params(labelsize=8.5)
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("probability of being drawn", fontsize=9)
    panels[0].set_ylim(0, 0.85)
    figure.suptitle("What comes after “th”? Six scores, divided by three temperatures", fontsize=10.5)
