# %% [markdown]
# # Windows: from one series to many examples
#
# The goal of this assignment is to forecast a sine wave: shown the last few values, a network says the next one.
# A network learns from *examples*, pairs of an input and the answer that we wish for. A series is not yet a set of
# examples. This lesson makes one of the other.
#
# Letters: $N$ examples (the batch), $T$ time steps in a window, $D$ input size (here 1). The batch stands first.

# %%
import math

import torch

# %% [markdown]
# ## 1. Slide a window
#
# Take a series $s_0, s_1, \dots, s_{L-1}$ and a window of $T$ values. Example $i$ is
#
# $$x_i = (s_i, s_{i+1}, \dots, s_{i+T-1}), \qquad y_i = s_{i+T-1+h}$$
#
# where $h \ge 1$ is the *horizon*: how far ahead of the window's last value the target stands. With $h = 1$ that is the
# very next value. Count on your fingers once, here for $T = 3$:
#
# | example | reads | and should say, $h = 1$ | and should say, $h = 2$ |
# |---|---|---|---|
# | 0 | $s_0, s_1, s_2$ | $s_3$ | $s_4$ |
# | 1 | $s_1, s_2, s_3$ | $s_4$ | $s_5$ |
#
# ![Eight values, and the four windows of length 4 that are cut out of them, each one step further](windows.svg)
#
# How many examples are there? The last target must still be in the series, $i + T - 1 + h \le L - 1$, so
# $N = L - T - h + 1$. Experts lose the last window here, so try $L = T + 1$: it makes exactly one.
#
# A target that stands one step too early is the window's own last value. The loss then falls beautifully, since the
# network has only to repeat what it reads, and the forecast is worthless: a low loss does not say that data are right.
#
# Recurrent layers read batches of shape $(N, T, D)$. One number per step means $D = 1$, and this last axis must be
# there: `x` has shape $(N, T, 1)$ and `y` has shape $(N, 1)$. Without it, `nn.RNN` takes $(N, T)$ for *one* sequence
# of $N$ steps, and may say nothing.
#
# Slices and `unfold` are *views*: they look into the memory of the series, and whoever writes into a window writes into
# the series. Hand out copies.

# %%
def make_windows(series, seq_length, horizon=1):
    """Cut a series into windows and the values to forecast.

    The results keep the dtype of the series and share no memory with it.

    Args:
        series: the values in order of time, shape (L,).
        seq_length: T, the number of values in a window.
        horizon: how many steps after the window's last value the target stands, at least 1.

    Returns:
        x: the windows, shape (N, T, 1) with N = L - seq_length - horizon + 1.
        y: the targets, shape (N, 1).

    Raises:
        ValueError: the series is too short for one window and its target.
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# *Example*: `unroll read sine/windows` runs it here, with your code.

# %% [markdown]
# ## 2. Many sine waves
#
# Windows of one series overlap almost completely: 190 windows of a short sine show very few different situations.
# A second way to get examples is to draw them. A sine wave sampled every $\Delta$ is
#
# $$x_{n,t} = \sin(\varphi_n + t\,\Delta), \qquad y_n = \sin(\varphi_n + T\,\Delta)$$
#
# and all that differs between two of them is the *phase* $\varphi_n$, drawn uniformly from $[0, 2\pi)$. The target
# continues the sequence by exactly one step.
#
# Random numbers come from a *generator*. A function that is given one must use it and no other: only then can an
# experiment be repeated, and only then does the function leave the random numbers of everybody else alone.

# %%
def random_phase_sequences(num_sequences, seq_length, step=0.1, generator=None):
    """Draw sine waves that differ in their phase.

    Args:
        num_sequences: N.
        seq_length: T.
        step: the time between two values, in radians.
        generator: where the phases come from; PyTorch's global generator if None.

    Returns:
        x: the sequences, float32, shape (N, T, 1); each phase is uniform in [0, 2 pi).
        y: the next value of each, float32, shape (N, 1).
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# *Example*: `unroll read sine/windows` runs it here, with your code.

# %% [markdown]
# ## 3. Split by time, measure the past only
#
# To know how well a model forecasts, keep the *end* of the series away from it. The split is by time: the first
# $\lfloor L \cdot \text{fraction} \rfloor$ values train, the rest tests. Whoever shuffles windows before splitting
# puts nearly the same window into both parts.
#
# Networks learn best from numbers around 0 of size about 1, so both parts are scaled, $z = (s - \mu) / \sigma$. The
# mean $\mu$ and the standard deviation $\sigma$ are *learned* from data, like weights: from the training part alone. A
# constant training part has $\sigma = 0$; then we divide by 1 instead. Rounding can make that 0 a little more, so a
# $\sigma$ below $10^{-8}$ counts as 0.
#
# `torch.std` divides by $L - 1$ unless told otherwise; scaling is no estimate, so we divide by $L$: `correction=0`.

# %%
def split_and_scale(series, train_fraction):
    """Split a series by time, and scale both parts with the training part's mean and standard deviation.

    Args:
        series: the values in order of time, floating, shape (L,).
        train_fraction: the first int(L * train_fraction) values train.

    Returns:
        train: the scaled training part, shape (int(L * train_fraction),).
        test: the rest, scaled with the same two numbers.
        mean: of the training part, a float.
        std: of the training part with correction=0, a float; 1.0 where it is below 1e-8.
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# *Example*: `unroll read sine/windows` runs it here, with your code.
