"""Wrong answers of the LSTM lesson, each with its catalogue id and its sentence."""

import torch

from autograder.testing import mistake

KEPT = {}


@mistake("M85", task="lstm_cell", says="h = o * tanh(c): the tanh around c is missing.")
def h_without_tanh(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, g, o = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * c, c


@mistake("L04", task="lstm_cell", says="f and i are two gates; 1 - f does not take the place of i.")
def the_forget_gate_is_coupled(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    _i, f, g, o = a.chunk(4, dim=1)
    c = torch.sigmoid(f) * c + (1 - torch.sigmoid(f)) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


@mistake("L07", task="lstm_cell", says="c itself is not squeezed; tanh is taken of the copy that is shown.")
def the_memory_is_squeezed(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, g, o = a.chunk(4, dim=1)
    c = torch.tanh(torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g))
    return torch.sigmoid(o) * c, c


@mistake("L17", task="lstm_cell", says="You wrote into an argument; make new tensors for the new state.")
def the_memory_is_overwritten(x_t, state, w_ih, w_hh, b_ih, b_hh):
    h, c = state
    a = x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh
    i, f, g, o = a.chunk(4, dim=1)
    new = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    with torch.no_grad():
        c.copy_(new)
    return torch.sigmoid(o) * torch.tanh(new), new


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


@mistake("M24", task="lstm_forward", says="output[:, t] is the h after step t, not the one before.")
def the_old_h_is_stored(x, state, w_ih, w_hh, b_ih, b_hh):
    output = []
    for t in range(x.shape[1]):
        output.append(state[0])
        state = lstm_cell(x[:, t], state, w_ih, w_hh, b_ih, b_hh)
    return torch.stack(output, 1), state


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


@mistake("L25", task="lstm_forward", says="c_n is the last c, of shape (N, H), not the c of every step.")
def every_c_is_returned(x, state, w_ih, w_hh, b_ih, b_hh):
    output, memory = [], []
    for t in range(x.shape[1]):
        state = lstm_cell(x[:, t], state, w_ih, w_hh, b_ih, b_hh)
        output.append(state[0])
        memory.append(state[1])
    return torch.stack(output, 1), (state[0], torch.stack(memory, 1))


@mistake("L27", task="lstm_forward", says="Time runs forward: read x[:, 0] first.")
def time_runs_backward(x, state, w_ih, w_hh, b_ih, b_hh):
    output = []
    for t in reversed(range(x.shape[1])):
        state = lstm_cell(x[:, t], state, w_ih, w_hh, b_ih, b_hh)
        output.append(state[0])
    return torch.stack(output, 1), state
