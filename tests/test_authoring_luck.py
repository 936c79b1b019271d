"""`unroll verify --seeds`: a wrong answer that passes by luck is reported, and with which secret."""

import re

import pytest

from autograder.authoring.verify import verify
from autograder.course.model import Course, load_course

pytestmark = pytest.mark.proofs

ONE_OF_FOUR = """

@mistake("D04", task="double", says="It depends.")
def wrong_in_one_of_four(x):
    return x * (2 + (x[0] > 0.6))
"""
SOMETIMES_IN_PLACE = """

@mistake("D05", task="double", says="Sometimes x is changed.")
def sometimes_in_place(x):
    return x.mul_(2) if x[0] > 0 else x + 1
"""
LIKE_ANOTHER = """

@mistake("D06", task="double", says="It is something else.")
def like_the_square(x):
    return x * x + (x[0] > 0) * 1.0
"""


def proved(mini: Course, mistake: str, seed: str = "a seed", seeds: int = 6) -> tuple[list[str], list[str]]:
    """Add a mistake to the small course and prove it; return what is wrong, and all that is said."""
    path = mini.root / "solutions/play/double/mistakes.py"
    if mistake not in path.read_text(encoding="utf-8"):
        path.write_text(path.read_text(encoding="utf-8") + mistake, encoding="utf-8")
    course = load_course(mini.root)
    said: list[str] = []
    return verify(course, list(course.lessons()), said.append, seed, seeds=seeds), said


def test_a_mistake_that_passes_with_one_secret_of_many_is_reported(mini: Course) -> None:
    wrong, _ = proved(mini, ONE_OF_FOUR)

    (line,) = [line for line in wrong if "(--seed " in line and "full marks" in line]
    assert "D04 (wrong_in_one_of_four) gets full marks with" in line
    assert line.endswith(". Write a test of double that it fails whatever the inputs are.")


def test_the_secret_that_is_named_shows_it_again(mini: Course) -> None:
    wrong, _ = proved(mini, ONE_OF_FOUR)
    named = re.search(r"\(--seed '(.*)'\)", next(line for line in wrong if "(--seed " in line))

    assert named is not None
    again, _ = proved(mini, ONE_OF_FOUR, named[1], 1)
    assert any("D04 (wrong_in_one_of_four) gets full marks. Write" in line for line in again)


def test_points_that_differ_between_secrets_are_a_fact(mini: Course) -> None:
    wrong, said = proved(mini, SOMETIMES_IN_PLACE)

    (fact,) = [line for line in said if "gets, of 2 points, 0 with" in line]
    assert "; 1.5 with" in fact and fact not in wrong
    assert not any("full marks" in line for line in wrong)


def test_a_mistake_that_is_called_otherwise_with_some_secrets_is_reported(mini: Course) -> None:
    wrong, _ = proved(mini, LIKE_ANOTHER)

    assert any("D06 (like_the_square) is not recognised with" in line for line in wrong)
    assert any("D01 (squared) is not recognised with" in line for line in wrong)


@pytest.mark.parametrize("seeds", [1, 2])
def test_mistakes_that_always_fail_alike_are_proved(mini: Course, seeds: int) -> None:
    wrong, said = proved(mini, "", seeds=seeds)

    assert wrong == [] and len(said) == 1
    assert ("each of 2 secrets" in said[0]) == (seeds == 2)
