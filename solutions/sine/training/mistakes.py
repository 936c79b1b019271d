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
    "M54", task="train_step", says="Nothing changed the parameters: is step() or backward() missing?", costs="most"
)
def no_backward(model, optimizer, x, y, max_norm=None):
    model.train()
    optimizer.zero_grad()
    loss = checked(model, x, y)
    optimizer.step()
    return loss.item()


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


@mistake("M67", task="fit", says="Give Adam the parameters of this model, not those of another one.")
def another_models_parameters(model, x, y, epochs=100, lr=0.01, log_every=10):
    optimizer = torch.optim.Adam(copy.deepcopy(model).parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        losses.append(train_step(model, optimizer, x, y))
        if (epoch + 1) % log_every == 0:
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


@mistake("M71", task="evaluate", says="Weight each batch by its size: the last one is smaller.")
def the_mean_of_batch_means(model, x, y):
    was = model.training
    model.eval()
    with torch.no_grad():
        p = torch.cat([model(part) for part in x.split(2)])
        means = [((a - b) ** 2).mean() for a, b in zip(p.split(2), y.split(2), strict=True)]
    model.train(was)
    return (sum(means) / len(means)).item(), p


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


@mistake("M71", task="evaluate", says="Weight each batch by its size: the last one is smaller.")
def the_mean_of_larger_batch_means(model, x, y):
    was = model.training
    model.eval()
    with torch.no_grad():
        p = torch.cat([model(part) for part in x.split(64)])
        means = [((a - b) ** 2).mean() for a, b in zip(p.split(64), y.split(64), strict=True)]
    model.train(was)
    return (sum(means) / len(means)).item(), p


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
    "T51",
    task="evaluate",
    says="The predictions are those of the model, and the error is theirs; you returned y itself.",
    costs="most",
)
def the_targets_are_returned(model, x, y):
    return 0.0, y.clone()
