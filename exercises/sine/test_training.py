"""Public tests of the training lesson: shapes, a step that can be computed by hand, a short training."""

import pytest
import torch

from autograder.testing import must_raise, number, same, several, shaped

WEIGHTS = [torch.tensor([[0.5, -0.3]]), torch.tensor([0.1]), torch.tensor([[0.8]]), torch.tensor([-0.2])]


def small_data():
    generator = torch.Generator().manual_seed(1)
    return torch.randn(6, 2, 1, generator=generator), torch.randn(6, 1, generator=generator)


@pytest.mark.task("Forecaster", core=True)
def test_one_forecast_for_each_window(student):
    y = student.run("default_shape", x=torch.zeros(5, 10, 1))

    shaped(y, (5, 1), "the forecast", axes="N O")


@pytest.mark.task("Forecaster")
def test_an_unknown_cell_raises_a_value_error(student):
    must_raise("ValueError", student.run, "refuse", cell="CNN")


@pytest.mark.task("train_step", core=True)
def test_three_steps_of_gradient_descent(student):
    x, y = small_data()

    found = student.run("three_steps", weights=WEIGHTS, x=x, y=y, max_norm=None)

    w1, b1, w2, b2 = (w.clone().requires_grad_() for w in WEIGHTS)
    for value, parameters in zip(found["values"], found["parameters"], strict=True):
        loss = ((torch.tanh(x.flatten(1) @ w1.T + b1) @ w2.T + b2 - y) ** 2).mean()
        gradients = torch.autograd.grad(loss, (w1, b1, w2, b2))
        for leaf, gradient in zip((w1, b1, w2, b2), gradients, strict=True):
            leaf.data -= 0.1 * gradient
        number(value, loss.item(), "the loss before the step", show=True)
        for actual, leaf in zip(parameters, (w1, b1, w2, b2), strict=True):
            same(actual, leaf.detach(), "a parameter after the step", atol=1e-5, show=True)


@pytest.mark.task("train_step")
def test_shapes_that_differ_raise_a_value_error(student):
    x, y = small_data()

    found = student.run("mismatched", weights=WEIGHTS, x=x, y=y.flatten())

    assert "ValueError" in found["kinds"], "train_step should raise ValueError where model(x) and y differ in shape."


@pytest.mark.task("fit", core=True)
def test_a_short_training_lowers_the_loss_and_prints_it(student):
    x, y = small_data()

    found = student.run("short_fit", weights=WEIGHTS, x=x, y=y, epochs=20, lr=0.05, log_every=10)

    losses = found["losses"]
    assert type(losses) is list, "fit should return a list."
    assert len(losses) == 20, f"fit should return 20 losses, but returned {len(losses)}."
    assert losses[-1] < losses[0], "The last loss should be below the first."
    assert "Epoch [10/20], Loss: " in found["printed"], "fit should print `Epoch [10/20], Loss: ...` after ten epochs."


@pytest.mark.task("evaluate", core=True)
def test_an_evaluation_looks_and_does_not_touch(student):
    x, y = small_data()

    found = student.run("look", weight=torch.tensor([[1.0, 2.0]]), x=x, y=y, training=True)

    several(found["first"], 2, "evaluate should return mse and predictions.")
    expected = x.flatten(1) @ torch.tensor([[1.0], [2.0]]) + 0.1
    same(found["first"][1], expected, "predictions", axes="N O", show=True)
    number(found["first"][0], ((expected - y) ** 2).mean().item(), "mse", show=True)
    assert found["modes"] and not any(found["modes"]), "The model should be in eval mode while it predicts."


@pytest.mark.task("plot_predictions", core=True)
def test_two_lines_with_their_labels(student):
    _, y = small_data()

    found = student.run("draw", y_true=y, y_pred=y + 1, given=True)

    assert found["axes"], f"plot_predictions should return the Axes, but returned a {found.get('type')}."
    assert sorted(found["lines"]) == ["Predicted", "True"], f"The lines are labelled {sorted(found['lines'])}."


# What runs beside your code in these tests.

import contextlib
import copy
import io
import torch
from torch import nn
from torch.optim import optimizer as optimizers


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
