"""What lies beside the work, or in its place, is called by its name."""

import json
from pathlib import Path

import pytest
from downloads import lay_out, packed

from autograder.course.model import Course
from autograder.intake import HandIn, Student, read_hand_in
from autograder.intake.archive import archive_ending
from autograder.intake.lesson_names import newer
from autograder.isolation.limits import Limits

RIGHT = "def double(x):\n    return 2 * x\n\n\ndef double_all(xs):\n    return [2 * x for x in xs]\n"
WRONG = RIGHT.replace("2 * x", "3 * x")


def read(mini: Course, tmp_path: Path, files: dict[str, str | bytes]) -> HandIn:
    folder = lay_out(tmp_path / "ada", files)
    return read_hand_in(Student("ada", "ada", folder), mini.assignment("play"), Limits())


@pytest.mark.parametrize("ending", [".bak", "~", ".orig", ".old"])
def test_what_an_editor_keeps_behind_the_ending_is_the_older_one(mini: Course, tmp_path: Path, ending: str) -> None:
    source = read(mini, tmp_path, {"double.py": RIGHT, f"double.py{ending}": WRONG}).sources["double"]

    assert (source.cells, source.rivals, source.look) == ((RIGHT,), (), "")


@pytest.mark.parametrize("names", [("cell.py (1)", "cell.py"), ("cell.py", "cell.py.old")])
def test_the_first_is_the_newer_by_what_stands_behind_its_ending(names: tuple[str, str]) -> None:
    newest, older = names

    assert newer([newest], [older]) == 1


def test_an_ending_that_says_nothing_of_age_makes_no_file_newer() -> None:
    assert newer(["cell.py.txt"], ["cell.py"]) == newer(["cell.ipynb.json"], ["cell.ipynb"]) == 0


@pytest.mark.parametrize(
    ("name", "ending"),
    [
        ("jo.zip", ".zip"),
        ("jo.zip (1)", ".zip (1)"),
        ("JO.ZIP.txt", ".zip.txt"),
        ("jo.tar.gz(2)", ".tar.gz(2)"),
        ("jo.rar (1)", ".rar (1)"),
        ("jo.zip.zip", ".zip"),
        ("zip.py", ""),
        (".zip", ""),
        ("jo.zipper", ""),
        ("unzip (1).py", ""),
    ],
)
def test_an_archive_is_known_by_its_ending_or_the_one_before(name: str, ending: str) -> None:
    assert archive_ending(name) == ending


@pytest.mark.parametrize("name", ["hand in.zip (1)", "hand in.zip.txt"])
def test_an_archive_with_a_second_ending_is_looked_through(mini: Course, tmp_path: Path, name: str) -> None:
    assert read(mini, tmp_path, {name: packed({"double.py": RIGHT})}).sources["double"].cells == (RIGHT,)


@pytest.mark.parametrize("name", ["report.docx", "answers.hwp", "nothing.log", "double"])
def test_where_no_lesson_is_what_lies_there_is_named(mini: Course, tmp_path: Path, name: str) -> None:
    hand_in = read(mini, tmp_path, {name: b"PK\x03\x04"})

    assert any(name in note for note in hand_in.notes)


def test_an_archive_that_cannot_be_read_is_named_although_all_lessons_are_there(mini: Course, tmp_path: Path) -> None:
    files = {f"{lesson.name}.py": RIGHT for lesson in mini.assignment("play").lessons}

    notes = read(mini, tmp_path, {**files, "newer.rar": b"Rar!\x1a\x07\x00"}).notes

    assert notes == ("newer.rar: a .rar archive cannot be read; hand in a .zip.",)


def test_an_old_notebook_is_said_to_be_one(mini: Course, tmp_path: Path) -> None:
    cell = {"cell_type": "code", "input": RIGHT, "language": "python", "outputs": []}
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [cell]}]}

    source = read(mini, tmp_path, {"double.ipynb": json.dumps(old)}).sources["double"]

    assert source.cells == (RIGHT,)
    assert source.notes == ("double.ipynb has the notebook format of before 2015, and was read all the same.",)
