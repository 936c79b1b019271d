"""What `unroll plot gradients/flow` asks of a student's module."""

import torch
from torch import nn

D, H, T = 3, 16, 60


def recurrent(kind, scale):
    """Make a layer whose recurrent weights are orthogonal times a scale; an LSTM is left as PyTorch makes it."""
    torch.manual_seed(0)
    rnn = kind(D, H, batch_first=True, dtype=torch.float64)
    if kind is nn.RNN:
        with torch.no_grad():
            rnn.weight_hh_l0.copy_(scale * torch.linalg.qr(torch.randn(H, H, dtype=torch.float64))[0])
    return rnn


def by_lag(lesson):
    """Measure the gradient by lag of three tanh networks and of an LSTM that wants to remember."""
    x = 0.1 * torch.randn(4, T, D, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    lstm = recurrent(nn.LSTM, 1.0)
    with torch.no_grad():
        lstm.bias_hh_l0[H : 2 * H] += 3  # the forget gate is open
    layers = [*(recurrent(nn.RNN, scale) for scale in (0.5, 0.9, 1.0)), lstm]
    return [lesson.gradient_by_lag(layer, x).detach().reshape(-1) for layer in layers]
