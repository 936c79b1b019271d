"""Wrong answers of the streams lesson that are programs of their own; the others are edits in mistakes.toml."""

import math

import torch
import torch.nn.functional as F

from autograder.testing import mistake


def cut(state):
    """Return a state without its graph."""
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()


def pairs(streams, chunk):
    """Cut inputs and targets into chunks."""
    return zip(streams[:, :-1].split(chunk, 1), streams[:, 1:].split(chunk, 1), strict=True)


def nats(logits, y):
    return F.cross_entropy(logits.transpose(1, 2), y)


def descend(optimizer, loss):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


@mistake(
    "M47", task="train_tbptt", says="Your function keeps the state of its last call, with its graph: begin with None."
)
def kept_for_the_next_call(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], getattr(model, "state", None)
    for i, (x, y) in enumerate(pairs(streams, chunk)):
        if i > 0:
            state = cut(state)
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
    model.state = state
    return losses


# Chunks in an order drawn at random are caught, but not named: what they return depends on chance.


@mistake("S36", task="train_tbptt", says="All streams are read side by side, with one step for all of them.")
def row_by_row(model, optimizer, streams, chunk):
    model.train()
    losses = []
    for row in streams.split(1):
        state = None
        for x, y in pairs(row, chunk):
            logits, state = model(x, state)
            loss = nats(logits, y)
            descend(optimizer, loss)
            losses.append(loss.item())
            state = cut(state)
    return losses


@mistake("S38", task="train_tbptt", says="One call is one pass over the streams.")
def two_passes(model, optimizer, streams, chunk):
    model.train()
    losses = []
    for _ in range(2):
        state = None
        for x, y in pairs(streams, chunk):
            logits, state = model(x, state)
            loss = nats(logits, y)
            descend(optimizer, loss)
            losses.append(loss.item())
            state = cut(state)
    return losses


@mistake(
    "S46",
    task="train_tbptt",
    says="What is left at the end is a chunk of its own, however short; it belongs to no other.",
)
def the_rest_joins_the_last_chunk(model, optimizer, streams, chunk):
    model.train()
    losses, state, last = [], None, streams.shape[1] - 1
    starts = [chunk * i for i in range(max(1, last // chunk))]
    for start, stop in zip(starts, [*starts[1:], last], strict=True):
        logits, state = model(streams[:, start:stop], state)
        loss = nats(logits, streams[:, start + 1 : stop + 1])
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses
