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


@pytest.mark.task("gradient_by_lag", core=True)
@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_the_norms_agree_with_the_jacobian(student, kind):
    torch.manual_seed(1)
    rnn = getattr(torch.nn, kind)(2, 3, batch_first=True, dtype=torch.float64)
    x = torch.randn(4, 6, 2, dtype=torch.float64)
    weights = [parameter.detach().clone() for parameter in rnn.parameters()]

    norms = student.run("lags", kind=kind, sizes=(2, 3, 1), weights=weights, x=x)

    jacobian = torch.autograd.functional.jacobian(lambda given: rnn(given)[0][:, -1].sum(), x)
    expected = [jacobian[:, 5 - lag].square().sum().sqrt() for lag in range(6)]
    same(norms, torch.stack(expected), "norms", axes="T", show=True)


@pytest.mark.task("gradient_by_lag")
def test_measuring_changes_no_gradient(student):
    x = torch.ones(2, 5, 1, dtype=torch.float64)

    found = student.run("traces", **LINEAR, weights=linear_weights(0.9), x=x, wanted=False, training=True)

    assert found["gradients"], "The .grad of the parameters is not as it was; use torch.autograd.grad."
    assert found["x"], "x is not as it was: its values, its .grad and whether it wants gradients are the caller's."


@pytest.mark.task("clip_grad_norm", core=True)
def test_a_triangle_with_sides_three_and_four(student):
    gradients = [torch.tensor([3.0, 0.0]), torch.tensor([[4.0]])]

    found = student.run("clip", gradients=gradients, max_norm=1.0)

    number(found["norm"], 5.0, "the norm before clipping", show=True)
    same(found["gradients"][0], torch.tensor([0.6, 0.0]), "the first gradient", show=True)
    same(found["gradients"][1], torch.tensor([[0.8]]), "the second gradient", show=True)


@pytest.mark.task("clip_grad_norm", core=True)
def test_a_short_gradient_stays_as_it_is(student):
    gradients = [torch.tensor([0.1, -0.2]), torch.zeros(2, 2)]

    found = student.run("clip", gradients=gradients, max_norm=1.0)

    for actual, expected in zip(found["gradients"], gradients, strict=True):
        same(actual, expected, "a gradient", atol=0.0, show=True)


@pytest.mark.task("clip_grad_norm")
def test_a_generator_and_a_parameter_without_a_gradient(student):
    gradients = [torch.tensor([30.0]), None, torch.tensor([40.0])]

    found = student.run("clip", gradients=gradients, max_norm=5.0, kind="generator")

    number(found["norm"], 50.0, "the norm before clipping", show=True)
    same(found["gradients"][0], torch.tensor([3.0]), "the first gradient", show=True)
    assert found["gradients"][1] is None, "A parameter without a gradient was given one."
