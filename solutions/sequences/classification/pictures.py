"""What `unroll plot sequences/classification` asks of a student's module."""

import torch
from torch import nn

LONGEST, EPOCHS = 10, 100


def sums(count):
    """Make sequences of 3 to 10 numbers, padded with zeros, and say of each whether its sum is above zero."""
    lengths = torch.randint(3, LONGEST + 1, (count,))
    x = torch.randn(count, LONGEST).masked_fill(torch.arange(LONGEST) >= lengths[:, None], 0.0)
    return x[..., None], lengths, (x.sum(dim=1) > 0).long()


def trained(lesson):
    """Train the student's model once for all pictures; return it, with its scores of old and new data per epoch."""
    if "_trained" not in lesson.__dict__:
        torch.manual_seed(0)
        data, new = sums(256), sums(500)
        net, said = lesson.SequenceClassifier(), []
        adam = torch.optim.Adam(net.parameters(), lr=0.01)
        for _ in range(EPOCHS):
            adam.zero_grad()
            before = net(*data[:2])
            nn.functional.cross_entropy(before, data[2]).backward()
            adam.step()
            with torch.no_grad():
                said.append((before.detach(), net(*new[:2])))
        lesson._trained = net.eval(), said, (data[2], new[2])
    return lesson._trained


def error_per_epoch(lesson):
    """Return the share of wrong answers on the training data and on new data, by the student's accuracy."""
    _, said, truths = trained(lesson)
    return [[1 - float(lesson.accuracy(one[k], truths[k])) for one in said] for k in range(2)]


def score_after_each_step(lesson):
    """Return how far class 1 is ahead of class 0 after each step of three sequences, and the line between them."""
    net = trained(lesson)[0]
    steps = torch.arange(1, LONGEST + 1)
    up = torch.tensor([0.2, 0.9, -0.3, 0.8, 0.4, -0.2, 0.7, 0.3, -0.4, 0.6])
    late = torch.tensor([-1.0, -0.8, 0.4, -0.9, 0.3, -0.5, 1.2, 0.9, 1.1, 1.3])
    with torch.no_grad():
        pairs = [net(row.repeat(LONGEST, 1)[..., None], steps) for row in (up, -up, late)]
    return [*((pair[:, 1] - pair[:, 0]) for pair in pairs), torch.zeros(LONGEST)]
