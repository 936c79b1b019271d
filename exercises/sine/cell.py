# %% [markdown]
# # The cell: a network that remembers
#
# To forecast a sine wave from its last values, one value is not enough: at 0.5 the wave may rise or fall. A recurrent
# network reads the values one after the other. It keeps a *state* $h_t$, a vector that it may use to remember what it
# has seen. In this lesson you write such a network by hand, with nothing but matrix products and a loop.
#
# Letters: $N$ examples (the batch), $T$ time steps, $D$ input size, $H$ hidden size, $O$ outputs. Batch first.

# %%
import torch

# %% [markdown]
# ## 1. One step
#
# $$h_t = \tanh(W_{ih}\, x_t + b_{ih} + W_{hh}\, h_{t-1} + b_{hh})$$
#
# The new state mixes the input of this step with the state of the step before.
#
# *Why tanh?* It keeps every entry of the state between -1 and 1, and it is what makes the network more than a linear
# filter. *Why two biases?* Their sum is all that matters; PyTorch keeps two because cuDNN does, and so do we, because
# your cell is compared with PyTorch's.
#
# *Which way round?* In the equation $x_t$ is a column. In a batch every example is a row, so the same product reads
# `x_t @ w_ih.T`: rows of a weight are outputs, columns are inputs.
#
# | | shape |
# |---|---|
# | `x_t` | (N, D) |
# | `h` | (N, H) |
# | `w_ih`, `w_hh` | (H, D), (H, H) |
# | `b_ih`, `b_hh` | (H,) |

# %%
def rnn_cell(x_t, h, w_ih, w_hh, b_ih, b_hh):
    """Compute the next state of a recurrent network.

    Args:
        x_t: input at time t, shape (N, D).
        h: state before the step, shape (N, H).
        w_ih: weight from input to state, shape (H, D).
        w_hh: weight from state to state, shape (H, H).
        b_ih: bias beside w_ih, shape (H,).
        b_hh: bias beside w_hh, shape (H,).

    Returns: the state after the step, shape (N, H), a new tensor.

    Source: J. Elman, Finding structure in time, 1990; the form is that of torch.nn.RNNCell.
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# *Example*: `unroll read sine/cell` runs it here, with your code.

# %% [markdown]
# ## 2. Unroll it
#
# The same cell, with the same weights, is applied at every step. Drawn out in time it is a deep network with one layer
# for each step, and that drawing is called the *unrolled* network:
#
# ![One cell with a loop is the same as a row of its copies, each handing its state to the next](cell.svg)
#
# $$h_0 \to h_1 \to h_2 \to \dots \to h_T$$
#
# Keep all states: `output[:, t]` is the state after reading `x[:, t]`. The last one, `h_n`, is what the network knows
# about the whole sequence.
#
# Two traps. A step may not look at later steps: changing the future must leave the past alone. And autograd needs the
# values that it saw, so never write into a state (`h[:] = ...`, `h += ...`): make a new one.

# %%
def rnn_forward(x, h0, w_ih, w_hh, b_ih, b_hh):
    """Run the recurrent network over a batch of sequences.

    Args:
        x: the sequences, shape (N, T, D).
        h0: state before the first step, shape (N, H).
        w_ih, w_hh, b_ih, b_hh: as in `rnn_cell`.

    Returns:
        output: the state after every step, shape (N, T, H).
        h_n: the state after the last step, shape (N, H).
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# *Example*: `unroll read sine/cell` runs it here, with your code.

# %% [markdown]
# ## 3. Read it out
#
# The state is the network's own business. What we want to know is a linear function of it, the same at every step:
#
# $$y_t = W_{hy}\, h_t + b_y$$
#
# No tanh here: a forecast may be any number.

# %%
def readout(output, w_hy, b_y):
    """Compute the network's answer at every step.

    Args:
        output: the states, shape (N, T, H).
        w_hy: weight from state to answer, shape (O, H).
        b_y: its bias, shape (O,).

    Returns: the answers, shape (N, T, O).
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# *Example*: `unroll read sine/cell` runs it here, with your code.
