"""The picture of a calibration: every program's losses, from the least to the largest, and the threshold between."""

from pathlib import Path
from typing import Any


def draw_losses(checks: dict[str, Any], path: Path) -> None:
    """Draw one panel for each check, from the JSON."""
    from matplotlib.figure import Figure

    rows = max(len(check["right"]) + len(check["wrong"]) for check in checks.values())
    figure = Figure(figsize=(7.5 * len(checks), 1.5 + 0.2 * rows), layout="constrained")
    panels = figure.subplots(1, len(checks), squeeze=False)[0]
    for axes, (name, check) in zip(panels, checks.items(), strict=True):
        programs = [
            *((p, losses, "tab:green") for p, losses in check["right"].items()),
            *((p, losses, "tab:red") for p, losses in sorted(check["wrong"].items(), key=_least)),
        ]
        for row, (_, losses, colour) in enumerate(programs):
            least, median, most = (min(losses[which], 1e3) for which in ("min", "median", "max"))
            axes.plot([least, most], [row, row], "|-", color=colour, markersize=6, linewidth=1.5)
            axes.plot([median], [row], "o", color=colour, markersize=3)
        threshold = check["threshold"]
        axes.axvline(threshold, color="black", linestyle="--", label=f"threshold {threshold:g}")
        axes.set(xscale="log", title=name, xlabel="error on new data; dot: median")
        axes.set_yticks(range(len(programs)), [program for program, _, _ in programs], fontsize=7)
        axes.set_ylim(len(programs) - 0.5, -0.5)
        axes.legend(loc="lower left")
    figure.savefig(path, dpi=90, metadata={"Software": None})


def _least(entry: tuple[str, dict[str, float]]) -> float:
    return entry[1]["min"]
