"""Public tests of the padding lesson: numbers by hand, torch where nothing is padded, other padding, and edges."""

import pytest
import torch
from torch.nn.utils.rnn import pad_sequence

from autograder.testing import check_device, check_untouched, same, same_gradients

ADDING = {"kind": "RNN", "sizes": (1, 1, 1), "nonlinearity": "relu"}
# One row with padding, one step, and no padding: lengths, and steps in the batch.
EDGES = [([4], 6), ([1, 1, 1], 1), ([4, 4, 4], 4)]
WRONG_DEVICE = "A tensor is made on the wrong device: take the device of the arguments."


def rows_of(lengths, size, seed, dtype=torch.float32):
    """Draw rows of some lengths, not yet a batch."""
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(length, size, generator=generator, dtype=dtype) for length in lengths]


def batch_of(rows, t):
    """Make a batch of t steps from rows; the padding is 9."""
    return torch.stack([torch.nn.functional.pad(row, (0, 0, 0, t - len(row)), value=9.0) for row in rows])


def weights_of(kind, d, h, layers, seed, dtype=torch.float32):
    torch.manual_seed(seed)
    rnn = getattr(torch.nn, kind)(d, h, layers, batch_first=True, dtype=dtype)
    return rnn, [parameter.detach().clone() for parameter in rnn.parameters()]


def alone(rnn, rows):
    """Run torch's own layer on one row after the other; return the last states."""
    return torch.stack([rnn(row)[0][-1].detach() for row in rows])


@pytest.mark.task("last_output", core=True)
def test_two_rows_by_hand(student):
    output = torch.tensor([[[1.0, 2.0], [3.0, 4.0], [9.0, 9.0]], [[5.0, 6.0], [9.0, 9.0], [9.0, 9.0]]])

    found = student.last_output(output, torch.tensor([2, 1]))

    same(found, torch.tensor([[3.0, 4.0], [5.0, 6.0]]), "the result", axes="N H", show=True)


@pytest.mark.task("last_output", core=True)
def test_states_that_say_their_row_and_how_many_steps_they_have_seen(student):
    lengths = torch.tensor([3, 6, 1, 4, 3])
    row, seen = 100.0 * torch.arange(5), torch.arange(1.0, 8.0)
    output = torch.stack([row[:, None] + seen, row[:, None] - seen], dim=2)  # (5, 7, 2)

    found = student.last_output(output, lengths)

    expected = torch.stack([row + lengths, row - lengths], dim=1)
    same(found, expected, "the result (100 n + steps seen, and 100 n - steps seen)", axes="N H", show=True)


@pytest.mark.task("last_output")
def test_other_padding_gives_the_same_output(student):
    rows, lengths = rows_of([4, 2, 5, 1], 3, seed=1), torch.tensor([4, 2, 5, 1])

    for value in (0.0, 1e6):
        found = student.last_output(pad_sequence(rows, True, value), lengths)

        expected = torch.stack([row[-1] for row in rows])
        same(found, expected, f"the result with padding {value:g}", axes="N H", show=True)


@pytest.mark.task("last_output")
def test_gradients_reach_the_last_steps_alone(student):
    output, lengths = torch.randn(3, 5, 2, generator=torch.Generator().manual_seed(2)), torch.tensor([4, 1, 5])

    found = student.gradients("last_output", output, lengths, cotangents=[torch.ones(3, 2)])

    last = torch.zeros(3, 5, 2)
    last[0, 3] = last[1, 0] = last[2, 4] = 1
    results = torch.stack([output[0, 3], output[1, 0], output[2, 4]])
    same_gradients(found, ([results], [last]), ["output"], says="One tensor should be returned.")


@pytest.mark.task("last_output")
@pytest.mark.parametrize(("lengths", "t"), EDGES, ids=["one row", "one step", "no padding"])
def test_edges_in_float64(student, lengths, t):
    rows = rows_of(lengths, 3, seed=3, dtype=torch.float64)

    found = student.last_output(batch_of(rows, t), torch.tensor(lengths))

    same(found, torch.stack([row[-1] for row in rows]), "the result", axes="N H", show=True)


@pytest.mark.task("last_output")
def test_the_arguments_stay_as_they_are_wherever_they_are(student):
    output = torch.randn(2, 4, 3, generator=torch.Generator().manual_seed(4))
    cases = [(output, torch.tensor(lengths)) for lengths in ([3, 2], [4, 4])]

    says = "The result shares memory with an argument; make a new tensor."
    check_untouched(student, "last_output", cases, shared=says)
    check_device(student, "last_output", cases[0], WRONG_DEVICE)


@pytest.mark.task("encode", core=True)
def test_a_layer_that_adds_what_it_reads(student):
    one, zero = torch.ones(1, 1), torch.zeros(1)
    x = torch.tensor([[1.0, 2.0, 9.0, 9.0], [1.0, 1.0, 1.0, 1.0], [7.0, 9.0, 9.0, 9.0]]).unsqueeze(2)

    found = student.run("encoded", **ADDING, weights=[one, one, zero, zero], x=x, lengths=torch.tensor([2, 4, 1]))

    # The weights are 1, the biases 0 and the inputs positive: the state is the sum of what was read.
    same(found, torch.tensor([[3.0], [4.0], [7.0]]), "the encoding", axes="N H", show=True)


@pytest.mark.task("encode", core=True)
@pytest.mark.parametrize("kind", ["GRU", "RNN"])
def test_a_row_of_the_batch_is_encoded_as_if_it_were_alone(student, kind):
    rnn, weights = weights_of(kind, 2, 4, 1, seed=2)
    rows, lengths = rows_of([3, 5, 1, 4], 2, seed=3), torch.tensor([3, 5, 1, 4])

    found = student.run(
        "encoded", kind=kind, sizes=(2, 4, 1), weights=weights, x=pad_sequence(rows, True, 9.0), lengths=lengths
    )

    same(found, alone(rnn, rows), "the encoding", axes="N H", show=True)


@pytest.mark.task("encode")
def test_other_padding_gives_the_same_states(student):
    rnn, weights = weights_of("GRU", 2, 3, 1, seed=4)
    rows, lengths = rows_of([2, 5, 3], 2, seed=5), torch.tensor([2, 5, 3])
    made = {"kind": "GRU", "sizes": (2, 3, 1), "weights": weights, "lengths": lengths}

    for value in (0.0, 1e6):
        found = student.run("encoded", **made, x=pad_sequence(rows, True, value))

        same(found, alone(rnn, rows), f"the encoding with padding {value:g}", axes="N H", show=True)


@pytest.mark.task("encode")
def test_of_two_layers_it_is_the_upper_one(student):
    rnn, weights = weights_of("GRU", 2, 3, 2, seed=6)
    x, lengths = torch.stack(rows_of([4, 4, 4], 2, seed=7)), torch.tensor([4, 4, 4])

    found = student.run("encoded", kind="GRU", sizes=(2, 3, 2), weights=weights, x=x, lengths=lengths)

    # Without padding every row ends in the last column of the layer's output.
    same(found, rnn(x)[0][:, -1].detach(), "the encoding", axes="N H", show=True)


@pytest.mark.task("encode")
@pytest.mark.parametrize("kind", ["GRU", "RNN"])
def test_gradients_reach_every_weight_and_no_padding(student, kind):
    rnn, weights = weights_of(kind, 2, 3, 1, seed=8)
    rows, lengths = rows_of([3, 12, 1], 2, seed=9), torch.tensor([3, 12, 1])
    x, cotangent = pad_sequence(rows, True, 9.0), torch.ones(3, 3)

    found = student.run(
        "slopes", kind=kind, sizes=(2, 3, 1), weights=weights, x=x, lengths=lengths, cotangent=cotangent
    )

    x.requires_grad_()
    states = torch.stack([rnn(row[:length])[0][-1] for row, length in zip(x, lengths, strict=True)])
    expected = torch.autograd.grad(states, [x, *rnn.parameters()], cotangent)
    names = ("x", "weight_ih", "weight_hh", "bias_ih", "bias_hh")
    same_gradients(([found["states"]], found["gradients"]), ([states], expected), names, atol=1e-4)


@pytest.mark.task("encode")
@pytest.mark.parametrize("training", [True, False], ids=["training", "eval"])
def test_the_layer_and_the_arguments_stay_as_they_are(student, training):
    rnn, weights = weights_of("GRU", 2, 3, 1, seed=10)
    rows = rows_of([2, 4], 2, seed=11)
    case = {"weights": weights, "x": batch_of(rows, 4), "lengths": torch.tensor([2, 4])}

    found = student.run("traces", kind="GRU", sizes=(2, 3, 1), **case, training=training)

    names = ("x", "lengths", "weights", "gradients", "wishes", "mode", "batch_first", "grads_on")
    changed = [name for name in names if not found[name]]
    assert not changed, f"These are not as they were: {', '.join(changed)}."
    same(found["again"], alone(rnn, rows), "the encoding of a second call", axes="N H", show=True)


@pytest.mark.task("encode")
@pytest.mark.parametrize(("lengths", "t"), EDGES, ids=["one row", "one step", "no padding"])
def test_edges_are_encoded_in_float64(student, lengths, t):
    rnn, weights = weights_of("GRU", 2, 4, 1, seed=12, dtype=torch.float64)
    rows = rows_of(lengths, 2, seed=13, dtype=torch.float64)
    case = {"weights": weights, "x": batch_of(rows, t), "lengths": torch.tensor(lengths)}

    found = student.run("encoded", kind="GRU", sizes=(2, 4, 1), **case)

    same(found, alone(rnn, rows), "the encoding", axes="N H", show=True)


@pytest.mark.task("masked_mse", core=True)
def test_three_errors_by_hand(student):
    pred = torch.tensor([[1.0, 0.0, 9.0], [4.0, 9.0, 9.0]])
    target = torch.tensor([[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])

    found = student.masked_mse(pred, target, torch.tensor([2, 1]))

    same(found, torch.tensor((1.0 + 0.0 + 16.0) / 3), "the loss", show=True)


@pytest.mark.task("masked_mse", core=True)
def test_without_padding_it_is_the_mean_squared_error(student):
    pred, target = rows_of([5, 5], 7, seed=8)

    found = student.masked_mse(pred, target, torch.full((5,), 7))

    same(found, torch.nn.functional.mse_loss(pred, target), "the loss", show=True)


@pytest.mark.task("masked_mse")
def test_other_padding_and_more_of_it_give_the_same_loss(student):
    rows, lengths = rows_of([3, 1, 5], 2, seed=14), torch.tensor([3, 1, 5])
    zeros, large = (pad_sequence(rows, True, value) for value in (0.0, 1e6))
    longer = torch.cat([zeros, torch.zeros(3, 4, 2)], dim=1)

    padded = {"0": zeros, "1e6": large, "0, four more steps of it": longer}
    losses = [student.masked_mse(both[..., 0].contiguous(), -both[..., 1], lengths) for both in padded.values()]

    valid = torch.cat(rows)
    expected = torch.nn.functional.mse_loss(valid[:, 0], -valid[:, 1])
    for loss, padding in zip(losses, padded, strict=True):
        same(loss, expected, f"the loss with padding {padding}", show=True)


@pytest.mark.task("masked_mse")
def test_padding_has_no_gradient(student):
    pred, target = torch.ones(2, 3), torch.zeros(2, 3)
    cotangents = [torch.ones(())]

    _, gradients = student.gradients("masked_mse", pred, target, torch.tensor([1, 3]), cotangents=cotangents)

    assert len(gradients) == 2, "The loss should have shape ()."
    expected = torch.tensor([[0.5, 0.0, 0.0], [0.5, 0.5, 0.5]])
    same(gradients[0], expected, "the gradient with respect to pred", axes="N T", show=True)


@pytest.mark.task("masked_mse")
@pytest.mark.parametrize(("lengths", "t"), EDGES, ids=["one row", "one step", "no padding"])
def test_edges_have_a_loss_in_float64(student, lengths, t):
    rows = rows_of(lengths, 2, seed=15, dtype=torch.float64)
    pred, target = (part.contiguous() for part in batch_of(rows, t).unbind(2))

    found = student.masked_mse(pred, target, torch.tensor(lengths))

    expected = torch.nn.functional.mse_loss(*torch.cat(rows).unbind(1))
    same(found, expected, "the loss", atol=1e-5, show=True)


@pytest.mark.task("masked_mse")
def test_the_loss_leaves_its_arguments_alone_wherever_they_are(student):
    pred, target = torch.ones(2, 4), torch.zeros(2, 4)
    case = (pred, target, torch.tensor([3, 2]))

    check_untouched(student, "masked_mse", [case], shared="The loss shares memory with an argument; make a new tensor.")
    check_device(student, "masked_mse", case, WRONG_DEVICE)


# What runs beside your code in these tests.

import torch
from torch import nn
LAYERS = {"RNN": nn.RNN, "GRU": nn.GRU}


def network(kind, sizes, weights, nonlinearity="tanh"):
    """Build a layer of torch's with known weights, in their dtype."""
    input_size, hidden_size, num_layers = sizes
    given = {"nonlinearity": nonlinearity} if kind == "RNN" else {}
    rnn = LAYERS[kind](input_size, hidden_size, num_layers, batch_first=True, dtype=weights[0].dtype, **given)
    with torch.no_grad():
        for parameter, value in zip(rnn.parameters(), weights, strict=True):
            parameter.copy_(value)
    return rnn


def encoded(lesson, x, lengths, **made):
    """Encode a batch with a known layer."""
    return lesson.encode(network(**made), x, lengths)


def slopes(lesson, x, lengths, cotangent, **made):
    """Encode a batch; differentiate sum(states * cotangent) with respect to x and to every parameter."""
    rnn, x = network(**made), x.clone().requires_grad_()
    states = lesson.encode(rnn, x, lengths)
    if not isinstance(states, torch.Tensor) or states.shape != cotangent.shape:
        return {"states": states, "gradients": []}
    leaves = [x, *rnn.parameters()]
    found = [None] * len(leaves)
    if states.requires_grad:
        found = torch.autograd.grad((states * cotangent).sum(), leaves, allow_unused=True)
    gradients = [torch.zeros_like(leaf) if g is None else g for g, leaf in zip(found, leaves, strict=True)]
    return {"states": states, "gradients": gradients}


def traces(lesson, x, lengths, training, **made):
    """Encode in the middle of a training, twice; say what is not as it was."""
    rnn = network(**made).train(training)
    parameters = list(rnn.parameters())
    for parameter in parameters[::2]:
        parameter.grad = torch.ones_like(parameter)
    values = [tensor.detach().clone() for tensor in (x, lengths, *parameters)]
    first = lesson.encode(rnn, x, lengths)
    kept = [torch.equal(a, b) for a, b in zip(values, (x, lengths, *parameters), strict=True)]
    grads = [parameter.grad for parameter in parameters]
    return {
        "first": first,
        "x": kept[0] and not x.requires_grad,
        "lengths": kept[1],
        "weights": all(kept[2:]),
        "gradients": all(g is not None and bool((g == 1).all()) for g in grads[::2])
        and all(g is None for g in grads[1::2]),
        "wishes": all(parameter.requires_grad for parameter in parameters),
        "mode": rnn.training is training,
        "batch_first": rnn.batch_first,
        "grads_on": torch.is_grad_enabled(),
        "again": lesson.encode(rnn, x, lengths),
    }
