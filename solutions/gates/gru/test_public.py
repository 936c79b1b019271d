"""Public tests of the GRU lesson: a number by hand, then torch's own layers as the oracle."""

import math

import pytest
import torch

from autograder.testing import same, several, torch_layer


def gru_inputs(n, t, d, h, seed):
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return torch.randn(*shape, generator=generator) * 0.5

    return draw(n, t, d), draw(n, h), (draw(3 * h, d), draw(3 * h, h), draw(3 * h), draw(3 * h))


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

    actual = student.gru_cell(x[:, 0], h, *weights)

    _, expected = torch_layer("GRU", weights)(x, h.unsqueeze(0))
    same(actual, expected[0].detach(), "h_t", axes="N H", show=True)


@pytest.mark.task("gru_forward", core=True)
def test_the_loop_agrees_with_torch(student):
    # First as many examples as steps: whoever takes the one for the other gets numbers too, but others.
    cases = [gru_inputs(5, 5, 4, 3, seed=2), gru_inputs(3, 7, 4, 5, seed=3)]

    found = [student.gru_forward(x, h0, *weights) for x, h0, weights in cases]

    for pair, (x, h0, weights) in zip(found, cases, strict=True):
        several(pair, 2, "gru_forward should return a pair, output and h_n.")
        output, h_n = torch_layer("GRU", weights)(x, h0.unsqueeze(0))
        same(pair[0], output.detach(), "output", axes="N T H", show=True)
        same(pair[1], h_n[0].detach(), "h_n", axes="N H", show=True)


@pytest.mark.task("gru_forward")
def test_gradients_reach_every_weight(student):
    x, h0, weights = gru_inputs(2, 5, 3, 4, seed=4)
    cotangents = [torch.ones(2, 5, 4), torch.ones(2, 4)]

    _, gradients = student.gradients("gru_forward", x, h0, *weights, cotangents=cotangents)

    gru = torch_layer("GRU", weights)
    output, h_n = gru(x, h0.unsqueeze(0))
    expected = torch.autograd.grad(output.sum() + h_n.sum(), list(gru.parameters()))
    assert len(gradients) == 6, "output should have shape (N, T, H) and h_n shape (N, H)."
    for actual, wanted, name in zip(gradients[2:], expected, ("w_ih", "w_hh", "b_ih", "b_hh"), strict=True):
        same(actual, wanted, f"the gradient of {name}", atol=1e-4, show=True)
