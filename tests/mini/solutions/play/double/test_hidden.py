"""Hidden tests of the lesson `double`."""

import pytest
import torch

from autograder.testing import equal, same


@pytest.mark.task("double", core=True, weight=3)
def test_values_are_doubled(student, reference, rng):
    x = torch.randn(3, generator=rng)

    expected = reference.double(x)
    actual = student.double(x)

    same(actual, expected, "double(x)", axes="N")


@pytest.mark.task("double")
def test_x_stays_as_it_is(student, rng):
    effects = student.effects("double", torch.randn(3, generator=rng))

    equal(effects["changed"], [], "The list of changed arguments")


@pytest.mark.task("double_all", core=True)
def test_each_value_is_doubled(student, reference, rng):
    xs = [torch.randn(2, generator=rng) for _ in range(3)]

    expected = reference.double_all(xs)
    actual = student.double_all(xs)

    assert len(actual) == 3, f"double_all should return 3 tensors, but returned {len(actual)}."
    for mine, theirs in zip(actual, expected, strict=True):
        same(mine, theirs, "double_all(xs)[i]", axes="N")
