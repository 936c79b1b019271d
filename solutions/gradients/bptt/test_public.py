"""Public tests of the bptt lesson: a number by hand, torch's own layer, its autograd, and slopes known from school."""

import numpy as np
import pytest
import torch

from autograder.testing import same


def draw(n, t, d, h, seed):
    rng = np.random.default_rng(seed)
    shapes = {"x": (n, t, d), "h0": (n, h), "w_ih": (h, d), "w_hh": (h, h), "b": (h,)}
    return {name: rng.normal(size=shape) * (1 if name in ("x", "h0") else 0.5) for name, shape in shapes.items()}


def torch_states(x, h0, w_ih, w_hh, b):
    """Run torch's own cell over time, on tensors."""
    h, states = h0, []
    for x_t in x.unbind(1):
        h = torch.rnn_tanh_cell(x_t, h, w_ih, w_hh, b, torch.zeros_like(b))
        states.append(h)
    return torch.stack(states, dim=1)


def torch_gradients(given, d_output):
    """Let autograd walk back."""
    leaves = {name: torch.from_numpy(array).requires_grad_() for name, array in given.items()}
    found = torch.autograd.grad(torch_states(**leaves), list(leaves.values()), torch.from_numpy(d_output))
    return {f"d{name}": gradient.numpy() for name, gradient in zip(leaves, found, strict=True)}


def must_be_a_pair(found):
    assert found["pair"] or not found["stub"], "rnn_forward_np is not written yet, and the way back needs its cache."
    assert found["pair"], "rnn_forward_np should return two values, output and cache."


@pytest.mark.task("rnn_forward_np", core=True)
def test_two_steps_by_hand(student):
    one = np.ones((1, 1))
    given = {"x": np.array([[[2.0], [0.0]]]), "h0": 0.5 * one, "w_ih": 0.1 * one, "w_hh": 0.4 * one, "b": 0.1 * one[0]}

    found = student.run("forward", given=given)

    first = np.tanh(0.5)  # 0.1 * 2 + 0.4 * 0.5 + 0.1
    must_be_a_pair(found)
    same(found["output"], np.array([[[first], [np.tanh(0.4 * first + 0.1)]]]), "output", axes="N T H", show=True)


@pytest.mark.task("rnn_forward_np", core=True)
def test_the_states_agree_with_torch(student):
    given = draw(3, 7, 4, 5, seed=1)

    found = student.run("forward", given=given)

    expected = torch_states(**{name: torch.from_numpy(array) for name, array in given.items()})
    must_be_a_pair(found)
    same(found["output"], expected.numpy(), "output", axes="N T H", show=True)


@pytest.mark.task("rnn_backward_np", core=True)
@pytest.mark.parametrize("steps", [[4], [0], [0, 1, 2, 3, 4]], ids=["last", "first", "every"])
def test_the_gradients_agree_with_autograd(student, steps):
    given = draw(3, 5, 4, 2, seed=2)
    d_output = np.zeros((3, 5, 2))
    d_output[:, steps] = np.random.default_rng(3).normal(size=(3, len(steps), 2))

    found = student.run("backward", given=given, d_outputs=[d_output])

    must_be_a_pair(found)
    assert type(found["gradients"][0]) is dict, "rnn_backward_np should return a dictionary."
    for name, expected in torch_gradients(given, d_output).items():
        assert name in found["gradients"][0], f"{name} is missing in the dictionary."
        what = f"with d_output not zero at {'step ' + str(steps[0]) if len(steps) == 1 else 'every step'}, {name}"
        same(found["gradients"][0][name], expected, what, atol=1e-7, show=True)


@pytest.mark.task("rnn_backward_np")
def test_the_walk_changes_nothing(student):
    found = student.run("traces_of_the_way_back", given=draw(2, 4, 3, 2, seed=4), d_output=np.ones((2, 4, 2)))

    must_be_a_pair(found)
    assert not found["changed"], f"rnn_backward_np changed {found['changed'][0]}; work on a copy."


@pytest.mark.task("numerical_gradient", core=True)
def test_the_slope_of_a_square(student):
    a, d_out = np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([[1.0, 2.0], [-1.0, 0.0]])

    found = student.run("slope", kind="square", a=a, d_out=d_out, eps=0.25)

    # The slope of a**2 is 2a, and central differences are exact on squares, whatever eps is.
    same(found["gradient"], 2 * a * d_out, "the gradient", atol=1e-9, show=True)


@pytest.mark.task("numerical_gradient")
def test_the_array_is_put_back(student):
    a = np.random.default_rng(5).normal(size=(3, 2))

    found = student.run("slope", kind="cube", a=a, d_out=np.ones((3, 2)))

    same(found["gradient"], 3 * a**2, "the gradient", atol=1e-6, show=True)
    assert found["restored"], "a is not as it was: save each entry before you move it, and put the saved number back."
