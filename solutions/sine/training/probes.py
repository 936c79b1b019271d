"""What runs beside the student's code in the training lesson."""

import contextlib
import copy
import io

import torch
from torch import nn
from torch.optim import optimizer as optimizers

from autograder.testing import model_follows

WORDS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def recurrent_and_head(model):
    """Sort a model's parameters: the recurrent ones by word, in order of registration, then the rest."""
    named = list(model.named_parameters())
    recurrent = {word: [p for name, p in named if word in name] for word in WORDS}
    rest = [p for name, p in named if not any(word in name for word in WORDS)]
    return recurrent, sorted(rest, key=lambda p: -p.dim())


def build(lesson, sizes, cell, dtype):
    """Build the student's model in the wanted dtype."""
    model = lesson.Forecaster(*sizes, cell=cell)
    return model.double() if dtype == "float64" else model


def set_weights(model, recurrent, head):
    """Set known weights; return the shapes of all parameters, and whether the weights fit."""
    mine, rest = recurrent_and_head(model)
    shapes = {word: [list(p.shape) for p in mine[word]] for word in WORDS}
    shapes["head"] = [list(p.shape) for p in rest]
    wanted = {word: [list(t.shape) for t in recurrent[word]] for word in WORDS}
    wanted["head"] = [list(t.shape) for t in head]
    fits = shapes == wanted
    if fits:
        with torch.no_grad():
            for word in WORDS:
                for parameter, value in zip(mine[word], recurrent[word], strict=True):
                    parameter.copy_(value)
            for parameter, value in zip(rest, head, strict=True):
                parameter.copy_(value)
    return shapes, fits


def forecasts(lesson, sizes, cell, dtype, recurrent, head, x, hx):
    """Set known weights; forecast from zeros and from a state, twice, row by row; differentiate."""
    model = build(lesson, sizes, cell, dtype)
    shapes, fits = set_weights(model, recurrent, head)
    found = {"shapes": shapes}
    if not fits:
        return found
    x = x.clone().requires_grad_()
    states = hx if isinstance(hx, tuple) else (hx,)
    before = [tensor.detach().clone() for tensor in (x, *states)]
    found["from_zeros"] = model(x)
    found["from_state"] = model(x, hx)
    found["again"] = model(x)
    found["one_row"] = model(x[1:2])
    found["changed"] = any(not torch.equal(a, b) for a, b in zip(before, (x, *states), strict=True))
    if not isinstance(found["from_state"], torch.Tensor):
        return found
    mine, rest = recurrent_and_head(model)
    leaves = [x, *(p for word in WORDS for p in mine[word]), *rest]
    grads = torch.autograd.grad(found["from_state"].square().sum(), leaves, allow_unused=True)
    found["gradients"] = [torch.zeros_like(p) if g is None else g for g, p in zip(grads, leaves, strict=True)]
    return found


def shapes_of(lesson, given):
    """Build a model with some arguments by name, the rest by default; say the shapes of its parameters."""
    recurrent, rest = recurrent_and_head(lesson.Forecaster(**given))
    return [list(p.shape) for p in (*(p for word in WORDS for p in recurrent[word]), *rest)]


def elsewhere(lesson, cell):
    """Forecast on another device; say whether all stays there."""
    return model_follows(lambda: lesson.Forecaster(cell=cell), [torch.zeros(2, 5, 1)])


def refuse(lesson, cell):
    """Build a model with an unknown cell."""
    lesson.Forecaster(cell=cell)
    return "built"


def default_shape(lesson, x):
    """Forecast with a model built by default."""
    return lesson.Forecaster()(x)


def make_net(weights):
    """A small network with known weights that is no recurrent one."""
    w1, _, w2, _ = weights
    net = nn.Sequential(
        nn.Flatten(), nn.Linear(w1.shape[1], w1.shape[0]), nn.Tanh(), nn.Linear(w2.shape[1], w2.shape[0])
    )
    net = net.to(w1.dtype)
    with torch.no_grad():
        for parameter, value in zip(net.parameters(), weights, strict=True):
            parameter.copy_(value)
    return net


class Spy(torch.optim.SGD):
    """SGD that writes down when it is used."""

    events = ()

    def zero_grad(self, *args, **kwargs):
        self.events.append("zero_grad")
        super().zero_grad(*args, **kwargs)

    def step(self, *args, **kwargs):
        self.events.append("step")
        return super().step(*args, **kwargs)


@contextlib.contextmanager
def watched_clip(events):
    """Write down calls of the clip function."""
    original = nn.utils.clip_grad_norm_

    def clip(*args, **kwargs):
        events.append("clip")
        return original(*args, **kwargs)

    nn.utils.clip_grad_norm_ = clip
    try:
        yield
    finally:
        nn.utils.clip_grad_norm_ = original


def three_steps(lesson, weights, x, y, max_norm):
    """Call train_step three times with SGD; return every value, the parameters after each call, and the events."""
    net, events = make_net(weights), []
    optimizer = Spy(net.parameters(), lr=0.1)
    optimizer.events = events
    next(iter(net.parameters())).register_hook(lambda grad: events.append("backward"))
    values, parameters = [], []
    with watched_clip(events):
        for _ in range(3):
            values.append(lesson.train_step(net, optimizer, x, y, max_norm))
            parameters.append([p.detach().clone() for p in net.parameters()])
    return {"values": values, "parameters": parameters, "events": events}


class Notes(list):
    """What a model writes down; a deep copy of the model writes into the same list."""

    def __deepcopy__(self, memo):
        return self


class Moody(nn.Module):
    """A linear model with dropout that writes down both their modes and whether gradients are on."""

    def __init__(self, weight):
        super().__init__()
        self.linear = nn.Linear(weight.shape[1], weight.shape[0])
        self.linear.weight.data.copy_(weight)
        self.linear.bias.data.fill_(0.1)
        self.dropout = nn.Dropout(0.5)
        self.modes, self.grads = Notes(), Notes()

    def forward(self, x):
        self.modes.extend([self.training, self.dropout.training])
        self.grads.append(torch.is_grad_enabled())
        return self.linear(self.dropout(x.flatten(1)))


def differ(before, after):
    """Say of each tensor whether its values or its wish for a gradient have changed."""
    return [b.requires_grad or not torch.equal(a, b) for a, b in zip(before, after, strict=True)]


def mode_of_a_step(lesson, weight, x, y):
    """Call train_step on a model that comes in eval mode; say what it saw and what was changed."""
    torch.manual_seed(0)
    model = Moody(weight).eval()
    before = [x.clone(), y.clone()]
    lesson.train_step(model, torch.optim.SGD(model.parameters(), lr=0.1), x, y)
    return {"modes": list(model.modes), "changed": differ(before, (x, y))}


def mode_of_a_fit(lesson, weight, x, y):
    """Fit a model that comes in training mode; say what it saw and what was changed."""
    torch.manual_seed(0)
    model = Moody(weight)
    before = [x.clone(), y.clone()]
    with contextlib.redirect_stdout(io.StringIO()):
        lesson.fit(model, x, y, epochs=2)
    return {"modes": list(model.modes), "changed": differ(before, (x, y))}


def mismatched(lesson, weights, x, y):
    """Call train_step with shapes that must not broadcast; say what it raised and whether a parameter moved."""
    net = make_net(weights)
    before = copy.deepcopy(net.state_dict())
    kinds, value = [], None
    try:
        value = lesson.train_step(net, torch.optim.SGD(net.parameters(), lr=0.1), x, y)
    except Exception as error:
        kinds = [kind.__name__ for kind in type(error).__mro__]
    moved = any(not torch.equal(before[name], tensor) for name, tensor in net.state_dict().items())
    return {"kinds": kinds, "value": value, "moved": moved}


def short_fit(lesson, weights, x, y, epochs, lr, log_every):
    """Fit for a few epochs; return losses, printed lines, parameters, and how the optimizers were used."""
    net, steps = make_net(weights), []
    own = {id(p) for p in net.parameters()}

    def note(optimizer, args, kwargs):
        held = {id(p) for group in optimizer.param_groups for p in group["params"]}
        steps.append((optimizer, held == own))

    printed = io.StringIO()
    handle = optimizers.register_optimizer_step_post_hook(note)
    try:
        with contextlib.redirect_stdout(printed):
            losses = lesson.fit(net, x, y, epochs=epochs, lr=lr, log_every=log_every)
    finally:
        handle.remove()
    return {
        "losses": losses,
        "printed": printed.getvalue(),
        "parameters": [p.detach().clone() for p in net.parameters()],
        "steps": len(steps),
        "optimizers": len({id(one) for one, _ in steps}),
        "own": all(mine for _, mine in steps),
    }


def default_fit(lesson, weights, x, y):
    """Fit a small network with the defaults; return the losses and how many lines `Epoch ...` were printed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        losses = lesson.fit(make_net(weights), x, y)
    return {
        "losses": losses,
        "lines": sum(line.strip().startswith("Epoch") for line in printed.getvalue().splitlines()),
    }


class Wave(nn.Module):
    """A small recurrent network of fixed size, to be trained."""

    def __init__(self, weights):
        super().__init__()
        self.layer = nn.RNN(1, 16, batch_first=True)
        self.out = nn.Linear(16, 1)
        with torch.no_grad():
            for parameter, value in zip(self.parameters(), weights, strict=True):
                parameter.copy_(value)

    def forward(self, x):
        return self.out(self.layer(x)[1][0])


def full_fit(lesson, weights, x, y):
    """Fit with the defaults; return the losses and the trained weights."""
    net = Wave(weights)
    with contextlib.redirect_stdout(io.StringIO()):
        losses = lesson.fit(net, x, y)
    return {"losses": losses, "weights": [p.detach().clone() for p in net.parameters()]}


def look(lesson, weight, x, y, training):
    """Evaluate twice; say what the model saw and how it was left."""
    torch.manual_seed(0)
    model = Moody(weight).train(training)
    model.linear.weight.grad = torch.ones_like(weight)
    before = [x.clone(), y.clone()]
    first = lesson.evaluate(model, x, y)
    second = lesson.evaluate(model, x, y)
    parts = first if isinstance(first, (tuple, list)) else (first,)
    graph = any(isinstance(part, torch.Tensor) and part.requires_grad for part in parts[1:2])
    return {
        "first": first,
        "second": second,
        "modes": list(model.modes),
        "grads": list(model.grads),
        "changed": differ(before, (x, y)),
        "frozen": not all(p.requires_grad for p in model.parameters()),
        "graph": graph,
        "mode_after": [model.training, model.dropout.training],
        "grad_kept": model.linear.weight.grad is not None and bool((model.linear.weight.grad == 1).all()),
        "bias_grad": model.linear.bias.grad is not None,
        "grads_after": torch.is_grad_enabled(),
    }


def draw(lesson, y_true, y_pred, given):
    """Plot, and read the picture back."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from matplotlib.axes import Axes

    plt.close("all")
    before = [y_true.clone(), y_pred.clone()]
    axes = plt.subplots(1, 2)[1][0] if given else None
    result = lesson.plot_predictions(y_true, y_pred, ax=axes) if given else lesson.plot_predictions(y_true, y_pred)
    if not isinstance(result, Axes):
        return {"axes": False, "type": type(result).__name__}
    legends = [one for one in (result.get_legend(), *result.figure.legends) if one]
    drawn = [line for line in result.get_lines() if not str(line.get_label()).startswith("_")]
    lines = {str(line.get_label()): torch.as_tensor(line.get_ydata()).double().clone() for line in drawn}
    found = {
        "axes": True,
        "lines": lines,
        "times": [torch.as_tensor(line.get_xdata(orig=False)).double().clone() for line in drawn],
        "changed": differ(before, (y_true, y_pred)),
        "count": len(drawn),
        "legend": sorted(text.get_text() for legend in legends for text in legend.get_texts()),
        "labels": [bool(result.get_xlabel()), bool(result.get_ylabel())],
        "same": not given or result is axes,
    }
    plt.close("all")
    return found
