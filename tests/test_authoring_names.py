"""Ids that lessons share, digests that cover the kit, and what luck with secrets is said of a wrong answer."""

from pathlib import Path

import pytest

from autograder.authoring.ids import is_shared
from autograder.authoring.luck import Luck
from autograder.course.model import Course
from autograder.course.variants import Variant
from autograder.grading.fingerprint import with_kit_digest
from autograder.intake import HandIn

VARIANT = Variant("M01", "f", "It squares.", "squared", 7, "")
COURSE = Course("Course", Path(), (), shared_ids=("M", "SQ"))


@pytest.mark.parametrize(
    ("id", "shared"), [("M01", True), ("M", True), ("SQ3", True), ("S3", False), ("D01", False), ("3", False)]
)
def test_an_id_is_shared_by_its_letters(id: str, shared: bool) -> None:
    assert is_shared(COURSE, id) is shared


def luck(*unnamed: str, **points: float) -> Luck:
    return Luck(VARIANT, "here", 3.0, points, list(unnamed))


def test_what_is_the_same_with_every_secret_is_not_spoken_of() -> None:
    assert (luck(a=1.0, b=1.0).wrong(), luck(a=1.0, b=1.0).facts()) == ([], [])
    assert (luck(a=1.0).wrong(), luck(a=1.0).facts()) == ([], [])


def test_full_marks_with_another_secret_are_wrong_and_with_the_first_are_said_elsewhere() -> None:
    (said,) = luck(a=3.0, b=3.0, c=1.0).wrong()

    assert said.startswith("here gets full marks with 1 of 3 secrets (--seed 'b'). Write a test of f")
    assert luck(a=3.0, b=1.0).wrong() == []


def test_a_secret_with_which_it_is_not_named_is_said() -> None:
    (said,) = luck("a", "b", "c", a=1.0, b=1.0, c=1.0).wrong()

    assert said.startswith("here is not recognised with 2 of 3 secrets (--seed 'b'). Make a test of f")
    assert luck("a", a=1.0, b=1.0).wrong() == []


def test_points_that_differ_are_said_from_the_fewest_on() -> None:
    assert luck(a=2.0, b=0.5, c=2.0).facts() == [
        "here gets, of 3 points, 0.5 with 1 of 3 secrets (--seed 'b'); 2 with 2 of 3 secrets (--seed 'a')."
    ]


def test_a_digest_covers_the_hand_in_and_the_kit() -> None:
    one, other = HandIn("ada", "ada", digest="1"), HandIn("ada", "ada", digest="2")

    digests = {with_kit_digest(hand_in, kit).digest for hand_in in (one, other) for kit in ("", "1", "2")}

    assert len(digests) == 6
    assert all(len(digest) == 64 for digest in digests)
    assert with_kit_digest(one, "1") == with_kit_digest(one, "1")
    assert one.digest == "1"
