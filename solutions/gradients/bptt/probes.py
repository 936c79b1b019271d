"""What runs beside the student's code in the bptt lesson; the cache never leaves it."""

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


def slopes(lesson, given, d_output):
    """Measure the gradients of the student's own forward pass, whatever it computes."""
    mine = copied(given)

    def loss():
        return float(np.sum(np.asarray(lesson.rnn_forward_np(*copied(mine).values())[0]) * d_output))

    found = {}
    for name, array in mine.items():
        flat, slope = array.reshape(-1), np.zeros(array.size)
        for i, kept in enumerate(flat.copy()):
            flat[i] = kept + SLOPE_EPS
            above = loss()
            flat[i] = kept - SLOPE_EPS
            slope[i] = (above - loss()) / (2 * SLOPE_EPS)
            flat[i] = kept
        found[f"d{name}"] = slope.reshape(array.shape)
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
