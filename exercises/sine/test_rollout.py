"""Public tests of the rollout lesson: models that can be seen through."""

import pytest
import torch

from autograder.testing import same


@pytest.mark.task("forecast", core=True)
def test_a_model_that_adds_one_counts_on(student):
    found = student.run("roll", kind="next", history=torch.tensor([1.0, 2, 3]), steps=4, training=True)

    same(found["values"], torch.tensor([4.0, 5, 6, 7]), "forecast", show=True)
    for step, window in enumerate(([1.0, 2, 3], [2.0, 3, 4], [3.0, 4, 5], [4.0, 5, 6])):
        read = torch.tensor(window).reshape(1, 3, 1)
        same(found["windows"][step], read, f"the window of step {step}", axes="1 T 1", show=True)


@pytest.mark.task("forecast")
def test_no_steps_give_an_empty_tensor(student):
    found = student.run("roll", kind="next", history=torch.tensor([1.0, 2]), steps=0, training=True)

    same(found["values"], torch.empty(0), "forecast", show=True)


@pytest.mark.task("decode", core=True)
def test_each_step_reads_what_it_should(student):
    one = torch.ones(1, 1)
    targets = torch.tensor([[[5.0], [6.0], [7.0]]])
    given = {"weights": [one * 0.5, one * 0.5, one], "h": one * 0, "y0": one, "steps": 3, "targets": targets}

    taught = student.run("unroll_cell", **given, teacher_forcing=True)
    free = student.run("unroll_cell", **given, teacher_forcing=False)

    for step, value in enumerate((1.0, 5.0, 6.0)):
        same(taught["read"][step], one * value, f"what the cell reads at step {step} when taught", "N 1", show=True)
    # With h = 0 and y0 = 1: tanh(0.5), then the tanh of the mean of the prediction and the state, which are equal.
    same(free["values"], torch.tensor([[[0.462117], [0.431808], [0.406831]]]), "the values", "N steps 1", show=True)


# What runs beside your code in these tests.

import torch
from torch import nn


class Notes(list):
    """What a model writes down; a deep copy of the model writes into the same list."""

    def __deepcopy__(self, memo):
        return self


class Seen(nn.Module):
    """A model that writes down each window, the modes and whether gradients are on; kind says what it answers."""

    def __init__(self, kind, training=True):
        super().__init__()
        self.kind = kind
        self.scale = nn.Parameter(torch.ones((), dtype=torch.float64))
        self.dropout = nn.Dropout(0.5)
        self.windows, self.modes, self.grads = Notes(), Notes(), Notes()
        self.train(training)

    def forward(self, x):
        self.windows.append(x.detach().clone())
        self.modes.extend([self.training, self.dropout.training])
        self.grads.append(torch.is_grad_enabled())
        answer = {
            "next": lambda: x[:, -1] + 1,
            "mean": lambda: x.mean(dim=1),
            "first": lambda: x[:, 0],
            "weighted": lambda: (x * torch.linspace(-1, 1, x.shape[1], dtype=x.dtype)[None, :, None]).sum(1),
            "dropout": lambda: self.dropout(x).sum(dim=1),
        }[self.kind]()
        return answer * self.scale.to(x.dtype)


def roll(lesson, kind, history, steps, training):
    """Forecast with a model of a kind, and say what it saw."""
    torch.manual_seed(0)
    model = Seen(kind, training)
    before = history.clone()
    with torch.enable_grad():  # leaving the block undoes what the lesson may have left switched off
        values = lesson.forecast(model, history, steps)
        grads_after = torch.is_grad_enabled()
    return {
        "values": values,
        "windows": list(model.windows),
        "modes": list(model.modes),
        "mode_after": model.training,
        "dropout_after": model.dropout.training,
        "graph": bool(getattr(values, "requires_grad", False)),
        "changed": history.requires_grad or not torch.equal(before, history),
        "frozen": not model.scale.requires_grad,
        "grads_after": grads_after,
    }


def unroll_cell(lesson, weights, h, y0, steps, targets, teacher_forcing):
    """Decode with a tanh cell of given weights; return the values, what was read, and gradients."""
    w_x, w_h, w_y = (weight.clone().requires_grad_() for weight in weights)
    h, y0 = h.clone().requires_grad_(), y0.clone().requires_grad_()
    read = []

    def cell(x_t, state):
        read.append(x_t.detach().clone())
        return torch.tanh(x_t @ w_x + state @ w_h)

    def head(state):
        return state @ w_y

    before = targets.clone()
    with torch.enable_grad():
        values = lesson.decode(cell, head, h, y0, steps, targets, teacher_forcing)
        grads_after = torch.is_grad_enabled()
    found = {"values": values, "read": read, "gradients": [], "grads_after": grads_after}
    found["changed"] = targets.requires_grad or not torch.equal(before, targets)
    if not isinstance(values, torch.Tensor):
        return found
    leaves = [w_x, w_h, w_y, h, y0]
    total = (values * torch.arange(1.0, 1.0 + values.numel(), dtype=values.dtype).reshape(values.shape)).sum()
    grads = torch.autograd.grad(total, leaves, allow_unused=True) if total.requires_grad else [None] * len(leaves)
    found["gradients"] = [torch.zeros_like(leaf) if g is None else g for leaf, g in zip(leaves, grads, strict=True)]
    return found
