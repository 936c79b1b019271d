"""Hidden tests of the classification lesson: known weights, rows alone, other padding, gradients, a training.

A model may be built otherwise than the answer: with two directions, or with cells of its own. So the grader
computes the scores itself, from the weights that it has drawn: by every way to read parameters of these shapes as one
layer and a head. A model whose scores are those of none of them is wrong, whatever its own numbers agree with.
"""

import functools
import itertools
import math

import pytest
import torch

from autograder.testing import equal, in_dtype, must_raise, number, same

GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}
ATOL = {torch.float32: 1e-5, torch.float64: 1e-9}
DIGITS = 1e-4  # of a share: nobody is blamed who rounds to four
# Steps of the batch, and valid steps of its rows. Sorting the rows is no exchange of pairs: undo it or be seen.
RAGGED = [(7, [2, 7, 4, 1, 5]), (6, [4, 2, 3])]
SQUARE = (4, [3, 1, 4, 2])
# D, H, C, D + H and the rows of all gates are all different, also for half of H: a shape says what a parameter is.
SIZES = (5, 4, 3)


def normal(*shape, rng):
    return torch.randn(*shape, generator=rng)


def counts_of(cell, sizes):
    """Count the parameters of right models: one direction or two, one bias or two, directions joined or added."""
    d, h, c = sizes

    def layer(size, biases):
        return GATES[cell] * size * (d + size + biases)

    one = [layer(h, biases) + c * (h + 1) for biases in (2, 1)]
    two = [2 * layer(h, biases) + c * (width * h + 1) for biases in (2, 1) for width in (2, 1)]
    halves = [2 * layer(h // 2, biases) + c * (2 * (h // 2) + 1) for biases in (2, 1)]
    return [*one, *two, *halves]


def check_count(shapes, cell, sizes):
    """Check the number of parameters."""
    total, counts, (d, h, c) = sum(math.prod(shape) for shape in shapes), counts_of(cell, sizes), sizes
    assert total in counts, (
        f"parameters() finds {total} numbers. One {cell} layer of {h} units that reads {d} numbers, and a "
        f"linear layer to {c} classes, have {counts[0]}."
    )


def drawn(seed, shapes, size, dtype):
    """Draw weights uniform within 1 / sqrt(size); equal ones for equal shapes, in whatever order they come."""
    found = []
    for place, shape in enumerate(shapes):
        number = functools.reduce(lambda a, b: 1009 * a + b, shape, seed + shapes[:place].count(shape)) % (1 << 62)
        generator = torch.Generator().manual_seed(number)
        found.append((2 * torch.rand(shape, generator=generator, dtype=torch.float64) - 1) * size**-0.5)
    return [weight.to(dtype) for weight in found]


def model_of(student, rng, cell, sizes=SIZES, dtype=torch.float32):
    """Ask for the shapes of a model's parameters, and draw weights for them."""
    seed = int(torch.randint(1 << 31, (), generator=rng))
    shapes = student.run("shapes_in_order", sizes=sizes, cell=cell)
    check_count(shapes, cell, sizes)
    return {"sizes": sizes, "cell": cell, "weights": drawn(seed, shapes, sizes[1], dtype)}


def batch_of(rng, steps, lengths, size=SIZES[0], dtype=torch.float32):
    """Draw a batch with noise in its padding."""
    return {"x": normal(len(lengths), steps, size, rng=rng).to(dtype), "lengths": torch.tensor(lengths)}


def matrices(weights, gates, *shape):
    """Find the weights of a shape: as they are, or turned, or in as many parts as there are gates, which are joined."""
    parts = [w for w in weights if tuple(w.shape) == (shape[0] // gates, *shape[1:])]
    return (
        [w for w in weights if tuple(w.shape) == shape]
        or [w.T for w in weights if w.dim() == 2 and tuple(w.T.shape) == shape]
        or [torch.cat(parts[at : at + gates]) for at in range(0, len(parts), gates)]
    )


def layers(model, h):
    """Read weights as layers of h units; yield for each way w_ih, w_hh, b_ih, b_hh of one direction or of two."""
    gates, weights, d = GATES[model["cell"]], model["weights"], model["sizes"][0]
    w_ih, w_hh = matrices(weights, gates, gates * h, d), matrices(weights, gates, gates * h, h)
    biases = matrices(weights, gates, gates * h)
    if len(biases) in (1, 2):
        for whole in matrices(weights, gates, gates * h, d + h):  # one matrix for input and state, in either order
            yield [(whole[:, :d], whole[:, d:], *both(biases))]
            yield [(whole[:, h:], whole[:, :h], *both(biases))]
    if w_ih and len(w_ih) == len(w_hh) and len(biases) in (len(w_ih), 2 * len(w_ih)):
        each = len(biases) // len(w_ih)
        found = [
            (*pair, *both(biases[n * each : (n + 1) * each])) for n, pair in enumerate(zip(w_ih, w_hh, strict=True))
        ]
        yield found
        yield [(w, u, second, first) for w, u, first, second in found]
        yield found[::-1]


def both(biases):
    """Give two biases; where there is one, the other is zero."""
    return tuple(biases) if len(biases) == 2 else (biases[0], torch.zeros_like(biases[0]))


def in_other_orders(cell, directions):
    """Yield the layers with their gates in every order; of a GRU, also those that keep 1 - z."""
    for order in itertools.permutations(range(GATES[cell])):
        signs = [(1.0, 1.0, 1.0), (1.0, -1.0, 1.0)] if cell == "GRU" else [(1.0,) * GATES[cell]]
        for sign in signs:
            yield [tuple(turned(w, order, sign) for w in direction) for direction in directions]


def turned(weight, order, sign):
    parts = weight.chunk(len(order))
    return torch.cat([factor * parts[place] for place, factor in zip(order, sign, strict=True)])


def last_states(cell, weights, x, lengths):
    """Go through all steps with torch's functions of one step; keep each row's state after its last valid one."""
    step = {"RNN": torch.rnn_tanh_cell, "LSTM": torch.lstm_cell, "GRU": torch.gru_cell}[cell]
    h = c = x.new_zeros(len(x), weights[1].shape[1])
    for t, x_t in enumerate(x.unbind(1)):
        new = step(x_t, (h, c) if cell == "LSTM" else h, *weights)
        valid = (t < lengths).unsqueeze(1)
        h, c = (torch.where(valid, a, b) for a, b in zip(new if cell == "LSTM" else (new, new), (h, c), strict=True))
    return h


def read_backwards(x, lengths):
    places = (lengths[:, None] - 1 - torch.arange(x.shape[1])).clamp(min=0)
    return x.gather(1, places.unsqueeze(-1).expand_as(x))


def readings(model):
    """Yield every way to compute scores with a model's weights, a function of x and lengths; the likeliest first."""
    _, h, c = model["sizes"]
    found = [(one, size) for size in (h, h // 2) for one in layers(model, size) if len(one) == (1 if size == h else 2)]
    found += [(one, h) for one in layers(model, h) if len(one) == 2]
    widths = [(one, head) for one, size in found for head in heads(model, size, len(one), c)]
    yield from (reading(model["cell"], one, head) for one, head in widths)
    for one, head in widths:
        if len(one) == 1:
            yield from (reading(model["cell"], other, head) for other in in_other_orders(model["cell"], one))


def heads(model, size, directions, c):
    """Find the linear layer: its weight and its bias, and in which order it reads the directions, or their sum."""
    weights, (bias, *_) = model["weights"], [w for w in model["weights"] if tuple(w.shape) == (c,)] or [None]
    for weight in matrices(weights, 1, c, directions * size) if bias is not None else ():
        yield weight, bias, "joined"
        if directions == 2:
            yield torch.cat(weight.chunk(2, dim=1)[::-1], dim=1), bias, "joined"
    for weight in matrices(weights, 1, c, size) if bias is not None and directions == 2 else ():
        yield weight, bias, "added"


def reading(cell, directions, head):
    weight, bias, way = head

    def score(x, lengths):
        rows = [x, read_backwards(x, lengths)]
        states = [last_states(cell, one, row, lengths) for one, row in zip(directions, rows, strict=False)]
        return (torch.cat(states, dim=1) if way == "joined" else sum(states)) @ weight.T + bias

    return score


def reading_of(actual, model, x, lengths):
    """Find the way in which a model's scores follow from its weights; the likeliest where there is none."""
    ways, atol = readings(model), ATOL[x.dtype]
    likeliest = next(ways, None)
    assert likeliest, "The parameters, by their shapes, are not those of one recurrent layer and a linear one."
    expected = likeliest(x, lengths)
    if not isinstance(actual, torch.Tensor) or (actual.dtype, actual.shape) != (expected.dtype, expected.shape):
        return likeliest
    found = (
        way
        for way in itertools.chain([likeliest], ways)
        if torch.allclose(actual, way(x, lengths), rtol=atol, atol=atol)
    )
    return next(found, likeliest)


def check_scores(actual, model, x, lengths, what="scores"):
    """Compare scores with those that the grader computes from the same weights; return the way that it found."""
    way = reading_of(actual, model, x, lengths)
    same(actual, way(x, lengths), what, axes="N C", atol=ATOL[x.dtype])
    return way


@pytest.mark.task("SequenceClassifier", core=True, weight=3)
def test_known_weights_give_known_scores_where_all_rows_are_full(student, rng):
    for n, t in ((6, 6), (3, 7)):
        model, batch = model_of(student, rng, "GRU"), batch_of(rng, t, [t] * n)

        found = student.run("scores", **model, **batch)

        check_scores(in_dtype(found, torch.float32), model, **batch)


def check_rows(student, model, batch):
    """Check the scores of a batch, and of each of its rows alone."""
    found = student.run("rows_alone", **model, **batch)

    way, ends = check_scores(found["scores"], model, **batch), batch["lengths"].tolist()
    assert len(found["alone"]) == len(ends)
    for row, (alone, end) in enumerate(zip(found["alone"], ends, strict=True)):
        expected = way(batch["x"][row : row + 1, :end], torch.tensor([end]))
        same(alone, expected, f"scores (row {row} alone, unpadded)", axes="1 C", atol=ATOL[batch["x"].dtype])


@pytest.mark.task("SequenceClassifier", weight=5)
def test_each_row_is_scored_by_its_last_valid_step(student, rng):
    for steps, lengths in (SQUARE, *RAGGED):
        model, batch = model_of(student, rng, "GRU"), batch_of(rng, steps, lengths)

        check_scores(student.run("scores", **model, **batch), model, **batch)


@pytest.mark.task("SequenceClassifier", weight=2)
def test_rnn_and_lstm_score_each_row_by_its_last_valid_step(student, rng):
    for cell, (steps, lengths) in itertools.product(("RNN", "LSTM"), (*RAGGED, SQUARE)):
        model, batch = model_of(student, rng, cell), batch_of(rng, steps, lengths)

        check_scores(student.run("scores", **model, **batch), model, **batch)


@pytest.mark.task("SequenceClassifier", weight=1)
def test_one_row_and_one_step_are_a_batch_too(student, rng):
    for cell, batch in zip(("GRU", "GRU", "LSTM", "RNN"), ((6, [4]), (1, [1, 1, 1]), *RAGGED), strict=True):
        check_rows(student, model_of(student, rng, cell), batch_of(rng, *batch))


@pytest.mark.task("SequenceClassifier", weight=2)
def test_what_stands_in_the_padding_changes_no_score(student, rng):
    for cell, batch in zip(("GRU", "LSTM", "RNN"), (RAGGED[0], RAGGED[0], SQUARE), strict=True):
        model, batch = model_of(student, rng, cell), batch_of(rng, *batch)

        found = student.run("with_padding", **model, **batch)

        expected = check_scores(found["scores"], model, **batch)(**batch)
        for value in ("0", "9", "1e+06"):
            same(found[value], expected, f"scores ({value} in the padding)", axes="N C", atol=1e-5)


def check_blindness(gradient, lengths):
    """Check that x counts at every valid step, and nowhere else."""
    is_padding = torch.arange(gradient.shape[1]) >= lengths[:, None]
    assert bool((gradient != 0).any()), "The scores have no gradient with respect to x: where is the graph cut?"
    assert bool((gradient[is_padding] == 0).all()), "The scores have a gradient with respect to padding."
    for step in range(gradient.shape[1]):
        assert bool((gradient[:, step] != 0).any()), f"No score depends on step {step} of x: is the whole row read?"


def slopes_of(model, found, x, lengths):
    """Differentiate the sum of squared scores as the grader computes them, with respect to x and to all weights."""
    x, weights = x.clone().requires_grad_(), [w.clone().requires_grad_() for w in model["weights"]]
    leaves = {**model, "weights": weights}
    way = reading_of(found["scores"], leaves, x, lengths)
    return torch.autograd.grad(way(x, lengths).square().sum(), [x, *weights], materialize_grads=True)


def check_slopes(student, model, batch):
    """Check the gradients with respect to x and to every parameter."""
    found = student.run("slopes", **model, **batch)

    assert not found["cut"], "The scores carry no graph."
    assert not found["frozen"], "A parameter does not want gradients."
    expected = slopes_of(model, found, **batch)
    assert len(found["slopes"]) == len(expected)
    check_blindness(found["slopes"][0], batch["lengths"])
    same(found["slopes"][0], expected[0], "the gradient with respect to x", axes="N T D", atol=1e-4)
    for mine, theirs in zip(found["slopes"][1:], expected[1:], strict=True):
        shape = tuple(theirs.shape)
        same(mine, theirs, f"the gradient with respect to the parameter of shape {shape}", atol=1e-4)


@pytest.mark.task("SequenceClassifier", core=True, weight=2)
def test_every_weight_learns_from_the_scores(student, rng):
    check_slopes(student, model_of(student, rng, "GRU"), batch_of(rng, 7, [7, 7, 7]))


@pytest.mark.task("SequenceClassifier", weight=2)
def test_gradients_reach_every_valid_step_and_no_padding(student, rng):
    for cell, batch in zip(("GRU", "LSTM", "RNN"), (RAGGED[0], RAGGED[0], SQUARE), strict=True):
        check_slopes(student, model_of(student, rng, cell), batch_of(rng, *batch))


@pytest.mark.task("SequenceClassifier", weight=1)
def test_a_call_leaves_nothing_behind(student, rng):
    for cell in ("GRU", "LSTM"):
        model, batch = model_of(student, rng, cell), batch_of(rng, *RAGGED[0])

        found = student.run("traces", **model, **batch)

        expected = check_scores(found["first"], model, **batch)(**batch)
        same(found["second"], expected, "scores (second call)", axes="N C")
        same(found["evaluated"], expected, "scores (in eval mode)", axes="N C")
        assert found["x"] and found["lengths"], "x or lengths was changed; make new tensors."
        assert found["weights"], "The call has changed a parameter."
        assert found["grads_on"], "Gradients are off after the call."


@pytest.mark.task("SequenceClassifier", weight=1)
def test_states_have_the_dtype_and_the_device_of_x(student, rng):
    for cell in ("GRU", "LSTM", "RNN"):
        model = model_of(student, rng, cell, dtype=torch.float64)
        batch = batch_of(rng, *RAGGED[0], dtype=torch.float64)
        check_scores(student.run("scores", **model, **batch), model, **batch)
    for cell in ("GRU", "LSTM"):
        model, batch = model_of(student, rng, cell), batch_of(rng, *RAGGED[0])
        assert not student.run("elsewhere", **model, **batch), "A state is made on the wrong device: take that of x."


@pytest.mark.task("SequenceClassifier", weight=1)
def test_sizes_by_default_and_by_name_are_those_of_the_signature(student):
    asked = [{}, {"num_classes": 5, "cell": "LSTM"}, {"input_size": 4, "cell": "RNN"}, {"hidden_size": 7}]
    default = {"input_size": 1, "hidden_size": 16, "num_classes": 2, "cell": "GRU"}

    for given in asked:
        shapes = student.run("sizes_of", given=given)

        *sizes, cell = {**default, **given}.values()
        check_count([shape for found in shapes.values() for shape in found], cell, sizes)


@pytest.mark.task("SequenceClassifier", weight=1)
def test_an_unknown_cell_raises(student):
    for cell in ("Transformer", "gru", ""):
        must_raise("ValueError", student.run, "refuse", cell=cell)


def sums(rng, *shape, longest=10):
    """Draw sequences of 3 to 10 numbers, padded with zeros, and whether each one's sum is above 0."""
    lengths = torch.randint(3, longest + 1, shape, generator=rng)
    x = normal(*shape, longest, rng=rng) * (torch.arange(longest) < lengths.unsqueeze(-1))
    return x.unsqueeze(-1), lengths, (x.sum(-1) > 0).long()


@pytest.mark.task("SequenceClassifier", weight=2)
def test_a_training_learns_to_tell_sums_above_zero(student, rng, calibrated):
    batches, rates = list(zip(*sums(rng, 40, 40), strict=True)), [0.05 * (1 - step / 40) for step in range(40)]
    x, lengths, y = sums(rng, 500)
    made = {"counts": counts_of("GRU", (1, 16, 2)), "seed": int(torch.randint(1 << 31, (), generator=rng))}

    weights = []
    for part in (slice(0, 10), slice(10, 20), slice(20, 30), slice(30, 40)):  # a call must not take too long
        found = student.run("trained", batches=batches[part], rates=rates[part], weights=weights, **made)
        check_count([shape for many in found["shapes"].values() for shape in many], "GRU", (1, 16, 2))
        weights = found["weights"]
    scores = student.run("scores_of_trained", x=x, lengths=lengths, weights=weights, **made)

    fits = isinstance(scores, torch.Tensor) and tuple(scores.shape) == (500, 2) and bool(scores.isfinite().all())
    assert fits, "scores should have shape (N, C) = (500, 2), and be finite numbers."
    wrong = scores.argmax(dim=1) != y
    calibrated("sum above zero", wrong.double().mean().item(), what="error rate on new sequences")


def marked(rng, n, c, right, shift=0.0):
    """Draw scores, the largest of each row clearly so, and classes, of which a given number are right."""
    logits = normal(n, c, rng=rng) + shift
    y = logits.argmax(dim=1)
    logits[torch.arange(n), y] += 0.1
    missed = torch.randperm(n, generator=rng)[right:]
    y[missed] = (y[missed] + torch.randint(1, c, (n - right,), generator=rng)) % c
    return logits, y


@pytest.mark.task("accuracy", core=True, weight=4)
def test_the_largest_score_of_each_row_is_the_answer(student, rng):
    cases = [(7, 3, 5, 0), (40, 6, 31, 0), (6, 6, 5, 0), (9, 9, 7, 0), (41, 2, 30, 0), (300, 4, 280, 0)]
    cases += [(40, 4, 33, -4), (40, 4, 33, 4), (50, 2, 41, -4), (50, 2, 41, 4)]  # all on one side of any limit
    check_shares(student, rng, cases)


@pytest.mark.task("accuracy", weight=1)
def test_one_example_none_right_and_all_right(student, rng):
    check_shares(student, rng, [(1, 3, 1, 0), (1, 2, 0, 0), (5, 4, 0, 0), (8, 3, 8, 0)])


@pytest.mark.task("accuracy", weight=1)
def test_scores_may_have_double_precision(student, rng):
    check_shares(student, rng, [(9, 5, 7, 0)], torch.float64)


def check_shares(student, rng, cases, dtype=torch.float32):
    drawn = [marked(rng, *case) for case in cases]
    found = [student.accuracy(logits.to(dtype), y) for logits, y in drawn]

    for one, (n, c, right, _) in zip(found, cases, strict=True):
        number(one, right / n, f"the accuracy of {n} examples and {c} classes", tol=DIGITS)


@pytest.mark.task("accuracy", weight=1)
def test_scores_may_carry_a_graph(student, rng):
    logits, y = marked(rng, 12, 3, 7)

    found = student.run("carried", logits=logits, y=y)

    number(found["accuracy"], 7 / 12, "the accuracy of scores that carry a graph", tol=DIGITS)
    assert found["grads_on"], "Gradients are off after the call."


@pytest.mark.task("accuracy", weight=1)
def test_scores_and_classes_stay_as_they_are(student, rng):
    for n, c in ((6, 4), (5, 5), (1, 2)):
        logits, y = marked(rng, n, c, 1)
        equal(student.effects("accuracy", logits, y)["changed"], [], "The list of changed arguments")
