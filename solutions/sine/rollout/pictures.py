"""What `unroll plot sine/rollout` asks of a student's module."""

import math

import torch
from torch import nn

STEP, LENGTH, STEPS = 0.2, 20, 100


class Oscillator(nn.Module):
    """A model of a sine that is right but for a factor: x[t + 1] = factor * 2 cos(step) x[t] - x[t - 1]."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        """Say the next value of each window."""
        return self.factor * 2 * math.cos(STEP) * x[:, -1] - x[:, -2]


def own_forecasts(lesson):
    """Forecast a sine with a model that is exact and with one that is a little off."""
    series = torch.sin(STEP * torch.arange(LENGTH + STEPS, dtype=torch.float64))
    gap = torch.full((LENGTH,), math.nan, dtype=torch.float64)
    runs = [lesson.forecast(Oscillator(factor), series[:LENGTH], STEPS) for factor in (1.0, 0.999)]
    return [series, *(torch.cat([gap, run.reshape(-1)]) for run in runs)]
