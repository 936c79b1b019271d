"""What `unroll plot sequences/padding` asks of a student's module."""

import torch
from torch import nn

REAL, MOST = 5, 30  # real steps of the row, and the most steps of padding


def padded_rows(size):
    """Make one row with 1, 2, ... steps of padding behind it."""
    row = torch.randn(1, REAL, size, generator=torch.Generator().manual_seed(1))
    return [torch.cat([row, torch.zeros(1, count, size)], dim=1) for count in range(1, MOST + 1)]


def encoding_by_padding(lesson):
    """Return one unit of the encoding of a row: by packing, by picking, and read from the last column."""
    torch.manual_seed(0)
    gru, length, lines = nn.GRU(2, 8, batch_first=True), torch.tensor([REAL]), []
    with torch.no_grad():
        for x in padded_rows(2):
            plain, _ = gru(x)
            states = lesson.encode(gru, x, length), lesson.last_output(plain, length), plain[:, -1]
            lines.append([float(state.reshape(-1)[0]) for state in states])
    return [list(line) for line in zip(*lines, strict=True)]


def loss_by_padding(lesson):
    """Return the loss of a row whose every real error is 1, and the mean over all cells of the box."""
    length, lines = torch.tensor([REAL]), []
    for count in range(1, MOST + 1):
        pred = torch.cat([torch.ones(1, REAL), torch.zeros(1, count)], dim=1)
        target = torch.zeros(1, REAL + count)
        loss = lesson.masked_mse(pred, target, length)
        lines.append([float(loss), nn.functional.mse_loss(pred, target).item()])
    return [list(line) for line in zip(*lines, strict=True)]
