"""Public tests of the training lesson: shapes, a step that can be computed by hand, a short training."""

import pytest
import torch

from autograder.testing import must_raise, number, same, several, shaped

WEIGHTS = [torch.tensor([[0.5, -0.3]]), torch.tensor([0.1]), torch.tensor([[0.8]]), torch.tensor([-0.2])]


def small_data():
    generator = torch.Generator().manual_seed(1)
    return torch.randn(6, 2, 1, generator=generator), torch.randn(6, 1, generator=generator)


@pytest.mark.task("Forecaster", core=True)
def test_one_forecast_for_each_window(student):
    y = student.run("default_shape", x=torch.zeros(5, 10, 1))

    shaped(y, (5, 1), "the forecast", axes="N O")


@pytest.mark.task("Forecaster")
def test_an_unknown_cell_raises_a_value_error(student):
    must_raise("ValueError", student.run, "refuse", cell="CNN")


@pytest.mark.task("train_step", core=True)
def test_three_steps_of_gradient_descent(student):
    x, y = small_data()

    found = student.run("three_steps", weights=WEIGHTS, x=x, y=y, max_norm=None)

    w1, b1, w2, b2 = (w.clone().requires_grad_() for w in WEIGHTS)
    for value, parameters in zip(found["values"], found["parameters"], strict=True):
        loss = ((torch.tanh(x.flatten(1) @ w1.T + b1) @ w2.T + b2 - y) ** 2).mean()
        gradients = torch.autograd.grad(loss, (w1, b1, w2, b2))
        for leaf, gradient in zip((w1, b1, w2, b2), gradients, strict=True):
            leaf.data -= 0.1 * gradient
        number(value, loss.item(), "the loss before the step", show=True)
        for actual, leaf in zip(parameters, (w1, b1, w2, b2), strict=True):
            same(actual, leaf.detach(), "a parameter after the step", atol=1e-5, show=True)


@pytest.mark.task("train_step")
def test_shapes_that_differ_raise_a_value_error(student):
    x, y = small_data()

    found = student.run("mismatched", weights=WEIGHTS, x=x, y=y.flatten())

    assert "ValueError" in found["kinds"], "train_step should raise ValueError where model(x) and y differ in shape."


@pytest.mark.task("fit", core=True)
def test_a_short_training_lowers_the_loss_and_prints_it(student):
    x, y = small_data()

    found = student.run("short_fit", weights=WEIGHTS, x=x, y=y, epochs=20, lr=0.05, log_every=10)

    losses = found["losses"]
    assert type(losses) is list, "fit should return a list."
    assert len(losses) == 20, f"fit should return 20 losses, but returned {len(losses)}."
    assert losses[-1] < losses[0], "The last loss should be below the first."
    assert "Epoch [10/20], Loss: " in found["printed"], "fit should print `Epoch [10/20], Loss: ...` after ten epochs."


@pytest.mark.task("evaluate", core=True)
def test_an_evaluation_looks_and_does_not_touch(student):
    x, y = small_data()

    found = student.run("look", weight=torch.tensor([[1.0, 2.0]]), x=x, y=y, training=True)

    several(found["first"], 2, "evaluate should return mse and predictions.")
    expected = x.flatten(1) @ torch.tensor([[1.0], [2.0]]) + 0.1
    same(found["first"][1], expected, "predictions", axes="N O", show=True)
    number(found["first"][0], ((expected - y) ** 2).mean().item(), "mse", show=True)
    assert found["modes"] and not any(found["modes"]), "The model should be in eval mode while it predicts."


@pytest.mark.task("plot_predictions", core=True)
def test_two_lines_with_their_labels(student):
    _, y = small_data()

    found = student.run("draw", y_true=y, y_pred=y + 1, given=True)

    assert found["axes"], f"plot_predictions should return the Axes, but returned a {found.get('type')}."
    assert sorted(found["lines"]) == ["Predicted", "True"], f"The lines are labelled {sorted(found['lines'])}."
