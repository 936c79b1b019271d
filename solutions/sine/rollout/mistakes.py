"""Wrong answers of the rollout lesson, each with its catalogue id and its sentence."""

import torch

from autograder.testing import mistake


@mistake("M73", task="forecast", says="Drop the oldest value and append the prediction at the end of the window.")
def the_prediction_is_put_in_front(model, history, steps):
    was_training = model.training
    model.eval()
    window, values = history.clone(), []
    with torch.no_grad():
        for _ in range(steps):
            value = model(window.reshape(1, -1, 1)).reshape(1)
            values.append(value)
            window = torch.cat([value, window[:-1]])
    model.train(was_training)
    return torch.cat(values) if values else history.new_empty(0)


@mistake("R02", task="forecast", says="The prediction replaces nothing: shift the window by one first, then append.")
def the_last_value_is_overwritten(model, history, steps):
    was_training = model.training
    model.eval()
    window, values = history.clone(), []
    with torch.no_grad():
        for _ in range(steps):
            value = model(window.reshape(1, -1, 1)).reshape(1)
            values.append(value)
            window = torch.cat([window[:-1], value])
    model.train(was_training)
    return torch.cat(values) if values else history.new_empty(0)


@mistake("R08", task="forecast", says="Return the predictions only, not the history before them.")
def the_history_is_returned_too(model, history, steps):
    was_training = model.training
    model.eval()
    window, values = history.clone(), []
    with torch.no_grad():
        for _ in range(steps):
            value = model(window.reshape(1, -1, 1)).reshape(1)
            values.append(value)
            window = torch.cat([window[1:], value])
    model.train(was_training)
    return torch.cat([history, *values])


@mistake(
    "R19",
    task="forecast",
    says="The model reads the whole window of T values, not the last prediction alone.",
    costs="most",
)
def the_window_is_forgotten(model, history, steps):
    was_training = model.training
    model.eval()
    window, values = history.clone(), []
    with torch.no_grad():
        for _ in range(steps):
            value = model(window.reshape(1, -1, 1)).reshape(1)
            values.append(value)
            window = value
    model.train(was_training)
    return torch.cat(values) if values else history.new_empty(0)


@mistake(
    "R10",
    task="decode",
    says="The state is not carried: the h that the cell returns goes into the next step.",
    costs="most",
)
def the_state_is_not_carried(cell, head, h, y0, steps, targets=None, teacher_forcing=False):
    x_t, values = y0, []
    for t in range(steps):
        value = head(cell(x_t, h))
        values.append(value)
        x_t = targets[:, t] if teacher_forcing else value
    return torch.stack(values, dim=1)


def rolled(model, history, steps):
    window, values = history.clone(), []
    with torch.no_grad():
        for _ in range(steps):
            values.append(model(window.reshape(1, -1, 1)).reshape(1))
            window = torch.cat([window[1:], values[-1]])
    return torch.cat(values) if values else history.new_empty(0)


@mistake("R26", task="forecast", says="One step gives shape (1,): squeeze() takes this axis away too.", costs="little")
def one_step_is_squeezed(model, history, steps):
    was_training = model.training
    values = rolled(model.eval(), history, steps)
    model.train(was_training)
    return values.squeeze()


@mistake("R27", task="forecast", says="The flag `training` is that of one module; eval() reaches all layers.")
def only_the_flag_is_set(model, history, steps):
    was_training, model.training = model.training, False
    values = rolled(model, history, steps)
    model.training = was_training
    return values


@mistake(
    "R28",
    task="forecast",
    says="The parameters stay without gradients for good; use torch.no_grad() alone.",
    costs="little",
)
def the_parameters_are_frozen(model, history, steps):
    was_training = model.training
    values = rolled(model.requires_grad_(False).eval(), history, steps)
    model.train(was_training)
    return values


@mistake(
    "R29",
    task="decode",
    says="By default the decoder runs free: teacher_forcing=False in the signature.",
    costs="little",
)
def taught_by_default(cell, head, h, y0, steps, targets=None, teacher_forcing=True):
    x_t, values = y0, []
    for t in range(steps):
        h = cell(x_t, h)
        values.append(head(h))
        x_t = targets[:, t] if teacher_forcing and targets is not None else values[-1]
    return torch.stack(values, dim=1)


@mistake(
    "R20", task="decode", says="You cut the graph at the state: detach() keeps the gradient from flowing through time."
)
def the_state_is_detached_every_five_steps(cell, head, h, y0, steps, targets=None, teacher_forcing=False):
    x_t, values = y0, []
    for t in range(steps):
        h = cell(x_t, h.detach() if t and t % 5 == 0 else h)
        values.append(head(h))
        x_t = targets[:, t] if teacher_forcing else values[-1]
    return torch.stack(values, dim=1)


@mistake("R21", task="decode", says="decode is used in training: leave gradients on.")
def gradients_are_off_afterwards(cell, head, h, y0, steps, targets=None, teacher_forcing=False):
    x_t, values = y0, []
    for t in range(steps):
        h = cell(x_t, h)
        values.append(head(h))
        x_t = targets[:, t] if teacher_forcing else values[-1]
    torch.set_grad_enabled(False)
    return torch.stack(values, dim=1)


@mistake(
    "R30", task="decode", says="One step gives shape (N, 1, 1): squeeze() takes this axis away too.", costs="little"
)
def one_step_loses_its_axis(cell, head, h, y0, steps, targets=None, teacher_forcing=False):
    x_t, values = y0, []
    for t in range(steps):
        h = cell(x_t, h)
        values.append(head(h))
        x_t = targets[:, t] if teacher_forcing else values[-1]
    return torch.stack(values, dim=1).squeeze().unsqueeze(-1)


@mistake("R31", task="forecast", says="Ask the model again in every step; you repeated its first answer.", costs="most")
def the_first_answer_is_repeated(model, history, steps):
    return rolled_as_it_came(model, history, min(steps, 1)).expand(steps).clone()


@mistake("R32", task="forecast", says="Ask the model; you repeated the last measurement.", costs="most")
def the_last_value_is_repeated(model, history, steps):
    rolled_as_it_came(model, history, 1)
    return history[-1:].repeat(steps)


def rolled_as_it_came(model, history, steps):
    was_training = model.training
    values = rolled(model.eval(), history, steps)
    model.train(was_training)
    return values
