"""What runs beside the student's code in the classification lesson."""

import contextlib

import torch
from torch import nn

WORDS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def sorted_parameters(model):
    """Sort a model's parameters: the recurrent ones by word, in order of registration, then the rest."""
    named = list(model.named_parameters())
    recurrent = {word: [p for name, p in named if word in name] for word in WORDS}
    rest = [p for name, p in named if not any(word in name for word in WORDS)]
    return recurrent, sorted(rest, key=lambda p: -p.dim())


def in_order(model):
    """List all parameters, word by word, then the rest."""
    recurrent, rest = sorted_parameters(model)
    return [*(p for word in WORDS for p in recurrent[word]), *rest]


def shapes_of(model):
    """Say the shapes of a model's parameters, by word; `head` is what is no recurrent one."""
    recurrent, rest = sorted_parameters(model)
    return {word: [list(p.shape) for p in found] for word, found in {**recurrent, "head": rest}.items()}


def set_weights(model, seed, size):
    """Give a model known weights: uniform within 1 / sqrt(size), drawn in order."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for p in in_order(model):
            p.copy_((2 * torch.rand(p.shape, generator=generator, dtype=torch.float64) - 1) * size**-0.5)


def build(lesson, sizes, cell, dtype, counts, seed):
    """Build a model with known weights; return its shapes too, and no model where their count is none of `counts`."""
    torch.manual_seed(seed)
    model = lesson.SequenceClassifier(*sizes, cell=cell)
    shapes = shapes_of(model)
    if sum(p.numel() for p in in_order(model)) not in counts:
        return shapes, None
    model = model.double() if dtype == "float64" else model
    set_weights(model, seed, sizes[1])
    return shapes, model


def made(lesson, sizes, cell, weights):
    """Build a model and give it weights, in the order and the dtype in which they are given."""
    torch.manual_seed(0)
    model = lesson.SequenceClassifier(*sizes, cell=cell).to(weights[0].dtype)
    with torch.no_grad():
        for p, weight in zip(model.parameters(), weights, strict=True):
            p.copy_(weight)
    return model


def shapes_in_order(lesson, sizes, cell):
    """Build a model; say the shapes of its parameters, in the order in which it lists them."""
    return [list(p.shape) for p in lesson.SequenceClassifier(*sizes, cell=cell).parameters()]


def scores(lesson, x, lengths, **given):
    """Score a batch with given weights."""
    return made(lesson, **given)(x, lengths)


def rows_alone(lesson, x, lengths, **given):
    """Score a batch, then each of its rows alone and without padding."""
    model = made(lesson, **given)
    together = model(x, lengths)
    ends = lengths.tolist()
    alone = [model(x[n : n + 1, :end].clone(), lengths[n : n + 1].clone()) for n, end in enumerate(ends)]
    return {"scores": together, "alone": alone}


def is_padding(x, lengths):
    """Say of each step whether it is padding, shape (N, T)."""
    return torch.arange(x.shape[1]) >= lengths[:, None]


def with_padding(lesson, x, lengths, **given):
    """Score a batch with other numbers in the padding."""
    model = made(lesson, **given)
    fills = (0.0, 9.0, 1e6)
    filled = [model(x.masked_fill(is_padding(x, lengths)[:, :, None], value), lengths) for value in fills]
    return {"scores": model(x, lengths), **{f"{value:g}": found for value, found in zip(fills, filled, strict=True)}}


def slopes(lesson, x, lengths, **given):
    """Differentiate the sum of squared scores with respect to x and to all parameters, in their order."""
    model, x = made(lesson, **given), x.clone().requires_grad_()
    answer = model(x * 1.0, lengths)  # in a network, x is no leaf of the graph
    total, leaves = answer.square().sum(), [x, *model.parameters()]
    found = {"scores": answer, "cut": not total.requires_grad, "frozen": not all(leaf.requires_grad for leaf in leaves)}
    if not found["cut"] and not found["frozen"]:
        grads = torch.autograd.grad(total, leaves, allow_unused=True)
        found["slopes"] = [torch.zeros_like(leaf) if g is None else g for g, leaf in zip(grads, leaves, strict=True)]
    return found


def traces(lesson, x, lengths, **given):
    """Score a batch twice, then in eval mode, and say what the calls have left behind."""
    model = made(lesson, **given)
    before = [x.clone(), lengths.clone(), [p.detach().clone() for p in model.parameters()]]
    first = model(x, lengths)
    second = model(x, lengths)
    return {
        "first": first,
        "second": second,
        "x": torch.equal(before[0], x) and not x.requires_grad,
        "lengths": torch.equal(before[1], lengths),
        "weights": all(torch.equal(a, b) for a, b in zip(before[2], model.parameters(), strict=True)),
        "evaluated": model.eval()(x, lengths),
        "grads_on": torch.is_grad_enabled(),
    }


def elsewhere(lesson, x, lengths, **given):
    """Score a batch on the device `meta`, which computes nothing; say whether a state was made on another one."""
    model, kinds = made(lesson, **given), []

    def look(layer, args, kwargs):
        given = [*args[1:2], kwargs.get("hx")]
        states = [part for state in given for part in (state if isinstance(state, (tuple, list)) else [state])]
        kinds.extend(state.device.type for state in states if isinstance(state, torch.Tensor))

    for layer in model.modules():
        if isinstance(layer, (nn.RNNBase, nn.RNNCellBase)):
            layer.register_forward_pre_hook(look, with_kwargs=True)
    with contextlib.suppress(Exception):  # what this device cannot do is nobody's fault
        model.to("meta")(x.to("meta"), lengths)
    return any(kind != "meta" for kind in kinds)


def known_scores(lesson, sizes, cell, weights, x, lengths):
    """Score a batch with weights that are given in order; say whether the model has weights of these shapes."""
    torch.manual_seed(0)
    model = lesson.SequenceClassifier(*sizes, cell=cell)
    mine = in_order(model)
    fits = [p.shape for p in mine] == [w.shape for w in weights]
    with torch.no_grad():
        for p, weight in zip(mine, weights, strict=True) if fits else ():
            p.copy_(weight)
    return {"scores": model(x, lengths), "fits": fits}


def padded_with(lesson, x, lengths, value):
    """Score a batch of three classes with a number in all of its padding."""
    torch.manual_seed(0)
    model = lesson.SequenceClassifier(hidden_size=4, num_classes=3)
    return model(x.masked_fill(is_padding(x, lengths)[:, :, None], value), lengths)


def sizes_of(lesson, given):
    """Build a model with some arguments by name, the rest by default; say the shapes of its parameters."""
    return shapes_of(lesson.SequenceClassifier(**given))


def refuse(lesson, cell):
    """Build a model with an unknown cell."""
    lesson.SequenceClassifier(cell=cell)
    return "built"


def with_weights(lesson, counts, seed, weights):
    """Build a model of default size, and give it weights in order, if there are any."""
    shapes, model = build(lesson, (1, 16, 2), "GRU", "float32", counts, seed)
    with torch.no_grad():
        for p, weight in zip(in_order(model), weights, strict=True) if model and weights else ():
            p.copy_(weight)
    return shapes, model


def trained(lesson, batches, rates, **made):
    """Go on training a model, a step of Adam for each batch; return its weights in order."""
    shapes, model = with_weights(lesson, **made)
    if model is None:
        return {"shapes": shapes}
    optimizer = torch.optim.Adam(model.parameters(), betas=(0.9, 0.99), fused=True)
    for (x, lengths, y), rate in zip(batches, rates, strict=True):
        optimizer.param_groups[0]["lr"] = rate
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x, lengths), y).backward()
        optimizer.step()
    return {"shapes": shapes, "weights": [p.detach().clone() for p in in_order(model)]}


def scores_of_trained(lesson, x, lengths, **made):
    """Score new data with given weights."""
    with torch.no_grad():
        return with_weights(lesson, **made)[1](x, lengths)


def carried(lesson, logits, y):
    """Measure the accuracy of scores that carry a graph; say whether gradients are still on."""
    answer = lesson.accuracy(logits.clone().requires_grad_() * 1.0, y)
    return {"accuracy": answer, "grads_on": torch.is_grad_enabled()}
