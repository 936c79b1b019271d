"""What `unroll plot gates/lstm` asks of a student's module."""

import torch

STEPS = 60


def weights(forget_bias):
    """Make one unit that writes where x is 1, forgets where x is -1, and else keeps what it has, as well as it can."""
    w_ih = torch.tensor([[8.0], [18.0], [8.0], [0.0]])
    bias = torch.tensor([-4.0, forget_bias, 0.0, 9.0])  # i, f, g, o
    return w_ih, torch.zeros(4, 1), bias, torch.zeros(4)


def pulses(*places):
    """Make a series of zeros with some values in it."""
    x = torch.zeros(1, STEPS, 1)
    for place, value in places:
        x[0, place] = value
    return x


def write_keep_forget(lesson):
    """Return the input, the memory and what is shown of it."""
    x, state = pulses((9, 1.0), (39, -1.0)), (torch.zeros(1, 1), torch.zeros(1, 1))
    shown = []
    for t in range(STEPS):
        state = lesson.lstm_cell(x[:, t], tuple(state), *weights(9.0))
        shown.append(torch.cat([x[0, t], state[1][0], state[0][0]]))
    return list(torch.stack(shown, dim=1))


def memory_by_bias(lesson):
    """Return how long the memory of one pulse lasts with three biases of the forget gate."""
    zeros = torch.zeros(1, 1), torch.zeros(1, 1)
    runs = [lesson.lstm_forward(pulses((0, 1.0)), zeros, *weights(bias))[0] for bias in (0.0, 2.0, 4.0)]
    return [output.reshape(-1) for output in runs]
