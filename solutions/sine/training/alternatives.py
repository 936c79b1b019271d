"""Right answers of the training lesson, written otherwise."""

import copy
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from autograder.testing import alternative


@alternative("Forecaster", "cells in a ModuleList and a loop")
class OfCells(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        kinds = {"RNN": nn.RNNCell, "LSTM": nn.LSTMCell, "GRU": nn.GRUCell}
        try:
            kind = kinds[cell]
        except KeyError:
            raise ValueError(f"unknown cell {cell}") from None
        self.pair = cell == "LSTM"
        self.hidden_size = hidden_size
        sizes = [input_size] + [hidden_size] * (num_layers - 1)
        self.cells = nn.ModuleList(kind(size, hidden_size) for size in sizes)
        self.out = nn.Linear(hidden_size, output_size)

    def start(self, x):
        zeros = x.new_zeros(len(self.cells), x.shape[0], self.hidden_size)
        return (zeros, zeros) if self.pair else zeros

    def forward(self, x, hx=None):
        hx = self.start(x) if hx is None else hx
        states = list(zip(*hx, strict=True)) if self.pair else list(hx)
        for x_t in x.unbind(dim=1):
            below = x_t
            for layer, cell in enumerate(self.cells):
                states[layer] = cell(below, states[layer])
                below = states[layer][0] if self.pair else states[layer]
        return self.out(below)


@alternative("Forecaster", "the last layer's h_n")
class OfLastState(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        if cell == "RNN":
            self.layer = nn.RNN(input_size, hidden_size, num_layers=num_layers, batch_first=True)
        elif cell == "LSTM":
            self.layer = nn.LSTM(input_size, hidden_size, num_layers=num_layers, batch_first=True)
        elif cell == "GRU":
            self.layer = nn.GRU(input_size, hidden_size, num_layers=num_layers, batch_first=True)
        else:
            raise ValueError(cell)
        self.top = nn.Sequential(nn.Linear(hidden_size, output_size))

    def forward(self, x, hx=None):
        state = (self.layer(x, hx) if hx is not None else self.layer(x))[1]
        if isinstance(state, tuple):
            state = state[0]
        return self.top(state[-1])


@alternative("Forecaster", "time first, the head made before the layer")
class TimeFirst(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        if cell not in ("RNN", "LSTM", "GRU"):
            raise ValueError("cell")
        self.linear = nn.Linear(hidden_size, output_size)
        self.add_module("seq", getattr(nn, cell)(input_size, hidden_size, num_layers))

    def forward(self, x, hx=None):
        out = self.seq(x.permute(1, 0, 2), hx)[0]
        return F.linear(out[x.size(1) - 1], self.linear.weight, self.linear.bias)


@alternative("Forecaster", "head on every step, the last one taken")
class HeadOnEveryStep(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        classes = {c.__name__: c for c in (nn.RNN, nn.GRU, nn.LSTM)}
        if classes.get(cell) is None:
            raise ValueError(f"{cell} is not in {list(classes)}")
        self.body = classes[cell](input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        every = self.fc(self.body(x.contiguous(), hx)[0])
        return every.select(1, -1)


@alternative("train_step", "mse_loss, zero_grad at the end")
def zero_at_the_end(model, optimizer, x, y, max_norm=None):
    model.train(True)
    out = model(x)
    if out.size() != y.size():
        raise ValueError("sizes differ")
    loss = F.mse_loss(out, y)
    loss.backward()
    if max_norm:
        nn.utils.clip_grad_norm_(list(model.parameters()), max_norm=max_norm)
    optimizer.step()
    optimizer.zero_grad(set_to_none=False)
    return float(loss.detach())


@alternative("train_step", "gradients by autograd.grad, clipped by hand")
def by_hand(model, optimizer, x, y, max_norm=None):
    model.train()
    parameters = list(model.parameters())
    out = model(x)
    if tuple(out.shape) != tuple(y.shape):
        raise ValueError(f"{out.shape} is not {y.shape}")
    loss = (out - y).pow(2).mean()
    gradients = torch.autograd.grad(loss, parameters, allow_unused=True)
    norm = math.sqrt(sum(g.pow(2).sum().item() for g in gradients if g is not None))
    scale = max_norm / norm if max_norm is not None and norm > max_norm else 1.0
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = None if gradient is None else gradient * scale
    optimizer.step()
    return loss.item()


@alternative("train_step", "a closure, gradients set to None")
def by_closure(model, optimizer, x, y, max_norm=None):
    model.train()
    if model(x).shape != y.shape:
        raise ValueError("shape")
    said = []

    def closure():
        for parameter in model.parameters():
            parameter.grad = None
        loss = nn.MSELoss()(model(x), y)
        loss.backward()
        if max_norm is not None:
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        said.append(loss.item())
        return loss

    optimizer.step(closure)
    return said[0]


@alternative("train_step", "squared norm over the count")
def by_norm(model, optimizer, x, y, max_norm=None):
    with torch.enable_grad():
        model.train()
        model.zero_grad()
        error = model(x)
        if error.shape != y.shape:
            raise ValueError
        error = error - y
        loss = (error * error).sum() / error.numel()
        loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), float("inf") if max_norm is None else max_norm)
    optimizer.step()
    return loss.detach().tolist()


@alternative("fit", "its own loop, in the mode in which the model comes")
def own_loop(model, x, y, epochs=100, lr=0.01, log_every=10):
    criterion = nn.MSELoss()
    adam = torch.optim.Adam(model.parameters(), lr=lr)
    history = []
    for epoch in range(1, epochs + 1):
        adam.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        adam.step()
        history.append(loss.item())
        if epoch % log_every == 0:
            print("Epoch [%d/%d], Loss: %.4f" % (epoch, epochs, loss.item()))
    return history


@alternative("fit", "a comprehension, printed afterwards")
def printed_afterwards(model, x, y, epochs=100, lr=0.01, log_every=10):
    optimizer = torch.optim.Adam([{"params": list(model.parameters())}], lr)
    losses = [train_step(model, optimizer, x, y) for _ in range(epochs)]
    for number in range(log_every, epochs + 1, log_every):
        print(f"Epoch [{number}/{epochs}], Loss: {losses[number - 1]:.4f}", flush=True)
    return losses


@alternative("fit", "Adam written by hand")
def adam_by_hand(model, x, y, epochs=100, lr=0.01, log_every=10):
    parameters = [p for p in model.parameters() if p.requires_grad]
    first = [torch.zeros_like(p) for p in parameters]
    second = [torch.zeros_like(p) for p in parameters]
    model.train()
    losses = []
    for k in range(1, epochs + 1):
        loss = (model(x) - y).square().mean()
        gradients = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            for p, g, m, v in zip(parameters, gradients, first, second, strict=True):
                m.mul_(0.9).add_(g, alpha=0.1)
                v.mul_(0.999).addcmul_(g, g, value=0.001)
                p -= lr * (m / (1 - 0.9**k)) / ((v / (1 - 0.999**k)).sqrt() + 1e-8)
        losses.append(loss.item())
        if not k % log_every:
            print(f"Epoch [{k}/{epochs}], Loss: {loss.item():.4f}")
    return losses


class Trainer:
    """Holds what one training needs."""

    def __init__(self, model, lr):
        self.model = model
        self.optimizer = torch.optim.Adam(params=model.parameters(), lr=lr, foreach=False)
        self.losses = []

    def __call__(self, x, y):
        self.losses.append(train_step(self.model, self.optimizer, x, y))
        return self.losses[-1]


@alternative("fit", "a trainer class and a while loop")
def by_trainer(model, x, y, epochs=100, lr=0.01, log_every=10):
    trainer = Trainer(model, lr)
    while len(trainer.losses) < epochs:
        loss = trainer(x, y)
        if len(trainer.losses) % log_every == 0:
            print(f"Epoch [{len(trainer.losses)}/{epochs}], Loss: {loss:.4f}")
    return trainer.losses


@alternative("evaluate", "inference mode and try/finally")
def by_inference_mode(model, x, y):
    mode = model.training
    try:
        model.eval()
        with torch.inference_mode():
            said = model(x)
            return F.mse_loss(said, y).item(), said.clone()
    finally:
        model.train(mode)


@alternative("evaluate", "a decorator, detached and float")
@torch.no_grad()
def by_decorator(model, x, y):
    before, _ = model.training, model.train(False)
    predictions = model(x).detach()
    if before:
        model.train()
    return float(np.mean((predictions.numpy() - y.numpy()) ** 2, dtype=np.float64)), predictions


@alternative("evaluate", "in batches, weighted by their sizes")
def in_batches(model, x, y):
    was = model.training
    model.eval()
    total, parts = 0.0, []
    with torch.no_grad():
        for a, b in zip(x.split(2), y.split(2), strict=True):
            parts.append(model(a))
            total += F.mse_loss(parts[-1], b, reduction="sum").item()
    model.train(was)
    return total / y.numel(), torch.cat(parts)


@alternative("plot_predictions", "pyplot's current axes")
def on_current_axes(y_true, y_pred, ax=None):
    ax = plt.gca() if ax is None else ax
    steps = np.arange(len(y_true))
    ax.plot(steps, y_true.reshape(-1).numpy(), "k-", label="True")
    ax.plot(steps, y_pred.reshape(-1).numpy(), "r:", label="Predicted")
    ax.set(xlabel="t", ylabel="sin(t)", title="Forecast")
    ax.legend(loc="best")
    return ax


@alternative("plot_predictions", "a Figure without pyplot, a loop over lines")
def by_figure(y_true, y_pred, ax=None):
    from matplotlib.figure import Figure

    axes = ax or Figure(figsize=(6, 3)).add_subplot()
    for values, name in ((y_pred, "Predicted"), (y_true, "True")):
        (line,) = axes.plot(values.detach().cpu().squeeze().tolist())
        line.set_label(name)
    axes.legend()
    axes.xaxis.set_label_text("step")
    axes.yaxis.set_label_text("value")
    return axes


@alternative("plot_predictions", "labels handed to the legend")
def by_legend(y_true, y_pred, ax=None):
    if ax is None:
        ax = plt.figure().subplots()
    ax.plot(y_true.view(-1), label="True", linewidth=1)
    ax.plot(y_pred.view(-1), label="Predicted", marker=".")
    ax.legend(["True", "Predicted"])
    ax.set_xlabel("window")
    ax.set_ylabel("next value")
    ax.grid(True)
    return ax


@alternative("plot_predictions", "the legend of the figure, a line at zero")
def with_a_legend_of_the_figure(y_true, y_pred, ax=None):
    ax = ax or plt.figure().add_subplot()
    ax.axhline(0, color="grey")
    ax.plot(np.arange(len(y_true)), y_true.reshape(-1).numpy(), "k.", label="True")
    ax.plot(np.arange(len(y_pred)), y_pred.reshape(-1).tolist(), "r", label="Predicted")
    ax.set(xlabel="$t$", ylabel="$y$", title="Forecast")
    ax.get_figure().legend()
    return ax


@alternative("fit", "says more than it must")
def talkative(model, x, y, epochs=100, lr=0.01, log_every=10):
    print(f"Training on {len(x)} examples")
    adam = torch.optim.Adam(params=model.parameters(), lr=lr, amsgrad=False)
    history = []
    for epoch in range(1, 1 + epochs):
        history += [train_step(model, adam, x, y)]
        if not epoch % log_every:
            print("Epoch [{}/{}], Loss: {:.4f}".format(epoch, epochs, history[-1]))
    print("Done.")
    return history


@alternative("evaluate", "a deep copy of the model")
def by_a_copy(model, x, y):
    twin = copy.deepcopy(model).eval()
    with torch.no_grad():
        predictions = twin(x)
    return F.mse_loss(predictions, y).item(), predictions


LAYERS = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}


def layer_of(cell):
    if cell not in LAYERS:
        raise ValueError(cell)
    return LAYERS[cell]


@alternative("Forecaster", "the layer chosen by a function")
class Chosen(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.rnn = layer_of(cell)(input_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        output, _ = self.rnn(x, hx)
        return self.head(output[:, -1])


def checked(model, x, y):
    prediction = model(x)
    if prediction.shape != y.shape:
        raise ValueError("shapes differ")
    return ((prediction - y) ** 2).mean()


@alternative("train_step", "shapes compared in a function")
def with_a_check(model, optimizer, x, y, max_norm=None):
    model.train()
    optimizer.zero_grad()
    loss = checked(model, x, y)
    loss.backward()
    if max_norm is not None:
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item()


@alternative("evaluate", "the error measured afterwards")
def measured_afterwards(model, x, y):
    was = model.training
    model.eval()
    with torch.no_grad():
        p = model(x)
    model.train(was)
    return ((p - y) ** 2).mean().item(), p


@alternative("plot_predictions", "both labels set at once")
def labelled_at_once(y_true, y_pred, ax=None):
    import matplotlib.pyplot as plt

    if ax is None:
        ax = plt.subplots()[1]
    ax.plot(y_true.flatten(), label="True")
    ax.plot(y_pred.flatten(), label="Predicted")
    ax.legend()
    ax.set(xlabel="t", ylabel="value")
    return ax
