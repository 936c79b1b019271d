"""Right answers of the cell lesson, written otherwise."""

import torch
import torch.nn.functional as F
from torch import nn

from autograder.testing import alternative


@alternative("rnn_cell", "one fused product on concatenated inputs")
def fused(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return torch.cat([x_t, h], dim=1).matmul(torch.cat([w_ih, w_hh], dim=1).t()).add(b_ih + b_hh).tanh()


@alternative("rnn_cell", "einsum")
def by_einsum(x_t, h, w_ih, w_hh, b_ih, b_hh):
    mixed = torch.einsum("nd,hd->nh", x_t, w_ih) + torch.einsum("ng,hg->nh", h, w_hh)
    return torch.tanh(mixed + (b_ih + b_hh)[None, :])


@alternative("rnn_cell", "F.linear, tanh by its definition")
def by_exponentials(x_t, h, w_ih, w_hh, b_ih, b_hh):
    a = F.linear(x_t, w_ih, b_ih) + F.linear(h, w_hh, b_hh)
    return 2 * torch.sigmoid(2 * a) - 1


@alternative("rnn_cell", "torch's own cell function")
def by_torch(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return torch.rnn_tanh_cell(x_t, h, w_ih, w_hh, b_ih, b_hh)


@alternative("rnn_cell", "row by row")
def by_rows(x_t, h, w_ih, w_hh, b_ih, b_hh):
    rows = []
    for x_row, h_row in zip(x_t, h, strict=True):
        rows.append((w_ih.mv(x_row) + b_ih + w_hh.mv(h_row) + b_hh).tanh())
    return torch.stack(rows)


@alternative("rnn_forward", "preallocated output, inputs multiplied at once")
def preallocated(x, h0, w_ih, w_hh, b_ih, b_hh):
    n, steps, _ = x.shape
    mixed = x @ w_ih.T + b_ih
    output = x.new_empty(n, steps, h0.shape[1])
    h = h0
    for t in range(steps):
        h = torch.tanh(mixed[:, t] + F.linear(h, w_hh, b_hh))
        output[:, t] = h
    return output, h


@alternative("rnn_forward", "torch.nn.RNN called with these weights")
def by_functional_call(x, h0, w_ih, w_hh, b_ih, b_hh):
    rnn = nn.RNN(w_ih.shape[1], w_ih.shape[0], batch_first=True, dtype=x.dtype)
    weights = {"weight_ih_l0": w_ih, "weight_hh_l0": w_hh, "bias_ih_l0": b_ih, "bias_hh_l0": b_hh}
    output, h_n = torch.func.functional_call(rnn, weights, (x, h0.unsqueeze(0)))
    return output, h_n.squeeze(0)


@alternative("rnn_forward", "time first, unbind, list and cat")
def by_unbind(x, h0, w_ih, w_hh, b_ih, b_hh):
    states = [h0]
    for x_t in x.transpose(0, 1).unbind(0):
        states.append(rnn_cell(x_t, states[-1], w_ih, w_hh, b_ih, b_hh))
    output = torch.cat([state.unsqueeze(1) for state in states[1:]], dim=1)
    return output, output[:, -1]


@alternative("rnn_forward", "recursion")
def by_recursion(x, h0, w_ih, w_hh, b_ih, b_hh):
    h = torch.tanh(torch.addmm(b_ih, x[:, 0], w_ih.t()) + torch.addmm(b_hh, h0, w_hh.t()))
    if x.size(1) == 1:
        return h.unsqueeze(1), h
    rest, h_n = rnn_forward(x[:, 1:], h, w_ih, w_hh, b_ih, b_hh)
    return torch.cat((h.unsqueeze(1), rest), 1), h_n


class Unrolled(nn.Module):
    """A helper with the weights in it."""

    def __init__(self, *weights):
        super().__init__()
        self.weights = weights

    def forward(self, x, h):
        w_ih, w_hh, b_ih, b_hh = self.weights
        for x_t in x.split(1, dim=1):
            h = (x_t.squeeze(1) @ w_ih.mT + h @ w_hh.mT + b_ih + b_hh).tanh()
            yield h


@alternative("rnn_forward", "a generator in a helper class")
def by_helper(x, h0, w_ih, w_hh, b_ih, b_hh):
    states = list(Unrolled(w_ih, w_hh, b_ih, b_hh)(x, h0))
    return torch.stack(states, -2), states[-1]


@alternative("readout", "F.linear")
def by_linear(output, w_hy, b_y):
    return F.linear(output, w_hy, b_y)


@alternative("readout", "einsum over all steps")
def read_by_einsum(output, w_hy, b_y):
    return torch.einsum("nth,oh->nto", output, w_hy) + b_y


@alternative("readout", "flattened and viewed again")
def read_flat(output, w_hy, b_y):
    n, t, h = output.shape
    return torch.addmm(b_y, output.reshape(n * t, h), w_hy.t()).view(n, t, -1)


@alternative("readout", "a loop over steps")
def read_by_steps(output, w_hy, b_y):
    return torch.stack([step.mm(w_hy.t()) + b_y for step in output.unbind(1)], dim=1)


@alternative("rnn_forward", "the cell written out in the loop")
def written_out(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = torch.tanh(x[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        states.append(h)
    return torch.stack(states, 1), h
