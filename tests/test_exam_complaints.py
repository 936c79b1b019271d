"""A mistake is named by what the tests say of it in words of their own, where no numbers agree."""

from types import SimpleNamespace
from typing import cast

import pytest
import torch

from autograder.errors import StudentError
from autograder.exam.compare import same, shaped
from autograder.exam.complaints import by_complaint
from autograder.exam.mistakes import RunMistakes
from autograder.exam.session import PlannedTest, TestRun

OFF = "Gradients are switched off after the call; leave them on."


def ran(test: str, error: BaseException | None) -> TestRun:
    plan = cast(PlannedTest, SimpleNamespace(item=SimpleNamespace(name=test)))
    return TestRun(plan, error, [("value", torch.rand(3))])


def known(**errors: dict[str, BaseException]) -> RunMistakes:
    """Mistakes, each with what it raises in some tests; the id is what stands before an underscore."""
    mistakes = [SimpleNamespace(id=name.split("_")[0], name=name) for name in errors]
    fake = SimpleNamespace(
        among=lambda run: mistakes,
        run=lambda one, run: ran(run.plan.item.name, errors[one.name].get(run.plan.item.name)),
    )
    return cast(RunMistakes, fake)


def names(mistakes: RunMistakes, *runs: TestRun) -> list[str]:
    return [mistake.id for mistake in by_complaint(mistakes, runs)]


def raised(check: object, *args: object) -> BaseException:
    with pytest.raises(AssertionError) as found:
        check(*args)  # type: ignore[operator]
    return found.value


WRONG = ran("edge", AssertionError(OFF))
RIGHT = ran("core", None)


def test_the_same_words_in_the_same_tests_name_a_mistake() -> None:
    mistakes = known(R21={"edge": AssertionError(OFF)}, R28={"edge": AssertionError("Another thing.")})

    assert names(mistakes, RIGHT, WRONG) == ["R21"]


def test_a_mistake_that_fails_more_or_less_is_not_named() -> None:
    more = {"edge": AssertionError(OFF), "core": AssertionError(OFF)}

    assert names(known(R21=more), RIGHT, WRONG) == []
    assert names(known(R21={"core": AssertionError(OFF)}), RIGHT, WRONG) == []
    assert names(known(R21={"edge": AssertionError(OFF)}), RIGHT, WRONG, ran("other", AssertionError("More."))) == []


def test_two_mistakes_of_which_the_same_is_said_are_not_told_apart() -> None:
    both = {"edge": AssertionError(OFF)}

    assert names(known(R21=both, R22=both), RIGHT, WRONG) == []
    assert names(known(R21_a=both, R21_b=both), RIGHT, WRONG) == ["R21"]


def test_a_shape_is_said_in_words_and_a_difference_of_numbers_is_none() -> None:
    shape = raised(shaped, torch.zeros(3), (3, 1), "y", "N O")
    difference = raised(same, torch.ones(3), torch.zeros(3), "y")

    assert names(known(M06={"edge": shape}), RIGHT, ran("edge", shape)) == ["M06"]
    assert names(known(M06={"edge": difference}), RIGHT, ran("edge", difference)) == []


def test_an_exception_of_the_student_is_no_complaint_of_a_test() -> None:
    error = StudentError("ValueError", "too short")

    assert names(known(M01={"edge": error}), RIGHT, ran("edge", error)) == []
    assert names(known(M01={"edge": AssertionError(OFF)})) == []
