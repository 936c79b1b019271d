"""What runs beside the student's code in the flow lesson."""

import torch
from torch import nn

LAYERS = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}


def network(kind, sizes, weights, nonlinearity="tanh"):
    """Build a layer of torch's with known weights, in their dtype."""
    input_size, hidden_size, num_layers = sizes
    given = {"nonlinearity": nonlinearity} if kind == "RNN" else {}
    rnn = LAYERS[kind](input_size, hidden_size, num_layers, batch_first=True, dtype=weights[0].dtype, **given)
    with torch.no_grad():
        for parameter, value in zip(rnn.parameters(), weights, strict=True):
            parameter.copy_(value)
    return rnn


def lags(lesson, x, **made):
    """Measure a known network."""
    return lesson.gradient_by_lag(network(**made), x)


def gradients_of(tensors):
    return [None if tensor.grad is None else tensor.grad.clone() for tensor in tensors]


def alike(before, after):
    """Say whether two lists hold the same gradients, bit for bit; None is no gradient."""
    return all(
        (a is None) == (b is None) and (a is None or torch.equal(a, b)) for a, b in zip(before, after, strict=True)
    )


def traces(lesson, x, wanted, training, **made):
    """Measure a network in the middle of a training, twice; say what is not as it was."""
    rnn = network(**made).train(training)
    parameters = list(rnn.parameters())
    for parameter in parameters[::2]:
        parameter.grad = torch.ones_like(parameter)
    x = x.clone().requires_grad_(wanted)
    if wanted:
        x.grad = torch.ones_like(x)
    values = [tensor.detach().clone() for tensor in (x, *parameters)]
    gradients, of_x = gradients_of(parameters), gradients_of([x])
    first = lesson.gradient_by_lag(rnn, x)
    mode = rnn.training
    again = lesson.gradient_by_lag(rnn, x)
    return {
        "first": first,
        "again": again,
        "gradients": alike(gradients, gradients_of(parameters)),
        "lost": any(p.grad is None for p in parameters[::2]),
        "x": x.requires_grad is wanted and torch.equal(values[0], x) and alike(of_x, gradients_of([x])),
        "weights": all(torch.equal(a, b) for a, b in zip(values[1:], parameters, strict=True)),
        "wishes": all(parameter.requires_grad for parameter in parameters),
        "mode": mode is rnn.training is training,
        "grads_on": torch.is_grad_enabled(),
        "shared": isinstance(first, torch.Tensor)
        and first.untyped_storage().data_ptr() == x.untyped_storage().data_ptr(),
    }


def clip(lesson, gradients, max_norm, kind="list"):
    """Clip known gradients; return the answer, the gradients afterwards, and whether the parameters moved."""
    parameters = [nn.Parameter(torch.full((2,), 3.0) if g is None else torch.full_like(g, 3.0)) for g in gradients]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = None if gradient is None else gradient.clone()
    given = {"list": parameters, "tuple": tuple(parameters), "generator": (p for p in parameters)}[kind]
    norm = lesson.clip_grad_norm(given, max_norm)
    return {
        "norm": norm,
        "gradients": [parameter.grad for parameter in parameters],
        "kept": all(bool((parameter == 3).all()) for parameter in parameters),
    }


def clipped_steps(lesson, weights, x, y, max_norm):
    """Train a small network for three steps, clipping between backward and step."""
    net = nn.Sequential(
        nn.Linear(weights[0].shape[1], weights[0].shape[0]), nn.Tanh(), nn.Linear(weights[2].shape[1], 1)
    )
    net = net.to(weights[0].dtype)
    with torch.no_grad():
        for parameter, value in zip(net.parameters(), weights, strict=True):
            parameter.copy_(value)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    norms = []
    for _ in range(3):
        optimizer.zero_grad()
        (net(x) - y).square().mean().backward()
        norms.append(lesson.clip_grad_norm(net.parameters(), max_norm))
        optimizer.step()
    return {"norms": norms, "parameters": [parameter.detach().clone() for parameter in net.parameters()]}
