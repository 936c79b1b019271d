"""What `unroll plot sine/training` asks of a student's module."""

import contextlib
import io
import math

import torch
from torch import nn

STEP, LENGTH = 0.1, 20


def waves(count):
    """Make windows of sines with random phases, and the value after each."""
    phase = 2 * math.pi * torch.rand(count, 1)
    x, y = torch.sin(phase + STEP * torch.arange(LENGTH + 1)).split([LENGTH, 1], dim=1)
    return x[..., None], y


def trained(lesson):
    """Train the student's model once for all pictures; return it in evaluation mode, with the losses."""
    if "_trained" not in lesson.__dict__:
        torch.manual_seed(0)
        model = lesson.Forecaster()
        with contextlib.redirect_stdout(io.StringIO()):
            losses = lesson.fit(model, *waves(256))
        lesson._trained = model.eval(), losses
    return lesson._trained


def loss_per_epoch(lesson):
    """Return the losses of a training on 256 sines."""
    return [[float(loss) for loss in trained(lesson)[1]]]


def true_against_predicted(lesson):
    """Forecast the next value of every window of a new sine, each from true values."""
    series = torch.sin(STEP * torch.arange(120) + 0.5)
    windows = series.unfold(0, LENGTH, 1)[:-1].unsqueeze(-1)
    with torch.no_grad():
        return [series[LENGTH:], trained(lesson)[0](windows).reshape(-1)]


def free_running(lesson):
    """Let the model go on from its own forecasts."""
    model, _ = trained(lesson)
    series = torch.sin(STEP * torch.arange(LENGTH + 100))
    values = series[:LENGTH].tolist()
    with torch.no_grad():
        for _ in range(100):
            values.append(model(torch.tensor(values[-LENGTH:]).reshape(1, -1, 1)).item())
    return [series, torch.tensor([math.nan] * LENGTH + values[LENGTH:])]


def hidden_states(lesson):
    """Return the hidden states of the model while it reads a sine."""
    layers = [part for part in trained(lesson)[0].modules() if isinstance(part, nn.RNNBase)]
    if not layers:
        return "This model has no recurrent layer of PyTorch's whose states could be shown."
    with torch.no_grad():
        output, _ = layers[0](torch.sin(STEP * torch.arange(120)).reshape(1, -1, 1))
    return list(output[0].T)
