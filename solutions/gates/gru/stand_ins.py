"""Right versions of what another task calls, made of torch's own; they run beside a student's code."""

import torch


def gru_cell(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return torch.gru_cell(x_t, h, w_ih, w_hh, b_ih, b_hh)
