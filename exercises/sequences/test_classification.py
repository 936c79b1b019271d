"""Public tests of the classification lesson: numbers by hand, rows without padding, scores counted one by one."""

import math

import pytest
import torch

from autograder.testing import check_untouched, must_raise, number, same, shaped, torch_layer

GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}
DEFAULT = {"input_size": 1, "hidden_size": 16, "num_classes": 2, "cell": "GRU"}
SIZES = (5, 4, 2)  # D, H, C


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


def counts_of(cell, d, h, c):
    """Count the numbers in a layer and a head, with two biases or one; then those of two directions.

    Two directions are of H units each, joined or added, or of half as many.
    """

    def layer(units, biases):
        return GATES[cell] * units * (d + units + biases)

    one = [layer(h, biases) + c * (h + 1) for biases in (2, 1)]
    two = [2 * layer(h, biases) + c * (width * h + 1) for biases in (2, 1) for width in (2, 1)]
    return [*one, *two, *(2 * layer(h // 2, biases) + c * (2 * (h // 2) + 1) for biases in (2, 1))]


def check_count(shapes, input_size, hidden_size, num_classes, cell):
    total = sum(math.prod(shape) for found in shapes.values() for shape in found)
    counts = counts_of(cell, input_size, hidden_size, num_classes)
    assert total in counts, (
        f"parameters() finds {total} numbers. One {cell} layer of {hidden_size} units that reads {input_size} numbers "
        f"a step, and a linear layer to {num_classes} classes, have {counts[0]}."
    )


def last_states(cell, weights, x, lengths):
    """Run torch's own layer on one row after the other, without its padding; return the last states."""
    layer = torch_layer(cell, weights)
    return torch.cat([layer(row[None, :end])[0][:, -1] for row, end in zip(x, lengths, strict=True)]).detach()


def right_scores(cell, shapes, weights, x, lengths):
    """Compute the scores of a layer and a head; of two directions, joined or added, in either order.

    Returns: all that are right; none where the parameters are not those of such layers.
    """
    count = len(shapes["weight_ih"])
    if count not in (1, 2) or len(weights) != 4 * count + 2:
        return []
    directions, (head, bias) = [weights[k : 4 * count : count] for k in range(count)], weights[-2:]
    turned = torch.stack([torch.cat([row[:end].flip(0), row[end:]]) for row, end in zip(x, lengths, strict=True)])
    found = []
    for order in (directions, directions[::-1]):
        states = [last_states(cell, one, way, lengths) for one, way in zip(order, (x, turned), strict=False)]
        found += [torch.cat(states, dim=1), torch.cat(states[::-1], dim=1), sum(states)]
    return [states @ head.T + bias for states in found if states.shape[1] == head.shape[1]]


@pytest.mark.task("SequenceClassifier", core=True)
@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
def test_each_row_is_read_as_torch_reads_it_alone(student, cell):
    generator = torch.Generator().manual_seed(1)
    # Eight steps, of which the longest row has six.
    x, lengths = torch.randn(4, 8, SIZES[0], generator=generator), torch.tensor([3, 6, 1, 4])
    given = dict(zip(DEFAULT, (*SIZES, cell), strict=True))
    shapes = student.run("sizes_of", given=given)
    check_count(shapes, **given)
    weights = [torch.randn(*shape, generator=generator) / 2 for found in shapes.values() for shape in found]

    found = student.run("known_scores", sizes=SIZES, cell=cell, weights=weights, x=x, lengths=lengths)["scores"]

    shaped(found, (4, SIZES[2]), "scores", axes="N C")
    right = right_scores(cell, shapes, weights, x, lengths)
    if not any(torch.allclose(found.float(), expected, atol=1e-5) for expected in right):
        check_scores({"scores": found, "fits": bool(right)}, right[0] if right else found)


@pytest.mark.task("SequenceClassifier")
def test_other_numbers_in_the_padding_change_nothing(student):
    generator = torch.Generator().manual_seed(2)
    x, lengths = torch.randn(40, 5, 1, generator=generator), torch.randint(1, 6, (40,), generator=generator)

    zeros = student.run("padded_with", x=x, lengths=lengths, value=0.0)
    nines = student.run("padded_with", x=x, lengths=lengths, value=9.0)

    shaped(zeros, (40, 3), "scores", axes="N C")
    same(nines, zeros, "scores, with 9 in the padding in place of 0,", axes="N C", show=True)


@pytest.mark.task("SequenceClassifier")
@pytest.mark.parametrize(
    "given",
    [{}, {"num_classes": 5, "cell": "LSTM"}, {"input_size": 4, "cell": "RNN"}, {"hidden_size": 7}],
    ids=["by default", "LSTM", "RNN", "seven units"],
)
def test_the_weights_are_those_of_one_layer_and_a_head(student, given):
    shapes = student.run("sizes_of", given=given)

    check_count(shapes, **{**DEFAULT, **given})


def drawn_model(student, cell, seed, dtype=torch.float32):
    """Ask for the shapes of a model's parameters, and draw weights for them."""
    generator = torch.Generator().manual_seed(seed)
    shapes = student.run("shapes_in_order", sizes=SIZES, cell=cell)
    weights = [torch.randn(*shape, generator=generator, dtype=dtype) / 2 for shape in shapes]
    return {"sizes": SIZES, "cell": cell, "weights": weights}


def batch_of(lengths, steps, seed, dtype=torch.float32):
    x = torch.randn(len(lengths), steps, SIZES[0], generator=torch.Generator().manual_seed(seed), dtype=dtype)
    return {"x": x, "lengths": torch.tensor(lengths)}


@pytest.mark.task("SequenceClassifier")
@pytest.mark.parametrize("cell", ["GRU", "LSTM"])
def test_a_call_leaves_nothing_behind(student, cell):
    found = student.run("traces", **drawn_model(student, cell, seed=3), **batch_of([2, 7, 4], 7, seed=4))

    shaped(found["first"], (3, SIZES[2]), "scores", axes="N C")
    same(found["second"], found["first"], "scores of a second call", axes="N C", show=True)
    same(found["evaluated"], found["first"], "scores in eval mode", axes="N C", show=True)
    assert found["x"] and found["lengths"], "x or lengths was changed; make new tensors."
    assert found["weights"], "The call has changed a parameter."
    assert found["grads_on"], "Gradients are off after the call."


@pytest.mark.task("SequenceClassifier")
@pytest.mark.parametrize("cell", ["GRU", "LSTM"])
def test_gradients_reach_every_weight_and_every_valid_step(student, cell):
    batch = batch_of([2, 7, 4], 8, seed=5)

    found = student.run("slopes", **drawn_model(student, cell, seed=6), **batch)

    assert not found["cut"], "The scores carry no graph, so nothing can be learned from them."
    assert not found["frozen"], "A parameter does not want gradients."
    slope_of_x, *slopes = found["slopes"]
    for n, end in enumerate(batch["lengths"].tolist()):
        for t in range(8):
            reached = bool(slope_of_x[n, t].any())
            assert reached or t >= end, f"The scores of a row of {end} steps do not depend on its step {t}."
            assert not reached or t < end, f"The scores of a row of {end} steps depend on step {t}, which is padding."
    for slope in slopes:
        assert slope.any(), f"The parameter of shape {tuple(slope.shape)} gets no gradient."


@pytest.mark.task("SequenceClassifier")
@pytest.mark.parametrize(
    ("lengths", "steps"), [([4], 6), ([1, 1, 1], 1), ([2, 4, 1], 5)], ids=["one row", "one step", "three rows"]
)
def test_a_row_alone_has_the_same_scores_in_float64(student, lengths, steps):
    model, batch = drawn_model(student, "GRU", 7, torch.float64), batch_of(lengths, steps, 8, torch.float64)

    found = student.run("rows_alone", **model, **batch)

    shaped(found["scores"], (len(lengths), SIZES[2]), "scores", axes="N C")
    assert found["scores"].dtype == torch.float64, "The scores should have the dtype of x and the weights."
    for row, (alone, together) in enumerate(zip(found["alone"], found["scores"], strict=True)):
        same(alone, together[None], f"scores of row {row} alone, without padding,", axes="1 C", show=True)


@pytest.mark.task("SequenceClassifier")
def test_states_are_made_where_x_is(student):
    elsewhere = student.run("elsewhere", **drawn_model(student, "LSTM", seed=9), **batch_of([2, 4], 4, seed=10))

    assert not elsewhere, "A state is made on the wrong device: take that of x."


@pytest.mark.task("SequenceClassifier")
@pytest.mark.parametrize("cell", ["CNN", "gru"])
def test_an_unknown_cell_raises_a_value_error(student, cell):
    must_raise("ValueError", student.run, "refuse", cell=cell)


@pytest.mark.task("accuracy", core=True)
def test_three_of_four_by_hand(student):
    logits = torch.tensor([[0.2, 0.4], [-3.0, -1.0], [2.0, 5.0], [0.9, 0.1]])

    found = student.accuracy(logits, torch.tensor([1, 1, 0, 0]))

    number(found, 0.75, "the accuracy", show=True)  # 1, 1, 1 and 0 have the largest scores


@pytest.mark.task("accuracy", core=True)
@pytest.mark.parametrize(("n", "c"), [(41, 3), (7, 7), (1, 4)], ids=["three-classes", "as-many-classes", "one-example"])
def test_every_row_counts_once(student, n, c):
    generator = torch.Generator().manual_seed(n)
    logits, y = torch.randn(n, c, generator=generator), torch.randint(c, (n,), generator=generator)

    found = student.accuracy(logits, y)

    rows = zip(logits.tolist(), y.tolist(), strict=True)
    right = sum(all(score <= row[truth] for score in row) for row, truth in rows)
    number(found, right / n, "the accuracy", tol=1e-4, show=True)


@pytest.mark.task("accuracy")
def test_scores_may_carry_a_graph(student):
    found = student.run("carried", logits=torch.tensor([[1.0, 2.0], [4.0, 3.0]]), y=torch.tensor([1, 1]))

    number(found["accuracy"], 0.5, "the accuracy of scores that carry a graph", show=True)
    assert found["grads_on"], "Gradients are off after the call."


@pytest.mark.task("accuracy")
def test_scores_and_classes_stay_as_they_are(student):
    logits, y = torch.tensor([[0.5, -2.0, 1.0], [3.0, 4.0, -1.0]]), torch.tensor([2, 0])

    check_untouched(student, "accuracy", [(logits, y)], shared=None)


# What runs beside your code in these tests.

import contextlib
import torch
from torch import nn
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


def shapes_in_order(lesson, sizes, cell):
    """Build a model; say the shapes of its parameters, in the order in which it lists them."""
    return [list(p.shape) for p in lesson.SequenceClassifier(*sizes, cell=cell).parameters()]


def scores(lesson, x, lengths, **given):
    """Score a batch with given weights."""
    return made(lesson, **given)(x, lengths)


def rows_alone(lesson, x, lengths, **given):
    """Score a batch, then each of its rows alone and without padding."""
    model = made(lesson, **given)
    together = model(x, lengths)
    ends = lengths.tolist()
    alone = [model(x[n : n + 1, :end].clone(), lengths[n : n + 1].clone()) for n, end in enumerate(ends)]
    return {"scores": together, "alone": alone}


def is_padding(x, lengths):
    """Say of each step whether it is padding, shape (N, T)."""
    return torch.arange(x.shape[1]) >= lengths[:, None]


def slopes(lesson, x, lengths, **given):
    """Differentiate the sum of squared scores with respect to x and to all parameters, in their order."""
    model, x = made(lesson, **given), x.clone().requires_grad_()
    answer = model(x * 1.0, lengths)  # in a network, x is no leaf of the graph
    total, leaves = answer.square().sum(), [x, *model.parameters()]
    found = {"scores": answer, "cut": not total.requires_grad, "frozen": not all(leaf.requires_grad for leaf in leaves)}
    if not found["cut"] and not found["frozen"]:
        grads = torch.autograd.grad(total, leaves, allow_unused=True)
        found["slopes"] = [torch.zeros_like(leaf) if g is None else g for g, leaf in zip(grads, leaves, strict=True)]
    return found


def traces(lesson, x, lengths, **given):
    """Score a batch twice, then in eval mode, and say what the calls have left behind."""
    model = made(lesson, **given)
    before = [x.clone(), lengths.clone(), [p.detach().clone() for p in model.parameters()]]
    first = model(x, lengths)
    second = model(x, lengths)
    return {
        "first": first,
        "second": second,
        "x": torch.equal(before[0], x) and not x.requires_grad,
        "lengths": torch.equal(before[1], lengths),
        "weights": all(torch.equal(a, b) for a, b in zip(before[2], model.parameters(), strict=True)),
        "evaluated": model.eval()(x, lengths),
        "grads_on": torch.is_grad_enabled(),
    }


def elsewhere(lesson, x, lengths, **given):
    """Score a batch on the device `meta`, which computes nothing; say whether a state was made on another one."""
    model, kinds = made(lesson, **given), []

    def look(layer, args, kwargs):
        given = [*args[1:2], kwargs.get("hx")]
        states = [part for state in given for part in (state if isinstance(state, (tuple, list)) else [state])]
        kinds.extend(state.device.type for state in states if isinstance(state, torch.Tensor))

    for layer in model.modules():
        if isinstance(layer, (nn.RNNBase, nn.RNNCellBase)):
            layer.register_forward_pre_hook(look, with_kwargs=True)
    with contextlib.suppress(Exception):  # what this device cannot do is nobody's fault
        model.to("meta")(x.to("meta"), lengths)
    return any(kind != "meta" for kind in kinds)


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


def carried(lesson, logits, y):
    """Measure the accuracy of scores that carry a graph; say whether gradients are still on."""
    answer = lesson.accuracy(logits.clone().requires_grad_() * 1.0, y)
    return {"accuracy": answer, "grads_on": torch.is_grad_enabled()}
