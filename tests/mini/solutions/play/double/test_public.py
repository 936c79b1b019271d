"""Public tests of the lesson `double`."""

import pytest
import torch

from autograder.testing import check_untouched, same


@pytest.mark.task("double", core=True)
def test_two_and_three_become_four_and_six(student):
    actual = student.double(torch.tensor([2.0, 3.0]))

    same(actual, torch.tensor([4.0, 6.0]), "double(x)", axes="N", show=True)


@pytest.mark.task("double")
def test_x_stays_as_it_was(student):
    check_untouched(student, "double", [(torch.tensor([2.0, 3.0]),)])


@pytest.mark.task("double_all", core=True)
def test_a_list_is_doubled(student):
    (actual,) = student.double_all([torch.tensor([2.0])])

    same(actual, torch.tensor([4.0]), "double_all(xs)[0]", axes="N", show=True)
