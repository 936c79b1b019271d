# %% [markdown]
# # The LSTM: a memory with gates
#
# In a plain recurrent network the whole state is written anew in every step, through a product and a tanh. What was
# known twenty steps ago has gone through twenty of them, and little of it is left; its gradient has faded in the same
# way. The *long short-term memory* keeps a second state, the *cell* $c_t$, that is carried along and only changed where
# the network decides to: a gate says how much to forget, another how much to write, a third how much to show.
#
# Letters: $N$ examples (the batch), $T$ time steps, $D$ input size, $H$ hidden size. Batch first.

# %%
import torch

# %% [markdown]
# ## 1. One step
#
# A *gate* is a vector of $H$ numbers between 0 and 1. It comes from the input and the state before, as in a
# plain cell, but with a sigmoid $\sigma(a) = 1 / (1 + e^{-a})$ in place of the tanh. Multiplied with another vector,
# entry by entry ($\odot$), it lets each entry pass (1), or not (0), or partly.
#
# $$i_t = \sigma(W_{ii}\, x_t + b_{ii} + W_{hi}\, h_{t-1} + b_{hi}) \qquad \text{input gate: how much is written?}$$
# $$f_t = \sigma(W_{if}\, x_t + b_{if} + W_{hf}\, h_{t-1} + b_{hf}) \qquad \text{forget gate: how much is kept?}$$
# $$g_t = \tanh(W_{ig}\, x_t + b_{ig} + W_{hg}\, h_{t-1} + b_{hg}) \qquad \text{what is written; no gate}$$
# $$o_t = \sigma(W_{io}\, x_t + b_{io} + W_{ho}\, h_{t-1} + b_{ho}) \qquad \text{output gate: how much is shown?}$$
#
# $$c_t = f_t \odot c_{t-1} + i_t \odot g_t \qquad\qquad h_t = o_t \odot \tanh(c_t)$$
#
# ![The memory runs straight through; the forget and the input gate act on it, the output gate on its copy](lstm.svg)
#
# *Four in one.* Four weights that read the same input are stored as one, piece under piece: `w_ih` has $4H$ rows, the
# first $H$ of them are $W_{ii}$, and so on in the order **i, f, g, o**. One product gives all four, side by side. The
# order is a convention: PyTorch's is i, f, g, o, others use i, f, o, g. Weights from one in a cell of the other run
# without any error and say something else.
#
# *Why does it remember?* With $f = 1$ and $i = 0$ the equation reads $c_t = c_{t-1}$: nothing is multiplied and nothing
# is squeezed, for as many steps as it likes. The gradient along this path is multiplied by $f_t$, and not by a matrix.
#
# | | shape |
# |---|---|
# | `x_t` | (N, D) |
# | `state` | `(h, c)`, each (N, H) |
# | `w_ih`, `w_hh` | (4H, D), (4H, H) |
# | `b_ih`, `b_hh` | (4H,) |

# %%
def lstm_cell(x_t, state, w_ih, w_hh, b_ih, b_hh):
    """Compute the next state of an LSTM. The four parts of the weights stand in the order i, f, g, o.

    Args:
        x_t: input at time t, shape (N, D).
        state: (h, c) before the step, each of shape (N, H).
        w_ih: weights from input to the four parts, shape (4H, D).
        w_hh: weights from h to the four parts, shape (4H, H).
        b_ih: bias beside w_ih, shape (4H,).
        b_hh: bias beside w_hh, shape (4H,).

    Returns: (h, c) after the step, each of shape (N, H), new tensors.

    Source: S. Hochreiter and J. Schmidhuber, Long short-term memory, 1997; F. Gers, J. Schmidhuber and F. Cummins,
        Learning to forget, 2000; the form is that of torch.nn.LSTMCell.
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# *Example*: `unroll read gates/lstm` runs it here, with your code.

# %% [markdown]
# ## 2. Unroll it
#
# The loop is that of any recurrent network; only that the state it hands on is a pair. Both go on: a loop that hands on
# $h$ and begins with a fresh $c$ in every step has a long short-term memory without the memory. What the world sees is
# $h$: `output` keeps $h_t$ of every step. The last pair, `(h_n, c_n)`, is what one needs to go on later.

# %%
def lstm_forward(x, state, w_ih, w_hh, b_ih, b_hh):
    """Run an LSTM over a batch of sequences.

    Args:
        x: the sequences, shape (N, T, D).
        state: (h_0, c_0) before the first step, each of shape (N, H).
        w_ih, w_hh, b_ih, b_hh: as in `lstm_cell`.

    Returns:
        output: h after every step, shape (N, T, H).
        state: (h_n, c_n) after the last step, each of shape (N, H).
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# *Example*: `unroll read gates/lstm` runs it here, with your code.

# %% [markdown]
# A unit whose weights are chosen by hand shows what the gates do. It writes where $x$ is 1, forgets where $x$ is -1,
# and keeps what it has where $x$ is 0. Such a unit holds what it has read for thirty steps, with hardly any loss, and
# lets go at once when it is told to. In a trained network nobody tells it: the gates read the input and the state and
# learn when to write and when to forget.
#
# *To try*: give the forget gate of that unit the bias 2 in place of 9. How many steps does the memory last? A gate of
# 0.88 leaves $0.88^{30} \approx 0.02$ of it. That is why many begin training with a large forget bias: a network that
# cannot remember yet gets no gradient that says it should.
