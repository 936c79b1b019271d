# %% [markdown]
# # The GRU: propose, then decide
#
# A plain recurrent cell cannot leave anything alone. In every step each entry of its state is computed afresh, through
# a product and a tanh. It does not matter whether there was something new to know or not. What was read twenty steps
# ago has been copied twenty times since, each time a little worse. Its gradient has shrunk in the same way.
#
# A *gated recurrent unit* computes a new state too, but only as a *proposal*. Then it decides, for each entry by
# itself, how much of the proposal it takes and how much of the old state it keeps. Where it keeps everything, a number
# passes unharmed, for as many steps as need be. Compared with the other famous gated cell, the LSTM, it carries one
# state in place of two and has a quarter fewer weights.
#
# Letters: $N$ examples (the batch), $T$ time steps, $D$ input size, $H$ hidden size. Batch first.

# %%
import torch

# %% [markdown]
# ## 1. One step
#
# A *gate* is a vector of $H$ numbers between 0 and 1. It is computed as a plain cell computes its state, but with a
# sigmoid, $\sigma(a) = 1 / (1 + e^{-a})$, in place of the tanh. Another vector is multiplied by it, entry by entry
# ($\odot$): 1 lets an entry pass, 0 stops it. The GRU has two gates, and each of them reads the input and the state:
#
# $$r_t = \sigma(W_{ir}\, x_t + b_{ir} + W_{hr}\, h_{t-1} + b_{hr}) \qquad \text{reset: does it look back?}$$
# $$z_t = \sigma(W_{iz}\, x_t + b_{iz} + W_{hz}\, h_{t-1} + b_{hz}) \qquad \text{update: how much is kept?}$$
# $$n_t = \tanh(W_{in}\, x_t + b_{in} + r_t \odot (W_{hn}\, h_{t-1} + b_{hn})) \qquad \text{the proposal; no gate}$$
#
# $$h_t = (1 - z_t) \odot n_t + z_t \odot h_{t-1}$$
#
# ![A step of a GRU: h runs along the top, is kept by z, and gets 1 - z of n, which sees h through r.](gru.svg)
#
# *Three in one.* The three weights that read the same input are stored as one, piece under piece: `w_ih` has $3H$ rows,
# the first $H$ of them are $W_{ir}$, then come $W_{iz}$ and $W_{in}$. The order is **r, z, n**, and `w_hh` and both
# biases follow it. One product gives all three parts, side by side.
#
# *Why does it remember?* Where $z = 1$ the last equation reads $h_t = h_{t-1}$. Backwards, the gradient goes the same
# way and is multiplied by $z_t$, and by no matrix.
#
# *Why two biases?* In $r$ and $z$ only their sum matters. In $n$ it does not: $b_{hn}$ stands inside of what $r$
# multiplies, and $b_{in}$ outside.
#
# | | shape |
# |---|---|
# | `x_t` | (N, D) |
# | `h` | (N, H) |
# | `w_ih`, `w_hh` | (3H, D), (3H, H) |
# | `b_ih`, `b_hh` | (3H,) |
#
# *There are several GRUs*, and this is where silent errors come from. Each variant below has the same shapes, raises
# nothing and learns about as well. But weights that were trained in one say something else in another:
#
# - The first paper multiplies $h_{t-1}$ by $r_t$ *before* the product with $W_{hn}$, PyTorch after it. Beware: Python
#   works off `*` and `@` from left to right, so `r * h @ w` is `(r * h) @ w`.
# - Some texts write $h_t = z_t \odot n_t + (1 - z_t) \odot h_{t-1}$: the same gate, with its name turned round.
# - Keras stores z before r.
#
# Write PyTorch's.

# %%
def gru_cell(x_t, h, w_ih, w_hh, b_ih, b_hh):
    """Compute the next state of a GRU. The three parts of the weights stand in the order r, z, n.

    Args:
        x_t: input at time t, shape (N, D).
        h: state before the step, shape (N, H).
        w_ih: weights from input to the three parts, shape (3H, D).
        w_hh: weights from h to the three parts, shape (3H, H).
        b_ih: bias beside w_ih, shape (3H,).
        b_hh: bias beside w_hh, shape (3H,).

    Returns: the state after the step, shape (N, H), a new tensor.

    Source: K. Cho et al., Learning phrase representations using RNN encoder-decoder for statistical machine
        translation, 2014; the form is that of torch.nn.GRUCell.
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# *Example*: `unroll read gates/gru` runs it here, with your code.

# %% [markdown]
# ## 2. Unroll it
#
# The gates are inside the cell; the loop around it is that of any recurrent network. It begins with `h0`, hands the
# state on from step to step, and keeps every one of them: `output[:, t]` is the state after reading `x[:, t]`. The last
# state, `h_n`, is returned as well, because whoever goes on later begins there.
#
# Two errors that nobody reports. `x[t]` is an *example*, `x[:, t]` is a moment, and where $N = T$ both have a fitting
# shape. And stacking the states along the first axis gives (T, N, H), which then looks right, too.

# %%
def gru_forward(x, h0, w_ih, w_hh, b_ih, b_hh):
    """Run a GRU over a batch of sequences.

    Args:
        x: the sequences, shape (N, T, D).
        h0: state before the first step, shape (N, H).
        w_ih, w_hh, b_ih, b_hh: as in `gru_cell`.

    Returns:
        output: the state after every step, shape (N, T, H).
        h_n: the state after the last step, shape (N, H).
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# ### One unit by hand
#
# It reads two numbers per step: a value, and a button that is 1 where the value is to be taken over. The bias of $z$ is
# 8, so the state is kept; a large negative weight from the button to $z$ makes the unit take its proposal, and that is
# the tanh of the value. `unroll plot gates/gru` draws the same unit with your code.

# %% [markdown]
# *Example*: `unroll read gates/gru` runs it here, with your code.

# %% [markdown]
# While the button is pressed, the state follows the value; when it is let go, the state stays where it was. One step
# with the button is enough to take over another value. In a trained network nobody presses: $z$ reads the input and the
# state, and learns for each unit when there is something worth knowing.
#
# *To try*: give $z$ of that unit the bias 2 in place of 8. It is 0.88 now, and of a value that was stored,
# $0.88^{30} \approx 0.02$ is left after thirty steps. Then give it -8: the unit keeps nothing, and its state is the
# proposal of the last step.
