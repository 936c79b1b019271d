"""The table of weights is that of the tests, and a mistake costs what its mark says."""

import shutil
from pathlib import Path

import pytest
from classroom import REPOSITORY

from autograder.authoring.verify import verify
from autograder.authoring.weights import rewritten, tables, write_weights
from autograder.course.model import load_course
from autograder.course.variants import mistakes
from autograder.errors import CourseError

AUTHORS = REPOSITORY / "docs" / "authors.md"


def test_the_guide_has_the_weights_of_the_tests() -> None:
    text = AUTHORS.read_text(encoding="utf-8")

    assert rewritten(text, tables(load_course(REPOSITORY)), AUTHORS) == text


def test_every_test_of_sine_and_gradients_says_what_it_finds() -> None:
    parts = AUTHORS.read_text(encoding="utf-8").partition("<!-- weights")[2].partition("to here -->")[0].split("### ")
    rows = [line for part in parts if part.startswith(("sine/", "gradients/")) for line in part.split("\n")]

    assert len([line for line in rows if line.startswith("|")]) > 80
    assert [line for line in rows if line.startswith("|") and line.endswith("|  |")] == []


def test_a_page_keeps_what_stands_around_the_tables(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    around = AUTHORS.read_text(encoding="utf-8").partition("<!-- weights")
    page.write_text(f"above\n{rewritten(around[1] + around[2], 'old', page)}", encoding="utf-8")

    write_weights(load_course(REPOSITORY / "tests" / "mini"), page)

    text = page.read_text(encoding="utf-8")
    assert text.startswith("above\n<!-- weights") and "\nold\n" not in text
    assert "| `double`, 2 | values are doubled | 1.50 | core |" in text
    assert text.endswith(around[2].partition("to here -->")[2])


def test_a_page_without_a_place_is_named(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"page\.md: there is no place for the weights"):
        rewritten("nothing", "table", tmp_path / "page.md")


ALL, CHANGED = 'to itself."', 'make a new tensor."'


@pytest.mark.parametrize(
    ("mistake", "costs", "says"),
    [
        (ALL, "little", "earns 0 of 2 points, and should cost less than half"),
        (ALL, "most", ""),
        (CHANGED, "little", ""),
        (CHANGED, "most", "earns 1.5 of 2 points, and should earn less than half"),
    ],
    ids=["an edge that costs all", "beside the point for nothing", "an edge", "beside the point and nearly all earned"],
)
def test_a_mistake_must_cost_what_its_mark_says(tmp_path: Path, mistake: str, costs: str, says: str) -> None:
    shutil.copytree(REPOSITORY / "tests" / "mini", tmp_path, dirs_exist_ok=True)
    path = tmp_path / "solutions" / "play" / "double" / "mistakes.py"
    path.write_text(path.read_text().replace(f"{mistake})", f'{mistake}, costs="{costs}")'))
    course = load_course(tmp_path)

    wrong = verify(course, list(course.lessons()), print)

    assert len(wrong) == bool(says)
    assert all(says in line for line in wrong)


def test_a_word_that_is_neither_is_refused(tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "tests" / "mini", tmp_path, dirs_exist_ok=True)
    path = tmp_path / "solutions" / "play" / "double" / "mistakes.py"
    path.write_text(path.read_text().replace('to itself.")', 'to itself.", costs="much")'))

    with pytest.raises(CourseError, match="costs is 'much'"):
        mistakes(next(iter(load_course(tmp_path).lessons())))
