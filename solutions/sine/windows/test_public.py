"""Public tests of the windows lesson: small cases that can be checked by hand, and the laws of a sampled sine."""

import math

import pytest
import torch

from autograder.testing import check_untouched, equal, must_raise, number, same, same_parts, several

WINDOWS = {"x": "N T 1", "y": "N 1"}
A_PAIR = "make_windows should return two tensors, x and y."


def same_windows(actual, x, y):
    """Compare with windows that are written down row by row, and their targets."""
    same_parts(actual, [x.unsqueeze(-1), y.unsqueeze(-1)], WINDOWS, A_PAIR, compare=shown)


def shown(actual, expected, what, axes):
    same(actual, expected, what, axes=axes, show=True)


@pytest.mark.task("make_windows", core=True)
def test_windows_of_six_squares(student):
    series = torch.tensor([0.0, 1, 4, 9, 16, 25])

    found = student.make_windows(series, 3)

    same_windows(found, torch.tensor([[0.0, 1, 4], [1, 4, 9], [4, 9, 16]]), torch.tensor([9.0, 16, 25]))


@pytest.mark.task("make_windows")
def test_a_horizon_of_three_skips_two_values(student):
    found = student.make_windows(torch.arange(7.0), 2, horizon=3)

    same_windows(found, torch.tensor([[0.0, 1], [1, 2], [2, 3]]), torch.tensor([4.0, 5, 6]))


@pytest.mark.task("make_windows")
def test_a_series_that_is_too_short_raises_a_value_error(student):
    must_raise("ValueError", student.make_windows, torch.arange(3.0), 3)
    must_raise("ValueError", student.make_windows, torch.arange(5.0), 3, 3)


@pytest.mark.task("make_windows")
def test_one_window_and_windows_of_one_value_keep_the_dtype(student):
    series = torch.tensor([1.0, 4, 9, 16], dtype=torch.float64)

    one, short = student.make_windows(series, 3), student.make_windows(series, 1)

    same_windows(one, series[None, :3], series[3:])
    same_windows(short, series[:3, None], series[1:])


@pytest.mark.task("make_windows")
def test_windows_are_copies_and_the_series_stays_as_it_is(student):
    series = torch.tensor([0.0, 1, 4, 9, 16, 25])

    says = "x or y shares memory with the series; make a copy."
    check_untouched(student, "make_windows", [(series, 3), (series, 1), (series, 5)], shared=says)


def two_tensors(pair, n, t):
    """Check the types and shapes of n sequences of t values, and of their targets."""
    x, y = several(pair, 2, "random_phase_sequences should return two tensors, x and y.")
    assert type(x) is type(y) is torch.Tensor, "x and y should be torch tensors."
    assert tuple(x.shape) == (n, t, 1), f"x should have shape (N, T, 1) = {(n, t, 1)}, but has {tuple(x.shape)}."
    assert tuple(y.shape) == (n, 1), f"y should have shape (N, 1) = {(n, 1)}, but has {tuple(y.shape)}."
    return x, y


@pytest.mark.task("random_phase_sequences", core=True)
def test_every_row_is_a_sine_and_the_target_continues_it(student):
    """Three neighbours of a sampled sine obey s[t + 1] = 2 cos(step) s[t] - s[t - 1], whatever the phase is."""
    pair = student.run("draw", num_sequences=6, seq_length=8, step=0.3, seed=1)

    x, y = two_tensors(pair, 6, 8)
    wave = torch.cat([x.squeeze(-1), y], dim=1).double()
    error = (wave[:, 2:] - 2 * math.cos(0.3) * wave[:, 1:-1] + wave[:, :-2]).abs().max().item()
    assert error <= 1e-5, "Each row, with its target at the end, should be a sine sampled every 0.3."


@pytest.mark.task("random_phase_sequences")
def test_the_phases_go_all_around_the_circle(student):
    """A quarter of the phases lies in each quarter of the circle: about 200 of 800."""
    pair = student.run("draw", num_sequences=800, seq_length=2, step=math.pi / 2, seed=2)

    sine, cosine = two_tensors(pair, 800, 2)[0].squeeze(-1).T  # sin(p + pi / 2) is cos(p)
    assert ((sine**2 + cosine**2 - 1).abs() <= 1e-4).all(), "A sine swings between -1 and 1."
    for what, quarter in (("sin(phase)", sine > 0), ("cos(phase)", cosine > 0), ("their product", sine * cosine > 0)):
        count = int(quarter.sum())
        assert 320 <= count <= 480, f"About 400 of 800 phases should make {what} positive, but {count} do."


@pytest.mark.task("random_phase_sequences")
def test_the_given_generator_decides_and_moves_on(student):
    drawn = student.run("draw_again", seed=3)
    found = student.run("draw_and_watch", seed=3)

    first, again, next_draw = (two_tensors(pair, 5, 6)[0] for pair in drawn)
    assert torch.equal(first, again), "Equal generators should give equal sequences."
    assert not torch.equal(again, next_draw), "Two calls with one generator should give two sets of sequences."
    assert found["kept"], "With a generator given, the global random state should stay as it was."


@pytest.mark.task("random_phase_sequences")
def test_without_a_generator_the_global_seed_decides(student):
    found = student.run("draw_and_watch", seed=4)

    first, again, next_draw = (two_tensors(found[name], 5, 6)[0] for name in ("globally", "repeated", "following"))
    assert torch.equal(first, again), "Without a generator, the global seed should decide."
    assert not torch.equal(again, next_draw), "Two calls should give two sets of sequences."


@pytest.mark.task("random_phase_sequences")
def test_one_row_and_one_step_are_float32_too(student):
    for n, t in ((1, 4), (3, 1)):
        pair = student.run("draw", num_sequences=n, seq_length=t, step=0.3, seed=5)

        x, y = two_tensors(pair, n, t)
        equal([str(x.dtype), str(y.dtype)], ["torch.float32"] * 2, "The dtypes of x and y")


def check_split(actual, train, test, mean, std):
    several(actual, 4, "split_and_scale should return train, test, mean, std.")
    same(actual[0], train, "train", axes="L", show=True)
    same(actual[1], test, "test", axes="L", show=True)
    number(actual[2], mean, "mean", show=True)
    number(actual[3], std, "std", show=True)


@pytest.mark.task("split_and_scale", core=True)
def test_the_mean_and_std_are_those_of_the_training_part(student):
    series = torch.tensor([1.0, 5, 1, 5, 1003, 2003])

    found = student.split_and_scale(series, 4 / 6)

    # Of 1, 5, 1, 5 the mean is 3, and every value is 2 away from it.
    check_split(found, torch.tensor([-1.0, 1, -1, 1]), torch.tensor([500.0, 1000]), 3.0, 2.0)


@pytest.mark.task("split_and_scale")
def test_the_count_is_cut_off_and_may_be_all(student):
    # 0.7 of 5 values is 3.5, so 3 of them train.
    found = student.split_and_scale(torch.tensor([1.0, 4, 7, 10, 13]), 0.7)
    everything = student.split_and_scale(torch.tensor([1.0, 5, 1, 5]), 1.0)

    std = math.sqrt(6)  # of 1, 4, 7
    check_split(found, torch.tensor([-3.0, 0, 3]) / std, torch.tensor([6.0, 9]) / std, 4.0, std)
    check_split(everything, torch.tensor([-1.0, 1, -1, 1]), torch.empty(0), 3.0, 2.0)


@pytest.mark.task("split_and_scale")
def test_a_constant_training_part_is_divided_by_one(student):
    found = student.split_and_scale(torch.tensor([4.0, 4, 4, 7]), 0.75)

    check_split(found, torch.zeros(3), torch.tensor([3.0]), 4.0, 1.0)


@pytest.mark.task("split_and_scale")
def test_a_small_unit_changes_nothing_and_the_dtype_stays(student):
    """The same series in millionths: its std is 2e-6, small but not below 1e-8."""
    series = torch.tensor([1.0, 5, 1, 5, 9], dtype=torch.float64)

    train, test, _, std = several(student.split_and_scale(series * 1e-6, 0.8), 4, "Four results should come back.")

    same(train, torch.tensor([-1.0, 1, -1, 1], dtype=torch.float64), "train", axes="L", atol=1e-6, show=True)
    same(test, torch.tensor([3.0], dtype=torch.float64), "test", axes="L", atol=1e-6, show=True)
    number(std, 2e-6, "std", tol=1e-10, show=True)


@pytest.mark.task("split_and_scale")
def test_both_parts_are_new_and_the_series_stays_as_it_is(student):
    says = "train or test shares memory with the series; make a new tensor."
    check_untouched(student, "split_and_scale", [(torch.tensor([1.0, 5, 1, 5, 9]), 0.8)], shared=says)
