"""Public tests of the bptt lesson: a number by hand, torch's own layer, its autograd, and slopes known from school."""

import numpy as np
import pytest
import torch

from autograder.testing import same

ONES = {(1, 6, 3, 2): "one row", (3, 1, 2, 4): "one step", (2, 4, 1, 1): "one feature and one unit"}  # N, T, D, H


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


def check_states(found, given):
    """Compare output with the states of torch's own cell."""
    expected = torch_states(**{name: torch.from_numpy(array) for name, array in given.items()})
    must_be_a_pair(found)
    same(found["output"], expected.numpy(), "output", axes="N T H", show=True)


@pytest.mark.task("rnn_forward_np", core=True)
def test_the_states_agree_with_torch(student):
    given = draw(3, 7, 4, 5, seed=1)

    found = student.run("forward", given=given)

    check_states(found, given)


@pytest.mark.task("rnn_forward_np")
def test_a_second_call_gives_the_same_and_no_array_is_changed(student):
    given = draw(2, 4, 3, 5, seed=2)
    for _ in range(2):
        found = student.run("forward", given=given)

        check_states(found, given)
        assert not found["changed"], f"rnn_forward_np changed its argument {found['changed'][0]}; work on new arrays."
        assert not found["shared"], "output shares memory with an argument; make a new array."


@pytest.mark.task("rnn_forward_np")
@pytest.mark.parametrize("sizes", ONES, ids=ONES.get)
def test_axes_of_length_one_stay(student, sizes):
    given = draw(*sizes, seed=3)

    check_states(student.run("forward", given=given), given)


def check_gradients(gradients, expected, what):
    """Compare the five gradients by name."""
    assert type(gradients) is dict, "rnn_backward_np should return a dictionary."
    for name, array in expected.items():
        assert name in gradients, f"{name} is missing in the dictionary."
        same(gradients[name], array, f"{what}, {name}", atol=1e-7, show=True)


@pytest.mark.task("rnn_backward_np", core=True)
def test_a_state_that_stays_one_half(student):
    one = np.ones((1, 1))
    bias = np.arctanh(0.5) - 2 * 1 - 0.4 * 0.5
    given = {"x": np.ones((1, 2, 1)), "h0": 0.5 * one, "w_ih": 2 * one, "w_hh": 0.4 * one, "b": bias * one[0]}

    found = student.run("backward", given=given, d_outputs=[np.array([[[0.0], [1.0]]])])

    # The slope of tanh is 1 - 0.5**2 = 0.75 in both steps. The loss looks at the last state alone, so da is 0.75 there,
    # and 0.75 * (0.4 * 0.75) = 0.225 in the first step.
    expected = {"dx": [[[0.45], [1.5]]], "dh0": [[0.09]], "dw_ih": [[0.975]], "dw_hh": [[0.4875]], "db": [0.975]}
    must_be_a_pair(found)
    arrays = {name: np.array(values) for name, values in expected.items()}
    check_gradients(found["gradients"][0], arrays, "with one unit and two steps")


@pytest.mark.task("rnn_backward_np", core=True)
@pytest.mark.parametrize(("t", "steps"), [(5, [4]), (5, [0]), (30, range(30))], ids=["last", "first", "every"])
def test_the_gradients_agree_with_autograd(student, t, steps):
    given = draw(3, t, 4, 2, seed=4)
    d_output = np.zeros((3, t, 2))
    d_output[:, steps] = np.random.default_rng(5).normal(size=(3, len(steps), 2))

    found = student.run("backward", given=given, d_outputs=[d_output])

    must_be_a_pair(found)
    where = f"step {steps[0]} alone" if len(steps) == 1 else "every step"
    check_gradients(found["gradients"][0], torch_gradients(given, d_output), f"with d_output not zero at {where}")


@pytest.mark.task("rnn_backward_np")
def test_a_second_walk_gives_the_same_and_every_cache_its_own(student):
    given, others = draw(3, 5, 4, 2, seed=6), draw(2, 6, 3, 4, seed=7)
    d_output, other_d_output = np.ones((3, 5, 2)), np.ones((2, 6, 4))

    found = student.run(
        "back_and_back_again", given=given, others=others, d_output=d_output, other_d_output=other_d_output
    )

    expected = torch_gradients(given, d_output)
    must_be_a_pair(found)
    check_gradients(found["first"], expected, "with another batch in between")
    check_gradients(found["second"], torch_gradients(others, other_d_output), "with another cache")
    check_gradients(found["again"], expected, "in a second walk")


@pytest.mark.task("rnn_backward_np")
@pytest.mark.parametrize("t", [4, 1], ids=["four steps", "one step"])
def test_the_walk_changes_nothing(student, t):
    found = student.run("traces_of_the_way_back", given=draw(2, t, 3, 2, seed=8), d_output=np.ones((2, t, 2)))

    must_be_a_pair(found)
    assert not found["changed"], f"rnn_backward_np changed {found['changed'][0]}; work on a copy."
    assert not found["shared"], f"{found['shared'][0]} shares memory with an argument; make a new array."


@pytest.mark.task("rnn_backward_np")
@pytest.mark.parametrize("sizes", ONES, ids=ONES.get)
def test_gradients_keep_axes_of_length_one(student, sizes):
    given, d_output = draw(*sizes, seed=9), np.ones((*sizes[:2], sizes[3]))

    found = student.run("backward", given=given, d_outputs=[d_output])

    must_be_a_pair(found)
    check_gradients(found["gradients"][0], torch_gradients(given, d_output), f"with {ONES[sizes]}")


@pytest.mark.task("rnn_backward_np")
def test_one_walk_is_enough(student):
    short, long = ((draw(2, t, 2, 3, seed=10), np.ones((2, t, 3))) for t in (10, 40))

    found = student.run("growth", short=short, long=long)

    must_be_a_pair(found)
    assert found["linear"], "Four times as many steps cost far more than four times the work: walk back once."


@pytest.mark.task("numerical_gradient", core=True)
def test_the_slope_of_a_square(student):
    a, d_out = np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([[1.0, 2.0], [-1.0, 0.0]])

    found = student.run("slope", kind="square", a=a, d_out=d_out, eps=0.25)

    # The slope of a**2 is 2a, and central differences are exact on squares, whatever eps is.
    same(found["gradient"], 2 * a * d_out, "the gradient", atol=1e-9, show=True)


@pytest.mark.task("numerical_gradient", core=True)
def test_a_sum_over_rows_has_the_same_slope_in_every_row(student):
    a, d_out = np.random.default_rng(11).normal(size=(3, 2)), np.array([2.0, -1.0])

    found = student.run("slope", kind="sum", a=a, d_out=d_out)

    same(found["gradient"], np.array([d_out] * 3), "the gradient", atol=1e-6, show=True)


@pytest.mark.task("numerical_gradient")
def test_the_arrays_are_put_back(student):
    a = np.random.default_rng(12).normal(size=(3, 2))

    found = student.run("slope", kind="cube", a=a, d_out=np.ones((3, 2)))
    rounded = student.run("slope", kind="cube", a=a / 1000, d_out=np.ones((3, 2)), eps=0.1)

    same(found["gradient"], 3 * a**2, "the gradient", atol=1e-6, show=True)
    for one in (found, rounded):
        assert one["restored"], "a is not as it was: save each entry before you move it, and put the saved number back."
    assert found["d_out_kept"], "numerical_gradient changed d_out; only read it."
    assert not found["shared"], "The gradient shares memory with an argument; make a new array."


@pytest.mark.task("numerical_gradient")
@pytest.mark.parametrize("eps", [0.2, 1e-3, None], ids=["a fifth", "a thousandth", "by default"])
def test_each_entry_is_moved_by_eps(student, eps):
    found = student.run("slope", kind="square", a=np.ones((2, 2)), d_out=np.ones((2, 2)), eps=eps)

    assert found["near_eps"], f"The entries should be moved by eps, which is {eps or 1e-5} here."


@pytest.mark.task("numerical_gradient")
@pytest.mark.parametrize("shape", [(5,), (2, 3, 2), (1, 1)], ids=["one", "three", "axes of length one"])
def test_any_number_of_axes_will_do(student, shape):
    a = np.random.default_rng(13).normal(size=shape)

    found = student.run("slope", kind="cube", a=a, d_out=np.ones(shape))

    same(found["gradient"], 3 * a**2, "the gradient", atol=1e-6, show=True)


@pytest.mark.task("numerical_gradient")
def test_a_transposed_array_is_measured_too(student):
    a = np.random.default_rng(14).normal(size=(3, 2))

    found = student.run("slope", kind="cube", a=a, d_out=np.ones((2, 3)), transposed=True)

    same(found["gradient"], 3 * a.T**2, "the gradient", atol=1e-6, show=True)
    assert found["restored"], "a is not as it was: save each entry before you move it, and put the saved number back."


# What runs beside your code in these tests.

import sys
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


def back_and_back_again(lesson, given, others, d_output, other_d_output):
    """Go forward on two batches, then back on the first, on the second, and on the first once more."""
    result, other = (forward_pass(lesson, copied(batch), d_output) for batch in (given, others))
    if not (is_pair(result) and is_pair(other)):
        return unusable(result)
    pairs = ((d_output, result[1]), (other_d_output, other[1]), (d_output, result[1]))
    first, second, again = (chosen(lesson.rnn_backward_np(grad.copy(), cache)) for grad, cache in pairs)
    return {"pair": True, "first": first, "second": second, "again": again}


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


def counted(function, *args):
    """Count the bytecodes that a call runs."""
    count, tracer = 0, sys.gettrace()

    def trace(frame, event, arg):
        nonlocal count
        frame.f_trace_opcodes = True
        count += 1
        return trace

    sys.settrace(trace)
    try:
        function(*args)
    finally:
        sys.settrace(tracer)
    return count


def growth(lesson, short, long):
    """Say how much more the way back through the long sequences works than that through the short ones."""
    counts = []
    for given, d_output in (short, long):
        result = forward_pass(lesson, copied(given), d_output)
        if not is_pair(result):
            return unusable(result)
        counts.append(counted(lesson.rnn_backward_np, d_output.copy(), result[1]))
    ratio = (counts[1] / counts[0]) / (long[1].shape[1] / short[1].shape[1])
    return {"pair": True, "linear": ratio < 2}


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
