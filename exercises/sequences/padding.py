# %% [markdown]
# # Padding: sequences that end at different times
#
# A batch is one tensor, a box with straight walls. Sentences, melodies and visits to a doctor are not of one length. So
# the short ones are filled up behind their end until all are as long as the longest. What is filled in is called
# *padding*. It means nothing, but the layer does not know that: it reads on, step by step, and whatever you compute
# from its states may quietly be made of padding.
#
# Such mistakes raise no error, and the accuracy hardly tells: in an experiment for this course a classifier of padded
# sequences was right in 97.8 % of the cases. The same program that read its answer from padding: in 97.3 %. One
# question finds them all: **does the result change when the padding does?** It must not.
#
# Letters: $N$ examples (the rows of a batch), $T$ time steps, $D$ input size, $H$ hidden size. Batch first. Row $n$ has
# $\ell_n$ real steps, with $1 \le \ell_n \le T$, and then $T - \ell_n$ steps of padding, which may hold any finite
# numbers. The rows come in any order, and the longest need not fill the box.

# %%
import torch
from torch import nn

# %% [markdown]
# ## 1. The last output of every row
#
# A recurrent layer gives a state for every step, `output` of shape (N, T, H). If one state is to stand for the whole
# row, it is the one after the last *real* step. Steps are counted from 0, so the one wanted in row $n$ is
#
# $$\texttt{output}_{n,\; \ell_n - 1}$$
#
# and every row has its own. The last column, `output[:, -1]`, is right in the rows that fill the box and has read
# padding in all others; column $\ell_n$ is the first one that has read padding, or does not exist.
#
# *Two ways to pick.* A slice and a list of places do not mean the same in an index. In `a[:, places]` the slice takes
# every row, and each row is asked for *all* the places: $N \times N$ states. In `a[rows, places]` the two lists go side
# by side, like the two columns of a table of coordinates, and each pair finds one state. `torch.gather` does the same
# with an index of the shape of its result.
#
# | | shape |
# |---|---|
# | `output` | (N, T, H) |
# | `lengths` | (N,), int64 |
# | `output[:, -1]`, all in the last column | (N, H) |
# | `output[:, lengths - 1]`, every row at every length | (N, N, H) |
# | what is wanted | (N, H) |

# %%
def last_output(output, lengths):
    """Pick the output at the last valid step of every row.

    Args:
        output: what a layer says at every step, shape (N, T, H); any finite numbers behind the end of a row.
        lengths: how many steps of each row are valid, 1 to T, shape (N,), int64, on the device of output.

    Returns: the outputs at the last valid steps, shape (N, H), a new tensor; the gradient at padding is
        zero.
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# *Example*: `unroll read sequences/padding` runs it here, with your code.

# %% [markdown]
# ## 2. Do not read it at all: packing
#
# Picking cures the result; the layer has still read all the padding. A *packed* batch has none. Sort the rows, longest
# first, and stand them one below the other: at each step the rows that are still running are the upper ones. Write
# these columns one after the other and remember how high each is, the `batch_sizes`. A layer can go through that column
# by column, with fewer and fewer rows. The state of a row that has ended stays what it was.
#
# ![Left: four rows in a grid, hatched behind their ends. Right: sorted and stored step by step.](padding.svg)
#
# `nn.utils.rnn.pack_padded_sequence` makes this of a padded batch, and a layer of PyTorch's takes it in place of `x`.
# What comes back is a packed output, and $h_n$. It is no longer the last column but *the state at each row's own
# end*, of shape (num_layers, N, H). Three habits of the function make trouble:
#
# - It believes that time comes first, whatever the layer believes. With `x` of shape (N, T, D) it must be told, or it
#   takes steps for rows; where $N = T$ there is no error, and the numbers are wrong.
# - It believes that the rows are sorted already, and says so if they are not. Told otherwise, it sorts them *and* gives
#   $h_n$ back in the order of the caller. Whoever sorts by hand must undo it by hand: for `order = lengths.argsort()`
#   the way back is not `order` once more but `order.argsort()`; the two differ wherever three rows or more change
#   places in a circle.
# - It wants `lengths` on the CPU, wherever `x` is.
#
# `pad_packed_sequence` makes a padded output again, with zeros behind each end: its last column is still no place to
# read.
#
# *Is it worth it?* For one direction both ways say the same, because a state knows nothing of later steps: run the
# padded batch and pick, or pack and take $h_n$. Packing saves the work. In a *bidirectional* layer it is more than
# that: the backward direction begins in the last column, in the padding, and then no state of it is clean. Packed, it
# begins at each row's own end and finishes at step 0, and its result is again what $h_n$ says.

# %%
def encode(rnn, x, lengths):
    """Summarise every row by the state after its last valid step, as if it had been run alone and without padding.

    Args:
        rnn: an nn.GRU or nn.RNN with batch_first=True, one direction, one layer or more; it, the .grad of its
            parameters and its mode stay as they are.
        x: the rows, shape (N, T, D); any finite numbers behind the end of a row.
        lengths: how many steps of each row are valid, 1 to T, in any order, shape (N,), int64, on the CPU.

    Returns: the state of the last layer after the last valid step of every row, in the order of the rows of x, shape
        (N, H); gradients reach the parameters of rnn and x, and are zero at padding.
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# *Example*: `unroll read sequences/padding` runs it here, with your code.

# %% [markdown]
# ## 3. A loss that does not see padding
#
# Where every step has a target, the padded steps have one as well, and it means nothing. The loss is the mean over the
# valid steps of all rows together:
#
# $$\mathcal{L} = \frac{\sum_n \sum_{t < \ell_n} (\hat y_{n,t} - y_{n,t})^2}{\sum_n \ell_n}$$
#
# A *mask* says which steps are valid: compare the number of each step, (T,), with the length of each row, (N, 1), and
# broadcasting makes (N, T) of it. The rest is arithmetic, and goes wrong in the denominator:
#
# - $N T$, which is what `mean()` of the masked errors divides by. The loss is then smaller the more padding there is: a
#   longer row in the batch makes all the others look better. Nothing warns you, and the curve falls as it should.
# - $\ell_n$ row by row, and then the mean of the rows. That is another loss: a step of a short row weighs more than one
#   of a long row. It may be wanted; it is not the mean over the valid steps.
#
# *Multiply or choose?* Multiplying the errors by a mask of zeros and ones is common, and right while the padding is
# finite. But $0 \cdot \infty$ and $0 \cdot \text{NaN}$ are NaN, and one such number in the padding, from a division or
# a logarithm, takes the whole loss along. Choosing the valid entries *before* anything is computed with them has no
# such trap, in the loss and in the gradient.

# %%
def masked_mse(pred, target, lengths):
    """Compute the mean squared error over the valid steps of all rows together.

    Args:
        pred: what the model says, shape (N, T); any finite numbers behind the end of a row.
        target: what it should say, shape (N, T); any finite numbers behind the end of a row.
        lengths: how many steps of each row are valid, 1 to T, shape (N,), int64, on the device of pred.

    Returns: the loss, a tensor of shape (), with the dtype of pred; its gradient at padding is zero.
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# *Example*: `unroll read sequences/padding` runs it here, with your code.

# %% [markdown]
# ## 4. The question, as a test
#
# Ask it of every model that reads padded batches, your own and those of others. The padding need not be cruel: one
# large number is enough. Run the model with zeros in the padding, then with nines: the answers must not move.

# %% [markdown]
# *Example*: `unroll read sequences/padding` runs it here, with your code.
