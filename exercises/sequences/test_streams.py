"""Public tests of the streams lesson: cases by hand, and laws that every truncation obeys."""

import math
from itertools import pairwise

import pytest
import torch

from autograder.testing import alike, check_untouched, must_raise, number, same


@pytest.mark.task("to_streams", core=True)
def test_fourteen_ids_in_four_streams(student):
    streams = student.to_streams(torch.arange(14), 4)

    expected = torch.tensor([[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11]])
    same(streams, expected, "streams", axes="B T", show=True)


@pytest.mark.task("to_streams", core=True)
def test_the_rows_one_after_the_other_are_the_text(student):
    ids = torch.randint(9, (25,), generator=torch.Generator().manual_seed(1), dtype=torch.int32)

    streams = student.to_streams(ids, 5)

    same(streams, torch.stack([ids[i : i + 5] for i in range(0, 25, 5)]), "streams", axes="B T", show=True)


@pytest.mark.task("to_streams")
def test_as_many_streams_as_ids_and_a_single_stream(student):
    many, one = (student.to_streams(torch.arange(7), batch_size) for batch_size in (7, 1))

    same(many, torch.arange(7)[:, None], "seven streams of seven ids", axes="B T", show=True)
    same(one, torch.arange(7)[None], "one stream", axes="B T", show=True)


@pytest.mark.task("to_streams")
def test_fewer_ids_than_streams_raise_a_value_error(student):
    must_raise("ValueError", student.to_streams, torch.arange(30), 40)


@pytest.mark.task("to_streams")
def test_the_text_is_left_alone(student):
    case = (torch.arange(12), 3)
    check_untouched(student, "to_streams", [case], shared="The streams share memory with the text; make a copy.")


def network(cell, seed, loud=1.0):
    """Draw streams of five words, shape (3, 12), and the weights of a small network; `loud` is a factor of its head."""
    generator = torch.Generator().manual_seed(seed)
    rows = {"RNN": 4, "LSTM": 16}[cell]
    shapes = [(5, 3), (rows, 3), (rows, 4), (rows,), (rows,), (5, 4), (5,)]
    weights = [torch.randn(*shape, generator=generator, dtype=torch.float64) / 2 for shape in shapes]
    weights[5] *= loud
    return {"cell": cell, "weights": weights, "streams": torch.randint(5, (3, 12), generator=generator)}


def check_counts(losses, steps, chunk):
    """Check what was returned by calls with streams of 12 ids."""
    count = math.ceil(11 / chunk)
    told = f"11 targets a row in chunks of {chunk} make {count}"
    for one in losses:
        assert type(one) is list, "train_tbptt should return a list of losses."
        assert len(one) == count, f"{told} losses, but {len(one)} came back."
        assert all(type(loss) is float for loss in one), "Every loss should be a float."
    assert steps == count * len(losses), f"{told} steps in a call; there were {steps} in {len(losses)} calls."


def measured(student, cell, seed, chunk, epochs=1):
    """Return the losses of each call where the learning rate is 0."""
    found = student.run("measure", **network(cell, seed), chunk=chunk, epochs=epochs)
    check_counts(found["losses"], found["steps"], chunk)
    return found["losses"]


@pytest.mark.task("train_tbptt", core=True)
def test_three_losses_by_hand(student):
    found = student.run("guess", streams=torch.tensor([[0, 1, 1, 1]]), chunk=1)

    # Both scores begin at 0, so each word has the probability 1/2, and the target is always word 1. The gradient is
    # the probability of word 0: it moves the scores to -1/2 and 1/2, and in the next step to -a and a.
    a = 1 / 2 + 1 / (1 + math.e)
    losses = found["losses"]
    assert type(losses) is list and len(losses) == 3, "train_tbptt should return a list of three losses here."
    number(losses[0], math.log(2), "the first loss", show=True)
    number(losses[1], math.log(1 + math.exp(-1)), "the second loss", show=True)
    number(losses[2], math.log(1 + math.exp(-2 * a)), "the third loss", show=True)


@pytest.mark.task("train_tbptt", core=True)
def test_a_single_chunk_is_plain_backpropagation(student):
    case = network("RNN", 1, loud=40.0)

    found = student.run("train", **case, chunk=20, lr=0.5, epochs=1)

    check_counts(found["losses"], len(found["parameters"]), chunk=20)
    leaves = [weight.clone().requires_grad_() for weight in case["weights"]]
    embedding, w_ih, w_hh, b_ih, b_hh, w, b = leaves
    terms = []
    for row in case["streams"].tolist():
        h = torch.zeros(4, dtype=torch.float64)
        for word, following in pairwise(row):
            h = torch.tanh(w_ih @ embedding[word] + b_ih + w_hh @ h + b_hh)
            scores = w @ h + b
            terms.append(scores.logsumexp(0) - scores[following])
    mean = sum(terms) / len(terms)
    gradients = torch.autograd.grad(mean, leaves)
    moved = [leaf - 0.5 * gradient for leaf, gradient in zip(leaves, gradients, strict=True)]
    number(found["losses"][0][0], mean.item(), "the loss", show=True)
    expected = torch.cat([one.flatten() for one in moved]).detach()
    same(found["parameters"][0], expected, "parameters", atol=1e-5, show=True)


def check_means(student, cell):
    """With a learning rate of 0, the losses of a call have the same mean, however the streams are cut."""
    ((whole,),) = measured(student, cell, 2, chunk=11)
    for chunk in (1, 5):
        (losses,) = measured(student, cell, 2, chunk)
        sizes = [min(chunk, 11 - start) for start in range(0, 11, chunk)]
        mean = sum(size * loss for size, loss in zip(sizes, losses, strict=True)) / 11
        number(mean, whole, f"the mean loss with chunks of {chunk}", show=True)


@pytest.mark.task("train_tbptt")
def test_with_fixed_weights_the_mean_loss_does_not_depend_on_the_chunk(student):
    check_means(student, "RNN")


@pytest.mark.task("train_tbptt")
def test_with_the_tuple_of_an_lstm_it_does_not_either(student):
    check_means(student, "LSTM")


@pytest.mark.task("train_tbptt")
def test_with_fixed_weights_two_calls_are_alike(student):
    first, second = measured(student, "RNN", 3, chunk=4, epochs=2)

    for place, (mine, wanted) in enumerate(zip(second, first, strict=True), 1):
        number(mine, wanted, f"the loss of chunk {place} in the second call", show=True)


@pytest.mark.task("train_tbptt")
def test_a_chunk_goes_on_from_the_state_of_the_one_before(student):
    found = student.run("handed", **network("RNN", 4), chunk=4)

    given, left = found["given"], found["left"]
    assert len(given) == 3, f"11 targets a row in chunks of 4 make 3 chunks, not {len(given)}."
    assert not any(bool(part.any()) for part in given[0]), "The state should be None for the first chunk."
    for place in (1, 2):
        assert given[place], f"The model should be given a state for chunk {place + 1}."
        assert any(alike(given[place], state) for state in left[place - 1]), (
            f"The state given to the model for chunk {place + 1} is not the one that it returned for chunk {place}."
        )
    assert not any(found["graph"]), "The state should have no graph where a chunk begins."


@pytest.mark.task("train_tbptt")
def test_the_model_trains_in_training_mode(student):
    found = student.run("surroundings", **network("RNN", 5), chunk=4)

    assert found["training"], "The model should be in training mode while it is trained."
    assert not found["changed"], "The streams were changed; make new tensors."


# What runs beside your code in these tests.

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
