"""Wrong answers of the flow lesson, each with its catalogue id and its sentence.

M57 and M58, clipping after the step and before backward, are mistakes of the training step around this function, which
no test of the function itself can show: they run in sine/training, as wrong answers of train_step.
"""

import copy

import torch

from autograder.testing import mistake


def slopes(rnn, x):
    """Return the gradient of the sum of the last output with respect to x, and touch nothing."""
    x = x.detach().clone().requires_grad_()
    return torch.autograd.grad(rnn(x)[0][:, -1].sum(), x)[0]


@mistake("F01", task="gradient_by_lag", says="Lag 0 is the last step: turn the order of time around.", costs="most")
def by_time_not_by_lag(rnn, x):
    return slopes(rnn, x).norm(dim=(0, 2))


@mistake("F04", task="gradient_by_lag", says="The norm is the root of the sum of squares; the root is missing.")
def without_the_root(rnn, x):
    return slopes(rnn, x).square().sum(dim=(0, 2)).flip(0)


@mistake(
    "F05", task="gradient_by_lag", says="The norm is the root of the sum of squares, not a sum of absolute values."
)
def sum_of_absolute_values(rnn, x):
    return slopes(rnn, x).abs().sum(dim=(0, 2)).flip(0)


@mistake("F06", task="gradient_by_lag", says="The norm is the root of the sum of squares, not the largest entry.")
def the_largest_entry(rnn, x):
    return slopes(rnn, x).abs().amax(dim=(0, 2)).flip(0)


@mistake("F07", task="gradient_by_lag", says="Take the norm over the batch as well: one number for each lag.")
def a_norm_for_each_sample(rnn, x):
    return slopes(rnn, x).norm(dim=2).flip(1)


@mistake(
    "F08", task="gradient_by_lag", says="One norm over batch and features together, not the mean of the samples' norms."
)
def averaged_over_the_batch(rnn, x):
    return slopes(rnn, x).norm(dim=2).mean(0).flip(0)


@mistake("F09", task="gradient_by_lag", says="Do not divide by the norm at lag 0; return the norms themselves.")
def relative_to_lag_zero(rnn, x):
    norms = slopes(rnn, x).norm(dim=(0, 2)).flip(0)
    return norms / norms[0]


@mistake("F10", task="gradient_by_lag", says="Return the norms themselves, not their logarithms.")
def logarithms(rnn, x):
    return slopes(rnn, x).norm(dim=(0, 2)).flip(0).log10()


@mistake("F11", task="gradient_by_lag", says="Keep the dtype of x: yours is always float32.", costs="little")
def always_float32(rnn, x):
    return torch.tensor([norm.item() for norm in slopes(rnn, x).norm(dim=(0, 2)).flip(0)])


@mistake(
    "F12",
    task="gradient_by_lag",
    says="backward() adds to the .grad of every parameter; use torch.autograd.grad.",
    costs="little",
)
def backward_leaves_gradients(rnn, x):
    x = x.detach().clone().requires_grad_()
    rnn(x)[0][:, -1].sum().backward()
    return x.grad.norm(dim=(0, 2)).flip(0)


@mistake(
    "F13",
    task="gradient_by_lag",
    says="zero_grad() throws away gradients that somebody was still using; leave .grad alone.",
)
def gradients_are_thrown_away(rnn, x):
    x = x.detach().clone().requires_grad_()
    rnn(x)[0][:, -1].sum().backward()
    rnn.zero_grad()
    return x.grad.norm(dim=(0, 2)).flip(0)


@mistake(
    "F15",
    task="gradient_by_lag",
    says="Gradients gather in the .grad of x from call to call, and x is the caller's; work on a copy.",
    costs="little",
)
def gradients_gather_in_x(rnn, x):
    x.requires_grad_()
    network = copy.deepcopy(rnn)
    network(x)[0][:, -1].sum().backward()
    return x.grad.norm(dim=(0, 2)).flip(0)


@mistake(
    "F16",
    task="gradient_by_lag",
    says="The parameters no longer want gradients after your call; leave requires_grad alone.",
    costs="little",
)
def the_parameters_are_frozen(rnn, x):
    rnn.requires_grad_(False)
    return slopes(rnn, x).norm(dim=(0, 2)).flip(0)


@mistake(
    "F17",
    task="gradient_by_lag",
    says="You put the network into another mode; it does not matter to the gradient, and it is the caller's.",
    costs="little",
)
def the_mode_is_changed(rnn, x):
    rnn.train(not rnn.training)
    return slopes(rnn, x).norm(dim=(0, 2)).flip(0)


@mistake("F18", task="gradient_by_lag", says="Return a tensor of shape (T,), not a list of numbers.")
def a_list_of_numbers(rnn, x):
    return slopes(rnn, x).norm(dim=(0, 2)).flip(0).tolist()


@mistake("F19", task="gradient_by_lag", says="T norms, one for each input: you left out lag 0.")
def lag_zero_is_left_out(rnn, x):
    return slopes(rnn, x).norm(dim=(0, 2)).flip(0)[1:]


@mistake("F20", task="gradient_by_lag", says="Differentiate with respect to x, not with respect to the states.")
def with_respect_to_the_states(rnn, x):
    output, states, hx = None, [], None
    for t in range(x.shape[1]):
        output, hx = rnn(x[:, t : t + 1], hx)
        states.append(output)
    found = torch.autograd.grad(states[-1].sum(), states, allow_unused=True)
    norms = [torch.zeros((), dtype=x.dtype) if g is None else g.norm() for g in found]
    return torch.stack(norms).flip(0)


@mistake(
    "F21",
    task="gradient_by_lag",
    says="The state between two steps is cut off: run the network on the whole of x, without detach().",
)
def the_state_is_detached(rnn, x):
    x, hx = x.detach().clone().requires_grad_(), None
    for t in range(x.shape[1]):
        output, hx = rnn(x[:, t : t + 1], hx)
        hx = tuple(part.detach() for part in hx) if isinstance(hx, tuple) else hx.detach()
    (gradient,) = torch.autograd.grad(output[:, -1].sum(), x)
    return gradient.norm(dim=(0, 2)).flip(0)


@mistake(
    "F22", task="gradient_by_lag", says="nn.LSTM returns (h_n, c_n); the question is about the output, not about c_n."
)
def of_the_cell_state(rnn, x):
    x = x.detach().clone().requires_grad_()
    output, hx = rnn(x)
    last = hx[1][-1] if isinstance(hx, tuple) else output[:, -1]
    (gradient,) = torch.autograd.grad(last.sum(), x)
    return gradient.norm(dim=(0, 2)).flip(0)


@mistake(
    "F23", task="gradient_by_lag", says="h_n has a row for each layer; the output is that of the last layer alone."
)
def of_all_layers(rnn, x):
    x = x.detach().clone().requires_grad_()
    hx = rnn(x)[1]
    (gradient,) = torch.autograd.grad((hx[0] if isinstance(hx, tuple) else hx).sum(), x)
    return gradient.norm(dim=(0, 2)).flip(0)


# Clipping


@mistake("M78", task="clip_grad_norm", says="One norm over all parameters together.", costs="most")
def every_parameter_by_itself(parameters, max_norm):
    total = 0.0
    for p in parameters:
        if p.grad is not None:
            norm = p.grad.double().norm().item()
            total += norm**2
            if norm > max_norm:
                p.grad.mul_(max_norm / norm)
    return total**0.5


@mistake("M81", task="clip_grad_norm", says="Clip only when the norm is larger than max_norm.", costs="most")
def always_scaled(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = sum(g.double().square().sum() for g in gradients) ** 0.5
    for g in gradients:
        g.mul_(max_norm / norm)
    return float(norm)


@mistake(
    "F30",
    task="clip_grad_norm",
    says="A generator can be gone through once: keep its parameters in a list first.",
    costs="little",
)
def the_generator_is_used_up(parameters, max_norm):
    norm = sum(p.grad.double().square().sum().item() for p in parameters if p.grad is not None) ** 0.5
    if norm > max_norm:
        for p in parameters:
            if p.grad is not None:
                p.grad.mul_(max_norm / norm)
    return norm


@mistake("M59", task="clip_grad_norm", says="Return a number, not a tensor: .item().")
def a_tensor_is_returned(parameters, max_norm):
    return torch.nn.utils.clip_grad_norm_(parameters, max_norm)


@mistake("F34", task="clip_grad_norm", says="Scale the gradients in p.grad; you scaled the parameters themselves.")
def the_parameters_are_scaled(parameters, max_norm):
    parameters = [p for p in parameters if p.grad is not None]
    norm = sum(p.grad.double().square().sum().item() for p in parameters) ** 0.5
    if norm > max_norm:
        for p in parameters:
            p.data.mul_(max_norm / norm)
    return norm


@mistake("F40", task="clip_grad_norm", says="It is the gradients that may be too long; you measured the parameters.")
def the_parameters_are_measured(parameters, max_norm):
    parameters = [p for p in parameters if p.grad is not None]
    norm = sum(p.detach().double().square().sum().item() for p in parameters) ** 0.5
    if norm > max_norm:
        for p in parameters:
            p.grad.mul_(max_norm / norm)
    return norm


@mistake(
    "F41",
    task="clip_grad_norm",
    says="A gradient that is short enough is not touched, not even divided and multiplied.",
    costs="little",
)
def short_ones_are_scaled_by_nearly_one(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = sum(g.square().sum().item() for g in gradients) ** 0.5
    for g in gradients:
        g.mul_(min(1.0, max_norm / (norm + 1e-6))).mul_(1 + 1e-6)
    return norm
