"""Public tests of the rollout lesson: models that can be seen through."""

import pytest
import torch

from autograder.grading.compare import same


@pytest.mark.task("forecast", core=True)
def test_a_model_that_adds_one_counts_on(student):
    found = student.run("roll", kind="next", history=torch.tensor([1.0, 2, 3]), steps=4, training=True)

    same(found["values"], torch.tensor([4.0, 5, 6, 7]), "forecast", show=True)
    windows = torch.tensor([[1.0, 2, 3], [2, 3, 4], [3, 4, 5], [4, 5, 6]]).unsqueeze(-1)
    same(found["windows"], windows, "the windows that the model read", axes="steps T 1", show=True)


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

    same(torch.cat(taught["read"]), torch.tensor([[1.0], [5], [6]]), "what the cell reads when taught", show=True)
    read = torch.cat([one, free["values"][0, :2]])
    same(torch.cat(free["read"]), read, "what the cell reads when it runs free", show=True)
