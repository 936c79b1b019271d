"""How far two transcripts are apart, and what of them is recorded."""

import math
from typing import Any

import numpy as np
import pytest
import torch

from autograder.exam.distance import TOLERANCE, distance, only_one, same_returns, uses
from autograder.exam.numbers import MOST_NUMBERS, as_recorded, is_tensor, plain, without_numbers
from autograder.grading import diagnosis
from autograder.isolation.inside.wire import Opaque

NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("first", "second", "apart"),
    [
        (1.0, 1.0, 0.0),
        (3.0, 1.0, 1.0),
        (NAN, NAN, 0.0),
        (INF, INF, 0.0),
        (NAN, 1.0, INF),
        (INF, -INF, INF),
        (1, 1.0, INF),
        (True, 1, INF),
        ("a", "a", 0.0),
        ("a", "b", INF),
        ([1.0, 3.0], [1.0, 1.0], 1.0),
        ([1.0], [1.0, 1.0], INF),
        ((1.0,), [1.0], INF),
        ({"a": 3.0}, {"a": 1.0}, 1.0),
        ({"a": 1.0}, {"b": 1.0}, INF),
        ([], [], 0.0),
    ],
    ids=repr,
)
def test_plain_values_are_so_far_apart(first: Any, second: Any, apart: float) -> None:
    assert distance(first, second) == apart


@pytest.mark.parametrize(
    ("first", "second", "apart"),
    [
        ([1.0, 3.0], [1.0, 1.0], 1.0),
        ([NAN, 1.0], [NAN, 1.0], 0.0),
        ([NAN], [1.0], INF),
        ([INF], [INF], 0.0),
        ([], [], 0.0),
        ([[1.0]], [1.0], INF),
        ([1.0], [1.0, 1.0], INF),
    ],
    ids=repr,
)
def test_tensors_and_arrays_are_so_far_apart(first: list[Any], second: list[Any], apart: float) -> None:
    assert distance(torch.tensor(first), torch.tensor(second)) == apart
    assert distance(np.array(first), np.array(second)) == apart


def test_another_dtype_is_another_kind() -> None:
    assert distance(torch.tensor([1.0]), torch.tensor([1.0]).double()) == INF
    assert distance(torch.tensor([1.0]), np.array([1.0], dtype=np.float32)) == INF


def test_returns_are_the_same_within_the_tolerance() -> None:
    assert same_returns(1 + TOLERANCE, 1.0)
    assert not same_returns(1 + 3 * TOLERANCE, 1.0)


def test_folders_of_an_older_kit_find_the_comparison_under_its_old_name() -> None:
    assert diagnosis.alike is same_returns


def test_in_doubt_no_id_is_said() -> None:
    assert [only_one(ids) for ids in ([], ["M1"], ["M1", "M1"], ["M1", "M2"])] == ["", "M1", "M1", ""]


def test_a_task_uses_what_its_answer_calls_straight_or_through_others() -> None:
    source = "def a(): pass\ndef b(): a()\ndef helper(): a()\ndef c(): b(); helper()\nclass D:\n    def f(self): c()\n"

    found = uses(source, ["a", "b", "c", "D"])

    assert found == {"a": {"a"}, "b": {"a", "b"}, "c": {"a", "b", "c"}, "D": {"a", "b", "c", "D"}}


def test_plain_data_keeps_six_digits_and_the_first_numbers() -> None:
    large = plain(torch.arange(200.0).reshape(2, 100) + 1 / 3)

    assert (large["dtype"], large["shape"], len(large["numbers"])) == ("torch.float32", [2, 100], MOST_NUMBERS)
    assert large["numbers"][:2] == [0.333333, 1.33333]


def test_plain_data_is_json_whatever_was_returned() -> None:
    found = plain(("value", {"a": [NAN, -INF, 1, True, None]}, Opaque("Thing"), np.array([2.0])))

    assert found[:3] == ["value", {"a": ["nan", "-inf", 1, True, None]}, {"type": "Thing"}]
    assert is_tensor(found[3]) and is_tensor(without_numbers(found[3]))
    assert not is_tensor({"type": "Thing"}) and not is_tensor([1.0])


def test_what_a_record_leaves_out_is_left_out_of_what_is_compared() -> None:
    full = plain([torch.tensor([1.0, 2.0]), 3.5, torch.tensor([4.0])])
    record = [without_numbers(full[0]), {"type": "float"}, full[2]]

    assert as_recorded(full, record) == record
    assert as_recorded([1.0], record) == [1.0]
