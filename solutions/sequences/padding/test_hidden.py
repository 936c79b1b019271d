"""Hidden tests of the padding lesson: values, other padding and more of it, gradients, what must be left alone."""

import pytest
import torch

from autograder.testing import (
    check_device,
    check_gradients,
    check_untouched,
    in_dtype,
    layer_weights,
    normal,
    probed,
    same,
)

GATES = {"RNN": 1, "GRU": 3}
# A small number is often added to a denominator against division by zero, and is right here: five digits are compared.
DIGITS = 1e-5
WRONG_DEVICE = "A tensor is made on the wrong device: take the device of the arguments."


def lengths_of(n, longest, rng):
    """Draw n different lengths, 1 and the longest among them, in an order that sorting twice does not bring back."""
    while True:
        between = 2 + torch.randperm(longest - 2, generator=rng)[: n - 2]
        lengths = torch.cat([torch.tensor([1, longest]), between])[torch.randperm(n, generator=rng)]
        orders = lengths.argsort(), lengths.argsort(descending=True)
        if not any(torch.equal(order[order], torch.arange(n)) for order in orders):
            return lengths


def batch(sizes, rng, dtype=torch.float64):
    """Draw a batch (n, t, size) whose padding is as random as the rest, and its lengths.

    Args:
        sizes: n, t, size, and the length of the longest row or all lengths.
    """
    n, t, size, lengths = sizes
    if not isinstance(lengths, list):
        lengths = lengths_of(n, lengths, rng).tolist()
    return normal(n, t, size, rng=rng, dtype=dtype), torch.tensor(lengths)


def filled(x, lengths, value):
    """Fill the padding with a number."""
    x = x.clone()
    for row, length in zip(x, lengths.tolist(), strict=True):
        row[length:] = value
    return x


# Room behind the longest row first: who reads one step too far gets a number there, and not an error.
SIZES = [(5, 9, 4, 7), (6, 8, 3, 8), (5, 5, 5, 5), (4, 6, 2, [2, 5, 2, 3])]
# One row, one step, no padding, one number a step.
EDGES = [(1, 6, 2, [4]), (1, 1, 3, [1]), (3, 1, 2, [1, 1, 1]), (3, 4, 2, [4, 4, 4]), (4, 6, 1, [2, 5, 2, 3])]


@pytest.mark.task("last_output", core=True, weight=4)
def test_every_row_gives_the_output_of_its_own_last_step(student, reference, rng):
    for sizes in SIZES:
        case = batch(sizes, rng, torch.float32)
        expected = reference.last_output(*case)

        found = student.last_output(*case)

        same(in_dtype(found, torch.float32), expected, "the result", axes="N H")


@pytest.mark.task("last_output", weight=1)
def test_one_row_one_step_and_double_precision(student, reference, rng):
    for case in [batch(sizes, rng, torch.float32) for sizes in EDGES] + [batch((5, 7, 3, 7), rng)]:
        expected = reference.last_output(*case)

        same(student.last_output(*case), expected, "the result", axes="N H")


@pytest.mark.task("last_output", weight=3)
def test_padding_may_hold_any_number(student, reference, rng):
    output, lengths = batch((5, 8, 4, 7), rng, torch.float32)

    expected = reference.last_output(output, lengths)
    for value in (0.0, 9.0, 1e6):
        actual = student.last_output(filled(output, lengths, value), lengths)

        same(in_dtype(actual, torch.float32), expected, f"the result with padding {value:g}", axes="N H")


@pytest.mark.task("last_output", weight=2)
def test_gradients_reach_the_last_steps_alone(student, reference, rng):
    output, lengths = batch((5, 8, 4, 7), rng, torch.float32)
    cotangents = [normal(5, 4, rng=rng, dtype=torch.float32)]

    how = {"names": ["output"], "cotangents": cotangents, "says": "One tensor should be returned."}
    check_gradients(student, reference, "last_output", (output, lengths), **how)


@pytest.mark.task("last_output", weight=1)
def test_output_and_lengths_stay_as_they_are_wherever_they_are(student, rng):
    cases = [batch(sizes, rng) for sizes in (SIZES[0], *EDGES[:2], EDGES[3])]

    check_untouched(
        student, "last_output", cases, shared="The result shares memory with an argument; make a new tensor."
    )
    check_device(student, "last_output", cases[0], WRONG_DEVICE)


def encode_case(kind, sizes, h, rng, layers=1, dtype=torch.float64):
    """Draw a batch, and weights as a default-initialised layer has them: uniform within 1 / sqrt(H)."""
    x, lengths = batch(sizes, rng, dtype)
    weights = []
    for layer in range(layers):
        weights += layer_weights(h if layer else x.shape[2], h, rng, dtype, GATES[kind])
    return {"kind": kind, "sizes": (x.shape[2], h, layers), "weights": weights, "x": x, "lengths": lengths}


@pytest.mark.task("encode", core=True, weight=4)
def test_every_row_is_encoded_as_if_it_were_alone(student, reference, rng):
    # As many rows as steps in the longest first: who mistakes the one for the other gets numbers, and not an error.
    cases = [encode_case("GRU", (5, 8, 3, 5), 4, rng, dtype=torch.float32)]
    cases += [encode_case(k, s, 6, rng, dtype=torch.float32) for k, s in zip(["GRU", "RNN"] * 2, SIZES, strict=True)]
    cases += [encode_case("RNN", (5, 5, 5, 5), 5, rng, dtype=torch.float32)]

    for mine, theirs in probed(student, reference, "encoded", cases):
        same(in_dtype(mine, torch.float32), theirs, "the encoding", axes="N H")


@pytest.mark.task("encode", weight=1)
def test_one_row_one_step_one_unit_and_both_precisions(student, reference, rng):
    cases = [encode_case(k, s, 6, rng) for k, s in zip(["GRU", "RNN"] * 2, EDGES[:4], strict=True)]
    cases += [encode_case("GRU", (4, 5, 1, [3, 1, 5, 2]), 1, rng), encode_case("RNN", (5, 8, 3, 7), 4, rng)]
    cases.append(encode_case("GRU", (5, 8, 3, 7), 4, rng, dtype=torch.float32))

    for mine, theirs in probed(student, reference, "encoded", cases):
        same(mine, theirs, "the encoding", axes="N H")


@pytest.mark.task("encode", weight=3)
def test_other_padding_more_of_it_or_none_gives_the_same_states(student, reference, rng):
    for kind in ("GRU", "RNN"):
        case = encode_case(kind, (5, 8, 3, 7), 4, rng, dtype=torch.float32)
        x, lengths = case.pop("x"), case.pop("lengths")
        longer = torch.cat([x, normal(5, 3, 3, rng=rng, dtype=torch.float32)], dim=1)

        expected = reference.run("encoded", **case, x=x, lengths=lengths)
        fills = [student.run("encoded", **case, x=filled(x, lengths, v), lengths=lengths) for v in (0.0, 9.0, 1e6)]
        more = student.run("encoded", **case, x=longer, lengths=lengths)
        alone = student.run("encoded", **case, x=x[2:3, : lengths[2]], lengths=lengths[2:3])

        for value, found in zip(("0", "9", "1e6"), fills, strict=True):
            same(in_dtype(found, torch.float32), expected, f"the encoding with padding {value}", axes="N H")
        same(in_dtype(more, torch.float32), expected, "the encoding with three more steps of padding", axes="N H")
        same(
            in_dtype(alone, torch.float32), expected[2:3], "the encoding of one row alone, without padding,", axes="1 H"
        )


@pytest.mark.task("encode", weight=2)
def test_gradients_reach_every_weight_and_no_padding(student, reference, rng):
    made = [encode_case(kind, (5, 8, 3, 7), 4, rng, dtype=torch.float32) for kind in GATES]
    cases = [{**case, "cotangent": normal(5, 4, rng=rng, dtype=torch.float32)} for case in made]

    for mine, theirs in probed(student, reference, "slopes", cases):
        same(in_dtype(mine["states"], torch.float32), theirs["states"], "the encoding with gradients on", axes="N H")
        for found, wanted, name in zip(
            mine["gradients"], theirs["gradients"], ("x", "weight_ih", "weight_hh", "bias_ih", "bias_hh"), strict=True
        ):
            same(found, wanted, f"the gradient with respect to {name}", atol=1e-4)


@pytest.mark.task("encode", weight=1)
def test_of_several_layers_it_is_the_last_one(student, reference, rng):
    cases = [encode_case("GRU", (5, 8, 3, 7), 4, rng, layers=2, dtype=torch.float32)]
    cases.append(encode_case("RNN", (5, 5, 2, 5), 3, rng, layers=3, dtype=torch.float32))

    for mine, theirs in probed(student, reference, "encoded", cases):
        same(in_dtype(mine, torch.float32), theirs, "the encoding", axes="N H")


@pytest.mark.task("encode", weight=2)
def test_layer_and_arguments_stay_as_they_are(student, reference, rng):
    cases = [{**encode_case("GRU", (5, 8, 3, 7), 4, rng, dtype=torch.float32), "training": True}]
    cases.append({**encode_case("RNN", (5, 6, 3, 6), 4, rng, dtype=torch.float32), "training": False})

    for mine, theirs in probed(student, reference, "traces", cases):
        assert mine["x"], "x is not as it was; make a new tensor."
        assert mine["lengths"], "lengths is not as it was; make a new tensor."
        assert mine["weights"] and mine["wishes"], "The parameters of rnn are not as they were."
        assert mine["gradients"], "The .grad of the parameters is not as it was; leave it to whoever is using it."
        assert mine["mode"], "rnn was put into another mode; it is the caller's."
        assert mine["batch_first"], "rnn no longer has batch_first=True."
        assert mine["grads_on"], "Gradients are still off after the call."
        same(in_dtype(mine["first"], torch.float32), theirs["first"], "the encoding", axes="N H")
        same(in_dtype(mine["again"], torch.float32), theirs["again"], "the encoding of a second call", axes="N H")


def loss_case(sizes, rng, dtype=torch.float64):
    """Draw predictions and targets; some valid ones are 0, and a valid error is 0: they are not to pass for padding."""
    both, lengths = batch((sizes[0], sizes[1], 2, sizes[3]), rng, dtype)
    pred, target = both.unbind(dim=2)
    row = int(lengths.argmax())
    if lengths[row] > 3:
        target[row, 0] = 0.0
        pred[row, 1] = target[row, 1]
        pred[row, 2] = 0.0
    return pred.contiguous(), target.contiguous(), lengths


@pytest.mark.task("masked_mse", core=True, weight=4)
def test_the_loss_is_the_mean_over_the_valid_steps(student, reference, rng):
    for sizes in SIZES:
        case = loss_case(sizes, rng, torch.float32)
        expected = reference.masked_mse(*case)

        found = student.masked_mse(*case)

        same(in_dtype(found, torch.float32), expected, "the loss", atol=DIGITS)


@pytest.mark.task("masked_mse", weight=1)
def test_one_row_and_one_step_have_a_loss_and_double_precision_stays(student, reference, rng):
    for case in [loss_case(sizes, rng, torch.float32) for sizes in EDGES] + [loss_case((6, 7, 2, 7), rng)]:
        expected = reference.masked_mse(*case)

        same(student.masked_mse(*case), expected, "the loss", atol=DIGITS)


@pytest.mark.task("masked_mse", weight=3)
def test_other_padding_and_more_of_it_give_the_same_loss(student, reference, rng):
    pred, target, lengths = loss_case((5, 8, 2, 7), rng, torch.float32)
    fills = [(0.0, 0.0), (9.0, 0.0), (0.0, 9.0), (1e6, -1e6)]

    expected = reference.masked_mse(pred, target, lengths)
    for first, second in fills:
        actual = student.masked_mse(filled(pred, lengths, first), filled(target, lengths, second), lengths)
        what = f"the loss with padding {first:g} in pred and {second:g} in target"
        same(in_dtype(actual, torch.float32), expected, what, atol=DIGITS)
    longer = [torch.cat([one, normal(5, 3, rng=rng, dtype=torch.float32)], dim=1) for one in (pred, target)]
    found = in_dtype(student.masked_mse(*longer, lengths), torch.float32)
    same(found, expected, "the loss with three more steps of padding", atol=DIGITS)


@pytest.mark.task("masked_mse", core=True, weight=2)
def test_gradients_reach_valid_steps_alone(student, reference, rng):
    pred, target, lengths = loss_case((5, 8, 2, 7), rng, torch.float32)

    expected = reference.run("slope_of_loss", pred=pred, target=target, lengths=lengths)
    actual = student.run("slope_of_loss", pred=pred, target=target, lengths=lengths)

    # Who takes target for plain data may cut its graph; the gradient that trains a model is that of pred.
    same(in_dtype(actual["loss"], torch.float32), expected["loss"], "the loss with gradients on", atol=DIGITS)
    same(actual["slope"], expected["slope"], "the gradient with respect to pred", atol=DIGITS)


@pytest.mark.task("masked_mse", weight=1)
def test_the_loss_leaves_its_arguments_alone_wherever_they_are(student, rng):
    cases = [loss_case(sizes, rng) for sizes in (SIZES[0], EDGES[1])]

    check_untouched(student, "masked_mse", cases, shared="The loss shares memory with an argument; make a new tensor.")
    check_device(student, "masked_mse", cases[0], WRONG_DEVICE)
