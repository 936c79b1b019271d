"""Right answers of the classification lesson, written otherwise."""

import functools

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pack_sequence, pad_packed_sequence

from autograder.testing import alternative

LAYERS = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}
CELLS = {"RNN": nn.RNNCell, "LSTM": nn.LSTMCell, "GRU": nn.GRUCell}


def chosen(table, cell):
    try:
        return table[cell]
    except KeyError:
        raise ValueError(f"unknown cell {cell!r}, choose from {sorted(table)}") from None


@alternative("SequenceClassifier", "gather on the padded output")
class ByGather(nn.Module):
    def __init__(self, input_size: int = 1, hidden_size: int = 16, num_classes: int = 2, cell: str = "GRU") -> None:
        super().__init__()
        assert_known = {"RNN", "LSTM", "GRU"}
        if cell not in assert_known:
            raise ValueError("cell must be RNN, LSTM or GRU")
        if cell == "RNN":
            self.encoder = nn.RNN(input_size, hidden_size, batch_first=True)
        elif cell == "LSTM":
            self.encoder = nn.LSTM(input_size, hidden_size, batch_first=True)
        else:
            self.encoder = nn.GRU(input_size, hidden_size, batch_first=True)
        self.fc = nn.Linear(in_features=hidden_size, out_features=num_classes)

    def forward(self, x: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        out, _ = self.encoder(x)
        index = (lengths - 1).view(-1, 1, 1).expand(-1, 1, out.size(2)).to(x.device)
        return self.fc(out.gather(1, index).squeeze(1))


@alternative("SequenceClassifier", "the head on every step, then the right row of scores")
class HeadFirst(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__()
        self.out = nn.Linear(hidden_size, num_classes)
        self.body = chosen(LAYERS, cell)(input_size, hidden_size, batch_first=True)

    def forward(self, x, lengths):
        every = self.out(self.body(x)[0])  # (N, T, C)
        return torch.stack([scores[end - 1] for scores, end in zip(every, lengths.tolist(), strict=True)])


@alternative("SequenceClassifier", "cells and a mask that freezes finished rows")
class Frozen(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__()
        self.step = chosen(CELLS, cell)(input_size, hidden_size)
        self.classify = nn.Sequential(nn.Linear(hidden_size, num_classes))

    def forward(self, x, lengths):
        state = None
        h = x.new_zeros(x.size(0), self.step.hidden_size)
        pair = isinstance(self.step, nn.LSTMCell)
        for t, x_t in enumerate(x.unbind(dim=1)):
            state = self.step(x_t, state)
            new = state[0] if pair else state
            h = torch.where((t < lengths).to(x.device)[:, None], new, h)
        return self.classify(h)


@alternative("SequenceClassifier", "one row after the other, without its padding")
class RowByRow(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__()
        self.layer = chosen(LAYERS, cell)(input_size, hidden_size, batch_first=True)
        self.linear = nn.Linear(hidden_size, num_classes)

    def forward(self, x, lengths):
        last = []
        for i in range(x.shape[0]):
            out, _ = self.layer(x[i, : lengths[i]])  # unbatched: (length, D)
            last.append(out[-1])
        return self.linear(torch.stack(last))


@alternative("SequenceClassifier", "two directions, packed, both last states joined")
class TwoDirections(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__()
        layer = chosen(LAYERS, cell)
        self.rnn = layer(input_size, hidden_size, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * hidden_size, num_classes)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        h_n = self.rnn(packed)[1]
        if isinstance(h_n, tuple):
            h_n = h_n[0]
        return self.head(torch.cat([h_n[-2], h_n[-1]], dim=1))


@alternative("SequenceClassifier", "two directions, added, from the packed output")
class TwoAdded(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__()
        self.head = nn.Linear(hidden_size, num_classes)
        self.rnn = chosen(LAYERS, cell)(input_size, hidden_size, bidirectional=True)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(x.transpose(0, 1), lengths, enforce_sorted=False)
        out, _ = pad_packed_sequence(self.rnn(packed)[0])  # (T, N, 2H)
        forth, back = out.chunk(2, dim=2)
        return self.head(forth[lengths - 1, torch.arange(x.size(0))] + back[0])


@alternative("SequenceClassifier", "two halves, each with its own layer, the second on turned rows")
class TwoHalves(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__()
        half = hidden_size // 2
        self.there = chosen(LAYERS, cell)(input_size, half, batch_first=True)
        self.back = LAYERS[cell](input_size, half, batch_first=True)
        self.head = nn.Linear(2 * half, num_classes)

    def forward(self, x, lengths):
        steps = torch.arange(x.size(1))
        turned = (lengths[:, None] - 1 - steps).clamp(min=0)  # (N, T)
        other = x.gather(1, turned[:, :, None].expand_as(x))
        rows, ends = torch.arange(len(x)), lengths - 1
        both = [self.there(x)[0][rows, ends], self.back(other)[0][rows, ends]]
        return self.head(torch.cat(both, -1))


@alternative("SequenceClassifier", "sorted by hand and put back")
class SortedByHand(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__()
        self.num_layers, self.hidden_size = 1, hidden_size
        self.rnn = chosen(LAYERS, cell)(input_size, hidden_size, self.num_layers)
        self.decoder = nn.Linear(hidden_size, num_classes)

    def forward(self, x, lengths):
        ordered, perm = lengths.sort(descending=True)
        packed = pack_padded_sequence(x[perm], ordered, batch_first=True)
        _, h = self.rnn(packed)
        h = h[0] if type(h) is tuple else h
        return self.decoder(h.squeeze(0)[perm.argsort()])


@alternative("SequenceClassifier", "a list of rows, packed as they are")
class PackedRows(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__()
        self.layers = nn.ModuleDict({"rnn": chosen(LAYERS, cell)(input_size, hidden_size)})
        self.layers["head"] = nn.Linear(hidden_size, num_classes)

    def forward(self, x, lengths):
        rows = [row[:n] for row, n in zip(x, lengths, strict=True)]
        packed = pack_sequence(rows, enforce_sorted=False)
        padded, ends = pad_packed_sequence(self.layers["rnn"](packed)[0], batch_first=True)
        picked = F.one_hot(ends - 1, padded.size(1)).to(x.dtype)  # (N, T)
        return self.layers["head"](torch.einsum("nt,nth->nh", picked, padded))


class Last(nn.Module):
    """Keeps the state at which a mask falls from 1 to 0."""

    def forward(self, output, lengths):
        t = torch.arange(output.size(1), device=output.device)
        is_last = t.unsqueeze(0).eq(lengths.to(output.device).unsqueeze(1) - 1)
        return (output * is_last.unsqueeze(-1)).sum(dim=1)


@alternative("SequenceClassifier", "a helper module, a mask and a given first state")
class ByMask(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__()
        match cell:
            case "RNN":
                self.rnn = nn.RNN(input_size, hidden_size, batch_first=True, nonlinearity="tanh")
            case "LSTM":
                self.rnn = nn.LSTM(input_size, hidden_size, batch_first=True)
            case "GRU":
                self.rnn = nn.GRU(input_size, hidden_size, batch_first=True)
            case other:
                raise ValueError(f"no such cell: {other}")
        self.pick, self.head = Last(), nn.Linear(hidden_size, num_classes)

    def forward(self, x, lengths):
        h0 = torch.zeros(1, x.size(0), self.rnn.hidden_size, dtype=x.dtype, device=x.device)
        hx = (h0, h0.clone()) if isinstance(self.rnn, nn.LSTM) else h0
        return self.head(self.pick(self.rnn(x, hx)[0], lengths))


class OwnCell(nn.Module):
    """A cell of a single matrix each for input and state, with gates cut out of the sum."""

    def __init__(self, kind, d, h):
        super().__init__()
        gates = {"RNN": 1, "GRU": 3, "LSTM": 4}[kind]
        self.kind, self.h = kind, h
        self.of_x = nn.Linear(d, gates * h)
        self.of_h = nn.Linear(h, gates * h)

    def forward(self, x_t, h, c):
        a, b = self.of_x(x_t), self.of_h(h)
        if self.kind == "RNN":
            return torch.tanh(a + b), c
        if self.kind == "LSTM":
            i, f, g, o = (a + b).chunk(4, dim=-1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            return o.sigmoid() * c.tanh(), c
        (r, z, n), (hr, hz, hn) = a.chunk(3, -1), b.chunk(3, -1)
        z = torch.sigmoid(z + hz)
        return (1 - z) * torch.tanh(n + torch.sigmoid(r + hr) * hn) + z * h, c


@alternative("SequenceClassifier", "a cell of one's own, mixed by a mask")
class OfOwnCells(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__()
        if cell not in LAYERS:
            raise ValueError(cell)
        self.cell = OwnCell(cell, input_size, hidden_size)
        self.head = nn.Linear(hidden_size, num_classes)

    def forward(self, x, lengths):
        h = c = torch.zeros(len(x), self.cell.h).to(x)
        for t in range(int(lengths.max())):
            new_h, new_c = self.cell(x[:, t], h, c)
            alive = (lengths > t).to(x).unsqueeze(1)
            h, c = alive * new_h + (1 - alive) * h, alive * new_c + (1 - alive) * c
        return self.head(h)


@alternative("SequenceClassifier", "functional_call and torch.func on a layer that is read backwards from the end")
class ByFunctionalCall(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__()
        self.unit = chosen(CELLS, cell)(input_size, hidden_size)
        self.head = nn.Linear(hidden_size, num_classes)

    def state_after(self, row, steps):
        if steps == 0:
            return None
        given = (row[steps - 1 : steps], self.state_after(row, steps - 1))
        return torch.func.functional_call(self.unit, dict(self.unit.named_parameters()), given)

    def forward(self, x, lengths):
        states = [self.state_after(row, n) for row, n in zip(x, lengths.tolist(), strict=True)]
        shown = [state[0] if isinstance(state, tuple) else state for state in states]
        return F.linear(torch.cat(shown), self.head.weight, self.head.bias)


@alternative("SequenceClassifier", "h_n of a packed batch of padding set to zero, index_select")
class Tidy(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__()
        if not (isinstance(cell, str) and hasattr(nn, cell) and cell in ("RNN", "LSTM", "GRU")):
            raise ValueError("Unknown cell: " + str(cell))
        self.hidden_size = hidden_size
        self.rnn = eval(f"nn.{cell}")(input_size, hidden_size, num_layers=1, batch_first=True, dropout=0.0)
        self.drop = nn.Dropout(0.0)
        self.head = nn.Linear(hidden_size, num_classes)

    def forward(self, x, lengths):
        longest = int(lengths.max())
        x = x[:, :longest].clone()
        x[torch.arange(longest) >= lengths.unsqueeze(1)] = 0
        out = self.rnn(x)[0].reshape(-1, self.hidden_size)  # (N * longest, H)
        places = torch.arange(len(lengths)) * longest + lengths - 1
        return self.head(self.drop(out.index_select(0, places)))


@alternative("SequenceClassifier", "the last states picked out of the packed data itself")
class FromPackedData(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__()
        kind = dict(zip(("RNN", "LSTM", "GRU"), (nn.RNN, nn.LSTM, nn.GRU), strict=True)).get(cell)
        if kind is None:
            raise ValueError("no such cell")
        self.rnn = kind(input_size, hidden_size)
        self.head = nn.Linear(hidden_size, num_classes)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(x, lengths.tolist(), True, False)
        output, _ = self.rnn(packed)
        starts = output.batch_sizes.cumsum(0) - output.batch_sizes  # where each step begins
        ends = lengths[packed.sorted_indices] - 1
        last = output.data[starts[ends] + torch.arange(len(ends))]
        return self.head(last[packed.unsorted_indices])


@alternative("SequenceClassifier", "rows of one length at a time, written into an empty result")
class ByLength(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__()
        self.classes = num_classes
        self.reader = chosen(LAYERS, cell)(input_size, hidden_size, batch_first=True)
        self.scorer = nn.Linear(hidden_size, num_classes)

    def forward(self, x, lengths):
        result = x.new_empty(x.size(0), self.classes)
        for length in lengths.unique().tolist():
            rows = torch.nonzero(lengths == length).squeeze(1)
            out, _ = self.reader(x[rows, :length])
            result[rows] = self.scorer(out[:, -1, :])
        return result


class Weights(nn.Module):
    """Weights named as in the functions of earlier lessons."""

    def __init__(self, gates, d, h):
        super().__init__()
        for name, *shape in (("w_ih", d), ("w_hh", h), ("b_ih",), ("b_hh",)):
            self.register_parameter(name, nn.Parameter(torch.empty(gates * h, *shape).uniform_(-(h**-0.5), h**-0.5)))


@alternative("SequenceClassifier", "torch's functions of one step, folded over time with reduce")
class Folded(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__()
        steps = {"RNN": (torch.rnn_tanh_cell, 1), "LSTM": (torch.lstm_cell, 4), "GRU": (torch.gru_cell, 3)}
        self.step, gates = chosen(steps, cell)
        self.kind, self.h = cell, hidden_size
        self.w = Weights(gates, input_size, hidden_size)
        self.head = nn.Linear(hidden_size, num_classes)

    def forward(self, x, lengths):
        weights = (self.w.w_ih, self.w.w_hh, self.w.b_ih, self.w.b_hh)
        zeros = x.new_zeros(x.size(0), self.h)

        def go_on(state, moment):
            x_t, alive = moment
            new = self.step(x_t, state if self.kind == "LSTM" else state[0], *weights)
            new = new if self.kind == "LSTM" else (new, new)
            return tuple(torch.where(alive, a, b) for a, b in zip(new, state, strict=True))

        alive = torch.arange(x.size(1))[:, None] < lengths  # (T, N)
        return self.head(
            functools.reduce(go_on, zip(x.transpose(0, 1), alive[:, :, None], strict=True), (zeros, zeros))[0]
        )


@alternative("SequenceClassifier", "the padded output at each row's own step")
class Indexed(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__()
        self.rnn = chosen(LAYERS, cell)(input_size, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, num_classes)

    def forward(self, x, lengths):
        output, _ = self.rnn(x)  # (N, T, H)
        return self.head(output[torch.arange(len(x)), lengths - 1])


@alternative("SequenceClassifier", "packed, unpacked, each row at its own step")
class Unpacked(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__()
        self.rnn = chosen(LAYERS, cell)(input_size, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, num_classes)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        output, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True)
        return self.head(output[torch.arange(len(x)), lengths - 1])


@alternative("SequenceClassifier", "packed, from a first state of zeros")
class FromZeros(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__()
        self.rnn = chosen(LAYERS, cell)(input_size, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, num_classes)

    def forward(self, x, lengths):
        zeros = torch.zeros(1, x.size(0), self.rnn.hidden_size, dtype=x.dtype, device=x.device)
        hx = (zeros, zeros) if isinstance(self.rnn, nn.LSTM) else zeros
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        _, h = self.rnn(packed, hx)
        return self.head(h[0][-1] if isinstance(h, tuple) else h[-1])


@alternative("SequenceClassifier", "two directions, joined, from the unpacked output")
class TwoJoined(nn.Module):
    def __init__(self, input_size=1, hidden_size=16, num_classes=2, cell="GRU"):
        super().__init__()
        self.rnn = chosen(LAYERS, cell)(input_size, hidden_size, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * hidden_size, num_classes)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        output, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True)
        forth, back = output.chunk(2, dim=2)
        return self.head(torch.cat([forth[torch.arange(len(x)), lengths - 1], back[:, 0]], dim=1))


@alternative("accuracy", "max with its indices, counted")
def by_max(logits, y):
    _, predicted = torch.max(logits.data, 1)
    correct = (predicted == y).sum().item()
    return correct / y.size(0)


@alternative("accuracy", "softmax first, float mean")
def by_softmax(logits, y):
    predictions = F.softmax(logits, dim=-1).argmax(dim=-1)
    return float(predictions.eq(y).float().mean())


@alternative("accuracy", "a loop over rows")
def by_loop(logits, y):
    hits = 0
    for row, truth in zip(logits.tolist(), y.tolist(), strict=True):
        if row.index(max(row)) == truth:
            hits += 1
    return hits / len(y)


@alternative("accuracy", "numpy")
def by_numpy(logits, y):
    return float(np.mean(np.argmax(logits.detach().cpu().numpy(), axis=1) == y.numpy()))


@alternative("accuracy", "topk and a column")
@torch.no_grad()
def by_topk(logits, y):
    best = logits.topk(1, dim=1).indices  # (N, 1)
    return (best == y.view(-1, 1)).sum().item() / best.numel()


@alternative("accuracy", "one-hot rows multiplied")
def by_one_hot(logits, y):
    c = logits.shape[1]
    chosen, truth = F.one_hot(logits.argmax(1), c), F.one_hot(y, c)
    return torch.einsum("nc,nc->", chosen.double(), truth.double()).item() / logits.shape[0]


@alternative("accuracy", "what is wrong, taken from 1")
def by_errors(logits, y):
    wrong = torch.count_nonzero(torch.sort(logits, dim=1, descending=True)[1][:, 0] - y)
    return 1.0 - wrong.item() / len(logits)


@alternative("accuracy", "the diagonal of a confusion matrix")
def by_confusion(logits, y):
    c = logits.size(1)
    pairs = y * c + logits.argmax(dim=1)
    table = torch.bincount(pairs, minlength=c * c).view(c, c)
    return (table.trace() / table.sum()).item()
