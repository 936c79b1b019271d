"""Wrong answers of the language lesson, each with its catalogue id and its sentence."""

import random
from collections import Counter

import torch
from torch import nn
from torch.nn import functional as F

from autograder.testing import mistake

# build_vocab


@mistake("M103", task="build_vocab", says="Sort the characters: a set has another order in every run of Python.")
def from_a_set(text):
    itos = list(set(text))
    return {c: i for i, c in enumerate(itos)}, itos


@mistake("M103", task="build_vocab", says="Sort the characters: a set has another order in every run of Python.")
def numbered_while_going_through_a_set(text):
    stoi = {}
    for c in frozenset(text):
        stoi[c] = len(stoi)
    return stoi, [*stoi]


@mistake("V01", task="build_vocab", says="Sort the characters; you number them in the order in which they first occur.")
def in_the_order_of_the_text(text):
    itos = list(dict.fromkeys(text))
    return {c: i for i, c in enumerate(itos)}, itos


@mistake("V02", task="build_vocab", says="Sort the characters themselves; you number them by how often they occur.")
def by_frequency(text):
    itos = [c for c, _ in Counter(text).most_common()]
    return {c: i for i, c in enumerate(itos)}, itos


@mistake("V03", task="build_vocab", says="Every character stands in itos once; you keep its repetitions.")
def with_repetitions(text):
    itos = sorted(text)
    return {c: i for i, c in enumerate(itos)}, itos


@mistake("V04", task="build_vocab", says="Return stoi first and itos second; you return them the other way round.")
def itos_first(text):
    itos = sorted(set(text))
    return itos, {c: i for i, c in enumerate(itos)}


@mistake("V05", task="build_vocab", says="Ids begin with 0, so that itos[stoi[c]] is c; yours begin with 1.")
def ids_begin_with_one(text):
    itos = sorted(set(text))
    return {c: i for i, c in enumerate(itos, 1)}, itos


@mistake("V06", task="build_vocab", says="itos is a list, the characters in the order of their ids, and no dict.")
def itos_is_a_dict(text):
    itos = sorted(set(text))
    return {c: i for i, c in enumerate(itos)}, dict(enumerate(itos))


@mistake("V06", task="build_vocab", says="itos is a list, the characters in the order of their ids, and no dict.")
def itos_is_stoi_read_backwards(text):
    stoi = {c: i for i, c in enumerate(sorted(set(text)))}
    return stoi, {i: c for c, i in stoi.items()}


@mistake("V07", task="build_vocab", says="Sort upward: the smallest character has id 0.")
def sorted_downward(text):
    itos = sorted(set(text), reverse=True)
    return {c: i for i, c in enumerate(itos)}, itos


@mistake("V08", task="build_vocab", says="Capitals are characters of their own; leave the text as it is.")
def capitals_are_lost(text):
    itos = sorted(set(text.lower()))
    return {c: i for i, c in enumerate(itos)}, itos


@mistake("V09", task="build_vocab", says="Spaces and line breaks are characters too; you leave some of them out.")
def spaces_are_lost(text):
    itos = sorted({c for c in text if not c.isspace()})
    return {c: i for i, c in enumerate(itos)}, itos


@mistake("V09", task="build_vocab", says="Spaces and line breaks are characters too; you leave some of them out.")
def line_breaks_are_lost(text):
    itos = sorted(set(text.replace("\n", "")))
    return {c: i for i, c in enumerate(itos)}, itos


@mistake("V10", task="build_vocab", says="Number characters, not words.")
def of_words(text):
    itos = sorted(set(text.split()))
    return {c: i for i, c in enumerate(itos)}, itos


@mistake("V11", task="build_vocab", says="Return two things, stoi and itos; the size of the vocabulary is len(itos).")
def with_its_size(text):
    itos = sorted(set(text))
    return {c: i for i, c in enumerate(itos)}, itos, len(itos)


@mistake("V12", task="build_vocab", says="An id is the character's place in itos, not its code point.")
def code_points(text):
    itos = sorted(set(text))
    return {c: ord(c) for c in itos}, itos


@mistake(
    "V13", task="build_vocab", says="Sort characters as Python does, without a key: capitals come before small letters."
)
def whatever_the_case(text):
    itos = sorted(set(text), key=lambda c: (c.lower(), c))
    return {c: i for i, c in enumerate(itos)}, itos


@mistake("V14", task="build_vocab", says="Number the characters of the text that is given, and no others.")
def all_of_ascii(text):
    itos = [chr(i) for i in range(128)]
    return {c: i for i, c in enumerate(itos)}, itos


@mistake(
    "V15", task="build_vocab", says="Only characters of the text have an id; you add one for padding or unknown ones."
)
def with_an_entry_for_padding(text):
    itos = ["", *sorted(set(text))]
    return {c: i for i, c in enumerate(itos)}, itos


@mistake(
    "V15", task="build_vocab", says="Only characters of the text have an id; you add one for padding or unknown ones."
)
def with_an_entry_for_the_unknown(text):
    itos = [*sorted(set(text)), "\U0010ffff"]
    return {c: i for i, c in enumerate(itos)}, itos


_seen = set()


@mistake(
    "V16",
    task="build_vocab",
    says="Begin anew in every call; your vocabulary still has the characters of earlier texts.",
)
def of_all_texts_so_far(text):
    _seen.update(text)
    itos = sorted(_seen)
    return {c: i for i, c in enumerate(itos)}, itos


@mistake(
    "V17", task="build_vocab", says="Split the text into characters and not into bytes: some characters have several."
)
def of_bytes(text):
    itos = sorted({chr(b) for b in text.encode()})
    return {c: i for i, c in enumerate(itos)}, itos


@mistake("V18", task="build_vocab", says="itos is a list of characters, not one string.")
def itos_is_a_string(text):
    itos = "".join(sorted(set(text)))
    return {c: i for i, c in enumerate(itos)}, itos


@mistake("V19", task="build_vocab", says="stoi and itos speak of different orders: make one of the other.")
def two_orders(text):
    return {c: i for i, c in enumerate(dict.fromkeys(text))}, sorted(set(text))


@mistake("V40", task="build_vocab", says="Ids are plain numbers of type int; yours have another type.")
def ids_are_floats(text):
    itos = sorted(set(text))
    return {c: float(i) for i, c in enumerate(itos)}, itos


@mistake("V40", task="build_vocab", says="Ids are plain numbers of type int; yours have another type.")
def ids_are_tensors(text):
    itos = sorted(set(text))
    return {c: torch.tensor(i) for i, c in enumerate(itos)}, itos


# get_batch


def starts_of(ids, seq_length, batch_size, generator):
    return torch.randint(len(ids) - seq_length, (batch_size,), generator=generator).tolist()


def cut(ids, starts, seq_length):
    return torch.stack([ids[s : s + seq_length] for s in starts])


@mistake("M104", task="get_batch", says="The target is the next character; your y is x itself.")
def targets_are_not_shifted(ids, seq_length, batch_size, generator):
    starts = starts_of(ids, seq_length, batch_size, generator)
    return cut(ids, starts, seq_length), cut(ids, starts, seq_length)


@mistake(
    "M105",
    task="get_batch",
    says="The target of the last step is ids[s + T], the character after the window, not one from the beginning.",
)
def the_last_target_is_the_first_input(ids, seq_length, batch_size, generator):
    x = cut(ids, starts_of(ids, seq_length, batch_size, generator), seq_length)
    return x, x.roll(-1, dims=1)


@mistake(
    "M105",
    task="get_batch",
    says="The target of the last step is ids[s + T], the character after the window, not one from the beginning.",
)
def the_last_target_is_the_first_input_by_hand(ids, seq_length, batch_size, generator):
    x = cut(ids, starts_of(ids, seq_length, batch_size, generator), seq_length)
    y = torch.zeros_like(x)
    y[:, :-1], y[:, -1] = x[:, 1:], x[:, 0]
    return x, y


@mistake("V20", task="get_batch", says="The text does not begin again at its end: the last start is L - T - 1.")
def the_text_wraps_around(ids, seq_length, batch_size, generator):
    starts = torch.randint(len(ids) - seq_length + 1, (batch_size,), generator=generator).tolist()
    return cut(ids, starts, seq_length), cut(ids.roll(-1), starts, seq_length)


@mistake("V23", task="get_batch", says="One start too many: the last window must leave room for its last target.")
def one_start_too_many(ids, seq_length, batch_size, generator):
    places = torch.randint(len(ids) - seq_length + 1, (batch_size, 1), generator=generator) + torch.arange(seq_length)
    return ids[places], ids[places + 1]


@mistake("V24", task="get_batch", says="Draw a start for each row by itself; some of your rows always have the same.")
def one_start_for_all_rows(ids, seq_length, batch_size, generator):
    start = starts_of(ids, seq_length, 1, generator) * batch_size
    return cut(ids, start, seq_length), cut(ids[1:], start, seq_length)


@mistake("V24", task="get_batch", says="Draw a start for each row by itself; some of your rows always have the same.")
def rows_come_in_pairs(ids, seq_length, batch_size, generator):
    starts = [s for s in starts_of(ids, seq_length, batch_size, generator) for _ in range(2)][:batch_size]
    return cut(ids, starts, seq_length), cut(ids[1:], starts, seq_length)


@mistake("V24", task="get_batch", says="Draw a start for each row by itself; some of your rows always have the same.")
def half_of_the_batch_is_drawn(ids, seq_length, batch_size, generator):
    starts = (starts_of(ids, seq_length, -(-batch_size // 2), generator) * 2)[:batch_size]
    return cut(ids, starts, seq_length), cut(ids[1:], starts, seq_length)


@mistake("V25", task="get_batch", says="Draw each start by itself; yours follow one another in the text.")
def starts_follow_one_another(ids, seq_length, batch_size, generator):
    count = len(ids) - seq_length
    first = starts_of(ids, seq_length, 1, generator)[0]
    starts = [(first + n) % count for n in range(batch_size)]
    return cut(ids, starts, seq_length), cut(ids[1:], starts, seq_length)


@mistake("V26", task="get_batch", says="Draw the starts at random; you always take the first ones.")
def always_the_first_windows(ids, seq_length, batch_size, generator):
    starts = [n % (len(ids) - seq_length) for n in range(batch_size)]
    return cut(ids, starts, seq_length), cut(ids[1:], starts, seq_length)


@mistake("V27", task="get_batch", says="Draw with replacement: a batch may have more rows than there are starts.")
def without_replacement(ids, seq_length, batch_size, generator):
    starts = torch.randperm(len(ids) - seq_length, generator=generator)[:batch_size].tolist()
    return cut(ids, starts, seq_length), cut(ids[1:], starts, seq_length)


@mistake("V27", task="get_batch", says="Draw with replacement: a batch may have more rows than there are starts.")
def by_multinomial_without_replacement(ids, seq_length, batch_size, generator):
    starts = torch.ones(len(ids) - seq_length).multinomial(batch_size, generator=generator).tolist()
    return cut(ids, starts, seq_length), cut(ids[1:], starts, seq_length)


@mistake("V28", task="get_batch", says="A window may begin anywhere; yours begin at multiples of seq_length only.")
def at_multiples_of_the_length(ids, seq_length, batch_size, generator):
    count = (len(ids) - 1) // seq_length
    starts = (torch.randint(count, (batch_size,), generator=generator) * seq_length).tolist()
    return cut(ids, starts, seq_length), cut(ids[1:], starts, seq_length)


@mistake("V29", task="get_batch", says="Draw from the generator that you were given, not from another one.")
def the_generator_is_ignored(ids, seq_length, batch_size, generator):
    starts = starts_of(ids, seq_length, batch_size, None)
    return cut(ids, starts, seq_length), cut(ids[1:], starts, seq_length)


@mistake("V29", task="get_batch", says="Draw from the generator that you were given, not from another one.")
def drawn_by_the_module_random(ids, seq_length, batch_size, generator):
    starts = [random.randrange(len(ids) - seq_length) for _ in range(batch_size)]
    return cut(ids, starts, seq_length), cut(ids[1:], starts, seq_length)


@mistake("V30", task="get_batch", says="Do not set a seed inside: every call would return the same batch.")
def a_seed_is_set_inside(ids, seq_length, batch_size, generator):
    torch.manual_seed(0)
    starts = starts_of(ids, seq_length, batch_size, None)
    return cut(ids, starts, seq_length), cut(ids[1:], starts, seq_length)


@mistake("V30", task="get_batch", says="Do not set a seed inside: every call would return the same batch.")
def the_generator_is_seeded_inside(ids, seq_length, batch_size, generator):
    starts = starts_of(ids, seq_length, batch_size, generator.manual_seed(0))
    return cut(ids, starts, seq_length), cut(ids[1:], starts, seq_length)


@mistake(
    "V32",
    task="get_batch",
    says="The target is what comes next; yours is what came before. Return x first and y second.",
)
def one_step_back(ids, seq_length, batch_size, generator):
    starts = starts_of(ids, seq_length, batch_size, generator)
    return cut(ids[1:], starts, seq_length), cut(ids, starts, seq_length)


@mistake(
    "V33", task="get_batch", says="There is a target at every step, not only after the last one: y is as large as x."
)
def one_target_a_window(ids, seq_length, batch_size, generator):
    starts = starts_of(ids, seq_length, batch_size, generator)
    return cut(ids, starts, seq_length), torch.stack([ids[s + seq_length] for s in starts])


@mistake("V34", task="get_batch", says="Rows are windows, with the batch first: x and y are (batch_size, seq_length).")
def time_first(ids, seq_length, batch_size, generator):
    starts = starts_of(ids, seq_length, batch_size, generator)
    return cut(ids, starts, seq_length).T, cut(ids[1:], starts, seq_length).T


@mistake("V35", task="get_batch", says="A target belongs to the window beside it: draw one start for both.")
def other_starts_for_targets(ids, seq_length, batch_size, generator):
    first, second = (starts_of(ids, seq_length, batch_size, generator) for _ in range(2))
    return cut(ids, first, seq_length), cut(ids[1:], second, seq_length)


@mistake(
    "V36", task="get_batch", says="Cut T + 1 characters, so that both windows have T of them; yours have one less."
)
def windows_are_too_short(ids, seq_length, batch_size, generator):
    both = cut(ids, starts_of(ids, seq_length, batch_size, generator), seq_length)
    return both[:, :-1], both[:, 1:]


@mistake("V37", task="get_batch", says="Ids are whole numbers, int64; yours have become another type.")
def ids_become_floats(ids, seq_length, batch_size, generator):
    starts = starts_of(ids, seq_length, batch_size, generator)
    return cut(ids, starts, seq_length).float(), cut(ids[1:], starts, seq_length).float()


@mistake(
    "V38",
    task="get_batch",
    says="All starts are equally likely; you cut off those that are too large, to the last one.",
)
def starts_are_clamped(ids, seq_length, batch_size, generator):
    starts = torch.randint(len(ids), (batch_size,), generator=generator)
    starts = starts.clamp(max=len(ids) - seq_length - 1).tolist()
    return cut(ids, starts, seq_length), cut(ids[1:], starts, seq_length)


@mistake(
    "V39", task="get_batch", says="Round down, not to the nearest: the first and the last start come half as often."
)
def starts_are_rounded(ids, seq_length, batch_size, generator):
    starts = (torch.rand(batch_size, generator=generator) * (len(ids) - seq_length - 1)).round().long().tolist()
    return cut(ids, starts, seq_length), cut(ids[1:], starts, seq_length)


@mistake("V41", task="get_batch", says="x and y are tensors; stack the windows of all rows.")
def lists_of_windows(ids, seq_length, batch_size, generator):
    starts = starts_of(ids, seq_length, batch_size, generator)
    return [ids[s : s + seq_length] for s in starts], [ids[s + 1 : s + 1 + seq_length] for s in starts]


@mistake("V42", task="get_batch", says="ids belongs to the caller: do not write into it.")
def the_text_is_turned(ids, seq_length, batch_size, generator):
    starts = starts_of(ids, seq_length, batch_size, generator)
    x = cut(ids, starts, seq_length)
    ids.copy_(ids.roll(-1))
    return x, cut(ids, starts, seq_length)


@mistake("V43", task="get_batch", says="Leave the starts in the order in which they were drawn; do not sort them.")
def starts_are_sorted(ids, seq_length, batch_size, generator):
    starts = sorted(starts_of(ids, seq_length, batch_size, generator))
    return cut(ids, starts, seq_length), cut(ids[1:], starts, seq_length)


@mistake(
    "V44",
    task="get_batch",
    says="Draw from the generator itself: a new one with its seed begins anew in every call.",
)
def a_new_generator_with_its_seed(ids, seq_length, batch_size, generator):
    starts = starts_of(ids, seq_length, batch_size, torch.Generator().manual_seed(generator.initial_seed()))
    return cut(ids, starts, seq_length), cut(ids[1:], starts, seq_length)


# CharLM


def layer_of(cell):
    if cell not in ("RNN", "LSTM", "GRU"):
        raise ValueError(cell)
    return getattr(nn, cell)


class Right(nn.Module):
    """A right model in pieces; each mistake replaces one of them."""

    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="GRU"):
        super().__init__()
        self.v, self.e, self.h, self.cell = vocab_size, embedding_dim, hidden_size, cell
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.rnn = layer_of(cell)(embedding_dim, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, vocab_size)

    def forward(self, ids, state=None):
        output, state = self.rnn(self.embedding(ids), state)
        return self.head(output), state


@mistake(
    "M14",
    task="CharLM",
    says="Your model mixes the rows of the batch: it takes the batch axis for time (batch_first=True).",
)
class BatchFirstIsForgotten(Right):
    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="GRU"):
        super().__init__(vocab_size, embedding_dim, hidden_size, cell)
        self.rnn = layer_of(cell)(embedding_dim, hidden_size)


@mistake(
    "M14",
    task="CharLM",
    says="Your model mixes the rows of the batch: it takes the batch axis for time (batch_first=True).",
)
class BatchFirstIsForgottenInTheLoop(Right):
    def forward(self, ids, state=None):
        said = []
        for row in self.embedding(ids):
            output, state = self.rnn(row[:, None], state)
            said.append(self.head(output[:, 0]))
        return torch.stack(said), state


@mistake(
    "M23",
    task="CharLM",
    says="Going on from a state is like beginning anew: use the state that is given, and return the new one.",
)
class StateIsIgnored(Right):
    def forward(self, ids, state=None):
        return super().forward(ids)


@mistake(
    "M23",
    task="CharLM",
    says="Going on from a state is like beginning anew: use the state that is given, and return the new one.",
)
class NoStateIsReturned(Right):
    def forward(self, ids, state=None):
        return super().forward(ids, state)[0], None


@mistake("M22", task="CharLM", says="You start from zeros in every step; carry the state through the loop.")
class StateIsResetInEveryStep(Right):
    def forward(self, ids, state=None):
        said = []
        for t in range(ids.shape[1]):
            output, after = self.rnn(self.embedding(ids[:, t : t + 1]), state)
            said.append(self.head(output))
        return torch.cat(said, dim=1), after


@mistake("M47", task="CharLM", says="Start from the state that is given, and do not keep that of the last call.")
class StateIsKept(Right):
    kept = None

    def forward(self, ids, state=None):
        if state is None and self.kept is not None and self.rows == len(ids):
            state = self.kept
        logits, state = super().forward(ids, state)
        self.kept = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
        self.rows = len(ids)
        return logits, state


@mistake("M47", task="CharLM", says="Start from the state that is given, and do not keep that of the last call.")
class StateIsKeptWhateverIsGiven(Right):
    kept = None

    def forward(self, ids, state=None):
        own = self.kept if self.kept is not None and self.rows == len(ids) else None
        logits, state = super().forward(ids, own)
        self.kept = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
        self.rows = len(ids)
        return logits, state


@mistake(
    "M48",
    task="CharLM",
    says="parameters() does not find what is in a Python list or a plain tensor: use modules, nn.ModuleList, nn.Parameter.",
)
class LayersInAList(nn.Module):
    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="GRU"):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.layers = [layer_of(cell)(embedding_dim, hidden_size, batch_first=True)]
        self.head = nn.Linear(hidden_size, vocab_size)

    def forward(self, ids, state=None):
        output, state = self.layers[0](self.embedding(ids), state)
        return self.head(output), state


@mistake(
    "M48",
    task="CharLM",
    says="parameters() does not find what is in a Python list or a plain tensor: use modules, nn.ModuleList, nn.Parameter.",
)
class TableIsAPlainTensor(Right):
    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="GRU"):
        super().__init__(vocab_size, embedding_dim, hidden_size, cell)
        del self.embedding
        self.table = torch.randn(vocab_size, embedding_dim, requires_grad=True)

    def forward(self, ids, state=None):
        output, state = self.rnn(self.table[ids], state)
        return self.head(output), state


@mistake("M44", task="CharLM", says="Sizes are hard-coded; take them from the arguments.")
class HardCodedSizes(Right):
    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="GRU"):
        super().__init__(vocab_size, 16, 32, cell)


@mistake(
    "M45",
    task="CharLM",
    says="Something has a fixed dtype, such as a first state or one-hot vectors: take that of the weights.",
)
class FixedDtype(Right):
    def forward(self, ids, state=None):
        if state is None:
            zeros = torch.zeros(1, len(ids), self.h)
            state = (zeros, zeros) if self.cell == "LSTM" else zeros
        return super().forward(ids, state)


@mistake(
    "M45",
    task="CharLM",
    says="Something has a fixed dtype, such as a first state or one-hot vectors: take that of the weights.",
)
class FixedDtypeOfOneHot(Right):
    def forward(self, ids, state=None):
        vectors = F.one_hot(ids, self.v).float() @ self.embedding.weight
        output, state = self.rnn(vectors, state)
        return self.head(output), state


@mistake(
    "K18",
    task="CharLM",
    says="Something is made on a fixed device, such as a first state: take that of ids or of the weights.",
)
class FixedDevice(Right):
    def forward(self, ids, state=None):
        if state is None:
            zeros = torch.zeros(1, len(ids), self.h, dtype=self.head.weight.dtype, device="cpu")
            state = (zeros, zeros) if self.cell == "LSTM" else zeros
        return super().forward(ids, state)


@mistake("M46", task="CharLM", says="The first state has a fixed batch size: use ids.size(0), or leave it to PyTorch.")
class FixedBatch(Right):
    def forward(self, ids, state=None):
        if state is None:
            zeros = self.head.weight.new_zeros(1, 16, self.h)
            state = (zeros, zeros) if self.cell == "LSTM" else zeros
        return super().forward(ids, state)


@mistake("M49", task="CharLM", says="Write `if state is None`: a tensor of many values is neither true nor false.")
class TruthOfATensor(Right):
    def forward(self, ids, state=None):
        if not isinstance(state, tuple) and not state:
            state = None
        return super().forward(ids, state)


@mistake("M61", task="CharLM", says="You cut the graph: detach() keeps the gradient from the recurrent layer.")
class DetachedOutput(Right):
    def forward(self, ids, state=None):
        output, state = self.rnn(self.embedding(ids), state)
        return self.head(output.detach()), state


@mistake("M107", task="CharLM", says="Return the raw scores: the softmax is taken later, by the loss and by who draws.")
class SoftmaxOnTop(Right):
    def forward(self, ids, state=None):
        logits, state = super().forward(ids, state)
        return logits.softmax(dim=-1), state


@mistake(
    "K10",
    task="CharLM",
    says="Return the raw scores W h + b; the logarithm of a softmax is taken by the loss.",
    worth=0.5,
)
class LogSoftmaxOnTop(Right):
    def forward(self, ids, state=None):
        logits, state = super().forward(ids, state)
        return logits.log_softmax(dim=-1), state


@mistake(
    "M113",
    task="CharLM",
    says="An id is a name and no quantity: look it up in an nn.Embedding, or multiply its one-hot vector with such a table.",
)
class IdsAsNumbers(Right):
    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="GRU"):
        super().__init__(vocab_size, embedding_dim, hidden_size, cell)
        del self.embedding
        self.rnn = layer_of(cell)(1, hidden_size, batch_first=True)

    def forward(self, ids, state=None):
        output, state = self.rnn(ids.unsqueeze(-1).to(self.head.weight.dtype), state)
        return self.head(output), state


@mistake(
    "M113",
    task="CharLM",
    says="An id is a name and no quantity: look it up in an nn.Embedding, or multiply its one-hot vector with such a table.",
)
class IdsAsNumbersThroughALinearLayer(Right):
    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="GRU"):
        super().__init__(vocab_size, embedding_dim, hidden_size, cell)
        self.embedding = nn.Linear(1, embedding_dim)

    def forward(self, ids, state=None):
        return super().forward(ids.unsqueeze(-1).to(self.head.weight.dtype), state)


@mistake("K01", task="CharLM", says="The head has no bias; leave bias=True.")
class NoBiasInTheHead(Right):
    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="GRU"):
        super().__init__(vocab_size, embedding_dim, hidden_size, cell)
        self.head = nn.Linear(hidden_size, vocab_size, bias=False)


@mistake("K02", task="CharLM", says="The recurrent layer has no bias; leave bias=True.")
class NoBiasInTheLayer(Right):
    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="GRU"):
        super().__init__(vocab_size, embedding_dim, hidden_size, cell)
        self.rnn = layer_of(cell)(embedding_dim, hidden_size, batch_first=True, bias=False)


@mistake(
    "K03",
    task="CharLM",
    says="The recurrent layer reads embedding_dim numbers per character; your embedding has hidden_size.",
)
class EmbeddingAsLargeAsTheState(Right):
    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="GRU"):
        super().__init__(vocab_size, hidden_size, hidden_size, cell)


@mistake(
    "K04",
    task="CharLM",
    says="embedding_dim is not used: the recurrent layer should read E numbers, not a one-hot vector of V.",
    worth=0.5,
)
class OneHotIntoTheCell(Right):
    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="GRU"):
        super().__init__(vocab_size, embedding_dim, hidden_size, cell)
        del self.embedding
        self.rnn = layer_of(cell)(vocab_size, hidden_size, batch_first=True)

    def forward(self, ids, state=None):
        output, state = self.rnn(F.one_hot(ids, self.v).to(self.head.weight.dtype), state)
        return self.head(output), state


@mistake(
    "K05",
    task="CharLM",
    says="There is a forecast at every step: put the head on the whole output, not on its last step.",
)
class LastStepOnly(Right):
    def forward(self, ids, state=None):
        output, state = self.rnn(self.embedding(ids), state)
        return self.head(output[:, -1]), state


@mistake("K06", task="CharLM", says="Return the state beside the logits; without it no caller can go on.")
class LogitsAlone(Right):
    def forward(self, ids, state=None):
        return super().forward(ids, state)[0]


@mistake("K07", task="CharLM", says="Return logits first and the state second; you return them the other way round.")
class StateFirst(Right):
    def forward(self, ids, state=None):
        return super().forward(ids, state)[::-1]


@mistake("K08", task="CharLM", says="`cell` is ignored: choose nn.RNN, nn.LSTM or nn.GRU by it.")
class AlwaysGRU(Right):
    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="GRU"):
        layer_of(cell)
        super().__init__(vocab_size, embedding_dim, hidden_size, "GRU")


@mistake(
    "K09",
    task="CharLM",
    says="An unknown cell should raise ValueError, not be taken for a GRU or end in another error.",
)
class UnknownCell(Right):
    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="GRU"):
        super().__init__(vocab_size, embedding_dim, hidden_size, cell if cell in ("RNN", "LSTM") else "GRU")


@mistake(
    "K09",
    task="CharLM",
    says="An unknown cell should raise ValueError, not be taken for a GRU or end in another error.",
)
class UnknownCellIsLookedUp(Right):
    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="GRU"):
        super().__init__(vocab_size, embedding_dim, hidden_size, {"RNN": "RNN", "LSTM": "LSTM", "GRU": "GRU"}[cell])


@mistake(
    "K11", task="CharLM", says="The state to go on from is what the recurrent layer returns second, not its output."
)
class OutputForTheState(Right):
    def forward(self, ids, state=None):
        output, after = self.rnn(self.embedding(ids), state)
        return self.head(output), output[:, 0][None] if self.cell != "LSTM" else (output[:, 0][None], after[1])


@mistake("K12", task="CharLM", says="The characters of the alphabet are the last axis: logits are (N, T, V).")
class VocabularyOnTheMiddleAxis(Right):
    def forward(self, ids, state=None):
        logits, state = super().forward(ids, state)
        return logits.transpose(1, 2), state


@mistake(
    "K13",
    task="CharLM",
    says="Nothing stands between the layers: no activation after the embedding or before or after the head.",
)
class ReLUAfterTheEmbedding(Right):
    def forward(self, ids, state=None):
        output, state = self.rnn(self.embedding(ids).relu(), state)
        return self.head(output), state


@mistake(
    "K13",
    task="CharLM",
    says="Nothing stands between the layers: no activation after the embedding or before or after the head.",
)
class ReLUBeforeTheHead(Right):
    def forward(self, ids, state=None):
        output, state = self.rnn(self.embedding(ids), state)
        return self.head(output.relu()), state


@mistake(
    "K13",
    task="CharLM",
    says="Nothing stands between the layers: no activation after the embedding or before or after the head.",
)
class TanhOnTop(Right):
    def forward(self, ids, state=None):
        logits, state = super().forward(ids, state)
        return logits.tanh(), state


@mistake(
    "K14", task="CharLM", says="Character 0 is a character like all others: no padding_idx, or its row never learns."
)
class FirstRowNeverLearns(Right):
    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="GRU"):
        super().__init__(vocab_size, embedding_dim, hidden_size, cell)
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)


@mistake(
    "K15", task="CharLM", says="The model may not see what it should forecast: read forward in time, in one direction."
)
class BothDirections(Right):
    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="GRU"):
        super().__init__(vocab_size, embedding_dim, hidden_size, cell)
        self.rnn = layer_of(cell)(embedding_dim, hidden_size, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * hidden_size, vocab_size)


@mistake(
    "K16",
    task="CharLM",
    says="The model may not see what it should forecast: step t reads ids[:, t], not the next one.",
)
class NextIdIsRead(Right):
    def forward(self, ids, state=None):
        return super().forward(ids.roll(-1, dims=1), state)


@mistake("K17", task="CharLM", says="One recurrent layer is asked for; yours has two.")
class TwoLayers(Right):
    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="GRU"):
        super().__init__(vocab_size, embedding_dim, hidden_size, cell)
        self.rnn = layer_of(cell)(embedding_dim, hidden_size, 2, batch_first=True)


@mistake("K19", task="CharLM", says="The state belongs to the caller: make a new one, and do not write into the old.")
class StateIsWrittenInto(Right):
    def forward(self, ids, state=None):
        given = (
            tuple(s.clone() for s in state) if isinstance(state, tuple) else state if state is None else state.clone()
        )
        logits, after = super().forward(ids, given)
        if state is not None:
            pairs = zip(state, after, strict=True) if isinstance(state, tuple) else [(state, after)]
            for old, new in pairs:
                old.data.copy_(new.data)
        return logits, after


@mistake("K20", task="CharLM", says="An LSTM's state is the pair (h, c): return both, and take both.")
class HalfOfThePair(Right):
    def forward(self, ids, state=None):
        if self.cell == "LSTM" and state is not None:
            state = (state, torch.zeros_like(state))
        logits, state = super().forward(ids, state)
        return logits, state[0] if isinstance(state, tuple) else state


@mistake("K21", task="CharLM", says="Keep the axes of the batch and of time: logits are (N, T, V), not one long list.")
class RowsAndStepsAreOneAxis(Right):
    def forward(self, ids, state=None):
        logits, state = super().forward(ids, state)
        return logits.reshape(-1, logits.shape[-1]), state


@mistake("K22", task="CharLM", says="The logits are turned into another order: a reshape does not swap axes.")
class LogitsAreScrambled(Right):
    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="GRU"):
        super().__init__(vocab_size, embedding_dim, hidden_size, cell)
        self.rnn = layer_of(cell)(embedding_dim, hidden_size)

    def forward(self, ids, state=None):
        output, state = self.rnn(self.embedding(ids).transpose(0, 1), state)
        return self.head(output).reshape(*ids.shape, -1), state


@mistake("K23", task="CharLM", says="No dropout is asked for; the same text should give the same logits.")
class Dropout(Right):
    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="GRU"):
        super().__init__(vocab_size, embedding_dim, hidden_size, cell)
        self.dropout = nn.Dropout(0.3)

    def forward(self, ids, state=None):
        output, state = self.rnn(self.embedding(ids), state)
        return self.head(self.dropout(output)), state


@mistake("K24", task="CharLM", says="An ids tensor is to be read, not to be written into.")
class IdsAreWrittenInto(Right):
    def forward(self, ids, state=None):
        logits, state = super().forward(ids, state)
        ids.zero_()
        return logits, state


@mistake("K25", task="CharLM", says="Without a state the model begins from zeros, and from nothing else.")
class FirstStateIsRandom(Right):
    def forward(self, ids, state=None):
        if state is None:
            h = torch.randn(1, len(ids), self.h).to(self.head.weight)
            state = (h, torch.zeros_like(h)) if self.cell == "LSTM" else h
        return super().forward(ids, state)


@mistake("K25", task="CharLM", says="Without a state the model begins from zeros, and from nothing else.")
class FirstStateIsOnes(Right):
    def forward(self, ids, state=None):
        if state is None:
            h = self.head.weight.new_ones(1, len(ids), self.h)
            state = (h, h) if self.cell == "LSTM" else h
        return super().forward(ids, state)


@mistake(
    "K26",
    task="CharLM",
    says="By default the sizes are 16 and 32 and the cell is a GRU; leave the first line as it is.",
)
class OtherDefaults(Right):
    def __init__(self, vocab_size, embedding_dim=32, hidden_size=64, cell="GRU"):
        super().__init__(vocab_size, embedding_dim, hidden_size, cell)


@mistake(
    "K26",
    task="CharLM",
    says="By default the sizes are 16 and 32 and the cell is a GRU; leave the first line as it is.",
)
class OtherCellByDefault(Right):
    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="LSTM"):
        super().__init__(vocab_size, embedding_dim, hidden_size, cell)


@mistake("K27", task="CharLM", says="There are V characters, and no more: V rows in the table, V outputs of the head.")
class OneRowMore(Right):
    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="GRU"):
        super().__init__(vocab_size, embedding_dim, hidden_size, cell)
        self.embedding = nn.Embedding(vocab_size + 1, embedding_dim)


@mistake("M42", task="CharLM", says="An LSTM's state is (h, c) in this order; you turn it round.")
class PairIsTurnedRound(Right):
    def forward(self, ids, state=None):
        logits, state = super().forward(ids, state)
        return logits, state[::-1] if isinstance(state, tuple) else state


@mistake("M62", task="CharLM", says="A model learns from its forward pass: torch.no_grad() does not belong there.")
class ForwardWithoutGradients(Right):
    def forward(self, ids, state=None):
        with torch.no_grad():
            return super().forward(ids, state)


# lm_loss


@mistake(
    "M106",
    task="lm_loss",
    says="F.cross_entropy wants (N, V, T) or (N * T, V); of (N, T, V) it takes time for the classes.",
)
def rows_for_the_classes(logits, targets):
    return (
        F.cross_entropy(logits.transpose(0, 2), targets.T)
        if logits.shape[1] == logits.shape[0]
        else F.cross_entropy(logits, targets)
    )


@mistake(
    "M108",
    task="lm_loss",
    says="Do not move V away before flattening: a reshape after a transpose mixes scores of different characters.",
)
def transposed_and_reshaped(logits, targets):
    return F.cross_entropy(logits.transpose(1, 2).reshape(-1, logits.shape[-1]), targets.reshape(-1))


@mistake(
    "K41",
    task="lm_loss",
    says="Logits and targets are flattened in different orders, so that scores meet the targets of others.",
)
def time_first_for_logits_alone(logits, targets):
    return F.cross_entropy(logits.transpose(0, 1).reshape(-1, logits.shape[-1]), targets.reshape(-1))


@mistake(
    "K41",
    task="lm_loss",
    says="Logits and targets are flattened in different orders, so that scores meet the targets of others.",
)
def time_first_for_targets_alone(logits, targets):
    return F.cross_entropy(logits.reshape(-1, logits.shape[-1]), targets.T.reshape(-1))


@mistake(
    "K42", task="lm_loss", says="A reshape to (N, V, T) cuts the numbers anew; swap the axes with transpose(1, 2)."
)
def reshaped_for_a_transpose(logits, targets):
    n, t, v = logits.shape
    return F.cross_entropy(logits.reshape(n, v, t), targets)


@mistake("M109", task="lm_loss", says="Take the softmax over the vocabulary, dim=-1.")
def softmax_over_time(logits, targets):
    return -logits.log_softmax(dim=1).gather(2, targets.unsqueeze(-1)).mean()


@mistake("M109", task="lm_loss", says="Take the softmax over the vocabulary, dim=-1.")
def softmax_over_the_batch(logits, targets):
    return -logits.log_softmax(dim=0).gather(2, targets.unsqueeze(-1)).mean()


@mistake("K44", task="lm_loss", says="Divide by N times T: you take the mean over one axis and the sum over the other.")
def a_sum_over_time(logits, targets):
    return F.cross_entropy(logits.transpose(1, 2), targets, reduction="sum") / len(logits)


@mistake("K44", task="lm_loss", says="Divide by N times T: you take the mean over one axis and the sum over the other.")
def a_sum_over_the_batch(logits, targets):
    return F.cross_entropy(logits.transpose(1, 2), targets, reduction="sum") / logits.shape[1]


@mistake("K45", task="lm_loss", says="Divide by the number of characters, N times T; V is not counted.")
def a_mean_over_the_vocabulary_too(logits, targets):
    hits = F.one_hot(targets, logits.shape[-1]).to(logits.dtype)
    return -(hits * logits.log_softmax(dim=-1)).mean()


@mistake("K46", task="lm_loss", says="The unit is the nat: take the natural logarithm, not that to base 2.")
def in_bits(logits, targets):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten()) / torch.log(logits.new_tensor(2.0))


@mistake("K47", task="lm_loss", says="All steps count, not only the last one.")
def the_last_step_only(logits, targets):
    return F.cross_entropy(logits[:, -1], targets[:, -1])


@mistake("K56", task="lm_loss", says="Character 0 is a character like all others: do not leave it out as padding.")
def character_0_is_left_out(logits, targets):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=0)


@mistake("K57", task="lm_loss", says="Measure the cross entropy, not the squared distance to one-hot targets.")
def squared_error(logits, targets):
    return F.mse_loss(logits.softmax(dim=-1), F.one_hot(targets, logits.shape[-1]).to(logits.dtype))


@mistake(
    "K58",
    task="lm_loss",
    says="One softmax over all characters, not a yes or no for each: cross entropy, not its binary form.",
)
def a_yes_or_no_for_each(logits, targets):
    return F.binary_cross_entropy_with_logits(logits, F.one_hot(targets, logits.shape[-1]).to(logits.dtype))


@mistake("K59", task="lm_loss", says="The targets are certain: leave label smoothing at 0.")
def smoothed_targets(logits, targets):
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), label_smoothing=0.1)


@mistake(
    "K60",
    task="lm_loss",
    says="Large scores overflow: take the logarithm of the softmax in one step (log_softmax or cross_entropy).",
)
def log_of_a_softmax(logits, targets):
    chances = logits.softmax(dim=-1).gather(2, targets.unsqueeze(-1))
    return -chances.log().mean()


@mistake(
    "K60",
    task="lm_loss",
    says="Large scores overflow: take the logarithm of the softmax in one step (log_softmax or cross_entropy).",
)
def log_of_exponentials(logits, targets):
    weights = logits.exp()
    chances = weights / weights.sum(dim=-1, keepdim=True)
    return -chances.gather(2, targets.unsqueeze(-1)).log().mean()


@mistake(
    "K61",
    task="lm_loss",
    says="Do not clamp or add a small number inside the logarithm: it changes the loss and its gradient.",
)
def a_small_number_in_the_logarithm(logits, targets):
    chances = logits.softmax(dim=-1).gather(2, targets.unsqueeze(-1))
    return -(chances + 1e-8).log().mean()


@mistake("K63", task="lm_loss", says="The logits belong to the caller: do not change them in place.")
def logits_are_changed(logits, targets):
    with torch.no_grad():
        logits -= logits.amax(dim=-1, keepdim=True)
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


@mistake("K64", task="lm_loss", says="The mean of the logarithms, not the logarithm of the mean probability.")
def logarithm_of_the_mean(logits, targets):
    return -logits.softmax(dim=-1).gather(2, targets.unsqueeze(-1)).mean().log()


# sample


def ask(model, ids, state=None):
    with torch.no_grad():
        return model(torch.tensor([ids]), state)


def drawn(scores, temperature, generator):
    if temperature == 0:
        return scores.argmax().item()
    return torch.multinomial((scores / temperature).softmax(dim=-1), 1, generator=generator).item()


def written(model, prompt, steps, draw):
    """Sample as one should, with a way to draw."""
    mode, new, ids, state = model.training, [], prompt, None
    model.eval()
    for _ in range(steps):
        logits, state = ask(model, ids, state)
        new.append(draw(logits[0, -1]))
        ids = new[-1:]
    model.train(mode)
    return new


@mistake(
    "M109",
    task="sample",
    says="Take the softmax over the vocabulary, dim=-1; over the batch, with one row, all become 1.",
)
def softmax_over_one_row(model, prompt, steps, temperature=1.0, generator=None):
    def draw(scores):
        if temperature == 0:
            return scores.argmax().item()
        chances = (scores[None] / temperature).softmax(dim=0)
        return torch.multinomial(chances, 1, generator=generator).item()

    return written(model, prompt, steps, draw)


@mistake("M110", task="sample", says="Divide the logits by the temperature; multiplied, cold becomes hot.")
def temperature_is_multiplied_also_where_it_is_zero(model, prompt, steps, temperature=1.0, generator=None):
    def draw(scores):
        return torch.multinomial((scores * temperature).softmax(dim=-1), 1, generator=generator).item()

    return written(model, prompt, steps, draw)


@mistake("M110", task="sample", says="Divide the logits by the temperature; multiplied, cold becomes hot.")
def temperature_is_multiplied(model, prompt, steps, temperature=1.0, generator=None):
    def draw(scores):
        if temperature == 0:
            return scores.argmax().item()
        return torch.multinomial((scores * temperature).softmax(dim=-1), 1, generator=generator).item()

    return written(model, prompt, steps, draw)


@mistake("M110", task="sample", says="Divide the logits by the temperature; multiplied, cold becomes hot.")
def temperature_is_multiplied_before_gumbel_noise(model, prompt, steps, temperature=1.0, generator=None):
    def draw(scores):
        if temperature == 0:
            return scores.argmax().item()
        even = torch.rand(len(scores), generator=generator).clamp(min=1e-30)
        return (scores * temperature - (-even.log()).log()).argmax().item()

    return written(model, prompt, steps, draw)


@mistake(
    "M111",
    task="sample",
    says="Draw from the distribution, for instance with multinomial; the largest score is taken at temperature 0 only.",
)
def the_largest_is_always_taken(model, prompt, steps, temperature=1.0, generator=None):
    return written(model, prompt, steps, lambda scores: scores.argmax().item())


@mistake("M112", task="sample", says="Feed one id and the state back: your model starts from zeros in every step.")
def the_state_is_reset_while_the_prompt_is_read(model, prompt, steps, temperature=1.0, generator=None):
    mode, new = model.training, []
    model.eval()
    ids = prompt[-1:]
    for _ in range(steps):
        logits, _ = ask(model, ids)
        new.append(drawn(logits[0, -1], temperature, generator))
        ids = new[-1:]
    model.train(mode)
    return new


@mistake(
    "K70", task="sample", says="Replace the state in every step; you give the state after the prompt again and again."
)
def always_the_state_after_the_prompt(model, prompt, steps, temperature=1.0, generator=None):
    mode, new = model.training, []
    model.eval()
    logits, state = ask(model, prompt)
    for _ in range(steps):
        new.append(drawn(logits[0, -1], temperature, generator))
        logits, _ = ask(model, new[-1:], state)
    model.train(mode)
    return new


@mistake(
    "K71", task="sample", says="The state knows what was read: feed the new id alone, not the whole text once more."
)
def the_whole_text_with_the_state(model, prompt, steps, temperature=1.0, generator=None):
    mode, text, state = model.training, list(prompt), None
    model.eval()
    for _ in range(steps):
        logits, state = ask(model, text, state)
        text.append(drawn(logits[0, -1], temperature, generator))
    model.train(mode)
    return text[len(prompt) :]


@mistake(
    "K72",
    task="sample",
    says="After the prompt one id a call, with the state: you read the whole text again in every step.",
)
def the_whole_text_from_zeros(model, prompt, steps, temperature=1.0, generator=None):
    mode, text = model.training, list(prompt)
    model.eval()
    for _ in range(steps):
        logits, _ = ask(model, text)
        text.append(drawn(logits[0, -1], temperature, generator))
    model.train(mode)
    return text[len(prompt) :]


@mistake("K73", task="sample", says="The whole prompt is read before anything is written; you read its last id only.")
def the_prompt_is_its_last_id(model, prompt, steps, temperature=1.0, generator=None):
    return written(model, prompt[-1:], steps, lambda scores: drawn(scores, temperature, generator))


@mistake("K73", task="sample", says="The whole prompt is read before anything is written; you read its first id only.")
def the_prompt_is_its_first_id(model, prompt, steps, temperature=1.0, generator=None):
    return written(model, prompt[:1], steps, lambda scores: drawn(scores, temperature, generator))


@mistake("K76", task="sample", says="Return the new ids alone, without the prompt.")
def with_the_prompt(model, prompt, steps, temperature=1.0, generator=None):
    return prompt + written(model, prompt, steps, lambda scores: drawn(scores, temperature, generator))


@mistake("K77", task="sample", says="Return a list of plain int: take .item() of each id.")
def a_list_of_tensors(model, prompt, steps, temperature=1.0, generator=None):
    return [torch.tensor(one) for one in written(model, prompt, steps, lambda s: drawn(s, temperature, generator))]


@mistake("K78", task="sample", says="Return a list of int, not a tensor.")
def one_tensor(model, prompt, steps, temperature=1.0, generator=None):
    new = written(model, prompt, steps, lambda scores: drawn(scores, temperature, generator))
    return torch.tensor(new, dtype=torch.int64)


@mistake("K80", task="sample", says="Put the model back into the mode in which it came.")
def left_in_eval_mode(model, prompt, steps, temperature=1.0, generator=None):
    new = written(model, prompt, steps, lambda scores: drawn(scores, temperature, generator))
    model.eval()
    return new


@mistake("K81", task="sample", says="Put the model back into the mode in which it came, which may have been eval mode.")
def left_in_training_mode(model, prompt, steps, temperature=1.0, generator=None):
    new = written(model, prompt, steps, lambda scores: drawn(scores, temperature, generator))
    model.train()
    return new


@mistake("K83", task="sample", says="Draw from the generator that you were given, not from another one.")
def the_generator_is_not_used(model, prompt, steps, temperature=1.0, generator=None):
    return written(model, prompt, steps, lambda scores: drawn(scores, temperature, None))


@mistake("K83", task="sample", says="Draw from the generator that you were given, not from another one.")
def drawn_by_categorical(model, prompt, steps, temperature=1.0, generator=None):
    def draw(scores):
        if temperature == 0:
            return scores.argmax().item()
        return torch.distributions.Categorical(logits=scores / temperature).sample().item()

    return written(model, prompt, steps, draw)


@mistake(
    "K84",
    task="sample",
    says="Draw with torch's generators: with another module's random numbers no seed of torch decides.",
)
def drawn_by_random_choices(model, prompt, steps, temperature=1.0, generator=None):
    def draw(scores):
        if temperature == 0:
            return scores.argmax().item()
        return random.choices(range(len(scores)), (scores / temperature).softmax(dim=-1).tolist())[0]

    return written(model, prompt, steps, draw)


@mistake("K85", task="sample", says="Do not set a seed inside: every text would be the same.")
def seeded_inside(model, prompt, steps, temperature=1.0, generator=None):
    own = torch.Generator().manual_seed(0)
    return written(model, prompt, steps, lambda scores: drawn(scores, temperature, own))


@mistake("K85", task="sample", says="Do not set a seed inside: every text would be the same.")
def seeded_inside_globally(model, prompt, steps, temperature=1.0, generator=None):
    torch.manual_seed(42)
    return written(model, prompt, steps, lambda scores: drawn(scores, temperature, None))


@mistake("K86", task="sample", says="With generator=None draw from PyTorch's global generator, not from a new one.")
def a_new_generator_by_default(model, prompt, steps, temperature=1.0, generator=None):
    own = generator or torch.Generator().manual_seed(0)
    return written(model, prompt, steps, lambda scores: drawn(scores, temperature, own))


@mistake("K87", task="sample", says="Temperature 0 means the largest score; dividing by 0 gives no distribution.")
def divided_by_zero(model, prompt, steps, temperature=1.0, generator=None):
    def draw(scores):
        return torch.multinomial((scores / temperature).softmax(dim=-1), 1, generator=generator).item()

    return written(model, prompt, steps, draw)


@mistake("K88", task="sample", says="Temperature 0 means the largest score, not the temperature by default.")
def zero_is_no_temperature(model, prompt, steps, temperature=1.0, generator=None):
    return written(model, prompt, steps, lambda scores: drawn(scores, temperature or 1.0, generator))


@mistake(
    "K89",
    task="sample",
    says="Divide the logits, before the softmax: probabilities divided by a number keep their proportions.",
)
def probabilities_are_divided(model, prompt, steps, temperature=1.0, generator=None):
    def draw(scores):
        if temperature == 0:
            return scores.argmax().item()
        return torch.multinomial(scores.softmax(dim=-1) / temperature, 1, generator=generator).item()

    return written(model, prompt, steps, draw)


@mistake(
    "K89",
    task="sample",
    says="Divide the logits, before the softmax: probabilities divided by a number keep their proportions.",
)
def the_temperature_is_ignored(model, prompt, steps, temperature=1.0, generator=None):
    return written(model, prompt, steps, lambda scores: drawn(scores, float(temperature > 0), generator))


@mistake(
    "K90",
    task="sample",
    says="Scores may be large when divided: use softmax, which takes the largest out before the exponential.",
)
def exponentials_overflow(model, prompt, steps, temperature=1.0, generator=None):
    def draw(scores):
        if temperature == 0:
            return scores.argmax().item()
        weights = (scores / temperature).exp()
        return torch.multinomial(weights / weights.sum(), 1, generator=generator).item()

    return written(model, prompt, steps, draw)


@mistake("K91", task="sample", says="One new id for each of `steps`: yours writes one too many.")
def one_too_many(model, prompt, steps, temperature=1.0, generator=None):
    return written(model, prompt, steps + 1, lambda scores: drawn(scores, temperature, generator))


@mistake("K92", task="sample", says="The first new id follows from the prompt; you drop it.")
def the_first_is_dropped(model, prompt, steps, temperature=1.0, generator=None):
    return written(model, prompt, steps + 1, lambda scores: drawn(scores, temperature, generator))[1:]


@mistake("K93", task="sample", says="The prompt belongs to the caller: do not append to it.")
def the_prompt_grows(model, prompt, steps, temperature=1.0, generator=None):
    new = written(model, list(prompt), steps, lambda scores: drawn(scores, temperature, generator))
    prompt += new
    return new


@mistake(
    "K94",
    task="sample",
    says="The model gives scores, and a softmax makes probabilities of them; take one, and only one.",
)
def softmax_twice(model, prompt, steps, temperature=1.0, generator=None):
    def draw(scores):
        if temperature == 0:
            return scores.argmax().item()
        return drawn(scores.softmax(dim=-1), temperature, generator)

    return written(model, prompt, steps, draw)


@mistake("K95", task="sample", says="Draw from all characters: leaving out unlikely ones is another distribution.")
def the_best_three_only(model, prompt, steps, temperature=1.0, generator=None):
    def draw(scores):
        best = scores.topk(3)
        return best.indices[drawn(best.values, temperature, generator)].item()

    return written(model, prompt, steps, draw)


@mistake("K96", task="sample", says="Nothing is to be written in 0 steps; return an empty list then.")
def at_least_one(model, prompt, steps, temperature=1.0, generator=None):
    return written(model, prompt, max(steps, 1), lambda scores: drawn(scores, temperature, generator))


@mistake("K97", task="sample", says="The parameters no longer want gradients; use torch.no_grad() alone.")
def parameters_are_frozen(model, prompt, steps, temperature=1.0, generator=None):
    new = written(model, prompt, steps, lambda scores: drawn(scores, temperature, generator))
    model.requires_grad_(False)
    return new


@mistake("K98", task="sample", says="Gradients are switched off for good; use torch.no_grad() as a block.")
def gradients_are_switched_off(model, prompt, steps, temperature=1.0, generator=None):
    torch.set_grad_enabled(False)
    return written(model, prompt, steps, lambda scores: drawn(scores, temperature, generator))
