"""Which lesson a file's name means."""

import pytest

from autograder.intake.lesson_names import kind_and_stem, named_lessons


@pytest.mark.parametrize("name", ["cell.py.new", "cell.ipynb.new", "cell.py.before-reset", "cell.py.before-reset-2"])
def test_what_the_kit_itself_lays_beside_a_lesson_is_none(name: str) -> None:
    assert named_lessons(name, ["cell"]) == [] and kind_and_stem(name)[0] == ""
