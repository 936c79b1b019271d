"""What runs beside the student's code in the streams lesson."""

import torch
from torch import nn
from torch.nn.utils import parameters_to_vector

LAYERS = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}


class Reader(nn.Module):
    """A small network with known weights that reads ids; it writes down each call."""

    def __init__(self, cell, weights):
        super().__init__()
        (words, d), (_, h), dtype = weights[0].shape, weights[2].shape, weights[0].dtype
        self.embedding = nn.Embedding(words, d, dtype=dtype)
        self.layer = LAYERS[cell](d, h, batch_first=True, dtype=dtype)
        self.head = nn.Linear(h, words, dtype=dtype)
        self.notes = []
        with torch.no_grad():
            for parameter, value in zip(self.parameters(), weights, strict=True):
                parameter.copy_(value)

    def forward(self, ids, state=None):
        given, graph = copies(state), any(part.grad_fn is not None for part in tensors(state))
        output, state = self.layer(self.embedding(ids), state)
        self.notes.append({"given": given, "graph": graph, "left": copies(state), "training": self.head.training})
        return self.head(output), state


class Descent(torch.optim.SGD):
    """Gradient descent that writes down the parameters after each step, and what came before it."""

    def __init__(self, model, lr):
        super().__init__(model.parameters(), lr=lr)
        self.model, self.parameters, self.erased, self.backwards = model, [], [], [0]
        model.head.bias.register_hook(self.count)

    def count(self, gradient):
        self.backwards[-1] += 1

    def step(self, closure=None):
        loss = super().step(closure)
        gradients = [p.grad for p in self.model.parameters() if p.grad is not None]
        self.erased.append(self.backwards[-1] > 0 and not any(bool(gradient.any()) for gradient in gradients))
        self.parameters.append(parameters_to_vector(self.model.parameters()).detach().clone())
        self.backwards.append(0)
        self.model.notes.append("step")
        return loss


def tensors(state):
    """List the tensors of a state; none for None."""
    parts = state if isinstance(state, (list, tuple)) else [state]
    return [part for part in parts if isinstance(part, torch.Tensor)]


def copies(state):
    return [part.detach().clone() for part in tensors(state)]


def train(lesson, cell, weights, streams, chunk, lr, epochs):
    """Train a known network; return the losses of each call, and the parameters after each step."""
    model = Reader(cell, weights)
    descent = Descent(model, lr)
    losses = [lesson.train_tbptt(model, descent, streams, chunk) for _ in range(epochs)]
    return {
        "losses": losses,
        "parameters": descent.parameters,
        "erased": descent.erased,
        "backwards": descent.backwards,
    }


def measure(lesson, cell, weights, streams, chunk, epochs):
    """Train with a learning rate of 0; return the losses of each call, and how many steps there were."""
    found = train(lesson, cell, weights, streams, chunk, 0.0, epochs)
    return {"losses": found["losses"], "steps": len(found["parameters"])}


def handed(lesson, cell, weights, streams, chunk):
    """Train for an epoch; return of each chunk the state it was given, whether that had a graph, and what it left."""
    model = Reader(cell, weights)
    lesson.train_tbptt(model, Descent(model, 0.1), streams, chunk)
    chunks = [[]]
    for note in model.notes:
        chunks.append([]) if note == "step" else chunks[-1].append(note)
    read = [calls for calls in chunks if calls]
    return {
        "given": [calls[0]["given"] for calls in read],
        "graph": [calls[0]["graph"] for calls in read],
        "left": [[call["left"] for call in calls] for calls in read],
    }


def surroundings(lesson, cell, weights, streams, chunk):
    """Train a model that comes in eval mode; say whether it was in training mode, and the streams were left alone."""
    model = Reader(cell, weights).eval()
    before, layout = streams.clone(), (streams.shape, streams.stride())
    lesson.train_tbptt(model, Descent(model, 0.1), streams, chunk)
    modes = [note["training"] for note in model.notes if note != "step"]
    same = (streams.shape, streams.stride()) == layout and torch.equal(before, streams)
    return {"training": bool(modes) and all(modes), "changed": not same}


class Guesser(nn.Module):
    """A score for each word, whatever was read; its state counts the ids."""

    def __init__(self, words):
        super().__init__()
        self.scores = nn.Parameter(torch.zeros(words, dtype=torch.float64))

    def forward(self, ids, state=None):
        count = self.scores.new_zeros(1, len(ids), 1) if state is None else state
        return self.scores.expand(*ids.shape, -1), count + ids.shape[1]


def guess(lesson, streams, chunk):
    """Train the scores of two words, which begin at 0, with steps of gradient descent at a rate of 1."""
    model = Guesser(2)
    losses = lesson.train_tbptt(model, torch.optim.SGD(model.parameters(), lr=1.0), streams, chunk)
    return {"losses": losses, "scores": model.scores.detach()}
