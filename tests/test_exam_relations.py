"""How a wrong result is related to the right one: each sentence is true, none is said of an accident."""

from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.exam.compare import number, same
from autograder.exam.relations import number_relation, relation


def some(*shape: int) -> torch.Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(7))


X = some(4, 5, 3)  # N T H
V = some(6)
Change = Callable[[torch.Tensor], torch.Tensor]
OF_THREE_AXES: dict[str, Change] = {
    "All of it is 0.": torch.zeros_like,
    "No value of it is a finite number.": lambda x: x * torch.nan,
    "It is the right result in the precision of float32.": lambda x: x.float().double(),
    "It is the right result in the precision of bfloat16.": lambda x: x.bfloat16().double(),
    "It is the right result, cut to whole numbers.": torch.trunc,
    "Only its last digits differ.": lambda x: x * (1 + 1e-7),
    "It has the opposite sign of the right result.": torch.neg,
    "It is the right result with N and T exchanged.": lambda x: x.transpose(0, 1),
    "It is the right result in reverse order along T.": lambda x: x.flip(1),
    "It is the right result, 1 step too late along T.": lambda x: torch.cat([0 * x[:, :1], x[:, :-1]], 1),
    "It is the right result, 2 steps too early along T.": lambda x: torch.cat([x[:, 2:], some(4, 2, 3)], 1),
    "It is the right result times 2.": lambda x: x * 2,
    "It is the right result times 5, which is T.": lambda x: x * 5,
    "It is the right result divided by 4, which is N.": lambda x: x / 4,
    "It is the right result times one and the same number.": lambda x: x * 1.37,
    "Every value is too large by the same amount.": lambda x: x + 0.25,
    "Every value is too small by the same amount.": lambda x: x - 3,
    "The tanh of it is the right result.": lambda x: x.tanh().atanh() if bool((x.abs() < 1).all()) else x.atanh(),
    "It is the tanh of the right result.": torch.tanh,
    "It is 1 minus the right result.": lambda x: 1 - x,
    "It is the softmax of the right result over H.": lambda x: x.softmax(2),
    "It is the running sum of the right result along T.": lambda x: x.cumsum(1),
    "It is the right result, rolled along T.": lambda x: x.roll(3, 1),
    "It is the same all along N, as if only the first counted.": lambda x: x[:1].expand_as(x),
    "It is the same all along T.": lambda x: x.mean(1, keepdim=True).expand_as(x),
    "It has the right entries along N, in another order.": lambda x: x[[2, 1, 0, 3]],
    "It has the right numbers, in other places.": lambda x: x.reshape(5, 4, 3).transpose(0, 1).reshape(4, 5, 3),
    "Only entry 0 along N is wrong.": lambda x: torch.cat([some(1, 5, 3), x[1:]]),
    "Only entry -1, the last, along T is wrong.": lambda x: torch.cat([x[:, :-1], some(4, 1, 3)], 1),
    "Along T it is wrong from entry 2 on; what is before is right.": lambda x: torch.cat([x[:, :2], some(4, 3, 3)], 1),
    "Along T it is right from entry 2 on; what is before is wrong.": lambda x: torch.cat(
        [some(4, 2, 3) + 9, x[:, 2:]], 1
    ),
    "Along T 3 entries of 5 are right.": lambda x: torch.where(
        torch.tensor([0, 1, 0, 1, 0])[:, None] == 0, x, some(5, 3)
    ),
    "It is the last entry along T alone.": lambda x: x[:, -1],
    "Along T the first entry is missing. The others are right.": lambda x: x[:, 1:],
    "Along T the last 2 entries are too many. The rest is right.": lambda x: torch.cat([x, x[:, :2]], 1),
    "Its numbers are right, but it has an axis of size 1 too many.": lambda x: x[:, None],
    "Its numbers are right and in the right order, but laid out in another shape.": lambda x: x.reshape(20, 3),
    "": lambda x: some(4, 5, 3) * 1.5 + x.sum() + x**3,
}


@pytest.mark.parametrize("said", OF_THREE_AXES)
def test_a_relation_is_said(said: str) -> None:
    right = X.tanh() if said == "The tanh of it is the right result." else X

    came = right.atanh() if said == "The tanh of it is the right result." else OF_THREE_AXES[said](right)

    assert relation(came, right, "N T H") == said


def test_axes_are_exchanged_where_the_shape_is_wrong() -> None:
    assert relation(X.transpose(1, 2), X, "N T H") == "It is the right result with T and H exchanged."


def test_an_axis_of_one_is_missing() -> None:
    assert relation(V, V[:, None], "N O") == "Its numbers are right, but an axis of size 1 is missing."


def test_without_letters_axes_have_numbers() -> None:
    assert relation(X.flip(1), X) == "It is the right result in reverse order along the second axis."


@pytest.mark.parametrize("came", [torch.ones(3, 3), torch.ones(3, 3) * 2, torch.eye(3)])
def test_values_that_are_all_alike_prove_little(came: torch.Tensor) -> None:
    said = relation(came, torch.ones(3, 3) * 4, "N H")

    assert "exchanged" not in said and "late" not in said and "order" not in said


def test_a_single_value_is_never_a_pattern() -> None:
    assert relation(torch.tensor([[0.3]]), torch.tensor([[0.7]]), "N H") == ""


@pytest.mark.parametrize(
    ("actual", "said"),
    [(6.0, "times 3"), (0.5, "divided by 4"), (-2.0, "opposite sign"), (2.3, ""), (float("nan"), ""), (0.0, "")],
)
def test_a_number_has_a_factor(actual: float, said: str) -> None:
    found = number_relation(actual, 2.0)

    assert said in found and bool(said) == bool(found)


def test_nothing_of_zero_is_a_factor() -> None:
    assert number_relation(3.0, 0.0) == ""


def test_the_check_says_the_relation_after_the_fact() -> None:
    with pytest.raises(AssertionError) as told:
        same(X * 2, X, "outputs", "N T H")

    assert str(told.value).startswith("outputs is wrong in 60 of 60 values")
    assert str(told.value).endswith(". It is the right result times 2.")


def test_the_check_of_a_number_says_it_too() -> None:
    with pytest.raises(AssertionError, match=r"the loss is wrong by 4\. It is the right number times 3\."):
        number(6.0, 2.0, "the loss")


def test_a_result_with_nan_is_wrong() -> None:
    with pytest.raises(AssertionError, match="finite"):
        same(X * torch.nan, X, "outputs", "N T H")


shapes = st.lists(st.integers(0, 4), max_size=4)
kinds = st.sampled_from([torch.float64, torch.float32, torch.int64, torch.bool])
EXTREME = torch.tensor(
    [0.0, 5e-324, 1e-300, -1.0, 1.0, 3.0, 1e300, torch.inf, -torch.inf, torch.nan], dtype=torch.float64
)


@given(first=shapes, second=shapes, kind=kinds, seed=st.integers(0, 1000), equal=st.booleans())
@settings(max_examples=300, deadline=None)
def test_any_two_tensors_can_be_asked(
    first: list[int], second: list[int], kind: torch.dtype, seed: int, equal: bool
) -> None:
    made = torch.Generator().manual_seed(seed)
    sizes = (first, first if equal else second)
    came, right = (EXTREME[torch.randint(len(EXTREME), size, generator=made)] for size in sizes)

    assert isinstance(relation(came.to(kind), right, "N T"), str)


@pytest.mark.parametrize("actual", EXTREME.tolist())
@pytest.mark.parametrize("expected", EXTREME.tolist())
def test_any_two_numbers_can_be_asked(actual: float, expected: float) -> None:
    assert isinstance(number_relation(actual, expected), str)


def test_a_long_axis_takes_no_time_and_no_memory() -> None:
    long = torch.arange(100_000).double()

    assert relation(long.flip(0) + 0.5 * long.sin(), long, "L") == ""
