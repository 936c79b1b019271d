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
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# *Example*: `unroll read sine/rollout` runs it here, with your code.

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
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# *Example*: `unroll read sine/rollout` runs it here, with your code.
