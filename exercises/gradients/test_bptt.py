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


# What runs beside your code in these tests.

from collections.abc import Mapping
import numpy as np
GRADIENTS = ("dx", "dh0", "dw_ih", "dw_hh", "db")
SLOPE_EPS = 1e-5
STUB = "not written yet"


def copied(given):
    return {name: array.copy() for name, array in given.items()}


def changed(before, after):
    """List the names of the arrays that are no longer what they were, bit for bit."""
    return [
        name
        for name, array in before.items()
        if (array.shape, array.dtype) != (after[name].shape, after[name].dtype)
        or array.tobytes() != after[name].tobytes()
    ]


def shares(value, arrays):
    """Say whether an array looks at the memory of one of some others."""
    return isinstance(value, np.ndarray) and any(np.may_share_memory(value, array) for array in arrays)


def is_pair(result):
    return isinstance(result, (tuple, list)) and len(result) == 2


def forward(lesson, given):
    """Run the forward pass; say what it returned beside the cache, and what it did to its arguments."""
    mine = copied(given)
    result = lesson.rnn_forward_np(*mine.values())
    output = result[0] if is_pair(result) else None
    return {
        "pair": is_pair(result),
        "stub": False,
        "output": output,
        "changed": changed(given, mine),
        "shared": shares(output, mine.values()),
    }


def forward_pass(lesson, given, d_output):
    """Run the student's forward pass for the way back.

    Where it is not written yet, the way back is asked too: a stub says so itself.
    """
    try:
        return lesson.rnn_forward_np(*given.values())
    except NotImplementedError:
        find_stub(lesson, d_output)
        return STUB


def find_stub(lesson, d_output):
    """Call the way back without a cache, and let through only what a stub raises."""
    try:
        lesson.rnn_backward_np(d_output.copy(), None)
    except NotImplementedError:
        raise
    except Exception:
        return


def unusable(result):
    """Say that there is no cache for the way back, and why."""
    return {"pair": False, "stub": result is STUB}


def chosen(result):
    """Take the five gradients out of what rnn_backward_np returned, or leave it where it is no dictionary."""
    return {name: result[name] for name in GRADIENTS if name in result} if isinstance(result, Mapping) else result


def backward(lesson, given, d_outputs):
    """Go forward and back, once for each way in which the loss may look at the states."""
    found = {"pair": True, "output": None, "gradients": []}
    for d_output in d_outputs:
        result = forward_pass(lesson, copied(given), d_output)
        if not is_pair(result):
            return unusable(result)
        found["output"] = result[0]
        found["gradients"].append(chosen(lesson.rnn_backward_np(d_output.copy(), result[1])))
    return found


def traces_of_the_way_back(lesson, given, d_output):
    """Say which arrays the way back changed, and which gradients look at the memory of an argument."""
    mine, grad = copied(given), d_output.copy()
    result = forward_pass(lesson, mine, d_output)
    if not is_pair(result):
        return unusable(result)
    before = copied(mine)
    found = chosen(lesson.rnn_backward_np(grad, result[1]))
    after, values = {**mine, "d_output": grad}, found if isinstance(found, dict) else {}
    return {
        "pair": True,
        "changed": changed({**before, "d_output": d_output}, after),
        "shared": [name for name in GRADIENTS if name in values and shares(values[name], after.values())],
    }


FUNCTIONS = {
    "square": lambda a: a**2,
    "mixed square": lambda a: a * np.roll(a, 1, axis=-1) - 3 * a**2,
    "cube": lambda a: a**3,
    "tanh": np.tanh,
    "sum": lambda a: a.sum(axis=0),
    "running sum": lambda a: np.cumsum(np.sin(a), axis=-1),
    "product": lambda a: a @ np.linspace(-1, 1, 2 * a.shape[-1]).reshape(a.shape[-1], 2),
}


def slope(lesson, kind, a, d_out, eps=None, transposed=False):
    """Measure the gradient of a function of a kind; say how a was moved and how it was left."""
    a = a.T if transposed else a
    before, weights = a.copy(), d_out.copy()
    moved = [0.0]

    def f(array):
        if np.shape(array) == before.shape:
            moved.append(float(np.abs(np.asarray(array, dtype=np.float64) - before).max()))
        return FUNCTIONS[kind](array)

    gradient = lesson.numerical_gradient(f, a, d_out, *([] if eps is None else [eps]))
    return {
        "gradient": gradient,
        "restored": not changed({"a": before}, {"a": a}),
        "d_out_kept": not changed({"d_out": weights}, {"d_out": d_out}),
        "shared": shares(gradient, (a, d_out)),
        "near_eps": 0.4 <= max(moved) / (eps or SLOPE_EPS) <= 3,
    }
