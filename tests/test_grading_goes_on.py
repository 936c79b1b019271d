"""A second run goes on from what stands in OUT, and from nothing that it cannot trust."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from schemas import complaints

from autograder.course.model import Course

SQUARED = "def double(x):\n    return x * x\n\n\ndef double_all(xs):\n    return [double(x) for x in xs]\n"
STUDENTS = ("ada", "bob", "cy", "dan", "eve")


def grade(course: Course) -> str:
    command = [sys.executable, "-m", "autograder.cli", "grade", "play", "hand-ins", "-o", "out"]
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200"}
    ran = subprocess.run(command, cwd=course.root, env=environment, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    assert "Traceback" not in ran.stderr
    return ran.stdout


def of_an_older_kit(folder: Path) -> None:
    """Put the record where an older kit had it."""
    data = json.loads((folder / "results.json").read_text())
    data["extra_data"]["record"] = json.loads((folder / "record.json").read_text())
    (folder / "results.json").write_text(json.dumps(data))
    (folder / "record.json").unlink()


def changed(change: Callable[[Any], object]) -> Callable[[Path], None]:
    """Give the student full marks in the record, and change it in one more way."""

    def apply(folder: Path) -> None:
        data = json.loads((folder / "record.json").read_text())
        for task in data["tasks"]:
            task |= {"score": task["max_score"], "outcome": "passed", "mistake": ""}
        change(data)
        (folder / "record.json").write_text(json.dumps(data))

    return apply


@pytest.fixture
def graded(mini: Course) -> Course:
    for student in STUDENTS:
        (mini.root / "hand-ins" / student).mkdir(parents=True)
        (mini.root / "hand-ins" / student / "double.py").write_text(SQUARED, encoding="utf-8")
    grade(mini)
    return mini


def test_a_record_that_cannot_be_trusted_is_made_again_and_the_run_says_so(graded: Course) -> None:
    out = graded.root / "out"
    table = (out / "grades.csv").read_text()
    for name in ("results", "record"):
        assert complaints(name, json.loads((out / "ada" / f"{name}.json").read_text())) == []
    assert complaints("run", json.loads((out / "run.json").read_text())) == []
    assert len(json.loads((out / "ada" / "record.json").read_text())["hand_in"]) == 64
    of_an_older_kit(out / "ada")
    changed(lambda data: data.update(version=data["version"] + 1))(out / "bob")
    changed(lambda data: data["tasks"][0].update(score=1000.0))(out / "cy")
    changed(lambda data: data["tasks"].pop())(out / "dan")
    untouched = (out / "eve" / "record.json").stat().st_mtime_ns

    said = grade(graded)

    assert "do not fit this course and this version of Unroll: ada, bob, cy, dan\n" in said
    assert (out / "grades.csv").read_text() == table
    assert [path.parent.name for path in sorted(out.glob("*/record.json"))] == list(STUDENTS)
    assert (out / "eve" / "record.json").stat().st_mtime_ns == untouched
