"""What runs beside the student's code in the rollout lesson: models that can be seen through."""

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


def decode_plainly(lesson, weights, h, y0, steps, targets):
    """Decode without naming targets, then with targets but without a word on teaching; say what was changed."""
    w_x, w_h, w_y = weights
    before = [h.clone(), y0.clone()]
    given = (lambda x, s: torch.tanh(x @ w_x + s @ w_h), lambda s: s @ w_y, h, y0, steps)
    values = lesson.decode(*given)
    changed = [not torch.equal(a, b) for a, b in zip(before, (h, y0), strict=True)]
    return {"values": values, "by_default": lesson.decode(*given, targets=targets), "changed": changed}
