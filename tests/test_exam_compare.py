"""How a test says that two values are the same: in doubt they are not."""

import math
from typing import Any

import numpy as np
import pytest
import torch

from autograder.errors import StudentError
from autograder.exam.compare import equal, must_raise, number, same

MANY = "Its numbers are right, but it has an axis of size 1 too many."
NAN, INF = math.nan, math.inf


def said(check: Any, *args: Any, **kwargs: Any) -> str:
    """Return what a check says; "" where it passes."""
    try:
        check(*args, **kwargs)
    except AssertionError as error:
        return str(error).split("\nassert")[0]
    return ""


@pytest.mark.parametrize(
    "value",
    [
        torch.tensor([1.0, -2.0]),
        torch.tensor(3),
        torch.tensor([True]),
        torch.tensor([NAN, INF, -INF]),
        torch.zeros(0, 3),
        np.array([1.0, NAN]),
    ],
    ids=str,
)
def test_a_tensor_or_array_is_the_same_as_itself(value: Any) -> None:
    assert said(same, value, value, "h") == ""


@pytest.mark.parametrize(
    ("actual", "expected", "text"),
    [
        ([1.0], torch.tensor([1.0]), "h should be a torch.Tensor, but is list."),
        (None, torch.tensor([1.0]), "h should be a torch.Tensor, but is None. Is a `return` missing?"),
        (np.array([1.0]), torch.tensor([1.0]), "h should be a torch.Tensor, but is numpy array."),
        (torch.tensor([1.0]), np.array([1.0]), "h should be a numpy array, but is torch.Tensor."),
        (torch.zeros(2, 1), torch.zeros(2), f"h should have shape (2,), but has (2, 1). {MANY}"),
        (torch.zeros(1), torch.zeros(()), f"h should have shape (), but has (1,). {MANY}"),
        (torch.zeros(0), torch.zeros(1), "h should have shape (1,), but has (0,)."),
        (torch.zeros(2).double(), torch.zeros(2), "h should have dtype float32, but has float64."),
        (torch.tensor([0]), torch.tensor([0.0]), "h should have dtype float32, but has int64."),
        (torch.tensor([1.0, NAN]), torch.tensor([1.0, 2.0]), "h[1] is nan, and should be a finite number."),
        (torch.tensor([INF, 2.0]), torch.tensor([1.0, 2.0]), "h[0] is inf, and should be a finite number."),
        (torch.tensor(NAN), torch.tensor(1.0), "h is nan, and should be a finite number."),
        (torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]), "h is wrong in 1 of 2 values, first at h[1], by 2."),
        (torch.tensor([1.0]), torch.tensor([NAN]), "h is wrong by nan."),
        (torch.tensor([1]), torch.tensor([2]), "h is wrong by 1."),
    ],
)
def test_what_is_otherwise_is_named_and_the_expected_value_is_not(actual: Any, expected: Any, text: str) -> None:
    assert said(same, actual, expected, "h") == text


def test_a_public_check_says_what_was_expected_and_the_letters_of_the_shape() -> None:
    wrong = said(same, torch.tensor([[1.0]]), torch.tensor([[0.5]]), "h_t", "N H", show=True)
    assert wrong == "h_t[0, 0] should be 0.5, but is 1."
    wrong = said(same, torch.zeros(3, 3), torch.zeros(3, 5), "h_t", "N H")
    assert wrong == "h_t should have shape (N, H) = (3, 5), but has (3, 3)."


@pytest.mark.parametrize(("dtype", "near", "far"), [(torch.float64, 5e-10, 5e-9), (torch.float32, 5e-6, 5e-5)])
def test_a_dtype_has_its_own_tolerance(dtype: torch.dtype, near: float, far: float) -> None:
    zero = torch.zeros(1, dtype=dtype)

    assert said(same, zero + near, zero, "h") == ""
    assert said(same, zero + far, zero, "h") != ""
    assert said(same, zero + far, zero, "h", atol=2 * far) == ""


def test_whole_numbers_have_no_tolerance() -> None:
    assert said(same, torch.tensor([1_000_001]), torch.tensor([1_000_000]), "h") != ""


def test_a_dtype_may_be_left_to_another_check() -> None:
    assert said(same, torch.zeros(1).double(), torch.zeros(1), "h", dtype=False) == ""


@pytest.mark.parametrize(("actual", "expected"), [(1.0, 1.0), (1.000009, 1.0), (1e6 + 9, 1e6), (9e-6, 0.0), (INF, INF)])
def test_a_number_near_the_expected_one_passes(actual: float, expected: float) -> None:
    assert said(number, actual, expected, "loss") == ""


@pytest.mark.parametrize(
    ("actual", "expected"),
    [(1.00002, 1.0), (1e6 + 11, 1e6), (NAN, 1.0), (1.0, NAN), (NAN, NAN), (INF, 1.0), (1.0, INF), (-INF, INF)],
)
def test_a_number_in_doubt_fails(actual: float, expected: float) -> None:
    assert said(number, actual, expected, "loss").startswith("loss is wrong by ")


@pytest.mark.parametrize(
    ("value", "kind"),
    [(1, "int"), (True, "bool"), (torch.tensor(1.0), "torch.Tensor"), (np.float64(1.0), "float64"), (None, "None")],
    ids=str,
)
def test_a_number_is_a_python_float_and_nothing_else(value: Any, kind: str) -> None:
    assert said(number, value, 1.0, "loss") == f"loss should be a float, but is {kind}." + (
        " Is a `return` missing?" if value is None else ""
    )


def test_a_public_check_of_a_number_says_both() -> None:
    assert said(number, 2.0, 1.0, "loss", show=True) == "loss should be 1, but is 2."


@pytest.mark.parametrize(
    ("actual", "expected", "text"),
    [
        ([1, 2], [1, 2], ""),
        (True, 1, "n should be a int, but is bool."),
        (1.0, 1, "n should be a int, but is float."),
        ((1,), [1], "n should be a list, but is tuple."),
        ([2], [1], "n is not as it should be."),
        (NAN, NAN, "n is not as it should be."),
    ],
)
def test_plain_values_are_equal_only_within_their_type(actual: Any, expected: Any, text: str) -> None:
    assert said(equal, actual, expected, "n") == text


def raising(error: Exception) -> Any:
    def forward(*args: Any) -> None:
        raise error

    return forward


def test_a_call_must_raise_that_kind_or_one_derived_from_it() -> None:
    derived = StudentError("Mine", "no", ("Mine", "ValueError"), stage="forward", line=7)
    other = StudentError("TypeError", "no", ("TypeError",), stage="forward", line=7, source="x")

    assert said(must_raise, "ValueError", raising(derived)) == ""
    assert said(must_raise, "Mine", raising(derived)) == ""
    wrong = "forward should raise ValueError here, but raised TypeError (line 7: x)."
    assert said(must_raise, "ValueError", raising(other)) == wrong


def test_a_call_that_returns_has_not_raised() -> None:
    def forward() -> None: ...

    assert said(must_raise, "ValueError", forward) == "forward should raise ValueError here, but returned a value."


def test_what_ends_a_worker_is_no_exception_of_the_students() -> None:
    with pytest.raises(KeyError):
        must_raise("KeyError", raising(KeyError("ours")))
