"""Wrong answers of the training lesson, each with its catalogue id and its sentence."""

import copy

import torch
from torch import nn

from autograder.testing import mistake

LAYERS = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}


def layer_of(cell):
    if cell not in LAYERS:
        raise ValueError(cell)
    return LAYERS[cell]


def checked(model, x, y):
    prediction = model(x)
    if prediction.shape != y.shape:
        raise ValueError("shapes differ")
    return ((prediction - y) ** 2).mean()


@mistake(
    "M14",
    task="Forecaster",
    says="Your model mixes the samples of the batch: it treats the batch axis as time (batch_first=True).",
)
class BatchFirstIsForgotten(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.rnn = layer_of(cell)(input_size, hidden_size, num_layers)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        output, _ = self.rnn(x)
        return self.head(output[:, -1])


@mistake("M38", task="Forecaster", says="out[-1] is the last sample of the batch; the last step is out[:, -1].")
class LastSample(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.rnn = layer_of(cell)(input_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        output, _ = self.rnn(x, hx)
        return self.head(output[-1])


@mistake(
    "M39",
    task="Forecaster",
    says="You read the first step, which has seen one value only; read the last one.",
    costs="most",
)
class FirstStep(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.rnn = layer_of(cell)(input_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        output, _ = self.rnn(x, hx)
        return self.head(output[:, 0])


@mistake("M40", task="Forecaster", says="Use the last step, not the mean over all steps.")
class MeanOverTime(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.rnn = layer_of(cell)(input_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        output, _ = self.rnn(x, hx)
        return self.head(output.mean(1))


@mistake("M41", task="Forecaster", says="h_n has a layer axis: take h_n[-1] before the head.")
class LayerAxis(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.rnn = layer_of(cell)(input_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        _, h_n = self.rnn(x, hx)
        h_n = h_n[0] if isinstance(h_n, tuple) else h_n
        return self.head(h_n)


@mistake("M42", task="Forecaster", says="nn.LSTM returns (h_n, c_n) in this order; you used c_n for h_n.")
class CellState(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.rnn = layer_of(cell)(input_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        _, h_n = self.rnn(x, hx)
        h_n = h_n[1] if isinstance(h_n, tuple) else h_n
        return self.head(h_n[-1])


@mistake(
    "M43",
    task="Forecaster",
    says="The forecast reads one direction: a bidirectional layer's backward half has seen one step only at out[:, -1].",
)
class Bidirectional(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.rnn = layer_of(cell)(input_size, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * hidden_size, output_size)

    def forward(self, x, hx=None):
        output, _ = self.rnn(x, hx)
        return self.head(output[:, -1])


@mistake("M44", task="Forecaster", says="Sizes are hard-coded; take them from the arguments.")
class HardCodedSizes(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.rnn = layer_of(cell)(1, 16, num_layers, batch_first=True)
        self.head = nn.Linear(16, 1)

    def forward(self, x, hx=None):
        output, _ = self.rnn(x, hx)
        return self.head(output[:, -1])


@mistake(
    "M45",
    task="Forecaster",
    says="A tensor has a fixed dtype or device: take those of x, as x.new_zeros(...) does.",
    costs="little",
)
class FixedDtype(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.sizes = (num_layers, hidden_size, cell)
        self.rnn = layer_of(cell)(input_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        layers, size, cell = self.sizes
        if hx is None:
            zeros = torch.zeros(layers, x.size(0), size)
            hx = (zeros, zeros) if cell == "LSTM" else zeros
        output, _ = self.rnn(x, hx)
        return self.head(output[:, -1])


@mistake(
    "M45",
    task="Forecaster",
    says="A tensor has a fixed dtype or device: take those of x, as x.new_zeros(...) does.",
    costs="little",
)
class FixedDevice(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.sizes = (num_layers, hidden_size, cell)
        self.rnn = layer_of(cell)(input_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        layers, size, cell = self.sizes
        if hx is None:
            zeros = torch.zeros(layers, x.size(0), size, dtype=x.dtype)
            hx = (zeros, zeros) if cell == "LSTM" else zeros
        output, _ = self.rnn(x, hx)
        return self.head(output[:, -1])


@mistake(
    "M46", task="Forecaster", says="The first state has a fixed batch size: use x.size(0), not a number from elsewhere."
)
class FixedBatch(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.sizes = (num_layers, hidden_size, cell)
        self.rnn = layer_of(cell)(input_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        layers, size, cell = self.sizes
        if hx is None:
            zeros = torch.zeros(layers, 32, size, dtype=x.dtype)
            hx = (zeros, zeros) if cell == "LSTM" else zeros
        output, _ = self.rnn(x, hx)
        return self.head(output[:, -1])


@mistake("M47", task="Forecaster", says="Start every forward from hx; do not keep the state of the last call.")
class KeptState(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.h = None
        self.rnn = layer_of(cell)(input_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        if hx is None and self.h is not None and self.size == x.size(0):
            hx = self.h
        output, h = self.rnn(x, hx)
        self.h = tuple(s.detach() for s in h) if isinstance(h, tuple) else h.detach()
        self.size = x.size(0)
        return self.head(output[:, -1])


@mistake(
    "M48",
    task="Forecaster",
    says="Layers in a Python list are not found by parameters(): use nn.ModuleList or an attribute.",
)
class LayerInAList(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.layers = [layer_of(cell)(input_size, hidden_size, num_layers, batch_first=True)]
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        output, _ = self.layers[0](x, hx)
        return self.head(output[:, -1])


@mistake("M49", task="Forecaster", says="Write `if hx is None`: a tensor with many values is neither true nor false.")
class TruthOfATensor(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.rnn = layer_of(cell)(input_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        if not isinstance(hx, tuple) and not hx:
            hx = None
        output, _ = self.rnn(x, hx)
        return self.head(output[:, -1])


@mistake("M61", task="Forecaster", says="You cut the graph: detach() keeps the gradient from the recurrent layer.")
class DetachedState(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.rnn = layer_of(cell)(input_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        output, _ = self.rnn(x, hx)
        return self.head(output[:, -1].detach())


@mistake("M23", task="Forecaster", says="Your model never uses the hx that it was given.")
class IgnoredState(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.rnn = layer_of(cell)(input_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        output, _ = self.rnn(x)
        return self.head(output[:, -1])


@mistake("T01", task="Forecaster", says="The recurrent layer has no bias; leave bias=True.")
class NoBias(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.rnn = layer_of(cell)(input_size, hidden_size, num_layers, batch_first=True, bias=False)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        output, _ = self.rnn(x, hx)
        return self.head(output[:, -1])


@mistake("T02", task="Forecaster", says="Only one recurrent layer is built; pass num_layers on.")
class OneLayer(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.rnn = layer_of(cell)(input_size, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        if isinstance(hx, tuple):
            hx = tuple(s[:1].contiguous() for s in hx)
        elif hx is not None:
            hx = hx[:1].contiguous()
        output, _ = self.rnn(x, hx)
        return self.head(output[:, -1])


@mistake("T03", task="Forecaster", says="The forecast is a plain linear function of the state; no tanh after the head.")
class TanhOnTop(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.rnn = layer_of(cell)(input_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        output, _ = self.rnn(x, hx)
        return torch.tanh(self.head(output[:, -1]))


@mistake("T04", task="Forecaster", says="`cell` is ignored: choose nn.RNN, nn.LSTM or nn.GRU by it.", costs="most")
class AlwaysRNN(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        layer_of(cell)
        self.rnn = nn.RNN(input_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        output, _ = self.rnn(x, hx)
        return self.head(output[:, -1])


@mistake(
    "T05",
    task="Forecaster",
    says="An unknown cell should raise ValueError, not be taken for an RNN or end in another error.",
    costs="little",
)
class UnknownCell(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.rnn = LAYERS.get(cell, nn.RNN)(input_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        output, _ = self.rnn(x, hx)
        return self.head(output[:, -1])


@mistake("T06", task="Forecaster", says="Keep the feature axis: the forecast has shape (N, output_size).")
class SqueezedForecast(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.rnn = layer_of(cell)(input_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        output, _ = self.rnn(x, hx)
        return self.head(output[:, -1]).squeeze(-1)


@mistake(
    "T07",
    task="Forecaster",
    says="The recurrent layer's own tanh is replaced by ReLU; leave the nonlinearity as it is.",
)
class ReLU(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        extra = {"nonlinearity": "relu"} if cell == "RNN" else {}
        self.rnn = layer_of(cell)(input_size, hidden_size, num_layers, batch_first=True, **extra)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        output, _ = self.rnn(x, hx)
        return self.head(output[:, -1])


@mistake(
    "M50",
    task="train_step",
    says="The loss compared every prediction with every target: raise ValueError unless model(x) and y have equal shapes.",
    costs="little",
)
def shapes_may_broadcast(model, optimizer, x, y, max_norm=None):
    model.train()
    optimizer.zero_grad()
    loss = ((model(x) - y) ** 2).mean()
    loss.backward()
    if max_norm is not None:
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item()


@mistake("M51", task="train_step", says="Gradients of earlier steps are still there: call optimizer.zero_grad().")
def gradients_are_never_zeroed(model, optimizer, x, y, max_norm=None):
    model.train()
    loss = checked(model, x, y)
    loss.backward()
    if max_norm is not None:
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item()


@mistake("M52", task="train_step", says="You erased the gradients before the step could use them.")
def zeroed_before_the_step(model, optimizer, x, y, max_norm=None):
    model.train()
    loss = checked(model, x, y)
    loss.backward()
    if max_norm is not None:
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.zero_grad()
    optimizer.step()
    return loss.item()


@mistake("M53", task="train_step", says="backward() first, then step().")
def step_before_backward(model, optimizer, x, y, max_norm=None):
    model.train()
    optimizer.zero_grad()
    loss = checked(model, x, y)
    optimizer.step()
    loss.backward()
    if max_norm is not None:
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    return loss.item()


@mistake(
    "M54", task="train_step", says="Nothing changed the parameters: is step() or backward() missing?", costs="most"
)
def no_step(model, optimizer, x, y, max_norm=None):
    model.train()
    optimizer.zero_grad()
    loss = checked(model, x, y)
    loss.backward()
    if max_norm is not None:
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    return loss.item()


@mistake(
    "M54", task="train_step", says="Nothing changed the parameters: is step() or backward() missing?", costs="most"
)
def no_backward(model, optimizer, x, y, max_norm=None):
    model.train()
    optimizer.zero_grad()
    loss = checked(model, x, y)
    optimizer.step()
    return loss.item()


@mistake("M55", task="train_step", says="Your gradient is doubled: backward() runs twice.")
def backward_twice(model, optimizer, x, y, max_norm=None):
    model.train()
    optimizer.zero_grad()
    loss = checked(model, x, y)
    loss.backward(retain_graph=True)
    loss.backward()
    if max_norm is not None:
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item()


@mistake(
    "M56",
    task="train_step",
    says="The loss is the mean of squared errors, not their sum, half, root or absolute value.",
)
def the_sum_of_squares(model, optimizer, x, y, max_norm=None):
    model.train()
    optimizer.zero_grad()
    loss = checked(model, x, y) * y.numel()
    loss.backward()
    if max_norm is not None:
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item()


@mistake(
    "M56",
    task="train_step",
    says="The loss is the mean of squared errors, not their sum, half, root or absolute value.",
)
def the_root(model, optimizer, x, y, max_norm=None):
    model.train()
    optimizer.zero_grad()
    loss = checked(model, x, y) ** 0.5
    loss.backward()
    if max_norm is not None:
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item()


@mistake(
    "M56",
    task="train_step",
    says="The loss is the mean of squared errors, not their sum, half, root or absolute value.",
)
def half_of_it(model, optimizer, x, y, max_norm=None):
    model.train()
    optimizer.zero_grad()
    loss = checked(model, x, y) / 2
    loss.backward()
    if max_norm is not None:
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item()


@mistake(
    "M56",
    task="train_step",
    says="The loss is the mean of squared errors, not their sum, half, root or absolute value.",
)
def absolute_errors(model, optimizer, x, y, max_norm=None):
    model.train()
    optimizer.zero_grad()
    checked(model, x, y)
    loss = (model(x) - y).abs().mean()
    loss.backward()
    if max_norm is not None:
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item()


@mistake("M57", task="train_step", says="Clip between backward() and step(); after the step it is too late.")
def clip_after_the_step(model, optimizer, x, y, max_norm=None):
    model.train()
    optimizer.zero_grad()
    loss = checked(model, x, y)
    loss.backward()
    optimizer.step()
    if max_norm is not None:
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    return loss.item()


@mistake("M58", task="train_step", says="There is no new gradient yet to clip: clip after backward().")
def clip_before_backward(model, optimizer, x, y, max_norm=None):
    model.train()
    optimizer.zero_grad()
    loss = checked(model, x, y)
    if max_norm is not None:
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    loss.backward()
    optimizer.step()
    return loss.item()


@mistake("T08", task="train_step", says="max_norm is never used: clip the norm of all gradients to it.")
def never_clipped(model, optimizer, x, y, max_norm=None):
    model.train()
    optimizer.zero_grad()
    loss = checked(model, x, y)
    loss.backward()
    optimizer.step()
    return loss.item()


@mistake("M78", task="train_step", says="One norm over all parameters together, not one for each.")
def clipped_one_by_one(model, optimizer, x, y, max_norm=None):
    model.train()
    optimizer.zero_grad()
    loss = checked(model, x, y)
    loss.backward()
    if max_norm is not None:
        for p in model.parameters():
            torch.nn.utils.clip_grad_norm_([p], max_norm)
    optimizer.step()
    return loss.item()


@mistake("M79", task="train_step", says="Scale the gradient down as a whole; do not cut its entries.")
def clipped_by_value(model, optimizer, x, y, max_norm=None):
    model.train()
    optimizer.zero_grad()
    loss = checked(model, x, y)
    loss.backward()
    if max_norm is not None:
        torch.nn.utils.clip_grad_value_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item()


@mistake("M59", task="train_step", says="Return a number: loss.item(), not the tensor with its graph.")
def the_tensor_is_returned(model, optimizer, x, y, max_norm=None):
    model.train()
    optimizer.zero_grad()
    loss = checked(model, x, y)
    loss.backward()
    if max_norm is not None:
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss


@mistake(
    "M60", task="train_step", says="Call backward() on the tensor; .item() is only for the number that you return."
)
def item_before_backward(model, optimizer, x, y, max_norm=None):
    model.train()
    optimizer.zero_grad()
    loss = checked(model, x, y).item()
    loss.backward()
    optimizer.step()
    return loss


@mistake("M62", task="train_step", says="no_grad belongs in evaluate, not in training.")
def no_grad_in_training(model, optimizer, x, y, max_norm=None):
    model.train()
    optimizer.zero_grad()
    with torch.no_grad():
        loss = checked(model, x, y)
    loss.backward()
    optimizer.step()
    return loss.item()


@mistake(
    "M63",
    task="train_step",
    says="Call model.train() at the start of the step: dropout may still be off.",
    costs="little",
)
def train_is_missing(model, optimizer, x, y, max_norm=None):
    optimizer.zero_grad()
    loss = checked(model, x, y)
    loss.backward()
    if max_norm is not None:
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item()


@mistake("M64", task="train_step", says="Do not change x or y; make a new tensor.")
def the_target_is_changed(model, optimizer, x, y, max_norm=None):
    model.train()
    optimizer.zero_grad()
    prediction = model(x)
    if prediction.shape != y.shape:
        raise ValueError("shapes differ")
    y -= prediction.detach()
    loss = ((prediction - prediction.detach() - y) ** 2).mean()
    loss.backward()
    if max_norm is not None:
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item()


@mistake("T09", task="train_step", says="Return the loss before the step, not the one after it.")
def the_loss_after_the_step(model, optimizer, x, y, max_norm=None):
    model.train()
    optimizer.zero_grad()
    loss = checked(model, x, y)
    loss.backward()
    if max_norm is not None:
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    with torch.no_grad():
        return checked(model, x, y).item()


@mistake(
    "T10",
    task="train_step",
    says="Check the shapes before anything moves: the step was taken before ValueError was raised.",
    costs="little",
)
def too_late_checked(model, optimizer, x, y, max_norm=None):
    model.train()
    optimizer.zero_grad()
    prediction = model(x)
    loss = ((prediction - y) ** 2).mean()
    loss.backward()
    if max_norm is not None:
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    if prediction.shape != y.shape:
        raise ValueError("shapes differ")
    return loss.item()


@mistake("M65", task="fit", says="Create Adam once, before the loop; its memory is lost each time.")
def adam_in_the_loop(model, x, y, epochs=100, lr=0.01, log_every=10):
    optimizer = None
    losses = []
    for epoch in range(epochs):
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        losses.append(train_step(model, optimizer, x, y))
        if (epoch + 1) % log_every == 0:
            print(f"Epoch [{epoch + 1}/{epochs}], Loss: {losses[-1]:.4f}")
    return losses


@mistake("M66", task="fit", says="step() must be inside the loop, once in every epoch.")
def step_outside_the_loop(model, x, y, epochs=100, lr=0.01, log_every=10):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = checked(model, x, y)
        loss.backward()
        losses.append(loss.item())
        if (epoch + 1) % log_every == 0:
            print(f"Epoch [{epoch + 1}/{epochs}], Loss: {losses[-1]:.4f}")
    optimizer.step()
    return losses


@mistake("M67", task="fit", says="Give Adam the parameters of this model, not those of another one.")
def another_models_parameters(model, x, y, epochs=100, lr=0.01, log_every=10):
    optimizer = torch.optim.Adam(copy.deepcopy(model).parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        losses.append(train_step(model, optimizer, x, y))
        if (epoch + 1) % log_every == 0:
            print(f"Epoch [{epoch + 1}/{epochs}], Loss: {losses[-1]:.4f}")
    return losses


@mistake("M68", task="fit", says="Train the model that you were given; do not make a new one in the loop.")
def a_new_model_in_every_epoch(model, x, y, epochs=100, lr=0.01, log_every=10):
    optimizer = None
    losses = []
    for epoch in range(epochs):
        fresh = copy.deepcopy(model)
        optimizer = torch.optim.Adam(fresh.parameters(), lr=lr)
        losses.append(train_step(fresh, optimizer, x, y))
        if (epoch + 1) % log_every == 0:
            print(f"Epoch [{epoch + 1}/{epochs}], Loss: {losses[-1]:.4f}")
    return losses


@mistake("M51", task="fit", says="Gradients of earlier steps are still there: call optimizer.zero_grad().")
def never_zeroed_in_the_loop(model, x, y, epochs=100, lr=0.01, log_every=10):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        loss = checked(model, x, y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if (epoch + 1) % log_every == 0:
            print(f"Epoch [{epoch + 1}/{epochs}], Loss: {losses[-1]:.4f}")
    return losses


@mistake("M59", task="fit", says="Return a number: loss.item(), not the tensor with its graph.")
def tensors_are_returned(model, x, y, epochs=100, lr=0.01, log_every=10):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        loss = checked(model, x, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss)
        if (epoch + 1) % log_every == 0:
            print(f"Epoch [{epoch + 1}/{epochs}], Loss: {losses[-1]:.4f}")
    return losses


@mistake("M56", task="fit", says="The loss is the mean of squared errors, not their sum, half, root or absolute value.")
def the_sum_in_the_loop(model, x, y, epochs=100, lr=0.01, log_every=10):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = checked(model, x, y) * y.numel()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if (epoch + 1) % log_every == 0:
            print(f"Epoch [{epoch + 1}/{epochs}], Loss: {losses[-1]:.4f}")
    return losses


@mistake("T11", task="fit", says="One epoch is missing: train for exactly `epochs` epochs.")
def one_epoch_is_missing(model, x, y, epochs=100, lr=0.01, log_every=10):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs - 1):
        losses.append(train_step(model, optimizer, x, y))
        if (epoch + 1) % log_every == 0:
            print(f"Epoch [{epoch + 1}/{epochs}], Loss: {losses[-1]:.4f}")
    return losses


@mistake("T12", task="fit", says="The learning rate is fixed; use the argument lr.", costs="most")
def the_rate_is_fixed(model, x, y, epochs=100, lr=0.01, log_every=10):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = []
    for epoch in range(epochs):
        losses.append(train_step(model, optimizer, x, y))
        if (epoch + 1) % log_every == 0:
            print(f"Epoch [{epoch + 1}/{epochs}], Loss: {losses[-1]:.4f}")
    return losses


@mistake("T13", task="fit", says="Use Adam; plain gradient descent is far too slow here.", costs="most")
def plain_descent(model, x, y, epochs=100, lr=0.01, log_every=10):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        losses.append(train_step(model, optimizer, x, y))
        if (epoch + 1) % log_every == 0:
            print(f"Epoch [{epoch + 1}/{epochs}], Loss: {losses[-1]:.4f}")
    return losses


@mistake("T14", task="fit", says="log_every is ignored: print after every log_every epochs only.")
def every_epoch_is_printed(model, x, y, epochs=100, lr=0.01, log_every=10):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        losses.append(train_step(model, optimizer, x, y))
        print(f"Epoch [{epoch + 1}/{epochs}], Loss: {losses[-1]:.4f}")
    return losses


@mistake(
    "T15",
    task="fit",
    says="Count epochs from 1 in what you print: after ten epochs the line says [10/100].",
    costs="little",
)
def epochs_from_zero(model, x, y, epochs=100, lr=0.01, log_every=10):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        losses.append(train_step(model, optimizer, x, y))
        if epoch % log_every == 0:
            print(f"Epoch [{epoch}/{epochs}], Loss: {losses[-1]:.4f}")
    return losses


@mistake("T16", task="fit", says="Nothing is printed: say the loss every log_every epochs.")
def nothing_is_printed(model, x, y, epochs=100, lr=0.01, log_every=10):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        losses.append(train_step(model, optimizer, x, y))
        pass
    return losses


@mistake("T17", task="fit", says="Return the losses of all epochs, not only the last one.")
def only_the_last_loss(model, x, y, epochs=100, lr=0.01, log_every=10):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        losses.append(train_step(model, optimizer, x, y))
        if (epoch + 1) % log_every == 0:
            print(f"Epoch [{epoch + 1}/{epochs}], Loss: {losses[-1]:.4f}")
    return losses[-1:]


@mistake(
    "T31",
    task="Forecaster",
    says="By default the hidden size is 16, with one layer and one output, as in the signature.",
    costs="little",
)
class AnotherHiddenSize(nn.Module):
    def __init__(self, input_size=1, hidden_size=32, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.rnn = layer_of(cell)(input_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        output, _ = self.rnn(x, hx)
        return self.head(output[:, -1])


@mistake(
    "T32",
    task="fit",
    says="By default train for 100 epochs at a rate of 0.01 and print every tenth epoch.",
    costs="little",
)
def another_rate_by_default(model, x, y, epochs=100, lr=0.02, log_every=10):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        losses.append(train_step(model, optimizer, x, y))
        if (epoch + 1) % log_every == 0:
            print(f"Epoch [{epoch + 1}/{epochs}], Loss: {losses[-1]:.4f}")
    return losses


@mistake("T33", task="fit", says="By default train for 100 epochs at a rate of 0.01 and print every tenth epoch.")
def another_rhythm_by_default(model, x, y, epochs=100, lr=0.01, log_every=20):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        losses.append(train_step(model, optimizer, x, y))
        if (epoch + 1) % log_every == 0:
            print(f"Epoch [{epoch + 1}/{epochs}], Loss: {losses[-1]:.4f}")
    return losses


@mistake("M69", task="evaluate", says="Switch to eval() to turn dropout off.")
def eval_is_missing(model, x, y):
    was = model.training
    with torch.no_grad():
        p = model(x)
    model.train(was)
    return ((p - y) ** 2).mean().item(), p


@mistake("M70", task="evaluate", says="Use torch.no_grad(), and put the model back into the mode in which it came.")
def gradients_are_on(model, x, y):
    was = model.training
    model.eval()
    p = model(x)
    model.train(was)
    return ((p - y) ** 2).mean().item(), p.detach()


@mistake(
    "M70",
    task="evaluate",
    says="Use torch.no_grad(), and put the model back into the mode in which it came.",
    costs="little",
)
def the_mode_stays_eval(model, x, y):
    model.eval()
    with torch.no_grad():
        p = model(x)
    return ((p - y) ** 2).mean().item(), p


@mistake(
    "M70",
    task="evaluate",
    says="Use torch.no_grad(), and put the model back into the mode in which it came.",
    costs="little",
)
def the_mode_becomes_train(model, x, y):
    model.eval()
    with torch.no_grad():
        p = model(x)
    model.train()
    return ((p - y) ** 2).mean().item(), p


@mistake("M71", task="evaluate", says="Weight each batch by its size: the last one is smaller.")
def the_mean_of_batch_means(model, x, y):
    was = model.training
    model.eval()
    with torch.no_grad():
        p = torch.cat([model(part) for part in x.split(2)])
        means = [((a - b) ** 2).mean() for a, b in zip(p.split(2), y.split(2), strict=True)]
    model.train(was)
    return (sum(means) / len(means)).item(), p


@mistake("M59", task="evaluate", says="Return a number: loss.item(), not the tensor with its graph.")
def the_error_stays_a_tensor(model, x, y):
    was = model.training
    model.eval()
    with torch.no_grad():
        p = model(x)
    model.train(was)
    return ((p - y) ** 2).mean(), p


@mistake(
    "M56", task="evaluate", says="The loss is the mean of squared errors, not their sum, half, root or absolute value."
)
def the_root_is_returned(model, x, y):
    was = model.training
    model.eval()
    with torch.no_grad():
        p = model(x)
    model.train(was)
    return ((p - y) ** 2).mean().sqrt().item(), p


@mistake("T18", task="evaluate", says="Predictions keep their shape (N, output_size).")
def predictions_are_flat(model, x, y):
    was = model.training
    model.eval()
    with torch.no_grad():
        p = model(x)
    model.train(was)
    return ((p - y) ** 2).mean().item(), p.flatten()


@mistake("T19", task="evaluate", says="Return mse first, then the predictions.")
def the_results_are_swapped(model, x, y):
    was = model.training
    model.eval()
    with torch.no_grad():
        p = model(x)
    model.train(was)
    return p, ((p - y) ** 2).mean().item()


@mistake(
    "T20",
    task="evaluate",
    says="The predictions still carry their graph, and gradients change: an evaluation must not train.",
)
def it_trains(model, x, y):
    was = model.training
    model.eval()
    p = model(x)
    loss = ((p - y) ** 2).mean()
    loss.backward()
    model.train(was)
    return loss.item(), p.detach()


@mistake("T21", task="plot_predictions", says="The labels are swapped: True names y_true and Predicted names y_pred.")
def labels_are_swapped(y_true, y_pred, ax=None):
    import matplotlib.pyplot as plt

    if ax is None:
        ax = plt.subplots()[1]
    ax.plot(y_true.flatten(), label="Predicted")
    ax.plot(y_pred.flatten(), label="True")
    ax.legend()
    ax.set(xlabel="t", ylabel="value")
    return ax


@mistake("T22", task="plot_predictions", says="The legend is missing: call ax.legend().", costs="little")
def no_legend(y_true, y_pred, ax=None):
    import matplotlib.pyplot as plt

    if ax is None:
        ax = plt.subplots()[1]
    ax.plot(y_true.flatten(), label="True")
    ax.plot(y_pred.flatten(), label="Predicted")
    pass
    ax.set(xlabel="t", ylabel="value")
    return ax


@mistake("T23", task="plot_predictions", says="Label both axes: set_xlabel and set_ylabel.", costs="little")
def no_labels(y_true, y_pred, ax=None):
    import matplotlib.pyplot as plt

    if ax is None:
        ax = plt.subplots()[1]
    ax.plot(y_true.flatten(), label="True")
    ax.plot(y_pred.flatten(), label="Predicted")
    ax.legend()
    pass
    return ax


@mistake("T24", task="plot_predictions", says="Return the Axes.")
def nothing_is_returned(y_true, y_pred, ax=None):
    import matplotlib.pyplot as plt

    if ax is None:
        ax = plt.subplots()[1]
    ax.plot(y_true.flatten(), label="True")
    ax.plot(y_pred.flatten(), label="Predicted")
    ax.legend()
    ax.set(xlabel="t", ylabel="value")
    return None


@mistake("T25", task="plot_predictions", says="Draw into the axes that are given.", costs="little")
def a_new_figure_every_time(y_true, y_pred, ax=None):
    import matplotlib.pyplot as plt

    ax = plt.subplots()[1]
    ax.plot(y_true.flatten(), label="True")
    ax.plot(y_pred.flatten(), label="Predicted")
    ax.legend()
    ax.set(xlabel="t", ylabel="value")
    return ax


@mistake("T26", task="plot_predictions", says="Label the lines True and Predicted, in these words.")
def other_words(y_true, y_pred, ax=None):
    import matplotlib.pyplot as plt

    if ax is None:
        ax = plt.subplots()[1]
    ax.plot(y_true.flatten(), label="true")
    ax.plot(y_pred.flatten(), label="pred")
    ax.legend()
    ax.set(xlabel="t", ylabel="value")
    return ax


@mistake("T27", task="plot_predictions", says="The true values are drawn twice.", costs="most")
def true_is_drawn_twice(y_true, y_pred, ax=None):
    import matplotlib.pyplot as plt

    if ax is None:
        ax = plt.subplots()[1]
    ax.plot(y_true.flatten(), label="True")
    ax.plot(y_true.flatten(), label="Predicted")
    ax.legend()
    ax.set(xlabel="t", ylabel="value")
    return ax


@mistake(
    "T34", task="Forecaster", says="hx belongs to the caller: do not write the new states into it.", costs="little"
)
class StateWrittenIntoHx(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.rnn = layer_of(cell)(input_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        output, after = self.rnn(x, self.copied(hx))
        if hx is not None:
            for mine, new in zip(self.listed(hx), self.listed(after), strict=True):
                mine.copy_(new.detach())
        return self.head(output[:, -1])

    def listed(self, hx):
        return hx if isinstance(hx, tuple) else (hx,)

    def copied(self, hx):
        return None if hx is None else tuple(h.clone() for h in hx) if isinstance(hx, tuple) else hx.clone()


@mistake(
    "T35",
    task="Forecaster",
    says="A window may have one step only; take output[:, -1] of whatever length.",
    costs="little",
)
class TwoStepsAtLeast(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.rnn = layer_of(cell)(input_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        return self.head(self.rnn(x, hx)[0][:, 1:][:, -1])


@mistake("T36", task="train_step", says="Without max_norm there is no limit; you clip to one of your own.")
def clipped_by_default(model, optimizer, x, y, max_norm=None):
    model.train()
    optimizer.zero_grad()
    loss = checked(model, x, y)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm or 1.0)
    optimizer.step()
    return loss.item()


@mistake("M63", task="train_step", says="Call model.train() at the start of the step: dropout may still be off.")
def only_the_flag_is_set(model, optimizer, x, y, max_norm=None):
    model.training = True
    optimizer.zero_grad()
    loss = checked(model, x, y)
    loss.backward()
    if max_norm is not None:
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item()


@mistake("T37", task="train_step", says="Compare the whole shapes: a row is no column, and two outputs are not one.")
def only_counts_are_compared(model, optimizer, x, y, max_norm=None):
    model.train()
    optimizer.zero_grad()
    prediction = model(x)
    if (prediction.dim(), prediction.numel()) != (y.dim(), y.numel()):
        raise ValueError("shapes differ")
    loss = torch.mean((prediction - y) ** 2)
    loss.backward()
    if max_norm is not None:
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item()


@mistake("T37", task="train_step", says="Compare the whole shapes: a row is no column, and two outputs are not one.")
def only_lengths_are_compared(model, optimizer, x, y, max_norm=None):
    model.train()
    optimizer.zero_grad()
    prediction = model(x)
    if (prediction.dim(), len(prediction)) != (y.dim(), len(y)):
        raise ValueError("shapes differ")
    loss = torch.mean((prediction - y) ** 2)
    loss.backward()
    if max_norm is not None:
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return loss.item()


@mistake("T38", task="fit", says="All examples at once: one step of Adam in an epoch, no smaller batches.")
def in_batches_of_64(model, x, y, epochs=100, lr=0.01, log_every=10):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        parts = list(zip(x.split(64), y.split(64), strict=True))
        losses.append(sum(train_step(model, optimizer, a, b) * len(a) for a, b in parts) / len(x))
        if (epoch + 1) % log_every == 0:
            print(f"Epoch [{epoch + 1}/{epochs}], Loss: {losses[-1]:.4f}")
    return losses


@mistake("T39", task="fit", says="Nothing is clipped in fit; call train_step without max_norm.")
def clipped_in_every_epoch(model, x, y, epochs=100, lr=0.01, log_every=10):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        losses.append(train_step(model, optimizer, x, y, 0.05))
        if (epoch + 1) % log_every == 0:
            print(f"Epoch [{epoch + 1}/{epochs}], Loss: {losses[-1]:.4f}")
    return losses


@mistake("M71", task="evaluate", says="Weight each batch by its size: the last one is smaller.")
def the_mean_of_larger_batch_means(model, x, y):
    was = model.training
    model.eval()
    with torch.no_grad():
        p = torch.cat([model(part) for part in x.split(64)])
        means = [((a - b) ** 2).mean() for a, b in zip(p.split(64), y.split(64), strict=True)]
    model.train(was)
    return (sum(means) / len(means)).item(), p


@mistake("M64", task="evaluate", says="Do not change x or y; make a new tensor.", costs="little")
def the_target_is_subtracted_from(model, x, y):
    was = model.training
    model.eval()
    with torch.no_grad():
        p = model(x)
        mse = y.sub_(p).square().mean().item()
    model.train(was)
    return mse, p


@mistake(
    "T40",
    task="evaluate",
    says="The parameters stay without gradients for good; use torch.no_grad() alone.",
    costs="little",
)
def the_parameters_are_frozen(model, x, y):
    was = model.training
    model.eval().requires_grad_(False)
    with torch.no_grad():
        p = model(x)
    model.train(was)
    return ((p - y) ** 2).mean().item(), p


@mistake(
    "T41", task="plot_predictions", says="Both lines belong to the same time steps; do not draw one after the other."
)
def one_after_the_other(y_true, y_pred, ax=None):
    import matplotlib.pyplot as plt

    ax = plt.subplots()[1] if ax is None else ax
    ax.plot(y_true.flatten(), label="True")
    ax.plot(range(len(y_true), 2 * len(y_true)), y_pred.flatten(), label="Predicted")
    ax.set(xlabel="time step", ylabel="value")
    ax.legend()
    return ax


@mistake("T42", task="plot_predictions", says="Time belongs on the x axis; you drew the values over the true values.")
def values_over_true_values(y_true, y_pred, ax=None):
    import matplotlib.pyplot as plt

    ax = plt.subplots()[1] if ax is None else ax
    ax.plot(y_true.flatten(), y_true.flatten(), label="True")
    ax.plot(y_true.flatten(), y_pred.flatten(), label="Predicted")
    ax.set(xlabel="time step", ylabel="value")
    ax.legend()
    return ax


@mistake(
    "T43", task="plot_predictions", says="One may be (N,) and the other (N, 1): flatten each by itself.", costs="little"
)
def both_by_the_first_shape(y_true, y_pred, ax=None):
    import matplotlib.pyplot as plt

    ax = plt.subplots()[1] if ax is None else ax
    if y_true.dim() == 2:
        y_true, y_pred = y_true[:, 0], y_pred[:, 0]
    ax.plot(y_true, label="True")
    ax.plot(y_pred, label="Predicted")
    ax.set(xlabel="time step", ylabel="value")
    ax.legend()
    return ax


def scheduled(model, x, y, epochs, optimizer, after_epoch, log_every):
    """Train with something that is done after every epoch."""
    losses = []
    for epoch in range(epochs):
        losses.append(train_step(model, optimizer, x, y))
        after_epoch(losses[-1])
        if (epoch + 1) % log_every == 0:
            print(f"Epoch [{epoch + 1}/{epochs}], Loss: {losses[-1]:.4f}")
    return losses


@mistake("T44", task="fit", says="Leave the weights as the last step made them; do not put the best ones back.")
def the_best_weights_are_put_back(model, x, y, epochs=100, lr=0.01, log_every=10):
    best, kept = float("inf"), copy.deepcopy(model.state_dict())
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        losses.append(train_step(model, optimizer, x, y))
        if losses[-1] < best:
            best, kept = losses[-1], copy.deepcopy(model.state_dict())
        if (epoch + 1) % log_every == 0:
            print(f"Epoch [{epoch + 1}/{epochs}], Loss: {losses[-1]:.4f}")
    model.load_state_dict(kept)
    return losses


@mistake("T45", task="fit", says="The rate stays lr from the first epoch to the last; use no scheduler.")
def a_plateau_lowers_the_rate(model, x, y, epochs=100, lr=0.01, log_every=10):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=20)
    return scheduled(model, x, y, epochs, optimizer, plateau.step, log_every)


@mistake("T45", task="fit", says="The rate stays lr from the first epoch to the last; use no scheduler.")
def the_rate_falls_in_steps(model, x, y, epochs=100, lr=0.01, log_every=10):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    steps = torch.optim.lr_scheduler.StepLR(optimizer, 50)
    return scheduled(model, x, y, epochs, optimizer, lambda loss: steps.step(), log_every)


@mistake("T45", task="fit", says="The rate stays lr from the first epoch to the last; use no scheduler.")
def the_rate_falls_like_a_cosine(model, x, y, epochs=100, lr=0.01, log_every=10):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(epochs, 1))
    return scheduled(model, x, y, epochs, optimizer, lambda loss: cosine.step(), log_every)


@mistake("T46", task="fit", says="Adam without weight decay: nothing should pull the weights towards zero.")
def a_little_weight_decay(model, x, y, epochs=100, lr=0.01, log_every=10):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, weight_decay=1e-5)
    return scheduled(model, x, y, epochs, optimizer, lambda loss: None, log_every)


@mistake("T46", task="fit", says="Adam without weight decay: nothing should pull the weights towards zero.")
def more_weight_decay(model, x, y, epochs=100, lr=0.01, log_every=10):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, weight_decay=1e-2)
    return scheduled(model, x, y, epochs, optimizer, lambda loss: None, log_every)


@mistake("T46", task="fit", says="Adam without weight decay: nothing should pull the weights towards zero.")
def adam_w(model, x, y, epochs=100, lr=0.01, log_every=10):
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
    return scheduled(model, x, y, epochs, optimizer, lambda loss: None, log_every)


@mistake("T46", task="fit", says="Adam without weight decay: nothing should pull the weights towards zero.")
def adam_w_with_little(model, x, y, epochs=100, lr=0.01, log_every=10):
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=1e-5)
    return scheduled(model, x, y, epochs, optimizer, lambda loss: None, log_every)


@mistake("T47", task="fit", says="Train for exactly `epochs` epochs; do not stop early.")
def it_stops_early(model, x, y, epochs=100, lr=0.01, log_every=10):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        losses.append(train_step(model, optimizer, x, y))
        if (epoch + 1) % log_every == 0:
            print(f"Epoch [{epoch + 1}/{epochs}], Loss: {losses[-1]:.4f}")
        if len(losses) > 20 and min(losses[-20:]) > min(losses):
            break
    return losses


@mistake(
    "T48",
    task="Forecaster",
    says="An axis of length one is an axis too: squeeze() takes it away where N is 1.",
    costs="little",
)
class SqueezedRow(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.rnn = layer_of(cell)(input_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        return self.head(self.rnn(x, hx)[0][:, -1].squeeze(0))


@mistake(
    "T49",
    task="Forecaster",
    says="The recurrent layer is made and never used: the head should read its last state.",
    costs="most",
)
class UnusedLayer(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.rnn = layer_of(cell)(input_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        return self.head(x.mean(dim=(1, 2), keepdim=True)[:, 0].expand(-1, self.head.in_features))


@mistake(
    "T50",
    task="Forecaster",
    says="The steps are read one by one without a state: order does not matter to your model.",
    costs="most",
)
class SummedSteps(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.rnn = layer_of(cell)(input_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        n, t, d = x.shape
        each, _ = self.rnn(x.reshape(n * t, 1, d))
        return self.head(each.reshape(n, t, -1).sum(1))


@mistake(
    "M45",
    task="Forecaster",
    says="A tensor has a fixed dtype or device: take those of x, as x.new_zeros(...) does.",
    costs="little",
)
class JoinedOnTheCPU(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_layers=1, output_size=1, cell="RNN"):
        super().__init__()
        self.rnn = layer_of(cell)(input_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, output_size)

    def forward(self, x, hx=None):
        last = self.rnn(x, hx)[0][:, -1]
        return torch.cat([torch.zeros(1, last.shape[1], dtype=x.dtype), last])[1:] @ self.head.weight.T + self.head.bias


@mistake(
    "T51",
    task="evaluate",
    says="The predictions are those of the model, and the error is theirs; you returned y itself.",
    costs="most",
)
def the_targets_are_returned(model, x, y):
    return 0.0, y.clone()
