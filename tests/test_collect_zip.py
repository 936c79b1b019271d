"""nbgrader's `zip_collect` is told by the same layouts whose a file is."""

import json
from pathlib import Path

import pytest
from downloads import lay_out

from autograder.errors import UsageError
from autograder.nbgrader.collector import Collector


def test_a_file_of_any_layout_has_its_student_its_lesson_and_its_time(tmp_path: Path) -> None:
    tree = {
        "1-2 - Jo - Mar 1, 2025 1200 PM/cell.ipynb": json.dumps({"cells": []}),
        "1-2 - Jo - Mar 2, 2025 1200 PM/sine/cell.ipynb": json.dumps({"cells": [], "newer": 1}),
        "1-2 - Jo - Mar 2, 2025 1200 PM/notes.txt": "x",
    }
    root = lay_out(tmp_path / "downloaded" / "sine" / "extracted", tree)

    older, newer, other = (Collector().collect(str(root / name)) for name in tree)

    assert newer == {"student_id": "Jo", "file_id": "cell.ipynb", "timestamp": "2025-03-02 12:00:00 UTC"}
    assert older is None and other is None


def test_a_regular_expression_of_the_instructors_goes_before(tmp_path: Path) -> None:
    collector = Collector(named_regexp=r".*/(?P<student_id>\w+)-(?P<file_id>\w+)")

    assert collector.collect(str(tmp_path / "jo-cell.ipynb")) == {"student_id": "jo", "file_id": "cell"}


def test_an_unknown_layout_is_said(tmp_path: Path) -> None:
    root = lay_out(tmp_path / "extracted", {"cell.ipynb": "{}"})

    with pytest.raises(UsageError, match="named_regexp"):
        Collector().collect(str(root / "cell.ipynb"))
