"""Public tests of the classification lesson: numbers by hand, rows without padding, scores counted one by one."""

import math

import pytest
import torch

from autograder.testing import must_raise, number, same

LAYERS = {"RNN": torch.nn.RNN, "LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU}


def check_scores(found, expected):
    """Compare scores; a model with other parameters, of two directions perhaps, is asked for their shape alone."""
    scores = found["scores"]
    if found["fits"] or not isinstance(scores, torch.Tensor) or scores.shape != expected.shape:
        same(scores, expected, "scores", axes="N C", show=True)


@pytest.mark.task("SequenceClassifier", core=True)
def test_four_scores_by_hand(student):
    # Of the two units the second is idle.
    weights = [[[0.5], [0.0]], [[1.0, 0.0], [0.0, 0.0]], [0.0, 0.0], [0.0, 0.0], [[1.0, 0.0], [-2.0, 0.0]], [3.0, 0.0]]
    x = torch.tensor([[[0.4], [-0.2], [1.0]], [[0.6], [0.0], [0.0]]])

    found = student.run(
        "known_scores",
        sizes=(1, 2, 2),
        cell="RNN",
        weights=[torch.tensor(weight) for weight in weights],
        x=x,
        lengths=torch.tensor([3, 1]),
    )

    # h_t = tanh(0.5 x_t + h_(t-1)), and the scores are h + 3 and -2 h.
    h = [math.tanh(0.5 + math.tanh(-0.1 + math.tanh(0.2))), math.tanh(0.3)]
    check_scores(found, torch.tensor([[h[0] + 3, -2 * h[0]], [h[1] + 3, -2 * h[1]]]))


@pytest.mark.task("SequenceClassifier", core=True)
@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_each_row_is_read_as_torch_reads_it_alone(student, cell):
    torch.manual_seed(1)
    layer, head = LAYERS[cell](2, 4, batch_first=True), torch.nn.Linear(4, 3)
    x, lengths = torch.randn(4, 6, 2), torch.tensor([3, 6, 1, 4])
    weights = [p.detach().clone() for p in (*layer.parameters(), *head.parameters())]

    found = student.run("known_scores", sizes=(2, 4, 3), cell=cell, weights=weights, x=x, lengths=lengths)

    alone = [layer(x[n : n + 1, :end])[0][:, -1] for n, end in enumerate(lengths)]
    check_scores(found, head(torch.cat(alone)).detach())


@pytest.mark.task("SequenceClassifier")
def test_other_numbers_in_the_padding_change_nothing(student):
    x, lengths = torch.randn(3, 5, 1, generator=torch.Generator().manual_seed(2)), torch.tensor([2, 5, 3])

    zeros = student.run("padded_with", x=x, lengths=lengths, value=0.0)
    nines = student.run("padded_with", x=x, lengths=lengths, value=9.0)

    same(nines, zeros, "scores, with 9 in the padding in place of 0,", axes="N C", show=True)


@pytest.mark.task("SequenceClassifier")
def test_the_weights_of_both_layers_are_found(student):
    shapes = student.run("sizes_of", given={"hidden_size": 16})

    total = sum(math.prod(shape) for found in shapes.values() for shape in found)
    assert total > 300, f"parameters() finds {total} numbers only: are both layers attributes of the model?"


@pytest.mark.task("SequenceClassifier")
def test_an_unknown_cell_raises_a_value_error(student):
    must_raise("ValueError", student.run, "refuse", cell="CNN")


@pytest.mark.task("accuracy", core=True)
def test_three_of_four_by_hand(student):
    logits = torch.tensor([[0.2, 0.4], [-3.0, -1.0], [2.0, 5.0], [0.9, 0.1]])

    found = student.accuracy(logits, torch.tensor([1, 1, 0, 0]))

    number(found, 0.75, "the accuracy", show=True)  # 1, 1, 1 and 0 have the largest scores


@pytest.mark.task("accuracy", core=True)
@pytest.mark.parametrize(("n", "c"), [(20, 3), (5, 5), (1, 4)], ids=["three-classes", "as-many-classes", "one-example"])
def test_every_row_counts_once(student, n, c):
    generator = torch.Generator().manual_seed(n)
    logits, y = torch.randn(n, c, generator=generator), torch.randint(c, (n,), generator=generator)

    found = student.accuracy(logits, y)

    rows = zip(logits.tolist(), y.tolist(), strict=True)
    right = sum(all(score <= row[truth] for score in row) for row, truth in rows)
    number(found, right / n, "the accuracy", show=True)


# What runs beside your code in these tests.

import torch
WORDS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def sorted_parameters(model):
    """Sort a model's parameters: the recurrent ones by word, in order of registration, then the rest."""
    named = list(model.named_parameters())
    recurrent = {word: [p for name, p in named if word in name] for word in WORDS}
    rest = [p for name, p in named if not any(word in name for word in WORDS)]
    return recurrent, sorted(rest, key=lambda p: -p.dim())


def in_order(model):
    """List all parameters, word by word, then the rest."""
    recurrent, rest = sorted_parameters(model)
    return [*(p for word in WORDS for p in recurrent[word]), *rest]


def shapes_of(model):
    """Say the shapes of a model's parameters, by word; `head` is what is no recurrent one."""
    recurrent, rest = sorted_parameters(model)
    return {word: [list(p.shape) for p in found] for word, found in {**recurrent, "head": rest}.items()}


def made(lesson, sizes, cell, weights):
    """Build a model and give it weights, in the order and the dtype in which they are given."""
    torch.manual_seed(0)
    model = lesson.SequenceClassifier(*sizes, cell=cell).to(weights[0].dtype)
    with torch.no_grad():
        for p, weight in zip(model.parameters(), weights, strict=True):
            p.copy_(weight)
    return model


def scores(lesson, x, lengths, **given):
    """Score a batch with given weights."""
    return made(lesson, **given)(x, lengths)


def is_padding(x, lengths):
    """Say of each step whether it is padding, shape (N, T)."""
    return torch.arange(x.shape[1]) >= lengths[:, None]


def known_scores(lesson, sizes, cell, weights, x, lengths):
    """Score a batch with weights that are given in order; say whether the model has weights of these shapes."""
    torch.manual_seed(0)
    model = lesson.SequenceClassifier(*sizes, cell=cell)
    mine = in_order(model)
    fits = [p.shape for p in mine] == [w.shape for w in weights]
    with torch.no_grad():
        for p, weight in zip(mine, weights, strict=True) if fits else ():
            p.copy_(weight)
    return {"scores": model(x, lengths), "fits": fits}


def padded_with(lesson, x, lengths, value):
    """Score a batch of three classes with a number in all of its padding."""
    torch.manual_seed(0)
    model = lesson.SequenceClassifier(hidden_size=4, num_classes=3)
    return model(x.masked_fill(is_padding(x, lengths)[:, :, None], value), lengths)


def sizes_of(lesson, given):
    """Build a model with some arguments by name, the rest by default; say the shapes of its parameters."""
    return shapes_of(lesson.SequenceClassifier(**given))


def refuse(lesson, cell):
    """Build a model with an unknown cell."""
    lesson.SequenceClassifier(cell=cell)
    return "built"
