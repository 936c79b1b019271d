"""Right answers of the streams lesson, written otherwise."""

import math
from collections import deque

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils._pytree import tree_map
from torch.utils.data import DataLoader, Dataset

from autograder.testing import alternative


@alternative("to_streams", "slices in a stack")
def stacked_slices(ids, batch_size):
    if batch_size > ids.numel():
        raise ValueError("more streams than ids")
    t = ids.numel() // batch_size
    return torch.stack([ids[t * b : t * b + t] for b in range(batch_size)])


@alternative("to_streams", "a table of indices")
def by_indices(ids, batch_size):
    if len(ids) < batch_size:
        raise ValueError
    t = len(ids) // batch_size
    return ids[torch.arange(batch_size).unsqueeze(1) * t + torch.arange(t)]


@alternative("to_streams", "windows that do not overlap")
def by_unfold(ids, batch_size):
    t = ids.size(0) // batch_size
    if not t:
        raise ValueError("streams would be empty")
    return ids.unfold(0, t, t)[:batch_size].contiguous().clone()


@alternative("to_streams", "column by column")
def by_columns(ids, batch_size):
    t, _rest = divmod(len(ids), batch_size)
    if t < 1:
        raise ValueError(f"{batch_size} streams of {len(ids)} ids")
    return torch.stack([ids[k : t * batch_size : t] for k in range(t)], dim=-1)


@alternative("to_streams", "Python's lists")
def by_lists(ids, batch_size):
    words = ids.tolist()
    t = len(words) // batch_size
    if t == 0:
        raise ValueError("too short")
    rows = [words[start : start + t] for start in range(0, t * batch_size, t)]
    return torch.tensor(rows, dtype=ids.dtype)


@alternative("to_streams", "a table filled row by row")
def preallocated(ids, batch_size):
    t = len(ids) // batch_size
    if t == 0:
        raise ValueError("ids")
    streams = torch.empty(batch_size, t, dtype=ids.dtype, device=ids.device)
    for b, row in enumerate(streams):
        row.copy_(ids[b * t : (b + 1) * t])
    return streams


@alternative("to_streams", "narrow, chunk and vstack")
def by_chunk(ids, batch_size):
    if ids.shape[0] < batch_size:
        raise ValueError("There must be at least one id for each stream.")
    kept = ids.narrow(0, 0, ids.shape[0] - ids.shape[0] % batch_size)
    return torch.vstack(kept.chunk(batch_size))


@alternative("to_streams", "numpy's reshape")
def by_numpy(ids, batch_size):
    n = len(ids) - len(ids) % batch_size
    if n <= 0:
        raise ValueError("no ids")
    return torch.from_numpy(np.array(ids.numpy()[:n]).reshape(batch_size, -1))


@alternative("to_streams", "time first, then turned")
def turned(ids, batch_size):
    t = int(len(ids) / batch_size)
    if t == 0:
        raise ValueError("t")
    return torch.as_strided(ids.clone(), (t, batch_size), (1, t)).t()


@alternative("train_tbptt", "starts and lengths, detached before each chunk")
def by_starts(model, optimizer, streams, chunk):
    def detached(state):
        if state is None:
            return None
        if torch.is_tensor(state):
            return state.detach()
        return tuple(map(detached, state))

    model.train()
    last = streams.size(1) - 1
    losses = []
    state = None
    for start in range(0, last, chunk):
        end = min(start + chunk, last)
        state = detached(state)
        logits, state = model(streams[:, start:end], state)
        vocabulary = logits.size(-1)
        loss = nn.CrossEntropyLoss()(logits.reshape(-1, vocabulary), streams[:, start + 1 : end + 1].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@alternative("train_tbptt", "one id at a time, cut after a chunk")
def id_by_id(model, optimizer, streams, chunk):
    model.train()
    state, terms, losses = None, [], []
    steps = streams.shape[1] - 1
    for t in range(steps):
        logits, state = model(streams[:, t : t + 1], state)
        terms.append(F.cross_entropy(logits[:, 0], streams[:, t + 1]))
        if len(terms) == chunk or t == steps - 1:
            loss = torch.stack(terms).mean()
            model.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(float(loss.detach()))
            terms = []
            state = [s.detach() for s in state] if isinstance(state, (tuple, list)) else state.detach()
    return losses


@alternative("train_tbptt", "a closure, log-probabilities gathered")
def by_closure(model, optimizer, streams, chunk):
    model.train(True)
    kept = {"state": None}
    found = []
    for x, y in zip(streams[:, :-1].split(chunk, 1), streams[:, 1:].split(chunk, 1), strict=True):

        def closure(x=x, y=y):
            optimizer.zero_grad(set_to_none=False)
            logits, kept["after"] = model(x, kept["state"])
            loss = -logits.log_softmax(-1).gather(-1, y.unsqueeze(-1)).mean()
            loss.backward()
            return loss

        found.append(optimizer.step(closure).item())
        kept["state"] = tree_map(lambda part: part.detach().clone(), kept["after"])
    return found


@alternative("train_tbptt", "gradients by autograd.grad, logsumexp by hand")
def by_grad(model, optimizer, streams, chunk):
    parameters = [p for p in model.parameters() if p.requires_grad]
    model.train()
    state, losses = None, []
    inputs, targets = torch.split(streams[..., :-1], chunk, -1), torch.split(streams[..., 1:], chunk, -1)
    for x, y in zip(inputs, targets, strict=True):
        logits, state = model(x, state)
        right = torch.take_along_dim(logits, y[..., None], dim=2).squeeze(2)
        loss = (torch.logsumexp(logits, dim=2) - right).sum() / y.numel()
        for p, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            p.grad = gradient
        optimizer.step()
        losses.append(loss.tolist())
        state = state.data if hasattr(state, "data") else tuple(s.data for s in state)
    return losses


@alternative("train_tbptt", "zero_grad at the end, detached in place")
def in_place(model, optimizer, streams, chunk):
    model.train()
    criterion = nn.CrossEntropyLoss(reduction="none")
    hidden = None
    history = []
    n = math.ceil((streams.shape[1] - 1) / chunk)
    for i in range(n):
        piece = streams[:, i * chunk : (i + 1) * chunk + 1]
        data, target = piece[:, :-1], piece[:, 1:]
        out, hidden = model(data, hidden) if hidden is not None else model(data)
        loss = criterion(out.permute(0, 2, 1), target).mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        history += [loss.item()]
        for part in hidden if type(hidden) is tuple else [hidden]:
            part.detach_()
    return history


@alternative("train_tbptt", "a generator of chunks, time first while cut")
def by_generator(model, optimizer, streams, chunk):
    def pieces():
        rows = list(streams.unbind(1))
        for start in range(0, len(rows) - 1, chunk):
            stop = min(start + chunk, len(rows) - 1)
            yield torch.stack(rows[start:stop], 1), torch.stack(rows[start + 1 : stop + 1], 1)

    model.train()
    state, losses = None, []
    for x, y in pieces():
        logits, state = model(x, state=state)
        b, t, v = logits.shape
        hot = F.one_hot(y, v).to(logits.dtype)
        loss = -torch.einsum("btv,btv->", hot, F.log_softmax(logits, dim=-1)) / (b * t)
        for group in optimizer.param_groups:
            for p in group["params"]:
                p.grad = None
        loss.backward()
        optimizer.step()
        losses.append(loss.detach().item())
        with torch.no_grad():
            state = (state[0].clone(), state[1].clone()) if isinstance(state, tuple) else state.clone()
    return losses


@alternative("train_tbptt", "recursion on the rest of the streams")
def by_recursion(model, optimizer, streams, chunk, state=None):
    if streams.shape[1] < 2:
        return []
    model.train()
    x, y = streams[:, :-1][:, :chunk], streams[:, 1:][:, :chunk]
    logits, after = model(x, state)
    loss = F.nll_loss(F.log_softmax(logits, -1).flatten(end_dim=1), y.flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    after = after.detach() if torch.is_tensor(after) else tuple(a.detach() for a in after)
    return [loss.item(), *by_rest(model, optimizer, streams[:, x.shape[1] :], chunk, after)]


def by_rest(model, optimizer, streams, chunk, state):
    return train_tbptt(model, optimizer, streams, chunk, state)


class Chunks(Dataset):
    """Inputs and targets of each chunk."""

    def __init__(self, streams, size):
        self.x, self.y, self.size = streams[:, :-1], streams[:, 1:], size

    def __len__(self):
        return math.ceil(self.x.shape[1] / self.size)

    def __getitem__(self, i):
        span = slice(i * self.size, (i + 1) * self.size)
        return self.x[:, span], self.y[:, span]


@alternative("train_tbptt", "a dataset and a loader")
def by_loader(model, optimizer, streams, chunk):
    device = next(model.parameters()).device
    model.train()
    total = []
    state = None
    for x, y in DataLoader(Chunks(streams, chunk), batch_size=None, shuffle=False):
        x, y = x.to(device), y.to(device)
        optimizer.zero_grad()
        out, state = model(x, state)
        state = repackage(state)
        loss = F.cross_entropy(out.transpose(-1, -2), y, reduction="sum") / y.nelement()
        loss.backward()
        optimizer.step()
        total.append(loss.cpu().item())
    return total


def repackage(h):
    """Wrap states in new tensors, to detach them from their history."""
    if isinstance(h, torch.Tensor):
        return h.detach()
    return tuple(repackage(v) for v in h)


class Trainer:
    """Keeps what goes on from chunk to chunk."""

    def __init__(self, model, optimizer):
        self.model, self.optimizer, self.state, self.losses = model, optimizer, None, []

    def __call__(self, x, y):
        with torch.enable_grad():
            scores, state = self.model(x, self.state)
            losses = [F.cross_entropy(scores[b], y[b]) for b in range(len(y))]
            loss = sum(losses) / len(losses)
        self.optimizer.zero_grad()
        for number, one in enumerate(losses, 1):  # row by row, and added up
            (one / len(losses)).backward(retain_graph=number < len(losses))
        self.optimizer.step()
        self.state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
        self.losses.append(loss.item())


@alternative("train_tbptt", "a trainer class, and a queue of chunks")
def by_trainer(model, optimizer, streams, chunk):
    model.train()
    trainer = Trainer(model, optimizer)
    queue = deque(zip(streams[:, :-1].split(chunk, -1), streams[:, 1:].split(chunk, -1), strict=True))
    while queue:
        trainer(*queue.popleft())
    return trainer.losses


@alternative("train_tbptt", "gradients of a function of the parameters")
def by_functional_call(model, optimizer, streams, chunk):
    named, state, losses = dict(model.train().named_parameters()), None, []
    for x, y in zip(streams[:, :-1].split(chunk, 1), streams[:, 1:].split(chunk, 1), strict=True):

        def measure(weights, x=x, y=y, state=state):
            logits, after = torch.func.functional_call(model, weights, (x, state))
            return F.cross_entropy(logits.mT, y), after

        weights = {name: parameter.detach() for name, parameter in named.items()}
        gradients, (loss, state) = torch.func.grad_and_value(measure, has_aux=True)(weights)
        for name, parameter in named.items():
            parameter.grad = gradients[name]
        optimizer.step()
        losses.append(loss.item())
    return losses


@alternative("train_tbptt", "each row with a state of its own, gradients added up")
def row_after_row(model, optimizer, streams, chunk):
    model.train()
    last, losses, states = streams.shape[1] - 1, [], [None] * len(streams)
    for start in range(0, last, chunk):
        stop, total = min(start + chunk, last), 0.0
        optimizer.zero_grad()
        for b, row in enumerate(streams):
            logits, state = model(row[None, start:stop], states[b])
            loss = F.cross_entropy(logits[0], row[start + 1 : stop + 1]) / len(streams)
            loss.backward()
            total += loss.item()
            states[b] = state.detach() if torch.is_tensor(state) else tuple(s.detach() for s in state)
        optimizer.step()
        losses.append(total)
    return losses


@alternative("train_tbptt", "filled up to whole chunks with targets that do not count")
def filled_up(model, optimizer, streams, chunk):
    model.train()
    fill = -(streams.shape[1] - 1) % chunk
    inputs = F.pad(streams[:, :-1], (0, fill)).unflatten(1, (-1, chunk))
    targets = F.pad(streams[:, 1:], (0, fill), value=-100).unflatten(1, (-1, chunk))
    losses, state = [], None
    for c in range(inputs.shape[1]):
        logits, state = model(inputs[:, c], state)
        loss = F.cross_entropy(logits.transpose(1, 2), targets[:, c], ignore_index=-100)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        state = tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()
    return losses


def check(ids, batch_size):
    if batch_size > len(ids):
        raise ValueError("too few")
    return len(ids) // batch_size


@alternative("to_streams", "the length checked by a function")
def after_a_check(ids, batch_size):
    length = check(ids, batch_size)
    return ids[: batch_size * length].reshape(batch_size, length).clone()


def pairs(streams, chunk):
    return zip(streams[:, :-1].split(chunk, 1), streams[:, 1:].split(chunk, 1), strict=True)


def nats(logits, y):
    return F.cross_entropy(logits.transpose(1, 2), y)


def descend(optimizer, loss):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def cut(state):
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()


@alternative("train_tbptt", "each piece in a function of its own")
def in_pieces(model, optimizer, streams, chunk):
    model.train()
    losses, state = [], None
    for x, y in pairs(streams, chunk):
        logits, state = model(x, state)
        loss = nats(logits, y)
        descend(optimizer, loss)
        losses.append(loss.item())
        state = cut(state)
    return losses
