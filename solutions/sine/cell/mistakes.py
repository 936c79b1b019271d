"""Wrong answers of the cell lesson, each with its catalogue id and its sentence."""

import torch

from autograder.testing import mistake

KEPT = {}


@mistake("M15", task="rnn_cell", says="The input must go through w_ih and the state through w_hh; you swapped the two.")
def the_weights_are_swapped(x_t, h, w_ih, w_hh, b_ih, b_hh):
    if w_ih.shape[1] != h.shape[1]:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")
    return torch.tanh(x_t @ w_hh.T + b_ih + h @ w_ih.T + b_hh)


@mistake("M16", task="rnn_cell", says="Use h @ w_hh.T: rows of the weight are outputs.")
def w_hh_is_not_transposed(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x_t @ w_ih.T + b_ih + h @ w_hh + b_hh)


@mistake("M17", task="rnn_cell", says="PyTorch adds both biases, b_ih and b_hh; yours adds one.")
def b_hh_is_forgotten(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x_t @ w_ih.T + b_ih + h @ w_hh.T)


@mistake("M17", task="rnn_cell", says="PyTorch adds both biases, b_ih and b_hh; yours adds one.")
def b_ih_is_forgotten(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x_t @ w_ih.T + h @ w_hh.T + b_hh)


@mistake("M18", task="rnn_cell", says="You added one bias twice and the other never.")
def b_ih_is_added_twice(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x_t @ w_ih.T + b_ih + h @ w_hh.T + b_ih)


@mistake("M18", task="rnn_cell", says="You added one bias twice and the other never.")
def b_hh_is_added_twice(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x_t @ w_ih.T + b_hh + h @ w_hh.T + b_hh)


@mistake("M19", task="rnn_cell", says="h must be able to be negative: tanh, not sigmoid.")
def sigmoid_for_tanh(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return torch.sigmoid(x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh)


@mistake(
    "M20", task="rnn_cell", says="The hidden state needs its tanh; without it the network is linear.", costs="most"
)
def no_activation(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh


@mistake("M21", task="rnn_cell", says="One tanh around the whole sum, not one for each part.")
def two_tanhs(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x_t @ w_ih.T + b_ih) + torch.tanh(h @ w_hh.T + b_hh)


@mistake("C01", task="rnn_cell", says="h must be able to be negative: tanh, not ReLU.")
def relu_for_tanh(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return torch.relu(x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh)


@mistake("C02", task="rnn_cell", says="Both biases are missing: add b_ih and b_hh.")
def no_bias(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x_t @ w_ih.T + h @ w_hh.T)


@mistake(
    "M22", task="rnn_cell", says="The state of the step before is not used: carry h through the loop.", costs="most"
)
def the_state_is_ignored(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x_t @ w_ih.T + b_ih + b_hh)


@mistake("C04", task="rnn_cell", says="Only tanh of the sum is the new state; do not add the old state to it.")
def the_old_state_is_added(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return h + torch.tanh(x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh)


@mistake(
    "C05", task="rnn_cell", says="You wrote into an argument; make a new tensor for the new state.", costs="little"
)
def the_state_is_overwritten(x_t, h, w_ih, w_hh, b_ih, b_hh):
    h.copy_(torch.tanh(x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh).detach())
    return h.clone()


@mistake("M61", task="rnn_cell", says="You cut the graph: detach() stops the gradient from reaching the steps before.")
def the_state_is_detached(x_t, h, w_ih, w_hh, b_ih, b_hh):
    return torch.tanh(x_t @ w_ih.T + b_ih + h.detach() @ w_hh.T + b_hh)


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


@mistake("M23", task="rnn_forward", says="Your loop never uses the h0 that it was given.", costs="most")
def h0_is_ignored(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = torch.zeros_like(h0), []
    for t in range(x.shape[1]):
        h = torch.tanh(x[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        states.append(h)
    return torch.stack(states, 1), h


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


@mistake("M26", task="rnn_forward", says="Make a new h in every step; writing into it breaks autograd.")
def the_state_is_written_in_place(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0.clone(), []
    for t in range(x.shape[1]):
        h[:] = torch.tanh(x[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        states.append(h.clone())
    return torch.stack(states, 1), h


@mistake("M27", task="rnn_forward", says="Stack with dim=1: output is (N, T, H).")
def stacked_along_the_first_axis(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = torch.tanh(x[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        states.append(h)
    return torch.stack(states), h


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


@mistake("C06", task="rnn_forward", says="h_n has no layer axis here: shape (N, H), not (1, N, H).")
def h_n_has_a_layer_axis(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = torch.tanh(x[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        states.append(h)
    return torch.stack(states, 1), h.unsqueeze(0)


@mistake("C07", task="rnn_forward", says="output begins with the state after the first step; h0 does not belong to it.")
def h0_is_stored_too(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, [h0]
    for t in range(x.shape[1]):
        h = torch.tanh(x[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        states.append(h)
    return torch.stack(states, 1), h


@mistake("C08", task="rnn_forward", says="h_n is the state after the last step, not after the first.")
def h_n_is_the_first_state(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = torch.tanh(x[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        states.append(h)
    return torch.stack(states, 1), states[0]


@mistake("C09", task="rnn_forward", says="Time runs forward: read x[:, 0] first.")
def time_runs_backward(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, []
    for t in reversed(range(x.shape[1])):
        h = torch.tanh(x[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        states.append(h)
    return torch.stack(states, 1), h


@mistake("C10", task="rnn_forward", says="Return one tensor of shape (N, T, H), not a list of states.")
def a_list_is_returned(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = torch.tanh(x[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        states.append(h)
    return states, h


@mistake("C11", task="rnn_forward", says="The last step is missing: go over all T steps.")
def the_last_step_is_missing(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, [h0]
    for t in range(x.shape[1] - 1):
        h = torch.tanh(x[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        states.append(h)
    states = states[1:] or [h0]
    return torch.stack(states, 1), h


@mistake(
    "C12", task="rnn_forward", says="Your function keeps its last state for the next call; start from h0 every time."
)
def the_state_is_kept_between_calls(x, h0, w_ih, w_hh, b_ih, b_hh):
    h = KEPT.get(h0.shape, h0)
    states = []
    for t in range(x.shape[1]):
        h = torch.tanh(x[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        states.append(h)
    KEPT[h0.shape] = h.detach()
    return torch.stack(states, 1), h


@mistake("M16", task="readout", says="Multiply by w_hy.T: rows of the weight are outputs.")
def w_hy_is_not_transposed(output, w_hy, b_y):
    return output @ w_hy + b_y


@mistake("C13", task="readout", says="The bias b_y is missing.")
def b_y_is_forgotten(output, w_hy, b_y):
    return output @ w_hy.T


@mistake("C14", task="readout", says="Answer at every step, not only at the last one: shape (N, T, O).", costs="most")
def only_the_last_step_is_read(output, w_hy, b_y):
    return output[:, -1] @ w_hy.T + b_y


@mistake("C15", task="readout", says="The answer is linear in the state; no tanh here.")
def tanh_on_the_answer(output, w_hy, b_y):
    return torch.tanh(output @ w_hy.T + b_y)


@mistake("C16", task="readout", says="A softmax turns answers into probabilities; the readout is linear.")
def softmax_on_the_answer(output, w_hy, b_y):
    return torch.softmax(output @ w_hy.T + b_y, dim=-1)


@mistake("C17", task="readout", says="The time axis and the batch axis come back swapped: return (N, T, O).")
def time_comes_first(output, w_hy, b_y):
    return (output @ w_hy.T + b_y).transpose(0, 1)


@mistake("M61", task="readout", says="You cut the graph: detach() stops the gradient from reaching the steps before.")
def the_states_are_detached(output, w_hy, b_y):
    return output.detach() @ w_hy.T + b_y


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
    "C20",
    task="rnn_forward",
    says="An axis of length one is an axis too: squeeze() takes it away where D is 1.",
    costs="little",
)
def one_feature_is_squeezed(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = torch.tanh(x[:, t].squeeze(-1) @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        states.append(h)
    return torch.stack(states, 1), h


@mistake("C21", task="rnn_forward", says="Sequences may be of any length: take the number of steps from x.")
def ten_steps_at_most(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, []
    for t in range(min(x.shape[1], 10)):
        h = torch.tanh(x[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        states.append(h)
    return torch.stack(states, 1), h


@mistake(
    "C22",
    task="rnn_forward",
    says="Zeros are a first state like any other; start from them where h0 is zero.",
    costs="little",
)
def zeros_mean_go_on(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, []
    if not h0.any():
        h = KEPT.get(("zeros", h0.shape), h0)
    for t in range(x.shape[1]):
        h = torch.tanh(x[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        states.append(h)
    KEPT["zeros", h0.shape] = h.detach()
    return torch.stack(states, 1), h


@mistake(
    "M61", task="rnn_forward", says="You cut the graph: detach() stops the gradient from reaching the steps before."
)
def the_state_is_detached_every_ten_steps(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = h.detach() if t and t % 10 == 0 else h
        h = torch.tanh(x[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        states.append(h)
    return torch.stack(states, 1), h


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
    "C23",
    task="rnn_forward",
    says="Take the device of x where you make a tensor, as x.new_ones(...) does.",
    costs="little",
)
def a_sum_is_begun_on_the_cpu(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = torch.zeros(h0.shape, dtype=h0.dtype) + h0, []
    for t in range(x.shape[1]):
        h = torch.tanh(x[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        states.append(h)
    return torch.stack(states, 1), h


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


@mistake(
    "C24",
    task="rnn_forward",
    says="Keep the dtype of the state: a tensor made by torch.zeros(...) is float32.",
    costs="little",
)
def the_output_is_float32(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, output = h0, torch.zeros(x.shape[0], x.shape[1], h0.shape[1], device=x.device)
    for t in range(x.shape[1]):
        h = torch.tanh(x[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        output[:, t] = h
    return output, h


@mistake(
    "C26",
    task="rnn_forward",
    says="An axis of length one is an axis too: squeeze() takes it away where N is 1.",
    costs="little",
)
def one_row_is_squeezed(x, h0, w_ih, w_hh, b_ih, b_hh):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = torch.tanh(x[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
        states.append(h.squeeze())
    return torch.stack(states, -2), h


@mistake(
    "C18",
    task="readout",
    says="An axis of length one is an axis too: squeeze() takes it away where O is 1.",
    costs="little",
)
def one_output_is_squeezed(output, w_hy, b_y):
    return (output @ w_hy.T + b_y).squeeze(-1)


@mistake("C25", task="readout", says="Each step is read by itself; do not sum over the steps before it.", costs="most")
def steps_are_summed(output, w_hy, b_y):
    return output.cumsum(1) @ w_hy.T + b_y
