"""Hidden tests of the training lesson."""

import math

import pytest
import torch

from autograder.testing import equal, must_raise, normal, number, probed, same, several, uniform

GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}


def forecaster_case(rng, cell, n, t, sizes, dtype):
    """Draw known weights, windows and a first state for Forecaster(*sizes)."""
    d, h, layers, o = sizes
    rows, bound = GATES[cell] * h, h**-0.5
    recurrent = {"weight_ih": [], "weight_hh": [], "bias_ih": [], "bias_hh": []}
    for layer in range(layers):
        recurrent["weight_ih"].append(uniform(rows, h if layer else d, rng=rng, bound=bound))
        recurrent["weight_hh"].append(uniform(rows, h, rng=rng, bound=bound))
        recurrent["bias_ih"].append(uniform(rows, rng=rng, bound=bound))
        recurrent["bias_hh"].append(uniform(rows, rng=rng, bound=bound))
    head = [uniform(o, h, rng=rng, bound=bound), uniform(o, rng=rng, bound=bound)]
    states = [normal(layers, n, h, rng=rng).to(dtype) for _ in range(2)]
    return {
        "sizes": list(sizes),
        "cell": cell,
        "dtype": str(dtype).removeprefix("torch."),
        "recurrent": {word: [w.to(dtype) for w in weights] for word, weights in recurrent.items()},
        "head": [w.to(dtype) for w in head],
        "x": normal(n, t, d, rng=rng).to(dtype),
        "hx": tuple(states) if cell == "LSTM" else states[0],
    }


def check_shapes(actual, expected, model):
    """Compare the shapes of a model's parameters, the recurrent ones by word."""
    for word, wanted in expected.items():
        what = "the head" if word == "head" else f"{word}_l0, {word}_l1 ..."
        assert actual[word] == wanted, (
            f"With {model} the parameters of {what} should have the shapes {wanted}, but have {actual[word]}."
        )


def check_forecasts(actual, expected, atol, sizes, cell):
    check_shapes(actual["shapes"], expected["shapes"], f"Forecaster{(*sizes, cell)}")
    for key, what in (
        ("from_zeros", "the forecast"),
        ("from_state", "the forecast from a given hx"),
        ("again", "the forecast of a second call"),
    ):
        same(actual[key], expected[key], what, axes="N O", atol=atol)
    names = ["x", *(f"parameter {i}" for i in range(1, len(expected["gradients"])))]
    for mine, theirs, name in zip(actual["gradients"], expected["gradients"], names, strict=True):
        same(mine, theirs, f"the gradient with respect to {name}", atol=max(atol, 1e-9) * 10)


def forecasts(student, reference, cases):
    """Return what is forecast with known weights, and what should be."""
    return probed(student, reference, "forecasts", cases)


def compare_forecasts(student, reference, cases, atol):
    for (mine, theirs), case in zip(forecasts(student, reference, cases), cases, strict=True):
        check_forecasts(mine, theirs, atol, case["sizes"], case["cell"])


@pytest.mark.task("Forecaster", core=True, weight=4)
def test_known_weights_give_known_forecasts_with_rnn_cells(student, reference, rng):
    """Another network: the wrong step, swapped axes, hx or layers ignored, a state kept, a layer that is never used."""
    cases = [
        forecaster_case(rng, "RNN", 3, 7, (2, 5, 1, 3), torch.float32),
        forecaster_case(rng, "RNN", 4, 4, (1, 6, 2, 1), torch.float32),
    ]
    compare_forecasts(student, reference, cases, 1e-5)


@pytest.mark.task("Forecaster", weight=4)
def test_known_weights_give_known_forecasts_with_lstm_and_gru_cells(student, reference, rng):
    """The same with the two other cells: always an RNN, the state of the LSTM taken for its output."""
    cases = [
        forecaster_case(rng, "LSTM", 3, 6, (2, 4, 2, 2), torch.float32),
        forecaster_case(rng, "GRU", 5, 3, (1, 5, 2, 1), torch.float32),
        forecaster_case(rng, "LSTM", 2, 5, (1, 3, 1, 1), torch.float32),
    ]
    compare_forecasts(student, reference, cases, 1e-5)


@pytest.mark.task("Forecaster", weight=1)
def test_one_row_and_one_step_are_forecast_and_nothing_is_changed(student, reference, rng):
    """Axes of length one that are squeezed, more steps needed than there are, x or hx written to."""
    cases = [
        forecaster_case(rng, "RNN", 3, 5, (1, 4, 1, 1), torch.float32),
        forecaster_case(rng, "GRU", 5, 1, (2, 5, 1, 2), torch.float32),
        forecaster_case(rng, "RNN", 2, 1, (1, 4, 1, 1), torch.float32),
    ]

    for (mine, theirs), case in zip(forecasts(student, reference, cases), cases, strict=True):
        check_shapes(mine["shapes"], theirs["shapes"], f"Forecaster{(*case['sizes'], case['cell'])}")
        for key, what in (("from_state", "the forecast"), ("one_row", "the forecast of one row alone")):
            same(mine[key], theirs[key], what, axes="N O")
        assert not mine["changed"], "x or hx was changed; make new tensors."


@pytest.mark.task("Forecaster", weight=1)
def test_a_model_forecasts_in_double_precision_and_on_another_device(student, reference, rng):
    """A dtype or a device that is fixed."""
    cases = [
        forecaster_case(rng, "RNN", 3, 5, (1, 4, 1, 1), torch.float64),
        forecaster_case(rng, "LSTM", 2, 4, (1, 3, 1, 1), torch.float64),
    ]
    compare_forecasts(student, reference, cases, 1e-9)
    for cell in GATES:
        assert student.run("elsewhere", cell=cell), f"With cell={cell!r} a tensor is made on the wrong device."


@pytest.mark.task("Forecaster", weight=1)
def test_sizes_by_default_and_by_name_are_those_of_the_signature(student, reference):
    """Another size by default, another name of an argument."""
    cases = [{}, {"output_size": 3, "cell": "GRU"}, {"num_layers": 2, "input_size": 4}, {"hidden_size": 7}]

    expected = [reference.run("shapes_of", given=case) for case in cases]
    actual = [student.run("shapes_of", given=case) for case in cases]

    for mine, theirs, case in zip(actual, expected, cases, strict=True):
        given = ", ".join(f"{name}={value!r}" for name, value in case.items())
        assert mine == theirs, f"Forecaster({given}) should have parameters of the shapes {theirs}, but has {mine}."


@pytest.mark.task("Forecaster", weight=1)
def test_an_unknown_cell_raises(student, rng):
    """A cell that does not exist, answered with a model or with another error."""
    for cell in ("Transformer", "rnn", ""):
        must_raise("ValueError", student.run, "refuse", cell=cell)


def step_case(rng, n=6, t=4, h=5, o=1, scale=1.0):
    """Draw a small network, inputs and targets, in double precision."""
    weights = [uniform(h, t, rng=rng, bound=0.5), uniform(h, rng=rng, bound=0.5)]
    weights += [uniform(o, h, rng=rng, bound=0.5), uniform(o, rng=rng, bound=0.5)]
    return {"weights": weights, "x": normal(n, t, 1, rng=rng), "y": scale * normal(n, o, rng=rng)}


def check_steps(actual, expected, digits):
    for mine, theirs in zip(actual["values"], expected["values"], strict=True):
        number(mine, theirs, "the returned loss", tol=digits)
    for call, (mine, theirs) in enumerate(zip(actual["parameters"], expected["parameters"], strict=True), 1):
        for parameter, wanted in zip(mine, theirs, strict=True):
            same(parameter, wanted, f"a parameter after call {call}", atol=digits)


def compare_steps(student, reference, cases, digits=1e-6):
    expected = [reference.run("three_steps", **case) for case in cases]
    actual = [student.run("three_steps", **case) for case in cases]

    for mine, theirs in zip(actual, expected, strict=True):
        check_steps(mine, theirs, digits)


@pytest.mark.task("train_step", core=True, weight=5)
def test_three_steps_move_the_parameters_as_gradient_descent_does(student, reference, rng):
    """Gradients that are not zeroed or not computed, a step too early, too often or never, another loss."""
    compare_steps(student, reference, [{**step_case(rng, scale=scale), "max_norm": None} for scale in (20.0, 1.0)])


@pytest.mark.task("train_step", weight=2)
def test_the_norm_of_all_gradients_is_clipped_before_the_step(student, reference, rng):
    """Clipping that is missing, at the wrong place, for each parameter or number by itself, or makes longer."""
    cases = [{**step_case(rng, scale=20.0), "max_norm": 0.5}, {**step_case(rng), "max_norm": 1e6}]
    compare_steps(student, reference, cases)


@pytest.mark.task("train_step", weight=1)
def test_one_example_two_outputs_and_float32(student, reference, rng):
    """A mean that is not over all numbers, axes of length one that are squeezed."""
    single = {**step_case(rng), "max_norm": None}
    single = {**single, "weights": [w.float() for w in single["weights"]]}
    single = {**single, "x": single["x"].float(), "y": single["y"].float()}
    cases = [{**step_case(rng, n=1), "max_norm": None}, {**step_case(rng, n=3, o=2), "max_norm": 1e6}]
    compare_steps(student, reference, cases)
    compare_steps(student, reference, [single], digits=1e-5)


@pytest.mark.task("train_step", weight=2)
def test_shapes_that_differ_raise_and_change_nothing(student, rng):
    """Shapes that broadcast without a word, and a step that is taken all the same."""
    case = step_case(rng)
    targets = [case["y"].flatten(), case["y"][:1], case["y"].unsqueeze(-1), case["y"].expand(-1, 2), case["y"].T]

    for y in targets:
        found = student.run("mismatched", weights=case["weights"], x=case["x"], y=y)

        shapes = f"(6, 1) and {tuple(y.shape)}"
        assert "ValueError" in found["kinds"], f"train_step should raise ValueError for the shapes {shapes}."
        assert not found["moved"], f"A parameter was changed although the shapes {shapes} differ."


@pytest.mark.task("train_step", weight=1)
def test_the_model_trains_in_training_mode_and_data_stays_as_it_is(student, rng):
    """Dropout that is off while the model trains; x or y written to."""
    x, y = normal(6, 4, 1, rng=rng).float(), normal(6, 1, rng=rng).float()

    found = student.run("mode_of_a_step", weight=uniform(1, 4, rng=rng, bound=1.0).float(), x=x, y=y)

    assert found["modes"] and all(found["modes"]), "The model should be in training mode during the step."
    equal(found["changed"], [False, False], "Whether x and y were changed")


def rough_case(rng):
    """Draw a training that begins next to its end and is thrown out at once: the loss leaps, and stays above its first.

    What stops early, keeps the best weights, lowers the rate or pulls at the weights goes another way from there.
    """
    case = step_case(rng, n=12)
    noise = 1e-3 * normal(12, 1, rng=rng)
    return {**case, "y": small_net(case["weights"], case["x"]) + noise, "epochs": 70, "lr": 0.3, "log_every": 100}


def small_net(weights, x):
    w1, b1, w2, b2 = weights
    return torch.tanh(x.flatten(1) @ w1.T + b1) @ w2.T + b2


@pytest.mark.task("fit", core=True, weight=3)
def test_a_short_training_has_the_losses_and_weights_of_adam(student, reference, rng):
    """Another optimizer, decay, a schedule, clipping, early stopping, best weights put back, smaller batches."""
    cases = [{**step_case(rng, n=300, scale=100.0), "epochs": 7, "lr": 0.1, "log_every": 3}, rough_case(rng)]

    expected = [reference.run("short_fit", **case) for case in cases]
    actual = [student.run("short_fit", **case) for case in cases]

    for case, mine, theirs, digits in zip(cases, actual, expected, (1e-5, 1e-6), strict=True):
        check_fit(mine, theirs, case["epochs"], digits)


def check_fit(actual, expected, epochs, digits):
    assert type(actual["losses"]) is list, "fit should return a list."
    count = len(actual["losses"])
    assert count == epochs, f"fit should return one loss for each of the {epochs} epochs, but returned {count}."
    for mine, theirs in zip(actual["losses"], expected["losses"], strict=True):
        number(mine, theirs, "a loss", tol=digits)
    for mine, theirs in zip(actual["parameters"], expected["parameters"], strict=True):
        same(mine, theirs, "a parameter after the training", atol=digits)


@pytest.mark.task("fit", weight=1)
def test_a_line_is_printed_every_few_epochs(student, reference, rng):
    """Lines that are missing, too many, or count from zero."""
    case = {**step_case(rng, n=8), "epochs": 7, "lr": 0.02, "log_every": 3}

    expected = reference.run("short_fit", **case)
    actual = student.run("short_fit", **case)

    lines = [line.strip() for line in actual["printed"].splitlines() if line.strip().startswith("Epoch")]
    wanted = expected["printed"].strip().splitlines()
    assert len(lines) == len(wanted), (
        f"fit should print {len(wanted)} lines `Epoch [...` here, but printed {len(lines)}."
    )
    for line, right in zip(lines, wanted, strict=True):
        head, _, loss = line.partition(", Loss: ")
        assert head == right.partition(", Loss: ")[0], f"A line should begin with {right.partition(', Loss')[0]!r}."
        assert _is_close(loss, right.partition("Loss: ")[2]), "A line should end with `, Loss: ` and that epoch's loss."


@pytest.mark.task("fit", weight=1)
def test_a_hundred_epochs_with_a_rate_of_a_hundredth_by_default(student, reference, rng):
    """Another number of epochs, another rate or another rhythm by default."""
    case = step_case(rng, n=8)

    expected = reference.run("default_fit", **case)
    actual = student.run("default_fit", **case)

    assert type(actual["losses"]) is list and len(actual["losses"]) == 100, (
        "fit should train for 100 epochs by default."
    )
    number(actual["losses"][-1], expected["losses"][-1], "the last of 100 losses", tol=1e-4)
    equal(actual["lines"], 10, "The number of lines printed in 100 epochs")


@pytest.mark.task("fit", weight=1)
def test_the_model_is_fitted_in_training_mode_and_data_stays_as_it_is(student, rng):
    """Dropout that is off while the model is fitted; x or y written to."""
    x, y = normal(6, 4, 1, rng=rng).float(), normal(6, 1, rng=rng).float()

    found = student.run("mode_of_a_fit", weight=uniform(1, 4, rng=rng, bound=1.0).float(), x=x, y=y)

    assert found["modes"] and all(found["modes"]), "The model should be in training mode while it is fitted."
    equal(found["changed"], [False, False], "Whether x and y were changed")


def _is_close(text, right):
    try:
        return abs(float(text) - float(right)) <= 2e-4
    except ValueError:
        return False


def predict(weights, x):
    """Run the trained network by hand, in double precision."""
    w_ih, w_hh, b_ih, b_hh, w, b = (weight.double() for weight in weights)
    h = torch.zeros(x.shape[0], w_hh.shape[0], dtype=torch.float64)
    for x_t in x.double().unbind(1):
        h = torch.tanh(x_t @ w_ih.T + b_ih + h @ w_hh.T + b_hh)
    return h @ w.T + b


def wave_weights(rng):
    shapes = ((16, 1), (16, 16), (16,), (16,), (1, 16), (1,))
    return [uniform(*shape, rng=rng, bound=0.25).float() for shape in shapes]


def windows(shift, length=10):
    series = torch.sin(torch.linspace(0, 100, 200, dtype=torch.float64) + shift)
    return series.unfold(0, length, 1)[:-1].unsqueeze(-1), series[length:].unsqueeze(-1)


def random_phases(rng, n=256, t=20, step=0.1):
    phase = 2 * math.pi * torch.rand(n, 1, generator=rng, dtype=torch.float64)
    wave = torch.sin(phase + step * torch.arange(t + 1))
    return wave[:, :-1].unsqueeze(-1), wave[:, -1:]


@pytest.mark.task("fit", weight=2)
def test_a_full_training_forecasts_both_kinds_of_sine(student, reference, rng, calibrated):
    """A training that does not learn: a smoke test over the whole."""
    shift = torch.rand(1, generator=rng).item()
    train = {"fit on windows": windows(0.0), "fit on random phases": random_phases(rng)}
    fresh = {"fit on windows": windows(shift), "fit on random phases": random_phases(rng)}

    for name, (x, y) in train.items():
        given = {"weights": wave_weights(rng), "x": x.float(), "y": y.float()}
        found = student.run("full_fit", **given)

        assert len(found["losses"]) == 100, (
            f"fit should train for 100 epochs, but returned {len(found['losses'])} losses."
        )
        x_new, y_new = fresh[name]
        mse = ((predict(found["weights"], x_new) - y_new) ** 2).mean().item()
        calibrated(name, mse)


@pytest.mark.task("evaluate", core=True, weight=3)
def test_the_error_and_the_predictions_are_those_of_the_model(student, reference, rng):
    """Another error, predictions of another shape, a mean over batches of different size."""
    cases = []
    for n, o in ((5, 1), (259, 3)):
        case = {"weight": normal(o, 4, rng=rng).float(), "x": normal(n, 4, 1, rng=rng).float()}
        cases.append({**case, "y": normal(n, o, rng=rng).float(), "training": False})

    expected = [reference.run("look", **case) for case in cases]
    actual = [student.run("look", **case) for case in cases]

    for mine, theirs in zip(actual, expected, strict=True):
        found = mine["first"]
        several(found, 2, "evaluate should return mse and predictions.")
        same(found[1], theirs["first"][1], "predictions", axes="N O")
        number(found[0], theirs["first"][0], "mse")


def looked(student, reference, rng):
    """Evaluate a model with dropout that comes in either mode; return each mode, what was found and what should be."""
    case = {"weight": normal(1, 4, rng=rng).float(), "x": normal(6, 4, 1, rng=rng).float()}
    case["y"] = normal(6, 1, rng=rng).float()
    modes = (True, False)

    expected = [reference.run("look", **case, training=training) for training in modes]
    actual = [student.run("look", **case, training=training) for training in modes]

    return list(zip(modes, actual, expected, strict=True))


@pytest.mark.task("evaluate", weight=4)
def test_the_model_predicts_in_eval_mode(student, reference, rng):
    """Dropout that is on: every evaluation says something else."""
    for _, found, expected in looked(student, reference, rng):
        for call in ("first", "second"):
            several(found[call], 2, "evaluate should return two values.")
            same(found[call][1], expected[call][1], f"predictions of the {call} call", axes="N O")
        assert found["modes"] and not any(found["modes"]), "The model should be in eval mode while it predicts."


@pytest.mark.task("evaluate", weight=2)
def test_no_graph_is_built(student, reference, rng):
    """Gradients that are on, or a graph that is thrown away afterwards."""
    for _, found, _ in looked(student, reference, rng):
        assert not any(found["grads"]), "Gradients should be off while the model predicts."
        assert not found["graph"], "The predictions carry a graph."


@pytest.mark.task("evaluate", weight=1)
def test_the_model_is_given_back_in_its_mode(student, reference, rng):
    """A mode that is not put back, or always to the same."""
    for training, found, _ in looked(student, reference, rng):
        equal(found["mode_after"], [training, training], "The mode of the model afterwards")


@pytest.mark.task("evaluate", weight=1)
def test_everything_else_is_as_it_was(student, reference, rng):
    """Gradients or data that are changed, parameters that are frozen, gradients that stay off."""
    for _, found, _ in looked(student, reference, rng):
        equal([found["grad_kept"], found["bias_grad"]], [True, False], "Whether gradients were left alone")
        equal(found["changed"], [False, False], "Whether x and y were changed")
        assert not found["frozen"], "The parameters no longer want gradients; leave requires_grad alone."
        assert found["grads_after"], "Gradients are still off after the call."


def check_lines(one, y_true, y_pred):
    assert one["axes"], f"plot_predictions should return the Axes, but returned a {one.get('type')}."
    assert {"True", "Predicted"} <= set(one["lines"]), f"The lines are labelled {sorted(one['lines'])}."
    equal(one["count"], 2, "The number of labelled lines")
    for label, values in (("True", y_true), ("Predicted", y_pred)):
        same(one["lines"][label].flatten(), values.flatten(), f"the line {label}", atol=1e-6)
    same(one["times"][0], one["times"][1], "the time steps of the two lines")
    assert bool((one["times"][0].diff() > 0).all()), "Time should go from left to right: is it on the x axis?"


@pytest.mark.task("plot_predictions", core=True)
def test_the_picture_shows_both_series(student, rng):
    """A series that is missing, drawn twice, labelled otherwise, or not drawn over time."""
    for shape in ((9, 1), (9,)):
        y_true, y_pred = normal(*shape, rng=rng), normal(*shape, rng=rng)

        found = student.run("draw", y_true=y_true, y_pred=y_pred, given=True)

        check_lines(found, y_true, y_pred)


@pytest.mark.task("plot_predictions")
def test_shapes_may_differ_and_axes_be_given_or_not(student, rng):
    """One shape taken for both series, axes that are ignored or must be given, series that are written to."""
    y_true, y_pred = normal(9, 1, rng=rng), normal(9, 1, rng=rng)
    cases = [(y_true.flatten(), y_pred.flatten(), False), (y_true, y_pred, True)]
    cases += [(y_true, y_pred.flatten(), True), (y_true.flatten(), y_pred, True)]

    found = [student.run("draw", y_true=t, y_pred=p, given=given) for t, p, given in cases]

    for one in found:
        check_lines(one, y_true, y_pred)
        equal(one["changed"], [False, False], "Whether y_true and y_pred were changed")
        assert one["same"], "Draw into the axes that are given, and return them."


@pytest.mark.task("plot_predictions")
def test_the_picture_has_a_legend_and_labels(student, rng):
    """A legend or a label that is missing."""
    for given in (True, False):
        found = student.run("draw", y_true=normal(5, 1, rng=rng), y_pred=normal(5, 1, rng=rng), given=given)

        assert {"True", "Predicted"} <= set(found.get("legend", [])), "A legend should name True and Predicted."
        equal(found["labels"], [True, True], "Whether the axes have labels")
