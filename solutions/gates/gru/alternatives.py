"""Right answers of the GRU lesson, written otherwise."""

import torch
import torch.nn.functional as F
from torch import nn

from autograder.testing import alternative


@alternative("gru_cell", "torch's own cell function")
def by_torch(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return torch.gru_cell(x_t, h, w_ih, w_hh, b_ih, b_hh)


@alternative("gru_cell", "torch.nn.GRUCell called with these weights")
def by_functional_call_of_a_cell(x_t, h, w_ih, w_hh, b_ih, b_hh):
    with torch.device(x_t.device):
        cell = nn.GRUCell(w_ih.size(1), w_hh.size(1))
    weights = {"weight_ih": w_ih, "weight_hh": w_hh, "bias_ih": b_ih, "bias_hh": b_hh}
    return torch.func.functional_call(cell, weights, (x_t, h))


@alternative("gru_cell", "six products, each part with its own weights")
def part_by_part(x_t, h, w_ih, w_hh, b_ih, b_hh):
    W_ir, W_iz, W_in = w_ih.split(h.size(1))
    W_hr, W_hz, W_hn = torch.vsplit(w_hh, 3)
    b_ir, b_iz, b_in = b_ih.view(3, -1)
    b_hr, b_hz, b_hn = b_hh.view(3, -1)
    reset_gate = F.sigmoid(F.linear(x_t, W_ir, b_ir) + F.linear(h, W_hr, b_hr))
    update_gate = F.sigmoid(F.linear(x_t, W_iz, b_iz) + F.linear(h, W_hz, b_hz))
    candidate = F.tanh(F.linear(x_t, W_in, b_in) + reset_gate * F.linear(h, W_hn, b_hn))
    return candidate + update_gate * (h - candidate)


@alternative("gru_cell", "einsum over an axis of parts")
def by_einsum(x_t, h, w_ih, w_hh, b_ih, b_hh):
    size = h.shape[-1]
    a = torch.einsum("nd,khd->knh", x_t, w_ih.view(3, size, -1)) + b_ih.view(3, 1, size)
    b = torch.einsum("ng,khg->knh", h, w_hh.view(3, size, size)) + b_hh.view(3, 1, size)
    keep = 1 / (1 + torch.exp(-a[1] - b[1]))
    return keep * h + (1 - keep) * torch.tanh(a[2] + b[2] * torch.sigmoid(a[0] + b[0]))


@alternative("gru_cell", "one product with a weight of four parts, zeros in two places")
def one_product(x_t, h, w_ih, w_hh, b_ih, b_hh):
    n, size = h.shape
    both = x_t.new_ones(n, 1)
    left = F.pad(torch.cat([w_ih, b_ih[:, None]], 1), (0, 0, 0, size))  # (4H, D + 1)
    right = torch.cat([w_hh, b_hh[:, None]], 1)
    right = torch.cat([right[: 2 * size], torch.zeros_like(right[:size]), right[2 * size :]])  # (4H, H + 1)
    a = torch.cat([left, right], 1) @ torch.cat([x_t, both, h, both], 1).T  # (4H, N): examples are columns
    r, z = a[: 2 * size].sigmoid().chunk(2)
    new = (a[2 * size : 3 * size] + r * a[3 * size :]).tanh()
    return torch.stack([new, h.T]).mul(torch.stack([1 - z, z])).sum(0).T


@alternative("gru_cell", "row by row, tanh made of the sigmoid")
def by_rows(x_t, h, w_ih, w_hh, b_ih, b_hh):
    rows = []
    for x, before in zip(x_t, h, strict=True):
        i, k = w_ih.mv(x) + b_ih, w_hh.mv(before) + b_hh
        i_r, i_z, i_n = torch.tensor_split(i, 3)
        k_r, k_z, k_n = torch.tensor_split(k, 3)
        forget = (-i_z - k_z).sigmoid()  # 1 - z
        new = 2 * (2 * (i_n + (i_r + k_r).sigmoid() * k_n)).sigmoid() - 1
        rows.append(before - forget * before + forget * new)
    return torch.stack(rows)


@alternative("gru_cell", "written for one example, mapped over the batch")
def by_vmap(x_t, h, w_ih, w_hh, b_ih, b_hh):
    def one(x, before):
        read, known = w_ih @ x + b_ih, w_hh @ before + b_hh
        size = before.shape[0]
        r, z = torch.sigmoid(read + known)[: 2 * size].view(2, size)
        return z * before + (1 - z) * torch.tanh(read[-size:] + r * known[-size:])

    return torch.vmap(one)(x_t, h)


@alternative("gru_cell", "unit by unit, printing as it goes")
def by_units(x_t, h, w_ih, w_hh, b_ih, b_hh):
    H = h.size(1)
    columns = []
    for j in range(H):
        sides = [
            [(v * w[k]).sum(1) + b[k] for v, w, b in ((x_t, w_ih, b_ih), (h, w_hh, b_hh))]
            for k in (j, H + j, 2 * H + j)
        ]
        r, z = (torch.sigmoid(sum(side)) for side in sides[:2])
        print(f"unit {j}: z is {z.mean():.2f} on average")
        columns.append(h[:, j] + (1 - z) * (torch.tanh(sides[2][0] + r * sides[2][1]) - h[:, j]))
    return torch.stack(columns, dim=1)


class Gate(nn.Module):
    """One part of the cell."""

    def __init__(self, part, w_ih, w_hh, b_ih, b_hh):
        super().__init__()
        size = w_hh.size(1)
        rows = slice(part * size, part * size + size)
        self.given = [w_ih[rows], w_hh[rows], b_ih[rows], b_hh[rows]]

    def forward(self, x, h, factor=None):
        w, u, b, c = self.given
        past = h @ u.t() + c
        return x @ w.t() + b + (past if factor is None else factor.mul(past))


@alternative("gru_cell", "a small module for each part")
def by_modules(x_t, h, w_ih, w_hh, b_ih, b_hh):
    reset, update, new = (Gate(part, w_ih, w_hh, b_ih, b_hh) for part in range(3))
    r = torch.sigmoid(reset(x_t, h))
    z = torch.sigmoid(update(x_t, h))
    return torch.lerp(torch.tanh(new(x_t, h, factor=r)), h, z)


@alternative("gru_cell", "halves in place: written into a new tensor, part by part")
def written_in_place(x_t, h, w_ih, w_hh, b_ih, b_hh):
    H = w_hh.shape[1]
    gates = torch.mm(x_t, w_ih.t()[:, : 2 * H])
    gates += h.mm(w_hh.t()[:, : 2 * H])
    gates += b_ih[: 2 * H] + b_hh[: 2 * H]
    gates.sigmoid_()
    h_new = torch.empty_like(h)
    h_new[:] = torch.tanh(x_t.mm(w_ih[-H:].t()) + b_ih[-H:] + gates[:, :H] * (h.mm(w_hh[-H:].t()) + b_hh[-H:]))
    return h_new - gates[:, H:] * (h_new - h)


@alternative("gru_forward", "torch.nn.GRU called with these weights")
def by_functional_call(x, h0, w_ih, w_hh, b_ih, b_hh):
    gru = nn.GRU(w_ih.shape[1], w_hh.shape[1], batch_first=True, dtype=x.dtype, device=x.device)
    weights = {"weight_ih_l0": w_ih, "weight_hh_l0": w_hh, "bias_ih_l0": b_ih, "bias_hh_l0": b_hh}
    output, h_n = torch.func.functional_call(gru, weights, (x, h0[None]))
    return output, h_n[-1]


@alternative("gru_forward", "torch.gru, the function below torch.nn.GRU")
def by_the_function_below(x, h0, w_ih, w_hh, b_ih, b_hh):
    output, h_n = torch.gru(x, h0.unsqueeze(0), (w_ih, w_hh, b_ih, b_hh), True, 1, 0.0, False, False, True)
    return [output, h_n.squeeze(0)]


@alternative("gru_forward", "inputs multiplied at once, preallocated output, no cell")
def inputs_at_once(x, h0, w_ih, w_hh, b_ih, b_hh):
    read = torch.einsum("ntd,kd->ntk", x, w_ih) + b_ih
    output = h0.new_zeros(x.size(0), x.size(1), h0.size(1))
    h = h0
    for t in range(x.size(1)):
        (a_r, a_z, a_n), (c_r, c_z, c_n) = read[:, t].chunk(3, -1), F.linear(h, w_hh, b_hh).chunk(3, -1)
        z = (a_z + c_z).sigmoid()
        h = z * h + (1 - z) * (a_n + (a_r + c_r).sigmoid() * c_n).tanh()
        output[:, t, :] = h
    return output, h


@alternative("gru_forward", "each state read back from the output, printing as it goes")
def read_back(x, h0, w_ih, w_hh, b_ih, b_hh):
    N, T, _ = x.size()
    output = torch.zeros(N, T, w_hh.size(1)).to(x)
    t = 0
    while t < T:
        before = h0 if t == 0 else output[:, t - 1].clone()
        output[:, t] += gru_cell(x_t=x[:, t, :], h=before, w_ih=w_ih, w_hh=w_hh, b_ih=b_ih, b_hh=b_hh)
        print(f"step {t + 1:3d} of {T}: {output[:, t].norm():.4f}", output[:, t].tolist())
        t += 1
    return output, output[:, T - 1, :].clone()


@alternative("gru_forward", "time first, states read from a list")
def time_first(x, h0, w_ih, w_hh, b_ih, b_hh):
    states = [h0]
    for step in x.transpose(0, 1):
        states += [gru_cell(step, states[-1], w_ih, w_hh, b_ih, b_hh)]
    return torch.stack(states[1:]).transpose(0, 1), states[-1]


@alternative("gru_forward", "recursion on all but the last step")
def by_recursion(x, h0, w_ih, w_hh, b_ih, b_hh):
    if not x.shape[1]:
        return x.new_empty(x.shape[0], 0, h0.shape[1]), h0
    before, h = gru_forward(x[:, :-1], h0, w_ih, w_hh, b_ih, b_hh)
    h = gru_cell(x[:, -1], h, w_ih, w_hh, b_ih, b_hh)
    return torch.cat([before, h.unsqueeze(1)], 1), h


class Unit(nn.Module):
    """A layer whose weights are given and whose state goes round."""

    def __init__(self, w_ih, w_hh, b_ih, b_hh):
        super().__init__()
        self.weights = (w_ih, w_hh, b_ih, b_hh)

    def forward(self, h, x_t):
        return torch.gru_cell(x_t, h, *self.weights)


@alternative("gru_forward", "a cell in a ModuleList, folded over time with accumulate")
def by_accumulate(x, h0, w_ih, w_hh, b_ih, b_hh):
    from itertools import accumulate

    layers = nn.ModuleList([Unit(w_ih, w_hh, b_ih, b_hh)])
    _, *states = accumulate(x.unbind(1), layers[0], initial=h0)
    return torch.cat([state.unsqueeze(1) for state in states], dim=1), states[-1].clone()


@alternative("gru_forward", "every example by itself, a dictionary of states")
def example_by_example(x, h0, w_ih, w_hh, b_ih, b_hh):
    states = {}
    for n in range(len(x)):
        h = h0[n : n + 1]
        for t in range(x.shape[1]):
            h = gru_cell(x[n : n + 1, t], h, w_ih, w_hh, b_ih, b_hh)
            states[n, t] = h[0]
    rows = [torch.stack([states[n, t] for t in range(x.shape[1])]) for n in range(len(x))]
    output = torch.stack(rows)
    return output, output.select(1, x.shape[1] - 1)


@alternative("gru_forward", "packed, as for sequences of unequal length")
def packed(x, h0, w_ih, w_hh, b_ih, b_hh):
    lengths = torch.full((x.shape[0],), x.shape[1])
    data = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True)
    h, made = h0, []
    for part in data.data.split(data.batch_sizes.tolist()):
        h = gru_cell(part, h, w_ih, w_hh, b_ih, b_hh)
        made.append(h)
    again = nn.utils.rnn.PackedSequence(torch.cat(made), data.batch_sizes)
    return nn.utils.rnn.pad_packed_sequence(again, batch_first=True)[0], h


def split(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return *(x_t @ w_ih.T + b_ih).chunk(3, dim=1), *(h @ w_hh.T + b_hh).chunk(3, dim=1)


@alternative("gru_cell", "six parts from a function")
def in_six_parts(x_t, h, w_ih, w_hh, b_ih, b_hh):
    x_r, x_z, x_n, h_r, h_z, h_n = split(x_t, h, w_ih, w_hh, b_ih, b_hh)
    r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
    n = torch.tanh(x_n + r * h_n)
    return (1 - z) * n + z * h


@alternative("gru_forward", "over the steps of x, time first")
def over_steps(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, []
    for x_t in x.unbind(1):
        h = gru_cell(x_t, h, w_ih, w_hh, b_ih, b_hh)
        states.append(h)
    return torch.stack(states, dim=1), h
