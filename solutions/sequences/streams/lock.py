"""What opens the other ways of writing the tasks of this lesson: only a right program returns these numbers."""

import torch

GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}


def case(take, cell, words, d, h, n, length, chunk):
    rows = GATES[cell] * h
    shapes = ((words, d), (rows, d), (rows, h), (rows,), (rows,), (words, h), (words,))
    streams = (torch.arange(n * length) * 7 % 11 % words).reshape(n, length)
    return {"cell": cell, "weights": [take(*shape) for shape in shapes], "streams": streams, "chunk": chunk}


def train_tbptt(lesson, take):
    cases = (("RNN", 5, 3, 4, 3, 13, 4), ("LSTM", 4, 2, 3, 2, 12, 5), ("GRU", 6, 3, 2, 1, 9, 8))
    made = [case(take, *one) for one in cases]
    found = [train(lesson, **one, lr=rate, epochs=2) for one in made for rate in (0.1, 5.0)]
    steep = case(take, "RNN", 5, 3, 4, 3, 13, 4)
    steep["weights"] = [30 * weight for weight in steep["weights"]]
    found.append(train(lesson, **steep, lr=0.1, epochs=1))
    are_floats = [isinstance(loss, float) for one in found for losses in one["losses"] for loss in losses]
    for one in found:
        del one["backwards"]  # one call for each stream is as good
    return [*found, are_floats, *(surroundings(lesson, **one) for one in made)]
