"""Public tests of the GRU lesson: a number by hand, torch's own layer as the oracle, then laws and edges."""

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

NAMES = ("w_ih", "w_hh", "b_ih", "b_hh")
PAIR = "gru_forward should return a pair, output and h_n."


def gru_inputs(n, t, d, h, seed, dtype=torch.float32):
    rng = torch.Generator().manual_seed(seed)
    given = normal(n, t, d, rng=rng, dtype=dtype), normal(n, h, rng=rng, dtype=dtype)
    return *given, layer_weights(d, h, rng, dtype, gates=3)


def by_torch(x, h0, weights):
    """Run torch's own layer; return output and h_n."""
    output, h_n = torch_layer("GRU", weights)(x, h0.unsqueeze(0))
    return output.detach(), h_n[0].detach()


@pytest.mark.task("gru_cell", core=True)
def test_one_number_by_hand(student):
    w_ih, w_hh = torch.zeros(3, 1), torch.tensor([[0.0], [0.0], [0.5]])
    b_ih, b_hh = torch.tensor([0.0, math.log(3), 0.1]), torch.tensor([0.0, 0.0, 0.4])

    h_t = student.gru_cell(torch.ones(1, 1), torch.full((1, 1), 2.0), w_ih, w_hh, b_ih, b_hh)

    # r = sigmoid(0) = 0.5, z = sigmoid(log 3) = 0.75, and n = tanh(0.1 + 0.5 * (0.5 * 2 + 0.4)) = tanh(0.8)
    same(h_t, torch.tensor([[0.25 * math.tanh(0.8) + 0.75 * 2]]), "h_t", axes="N H", show=True)


@pytest.mark.task("gru_cell", core=True)
def test_the_cell_agrees_with_torch(student):
    x, h, weights = gru_inputs(3, 1, 4, 5, seed=1)
    # The second time with large numbers: the gates are nearly open or shut.
    for factor in (1, 10):
        actual = student.gru_cell(factor * x[:, 0], factor * h, *weights)

        same(actual, by_torch(factor * x, factor * h, weights)[1], "h_t", axes="N H", show=True)


@pytest.mark.task("gru_cell")
def test_gradients_reach_every_argument_of_the_cell(student):
    x, h, weights = gru_inputs(3, 1, 4, 5, seed=2, dtype=torch.float64)
    case, cotangent = (x[:, 0], h, *weights), torch.ones(3, 5, dtype=torch.float64)

    found = student.gradients("gru_cell", *case, cotangents=[cotangent])

    h_t, expected = torch.autograd.functional.vjp(torch.gru_cell, case, cotangent)
    same_gradients(found, ([h_t], expected), ("x_t", "h", *NAMES))


@pytest.mark.task("gru_cell")
def test_one_example_in_float64_and_one_unit_in_float32(student):
    for sizes, dtype in (((1, 1, 3, 4), torch.float64), ((2, 1, 3, 1), torch.float32)):
        x, h, weights = gru_inputs(*sizes, seed=3, dtype=dtype)

        h_t = student.gru_cell(x[:, 0], h, *weights)

        same(h_t, by_torch(x, h, weights)[1], "h_t", axes="N H", show=True)


@pytest.mark.task("gru_cell")
def test_the_cell_leaves_its_arguments_alone_wherever_they_are(student):
    x, h, weights = gru_inputs(3, 1, 4, 5, seed=4)
    case = (x[:, 0], h, *weights)

    check_untouched(student, "gru_cell", [case], shared="h_t shares memory with an argument; make a new tensor.")
    check_device(student, "gru_cell", case)


def check_runs(student, cases):
    """Compare output and h_n with those of torch's own layer."""
    found = [student.gru_forward(x, h0, *weights) for x, h0, weights in cases]

    for pair, case in zip(found, cases, strict=True):
        output, h_n = by_torch(*case)
        several(pair, 2, PAIR)
        same(pair[0], output, "output", axes="N T H", show=True)
        same(pair[1], h_n, "h_n", axes="N H", show=True)


@pytest.mark.task("gru_forward", core=True)
def test_the_loop_agrees_with_torch(student):
    # First as many examples as steps: whoever takes the one for the other gets numbers too, but others.
    check_runs(student, [gru_inputs(5, 5, 4, 3, seed=5), gru_inputs(3, 7, 4, 5, seed=6)])


@pytest.mark.task("gru_forward")
def test_gradients_reach_every_argument_of_the_loop(student):
    x, h0, weights = gru_inputs(2, 30, 3, 4, seed=7, dtype=torch.float64)
    cotangents = [torch.ones(2, 30, 4, dtype=torch.float64), torch.ones(2, 4, dtype=torch.float64)]

    found = student.gradients("gru_forward", x, h0, *weights, cotangents=cotangents)

    gru = torch_layer("GRU", weights)
    leaves = [x.clone().requires_grad_(), h0.clone().requires_grad_(), *gru.parameters()]
    output, h_n = gru(leaves[0], leaves[1].unsqueeze(0))
    expected = torch.autograd.grad([output, h_n[0]], leaves, cotangents)
    same_gradients(found, ([output, h_n[0]], expected), ("x", "h0", *NAMES), says=PAIR)


@pytest.mark.task("gru_forward")
def test_rows_futures_and_earlier_calls_do_not_matter(student):
    x, h0, weights = gru_inputs(3, 6, 4, 5, seed=8)

    def run(x, h0):
        output, h_n = several(student.gru_forward(x, h0, *weights), 2, PAIR)
        shaped(output, (*x.shape[:2], 5), "output", axes="N T H")
        return output, h_n

    check_loop(run, x, h0)


@pytest.mark.task("gru_forward")
def test_one_example_one_step_and_one_unit_in_float64(student):
    sizes = [(1, 6, 3, 2), (4, 1, 3, 5), (2, 9, 1, 1)]
    check_runs(student, [gru_inputs(*size, seed=9, dtype=torch.float64) for size in sizes])


@pytest.mark.task("gru_forward")
def test_the_loop_leaves_its_arguments_alone_wherever_they_are(student):
    x, h0, weights = gru_inputs(3, 4, 4, 5, seed=10)

    check_untouched(student, "gru_forward", [(x, h0, *weights)])
    check_device(student, "gru_forward", (x, h0, *weights))
