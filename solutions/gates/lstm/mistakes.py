"""Wrong answers of the LSTM lesson, each with its catalogue id and its sentence."""

import torch

from autograder.testing import mistake

KEPT = {}


@mistake("M16", task="lstm_cell", says="Use h @ w_hh.T: rows of the weight are outputs.")
def w_hh_is_not_transposed(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    w = torch.cat([part.T for part in w_hh.chunk(4)])
    a = x_t @ w_ih.T + b_ih + h @ w.T + b_hh
    i, f, g, o = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("M17", task="lstm_cell", says="PyTorch adds both biases, b_ih and b_hh; yours adds one.")
def b_hh_is_forgotten(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T
    i, f, g, o = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("M17", task="lstm_cell", says="PyTorch adds both biases, b_ih and b_hh; yours adds one.")
def b_ih_is_forgotten(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + h @ w_hh.T + b_hh
    i, f, g, o = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("M18", task="lstm_cell", says="You added one bias twice and the other never.")
def b_ih_is_added_twice(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_ih
    i, f, g, o = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("M18", task="lstm_cell", says="You added one bias twice and the other never.")
def b_hh_is_added_twice(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_hh + h @ w_hh.T + b_hh
    i, f, g, o = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("L01", task="lstm_cell", says="Both biases are missing: add b_ih and b_hh.")
def no_bias(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + h @ w_hh.T
    i, f, g, o = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("M22", task="lstm_cell", says="The h of the step before is not used: multiply it by w_hh.")
def the_state_is_ignored(x_t, state, w_ih, w_hh, b_ih, b_hh):
    _h, c = state
    a = x_t @ w_ih.T + b_ih + b_hh
    i, f, g, o = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("M82", task="lstm_cell", says="PyTorch's order is i, f, g, o; yours is i, f, o, g.")
def gates_in_the_order_ifog(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, o, g = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("M83", task="lstm_cell", says="PyTorch's order is i, f, g, o; yours is another.")
def gates_in_the_order_figo(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    f, i, g, o = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("M83", task="lstm_cell", says="PyTorch's order is i, f, g, o; yours is another.")
def gates_in_the_order_fiog(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    f, i, o, g = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("M83", task="lstm_cell", says="PyTorch's order is i, f, g, o; yours is another.")
def gates_in_the_order_iofg(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, o, f, g = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("M83", task="lstm_cell", says="PyTorch's order is i, f, g, o; yours is another.")
def gates_in_the_order_igfo(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, g, f, o = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("M83", task="lstm_cell", says="PyTorch's order is i, f, g, o; yours is another.")
def gates_in_the_order_ofig(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    o, f, i, g = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("M83", task="lstm_cell", says="PyTorch's order is i, f, g, o; yours is another.")
def gates_in_the_order_ofgi(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    o, f, g, i = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("M83", task="lstm_cell", says="PyTorch's order is i, f, g, o; yours is another.")
def gates_in_the_order_ogfi(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    o, g, f, i = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("M84", task="lstm_cell", says="g is tanh; only the gates are sigmoid.")
def sigmoid_for_g(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, g, o = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.sigmoid(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("M85", task="lstm_cell", says="h = o * tanh(c): the tanh around c is missing.")
def h_without_tanh(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, g, o = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * c, c


@mistake("M86", task="lstm_cell", says="h is made of the new c, not of the one before the step.")
def h_from_the_old_c(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, g, o = a.chunk(4, dim=1)
    new = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), new


@mistake("L02", task="lstm_cell", says="Return the new c: it is what the next step keeps or forgets.")
def the_old_c_is_returned(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, g, o = a.chunk(4, dim=1)
    new = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(new), c.clone()


@mistake("L03", task="lstm_cell", says="The old c is not used: keep f * c, and carry c through the loop.")
def the_old_c_is_dropped(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, _f, g, o = a.chunk(4, dim=1)
    c = torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("M87", task="lstm_cell", says="PyTorch adds no forget bias by itself.")
def a_forget_bias_is_added(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, g, o = a.chunk(4, dim=1)
    c = torch.sigmoid(f + 1) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("L04", task="lstm_cell", says="f and i are two gates; 1 - f does not take the place of i.")
def the_forget_gate_is_coupled(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    _i, f, g, o = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + (1 - torch.sigmoid(f)) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("L05", task="lstm_cell", says="f and i are two gates; 1 - i does not take the place of f.")
def the_input_gate_is_coupled(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, _f, g, o = a.chunk(4, dim=1)
    c = (1 - torch.sigmoid(i)) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("M42", task="lstm_cell", says="The state is (h, c) in this order; you return (c, h).")
def c_and_h_are_swapped(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, g, o = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return c, torch.sigmoid(o) * torch.tanh(c)


@mistake("L06", task="lstm_cell", says="The state is (h, c) in this order; you unpack (c, h).")
def the_given_pair_is_swapped(x_t, state, w_ih, w_hh, b_ih, b_hh):
    c, h = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, g, o = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("L07", task="lstm_cell", says="c itself is not squeezed; tanh is taken of the copy that is shown.")
def the_memory_is_squeezed(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, g, o = a.chunk(4, dim=1)
    c = torch.tanh(torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g))
    return torch.sigmoid(o) * c, c


@mistake("L08", task="lstm_cell", says="c itself is not squeezed, and h takes one tanh of it.")
def tanh_twice(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, g, o = a.chunk(4, dim=1)
    c = torch.tanh(torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g))
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("L09", task="lstm_cell", says="The gates are sigmoids: a valve is between 0 and 1.")
def tanh_for_the_gates(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, g, o = a.chunk(4, dim=1)
    c = torch.tanh(f) * c + torch.tanh(i) * torch.tanh(g)
    return torch.tanh(o) * torch.tanh(c), c


@mistake("L10", task="lstm_cell", says="The output gate is missing: h = o * tanh(c).")
def no_output_gate(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, g, _o = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.tanh(c), c


@mistake("L11", task="lstm_cell", says="The forget gate is missing: c = f * c + i * g.")
def no_forget_gate(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, _f, g, o = a.chunk(4, dim=1)
    c = c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("L12", task="lstm_cell", says="The input gate is missing: c = f * c + i * g.")
def no_input_gate(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    _i, f, g, o = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("L13", task="lstm_cell", says="g needs its tanh.")
def g_without_tanh(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, g, o = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * g
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("L14", task="lstm_cell", says="The gates read x_t and h; none of them looks at c.")
def the_output_gate_sees_the_new_c(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, g, o = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o + c) * torch.tanh(c), c


@mistake(
    "L15",
    task="lstm_cell",
    says="The four parts stand under each other in the weights, H rows each; they are not interleaved.",
)
def the_parts_are_interleaved(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, g, o = (a[:, k::4] for k in range(4))
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("L16", task="lstm_cell", says="Return the pair (h, c), not h alone.")
def only_h_is_returned(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, g, o = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c)


@mistake("M61", task="lstm_cell", says="You cut the graph: detach() stops the gradient from reaching the steps before.")
def the_state_is_detached(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    h, c = h.detach(), c.detach()
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, g, o = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("L17", task="lstm_cell", says="You wrote into an argument; make new tensors for the new state.")
def the_memory_is_overwritten(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, g, o = a.chunk(4, dim=1)
    new = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    with torch.no_grad():
        c.copy_(new)
    return torch.sigmoid(o) * torch.tanh(new), new


@mistake("L18", task="lstm_cell", says="The result has the dtype of x; do not turn it into float32.")
def float32_whatever_comes(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, g, o = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return (torch.sigmoid(o) * torch.tanh(c)).float(), c.float()


@mistake("L19", task="lstm_cell", says="Take the device of x_t where you make a tensor, as x_t.new_ones(...) does.")
def a_tensor_is_made_on_the_cpu(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    one = torch.ones(x_t.shape[0], 1, dtype=x_t.dtype)
    a = torch.cat([x_t, h, one], dim=1) @ torch.cat([w_ih, w_hh, (b_ih + b_hh)[:, None]], dim=1).T
    i, f, g, o = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake(
    "M14",
    task="lstm_forward",
    says="Your loop goes over the batch as if it were time: x is (N, T, D), so step t is x[:, t].",
)
def time_and_batch_are_swapped(x, state, w_ih, w_hh, b_ih, b_hh):
    h, c = (part[:1].expand(x.shape[1], -1) for part in state)
    output = []
    for n in range(x.shape[0]):
        h, c = lstm_cell(x[n], (h, c), w_ih, w_hh, b_ih, b_hh)
        output.append(h)
    output = torch.stack(output)
    return output, (output[:, -1], c[-1:].expand_as(output[:, -1]))


@mistake("M22", task="lstm_forward", says="The state of the step before is not used: carry (h, c) through the loop.")
def the_state_is_reset(x, state, w_ih, w_hh, b_ih, b_hh):
    output = []
    for t in range(x.shape[1]):
        last = lstm_cell(x[:, t], state, w_ih, w_hh, b_ih, b_hh)
        output.append(last[0])
    return torch.stack(output, 1), last


@mistake("M22", task="lstm_forward", says="The state of the step before is not used: carry (h, c) through the loop.")
def zeros_in_every_step(x, state, w_ih, w_hh, b_ih, b_hh):
    output = []
    for t in range(x.shape[1]):
        zeros = torch.zeros_like(state[0]), torch.zeros_like(state[1])
        last = lstm_cell(x[:, t], zeros, w_ih, w_hh, b_ih, b_hh)
        output.append(last[0])
    return torch.stack(output, 1), last


@mistake("M86", task="lstm_forward", says="c is not carried: the next step needs the c of this one, not the first.")
def c_is_not_carried(x, state, w_ih, w_hh, b_ih, b_hh):
    (h, c), output = state, []
    for t in range(x.shape[1]):
        h, last = lstm_cell(x[:, t], (h, c), w_ih, w_hh, b_ih, b_hh)
        output.append(h)
    return torch.stack(output, 1), (h, last)


@mistake("L03", task="lstm_forward", says="The old c is not used: keep f * c, and carry c through the loop.")
def c_begins_anew_in_every_step(x, state, w_ih, w_hh, b_ih, b_hh):
    (h, c), output = state, []
    for t in range(x.shape[1]):
        h, c = lstm_cell(x[:, t], (h, torch.zeros_like(c)), w_ih, w_hh, b_ih, b_hh)
        output.append(h)
    return torch.stack(output, 1), (h, c)


@mistake("L20", task="lstm_forward", says="h is not carried: the next step needs the h of this one, not the first.")
def h_is_not_carried(x, state, w_ih, w_hh, b_ih, b_hh):
    (h, c), output = state, []
    for t in range(x.shape[1]):
        last, c = lstm_cell(x[:, t], (h, c), w_ih, w_hh, b_ih, b_hh)
        output.append(last)
    return torch.stack(output, 1), (last, c)


@mistake("M23", task="lstm_forward", says="Your loop never uses the state that it was given.")
def the_given_state_is_ignored(x, state, w_ih, w_hh, b_ih, b_hh):
    state, output = (torch.zeros_like(state[0]), torch.zeros_like(state[1])), []
    for t in range(x.shape[1]):
        state = lstm_cell(x[:, t], state, w_ih, w_hh, b_ih, b_hh)
        output.append(state[0])
    return torch.stack(output, 1), state


@mistake("L21", task="lstm_forward", says="Your loop uses the first h and not the first c.")
def the_given_c_is_ignored(x, state, w_ih, w_hh, b_ih, b_hh):
    state, output = (state[0], torch.zeros_like(state[1])), []
    for t in range(x.shape[1]):
        state = lstm_cell(x[:, t], state, w_ih, w_hh, b_ih, b_hh)
        output.append(state[0])
    return torch.stack(output, 1), state


@mistake("M24", task="lstm_forward", says="output[:, t] is the h after step t, not the one before.")
def the_old_h_is_stored(x, state, w_ih, w_hh, b_ih, b_hh):
    output = []
    for t in range(x.shape[1]):
        output.append(state[0])
        state = lstm_cell(x[:, t], state, w_ih, w_hh, b_ih, b_hh)
    return torch.stack(output, 1), state


@mistake("M27", task="lstm_forward", says="Stack with dim=1: output is (N, T, H).")
def stacked_along_the_first_axis(x, state, w_ih, w_hh, b_ih, b_hh):
    output = []
    for t in range(x.shape[1]):
        state = lstm_cell(x[:, t], state, w_ih, w_hh, b_ih, b_hh)
        output.append(state[0])
    return torch.stack(output), state


@mistake(
    "M61", task="lstm_forward", says="You cut the graph: detach() stops the gradient from reaching the steps before."
)
def the_state_is_detached_in_every_step(x, state, w_ih, w_hh, b_ih, b_hh):
    output = []
    for t in range(x.shape[1]):
        state = lstm_cell(x[:, t], state, w_ih, w_hh, b_ih, b_hh)
        output.append(state[0])
        last, state = state, tuple(part.detach() for part in state)
    return torch.stack(output, 1), last


@mistake("L22", task="lstm_forward", says="You detach c: the gradient has to flow along the memory.")
def c_is_detached_in_every_step(x, state, w_ih, w_hh, b_ih, b_hh):
    output = []
    for t in range(x.shape[1]):
        state = lstm_cell(x[:, t], state, w_ih, w_hh, b_ih, b_hh)
        output.append(state[0])
        last, state = state, (state[0], state[1].detach())
    return torch.stack(output, 1), last


@mistake("L23", task="lstm_forward", says="output is made of h, not of c.")
def the_memory_is_the_output(x, state, w_ih, w_hh, b_ih, b_hh):
    output = []
    for t in range(x.shape[1]):
        state = lstm_cell(x[:, t], state, w_ih, w_hh, b_ih, b_hh)
        output.append(state[1])
    return torch.stack(output, 1), state


@mistake("M42", task="lstm_forward", says="The last state is (h_n, c_n) in this order; you return (c_n, h_n).")
def the_last_pair_is_swapped(x, state, w_ih, w_hh, b_ih, b_hh):
    output = []
    for t in range(x.shape[1]):
        state = lstm_cell(x[:, t], state, w_ih, w_hh, b_ih, b_hh)
        output.append(state[0])
    return torch.stack(output, 1), (state[1], state[0])


@mistake("L24", task="lstm_forward", says="Return the last pair (h_n, c_n) beside the output, not h_n alone.")
def only_h_n_is_returned(x, state, w_ih, w_hh, b_ih, b_hh):
    output = []
    for t in range(x.shape[1]):
        state = lstm_cell(x[:, t], state, w_ih, w_hh, b_ih, b_hh)
        output.append(state[0])
    return torch.stack(output, 1), state[0]


@mistake("L25", task="lstm_forward", says="c_n is the last c, of shape (N, H), not the c of every step.")
def every_c_is_returned(x, state, w_ih, w_hh, b_ih, b_hh):
    output, memory = [], []
    for t in range(x.shape[1]):
        state = lstm_cell(x[:, t], state, w_ih, w_hh, b_ih, b_hh)
        output.append(state[0])
        memory.append(state[1])
    return torch.stack(output, 1), (state[0], torch.stack(memory, 1))


@mistake("L26", task="lstm_forward", says="h_n and c_n have no layer axis here: shape (N, H), not (1, N, H).")
def h_n_has_a_layer_axis(x, state, w_ih, w_hh, b_ih, b_hh):
    output = []
    for t in range(x.shape[1]):
        state = lstm_cell(x[:, t], state, w_ih, w_hh, b_ih, b_hh)
        output.append(state[0])
    return torch.stack(output, 1), (state[0][None], state[1][None])


@mistake("L27", task="lstm_forward", says="Time runs forward: read x[:, 0] first.")
def time_runs_backward(x, state, w_ih, w_hh, b_ih, b_hh):
    output = []
    for t in reversed(range(x.shape[1])):
        state = lstm_cell(x[:, t], state, w_ih, w_hh, b_ih, b_hh)
        output.append(state[0])
    return torch.stack(output, 1), state


@mistake("L28", task="lstm_forward", says="The last step is missing: go over all T steps.")
def the_last_step_is_missing(x, state, w_ih, w_hh, b_ih, b_hh):
    output = []
    for t in range(x.shape[1] - 1):
        state = lstm_cell(x[:, t], state, w_ih, w_hh, b_ih, b_hh)
        output.append(state[0])
    return torch.stack(output or [state[0]], 1), state


@mistake(
    "L29", task="lstm_forward", says="output begins with the h after the first step; the given h does not belong to it."
)
def the_first_h_is_stored_too(x, state, w_ih, w_hh, b_ih, b_hh):
    output = [state[0]]
    for t in range(x.shape[1]):
        state = lstm_cell(x[:, t], state, w_ih, w_hh, b_ih, b_hh)
        output.append(state[0])
    return torch.stack(output, 1), state


@mistake(
    "L30",
    task="lstm_forward",
    says="Your function keeps its last state for the next call; start from the given one every time.",
)
def the_state_is_kept_between_calls(x, state, w_ih, w_hh, b_ih, b_hh):
    shape, output = tuple(state[0].shape), []
    state = KEPT.get(shape, state)
    for t in range(x.shape[1]):
        state = lstm_cell(x[:, t], state, w_ih, w_hh, b_ih, b_hh)
        output.append(state[0])
    KEPT[shape] = tuple(part.detach() for part in state)
    return torch.stack(output, 1), state


@mistake("L31", task="lstm_forward", says="Return one tensor of shape (N, T, H), not a list of states.")
def a_list_is_returned(x, state, w_ih, w_hh, b_ih, b_hh):
    output = []
    for t in range(x.shape[1]):
        state = lstm_cell(x[:, t], state, w_ih, w_hh, b_ih, b_hh)
        output.append(state[0])
    return output, state


@mistake(
    "L32",
    task="lstm_forward",
    says="Take dtype and device of x where you make a tensor; torch.zeros alone makes float32 on the CPU.",
)
def the_memory_is_made_elsewhere(x, state, w_ih, w_hh, b_ih, b_hh):
    output = torch.zeros(x.shape[0], x.shape[1], state[0].shape[1])
    for t in range(x.shape[1]):
        state = lstm_cell(x[:, t], state, w_ih, w_hh, b_ih, b_hh)
        output[:, t] = state[0]
    return output, state


@mistake("L33", task="lstm_forward", says="You stored the same tensor T times; store a new one in each step.")
def the_same_tensor_is_stored(x, state, w_ih, w_hh, b_ih, b_hh):
    h, output = state[0].detach().clone(), []
    for t in range(x.shape[1]):
        state = lstm_cell(x[:, t], state, w_ih, w_hh, b_ih, b_hh)
        h.copy_(state[0].detach())
        output.append(h)
    return torch.stack(output, 1), state
