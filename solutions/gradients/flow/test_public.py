"""Public tests of the flow lesson: laws that hold to all digits, torch's own jacobian, numbers by hand."""

import pytest
import torch

from autograder.testing import number, same

LINEAR = {"kind": "RNN", "sizes": (1, 4, 1), "nonlinearity": "relu"}


def linear_weights(s):
    shapes = ((4, 1), (4, 4), (4,), (4,))
    weights = [torch.full(shape, 0.25, dtype=torch.float64) for shape in shapes]
    weights[1] = s * torch.eye(4, dtype=torch.float64)
    return weights


@pytest.mark.task("gradient_by_lag", core=True)
@pytest.mark.parametrize("s", [0.5, 1.5], ids=["vanishes", "explodes"])
def test_a_linear_network_multiplies_by_s_in_every_step(student, s):
    x = torch.ones(1, 30, 1, dtype=torch.float64)

    norms = student.run("lags", **LINEAR, weights=linear_weights(s), x=x)

    # Four units, each 0.25 times the input: the sum of the last state moves by 1 with the last input.
    same(norms, s ** torch.arange(30, dtype=torch.float64), "norms", axes="T", show=True)


def check_norms(student, kind, n, t, d, h, layers=1, dtype=torch.float64):
    """Compare with the norms of torch's own jacobian, one lag after the other."""
    torch.manual_seed(1)
    rnn, x = getattr(torch.nn, kind)(d, h, layers, batch_first=True, dtype=dtype), torch.randn(n, t, d, dtype=dtype)
    weights = [parameter.detach().clone() for parameter in rnn.parameters()]

    norms = student.run("lags", kind=kind, sizes=(d, h, layers), weights=weights, x=x)

    jacobian = torch.autograd.functional.jacobian(lambda given: rnn(given)[0][:, -1].sum(), x)
    expected = [jacobian[:, t - 1 - lag].square().sum().sqrt() for lag in range(t)]
    same(norms, torch.stack(expected), "norms", axes="T", show=True)


@pytest.mark.task("gradient_by_lag", core=True)
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_the_norms_agree_with_the_jacobian(student, kind):
    check_norms(student, kind, n=4, t=6, d=2, h=3)


@pytest.mark.task("gradient_by_lag")
@pytest.mark.parametrize(("wanted", "training"), [(False, True), (True, False)], ids=["training", "eval"])
def test_measuring_leaves_no_trace(student, wanted, training):
    x = torch.ones(2, 5, 1, dtype=torch.float64)

    found = student.run("traces", **LINEAR, weights=linear_weights(0.9), x=x, wanted=wanted, training=training)

    assert found["gradients"], "The .grad of the parameters is not as it was; use torch.autograd.grad."
    assert found["x"], "x is not as it was: its values, its .grad and whether it wants gradients are the caller's."
    assert found["weights"] and found["wishes"], "The parameters are not as they were: values or requires_grad differ."
    assert found["mode"], "The network was put into another mode."
    assert found["grads_on"], "Gradients are still off after the call."
    expected = 2**0.5 * 0.9 ** torch.arange(5, dtype=torch.float64)  # the law of the first test, for two rows
    same(found["first"], expected, "norms", axes="T", show=True)
    same(found["again"], expected, "norms (second call)", axes="T", show=True)


@pytest.mark.task("gradient_by_lag")
def test_with_two_layers_the_output_is_that_of_the_last(student):
    check_norms(student, "LSTM", n=3, t=5, d=2, h=4, layers=2)


@pytest.mark.task("gradient_by_lag")
def test_one_step_one_row_and_float32(student):
    check_norms(student, "GRU", n=3, t=1, d=2, h=4)
    check_norms(student, "RNN", n=1, t=4, d=1, h=1)
    check_norms(student, "RNN", n=2, t=4, d=3, h=5, dtype=torch.float32)


@pytest.mark.task("clip_grad_norm", core=True)
def test_a_triangle_with_sides_three_and_four(student):
    gradients = [torch.tensor([3.0, 0.0]), torch.tensor([[4.0]])]

    found = student.run("clip", gradients=gradients, max_norm=1.0)

    number(found["norm"], 5.0, "the norm before clipping", show=True)
    same(found["gradients"][0], torch.tensor([0.6, 0.0]), "the first gradient", show=True)
    same(found["gradients"][1], torch.tensor([[0.8]]), "the second gradient", show=True)
    assert found["kept"], "The parameters themselves have changed; only their gradients are to be scaled."


@pytest.mark.task("clip_grad_norm", core=True)
def test_a_short_gradient_stays_as_it_is(student):
    gradients = [torch.tensor([0.1, -0.2]), torch.zeros(2, 2)]

    found = student.run("clip", gradients=gradients, max_norm=1.0)

    number(found["norm"], 0.05**0.5, "the norm", show=True)
    for actual, expected in zip(found["gradients"], gradients, strict=True):
        same(actual, expected, "a gradient", atol=0.0, show=True)
    assert found["kept"], "The parameters themselves have changed; only their gradients are to be scaled."


@pytest.mark.task("clip_grad_norm")
def test_a_generator_and_a_parameter_without_a_gradient(student):
    gradients = [torch.tensor([30.0]), None, torch.tensor([40.0])]

    found = student.run("clip", gradients=gradients, max_norm=5.0, kind="generator")

    number(found["norm"], 50.0, "the norm before clipping", show=True)
    same(found["gradients"][0], torch.tensor([3.0]), "the first gradient", show=True)
    assert found["gradients"][1] is None, "A parameter without a gradient was given one."


@pytest.mark.task("clip_grad_norm")
def test_zeros_stay_zero_and_no_gradient_at_all_has_norm_zero(student):
    zeros = [torch.zeros(3, 2), torch.zeros(4)]

    found, nothing = (student.run("clip", gradients=given, max_norm=1.0) for given in (zeros, [None]))

    number(found["norm"], 0.0, "the norm of zeros", show=True)
    for actual, expected in zip(found["gradients"], zeros, strict=True):
        same(actual, expected, "a gradient of zeros", show=True)
    number(nothing["norm"], 0.0, "the norm where no parameter has a gradient", show=True)
