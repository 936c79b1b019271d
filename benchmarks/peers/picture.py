"""A picture of what a hand-in costs with each grader."""

import io
from collections.abc import Mapping

from peers.measured import Cost

KIT, OTHERS = "#2a6f97", "#b0b7bf"


def drawn(costs: Mapping[str, Cost], own: float | None, title: str) -> bytes:
    """Draw a bar for each grader, the cheapest on top; return the picture as PNG."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    shown = sorted(costs.items(), key=lambda item: -item[1].each)
    names, seconds = [name for name, _ in shown], [one.each for _, one in shown]
    colours = [KIT if "unroll" in name or "kit" in name else OTHERS for name in names]
    figure, axes = plt.subplots(figsize=(8, 0.45 * len(names) + 1.4), layout="constrained")
    bars = axes.barh(names, seconds, color=colours)
    axes.bar_label(bars, [f"{one:.2f} s" for one in seconds], padding=3)
    axes.barh(names[:1], [0], color=KIT, label="with this kit")
    axes.barh(names[:1], [0], color=OTHERS, label="without it")
    if own is not None:
        axes.axvline(own, color="#c1121f", linestyle="--", label=f"the student's own code, {own:.2f} s")
    axes.legend(loc="upper right", frameon=False)
    axes.set_xlim(0, 1.12 * max(seconds))
    axes.set_xlabel("CPU seconds of one hand-in more")
    axes.set_title(title, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    made = io.BytesIO()
    figure.savefig(made, format="png", dpi=110, metadata={"Software": None})
    plt.close(figure)
    return made.getvalue()
