"""Public tests of the windows lesson: small cases that can be checked by hand, and the law of a sampled sine."""

import math

import pytest
import torch

from autograder.testing import must_raise, number, same, several


@pytest.mark.task("make_windows", core=True)
def test_windows_of_counting_numbers(student):
    series = torch.arange(6.0)

    x, y = student.make_windows(series, 3)

    same(x, torch.tensor([[0.0, 1, 2], [1, 2, 3], [2, 3, 4]]).unsqueeze(-1), "x", axes="N T 1", show=True)
    same(y, torch.tensor([[3.0], [4], [5]]), "y", axes="N 1", show=True)


@pytest.mark.task("make_windows")
def test_a_horizon_of_three_skips_two_values(student):
    x, y = student.make_windows(torch.arange(7.0), 2, horizon=3)

    same(x, torch.tensor([[0.0, 1], [1, 2], [2, 3]]).unsqueeze(-1), "x", axes="N T 1", show=True)
    same(y, torch.tensor([[4.0], [5], [6]]), "y", axes="N 1", show=True)


@pytest.mark.task("make_windows")
def test_a_series_that_is_too_short_raises_a_value_error(student):
    must_raise("ValueError", student.make_windows, torch.arange(3.0), 3)


@pytest.mark.task("random_phase_sequences", core=True)
def test_every_row_is_a_sine_and_the_target_continues_it(student):
    pair = student.run("draw", num_sequences=6, seq_length=8, step=0.3, seed=1)

    several(pair, 2, "random_phase_sequences should return two tensors, x and y.")
    x, y = pair
    assert type(x) is type(y) is torch.Tensor, "x and y should be torch tensors."
    assert tuple(x.shape) == (6, 8, 1), f"x should have shape (N, T, 1) = (6, 8, 1), but has {tuple(x.shape)}."
    assert tuple(y.shape) == (6, 1), f"y should have shape (N, 1) = (6, 1), but has {tuple(y.shape)}."
    wave = torch.cat([x.squeeze(-1), y], dim=1).double()
    error = (wave[:, 2:] - 2 * math.cos(0.3) * wave[:, 1:-1] + wave[:, :-2]).abs().max().item()
    assert error <= 1e-5, "Each row, with its target at the end, should be a sine sampled every 0.3."


@pytest.mark.task("split_and_scale", core=True)
def test_the_mean_and_std_are_those_of_the_training_part(student):
    series = torch.tensor([1.0, 3, 1, 3, 1000, 1000])

    train, test, mean, std = student.split_and_scale(series, 4 / 6)

    number(mean, 2.0, "mean", show=True)
    number(std, 1.0, "std", show=True)
    same(train, torch.tensor([-1.0, 1, -1, 1]), "train", show=True)
    same(test, torch.tensor([998.0, 998]), "test", show=True)
