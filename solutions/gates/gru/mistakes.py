"""Wrong answers of the GRU lesson, each with its catalogue id and its sentence."""

import torch
from torch import nn

from autograder.testing import mistake

KEPT = {}


def split(x_t, h, w_ih, w_hh, b_ih, b_hh):
    """Compute what comes from x and what comes from h, in three parts each: x_r, x_z, x_n, h_r, h_z, h_n."""
    return *(x_t @ w_ih.T + b_ih).chunk(3, dim=1), *(h @ w_hh.T + b_hh).chunk(3, dim=1)


def mixed(x_r, x_z, x_n, h_r, h_z, h_n, h):
    """Finish a step as it should be."""
    r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
    return (1 - z) * torch.tanh(x_n + r * h_n) + z * h


@mistake("M16", task="gru_cell", says="Use h @ w_hh.T: rows of the weight are outputs.")
def w_hh_is_not_transposed(x_t, h, w_ih, w_hh, b_ih, b_hh):
    w = torch.cat([part.T for part in w_hh.chunk(3)])
    return mixed(*split(x_t, h, w_ih, w, b_ih, b_hh), h)


@mistake("M17", task="gru_cell", says="PyTorch adds both biases, b_ih and b_hh; yours adds one.")
def b_hh_is_forgotten(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return mixed(*split(x_t, h, w_ih, w_hh, b_ih, torch.zeros_like(b_hh)), h)


@mistake("M17", task="gru_cell", says="PyTorch adds both biases, b_ih and b_hh; yours adds one.")
def b_ih_is_forgotten(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return mixed(*split(x_t, h, w_ih, w_hh, torch.zeros_like(b_ih), b_hh), h)


@mistake("M18", task="gru_cell", says="You added one bias twice and the other never.")
def b_ih_is_added_twice(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return mixed(*split(x_t, h, w_ih, w_hh, b_ih, b_ih), h)


@mistake("M18", task="gru_cell", says="You added one bias twice and the other never.")
def b_hh_is_added_twice(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return mixed(*split(x_t, h, w_ih, w_hh, b_hh, b_hh), h)


@mistake("G01", task="gru_cell", says="Both biases are missing: add b_ih and b_hh.")
def no_bias(x_t, h, w_ih, w_hh, b_ih, b_hh):
    zeros = torch.zeros_like(b_ih)
    return mixed(*split(x_t, h, w_ih, w_hh, zeros, zeros), h)


@mistake("G02", task="gru_cell", says="b_ih goes with x_t and b_hh with h; you swapped the two, which changes n.")
def the_biases_are_swapped(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return mixed(*split(x_t, h, w_ih, w_hh, b_hh, b_ih), h)


@mistake("M22", task="gru_cell", says="The h of the step before is not used: carry h through the step.")
def the_state_is_ignored(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return mixed(*split(x_t, torch.zeros_like(h), w_ih, w_hh, b_ih, b_hh), torch.zeros_like(h))


@mistake(
    "M22",
    task="gru_cell",
    says="The h of the step before is kept by z, but no part is computed from it: multiply it by w_hh.",
)
def the_state_is_only_kept(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return mixed(*split(x_t, torch.zeros_like(h), w_ih, w_hh, b_ih, b_hh), h)


@mistake("M90", task="gru_cell", says="PyTorch's order is r, z, n; yours is z, r, n, or r and z have changed places.")
def parts_in_the_order_zrn(x_t, h, w_ih, w_hh, b_ih, b_hh):
    x_z, x_r, x_n, h_z, h_r, h_n = split(x_t, h, w_ih, w_hh, b_ih, b_hh)
    return mixed(x_r, x_z, x_n, h_r, h_z, h_n, h)


@mistake("M90", task="gru_cell", says="PyTorch's order is r, z, n; yours is r, n, z.")
def parts_in_the_order_rnz(x_t, h, w_ih, w_hh, b_ih, b_hh):
    x_r, x_n, x_z, h_r, h_n, h_z = split(x_t, h, w_ih, w_hh, b_ih, b_hh)
    return mixed(x_r, x_z, x_n, h_r, h_z, h_n, h)


@mistake("M90", task="gru_cell", says="PyTorch's order is r, z, n; yours is n, z, r.")
def parts_in_the_order_nzr(x_t, h, w_ih, w_hh, b_ih, b_hh):
    x_n, x_z, x_r, h_n, h_z, h_r = split(x_t, h, w_ih, w_hh, b_ih, b_hh)
    return mixed(x_r, x_z, x_n, h_r, h_z, h_n, h)


@mistake("M90", task="gru_cell", says="PyTorch's order is r, z, n; yours is n, r, z.")
def parts_in_the_order_nrz(x_t, h, w_ih, w_hh, b_ih, b_hh):
    x_n, x_r, x_z, h_n, h_r, h_z = split(x_t, h, w_ih, w_hh, b_ih, b_hh)
    return mixed(x_r, x_z, x_n, h_r, h_z, h_n, h)


@mistake("M90", task="gru_cell", says="PyTorch's order is r, z, n; yours is z, n, r.")
def parts_in_the_order_znr(x_t, h, w_ih, w_hh, b_ih, b_hh):
    x_z, x_n, x_r, h_z, h_n, h_r = split(x_t, h, w_ih, w_hh, b_ih, b_hh)
    return mixed(x_r, x_z, x_n, h_r, h_z, h_n, h)


@mistake(
    "M91",
    task="gru_cell",
    says="r multiplies W_hn h + b_hn and nothing else; yours multiplies what comes from x_t too.",
)
def r_on_the_whole_sum(x_t, h, w_ih, w_hh, b_ih, b_hh):
    x_r, x_z, x_n, h_r, h_z, h_n = split(x_t, h, w_ih, w_hh, b_ih, b_hh)
    r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
    n = torch.tanh(r * (x_n + h_n))
    return (1 - z) * n + z * h


@mistake(
    "M91", task="gru_cell", says="b_in stands outside of what r multiplies: r * (W_hn h + b_hn); yours stands inside."
)
def b_in_stands_inside(x_t, h, w_ih, w_hh, b_ih, b_hh):
    x_r, x_z, x_n, h_r, h_z, h_n = split(x_t, h, w_ih, w_hh, b_ih, b_hh)
    r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
    b = b_ih.chunk(3)[2]
    n = torch.tanh(x_n - b + r * (h_n + b))
    return (1 - z) * n + z * h


@mistake(
    "M91", task="gru_cell", says="r stands inside of the tanh, at W_hn h + b_hn alone; yours multiplies the whole of n."
)
def r_outside_of_tanh(x_t, h, w_ih, w_hh, b_ih, b_hh):
    x_r, x_z, x_n, h_r, h_z, h_n = split(x_t, h, w_ih, w_hh, b_ih, b_hh)
    r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
    n = r * torch.tanh(x_n + h_n)
    return (1 - z) * n + z * h


@mistake(
    "G03",
    task="gru_cell",
    says="Two conventions differ from PyTorch's: r acts after the product, and z is the share of h that is kept.",
)
def another_gru_with_z_turned_round(x_t, h, w_ih, w_hh, b_ih, b_hh):
    x_r, x_z, x_n, h_r, h_z, _h_n = split(x_t, h, w_ih, w_hh, b_ih, b_hh)
    r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
    w, b = w_hh.chunk(3)[2], b_hh.chunk(3)[2]
    n = torch.tanh(x_n + (r * h) @ w.T + b)
    return z * n + (1 - z) * h


@mistake("G13", task="gru_cell", says="n is a tanh, so that it can be negative; yours is a ReLU.")
def relu_for_n(x_t, h, w_ih, w_hh, b_ih, b_hh):
    x_r, x_z, x_n, h_r, h_z, h_n = split(x_t, h, w_ih, w_hh, b_ih, b_hh)
    r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
    n = torch.relu(x_n + r * h_n)
    return (1 - z) * n + z * h


@mistake("G15", task="gru_cell", says="n is a tanh of the whole sum, not a sum of two.")
def two_tanhs(x_t, h, w_ih, w_hh, b_ih, b_hh):
    x_r, x_z, x_n, h_r, h_z, h_n = split(x_t, h, w_ih, w_hh, b_ih, b_hh)
    r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
    n = torch.tanh(x_n) + r * torch.tanh(h_n)
    return (1 - z) * n + z * h


@mistake("G19", task="gru_cell", says="The update gate is missing: h' = (1 - z) * n + z * h.")
def no_update_gate(x_t, h, w_ih, w_hh, b_ih, b_hh):
    x_r, _x_z, x_n, h_r, _h_z, h_n = split(x_t, h, w_ih, w_hh, b_ih, b_hh)
    r = torch.sigmoid(x_r + h_r)
    return torch.tanh(x_n + r * h_n)


@mistake("G21", task="gru_cell", says="The two shares make one together: h' = (1 - z) * n + z * h.")
def z_for_both(x_t, h, w_ih, w_hh, b_ih, b_hh):
    x_r, x_z, x_n, h_r, h_z, h_n = split(x_t, h, w_ih, w_hh, b_ih, b_hh)
    r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
    n = torch.tanh(x_n + r * h_n)
    return z * n + z * h


@mistake(
    "G27",
    task="gru_cell",
    says="The three parts stand under each other in the weights, H rows each; they are not interleaved.",
)
def the_parts_are_interleaved(x_t, h, w_ih, w_hh, b_ih, b_hh):
    a, b = x_t @ w_ih.T + b_ih, h @ w_hh.T + b_hh
    return mixed(*(a[:, k::3] for k in range(3)), *(b[:, k::3] for k in range(3)), h)


@mistake(
    "G28",
    task="gru_cell",
    says="reshape(3, N, H) puts examples and parts together at random; cut (N, 3H) along its last axis.",
)
def the_parts_are_reshaped(x_t, h, w_ih, w_hh, b_ih, b_hh):
    a, b = x_t @ w_ih.T + b_ih, h @ w_hh.T + b_hh
    return mixed(*a.reshape(3, *h.shape), *b.reshape(3, *h.shape), h)


@mistake(
    "G29", task="gru_cell", says="An axis of length one is an axis too: squeeze() takes it away where N or H is 1."
)
def an_axis_is_squeezed(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return mixed(*split(x_t, h, w_ih, w_hh, b_ih, b_hh), h).squeeze()


@mistake(
    "G29", task="gru_cell", says="An axis of length one is an axis too: squeeze() takes it away where N or H is 1."
)
def one_example_is_squeezed(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return mixed(*split(x_t, h, w_ih, w_hh, b_ih, b_hh), h).squeeze(0)


@mistake(
    "G29", task="gru_cell", says="An axis of length one is an axis too: squeeze() takes it away where N or H is 1."
)
def one_unit_is_squeezed(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return mixed(*split(x_t, h, w_ih, w_hh, b_ih, b_hh), h).squeeze(-1)


@mistake("G30", task="gru_cell", says="A GRU has one state: return it alone, not a pair.")
def a_pair_is_returned(x_t, h, w_ih, w_hh, b_ih, b_hh):
    h = mixed(*split(x_t, h, w_ih, w_hh, b_ih, b_hh), h)
    return h, h


@mistake("M61", task="gru_cell", says="You cut the graph: detach() stops the gradient from reaching the steps before.")
def the_state_is_detached(x_t, h, w_ih, w_hh, b_ih, b_hh):
    h = h.detach()
    return mixed(*split(x_t, h, w_ih, w_hh, b_ih, b_hh), h)


@mistake("M61", task="gru_cell", says="You cut the graph: detach() stops the gradient from reaching the steps before.")
def the_state_is_detached_in_the_parts(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return mixed(*split(x_t, h.detach(), w_ih, w_hh, b_ih, b_hh), h)


@mistake("M61", task="gru_cell", says="You cut the graph: detach() stops the gradient from reaching the steps before.")
def the_kept_state_is_detached(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return mixed(*split(x_t, h, w_ih, w_hh, b_ih, b_hh), h.detach())


@mistake("G31", task="gru_cell", says="No gradient leaves your function: compute without no_grad(), detach() or .data.")
def no_graph_is_built(x_t, h, w_ih, w_hh, b_ih, b_hh):
    with torch.no_grad():
        return mixed(*split(x_t, h, w_ih, w_hh, b_ih, b_hh), h)


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
    "G33",
    task="gru_cell",
    says="You changed an argument; leave what you were given as it is, and make a new tensor for the new state.",
)
def the_state_is_overwritten(x_t, h, w_ih, w_hh, b_ih, b_hh):
    new = mixed(*split(x_t, h, w_ih, w_hh, b_ih, b_hh), h)
    with torch.no_grad():
        h.copy_(new)
    return new


@mistake(
    "G33",
    task="gru_cell",
    says="You changed an argument; leave what you were given as it is, and make a new tensor for the new state.",
)
def the_state_is_written_in_place_and_returned(x_t, h, w_ih, w_hh, b_ih, b_hh):
    h[:] = mixed(*split(x_t, h, w_ih, w_hh, b_ih, b_hh), h)
    return h


@mistake("G34", task="gru_cell", says="The result has the dtype of x; do not turn it into float32.")
def float32_whatever_comes(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return mixed(*split(x_t, h, w_ih, w_hh, b_ih, b_hh), h).float()


@mistake(
    "M14",
    task="gru_forward",
    says="Your loop goes over the batch as if it were time: x is (N, T, D), so step t is x[:, t].",
)
def examples_are_read_as_steps(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, []
    for t in range(x.shape[0]):
        h = gru_cell(x[t], h, w_ih, w_hh, b_ih, b_hh)
        states.append(h)
    return torch.stack(states, dim=1), h


@mistake(
    "M14",
    task="gru_forward",
    says="Your loop goes over the batch as if it were time: x is (N, T, D), so step t is x[:, t].",
)
def examples_are_read_as_steps_and_stacked_first(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, []
    for t in range(x.shape[0]):
        h = gru_cell(x[t], h, w_ih, w_hh, b_ih, b_hh)
        states.append(h)
    return torch.stack(states), h


@mistake("M22", task="gru_forward", says="The state of the step before is not used: carry h through the loop.")
def every_step_starts_from_h0(x, h0, w_ih, w_hh, b_ih, b_hh):
    states = []
    for t in range(x.shape[1]):
        states.append(gru_cell(x[:, t], h0, w_ih, w_hh, b_ih, b_hh))
    return torch.stack(states, dim=1), states[-1]


@mistake("M22", task="gru_forward", says="The state of the step before is not used: carry h through the loop.")
def every_step_starts_from_zeros(x, h0, w_ih, w_hh, b_ih, b_hh):
    states = []
    for t in range(x.shape[1]):
        states.append(gru_cell(x[:, t], torch.zeros_like(h0), w_ih, w_hh, b_ih, b_hh))
    return torch.stack(states, dim=1), states[-1]


@mistake("M24", task="gru_forward", says="output[:, t] is the state after step t, not the one before.")
def the_old_state_is_stored(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, []
    for t in range(x.shape[1]):
        states.append(h)
        h = gru_cell(x[:, t], h, w_ih, w_hh, b_ih, b_hh)
    return torch.stack(states, dim=1), h


@mistake("M25", task="gru_forward", says="You stored the same tensor T times; store a new one in each step.")
def the_same_tensor_is_stored(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0.clone(), []
    for t in range(x.shape[1]):
        with torch.no_grad():
            h.copy_(gru_cell(x[:, t], h, w_ih, w_hh, b_ih, b_hh))
        states.append(h)
    return torch.stack(states, dim=1), h


@mistake(
    "M61", task="gru_forward", says="You cut the graph: detach() stops the gradient from reaching the steps before."
)
def the_state_is_detached_in_every_step(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = gru_cell(x[:, t], h, w_ih, w_hh, b_ih, b_hh)
        states.append(h)
        h = h.detach()
    return torch.stack(states, dim=1), states[-1]


@mistake(
    "M61", task="gru_forward", says="You cut the graph: detach() stops the gradient from reaching the steps before."
)
def the_state_is_detached_every_ten_steps(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = gru_cell(x[:, t], h, w_ih, w_hh, b_ih, b_hh)
        states.append(h)
        if t % 10 == 9:
            h = h.detach()
    return torch.stack(states, dim=1), states[-1]


@mistake(
    "G31", task="gru_forward", says="No gradient leaves your function: compute without no_grad(), detach() or .data."
)
def no_graph_in_the_loop(x, h0, w_ih, w_hh, b_ih, b_hh):
    with torch.no_grad():
        h, states = h0, []
        for t in range(x.shape[1]):
            h = gru_cell(x[:, t], h, w_ih, w_hh, b_ih, b_hh)
            states.append(h)
        return torch.stack(states, dim=1), h


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


@mistake("G40", task="gru_forward", says="h_n is the state after the last step; yours is the one before it.")
def the_state_before_the_last_is_returned(x, h0, w_ih, w_hh, b_ih, b_hh):
    states = [h0]
    for t in range(x.shape[1]):
        states.append(gru_cell(x[:, t], states[-1], w_ih, w_hh, b_ih, b_hh))
    return torch.stack(states[1:], dim=1), states[-2]


@mistake("G46", task="gru_forward", says="The last step is missing: go over all T steps.")
def the_last_step_stays_zero(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, output = h0, x.new_zeros(*x.shape[:2], h0.shape[1])
    for t in range(x.shape[1] - 1):
        h = gru_cell(x[:, t], h, w_ih, w_hh, b_ih, b_hh)
        output[:, t] = h
    return output, h


@mistake("G47", task="gru_forward", says="The first step is missing: time begins at 0.")
def the_first_step_stays_zero(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, output = h0, x.new_zeros(*x.shape[:2], h0.shape[1])
    for t in range(1, x.shape[1]):
        h = gru_cell(x[:, t], h, w_ih, w_hh, b_ih, b_hh)
        output[:, t] = h
    return output, h


@mistake("G51", task="gru_forward", says="Return a pair: output of every step, and h_n.")
def only_h_n_is_returned(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = gru_cell(x[:, t], h, w_ih, w_hh, b_ih, b_hh)
    return h


@mistake(
    "G53", task="gru_forward", says="output keeps the state of every step, shape (N, T, H), not the last one alone."
)
def the_last_state_is_the_output(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = gru_cell(x[:, t], h, w_ih, w_hh, b_ih, b_hh)
    return h, h.clone()


@mistake(
    "G53", task="gru_forward", says="output keeps the state of every step, shape (N, T, H), not the last one alone."
)
def the_last_state_with_an_axis(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = gru_cell(x[:, t], h, w_ih, w_hh, b_ih, b_hh)
    return h[:, None], h


@mistake("G55", task="gru_forward", says="reshape does not swap axes: stack along dim=1, or transpose.")
def the_output_is_reshaped(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = gru_cell(x[:, t], h, w_ih, w_hh, b_ih, b_hh)
        states.append(h)
    return torch.stack(states).reshape(*x.shape[:2], -1), h


@mistake(
    "G33",
    task="gru_forward",
    says="You changed an argument; leave what you were given as it is, and make a new tensor for the new state.",
)
def h0_is_written_in_place(x, h0, w_ih, w_hh, b_ih, b_hh):
    states = []
    for t in range(x.shape[1]):
        h0[:] = gru_cell(x[:, t], h0, w_ih, w_hh, b_ih, b_hh)
        states.append(h0.clone())
    return torch.stack(states, dim=1), h0
