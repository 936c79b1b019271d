"""Wrong answers of the classification lesson that are programs of their own; the others are edits in mistakes.toml.

M43 and M92 are told apart: two directions have other parameters than one. M115, a target of the wrong kind, is shown by
`accuracy`, which reads class numbers; what a student gives to the loss is no part of these two tasks.
"""

import torch
import torch.nn.functional as F

from autograder.testing import mistake


@mistake("Q40", task="accuracy", says="Every example counts the same; you average over classes.")
def the_mean_of_classes(logits, y):
    right = (logits.argmax(dim=1) == y).float()
    shares = [right[y == c].mean().item() for c in y.unique()]
    return sum(shares) / len(shares)


@mistake("Q48", task="accuracy", says="All right answers count, of every class; yours looks at one class only.")
def recall_of_the_second(logits, y):
    hits = (logits.argmax(dim=1) == 1) & (y == 1)
    return hits.sum().item() / max(1, (y == 1).sum().item())


@mistake("Q48", task="accuracy", says="All right answers count, of every class; yours looks at one class only.")
def precision_of_the_second(logits, y):
    said = logits.argmax(dim=1) == 1
    return (said & (y == 1)).sum().item() / max(1, said.sum().item())


@mistake("Q53", task="accuracy", says="Weight each batch by its size: the last one may be smaller.")
def the_mean_of_batches(logits, y):
    parts = [(a.argmax(dim=1) == b).float().mean() for a, b in zip(logits.split(32), y.split(32), strict=True)]
    return torch.stack(parts).mean().item()
