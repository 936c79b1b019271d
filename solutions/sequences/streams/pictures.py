"""What `unroll plot sequences/streams` asks of a student's module."""

import torch
from torch import nn

PERIOD, EPOCHS = "abacabad", 40


def positions(lesson):
    """Return for each stream the positions in the text that it reads."""
    return [row.double() for row in lesson.to_streams(torch.arange(203), 5)]


class Letters(nn.Module):
    """A small network that reads letters; it may forget its state at the beginning of each chunk."""

    def __init__(self, forgets):
        super().__init__()
        self.embedding, self.layer, self.head = nn.Embedding(4, 8), nn.GRU(8, 16, batch_first=True), nn.Linear(16, 4)
        self.forgets = forgets

    def forward(self, ids, state=None):
        output, after = self.layer(self.embedding(ids), None if self.forgets else state)
        return self.head(output), after


def mean_losses(lesson, chunk, forgets):
    """Train on a text with a period of eight letters; return the mean loss of each epoch."""
    torch.manual_seed(0)
    text = torch.tensor([ord(letter) - ord("a") for letter in PERIOD * 64])
    streams, network = text[3:].unfold(0, 63, 63).clone(), Letters(forgets)
    adam = torch.optim.Adam(network.parameters(), lr=0.01)
    epochs = [lesson.train_tbptt(network, adam, streams, chunk) for _ in range(EPOCHS)]
    return [float(sum(losses)) / len(losses) for losses in epochs]


def memory_across_chunks(lesson):
    """Return the loss of a network that carries its state on, and of one that forgets it, both with chunks of 2."""
    return [mean_losses(lesson, 2, False), mean_losses(lesson, 2, True), mean_losses(lesson, 8, False)]
