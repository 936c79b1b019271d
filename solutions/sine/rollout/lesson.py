# %% [markdown]
# # Rollout: forecast further than one step
#
# A trained model says the next value of the wave. To see a whole period we need fifty. There is only one way to get
# them: believe the prediction, put it where a measurement would stand, and ask again. Errors feed on themselves here,
# and that is why a model that looks perfect one step ahead may drift away after thirty.
#
# Letters: $N$ batch, $T$ window length, $H$ hidden size, $L$ length of the history.

# %%
import torch

# %% [markdown]
# ## 1. Run free
#
# The model reads a window of $T$ values and says one, `(1, T, 1) -> (1, 1)`. Start with the last $T$ measurements,
#
# $$\hat s_{L} = f(s_{L-T}, \dots, s_{L-1}), \qquad \hat s_{L+1} = f(s_{L-T+1}, \dots, s_{L-1}, \hat s_{L})$$
#
# In each step the window drops its oldest value and takes in the newest prediction *at its end*; its length stays $T$.
# With $T = 3$, history 1, 2, 3 and a model that adds one to the last value:
#
# | step | the model reads | and says |
# |---|---|---|
# | 0 | 1, 2, 3 | 4 |
# | 1 | 2, 3, 4 | 5 |
# | 2 | 3, 4, 5 | 6 |
#
# No true value of the future may enter. Feeding the measurements instead of the predictions gives a *better* score,
# and it is no forecast: on the day, there are none.
#
# A forecast is not training either: eval mode (dropout is off), no graph, and the model is given back in the mode in
# which it came. The caller's history stays as it is.


# %%
def forecast(model, history, steps):
    """Forecast by feeding a model its own predictions.

    Args:
        model: reads a window, shape (1, T, 1), and says the next value, shape (1, 1).
        history: the last T measurements, shape (T,).
        steps: how many values to forecast, 0 or more.

    Returns: the forecast, shape (steps,), with the dtype of the history and without a graph. The model's mode is as
        before, and the history is unchanged.
    """
    # BEGIN SOLUTION
    was_training = model.training
    model.eval()
    window = history.clone()
    values = history.new_empty(steps)
    with torch.no_grad():
        for step in range(steps):
            value = model(window.reshape(1, -1, 1)).reshape(1)
            values[step] = value[0]
            window = torch.cat([window[1:], value])
    model.train(was_training)
    return values
    # END SOLUTION


# %% tags=["active-ipynb"]
# import math
#
# import matplotlib.pyplot as plt
#
#
# class Pendulum(torch.nn.Module):
#     """Goes on from two values: a sine sampled every `step` obeys x[t + 1] = 2 cos(step) x[t] - x[t - 1]."""
#
#     def __init__(self, step, error=0.0):
#         super().__init__()
#         self.factor = 2 * math.cos(step) + error
#
#     def forward(self, x):
#         return self.factor * x[:, -1] - x[:, -2]
#
#
# history = torch.sin(0.3 * torch.arange(20))
# plt.plot(history, color="black", label="history")
# for error in (0.0, 0.003, 0.03):  # what is invisible after one step is not after eighty
#     plt.plot(range(20, 100), forecast(Pendulum(0.3, error), history, 80), label=f"error {error}")
# plt.xlabel("time step t")
# plt.legend();

# %% [markdown]
# ## 2. Decode, and teach
#
# The other way to look further is to carry the state instead of a window: read the history once, keep the state $h$,
# and let the cell go on by itself, $h_t = \text{cell}(\hat y_{t-1}, h_{t-1})$, $\hat y_t = \text{head}(h_t)$.
#
# While training there is a choice. *Free running* feeds $\hat y_{t-1}$, as in a real forecast. *Teacher forcing* feeds
# the true value of the step before, `targets[:, t - 1]`, which makes learning easier. It never feeds `targets[:, t]`
# at step $t$: that is the answer. And an evaluation always runs free.
#
# ![Free running feeds back what was just said; teacher forcing feeds the true value of the step before](rollout.svg)
#
# | step | free running reads | teacher forcing reads |
# |---|---|---|
# | 0 | `y0` | `y0` |
# | 1 | the prediction of step 0 | `targets[:, 0]` |
# | 2 | the prediction of step 1 | `targets[:, 1]` |
#
# Only what is *read* differs; the state $h$ is carried in both. A model that was only ever taught has never read its
# own errors. This is why some train a part of the time free running. Then the gradient must flow through the
# predictions that are fed back, so nothing is detached here.


# %%
def decode(cell, head, h, y0, steps, targets=None, teacher_forcing=False):
    """Let a cell go on from a state.

    Gradients flow through the result, also through the predictions that are fed back.

    Args:
        cell: the recurrent step, from x_t, shape (N, 1), and h, shape (N, H), to the next h.
        head: from h to a value, shape (N, 1).
        h: state before the first step, shape (N, H).
        y0: what the first step reads, shape (N, 1).
        steps: how many values to say, at least 1.
        targets: the true values, shape (N, steps, 1); read with teacher forcing only.
        teacher_forcing: whether step t reads targets[:, t - 1] instead of the prediction.

    Returns: the values, shape (N, steps, 1).
    """
    # BEGIN SOLUTION
    x_t = y0
    values = []
    for t in range(steps):
        h = cell(x_t, h)  # (N, H)
        value = head(h)  # (N, 1)
        values.append(value)
        x_t = targets[:, t] if teacher_forcing else value
    return torch.stack(values, dim=1)  # (N, steps, 1)
    # END SOLUTION


# %% tags=["active-ipynb"]
# wave = torch.sin(0.3 * torch.arange(31)).reshape(1, 31, 1)
# y0, targets = wave[:, 0], wave[:, 1:]
# cell, head = torch.nn.GRUCell(1, 16), torch.nn.Linear(16, 1)
# optimizer = torch.optim.Adam([*cell.parameters(), *head.parameters()], lr=0.03)
# for _ in range(60):
#     optimizer.zero_grad()
#     said = decode(cell, head, torch.zeros(1, 16), y0, 30, targets, teacher_forcing=True)
#     torch.nn.functional.mse_loss(said, targets).backward()
#     optimizer.step()
#
# with torch.no_grad():
#     free = decode(cell, head, torch.zeros(1, 16), y0, 30)
# plt.plot(targets[0], label="True")
# plt.plot(said.detach()[0], label="taught")
# plt.plot(free[0], label="free")
# plt.xlabel("time step t")
# plt.legend();
