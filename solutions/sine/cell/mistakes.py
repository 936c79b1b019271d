"""Wrong answers of the cell lesson, each with its catalogue id and its sentence."""

import torch

from autograder.testing import mistake

KEPT = {}


@mistake("M15", task="rnn_cell", says="The input must go through w_ih and the state through w_hh; you swapped the two.")
def the_weights_are_swapped(x_t, h, w_ih, w_hh, b_ih, b_hh):
    if w_ih.shape[1] != h.shape[1]:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")
    return torch.tanh(x_t @ w_hh.T + b_ih + h @ w_ih.T + b_hh)


@mistake(
    "M20", task="rnn_cell", says="The hidden state needs its tanh; without it the network is linear.", costs="most"
)
def no_activation(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh


@mistake("M21", task="rnn_cell", says="One tanh around the whole sum, not one for each part.")
def two_tanhs(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x_t @ w_ih.T + b_ih) + torch.tanh(h @ w_hh.T + b_hh)


@mistake(
    "C05", task="rnn_cell", says="You wrote into an argument; make a new tensor for the new state.", costs="little"
)
def the_state_is_overwritten(x_t, h, w_ih, w_hh, b_ih, b_hh):
    h.copy_(torch.tanh(x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh).detach())
    return h.clone()


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
    "M22", task="rnn_forward", says="The state of the step before is not used: carry h through the loop.", costs="most"
)
def the_state_is_reset(x, h0, w_ih, w_hh, b_ih, b_hh):
    states = []
    for t in range(x.shape[1]):
        h = torch.zeros_like(h0)
        states.append(torch.tanh(x[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh))
    return torch.stack(states, 1), states[-1]


@mistake(
    "M22", task="rnn_forward", says="The state of the step before is not used: carry h through the loop.", costs="most"
)
def every_step_starts_from_h0(x, h0, w_ih, w_hh, b_ih, b_hh):
    states = []
    h = h0
    for t in range(x.shape[1]):
        states.append(torch.tanh(x[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh))
    return torch.stack(states, 1), states[-1]


@mistake("M24", task="rnn_forward", says="output[:, t] is the new state h_t, not the one before the step.")
def the_old_state_is_stored(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, []
    for t in range(x.shape[1]):
        states.append(h)
        h = torch.tanh(x[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
    return torch.stack(states, 1), h


@mistake("M25", task="rnn_forward", says="You stored the same tensor T times; store a new one in each step.")
def the_same_tensor_is_stored(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0.clone(), []
    for t in range(x.shape[1]):
        with torch.no_grad():
            h.copy_(torch.tanh(x[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh))
        states.append(h)
    return torch.stack(states, 1), h


@mistake(
    "M61",
    task="rnn_forward",
    says="You cut the graph: detach() stops the gradient from reaching the steps before.",
    costs="most",
)
def the_state_is_detached_in_every_step(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = torch.tanh(x[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        states.append(h)
        h = h.detach()
    return torch.stack(states, 1), states[-1]


@mistake("C09", task="rnn_forward", says="Time runs forward: read x[:, 0] first.")
def time_runs_backward(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, []
    for t in reversed(range(x.shape[1])):
        h = torch.tanh(x[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        states.append(h)
    return torch.stack(states, 1), h


@mistake(
    "C18",
    task="rnn_cell",
    says="An axis of length one is an axis too: squeeze() takes it away where H is 1.",
    costs="little",
)
def one_hidden_unit_is_squeezed(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh).squeeze(-1)


@mistake("C19", task="rnn_cell", says="Let tanh see the whole sum; do not clamp it.", costs="little")
def the_sum_is_clamped(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh((x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh).clamp(-3, 3))


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


@mistake(
    "C24",
    task="rnn_cell",
    says="Keep the dtype of the state: a tensor made by torch.zeros(...) is float32.",
    costs="little",
)
def the_new_state_is_float32(x_t, h, w_ih, w_hh, b_ih, b_hh):
    h_t = torch.zeros(h.shape, device=h.device)
    h_t[:] = torch.tanh(x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
    return h_t
