"""Wrong answers of the bptt lesson, each with its catalogue id and its sentence.

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
    "M22",
    task="rnn_forward_np",
    says="The state of the step before is not used: carry h through the loop.",
    costs="most",
)
def every_step_starts_from_h0(x, h0, w_ih, w_hh, b):
    states = [np.tanh(x[:, t] @ w_ih.T + h0 @ w_hh.T + b) for t in range(x.shape[1])]
    return kept(np.stack(states, axis=1), x, h0, w_ih, w_hh)


@mistake("M23", task="rnn_forward_np", says="Your loop never uses the h0 that it was given.")
def h0_is_ignored(x, h0, w_ih, w_hh, b):
    return steps_of(x, np.zeros_like(h0), w_ih, w_hh, b)


@mistake("M27", task="rnn_forward_np", says="Stack along axis 1: output is (N, T, H).")
def stacked_along_the_first_axis(x, h0, w_ih, w_hh, b):
    output, _ = steps_of(x, h0, w_ih, w_hh, b)
    return kept(output.transpose(1, 0, 2), x, h0, w_ih, w_hh)


@mistake("B01", task="rnn_forward_np", says="The bias b is missing.")
def b_is_forgotten(x, h0, w_ih, w_hh, b):
    return steps_of(x, h0, w_ih, w_hh, np.zeros_like(b))


@mistake("B02", task="rnn_forward_np", says="Return two values: output, and the cache for the way back.")
def the_cache_is_not_returned(x, h0, w_ih, w_hh, b):
    return steps_of(x, h0, w_ih, w_hh, b)[0]


@mistake(
    "B04", task="rnn_forward_np", says="Work in float64: with 7 digits no gradient can be checked.", costs="little"
)
def states_are_float32(x, h0, w_ih, w_hh, b):
    output, _ = steps_of(x, h0, w_ih, w_hh, b)
    return kept(output.astype(np.float32), x, h0, w_ih, w_hh)


@mistake("B05", task="rnn_forward_np", says="Time runs forward: read x[:, 0] first.")
def time_runs_backward(x, h0, w_ih, w_hh, b):
    return steps_of(x[:, ::-1], h0, w_ih, w_hh, b)


@mistake(
    "B06", task="rnn_forward_np", says="output begins with the state after the first step; h0 does not belong to it."
)
def h0_is_stored_too(x, h0, w_ih, w_hh, b):
    output, _ = steps_of(x, h0, w_ih, w_hh, b)
    return kept(np.concatenate([h0[:, None], output], axis=1), x, h0, w_ih, w_hh)


@mistake("B07", task="rnn_forward_np", says="Only the last state is returned; output holds the state after every step.")
def only_the_last_state(x, h0, w_ih, w_hh, b):
    output, _ = steps_of(x, h0, w_ih, w_hh, b)
    return kept(output[:, -1], x, h0, w_ih, w_hh)


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


@mistake("M28", task="rnn_backward_np", says="Add the gradient from step t+1 to d_output[:, t].", costs="most")
def nothing_comes_from_the_next_step(d_output, cache):
    x, h0, w_ih, w_hh, output = cache
    before = np.concatenate([h0[:, None], output[:, :-1]], axis=1)
    da = d_output * (1 - output**2)
    return {
        "dx": da @ w_ih,
        "dh0": da[:, 0] @ w_hh,
        "dw_ih": np.einsum("nth,ntd->hd", da, x),
        "dw_hh": np.einsum("nth,ntg->hg", da, before),
        "db": da.sum((0, 1)),
    }


@mistake("B20", task="rnn_backward_np", says="Add d_output[:, t] at every step, not at the last one alone.")
def d_output_counts_at_the_end_alone(d_output, cache):
    x, h0, w_ih, w_hh, output = cache
    dx, dw_ih, dw_hh, db = np.zeros_like(x), 0 * w_ih, 0 * w_hh, np.zeros(len(w_hh))
    dh = d_output[:, -1]
    for t in reversed(range(x.shape[1])):
        before = output[:, t - 1] if t else h0
        da = dh * (1 - output[:, t] ** 2)
        dx[:, t] = da @ w_ih
        dw_ih, dw_hh, db = dw_ih + da.T @ x[:, t], dw_hh + da.T @ before, db + da.sum(0)
        dh = da @ w_hh
    return {"dx": dx, "dh0": dh, "dw_ih": dw_ih, "dw_hh": dw_hh, "db": db}


@mistake(
    "B31",
    task="rnn_backward_np",
    says="Walk from the last step to the first: step t needs what comes from step t+1.",
    costs="most",
)
def the_walk_goes_forward(d_output, cache):
    x, h0, w_ih, w_hh, output = cache
    dx, dw_ih, dw_hh, db, dh = np.zeros_like(x), 0 * w_ih, 0 * w_hh, np.zeros(len(w_hh)), 0 * h0
    for t in range(x.shape[1]):
        before = output[:, t - 1] if t else h0
        da = (d_output[:, t] + dh) * (1 - output[:, t] ** 2)
        dx[:, t] = da @ w_ih
        dw_ih, dw_hh, db = dw_ih + da.T @ x[:, t], dw_hh + da.T @ before, db + da.sum(0)
        dh = da @ w_hh
    return {"dx": dx, "dh0": dh, "dw_ih": dw_ih, "dw_hh": dw_hh, "db": db}


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


@mistake(
    "B39",
    task="rnn_backward_np",
    says="The input is used no more on the way back: do not write dx into x.",
    costs="little",
)
def dx_is_written_into_x(d_output, cache):
    x, h0, w_ih, w_hh, output = cache
    dw_ih, dw_hh, db, dh = 0 * w_ih, 0 * w_hh, np.zeros(len(w_hh)), 0 * h0
    for t in reversed(range(x.shape[1])):
        before = output[:, t - 1] if t else h0
        da = (d_output[:, t] + dh) * (1 - output[:, t] ** 2)
        dw_ih, dw_hh, db = dw_ih + da.T @ x[:, t], dw_hh + da.T @ before, db + da.sum(0)
        x[:, t] = da @ w_ih
        dh = da @ w_hh
    return {"dx": x.copy(), "dh0": dh, "dw_ih": dw_ih, "dw_hh": dw_hh, "db": db}


# The measured gradient


@mistake("M36", task="numerical_gradient", says="Check gradients in float64.")
def a_is_cut_to_float32(f, a, d_out, eps=1e-5):
    low, gradient = a.astype(np.float32), np.zeros_like(a)
    for index in np.ndindex(a.shape):
        above, below = low.copy(), low.copy()
        above[index] += np.float32(eps)
        below[index] -= np.float32(eps)
        gradient[index] = np.sum((f(above) - f(below)) * d_out) / (2 * eps)
    return gradient


@mistake("M37", task="numerical_gradient", says="Use (f(a+e)-f(a-e))/2e and put a back.", costs="most")
def one_sided(f, a, d_out, eps=1e-5):
    gradient = np.zeros_like(a)
    for index in np.ndindex(a.shape):
        above = a.copy()
        above[index] += eps
        gradient[index] = np.sum((f(above) - f(a)) * d_out) / eps
    return gradient


@mistake("M37", task="numerical_gradient", says="Use (f(a+e)-f(a-e))/2e and put a back.")
def one_sided_backward(f, a, d_out, eps=1e-5):
    gradient = np.zeros_like(a)
    for index in np.ndindex(a.shape):
        below = a.copy()
        below[index] -= eps
        gradient[index] = np.sum((f(a) - f(below)) * d_out) / eps
    return gradient


@mistake("M37", task="numerical_gradient", says="Use (f(a+e)-f(a-e))/2e and put a back.", costs="little")
def put_back_by_arithmetic(f, a, d_out, eps=1e-5):
    gradient = np.zeros_like(a)
    for index in np.ndindex(a.shape):
        a[index] += eps
        above = np.sum(f(a) * d_out)
        a[index] -= 2 * eps
        below = np.sum(f(a) * d_out)
        a[index] += eps
        gradient[index] = (above - below) / (2 * eps)
    return gradient


@mistake("M37", task="numerical_gradient", says="Use (f(a+e)-f(a-e))/2e and put a back.")
def never_put_back(f, a, d_out, eps=1e-5):
    gradient = np.zeros_like(a)
    for index in np.ndindex(a.shape):
        a[index] += eps
        above = np.sum(f(a) * d_out)
        a[index] -= 2 * eps
        below = np.sum(f(a) * d_out)
        gradient[index] = (above - below) / (2 * eps)
    return gradient


@mistake("B50", task="numerical_gradient", says="Weight what f returns with d_out before you sum.", costs="most")
def d_out_is_ignored(f, a, d_out, eps=1e-5):
    gradient = np.zeros_like(a)
    for index in np.ndindex(a.shape):
        above, below = a.copy(), a.copy()
        above[index] += eps
        below[index] -= eps
        gradient[index] = np.sum(f(above) - f(below)) / (2 * eps)
    return gradient


@mistake("B51", task="numerical_gradient", says="The two points are 2 eps apart: divide by 2 eps.")
def divided_by_eps(f, a, d_out, eps=1e-5):
    gradient = np.zeros_like(a)
    for index in np.ndindex(a.shape):
        above, below = a.copy(), a.copy()
        above[index] += eps
        below[index] -= eps
        gradient[index] = np.sum((f(above) - f(below)) * d_out) / eps
    return gradient


@mistake("B52", task="numerical_gradient", says="Move one entry at a time, not all of them together.", costs="most")
def all_entries_are_moved(f, a, d_out, eps=1e-5):
    slope = np.sum((f(a + eps) - f(a - eps)) * d_out) / (2 * eps)
    return np.full_like(a, slope)


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


@mistake("B54", task="numerical_gradient", says="The gradient has the shape of a; yours is flat.")
def a_flat_gradient(f, a, d_out, eps=1e-5):
    gradient = []
    for index in np.ndindex(a.shape):
        above, below = a.copy(), a.copy()
        above[index] += eps
        below[index] -= eps
        gradient.append(np.sum((f(above) - f(below)) * d_out) / (2 * eps))
    return np.array(gradient)


@mistake(
    "B57",
    task="numerical_gradient",
    says="a may have any number of axes: go through all places, for instance with np.ndindex.",
    costs="little",
)
def two_axes_only(f, a, d_out, eps=1e-5):
    gradient = np.zeros_like(a)
    rows, columns = a.shape
    for i in range(rows):
        for j in range(columns):
            above, below = a.copy(), a.copy()
            above[i, j] += eps
            below[i, j] -= eps
            gradient[i, j] = np.sum((f(above) - f(below)) * d_out) / (2 * eps)
    return gradient


@mistake(
    "B60",
    task="numerical_gradient",
    says="Without a word on eps it is 1e-5: large enough for the digits, small enough for the formula.",
)
def a_tiny_default(f, a, d_out, eps=1e-12):
    gradient = np.zeros_like(a)
    for index in np.ndindex(a.shape):
        above, below = a.copy(), a.copy()
        above[index] += eps
        below[index] -= eps
        gradient[index] = np.sum((f(above) - f(below)) * d_out) / (2 * eps)
    return gradient


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


@mistake(
    "B62",
    task="rnn_backward_np",
    says="A gradient has the shape of its array, also where an axis has length one.",
    costs="little",
)
def one_step_is_squeezed(d_output, cache):
    found = walked(d_output, cache)
    return {**found, "dx": found["dx"].squeeze()} if found["dx"].shape[1] == 1 else found


def walked(d_output, cache):
    """Walk back as it should be done."""
    x, h0, w_ih, w_hh, output = cache
    dx, dw_ih, dw_hh, db = (np.zeros(a.shape) for a in (x, w_ih, w_hh, w_hh[0]))
    dh = np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        da = (d_output[:, t] + dh) * (1 - output[:, t] ** 2)
        dx[:, t], dh = da @ w_ih, da @ w_hh
        dw_ih += da.T @ x[:, t]
        dw_hh += da.T @ (output[:, t - 1] if t else h0)
        db += da.sum(axis=0)
    return {"dx": dx, "dh0": dh, "dw_ih": dw_ih, "dw_hh": dw_hh, "db": db}


@mistake(
    "B63", task="rnn_forward_np", says="An axis of length one is an axis too: squeeze() takes it away.", costs="little"
)
def one_row_is_squeezed(x, h0, w_ih, w_hh, b):
    output, cache = steps_of(x, h0, w_ih, w_hh, b)
    return output.squeeze(), cache


@mistake(
    "B64",
    task="numerical_gradient",
    says="A slope is measured; a gradient of zeros says that nothing matters.",
    costs="most",
)
def zeros_are_returned(f, a, d_out, eps=1e-5):
    f(a)
    return np.zeros_like(a)
