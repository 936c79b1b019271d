"""`docs/scale.md`: its tables are those of its script, and its simulation fits a class that can be followed."""

import importlib.util
from types import ModuleType

import numpy as np
import pytest
from classroom import REPOSITORY

SCRIPT = REPOSITORY / "docs" / "scale.py"


@pytest.fixture(scope="module")
def scale() -> ModuleType:
    spec = importlib.util.spec_from_file_location("scale", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_has_the_tables_of_the_script(scale: ModuleType) -> None:
    text = (REPOSITORY / "docs" / "scale.md").read_text(encoding="utf-8")

    assert scale.filled(text) == text


def test_all_come_within_the_hour_and_more_and_more_of_them(scale: ModuleType) -> None:
    shares = scale.arrived(np.arange(scale.HOUR + 1))

    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert (np.diff(shares, 2) > 0).all()
    assert np.allclose(scale.moments(shares), np.arange(scale.HOUR + 1))


@pytest.mark.parametrize("cores", [4, 6, 12])
@pytest.mark.parametrize(("is_random", "work"), [(False, 20), (True, 500)], ids=["even", "by-chance"])
def test_what_waits_is_what_waits_if_each_hand_in_is_followed(
    scale: ModuleType, cores: int, is_random: bool, work: float
) -> None:
    chance, count, mean = np.random.default_rng(0), 20_000, 0.8
    shares = np.sort(chance.random(count)) if is_random else (np.arange(count) + 0.5) / count
    taken = chance.exponential(mean, count) if is_random else np.full(count, mean)
    moments = scale.moments(shares)
    followed = scale.one_by_one(moments, taken, cores)

    coming, waited, after = scale.waits(count, mean, cores)

    seconds = work / cores  # chance moves 20,000 times 0.8 s of work by 160 s
    for share in (0.5, 0.9, 0.99):
        expected = float(np.quantile(followed, share))
        assert scale.share_within(coming, waited, share) == pytest.approx(expected, abs=seconds), share
    assert after == pytest.approx(float(moments[-1] + followed[-1]) - scale.HOUR + mean, abs=seconds)


def test_more_cores_make_nobody_wait_longer(scale: ModuleType) -> None:
    longest = [scale.waits(10_000, 1.0, cores)[1].max() for cores in (2, 4, 8, 16, 32, 64)]

    assert longest == sorted(longest, reverse=True)
    assert longest[-1] < 1 < longest[0]
