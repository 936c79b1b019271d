"""Right answers of the flow lesson, written otherwise."""

import copy
import functools
import math

import numpy as np
import torch
from torch import nn

from autograder.testing import alternative


@alternative("gradient_by_lag", "a leaf for each step, newest first")
def a_leaf_for_each_step(rnn, x):
    steps = [x_t.detach().clone().requires_grad_(True) for x_t in x.unbind(dim=1)]
    last = rnn(torch.stack(steps, dim=1))[0].select(1, -1)
    found = torch.autograd.grad(last, list(reversed(steps)), grad_outputs=torch.ones_like(last))
    return torch.stack([torch.linalg.vector_norm(gradient) for gradient in found])


@alternative("gradient_by_lag", "backward on a copy of the network")
def on_a_copy(rnn, x):
    network = copy.deepcopy(rnn)
    x = torch.nn.Parameter(x.detach().clone())
    network(x)[0][:, -1, :].sum().backward()
    n, t, d = x.shape
    rows = x.grad.transpose(0, 1).reshape(t, n * d)
    return rows.pow(2).sum(1).sqrt()[torch.arange(t - 1, -1, -1)]


@alternative("gradient_by_lag", "the jacobian, lag by lag")
def by_jacobian(rnn, x):
    jacobian = torch.autograd.functional.jacobian(lambda given: rnn(given)[0][:, -1].sum(), x.detach())
    steps = x.size(1)
    return torch.stack([(jacobian[:, steps - 1 - lag] ** 2).sum() ** 0.5 for lag in range(steps)])


@alternative("gradient_by_lag", "the last layer's h_n, einsum")
def by_last_state(rnn, x):
    with torch.enable_grad():
        given = x.data.clone()
        given.requires_grad = True
        state = rnn(given)[1]
        state = state[0] if type(state) is tuple else state
        gradient = torch.autograd.grad(torch.sum(state[-1]), [given])[0]
    return torch.einsum("ntd,ntd->t", gradient, gradient).sqrt().flip(-1)


@alternative("gradient_by_lag", "gradients put away and put back")
def put_away(rnn, x):
    kept = {name: p.grad for name, p in rnn.named_parameters()}
    for p in rnn.parameters():
        p.grad = None
    mine = x.detach().clone().requires_grad_()
    output = rnn(mine)[0]
    output[:, -1].sum().backward()
    for name, p in rnn.named_parameters():
        p.grad = kept[name]
    squares = mine.grad.numpy() ** 2
    return torch.from_numpy(np.sqrt(squares.sum(axis=(0, 2)))[::-1].copy())


@alternative("gradient_by_lag", "the network fed step by step, weights detached")
def step_by_step(rnn, x):
    weights = {name: p.detach() for name, p in rnn.named_parameters()}
    given, hx = x.detach().clone().requires_grad_(), None
    for x_t in given.split(1, dim=1):
        out, hx = torch.func.functional_call(rnn, weights, (x_t, hx))
    out.sum().backward()
    norms = x.new_empty(x.shape[1])
    for lag in range(x.shape[1]):
        norms[lag] = given.grad[:, x.shape[1] - lag - 1].norm()
    return norms


@alternative("clip_grad_norm", "torch's own function")
def by_torch(parameters, max_norm):
    return float(nn.utils.clip_grad_norm_(parameters, max_norm))


@alternative("clip_grad_norm", "one long vector, new gradients")
def one_long_vector(parameters, max_norm):
    with_gradient = [p for p in parameters if p.grad is not None]
    if not with_gradient:
        return 0.0
    norm = torch.cat([p.grad.reshape(-1) for p in with_gradient]).norm()
    for p in with_gradient:
        p.grad = p.grad if norm <= max_norm else p.grad * (max_norm / norm)
    return norm.item()


@alternative("clip_grad_norm", "a norm of norms, scale never above one")
def norm_of_norms(parameters, max_norm):
    parameters = tuple(parameters)
    norms = [torch.linalg.norm(p.grad.flatten()).item() for p in parameters if p.grad is not None]
    total = functools.reduce(math.hypot, norms, 0.0)
    factor = min(max_norm / max(total, max_norm), 1)
    for p in filter(lambda p: p.grad is not None, parameters):
        p.grad.data.mul_(factor)
    return total


@alternative("clip_grad_norm", "numpy looking at the same memory")
def by_numpy(parameters, max_norm):
    arrays = []
    for p in parameters:
        if p.grad is None:
            continue
        arrays.append(p.grad.numpy())
    norm = math.sqrt(math.fsum(float(entry) ** 2 for array in arrays for entry in array.flat))
    if norm > max_norm:
        for array in arrays:
            array /= norm / max_norm
    return norm


@alternative("clip_grad_norm", "all at once with foreach")
def by_foreach(parameters, max_norm):
    gradients = [g for g in (p.grad for p in parameters) if g is not None]
    norms = torch._foreach_norm(gradients) if gradients else [torch.zeros(())]
    norm = torch.stack(norms).square().sum().sqrt()
    if gradients and norm > max_norm:
        torch._foreach_mul_(gradients, (max_norm / norm).item())
    return float(norm)


@alternative("clip_grad_norm", "lengths gathered as float32, gradients scaled in every case")
def gathered(parameters, max_norm):
    kept = []
    for p in parameters:
        if isinstance(p.grad, torch.Tensor):
            kept.append(p)
    norm = torch.tensor([p.grad.norm(p=2).item() for p in kept]).norm().item()
    for p in kept:
        p.grad *= max_norm / norm if norm > max_norm else 1.0
    return norm


@alternative("gradient_by_lag", "asked of autograd alone")
def asked(rnn, x):
    x = x.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(rnn(x)[0][:, -1].sum(), x)
    return gradient.norm(dim=(0, 2)).flip(0)


@alternative("clip_grad_norm", "squares summed in double precision")
def in_double(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = sum(g.double().square().sum().item() for g in gradients) ** 0.5
    if norm > max_norm:
        for g in gradients:
            g.mul_(max_norm / norm)
    return norm
