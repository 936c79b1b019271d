"""Right answers of the bptt lesson, written otherwise.

A way back works with the cache of its own forward pass: `after(forward)` puts that one beside it.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np
import torch

from autograder.testing import alternative


@alternative("rnn_forward_np", "preallocated, inputs multiplied at once")
def preallocated(x, h0, w_ih, w_hh, b):
    n, steps, _ = x.shape
    mixed = x @ w_ih.T + b
    output = np.empty((n, steps, h0.shape[1]))
    for t in range(steps):
        output[:, t] = np.tanh(mixed[:, t] + (output[:, t - 1] if t else h0) @ w_hh.T)
    return output, (x, h0, w_ih, w_hh, output.copy())


@alternative("rnn_forward_np", "one product on joined columns, einsum, a list returned")
def joined(x, h0, w_ih, w_hh, b):
    weight = np.concatenate([w_ih, w_hh], axis=1)
    h, states = h0, np.zeros((len(x), 0, len(b)))
    for x_t in np.moveaxis(x, 1, 0):
        h = np.tanh(np.einsum("nk,hk->nh", np.hstack([x_t, h]), weight) + b)
        states = np.append(states, h[:, np.newaxis], axis=1)
    return [states, (x, h0, w_ih, w_hh, states)]


@alternative("rnn_forward_np", "columns, time first, tanh by its definition")
def of_columns(x, h0, w_ih, w_hh, b):
    states = [h0.T]
    for t in range(x.shape[1]):
        e = np.exp(2 * (w_ih @ x[:, t].T + w_hh @ states[-1] + b[:, None]))
        states.append(1 - 2 / (e + 1))
    output = np.array(states[1:]).transpose(2, 0, 1)  # a view in another order of axes
    return output, (x, h0, w_ih, w_hh, output)


@alternative("rnn_forward_np", "row by row, number by number")
def by_numbers(x, h0, w_ih, w_hh, b):
    output = np.zeros(x.shape[:2] + b.shape)
    for n, row in enumerate(x):
        h = h0[n]
        for t, x_t in enumerate(row):
            h = [np.tanh(w_ih[k].dot(x_t) + w_hh[k].dot(h) + b[k]) for k in range(len(b))]
            output[n, t] = h
    return output, (x, h0, w_ih, w_hh, output)


@alternative("rnn_forward_np", "torch's own layer inside")
def by_torch(x, h0, w_ih, w_hh, b):
    rnn = torch.nn.RNN(w_ih.shape[1], w_ih.shape[0], batch_first=True, dtype=torch.float64)
    weights = (w_ih, w_hh, b, 0 * b)
    with torch.no_grad():
        for parameter, weight in zip(rnn.parameters(), weights, strict=True):
            parameter.copy_(torch.from_numpy(weight))
        output = rnn(torch.from_numpy(x), torch.from_numpy(h0)[None])[0].numpy()
    return output, (x, h0, w_ih, w_hh, output)


def after(forward):
    """Put a forward pass, with a cache of its own, beside the way back."""

    def put(backward):
        globals()["rnn_forward_np"] = forward
        return backward

    return put


@alternative("rnn_backward_np", "all gradients of the sums first, then einsum over batch and time")
def sums_at_the_end(d_output, cache):
    x, h0, w_ih, w_hh, output = cache
    da, dh = np.empty_like(output), 0.0
    for t in range(output.shape[1] - 1, -1, -1):
        da[:, t] = (d_output[:, t] + dh) * (1 - np.square(output[:, t]))
        dh = da[:, t] @ w_hh
    before = np.concatenate([h0[:, None], output[:, :-1]], axis=1)
    return dict(
        db=np.einsum("nth->h", da),
        dw_hh=np.einsum("nth,ntk->hk", da, before),
        dw_ih=np.tensordot(da, x, axes=([0, 1], [0, 1])),
        dh0=dh,
        dx=np.einsum("nth,hd->ntd", da, w_ih),
    )


@dataclass
class Step:
    """What one step remembers."""

    x_t: np.ndarray
    before: np.ndarray
    slope: np.ndarray


@dataclass
class Tape:
    """A cache that is an object."""

    weights: tuple
    steps: list = field(default_factory=list)

    def __iter__(self):
        return reversed(self.steps)


def taped(x, h0, w_ih, w_hh, b):
    tape, h, states = Tape((w_ih, w_hh)), h0, []
    for x_t in x.swapaxes(0, 1):
        after_step = np.tanh(x_t @ w_ih.T + h @ w_hh.T + b)
        tape.steps.append(Step(x_t, h, 1 / np.cosh(np.arctanh(after_step)) ** 2))
        states.append(after_step)
        h = after_step
    return np.stack(states, 1), tape


@alternative("rnn_backward_np", "a tape of steps in an object")
@after(taped)
def by_tape(d_output, cache):
    w_ih, w_hh = cache.weights
    found = OrderedDict(dx=[], dh0=np.zeros_like(cache.steps[0].before), dw_ih=0, dw_hh=0, db=0)
    for step, outside in zip(cache, d_output.swapaxes(0, 1)[::-1], strict=True):
        da = (outside + found["dh0"]) * step.slope
        found["dx"].append(da.dot(w_ih))
        found["dh0"] = da.dot(w_hh)
        found["dw_ih"] = found["dw_ih"] + da.T.dot(step.x_t)
        found["dw_hh"] = found["dw_hh"] + da.T.dot(step.before)
        found["db"] = found["db"] + da.sum(0)
    found["dx"] = np.stack(found["dx"][::-1], axis=1)
    return found


def closed_over(x, h0, w_ih, w_hh, b):
    """Remember a function for each step: from the gradient of its state to those of all it used."""
    backs, h, output = [], h0, np.zeros((*x.shape[:2], len(b)))

    def back_of(x_t, before, state):
        def back(dh):
            da = dh * (1 - state * state)
            return da @ w_ih, da @ w_hh, da.T @ x_t, da.T @ before, np.ones(len(da)) @ da

        return back

    for t in range(x.shape[1]):
        output[:, t] = np.tanh(np.dot(x[:, t], w_ih.T) + np.dot(h, w_hh.T) + b)
        backs.append(back_of(x[:, t], h, output[:, t]))
        h = output[:, t]
    return output, {"backs": backs, "dh": lambda: np.zeros(h0.shape)}


@alternative("rnn_backward_np", "closures, one for each step")
@after(closed_over)
def by_closures(d_output, cache):
    dh, parts = cache["dh"](), []
    for back, outside in zip(cache["backs"][::-1], np.moveaxis(d_output, 1, 0)[::-1], strict=True):
        dx_t, dh, *rest = back(outside + dh)
        parts.append((dx_t, *rest))
    dx, dw_ih, dw_hh, db = zip(*parts, strict=True)
    sums = {"dw_ih": sum(dw_ih), "dw_hh": sum(dw_hh), "db": sum(db)}
    return {"dx": np.stack(dx[::-1]).transpose(1, 0, 2), "dh0": dh, **sums}


@alternative("rnn_backward_np", "recursion over the steps")
def by_recursion(d_output, cache):
    x, h0, w_ih, w_hh, output = cache
    found = {"dx": np.zeros(x.shape), "dw_ih": np.zeros(w_ih.shape), "dw_hh": np.zeros(w_hh.shape), "db": 0}

    def walk(t):
        """Return the gradient that comes to the state before step t from that step on."""
        if t == x.shape[1]:
            return np.zeros(h0.shape)
        da = (walk(t + 1) + d_output[:, t]) * (1 + output[:, t]) * (1 - output[:, t])
        found["dx"][:, t] = da @ w_ih
        found["dw_ih"] += (x[:, t].T @ da).T
        found["dw_hh"] += ((output[:, t - 1] if t else h0).T @ da).T
        found["db"] = found["db"] + da.sum(axis=0)
        return da @ w_hh

    return {"dh0": walk(0), **found, "steps": x.shape[1]}


def recorded(x, h0, w_ih, w_hh, b):
    leaves = [torch.from_numpy(array).clone().requires_grad_() for array in (x, h0, w_ih, w_hh, b)]
    x, h, w_ih, w_hh, b = leaves
    states = []
    for x_t in x.unbind(1):
        h = torch.tanh(x_t @ w_ih.T + h @ w_hh.T + b)
        states.append(h)
    output = torch.stack(states, 1)
    return output.detach().numpy(), (output, leaves)


@alternative("rnn_backward_np", "torch's autograd, kept in the cache")
@after(recorded)
def by_autograd(d_output, cache):
    output, leaves = cache
    found = torch.autograd.grad(output, leaves, torch.from_numpy(d_output), retain_graph=True)
    names = ("dx", "dh0", "dw_ih", "dw_hh", "db")
    return {name: gradient.numpy() for name, gradient in zip(names, found, strict=True)}


def frugal(x, h0, w_ih, w_hh, b):
    """Remember the arguments alone."""
    h, states = h0, []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ w_ih.T + h @ w_hh.T + b)
        states.append(h)
    return np.stack(states, axis=1), [x.copy(), h0.copy(), w_ih.copy(), w_hh.copy(), b.copy()]


@alternative("rnn_backward_np", "the states computed again, one big matrix of the walk for each example")
@after(frugal)
def states_again(d_output, cache):
    x, h0, w_ih, w_hh, b = cache
    n, steps, _ = x.shape
    size = len(b)
    output, _ = frugal(*cache)
    before = np.concatenate([h0[:, None], output[:, :-1]], axis=1)
    da = np.zeros_like(output)
    for i in range(n):
        system = np.eye(steps * size)  # da_t - slope_t * (w_hh.T da_{t+1}) = slope_t * d_output_t
        for t in range(steps - 1):
            here, there = slice(t * size, (t + 1) * size), slice((t + 1) * size, (t + 2) * size)
            system[here, there] -= (1 - output[i, t] ** 2)[:, None] * w_hh.T
        da[i] = np.linalg.solve(system, ((1 - output[i] ** 2) * d_output[i]).ravel()).reshape(steps, size)
    flat = da.reshape(n * steps, size)
    return {
        "dx": da @ w_ih,
        "dh0": da[:, 0] @ w_hh,
        "dw_ih": flat.T @ x.reshape(n * steps, -1),
        "dw_hh": flat.T @ before.reshape(n * steps, size),
        "db": flat.sum(axis=0),
    }


@alternative("numerical_gradient", "copies, unit vectors")
def by_unit_vectors(f, a, d_out, eps=1e-5):
    slopes = []
    for i in range(a.size):
        step = np.zeros(a.size)
        step[i] = eps
        step = step.reshape(a.shape)
        slopes.append(((f(a + step) - f(a - step)) / (2 * eps) * d_out).sum())
    return np.array(slopes).reshape(a.shape)


@alternative("numerical_gradient", "nditer in place, copies of what f returns")
def by_nditer(f, a, d_out, eps=1e-5):
    gradient = np.zeros(a.shape)
    places = np.nditer(a, flags=["multi_index"], op_flags=["readwrite"])
    while not places.finished:
        ix = places.multi_index
        old = float(a[ix])
        try:
            a[ix] = old + eps
            plus = f(a).copy()
            a[ix] = old - eps
            minus = f(a).copy()
        finally:
            a[ix] = old
        gradient[ix] = np.vdot(plus - minus, d_out) / (2 * eps)
        places.iternext()
    return gradient


@alternative("numerical_gradient", "half steps to either side")
def by_half_steps(f, a, d_out, eps=1e-5):
    work = np.array(a, dtype=float)
    gradient = np.empty(work.shape)
    for index, value in np.ndenumerate(a):
        ends = []
        for sign in (0.5, -0.5):
            work[index] = value + sign * eps
            ends.append(np.tensordot(f(work), d_out, axes=np.ndim(d_out)))
        work[index] = value
        gradient[index] = (ends[0] - ends[1]) / eps
    return gradient


@alternative("numerical_gradient", "five points")
def by_five_points(f, a, d_out, eps=1e-5):
    def loss(index, shift):
        moved = a.copy()
        moved[index] += shift
        return float((f(moved) * d_out).sum())

    gradient = np.zeros(a.shape)
    for index in np.ndindex(*a.shape):
        near = loss(index, eps) - loss(index, -eps)
        far = loss(index, 2 * eps) - loss(index, -2 * eps)
        gradient[index] = (8 * near - far) / (12 * eps)
    return gradient


@alternative("numerical_gradient", "the flat iterator, which writes into any layout")
def by_flat(f, a, d_out, eps=1e-5):
    out = []
    for i in range(a.size):
        was = a.flat[i]
        a.flat[i] = was + eps
        high = f(a) * d_out
        a.flat[i] = was - eps
        low = f(a) * d_out
        a.flat[i] = was
        out.append(np.sum(high - low) / 2 / eps)
    return np.reshape(out, a.shape)


def kept(output, x, h0, w_ih, w_hh):
    return output, (x, h0, w_ih, w_hh, output)


@alternative("rnn_forward_np", "a list of states, and what was read")
def listed(x, h0, w_ih, w_hh, b):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ w_ih.T + h @ w_hh.T + b)
        states.append(h)
    return kept(np.stack(states, axis=1), x, h0, w_ih, w_hh)


@alternative("rnn_backward_np", "sums made anew in each step")
def summed_anew(d_output, cache):
    x, h0, w_ih, w_hh, output = cache
    dx, dw_ih, dw_hh, db, dh = np.zeros_like(x), 0 * w_ih, 0 * w_hh, np.zeros(len(w_hh)), 0 * h0
    for t in reversed(range(x.shape[1])):
        before = output[:, t - 1] if t else h0
        da = (d_output[:, t] + dh) * (1 - output[:, t] ** 2)
        dx[:, t] = da @ w_ih
        dw_ih, dw_hh, db = dw_ih + da.T @ x[:, t], dw_hh + da.T @ before, db + da.sum(0)
        dh = da @ w_hh
    return {"dx": dx, "dh0": dh, "dw_ih": dw_ih, "dw_hh": dw_hh, "db": db}


@alternative("numerical_gradient", "two copies for each entry")
def two_copies(f, a, d_out, eps=1e-5):
    gradient = np.zeros_like(a)
    for index in np.ndindex(a.shape):
        above, below = a.copy(), a.copy()
        above[index] += eps
        below[index] -= eps
        gradient[index] = np.sum((f(above) - f(below)) * d_out) / (2 * eps)
    return gradient
