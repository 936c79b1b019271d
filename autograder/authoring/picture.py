"""The picture of a calibration: every right and wrong run on one logarithmic line, with the threshold between."""

import math
from pathlib import Path

Runs = dict[str, list[float]]


def draw_losses(checks: dict[str, tuple[Runs, Runs, float]], path: Path) -> None:
    """Draw one panel a check: (right runs, wrong runs, threshold)."""
    from matplotlib.figure import Figure

    rows = max(len(right) + len(wrong) for right, wrong, _ in checks.values())
    figure = Figure(figsize=(6.5 * len(checks), 1.5 + 0.2 * rows), layout="constrained")
    panels = figure.subplots(1, len(checks), squeeze=False)[0]
    for axes, (name, (right, wrong, threshold)) in zip(panels, checks.items(), strict=True):
        programs = [
            *((p, v, "tab:green") for p, v in right.items()),
            *((p, v, "tab:red") for p, v in _by_loss(wrong)),
        ]
        for row, (_, values, colour) in enumerate(programs):
            shown = [min(value, 1e3) for value in values]
            axes.plot(shown, [row] * len(shown), "|", color=colour, markersize=8)
        axes.axvline(threshold, color="black", linestyle="--", label=f"threshold {threshold:g}")
        axes.set(xscale="log", title=name, xlabel="error on new data")
        axes.set_yticks(range(len(programs)), [program for program, _, _ in programs], fontsize=7)
        axes.invert_yaxis()
        axes.legend(loc="upper right")
    figure.savefig(path, dpi=90, metadata={"Software": None})


def _by_loss(runs: Runs) -> list[tuple[str, list[float]]]:
    return sorted(runs.items(), key=lambda entry: min((v for v in entry[1] if math.isfinite(v)), default=math.inf))
