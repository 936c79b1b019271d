"""Wrong answers of the cell lesson that are programs of their own; the others are edits in mistakes.toml."""

import torch

from autograder.testing import mistake

KEPT = {}


@mistake("M15", task="rnn_cell", says="The input must go through w_ih and the state through w_hh; you swapped the two.")
def the_weights_are_swapped(x_t, h, w_ih, w_hh, b_ih, b_hh):
    if w_ih.shape[1] != h.shape[1]:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")
    return torch.tanh(x_t @ w_hh.T + b_ih + h @ w_ih.T + b_hh)


@mistake(
    "M14",
    task="rnn_forward",
    says="Your loop goes over the batch as if it were time: x is (N, T, D), so step t is x[:, t].",
)
def time_and_batch_are_swapped(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, []
    for t in range(x.shape[0]):
        a = torch.tanh(x[t] @ w_ih.T + b_ih + h[: x.shape[1]].mean(0) @ w_hh.T + b_hh)
        states.append(a)
    output = torch.stack(states)
    return output, output[:, -1]


@mistake(
    "C23",
    task="rnn_cell",
    says="Take the device of x where you make a tensor, as x.new_ones(...) does.",
    costs="little",
)
def a_bias_input_is_made_on_the_cpu(x_t, h, w_ih, w_hh, b_ih, b_hh):
    one = torch.ones(x_t.shape[0], 1, dtype=x_t.dtype)
    known = torch.cat([x_t, h, one], dim=1)
    return torch.tanh(known @ torch.cat([w_ih, w_hh, (b_ih + b_hh)[:, None]], dim=1).T)
