"""Draw the picture of the README with the answers of the lessons: the loss, and a forecast that runs free.

Run: python docs/pictures/draw_sine.py
"""

import importlib.util
from pathlib import Path

import matplotlib.pyplot as plt
import torch

HERE = Path(__file__).resolve().parent
SINE = HERE.parents[1] / "solutions" / "sine"


def lesson(name):
    """Import the answer of a lesson."""
    spec = importlib.util.spec_from_file_location(name, SINE / name / "lesson.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main():
    """Train on the first part of a sine wave, and go on alone where the data ends."""
    windows, training, rollout = map(lesson, ("windows", "training", "rollout"))
    torch.manual_seed(1)
    series = torch.sin(torch.linspace(0, 100, 200))
    x, y = windows.make_windows(series[:140], 10)
    model = training.Forecaster()
    losses = training.fit(model, x, y)
    predicted = rollout.forecast(model, series[130:140], 60)
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.2), layout="constrained")
    left.semilogy(range(1, 101), losses)
    left.axhline(0.002, color="black", linestyle="--", linewidth=1, label="threshold")
    left.set(xlabel="epoch", ylabel="mean squared error", title="fit: the loss")
    left.legend()
    training.plot_predictions(series[140:], predicted, ax=right)
    right.set_title("forecast: 60 steps on its own predictions")
    figure.savefig(HERE / "sine.png", dpi=90)


if __name__ == "__main__":
    main()
