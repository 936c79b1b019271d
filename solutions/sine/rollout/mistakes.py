"""Wrong answers of the rollout lesson that are programs of their own; the others are edits in mistakes.toml."""

import torch

from autograder.testing import mistake


def rolled(model, history, steps):
    window, values = history.clone(), []
    with torch.no_grad():
        for _ in range(steps):
            values.append(model(window.reshape(1, -1, 1)).reshape(1))
            window = torch.cat([window[1:], values[-1]])
    return torch.cat(values) if values else history.new_empty(0)


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
