"""Public tests of the training lesson: numbers by hand, slow loops as the oracle, and edge cases at the end."""

import pytest
import torch
from torch import nn

from autograder.testing import equal, must_raise, number, same, several

CELLS = {"RNN": nn.RNNCell, "LSTM": nn.LSTMCell, "GRU": nn.GRUCell}
ROWS = {"RNN": 1, "LSTM": 4, "GRU": 3}  # a weight has so many blocks of H rows


def numbers(*shape, seed, dtype=torch.float64):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype) * 0.5


def a_model(cell, n, t, sizes, dtype=torch.float32):
    """Draw weights for Forecaster(*sizes, cell=cell), windows, and a state to start from."""
    d, h, layers, o = sizes
    rows, inputs = ROWS[cell] * h, [d, *[h] * (layers - 1)]
    recurrent = {
        "weight_ih": [numbers(rows, read, seed=read, dtype=dtype) for read in inputs],
        "weight_hh": [numbers(rows, h, seed=20 + layer, dtype=dtype) for layer in range(layers)],
        "bias_ih": [numbers(rows, seed=30 + layer, dtype=dtype) for layer in range(layers)],
        "bias_hh": [numbers(rows, seed=40 + layer, dtype=dtype) for layer in range(layers)],
    }
    states = [numbers(layers, n, h, seed=50 + part, dtype=dtype) for part in range(2)]
    return {
        "sizes": list(sizes),
        "cell": cell,
        "dtype": str(dtype).removeprefix("torch."),
        "recurrent": recurrent,
        "head": [numbers(o, h, seed=60, dtype=dtype), numbers(o, seed=61, dtype=dtype)],
        "x": numbers(n, t, d, seed=62, dtype=dtype),
        "hx": tuple(states) if cell == "LSTM" else states[0],
    }


def cells_of(model):
    """Make torch's own cells with the drawn weights, one for each layer."""
    made = []
    for parameters in zip(*model["recurrent"].values(), strict=True):
        rows, inputs = parameters[0].shape
        cell = CELLS[model["cell"]](inputs, rows // ROWS[model["cell"]], dtype=parameters[0].dtype)
        for mine, drawn in zip(cell.parameters(), parameters, strict=True):
            mine.data.copy_(drawn)
        made.append(cell)
    return made


def by_cells(model, cells, x, hx=None):
    """Read the windows step by step, layer over layer; the head reads the last state of the top layer."""
    steps, (w, b) = list(x.unbind(1)), model["head"]
    for layer, cell in enumerate(cells):
        state = tuple(part[layer] for part in hx) if isinstance(hx, tuple) else None if hx is None else hx[layer]
        for t, x_t in enumerate(steps):
            state = cell(x_t, state)
            steps[t] = state[0] if isinstance(state, tuple) else state
    return steps[-1] @ w.T + b


def check_model(student, model):
    """Give the student's model the drawn weights, and compare what it says; return all that was found."""
    found = student.run("forecasts", **model)
    cells, atol = cells_of(model), 1e-5 if model["dtype"] == "float32" else 1e-9
    wanted = {word: [list(one.shape) for one in parts] for word, parts in model["recurrent"].items()}
    for word, shapes in {**wanted, "head": [list(one.shape) for one in model["head"]]}.items():
        equal(found["shapes"][word], shapes, f"The shapes of the parameters {word} of a {model['cell']}")
    from_zeros = by_cells(model, cells, model["x"]).detach()
    from_state = by_cells(model, cells, model["x"], model["hx"]).detach()
    same(found["from_zeros"], from_zeros, "the forecast", axes="N O", atol=atol, show=True)
    same(found["from_state"], from_state, "the forecast from hx", axes="N O", atol=atol, show=True)
    same(found["again"], from_zeros, "the forecast of a second call", axes="N O", atol=atol, show=True)
    same(found["one_row"], from_zeros[1:2], "the forecast of one row alone", axes="1 O", atol=atol, show=True)
    assert not found["changed"], "x or hx was changed; make new tensors."
    return found


@pytest.mark.task("Forecaster", core=True)
def test_two_steps_of_one_unit_by_hand(student):
    one, zero = torch.ones(1, 1), torch.zeros(1)
    recurrent = {"weight_ih": [one], "weight_hh": [0.5 * one], "bias_ih": [zero], "bias_hh": [zero]}
    model = {
        "sizes": [1, 1, 1, 1],
        "cell": "RNN",
        "dtype": "float32",
        "recurrent": recurrent,
        "head": [2 * one, one[0]],
    }
    x = torch.tensor([[[1.0], [0.0]], [[0.0], [0.0]]])

    found = student.run("forecasts", **model, x=x, hx=torch.zeros(1, 2, 1))

    equal(found["shapes"]["weight_ih"], [[1, 1]], "The shapes of the parameters weight_ih")
    # The state is tanh(1) = 0.761594, then tanh(0.5 * 0.761594) = 0.363397. The head says 2 * 0.363397 + 1.
    same(found["from_zeros"], torch.tensor([[1.726794], [1.0]]), "the forecast", axes="N O", show=True)


@pytest.mark.task("Forecaster", core=True)
def test_known_weights_give_known_forecasts_and_gradients(student):
    model = a_model("RNN", 3, 7, (2, 5, 1, 4))

    found = check_model(student, model)

    cells, x = cells_of(model), model["x"].clone().requires_grad_()
    leaves = [x, *cells[0].parameters(), *(one.requires_grad_() for one in model["head"])]
    wanted = torch.autograd.grad(by_cells(model, cells, x, model["hx"]).square().sum(), leaves)
    for place, (mine, theirs) in enumerate(zip(found["gradients"], wanted, strict=True)):
        what = f"the gradient of parameter {place}" if place else "the gradient of x"
        same(mine, theirs, what, atol=1e-4, show=True)


@pytest.mark.task("Forecaster")
def test_two_layers_of_every_cell_agree_with_a_slow_loop(student):
    for cell in CELLS:
        check_model(student, a_model(cell, 3, 6, (2, 4, 2, 1)))


@pytest.mark.task("Forecaster")
def test_one_step_double_precision_and_another_device(student):
    check_model(student, a_model("LSTM", 2, 1, (1, 3, 1, 1), torch.float64))
    for cell in CELLS:
        assert student.run("elsewhere", cell=cell), f"With cell={cell!r} a tensor is made on the wrong device."


@pytest.mark.task("Forecaster")
def test_by_default_there_are_16_units_in_one_layer_and_one_output(student):
    shapes = student.run("shapes_of", given={})

    equal(shapes, [[16, 1], [16, 16], [16], [16], [1, 16], [1]], "The shapes of the parameters of Forecaster()")


@pytest.mark.task("Forecaster")
def test_an_unknown_cell_raises_a_value_error(student):
    must_raise("ValueError", student.run, "refuse", cell="CNN")


def a_net(n, o=1):
    """Draw a net of 2 inputs, 3 tanh units and o outputs, inputs and targets, in double precision."""
    weights = [numbers(3, 2, seed=1), numbers(3, seed=2), numbers(o, 3, seed=3), numbers(o, seed=4)]
    return {"weights": weights, "x": numbers(n, 2, 1, seed=5), "y": numbers(n, o, seed=6)}


def said_by(weights, x):
    w1, b1, w2, b2 = weights
    return torch.tanh(x.flatten(1) @ w1.T + b1) @ w2.T + b2


def loss_and_gradients(weights, x, y):
    leaves = [one.clone().requires_grad_() for one in weights]
    loss = ((said_by(leaves, x) - y) ** 2).mean()
    return loss.item(), torch.autograd.grad(loss, leaves)


def check_steps(student, net, max_norm=None):
    """Take three steps of plain gradient descent with a rate of 0.1, and compare after each."""
    found, weights = student.run("three_steps", **net, max_norm=max_norm), net["weights"]

    for value, parameters in zip(found["values"], found["parameters"], strict=True):
        loss, gradients = loss_and_gradients(weights, net["x"], net["y"])
        norm = sum((one**2).sum() for one in gradients).sqrt()
        scale = 1.0 if max_norm is None else min(1.0, max_norm / norm)
        weights = [one - 0.1 * scale * gradient for one, gradient in zip(weights, gradients, strict=True)]
        number(value, loss, "the loss before the step", show=True)
        for actual, wanted in zip(parameters, weights, strict=True):
            same(actual, wanted, "a parameter after the step", atol=1e-6, show=True)


@pytest.mark.task("train_step", core=True)
def test_three_steps_of_gradient_descent(student):
    check_steps(student, a_net(6))


@pytest.mark.task("train_step")
def test_long_gradients_are_clipped_as_a_whole_if_a_norm_is_given(student):
    net = a_net(6)
    far = {**net, "y": 20 * net["y"]}

    check_steps(student, far, max_norm=0.5)
    check_steps(student, far, max_norm=2.0)
    check_steps(student, far)


@pytest.mark.task("train_step")
def test_the_model_trains_in_training_mode_and_data_stays_as_it_is(student):
    x, y = numbers(6, 2, 1, seed=5, dtype=torch.float32), numbers(6, 1, seed=6, dtype=torch.float32)

    found = student.run("mode_of_a_step", weight=torch.tensor([[1.0, 2.0]]), x=x, y=y)

    assert found["modes"] and all(found["modes"]), "The model should be in training mode during the step."
    equal(found["changed"], [False, False], "Whether x and y were changed")


@pytest.mark.task("train_step")
def test_two_outputs_are_averaged_too(student):
    check_steps(student, a_net(3, o=2))


@pytest.mark.task("train_step")
def test_shapes_that_differ_raise_a_value_error_and_change_nothing(student):
    net = a_net(6)

    for y in (net["y"].flatten(), net["y"].T, net["y"][:1], net["y"].expand(-1, 2)):
        found = student.run("mismatched", weights=net["weights"], x=net["x"], y=y)

        shapes = f"(6, 1) and {tuple(y.shape)}"
        assert "ValueError" in found["kinds"], f"train_step should raise ValueError for the shapes {shapes}."
        assert not found["moved"], f"A parameter was changed although the shapes {shapes} differ."


def by_adam(net, epochs, lr):
    """Train with Adam as Kingma and Ba write it: two running means of each gradient, both without their early bias."""
    weights, losses = net["weights"], []
    m, v = [0.0] * len(weights), [0.0] * len(weights)
    for t in range(1, epochs + 1):
        loss, gradients = loss_and_gradients(weights, net["x"], net["y"])
        m = [0.9 * mean + 0.1 * g for mean, g in zip(m, gradients, strict=True)]
        v = [0.999 * mean + 0.001 * g**2 for mean, g in zip(v, gradients, strict=True)]
        sizes = [(mean / (1 - 0.999**t)).sqrt() + 1e-8 for mean in v]
        weights = [w - lr * a / (1 - 0.9**t) / size for w, a, size in zip(weights, m, sizes, strict=True)]
        losses.append(loss)
    return losses, weights


def check_fit(student, net, epochs, lr):
    found = student.run("short_fit", **net, epochs=epochs, lr=lr, log_every=100)

    losses, weights = by_adam(net, epochs, lr)
    assert type(found["losses"]) is list, "fit should return a list."
    equal(len(found["losses"]), epochs, "The number of losses")
    for epoch, (mine, theirs) in enumerate(zip(found["losses"], losses, strict=True), 1):
        number(mine, theirs, f"the loss before step {epoch}", show=True)
    for mine, theirs in zip(found["parameters"], weights, strict=True):
        same(mine, theirs, "a parameter after the training", atol=1e-6, show=True)


@pytest.mark.task("fit", core=True)
def test_three_epochs_of_adam(student):
    check_fit(student, a_net(6), 3, 0.05)


@pytest.mark.task("fit", core=True)
def test_sixty_epochs_that_begin_near_the_goal_and_leap_away(student):
    """The rate is far too large: the loss stays above its first. Who stops, slows down or goes back ends elsewhere."""
    net = a_net(70)

    check_fit(student, {**net, "y": said_by(net["weights"], net["x"]) + 1e-3 * net["y"]}, 60, 0.3)


@pytest.mark.task("fit")
def test_every_third_epoch_is_printed(student):
    found = student.run("short_fit", **a_net(6), epochs=7, lr=0.05, log_every=3)

    lines = [line.strip() for line in found["printed"].splitlines() if line.strip().startswith("Epoch")]
    wanted = [f"Epoch [{epoch}/7], Loss: {found['losses'][epoch - 1]:.4f}" for epoch in (3, 6)]
    equal(lines, wanted, "The lines that begin with `Epoch`")


@pytest.mark.task("fit")
def test_by_default_there_are_a_hundred_epochs_with_a_rate_of_a_hundredth(student):
    """Left out or written down, a rate of 0.01 gives the same losses."""
    net = a_net(6)

    found = student.run("default_fit", **net)
    written = student.run("short_fit", **net, epochs=3, lr=0.01, log_every=10)

    equal(len(found["losses"]), 100, "The number of losses")
    number(found["losses"][2], written["losses"][2], "the loss of the third epoch", show=True)
    equal(found["lines"], 10, "The number of lines that are printed in 100 epochs")


def looked_at(student, n=6, o=1, training=True):
    """Evaluate a linear model with dropout; return what was found, and the predictions that it should make."""
    weight, x, y = (numbers(*shape, seed=7, dtype=torch.float32) for shape in ((o, 2), (n, 2, 1), (n, o)))
    return student.run("look", weight=weight, x=x, y=y, training=training), x.flatten(1) @ weight.T + 0.1, y


@pytest.mark.task("evaluate", core=True)
def test_the_error_is_the_mean_over_all_examples_and_outputs(student):
    for n, o in ((5, 1), (131, 2)):
        found, expected, y = looked_at(student, n, o)

        several(found["first"], 2, "evaluate should return mse and predictions.")
        same(found["first"][1], expected, "predictions", axes="N O", show=True)
        number(found["first"][0], ((expected - y) ** 2).mean().item(), "mse", show=True)


@pytest.mark.task("evaluate")
def test_the_model_predicts_in_eval_mode_and_comes_back_in_its_own(student):
    for training in (True, False):
        found, _, _ = looked_at(student, training=training)

        assert found["modes"] and not any(found["modes"]), "The model should be in eval mode while it predicts."
        equal(found["mode_after"], [training, training], "Whether model and dropout are in training mode afterwards")


@pytest.mark.task("evaluate")
def test_no_graph_is_built_and_all_else_stays_as_it_is(student):
    found, _, _ = looked_at(student)

    assert not any(found["grads"]), "Gradients should be off while the model predicts."
    assert not found["graph"], "The predictions carry a graph."
    equal([found["grad_kept"], found["bias_grad"]], [True, False], "Whether gradients were left alone")
    equal(found["changed"], [False, False], "Whether x and y were changed")
    assert not found["frozen"], "The parameters no longer want gradients; leave requires_grad alone."
    assert found["grads_after"], "Gradients are still off after the call."


def drawn(student, y_true, y_pred, given=True):
    """Draw two series, and check the two lines."""
    found = student.run("draw", y_true=y_true, y_pred=y_pred, given=given)

    assert found["axes"], f"plot_predictions should return the Axes, but returned a {found.get('type')}."
    assert sorted(found["lines"]) == ["Predicted", "True"], f"The lines are labelled {sorted(found['lines'])}."
    for label, values in (("True", y_true), ("Predicted", y_pred)):
        same(found["lines"][label], values.flatten().double(), f"the line {label}", atol=1e-6, show=True)
    same(found["times"][0], found["times"][1], "the time steps of the two lines", show=True)
    assert bool((found["times"][0].diff() > 0).all()), "Time should go from left to right: is it on the x axis?"
    return found


@pytest.mark.task("plot_predictions", core=True)
def test_two_lines_with_their_labels(student):
    drawn(student, torch.tensor([[1.0], [3.0], [2.0]]), torch.tensor([[1.5], [2.5], [2.0]]))


@pytest.mark.task("plot_predictions")
def test_a_legend_and_a_label_on_each_axis(student):
    found = drawn(student, torch.tensor([[1.0], [3.0], [2.0]]), torch.tensor([[1.5], [2.5], [2.0]]))

    assert {"True", "Predicted"} <= set(found["legend"]), "A legend should name True and Predicted."
    equal(found["labels"], [True, True], "Whether the axes have labels")


@pytest.mark.task("plot_predictions")
def test_shapes_may_differ_and_axes_are_given_or_not(student):
    y_true, y_pred = torch.tensor([[1.0], [3.0], [2.0]]), torch.tensor([1.5, 2.5, 2.0])

    for found in (drawn(student, y_true, y_pred), drawn(student, y_pred, y_true, given=False)):
        assert found["same"], "Draw into the axes that are given, and return them."
        equal(found["changed"], [False, False], "Whether y_true and y_pred were changed")
