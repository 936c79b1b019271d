# %% [markdown]
# # Streams: a long text, piece by piece
#
# A window of a sine is short: unroll the network over it, go back through all its steps, forget it. A book has a
# million letters, and what comes next may have been decided a page ago. Nobody unrolls a million steps: every state
# would have to be kept until the gradient has come by. A whole reading of the book would end in a single step of
# the optimizer. Windows that know nothing of each other are no way out. Each of them begins with an empty state, so
# nothing from before its beginning can be of use.
#
# There is something in between. Read the text in order, a *chunk* at a time; hand the state on from chunk to chunk;
# stop the gradient at the boundary. That is *truncated backpropagation through time*. In this lesson you lay out a text
# so that it can be read in this way, and write the loop that reads it.
#
# Letters: $L$ ids of the whole text, $B$ streams side by side, $T$ ids in a stream, $V$ words of the vocabulary. An
# *id* is the number of a word, or here of a letter, from $0$ to $V - 1$. Batch first.

# %%
import torch
import torch.nn.functional as F

# %% [markdown]
# ## 1. Side by side
#
# Read from end to end, one text would be a batch of one, and a computer reads many rows nearly as fast as one. So cut
# the text into $B$ pieces of the same length, and read them at the same time. Each of them is a *stream*:
#
# $$T = \lfloor L / B \rfloor, \qquad s_{b,\,t} = \text{ids}_{\,b\,T + t}$$
#
# The alphabet with $B = 4$ gives $T = 6$, and two letters are left over, which are dropped:
#
# | | $t = 0$ | 1 | 2 | 3 | 4 | 5 |
# |---|---|---|---|---|---|---|
# | stream 0 | a | b | c | d | e | f |
# | stream 1 | g | h | i | j | k | l |
# | stream 2 | m | n | o | p | q | r |
# | stream 3 | s | t | u | v | w | x |
#
# Later, columns 0 to 2 may be one chunk and columns 3 to 5 the next. Row by row, the state after the first is what the
# second should begin with, *because* the text of that row goes on there. This layout is for nothing else.
#
# *What goes wrong without a word.* The same ids fit into the same shape in other orders. Laid down column by column,
# row 0 reads a, e, i, m, q, u, which is every fourth letter. A network can be trained on that, and the loss falls,
# since each letter is as frequent as before; but what follows what has become noise, and the state that is handed on
# remembers nothing useful. So look at a row before you train.
#
# A slice of the text is a *view*: whoever writes into it writes into the text. Hand out a copy.

# %%
def to_streams(ids, batch_size):
    """Cut a text into streams of the same length, to be read side by side.

    Args:
        ids: the text in order, shape (L,).
        batch_size: B, how many streams, at least 1.

    Returns: the streams, shape (B, T) with T = L // B. Row b holds the T ids that begin at b * T; the L - B * T ids at
        the end of the text are dropped. The dtype is that of ids, and the memory is new.

    Raises:
        ValueError: there are fewer ids than streams.
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# *Example*: `unroll read sequences/streams` runs it here, with your code.

# %% [markdown]
# ## 2. Chunk by chunk
#
# At every step the network says what comes next: the input is $s_{b,\,t}$, the target $s_{b,\,t+1}$. A stream of $T$
# ids has $T - 1$ such pairs. Shift first, then cut both into chunks of `chunk` steps. The last chunk has the steps that
# are left, so there are $\lceil (T - 1) / \texttt{chunk} \rceil$ chunks. Here $T = 12$ and `chunk` is 4:
#
# ![Eleven steps in chunks of 4, 4 and 3: the state crosses each boundary, the gradient stops there](streams.svg)
#
# Chunk $c$ has $t_c$ steps. Of its inputs $x_c$ and the state before, the model makes logits $a_c$ and a new state. The
# loss compares the logits with the targets $y_c$:
#
# $$(a_c,\; z_c) = \text{model}(x_c,\; \bar z_{c-1}), \qquad
#   \mathcal{L}_c = -\frac{1}{B\, t_c} \sum_{b,\,k} \log \text{softmax}(a_{c,\,b,\,k})_{\,y_{c,\,b,\,k}}$$
#
# where $b$ counts the streams and $k$ the steps of the chunk. Then the optimizer takes one step on $\mathcal{L}_c$.
# This loss is a mean over all targets of the chunk, with the natural logarithm: *nats per token*. Whoever knows nothing
# pays $\ln V$ for each.
#
# The bar is the whole trick. $\bar z$ has the *values* of the state $z$ and no *past*:
# $\partial \bar z / \partial \theta = 0$ for every weight $\theta$. Forward, nothing is cut: as long as the weights
# stay the same, the logits are those of a single reading from end to end. Backward, each chunk is on its own, so memory
# and time of a step do not grow with the text. The network *learns from* `chunk` steps, and may *remember* more: what
# it has learned to carry through one chunk, it carries through the next as well.
#
# | | shape |
# |---|---|
# | `streams` | (B, T), int64 |
# | inputs of a chunk, and its targets | (B, t), where t is `chunk`, or less in the last one |
# | logits | (B, t, V) |
# | state | the model's own affair: a tensor, or a tuple of tensors like that of an LSTM |
#
# *What goes wrong loudly.* Leave the state its past, and the second `backward` goes on into the graph of the first
# chunk, which is gone: "Trying to backward through the graph a second time". The message suggests `retain_graph=True`.
# That is the wrong cure: each chunk would go back to the beginning of the text, through weights that have been changed
# since. That they have been changed is the next message.
#
# *What goes wrong without a word.*
#
# - The state begins anew in every chunk. The loss falls, but no memory is longer than a chunk.
# - The state is kept for the next reading. The book begins, and the network still has its last page in mind.
# - The target is the input. The loss falls to 0, which is too good for any text.
# - The shift is made inside of each chunk. One pair is lost at every boundary.

# %%
def train_tbptt(model, optimizer, streams, chunk):
    """Read all streams once, from left to right, with one step of the optimizer after each chunk.

    The inputs are streams[:, :-1] and the targets streams[:, 1:], both of T - 1 steps. Both are cut into chunks of
    `chunk` steps; the last chunk has the steps that are left, which makes ceil((T - 1) / chunk) chunks. The state is
    None for the first chunk of every call. For every other chunk it is the state that the model returned for the chunk
    before, with its values and without its graph.

    Args:
        model: called as model(ids, state) with the inputs of a chunk, shape (B, t); returns logits, shape (B, t, V),
            and the state after the last of them, a tensor or a tuple of tensors. It is put into training mode.
        optimizer: holds the model's parameters.
        streams: ids, int64, shape (B, T) with T at least 2; stays as it is.
        chunk: the steps of a chunk, at least 1; it may be more than there are.

    Returns: for each chunk the loss before its step, a list of floats: the mean cross-entropy of the B * t targets of
        the chunk, in nats per token.

    Source: R. Williams and J. Peng, An efficient gradient-based algorithm for on-line training of recurrent network
        trajectories, 1990.
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# ## 3. Memory across a boundary
#
# Take a text that is *abacabad* again and again. What follows an *a* can be said only by those who know the letters
# before: with one letter of memory $0.52$ nats per token are left, with two $0.17$, with four nothing. Read it in
# chunks of two letters, so that no gradient ever goes back further. A network that forgets its state at each boundary
# knows one letter or two, and stays at the mean, $0.35$. A network that carries its state on goes far below.

# %% [markdown]
# *Example*: `unroll read sequences/streams` runs it here, with your code.

# %% [markdown]
# *To try*: chunks of 1, where no gradient goes back in time at all. What can still be learned, and from what? And with
# a learning rate of 0, the mean of the losses, weighted with the lengths of the chunks, is the same for every `chunk`:
# why?
