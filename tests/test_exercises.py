"""What is shipped: stubs that fail, public tests that the answers pass, and nothing of the answers."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from classroom import REPOSITORY

from autograder.course.model import Course

HIDDEN = ("lesson.py", "test_hidden.py", "mistakes.py", "mistakes.toml", "alternatives.py")


def run(folder: Path) -> str:
    """Run the public tests in a folder, as a student does."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), "."]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300).stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(REPOSITORY / "exercises" / "sine", tmp_path / "sine")
    return tmp_path / "sine"


def test_every_public_test_fails_on_the_stubs(folder: Path) -> None:
    assert re.search(r"^\d+ failed in", run(folder), re.MULTILINE)


def test_the_answers_pass_every_public_test(folder: Path, course: Course) -> None:
    for lesson in course.assignment("sine").lessons:
        shutil.copy(lesson.folder / "lesson.py", folder / f"{lesson.name}.py")

    assert re.search(r"^\d+ passed in", run(folder), re.MULTILINE)


def test_no_line_of_an_answer_is_shipped(course: Course) -> None:
    paths = [path for path in (REPOSITORY / "exercises").rglob("*.*") if path.suffix != ".pyc"]
    shipped = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    for lesson in course.lessons():
        text = (lesson.folder / "lesson.py").read_text(encoding="utf-8")
        for region in re.findall(r"# BEGIN SOLUTION\n(.*?)# END SOLUTION", text, re.DOTALL):
            lines = [line.strip() for line in region.splitlines() if len(line.strip()) > 30]
            assert not [line for line in lines if line in shipped and not line.startswith("import ")]


def test_the_answers_are_long_enough_to_be_missed(course: Course) -> None:
    for lesson in course.lessons():
        text = (lesson.folder / "lesson.py").read_text(encoding="utf-8")
        assert text.count("# BEGIN SOLUTION") >= len(lesson.tasks)
