"""Public tests of the LSTM lesson: a number by hand, then torch's own layers as the oracle."""

import math

import pytest
import torch

from autograder.testing import same, several, torch_layer


def lstm_inputs(n, d, h, seed):
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return torch.randn(*shape, generator=generator) * 0.5

    return draw(n, d), (draw(n, h), draw(n, h)), (draw(4 * h, d), draw(4 * h, h), draw(4 * h), draw(4 * h))


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


@pytest.mark.task("lstm_cell", core=True)
def test_the_cell_agrees_with_torch(student):
    x_t, state, weights = lstm_inputs(3, 4, 5, seed=1)

    found = student.lstm_cell(x_t, state, *weights)

    _, (h, c) = torch_layer("LSTM", weights)(x_t.unsqueeze(1), tuple(part.unsqueeze(0) for part in state))
    mine = pair_of(found, "lstm_cell")
    same(mine[0], h[0].detach(), "h", axes="N H", show=True)
    same(mine[1], c[0].detach(), "c", axes="N H", show=True)


@pytest.mark.task("lstm_forward", core=True)
def test_the_loop_agrees_with_torch(student):
    _, state, weights = lstm_inputs(3, 4, 5, seed=2)
    x = torch.randn(3, 7, 4, generator=torch.Generator().manual_seed(3))

    output, last = pair_of(student.lstm_forward(x, state, *weights), "lstm_forward")

    expected, (h_n, c_n) = torch_layer("LSTM", weights)(x, tuple(part.unsqueeze(0) for part in state))
    same(output, expected.detach(), "output", axes="N T H", show=True)
    mine = pair_of(last, "lstm_forward, as its second result,")
    same(mine[0], h_n[0].detach(), "h_n", axes="N H", show=True)
    same(mine[1], c_n[0].detach(), "c_n", axes="N H", show=True)


@pytest.mark.task("lstm_forward")
def test_gradients_reach_every_weight(student):
    _, state, weights = lstm_inputs(2, 3, 4, seed=4)
    x = torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(5))
    cotangents = [torch.ones(2, 5, 4), torch.zeros(2, 4), torch.zeros(2, 4)]

    _, gradients = student.gradients("lstm_forward", x, state, *weights, cotangents=cotangents)

    lstm = torch_layer("LSTM", weights)
    output, _ = lstm(x, tuple(part.unsqueeze(0) for part in state))
    expected = torch.autograd.grad(output.sum(), list(lstm.parameters()))
    assert len(gradients) == 7, "output should have shape (N, T, H), and h_n and c_n shape (N, H)."
    for actual, wanted, name in zip(gradients[3:], expected, ("w_ih", "w_hh", "b_ih", "b_hh"), strict=True):
        same(actual, wanted, f"the gradient of {name}", atol=1e-4, show=True)
