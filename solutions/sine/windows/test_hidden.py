"""Hidden tests of the windows lesson."""

import math
from functools import partial

import pytest
import torch

from autograder.testing import answers, check_untouched, must_raise, number, same, same_parts, several


def _check_windows(student, reference, cases, dtype=False):
    says, compare = "make_windows should return two tensors, x and y.", partial(same, dtype=dtype)
    for mine, theirs in answers(student, reference, "make_windows", cases):
        same_parts(mine, theirs, {"x": "N T 1", "y": "N 1"}, says, compare)


@pytest.mark.task("make_windows", core=True, weight=4)
def test_windows_and_targets_of_a_random_series(student, reference, rng):
    """Windows and targets that stand elsewhere, swapped axes, a horizon that is not used."""
    series = torch.randn(11, generator=rng)
    _check_windows(student, reference, [(series, 4, 1), (series, 3, 3), (series, 6, 2), (series[:8], 4, 1)])


@pytest.mark.task("make_windows", weight=1)
def test_one_window_and_windows_of_one_value(student, reference, rng):
    """Axes of length one that are squeezed, and the only window of a short series refused."""
    series = torch.randn(11, generator=rng)
    _check_windows(student, reference, [(series, 10, 1), (series, 1, 1), (series, 1, 10), (series[:2], 1, 1)])


@pytest.mark.task("make_windows", weight=1)
def test_the_dtype_is_that_of_the_series(student, reference, rng):
    """A dtype that is forced: float32 made of float64 or of whole numbers."""
    series = torch.randn(11, generator=rng, dtype=torch.float64)
    cases = [(series, 4, 1), (torch.arange(13), 6, 2), (series.float(), 3, 3)]
    _check_windows(student, reference, cases, dtype=True)


@pytest.mark.task("make_windows", weight=1)
def test_a_series_that_is_too_short_raises(student, rng):
    """A series without room for one window, answered with nothing or with another error."""
    series = torch.randn(6, generator=rng)

    must_raise("ValueError", student.make_windows, series, 6)
    must_raise("ValueError", student.make_windows, series, 4, 3)
    must_raise("ValueError", student.make_windows, series, 9)


@pytest.mark.task("make_windows", weight=1)
def test_the_series_stays_as_it_is_and_shares_no_memory(student, rng):
    """Views of the series, and a series that is written to."""
    series = torch.randn(9, generator=rng)
    count = torch.randint(50, (9,), generator=rng)
    cases = [(series, 3), (series, 8), (series, 1), (series, 1, 4), (count, 4)]

    check_untouched(student, "make_windows", cases, shared="x or y shares memory with the series; make a copy.")


def _check_wave(x, y, step, what):
    wave = torch.cat([x.squeeze(-1), y], dim=1).double()
    law = wave[:, 2:] - 2 * math.cos(step) * wave[:, 1:-1] + wave[:, :-2]
    assert law.abs().max().item() <= 1e-5, f"{what}: each row with its target should be a sine sampled at `step`."
    amplitude = (wave[:, 0] ** 2 + ((wave[:, 1] - wave[:, 0] * math.cos(step)) / math.sin(step)) ** 2).sqrt()
    assert (amplitude - 1).abs().max().item() <= 1e-3, f"{what}: a sine swings between -1 and 1."


def _check_shapes(pair, n, t):
    x, y = several(pair, 2, "random_phase_sequences should return two tensors, x and y.")
    for value, shape, name in ((x, (n, t, 1), "x"), (y, (n, 1), "y")):
        assert type(value) is torch.Tensor, f"{name} should be a torch.Tensor."
        assert tuple(value.shape) == shape, f"{name} should have shape {shape}, but has {tuple(value.shape)}."
    return x, y


def _seed(rng):
    return int(torch.randint(1 << 30, (1,), generator=rng))


def _phases(pair, n, step):
    """Read the phase of each row from its first two values."""
    x, _ = _check_shapes(pair, n, 2)
    sine = x[:, 0, 0].double()
    cosine = (x[:, 1, 0].double() - sine * math.cos(step)) / math.sin(step)
    return torch.atan2(sine, cosine) % (2 * math.pi)


@pytest.mark.task("random_phase_sequences", core=True, weight=2)
def test_rows_are_sines_and_targets_continue_them(student, rng):
    """Rows that are no sine of this step, and targets that do not continue them."""
    seed, cases = _seed(rng), [(5, 7, 0.1), (3, 9, 0.7), (6, 6, 0.4), (4, 3, 1.3)]

    drawn = [student.run("draw", num_sequences=n, seq_length=t, step=s, seed=seed) for n, t, s in cases]

    for pair, (n, t, step) in zip(drawn, cases, strict=True):
        x, y = _check_shapes(pair, n, t)
        _check_wave(x, y, step, f"N={n}, T={t}")


@pytest.mark.task("random_phase_sequences", core=True, weight=1)
def test_every_row_has_a_phase_of_its_own_and_every_seed_others(student, rng):
    """One phase for all rows, phases in even steps, and the same phases in every call: nothing is drawn."""
    seed, step = _seed(rng), 0.2

    drawn = [student.run("draw", num_sequences=60, seq_length=2, step=step, seed=seed + i) for i in range(2)]

    first, second = (_phases(pair, 60, step) for pair in drawn)
    assert len(torch.unique((first * 1000).round())) > 45, "Each row should have a phase of its own."
    turns = first.diff() % (2 * math.pi)
    assert len(torch.unique((turns * 100).round())) > 30, "The phases should be drawn, not spaced evenly."
    assert (first - second).abs().max().item() > 1e-3, "Another generator should give other sequences."


@pytest.mark.task("random_phase_sequences", weight=9)
def test_the_given_generator_decides(student, rng):
    """A generator that is not used."""
    first, again, _ = student.run("draw_again", seed=_seed(rng))

    _check_shapes(first, 5, 6)
    _check_shapes(again, 5, 6)
    assert torch.equal(first[0], again[0]), "Equal generators should give equal sequences."


@pytest.mark.task("random_phase_sequences", weight=3)
def test_phases_are_uniform_over_the_circle(student, rng):
    """Phases from a part of the circle, phases that are not uniform, sorted ones."""
    step = 0.2

    pair = student.run("draw", num_sequences=8000, seq_length=2, step=step, seed=_seed(rng))

    phase = _phases(pair, 8000, step)
    counts = torch.histc(phase, bins=8, min=0.0, max=2 * math.pi)
    # 1000 are expected in each eighth, with a standard deviation of 30: 210 is seven of them.
    assert (counts - 1000).abs().max().item() <= 210, "The phases should be uniform in [0, 2 pi), one for each row."
    assert len(torch.unique(pair[0][:, 0, 0])) > 6000, "Each row should have a phase of its own."
    # From row to row an independent phase makes any of 628 steps of 0.01; evenly spaced or sorted ones make few.
    steps = torch.unique((phase.diff() % (2 * math.pi) * 100).round())
    assert len(steps) > 500, "The phases of different rows should be independent of each other."


@pytest.mark.task("random_phase_sequences", weight=2)
def test_one_row_one_step_and_float32(student, rng):
    """Axes of length one that are squeezed, and another dtype than that of a new network."""
    seed, cases = _seed(rng), [(1, 4, 0.25), (3, 1, 0.5), (1, 1, 0.3)]

    drawn = [student.run("draw", num_sequences=n, seq_length=t, step=s, seed=seed) for n, t, s in cases]

    for pair, (n, t, step) in zip(drawn, cases, strict=True):
        x, y = _check_shapes(pair, n, t)
        for value, name in ((x, "x"), (y, "y")):
            assert value.dtype == torch.float32, f"{name} should have dtype float32, but has {value.dtype}."
        if t > 1:
            _check_wave(x, y, step, f"N={n}, T={t}")


@pytest.mark.task("random_phase_sequences", weight=2)
def test_the_global_generator_is_left_alone_and_the_given_one_moves_on(student, rng):
    """The global generator drawn from or seeded, and the same numbers in every call with one generator."""
    seed = _seed(rng)

    _, once, twice = student.run("draw_again", seed=seed)
    found = student.run("draw_and_watch", seed=seed)

    assert not torch.equal(once[0], twice[0]), "Two calls with one generator should give two sets of sequences."
    assert found["kept"], "With a generator given, the global random state should stay as it was."


@pytest.mark.task("random_phase_sequences", weight=2)
def test_without_a_generator_the_global_seed_decides(student, rng):
    """No generator, answered with an error, with the same numbers in every call, or with others for an equal seed."""
    found = student.run("draw_and_watch", seed=_seed(rng))

    for name in ("globally", "repeated", "following"):
        x, y = _check_shapes(found[name], 5, 6)
        _check_wave(x, y, 0.1, "With the default step")
    assert torch.equal(found["globally"][0], found["repeated"][0]), (
        "Without a generator, the global seed should decide."
    )
    assert not torch.equal(found["repeated"][0], found["following"][0]), "Two calls should give two sets of sequences."


def _check_split(actual, expected, dtype=True):
    several(actual, 4, "split_and_scale should return train, test, mean, std.")
    for mine, theirs, name in zip(actual[:2], expected[:2], ("train", "test"), strict=True):
        same(mine, theirs, name, axes="L", dtype=dtype)
    number(actual[2], expected[2], "mean")
    number(actual[3], expected[3], "std")


def _split(student, reference, cases, dtype=True):
    for mine, theirs in answers(student, reference, "split_and_scale", cases):
        _check_split(mine, theirs, dtype)


@pytest.mark.task("split_and_scale", core=True, weight=4)
def test_the_training_part_alone_is_measured(student, reference, rng):
    """Another split, a mean or std of other values, and parts that are not scaled alike."""
    series = 3 + 2 * torch.randn(24, generator=rng)
    outlier = series.clone()
    outlier[-4:] = 1000.0
    _split(student, reference, [(series, 0.75), (outlier, 0.75), (series, 0.5), (series * 1e-2, 0.25)], dtype=False)


@pytest.mark.task("split_and_scale", weight=1)
def test_the_count_is_cut_off_and_the_dtype_kept(student, reference, rng):
    """A count that is rounded, and a dtype that is lost."""
    series = 3 + 2 * torch.randn(23, generator=rng, dtype=torch.float64)
    _split(student, reference, [(series, 0.7), (series.float(), 0.5), (series * 1e-3, 0.33)])


@pytest.mark.task("split_and_scale", weight=1)
def test_a_constant_training_part_is_divided_by_one_and_no_other(student, reference, rng):
    """A constant part divided by zero or by rounding, and small spreads that are taken for none."""
    # A binary fraction: its mean over equal values is exact, so that no rounding decides.
    value = int(torch.randint(1, 64, (1,), generator=rng)) / 64
    constant = torch.cat([torch.full((6,), value), torch.randn(4, generator=rng)])
    nearly = torch.cat([torch.full((6,), value, dtype=torch.float64), torch.randn(4, generator=rng).double()])
    nearly[0] += 1e-9
    small = 5e-8 * torch.randn(10, generator=rng, dtype=torch.float64)
    _split(student, reference, [(series, 0.6) for series in (constant, nearly, small)])


@pytest.mark.task("split_and_scale", weight=1)
def test_the_whole_series_may_train(student, reference, rng):
    """An empty test part, counted from the end or answered with an error."""
    _split(student, reference, [(torch.randn(9, generator=rng, dtype=torch.float64), 1.0)])


@pytest.mark.task("split_and_scale", weight=1)
def test_the_series_stays_as_it_is(student, rng):
    """A series that is written to, and parts that are views of it."""
    case, shared = (
        (torch.randn(10, generator=rng), 0.6),
        "train or test shares memory with the series; make a new tensor.",
    )

    check_untouched(student, "split_and_scale", [case], shared=shared)
