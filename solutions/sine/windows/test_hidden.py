"""Hidden tests of the windows lesson."""

import math

import pytest
import torch

from autograder.grading.compare import equal, must_raise, number, same


def _two(pair, name):
    assert type(pair) in (tuple, list) and len(pair) == 2, f"{name} should return two tensors, x and y."
    return pair


@pytest.mark.task("make_windows", core=True, weight=4)
def test_windows_and_targets_of_a_random_series(student, reference, rng):
    series = torch.randn(11, generator=rng, dtype=torch.float64)
    count = torch.arange(13)
    cases = [(series, 4, 1), (series, 3, 3), (series, 10, 1), (series, 1, 1), (series, 1, 10), (count, 6, 2)]
    cases.append((torch.randn(8, generator=rng), 4, 1))

    expected = [reference.make_windows(*case) for case in cases]
    actual = [student.make_windows(*case) for case in cases]

    for (x, y), pair in zip(expected, actual, strict=True):
        x_hat, y_hat = _two(pair, "make_windows")
        same(x_hat, x, "x", axes="N T 1")
        same(y_hat, y, "y", axes="N 1")


@pytest.mark.task("make_windows", weight=1)
def test_a_series_that_is_too_short_raises(student, rng):
    series = torch.randn(6, generator=rng)

    must_raise("ValueError", student.make_windows, series, 6)
    must_raise("ValueError", student.make_windows, series, 4, 3)
    must_raise("ValueError", student.make_windows, series, 9)


@pytest.mark.task("make_windows", weight=1)
def test_the_series_stays_as_it_is_and_shares_no_memory(student, rng):
    series = torch.randn(9, generator=rng)
    count = torch.randint(50, (9,), generator=rng)
    cases = [(series, 3), (series, 8), (series, 1), (series, 1, 4), (count, 4)]

    effects = [student.effects("make_windows", *case) for case in cases]

    for found in effects:
        equal(found["changed"], [], "The list of changed arguments")
        assert not found["shared"], "x or y shares memory with the series; make a copy."


def _check_wave(x, y, step, what):
    wave = torch.cat([x.squeeze(-1), y], dim=1).double()
    law = wave[:, 2:] - 2 * math.cos(step) * wave[:, 1:-1] + wave[:, :-2]
    assert law.abs().max().item() <= 1e-5, f"{what}: each row with its target should be a sine sampled at `step`."
    amplitude = (wave[:, 0] ** 2 + ((wave[:, 1] - wave[:, 0] * math.cos(step)) / math.sin(step)) ** 2).sqrt()
    assert (amplitude - 1).abs().max().item() <= 1e-3, f"{what}: a sine swings between -1 and 1."


def _check_shapes(pair, n, t):
    x, y = _two(pair, "random_phase_sequences")
    for value, shape, name in ((x, (n, t, 1), "x"), (y, (n, 1), "y")):
        assert type(value) is torch.Tensor, f"{name} should be a torch.Tensor."
        assert tuple(value.shape) == shape, f"{name} should have shape {shape}, but has {tuple(value.shape)}."
        assert value.dtype == torch.float32, f"{name} should have dtype float32, but has {value.dtype}."
    return x, y


@pytest.mark.task("random_phase_sequences", core=True, weight=3)
def test_rows_are_sines_and_targets_continue_them(student, rng):
    seed = int(torch.randint(1 << 30, (1,), generator=rng))
    cases = [(5, 7, 0.1), (3, 9, 0.7), (1, 4, 0.25), (6, 6, 0.4), (4, 3, 1.3)]

    drawn = [student.run("draw", num_sequences=n, seq_length=t, step=s, seed=seed) for n, t, s in cases]

    for pair, (n, t, step) in zip(drawn, cases, strict=True):
        x, y = _check_shapes(pair, n, t)
        _check_wave(x, y, step, f"N={n}, T={t}")


@pytest.mark.task("random_phase_sequences", weight=2)
def test_phases_are_uniform_over_the_circle(student, rng):
    seed = int(torch.randint(1 << 30, (1,), generator=rng))
    step = 0.2

    pair = student.run("draw", num_sequences=8000, seq_length=2, step=step, seed=seed)

    x, _ = _check_shapes(pair, 8000, 2)
    sine = x[:, 0, 0].double()
    cosine = (x[:, 1, 0].double() - sine * math.cos(step)) / math.sin(step)
    phase = torch.atan2(sine, cosine) % (2 * math.pi)
    counts = torch.histc(phase, bins=8, min=0.0, max=2 * math.pi)
    # 1000 are expected in each eighth, with a standard deviation of 30: 210 is seven of them.
    assert (counts - 1000).abs().max().item() <= 210, "The phases should be uniform in [0, 2 pi), one for each row."
    assert len(torch.unique(sine)) > 6000, "Each row should have a phase of its own."
    # From row to row an independent phase makes any of 628 steps of 0.01; evenly spaced or sorted ones make few.
    steps = torch.unique((phase.diff() % (2 * math.pi) * 100).round())
    assert len(steps) > 500, "The phases of different rows should be independent of each other."


@pytest.mark.task("random_phase_sequences", weight=2)
def test_the_given_generator_is_used_and_the_global_one_left_alone(student, rng):
    seed = int(torch.randint(1 << 30, (1,), generator=rng))

    found = student.run("draw_and_watch", seed=seed)

    x, y = _check_shapes(found["first"], 5, 6)
    _check_wave(x, y, 0.1, "With the default step")
    assert torch.equal(found["first"][0], found["again"][0]), "Equal generators should give equal sequences."
    assert not torch.equal(found["first"][0], found["other"][0]), "Another generator should give other sequences."
    assert found["kept"], "With a generator given, the global random state should stay as it was."
    once, twice = found["onward"]
    assert not torch.equal(once[0], twice[0]), "Two calls with one generator should give two sets of sequences."
    assert torch.equal(found["globally"][0], found["repeated"][0]), (
        "Without a generator, the global seed should decide."
    )
    assert not torch.equal(found["repeated"][0], found["following"][0]), "Two calls should give two sets of sequences."


def _check_split(actual, expected):
    assert type(actual) in (tuple, list) and len(actual) == 4, "split_and_scale should return train, test, mean, std."
    for mine, theirs, name in zip(actual[:2], expected[:2], ("train", "test"), strict=True):
        same(mine, theirs, name, axes="L")
    number(actual[2], expected[2], "mean")
    number(actual[3], expected[3], "std")


@pytest.mark.task("split_and_scale", core=True, weight=4)
def test_the_training_part_alone_is_measured(student, reference, rng):
    series = 3 + 2 * torch.randn(23, generator=rng, dtype=torch.float64)
    outlier = series.clone()
    outlier[-4:] = 1000.0
    cases = [(series, 0.7), (outlier, 0.75), (series.float(), 0.5), (series * 1e-3, 0.33)]

    expected = [reference.split_and_scale(*case) for case in cases]
    actual = [student.split_and_scale(*case) for case in cases]

    for mine, theirs in zip(actual, expected, strict=True):
        _check_split(mine, theirs)


@pytest.mark.task("split_and_scale", weight=1)
def test_a_constant_training_part_is_divided_by_one_and_no_other(student, reference, rng):
    # A binary fraction: its mean over equal values is exact, so that no rounding decides.
    value = int(torch.randint(1, 64, (1,), generator=rng)) / 64
    constant = torch.cat([torch.full((6,), value), torch.randn(4, generator=rng)])
    nearly = torch.cat([torch.full((6,), value, dtype=torch.float64), torch.randn(4, generator=rng).double()])
    nearly[0] += 1e-9
    small = 5e-8 * torch.randn(10, generator=rng, dtype=torch.float64)

    expected = [reference.split_and_scale(series, 0.6) for series in (constant, nearly, small)]
    actual = [student.split_and_scale(series, 0.6) for series in (constant, nearly, small)]

    for mine, theirs in zip(actual, expected, strict=True):
        _check_split(mine, theirs)


@pytest.mark.task("split_and_scale", weight=1)
def test_the_whole_series_may_train(student, reference, rng):
    series = torch.randn(9, generator=rng, dtype=torch.float64)

    expected = reference.split_and_scale(series, 1.0)
    actual = student.split_and_scale(series, 1.0)

    _check_split(actual, expected)


@pytest.mark.task("split_and_scale", weight=1)
def test_the_series_stays_as_it_is(student, rng):
    effects = student.effects("split_and_scale", torch.randn(10, generator=rng), 0.6)

    equal(effects["changed"], [], "The list of changed arguments")
    assert not effects["shared"], "train or test shares memory with the series; make a new tensor."
