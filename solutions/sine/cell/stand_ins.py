"""Right versions of what another task calls, made of torch's own; they run beside a student's code."""

import torch


def rnn_cell(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return torch.rnn_tanh_cell(x_t, h, w_ih, w_hh, b_ih, b_hh)
