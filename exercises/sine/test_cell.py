"""Public tests of the cell lesson: a number by hand, then torch's own layers, laws, and edge cases at the end."""

import pytest
import torch

from autograder.testing import check_device, check_loop, check_untouched, same, same_gradients, torch_layer

NAMES = ("w_ih", "w_hh", "b_ih", "b_hh")


def draw(*shapes, seed, dtype=torch.float32):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(*shape, generator=generator, dtype=dtype) * 0.5 for shape in shapes]


def weights_for(d, h, seed, dtype=torch.float32):
    return draw((h, d), (h, h), (h,), (h,), seed=seed, dtype=dtype)


def torch_says(x, h0, weights):
    """Run torch's own RNN from a first state; return all its states."""
    return torch_layer("RNN", weights)(x, h0.unsqueeze(0))[0].detach()


def torch_gradients(x, h0, weights):
    """Return torch's states, and the gradients of their sum with respect to x, h0 and the four weights."""
    x, h0, layer = x.clone().requires_grad_(), h0.clone().requires_grad_(), torch_layer("RNN", weights)
    output, _ = layer(x, h0.unsqueeze(0))
    return output.detach(), torch.autograd.grad(output.sum(), [x, h0, *layer.parameters()])


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
    x_t, h = draw((3, 4), (3, 5), seed=1)
    weights = weights_for(4, 5, seed=2)

    actual = student.rnn_cell(x_t, h, *weights)

    same(actual, torch_says(x_t.unsqueeze(1), h, weights)[:, 0], "h_t", axes="N H", show=True)


@pytest.mark.task("rnn_cell")
def test_gradients_of_the_cell_agree_with_torch(student):
    x_t, h = draw((3, 4), (3, 5), seed=1)
    weights = weights_for(4, 5, seed=2)

    actual = student.gradients("rnn_cell", x_t, h, *weights, cotangents=[torch.ones(3, 5)])

    states, (dx, *others) = torch_gradients(x_t.unsqueeze(1), h, weights)
    same_gradients(actual, ([states[:, 0]], [dx[:, 0], *others]), ("x_t", "h", *NAMES), atol=1e-4)


@pytest.mark.task("rnn_cell")
def test_large_sums_and_double_precision(student):
    """Sums far beyond 3: tanh is then nearly 1, and nothing else cuts the sum off."""
    x_t, h = draw((3, 4), (3, 5), seed=3, dtype=torch.float64)
    weights = weights_for(4, 5, seed=4, dtype=torch.float64)

    actual = student.rnn_cell(20 * x_t, h, *weights)

    same(actual, torch_says(20 * x_t.unsqueeze(1), h, weights)[:, 0], "h_t", axes="N H", show=True)


@pytest.mark.task("rnn_cell")
def test_the_cell_leaves_its_arguments_alone_wherever_they_are(student):
    case = (*draw((3, 4), (3, 5), seed=1), *weights_for(4, 5, seed=2))

    check_untouched(student, "rnn_cell", [case])
    check_device(student, "rnn_cell", case)


@pytest.mark.task("rnn_forward", core=True)
def test_two_steps_by_hand(student):
    one, zero = torch.ones(1, 1), torch.zeros(1)

    output, h_n = student.rnn_forward(torch.tensor([[[1.0], [0.0]]]), 0 * one, one, 0.5 * one, zero, zero)

    # tanh(1) = 0.761594, and then tanh(0.5 * 0.761594) = 0.363397.
    same(output, torch.tensor([[[0.761594], [0.363397]]]), "output", axes="N T H", show=True)
    same(h_n, torch.tensor([[0.363397]]), "h_n", axes="N H", show=True)


@pytest.mark.task("rnn_forward", core=True)
def test_the_loop_agrees_with_torch(student):
    x, h0 = draw((3, 12, 4), (3, 5), seed=5)
    weights = weights_for(4, 5, seed=6)

    output, h_n = student.rnn_forward(x, h0, *weights)

    expected = torch_says(x, h0, weights)
    same(output, expected, "output", axes="N T H", show=True)
    same(h_n, expected[:, -1].contiguous(), "h_n", axes="N H", show=True)


@pytest.mark.task("rnn_forward")
def test_gradients_through_twelve_steps_agree_with_torch(student):
    x, h0 = draw((2, 12, 3), (2, 4), seed=7)
    weights = weights_for(3, 4, seed=8)

    ones = [torch.ones(2, 12, 4), torch.zeros(2, 4)]
    actual = student.gradients("rnn_forward", x, h0, *weights, cotangents=ones)

    states, gradients = torch_gradients(x, h0, weights)
    same_gradients(actual, ([states, states[:, -1]], gradients), ("x", "h0", *NAMES), atol=1e-4)


@pytest.mark.task("rnn_forward")
def test_rows_futures_and_earlier_calls_do_not_matter(student):
    x, h0 = draw((3, 6, 4), (3, 5), seed=9)
    weights = weights_for(4, 5, seed=10)

    for first in (h0, torch.zeros_like(h0)):
        check_loop(lambda x, h: student.rnn_forward(x, h, *weights), x, first)


@pytest.mark.task("rnn_forward")
def test_one_row_one_step_one_feature_and_double_precision(student):
    for n, t, d, h in ((1, 6, 3, 2), (4, 1, 3, 5), (2, 5, 1, 3)):
        x, h0 = draw((n, t, d), (n, h), seed=11, dtype=torch.float64)
        weights = weights_for(d, h, seed=12, dtype=torch.float64)

        output, h_n = student.rnn_forward(x, h0, *weights)

        expected = torch_says(x, h0, weights)
        same(output, expected, "output", axes="N T H", show=True)
        same(h_n, expected[:, -1].contiguous(), "h_n", axes="N H", show=True)


@pytest.mark.task("rnn_forward")
def test_the_loop_leaves_its_arguments_alone_wherever_they_are(student):
    cases = [(*draw((3, t, 4), (3, 5), seed=13), *weights_for(4, 5, seed=14)) for t in (4, 1)]

    check_untouched(student, "rnn_forward", cases)
    check_device(student, "rnn_forward", cases[0])


@pytest.mark.task("readout", core=True)
def test_one_answer_by_hand(student):
    y = student.readout(torch.tensor([[[1.0, 2.0]]]), torch.tensor([[3.0, 4.0]]), torch.tensor([0.5]))

    # 3 * 1 + 4 * 2 + 0.5 = 11.5
    same(y, torch.tensor([[[11.5]]]), "y", axes="N T O", show=True)


@pytest.mark.task("readout", core=True)
def test_the_readout_is_linear_at_every_step(student):
    output, w_hy, b_y = draw((2, 3, 4), (5, 4), (5,), seed=15)

    actual = student.readout(output, w_hy, b_y)

    same(actual, torch.nn.functional.linear(output, w_hy, b_y), "y", axes="N T O", show=True)


@pytest.mark.task("readout")
def test_gradients_of_the_readout_agree_and_nothing_is_changed(student):
    case = draw((2, 3, 4), (5, 4), (5,), seed=16)

    actual = student.gradients("readout", *case, cotangents=[torch.ones(2, 3, 5)])

    leaves = [one.clone().requires_grad_() for one in case]
    y = torch.nn.functional.linear(*leaves)
    same_gradients(actual, ([y.detach()], torch.autograd.grad(y.sum(), leaves)), ("output", "w_hy", "b_y"), atol=1e-4)
    check_untouched(student, "readout", [case])


@pytest.mark.task("readout")
def test_one_row_one_step_one_output_and_double_precision(student):
    for n, t, h, o in ((1, 4, 3, 2), (2, 1, 3, 4), (3, 4, 2, 1)):
        output, w_hy, b_y = draw((n, t, h), (o, h), (o,), seed=17, dtype=torch.float64)

        actual = student.readout(output, w_hy, b_y)

        same(actual, torch.nn.functional.linear(output, w_hy, b_y), "y", axes="N T O", show=True)
