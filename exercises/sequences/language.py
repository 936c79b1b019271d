# %% [markdown]
# # Language: a network that writes
#
# Give a network a text, one character after the other, and let it say each time which character comes next. Nothing
# more is asked of it. Yet a network that is good at this must know words, spelling, and what was said a line ago.
# And it can write: draw a character from what it expects, feed that character back, draw again.
#
# Letters: $N$ examples (the batch), $T$ time steps, $V$ characters of the alphabet, $E$ numbers that stand for one
# character. $H$ hidden units, $L$ characters of the text. Batch first.

# %%
import torch
from torch import nn
from torch.nn import functional as F

# %% [markdown]
# ## 1. Characters are numbers
#
# A network reads numbers, so each character that occurs in the text gets one: its *id*. Two tables are needed, one for
# each direction. They are called `stoi`, from string to integer, and `itos`, from integer to string:
#
# | | `"banana"` |
# |---|---|
# | `itos`, a list: `itos[i]` is the character with id `i` | `["a", "b", "n"]` |
# | `stoi`, a dict: `stoi[c]` is the id of the character `c` | `{"a": 0, "b": 1, "n": 2}` |
#
# The order is a convention, and it must be the *same* convention every time. A Python `set` has an order too, but
# another one in every run of Python. A model that was trained yesterday and is loaded today with such a table reads
# and writes another alphabet than it has learned. Nothing raises an error. Sorted characters stay where they are.

# %%
def build_vocab(text):
    """Number the characters of a text in sorted order, as Python sorts characters.

    Args:
        text: any text, not empty; spaces, line breaks and capitals are characters like all others.

    Returns:
        stoi: the id of each character, a dict.
        itos: the character of each id, a list; every character of the text stands in it once.
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# *Example*: `unroll read sequences/language` runs it here, with your code.

# %% [markdown]
# ## 2. The next character is the target
#
# Nobody has to label anything: the text is its own answer. A window of $T$ characters is the input. The same window
# *one character later* is the target, so that at every step the target is what comes next:
#
# $$x_{n,t} = \text{ids}_{s_n + t}, \qquad y_{n,t} = \text{ids}_{s_n + t + 1}, \qquad t = 0, \dots, T - 1$$
#
# Each row begins somewhere else, at a start $s_n$ that is drawn at random. Count them: the last window must leave room
# for its last target, and so there are $L - T$ starts, from 0 to $L - T - 1$. All of them are equally likely, and no
# row cares which starts the other rows have.
#
# Three traps. If $y$ is not shifted, the network learns to repeat what it has just read; the loss falls to nearly
# nothing, and it knows nothing of the text. If the last target is taken from the beginning of the window, one in $T$
# targets is nonsense. And if the last start is never drawn, nothing shows at all: some of the best-known programs of
# this kind leave it out.

# %%
def get_batch(ids, seq_length, batch_size, generator):
    """Draw windows of a text, and the same windows one character later.

    Args:
        ids: the text as ids, int64, shape (L,) with L > seq_length.
        seq_length: T.
        batch_size: how many windows; there may be more of them than starts.
        generator: the torch.Generator that all random numbers come from.

    Returns:
        x: the windows, int64, shape (batch_size, seq_length). Each start is drawn by itself, all L - T equally likely.
        y: what comes next at each step, int64, shape (batch_size, seq_length).
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# *Example*: `unroll read sequences/language` runs it here, with your code.

# %% [markdown]
# ## 3. The model
#
# An id is a name and no quantity: character 7 is not more than character 3, and nothing lies between them. So the
# network does not read the number; it looks up row 7 of a table of $V$ rows, the *embedding*, which is learned like any
# other weight. The recurrent layer reads these vectors, and a linear head turns every state into one score per
# character:
#
# $$e_t = \text{table}[x_t], \qquad h_t = \text{cell}(e_t, h_{t-1}), \qquad z_t = W h_t + b$$
#
# | | shape |
# |---|---|
# | `ids` | (N, T) |
# | looked up | (N, T, E) |
# | output of the recurrent layer, with `batch_first=True` | (N, T, H) |
# | logits $z$ | (N, T, V) |
#
# The scores are called *logits*. They may be any numbers; a softmax, which makes probabilities of them, comes later and
# not here. There is a forecast at *every* step, so one window of $T$ characters gives $T$ examples at once.
#
# The model also returns its *state*: the next call may go on from there, as if the two texts were one. It is the
# caller who keeps the state. A model that keeps it itself would begin a new text in the middle of the last.

# %%
class CharLM(nn.Module):
    """A language model of characters: an embedding, one recurrent layer, a linear head.

    Args:
        vocab_size: V.
        embedding_dim: E, the numbers that the recurrent layer reads for a character.
        hidden_size: H.
        cell: "RNN", "LSTM" or "GRU", the layers (or cells) of torch.nn with their biases.

    Raises:
        ValueError: the cell has another name.

    Source: T. Mikolov and others, Recurrent neural network based language model, 2010.
    """

    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="GRU"):
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError

    def forward(self, ids, state=None):
        """Say at every step what comes next.

        Args:
            ids: characters, int64, shape (N, T).
            state: what an earlier call returned, to go on from there; None for zeros, at the beginning of a text.

        Returns:
            logits: scores of the next character, the W h + b from above, shape (N, T, V).
            state: what is to be given to the next call; its form is yours.
        """
        # YOUR CODE HERE
        raise NotImplementedError

# %% [markdown]
# *Example*: `unroll read sequences/language` runs it here, with your code.

# %% [markdown]
# ## 4. The loss
#
# A softmax turns scores into probabilities. The loss is how surprised the model was by what really came next,
# averaged over all characters of the batch:
#
# $$p_{n,t}(k) = \frac{e^{z_{n,t,k}}}{\sum_j e^{z_{n,t,j}}}, \qquad
#   \text{loss} = -\frac{1}{NT} \sum_{n,t} \log p_{n,t}(y_{n,t})$$
#
# With the natural logarithm the unit is the *nat*. Some values to know:
#
# | loss | who has it |
# |---|---|
# | $\log V$ | who gives all characters the same probability; so does nearly every untrained model |
# | 0 | who is certain and right: look for a mistake |
#
# In between, $e^{\text{loss}}$, the *perplexity*, is the number of characters among which the model seems to hesitate.
#
# Two traps, both silent. `F.cross_entropy` takes the softmax itself, and who takes it before has taken it twice:
# probabilities lie between 0 and 1, as scores they are all nearly alike. The loss cannot fall below
# $\log(1 + (V - 1) / e)$, which is 0.74 for four characters. And it wants the classes on axis 1, where logits of shape
# $(N, T, V)$ have the time: an error as long as $T \neq V$, and a wrong number where they are equal. The axes must be
# brought into order without tearing apart what belongs together; a `reshape` does not swap axes.

# %%
def lm_loss(logits, targets):
    """Measure the mean cross entropy per character.

    Args:
        logits: scores, as the model returns them, shape (N, T, V); of any size, also hundreds.
        targets: what came next, int64, shape (N, T).

    Returns: the loss in nats per character, shape (), with its graph.
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# ## 5. Training
#
# The loop is the one you know. There are two numbers to compare the loss with: $\log V$, the loss of somebody who knows
# nothing, and the least loss that is possible for somebody who sees the last character alone. With a smaller loss than
# that, the network remembers.

# %% [markdown]
# *Example*: `unroll read sequences/language` runs it here, with your code.

# %% [markdown]
# ## 6. Let it write
#
# The model reads a beginning, the *prompt*. Its last logits say what may come next; one character is drawn, and *that
# one character* goes back in, together with the state. Who forgets the state has a model that knows one character of
# the past. Who reads the whole text again each time waits longer and longer for the same answer.
#
# How it is drawn is a choice. Divided by a *temperature* $\tau$, the scores move apart or together before the softmax:
#
# $$p(k) \propto e^{z_k / \tau}$$
#
# ![Six bars: the likeliest character has 0.70 of the probability at 0.5, 0.44 at 1, and 0.30 at 2](language.svg)
#
# Cold, the model repeats what it is sure of. Hot, it plays. At $\tau \to 0$ only the largest score counts, and
# that is what `temperature=0` means, since nobody can divide by 0. Always taking the largest is *not* what the model
# has learned: it learned how often each character follows, and a text in which only the most frequent thing happens
# soon runs in a circle.
#
# Two traps, silent again. There is one row, so a softmax along axis 0 makes every probability 1, and all characters
# alike. And probabilities that are divided by a temperature keep their proportions: it is the scores that are divided.

# %%
def sample(model, prompt, steps, temperature=1.0, generator=None):
    """Let a language model go on with a text.

    The prompt is read first, then one character a call, each with the state that the call before has returned. The
    model is asked in eval mode and without a graph, and comes back in the mode in which it was.

    Args:
        model: as CharLM: model(ids, state) returns logits (N, T, V) and a state of any form; None is the first state.
        prompt: the ids to begin with, a list of int, not empty; it stays as it is.
        steps: how many characters to write; may be 0.
        temperature: the scores are divided by it; at 0 the largest score is taken.
        generator: where random numbers come from; PyTorch's global generator if None.

    Returns: the new ids alone, a list of int with `steps` entries.
    """
    # YOUR CODE HERE
    raise NotImplementedError

# %% [markdown]
# *Example*: `unroll read sequences/language` runs it here, with your code.

# %% [markdown]
# The text of the example has lines such as `five in, five out`. The second number of each line is the first one again.
# The network has to keep it in its state while it writes something else. A model that sees one character of the past,
# or three, cannot do that. Compare the temperatures, too. A text that is drawn meets all twelve numbers sooner or
# later, and the one at 0 runs in a circle.
#
# *To try*: a text of your own. A few thousand characters are enough for the spelling of short words. To get sense,
# people take all the text that they can find, and networks that are many million times larger than yours; the task is
# the same.
