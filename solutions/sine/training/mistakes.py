"""Wrong answers of the training lesson that are programs of their own; the others are edits in mistakes.toml."""

import copy

import torch
from torch import nn

from autograder.testing import mistake

LAYERS = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}


def layer_of(cell):
    if cell not in LAYERS:
        raise ValueError(cell)
    return LAYERS[cell]


def checked(model, x, y):
    prediction = model(x)
    if prediction.shape != y.shape:
        raise ValueError("shapes differ")
    return ((prediction - y) ** 2).mean()


@mistake(
    "T34", task="Forecaster", says="hx belongs to the caller: do not write the new states into it.", costs="little"
)
class StateWrittenIntoHx(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.rnn = layer_of(cell)(input_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        output, after = self.rnn(x, self.copied(hx))
        if hx is not None:
            for mine, new in zip(self.listed(hx), self.listed(after), strict=True):
                mine.copy_(new.detach())
        return self.head(output[:, -1])

    def listed(self, hx):
        return hx if isinstance(hx, tuple) else (hx,)

    def copied(self, hx):
        return None if hx is None else tuple(h.clone() for h in hx) if isinstance(hx, tuple) else hx.clone()


@mistake(
    "T51",
    task="evaluate",
    says="The predictions are those of the model, and the error is theirs; you returned y itself.",
    costs="most",
)
def the_targets_are_returned(model, x, y):
    return 0.0, y.clone()
