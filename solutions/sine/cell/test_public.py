"""Public tests of the cell lesson: a number by hand, then torch's own layers as the oracle."""

import pytest
import torch

from autograder.testing import same, torch_layer


def cell_inputs(n, d, h, seed):
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return torch.randn(*shape, generator=generator) * 0.5

    return draw(n, d), draw(n, h), (draw(h, d), draw(h, h), draw(h), draw(h))


@pytest.mark.task("rnn_cell", core=True)
def test_one_number_by_hand(student):
    one = torch.ones(1)

    h_t = student.rnn_cell(
        torch.tensor([[2.0]]), torch.tensor([[0.5]]), one.view(1, 1) * 0.1, one.view(1, 1) * 0.4, one * 0.3, one * -0.2
    )

    # 0.1 * 2 + 0.3 + 0.4 * 0.5 - 0.2 = 0.5
    same(h_t, torch.tanh(torch.tensor([[0.5]])), "h_t", axes="N H", show=True)


@pytest.mark.task("rnn_cell", core=True)
def test_the_cell_agrees_with_torch(student):
    x_t, h, weights = cell_inputs(3, 4, 5, seed=1)

    actual = student.rnn_cell(x_t, h, *weights)

    expected = torch_layer("RNN", weights)(x_t.unsqueeze(1), h.unsqueeze(0))[0].squeeze(1).detach()
    same(actual, expected, "h_t", axes="N H", show=True)


@pytest.mark.task("rnn_forward", core=True)
def test_the_loop_agrees_with_torch(student):
    _, h0, weights = cell_inputs(3, 4, 5, seed=2)
    x = torch.randn(3, 7, 4, generator=torch.Generator().manual_seed(3))

    output, h_n = student.rnn_forward(x, h0, *weights)

    expected = torch_layer("RNN", weights)(x, h0.unsqueeze(0))[0].detach()
    same(output, expected, "output", axes="N T H", show=True)
    same(h_n, expected[:, -1].contiguous(), "h_n", axes="N H", show=True)


@pytest.mark.task("rnn_forward")
def test_gradients_reach_every_weight(student):
    _, h0, weights = cell_inputs(2, 3, 4, seed=4)
    x = torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(5))
    ones = [torch.ones(2, 5, 4), torch.zeros(2, 4)]

    _, gradients = student.gradients("rnn_forward", x, h0, *weights, cotangents=ones)

    rnn = torch_layer("RNN", weights)
    expected = torch.autograd.grad(rnn(x, h0.unsqueeze(0))[0].sum(), list(rnn.parameters()))
    assert len(gradients) == 6, "output should have shape (N, T, H) and h_n shape (N, H)."
    for actual, wanted, name in zip(gradients[2:], expected, ("w_ih", "w_hh", "b_ih", "b_hh"), strict=True):
        same(actual, wanted, f"the gradient of {name}", atol=1e-4, show=True)


@pytest.mark.task("readout", core=True)
def test_the_readout_is_linear_at_every_step(student):
    generator = torch.Generator().manual_seed(6)
    output, w_hy, b_y = (torch.randn(*shape, generator=generator) for shape in ((2, 3, 4), (5, 4), (5,)))

    actual = student.readout(output, w_hy, b_y)

    same(actual, torch.nn.functional.linear(output, w_hy, b_y), "y", axes="N T O", show=True)
