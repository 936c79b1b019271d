"""A Python file beside a notebook counts; whoever looks at the autograded notebook sees what was graded."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from classroom import REPOSITORY

from autograder.course.model import load_course
from autograder.intake import Student
from autograder.intake.original import Original, read_original
from autograder.isolation.limits import Limits
from autograder.nbgrader.reading import handed_in

COURSE = load_course(REPOSITORY)
SINE = COURSE.assignment("sine")
STUB = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {},
    "cells": [{"cell_type": "code", "source": "raise NotImplementedError"}],
}
WRITTEN = "def make_windows(series, seq_length, horizon=1):\n    return 'mine'\n"


def read(folder: Path) -> Original:
    return read_original(Student("ada", "ada", folder), SINE, SINE.lessons[0], Limits())


def shown(folder: Path) -> list[str]:
    place: Any = SimpleNamespace(
        student="ada", handed_in=folder, assignment=SINE, lesson=SINE.lessons[0], course=COURSE
    )
    return [cell.source for cell in handed_in(place).cells]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "windows.py").write_text(WRITTEN)
    (tmp_path / "windows.ipynb").write_text(json.dumps(STUB))
    return tmp_path


def test_the_file_that_is_graded_is_shown_above_the_notebook(folder: Path) -> None:
    first, second = shown(folder)

    assert first == f"# windows.py was handed in. It is what is graded, and not the cells of the notebook:\n{WRITTEN}"
    assert second == "raise NotImplementedError"


def test_without_a_notebook_the_file_is_shown_all_the_same(folder: Path) -> None:
    (folder / "windows.ipynb").unlink()

    assert shown(folder)[0].endswith(WRITTEN)


def test_a_notebook_alone_is_shown_as_it_is(folder: Path) -> None:
    (folder / "windows.py").unlink()

    assert shown(folder) == ["raise NotImplementedError"]


def test_a_file_that_cannot_be_read_is_said_to_be(folder: Path) -> None:
    (folder / "windows.py").write_bytes(b"\xff\xfe\x00")

    assert read(folder).text.startswith("# windows.py ")


def test_of_very_many_cells_nothing_is_shown_and_that_is_said(folder: Path) -> None:
    (folder / "windows.py").unlink()
    cells = [{"cell_type": "code", "source": "", "metadata": {}}] * 100_000
    (folder / "windows.ipynb").write_text(json.dumps({**STUB, "cells": cells}))

    assert "too many cells" in read(folder).problem
    assert len(shown(folder)) == 1
