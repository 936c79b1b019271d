"""What `unroll plot gates/gru` asks of a student's module."""

import torch

STEPS = 80


def weights(update_bias):
    """Make one unit that takes over the first number it reads where the second is 1, and else keeps what it has."""
    w_ih = torch.tensor([[0.0, 0.0], [0.0, -16.0], [1.0, 0.0]])  # r, z, n
    return w_ih, torch.zeros(3, 1), torch.tensor([0.0, update_bias, 0.0]), torch.zeros(3)


def keep_and_overwrite(lesson):
    """Return a wave, when it is to be taken over, and the state of a unit that does so."""
    value = 0.8 * torch.sin(torch.arange(STEPS) / 6)
    button = torch.zeros(STEPS)
    button[6:15] = button[30] = 1.0
    h, states = torch.zeros(1, 1), []
    for t in range(STEPS):
        h = lesson.gru_cell(torch.stack([value[t], button[t]])[None], h, *weights(8.0))
        states.append(h.reshape(1))
    return [value, button, torch.cat(states)]


def memory_by_bias(lesson):
    """Return what is left of a state of 1 that nothing overwrites, with four biases of the update gate."""
    x, h0 = torch.zeros(1, STEPS, 2), torch.ones(1, 1)
    return [lesson.gru_forward(x, h0, *weights(bias))[0].reshape(-1) for bias in (0.0, 2.0, 4.0, 6.0)]
