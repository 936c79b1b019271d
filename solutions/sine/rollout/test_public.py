"""Public tests of the rollout lesson: models that can be seen through."""

import pytest
import torch

from autograder.testing import same


@pytest.mark.task("forecast", core=True)
def test_a_model_that_adds_one_counts_on(student):
    found = student.run("roll", kind="next", history=torch.tensor([1.0, 2, 3]), steps=4, training=True)

    same(found["values"], torch.tensor([4.0, 5, 6, 7]), "forecast", show=True)
    for step, window in enumerate(([1.0, 2, 3], [2.0, 3, 4], [3.0, 4, 5], [4.0, 5, 6])):
        read = torch.tensor(window).reshape(1, 3, 1)
        same(found["windows"][step], read, f"the window of step {step}", axes="1 T 1", show=True)


@pytest.mark.task("forecast")
def test_no_steps_give_an_empty_tensor(student):
    found = student.run("roll", kind="next", history=torch.tensor([1.0, 2]), steps=0, training=True)

    same(found["values"], torch.empty(0), "forecast", show=True)


@pytest.mark.task("decode", core=True)
def test_each_step_reads_what_it_should(student):
    one = torch.ones(1, 1)
    targets = torch.tensor([[[5.0], [6.0], [7.0]]])
    given = {"weights": [one * 0.5, one * 0.5, one], "h": one * 0, "y0": one, "steps": 3, "targets": targets}

    taught = student.run("unroll_cell", **given, teacher_forcing=True)
    free = student.run("unroll_cell", **given, teacher_forcing=False)

    for step, value in enumerate((1.0, 5.0, 6.0)):
        same(taught["read"][step], one * value, f"what the cell reads at step {step} when taught", "N 1", show=True)
    # With h = 0 and y0 = 1: tanh(0.5), then the tanh of the mean of the prediction and the state, which are equal.
    same(free["values"], torch.tensor([[[0.462117], [0.431808], [0.406831]]]), "the values", "N steps 1", show=True)
