"""Wrong answers of the rollout lesson, each with its catalogue id and its sentence."""

import torch

from autograder.testing import mistake


@mistake(
    "M72",
    task="forecast",
    says="In a free-running forecast the model reads its own predictions; here the window never sees them.",
    costs="most",
)
def the_window_is_not_updated(model, history, steps):
    was_training = model.training
    model.eval()
    window, values = history.clone(), []
    with torch.no_grad():
        for _ in range(steps):
            value = model(window.reshape(1, -1, 1)).reshape(1)
            values.append(value)
            window = history.clone()
    model.train(was_training)
    return torch.cat(values) if values else history.new_empty(0)


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


@mistake("R01", task="forecast", says="The window keeps its length: drop the oldest value when a prediction comes in.")
def the_window_grows(model, history, steps):
    was_training = model.training
    model.eval()
    window, values = history.clone(), []
    with torch.no_grad():
        for _ in range(steps):
            value = model(window.reshape(1, -1, 1)).reshape(1)
            values.append(value)
            window = torch.cat([window, value])
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


@mistake("M75", task="forecast", says="You wrote into the history; work on a copy.", costs="little")
def the_history_is_changed(model, history, steps):
    was_training = model.training
    model.eval()
    window, values = history, []
    with torch.no_grad():
        for _ in range(steps):
            value = model(window.reshape(1, -1, 1)).reshape(1)
            values.append(value)
            window.copy_(torch.cat([window[1:], value]))
    model.train(was_training)
    return torch.cat(values) if values else history.new_empty(0)


@mistake("M69", task="forecast", says="Switch to eval() before you ask the model: it turns dropout off.")
def the_model_is_not_put_into_eval(model, history, steps):
    was_training = model.training
    window, values = history.clone(), []
    with torch.no_grad():
        for _ in range(steps):
            value = model(window.reshape(1, -1, 1)).reshape(1)
            values.append(value)
            window = torch.cat([window[1:], value])
    model.train(was_training)
    return torch.cat(values) if values else history.new_empty(0)


@mistake("M70", task="forecast", says="Give the model back in the mode in which it came.", costs="little")
def the_mode_is_not_restored(model, history, steps):
    was_training = model.training
    model.eval()
    window, values = history.clone(), []
    with torch.no_grad():
        for _ in range(steps):
            value = model(window.reshape(1, -1, 1)).reshape(1)
            values.append(value)
            window = torch.cat([window[1:], value])
    return torch.cat(values) if values else history.new_empty(0)


@mistake(
    "R03",
    task="forecast",
    says="Give the model back in the mode in which it came, which need not be train().",
    costs="little",
)
def train_is_always_switched_on(model, history, steps):
    was_training = model.training
    model.eval()
    window, values = history.clone(), []
    with torch.no_grad():
        for _ in range(steps):
            value = model(window.reshape(1, -1, 1)).reshape(1)
            values.append(value)
            window = torch.cat([window[1:], value])
    model.train()
    return torch.cat(values) if values else history.new_empty(0)


@mistake("R04", task="forecast", says="The forecast carries a graph: ask the model under torch.no_grad().")
def a_graph_is_built(model, history, steps):
    was_training = model.training
    model.eval()
    window, values = history.clone(), []
    if True:
        for _ in range(steps):
            value = model(window.reshape(1, -1, 1)).reshape(1)
            values.append(value)
            window = torch.cat([window[1:], value])
    model.train(was_training)
    return torch.cat(values) if values else history.new_empty(0)


@mistake("R05", task="forecast", says="Return a tensor of shape (steps,), not (steps, 1).")
def the_forecast_has_two_axes(model, history, steps):
    was_training = model.training
    model.eval()
    window, values = history.clone(), []
    with torch.no_grad():
        for _ in range(steps):
            value = model(window.reshape(1, -1, 1)).reshape(1)
            values.append(value)
            window = torch.cat([window[1:], value])
    model.train(was_training)
    return torch.stack(values) if values else history.new_empty(0)


@mistake("R06", task="forecast", says="steps=0 should give an empty tensor.", costs="little")
def no_steps_are_not_thought_of(model, history, steps):
    was_training = model.training
    model.eval()
    window, values = history.clone(), []
    with torch.no_grad():
        for _ in range(steps):
            value = model(window.reshape(1, -1, 1)).reshape(1)
            values.append(value)
            window = torch.cat([window[1:], value])
    model.train(was_training)
    return torch.cat(values)


@mistake("R07", task="forecast", says="One step is missing: return `steps` predictions.")
def one_step_is_missing(model, history, steps):
    was_training = model.training
    model.eval()
    window, values = history.clone(), []
    with torch.no_grad():
        for _ in range(max(steps - 1, 0)):
            value = model(window.reshape(1, -1, 1)).reshape(1)
            values.append(value)
            window = torch.cat([window[1:], value])
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
    "R16",
    task="forecast",
    says="Keep the dtype of the history: torch.tensor of Python floats is float32.",
    costs="little",
)
def the_dtype_is_lost(model, history, steps):
    was_training = model.training
    model.eval()
    window, values = history.clone(), []
    with torch.no_grad():
        for _ in range(steps):
            value = model(window.reshape(1, -1, 1)).reshape(1)
            values.append(value.item())
            window = torch.cat([window[1:], value])
    model.train(was_training)
    return torch.tensor(values)


@mistake(
    "R17",
    task="forecast",
    says="The window is one sequence of T steps, of shape (1, T, 1); you gave T sequences of one step.",
)
def time_becomes_the_batch(model, history, steps):
    was_training = model.training
    model.eval()
    window, values = history.clone(), []
    with torch.no_grad():
        for _ in range(steps):
            value = model(window.reshape(-1, 1, 1))[-1].reshape(1)
            values.append(value)
            window = torch.cat([window[1:], value])
    model.train(was_training)
    return torch.cat(values) if values else history.new_empty(0)


@mistake(
    "R18",
    task="forecast",
    says="Gradients stay switched off for the rest of the program; use `with torch.no_grad():`.",
    costs="little",
)
def gradients_stay_off(model, history, steps):
    was_training = model.training
    model.eval()
    window, values = history.clone(), []
    torch.set_grad_enabled(False)
    if True:
        for _ in range(steps):
            value = model(window.reshape(1, -1, 1)).reshape(1)
            values.append(value)
            window = torch.cat([window[1:], value])
    model.train(was_training)
    return torch.cat(values) if values else history.new_empty(0)


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


@mistake("M76", task="decode", says="At step t feed targets[:, t - 1]; feeding targets[:, t] gives the answer away.")
def the_current_target_is_shown(cell, head, h, y0, steps, targets=None, teacher_forcing=False):
    x_t, values = y0, []
    for t in range(steps):
        if teacher_forcing:
            x_t = targets[:, t]
        h = cell(x_t, h)
        value = head(h)
        values.append(value)
        x_t = value
    return torch.stack(values, dim=1)


@mistake(
    "M77",
    task="decode",
    says="True values are fed although teacher_forcing is False: an evaluation, and any forecast, must run free and may "
    "see only its own predictions.",
    costs="most",
)
def teacher_forcing_is_always_on(cell, head, h, y0, steps, targets=None, teacher_forcing=False):
    x_t, values = y0, []
    for t in range(steps):
        h = cell(x_t, h)
        value = head(h)
        values.append(value)
        x_t = value if targets is None else targets[:, t]
    return torch.stack(values, dim=1)


@mistake(
    "R09",
    task="decode",
    says="Teacher forcing is never on: with teacher_forcing=True feed targets[:, t - 1] at step t.",
    costs="most",
)
def teacher_forcing_is_never_on(cell, head, h, y0, steps, targets=None, teacher_forcing=False):
    x_t, values = y0, []
    for t in range(steps):
        h = cell(x_t, h)
        value = head(h)
        values.append(value)
        x_t = value
    return torch.stack(values, dim=1)


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


@mistake("R11", task="decode", says="Every step reads y0; feed the prediction of the step before.", costs="most")
def the_first_input_is_fed_again(cell, head, h, y0, steps, targets=None, teacher_forcing=False):
    x_t, values = y0, []
    for t in range(steps):
        h = cell(x_t, h)
        value = head(h)
        values.append(value)
        x_t = targets[:, t] if teacher_forcing else y0
    return torch.stack(values, dim=1)


@mistake(
    "M61",
    task="decode",
    says="You cut the graph: detach() keeps the gradient from flowing through the predictions that are fed back.",
)
def the_prediction_is_detached(cell, head, h, y0, steps, targets=None, teacher_forcing=False):
    x_t, values = y0, []
    for t in range(steps):
        h = cell(x_t, h)
        value = head(h)
        values.append(value)
        x_t = targets[:, t] if teacher_forcing else value.detach()
    return torch.stack(values, dim=1)


@mistake("R12", task="decode", says="Stack along dim=1: the values have shape (N, steps, 1).")
def stacked_along_the_first_axis(cell, head, h, y0, steps, targets=None, teacher_forcing=False):
    x_t, values = y0, []
    for t in range(steps):
        h = cell(x_t, h)
        value = head(h)
        values.append(value)
        x_t = targets[:, t] if teacher_forcing else value
    return torch.stack(values, dim=0)


@mistake("R13", task="decode", says="Keep the last axis: the values have shape (N, steps, 1), not (N, steps).")
def the_feature_axis_is_lost(cell, head, h, y0, steps, targets=None, teacher_forcing=False):
    x_t, values = y0, []
    for t in range(steps):
        h = cell(x_t, h)
        value = head(h)
        values.append(value)
        x_t = targets[:, t] if teacher_forcing else value
    return torch.cat(values, dim=1)


@mistake("R14", task="decode", says="The values of all steps are wanted; do not put y0 among them.")
def the_first_input_is_returned_too(cell, head, h, y0, steps, targets=None, teacher_forcing=False):
    x_t, values = y0, [y0]
    for t in range(steps):
        h = cell(x_t, h)
        value = head(h)
        values.append(value)
        x_t = targets[:, t] if teacher_forcing else value
    return torch.stack(values, dim=1)


@mistake("R15", task="decode", says="The head reads the new state, not the one before the step.")
def the_head_reads_the_old_state(cell, head, h, y0, steps, targets=None, teacher_forcing=False):
    x_t, values = y0, []
    for t in range(steps):
        value = head(h)
        h = cell(x_t, h)
        values.append(value)
        x_t = targets[:, t] if teacher_forcing else value
    return torch.stack(values, dim=1)


@mistake(
    "R20", task="decode", says="You cut the graph at the state: detach() keeps the gradient from flowing through time."
)
def the_state_is_detached(cell, head, h, y0, steps, targets=None, teacher_forcing=False):
    x_t, values = y0, []
    for t in range(steps):
        h = cell(x_t, h.detach())
        value = head(h)
        values.append(value)
        x_t = targets[:, t] if teacher_forcing else value
    return torch.stack(values, dim=1)


@mistake("R21", task="decode", says="decode is used in training: leave gradients on.")
def gradients_are_off(cell, head, h, y0, steps, targets=None, teacher_forcing=False):
    x_t, values = y0, []
    torch.set_grad_enabled(False)
    for t in range(steps):
        h = cell(x_t, h)
        value = head(h)
        values.append(value)
        x_t = targets[:, t] if teacher_forcing else value
    return torch.stack(values, dim=1)


@mistake(
    "R22",
    task="decode",
    says="Step 0 reads y0, also with teacher forcing: targets[:, t - 1] with t = 0 is the last target.",
)
def the_index_wraps_around(cell, head, h, y0, steps, targets=None, teacher_forcing=False):
    x_t, values = y0, []
    for t in range(steps):
        x_t = targets[:, t - 1] if teacher_forcing else x_t
        h = cell(x_t, h)
        value = head(h)
        values.append(value)
        x_t = value
    return torch.stack(values, dim=1)


@mistake(
    "R23",
    task="decode",
    says="Step 0 reads y0 and step 1 reads targets[:, 0]; you feed targets[:, 0] already at step 0.",
)
def the_first_target_replaces_y0(cell, head, h, y0, steps, targets=None, teacher_forcing=False):
    x_t, values = y0, []
    for t in range(steps):
        x_t = targets[:, max(t - 1, 0)] if teacher_forcing else x_t
        h = cell(x_t, h)
        value = head(h)
        values.append(value)
        x_t = value
    return torch.stack(values, dim=1)


@mistake(
    "R24",
    task="decode",
    says="The switch is the wrong way round: teacher_forcing=True feeds targets, False feeds predictions.",
)
def the_switch_is_reversed(cell, head, h, y0, steps, targets=None, teacher_forcing=False):
    x_t, values = y0, []
    for t in range(steps):
        h = cell(x_t, h)
        value = head(h)
        values.append(value)
        x_t = targets[:, t] if targets is not None and not teacher_forcing else value
    return torch.stack(values, dim=1)


@mistake(
    "R25",
    task="decode",
    says="The first value is missing: step 0 reads y0 and says the first value, step 1 the second.",
)
def y0_is_taken_for_a_prediction(cell, head, h, y0, steps, targets=None, teacher_forcing=False):
    x_t, values = y0, [y0]
    for t in range(steps - 1):
        h = cell(x_t, h)
        value = head(h)
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
