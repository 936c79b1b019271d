# %% [markdown]
# # Backpropagation through time, by hand
#
# When you call `loss.backward()` on a recurrent network, PyTorch walks back through all time steps. It adds up what
# every step has to say about the weights. Here you do that walk yourself, once in your life, in NumPy, where nothing is
# recorded behind your back. Then you build the instrument that tells whether any gradient is right.
#
# Letters: $N$ examples (the batch), $T$ time steps, $D$ input size, $H$ hidden size. Batch first. All arrays are
# float64; the last section shows why.

# %%
import numpy as np

# %% [markdown]
# ## 1. Forward, and what to remember
#
# $$a_t = W_{ih}\, x_t + W_{hh}\, h_{t-1} + b, \qquad h_t = \tanh(a_t), \qquad t = 1 \dots T$$
#
# (One bias is enough here; PyTorch's two only ever appear as their sum.)
#
# In the equation $x_t$ is a column; in a batch every example is a row, so $W_{ih}\, x_t$ reads `x_t @ w_ih.T`.
#
# | | shape |
# |---|---|
# | `x` | (N, T, D) |
# | `h0` | (N, H) |
# | `w_ih`, `w_hh` | (H, D), (H, H) |
# | `b` | (H,) |
# | `output`, all the states | (N, T, H) |
#
# The way back needs things from the way forward. Which ones? Read section 2 first, then decide: whatever you put into
# `cache` is handed to your own `rnn_backward_np` and to nobody else. It may be a tuple, a dictionary, an object. It
# must belong to *this* call: somebody may run forward twice and only then go back, so a global variable will not do.

# %%
def rnn_forward_np(x, h0, w_ih, w_hh, b):
    """Run the recurrent network over a batch of sequences, and keep what the way back will need.

    Args:
        x: the sequences, shape (N, T, D).
        h0: state before the first step, shape (N, H).
        w_ih: weight from input to state, shape (H, D).
        w_hh: weight from state to state, shape (H, H).
        b: bias, shape (H,).

    Returns:
        output: the state after every step, a new array of shape (N, T, H).
        cache: what `rnn_backward_np` wants to know; yours to design.
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# *Example*: `unroll read gradients/bptt` runs it here, with your code.

# %% [markdown]
# ## 2. Backward: two ways into the loss
#
# Somebody computes a loss $L$ from the states and tells us $\partial L / \partial h_t$ *as seen from outside*:
# `d_output[:, t]`. That is not yet the whole gradient of $h_t$, because the state has two ways into the loss:
# the way out, to $L$ at the same step, and the way on, through $W_{hh}$ to the next step:
#
# ![Values flow from left to right and upward; gradients flow back the same ways, last step first](bptt.svg)
#
# Write $\delta h_t$ for the gradient of $L$ with respect to $h_t$ by *both* ways. Write $\delta a_t$ for that with
# respect to the sum inside the tanh. From the last step to the first:
#
# $$\delta h_t = \texttt{d\_output}_t + W_{hh}^\top\, \delta a_{t+1} \qquad (\text{nothing comes from beyond } T)$$
#
# $$\delta a_t = (1 - h_t^2) \odot \delta h_t \qquad \text{because } \tanh'(a) = 1 - \tanh(a)^2$$
#
# At each step $\delta a_t$ knows everything about the step's own ingredients:
#
# $$\delta x_t = W_{ih}^\top\, \delta a_t, \qquad \delta h_0 = W_{hh}^\top\, \delta a_1$$
#
# The weights are used in every step and by every example, so their gradients are sums over both:
#
# $$\delta W_{ih} = \sum_{t, n} \delta a_t\, x_t^\top, \qquad
#   \delta W_{hh} = \sum_{t, n} \delta a_t\, h_{t-1}^\top, \qquad
#   \delta b = \sum_{t, n} \delta a_t$$
#
# *Which way round?* Again the equations speak of columns and the batch of rows. Let the shapes decide: a gradient
# always has the shape of the thing itself. But shapes cannot tell $W_{hh}$ from $W_{hh}^\top$, both are (H, H): there,
# turn the column equation into rows by transposing the whole product.
#
# Four traps. $\delta W_{hh}$ needs the state *before* the step, and before the first step that is $h_0$; in Python
# `output[:, -1]` is the last state, no error is raised. Sums are sums: no mean over the batch, the loss has decided on
# that already. `d_output` is the caller's: who adds something to it in place gets right gradients and spoils the check
# that is run with it afterwards. And one walk is enough: starting a new walk back from every step costs $T^2$.

# %%
def rnn_backward_np(d_output, cache):
    """Walk back through time: from the gradients of the states to those of everything that made them.

    Args:
        d_output: gradient of the loss with respect to every state, as seen from outside, shape (N, T, H).
        cache: the second value of `rnn_forward_np`; still good for another walk afterwards.

    Returns: a dictionary of new arrays, each with the shape of what it is the gradient of: `dx`, shape (N, T, D),
        `dh0`, shape (N, H), `dw_ih`, shape (H, D), `dw_hh`, shape (H, H), and `db`, shape (H,).

    Source: P. Werbos, Backpropagation through time: what it does and how to do it, 1990.
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# ### Look at it
#
# A loss on the *last* state only: $L = \sum h_T$. How much does each input have to say? Every step further back
# multiplies by $W_{hh}^\top$ and by $1 - h^2$ once more: that is what many small factors do. (The lesson `flow` is
# about this.)

# %% [markdown]
# *Example*: `unroll read gradients/bptt` runs it here, with your code.

# %% [markdown]
# ## 3. Is a gradient right? Ask the function itself
#
# A gradient says by how much a function changes when an entry of its argument moves a little. So move it, and look:
#
# $$\frac{\partial}{\partial a_i} \sum_j f(a)_j\, d_j \;\approx\;
#   \sum_j \frac{f(a + \varepsilon e_i)_j - f(a - \varepsilon e_i)_j}{2 \varepsilon}\, d_j$$
#
# This is the *central* difference. Its error is of the order of $\varepsilon^2$; moving to one side only leaves an
# error of the order of $\varepsilon$. For a quadratic function the central difference is exact, whatever $\varepsilon$
# is.
#
# The numbers $d$ (`d_out`) play the part of the gradient that comes from outside. So one call checks one argument of a
# function that returns a whole array. `f` is called twice for every entry of `a`: slow, and meant for small arrays.
#
# If you move entries of `a` in place, put each one back *as it was*: $(a + \varepsilon) - \varepsilon$ is not always
# $a$ in floating point. And mind that `a.reshape(-1)` of a transposed array is a copy: what you move there, `f` never
# sees.

# %%
def numerical_gradient(f, a, d_out, eps=1e-5):
    """Measure the gradient of sum(f(a) * d_out) with respect to a, by central differences.

    Args:
        f: a function from an array of the shape of a to an array of the shape of d_out.
        a: where to measure, float64, of any shape; is as it was afterwards, bit for bit.
        d_out: weights of what f returns.
        eps: how far each entry is moved, to either side.

    Returns: the gradient, a new array of the shape of a.
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# ### Check your own walk
#
# Give every state a random weight and compare, argument by argument. The relative error should be around $10^{-8}$ or
# less; $10^{-2}$ is a mistake in one of the two.

# %% [markdown]
# *Example*: `unroll read gradients/bptt` runs it here, with your code.

# %% [markdown]
# ### How small is small?
#
# The smaller $\varepsilon$, the better? Two errors are at work. Where $\varepsilon$ is large, the formula's own error
# counts, and falls with $\varepsilon^2$. Where it is small, two nearly equal numbers are subtracted, and what is left
# of their digits is noise that grows as $\varepsilon$ shrinks. In float32, with 7 digits, there is no good place
# between the two: check gradients in float64.

# %% [markdown]
# *Example*: `unroll read gradients/bptt` runs it here, with your code.
