"""What `unroll plot sine/cell` asks of a student's module."""

import math

import torch

H, T = 5, 80


def weights(scale):
    """Make small random weights for D = 1, and recurrent ones of some scale."""
    rng = torch.Generator().manual_seed(3)
    zeros = torch.zeros(H, dtype=torch.float64)
    w_hh = torch.linalg.qr(torch.randn(H, H, generator=rng, dtype=torch.float64))[0]
    return torch.randn(H, 1, generator=rng, dtype=torch.float64), scale * w_hh, zeros, zeros


def states_of_a_sine(lesson):
    """Return the hidden states while the cell reads a sine."""
    x = torch.sin(2 * math.pi * torch.arange(T, dtype=torch.float64) / 20).reshape(1, T, 1)
    output, _ = lesson.rnn_forward(x, torch.zeros(1, H, dtype=torch.float64), *weights(0.8))
    return list(output[0].T)


def states_after_a_pulse(lesson):
    """Return the size of the state after a single pulse, for three scales of the recurrent weight."""
    x = torch.zeros(1, T, 1, dtype=torch.float64)
    x[0, 0] = 0.1
    runs = [
        lesson.rnn_forward(x, torch.zeros(1, H, dtype=torch.float64), *weights(scale))[0] for scale in (0.5, 0.9, 1.1)
    ]
    return [output[0].norm(dim=1) for output in runs]
