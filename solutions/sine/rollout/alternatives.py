"""Right answers of the rollout lesson, written otherwise."""

import copy
from collections import deque

import torch

from autograder.testing import alternative


@alternative("forecast", "a deque of values")
@torch.no_grad()
def by_deque(model, history, steps):
    mode = model.training
    model.eval()
    recent = deque(history.tolist(), maxlen=len(history))
    said = []
    for _ in range(steps):
        x = torch.tensor(list(recent), dtype=history.dtype)[None, :, None]
        recent.append(model(x).item())
        said.append(recent[-1])
    model.train(mode)
    return torch.tensor(said, dtype=history.dtype)


@alternative("forecast", "one long tensor, inference mode and try/finally")
def by_one_tensor(model, history, steps):
    length = len(history)
    line = torch.cat([history.detach().clone(), history.new_zeros(steps)])
    training = model.training
    try:
        model.eval()
        with torch.inference_mode():
            for i in range(steps):
                line[length + i] = model(line[i : i + length].view(1, length, 1)).squeeze()
    finally:
        model.train(training)
    return line[length:].clone()


@alternative("forecast", "roll and overwrite a copy")
def by_roll(model, history, steps):
    training, model = model.training, model.eval()
    window, out = history[None, :, None], []
    with torch.set_grad_enabled(False):
        while len(out) < steps:
            y = model(window)
            out.append(y.flatten())
            window = torch.roll(window, -1, dims=1)
            window[:, -1] = y
    model.train(training)
    return torch.cat(out) if out else torch.zeros(0, dtype=history.dtype)


@alternative("forecast", "recursion")
def by_recursion(model, history, steps):
    if steps < 1:
        return history[:0].clone()
    before = model.training
    model.train(False)
    with torch.no_grad():
        y = model(history.unsqueeze(0).unsqueeze(-1)).detach()[0]
    model.train(before)
    return torch.cat([y, forecast(model, torch.cat([history[1:], y]), steps - 1)])


@alternative("forecast", "a tensor that grows")
def by_growing(model, history, steps):
    mode = model.training
    model.eval()
    line = history.clone()
    with torch.no_grad():
        for _ in range(steps):
            window = line[-len(history) :].reshape(1, -1, 1)
            line = torch.cat([line, model(window).reshape(1)])
    model.train(mode)
    return line[len(history) :]


@alternative("decode", "all inputs chosen before the step")
def chosen_before(cell, head, h, y0, steps, targets=None, teacher_forcing=False):
    outputs = []
    for t in range(steps):
        if t == 0:
            x = y0
        elif teacher_forcing:
            x = targets[:, t - 1, :]
        else:
            x = outputs[-1]
        h = cell(x, h)
        outputs.append(head(h))
    return torch.cat([o.unsqueeze(1) for o in outputs], 1)


@alternative("decode", "preallocated output")
def into_a_tensor(cell, head, h, y0, steps, targets=None, teacher_forcing=False):
    values = y0.new_zeros(y0.shape[0], steps, 1)
    x = y0
    for t in range(steps):
        h = cell(x, h)
        y = head(h)
        values[:, t] = y
        x = targets[:, t].to(y.dtype) if teacher_forcing else y
    return values


def go_on(cell, head, h, x, targets, left):
    if not left:
        return []
    h = cell(x, h)
    y = head(h)
    following = targets[:, -left] if targets is not None else y
    return [y, *go_on(cell, head, h, following, targets, left - 1)]


@alternative("decode", "recursion in a helper")
def by_helper(cell, head, h, y0, steps, targets=None, teacher_forcing=False):
    return torch.stack(go_on(cell, head, h, y0, targets if teacher_forcing else None, steps)).transpose(0, 1)


@alternative("decode", "all taught inputs at once, an iterator")
def by_iterator(cell, head, h, y0, steps, targets=None, teacher_forcing=False):
    fed = None
    if teacher_forcing:
        fed = iter(torch.cat([y0.unsqueeze(1), targets[:, :-1]], dim=1).unbind(1))
    y, out = y0, []
    for _ in range(steps):
        h = cell(next(fed) if fed is not None else y, h)
        y = head(h)
        out.append(y)
    return torch.stack(out, 1)


@alternative("forecast", "one call ahead of the loop, the last answer unused")
def one_ahead(model, history, steps):
    before = model.training
    model.eval()
    values, window = [], history.clone()
    with torch.no_grad():
        following = model(window.view(1, -1, 1)).view(1)
        for _ in range(steps):
            values.append(following)
            window = torch.cat([window[1:], following])
            following = model(window.view(1, -1, 1)).view(1)
    model.train(before)
    return torch.cat(values) if values else history.new_empty(0)


class Window:
    """The last T values."""

    def __init__(self, values):
        self.values = values

    def push(self, value):
        return Window(torch.cat([self.values, value])[-len(self.values) :])


@alternative("forecast", "a window class, detached answers")
def by_window(model, history, steps):
    window, said = Window(history.detach()), history.new_zeros(steps)
    mode, _ = model.training, model.eval()
    for i in range(steps):
        said[i] = model(window.values[None, :, None]).detach().squeeze()
        window = window.push(said[i : i + 1])
    model.train(mode)
    return said


@alternative("decode", "the next state at the end of the loop, the last one unused")
def state_ahead(cell, head, h, y0, steps, targets=None, teacher_forcing=False):
    said, h = [], cell(y0, h)
    for t in range(steps):
        said.append(head(h))
        h = cell(targets[:, t] if teacher_forcing else said[-1], h)
    return torch.stack(said, 1)


@alternative("forecast", "a deep copy of the model")
def by_a_copy(model, history, steps):
    twin, line = copy.deepcopy(model).eval(), history.clone()
    with torch.no_grad():
        for _ in range(steps):
            line = torch.cat([line, twin(line[-len(history) :].view(1, -1, 1)).view(1)])
    return line[len(history) :]


@alternative("forecast", "a list of answers, joined at the end")
def joined(model, history, steps):
    was_training = model.training
    model.eval()
    window, values = history.clone(), []
    with torch.no_grad():
        for _ in range(steps):
            value = model(window.reshape(1, -1, 1)).reshape(1)
            values.append(value)
            window = torch.cat([window[1:], value])
    model.train(was_training)
    return torch.cat(values) if values else history.new_empty(0)
