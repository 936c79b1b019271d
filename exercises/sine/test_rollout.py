"""Public tests of the rollout lesson: models that can be seen through, then laws, and edge cases at the end."""

import pytest
import torch

from autograder.testing import same, shaped


def read(notes, step, what):
    """Return what was read at a step, if there was one."""
    assert step < len(notes), f"Nothing was read at step {step}: {what}"
    return notes[step]


@pytest.mark.task("forecast", core=True)
def test_a_model_that_adds_one_counts_on(student):
    found = student.run("roll", kind="next", history=torch.tensor([1.0, 2, 3]), steps=4, training=True)

    same(found["values"], torch.tensor([4.0, 5, 6, 7]), "forecast", show=True)
    for step, window in enumerate(([1.0, 2, 3], [2.0, 3, 4], [3.0, 4, 5], [4.0, 5, 6])):
        seen = read(found["windows"], step, "ask the model once for each value.")
        same(seen, torch.tensor(window).reshape(1, 3, 1), f"the window of step {step}", axes="1 T 1", show=True)


@pytest.mark.task("forecast")
def test_a_model_that_says_the_mean_takes_in_its_answers(student):
    found = student.run("roll", kind="mean", history=torch.tensor([2.0, 4, 6]), steps=3, training=True)

    # The mean of 2, 4, 6 is 4; of 4, 6, 4 it is 14/3; of 6, 4, 14/3 it is 44/9.
    same(found["values"], torch.tensor([4.0, 14 / 3, 44 / 9]), "forecast", show=True)


@pytest.mark.task("forecast")
def test_dropout_is_off_and_the_model_comes_back_in_its_mode(student):
    for training in (True, False):
        found = student.run("roll", kind="dropout", history=torch.tensor([1.0, 2, 3]), steps=2, training=training)

        assert not any(found["modes"]), "The model was asked in train mode, where dropout is on."
        modes = {found["mode_after"], found["dropout_after"]}
        assert modes == {training}, "The model should be given back in the mode in which it came, with all its layers."


@pytest.mark.task("forecast")
def test_no_graph_is_built_and_all_else_stays_as_it_is(student):
    found = student.run("roll", kind="mean", history=torch.tensor([2.0, 4, 6]), steps=2, training=True)

    assert not found["graph"], "The forecast carries a graph, which only training needs."
    assert found["grads_after"], "Gradients are switched off after the call; switch them on again."
    assert not found["frozen"], "The parameters no longer want gradients; leave requires_grad alone."
    assert not found["changed"], "The history was changed; work on a copy."


@pytest.mark.task("forecast")
def test_no_step_one_step_and_a_window_of_one_value_keep_the_dtype(student):
    for history, steps in (([1.0, 2], 0), ([1.0, 2], 1), ([1.0], 3)):
        given = torch.tensor(history, dtype=torch.float64)

        found = student.run("roll", kind="next", history=given, steps=steps, training=True)

        same(found["values"], given[-1] + torch.arange(1.0, steps + 1, dtype=torch.float64), "forecast", show=True)


@pytest.mark.task("decode", core=True)
def test_each_step_reads_what_it_should(student):
    one = torch.ones(1, 1)
    targets = torch.tensor([[[5.0], [6.0], [7.0]]])
    given = {"weights": [one * 0.5, one * 0.5, one], "h": one * 0, "y0": one, "steps": 3, "targets": targets}

    taught = student.run("unroll_cell", **given, teacher_forcing=True)
    free = student.run("unroll_cell", **given, teacher_forcing=False)

    for step, value in enumerate((1.0, 5.0, 6.0)):
        seen = read(taught["read"], step, "call the cell once for each value.")
        same(seen, one * value, f"what the cell reads at step {step} when taught", "N 1", show=True)
    # With h = 0 and y0 = 1: tanh(0.5), then the tanh of the mean of the prediction and the state, which are equal.
    same(free["values"], torch.tensor([[[0.462117], [0.431808], [0.406831]]]), "the values", "N steps 1", show=True)


def a_case(n, h, steps, seed):
    """Draw weights of a tanh cell and of a head, a state, a first input and targets, in double precision."""
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float64) * 0.5

    weights = [draw(1, h), draw(h, h), draw(h, 1)]
    return {"weights": weights, "h": draw(n, h), "y0": draw(n, 1), "steps": steps, "targets": draw(n, steps, 1)}


def row_of(case, row):
    """Take one row out of a batch."""
    return {**case, **{name: case[name][row : row + 1] for name in ("h", "y0", "targets")}}


@pytest.mark.task("decode", core=True)
def test_each_row_is_decoded_by_itself(student):
    """A batch gives what its rows give one by one, also where an axis has length one."""
    for n, h, steps in ((3, 5, 4), (3, 2, 1), (1, 2, 3)):
        case = a_case(n, h, steps, seed=1)
        for taught in (False, True):
            whole = student.run("unroll_cell", **case, teacher_forcing=taught)
            rows = [student.run("unroll_cell", **row_of(case, row), teacher_forcing=taught) for row in range(n)]

            shaped(whole["values"], (n, steps, 1), "the values", axes="N steps 1")
            for number, row in enumerate(rows):
                same(row["values"], whole["values"][number : number + 1], f"row {number} alone", "1 steps 1", show=True)
            assert not whole["changed"], "The targets were changed; only read them."


@pytest.mark.task("decode")
def test_the_gradient_of_all_values_is_their_slope(student):
    """A weight, the state or y0 grows by a little: the values grow by the gradient times that little."""
    case, little = a_case(2, 3, 8, seed=2), 1e-5
    numbered = torch.arange(1.0, 17.0, dtype=torch.float64).reshape(2, 8, 1)  # the gradients are those of values * this
    parts = [*case["weights"], case["h"], case["y0"]]

    for taught in (False, True):
        found = student.run("unroll_cell", **case, teacher_forcing=taught)
        shaped(found["values"], (2, 8, 1), "the values", axes="N steps 1")
        assert found["grads_after"], "Gradients are switched off after the call; leave them on."
        for place, name in enumerate(("w_x", "w_h", "w_y", "h", "y0")):
            total = {}
            for sign in (1, -1):
                *weights, h, y0 = [part + sign * little * (at == place) for at, part in enumerate(parts)]
                moved = {**case, "weights": weights, "h": h, "y0": y0}
                values = student.run("unroll_cell", **moved, teacher_forcing=taught)["values"]
                total[sign] = (values * numbered).sum()
            slope = (total[1] - total[-1]) / (2 * little)
            same(found["gradients"][place].sum(), slope, f"the gradient with respect to {name}", atol=1e-5, show=True)


@pytest.mark.task("decode")
def test_by_default_the_decoder_runs_free_and_changes_nothing(student):
    case = a_case(2, 3, 5, seed=3)

    free = student.run("unroll_cell", **case, teacher_forcing=False)
    found = student.run("decode_plainly", **case)

    same(found["values"], free["values"], "the values without targets", "N steps 1", show=True)
    same(found["by_default"], free["values"], "the values without a word on teaching", "N steps 1", show=True)
    assert not any(found["changed"]), "h or y0 was changed; make new tensors."


# What runs beside your code in these tests.

import torch
from torch import nn


class Notes(list):
    """What a model writes down; a deep copy of the model writes into the same list."""

    def __deepcopy__(self, memo):
        return self


class Seen(nn.Module):
    """A model that writes down each window, the modes and whether gradients are on; kind says what it answers."""

    def __init__(self, kind, training=True):
        super().__init__()
        self.kind = kind
        self.scale = nn.Parameter(torch.ones((), dtype=torch.float64))
        self.dropout = nn.Dropout(0.5)
        self.windows, self.modes, self.grads = Notes(), Notes(), Notes()
        self.train(training)

    def forward(self, x):
        self.windows.append(x.detach().clone())
        self.modes.extend([self.training, self.dropout.training])
        self.grads.append(torch.is_grad_enabled())
        answer = {
            "next": lambda: x[:, -1] + 1,
            "mean": lambda: x.mean(dim=1),
            "first": lambda: x[:, 0],
            "weighted": lambda: (x * torch.linspace(-1, 1, x.shape[1], dtype=x.dtype)[None, :, None]).sum(1),
            "dropout": lambda: self.dropout(x).sum(dim=1),
        }[self.kind]()
        return answer * self.scale.to(x.dtype)


def roll(lesson, kind, history, steps, training):
    """Forecast with a model of a kind, and say what it saw."""
    torch.manual_seed(0)
    model = Seen(kind, training)
    before = history.clone()
    with torch.enable_grad():  # leaving the block undoes what the lesson may have left switched off
        values = lesson.forecast(model, history, steps)
        grads_after = torch.is_grad_enabled()
    return {
        "values": values,
        "windows": list(model.windows),
        "modes": list(model.modes),
        "mode_after": model.training,
        "dropout_after": model.dropout.training,
        "graph": bool(getattr(values, "requires_grad", False)),
        "changed": history.requires_grad or not torch.equal(before, history),
        "frozen": not model.scale.requires_grad,
        "grads_after": grads_after,
    }


def unroll_cell(lesson, weights, h, y0, steps, targets, teacher_forcing):
    """Decode with a tanh cell of given weights; return the values, what was read, and gradients."""
    w_x, w_h, w_y = (weight.clone().requires_grad_() for weight in weights)
    h, y0 = h.clone().requires_grad_(), y0.clone().requires_grad_()
    read = []

    def cell(x_t, state):
        read.append(x_t.detach().clone())
        return torch.tanh(x_t @ w_x + state @ w_h)

    def head(state):
        return state @ w_y

    before = targets.clone()
    with torch.enable_grad():
        values = lesson.decode(cell, head, h, y0, steps, targets, teacher_forcing)
        grads_after = torch.is_grad_enabled()
    found = {"values": values, "read": read, "gradients": [], "grads_after": grads_after}
    found["changed"] = targets.requires_grad or not torch.equal(before, targets)
    if not isinstance(values, torch.Tensor):
        return found
    leaves = [w_x, w_h, w_y, h, y0]
    total = (values * torch.arange(1.0, 1.0 + values.numel(), dtype=values.dtype).reshape(values.shape)).sum()
    grads = torch.autograd.grad(total, leaves, allow_unused=True) if total.requires_grad else [None] * len(leaves)
    found["gradients"] = [torch.zeros_like(leaf) if g is None else g for leaf, g in zip(leaves, grads, strict=True)]
    return found


def decode_plainly(lesson, weights, h, y0, steps, targets):
    """Decode without naming targets, then with targets but without a word on teaching; say what was changed."""
    w_x, w_h, w_y = weights
    before = [h.clone(), y0.clone()]
    given = (lambda x, s: torch.tanh(x @ w_x + s @ w_h), lambda s: s @ w_y, h, y0, steps)
    values = lesson.decode(*given)
    changed = [not torch.equal(a, b) for a, b in zip(before, (h, y0), strict=True)]
    return {"values": values, "by_default": lesson.decode(*given, targets=targets), "changed": changed}
