# %% [markdown]
# # Gradient flow: how far back can a network learn?
#
# A recurrent network that should remember something for twenty steps has to *learn* to remember it, and it learns from
# gradients. So ask: if the first input of a sequence changes a little, how much does the last state change? Where the
# answer is $10^{-12}$, no optimizer will find out that the first input mattered. Where it is $10^{12}$, one step of the
# optimizer throws the weights away.
#
# In this lesson you measure the gradient over time, and see it vanish and explode. You see what a gate does about the
# one, and write what is usually done about the other.
#
# Letters: $N$ examples, $T$ time steps, $D$ input size, $H$ hidden size. Batch first.

# %%
import torch

# %% [markdown]
# ## 1. Many factors
#
# With $h_t = \tanh(a_t)$ and $a_t = W_{ih} x_t + W_{hh} h_{t-1} + b$, one step back multiplies by one matrix,
#
# $$\frac{\partial h_t}{\partial h_{t-1}} = \mathrm{diag}(1 - h_t^2)\, W_{hh}$$
#
# and $k$ steps back multiply by $k$ of them. Take away everything but a number: one unit, no tanh, weight $s$. Then
#
# $$\left|\frac{\partial h_T}{\partial h_{T-k}}\right| = s^k$$
#
# ![The factor of the gradient over 50 steps back, for a weight of 1.1, 1.0, 0.9 and 0.5](flow.svg)
#
# | $s$ | $k = 10$ | $k = 50$ |
# |---|---|---|
# | 0.5 | $10^{-3}$ | $10^{-15}$ |
# | 0.9 | 0.35 | 0.005 |
# | 1.0 | 1 | 1 |
# | 1.1 | 2.6 | 117 |
# | 1.5 | 58 | $6 \cdot 10^{8}$ |
#
# There is hardly anything between vanishing and exploding. The tanh can only make the factors smaller: $1 - h^2$ is
# never above 1.
#
# ### Measure it
#
# Call *lag* the distance from the end: the last input has lag 0, the first has lag $T - 1$. Your function says how
# strongly the sum of the last state's entries depends on the input at each lag:
#
# $$L = \sum_{n, i} \texttt{output}_{n,\, T-1,\, i}, \qquad
#   g_{\text{lag}} = \Big\| \frac{\partial L}{\partial x_{:,\, T-1-\text{lag}}} \Big\|_2$$
#
# The gradient with respect to `x` has the shape of `x`, (N, T, D). For each step the norm goes over the rest, $N$ and
# $D$, so the answer has shape (T,).
#
# Measuring should leave no trace. `loss.backward()` *adds* to the `.grad` of every parameter it meets, and in the
# middle of a training that would be a wrong step. `torch.autograd.grad` gives you the gradients you ask for and touches
# nothing. The same holds for `x`: it is the caller's, and whether it wants gradients is the caller's business.

# %%
def gradient_by_lag(rnn, x):
    """Measure how strongly the last output depends on each input, from the last back to the first.

    Args:
        rnn: an nn.RNN, nn.LSTM or nn.GRU with batch_first=True; it and the .grad of its parameters stay as they are.
        x: the sequences, shape (N, T, D); stays as it is.

    Returns: norms, shape (T,), with the dtype of x; entry `lag` is the norm of the gradient of
        output[:, -1].sum() with respect to x[:, T - 1 - lag].

    Source: Y. Bengio, P. Simard, P. Frasconi, Learning long-term dependencies with gradient descent is difficult, 1994.
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# ### Vanish and explode, by the book
#
# For exact numbers the network must be linear, and `nn.RNN` always has a nonlinearity. A trick: ReLU lets positive
# numbers through unchanged. With positive weights and positive inputs nothing is ever cut, and with $W_{hh} = s I$ the
# norms must be $g_0\, s^{\text{lag}}$, to all digits.

# %% [markdown]
# *Example*: `unroll read gradients/flow` runs it here, with your code.

# %% [markdown]
# ### What a gate does
#
# An LSTM has a second state, $c_t = f_t \odot c_{t-1} + i_t \odot g_t$. The factor from $c_{t-1}$ to $c_t$ is the
# *forget gate* $f_t$, a number between 0 and 1 that the network itself sets. No matrix stands in the way. Where
# $f_t$ is close to 1, the gradient passes.
#
# Is an LSTM better from the start, then? No. At PyTorch's default initialisation $f_t$ is about one half, and one half
# to the power of 20 is as good as nothing: the gradients of RNN, GRU and LSTM fall alike. With a bias of 3 in the
# forget gate $f_t$ begins near 0.95, and the gradient is still there after 50 steps. The door must be opened before
# anybody can walk through it.

# %% [markdown]
# *Example*: `unroll read gradients/flow` runs it here, with your code.

# %% [markdown]
# ## 2. Against explosions: clip
#
# A gradient that vanishes needs another network. A gradient that explodes can be *clipped*: where it is longer than
# `max_norm`, it is scaled down to that length. Put all gradients of all parameters end to end into one long vector $g$;
# then
#
# $$\|g\| = \sqrt{\sum_{p} \sum_{i} g_{p,i}^2}, \qquad
#   g \leftarrow g \cdot \frac{\texttt{max\_norm}}{\|g\|} \quad\text{where } \|g\| > \texttt{max\_norm}$$
#
# - *One* norm for all parameters together. Who clips each parameter by itself, or cuts every entry at a limit, changes
#   the direction of the step; scaling the whole keeps it.
# - A gradient that is short enough stays as it is, to the last bit. Nothing is ever made longer, and zeros stay zeros:
#   mind what $\texttt{max\_norm} / \|g\|$ is there.
# - The answer is the norm *before* clipping: that is the number to plot, because it tells how often you clip.
# - A parameter that took no part has no gradient, `p.grad` is None; it is passed over.
# - `model.parameters()` is a *generator*: you can go through it once. The second loop over it does nothing, silently.

# %%
def clip_grad_norm(parameters, max_norm):
    """Scale the gradients of all parameters together, so that their common norm is at most max_norm.

    Args:
        parameters: tensors that have a .grad or None there; any iterable, a generator too.
        max_norm: the largest norm that stays as it is.

    Returns: the L2 norm of all gradients together before clipping, a float; 0.0 where there is none.

    Source: R. Pascanu, T. Mikolov, Y. Bengio, On the difficulty of training recurrent neural networks, 2013.
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# *Example*: `unroll read gradients/flow` runs it here, with your code.

# %% [markdown]
# ### Where it stands in a training step
#
# Between `backward()`, which makes the gradients, and `step()`, which uses them:
#
# ```
# optimizer.zero_grad()
# loss(model(x), y).backward()
# norm = clip_grad_norm(model.parameters(), 1.0)
# optimizer.step()
# ```
#
# Before `backward()` there is nothing to clip yet, and after `step()` it is too late; neither raises an error. The
# difference shows only when there is an explosion. Take a linear network of a single unit, whose weight of 1.2 is at
# the edge of one. Clip in each of the three places, and see what one step makes of that weight.

# %% [markdown]
# *Example*: `unroll read gradients/flow` runs it here, with your code.
