"""Right answers of the language lesson, written otherwise."""

import copy
import math
from collections import Counter, OrderedDict, defaultdict
from functools import reduce
from operator import itemgetter

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.distributions import Categorical

from autograder.testing import alternative

# build_vocab


@alternative("build_vocab", "one loop, sorted at the end")
def by_loop(text):
    chars = []
    for ch in text:
        if ch not in chars:
            chars.append(ch)
    chars.sort()
    stoi = {}
    for index in range(len(chars)):
        stoi[chars[index]] = index
    return stoi, chars


@alternative("build_vocab", "zip and range, the list from the dict")
def by_zip(text: str) -> tuple[dict[str, int], list[str]]:
    unique = frozenset(text)
    stoi = dict(zip(sorted(unique), range(len(unique)), strict=True))
    return stoi, [ch for ch, _ in sorted(stoi.items(), key=itemgetter(1))]


@alternative("build_vocab", "numpy's unique, a tuple of characters")
def by_numpy(text):
    itos = tuple(str(c) for c in np.unique(list(text)))
    return {c: itos.index(c) for c in itos}, itos


@alternative("build_vocab", "counted characters in an OrderedDict")
def by_counter(text):
    counts = sorted(Counter(text).items())
    stoi = OrderedDict((c, i) for i, (c, _) in enumerate(counts))
    return [stoi, list(stoi)]


@alternative("build_vocab", "code points")
def by_code_points(text):
    points = sorted(map(ord, dict.fromkeys(text)))
    print(f"{len(points)} characters")
    return {chr(p): i for i, p in enumerate(points)}, list(map(chr, points))


@alternative("build_vocab", "how many characters are smaller")
def by_rank(text):
    letters = set(text)
    stoi = {c: sum(d < c for d in letters) for c in letters}
    itos = [""] * len(letters)
    for c, i in stoi.items():
        itos[i] = c
    return stoi, itos


@alternative("build_vocab", "a dict that numbers what is asked for")
def by_default_dict(text):
    numbers = defaultdict(int)
    numbers.default_factory = numbers.__len__
    for c in sorted(set(text)):
        numbers[c]
    return numbers, sorted(numbers)


# get_batch


@alternative("get_batch", "a loop over rows, stacked slices")
def row_by_row(ids, seq_length, batch_size, generator):
    xs, ys = [], []
    for _ in range(batch_size):
        i = torch.randint(0, len(ids) - seq_length, (1,), generator=generator).item()
        xs.append(ids[i : i + seq_length])
        ys.append(ids[i + 1 : i + seq_length + 1])
    return torch.stack(xs), torch.stack(ys)


@alternative("get_batch", "uniform numbers, rounded down; unfold")
def by_floor(ids, seq_length, batch_size, generator):
    windows = ids.unfold(0, seq_length + 1, 1)  # (L - T, T + 1)
    which = torch.rand(batch_size, generator=generator) * windows.size(0)
    both = windows[which.floor().long().clamp(max=windows.size(0) - 1)]
    return [both[:, :-1].contiguous(), both[:, 1:].contiguous()]


@alternative("get_batch", "multinomial with replacement, gather")
def by_multinomial(ids, seq_length, batch_size, generator=None):
    n = ids.numel() - seq_length
    start = torch.multinomial(torch.full((n,), 1.0 / n), batch_size, replacement=True, generator=generator)
    index = start.unsqueeze(1) + torch.arange(seq_length + 1).unsqueeze(0)
    chunk = torch.gather(ids.expand(batch_size, -1), 1, index)
    return chunk[:, :seq_length], chunk[:, -seq_length:]


@alternative("get_batch", "random_ in place, a preallocated output")
def preallocated(ids, seq_length, batch_size, generator):
    starts = torch.empty(batch_size, dtype=torch.int64).random_(0, len(ids) - seq_length, generator=generator)
    x = torch.zeros((batch_size, seq_length), dtype=torch.long)
    y = torch.zeros_like(x)
    for b, start in enumerate(starts.tolist()):
        x[b] = ids[start:][:seq_length]
        y[b] = ids[start + 1 :][:seq_length]
    return x, y


@alternative("get_batch", "the first of a permutation, for each row")
def by_permutations(ids, seq_length, batch_size, generator):
    count = len(ids) - seq_length
    starts = [int(torch.randperm(count, generator=generator)[0]) for _ in range(batch_size)]
    rows = [ids[s : s + seq_length + 1].tolist() for s in starts]
    both = torch.tensor(rows, dtype=ids.dtype)
    return both[:, :-1], both[:, 1:]


@alternative("get_batch", "steps of the window as columns, take")
def column_by_column(ids, seq_length, batch_size, generator):
    starts = torch.randint(high=ids.shape[0] - seq_length, size=[batch_size], generator=generator)
    columns = [ids.take(starts + t) for t in range(seq_length + 1)]
    return torch.stack(columns[:-1], dim=-1), torch.stack(columns[1:], dim=-1)


@alternative("get_batch", "a race for each row; numpy in between")
def by_race(ids, seq_length, batch_size, generator):
    data = ids.numpy()
    winners = torch.rand(batch_size, len(data) - seq_length, generator=generator).argmax(dim=1).numpy()
    x = np.stack([data[i : i + seq_length] for i in winners])
    y = np.stack([data[i + 1 : i + seq_length + 1] for i in winners])
    return torch.from_numpy(x), torch.from_numpy(y)


# CharLM


@alternative("CharLM", "cells in a loop, a preallocated output")
class OfCells(nn.Module):
    def __init__(self, vocab_size: int, embedding_dim: int = 16, hidden_size: int = 32, cell: str = "GRU"):
        super().__init__()
        kinds = {"RNN": nn.RNNCell, "LSTM": nn.LSTMCell, "GRU": nn.GRUCell}
        try:
            kind = kinds[cell]
        except KeyError:
            raise ValueError(f"unknown cell {cell}") from None
        self.emb = nn.Embedding(vocab_size, embedding_dim)
        self.cells = nn.ModuleList([kind(embedding_dim, hidden_size)])
        self.out = nn.Linear(hidden_size, vocab_size)
        self.hidden_size, self.is_lstm = hidden_size, cell == "LSTM"

    def forward(self, ids: Tensor, state=None):
        x = self.emb(ids)
        if state is None:
            h = x.new_zeros(x.size(0), self.hidden_size)
            state = (h, h) if self.is_lstm else h
        hidden = x.new_empty(x.size(0), x.size(1), self.hidden_size)
        for t in range(x.size(1)):
            state = self.cells[0](x[:, t], state)
            hidden[:, t] = state[0] if self.is_lstm else state
        return self.out(hidden), state


@alternative("CharLM", "one-hot vectors and a linear layer without bias")
class OfOneHot(nn.Module):
    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="GRU"):
        super().__init__()
        if cell not in ["RNN", "LSTM", "GRU"]:
            raise ValueError(cell)
        self.vocab_size = vocab_size
        self.project = nn.Linear(vocab_size, embedding_dim, bias=False)
        self.recurrent = getattr(nn, cell)(embedding_dim, hidden_size, batch_first=True)
        self.decoder = nn.Linear(hidden_size, vocab_size)

    def forward(self, ids, state=None):
        one_hot = F.one_hot(ids, num_classes=self.vocab_size).to(self.project.weight.dtype)
        out, state = self.recurrent(self.project(one_hot), state)
        return self.decoder(out), state


@alternative("CharLM", "one-hot vectors and a linear layer with bias")
class OfOneHotWithBias(nn.Module):
    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="GRU"):
        super().__init__()
        if cell == "RNN":
            layer = nn.RNN
        elif cell == "LSTM":
            layer = nn.LSTM
        elif cell == "GRU":
            layer = nn.GRU
        else:
            raise ValueError("cell")
        self.register_buffer("eye", torch.eye(vocab_size))
        self.net = nn.ModuleDict({"in": nn.Linear(vocab_size, embedding_dim), "rnn": layer(embedding_dim, hidden_size)})
        self.net["out"] = nn.Linear(hidden_size, vocab_size)

    def forward(self, ids, state=None):
        x = self.net["in"](self.eye[ids.t()])  # (T, N, E)
        x, state = self.net["rnn"](x) if state is None else self.net["rnn"](x, state)
        return self.net["out"](x).permute(1, 0, 2), state


@alternative("CharLM", "parameters of its own for table and head")
class OfParameters(nn.Module):
    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="GRU"):
        super().__init__()
        layers = {c.__name__: c for c in (nn.GRU, nn.RNN, nn.LSTM)}
        if cell not in layers:
            raise ValueError(f"{cell} is not one of {sorted(layers)}")
        self.w_out = nn.Parameter(torch.empty(hidden_size, vocab_size).uniform_(-0.1, 0.1))
        self.b_out = nn.Parameter(torch.zeros(vocab_size))
        self.core = layers[cell](embedding_dim, hidden_size, batch_first=True)
        self.table = nn.Parameter(torch.randn(vocab_size, embedding_dim))

    def forward(self, ids, state=None):
        h, state = self.core(self.table.index_select(0, ids.flatten()).view(*ids.shape, -1), state)
        return torch.einsum("nth,hv->ntv", h, self.w_out) + self.b_out, state


@alternative("CharLM", "helper modules; a dict for the state")
class OfHelpers(nn.Module):
    class Encoder(nn.Module):
        def __init__(self, v, e):
            super().__init__()
            self.lookup = nn.Embedding(v, e)

        def forward(self, ids):
            return F.embedding(ids, self.lookup.weight)

    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="GRU"):
        super().__init__()
        if not hasattr(nn, cell) or cell not in ["RNN", "LSTM", "GRU"]:
            raise ValueError
        self.encoder = self.Encoder(vocab_size, embedding_dim)
        self.memory = nn.__dict__[cell](embedding_dim, hidden_size, num_layers=1, batch_first=True)
        self.head = nn.Sequential(nn.Linear(hidden_size, vocab_size))

    def forward(self, ids, state=None):
        before = state["memory"] if state is not None else None
        output, after = self.memory(self.encoder(ids), before)
        return [self.head(output), {"memory": after, "steps": ids.shape[1]}]


@alternative("CharLM", "one step a call, joined by reduce")
class StepByStep(nn.Module):
    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="GRU"):
        super().__init__()
        if cell not in {"GRU", "RNN", "LSTM"}:
            raise ValueError(cell)
        make = eval(f"nn.{cell}")
        self.h2v = nn.Linear(hidden_size, vocab_size)
        self.v2e = nn.Embedding(vocab_size, embedding_dim)
        self.e2h = make(embedding_dim, hidden_size, batch_first=True)

    def forward(self, ids, state=None):
        def step(before, now):
            logits, state = before
            output, state = self.e2h(self.v2e(now), state)
            return [*logits, self.h2v(output)], state

        logits, state = reduce(step, ids.split(1, dim=1), ([], state))
        return torch.cat(logits, dim=1), state


@alternative("CharLM", "a method for the first state; flattened for the head")
class WithInitHidden(nn.Module):
    def __init__(self, vocab_size, embedding_dim=16, hidden_size=32, cell="GRU"):
        super().__init__()
        assert isinstance(cell, str)
        if cell not in ("GRU", "LSTM", "RNN"):
            raise ValueError("there is no " + cell)
        self.cell_type, self.hidden_size = cell, hidden_size
        self.embed = nn.Embedding(num_embeddings=vocab_size, embedding_dim=embedding_dim)
        self.rnn = getattr(nn, cell)(input_size=embedding_dim, hidden_size=hidden_size, batch_first=True)
        self.fc = nn.Linear(in_features=hidden_size, out_features=vocab_size)

    def init_hidden(self, batch_size, like):
        h0 = torch.zeros(1, batch_size, self.hidden_size, device=like.device, dtype=like.dtype)
        return (h0, h0.clone()) if self.cell_type == "LSTM" else h0

    def forward(self, ids, state=None):
        batch_size, seq_len = ids.size()
        embedded = self.embed(ids)
        if state is None:
            state = self.init_hidden(batch_size, embedded)
        out, state = self.rnn(embedded, state)
        flat = self.fc(out.contiguous().view(-1, self.hidden_size))
        return flat.view(batch_size, seq_len, -1), state


# lm_loss


@alternative("lm_loss", "transpose(1, 2)")
def by_transpose(logits, targets):
    return F.cross_entropy(logits.transpose(1, 2), targets)


@alternative("lm_loss", "permute and the module")
def by_module(logits, targets):
    criterion = nn.CrossEntropyLoss()
    return criterion(logits.permute(0, 2, 1).contiguous(), targets.long())


@alternative("lm_loss", "log_softmax and nll_loss, views")
def by_nll(logits: Tensor, targets: Tensor) -> Tensor:
    N, T, V = logits.shape
    return F.nll_loss(F.log_softmax(logits.view(N * T, V), dim=1), targets.view(N * T))


@alternative("lm_loss", "log_softmax and gather")
def by_gather(logits, targets):
    return -logits.log_softmax(dim=-1).gather(2, targets.unsqueeze(-1)).mean()


@alternative("lm_loss", "one-hot targets and einsum")
def by_one_hot(logits, targets):
    hits = F.one_hot(targets, logits.size(-1)).type_as(logits)
    return -torch.einsum("ntv,ntv->", hits, torch.log_softmax(logits, -1)) / targets.numel()


@alternative("lm_loss", "the largest score taken out by hand, indexing with arange")
def by_hand(logits, targets):
    z = logits - logits.max(dim=2, keepdim=True).values.detach()
    log_sum = z.exp().sum(dim=2).log()
    n = torch.arange(len(targets))[:, None]
    t = torch.arange(targets.shape[1])[None, :]
    return (log_sum - z[n, t, targets]).sum() / (targets.shape[0] * targets.shape[1])


@alternative("lm_loss", "a loop over steps")
def by_steps(logits, targets):
    total = 0.0
    for z_t, y_t in zip(logits.unbind(1), targets.unbind(1), strict=True):
        total = total + F.cross_entropy(z_t, y_t)
    return total / logits.shape[1]


@alternative("lm_loss", "Categorical's log_prob")
def by_categorical(logits, targets):
    return -Categorical(logits=logits, validate_args=False).log_prob(targets).mean()


@alternative("lm_loss", "log_softmax twice, which is log_softmax once")
def by_log_softmax_twice(logits, targets):
    log_p = logits.log_softmax(-1)
    return F.cross_entropy(torch.swapaxes(log_p, -1, -2), targets, reduction="sum").div(targets.numel())


@alternative("lm_loss", "one row at a time, by vmap")
def by_vmap(logits, targets):
    def row(z, y):
        return z.logsumexp(-1) - z.gather(-1, y.unsqueeze(-1)).squeeze(-1)

    return torch.vmap(row)(logits, targets).mean()


# sample


@alternative("sample", "the prompt first, then a while loop")
def prompt_first(model, prompt, steps, temperature=1.0, generator=None):
    training = model.training
    model.eval()
    result: list[int] = []
    with torch.inference_mode():
        logits, state = model(torch.tensor(prompt, dtype=torch.long).unsqueeze(0))
        while len(result) < steps:
            z = logits[0, -1, :]
            if temperature == 0:
                new = int(torch.argmax(z))
            else:
                new = int(torch.multinomial(F.softmax(z / temperature, dim=-1), num_samples=1, generator=generator))
            result.append(new)
            logits, state = model(torch.tensor([[new]]), state)
    model.train(training)
    return result


@alternative("sample", "the inverse of the distribution function")
def by_inverse_cdf(model, prompt, steps, temperature=1.0, generator=None):
    was = model.training
    model.train(False)
    text, state, new = list(prompt), None, torch.as_tensor(prompt)[None]
    with torch.no_grad():
        for _ in range(steps):
            z, state = model(ids=new, state=state)
            p = torch.softmax(z[:, -1].squeeze(0).double() / max(temperature, 1e-6), -1)
            u = torch.rand((), generator=generator, dtype=torch.float64)
            k = torch.searchsorted(p.cumsum(0), u, right=True).clamp(max=len(p) - 1)
            new = k.reshape(1, 1)
            text += [k.item()]
    model.train(was)
    return text[len(prompt) :]


@alternative("sample", "recursion; exponential clocks, of which the first rings")
def by_clocks(model, prompt, steps, temperature=1.0, generator=None):
    mode = model.training
    model.eval()

    @torch.no_grad()
    def go_on(ids, state, left):
        if not left:
            return []
        logits, state = model(torch.LongTensor([ids]), state)
        z = logits[0][-1]
        if temperature != 0:
            clocks = torch.empty_like(z).exponential_(generator=generator)
            z = z / temperature - clocks.log()
        new = z.argmax().item()
        return [new, *go_on([new], state, left - 1)]

    written = go_on(prompt, None, steps)
    model.train(mode)
    return written


class Evaluating:
    """Ask a model in eval mode for a while."""

    def __init__(self, model):
        self.model, self.was = model, model.training

    def __enter__(self):
        return self.model.eval()

    def __exit__(self, *why):
        self.model.train(self.was)


@alternative("sample", "a generator function; the graph is cut in every step")
def by_generator_function(model, prompt, steps, temperature=1.0, generator=None):
    def cut(state):
        return tuple(map(cut, state)) if isinstance(state, tuple) else state.detach()

    def ids_of(lm):
        state = None
        for i in prompt[:-1]:  # one by one
            _, state = lm(torch.tensor([[i]]), state)
            state = cut(state)
        i = prompt[-1]
        while True:
            z, state = lm(torch.tensor([i]).view(1, 1), state)
            state, z = cut(state), z.detach()[0, 0]
            if temperature == 0:
                i = z.topk(1).indices.item()
            else:
                w = torch.exp((z - z.max()) / temperature)
                i = w.multinomial(1, replacement=True, generator=generator).item()
            yield i

    with Evaluating(model) as lm:
        stream = ids_of(lm)
        return [next(stream) for _ in range(steps)]


@alternative("sample", "very cold instead of a branch; the device of the parameters")
def without_a_branch(model, prompt, steps, temperature=1.0, generator=None):
    device = next(model.parameters()).device
    mode, out, state = model.training, [], None
    model.eval()
    feed = torch.tensor([prompt], device=device)
    previous = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    try:
        for _ in range(steps):
            logits, state = model(feed, state)
            scores = logits[:, -1, :].div(temperature if temperature > 0 else 1e-6)
            feed = torch.multinomial(torch.nn.functional.softmax(scores, dim=1), 1, generator=generator)
            out.append(feed)
    finally:
        torch.set_grad_enabled(previous)
        model.train(mode)
    return torch.cat(out, dim=1)[0].tolist() if out else []


@alternative("sample", "Gumbel noise added to log probabilities, times the temperature")
def by_gumbel(model, prompt, steps, temperature=1.0, generator=None):
    mode, new = model.training, []
    model.eval()
    with torch.no_grad():
        logits, state = model(torch.tensor([prompt]), None)
        for step in range(steps):
            if step:
                logits, state = model(torch.tensor([[new[-1]]]), state)
            log_p = logits[0, -1].log_softmax(0)
            u = torch.rand(log_p.shape, generator=generator, dtype=torch.float64)
            noise = -torch.log(-torch.log(u + math.ulp(0.0)))
            new.append(torch.argmax(log_p + temperature * noise).item())
    model.train(mode)
    return new


@alternative("sample", "a copy of the model; plain Python down the list of weights")
def with_a_copy(model, prompt, steps, temperature=1.0, generator=None):
    mine, new = copy.deepcopy(model).eval(), []

    def choose(scores):
        if temperature == 0:
            return max(range(len(scores)), key=scores.__getitem__)
        most = max(scores)
        weights = [math.exp((score - most) / temperature) for score in scores]
        left = torch.rand(1, generator=generator).item() * sum(weights)
        for k, weight in enumerate(weights):
            left -= weight
            if left < 0:
                return k
        return len(weights) - 1

    @torch.no_grad()
    def run():
        z, state = mine(torch.tensor([prompt]), None)
        for left in range(steps, 0, -1):
            new.append(choose(z[0, -1].tolist()))
            if left > 1:
                z, state = mine(torch.tensor([[new[-1]]]), state)

    run()
    return new


def cut(ids, starts, seq_length):
    return torch.stack([ids[s : s + seq_length] for s in starts])


@alternative("get_batch", "windows cut one by one, twice")
def cut_twice(ids, seq_length, batch_size, generator):
    starts = torch.randint(len(ids) - seq_length, (batch_size,), generator=generator).tolist()
    return cut(ids, starts, seq_length), cut(ids[1:], starts, seq_length)


def ask(model, ids, state=None):
    with torch.no_grad():
        return model(torch.tensor([ids]), state)


def drawn(scores, temperature, generator):
    if temperature == 0:
        return scores.argmax().item()
    return torch.multinomial((scores / temperature).softmax(dim=-1), 1, generator=generator).item()


@alternative("sample", "asked and drawn by functions")
def asked_and_drawn(model, prompt, steps, temperature=1.0, generator=None):
    mode, new, ids, state = model.training, [], prompt, None
    model.eval()
    for _ in range(steps):
        logits, state = ask(model, ids, state)
        new.append(drawn(logits[0, -1], temperature, generator))
        ids = new[-1:]
    model.train(mode)
    return new
