"""Wrong answers of the bptt lesson that are programs of their own; the others are edits in mistakes.toml.

A wrong way back stands behind the right forward pass, whose cache is (x, h0, w_ih, w_hh, output).
"""

import numpy as np

from autograder.testing import mistake

KEPT = {}
STEPS = {}


def steps_of(x, h0, w_ih, w_hh, b):
    """Run the right network; return its output and the cache of the lesson's answer."""
    h, states = h0, []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ w_ih.T + h @ w_hh.T + b)
        states.append(h)
    output = np.stack(states, axis=1)
    return output, (x, h0, w_ih, w_hh, output)


def kept(output, x, h0, w_ih, w_hh):
    return output, (x, h0, w_ih, w_hh, output)


# The forward pass


@mistake("M14", task="rnn_forward_np", says="Your loop goes over the batch as if it were time: step t is x[:, t].")
def time_and_batch_are_swapped(x, h0, w_ih, w_hh, b):
    h, states = h0[:1].mean(axis=0), []
    for x_t in x:
        h = np.tanh(x_t @ w_ih.T + h @ w_hh.T + b)
        states.append(h)
    return kept(np.stack(states), x, h0, w_ih, w_hh)


@mistake(
    "B08",
    task="rnn_forward_np",
    says="Your function keeps its last state for the next call; start from h0.",
    costs="little",
)
def the_state_is_kept_between_calls(x, h0, w_ih, w_hh, b):
    same = x.tobytes() + h0.tobytes()  # so that what it returns does not depend on the calls for other batches
    output, cache = steps_of(x, STEPS.get(same, h0), w_ih, w_hh, b)
    STEPS[same] = output[:, -1].copy()
    return output, cache


# The way back


def remembering(forward):
    """Put a forward pass beside a way back that leaves what it knows in a global variable."""

    def put(backward):
        def remembered(x, h0, w_ih, w_hh, b):
            output, KEPT["cache"] = forward(x, h0, w_ih, w_hh, b)
            return output, None

        globals()["rnn_forward_np"] = remembered
        return backward

    return put


@mistake(
    "B34",
    task="rnn_backward_np",
    says="What the way back needs stands in its cache, not in a global: two forward passes may come before one walk.",
)
@remembering(steps_of)
def the_cache_is_a_global(d_output, cache):
    x, h0, w_ih, w_hh, output = KEPT["cache"]
    dx, dw_ih, dw_hh, db, dh = np.zeros_like(x), 0 * w_ih, 0 * w_hh, np.zeros(len(w_hh)), 0 * h0
    for t in reversed(range(x.shape[1])):
        before = output[:, t - 1] if t else h0
        da = (d_output[:, t] + dh) * (1 - output[:, t] ** 2)
        dx[:, t] = da @ w_ih
        dw_ih, dw_hh, db = dw_ih + da.T @ x[:, t], dw_hh + da.T @ before, db + da.sum(0)
        dh = da @ w_hh
    return {"dx": dx, "dh0": dh, "dw_ih": dw_ih, "dw_hh": dw_hh, "db": db}


def emptied(forward):
    """Put a forward pass with a list of steps beside a way back that takes them out."""

    def put(backward):
        def listed(x, h0, w_ih, w_hh, b):
            output, _ = forward(x, h0, w_ih, w_hh, b)
            states = [h0, *output.transpose(1, 0, 2)]
            return output, (w_ih, w_hh, list(zip(x.transpose(1, 0, 2), states[:-1], states[1:], strict=True)))

        globals()["rnn_forward_np"] = listed
        return backward

    return put


@mistake(
    "B35",
    task="rnn_backward_np",
    says="The walk empties its cache: read the steps without taking them out, so that a second walk finds them.",
)
@emptied(steps_of)
def the_cache_is_used_up(d_output, cache):
    w_ih, w_hh, steps = cache
    dx, dw_ih, dw_hh, db = [], 0 * w_ih, 0 * w_hh, np.zeros(len(w_hh))
    dh = np.zeros((d_output.shape[0], len(w_hh)))
    while steps:
        x_t, before, h = steps.pop()
        da = (d_output[:, len(steps)] + dh) * (1 - h**2)
        dx.insert(0, da @ w_ih)
        dw_ih, dw_hh, db = dw_ih + da.T @ x_t, dw_hh + da.T @ before, db + da.sum(0)
        dh = da @ w_hh
    return {"dx": np.stack(dx, axis=1), "dh0": dh, "dw_ih": dw_ih, "dw_hh": dw_hh, "db": db}


@mistake(
    "B36", task="rnn_backward_np", says="One walk is enough: do not start a new one from every step.", costs="little"
)
def a_walk_from_every_step(d_output, cache):
    x, h0, w_ih, w_hh, output = cache
    dx, dw_ih, dw_hh, db, dh0 = np.zeros_like(x), 0 * w_ih, 0 * w_hh, np.zeros(len(w_hh)), 0 * h0
    for last in range(x.shape[1]):
        dh = d_output[:, last]
        for t in reversed(range(last + 1)):
            before = output[:, t - 1] if t else h0
            da = dh * (1 - output[:, t] ** 2)
            dx[:, t] += da @ w_ih
            dw_ih, dw_hh, db = dw_ih + da.T @ x[:, t], dw_hh + da.T @ before, db + da.sum(0)
            dh = da @ w_hh
        dh0 = dh0 + dh
    return {"dx": dx, "dh0": dh0, "dw_ih": dw_ih, "dw_hh": dw_hh, "db": db}


# The measured gradient


@mistake(
    "B53",
    task="numerical_gradient",
    says="a.reshape(-1) of a transposed array is a copy: what you move there, f does not see.",
    costs="little",
)
def the_flat_view_is_a_copy(f, a, d_out, eps=1e-5):
    flat, gradient = a.reshape(-1), np.zeros(a.size)
    for i in range(a.size):
        kept = flat[i]
        flat[i] = kept + eps
        above = np.sum(f(a) * d_out)
        flat[i] = kept - eps
        below = np.sum(f(a) * d_out)
        flat[i] = kept
        gradient[i] = (above - below) / (2 * eps)
    return gradient.reshape(a.shape)


@mistake(
    "B61",
    task="rnn_backward_np",
    says="Walk back with the chain rule. Moving each entry and looking costs two forward passes a number, and digits.",
    costs="most",
)
def gradients_are_measured(d_output, cache):
    x, h0, w_ih, w_hh, output = cache
    b = (np.arctanh(output[:, 0]) - x[:, 0] @ w_ih.T - h0 @ w_hh.T).mean(axis=0)
    given = {"x": x, "h0": h0, "w_ih": w_ih, "w_hh": w_hh, "b": b}

    def slope(name, index):
        moved = [{**given, name: given[name].copy()} for _ in range(2)]
        for sign, one in zip((1, -1), moved, strict=True):
            one[name][index] += sign * 1e-5
        above, below = (steps_of(**one)[0] for one in moved)
        return np.sum((above - below) * d_output) / 2e-5

    return {
        f"d{name}": np.array([slope(name, index) for index in np.ndindex(a.shape)]).reshape(a.shape)
        for name, a in given.items()
    }
