"""Public tests of the LSTM lesson: a number by hand, torch's own layer as the oracle, then laws and edges."""

import math

import pytest
import torch

from autograder.testing import (
    check_device,
    check_loop,
    check_untouched,
    layer_weights,
    normal,
    same,
    same_gradients,
    several,
    shaped,
    torch_layer,
)

NAMES = ("h", "c", "w_ih", "w_hh", "b_ih", "b_hh")
LOOP_PAIR = "lstm_forward should return output and the last (h, c)."


def lstm_inputs(n, t, d, h, seed, dtype=torch.float32):
    rng = torch.Generator().manual_seed(seed)
    x, *state = (normal(*shape, rng=rng, dtype=dtype) for shape in ((n, t, d), (n, h), (n, h)))
    return x, tuple(state), layer_weights(d, h, rng, dtype, gates=4)


def by_torch(x, state, weights):
    """Run torch's own layer; return output, h_n and c_n."""
    output, (h_n, c_n) = torch_layer("LSTM", weights)(x, tuple(part.unsqueeze(0) for part in state))
    return output.detach(), h_n[0].detach(), c_n[0].detach()


def pair_of(found, function):
    return several(found, 2, f"{function} should return a pair.")


@pytest.mark.task("lstm_cell", core=True)
def test_one_number_by_hand(student):
    zeros = torch.zeros(4, 1)
    bias = torch.tensor([0.0, 50.0, 0.5, -0.4])

    found = student.lstm_cell(
        torch.ones(1, 1), (torch.zeros(1, 1), torch.full((1, 1), 2.0)), zeros, zeros, bias, torch.zeros(4)
    )

    # i = sigmoid(0) = 0.5, f = 1, g = tanh(0.5), o = sigmoid(-0.4)
    h, c = pair_of(found, "lstm_cell")
    memory = 2 + 0.5 * math.tanh(0.5)
    same(c, torch.tensor([[memory]]), "c", axes="N H", show=True)
    same(h, torch.tensor([[math.tanh(memory) / (1 + math.exp(0.4))]]), "h", axes="N H", show=True)


def check_cell(student, x, state, weights):
    """Compare h and c with those of torch's own layer."""
    found = pair_of(student.lstm_cell(x[:, 0], state, *weights), "lstm_cell")

    _, h, c = by_torch(x, state, weights)
    same(found[0], h, "h", axes="N H", show=True)
    same(found[1], c, "c", axes="N H", show=True)


@pytest.mark.task("lstm_cell", core=True)
def test_the_cell_agrees_with_torch(student):
    x, (h, c), weights = lstm_inputs(3, 1, 4, 5, seed=1)

    check_cell(student, x, (h, c), weights)
    check_cell(student, 10 * x, (h, 4 * c), weights)  # large numbers: the gates are nearly open or shut


@pytest.mark.task("lstm_cell")
def test_gradients_reach_every_argument_of_the_cell(student):
    x, state, weights = lstm_inputs(3, 1, 4, 5, seed=2, dtype=torch.float64)
    cotangents = (torch.ones(3, 5, dtype=torch.float64), torch.full((3, 5), 2.0, dtype=torch.float64))

    found = student.gradients("lstm_cell", x[:, 0], state, *weights, cotangents=cotangents)

    def cell(x_t, h, c, *weights):
        return torch.lstm_cell(x_t, (h, c), *weights)

    results, expected = torch.autograd.functional.vjp(cell, (x[:, 0], *state, *weights), cotangents)
    same_gradients(found, (results, expected), ("x_t", *NAMES))


@pytest.mark.task("lstm_cell")
def test_one_example_in_float64_and_one_unit_in_float32(student):
    check_cell(student, *lstm_inputs(1, 1, 3, 4, seed=3, dtype=torch.float64))
    check_cell(student, *lstm_inputs(2, 1, 3, 1, seed=4, dtype=torch.float32))


@pytest.mark.task("lstm_cell")
def test_the_cell_leaves_its_arguments_alone_wherever_they_are(student):
    x, state, weights = lstm_inputs(3, 1, 4, 5, seed=5)
    case = (x[:, 0], state, *weights)

    check_untouched(student, "lstm_cell", [case], shared="h or c shares memory with an argument; make new tensors.")
    check_device(student, "lstm_cell", case)


def check_runs(student, cases):
    """Compare output, h_n and c_n with those of torch's own layer."""
    for x, state, weights in cases:
        output, last = several(student.lstm_forward(x, state, *weights), 2, LOOP_PAIR)

        expected, h_n, c_n = by_torch(x, state, weights)
        same(output, expected, "output", axes="N T H", show=True)
        mine = pair_of(last, "lstm_forward, as its second result,")
        same(mine[0], h_n, "h_n", axes="N H", show=True)
        same(mine[1], c_n, "c_n", axes="N H", show=True)


@pytest.mark.task("lstm_forward", core=True)
def test_the_loop_agrees_with_torch(student):
    check_runs(student, [lstm_inputs(3, 7, 4, 5, seed=6)])


@pytest.mark.task("lstm_forward")
def test_gradients_reach_every_argument_of_the_loop(student):
    x, state, weights = lstm_inputs(2, 30, 3, 4, seed=7, dtype=torch.float64)
    cotangents = [torch.ones(*shape, dtype=torch.float64) for shape in ((2, 30, 4), (2, 4), (2, 4))]

    found = student.gradients("lstm_forward", x, state, *weights, cotangents=cotangents)

    lstm = torch_layer("LSTM", weights)
    leaves = [part.clone().requires_grad_() for part in (x, *state)]
    output, (h_n, c_n) = lstm(leaves[0], (leaves[1].unsqueeze(0), leaves[2].unsqueeze(0)))
    results = [output, h_n[0], c_n[0]]
    expected = torch.autograd.grad(results, [*leaves, *lstm.parameters()], cotangents)
    same_gradients(found, (results, expected), ("x", *NAMES), says=LOOP_PAIR)


@pytest.mark.task("lstm_forward")
def test_rows_futures_and_earlier_calls_do_not_matter(student):
    x, state, weights = lstm_inputs(3, 6, 4, 5, seed=8)

    def run(x, state):
        output, last = several(student.lstm_forward(x, state, *weights), 2, LOOP_PAIR)
        shaped(output, (*x.shape[:2], 5), "output", axes="N T H")
        return output, pair_of(last, "lstm_forward, as its second result,")

    def same_end(actual, expected):
        for mine, theirs, name in zip(actual, expected, ("h_n", "c_n"), strict=True):
            same(mine, theirs, f"{name} of two halves", axes="N H", show=True)

    check_loop(run, x, state, same_end)


@pytest.mark.task("lstm_forward")
def test_one_example_one_step_and_one_unit_in_float64(student):
    sizes = [(1, 6, 3, 2), (4, 1, 3, 5), (2, 9, 1, 1)]
    check_runs(student, [lstm_inputs(*size, seed=9, dtype=torch.float64) for size in sizes])


@pytest.mark.task("lstm_forward")
def test_the_loop_leaves_its_arguments_alone_wherever_they_are(student):
    x, state, weights = lstm_inputs(3, 4, 4, 5, seed=10)

    check_untouched(student, "lstm_forward", [(x, state, *weights)])
    check_device(student, "lstm_forward", (x, state, *weights))
