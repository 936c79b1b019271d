"""What runs beside the student's code in the padding lesson."""

import torch
from torch import nn

LAYERS = {"RNN": nn.RNN, "GRU": nn.GRU}


def network(kind, sizes, weights, nonlinearity="tanh"):
    """Build a layer of torch's with known weights, in their dtype."""
    input_size, hidden_size, num_layers = sizes
    given = {"nonlinearity": nonlinearity} if kind == "RNN" else {}
    rnn = LAYERS[kind](input_size, hidden_size, num_layers, batch_first=True, dtype=weights[0].dtype, **given)
    with torch.no_grad():
        for parameter, value in zip(rnn.parameters(), weights, strict=True):
            parameter.copy_(value)
    return rnn


def encoded(lesson, x, lengths, **made):
    """Encode a batch with a known layer."""
    return lesson.encode(network(**made), x, lengths)


def slopes(lesson, x, lengths, cotangent, **made):
    """Encode a batch; differentiate sum(states * cotangent) with respect to x and to every parameter."""
    rnn, x = network(**made), x.clone().requires_grad_()
    states = lesson.encode(rnn, x, lengths)
    if not isinstance(states, torch.Tensor) or states.shape != cotangent.shape:
        return {"states": states, "gradients": []}
    leaves = [x, *rnn.parameters()]
    found = [None] * len(leaves)
    if states.requires_grad:
        found = torch.autograd.grad((states * cotangent).sum(), leaves, allow_unused=True)
    gradients = [torch.zeros_like(leaf) if g is None else g for g, leaf in zip(found, leaves, strict=True)]
    return {"states": states, "gradients": gradients}


def traces(lesson, x, lengths, training, **made):
    """Encode in the middle of a training, twice; say what is not as it was."""
    rnn = network(**made).train(training)
    parameters = list(rnn.parameters())
    for parameter in parameters[::2]:
        parameter.grad = torch.ones_like(parameter)
    values = [tensor.detach().clone() for tensor in (x, lengths, *parameters)]
    first = lesson.encode(rnn, x, lengths)
    kept = [torch.equal(a, b) for a, b in zip(values, (x, lengths, *parameters), strict=True)]
    grads = [parameter.grad for parameter in parameters]
    return {
        "first": first,
        "x": kept[0] and not x.requires_grad,
        "lengths": kept[1],
        "weights": all(kept[2:]),
        "gradients": all(g is not None and bool((g == 1).all()) for g in grads[::2])
        and all(g is None for g in grads[1::2]),
        "wishes": all(parameter.requires_grad for parameter in parameters),
        "mode": rnn.training is training,
        "batch_first": rnn.batch_first,
        "grads_on": torch.is_grad_enabled(),
        "again": lesson.encode(rnn, x, lengths),
    }


def slope_of_loss(lesson, pred, target, lengths):
    """Differentiate the loss with respect to pred, which a model has computed: it is no leaf of the graph."""
    leaf = pred.clone().requires_grad_()
    loss = lesson.masked_mse(leaf * 1.0, target, lengths)
    if not isinstance(loss, torch.Tensor) or loss.shape != () or not loss.requires_grad:
        return {"loss": loss, "slope": torch.zeros_like(leaf)}
    return {"loss": loss, "slope": torch.autograd.grad(loss, leaf, materialize_grads=True)[0]}
