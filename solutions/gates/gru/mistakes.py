"""Wrong answers of the GRU lesson that are programs of their own; the others are edits in mistakes.toml."""

import torch
from torch import nn

from autograder.testing import mistake

KEPT = {}


@mistake(
    "G32",
    task="gru_cell",
    says="The weights that you were given get no gradient: compute with them, not with copies in a layer of torch's.",
)
def the_weights_are_copied_into_a_layer(x_t, h, w_ih, w_hh, b_ih, b_hh):
    cell = nn.GRUCell(w_ih.shape[1], w_hh.shape[1]).to(x_t)
    with torch.no_grad():
        for mine, given in zip(cell.parameters(), (w_ih, w_hh, b_ih, b_hh), strict=True):
            mine.copy_(given)
    return cell(x_t, h)


@mistake(
    "G32",
    task="gru_forward",
    says="The weights that you were given get no gradient: compute with them, not with copies in a layer of torch's.",
)
def the_weights_are_copied_into_a_gru(x, h0, w_ih, w_hh, b_ih, b_hh):
    gru = nn.GRU(w_ih.shape[1], w_hh.shape[1], batch_first=True).to(x)
    with torch.no_grad():
        for mine, given in zip(gru.parameters(), (w_ih, w_hh, b_ih, b_hh), strict=True):
            mine.copy_(given)
    output, h_n = gru(x, h0[None])
    return output, h_n[0]
